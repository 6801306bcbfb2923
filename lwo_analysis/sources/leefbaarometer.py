"""Leefbaarometer 3.0: a model score of liveability per wijk and municipality, all years on one set of boundaries.

Only `lbm` is a level. The five dimensions and `afw` are deviations from the national mean of their year: they compare places in
one year, and their change over time is a change relative to the country.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.spreadsheet_archive import check_archive, member_date, read_member
from lwo_analysis.sources.spreadsheet_cells import NumberStyle, number_of
from lwo_analysis.sources.spreadsheet_text import decode_text

LEVEL = "lbm"
DEVIATIONS = {
    "afw": "deviation",
    "fys": "deviation_physical_environment",
    "onv": "deviation_nuisance_and_unsafety",
    "soc": "deviation_social_cohesion",
    "vrz": "deviation_amenities",
    "won": "deviation_housing_stock",
}
INDICATOR = "liveability_score"
LEVELS = {"wijken": ("wk_code", r"WK[0-9]{4}[0-9A-Z]{2}"), "gemeenten": ("gm_code", r"GM[0-9]{4}")}
MISSING_SIGNS = ("", "NA", ".")
LARGEST_ARCHIVE = 2_000_000_000
LARGEST_MEMBER = 100_000_000
FIRST_YEAR = 2002
_STYLE = NumberStyle(".")
_SCORES = re.compile(r"Leefbaarometer-scores (wijken|gemeenten) ([0-9]{4})-([0-9]{4})\.csv", flags=re.IGNORECASE)


@dataclass(frozen=True)
class LiveabilityScores:
    """Scores by region.

    Attributes
    ----------
    boundary_year : int
        The year whose boundaries all codes mean: the last one, as the names of the files say.
    modified : str
        Date of the newest of the two files, as the zip states it (ISO 8601).
    rows : DataFrame
        Columns `region_code, measure, year, value, missing_reason`; `measure` is `liveability_score` (a level) or one of
        `DEVIATIONS` (0 is the national mean of the year). An area without a score is `suppressed_or_unknown`.
    """

    boundary_year: int
    modified: str
    rows: pd.DataFrame


def read_liveability_zip(path: Path) -> LiveabilityScores:
    """Return the scores per wijk and municipality in the zip as the provider offers it; nothing is unpacked to disk.

    Do not read a change in a deviation as a change of the place alone, and do not compare with version 2.0.

    Raises
    ------
    InputError
        The zip is damaged or unsafe (`check_archive`); it lacks one of the two files of scores or has it twice; their years
        differ; a column is missing, a code is no code of its level, a row stands twice, or a score is no number (a level: above
        0).
    """
    names = check_archive(path, largest_total=LARGEST_ARCHIVE)
    members = {level: _member_of(names, level, path) for level in LEVELS}
    last_years = {int(match[3]) for _, match in members.values()}
    if len(last_years) > 1:
        raise _error(path, "scores of wijken and municipalities to the same year", ", ".join(map(str, sorted(last_years))))
    frames = [_scores(path, member, match[0], level, max(last_years)) for level, (member, match) in members.items()]
    modified = max(member_date(path, member) for member, _ in members.values())
    return LiveabilityScores(max(last_years), modified, pd.concat(frames, ignore_index=True))


def _member_of(names: tuple[str, ...], level: str, path: Path) -> tuple[str, re.Match[str]]:
    """Return the full name of the one file with the scores of a level, and what its own name says."""
    matches = [(name, _SCORES.fullmatch(PurePosixPath(name).name)) for name in names]
    found = [(name, match) for name, match in matches if match and match[1].lower() == level]
    if len(found) != 1:
        raise _error(path, f"one file 'Leefbaarometer-scores {level} 2002-YYYY.csv'", f"{len(found)} among {len(names)} files")
    return found[0]


def _scores(path: Path, member: str, name: str, level: str, last_year: int) -> pd.DataFrame:
    where = f"{path}, {name}"
    text = decode_text(read_member(path, member, largest=LARGEST_MEMBER), where=where)
    code, pattern = LEVELS[level]
    columns = {LEVEL: INDICATOR, **DEVIATIONS}
    wide = _read_columns(text, (code, "jaar", *columns), where)
    _check_keys(wide, code, pattern, last_year, where)
    parts = [_measure(wide, column, measure, code, where) for column, measure in columns.items()]
    return pd.concat(parts, ignore_index=True)


def _read_columns(text: str, columns: tuple[str, ...], where: str) -> pd.DataFrame:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        absent = [name for name in columns if name not in (reader.fieldnames or [])]
        if absent:
            found = ", ".join((reader.fieldnames or ["an empty file"])[:12])
            raise _error(where, f"the columns of version 3.0, among them {', '.join(absent)}", found)
        rows = [[reader.line_num, *(row[name] for name in columns)] for row in reader]
    except csv.Error as problem:
        raise _error(f"{where}, line {reader.line_num}", "cells separated by commas", str(problem)) from problem
    short = next((row[0] for row in rows if None in row), None)
    if short is not None or not rows:
        raise _error(f"{where}, line {short or 2}", "a row with every column", "a shorter one" if short else "no rows")
    return pd.DataFrame(rows, columns=["line", *columns])


def _check_keys(wide: pd.DataFrame, code: str, pattern: str, last_year: int, where: str) -> None:
    years = wide["jaar"].where(wide["jaar"].str.fullmatch("[0-9]{4}"), "0").astype(int)
    rules = (
        (~wide[code].str.fullmatch(pattern), f"a code such as {pattern[:2]}…", code),
        (~years.between(FIRST_YEAR, last_year), f"a year from {FIRST_YEAR} to {last_year}", "jaar"),
        (wide.duplicated([code, "jaar"]), "one row per region and year", code),
    )
    for is_wrong, expected, column in rules:
        if is_wrong.any():
            first = wide[is_wrong].iloc[0]
            found = f"{first[column]!r} ({first['jaar']!r})"
            raise _error(f"{where}, line {first['line']}, column {column}", expected, found)


def _measure(wide: pd.DataFrame, column: str, measure: str, code: str, where: str) -> pd.DataFrame:
    is_missing = wide[column].str.strip().isin(MISSING_SIGNS)
    numbers = [None if empty else number_of(text, _STYLE) for text, empty in zip(wide[column], is_missing, strict=True)]
    least = 0.0 if column == LEVEL else float("-inf")
    for place, (number, empty) in enumerate(zip(numbers, is_missing, strict=True)):
        if not empty and (number is None or number.value <= least):
            expected = "a score above 0 with a decimal point" if column == LEVEL else "a number with a decimal point"
            raise _error(
                f"{where}, line {wide['line'].iloc[place]}, column {column}", expected, repr(wide[column].iloc[place][:40])
            )
    return pd.DataFrame(
        {
            "region_code": wide[code],
            "measure": measure,
            "year": wide["jaar"].astype(int),
            "value": pd.array([number.value if number else pd.NA for number in numbers], dtype="Float64"),
            "missing_reason": is_missing.map({True: "suppressed_or_unknown", False: ""}),
        }
    )


def _error(where: object, expected: str, found: str) -> InputError:
    remedy = "download 'open-data-leefbaarometer-meting-YYYY.zip' of version 3.0 again and import it as it is"
    return InputError(str(where), expected=expected, found=found, remedy=remedy)
