"""The one table of the project: an observation, its columns, and the checks made when it is written and read.

The schema is code: the data dictionary and `datapackage.json` are generated from `COLUMNS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from lwo_analysis.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


class Status(StrEnum):
    """Whether a value is present and how firm it is; only `final` and `provisional` have a value."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    SUPPRESSED = "suppressed"
    NOT_PUBLISHED = "not_published"
    NOT_APPLICABLE = "not_applicable"


class Origin(StrEnum):
    """How a number came to be; `demo` is synthetic and never meets the others on a page."""

    PUBLISHED = "published"
    REGISTER = "register"
    SURVEY = "survey"
    MODELLED = "modelled"
    PARTNER = "partner"
    DEMO = "demo"


STATUS_WITH_VALUE = frozenset({Status.FINAL, Status.PROVISIONAL})


@dataclass(frozen=True)
class Column:
    """One column of the observations: its type on disk, whether it may be empty, and what it means."""

    name: str
    dtype: str
    nullable: bool
    description: str
    unit: str = ""


COLUMNS: tuple[Column, ...] = (
    Column("area_id", "string", False, "Place with a stable identity over time; see catalogue/areas.yml."),
    Column("indicator_id", "string", False, "What was measured; see catalogue/indicators.yml."),
    Column("year", "Int64", True, "Reference year; empty only for published figures whose source names no year.", "year"),
    Column(
        "value", "Float64", True, "The figure, in the unit of the indicator (shares in percent); empty unless status has one."
    ),
    Column(
        "lower",
        "Float64",
        True,
        "Lower end of the 95 % interval of the provider; for an area of several regions the widest it can be.",
    ),
    Column(
        "upper",
        "Float64",
        True,
        "Upper end of the 95 % interval of the provider; for an area of several regions the widest it can be.",
    ),
    Column("numerator", "Float64", True, "Count above the line of a share or rate; empty for figures delivered without counts."),
    Column("denominator", "Float64", True, "Count below the line of a share or rate."),
    Column("n", "Float64", True, "Number of residents, households, dwellings or respondents that the figure speaks of."),
    Column("status", "string", False, "final, provisional, suppressed, not_published or not_applicable."),
    Column("origin", "string", False, "published, register, survey, modelled, partner or demo."),
    Column("source_id", "string", False, "Source card of the figure; see catalogue/sources.yml."),
    Column("vintage", "string", False, "Modified date that the provider gives to the table, or the date of the document."),
)
COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
KEY: tuple[str, ...] = ("area_id", "indicator_id", "year", "source_id")


def observation_schema(area_ids: frozenset[str], indicator_ids: frozenset[str]) -> pa.DataFrameSchema:
    """Return the pandera schema of the observations for a catalogue.

    Parameters
    ----------
    area_ids, indicator_ids : frozenset of str
        The closed worlds of areas and indicators; any other id is an error.
    """
    allowed = {
        "area_id": sorted(area_ids),
        "indicator_id": sorted(indicator_ids),
        "status": [str(status) for status in Status],
        "origin": [str(origin) for origin in Origin],
    }
    columns = {
        column.name: pa.Column(
            column.dtype,
            checks=[pa.Check.isin(allowed[column.name])] if column.name in allowed else [],
            nullable=column.nullable,
        )
        for column in COLUMNS
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def validate_observations(
    observations: pd.DataFrame, *, where: str, area_ids: frozenset[str], indicator_ids: frozenset[str]
) -> pd.DataFrame:
    """Return the observations when every rule of the table holds.

    Parameters
    ----------
    observations : DataFrame
        Columns as in `COLUMNS`, in that order.
    where : str
        File or step that is checked; it opens the error line.
    area_ids, indicator_ids : frozenset of str
        Closed worlds of the catalogue.

    Raises
    ------
    InputError
        A column is missing, has another type or an unknown id; a key occurs twice; a value stands where the status has none, or
        is absent where the status has one; a year is absent for a figure that was not typed from a document; a lower end lies
        above the upper end; demo figures stand among real ones.
    """
    try:
        observation_schema(area_ids, indicator_ids).validate(observations)
    except (SchemaError, SchemaErrors) as problem:
        raise InputError(
            where,
            expected="the columns and domains of the observation table",
            found=_first_line(problem),
            remedy="run `lwo build` again, or correct the catalogue when an id is new",
        ) from problem
    _check_rows(observations, where)
    return observations


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0][:200]


def _check_rows(observations: pd.DataFrame, where: str) -> None:
    has_value = observations["value"].notna()
    may_have_value = observations["status"].isin([str(status) for status in STATUS_WITH_VALUE])
    rules = (
        (observations.duplicated(list(KEY)), "one row per area, indicator, year and source", "a repeated key"),
        (has_value & ~may_have_value, "no value where the status has none", "a value with a status of missing"),
        (~has_value & may_have_value, "a value where the status is final or provisional", "no value"),
        (
            observations["year"].isna() & (observations["origin"] != Origin.PUBLISHED),
            "a year for every figure that was not typed from a document",
            "no year",
        ),
        (
            (observations["lower"] > observations["upper"]).fillna(False),
            "a lower end at or below the upper end",
            "an interval turned around",
        ),
    )
    for broken, expected, found in rules:
        if broken.any():
            raise _row_error(observations[broken], where, expected, found)
    origins = set(observations["origin"])
    if Origin.DEMO in origins and len(origins) > 1:
        raise InputError(
            where,
            expected="demo figures in a table of their own",
            found=", ".join(sorted(origins)),
            remedy="keep the demo panel apart",
        )


def _row_error(rows: pd.DataFrame, where: str, expected: str, found: str) -> InputError:
    first = rows.iloc[0]
    key = ", ".join(str(first[name]) for name in KEY)
    return InputError(
        where,
        expected=expected,
        found=f"{found} in {len(rows)} row(s), first ({key})",
        remedy="mend the source module or the raw file",
    )
