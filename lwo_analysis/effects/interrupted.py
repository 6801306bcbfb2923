"""Interrupted time series: the treated area against its own history, with no more parameters than the series can bear."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.panel import FloatArray, OutcomeMatrix, common_start, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.errors import DesignError

METHOD = "interrupted time series"
Model = Literal["poisson", "quasi_poisson", "ols_hac"]
POINTS_PER_PARAMETER = 4
ALONE = (
    "no comparison area: anything else that changed at the start (corona, energy prices, a new registration) is counted as effect"
)


@dataclass(frozen=True, eq=False)
class InterruptedFit:
    """Coefficients of the regression on one series.

    Parameters
    ----------
    names : tuple of str
        ``level, trend, step`` and, when asked for, ``slope_change`` and harmonics.
    coefficients, standard_errors : (K,) arrays
        On the log scale for counts, in the unit of the outcome otherwise.
    dispersion : float
        1 for Poisson, Pearson chi-square / df for quasi-Poisson, residual variance for least squares.
    df : int
        Observations minus parameters.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    standard_errors: FloatArray
    dispersion: float
    df: int


def interrupted_estimate(
    series: FloatArray,
    start: int,
    *,
    model: Model = "ols_hac",
    exposure: FloatArray | None = None,
    slope_change: bool = False,
    harmonics: int = 0,
    period: float = 12.0,
) -> InterruptedFit:
    """Return the regression of one series on level, trend and a step at the start.

    Not for fewer than four observations per parameter: with 12 yearly figures that is level, trend and step, no seasonality
    and no change of slope.

    Parameters
    ----------
    series : (T,) array
        Counts (>= 0) for the Poisson models, any outcome for least squares.
    start : int
        First treated position.
    model : {"poisson", "quasi_poisson", "ols_hac"}
        Quasi-Poisson scales the errors by the Pearson dispersion; least squares uses Newey-West errors.
    exposure : (T,) array or None
        People or person-years at risk, > 0 (Poisson models only).
    slope_change : bool
        Also let the trend change at the start.
    harmonics : int
        Pairs of sine and cosine with the given ``period`` (in observations).
    period : float
        Observations per year, for the harmonics.

    Raises
    ------
    DesignError
        Too many parameters for the length of the series.

    References
    ----------
    Lopez Bernal, Cummins, Gasparrini (2017), Int. J. Epidemiology 46(1), 348-355; Newey and West (1987), lag floor(4
    (T/100)^(2/9)).
    """
    names, X = regressors(len(series), start, slope_change=slope_change, harmonics=harmonics, period=period)
    require_points(len(series), len(names))
    fit = _regression(series, X, model, exposure)
    return InterruptedFit(names, fit.params, fit.bse, float(fit.scale), len(series) - len(names))


def regressors(
    n_points: int, start: int, *, slope_change: bool = False, harmonics: int = 0, period: float = 12.0
) -> tuple[tuple[str, ...], FloatArray]:
    """Return names and columns (T, K) of the regression; time counts from 1 as in the tutorial of Lopez Bernal et al.

    Parameters
    ----------
    n_points : int
        T, the number of observations.
    start : int
        First treated position.
    slope_change : bool
        Whether the slope may change at the start.
    harmonics : int
        Pairs of sine and cosine for the season.
    period : float
        Observations per year.

    Examples
    --------
    >>> names, X = regressors(3, 1, slope_change=True)
    >>> names
    ('level', 'trend', 'step', 'slope_change')
    >>> X[1:].tolist()  # the second and third observation; the start is the second
    [[1.0, 2.0, 1.0, 0.0], [1.0, 3.0, 1.0, 1.0]]
    """
    time = np.arange(1.0, n_points + 1)
    after = (np.arange(n_points) >= start).astype(float)
    columns = {"level": np.ones(n_points), "trend": time, "step": after}
    if slope_change:
        columns["slope_change"] = after * (np.arange(n_points) - start)
    for order in range(1, harmonics + 1):
        angle = 2 * np.pi * order * time / period
        columns[f"sine_{order}"], columns[f"cosine_{order}"] = np.sin(angle), np.cos(angle)
    return tuple(columns), np.column_stack(list(columns.values()))


def require_points(n_points: int, n_parameters: int) -> None:
    """Refuse more than one parameter per four observations.

    Parameters
    ----------
    n_points : int
        T, the number of observations.
    n_parameters : int
        Columns of the regression.

    Raises
    ------
    DesignError
        There are more.
    """
    allowed = n_points // POINTS_PER_PARAMETER
    if n_parameters > allowed:
        raise DesignError(
            "interrupted time series",
            expected=f"at most {allowed} parameters for {n_points} observations",
            found=str(n_parameters),
            remedy="drop the harmonics and the change of slope, or use quarterly or monthly figures",
        )


