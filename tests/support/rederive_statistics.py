"""Intervals and standard errors by the formulas of their papers, for :mod:`tests.support.rederive`."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

Z = float(stats.norm.ppf(0.975))
SEEN = Z + float(stats.norm.ppf(0.80))
"""Multiplier of a standard error for a two-sided test of 5 % with a chance of 80 % to see a change."""


def wilson(events: float, people: float) -> tuple[float, float]:
    """Wilson (1927), as statsmodels computes it; fractions."""
    low, high = proportion_confint(events, people, alpha=0.05, method="wilson")
    return float(low), float(high)


def poisson_exact(events: float, exposure: float) -> tuple[float, float]:
    """Garwood (1936): quantiles of the chi-square distribution, per unit of exposure."""
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    return float(low / exposure), float(stats.chi2.ppf(0.975, 2 * events + 2) / 2 / exposure)


def newcombe(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float, float]:
    """Newcombe (1998), method 10: first minus second share, with its interval; fractions."""
    (p, q), (low_p, high_p), (low_q, high_q) = (first[0] / first[1], second[0] / second[1]), wilson(*first), wilson(*second)
    gap = p - q
    return gap, gap - math.hypot(p - low_p, high_q - q), gap + math.hypot(high_p - p, q - low_q)


def part_of_whole(part: tuple[float, float], whole: tuple[float, float]) -> tuple[float, float, float]:
    """Share of a part minus share of the whole: the part against the rest, times the weight of the rest."""
    rest = (whole[0] - part[0], whole[1] - part[1])
    weight = rest[1] / whole[1]
    return tuple(weight * end for end in newcombe(part, rest))


def agresti_coull_error(events: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Agresti and Coull (1998): two successes and two failures more, so that a share of 0 has an error."""
    m = people + Z**2
    q = (events + Z**2 / 2) / m
    return np.sqrt(q * (1 - q) / m)


def smallest_change(share: float, people: float) -> float:
    """Smallest change of a share that two counts of `people` can show."""
    return SEEN * math.sqrt(2 * share * (1 - share) / people)


def years_to_see(change: float, smallest: float, *, yearly: bool, horizon: int) -> float:
    """Years until a change stands out; infinity when not within the horizon.

    A change that comes again every year adds up. Of one that comes once the mean of more years gets sharper, with their root.
    """
    if change == 0:
        return math.inf
    ratio = smallest / abs(change)
    years = max(1, math.ceil((ratio if yearly else ratio**2) - 1e-12))
    return float(years) if years <= horizon else math.inf
