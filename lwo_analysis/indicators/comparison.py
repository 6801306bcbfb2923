"""One area beside others: levels with their intervals, and the gap to each comparison with its own.

An area is often part of what it is compared with: Leeuwarden Oost lies in Leeuwarden. Its gap to the whole is then its gap to the
rest, times the share of the rest in the whole, and so is the interval; treating the two as independent would be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.areas import Area
from lwo_analysis.catalogue.areas import areas as catalogued_areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.disclosure.rules import without_figures
from lwo_analysis.indicators.distance import oriented_gap
from lwo_analysis.indicators.uncertainty import difference_of_shares, poisson_interval, wilson_interval

LEVEL_COLUMNS: tuple[str, ...] = ("indicator_id", "area_id", "year", "value", "lower", "upper", "status", "origin", "source_id")
GAP_COLUMNS: tuple[str, ...] = (
    "indicator_id",
    "area_id",
    "compare_id",
    "year",
    "gap",
    "lower",
    "upper",
    "oriented_gap",
    "relative_gap",
)
ORIENTED = ("higher", "lower")


class LevelRow(Protocol):
    """One row of `Comparison.levels` as ``itertuples`` gives it; any number of it can be missing (``pd.isna``).

    Attributes
    ----------
    indicator_id, area_id, year, value, numerator, denominator
        As in :class:`Comparison`.
    """

    indicator_id: str
    area_id: str
    year: int
    value: float
    numerator: float
    denominator: float


class GapRow(Protocol):
    """One row of `Comparison.gaps` as ``itertuples`` gives it; any number of it can be missing (``pd.isna``).

    Attributes
    ----------
    indicator_id, area_id, compare_id, year, gap, lower, upper, oriented_gap, relative_gap
        As in :class:`Comparison`.
    """

    indicator_id: str
    area_id: str
    compare_id: str
    year: int
    gap: float
    lower: float
    upper: float
    oriented_gap: float
    relative_gap: float


@dataclass(frozen=True)
class Comparison:
    """An area beside its comparisons.

    Attributes
    ----------
    levels : DataFrame
        Columns `LEVEL_COLUMNS`: one row per indicator and area, the area first. Shares in percent; `lower` and `upper` are the
        provider's margins, or the 95 % year-to-year chance of a register count, or empty. With `decimals` when the observations
        have that column, for figures as a document prints them.
    gaps : DataFrame
        Columns `GAP_COLUMNS`: one row per indicator and comparison; counts have no gap. `gap` is area minus comparison in the
        unit of the indicator;
        `oriented_gap` is positive where the area is worse off and empty for `context` and `ambiguous` indicators; `relative_gap`
        is the oriented gap as a fraction of the comparison.
    """

    levels: pd.DataFrame
    gaps: pd.DataFrame


def compare_area(
    observations: pd.DataFrame,
    area_id: str,
    compare_ids: tuple[str, ...],
    indicators: Mapping[str, Indicator],
    areas: Mapping[str, Area],
    year: int | None,
) -> Comparison:
    """Return an area beside its comparisons for one year.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table, one row per area, indicator and year. Not changed.
    area_id : str
        The area.
    compare_ids : tuple of str
        Its comparisons, in the order in which they are shown.
    indicators, areas : mapping
        The catalogue; only these indicators are compared.
    year : int or None
        Reference year; None for figures whose source names no year.

    Returns
    -------
    Comparison
        Indicators without a row for the area in that year are left out; those whose figure is missing stay, with their status.

    Raises
    ------
    CannotAnswerError
        The area has no row for any of the indicators in that year.

    Notes
    -----
    Intervals of levels: Wilson for shares with counts, exact Poisson for ratios of counts, the provider's margins otherwise.
    Intervals of gaps: Newcombe for two areas without common residents; for an area inside its comparison (or around it) the gap
    to the rest, times the rest's share of the denominator; none for areas that overlap in part. Registers are complete: the
    interval is the chance by which the same place would differ from year to year. Not checked: that residents are independent of
    each other.
    """
    chosen = _select(observations, (area_id, *compare_ids), indicators, year)
    own = set(chosen.loc[chosen["area_id"] == area_id, "indicator_id"])
    if not own:
        raise _no_figures(observations, area_id, indicators, year)
    kept = chosen[chosen["indicator_id"].isin(own)].reset_index(drop=True)
    levels = _with_intervals(kept, indicators)
    shown = [*LEVEL_COLUMNS, *(name for name in ("decimals",) if name in levels)]
    return Comparison(levels[shown], _gaps(levels, area_id, compare_ids, indicators, areas))


def with_enough_people(observations: pd.DataFrame, min_n: int) -> pd.DataFrame:
    """Return the observations in which figures that rest on fewer people than asked are hidden, with that as their status.

    It comes after the protection of the sources and never undoes it.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table. Not changed. A figure that does not say on how many it rests stays.
    min_n : int
        Fewest people, households or respondents; a figure that rests on exactly so many stays.

    Examples
    --------
    >>> row = {"value": 9.0, "numerator": 9.0, "denominator": 99.0, "lower": None, "upper": None, "n": 99.0, "status": "final"}
    >>> with_enough_people(pd.DataFrame([row]), 100)["status"].tolist()
    ['suppressed']
    """
    few = observations["n"].lt(min_n).fillna(False).astype(bool) & observations["value"].notna()
    return without_figures(observations, few)


def used_observations(observations: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Return the rows of the observation table that a comparison shows.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    comparison : Comparison
        What is shown.
    """
    keys = ["indicator_id", "area_id", "year", "source_id"]
    shown = pd.MultiIndex.from_frame(comparison.levels[keys])
    return observations[pd.MultiIndex.from_frame(observations[keys]).isin(shown)]


