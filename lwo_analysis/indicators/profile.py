"""The profile of a neighbourhood: objective and subjective apart, a fixed base year, context without a judgement.

Every score carries a reliability flag, as the Sociale Index Leeuwarden once printed: B (betrouwbaar, reliable) or I (indicatief,
indicative). A composite publishes its weights and shows how much they matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.distance import ORIENTATION

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = ("indicator_id", "kind", "good_direction", "value", "base_mean", "base_sd", "n", "numerator", "is_survey")


class Reliability(StrEnum):
    """How far a score can be trusted; hidden scores are not shown at all."""

    RELIABLE = "B"
    INDICATIVE = "I"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class ReliabilityRule:
    """Smallest numbers behind a score.

    Attributes
    ----------
    survey_hide, survey_reliable : int
        Respondents: below the first hidden, below the second indicative.
    least_denominator, least_numerator : int
        Register: below either hidden.
    """

    survey_hide: int = 50
    survey_reliable: int = 150
    least_denominator: int = 100
    least_numerator: int = 10


@dataclass(frozen=True)
class CompositeSensitivity:
    """A composite score under other weights.

    Attributes
    ----------
    scores : DataFrame
        Per area: `published`, `equal_weights`, and `lower`, `upper` over random weights around the published ones.
    leave_one_out : DataFrame
        Per area (rows) the score without each indicator (columns).
    order_agreement : float
        Share of random weightings that keep the published first and last area in their places.
    """

    scores: pd.DataFrame
    leave_one_out: pd.DataFrame
    order_agreement: float


def reliability_flag(
    n: float, *, numerator: float | None = None, is_survey: bool, rule: ReliabilityRule | None = None
) -> Reliability:
    """Return how far a score can be trusted.

    Parameters
    ----------
    n : float
        Respondents of a survey, or the denominator of a register figure; NaN is hidden.
    numerator : float or None
        Count above the line of a register share; None when there is none.
    is_survey : bool
        Which thresholds apply.
    rule : ReliabilityRule or None
        None: survey 50 and 150, register 100 and 10.

    Examples
    --------
    >>> [str(reliability_flag(n, is_survey=True)) for n in (49, 50, 150)]
    ['hidden', 'I', 'B']
    """
    rule = rule or ReliabilityRule()
    if np.isnan(n):
        return Reliability.HIDDEN
    if is_survey:
        indicative = Reliability.INDICATIVE if n >= rule.survey_hide else Reliability.HIDDEN
        return Reliability.RELIABLE if n >= rule.survey_reliable else indicative
    few = n < rule.least_denominator or (numerator is not None and numerator < rule.least_numerator)
    return Reliability.HIDDEN if few else Reliability.RELIABLE


def score_profile(indicators: pd.DataFrame, rule: ReliabilityRule | None = None) -> pd.DataFrame:
    """Return one score per indicator: 100 is the comparison in the base year, 10 points one standard deviation of its areas.

    Because the base year stays fixed, a score can rise everywhere; a score relative to the present cannot.

    Parameters
    ----------
    indicators : DataFrame
        One row per indicator of one area: `indicator_id`, `kind` (`objective` or `subjective`), `good_direction`, `value`,
        `base_mean` and `base_sd` (mean and standard deviation over the comparison areas in the base year), `n`, `numerator`
        (NaN when there is none), `is_survey`.
    rule : ReliabilityRule or None
        Thresholds of the flag.

    Returns
    -------
    DataFrame
        `indicator_id`, `kind`, `score`, `judged` (False for context and ambiguous: show in a neutral colour; their score says
        higher or lower than the base, not better or worse) and `reliability`. Ordered objective first; hidden scores are NaN.

    Raises
    ------
    InputError
        A column is absent, a kind is unknown, or a standard deviation is not positive.

    Notes
    -----
    score = 100 + 10 (value - base_mean) / base_sd, with the sign turned around where lower is good.

    Examples
    --------
    Two standard deviations more crime than the base: 80.

    >>> row = {"indicator_id": "registered_crimes", "kind": "objective", "good_direction": "lower", "value": 60.0}
    >>> row |= {"base_mean": 40.0, "base_sd": 10.0, "n": 36000, "numerator": 2160, "is_survey": False}
    >>> score_profile(pd.DataFrame([row]))[["score", "judged", "reliability"]].to_dict("records")
    [{'score': 80.0, 'judged': True, 'reliability': 'B'}]
    """
    _check(indicators)
    numerators = [None if np.isnan(number) else number for number in indicators["numerator"].astype(float)]
    rows = zip(indicators["n"].astype(float), numerators, indicators["is_survey"], strict=True)
    flags = [str(reliability_flag(n, numerator=count, is_survey=bool(survey), rule=rule)) for n, count, survey in rows]
    sign = -indicators["good_direction"].map(ORIENTATION).fillna(-1.0)
    score = 100 + 10 * sign * (indicators["value"] - indicators["base_mean"]) / indicators["base_sd"]
    table = indicators[["indicator_id", "kind"]].assign(
        score=score.where([flag != Reliability.HIDDEN for flag in flags]),
        judged=indicators["good_direction"].isin(list(ORIENTATION)),
        reliability=flags,
    )
    return table.sort_values("kind", kind="stable", ignore_index=True)


def composite_score(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Return the weighted mean of scores per area.

    Do not mix objective and subjective indicators in one composite, nor an indicator with a composite that contains it.

    Parameters
    ----------
    scores : DataFrame
        Areas (rows) by indicators (columns); an area with a missing score gets no composite, because leaving it out would
        compare other things.
    weights : mapping of indicator to float
        Published weights, >= 0 and not all 0, for every column; they are scaled to sum to 1.

    Raises
    ------
    InputError
        The weights do not match the columns, or are negative or all zero.

    Examples
    --------
    >>> scores = pd.DataFrame({"crime": [80.0], "nuisance": [110.0]}, index=["a"])
    >>> composite_score(scores, {"crime": 2.0, "nuisance": 1.0}).round(6).to_dict()  # (2 x 80 + 110) / 3
    {'a': 90.0}
    """
    shares = _weights(scores, weights)
    return pd.Series(scores.to_numpy(float) @ shares, index=scores.index, name="composite")


