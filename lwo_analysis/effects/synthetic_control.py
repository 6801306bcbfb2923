"""Synthetic control on outcome lags: one convex problem, solved exactly; predictors with a nested search are an option."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.nested_predictors import PredictorFit, fit_predictor_weights
from lwo_analysis.effects.panel import FloatArray, IntArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.simplex import ridge_simplex, simplex_least_squares
from lwo_analysis.effects.synthetic_did import cohort_shares, require_donors
from lwo_analysis.errors import DesignError

METHOD = "synthetic control"
DEFAULT_RIDGE = 1e-3


@dataclass(frozen=True, eq=False)
class SyntheticControlFit:
    """Weights, gaps and fit for one treated series.

    Parameters
    ----------
    weights : (N0,) array
        Weight of each donor; >= 0 with sum 1 for plain synthetic control, possibly negative after augmentation.
    gaps : (T,) array
        Treated minus synthetic, in every period.
    n_pre : int
        Periods before the start (T0).
    ridge : float
        Penalty that was used (0 = none).
    predictor_weights : (P,) array or None
        Importance of each predictor (nested search), sum 1.
    """

    weights: FloatArray
    gaps: FloatArray
    n_pre: int
    ridge: float = 0.0
    predictor_weights: FloatArray | None = None

    @property
    def estimate(self) -> float:
        """Return the mean gap after the start."""
        return float(self.gaps[self.n_pre :].mean())

    @property
    def pre_mspe(self) -> float:
        """Return the mean squared gap before the start, in squared units of the outcome."""
        return float((self.gaps[: self.n_pre] ** 2).mean())

    @property
    def mspe_ratio(self) -> float:
        """Return the mean squared gap after over before: the studentised placebo statistic of Abadie et al. (2010)."""
        after = float((self.gaps[self.n_pre :] ** 2).mean())
        return after / self.pre_mspe if self.pre_mspe > 0 else np.inf


def synthetic_control_estimate(
    controls: FloatArray, treated: FloatArray, n_pre: int, *, ridge: float | None = None
) -> SyntheticControlFit:
    """Return the synthetic control of one treated series, matched on all its outcomes before the start.

    Not for a treated series outside the range of the donors (look at ``pre_mspe``), nor for hundreds of donors with a handful of
    lags: then the ridge decides among the many perfect fits; choose a smaller pool beforehand.

    Parameters
    ----------
    controls : (N0, T) array
        Outcomes of the donors.
    treated : (T,) array
        Outcome of the treated unit (or the mean of several).
    n_pre : int
        Periods before the start (T0).
    ridge : float or None
        Penalty on |w|^2. None: zero when there are no more donors than lags (a unique optimum), otherwise ``DEFAULT_RIDGE`` times
        the mean squared distance of the donors to the treated series, times T0.

    Notes
    -----
    w minimises sum_{t<=T0} (Y_1t - sum_j w_j Y_jt)^2 + ridge |w|^2 over the simplex. With outcome lags as the only predictors and
    equal importance this is the convex core of Abadie et al.; it has no local optima.

    References
    ----------
    Abadie, Diamond, Hainmueller (2010), JASA 105(490), section 2.3; Doudchenko and Imbens (2016), NBER 22791, for the penalty.
    """
    pre, target = controls[:, :n_pre], treated[:n_pre]
    if ridge is None:
        ridge = 0.0 if len(controls) <= n_pre else DEFAULT_RIDGE * n_pre * float(((pre - target) ** 2).mean())
    weights = ridge_simplex(pre.T, target, ridge) if ridge > 0 else simplex_least_squares(pre.T, target)
    return SyntheticControlFit(weights, treated - weights @ controls, n_pre, ridge)


def estimate_synthetic_control(
    outcomes: FloatArray,
    first: IntArray,
    *,
    weights: FloatArray | None = None,
    anticipation: int = 0,
    ridge: float | None = None,
) -> float:
    """Return the estimate for a matrix and first treated columns (see ``panel.Estimator``).

    The mean of the treated units of each cohort gets its own synthetic control; cohorts count by treated unit-periods.

    Parameters
    ----------
    outcomes : (N, T) array
        Outcomes of every unit, treated or not; no missing values.
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    weights : (N,) array or None
        Weight of each unit; None for equal weights.
    anticipation : int
        Periods just before a start that are left out, because units may react early.
    ridge : float or None
        Penalty on the squares of the donor weights.
    """
    controls, cohorts = split_cohorts(outcomes, first, weights=weights, anticipation=anticipation)
    total = 0.0
    for cohort in cohorts:
        fit = synthetic_control_estimate(controls[:, cohort.columns], cohort.treated, cohort.n_pre, ridge=ridge)
        total += cohort.share * fit.estimate
    return total


@dataclass(frozen=True, eq=False)
class Cohort:
    """One group of units with a common start.

    Parameters
    ----------
    start : int
        First treated column.
    columns : (T',) array of int
        Columns used (without the anticipation periods).
    treated : (T',) array
        Weighted mean outcome of the members in those columns.
    n_pre, n_units : int
        Periods before the start, and members.
    share : float
        Share of this cohort in all treated unit-periods, weighted like the units.
    """

    start: int
    columns: IntArray
    treated: FloatArray
    n_pre: int
    n_units: int
    share: float


def split_cohorts(
    outcomes: FloatArray, first: IntArray, *, weights: FloatArray | None = None, anticipation: int = 0
) -> tuple[FloatArray, list[Cohort]]:
    """Return the outcomes of the never treated units (N0, T) and the cohorts of treated units.

    Parameters
    ----------
    outcomes : (N, T) array
        Outcomes of every unit, treated or not; no missing values.
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    weights : (N,) array or None
        Weight of each unit; None for equal weights.
    anticipation : int
        Periods just before a start that are left out, because units may react early.
    """
    n_periods = outcomes.shape[1]
    unit = np.ones(len(outcomes)) if weights is None else weights
    starts, counts = np.unique(first[first < n_periods], return_counts=True)
    shares = cohort_shares(outcomes, first, weights=weights)
    cohorts = []
    for start, count, share in zip(starts, counts, shares, strict=True):
        columns = np.r_[0 : start - anticipation, start:n_periods]
        members = first == start
        treated = np.average(outcomes[members], axis=0, weights=unit[members])[columns]
        cohorts.append(Cohort(int(start), columns, treated, int(start) - anticipation, int(count), float(share)))
    return outcomes[first == n_periods], cohorts


def fit_synthetic_control(
    panel: pd.DataFrame,
    design: Design | FrozenDesign,
    *,
    ridge: float | None = None,
    predictors: pd.DataFrame | None = None,
    n_seeds: int = 2,
    rng: np.random.Generator | None = None,
) -> EffectResult:
    """Return the synthetic control estimate of a panel.

    Use it for one or a few treated areas with about as many periods before the start as donors, and a good fit before the start;
    not when the treated area lies outside the range of the donors.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; not changed.
    design : Design or FrozenDesign
        See :class:`lwo_analysis.effects.design.Design`.
    ridge : float or None
        See :func:`synthetic_control_estimate`.
    predictors : DataFrame or None
        One row per unit (index: unit label), one column per predictor, no missing values. When given, the importance of the
        predictors is searched so that the outcome before the start fits best (one common start only).
    n_seeds : int
        Independent searches; the best fit is kept, because the search has local optima.
    rng : numpy.random.Generator or None
        Randomness of the search; required with ``predictors``.

    Returns
    -------
    EffectResult
        ``details``: one row per cohort and period with ``effect`` (the gap). ``fit``: start -> :class:`SyntheticControlFit`. No
        standard error: use placebos.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`; predictors without randomness, with gaps, or with staggered starts.

    References
    ----------
    Abadie, Diamond, Hainmueller (2010), JASA 105(490).
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    anticipation = split_frozen(design)[0].anticipation
    require_donors(matrix, anticipation)
    controls, cohorts = split_cohorts(matrix.outcomes, matrix.first, weights=matrix.weights, anticipation=anticipation)
    if predictors is None:
        fits = [synthetic_control_estimate(controls[:, c.columns], c.treated, c.n_pre, ridge=ridge) for c in cohorts]
    else:
        fits = [_fit_with_predictors(matrix, controls, cohorts, predictors, n_seeds, rng)]
    return cohort_result(matrix, design, cohorts, fits, method=METHOD)


def cohort_result(
    matrix: OutcomeMatrix,
    design: Design | FrozenDesign,
    cohorts: list[Cohort],
    fits: list[SyntheticControlFit],
    *,
    method: str,
) -> EffectResult:
    """Return the result of a synthetic control method, cohorts weighted by treated unit-periods.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    design : Design or FrozenDesign
        What was asked.
    cohorts : list of Cohort
        The treated units by start.
    fits : list of SyntheticControlFit
        The fit of each cohort.
    method : str
        Name of the estimator.
    """
    donors = np.array(matrix.units, dtype=object)[~matrix.treated]
    notes = tuple(note for cohort, fit in zip(cohorts, fits, strict=True) for note in _fit_notes(matrix, cohort, fit))
    return results.build_result(
        matrix,
        design,
        method=method,
        estimate=float(sum(cohort.share * fit.estimate for cohort, fit in zip(cohorts, fits, strict=True))),
        uncertainty=results.no_uncertainty("no analytic standard error: use placebos in space (placebo_test)"),
        details=pd.concat([_gap_table(matrix, c, fit) for c, fit in zip(cohorts, fits, strict=True)], ignore_index=True),
        warnings=notes,
        fit={
            matrix.times[cohort.start].item(): {"fit": fit, "weights": pd.Series(fit.weights, index=donors)}
            for cohort, fit in zip(cohorts, fits, strict=True)
        },
    )


def _fit_notes(matrix: OutcomeMatrix, cohort: Cohort, fit: SyntheticControlFit) -> list[str]:
    spread = float(cohort.treated[: fit.n_pre].std())
    rmspe = np.sqrt(fit.pre_mspe)
    notes = []
    if rmspe > spread:
        notes.append(
            f"poor fit before {matrix.times[cohort.start]}: root mean squared gap {rmspe:.3g} against a spread of {spread:.3g}"
        )
    if len(fit.weights) > fit.n_pre:
        notes.append(
            f"{len(fit.weights)} donors for {fit.n_pre} periods: a fit this good proves little, choose donors beforehand"
        )
    return notes


def _gap_table(matrix: OutcomeMatrix, cohort: Cohort, fit: SyntheticControlFit) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cohort": matrix.times[cohort.start],
            "period": matrix.times[cohort.columns],
            "relative_period": cohort.columns - cohort.start,
            "treated": cohort.treated,
            "synthetic": cohort.treated - fit.gaps,
            "effect": fit.gaps,
        }
    )


def _fit_with_predictors(
    matrix: OutcomeMatrix,
    controls: FloatArray,
    cohorts: list[Cohort],
    predictors: pd.DataFrame,
    n_seeds: int,
    rng: np.random.Generator | None,
) -> SyntheticControlFit:
    if rng is None or len(cohorts) != 1:
        found = "no generator" if rng is None else f"{len(cohorts)} starts"
        raise DesignError(
            "predictors", expected="a generator and one common start", found=found, remedy="pass rng=, or fit per start"
        )
    X = predictors.set_axis(predictors.index.astype(str)).reindex(list(matrix.units)).to_numpy(dtype=float)
    if np.isnan(X).any():
        raise DesignError(
            "predictors", expected="a value per unit", found="missing values", remedy="complete or drop the predictor"
        )
    if constant := predictors.columns[np.ptp(X, axis=0) == 0].tolist():
        raise DesignError(
            "predictors", expected="predictors that differ between units", found=f"{constant} do not", remedy="leave them out"
        )
    cohort = cohorts[0]
    treated_x = np.average(X[matrix.treated], axis=0, weights=matrix.weights[matrix.treated])
    found_fit: PredictorFit = fit_predictor_weights(
        X[~matrix.treated],
        treated_x,
        controls[:, cohort.columns[: cohort.n_pre]],
        cohort.treated[: cohort.n_pre],
        rng=rng,
        n_seeds=n_seeds,
    )
    gaps = cohort.treated - found_fit.weights @ controls[:, cohort.columns]
    return SyntheticControlFit(found_fit.weights, gaps, cohort.n_pre, 0.0, found_fit.importance)
