"""Costs and benefits, transparent: net present value, break-even, spread, who pays and who gains.

Every result carries what its effect rests on (`effect_basis`): below a design with a comparison the words "effect assumed, not
shown" belong to it, however precise the euros look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.costs_results import BreakEven, PartyBalance, PresentValue, Spread, TornadoBar

SHOWN_FROM_GRADE = 3
INPUTS = ("cost_per_year", "cases", "effect", "unit_value", "persistence")


@dataclass(frozen=True)
class Uncertain:
    """A number with its range.

    Attributes
    ----------
    low, central, high : float
        `interval95`: ends of a 95 % interval, drawn as a normal distribution. `range`: outer limits, drawn as a triangle.
    kind : {"interval95", "range"}
        How it is drawn.
    """

    low: float
    central: float
    high: float
    kind: str = "range"


@dataclass(frozen=True)
class CostBenefitCase:
    """What goes into a calculation.

    Attributes
    ----------
    cost_per_year : Uncertain
        Euro per year of work.
    cases : Uncertain
        Cases per year among those helped without the intervention.
    effect : Uncertain
        Share of those cases that the intervention prevents, caused by it.
    unit_value : Uncertain
        Euro per prevented case per year in which the effect lasts.
    persistence : Uncertain
        Share of the effect left after each further year, 0 to 1.
    work_years, horizon : int
        Years of work, and years over which benefits count (at least `work_years`).
    design_grade : int or None
        Maryland scale 1-5 of the study behind `effect`; None when there is no study.
    """

    cost_per_year: Uncertain
    cases: Uncertain
    effect: Uncertain
    unit_value: Uncertain
    persistence: Uncertain
    work_years: int
    horizon: int
    design_grade: int | None = None


def effect_basis(design_grade: int | None, lang: str = "en") -> str:
    """Return the words that a cost-benefit figure must carry.

    Parameters
    ----------
    design_grade : int or None
        Maryland scale 1-5; from 3 there is a comparison that could show an effect.
    lang : {"nl", "en"}
        Language of the words.

    Raises
    ------
    ParameterError
        The grade is not on the scale.

    Examples
    --------
    >>> effect_basis(None)
    'effect assumed, not shown'
    """
    if design_grade is not None and not 1 <= design_grade <= 5:
        raise ParameterError("design_grade", expected="1 to 5, or None", found=repr(design_grade), remedy="correct the grade")
    if design_grade is None or design_grade < SHOWN_FROM_GRADE:
        return "effect aangenomen, niet aangetoond" if lang == "nl" else "effect assumed, not shown"
    return f"effect uit onderzoek met graad {design_grade}" if lang == "nl" else f"effect from a study of grade {design_grade}"


def discount_factors(years: int, rate: float) -> NDArray[np.float64]:
    """Return the weight of a euro in year 0, 1, ..., years - 1.

    Parameters
    ----------
    years : int
        How many, > 0.
    rate : float
        Real yearly rate, e.g. `discount_rates()["standard"].rate`; > -1. There is no default.

    Returns
    -------
    ndarray
        ``(1 + rate) ** -t``, shape (years,).

    Examples
    --------
    >>> discount_factors(2, 0.25)
    array([1. , 0.8])
    """
    _require("years", years, years > 0, "a positive number")
    _require("rate", rate, rate > -1, "above -1")
    return (1.0 + rate) ** -np.arange(years, dtype=float)


def benefit_stream(
    cases: float, effect: float, unit_value: float, persistence: float, *, work_years: int, horizon: int
) -> NDArray[np.float64]:
    """Return the euro gained in each year, not discounted.

    Parameters
    ----------
    cases, effect, unit_value, persistence
        As in `CostBenefitCase`, one number each.
    work_years, horizon : int
        ``0 < work_years <= horizon``.

    Returns
    -------
    ndarray
        Shape (horizon,). Year t: ``cases * effect * unit_value * sum_{s <= min(t, work_years - 1)} persistence ** (t - s)``.

    Examples
    --------
    >>> benefit_stream(10, 0.5, 100.0, 0.5, work_years=1, horizon=3)
    array([500., 250., 125.])
    """
    _require("persistence", persistence, 0 <= persistence <= 1, "between 0 and 1")
    _require("horizon", horizon, 0 < work_years <= horizon, "at least the years of work")
    started = np.zeros(horizon)
    started[:work_years] = cases * effect * unit_value
    return np.convolve(started, persistence ** np.arange(horizon, dtype=float))[:horizon]


def present_value(
    costs: Sequence[float], benefits: Sequence[float], *, rate: float, design_grade: int | None = None
) -> PresentValue:
    """Return costs and benefits in euro of the first year.

    Parameters
    ----------
    costs, benefits : sequence of float
        Euro per year from year 0, >= 0, real prices of one year; the shorter is extended with zeros.
    rate : float
        Real yearly discount rate.
    design_grade : int, optional
        Of the study behind the benefits.

    Notes
    -----
    `break_even_share` is costs over benefits: the share of the benefits that the intervention itself must have caused. Above 1 it
    cannot break even; NaN when there is neither cost nor benefit. Discounting starts in the second year.
    """
    weights = discount_factors(max(len(costs), len(benefits), 1), rate)
    paid = float(np.asarray(costs, dtype=float) @ weights[: len(costs)])
    gained = float(np.asarray(benefits, dtype=float) @ weights[: len(benefits)])
    ratio = gained / paid if paid else inf
    return PresentValue(paid, gained, gained - paid, ratio, break_even_share(paid, gained), rate, effect_basis(design_grade))


def break_even_share(costs: float, benefits: float) -> float:
    """Return the share of the benefits that must be caused by the intervention to pay its costs.

    Parameters
    ----------
    costs : float
        Euro, at least 0.
    benefits : float
        Euro, at least 0.

    Examples
    --------
    >>> break_even_share(2.0, 4.0)
    0.5
    """
    for name, value in (("costs", costs), ("benefits", benefits)):
        _require(name, value, value >= 0, "zero or more")
    if benefits == 0:
        return inf if costs > 0 else float("nan")
    return costs / benefits


def evaluate_case(case: CostBenefitCase, *, rate: float) -> PresentValue:
    """Return the present value with every input at its central number.

    Parameters
    ----------
    case : CostBenefitCase
        Inputs with their low, central and high numbers.
    rate : float
        Discount rate, a fraction per year.
    """
    return _evaluate(case, {name: getattr(case, name).central for name in INPUTS}, rate)


def break_even_inputs(case: CostBenefitCase, *, rate: float) -> BreakEven:
    """Return the effect, and the value per case, at which the case just pays its costs; everything else central.

    The way to speak about money while no unit value is cited: it asks what must be true instead of claiming that it is. Both are
    infinite when the case has no benefits at all.

    Parameters
    ----------
    case : CostBenefitCase
        Inputs with their low, central and high numbers.
    rate : float
        Discount rate, a fraction per year.

    Examples
    --------
    >>> one = Uncertain(1.0, 1.0, 1.0)
    >>> case = CostBenefitCase(Uncertain(500, 500, 500), Uncertain(10, 10, 10), one, Uncertain(100, 100, 100), one, 1, 1)
    >>> break_even_inputs(case, rate=0.0225)
    BreakEven(effect=0.5, unit_value=50.0)
    """
    share = evaluate_case(case, rate=rate).break_even_share
    return BreakEven(case.effect.central * share, case.unit_value.central * share)


def simulate_case(case: CostBenefitCase, *, rate: float, draws: int, rng: np.random.Generator) -> Spread:
    """Return the spread of the net present value over the ranges of the inputs.

    Parameters
    ----------
    case : CostBenefitCase
        Inputs with ranges, taken as independent of each other.
    rate : float
        Real yearly discount rate.
    draws : int
        How many, > 0.
    rng : Generator
        Source of randomness.

    Returns
    -------
    Spread
        Median and 95 % interval of the draws. It is the spread of the assumptions, not a confidence interval.
    """
    _require("draws", draws, draws > 0, "a positive number")
    drawn = {name: _draw(getattr(case, name), draws, rng) for name in INPUTS}
    drawn["persistence"] = np.clip(drawn["persistence"], 0.0, 1.0)
    net = np.array([_evaluate(case, {name: values[i] for name, values in drawn.items()}, rate).net for i in range(draws)])
    lower, median, upper = np.quantile(net, [0.025, 0.5, 0.975])
    return Spread(net, float(median), float(lower), float(upper), float((net > 0).mean()), effect_basis(case.design_grade))


def tornado(case: CostBenefitCase, *, rate: float) -> tuple[TornadoBar, ...]:
    """Return which input matters most, largest swing first (ties by name).

    One input at a time moves from its low to its high end; it cannot show inputs that matter only together.

    Parameters
    ----------
    case : CostBenefitCase
        Inputs with their low, central and high numbers.
    rate : float
        Discount rate, a fraction per year.
    """
    central = {name: getattr(case, name).central for name in INPUTS}
    bars = []
    for name in INPUTS:
        ends = [
            _evaluate(case, {**central, name: value}, rate).net for value in (getattr(case, name).low, getattr(case, name).high)
        ]
        bars.append(TornadoBar(name, ends[0], ends[1], abs(ends[1] - ends[0])))
    return tuple(sorted(bars, key=lambda bar: (-bar.swing, bar.input)))


def who_pays_who_gains(
    result: PresentValue, cost_shares: Mapping[str, float], benefit_shares: Mapping[str, float]
) -> tuple[PartyBalance, ...]:
    """Return the balance of every party, in the order of first mention; the balances add up to the net value.

    Parameters
    ----------
    result : PresentValue
        Society as a whole.
    cost_shares, benefit_shares : mapping
        Share by party; each adds up to 1.

    Raises
    ------
    ParameterError
        Shares are negative or do not add up to 1.
    """
    for name, shares in (("cost_shares", cost_shares), ("benefit_shares", benefit_shares)):
        _require(
            name,
            sum(shares.values()),
            abs(sum(shares.values()) - 1) < 1e-9 and min(shares.values()) >= 0,
            "shares that add up to 1",
        )
    balances = []
    for party in dict.fromkeys([*cost_shares, *benefit_shares]):
        pays, gains = result.costs * cost_shares.get(party, 0.0), result.benefits * benefit_shares.get(party, 0.0)
        balances.append(PartyBalance(party, pays, gains, gains - pays))
    return tuple(balances)


def with_effect(case: CostBenefitCase, effect: Uncertain, design_grade: int | None) -> CostBenefitCase:
    """Return the case with another effect and the grade of the study it comes from.

    Parameters
    ----------
    case : CostBenefitCase
        Inputs with their low, central and high numbers.
    effect : Uncertain
        The effect per case, a fraction.
    design_grade : int or None
        Grade of the study, 1 to 5; None when it is assumed.
    """
    return replace(case, effect=effect, design_grade=design_grade)


def _evaluate(case: CostBenefitCase, values: Mapping[str, float], rate: float) -> PresentValue:
    costs = [values["cost_per_year"]] * case.work_years
    benefits = benefit_stream(
        values["cases"],
        values["effect"],
        values["unit_value"],
        values["persistence"],
        work_years=case.work_years,
        horizon=case.horizon,
    )
    weights = discount_factors(case.horizon, rate)
    paid, gained = float(costs @ weights[: case.work_years]), float(benefits @ weights)
    share = break_even_share(paid, gained) if gained >= 0 else inf
    return PresentValue(paid, gained, gained - paid, gained / paid if paid else inf, share, rate, effect_basis(case.design_grade))


def _draw(value: Uncertain, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    if not value.low <= value.central <= value.high:
        raise ParameterError("range", expected="low <= central <= high", found=repr(value), remedy="correct the range")
    if value.low == value.high:
        return np.full(draws, value.central)
    if value.kind == "interval95":
        return rng.normal(value.central, (value.high - value.low) / (2 * 1.959963984540054), draws)
    return rng.triangular(value.low, value.central, value.high, draws)


def _require(name: str, value: float, holds: bool, expected: str) -> None:
    if not (isfinite(value) and holds):
        raise ParameterError(name, expected=f"a number, {expected}", found=repr(value), remedy="correct the value")
