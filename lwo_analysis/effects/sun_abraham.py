"""Interaction-weighted event study: one regression with an effect for every cohort and relative period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.did import covariate_matrices
from lwo_analysis.effects.event_study import period_table
from lwo_analysis.effects.panel import FloatArray, IntArray, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.staggered import single_unit_cohorts, withheld_reason
from lwo_analysis.effects.two_way import two_way_ols

METHOD = "Sun-Abraham interaction-weighted event study"


def fit_sun_abraham(panel: pd.DataFrame, design: Design | FrozenDesign, *, covariates: Sequence[str] = ()) -> EffectResult:
    """Return the interaction-weighted estimate: the average effect over all treated unit-periods.

    Use it instead of Callaway-Sant'Anna when covariates vary over time; without covariates and with never treated controls
    both have the same effect per cohort and period for a universal base.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; not changed.
    design : Design or FrozenDesign
        The reference is the last period before start minus anticipation.
    covariates : sequence of str
        Columns that vary over time and are not affected by the treatment (not checked).

    Returns
    -------
    EffectResult
        ``details``: ``relative_period`` and effect (cohorts weighted by size). Cluster-robust by unit, t(G-1); withheld as in
        ``fit_callaway_santanna``.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`.

    Notes
    -----
    Y_it = a_i + b_t + sum_g sum_{e != ref} d_ge 1{G_i = g} 1{t - g = e} + x_it'c + u_it; the shares of the cohorts are taken
    as fixed, as in the R package fixest.

    References
    ----------
    Sun and Abraham (2021), J. Econometrics 225(2), 175-199, section 4.
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    plain = split_frozen(design)[0]
    dummies, cohorts, periods = interaction_dummies(matrix.first, matrix.n_periods, -1 - plain.anticipation)
    X = np.dstack([dummies, *covariate_matrices(panel, plain, matrix, covariates)])
    fit = two_way_ols(matrix.outcomes, X, weights=matrix.weights)
    sizes = np.array([matrix.weights[matrix.first == cohort].sum() for cohort in cohorts])
    L, keys = _average_per_period(sizes, periods)
    coefficients, covariance = fit.coefficients[: len(cohorts)], fit.covariance[: len(cohorts), : len(cohorts)]
    overall = sizes * (periods >= 0) / sizes[periods >= 0].sum()
    estimate = float(overall @ coefficients)
    hidden = withheld_reason(matrix, single_unit_cohorts(matrix))
    errors = np.full(len(keys), np.nan) if hidden else np.sqrt(np.diag(L @ covariance @ L.T))
    error = float(np.sqrt(overall @ covariance @ overall))
    return results.build_result(
        matrix,
        design,
        method=METHOD,
        estimand="average effect over all treated unit-periods",
        estimate=estimate,
        uncertainty=results.no_uncertainty(hidden)
        if hidden
        else results.from_standard_error(estimate, error, kind=fit.rule, df=fit.df),
        details=period_table(keys, L @ coefficients, errors, -1 - plain.anticipation, fit.df),
        warnings=(hidden,) if hidden else (),
        fit=fit,
    )


def interaction_dummies(first: IntArray, n_periods: int, reference: int) -> tuple[FloatArray, IntArray, IntArray]:
    """Return (N, T, K) dummies of cohort x relative period with their cohorts (K,) and relative periods (K,).

    Parameters
    ----------
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    n_periods : int
        T, the number of columns.
    reference : int
        Relative period without a dummy.
    """
    cells = [
        (cohort, period)
        for cohort in np.unique(first[first < n_periods])
        for period in range(-cohort, n_periods - cohort)
        if period != reference
    ]
    dummies = np.zeros((len(first), n_periods, len(cells)))
    for position, (cohort, period) in enumerate(cells):
        dummies[first == cohort, cohort + period, position] = 1.0
    cohorts, periods = np.array(cells).T
    return dummies, cohorts, periods


def _average_per_period(sizes: FloatArray, periods: IntArray) -> tuple[FloatArray, IntArray]:
    keys = np.unique(periods)
    selected = (periods == keys[:, None]) * sizes
    return selected / selected.sum(axis=1, keepdims=True), keys
