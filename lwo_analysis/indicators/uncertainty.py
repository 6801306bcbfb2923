"""Intervals for shares, counts, rates, rounded figures, surveys and differences, each saying what it means.

Shares are fractions between 0 and 1; `Interval.scaled(100)` gives percentages. A missing number gives a missing interval, never
a zero. An interval around a register figure does not express sampling, because everybody was counted: it expresses how much
the figure could have differed by chance in the same circumstances, as it does from year to year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from lwo_analysis.errors import InputError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Meaning(StrEnum):
    """What the width of an interval stands for; a page prints it beside the interval."""

    CHANCE = "year_to_year_chance"
    SAMPLING = "sampling"
    PROVIDER = "margin_of_the_provider"
    ROUNDING = "rounding"
    CHANCE_AND_ROUNDING = "year_to_year_chance_and_rounding"
    PREDICTION = "prediction"


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval.

    Attributes
    ----------
    estimate, lower, upper : float or ndarray
        Same shape as the input; NaN where the input is missing.
    level : float
        Coverage of the interval; 1.0 for bounds that always hold (rounding).
    meaning : Meaning
        What the width stands for.
    method : str
        Name of the method, as in the literature.
    """

    estimate: float | NDArray[np.float64]
    lower: float | NDArray[np.float64]
    upper: float | NDArray[np.float64]
    level: float
    meaning: Meaning
    method: str

    def scaled(self, factor: float) -> Interval:
        """Return the interval times a positive factor (100 for percent, 1000 for per 1,000).

        Examples
        --------
        >>> wilson_interval(20, 40).scaled(100).estimate
        50.0
        """
        _require(factor > 0, "factor", "a positive number", factor)
        return replace(self, estimate=self.estimate * factor, lower=self.lower * factor, upper=self.upper * factor)


@dataclass(frozen=True)
class Rounding:
    """How a provider rounds counts.

    Attributes
    ----------
    base : int
        The multiple to which counts are rounded.
    kind : {"nearest", "random"}
        `nearest` is off by at most half the base; `random` goes up or down to a neighbouring multiple and is off by at most
        base - 1.
    """

    base: int
    kind: Literal["nearest", "random"] = "nearest"

    @property
    def largest_error(self) -> float:
        """The most that one rounded count can be off.

        Examples
        --------
        >>> Rounding(10).largest_error, Rounding(5, "random").largest_error
        (5.0, 4.0)
        """
        return float(self.base - 1) if self.kind == "random" else self.base / 2


NO_ROUNDING = Rounding(0)
CBS_POPULATION = Rounding(5, "random")
CBS_BENEFITS = Rounding(10)
CBS_CARE = Rounding(5)


def wilson_interval(
    numerator: ArrayLike, denominator: ArrayLike, *, level: float = 0.95, meaning: Meaning = Meaning.CHANCE
) -> Interval:
    """Return the score interval of a share.

    Use it for people among residents and for unweighted survey shares; not for rates in which one resident counts more than
    once (`poisson_interval`), nor for weighted surveys (`survey_share`).

    Parameters
    ----------
    numerator, denominator : array_like
        Counts; they broadcast. NaN, or a denominator of 0, gives NaN.
    level : float
        Coverage, between 0 and 1.
    meaning : Meaning
        `CHANCE` for a register, `SAMPLING` for respondents.

    Returns
    -------
    Interval
        Fractions between 0 and 1.

    Raises
    ------
    InputError
        A count is negative, or a numerator exceeds its denominator.

    Notes
    -----
    With p = x/n and z the normal quantile, (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Assumes independent
    residents; clustering within households (not checked) makes the true interval wider.

    References
    ----------
    Wilson (1927), JASA 22, 209-212; Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133.

    Examples
    --------
    Nobody of 10 with z = 1.96: from 0 to 1.96² / (10 + 1.96²) = 0.2775.

    >>> interval = wilson_interval(0, 10)
    >>> round(interval.lower, 4), round(interval.upper, 4)
    (0.0, 0.2775)
    """
    x, n = _counts(numerator, denominator)
    _require_share(x, n)
    lower, upper = _wilson_bounds(x, n, _z(level))
    return Interval(_scalar(x / n), _scalar(lower), _scalar(upper), level, meaning, "Wilson score")


