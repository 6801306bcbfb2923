"""Lee and Wooldridge: a difference in differences as one cross-sectional regression, exact with few treated areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.panel import FloatArray, IntArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.sentences import decimals_for, format_number, format_p
from lwo_analysis.errors import DesignError, ParameterError

Detrend = Literal["demean", "detrend"]
Errors = Literal["classical", "HC3"]
ROUNDING = 1e-12


@dataclass(frozen=True)
class LeeWooldridgeResult:
    """A cross-sectional t test of the transformed outcome.

    Attributes
    ----------
    estimate, standard_error : float
        In outcome units.
    t_statistic, p_value : float
        Student's t with ``df`` degrees of freedom, two-sided.
    interval : tuple of float
        At ``level``, in outcome units.
    df : int
        Units minus two.
    level : float
        Confidence level.
    transform, errors : str
        ``"demean"`` or ``"detrend"``; ``"classical"`` or ``"HC3"``.
    n_treated, n_control : int
        Units.
    """

    estimate: float
    standard_error: float
    t_statistic: float
    p_value: float
    interval: tuple[float, float]
    df: int
    level: float
    transform: str
    errors: str
    n_treated: int
    n_control: int

    def table(self) -> pd.DataFrame:
        """Return one row with the numbers of this test, unrounded."""
        row = {name: value for name, value in vars(self).items() if name != "interval"}
        return pd.DataFrame([{**row, "lower": self.interval[0], "upper": self.interval[1]}])

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return the estimate with its interval and the assumption under which it holds."""
        decimals = decimals_for(self.standard_error, self.estimate)
        low, high = (format_number(end, decimals, language, sign=True) for end in self.interval)
        value, p_value = format_number(self.estimate, decimals, language, sign=True), format_p(self.p_value, language)
        if language == "nl":
            interval = f"{self.level:.0%}-interval {low} tot {high}"
            return (
                f"Lee-Wooldridge: {value} ({interval}; {p_value}), als alle gebieden even onrustig zijn, met normale afwijkingen."
            )
        interval = f"{self.level:.0%} interval {low} to {high}"
        return f"Lee-Wooldridge: {value} ({interval}; {p_value}), if all areas are equally noisy, with normal deviations."


def lee_wooldridge_test(
    panel: pd.DataFrame | OutcomeMatrix,
    design: Design | FrozenDesign,
    *,
    transform: Detrend = "demean",
    errors: Errors = "classical",
    level: float = 0.95,
) -> LeeWooldridgeResult:
    r"""Return the small-sample t test of Lee and Wooldridge for a common or staggered start.

    Use it as a second opinion on ``placebo_test`` when areas are about equally noisy: with normal errors of equal variance it is
    exact, even for one treated area. Do not use it when treated areas are smaller or noisier than the rest (with doubled noise it
    rejects about 30 % of true nulls); ``HC3`` helps from about five treated areas and is undefined for one.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``.
    design : Design or FrozenDesign
        Names the columns; ``anticipation`` shortens the period before the start.
    transform : {"demean", "detrend"}
        Take out each unit's mean, or its own straight line, fitted before the start (``detrend`` needs two periods).
    errors : {"classical", "HC3"}
        Standard error of the cross-sectional regression.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    LeeWooldridgeResult

    Raises
    ------
    DesignError
        As ``to_matrix``; when nothing is treated yet, or there are too few periods before a start for the transform.
    ParameterError
        For ``HC3`` with one treated unit: its leverage is one.

    Notes
    -----
    Each unit's outcomes after start g, minus what its own mean or line before g predicts, are averaged over time to one number. A
    treated unit has its own g; an untreated unit gets the average over the treated units' g. These numbers are regressed on the
    treatment indicator and a constant. Unit weights are not used.

    References
    ----------
    Lee and Wooldridge (2026), Simple approaches to inference with difference-in-differences estimators with small
    cross-sectional sample sizes, section 7.2 for staggered starts.
    """
    matrix = panel if isinstance(panel, OutcomeMatrix) else to_matrix(panel, design)
    if not matrix.treated.any():
        raise DesignError("Lee-Wooldridge", expected="a treated period", found="none yet", remedy="wait for later figures")
    plain, _ = split_frozen(design)
    values = transformed_outcomes(matrix.outcomes, matrix.first, transform=transform, anticipation=plain.anticipation)
    return cross_sectional_test(values, matrix.treated, transform=transform, errors=errors, level=level)


