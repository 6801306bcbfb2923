"""Protocol for person-level files in a closed environment: schema, synthetic sample, analysis, and checks on what may leave.

Nothing here reads or writes a file or needs a connection. The analyst runs it inside, hands the real file to `check_schema`, and
takes out only `Export.released`. The rules of the environment always come first: they are an argument, never assumed.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError

AREAS = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen", "lwd-rest")


@dataclass(frozen=True)
class Column:
    """One column of the person file: `kind` is integer, boolean, number or code; `allowed` limits codes and numbers.

    Attributes
    ----------
    name : str
        Name in the file.
    kind : str
        integer, boolean, number or code.
    description : str
        What it holds.
    nullable : bool
        Whether it may be empty.
    allowed : tuple or None
        Codes, or the smallest and largest number.
    """

    name: str
    kind: str
    description: str
    nullable: bool = False
    allowed: tuple[str, ...] | tuple[float, float] | None = None


SCHEMA = (
    Column("person_id", "integer", "Pseudonym; never leaves the environment"),
    Column("year", "integer", "Year of observation, 1 January", allowed=(2000, 2100)),
    Column("area_id", "code", "Area of residence on 1 January", allowed=AREAS),
    Column("age", "integer", "Age on 1 January", allowed=(0, 120)),
    Column("moved_in", "boolean", "Moved into the area during the year before"),
    Column("social_assistance", "boolean", "Received social assistance in December"),
    Column("income", "number", "Personal income in euro, prices of one year; missing for those under 15", nullable=True),
    Column("takes_part", "boolean", "Takes part in the intervention from `start_year` on"),
    Column("start_year", "integer", "First year of taking part; missing when never", nullable=True, allowed=(2000, 2100)),
)


@dataclass(frozen=True)
class ExportRules:
    """What may leave the environment. Take the numbers from the environment's own rules; these are the project's minimum.

    Attributes
    ----------
    minimum_count : int
        Fewest persons behind a number, and fewest with the outcome and without it.
    largest_share : float
        Dominance: the largest contributor to a sum has at most this share.
    round_to : int
        Counts are rounded to this multiple.
    """

    minimum_count: int = 10
    largest_share: float = 0.50
    round_to: int = 5


@dataclass(frozen=True)
class Export:
    """What may leave and what stays.

    Attributes
    ----------
    released : DataFrame
        Every cell of the table; a withheld cell has missing numbers and its reason in `withheld`.
    n_withheld : int
        Cells without numbers.
    reasons : tuple of (str, int)
        How often each reason applied.
    """

    released: pd.DataFrame
    n_withheld: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ParticipantComparison:
    """Outcome of participants minus that of matched others (fraction).

    `standard_error` treats persons as independent. `n_unmatched` participants had nobody like them; `n_not_followed` persons,
    participants or not, were not in all three years.

    Attributes
    ----------
    estimate, standard_error : float
        Fractions.
    n_participants, n_unmatched, n_not_followed : int
        Persons.
    """

    estimate: float
    standard_error: float
    n_participants: int
    n_unmatched: int
    n_not_followed: int


def check_schema(persons: pd.DataFrame) -> None:
    """Raise `InputError` when a person file is not what the protocol expects; nothing is changed or dropped.

    Parameters
    ----------
    persons : DataFrame
        One row per person and year.

    Raises
    ------
    InputError
        A column is absent, a value missing or out of range, or a person occurs twice in a year.
    """
    absent = [column.name for column in SCHEMA if column.name not in persons]
    _require(not absent, "columns", f"the {len(SCHEMA)} columns of the schema", f"absent: {', '.join(absent)}")
    for column in SCHEMA:
        values = persons[column.name]
        _require(
            column.nullable or not values.isna().any(), column.name, "no missing value", f"{int(values.isna().sum())} missing"
        )
        _check_allowed(column, values.dropna())
    twice = int(persons.duplicated(["person_id", "year"]).sum())
    _require(twice == 0, "person_id", "one row per person and year", f"{twice} double")


def synthetic_sample(
    n_persons: int, years: Sequence[int], *, rng: np.random.Generator, effect: float = 0.0, participants: int = 100
) -> pd.DataFrame:
    """Return a made-up person file with a known truth, to write and test the analysis outside the environment.

    Parameters
    ----------
    n_persons : int
        Persons; each is there in every year and stays in one area.
    years : sequence of int
        In order; participation starts in the middle one.
    rng : Generator
        Source of randomness.
    effect : float
        True change in the chance of social assistance of participants from their start on.
    participants : int
        Drawn from residents of Oost who receive social assistance in the first year, so that they differ from others, as in
        real life.

    Returns
    -------
    DataFrame
        The columns of `SCHEMA`. No row describes a real person.

    Notes
    -----
    Truth: persons have a constant chance of social assistance around 0.12 (0.5 for one in six, else about 0.04), independent
    over the years. Participants are picked on a year in which they received it: without any effect their share falls after the
    first year, which is regression to the mean and not success.
    """
    _require_positive(n_persons, len(years), participants)
    chance = np.where(rng.random(n_persons) < 1 / 6, 0.5, 0.044)
    area = rng.choice(len(AREAS), n_persons, p=[0.1, 0.06, 0.03, 0.03, 0.08, 0.7])
    age = rng.integers(15, 66, n_persons)
    first = rng.random(n_persons) < chance
    takes_part = _pick(np.flatnonzero(first & (area < len(AREAS) - 1)), participants, n_persons, rng)
    start = list(years)[len(years) // 2]
    frames = []
    for position, year in enumerate(years):
        treated = takes_part & (year >= start)
        received = first if position == 0 else rng.random(n_persons) < np.clip(chance + effect * treated, 0, 1)
        frames.append(_year_frame(year, area, age + position, received, takes_part, start, rng))
    return pd.concat(frames, ignore_index=True)


def tabulate_persons(persons: pd.DataFrame, by: Sequence[str], outcome: str) -> pd.DataFrame:
    """Return counts per cell with what the export check needs; the result still has to pass `check_export`.

    Parameters
    ----------
    persons : DataFrame
        As in `SCHEMA`; rows with a missing outcome are not counted, and a `DroppedRowsWarning` says how many.
    by : sequence of str
        Columns that make the cells.
    outcome : str
        A boolean or a non-negative amount.

    Returns
    -------
    DataFrame
        `by`, `n`, `total` (number with the outcome, or the sum), `largest` (largest contribution), `is_share`.
    """
    known = persons.dropna(subset=[outcome])
    if len(known) < len(persons):
        warnings.warn(f"{len(persons) - len(known)} rows without {outcome} are not counted", DroppedRowsWarning, stacklevel=2)
    is_share = bool(known[outcome].isin([True, False]).all())
    _require(bool((known[outcome].astype(float) >= 0).all()), outcome, "no amount below zero", "negative amounts")
    cells = known.assign(amount=known[outcome].astype(float)).groupby(list(by), observed=True)["amount"]
    table = cells.agg(n="size", total="sum", largest="max").reset_index()
    return table.assign(is_share=is_share)


def check_export(table: pd.DataFrame, rules: ExportRules) -> Export:
    """Return what may leave of a table made by `tabulate_persons`.

    Parameters
    ----------
    table : DataFrame
        With `n`, `total`, `largest`, `is_share`.
    rules : ExportRules
        Of the environment.

    Returns
    -------
    Export
        Counts rounded, `share` or `mean` calculated from the rounded numbers; `largest` never leaves.

    Raises
    ------
    InputError
        A column that names persons is in the table, or a needed one is absent.

    Notes
    -----
    Checks each cell on its own: minimum count, minimum on both sides of a share, dominance. It does not protect against
    subtracting two exports of overlapping groups: keep the cells of all exports together and check them as one publication.
    """
    needed = {"n", "total", "largest", "is_share"}
    _require(needed <= set(table.columns), "table", "a table of tabulate_persons", str(sorted(table.columns)))
    _require("person_id" not in table.columns, "table", "no person_id", "person_id")
    reasons = pd.Series(
        [_withhold_reason(row, rules) for row in table.itertuples(index=False)], index=table.index, dtype="object"
    )
    kept = reasons == ""
    count = _round(table["n"], rules.round_to).where(kept)
    total = table["total"].where(~table["is_share"], _round(table["total"], rules.round_to)).where(kept)
    released = table.drop(columns=["n", "total", "largest", "is_share"]).assign(
        n=count, total=total, value=total / count, withheld=reasons
    )
    counted = reasons[~kept].value_counts().sort_index()
    return Export(released, int((~kept).sum()), tuple((str(name), int(times)) for name, times in counted.items()))


def compare_participants(persons: pd.DataFrame, *, outcome: str, before: int, after: int) -> ParticipantComparison:
    """Return the change of participants against people who were like them before.

    Parameters
    ----------
    persons : DataFrame
        As in `SCHEMA`.
    outcome : str
        Boolean column.
    before, after : int
        Years; `before` lies before the start of every participant.

    Notes
    -----
    Exact cells on age in tens and on the outcome in the first year and in `before`, with everyone else in the cell as
    comparison, weighted by participants. Matching on the years before takes regression to the mean out as far as it runs
    through those years; what was not recorded stays. Participants in cells without others are counted as unmatched.

    Raises
    ------
    InputError
        Nobody took part, a year is absent, or participation began in or before `before`.
    """
    wide, n_not_followed = _before_and_after(persons, outcome, before, after)
    cells = (
        wide.groupby(["age_ten", "first", "before", "takes_part"], observed=True)["after"]
        .agg(["mean", "size", "var"])
        .reset_index()
    )
    own, others = cells[cells["takes_part"]], cells[~cells["takes_part"]]
    matched = own.merge(others, on=["age_ten", "first", "before"], suffixes=("", "_other"))
    n_total, n_matched = int(own["size"].sum()), int(matched["size"].sum())
    _require(n_matched > 0, "participants", "somebody to compare with", "nobody")
    weight = (matched["size"] / n_matched).to_numpy()
    gap = (matched["mean"] - matched["mean_other"]).to_numpy()
    variance = matched["var"].fillna(0) / matched["size"] + matched["var_other"].fillna(0) / matched["size_other"]
    error = float(np.sqrt(weight**2 @ variance.to_numpy()))
    return ParticipantComparison(float(weight @ gap), error, n_total, n_total - n_matched, n_not_followed)


def _before_and_after(persons: pd.DataFrame, outcome: str, before: int, after: int) -> tuple[pd.DataFrame, int]:
    first = int(persons["year"].min())
    absent = {before, after} - set(persons["year"])
    _require(not absent, "year", "both years in the file", f"absent: {sorted(absent)}")
    _require(bool(persons["takes_part"].any()), "takes_part", "at least one participant", "none")
    _require(not (persons["start_year"] <= before).any(), "before", "a year before every start", str(before))
    values = persons.pivot(index="person_id", columns="year", values=outcome)[list(dict.fromkeys([first, before, after]))].astype(
        float
    )
    followed = values.dropna()
    base = persons[persons["year"] == before].set_index("person_id").loc[followed.index]
    wide = pd.DataFrame(
        {
            "age_ten": base["age"] // 10,
            "takes_part": base["takes_part"].astype(bool),
            "first": followed[first].astype(bool),
            "before": followed[before].astype(bool),
            "after": followed[after],
        }
    )
    return wide, len(values) - len(followed)


def _year_frame(
    year: int,
    area: NDArray[np.int64],
    age: NDArray[np.int64],
    received: NDArray[np.bool_],
    takes_part: NDArray[np.bool_],
    start: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = area.size
    return pd.DataFrame(
        {
            "person_id": np.arange(1, n + 1),
            "year": year,
            "area_id": np.array(AREAS)[area],
            "age": age,
            "moved_in": rng.random(n) < 0.09,
            "social_assistance": received,
            "income": np.round(rng.lognormal(9.9, 0.6, n), -2),
            "takes_part": takes_part,
            "start_year": np.where(takes_part, float(start), np.nan),
        }
    )


def _pick(candidates: NDArray[np.int64], wanted: int, n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    if candidates.size < wanted:
        raise ParameterError(
            "participants", expected=f"at most {candidates.size}", found=str(wanted), remedy="ask for fewer or more persons"
        )
    picked = np.zeros(n, dtype=bool)
    picked[rng.choice(candidates, wanted, replace=False)] = True
    return picked


def _withhold_reason(row: object, rules: ExportRules) -> str:
    n, total, largest, is_share = (getattr(row, name) for name in ("n", "total", "largest", "is_share"))
    if n < rules.minimum_count:
        return "fewer than the minimum"
    if is_share and min(total, n - total) < rules.minimum_count:
        return "fewer than the minimum on one side"
    if not is_share and total > 0 and largest > rules.largest_share * total:
        return "one person dominates"
    return ""


def _round(counts: pd.Series, multiple: int) -> pd.Series:
    return (counts / multiple).round() * multiple


def _check_allowed(column: Column, values: pd.Series) -> None:
    if column.kind == "boolean":
        _require(bool(values.isin([True, False]).all()), column.name, "true or false", "other values")
    elif column.kind == "code":
        unknown = sorted(set(values) - set(column.allowed or ()))
        _require(not unknown, column.name, f"one of {column.allowed}", str(unknown))
    elif pd.to_numeric(values, errors="coerce").isna().any():
        _require(False, column.name, "numbers", "other values")
    elif column.allowed is not None:
        low, high = column.allowed
        _require(bool(values.between(low, high).all()), column.name, f"between {low} and {high}", "values outside")


def _require_positive(*numbers: int) -> None:
    if min(numbers) <= 0:
        raise ParameterError("sample", expected="positive numbers", found=str(numbers), remedy="correct the numbers")


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise InputError(f"person file, {where}", expected=expected, found=found, remedy="correct the file")