def share_standard_error(
    numerator: ArrayLike, denominator: ArrayLike, rounding: Rounding = NO_ROUNDING
) -> float | NDArray[np.float64]:
    """Return a standard error of a share that is never zero, for comparing many areas.

    Parameters
    ----------
    numerator : array_like
        Counts, at least 0.
    denominator : array_like
        Counts, at least the numerator and above 0.
    rounding : Rounding
        How far the provider's numerator can be off.

    Notes
    -----
    Agresti and Coull (1998): sqrt(q(1-q)/m) with m = n + z², q = (x + z²/2)/m and z the 97.5 % point. Rounding of the
    numerator adds the variance of a uniform error, (2 * largest error)² / 12, divided by n².

    Examples
    --------
    >>> float(round(share_standard_error(0, 96.1585), 4))  # m = 100, q = 0.0192
    0.0137
    """
    x, n = _counts(numerator, denominator)
    _require_share(x, n)
    z = _z(0.95)
    m = n + z**2
    q = (x + z**2 / 2) / m
    return _scalar(np.sqrt(q * (1 - q) / m + (2 * rounding.largest_error) ** 2 / 12 / n**2))


def poisson_interval(count: ArrayLike, exposure: ArrayLike = 1.0, *, level: float = 0.95) -> Interval:
    """Return the exact interval of a count, or of a rate when the exposure is given.

    Use it for events (crimes, reports, births); not for shares of a small closed group, where Wilson is narrower.

    Parameters
    ----------
    count : array_like
        Events, >= 0; NaN gives NaN.
    exposure : array_like
        Residents or resident-years; 0 or NaN gives NaN.
    level : float
        Coverage, between 0 and 1.

    Notes
    -----
    Lower chi2(alpha/2; 2x)/2 and upper chi2(1 - alpha/2; 2x + 2)/2, divided by the exposure. Assumes independent events; one
    offender with twenty reports (not checked) makes the true interval wider.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442.

    Examples
    --------
    >>> interval = poisson_interval(10)
    >>> round(interval.lower, 3), round(interval.upper, 3)
    (4.795, 18.39)
    >>> poisson_interval(0).lower
    0.0
    """
    x, t = _counts(count, exposure)
    lower, upper = _garwood_bounds(x, level)
    return Interval(_scalar(x / t), _scalar(lower / t), _scalar(upper / t), level, Meaning.CHANCE, "exact Poisson (Garwood)")


def margin_interval(estimate: ArrayLike, margin: ArrayLike, *, level: float = 0.95) -> Interval:
    """Return the interval that a provider published as a margin (half width) around its figure.

    Parameters
    ----------
    estimate : array_like
        The published figure.
    margin : array_like
        Half the width, in the same unit.
    level : float
        Coverage of the interval, between 0 and 1.

    Raises
    ------
    InputError
        A margin is negative.

    Examples
    --------
    >>> margin_interval(39.0, 2.5).lower
    36.5
    """
    value, half = np.broadcast_arrays(np.asarray(estimate, float), np.asarray(margin, float))
    _require(not np.any(half < 0), "margin", "a margin of at least 0", "a negative one")
    return Interval(_scalar(value), _scalar(value - half), _scalar(value + half), level, Meaning.PROVIDER, "published margin")


def rounded_share_interval(
    numerator: ArrayLike,
    denominator: ArrayLike,
    rounding: tuple[Rounding, Rounding],
    *,
    cells: tuple[int, int] = (1, 1),
    level: float | None = None,
) -> Interval:
    """Return between which values a share lies when its counts were rounded before publication.

    Parameters
    ----------
    numerator, denominator : array_like
        Published (rounded) counts; NaN gives NaN.
    rounding : pair of Rounding
        Of the numerator and of the denominator; `NO_ROUNDING` for an exact count.
    cells : pair of int
        How many published cells were added up in the numerator and in the denominator; the worst case adds their errors.
    level : float or None
        None: bounds from rounding alone, which always hold. Otherwise chance is added: Wilson's interval is taken at the two
        corners, so that it covers whatever the unrounded counts were.

    Examples
    --------
    50 of 100 with a numerator rounded to tens and an exact denominator lies between 45 and 55 percent.

    >>> bounds = rounded_share_interval(50, 100, (CBS_BENEFITS, NO_ROUNDING))
    >>> bounds.lower, bounds.upper, str(bounds.meaning)
    (0.45, 0.55, 'rounding')
    """
    _require(min(cells) >= 1, "cells", "at least one cell each", cells)
    x, n = _counts(numerator, denominator)
    _require_share(x, n)
    error_x, error_n = (number * rule.largest_error for number, rule in zip(cells, rounding, strict=True))
    low_n, high_n = np.maximum(n - error_n, 1.0), n + error_n
    low_x, high_x = np.maximum(x - error_x, 0.0), np.minimum(x + error_x, low_n)
    if level is None:
        return Interval(_scalar(x / n), _scalar(low_x / high_n), _scalar(high_x / low_n), 1.0, Meaning.ROUNDING, "worst case")
    lower, upper = _wilson_bounds(low_x, high_n, _z(level))[0], _wilson_bounds(high_x, low_n, _z(level))[1]
    method = "Wilson score at the corners of the rounding"
    return Interval(_scalar(x / n), _scalar(lower), _scalar(upper), level, Meaning.CHANCE_AND_ROUNDING, method)