def composite_sensitivity(
    scores: pd.DataFrame,
    weights: Mapping[str, float],
    rng: np.random.Generator,
    *,
    draws: int = 1000,
    concentration: float = 20.0,
) -> CompositeSensitivity:
    """Return how much a composite depends on its weights.

    Parameters
    ----------
    scores : DataFrame
        Areas (rows) by indicators (columns), at least two of each, none missing.
    weights : mapping of indicator to float
        Published weights, > 0.
    rng : numpy Generator
        Source of the random weights.
    draws : int
        Random weightings.
    concentration : float
        Dirichlet concentration: larger stays closer to the published weights. 20 lets a weight of 0.25 vary by about 0.09.

    Raises
    ------
    InputError
        A score is missing, or the weights do not match the columns.

    References
    ----------
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, section 7.

    Examples
    --------
    Equal scores cannot depend on weights.

    >>> scores = pd.DataFrame({"x": [90.0, 110.0], "y": [90.0, 110.0]}, index=["a", "b"])
    >>> result = composite_sensitivity(scores, {"x": 1.0, "y": 3.0}, np.random.default_rng(1), draws=10)
    >>> result.scores.loc["a", ["lower", "upper"]].round(6).tolist(), result.order_agreement
    ([90.0, 90.0], 1.0)
    """
    shares = _weights(scores, weights)
    if scores.isna().to_numpy().any() or min(scores.shape) < 2 or (shares <= 0).any():
        raise InputError(
            "scores", expected="two areas and indicators, complete, weights above 0", found="less", remedy="drop or fill"
        )
    values = scores.to_numpy(float)
    drawn = rng.dirichlet(concentration * shares, size=draws) @ values.T
    published = values @ shares
    table = pd.DataFrame(
        {
            "published": published,
            "equal_weights": values.mean(axis=1),
            "lower": np.quantile(drawn, 0.025, axis=0),
            "upper": np.quantile(drawn, 0.975, axis=0),
        },
        index=scores.index,
    )
    keeps = (drawn.argmax(axis=1) == published.argmax()) & (drawn.argmin(axis=1) == published.argmin())
    return CompositeSensitivity(table, _leave_one_out(scores, weights), float(keeps.mean()))


def _leave_one_out(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    without = {
        name: composite_score(scores.drop(columns=name), {key: weight for key, weight in weights.items() if key != name})
        for name in scores.columns
    }
    return pd.DataFrame(without, index=scores.index)


def _weights(scores: pd.DataFrame, weights: Mapping[str, float]) -> np.ndarray:
    if set(weights) != set(scores.columns) or min(weights.values()) < 0 or sum(weights.values()) <= 0:
        raise InputError(
            "weights", expected="one weight of at least 0 per indicator", found=str(dict(weights)), remedy="correct them"
        )
    shares = np.array([weights[name] for name in scores.columns], float)
    return shares / shares.sum()


def _check(indicators: pd.DataFrame) -> None:
    absent = [name for name in COLUMNS if name not in indicators.columns]
    if absent:
        raise InputError("indicators", expected=f"the columns {', '.join(COLUMNS)}", found=f"no {absent}", remedy="add them")
    if not indicators["kind"].isin(["objective", "subjective"]).all() or not (indicators["base_sd"] > 0).all():
        raise InputError("indicators", expected="a known kind and a positive base_sd", found="another", remedy="correct the row")
