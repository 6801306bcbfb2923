"""Small files as partners deliver them, and the mapping that goes with them."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lwo_analysis.sources.partner import DeliveredFigures, read_partner_figures
from lwo_analysis.sources.partner_mapping import read_partner_mapping

IDENTITY = {
    "source_id": "partner",
    "table": "evictions",
    "title": "Huisuitzettingen per wijk",
    "provider": "Corporatie X",
    "licence": "Agreed on 2025-01-01",
    "vintage": "2025-03-01",
}
MAPPING: dict[str, Any] = {
    "identity": IDENTITY,
    "layout": {"decimal": ",", "missing": {"-": "absent", "x": "suppressed_or_unknown"}},
    "area": {"column": "Gebied", "kind": "area_id", "names": {"Oud-Oost": "oud-oost", "Bilgaard": "bilgaard"}},
    "period": {"column": "Jaar"},
    "figures": [{"indicator": "neighbourhood_attachment", "unit": "percent", "value": "Binding"}],
    "minimum_cell": 10,
}
HEADER = ("Gebied", "Jaar", "Binding")
ROWS = (("Oud-Oost", "2023", "30,5"), ("Bilgaard", "2023", "39"), ("Oud-Oost", "2024", "31,25"))
FIGURES = {("oud-oost", 2023): 30.5, ("bilgaard", 2023): 39.0, ("oud-oost", 2024): 31.25}


def mapping_with(**changes: Any) -> dict[str, Any]:
    """Return the standard mapping with sections changed: a dict is merged, anything else takes the place of what was there."""
    mapping = copy.deepcopy(MAPPING)
    for name, value in changes.items():
        mapping[name] = {**mapping[name], **value} if isinstance(value, dict) and isinstance(mapping.get(name), dict) else value
    return mapping


def figure(**changes: Any) -> list[dict[str, Any]]:
    """Return the one figure of the standard mapping with keys changed."""
    return [{**MAPPING["figures"][0], **changes}]


def write_mapping(folder: Path, mapping: dict[str, Any]) -> Path:
    """Write a mapping file."""
    path = folder / "a-mapping.yml"
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    return path


def csv_text(rows: Sequence[Sequence[str]] = (HEADER, *ROWS), delimiter: str = ";") -> str:
    """Return rows as lines."""
    return "".join(delimiter.join(row) + "\n" for row in rows)


def write_text(folder: Path, text: str | bytes, name: str = "file.csv") -> Path:
    """Write a text file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def write_book(
    folder: Path,
    rows: Sequence[Sequence[object]] = (HEADER, *ROWS),
    change: Callable[[Worksheet], object] = lambda sheet: None,
    name: str = "file.xlsx",
) -> Path:
    """Write a workbook with one sheet, changed before it is saved."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    path = folder / name
    book.save(path)
    return path


def store_results(path: Path, results: dict[str, str]) -> Path:
    """Put results beside formulas in the XML of a workbook, as a program that computes does: `{"C2": "30.5"}`."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            text = old.read(member)
            if member == "xl/worksheets/sheet1.xml":
                for cell, result in results.items():
                    start = text.index(f'r="{cell}"'.encode())
                    end = text.index(b"</c>", start)
                    cell_text = text[start:end].replace(b"<v />", b"").replace(b"<v></v>", b"")
                    text = text[:start] + cell_text + f"<v>{result}</v>".encode() + text[end:]
            new.writestr(member, text)
    path.write_bytes(content.getvalue())
    return path


def read(path: Path, mapping: dict[str, Any] | None = None) -> DeliveredFigures:
    """Return the figures of a file with a mapping."""
    return read_partner_figures(path, read_partner_mapping(write_mapping(path.parent, mapping or mapping_with())))


def figures_of(path: Path, mapping: dict[str, Any] | None = None) -> dict[tuple[str, int], float]:
    """Return the figures that are there, by key and year."""
    rows = read(path, mapping).rows
    return {
        (key, int(year)): float(value)
        for key, year, value in rows[["key", "year", "value"]].itertuples(index=False)
        if pd.notna(value)
    }
