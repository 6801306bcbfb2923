"""On course or not: four verdicts, and the guard that stands before "adjust"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.distance import ORIENTATION, oriented_gap

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class CourseVerdict(StrEnum):
    """The four things that can be said about a goal."""

    ON_COURSE = "on_course"
    BEHIND = "behind"
    INDISTINGUISHABLE = "indistinguishable"
    TOO_EARLY = "too_early"

    @property
    def label_nl(self) -> str:
        """The Dutch label.

        Examples
        --------
        >>> [verdict.label_nl for verdict in CourseVerdict]
        ['op koers', 'achter', 'niet te onderscheiden', 'te vroeg']
        """
        return {
            "on_course": "op koers",
            "behind": "achter",
            "indistinguishable": "niet te onderscheiden",
            "too_early": "te vroeg",
        }[self]


@dataclass(frozen=True)
class CourseRule:
    """When something may be said.

    Attributes
    ----------
    start : int
        Start of the programme (2023).
    least_years : int
        Years after the start before anything is said about an indicator.
    successive : int
        Successive measurements that must agree.
    level : float
        Coverage of the noise margin.
    """

    start: int = 2023
    least_years: int = 3
    successive: int = 2
    level: float = 0.95


@dataclass(frozen=True)
class AdjustmentGuard:
    """The four conditions under which a page may say "adjust" (bijsturen).

    Attributes
    ----------
    window_passed : bool
        The minimum window has passed and there are enough measurements.
    beyond_noise : bool
        The latest measurement falls short of the path by more than the margin.
    persists : bool
        So do the measurements before it, as many as the rule asks.
    not_shared : bool or None
        It still falls short after taking off what the comparison areas moved; None without comparison areas.
    """

    window_passed: bool
    beyond_noise: bool
    persists: bool
    not_shared: bool | None

    @property
    def may_adjust(self) -> bool:
        """Whether all four conditions are met; unknown is not met.

        Examples
        --------
        >>> AdjustmentGuard(True, True, True, None).may_adjust
        False
        """
        return self.window_passed and self.beyond_noise and self.persists and self.not_shared is True


@dataclass(frozen=True)
class Course:
    """The verdict on one goal.

    Attributes
    ----------
    verdict : CourseVerdict
        On course, behind, indistinguishable or too early.
    guard : AdjustmentGuard
        Whether "adjust" may be said.
    progress : DataFrame
        Per year after the base year: `progress` (positive is better), `required`, `margin` (noise), in the unit of the series.
    """

    verdict: CourseVerdict
    guard: AdjustmentGuard
    progress: pd.DataFrame


@dataclass(frozen=True)
class Progress:
    """Progress since the first column and its noise.

    Attributes
    ----------
    raw : ndarray, shape (..., years)
        Own progress, positive is better.
    relative : ndarray, shape (..., years)
        Own progress minus the mean progress of the comparison areas.
    margin : ndarray, shape (..., years)
        Half width of the interval in which an ordinary comparison area would lie.
    """

    raw: NDArray[np.float64]
    relative: NDArray[np.float64]
    margin: NDArray[np.float64]


def measure_progress(area: ArrayLike, comparison: ArrayLike, good_direction: str, *, level: float = 0.95) -> Progress:
    """Return progress since the first year, and how far an untreated area strays by chance.

    The noise is not assumed but read from the comparison areas: how much their own progress differs around its mean. That
    includes chance, persistence and whatever else makes areas differ.

    Parameters
    ----------
    area : array_like, shape (..., years)
        Values or gaps; the first column is the start. NaN gives NaN in that year.
    comparison : array_like, shape (..., years, areas)
        The same measure in at least two comparison areas, without missing values.
    good_direction : {"lower", "higher"}
        Which way is good (for oriented gaps: lower).
    level : float
        Coverage, between 0 and 1.

    Raises
    ------
    ParameterError
        The direction is neither `lower` nor `higher`.
    InputError
        Fewer than two comparison areas, or a missing value among them.

    Notes
    -----
    margin = t(m - 1) sd_m sqrt(1 + 1/m): the prediction interval for one more area like the m comparison areas. It assumes
    that the area is about as noisy as they are, so choose areas of its size.

    Examples
    --------
    Comparison areas moved by 0, -1 and +1: sd 1. The area improved by 2 (from 8 to 6, lower is better).

    >>> moved = measure_progress([8.0, 6.0], [[5.0, 5.0, 5.0], [5.0, 6.0, 4.0]], "lower")
    >>> float(moved.relative[1]), round(float(moved.margin[1]), 2)  # 4.303 x 1 x sqrt(4/3)
    (2.0, 4.97)
    """
    if good_direction not in ORIENTATION:
        raise ParameterError("good_direction", expected="lower or higher", found=good_direction, remedy="set no target")
    own, others = np.asarray(area, float), np.asarray(comparison, float)
    m = others.shape[-1]
    if m < 2 or np.isnan(others).any():
        raise InputError("comparison", expected="two or more complete areas", found=f"{m} area(s)", remedy="drop or fill areas")
    better = -ORIENTATION[good_direction]
    raw = better * (own - own[..., :1])
    moves = better * (others - others[..., :1, :])
    spread = moves.std(axis=-1, ddof=1)
    margin = float(stats.t.isf((1 - level) / 2, m - 1)) * spread * np.sqrt(1 + 1 / m)
    return Progress(raw, raw - moves.mean(axis=-1), margin)


def course_verdicts(progress: ArrayLike, required: ArrayLike, margin: ArrayLike, *, successive: int = 2) -> NDArray[np.str_]:
    """Return the verdict from the last measurements, for one series or many at once; the window is judged by `judge_course`.

    `behind`: at each of the last `successive` measurements, progress falls short of the path by more than the margin.
    `on_course`: at each of them progress exceeds the margin, and at none does it fall short of the path by more than the
    margin. Everything else cannot be told apart from standing still or from the path.

    Parameters
    ----------
    progress, required, margin : array_like, shape (..., years)
        Positive is better; they broadcast. Missing years must have been left out.
    successive : int
        Number of last years that must agree.

    Returns
    -------
    ndarray of str, shape (...)
        Values of `CourseVerdict`.

    Examples
    --------
    >>> course_verdicts([[3.0, 3.0], [0.0, 0.0], [0.0, 3.0]], [2.0, 2.0], [1.0, 1.0]).tolist()
    ['on_course', 'behind', 'indistinguishable']
    """
    moved, asked, noise = (array[..., -successive:] for array in np.broadcast_arrays(progress, required, margin))
    short = moved < asked - noise
    on_course = (moved > noise).all(axis=-1) & ~short.any(axis=-1)
    return np.select(
        [short.all(axis=-1), on_course],
        [str(CourseVerdict.BEHIND), str(CourseVerdict.ON_COURSE)],
        str(CourseVerdict.INDISTINGUISHABLE),
    )


def judge_course(
    area: pd.Series,
    comparison: pd.DataFrame | None,
    required: pd.Series,
    good_direction: str,
    *,
    standard_errors: pd.Series | None = None,
    relative: bool = True,
    rule: CourseRule | None = None,
) -> Course:
    """Return the verdict on one goal and whether adjusting may be suggested.

    Parameters
    ----------
    area : Series
        Values or gaps by year; its first year with a figure is the start value. Years without a figure are skipped.
    comparison : DataFrame or None
        The same measure, one column per comparison area, for the years of `area`. None: the margin comes from the standard
        errors alone, progress is the area's own, and adjusting can never be suggested.
    required : Series
        Progress that the path asks for by year (`goalpath.required_progress`), for the years of `area`.
    good_direction : {"lower", "higher"}
        Which way is good.
    standard_errors : Series or None
        Standard error of every figure of `area`, by year. With comparison areas the wider of both margins counts, so that an
        area that is smaller than they are does not look certain.
    relative : bool
        True: judge progress beyond the comparison areas (gap target). False: judge own progress (level target); the comparison
        then only supplies the noise and the fourth condition of the guard.
    rule : CourseRule or None
        None: programme start 2023, three years, two measurements, 95 %.

    Raises
    ------
    InputError
        A year of `area` is absent from the comparison, the path or the standard errors, the series has no figure, or neither
        comparison areas nor standard errors are given, so that noise cannot be told from change.

    Examples
    --------
    >>> years = [2023, 2025, 2026]
    >>> comparison = pd.DataFrame({"x": [5.0, 5.1, 5.0], "y": [6.0, 5.9, 6.1], "z": [7.0, 7.0, 6.9]}, index=years)
    >>> course = judge_course(pd.Series([9.0, 7.0, 7.0], years), comparison, pd.Series([0.0, 1.0, 1.5], years), "lower")
    >>> course.verdict.label_nl, course.guard.may_adjust
    ('op koers', False)
    """
    rule = rule or CourseRule()
    known = area.dropna().sort_index()
    _require_years(known, comparison, required, standard_errors)
    moved = _progress(known, comparison, standard_errors, good_direction, rule.level)
    asked = required.loc[known.index].to_numpy(float)
    progress = moved.relative if relative and comparison is not None else moved.raw
    table = pd.DataFrame({"progress": progress, "required": asked, "margin": moved.margin}, index=known.index).iloc[1:]
    late_enough = bool(known.index[-1] >= rule.start + rule.least_years and len(table) >= rule.successive)
    short = (table["progress"] < table["required"] - table["margin"]).to_numpy()
    not_shared = None if comparison is None else bool(moved.relative[-1] < asked[-1] - moved.margin[-1])
    guard = AdjustmentGuard(late_enough, _persists(short, 1), _persists(short, rule.successive), not_shared)
    return Course(_verdict(table, rule, late_enough), guard, table)


def detectable_change(
    spread: float, comparison_areas: int, *, successive: int = 2, level: float = 0.95, power: float = 0.8
) -> float:
    """Return the smallest change that the verdict notices with the given power.

    Parameters
    ----------
    spread : float
        Standard deviation of the progress of the comparison areas since the start.
    comparison_areas : int
        How many there are, at least 2.
    successive : int
        Measurements that must agree.
    level, power : float
        Coverage of the margin and wanted probability of noticing.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Notes
    -----
    (t(1 - (1 - level)/2) + t(power^(1/successive))) sd sqrt(1 + 1/m), t with m - 1 degrees of freedom. The root makes it hold
    when the measurements are independent; measurements that share a start are positively correlated, which raises the power.

    Examples
    --------
    >>> round(detectable_change(1.0, 19, successive=1), 2)  # (2.101 + 0.862) x sqrt(20/19)
    3.04
    """
    if comparison_areas < 2:
        raise ParameterError("comparison_areas", expected="at least 2", found=str(comparison_areas), remedy="add areas")
    degrees = comparison_areas - 1
    quantiles = stats.t.isf((1 - level) / 2, degrees) + stats.t.ppf(power ** (1 / successive), degrees)
    return float(quantiles * spread * np.sqrt(1 + 1 / comparison_areas))


def _verdict(table: pd.DataFrame, rule: CourseRule, late_enough: bool) -> CourseVerdict:
    if not late_enough:
        return CourseVerdict.TOO_EARLY
    columns = (table[name].to_numpy() for name in ("progress", "required", "margin"))
    return CourseVerdict(str(course_verdicts(*columns, successive=rule.successive)))


def _persists(short: NDArray[np.bool_], successive: int) -> bool:
    return len(short) >= successive and bool(short[-successive:].all())


def _progress(
    known: pd.Series, comparison: pd.DataFrame | None, errors: pd.Series | None, good_direction: str, level: float
) -> Progress:
    own = np.zeros(len(known)) if errors is None else _error_margin(errors.loc[known.index].to_numpy(float), level)
    if comparison is None:
        raw = np.asarray(oriented_gap(known.iloc[0], known.to_numpy(), good_direction))
        return Progress(raw, raw, own)
    moved = measure_progress(known.to_numpy(), comparison.loc[known.index].to_numpy(), good_direction, level=level)
    return Progress(moved.raw, moved.relative, np.maximum(moved.margin, own))


def _error_margin(errors: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    return float(stats.norm.isf((1 - level) / 2)) * np.hypot(errors, errors[0])


def _require_years(known: pd.Series, comparison: pd.DataFrame | None, required: pd.Series, errors: pd.Series | None) -> None:
    if comparison is None and errors is None:
        raise InputError("judge_course", expected="comparison areas or standard errors", found="neither", remedy="say nothing")
    indexes = [table.dropna().index for table in (comparison, required, errors) if table is not None]
    absent = sorted(set(known.index) - set.intersection(*(set(index) for index in indexes)))
    if known.empty or absent:
        found = f"none for {absent}" if absent else "an empty series"
        remedy = "align the years"
        raise InputError("judge_course", expected="comparison, path and errors for every year", found=found, remedy=remedy)