def printed_interval(printed: ArrayLike, resolution: float) -> Interval:
    """Return between which values a figure lay before it was rounded to the printed digit.

    Parameters
    ----------
    printed : array_like
        The figure as printed.
    resolution : float
        Step of its last digit, above 0.

    Examples
    --------
    >>> bounds = printed_interval(11.7, 0.1)
    >>> round(bounds.lower, 2), round(bounds.upper, 2)
    (11.65, 11.75)
    """
    _require(resolution > 0, "resolution", "a positive step", resolution)
    value = np.asarray(printed, float)
    half = resolution / 2
    return Interval(_scalar(value), _scalar(value - half), _scalar(value + half), 1.0, Meaning.ROUNDING, "half the printed step")


def difference_of_shares(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    level: float = 0.95,
    meaning: Meaning = Meaning.CHANCE,
) -> Interval:
    """Return the difference of two independent shares, first minus second.

    Compare an area with the rest of the city, not with the city that contains it: the two must share no residents.

    Parameters
    ----------
    first, second : pair of array_like
        Numerator and denominator of each share.
    level : float
        Coverage of the interval, between 0 and 1.
    meaning : Meaning
        What the interval stands for.

    Notes
    -----
    Hybrid score interval: d ± sqrt of the summed squared distances between each share and the relevant end of its Wilson
    interval.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10; its example (a), 56/70 against 48/80, is a test.

    Examples
    --------
    >>> gap = difference_of_shares((56, 70), (48, 80))
    >>> round(gap.estimate, 4), round(gap.lower, 4), round(gap.upper, 4)
    (0.2, 0.0524, 0.3339)
    """
    one = wilson_interval(*first, level=level)
    two = wilson_interval(*second, level=level)
    estimate = one.estimate - two.estimate
    below = np.hypot(one.estimate - one.lower, two.upper - two.estimate)
    above = np.hypot(one.upper - one.estimate, two.estimate - two.lower)
    return Interval(
        _scalar(estimate), _scalar(estimate - below), _scalar(estimate + above), level, meaning, "Newcombe hybrid score"
    )


def _wilson_bounds(x: NDArray[np.float64], n: NDArray[np.float64], z: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    p = x / n
    centre = p + z**2 / (2 * n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    lower = np.where(x == 0, 0.0, (centre - half) / scale)
    upper = np.where(x == n, 1.0, (centre + half) / scale)
    return np.where(np.isnan(p), np.nan, lower), np.where(np.isnan(p), np.nan, upper)


def _garwood_bounds(x: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    _z(level)
    tail = (1 - level) / 2
    lower = np.where(x == 0, 0.0, stats.chi2.ppf(tail, 2 * np.where(x == 0, 1.0, x)) / 2)
    return lower, stats.chi2.isf(tail, 2 * x + 2) / 2


def _counts(numerator: ArrayLike, denominator: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, n = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    _require(not (np.any(x < 0) or np.any(n < 0)), "counts", "counts of at least 0", "a negative count")
    return x, np.where(n == 0, np.nan, n)


def _require_share(x: NDArray[np.float64], n: NDArray[np.float64]) -> None:
    _require(not np.any(x > n), "counts", "a numerator of at most its denominator", "a larger one")


def _require(condition: bool, where: str, expected: str, found: object) -> None:
    if not condition:
        raise InputError(where, expected=expected, found=str(found), remedy="correct the figures before computing an interval")


def _z(level: float) -> float:
    if not 0 < level < 1:
        raise ParameterError("level", expected="a coverage between 0 and 1", found=str(level), remedy="use 0.95")
    return float(stats.norm.isf((1 - level) / 2))


def _scalar(array: ArrayLike) -> float | NDArray[np.float64]:
    values = np.asarray(array, float)
    return float(values) if values.ndim == 0 else values
