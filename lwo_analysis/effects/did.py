"""Difference in differences with unit and period effects, and its fast form on one number per area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.panel import FloatArray, IntArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.two_way import TwoWayFit, demean, two_way_ols
from lwo_analysis.errors import DesignError

METHOD = "two-way fixed effects difference in differences"
FORBIDDEN = (
    "units start in different periods: two-way fixed effects then also compares with units that are already treated, and the "
    "estimate may lie outside the range of the true effects; prefer fit_callaway_santanna or fit_synthetic_did"
)


def estimate_did(outcomes: FloatArray, first: IntArray, *, weights: FloatArray | None = None, anticipation: int = 0) -> float:
    """Return the two-way fixed effects estimate for a matrix and first treated columns (see ``panel.Estimator``).

    Parameters
    ----------
    outcomes : (N, T) array
        No missing values.
    first : (N,) array of int
        First treated column, T for untreated.
    weights : (N,) array or None
        Weight of each unit.
    anticipation : int
        Periods before the common start that are left out.

    Notes
    -----
    tau = sum(w D~ Y) / sum(w D~ D), with D~ the treatment indicator after removing unit and period means (Frisch-Waugh-Lovell).
    For a common start this is the difference of the mean after-minus-before differences of treated and untreated units.

    Examples
    --------
    >>> outcomes = np.array([[1.0, 1.0, 4.0], [2.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    >>> round(estimate_did(outcomes, np.array([2, 3, 3])), 6)  # (4 - 1) - ((3 - 2) + (1 - 0)) / 2
    2.0
    """
    columns = kept_columns(first, outcomes.shape[1], anticipation)
    treated = columns >= first[:, None]
    unit = np.ones(len(outcomes)) if weights is None else weights
    residual = demean(treated.astype(float), unit) * unit[:, None]
    return float((residual * outcomes[:, columns]).sum() / (residual * treated).sum())


def estimate_did_draws(differences: FloatArray, treated: IntArray) -> FloatArray:
    """Return the difference-in-differences estimate of many assignments at once (common start, equal weights).

    Parameters
    ----------
    differences : (N,) array
        After-minus-before difference of each unit (see ``panel.collapse``).
    treated : (R, K) array of int
        Row numbers of the K treated units in each of R assignments.

    Returns
    -------
    (R,) array
        Mean difference of the treated minus that of all other units.
    """
    total, n_treated = differences.sum(), treated.shape[1]
    inside = differences[treated].sum(axis=1)
    return inside / n_treated - (total - inside) / (len(differences) - n_treated)


def fit_did(panel: pd.DataFrame, design: Design | FrozenDesign, *, covariates: Sequence[str] = ()) -> EffectResult:
    """Return the two-way fixed effects difference-in-differences estimate of a panel.

    Use it for one common start; with different starts the estimate mixes comparisons that are not wanted, and the result warns.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; not changed.
    design : Design or FrozenDesign
        See :class:`lwo_analysis.effects.design.Design`.
    covariates : sequence of str
        Columns that vary over time; they must not be affected by the treatment themselves (not checked).

    Returns
    -------
    EffectResult
        Cluster-robust standard error with t(G-1); withheld up to five treated units. ``details``: the coefficients.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`; anticipation with different starts; absorbed or missing covariates.

    Notes
    -----
    Y_it = a_i + b_t + tau D_it + x_it'c + e_it. Identifies the average effect on the treated when treated and untreated units
    would have moved in parallel; only the path before the start can be looked at (``fit_event_study``).

    References
    ----------
    Goodman-Bacon (2021), J. Econometrics 225(2), for what the estimate means with different starts; Cameron and Miller (2015).
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    plain = split_frozen(design)[0]
    columns = kept_columns(matrix.first, matrix.n_periods, plain.anticipation)
    treated = (columns >= matrix.first[:, None]).astype(float)
    regressors = np.dstack([treated, *covariate_matrices(panel, plain, matrix, covariates)[:, :, columns]])
    fit = two_way_ols(matrix.outcomes[:, columns], regressors, weights=matrix.weights)
    return results.build_result(
        matrix,
        design,
        method=METHOD,
        estimate=fit.coefficients[0],
        uncertainty=coefficient_uncertainty(fit, int(matrix.treated.sum())),
        details=_coefficient_table(fit, ("treatment", *covariates), int(matrix.treated.sum())),
        warnings=(FORBIDDEN,) if len(matrix.cohorts) > 1 else (),
        fit=fit,
    )


def kept_columns(first: IntArray, n_periods: int, anticipation: int) -> IntArray:
    """Return the columns that remain when the periods of anticipation are left out (common start only).

    Parameters
    ----------
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    n_periods : int
        T, the number of columns.
    anticipation : int
        Periods just before a start that are left out, because units may react early.

    Raises
    ------
    DesignError
        There is anticipation and more than one start.

    Examples
    --------
    >>> kept_columns(np.array([3, 5]), 5, 1).tolist()  # starts in column 3: column 2 goes
    [0, 1, 3, 4]
    """
    if anticipation == 0:
        return np.arange(n_periods)
    starts = np.unique(first[first < n_periods])
    if len(starts) > 1:
        raise DesignError(
            "design.anticipation",
            expected="one common start",
            found=f"{len(starts)} starts",
            remedy="use fit_callaway_santanna, which takes anticipation into account per start",
        )
    return np.r_[0 : starts[0] - anticipation, starts[0] : n_periods]


def covariate_matrices(panel: pd.DataFrame, design: Design, matrix: OutcomeMatrix, covariates: Sequence[str]) -> FloatArray:
    """Return the covariates as a (C, N, T) array in the order of the matrix, refusing gaps.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    matrix : OutcomeMatrix
        The checked panel.
    covariates : sequence of str
        Names of columns of the panel.

    Raises
    ------
    DesignError
        A covariate is missing in a row.
    """
    stacked = np.empty((len(covariates), *matrix.outcomes.shape))
    labels = panel[design.unit].astype(str)
    for position, name in enumerate(covariates):
        wide = panel.assign(_unit=labels).pivot(index="_unit", columns=design.time, values=name)
        stacked[position] = wide.reindex(index=list(matrix.units), columns=matrix.times).to_numpy(dtype=float)
        if np.isnan(stacked[position]).any():
            raise DesignError(
                f"panel.{name}", expected="a value in every row", found="missing values", remedy="complete it or leave it out"
            )
    return stacked


def coefficient_uncertainty(fit: TwoWayFit, n_treated: int, position: int = 0) -> results.Uncertainty:
    """Return the uncertainty of one coefficient, withheld when too few units are treated.

    Parameters
    ----------
    fit : TwoWayFit
        A fitted regression.
    n_treated : int
        Treated units.
    position : int
        Which coefficient.
    """
    if n_treated <= results.FEW_TREATED:
        return results.no_uncertainty(results.few_treated_reason(n_treated))
    return results.from_standard_error(
        float(fit.coefficients[position]), float(fit.standard_errors[position]), kind=fit.rule, df=fit.df
    )


def _coefficient_table(fit: TwoWayFit, names: tuple[str, ...], n_treated: int) -> pd.DataFrame:
    shown = np.where(n_treated > results.FEW_TREATED, fit.standard_errors, np.nan)
    return pd.DataFrame({"term": names, "estimate": fit.coefficients, "standard_error": shown})
