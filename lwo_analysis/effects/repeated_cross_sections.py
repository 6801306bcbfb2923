"""Difference in differences when every period asks other people: the interaction of group and time in a regression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm

from lwo_analysis.effects import panel_checks as check
from lwo_analysis.effects import results
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.errors import DesignError

METHOD = "difference in differences on repeated cross-sections"


def fit_repeated_cross_sections(
    rows: pd.DataFrame,
    *,
    outcome_col: str,
    treated_col: str,
    after_col: str,
    covariates: Sequence[str] = (),
    cluster_col: str | None = None,
) -> EffectResult:
    """Return the interaction of treated group and period after, for surveys that draw new respondents each time.

    Use it when units are not followed over time. Not for respondents from a handful of areas without ``cluster_col``: their
    answers share what happens to their area, and a standard error that ignores that is far too small.

    Parameters
    ----------
    rows : DataFrame
        One row per respondent; rows with a missing value are left out and counted in ``warnings``. Not changed.
    outcome_col, treated_col, after_col : str
        Outcome, and two 0/1 columns.
    covariates : sequence of str
        Added as they are.
    cluster_col : str or None
        Area of the respondent. Standard errors are clustered by it, and withheld with up to five treated areas. None: the
        classical standard error.

    Returns
    -------
    EffectResult
        ``n_treated`` and ``n_control`` count areas with ``cluster_col``, otherwise respondents. ``details``: coefficients.

    Raises
    ------
    DesignError
        When one of the four cells (group x period) is empty or a 0/1 column holds something else; modelled outcomes (a column
        ``origin`` is used when present).

    Notes
    -----
    y = a + b treated + c after + tau treated*after + x'd + e. Assumes parallel movement and an unchanged composition of both
    groups (not checked).

    References
    ----------
    Wooldridge, Introductory Econometrics, chapter 13.2, equation 13.10.
    """
    check.origin(rows)
    columns = [outcome_col, treated_col, after_col, *covariates, *([cluster_col] if cluster_col else [])]
    complete = rows[columns].dropna()
    _check_cells(complete, treated_col, after_col)
    X = complete[[treated_col, after_col, *covariates]].astype(float)
    X.insert(0, "interaction", X[treated_col] * X[after_col])
    fit, n_treated, n_control, few = _regression(complete, X, outcome_col, treated_col, cluster_col)
    estimate, error = float(fit.params["interaction"]), float(fit.bse["interaction"])
    kind = "clustered by area (CRV1)" if cluster_col else "classical, equal variance"
    uncertainty = results.from_standard_error(
        estimate, error, kind=kind, df=float(n_treated + n_control - 1 if cluster_col else fit.df_resid)
    )
    if few:
        uncertainty = results.no_uncertainty(results.few_treated_reason(n_treated))
    dropped = len(rows) - len(complete)
    status: results.Status = "too_few_areas" if math.isnan(uncertainty.standard_error) else "estimated"
    return EffectResult(
        method=METHOD,
        estimand="average effect on the treated group in the period after",
        estimate=estimate,
        standard_error=uncertainty.standard_error,
        interval=uncertainty.interval,
        p_value=uncertainty.p_value,
        n_treated=n_treated,
        n_control=n_control,
        details=pd.DataFrame({"estimate": fit.params, "standard_error": np.where(few, np.nan, fit.bse)})
        .rename_axis("term")
        .reset_index(),
        warnings=(f"{dropped} rows with a missing value left out",) if dropped else (),
        design_id="",
        status=status,
        inference=uncertainty.inference,
        fit=fit,
    )


def _check_cells(complete: pd.DataFrame, treated_col: str, after_col: str) -> None:
    cells = set(zip(complete[treated_col], complete[after_col], strict=True))
    if cells != {(0, 0), (0, 1), (1, 0), (1, 1)}:
        raise DesignError(
            f"{treated_col} x {after_col}",
            expected="0/1 columns with respondents in all four cells",
            found=f"cells {sorted(cells)[:6]}",
            remedy="recode the columns, or choose periods in which both groups were asked",
        )


def _regression(
    complete: pd.DataFrame, X: pd.DataFrame, outcome_col: str, treated_col: str, cluster_col: str | None
) -> tuple[Any, int, int, bool]:
    model = sm.OLS(complete[outcome_col].astype(float), sm.add_constant(X))
    if cluster_col is None:
        n_treated = int(complete[treated_col].sum())
        return model.fit(), n_treated, len(complete) - n_treated, False
    n_treated = complete.loc[complete[treated_col] == 1, cluster_col].nunique()
    n_control = complete.loc[complete[treated_col] == 0, cluster_col].nunique()
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(complete[cluster_col])[0]})
    return fit, n_treated, n_control, n_treated <= results.FEW_TREATED
