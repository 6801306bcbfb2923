"""How far moving in and out alone could have moved a figure: the bounds that stand beside every trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lwo_analysis.errors import InputError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class CompositionBounds:
    """Between which changes a share could have moved while no resident who stayed changed.

    Attributes
    ----------
    worst_case : tuple of float
        Lowest and highest change when nothing is known about the movers.
    plausible : tuple of float
        The same when the shares among in- and out-movers lie in the given ranges.
    observed : float
        The change that was observed, same unit (fractions).
    """

    worst_case: tuple[float, float]
    plausible: tuple[float, float]
    observed: float

    @property
    def movers_could_explain_all(self) -> bool:
        """Whether the observed change lies inside the plausible bounds."""
        return self.plausible[0] <= self.observed <= self.plausible[1]

    @property
    def unexplained(self) -> float:
        """The part of the observed change that movers cannot explain, 0 when they could explain all of it.

        Examples
        --------
        >>> CompositionBounds((-0.2, 0.2), (-0.01, 0.02), 0.05).unexplained
        0.03
        """
        return float(round(self.observed - float(np.clip(self.observed, *self.plausible)), 12))


@dataclass(frozen=True)
class CompositionPart:
    """A change of a rate in two parts (Kitagawa): `composition` (other groups) and `behaviour` (other rates in the groups).

    Attributes
    ----------
    composition : float
        The part because groups have another size.
    behaviour : float
        The part because rates within groups differ.
    """

    composition: float
    behaviour: float


def cumulative_turnover(yearly_share: float, years: float) -> float:
    """Return the largest share of residents that may have been replaced after some years.

    Parameters
    ----------
    yearly_share : float
        In-movers in a year as a share of residents, 0 to 1 (in focus areas 0.093 of residents of 12 and over in 2024, CBS 2026).
    years : float
        Length of the period, >= 0.

    Raises
    ------
    ParameterError
        The share is no fraction, or the period is below zero.

    Notes
    -----
    1 - (1 - m)^t, as if everybody were equally likely to move every year. Recent movers move again more often, so the true
    share is lower and the bounds made with it are wide rather than narrow.

    Examples
    --------
    >>> round(cumulative_turnover(0.1, 2), 3)  # 1 - 0.9 x 0.9
    0.19
    """
    _require_fraction("yearly_share", yearly_share)
    if years < 0:
        raise ParameterError("years", expected="at least 0", found=str(years), remedy="give the length of the period")
    return 1 - (1 - yearly_share) ** years


def composition_bounds(
    start: float,
    end: float,
    *,
    in_share: float,
    out_share: float,
    in_profile: tuple[float, float] = (0.0, 1.0),
    out_profile: tuple[float, float] = (0.0, 1.0),
) -> CompositionBounds:
    """Return how far movers alone could have moved a share.

    Parameters
    ----------
    start, end : float
        The share at the start and at the end, fractions 0 to 1.
    in_share : float
        Residents at the end who came in since the start, as a fraction of residents at the end, below 1.
    out_share : float
        Residents at the start who have left since, as a fraction of residents at the start, below 1.
    in_profile, out_profile : pair of float
        Lowest and highest plausible share among in-movers and out-movers, for example from the city's best to its worst wijk;
        (0, 1) is the worst case.

    Raises
    ------
    InputError
        A share is missing or not a fraction, a range is turned around, everybody moved, or no out-mover profile in the range
        is possible given the share at the start.

    Notes
    -----
    Stayers keep their share s. Start p0 = (1 - o) s + o q_out and end p1 = (1 - m) s + m q_in, so that
    p1 = (1 - m)(p0 - o q_out)/(1 - o) + m q_in, linear in q_in and q_out: the bounds lie at the ends of their ranges. q_out is
    limited to values for which s lies between 0 and 1. Births, deaths and ageing count as movers when they are in the shares
    (not checked).

    References
    ----------
    Worst-case bounds in the sense of Manski (1990), American Economic Review 80, 319-323.

    Examples
    --------
    10 % moved in, nobody left (the area grew), 20 % at the start. In-movers between 0 and 100 %: from 0.18 to 0.28.

    >>> bounds = composition_bounds(0.20, 0.19, in_share=0.1, out_share=0.0)
    >>> [round(change, 3) for change in bounds.worst_case], bounds.movers_could_explain_all
    ([-0.02, 0.08], True)
    """
    for name, value in {"start": start, "end": end, "in_share": in_share, "out_share": out_share}.items():
        _require_fraction(name, value)
    if max(in_share, out_share) >= 1:
        raise InputError(
            "movers", expected="some residents who stayed", found="everybody moved", remedy="choose a shorter period"
        )
    worst = _change_range(start, in_share, out_share, (0.0, 1.0), (0.0, 1.0))
    plausible = _change_range(start, in_share, out_share, in_profile, out_profile)
    return CompositionBounds(worst, plausible, end - start)


def decompose_by_composition(
    start_groups: ArrayLike, end_groups: ArrayLike, start_rates: ArrayLike, end_rates: ArrayLike
) -> CompositionPart:
    """Return which part of the change of a rate comes from the mix of groups, and which from the rates within them.

    Parameters
    ----------
    start_groups, end_groups : array_like, shape (groups,)
        Residents per group (age, household type, tenure); only proportions matter.
    start_rates, end_rates : array_like, shape (groups,)
        The rate in each group.

    Returns
    -------
    CompositionPart
        The two parts add up to the change of the overall rate.

    Raises
    ------
    InputError
        Lengths differ or a number is missing.

    Notes
    -----
    composition = Σ (c1 - c0)(r0 + r1)/2 and behaviour = Σ (r1 - r0)(c0 + c1)/2 with c the proportions.

    References
    ----------
    Kitagawa (1955), JASA 50, 1168-1194.

    Examples
    --------
    Half the residents had 10 %, half 30 %; now three quarters have 10 %. Nobody changed: -5 points, all composition.

    >>> part = decompose_by_composition([50, 50], [75, 25], [0.1, 0.3], [0.1, 0.3])
    >>> round(part.composition, 4), part.behaviour
    (-0.05, 0.0)
    """
    arrays = [np.asarray(numbers, float) for numbers in (start_groups, end_groups, start_rates, end_rates)]
    if len({array.shape for array in arrays}) != 1 or any(np.isnan(array).any() for array in arrays):
        raise InputError("groups", expected="four complete lists of one length", found="another form", remedy="merge groups")
    start, end = _proportions(arrays[0]), _proportions(arrays[1])
    composition = float((end - start) @ (arrays[2] + arrays[3]) / 2)
    return CompositionPart(composition, float((arrays[3] - arrays[2]) @ (start + end) / 2))


def _change_range(
    start: float, in_share: float, out_share: float, in_profile: tuple[float, float], out_profile: tuple[float, float]
) -> tuple[float, float]:
    low_out, high_out = _possible_out_profile(start, out_share, out_profile)
    for name, value in zip(("lowest in_profile", "highest in_profile"), in_profile, strict=True):
        _require_fraction(name, value)
    _require_order("in_profile", in_profile)
    lowest = _end_share(start, in_share, out_share, in_profile[0], high_out)
    highest = _end_share(start, in_share, out_share, in_profile[1], low_out)
    return lowest - start, highest - start


def _possible_out_profile(start: float, out_share: float, profile: tuple[float, float]) -> tuple[float, float]:
    for name, value in zip(("lowest out_profile", "highest out_profile"), profile, strict=True):
        _require_fraction(name, value)
    _require_order("out_profile", profile)
    if out_share == 0:
        return profile
    lowest = max(profile[0], (start - (1 - out_share)) / out_share)
    highest = min(profile[1], start / out_share)
    _require_order("out_profile", (lowest, highest))
    return lowest, highest


def _end_share(start: float, in_share: float, out_share: float, in_profile: float, out_profile: float) -> float:
    stayers = (start - out_share * out_profile) / (1 - out_share)
    return (1 - in_share) * stayers + in_share * in_profile


def _proportions(groups: NDArray[np.float64]) -> NDArray[np.float64]:
    return groups / groups.sum()


def _require_fraction(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise InputError(name, expected="a fraction between 0 and 1", found=str(value), remedy="divide percentages by 100")


def _require_order(name: str, bounds: tuple[float, float]) -> None:
    if bounds[0] > bounds[1]:
        remedy = "turn it around, or widen it until it is possible given the start"
        raise InputError(name, expected="a lowest value at or below the highest", found=str(bounds), remedy=remedy)
