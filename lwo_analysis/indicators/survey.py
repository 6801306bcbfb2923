"""Means and shares from a weighted, stratified survey, with the uncertainty of its design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.uncertainty import Interval, Meaning, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class SurveyEstimate:
    """A weighted mean or share.

    Attributes
    ----------
    interval : Interval
        Estimate and sampling interval, in the unit of the answers (a share: 0 to 1).
    standard_error : float
        Linearised standard error.
    n : int
        Respondents with an answer.
    n_missing : int
        Respondents without an answer; they are left out of the estimate.
    design_effect : float
        Variance relative to a simple random sample of the same size; above 1 means that weights or strata cost precision. NaN
        when all answers are the same.
    """

    interval: Interval
    standard_error: float
    n: int
    n_missing: int
    design_effect: float


def survey_mean(
    values: ArrayLike, weights: ArrayLike | None = None, strata: ArrayLike | None = None, *, level: float = 0.95
) -> SurveyEstimate:
    """Return the weighted mean of answers, such as a mark from 1 to 10.

    For yes/no answers use `survey_share`, whose interval stays between 0 and 1. Respondents sampled in clusters
    (households, schools) are not supported: the interval would be too narrow.

    Parameters
    ----------
    values : array_like, shape (respondents,)
        Answers; NaN is no answer.
    weights : array_like or None
        Positive survey weights; None weighs everybody the same.
    strata : array_like or None
        Stratum of each respondent, for example the wijk; None is one stratum.
    level : float
        Coverage, between 0 and 1.

    Raises
    ------
    InputError
        A weight is not positive, or a stratum has a single respondent, so that its variance is unknown.

    Notes
    -----
    Ratio mean ȳ = Σwy/Σw with z_i = w_i(y_i - ȳ)/Σw and variance Σ_h n_h/(n_h - 1) Σ_i (z_hi - z̄_h)²; Student's t with
    n - H degrees of freedom. Sampling with replacement is assumed: no finite population correction.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 5.7; Lumley (2010), Complex Surveys, ch. 2.

    Examples
    --------
    Without weights or strata it is the ordinary mean, with s / sqrt(n) as its standard error.

    >>> estimate = survey_mean([1.0, 2.0, 3.0])
    >>> estimate.interval.estimate, round(estimate.standard_error, 4)  # 1 / sqrt(3)
    (2.0, 0.5774)
    """
    sample = _sample(values, weights, strata)
    mean, variance = _ratio_mean(sample)
    half = float(stats.t.isf((1 - level) / 2, len(sample) - sample["stratum"].nunique()) * np.sqrt(variance))
    interval = Interval(mean, mean - half, mean + half, level, Meaning.SAMPLING, "linearised ratio mean")
    simple = float(np.average((sample["value"] - mean) ** 2, weights=sample["weight"])) / (len(sample) - 1)
    return _estimate(interval, variance, simple, values, len(sample))


def survey_share(
    answers: ArrayLike, weights: ArrayLike | None = None, strata: ArrayLike | None = None, *, level: float = 0.95
) -> SurveyEstimate:
    """Return the weighted share of respondents who said yes.

    Parameters
    ----------
    answers : array_like of 0, 1 and NaN, shape (respondents,)
        NaN is no answer.
    weights, strata, level
        As in `survey_mean`.

    Raises
    ------
    InputError
        An answer is not 0, 1 or NaN, or as in `survey_mean`.

    Notes
    -----
    Wilson's interval with the effective sample size p(1 - p) / variance; when everybody answers the same, with
    (Σw)² / Σw² (Kish).

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24, 193-201 (effective sample size); Dean and Pagano (2015), Journal of Survey
    Statistics and Methodology 3, 484-503 (Wilson's interval with it).

    Examples
    --------
    >>> survey_share([1, 1, 0, 0]).interval.estimate
    0.5
    """
    given = np.asarray(answers, float)
    _require(bool(np.isin(given[~np.isnan(given)], (0, 1)).all()), "answers", "0, 1 or no answer", "another value")
    sample = _sample(answers, weights, strata)
    share, variance = _ratio_mean(sample)
    spread = share * (1 - share)
    kish = float(sample["weight"].sum() ** 2 / (sample["weight"] ** 2).sum())
    effective = spread / variance if variance > 0 else kish
    bounds = wilson_interval(share * effective, effective, level=level)
    method = "Wilson score with the effective sample size"
    interval = Interval(share, bounds.lower, bounds.upper, level, Meaning.SAMPLING, method)
    return _estimate(interval, variance, spread / (len(sample) - 1), answers, len(sample))


def _sample(values: ArrayLike, weights: ArrayLike | None, strata: ArrayLike | None) -> pd.DataFrame:
    answers = np.asarray(values, float)
    sample = pd.DataFrame(
        {
            "value": answers,
            "weight": np.ones(answers.shape) if weights is None else np.asarray(weights, float),
            "stratum": np.zeros(answers.shape) if strata is None else np.asarray(strata),
        }
    ).dropna(subset="value")
    _require(bool((sample["weight"] > 0).all()), "weights", "a positive weight for every answer", "another one")
    sizes = sample.groupby("stratum").size()
    _require(len(sizes) > 0 and bool((sizes > 1).all()), "strata", "at least two answers in every stratum", "fewer")
    return sample


def _ratio_mean(sample: pd.DataFrame) -> tuple[float, float]:
    mean = float(np.average(sample["value"], weights=sample["weight"]))
    residual = sample["weight"] * (sample["value"] - mean) / sample["weight"].sum()
    by_stratum = residual.groupby(sample["stratum"])
    return mean, float((by_stratum.size() * by_stratum.var(ddof=1)).sum())


def _estimate(interval: Interval, variance: float, simple: float, answers: ArrayLike, n: int) -> SurveyEstimate:
    total: NDArray[np.float64] = np.asarray(answers, float)
    effect = variance / simple if simple > 0 else float("nan")
    return SurveyEstimate(interval, float(np.sqrt(variance)), n, int(total.size - n), effect)


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise InputError(where, expected=expected, found=found, remedy="correct or merge before estimating")
