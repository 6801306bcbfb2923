"""The result of every estimator: complete, frozen, and able to say in two languages what it does and does not show."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lwo_analysis.effects import sentences
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.panel import OutcomeMatrix

FEW_TREATED = 5
"""Up to this many treated units no cluster or influence-function standard error is shown (it rejects 11-98 % of true nulls)."""

NO_INTERVAL = (math.nan, math.nan)

Status = Literal["estimated", "not_identified", "too_few_areas", "too_early"]


@dataclass(frozen=True, eq=False)
class EffectResult:
    """An estimated effect with everything that is needed to judge it.

    Parameters
    ----------
    method, estimand : str
        Estimator, and the quantity it estimates, in words.
    estimate : float
        In the unit of the outcome (``scale="difference"``) or as a difference of logarithms (``scale="log"``). Positive
        means: the outcome is higher than expected without the treatment. NaN when not identified or too early.
    standard_error, interval, p_value : float, (float, float), float
        NaN when no honest value exists; ``inference`` says how they were made, or why they are absent.
    n_treated, n_control : int
        Units.
    details : DataFrame
        What the estimate is made of (weights, periods, cohorts), estimator by estimator; see the estimator.
    warnings : tuple of str
        What a reader must know before using the number.
    design_id : str
        The design that was estimated.
    status : {"estimated", "not_identified", "too_few_areas", "too_early"}
        ``too_few_areas``: there is an estimate, but no standard error that can be trusted.
    design_frozen_before_data : bool or None
        True when the design was registered before the oldest vintage of the treated outcomes; None when unknown.
    level : float
        Confidence level of the interval.
    inference : str
        Kind of standard error and its degrees of freedom, or the reason why there is none.
    scale : {"difference", "log"}
        Scale of the estimate.
    outcome_words, outcome_unit : tuple of str
        Dutch and English name and unit.
    covariance : DataFrame or None
        Covariance of the coefficients in ``details`` (event-study methods).
    fit : object
        The numerical result of the estimator, for those who want weights and residuals.

    Notes
    -----
    The result says nothing about the size of the effect that could have been found: show it beside its minimal detectable effect.
    """

    method: str
    estimand: str
    estimate: float
    standard_error: float
    interval: tuple[float, float]
    p_value: float
    n_treated: int
    n_control: int
    details: pd.DataFrame
    warnings: tuple[str, ...]
    design_id: str
    status: Status = "estimated"
    design_frozen_before_data: bool | None = None
    level: float = 0.95
    inference: str = ""
    scale: Literal["difference", "log"] = "difference"
    outcome_words: tuple[str, str] = ("de uitkomst", "the outcome")
    outcome_unit: tuple[str, str] = ("", "")
    covariance: pd.DataFrame | None = None
    fit: Any = field(default=None, repr=False)

    def table(self) -> pd.DataFrame:
        """Return one row with the numbers of this result (unrounded)."""
        row = {
            "method": self.method,
            "estimand": self.estimand,
            "estimate": self.estimate,
            "standard_error": self.standard_error,
            "lower": self.interval[0],
            "upper": self.interval[1],
            "p_value": self.p_value,
            "n_treated": self.n_treated,
            "n_control": self.n_control,
            "status": self.status,
            "inference": self.inference,
            "design_id": self.design_id,
            "design_frozen_before_data": self.design_frozen_before_data,
        }
        return pd.DataFrame([row])

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return what this result shows, in one or two plain sentences; a wide interval is never called "no effect"."""
        return sentences.effect_sentence(self, language)

    def with_inference(
        self,
        *,
        inference: str,
        standard_error: float = math.nan,
        interval: tuple[float, float] = NO_INTERVAL,
        p_value: float = math.nan,
        level: float | None = None,
    ) -> EffectResult:
        """Return the same estimate with inference from elsewhere (placebos, permutations); the status becomes ``estimated``.

        ``level`` is the confidence level of the given interval; that of this result when left out.
        """
        return dataclasses.replace(
            self,
            inference=inference,
            standard_error=float(standard_error),
            interval=(float(interval[0]), float(interval[1])),
            p_value=float(p_value),
            level=self.level if level is None else level,
            status="estimated" if self.status == "too_few_areas" else self.status,
        )


@dataclass(frozen=True)
class Uncertainty:
    """A standard error with what follows from it, or the reason why there is none.

    Parameters
    ----------
    standard_error, interval, p_value : float, (float, float), float
        NaN when absent.
    inference : str
        Kind and degrees of freedom, or the reason of absence.
    """

    standard_error: float
    interval: tuple[float, float]
    p_value: float
    inference: str


