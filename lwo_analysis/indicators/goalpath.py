"""The path from the start to a goal in 2043: intermediate values under three shapes, and a forecast to hold against them.

The programme plan asks for proportional intermediate values in phases A to D. The Rotterdam precedent counted a quarter of the
goal after half the time as its bar, so the shapes are shown together: they differ most in the years of the midterm reviews.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import stats

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.distance import ORIENTATION
from lwo_analysis.indicators.uncertainty import Interval, Meaning

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

PHASES: Final = {"A": 2028, "B": 2033, "C": 2038, "D": 2043}


class PathShape(StrEnum):
    """How progress is spread over the years."""

    PROPORTIONAL = "proportional"
    ROTTERDAM = "rotterdam"
    S_CURVE = "s_curve"


@dataclass(frozen=True)
class Horizon:
    """First and last year of a path; the programme runs from 2023 to 2043 (20 years, phases of 5).

    Attributes
    ----------
    start, end : int
        First and last year.
    """

    start: int = 2023
    end: int = 2043

    @property
    def years(self) -> int:
        """Length in years.

        Examples
        --------
        >>> Horizon().years
        20
        """
        return self.end - self.start


PROGRAMME: Final = Horizon()


@dataclass(frozen=True)
class Forecast:
    """What the series itself predicts when nothing changes.

    Attributes
    ----------
    year : int
        Forecast year.
    interval : Interval
        Forecast with its prediction interval, in the unit of the series.
    drift : float
        Mean change per year.
    standard_error : float
        Of the forecast, including the uncertainty of the drift.
    degrees : int
        Degrees of freedom of the t distribution of the forecast.
    """

    year: int
    interval: Interval
    drift: float
    standard_error: float
    degrees: int


def share_of_goal(
    year: ArrayLike, shape: PathShape = PathShape.PROPORTIONAL, horizon: Horizon = PROGRAMME
) -> float | NDArray[np.float64]:
    """Return which fraction of the way to the goal should have been covered in a year: 0 at the start, 1 at the end.

    Parameters
    ----------
    year : array_like
        Years; before the start 0, after the end 1.
    shape : PathShape
        `PROPORTIONAL` (programme plan), `ROTTERDAM` (25 % half-way, straight lines before and after, which is our reading: the
        source only gives the half-way point), `S_CURVE` (3u² - 2u³, slow start and slow end).
    horizon : Horizon
        Start and end of the path.

    Raises
    ------
    ParameterError
        The horizon has no length.

    References
    ----------
    Programmaplan Leeuwarden Oost (December 2022), annex 2; Platform31 (2024), Slagkracht in de wijk, chapter 2 (midterm review
    of NPRZ: 25 % of the final ambition in the first ten years).

    Examples
    --------
    >>> [share_of_goal(2033, shape) for shape in PathShape]
    [0.5, 0.25, 0.5]
    """
    if horizon.years <= 0:
        raise ParameterError("horizon", expected="an end after the start", found=str(horizon), remedy="correct the years")
    u = np.clip((np.asarray(year, float) - horizon.start) / horizon.years, 0.0, 1.0)
    if shape is PathShape.ROTTERDAM:
        share = np.where(u <= 0.5, u / 2, 0.25 + (u - 0.5) * 1.5)
    else:
        share = u if shape is PathShape.PROPORTIONAL else u**2 * (3 - 2 * u)
    return float(share) if share.ndim == 0 else share


def target_at(
    year: ArrayLike, base: float, goal: float, shape: PathShape = PathShape.PROPORTIONAL, horizon: Horizon = PROGRAMME
) -> float | NDArray[np.float64]:
    """Return the value that the path asks for in a year.

    For a level target, `base` and `goal` are values. For a gap target they are gaps, usually with goal 0; a gap target is the
    sounder one, because the comparison moves too.

    Parameters
    ----------
    year : int or array_like
        Years within the horizon; before and after it the ends count.
    base : float
        Value at the start.
    goal : float
        Value at the end, in the same unit.
    shape : PathShape
        How the way is spread over the years.
    horizon : Horizon
        First and last year of the path.

    Examples
    --------
    >>> round(target_at(2033, 11.7, 7.6), 2)  # half of 11.7 + 7.6
    9.65
    """
    return base + (goal - base) * share_of_goal(year, shape, horizon)


def required_progress(
    years: ArrayLike, base: float, goal: float, good_direction: str, shape: PathShape = PathShape.PROPORTIONAL
) -> NDArray[np.float64]:
    """Return how much better than the start the path asks the figure to be, per year; positive is better.

    Parameters
    ----------
    years : array_like
        Years.
    base : float
        Value at the start.
    goal : float
        Value at the end, in the same unit.
    good_direction : {"lower", "higher"}
        Which side is better.
    shape : PathShape
        How the way is spread over the years.

    Raises
    ------
    ParameterError
        The direction is neither `lower` nor `higher`.

    Examples
    --------
    >>> required_progress([2023, 2033], 11.7, 7.6, "lower").round(2).tolist()
    [0.0, 2.05]
    """
    if good_direction not in ORIENTATION:
        raise ParameterError("good_direction", expected="lower or higher", found=good_direction, remedy="set no target")
    return np.asarray(ORIENTATION[good_direction] * (base - target_at(np.asarray(years), base, goal, shape)), float)


def forecast_with_drift(values: pd.Series, year: int, *, level: float = 0.95) -> Forecast:
    """Return where a series goes when it keeps changing as it did, with an interval that widens with the years.

    A straight line with independent errors would promise too much: it is narrow twenty years ahead. This one lets shocks
    stay. With few years the interval is wide, and that is the finding.

    Parameters
    ----------
    values : Series
        Indexed by year, at least four figures; NaN is skipped, unequal steps are allowed.
    year : int
        Year after the last figure.
    level : float
        Coverage, between 0 and 1.

    Raises
    ------
    InputError
        Fewer than four figures, or the year does not lie after the last one.

    Notes
    -----
    Random walk with drift b = (y_k - y_1)/T over T = t_k - t_1 years; variance per year s² = Σ (Δy - bΔt)²/Δt / (k - 2) over
    k - 1 steps; forecast variance s² (h + h²/T) at h years ahead; Student's t with k - 2 degrees of freedom. Steps are
    assumed independent (not checked); measurement noise makes them alternate, and the interval then errs on the wide side.

    References
    ----------
    Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.5 (equal steps).

    Examples
    --------
    >>> forecast = forecast_with_drift(pd.Series({2019: 10.0, 2020: 9.0, 2021: 9.0, 2022: 7.0}), 2024)
    >>> forecast.interval.estimate, round(forecast.standard_error, 3)  # s² = (0 + 1 + 1)/2 = 1; variance 2 + 4/3
    (5.0, 1.826)
    """
    known = values.dropna().astype(float).sort_index()
    if len(known) < 4 or year <= known.index[-1]:
        found = f"{len(known)} figures and year {year}"
        raise InputError("forecast_with_drift", expected="four figures and a later year", found=found, remedy="make no forecast")
    steps, changes = np.diff(known.index.to_numpy(float)), np.diff(known.to_numpy())
    span, ahead, degrees = steps.sum(), float(year - known.index[-1]), len(changes) - 1
    drift = float(changes.sum() / span)
    variance = float(((changes - drift * steps) ** 2 / steps).sum() / degrees)
    error = float(np.sqrt(variance * (ahead + ahead**2 / span)))
    estimate = float(known.iloc[-1]) + drift * ahead
    half = float(stats.t.isf((1 - level) / 2, degrees)) * error
    interval = Interval(estimate, estimate - half, estimate + half, level, Meaning.PREDICTION, "random walk with drift")
    return Forecast(year, interval, drift, error, degrees)


def probability_on_course(forecast: Forecast, target: float, good_direction: str) -> float:
    """Return how probable it is that the forecast year is at least as good as the target.

    It supposes that the past continues; it is no promise about the programme.

    Parameters
    ----------
    forecast : Forecast
        From `forecast_with_drift`.
    target : float
        What the path asks for, in the unit of the figure.
    good_direction : {"lower", "higher"}
        Which side is better.

    Raises
    ------
    ParameterError
        The direction is neither `lower` nor `higher`.

    Examples
    --------
    A target equal to the forecast: as likely as not.

    >>> forecast = forecast_with_drift(pd.Series({2019: 10.0, 2020: 9.0, 2021: 9.0, 2022: 7.0}), 2024)
    >>> probability_on_course(forecast, 5.0, "lower")
    0.5
    """
    if good_direction not in ORIENTATION:
        raise ParameterError("good_direction", expected="lower or higher", found=good_direction, remedy="set no target")
    better_by = ORIENTATION[good_direction] * (target - float(forecast.interval.estimate))
    if forecast.standard_error == 0:
        return 1.0 if better_by >= 0 else 0.0
    return float(stats.t.cdf(better_by / forecast.standard_error, forecast.degrees))