def fit_interrupted_time_series(
    panel: pd.DataFrame,
    design: Design | FrozenDesign,
    *,
    model: Model = "ols_hac",
    exposure_col: str | None = None,
    slope_change: bool = False,
    harmonics: int = 0,
    period: float = 12.0,
    level: float = 0.95,
) -> EffectResult:
    """Return the step in the series of the treated units at their common start.

    A last resort: use it only when no comparison exists. It attributes every other break at the start to the treatment.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; only treated units are used, summed (Poisson models) or averaged (least squares).
    design : Design or FrozenDesign
        See :class:`lwo_analysis.effects.design.Design`. ``anticipation`` must be 0.
    model, slope_change, harmonics, period
        See :func:`interrupted_estimate`.
    exposure_col : str or None
        Column with the population at risk.
    level : float
        Confidence level.

    Returns
    -------
    EffectResult
        The step; for counts as a difference of logarithms (``scale="log"``), with rate ratios in ``details``.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`; too many parameters; negative counts; anticipation.
    """
    matrix = to_matrix(panel, design, need_controls=False)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    plain = split_frozen(design)[0]
    if plain.anticipation:
        raise DesignError(
            "design.anticipation", expected="0", found=str(plain.anticipation), remedy="move the start back instead"
        )
    treated = matrix.subset(matrix.treated)
    counts = model != "ols_hac"
    series = treated.outcomes.sum(axis=0) if counts else np.average(treated.outcomes, axis=0, weights=treated.weights)
    exposure = None if exposure_col is None else _exposure(panel, plain, treated, exposure_col)
    start = common_start(treated.first, treated.n_periods)
    options: dict[str, Any] = {"slope_change": slope_change, "harmonics": harmonics, "period": period}
    fit = interrupted_estimate(series, start, model=model, exposure=exposure, **options)
    position = fit.names.index("step")
    estimate, error = float(fit.coefficients[position]), float(fit.standard_errors[position])
    df = math.inf if counts else float(fit.df)
    return results.build_result(
        treated,
        design,
        method=f"{METHOD} ({model.replace('_', '-')})",
        estimand="step at the start of the treatment against the continued trend of the treated units",
        estimate=estimate,
        uncertainty=results.from_standard_error(estimate, error, kind=_kind(model, len(series)), df=df, level=level),
        details=_coefficient_table(fit, counts=counts, df=df, level=level),
        warnings=(ALONE, f"{len(series)} observations for {len(fit.names)} parameters"),
        scale="log" if counts else "difference",
        level=level,
        fit=fit,
    )


def _regression(series: FloatArray, X: FloatArray, model: Model, exposure: FloatArray | None) -> Any:
    if model == "ols_hac":
        lags = newey_west_lags(len(series))
        return sm.OLS(series, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    if (series < 0).any():
        raise DesignError("outcome", expected="counts of at least 0", found="negative values", remedy='use model="ols_hac"')
    offset = None if exposure is None else np.log(exposure)
    glm = sm.GLM(series, X, family=sm.families.Poisson(), offset=offset)
    return glm.fit(scale="X2") if model == "quasi_poisson" else glm.fit()


def newey_west_lags(n_points: int) -> int:
    """Return the number of lags of the Newey-West covariance, floor(4 (T / 100)^(2/9)).

    Parameters
    ----------
    n_points : int
        T, the number of observations.

    Examples
    --------
    >>> newey_west_lags(100), newey_west_lags(12)
    (4, 2)
    """
    return math.floor(4 * (n_points / 100) ** (2 / 9))


def _exposure(panel: pd.DataFrame, design: Design, treated: OutcomeMatrix, column: str) -> FloatArray:
    rows = panel[panel[design.unit].astype(str).isin(treated.units)]
    total = rows.groupby(design.time)[column].sum(min_count=len(treated.units)).reindex(treated.times).to_numpy(dtype=float)
    if not (total > 0).all():
        raise DesignError(f"panel.{column}", expected="a population above 0 in every period", found="none", remedy="complete it")
    return total


def _kind(model: Model, n_points: int) -> str:
    lags = newey_west_lags(n_points)
    return {
        "poisson": "Poisson, dispersion 1",
        "quasi_poisson": "quasi-Poisson, Pearson dispersion",
        "ols_hac": f"least squares, Newey-West with {lags} lags, small-sample correction",
    }[model]


def _coefficient_table(fit: InterruptedFit, *, counts: bool, df: float, level: float) -> pd.DataFrame:
    half = [
        results.from_standard_error(0.0, float(error), kind="", df=df, level=level).interval[1] for error in fit.standard_errors
    ]
    table = pd.DataFrame(
        {
            "term": fit.names,
            "estimate": fit.coefficients,
            "standard_error": fit.standard_errors,
            "lower": fit.coefficients - half,
            "upper": fit.coefficients + half,
        }
    )
    if counts:
        ratios = {"rate_ratio": "estimate", "rate_ratio_lower": "lower", "rate_ratio_upper": "upper"}
        table = table.assign(**{name: np.exp(table[source]) for name, source in ratios.items()})
    return table