def latest_year(observations: pd.DataFrame, area_id: str, indicators: Mapping[str, Indicator]) -> int:
    """Return the latest year in which an area has a figure for one of the indicators.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    area_id : str
        Id of catalogue/areas.yml.
    indicators : mapping of str to Indicator
        The indicators that count.

    Raises
    ------
    CannotAnswerError
        It has none.
    """
    years = _years_with_figures(observations, area_id, indicators)
    if not years:
        raise _no_figures(observations, area_id, indicators, None)
    return years[-1]


def rounding_bounds(value: float, step: float, other: float, other_step: float, direction: str) -> tuple[float, float]:
    """Return between which values the relative gap of two printed figures lies, given the steps they were rounded to.

    Parameters
    ----------
    value, other : float
        The printed figures of the area and of its comparison, in the same unit; `other` above zero.
    step, other_step : float
        The steps to which they were rounded; a figure lies within half a step of what is printed.
    direction : str
        `higher` or `lower` is better.

    Returns
    -------
    tuple of float
        Lower and upper end of (area - comparison) / comparison, oriented so that positive is worse.

    Examples
    --------
    68 against 74, both rounded to whole numbers: from 5.0/73.5 to 7.0/74.5, and the ends are taken over all four corners.

    >>> [round(bound, 4) for bound in rounding_bounds(68, 1, 74, 1, "higher")]
    [0.068, 0.094]
    """
    corners = [
        float(oriented_gap(value + s * step / 2, other + t * other_step / 2, direction)) / (other + t * other_step / 2)
        for s in (-1, 1)
        for t in (-1, 1)
    ]
    return min(corners), max(corners)


def is_part_of(area_id: str, other_id: str, areas: Mapping[str, Area]) -> bool:
    """Return whether every resident of an area is counted in another one as well.

    Parameters
    ----------
    area_id, other_id : str
        Ids of catalogue/areas.yml.
    areas : mapping of str to Area
        The catalogue.

    Examples
    --------
    >>> from lwo_analysis.catalogue.areas import areas
    >>> is_part_of("bilgaard", "lwd", areas()), is_part_of("lwo", "lwd-rest", areas()), is_part_of("lwd-rest", "g40", areas())
    (True, False, True)
    """
    own, other = areas[area_id], areas[other_id]
    if area_id == other_id or other.kind == "country" or _has_regions_inside(own, other):
        return True
    if own.whole is not None and is_part_of(own.whole, other_id, areas):
        return True
    if own.whole is None and own.parts and all(is_part_of(part, other_id, areas) for part in own.parts):
        return True
    if other.whole is not None:
        return is_part_of(area_id, other.whole, areas) and not any(overlaps(area_id, part, areas) for part in other.parts)
    return any(is_part_of(area_id, part, areas) for part in other.parts)


def overlaps(area_id: str, other_id: str, areas: Mapping[str, Area]) -> bool:
    """Return whether two areas have residents in common.

    Parameters
    ----------
    area_id, other_id : str
        Ids of catalogue/areas.yml.
    areas : mapping of str to Area
        The catalogue.

    Examples
    --------
    >>> from lwo_analysis.catalogue.areas import areas
    >>> overlaps("lwo", "lwd-rest", areas()), overlaps("g40", "lwd-rest", areas()), overlaps("bilgaard", "lwo", areas())
    (False, True, True)
    """
    if is_part_of(area_id, other_id, areas) or is_part_of(other_id, area_id, areas):
        return True
    pairs = [(area_id, part) for part in _summed(other_id, areas)] + [(part, other_id) for part in _summed(area_id, areas)]
    return any(overlaps(one, two, areas) for one, two in pairs)


def _summed(area_id: str, areas: Mapping[str, Area]) -> tuple[str, ...]:
    """Return the areas that an area is the sum of; none for a rest, whose parts are outside it."""
    return areas[area_id].parts if areas[area_id].whole is None else ()


def _has_regions_inside(own: Area, other: Area) -> bool:
    """Return whether the CBS codes of an area lie within those of another: the digits of a wijk begin with its municipality's."""
    inner = [code[2:] for span in own.regions for code in span.codes]
    outer = tuple(code[2:] for span in other.regions for code in span.codes)
    return bool(inner) and bool(outer) and all(digits.startswith(outer) for digits in inner)


