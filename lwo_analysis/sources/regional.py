"""The catalogued measures of a StatLine table, as rows by region: years, quarters, sums of months, and the margins of a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.indicators import Measure, measures_of
from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline import (
    ABSENT,
    IMPOSSIBLE,
    NOT_YET_PUBLISHED,
    SUPPRESSED,
    TIDY_COLUMNS,
    KeySpec,
    StatLineTable,
    read_table_folder,
    tidy_rows,
)

MONTHS = "MM"
OTHER_NAME = "|"
MONTH_ENDINGS = tuple(f"{MONTHS}{month:02d}" for month in range(1, 13))
FACTOR_DECIMALS = 6
"""Delivered figures have at most one decimal; rounding here only takes off what binary multiplication by a factor adds."""
_STRONGEST_FIRST = (SUPPRESSED, NOT_YET_PUBLISHED, ABSENT, IMPOSSIBLE)


def read_regional_table(folder: Path, source_id: str) -> pd.DataFrame:
    """Return the catalogued measures of a table folder by region.

    Parameters
    ----------
    folder : Path
        As `lwo fetch` or `lwo import` leaves it.
    source_id : str
        Its source; a source without measures gives no rows.

    Returns
    -------
    DataFrame
        As `regional_rows`.

    Raises
    ------
    InputError
        As `read_table_folder` and `regional_rows`.
    """
    return regional_rows(read_table_folder(folder), measures_of(source_id))


def regional_rows(table: StatLineTable, asked: tuple[Measure, ...]) -> pd.DataFrame:
    """Return measures by region and year, under the name of the measure for which each stands.

    Parameters
    ----------
    table : StatLineTable
        As delivered.
    asked : tuple of Measure
        What is read from it; measures of one code per further dimension, so that a total is never added to its parts.

    Returns
    -------
    DataFrame
        The columns of `tidy_rows`, in the unit of the catalogue. The ends of an interval are measures of their own, named by
        `lower_name` and `upper_name`. A year of which a month is missing altogether has no row.

    Raises
    ------
    InputError
        As `tidy_rows`; or a figure lies outside its own interval.
    """
    frames = [_rows_of(table, measure) for measure in asked]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(TIDY_COLUMNS))
    for measure in asked:
        if measure.lower:
            _check_within_margins(rows, measure.name, table.table_id)
    return rows


def key_of(measure: Measure) -> KeySpec:
    """Return where a measure stands in a StatLine table; a dimension keeps its names of all years (see `codes_in`)."""
    return KeySpec(
        measure.stem,
        (measure.group,) if measure.group else None,
        measure.unit or None,
        where=measure.where,
        period=measure.period,
        other_stems=measure.other_stems,
        optional=measure.optional,
    )


def codes_asked(source_id: str) -> dict[str, tuple[str, ...]]:
    """Return per further dimension the codes that the measures of a source need, for a dimension that all of them name.

    A dimension with other names in other years is not among them: its table is asked for with all codes.

    Examples
    --------
    >>> codes_asked("politie-crime")
    {'SoortMisdrijf': ('0.0.0',)}
    """
    entries = measures_of(source_id)
    named = [entry.where for entry in entries]
    shared = {name for name in set.intersection(*map(set, named)) if OTHER_NAME not in name} if named else set()
    asked = [codes for entry in entries for codes in (entry.where, entry.where | entry.lower, entry.where | entry.upper)]
    return {dimension: tuple(sorted({codes[dimension] for codes in asked})) for dimension in sorted(shared)}


def codes_in(columns: Collection[str], where: Mapping[str, str]) -> dict[str, str]:
    """Return codes by the names that the dimensions have in a table; by the first name when it has none of them.

    Examples
    --------
    >>> codes_in({"Wijken", "Vormen"}, {"TypeJeugdzorg|Vormen": "T001203"})
    {'Vormen': 'T001203'}
    """
    names = {given: given.split(OTHER_NAME) for given in where}
    return {next((name for name in names[given] if name in columns), names[given][0]): code for given, code in where.items()}


def lower_name(measure: str) -> str:
    """Return the name of the lower end of the interval of a measure."""
    return f"{measure} lower"


def upper_name(measure: str) -> str:
    """Return the name of the upper end of the interval of a measure."""
    return f"{measure} upper"


def _rows_of(table: StatLineTable, measure: Measure) -> pd.DataFrame:
    key = replace(key_of(measure), where=codes_in(table.rows.columns, measure.where))
    if measure.period == MONTHS:
        rows = _sum_of_months(table, measure.name, key)
    else:
        ends = {lower_name(measure.name): measure.lower, upper_name(measure.name): measure.upper} if measure.lower else {}
        specs = {measure.name: key} | {name: replace(key, where=dict(key.where) | codes) for name, codes in ends.items()}
        rows = tidy_rows(table, specs)
    return rows.assign(value=(rows["value"].astype(float) * measure.factor).round(FACTOR_DECIMALS))


def _sum_of_months(table: StatLineTable, name: str, key: KeySpec) -> pd.DataFrame:
    months = [tidy_rows(table, {name: replace(key, period=ending)}) for ending in MONTH_ENDINGS]
    rows = pd.concat(months, ignore_index=True)
    if rows.empty:
        return rows
    delivered = pd.concat([frame[["year"]].drop_duplicates() for frame in months])["year"].value_counts()
    whole_years = delivered.index[delivered.eq(len(MONTH_ENDINGS))]
    groups = rows[rows["year"].isin(whole_years)].groupby(["region_code", "year"], sort=False)
    summed = groups.agg(
        region_name=("region_name", "first"),
        region_kind=("region_kind", "first"),
        value=("value", lambda values: values.sum(skipna=False)),
        missing_reason=("missing_reason", _strongest),
    )
    return summed.reset_index().assign(measure=name)[list(TIDY_COLUMNS)]


def _strongest(reasons: pd.Series) -> str | None:
    found = set(reasons.dropna())
    return next((reason for reason in _STRONGEST_FIRST if reason in found), None)


def _check_within_margins(rows: pd.DataFrame, name: str, table_id: str) -> None:
    parts = {part: rows[rows["measure"].eq(part)] for part in (lower_name(name), name, upper_name(name))}
    low, value, high = (part.set_index(["region_code", "year"])["value"].astype(float) for part in parts.values())
    outside = value.lt(low.reindex(value.index)) | value.gt(high.reindex(value.index))
    if outside.any():
        code, year = outside.index[outside][0]
        found = f"{value[code, year]} outside {low[code, year]} to {high[code, year]} in {code}, {year}"
        raise InputError(
            f"{table_id}, measure {name}",
            expected="figures within their own interval",
            found=f"{found} ({int(outside.sum())} figures)",
            remedy="check the codes of lower and upper in catalogue/measures.yml",
        )