def no_uncertainty(reason: str) -> Uncertainty:
    """Return the absence of a standard error, with its reason.

    Parameters
    ----------
    reason : str
        Why there is none, for readers.
    """
    return Uncertainty(math.nan, NO_INTERVAL, math.nan, reason)


def from_standard_error(
    estimate: float, standard_error: float, *, kind: str, df: float = math.inf, level: float = 0.95
) -> Uncertainty:
    """Return the symmetric interval and two-sided p-value; Student's t with ``df`` degrees of freedom, normal when infinite.

    Parameters
    ----------
    estimate : float
        In outcome units.
    standard_error : float
        In the same unit, at least 0.
    kind : str
        How the error was made.
    df : float
        Degrees of freedom; infinite for the normal distribution.
    level : float
        Coverage of the interval, between 0 and 1.

    Examples
    --------
    >>> found = from_standard_error(2.0, 1.0, kind='classical')
    >>> [round(end, 2) for end in found.interval], round(found.p_value, 4)  # 2 ± 1.96
    ([0.04, 3.96], 0.0455)
    """
    reference = stats.norm if math.isinf(df) else stats.t(df)
    half = float(reference.ppf(0.5 + level / 2)) * standard_error
    p_value = float(2 * reference.sf(abs(estimate) / standard_error)) if standard_error > 0 else math.nan
    rule = "normal" if math.isinf(df) else f"t with {df:g} degrees of freedom"
    return Uncertainty(standard_error, (estimate - half, estimate + half), p_value, f"{kind}; {rule}")


def few_treated_reason(n_treated: int) -> str:
    """Return why a standard error is withheld.

    Parameters
    ----------
    n_treated : int
        Treated units.
    """
    small = f"no analytic standard error: with {n_treated} treated unit(s) it would be far too small"
    return f"{small}; use a placebo or permutation test"


def build_result(
    matrix: OutcomeMatrix,
    design: Design | FrozenDesign,
    *,
    method: str,
    estimate: float,
    uncertainty: Uncertainty,
    details: pd.DataFrame,
    warnings: tuple[str, ...] = (),
    **extra: Any,
) -> EffectResult:
    """Return the result of an estimator on a matrix: counts, identity, notes and status are filled in from the matrix.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    design : Design or FrozenDesign
        What was asked.
    method : str
        Name of the estimator.
    estimate : float
        In outcome units; NaN when it is not identified.
    uncertainty : Uncertainty
        Interval and p-value, or why there are none.
    details : DataFrame
        Effects behind the overall number.
    warnings : tuple of str
        What a reader has to know.
    **extra
        Other fields of `EffectResult`.
    """
    plain, _ = split_frozen(design)
    estimate = float(estimate)
    known = math.isfinite(uncertainty.standard_error) or math.isfinite(uncertainty.p_value)
    status: Status = "not_identified" if math.isnan(estimate) else "estimated" if known else "too_few_areas"
    return EffectResult(
        method=method,
        estimand=extra.pop("estimand", plain.estimand),
        estimate=estimate,
        standard_error=float(uncertainty.standard_error),
        interval=(float(uncertainty.interval[0]), float(uncertainty.interval[1])),
        p_value=float(uncertainty.p_value),
        inference=uncertainty.inference,
        n_treated=int(matrix.treated.sum()),
        n_control=int((~matrix.treated).sum()),
        details=details,
        warnings=matrix.notes + warnings,
        design_id=matrix.design_id,
        design_frozen_before_data=matrix.frozen_before_data,
        status=extra.pop("status", status),
        outcome_words=plain.outcome_words,
        outcome_unit=plain.outcome_unit,
        **extra,
    )


def too_early(matrix: OutcomeMatrix, design: Design | FrozenDesign, method: str) -> EffectResult | None:
    """Return the answer "too early" when no treated unit has been treated inside the window yet, otherwise None.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    design : Design or FrozenDesign
        What was asked.
    method : str
        Name of the estimator.
    """
    if matrix.treated.any():
        return None
    reason = "no period after the start of the treatment yet"
    return build_result(
        matrix,
        design,
        method=method,
        estimate=math.nan,
        uncertainty=no_uncertainty(reason),
        details=pd.DataFrame(),
        warnings=(reason,),
        status="too_early",
    )


def standard_errors(influence: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the standard error of each column of an n x k influence-function matrix: sqrt(sum of squares) / n.

    Parameters
    ----------
    influence : (n, k) array
        Influence functions.

    Examples
    --------
    >>> standard_errors(np.array([[3.0], [4.0]])).tolist()  # sqrt(9 + 16) / 2
    [2.5]
    """
    return np.sqrt((influence**2).sum(axis=0)) / len(influence)
