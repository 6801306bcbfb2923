"""The effect per period relative to the start, with the periods before it as a check."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.did import FORBIDDEN
from lwo_analysis.effects.panel import FloatArray, IntArray, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.two_way import two_way_ols

METHOD = "two-way fixed effects event study"


def relative_period_dummies(first: IntArray, n_periods: int, reference: int) -> tuple[FloatArray, IntArray]:
    """Return the (N, T, K) dummies of the relative periods and their (K,) values, without the reference period.

    Raises nothing; a relative period that no treated unit reaches has no dummy.

    Parameters
    ----------
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    n_periods : int
        T, the number of columns.
    reference : int
        The relative period that gets no dummy.
    """
    relative = np.arange(n_periods) - first[:, None]
    treated = first < n_periods
    values = np.unique(relative[treated])
    values = values[values != reference]
    return ((relative[:, :, None] == values) & treated[:, None, None]).astype(float), values


def fit_event_study(panel: pd.DataFrame, design: Design | FrozenDesign) -> EffectResult:
    """Return the event study of a panel; the estimate is the mean of the coefficients from the start on.

    Use it for one common start. With different starts its coefficients mix the effects of several periods (Sun and Abraham 2021);
    take the dynamic aggregation of ``fit_callaway_santanna`` instead.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; not changed.
    design : Design or FrozenDesign
        The reference is the last period before start minus anticipation.

    Returns
    -------
    EffectResult
        ``details``: ``relative_period, estimate, standard_error, lower, upper`` with the reference as an exact 0; ``covariance``:
        of the coefficients, labelled by relative period. Standard errors are withheld with up to five treated units.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`.

    Notes
    -----
    Y_it = a_i + b_t + sum_{e != ref} tau_e 1{t - G_i = e} + u_it. Coefficients before the start that differ from zero contradict
    parallel trends; coefficients near zero do not prove them when the test has little power.

    References
    ----------
    Sun and Abraham (2021), J. Econometrics 225(2); Roth (2022), AER: Insights 4(3), on what the check can miss.
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    reference = -1 - split_frozen(design)[0].anticipation
    dummies, periods = relative_period_dummies(matrix.first, matrix.n_periods, reference)
    fit = two_way_ols(matrix.outcomes, dummies, weights=matrix.weights)
    average = (periods >= 0) / (periods >= 0).sum()
    estimate = float(average @ fit.coefficients)
    n_treated = int(matrix.treated.sum())
    few = n_treated <= results.FEW_TREATED
    error = float(np.sqrt(average @ fit.covariance @ average))
    return results.build_result(
        matrix,
        design,
        method=METHOD,
        estimand="average over the periods from the start on of the mean effect on the treated units",
        estimate=estimate,
        uncertainty=results.no_uncertainty(results.few_treated_reason(n_treated))
        if few
        else results.from_standard_error(estimate, error, kind=fit.rule, df=fit.df),
        details=period_table(
            periods, fit.coefficients, np.full(len(periods), np.nan) if few else fit.standard_errors, reference, fit.df
        ),
        covariance=None if few else pd.DataFrame(fit.covariance, index=periods, columns=periods),
        warnings=(FORBIDDEN,) if len(matrix.cohorts) > 1 else (),
        fit=fit,
    )


def period_table(
    periods: IntArray | FloatArray,
    coefficients: FloatArray,
    errors: FloatArray,
    reference: int | None,
    df: float,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return one row per relative period, pointwise intervals, the reference (if any) as an exact zero.

    Parameters
    ----------
    periods : (K,) array
        Relative periods.
    coefficients : (K,) array
        Effects, in outcome units.
    errors : (K,) array
        Their standard errors; NaN gives an empty interval.
    reference : int or None
        Period that is zero by definition; None when there is none.
    df : float
        Degrees of freedom; infinite for the normal distribution.
    level : float
        Coverage of the interval, between 0 and 1.
    """
    half = [results.from_standard_error(0.0, float(error), kind="", df=df, level=level).interval[1] for error in errors]
    table = pd.DataFrame(
        {
            "relative_period": periods,
            "estimate": coefficients,
            "standard_error": errors,
            "lower": coefficients - half,
            "upper": coefficients + half,
        }
    )
    if reference is not None:
        zero = pd.DataFrame([{"relative_period": reference} | dict.fromkeys(table.columns[1:], 0.0)])
        table = pd.concat([table, zero])
    return table.sort_values("relative_period", kind="stable", ignore_index=True)
