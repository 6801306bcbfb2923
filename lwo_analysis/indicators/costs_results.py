"""What a calculation of costs and benefits gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PresentValue:
    """Costs and benefits in euro of the first year; `ratio` is benefits per euro, `break_even_share` what must be caused.

    Attributes
    ----------
    costs, benefits, net : float
        Euro of the first year.
    ratio : float
        Benefits per euro of costs.
    break_even_share : float
        Part of the benefits that must be caused to pay the costs.
    rate : float
        Discount rate, a fraction per year.
    effect_basis : str
        Words that every figure made of it must carry.
    """

    costs: float
    benefits: float
    net: float
    ratio: float
    break_even_share: float
    rate: float
    effect_basis: str


@dataclass(frozen=True)
class BreakEven:
    """What must be true to break even: the effect per case (fraction) or the euro per prevented case.

    Attributes
    ----------
    effect : float
        Effect per case, a fraction.
    unit_value : float
        Euro per prevented case.
    """

    effect: float
    unit_value: float


@dataclass(frozen=True)
class Spread:
    """Monte Carlo spread of the net present value; `chance_positive` is the share of draws above zero.

    Attributes
    ----------
    draws : ndarray
        Net present value of each draw, in euro.
    median, lower, upper : float
        In euro.
    chance_positive : float
        Share of the draws above zero.
    effect_basis : str
        Words that every figure made of it must carry.
    """

    draws: NDArray[np.float64]
    median: float
    lower: float
    upper: float
    chance_positive: float
    effect_basis: str


@dataclass(frozen=True)
class TornadoBar:
    """Net present value with one input at its low and high end and the others central; `swing` is the distance between them.

    Attributes
    ----------
    input : str
        Name of the input.
    at_low, at_high : float
        Net present value with the input at each end, in euro.
    swing : float
        Distance between them.
    """

    input: str
    at_low: float
    at_high: float
    swing: float


@dataclass(frozen=True)
class PartyBalance:
    """What one party pays and gains, in euro.

    Attributes
    ----------
    party : str
        Who.
    pays, gains, net : float
        Euro of the first year.
    """

    party: str
    pays: float
    gains: float
    net: float
