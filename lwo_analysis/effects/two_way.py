"""Least squares with unit and period effects on a balanced panel, and the cluster-robust covariance that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS
from linearmodels.panel.utility import AbsorbingEffectError

from lwo_analysis.effects.panel import FloatArray
from lwo_analysis.errors import DesignError


@dataclass(frozen=True, eq=False)
class TwoWayFit:
    """Coefficients of a two-way fixed effects regression.

    Parameters
    ----------
    coefficients : (K,) array
        In the unit of the outcome per unit of the regressor.
    covariance : (K, K) array
        Cluster-robust by unit (CRV1).
    residuals : (N, T) array
        Outcome minus fit.
    df : int
        Degrees of freedom of the reference t distribution: number of units minus 1.
    rule : str
        How the covariance and its degrees of freedom were counted, for the reader who compares with other software.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    df: int
    rule: str

    @property
    def standard_errors(self) -> FloatArray:
        """Return the (K,) cluster-robust standard errors."""
        return np.sqrt(np.diag(self.covariance))


def two_way_ols(outcomes: FloatArray, regressors: FloatArray, *, weights: FloatArray | None = None) -> TwoWayFit:
    """Return the regression of outcomes on regressors with unit and period effects.

    Not for unbalanced panels. With few treated units the covariance is far too small whatever the degrees of freedom.

    Parameters
    ----------
    outcomes : (N, T) array
        No missing values.
    regressors : (N, T, K) array
        Must vary within units and within periods.
    weights : (N,) array or None
        Weight of each unit, > 0.

    Raises
    ------
    DesignError
        When a regressor is absorbed by the unit and period effects.

    Notes
    -----
    Coefficients come from linearmodels. Its clustered standard errors count the N absorbed unit effects as parameters although
    they are nested in the clusters, which inflates them (by 4 to 7 % on panels of 8 to 12 periods; bashtage/linearmodels issue
    477). The covariance here is G/(G-1) (NT-1)/(NT-K-T) bread meat bread, with G = N clusters, as in fixest and Stata's reghdfe.

    References
    ----------
    Cameron and Miller (2015), A Practitioner's Guide to Cluster-Robust Inference, J. Human Resources 50(2), section II.B and
    III.B.
    """
    n_units, n_periods, n_regressors = regressors.shape
    unit = np.ones(n_units) if weights is None else weights
    coefficients, residuals = _coefficients(outcomes, regressors, unit)
    X = demean(regressors, unit)
    bread = np.linalg.inv(np.einsum("i,itk,itl->kl", unit, X, X))
    scores = np.einsum("i,itk,it->ik", unit, X, residuals)
    n_cells, n_parameters = n_units * n_periods, n_regressors + n_periods
    correction = n_units / (n_units - 1) * (n_cells - 1) / (n_cells - n_parameters)
    rule = f"clustered by unit ({n_units} clusters), CRV1, {n_parameters} parameters counted (nested unit effects are not)"
    return TwoWayFit(coefficients, correction * bread @ (scores.T @ scores) @ bread, residuals, n_units - 1, rule)


def demean(values: FloatArray, unit_weights: FloatArray) -> FloatArray:
    """Return (N, T) or (N, T, K) values minus their unit mean and weighted period mean, plus the weighted overall mean.

    Parameters
    ----------
    values : (N, T) or (N, T, K) array
        No missing values.
    unit_weights : (N,) array
        Weight of each unit.

    Examples
    --------
    Rows and columns explain all of a sum of both: nothing is left.

    >>> demean(np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones(2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    share = unit_weights / unit_weights.sum()
    by_unit = values - values.mean(axis=1, keepdims=True)
    return by_unit - np.tensordot(share, by_unit, axes=1)[None]


def _coefficients(outcomes: FloatArray, regressors: FloatArray, unit_weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    n_units, n_periods, n_regressors = regressors.shape
    index = pd.MultiIndex.from_product([range(n_units), range(n_periods)], names=["unit", "period"])
    y = pd.Series(outcomes.ravel(), index=index, name="y")
    X = pd.DataFrame(regressors.reshape(-1, n_regressors), index=index, columns=[f"x{k}" for k in range(n_regressors)])
    cell_weights = pd.Series(np.repeat(unit_weights, n_periods), index=index, name="w")
    try:
        model = PanelOLS(y, X, entity_effects=True, time_effects=True, weights=cell_weights)
        fit = model.fit(cov_type="unadjusted", auto_df=False, count_effects=False)
    except (AbsorbingEffectError, ValueError) as problem:
        raise DesignError(
            "regressors",
            expected="regressors that vary within units and within periods",
            found="one that the unit and period effects absorb",
            remedy="leave it out, or interact it with the treatment",
        ) from problem
    return fit.params.to_numpy(dtype=float), fit.resids.to_numpy(dtype=float).reshape(n_units, n_periods)
