"""Read one downloaded table folder, OData v3 or v4, into one checked `StatLineTable`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.checks import check_table
from lwo_analysis.sources.statline.files import MANIFEST, TablePart, read_parts
from lwo_analysis.sources.statline.pages import read_json
from lwo_analysis.sources.statline.parts import fullest_part, one_part, stripped, wanted_regions
from lwo_analysis.sources.statline.table import REGION_TYPES, StatLineTable
from lwo_analysis.sources.statline.v4 import assemble_v4


def read_table_folder(folder: Path) -> StatLineTable:
    """Return the StatLine table in a folder, as delivered, checked against its own description.

    Use it for every downloaded table, v3 or v4. Not for exports of the StatLine web page (several header rows, decimal commas),
    nor for map layers, whose negative codes stand for missing values.

    Parameters
    ----------
    folder : Path
        v3: TypedDataSet (parquet, or JSON pages), DataProperties, the region dimension and TableInfos. v4: Observations,
        MeasureCodes, MeasureGroups, Dimensions, the codes of each dimension and Properties. Names may vary; content decides.

    Returns
    -------
    StatLineTable
        Codes and names without padding, all delivered columns, missing cells null (never 0).

    Raises
    ------
    InputError
        A file is truncated, unreadable or unknown; a part is absent; a described column is not in the rows or the reverse; text
        or a decimal comma stands where a number is due; a percentage exceeds 100; rows or regions are doubled, absent or too few.
    """
    return assembled(read_parts(Path(folder)), Path(folder).name, _selection(Path(folder)))


def assembled(parts: list[TablePart], where: str, selection: dict[str, object]) -> StatLineTable:
    """Return the parts of a table as one, checked; see `read_table_folder`.

    Parameters
    ----------
    parts : list of TablePart
        Every part once, or a whole part beside extracts from it.
    where : str
        Name of the folder or table, for errors.
    selection : dict
        What was asked for when the parts were fetched: ``select``, ``regions``, ``years``, ``where``; empty for a whole table.
    """
    is_v4 = any(part.role == "observations" for part in parts)
    table = assemble_v4(parts, where, selection) if is_v4 else _assemble_v3(parts, where, selection)
    check_table(table, where)
    return table


def _assemble_v3(parts: list[TablePart], where: str, selection: dict[str, object]) -> StatLineTable:
    info = one_part(parts, "infos", "TableInfos", where).iloc[0]
    properties = described_v3(one_part(parts, "properties", "DataProperties", where))
    region_column = _region_column(properties, where)
    rows = fullest_part(parts, "rows", "TypedDataSet", where)
    regions = _dimension(parts, region_column, where)
    return StatLineTable(
        table_id=str(info["Identifier"]).strip(),
        title=str(info.get("Title", "")).strip(),
        modified=str(info["Modified"]),
        properties=_selected(properties, selection),
        regions=wanted_regions(stripped(regions), selection),
        rows=stripped(rows),
        region_column=region_column,
        period=_stated_period(info, properties),
        is_selection=bool(selection.get("regions")),
        stated_rows=_stated_rows(info, selection),
    )


def described_v3(properties: pd.DataFrame) -> pd.DataFrame:
    """Return DataProperties without padding, with the columns that a table without topics would lack."""
    result = stripped(properties)
    for column in ("Datatype", "Unit", "Title"):
        if column not in result:
            result[column] = None
    return result


def _region_column(properties: pd.DataFrame, where: str) -> str:
    found = properties.loc[properties["Type"].isin(REGION_TYPES), "Key"].tolist()
    if len(found) == 1:
        return str(found[0])
    raise InputError(
        f"{where}/DataProperties",
        expected="one dimension of type GeoDetail or GeoDimension",
        found=", ".join(found) or "none",
        remedy="use a table with regions",
    )


def _dimension(parts: list[TablePart], column: str, where: str) -> pd.DataFrame:
    found = [part for part in parts if part.role == "dimension"]
    named = [part for part in found if column.casefold() in part.stem.casefold()]
    choice = sorted(named or (found if len(found) == 1 else []), key=lambda part: len(part.content))
    if choice and len(choice[-1].content):
        return choice[-1].content
    raise InputError(
        where,
        expected=f"the dimension {column} with its codes",
        found="an empty one" if choice else f"{', '.join(part.name for part in found) or 'no dimension'}",
        remedy=f"download {column} of this table into the folder",
    )


def _stated_period(info: pd.Series, properties: pd.DataFrame) -> str:
    if properties["Type"].eq("TimeDimension").any():
        return ""
    return str(info.get("Period", "")).strip()


def _stated_rows(info: pd.Series, selection: dict[str, object]) -> int | None:
    stated = info.get("RecordCount")
    is_part = any(selection.get(name) for name in ("regions", "years", "where"))
    if is_part or stated is None or pd.isna(stated):
        return None
    return int(stated)


def _selection(folder: Path) -> dict[str, object]:
    """Return what was asked for when the folder was fetched: nothing stated means the whole table."""
    path = folder / MANIFEST
    content = read_json(path) if path.exists() else {}
    return content if isinstance(content, dict) else {}


def _selected(properties: pd.DataFrame, selection: dict[str, object]) -> pd.DataFrame:
    asked = selection.get("select")
    if not isinstance(asked, list):
        return properties
    keep = ~properties["Type"].eq("Topic") | properties["Key"].isin(asked)
    return properties[keep].reset_index(drop=True)
