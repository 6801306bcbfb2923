"""Where did we start: 2021 mirrored on 2019, and the year from which a published figure comes.

The programme takes 2021 as its start and mirrors it on 2019, because corona may have distorted 2021. `mirror_baseline` turns
that into a rule, `baseline_sensitivity` says whether a conclusion hangs on the choice, and `find_vintage` finds the year and
the denominator with which open data reproduce a figure that was published without either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.uncertainty import Interval, Meaning, printed_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class BaselineVerdict(StrEnum):
    """Which start value to use."""

    USE_2021 = "use_2021"
    USE_2019 = "use_2019"
    USE_MEAN = "use_mean"
    NEAREST_WAVE = "nearest_wave"


@dataclass(frozen=True)
class BaselineYears:
    """The years of the mirror; the defaults are those of the programme plan.

    Attributes
    ----------
    base, mirror : int
        The start year and the year it is mirrored on.
    trend : tuple of int
        First and last year of the trend that is carried to the start year.
    least : int
        Fewest years with a figure for which a trend is fitted.
    """

    base: int = 2021
    mirror: int = 2019
    trend: tuple[int, int] = (2015, 2019)
    least: int = 4


@dataclass(frozen=True)
class BaselineMirror:
    """The start value of one series and how it was chosen.

    Attributes
    ----------
    verdict : BaselineVerdict
        Outcome of the rule.
    value : float
        The start value that follows from it, in the unit of the series.
    waves : tuple of int
        The year or years that `value` comes from.
    base_value, mirror_value : float
        The figures of the two years; NaN where there is none.
    carried : Interval or None
        The trend carried to the start year, with its prediction interval; None with too few years.
    mirror_fits_trend : bool or None
        Whether the mirror year itself is what the years before it predict; None with too few years.
    """

    verdict: BaselineVerdict
    value: float
    waves: tuple[int, ...]
    base_value: float
    mirror_value: float
    carried: Interval | None
    mirror_fits_trend: bool | None


@dataclass(frozen=True)
class BaselineSensitivity:
    """One conclusion under each possible start value.

    Attributes
    ----------
    conclusions : DataFrame
        One row per start value: `baseline`, `value`, `conclusion`.
    hangs_on_baseline : bool
        Whether the conclusions differ.
    """

    conclusions: pd.DataFrame
    hangs_on_baseline: bool


@dataclass(frozen=True)
class Vintage:
    """The year and the denominator that reproduce published figures best.

    Attributes
    ----------
    year : int
        Best year.
    denominator : str
        Best denominator.
    distance : float
        Largest distance over the published figures, in steps of the printed digit; at most 0.5 is a reproduction to the digit.
    reproduces : bool
        Whether every published figure lies within its rounding.
    ranking : DataFrame
        All candidates, best first: `year`, `denominator`, `areas` (published figures compared), `distance`, `reproduces`.
    """

    year: int
    denominator: str
    distance: float
    reproduces: bool
    ranking: pd.DataFrame


def carry_trend(values: pd.Series, target_year: int, *, level: float = 0.95) -> Interval:
    """Return a straight line through a series, carried to another year, with the interval for one new measurement.

    Use it over a few years; not for a forecast of decades (`goalpath.forecast_with_drift`).

    Parameters
    ----------
    values : Series
        Indexed by year, at least three figures; NaN is skipped.
    target_year : int
        Year to carry the line to.
    level : float
        Coverage, between 0 and 1.

    Raises
    ------
    InputError
        Fewer than three figures.

    Notes
    -----
    Least squares; a + b t ± t(n - 2) s sqrt(1 + 1/n + (t - mean)²/Sxx). Assumes independent deviations of equal size (not
    checked).

    References
    ----------
    Montgomery, Peck and Vining (2012), Introduction to Linear Regression Analysis, section 2.5.

    Examples
    --------
    >>> carry_trend(pd.Series({2015: 10.0, 2016: 11.0, 2017: 12.0}), 2019).estimate
    14.0
    """
    known = values.dropna().astype(float)
    n = len(known)
    if n < 3:
        raise InputError("carry_trend", expected="at least three figures", found=str(n), remedy="use another start year")
    years, figures = known.index.to_numpy(float), known.to_numpy()
    centred = years - years.mean()
    slope = float(centred @ figures / (centred @ centred))
    residual = figures - figures.mean() - slope * centred
    ahead = target_year - years.mean()
    spread = np.sqrt(residual @ residual / (n - 2) * (1 + 1 / n + ahead**2 / (centred @ centred)))
    half = float(stats.t.isf((1 - level) / 2, n - 2) * spread)
    estimate = float(figures.mean() + slope * ahead)
    return Interval(estimate, estimate - half, estimate + half, level, Meaning.PREDICTION, "straight line")


def mirror_baseline(
    values: pd.Series, *, standard_errors: pd.Series | None = None, years: BaselineYears | None = None, level: float = 0.95
) -> BaselineMirror:
    """Return the start value of a series by rule, not by taste.

    The rule, in this order:

    1. the start year or the mirror year has no figure: the nearest wave (on a tie the earlier one);
    2. a trend can be fitted and predicts the start year: use 2021;
    3. the start year lies outside the prediction, and the mirror year is what the years before it predict: use 2019;
    4. both years stand out: use their mean;
    5. no trend: use 2021 when it differs from 2019 by less than chance (standard errors given), otherwise their mean.

    Parameters
    ----------
    values : Series
        Indexed by year; NaN is no figure.
    standard_errors : Series or None
        Standard errors by year, used by rule 5 only.
    years : BaselineYears or None
        None: start 2021, mirror 2019, trend 2015-2019.
    level : float
        Coverage of the prediction and of the test of rule 5.

    Raises
    ------
    InputError
        The series has no figure at all.

    Notes
    -----
    A wide prediction makes rule 2 forgiving: a start year that "fits" a noisy trend was not shown to be undistorted. Look at
    the interval and at `baseline_sensitivity`.

    Examples
    --------
    A steady fall of 0.2 a year until 2019; 2021 stands far above it.

    >>> series = pd.Series({2015: 9.0, 2016: 8.81, 2017: 8.6, 2018: 8.39, 2019: 8.2, 2021: 9.5})
    >>> str(mirror_baseline(series).verdict), mirror_baseline(series).value
    ('use_2019', 8.2)
    """
    years = years or BaselineYears()
    known = values.dropna().astype(float)
    if known.empty:
        raise InputError("mirror_baseline", expected="at least one figure", found="none", remedy="report the baseline as missing")
    base, mirror = (float(known.get(year, np.nan)) for year in (years.base, years.mirror))
    carried = _carry_if_enough(known, years.trend, years.base, years.least, level)
    fits = _mirror_fits(known, years, level)
    verdict = _verdict(base, mirror, carried, fits, _differs_by_chance(standard_errors, base - mirror, years, level))
    value, waves = _start_value(known, verdict, years)
    return BaselineMirror(verdict, value, waves, base, mirror, carried, fits)


def baseline_sensitivity(mirror: BaselineMirror, conclude: Callable[[float], object]) -> BaselineSensitivity:
    """Return what a later conclusion would be from each possible start value.

    Parameters
    ----------
    mirror : BaselineMirror
        Of the series the conclusion is about.
    conclude : callable
        Takes a start value and returns the conclusion (a verdict, a class, a rounded number); values compare with ``==``.

    Examples
    --------
    >>> mirror = mirror_baseline(pd.Series({2019: 10.0, 2021: 12.0}))
    >>> result = baseline_sensitivity(mirror, lambda start: "closer" if 11.5 < start else "further")
    >>> result.conclusions["conclusion"].tolist(), result.hangs_on_baseline
    (['closer', 'further', 'further', 'further'], True)
    """
    mean = (mirror.base_value + mirror.mirror_value) / 2
    carried = float(mirror.carried.estimate) if mirror.carried else np.nan
    starts = {"base": mirror.base_value, "mirror": mirror.mirror_value, "mean": mean, "carried": carried, "chosen": mirror.value}
    rows = [(name, value, conclude(value)) for name, value in starts.items() if not np.isnan(value)]
    table = pd.DataFrame(rows, columns=["baseline", "value", "conclusion"])
    return BaselineSensitivity(table, any(row[2] != rows[0][2] for row in rows))


def find_vintage(published: Mapping[str, float], candidates: pd.DataFrame, resolution: float) -> Vintage:
    """Return in which year and with which denominator open data reproduce published figures best.

    Give all figures that one document prints for one indicator (area, city, G40): one year and one denominator must explain
    them together. A single figure is often matched by several years by accident; `ranking` shows them all.

    Parameters
    ----------
    published : mapping of area_id to float
        Figures as printed.
    candidates : DataFrame
        `area_id`, `year`, `denominator`, `value`, in the unit of the published figures; rows without a value are not compared.
    resolution : float
        Step of the printed digit: 0.1 for 11.7, 1000 for 143.000.

    Raises
    ------
    InputError
        No candidate has a value for any of the published areas.

    Notes
    -----
    distance = max over areas of |open - published| / resolution. Candidates that cover more of the published areas go first,
    so that a year with one lucky figure does not win from a year with three.

    Examples
    --------
    >>> open_data = pd.DataFrame({"area_id": "lwd", "year": [2018, 2020], "denominator": "residents 15-65", "value": [7.62, 7.1]})
    >>> vintage = find_vintage({"lwd": 7.6}, open_data, 0.1)
    >>> vintage.year, round(vintage.distance, 1), vintage.reproduces
    (2018, 0.2, True)
    """
    compared = candidates[candidates["area_id"].isin(list(published))].dropna(subset="value")
    if compared.empty:
        raise InputError("find_vintage", expected=f"open data for {sorted(published)}", found="none", remedy="add the series")
    bounds = printed_interval(compared["area_id"].map(dict(published)).to_numpy(float), resolution)
    compared = compared.assign(
        distance=np.abs(compared["value"].to_numpy(float) - bounds.estimate) / resolution,
        reproduces=(compared["value"] >= bounds.lower) & (compared["value"] <= bounds.upper),
    )
    grouped = compared.groupby(["year", "denominator"], as_index=False)
    ranking = grouped.agg(areas=("area_id", "nunique"), distance=("distance", "max"), reproduces=("reproduces", "all"))
    ranking = ranking.sort_values(["areas", "distance", "year"], ascending=[False, True, True], ignore_index=True)
    best = ranking.iloc[0]
    return Vintage(int(best["year"]), str(best["denominator"]), float(best["distance"]), bool(best["reproduces"]), ranking)


def _carry_if_enough(known: pd.Series, span: tuple[int, int], target: int, least: int, level: float) -> Interval | None:
    trend = known[(known.index >= span[0]) & (known.index <= span[1])]
    return carry_trend(trend, target, level=level) if len(trend) >= least else None


def _mirror_fits(known: pd.Series, years: BaselineYears, level: float) -> bool | None:
    before = (years.trend[0], years.mirror - 1)
    predicted = _carry_if_enough(known, before, years.mirror, years.least, level)
    if predicted is None or years.mirror not in known.index:
        return None
    return bool(predicted.lower <= known[years.mirror] <= predicted.upper)


def _differs_by_chance(errors: pd.Series | None, difference: float, years: BaselineYears, level: float) -> bool:
    if errors is None or not {years.base, years.mirror} <= set(errors.dropna().index):
        return False
    allowed = stats.norm.isf((1 - level) / 2) * np.hypot(errors[years.base], errors[years.mirror])
    return bool(abs(difference) < allowed)


def _verdict(base: float, mirror: float, carried: Interval | None, mirror_fits: bool | None, chance: bool) -> BaselineVerdict:
    if np.isnan(base) or np.isnan(mirror):
        return BaselineVerdict.NEAREST_WAVE
    if carried is None:
        return BaselineVerdict.USE_2021 if chance else BaselineVerdict.USE_MEAN
    if carried.lower <= base <= carried.upper:
        return BaselineVerdict.USE_2021
    return BaselineVerdict.USE_MEAN if mirror_fits is False else BaselineVerdict.USE_2019


def _start_value(known: pd.Series, verdict: BaselineVerdict, years: BaselineYears) -> tuple[float, tuple[int, ...]]:
    if verdict is BaselineVerdict.NEAREST_WAVE:
        nearest = min(known.index, key=lambda year: (abs(year - years.base), year))
        return float(known[nearest]), (int(nearest),)
    waves = {
        BaselineVerdict.USE_2021: (years.base,),
        BaselineVerdict.USE_2019: (years.mirror,),
        BaselineVerdict.USE_MEAN: (years.mirror, years.base),
    }[verdict]
    return float(known[list(waves)].mean()), waves