def _select(
    observations: pd.DataFrame, area_ids: tuple[str, ...], indicators: Mapping[str, Indicator], year: int | None
) -> pd.DataFrame:
    in_year = observations["year"].isna() if year is None else observations["year"].eq(year).fillna(False)
    chosen = observations[in_year & observations["area_id"].isin(area_ids) & observations["indicator_id"].isin(indicators)]
    order = {name: place for place, name in enumerate(indicators)}
    places = {name: place for place, name in enumerate(area_ids)}
    return chosen.assign(_i=chosen["indicator_id"].map(order), _a=chosen["area_id"].map(places)).sort_values(["_i", "_a"])


def _no_figures(
    observations: pd.DataFrame, area_id: str, indicators: Mapping[str, Indicator], year: int | None
) -> CannotAnswerError:
    place = catalogued_areas()[area_id]
    names = (place.name_nl, place.name_en)
    years = _years_with_figures(observations, area_id, indicators)
    if year is None or not years:
        return CannotAnswerError("no_figures_of_area", area=names)
    return CannotAnswerError("no_figures_in_year", area=names, year=year, years=", ".join(map(str, years)))


def _years_with_figures(observations: pd.DataFrame, area_id: str, indicators: Mapping[str, Indicator]) -> list[int]:
    mine = observations[observations["area_id"].eq(area_id) & observations["indicator_id"].isin(indicators)]
    return sorted({int(year) for year in mine.loc[mine["value"].notna(), "year"].dropna()})


def _with_intervals(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    bounds = [_bounds(row, indicators[row.indicator_id]) for row in rows.itertuples()]
    computed = pd.DataFrame(bounds, columns=["lower", "upper"], index=rows.index, dtype="Float64")
    return rows.assign(lower=rows["lower"].fillna(computed["lower"]), upper=rows["upper"].fillna(computed["upper"]))


def _bounds(row: LevelRow, indicator: Indicator) -> tuple[float, float]:
    if pd.isna(row.numerator) or pd.isna(row.denominator):
        return float("nan"), float("nan")
    is_share = indicator.unit == "percent"
    interval = (wilson_interval if is_share else poisson_interval)(row.numerator, row.denominator).scaled(indicator.scale)
    return float(interval.lower), float(interval.upper)


def _gaps(
    levels: pd.DataFrame,
    area_id: str,
    compare_ids: tuple[str, ...],
    indicators: Mapping[str, Indicator],
    areas: Mapping[str, Area],
) -> pd.DataFrame:
    rows = {(row.indicator_id, row.area_id): row for row in levels.itertuples()}
    names = [name for name in dict.fromkeys(levels["indicator_id"]) if indicators[name].unit != "count"]
    pairs = [(name, other) for name in names for other in compare_ids if (name, other) in rows]
    relations = {other: _relation(area_id, other, areas) for other in compare_ids}
    gaps = [_gap(rows[name, area_id], rows[name, other], indicators[name], relations[other]) for name, other in pairs]
    return pd.DataFrame(gaps, columns=list(GAP_COLUMNS))


def _relation(area_id: str, other_id: str, areas: Mapping[str, Area]) -> str:
    """Return how two areas lie to each other: `inside`, `contains`, `disjoint` or `overlapping`."""
    if is_part_of(area_id, other_id, areas):
        return "inside"
    if is_part_of(other_id, area_id, areas):
        return "contains"
    return "overlapping" if overlaps(area_id, other_id, areas) else "disjoint"


def _gap(own: LevelRow, other: LevelRow, indicator: Indicator, relation: str) -> tuple[object, ...]:
    mine, theirs = (float("nan") if pd.isna(row.value) else float(row.value) for row in (own, other))
    lower, upper = _gap_bounds(own, other, indicator, relation)
    oriented = oriented_gap(mine, theirs, indicator.direction) if indicator.direction in ORIENTED else float("nan")
    relative = oriented / abs(theirs) if theirs else float("nan")
    return (own.indicator_id, own.area_id, other.area_id, own.year, mine - theirs, lower, upper, oriented, relative)


def _gap_bounds(own: LevelRow, other: LevelRow, indicator: Indicator, relation: str) -> tuple[float, float]:
    counts = np.array([own.numerator, own.denominator, other.numerator, other.denominator], dtype="object")
    if indicator.unit != "percent" or pd.isna(counts).any() or relation == "overlapping":
        return float("nan"), float("nan")
    mine, theirs = tuple(counts[:2].astype(float)), tuple(counts[2:].astype(float))
    if relation == "inside":
        return _nested_bounds(mine, theirs, indicator.scale)
    if relation == "contains":
        lower, upper = _nested_bounds(theirs, mine, indicator.scale)
        return -upper, -lower
    gap = difference_of_shares(mine, theirs).scaled(indicator.scale)
    return float(gap.lower), float(gap.upper)


def _nested_bounds(inner: tuple[float, float], outer: tuple[float, float], scale: float) -> tuple[float, float]:
    """Return the interval of inner minus outer share, from that of inner minus rest; nan when there is no rest."""
    (x, n), (all_x, all_n) = inner, outer
    if all_n <= n:
        return float("nan"), float("nan")
    rest = difference_of_shares((x, n), (all_x - x, all_n - n)).scaled(scale * (all_n - n) / all_n)
    return float(rest.lower), float(rest.upper)
