"""Rates corrected for age and sex: direct (what if the area had the age structure of the standard) and indirect (observed
against expected).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.uncertainty import Interval, Meaning, poisson_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class DirectRate:
    """A directly standardised rate; `standardised` and `crude` are per resident (times 1,000 with `scaled`).

    Attributes
    ----------
    standardised : Interval
        Rate with the age and sex of the reference.
    crude : float
        Rate as it is.
    events : float
        How many events it rests on.
    """

    standardised: Interval
    crude: float
    events: float


@dataclass(frozen=True)
class IndirectRatio:
    """Observed over expected events; `ratio` 1 means as the reference, 1.2 means 20 % more than its age and sex predict.

    Attributes
    ----------
    ratio : Interval
        Observed over expected.
    observed, expected : float
        Events.
    """

    ratio: Interval
    observed: float
    expected: float


def standardise_direct(events: ArrayLike, residents: ArrayLike, standard: ArrayLike, *, level: float = 0.95) -> DirectRate:
    """Return the rate the area would have with the age and sex structure of a standard population.

    Use it to compare areas with each other or over years. With few events per group use `standardise_indirect`, which does not
    need the rates of the groups.

    Parameters
    ----------
    events : array_like, shape (groups,)
        Events per age-sex group, >= 0; nothing may be missing, because a missing group is not a group without events.
    residents : array_like, shape (groups,)
        Residents (or resident-years) of the area per group, > 0.
    standard : array_like, shape (groups,)
        Standard population per group; only its proportions matter.
    level : float
        Coverage, between 0 and 1.

    Raises
    ------
    InputError
        The lengths differ, a number is missing or negative, or a group has no residents.

    Notes
    -----
    Rate y = Σ w_i x_i with w_i = (standard share)_i / residents_i. Gamma interval: lower v/(2y) chi2(alpha/2; 2y²/v), upper
    (v + w²)/(2(y + w)) chi2(1 - alpha/2; 2(y + w)²/(v + w²)) with v = Σ w_i² x_i and w = max w_i. Assumes independent
    Poisson counts (not checked).

    References
    ----------
    Fay and Feuer (1997), Statistics in Medicine 16, 791-801.

    Examples
    --------
    1 of 100 young and 10 of 100 old residents, in a standard with three times as many young: (3 x 0.01 + 0.10) / 4 = 0.0325.

    >>> round(standardise_direct([1, 10], [100, 100], [3, 1]).standardised.estimate, 4)
    0.0325
    """
    counts, people, reference = _groups(events, residents, standard)
    weights = reference / reference.sum() / people
    rate, variance = float(weights @ counts), float(weights**2 @ counts)
    lower, upper = _gamma_bounds(rate, variance, float(weights.max()), level)
    interval = Interval(rate, lower, upper, level, Meaning.CHANCE, "gamma (Fay and Feuer)")
    return DirectRate(interval, float(counts.sum() / people.sum()), float(counts.sum()))


def standardise_indirect(
    observed: float, residents: ArrayLike, reference_rates: ArrayLike, *, level: float = 0.95
) -> IndirectRatio:
    """Return observed events over the events that the area's age and sex structure predicts.

    Do not compare the ratios of two areas with each other when their age structures differ much: each is standardised to its
    own structure.

    Parameters
    ----------
    observed : float
        Events in the area, all groups together, >= 0.
    residents : array_like, shape (groups,)
        Residents of the area per age-sex group.
    reference_rates : array_like, shape (groups,)
        Events per resident in the reference population, treated as known without error.
    level : float
        Coverage, between 0 and 1.

    Raises
    ------
    InputError
        The lengths differ, a number is missing or negative, or no event is expected.

    Notes
    -----
    O / E with E = Σ residents_i rate_i and the exact Poisson interval of O divided by E.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, IARC, pages 65-72.

    Examples
    --------
    Expected 1000 x 0.001 + 500 x 0.008 = 5; observed 10.

    >>> result = standardise_indirect(10, [1000, 500], [0.001, 0.008])
    >>> result.ratio.estimate, round(result.ratio.lower, 3)  # 4.795 / 5
    (2.0, 0.959)
    """
    people, rates = (np.asarray(numbers, float) for numbers in (residents, reference_rates))
    _require(people.shape == rates.shape, "a reference rate for every group", f"{rates.size} for {people.size}")
    _require_numbers(people, rates, np.asarray(observed, float))
    expected = float(people @ rates)
    _require(expected > 0, "at least some expected events", "none")
    ratio = poisson_interval(observed, expected, level=level)
    return IndirectRatio(ratio, float(observed), expected)


def _gamma_bounds(rate: float, variance: float, largest_weight: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = variance / (2 * rate) * float(stats.chi2.ppf(tail, 2 * rate**2 / variance)) if rate > 0 else 0.0
    shifted, spread = rate + largest_weight, variance + largest_weight**2
    return lower, spread / (2 * shifted) * float(stats.chi2.isf(tail, 2 * shifted**2 / spread))


def _groups(*numbers: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    arrays = tuple(np.asarray(array, float) for array in numbers)
    _require(len({array.shape for array in arrays}) == 1, "one number per group everywhere", "different lengths")
    _require_numbers(*arrays)
    _require(bool((arrays[1] > 0).all()), "residents in every group", "a group without residents")
    return arrays


def _require_numbers(*arrays: NDArray[np.float64]) -> None:
    bad = any(bool(np.any(np.isnan(array) | (array < 0))) for array in arrays)
    _require(not bad, "numbers of at least 0, none missing", "a missing or negative one")


def _require(condition: bool, expected: str, found: str) -> None:
    if not condition:
        raise InputError("age and sex groups", expected=expected, found=found, remedy="merge groups or leave the rate out")
