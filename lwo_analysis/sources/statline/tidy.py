"""From a column per measure to one row per region, measure and year, in which missing stays missing with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.checks import dimension_columns
from lwo_analysis.sources.statline.keys import resolve_spec
from lwo_analysis.sources.statline.table import (
    ABSENT,
    NOT_YET_PUBLISHED,
    NUMBER_TYPES,
    SUPPRESSED,
    TIDY_COLUMNS,
    KeySpec,
    StatLineTable,
    TableDescription,
)

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def tidy_rows(table: StatLineTable, keys: Mapping[str, KeySpec]) -> pd.DataFrame:
    """Return the asked measures as one row per region, measure and year.

    Use it to feed the observations. Not for text columns, and not for joining years: the codes are those of the table's own year.

    Parameters
    ----------
    table : StatLineTable
        As read by `read_table_folder`.
    keys : mapping of str to KeySpec
        Name of each measure in the result, and where it stands in the table.

    Returns
    -------
    DataFrame
        ``region_code, region_name, region_kind`` (``NL, GM, WK, BU``, else the two letters of the code), ``measure, year``
        (int), ``value`` (float, in the unit of the table, NaN when missing) and ``missing_reason``, which is null exactly where
        `value` is present and otherwise one of ``suppressed_or_unknown`` (the cell is empty while others in its column are not),
        ``not_yet_published`` (the whole column is empty for that year), ``impossible`` (stated by the provider) and ``absent``
        (the region is in the dimension, but has no row). Never 0 for missing. Where only some regions were fetched, an empty
        column counts as ``suppressed_or_unknown``: the regions left out might have had a value.

    Raises
    ------
    InputError
        A key fits no column or several; the column holds text; the year cannot be told; several rows remain per region and year.
    """
    where = f"{table.table_id}/DataProperties"
    resolved = {name: resolve_spec(table.properties, spec, where=where) for name, spec in keys.items()}
    frames = [_tidy_measure(table, name, keys[name], key) for name, key in resolved.items() if key is not None]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(TIDY_COLUMNS))


def _tidy_measure(table: StatLineTable, name: str, spec: KeySpec, key: str) -> pd.DataFrame:
    _check_numeric(table, key)
    rows = _slice(table, name, spec)
    cells = pd.DataFrame(
        {"region_code": rows[table.region_column], "year": _years(table, rows), "value": rows[key].astype(float)}
    )
    _check_single(cells, table, name)
    cells["missing_reason"] = _reasons(cells, table, key)
    cells = _with_absent(cells, table)
    names = table.regions.set_index("Key")["Title"]
    cells["region_name"] = cells["region_code"].map(names)
    cells["region_kind"] = cells["region_code"].str[:2]
    return cells.assign(measure=name)[list(TIDY_COLUMNS)]


def _slice(table: StatLineTable, name: str, spec: KeySpec) -> pd.DataFrame:
    """Return the rows of one code per further dimension and of one kind of period."""
    rows = table.rows
    time = _time_column(table)
    for column, code in spec.where.items():
        if column not in rows or not rows[column].eq(code).any():
            present = ", ".join(rows[column].unique()[:8]) if column in rows else f"only {', '.join(dimension_columns(table))}"
            raise InputError(
                f"{table.table_id}, measure {name}",
                expected=f"code {code!r} in dimension {column}",
                found=present,
                remedy="correct the code in the catalogue",
            )
        rows = rows[rows[column].eq(code)]
    if time is None:
        return rows
    chosen = rows[rows[time].str.endswith(spec.period)]
    if chosen.empty:
        raise InputError(
            f"{table.table_id}, measure {name}",
            expected=f"periods ending in {spec.period}",
            found=", ".join(rows[time].unique()[:8]),
            remedy="name the kind of period in the catalogue",
        )
    return chosen


def _time_column(table: StatLineTable) -> str | None:
    found = table.properties.loc[table.properties["Type"].eq("TimeDimension"), "Key"].tolist()
    return str(found[0]) if found else None


def _years(table: StatLineTable, rows: pd.DataFrame) -> pd.Series | int:
    time = _time_column(table)
    if time is not None:
        return rows[time].str[:4].astype(int)
    return stated_year(table)


def stated_year(table: StatLineTable | TableDescription) -> int:
    """Return the year that a table without a time dimension is about.

    Raises
    ------
    InputError
        Neither the stated period nor, where that names no year, the title names exactly one.
    """
    years = set(_YEAR.findall(table.period)) or set(_YEAR.findall(table.title))
    if len(years) == 1:
        return int(years.pop())
    raise InputError(
        f"{table.table_id}/TableInfos",
        expected="one year in Period, or else in Title",
        found=f"Period {table.period!r}, Title {table.title!r}",
        remedy="use a table of one year, or one with a period dimension",
    )


def _check_numeric(table: StatLineTable, key: str) -> None:
    datatype = table.properties.loc[table.properties["Key"].eq(key), "Datatype"].iloc[0]
    if datatype not in NUMBER_TYPES:
        raise InputError(
            f"{table.table_id}, column {key}",
            expected="a column of numbers",
            found=f"type {datatype}",
            remedy="ask for another measure",
        )


def _check_single(cells: pd.DataFrame, table: StatLineTable, name: str) -> None:
    doubled = cells.duplicated(["region_code", "year"])
    if doubled.any():
        first = cells.loc[doubled.idxmax()]
        others = [column for column in dimension_columns(table) if column not in (table.region_column, _time_column(table))]
        raise InputError(
            f"{table.table_id}, measure {name}",
            expected="one row per region and year",
            found=f"several for {first['region_code']} in {first['year']}",
            remedy=f"name one code of {', '.join(others) or 'the period'} in the catalogue, rows are not added up",
        )


def _reasons(cells: pd.DataFrame, table: StatLineTable, key: str) -> pd.Series:
    missing = cells["value"].isna()
    whole_year = missing.groupby(cells["year"]).transform("all")
    empty = SUPPRESSED if table.is_selection else NOT_YET_PUBLISHED
    reasons = pd.Series(np.where(whole_year, empty, SUPPRESSED), index=cells.index, dtype=object)
    stated = table.flags[table.flags["measure"].eq(key) & table.flags["row"].isin(cells.index)]
    reasons.loc[stated["row"]] = stated["reason"].to_numpy()
    return reasons.where(missing, None)


def _with_absent(cells: pd.DataFrame, table: StatLineTable) -> pd.DataFrame:
    """Append a row for every region and year that the dimensions promise and the rows do not have."""
    promised = pd.MultiIndex.from_product([table.regions["Key"], sorted(cells["year"].unique())], names=["region_code", "year"])
    lacking = promised.difference(pd.MultiIndex.from_frame(cells[["region_code", "year"]]), sort=False)
    if lacking.empty:
        return cells
    absent = lacking.to_frame(index=False).assign(value=np.nan, missing_reason=ABSENT)
    return pd.concat([cells, absent], ignore_index=True)
