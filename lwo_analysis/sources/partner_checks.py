"""What must hold among delivered figures, and what may not be kept of them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.errors import InputError
from lwo_analysis.sources.partner_mapping import REASONS, FigureColumns, PartnerMapping

KEY = ["key", "indicator_id", "year"]
SUMMED = ("value", "numerator", "denominator", "n")
MAY_BE_NEGATIVE = ("index", "euro", "degrees")
LARGEST_GAP = 0.05
"""A delivered share and its counts may differ by rounding: by half a unit of a whole percentage, or by this part of the share."""


def checked_figures(rows: pd.DataFrame, mapping: PartnerMapping, *, where: str) -> tuple[pd.DataFrame, int]:
    """Return the figures with their values computed, and how many were taken out for resting on too few people.

    Parameters
    ----------
    rows : DataFrame
        As read: `FIGURE_COLUMNS` and `place`, one row per delivered figure; a value without its own column is still empty.
    mapping : PartnerMapping
        Says which figures are counts, whether rows are summed, and the minimum cell.
    where : str
        The file, for error lines.

    Raises
    ------
    InputError
        As `read_partner_figures` says.
    """
    by_indicator = {figure.indicator: figure for figure in mapping.figures}
    unique = _summed(rows) if mapping.combine == "sum" else rows
    _check_unique(unique)
    parts = [
        _computed(group.copy(), by_indicator[str(name)], where) for name, group in unique.groupby("indicator_id", sort=False)
    ]
    whole = pd.concat(parts, ignore_index=True)
    for expected, is_wrong in _rules(by_indicator):
        _refuse(whole, is_wrong(whole), expected)
    return _suppressed(whole, mapping.minimum_cell)


def _check_unique(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(KEY, keep=False)]
    if len(twice):
        first = twice.iloc[0]
        same = twice[twice[KEY].eq(first[KEY]).all(axis=1)]
        raise InputError(
            same["place"].iloc[1],
            expected=f"one figure of {first['indicator_id']} for {first['key']} in {first['year']}",
            found=f"another one, the first at {same['place'].iloc[0].rpartition(', ')[2]}",
            remedy="remove one, select rows with `where`, or write combine: sum in the mapping for counts of parts of an area",
        )


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per key: sums of counts, missing with the strongest reason when one of them is missing."""
    groups = rows.groupby(KEY, sort=False)
    sums = groups[list(SUMMED)].agg(lambda values: values.sum(skipna=False))
    others = groups.agg(
        name=("name", "first"),
        is_provisional=("is_provisional", "any"),
        place=("place", "first"),
        missing_reason=("missing_reason", lambda reasons: min(set(reasons) - {""}, key=REASONS.index, default="")),
    )
    return sums.join(others).assign(lower=pd.NA, upper=pd.NA).astype({"lower": "Float64", "upper": "Float64"}).reset_index()


def _computed(rows: pd.DataFrame, figure: FigureColumns, where: str) -> pd.DataFrame:
    """Return the rows of one indicator with a value: the delivered one, or scale times numerator over denominator."""
    kind = indicators()[figure.indicator]
    if figure.numerator and figure.denominator:
        ratio = kind.scale * rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0)
        if figure.value:
            _check_agrees(rows, ratio)
        else:
            rows = rows.assign(value=ratio)
            nothing_below = rows["denominator"].eq(0).fillna(False).astype(bool) & rows["missing_reason"].eq("")
            rows["missing_reason"] = rows["missing_reason"].mask(nothing_below, "impossible")
    if figure.value and figure.unit == "percent" and not figure.below_one:
        _check_no_fractions(rows, where)
    absent = rows["missing_reason"].ne("")
    return rows.assign(**{name: rows[name].mask(absent) for name in (*SUMMED, "lower", "upper")})


def _check_agrees(rows: pd.DataFrame, ratio: pd.Series) -> None:
    gap = (rows["value"] - ratio).abs()
    allowed = (LARGEST_GAP * ratio.abs()).clip(lower=0.5)
    _refuse(rows, gap > allowed, "a value that follows from its numerator and denominator (is the unit right?)")


def _check_no_fractions(rows: pd.DataFrame, where: str) -> None:
    present = rows["value"].dropna()
    if len(present) and (present <= 1).all() and (present % 1 != 0).any():
        raise InputError(
            f"{where}, {rows['indicator_id'].iloc[0]}",
            expected="percentages from 0 to 100",
            found=f"{len(present)} figures of at most {present.max():g}, which look like fractions",
            remedy="write unit: fraction in the mapping, or below_one: true when they really are percentages below 1",
        )


def _rules(figures: dict[str, FigureColumns]) -> tuple[tuple[str, Callable[[pd.DataFrame], pd.Series]], ...]:
    units = {name: indicators()[name].unit for name in figures}

    def unit_is(rows: pd.DataFrame, *names: str) -> pd.Series:
        return rows["indicator_id"].map(units).isin(names)

    return (
        ("a figure of 0 or more", lambda rows: (rows["value"] < 0) & ~unit_is(rows, *MAY_BE_NEGATIVE)),
        ("a percentage from 0 to 100", lambda rows: (rows["value"] > 100) & unit_is(rows, "percent")),
        ("a whole number", lambda rows: (rows["value"] % 1 != 0) & unit_is(rows, "count")),
        (
            "a numerator at most its denominator",
            lambda rows: (rows["numerator"] > rows["denominator"]) & unit_is(rows, "percent"),
        ),
        (
            "an interval around the value",
            lambda rows: (rows["lower"] > rows["value"]) | (rows["upper"] < rows["value"]) | (rows["lower"] > rows["upper"]),
        ),
    )


def _refuse(rows: pd.DataFrame, is_wrong: pd.Series, expected: str) -> None:
    wrong = rows[is_wrong.fillna(False).astype(bool)]
    if len(wrong):
        first = wrong.iloc[0]
        numbers = {name: first[name] for name in ("value", "lower", "upper", "numerator", "denominator") if pd.notna(first[name])}
        raise InputError(
            f"{first['place']}, {first['indicator_id']} of {first['key']}",
            expected=expected,
            found=", ".join(f"{name} {number:g}" for name, number in numbers.items()),
            remedy="mend the cell, or correct unit, factor or the columns in the mapping",
        )


def _suppressed(rows: pd.DataFrame, minimum: int) -> tuple[pd.DataFrame, int]:
    """Take out every figure with a count under the minimum: delivered, implied by share or rate and n, or itself the figure."""
    is_count = rows["indicator_id"].map(lambda name: indicators()[name].unit == "count").astype(bool)
    scale = rows["indicator_id"].map(lambda name: indicators()[name].scale)
    implied = (rows["value"] / scale * rows["n"]).where(scale.gt(1) & rows["numerator"].isna())
    counts = [rows["numerator"], rows["denominator"], rows["n"], rows["value"].where(is_count), implied]
    hidden = pd.concat([(count < minimum).fillna(False).astype(bool) for count in counts], axis=1).any(axis=1)
    hidden &= rows["missing_reason"].eq("")
    cleared = {name: rows[name].mask(hidden) for name in (*SUMMED, "lower", "upper")}
    reasons = rows["missing_reason"].mask(hidden, "suppressed_or_unknown")
    return rows.assign(**cleared, missing_reason=reasons), int(hidden.sum())