def transformed_outcomes(
    outcomes: FloatArray, first: IntArray, *, transform: Detrend = "demean", anticipation: int = 0
) -> FloatArray:
    """Return one number per unit, shape (N,): the mean deviation after the start from its own past, in outcome units.

    Parameters
    ----------
    outcomes : ndarray, shape (N, T)
        No missing values.
    first : ndarray of int, shape (N,)
        First treated column; T for untreated units.
    transform, anticipation
        As ``lee_wooldridge_test``.

    Raises
    ------
    DesignError
        The transform is unknown, or a start has too few periods before it.
    """
    n_periods = outcomes.shape[1]
    treated = first < n_periods
    starts, counts = np.unique(first[treated], return_counts=True)
    needed = 1 if transform == "demean" else 2
    if transform not in ("demean", "detrend") or starts.min() - anticipation < needed:
        raise DesignError(
            "Lee-Wooldridge",
            expected=f"demean or detrend, with at least {needed} period(s) before every start",
            found=f"{transform} with {starts.min() - anticipation}",
            remedy="use demean or a later start",
        )
    per_start = np.column_stack([_deviation(outcomes, g, transform, anticipation) for g in starts])
    own = np.searchsorted(starts, np.where(treated, first, starts[0]))
    average = per_start @ counts / counts.sum()
    return np.where(treated, per_start[np.arange(len(first)), own], average)


def _deviation(outcomes: FloatArray, start: int, transform: Detrend, anticipation: int) -> FloatArray:
    """Return the mean over the treated columns of the outcome minus its prediction from the columns before."""
    powers = 1 if transform == "demean" else 2
    basis = np.vander(np.arange(outcomes.shape[1], dtype=float), powers, increasing=True)
    before = basis[: start - anticipation]
    predict = basis[start:].mean(axis=0) @ np.linalg.pinv(before)
    return outcomes[:, start:].mean(axis=1) - outcomes[:, : start - anticipation] @ predict


def cross_sectional_test(
    values: FloatArray,
    treated: np.ndarray,
    *,
    transform: str = "demean",
    errors: Errors = "classical",
    level: float = 0.95,
) -> LeeWooldridgeResult:
    """Return the regression of ``values`` (N,) on a constant and the mask ``treated`` (N,): two means and their difference.

    Parameters
    ----------
    values : (N,) array
        One number per unit, from `transformed_outcomes`.
    treated : (N,) array of bool
        Which units are treated.
    transform : str
        How the numbers were made, for the result.
    errors : {"classical", "HC3"}
        Equal or unequal noise in the two groups.
    level : float
        Coverage of the interval, between 0 and 1.

    Raises
    ------
    ParameterError
        The errors need more units than there are.
    DesignError
        The values do not vary within the groups.
    """
    groups = [values[treated], values[~treated]]
    sizes = np.array([len(group) for group in groups])
    if errors not in ("classical", "HC3") or sizes.min() < (2 if errors == "HC3" else 1) or sizes.sum() < 3:
        raise ParameterError(
            "Lee-Wooldridge errors",
            expected="classical with three units or more, or HC3 with two units or more on either side",
            found=f"{errors} with {sizes[0]} treated and {sizes[1]} untreated",
            remedy="use classical errors, or the placebo test",
        )
    estimate = float(groups[0].mean() - groups[1].mean())
    squares = np.array([((group - group.mean()) ** 2).sum() for group in groups])
    df = int(sizes.sum() - 2)
    # In a regression on a dummy the leverage is 1/n within each group, so HC3 divides residuals by 1 - 1/n.
    robust = (squares / np.maximum(sizes - 1.0, 1) ** 2).sum()
    variance = squares.sum() / df * (1 / sizes).sum() if errors == "classical" else robust
    standard_error = float(np.sqrt(variance))
    reference = stats.t(df)
    if not standard_error > ROUNDING * np.abs(values).max():
        raise DesignError(
            "Lee-Wooldridge",
            expected="units that differ in their change",
            found="one and the same change within each group",
            remedy="check the source: without noise no test exists",
        )
    half = float(reference.ppf(0.5 + level / 2)) * standard_error
    t_statistic = estimate / standard_error
    return LeeWooldridgeResult(
        estimate,
        standard_error,
        t_statistic,
        float(2 * reference.sf(abs(t_statistic))),
        (estimate - half, estimate + half),
        df,
        level,
        transform,
        errors,
        int(sizes[0]),
        int(sizes[1]),
    )
