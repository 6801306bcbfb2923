"""Two checks on money that is already claimed or paid: an audit of a published cost-benefit claim, and result-based payment."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from lwo_analysis.catalogue.interventions import Text
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.costs import break_even_share, effect_basis


@dataclass(frozen=True)
class PublishedClaim:
    """A cost-benefit claim as printed.

    Attributes
    ----------
    net_eur : float
        Benefits minus costs.
    benefit_per_euro : float
        Euro gained per euro spent.
    years : int
        Years over which both are counted.
    observed_changes : tuple of (str, float)
        Changes that the claim points at, as fractions of the starting level.
    rounding_net, rounding_ratio : float
        Half the last digit of what is printed; "ruim" (a little over) moves up by at most one digit.
    design_grade : int or None
        Of the comparison behind it; None when none is named.
    source : str
        Document and lines.
    """

    net_eur: float
    benefit_per_euro: float
    years: int
    observed_changes: tuple[tuple[str, float], ...]
    rounding_net: float
    rounding_ratio: float
    design_grade: int | None
    source: str


@dataclass(frozen=True)
class ClaimAudit:
    """What a claim implies.

    Attributes
    ----------
    costs, benefits, costs_per_year : float
        Euro, implied by the two printed numbers.
    break_even_share, lowest_share, highest_share : float
        Share of the benefits that must be caused to pay the costs, and its limits within the rounding of the claim.
    changes_needed : tuple of (str, float)
        The part of each observed change that must be caused, if benefits follow the changes in proportion.
    missing : tuple of Text
        What must be known before the claim can be checked.
    effect_basis : str
        Words that belong to every use of the claim.
    source : str
        Where the claim is printed.
    """

    costs: float
    benefits: float
    costs_per_year: float
    break_even_share: float
    lowest_share: float
    highest_share: float
    changes_needed: tuple[tuple[str, float], ...]
    missing: tuple[Text, ...]
    effect_basis: str
    source: str


@dataclass(frozen=True)
class CreamSkimming:
    """Whether the people helped had a better start than those who could have been helped.

    Attributes
    ----------
    mean_served, mean_eligible : float
        Mean chance of success without help.
    standardised_difference : float
        Difference in standard deviations of the eligible; positive means the more promising were served.
    p_value : float
        Share of random choices of as many people that are at least as promising (one-sided permutation).
    n_served, n_eligible : int
        How many people.
    flagged : bool
        Difference above `limit` and p below `alpha`.
    """

    mean_served: float
    mean_eligible: float
    standardised_difference: float
    p_value: float
    flagged: bool
    n_served: int
    n_eligible: int


@dataclass(frozen=True)
class ResultPayment:
    """What result-based payment buys: part of the paid successes would have come anyway.

    Attributes
    ----------
    paid : float
        Euro.
    successes : float
        Successes that were paid for.
    expected_without_help : float
        Successes that would have come anyway.
    caused : float
        The others.
    paid_per_success, paid_per_caused_success : float
        Euro.
    """

    paid: float
    successes: float
    expected_without_help: float
    caused: float
    paid_per_success: float
    paid_per_caused_success: float


FRONT_LINE_TEAM = PublishedClaim(
    net_eur=2_000_000.0,
    benefit_per_euro=2.0,
    years=4,
    observed_changes=(("supervision_orders", -0.40), ("evictions_for_arrears", -0.40)),
    rounding_net=100_000.0,
    rounding_ratio=0.1,
    design_grade=None,
    source="004:1006-1034",
)


MISSING = (
    Text("aantallen aan het begin", "starting numbers"),
    Text("verandering in vergelijkbare wijken", "change in comparable areas"),
    Text("prijs per geval", "price per case"),
    Text("discontovoet", "discount rate"),
    Text("hoe lang het effect duurt", "how long the effect lasts"),
)


def audit_claim(claim: PublishedClaim) -> ClaimAudit:
    """Return what a published claim implies, and what must be caused for it to break even.

    Parameters
    ----------
    claim : PublishedClaim
        With `benefit_per_euro` above 1.

    Notes
    -----
    ``net = B - C`` and ``ratio = B / C`` give ``C = net / (ratio - 1)`` and a break-even share ``C / B = 1 / ratio``: the share
    depends on the ratio alone. "Ruim 2" lies between 2.0 and 2.1, so the limits are ``1 / (ratio + rounding)`` and ``1 / ratio``.
    Assumes that costs and benefits were discounted alike. The audit cannot show an effect.

    Raises
    ------
    ParameterError
        The ratio is 1 or less: then there is nothing to break even.

    Examples
    --------
    >>> audit_claim(FRONT_LINE_TEAM).break_even_share
    0.5
    """
    _require("benefit_per_euro", claim.benefit_per_euro, claim.benefit_per_euro > 1, "above 1")
    costs = claim.net_eur / (claim.benefit_per_euro - 1)
    benefits = costs * claim.benefit_per_euro
    share = break_even_share(costs, benefits)
    return ClaimAudit(
        costs,
        benefits,
        costs / claim.years,
        share,
        1 / (claim.benefit_per_euro + claim.rounding_ratio),
        share,
        tuple((name, change * share) for name, change in claim.observed_changes),
        MISSING,
        effect_basis(claim.design_grade),
        claim.source,
    )


def check_cream_skimming(
    chance_served: ArrayLike,
    chance_eligible: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    limit: float = 0.1,
    alpha: float = 0.05,
) -> CreamSkimming:
    """Return whether the most promising people were chosen.

    Parameters
    ----------
    chance_served : array_like, shape (n,)
        Chance of success without help of those served, 0 to 1, estimated from facts known before help began.
    chance_eligible : array_like, shape (m,)
        The same for everyone who could have been served, the served included; m >= n.
    rng : Generator
        Source of the random choices.
    draws : int
        Random choices of n out of m.
    limit, alpha : float
        A flag needs a standardised difference above `limit` and a p-value below `alpha`.

    Raises
    ------
    ParameterError
        Arrays are empty, contain NaN or numbers outside 0-1, or more people were served than were eligible.

    Notes
    -----
    Finds selection on what was recorded. Selection on motivation stays invisible.
    """
    served, eligible = np.asarray(chance_served, dtype=float), np.asarray(chance_eligible, dtype=float)
    for name, values in (("chance_served", served), ("chance_eligible", eligible)):
        _require(
            name, float(values.size), bool(values.size) and bool(((values >= 0) & (values <= 1)).all()), "chances between 0 and 1"
        )
    _require("served", served.size, served.size <= eligible.size, "no more than the eligible")
    spread = float(eligible.std())
    difference = float(served.mean() - eligible.mean())
    chosen = np.array([rng.choice(eligible, served.size, replace=False).mean() for _ in range(draws)])
    p_value = float((1 + (chosen >= served.mean() - 1e-12).sum()) / (1 + draws))
    standardised = difference / spread if spread else 0.0
    flagged = standardised > limit and p_value < alpha
    return CreamSkimming(
        float(served.mean()), float(eligible.mean()), standardised, p_value, flagged, int(served.size), int(eligible.size)
    )


def judge_result_payment(*, tariff: float, successes: float, chance_without_help: ArrayLike) -> ResultPayment:
    """Return what was paid per success, and per success that would not have come anyway.

    Parameters
    ----------
    tariff : float
        Euro per success, >= 0.
    successes : float
        Paid successes among the people served.
    chance_without_help : array_like, shape (n,)
        Chance of success without help of everyone served, 0 to 1.

    Notes
    -----
    ``caused = successes - sum(chance)``; when it is zero or less, the price per caused success is infinite.

    Examples
    --------
    >>> judge_result_payment(tariff=1000.0, successes=10, chance_without_help=[0.25] * 20).paid_per_caused_success
    2000.0
    """
    _require("tariff", tariff, tariff >= 0, "zero or more")
    chances = np.asarray(chance_without_help, dtype=float)
    _require("successes", successes, 0 < successes <= chances.size, "above zero and at most the people served")
    expected = float(chances.sum())
    paid, caused = tariff * successes, successes - expected
    return ResultPayment(paid, successes, expected, caused, paid / successes, paid / caused if caused > 0 else float("inf"))


def _require(name: str, value: float, holds: bool, expected: str) -> None:
    if not (isfinite(value) and holds):
        raise ParameterError(name, expected=expected, found=repr(value), remedy="correct the value")
