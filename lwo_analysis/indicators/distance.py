"""The distance of an area to a comparison: oriented gaps, the five classes of the 2013 monitor, level against distance, and
what a change is made of.

The Outcomemonitor Wijkenaanpak (2013) counted, over 40 areas, how many came closer to their city and how many fell behind. It
never said what "about equal" means; `AboutEqual` does, and `class_sensitivity` shows how much the counts depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

ORIENTATION: Final = {"lower": 1.0, "higher": -1.0}


class GapClass(StrEnum):
    """The five classes of the 2013 monitor."""

    GAP_LARGER = "gap_larger"
    GAP_SMALLER = "gap_smaller"
    ABOUT_EQUAL = "gap_about_equal"
    TOO_FEW = "too_few_observations"
    BETTER_THAN_CITY = "better_than_city"


@dataclass(frozen=True)
class AboutEqual:
    """What "about equal" means.

    Attributes
    ----------
    z : float
        With a standard error: a change of the gap of less than z standard errors is about equal.
    fraction : float
        Without one: a change of less than this fraction of the gap at the start is about equal.
    """

    z: float = 1.96
    fraction: float = 0.10


@dataclass(frozen=True)
class ChangeDecomposition:
    """A change of an area split in four parts that add up to it, in the unit of the indicator.

    Attributes
    ----------
    total : float
        Change of the area.
    national : float
        What the whole country changed.
    city : float
        What the city changed beyond the country.
    composition : float
        What a changed population explains (see `composition.decompose_by_composition`).
    remainder : float
        The rest; only this part may be discussed next to the programme, and it is not an effect.
    """

    total: float
    national: float
    city: float
    composition: float
    remainder: float


def oriented_gap(area: ArrayLike, comparison: ArrayLike, good_direction: str) -> float | NDArray[np.float64]:
    """Return the distance to a comparison, oriented so that positive is worse.

    Parameters
    ----------
    area, comparison : array_like
        Values in the same unit; NaN gives NaN.
    good_direction : {"lower", "higher"}
        Which way is good; `context` and `ambiguous` indicators have no orientation.

    Raises
    ------
    ParameterError
        The direction is neither `lower` nor `higher`.

    Examples
    --------
    >>> oriented_gap(68, 74, "higher"), oriented_gap(51, 47, "lower")
    (6.0, 4.0)
    """
    if good_direction not in ORIENTATION:
        remedy = "show the difference without a judgement"
        raise ParameterError("good_direction", expected="lower or higher", found=good_direction, remedy=remedy)
    gap = ORIENTATION[good_direction] * (np.asarray(area, float) - np.asarray(comparison, float))
    return float(gap) if gap.ndim == 0 else gap


def gap_change_error(start_error: ArrayLike, end_error: ArrayLike, correlation: float = 0.0) -> NDArray[np.float64]:
    """Return the standard error of the change of a gap between two measurements.

    Parameters
    ----------
    start_error, end_error : array_like
        Standard errors of the gap at the start and at the end.
    correlation : float
        Between the two measurements; 0 (cautious) unless the same respondents answered twice.

    Examples
    --------
    >>> float(gap_change_error(3.0, 4.0))
    5.0
    """
    start, end = np.asarray(start_error, float), np.asarray(end_error, float)
    return np.sqrt(start**2 + end**2 - 2 * correlation * start * end)


def classify_gaps(gaps: pd.DataFrame, rule: AboutEqual | None = None) -> pd.Series:
    """Return the class of every area.

    Parameters
    ----------
    gaps : DataFrame
        One row per area with `start_gap` and `end_gap` (positive is worse), and, when known, `change_se` (standard error of the
        change) and `enough` (bool). A missing gap, or `enough` False, is "too few observations", never "about equal".
    rule : AboutEqual or None
        What about equal means; None is 1.96 standard errors, or 10 % of the initial gap.

    Returns
    -------
    Series of GapClass
        Same index. An area whose latest gap is zero or negative is "better than the city", whatever its change.

    Raises
    ------
    InputError
        A column is absent or a standard error is negative.

    Examples
    --------
    >>> gaps = pd.DataFrame({"start_gap": [4.0, 4.0, 4.0, 1.0], "end_gap": [5.0, 3.0, 4.1, -0.2]})
    >>> [str(name) for name in classify_gaps(gaps)]
    ['gap_larger', 'gap_smaller', 'gap_about_equal', 'better_than_city']
    """
    rule = rule or AboutEqual()
    table = _complete(gaps)
    change = table["end_gap"] - table["start_gap"]
    tolerance = (rule.z * table["change_se"]).fillna(rule.fraction * table["start_gap"].abs())
    too_few = change.isna() | ~table["enough"]
    conditions = [too_few, table["end_gap"] <= 0, change.abs() < tolerance, change > 0, change < 0]
    classes = [GapClass.TOO_FEW, GapClass.BETTER_THAN_CITY, GapClass.ABOUT_EQUAL, GapClass.GAP_LARGER, GapClass.GAP_SMALLER]
    chosen = np.select(conditions, np.arange(len(classes)), default=classes.index(GapClass.ABOUT_EQUAL))
    return pd.Series([classes[int(position)] for position in chosen], index=gaps.index, name="gap_class", dtype=object)


def count_classes(classes: pd.Series) -> pd.Series:
    """Return how many areas fall in each class; classes without an area count 0, so that the counts sum to the areas.

    Parameters
    ----------
    classes : Series
        A `GapClass` per area.

    Examples
    --------
    >>> int(count_classes(pd.Series([GapClass.GAP_LARGER, GapClass.GAP_LARGER]))["gap_larger"])
    2
    """
    counts = classes.astype(str).value_counts().reindex([str(name) for name in GapClass], fill_value=0)
    return counts.rename("areas").rename_axis("gap_class").astype(int)


def class_sensitivity(gaps: pd.DataFrame, rules: Mapping[str, AboutEqual]) -> pd.DataFrame:
    """Return the class counts under several meanings of "about equal": one row per rule, one column per class.

    Parameters
    ----------
    gaps : DataFrame
        As in `classify_gaps`. Not changed.
    rules : mapping of str to AboutEqual
        Meanings of "about equal", by name.

    Examples
    --------
    >>> gaps = pd.DataFrame({"start_gap": [4.0], "end_gap": [4.3]})
    >>> table = class_sensitivity(gaps, {"5 %": AboutEqual(fraction=0.05), "10 %": AboutEqual(fraction=0.10)})
    >>> table["gap_larger"].to_dict()
    {'5 %': 1, '10 %': 0}
    """
    rows = {name: count_classes(classify_gaps(gaps, rule)) for name, rule in rules.items()}
    return pd.DataFrame(rows).T.rename_axis(index="rule")


def cross_level_and_distance(changes: pd.DataFrame, good_direction: str) -> pd.DataFrame:
    """Return, over areas, own level (better, worse) against distance (smaller, larger): different facts, one table.

    Parameters
    ----------
    changes : DataFrame
        One row per area with `start`, `end`, `comparison_start` and `comparison_end`; a row with a missing value counts in the
        row and column `missing`.
    good_direction : {"lower", "higher"}
        Which way is good.

    Returns
    -------
    DataFrame of int
        Rows `better`, `unchanged`, `worse`, `missing`; columns `smaller`, `unchanged`, `larger`, `missing`; it sums to the areas.

    Examples
    --------
    Early school leaving fell in an area, but faster in its city: better and further behind.

    >>> area = pd.DataFrame({"start": [8.3], "end": [6.0], "comparison_start": [6.0], "comparison_end": [3.5]})
    >>> int(cross_level_and_distance(area, "lower").loc["better", "larger"])
    1
    """
    level = oriented_gap(changes["end"], changes["start"], good_direction)
    distance = oriented_gap(changes["end"], changes["comparison_end"], good_direction) - oriented_gap(
        changes["start"], changes["comparison_start"], good_direction
    )
    either_missing = np.isnan(level) | np.isnan(distance)
    rows = _signs(np.where(either_missing, np.nan, level), ("better", "unchanged", "worse", "missing"))
    columns = _signs(np.where(either_missing, np.nan, distance), ("smaller", "unchanged", "larger", "missing"))
    return pd.crosstab(rows, columns, dropna=False).rename_axis(index="level", columns="distance")


def decompose_change(
    area: tuple[float, float], city: tuple[float, float], country: tuple[float, float], composition: float = 0.0
) -> ChangeDecomposition:
    """Return the change of an area as national + city + composition + remainder.

    It is bookkeeping, not a cause: the area is part of the city and the city of the country, so use the rest of the city when
    the area is large in it.

    Parameters
    ----------
    area, city, country : pair of float
        Value at the start and at the end, same unit.
    composition : float
        Part of the area's change that follows from who lives there; 0 when it is not known, and then it hides in the remainder.

    Raises
    ------
    InputError
        A value is missing.

    Examples
    --------
    From 11.7 to 10.0: -1.7, of which -0.5 national, -0.3 more in the city, -0.4 composition and -0.5 remainder.

    >>> parts = decompose_change((11.7, 10.0), (7.6, 6.8), (4.6, 4.1), composition=-0.4)
    >>> [round(part, 1) for part in (parts.total, parts.national, parts.city, parts.composition, parts.remainder)]
    [-1.7, -0.5, -0.3, -0.4, -0.5]
    """
    if np.isnan([*area, *city, *country, composition]).any():
        raise InputError("decompose_change", expected="all values", found="a missing one", remedy="choose years that all have")
    total, national = area[1] - area[0], country[1] - country[0]
    beyond = (city[1] - city[0]) - national
    return ChangeDecomposition(total, national, beyond, composition, total - (national + beyond + composition))


def _complete(gaps: pd.DataFrame) -> pd.DataFrame:
    absent = sorted({"start_gap", "end_gap"} - set(gaps.columns))
    if absent:
        raise InputError("gaps", expected="start_gap and end_gap", found=f"no {absent}", remedy="compute the gaps first")
    table = gaps.assign(
        change_se=gaps.get("change_se", pd.Series(np.nan, index=gaps.index)).astype(float),
        enough=gaps.get("enough", pd.Series(True, index=gaps.index)).astype(bool),
    )
    if (table["change_se"] < 0).any():
        raise InputError("change_se", expected="standard errors of at least 0", found="a negative one", remedy="correct it")
    return table


def _signs(numbers: NDArray[np.float64], names: tuple[str, str, str, str]) -> pd.Categorical:
    position = np.where(np.isnan(numbers), 2, np.sign(np.round(numbers, 12))).astype(int) + 1
    return pd.Categorical([names[index] for index in position], categories=list(names))
