"""The observations as files that people and programs can open: CSV, Parquet, Excel and a Data Package description."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from lwo_analysis.present.download import escape_formulas
from lwo_analysis.present.origins import DEMO
from lwo_analysis.publish.identity import focus_name
from lwo_analysis.publish.records import DEMO_PREFIX
from lwo_analysis.publish.structure import slugify
from lwo_analysis.schema import COLUMNS

MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FIELD_TYPES = {"string": "string", "Int64": "integer", "Float64": "number"}
# Spreadsheets and zip files carry a time; a fixed one keeps the same data the same bytes.
_FIXED_TIME = datetime(1980, 1, 1)


def split_demo(observations: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the real and the synthetic observations, so that one file never holds both."""
    demo = observations["origin"] == DEMO
    return observations[~demo], observations[demo]


def download_files(observations: pd.DataFrame, sources: Sequence[Mapping[str, Any]] = ()) -> dict[str, bytes]:
    """Return the download files of a table of observations, by file name.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of :data:`lwo_analysis.schema.COLUMNS`, all real or all demo; at least one. Not changed.
    sources : sequence of mapping
        Sources of the figures for ``datapackage.json`` (``title`` and ``path``).

    Returns
    -------
    dict of str to bytes
        CSV, Parquet, Excel and ``datapackage.json``; demo files have DEMO in their names. Missing values are empty cells; the
        status column says why. Text that a spreadsheet would run as a formula is quoted with an apostrophe in the CSV and Excel.
    """
    prefix = DEMO_PREFIX if set(observations["origin"]) == {DEMO} else ""
    safe = escape_formulas(observations)
    files = {
        f"{prefix}observations.csv": safe.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        f"{prefix}observations.parquet": observations.to_parquet(index=False),
        f"{prefix}observations.xlsx": _excel(safe, f"{prefix}observations"),
    }
    package = _data_package(files, observations, sources, prefix)
    return {**files, "datapackage.json": (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode("utf-8")}


def _excel(frame: pd.DataFrame, sheet: str) -> bytes:
    """Return a frame as a workbook of one sheet; row by row, because `to_excel` makes a styled object of every cell."""
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _FIXED_TIME
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    page.append([_bold(page, name) for name in frame.columns])
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None):
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return _with_fixed_times(buffer.getvalue())


def _bold(page: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=text)
    cell.font = Font(bold=True)
    return cell


def _with_fixed_times(content: bytes) -> bytes:
    """Return a zip file with the same members and no clock in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename == "docProps/core.xml":
                body = _without_modified_time(body)
            new.writestr(zipfile.ZipInfo(member.filename, _FIXED_TIME.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _without_modified_time(body: bytes) -> bytes:
    # openpyxl writes the present as the time of the last change, whatever the properties say.
    start = body.find(b"<dcterms:modified")
    end = body.find(b"</dcterms:modified>")
    if start < 0 or end < 0:
        return body
    opening = body[start : body.index(b">", start) + 1]
    return body[:start] + opening + f"{_FIXED_TIME:%Y-%m-%dT%H:%M:%SZ}".encode() + body[end:]


def _data_package(
    files: Mapping[str, bytes], observations: pd.DataFrame, sources: Sequence[Mapping[str, Any]], prefix: str
) -> dict[str, Any]:
    demo = bool(prefix)
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"{prefix.lower()}{slugify(focus_name('en'))}-observations",
        "title": f"{'DEMO - synthetic figures, ' if demo else ''}{focus_name('en')}: observations",
        "description": "One row per area, indicator, year and source. An empty value is missing, never zero; status says why.",
        "resources": [_resource(name, content, observations) for name, content in files.items()],
    }
    return {**package, "sources": [dict(source) for source in sources]} if sources else package


def _resource(name: str, content: bytes, observations: pd.DataFrame) -> dict[str, Any]:
    extension = name.rsplit(".", 1)[1]
    fields = [_field(column) for column in COLUMNS if column.name in observations.columns]
    resource = {
        "name": name.lower().replace(".", "-"),
        "path": name,
        "type": "table",
        "format": extension,
        "mediatype": MEDIA_TYPES[extension],
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "schema": {"fields": fields, "missingValues": [""]},
    }
    # Frictionless does not count the bytes of a Parquet file, and calls a package that states them invalid.
    size = {} if extension == "parquet" else {"bytes": len(content)}
    return {**resource, **size, **({"encoding": "utf-8"} if extension == "csv" else {})}


def _field(column: Any) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": _FIELD_TYPES[column.dtype],
        "description": column.description,
        "constraints": {"required": not column.nullable},
    }
