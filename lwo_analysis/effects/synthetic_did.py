"""Synthetic difference in differences (Arkhangelsky et al. 2021), exact; staggered starts one cohort at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.panel import FloatArray, IntArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.simplex import ridge_simplex, simplex_least_squares
from lwo_analysis.errors import DesignError

METHOD = "synthetic difference in differences"


@dataclass(frozen=True, eq=False)
class SyntheticDidFit:
    """The result for one cohort.

    Parameters
    ----------
    estimate : float
        Average effect over the treated periods, in the unit of the outcome.
    unit_weights : (N0,) array
        Weight of each control (>= 0, sum 1).
    time_weights : (T0,) array
        Weight of each period before the start (>= 0, sum 1).
    gaps : (T,) array
        Treated minus weighted controls, per period, minus the time-weighted gap before the start: effects after, fit before.
    n_pre : int
        T0.
    """

    estimate: float
    unit_weights: FloatArray
    time_weights: FloatArray
    gaps: FloatArray
    n_pre: int


def synthetic_did_estimate(
    controls: FloatArray, treated: FloatArray, n_pre: int, *, n_treated: int = 1, noise: float | None = None
) -> SyntheticDidFit:
    """Return the synthetic difference-in-differences estimate of one cohort.

    Not for a single period before the start (no noise level, no weights), nor for fewer than two controls.

    Parameters
    ----------
    controls : (N0, T) array
        Outcomes of untreated units.
    treated : (T,) array
        Mean outcome of the treated units.
    n_pre : int
        Number of periods before the start (T0), 2 <= T0 < T.
    n_treated : int
        Number of treated units behind the mean; it sets the penalty.
    noise : float or None
        Noise level; None takes the standard deviation of the first differences of the controls before the start.

    Returns
    -------
    SyntheticDidFit

    Notes
    -----
    tau = (Y1_post - lambda'Y1_pre) - omega'(Y0_post - Y0_pre lambda). Unit weights omega minimise the squared distance to the
    treated mean over the T0 periods, with a free level, plus zeta^2 T0 |omega|^2, zeta = (N1 T1)^(1/4) sigma; time weights
    lambda minimise the distance between the mean after and the weighted mean before over the controls, with a free level and
    the tiny penalty (1e-6 sigma)^2 N0. Both are strictly convex and solved exactly; the authors' R code stops earlier.

    Adding a constant to a unit changes nothing. Adding a constant to a year changes nothing for a given ``noise``, but changes
    the published default noise level, because that pools the differences of all years around one mean.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens, Wager (2021), Synthetic Difference-in-Differences, AER 111(12), Algorithm 1, eq. 4-6.
    """
    pre, post = controls[:, :n_pre], controls[:, n_pre:]
    sigma = float(np.diff(pre, axis=1).std(ddof=1)) if noise is None else noise
    omega = unit_weights(pre, treated[:n_pre], zeta=(n_treated * post.shape[1]) ** 0.25 * sigma)
    lam = time_weights(pre, post.mean(axis=1), zeta=1e-6 * sigma)
    gaps = treated - omega @ controls
    gaps = gaps - lam @ gaps[:n_pre]
    return SyntheticDidFit(float(gaps[n_pre:].mean()), omega, lam, gaps, n_pre)


def unit_weights(pre: FloatArray, treated_pre: FloatArray, *, zeta: float) -> FloatArray:
    """Return the unit weights (N0,): controls (N0, T0) against the treated mean (T0,), free level, penalty zeta^2 T0.

    Parameters
    ----------
    pre : (N0, T0) array
        Controls before the start.
    treated_pre : (T0,) array
        Mean of the treated before the start.
    zeta : float
        Size of the penalty.
    """
    centred = pre - pre.mean(axis=1, keepdims=True)
    target = treated_pre - treated_pre.mean()
    if zeta <= 0:
        return simplex_least_squares(centred.T, target)
    return ridge_simplex(centred.T, target, zeta**2 * pre.shape[1])


def time_weights(pre: FloatArray, post_mean: FloatArray, *, zeta: float) -> FloatArray:
    """Return the time weights (T0,): periods before (N0, T0) against the mean after (N0,), free level, penalty zeta^2 N0.

    With thousands of controls only the T0 x T0 cross products matter, so those are factorised first.

    Parameters
    ----------
    pre : (N0, T0) array
        Controls before the start.
    post_mean : (N0,) array
        Mean of each control after it.
    zeta : float
        Size of the penalty.
    """
    B = pre - pre.mean(axis=0)
    c = post_mean - post_mean.mean()
    # On the simplex, |B lam - c|^2 = |(B - c 1') lam|^2: only one Gram matrix is left.
    R = B - c[:, None]
    gram = R.T @ R + len(R) * zeta**2 * np.eye(R.shape[1])
    values, vectors = np.linalg.eigh(gram)
    root = np.sqrt(np.maximum(values, 0))[:, None] * vectors.T
    return simplex_least_squares(root, np.zeros(len(root)))


def estimate_synthetic_did(
    outcomes: FloatArray, first: IntArray, *, weights: FloatArray | None = None, anticipation: int = 0
) -> float:
    """Return the estimate for a matrix and first treated columns (see ``panel.Estimator``); staggered starts allowed.

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
    cohorts = [fit for _, _, fit in fit_cohorts(outcomes, first, weights=weights, anticipation=anticipation)]
    return float(cohort_shares(outcomes, first, weights=weights) @ [fit.estimate for fit in cohorts])


def fit_cohorts(
    outcomes: FloatArray, first: IntArray, *, weights: FloatArray | None = None, anticipation: int = 0
) -> list[tuple[int, int, SyntheticDidFit]]:
    """Return (first treated column, number of units, fit) of every cohort, each against the never treated units.

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
    controls = outcomes[first == n_periods]
    unit = np.ones(len(outcomes)) if weights is None else weights
    fits = []
    for start in np.unique(first[first < n_periods]):
        members = first == start
        kept = np.r_[0 : start - anticipation, start:n_periods]
        treated = np.average(outcomes[members], axis=0, weights=unit[members])
        n_treated = int(members.sum())
        fit = synthetic_did_estimate(controls[:, kept], treated[kept], int(start) - anticipation, n_treated=n_treated)
        fits.append((int(start), n_treated, fit))
    return fits


def cohort_shares(outcomes: FloatArray, first: IntArray, *, weights: FloatArray | None = None) -> FloatArray:
    """Return the share of each cohort in the (weighted) treated unit-periods: the weights of the overall effect.

    Parameters
    ----------
    outcomes : (N, T) array
        Outcomes of every unit, treated or not; no missing values.
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    weights : (N,) array or None
        Weight of each unit; None for equal weights.

    Examples
    --------
    One unit treated in two of four periods, another in one: two of three and one of three unit-periods.

    >>> cohort_shares(np.zeros((3, 4)), np.array([2, 3, 4])).round(3).tolist()
    [0.667, 0.333]
    """
    n_periods = outcomes.shape[1]
    unit = np.ones(len(first)) if weights is None else weights
    starts, cohort = np.unique(first[first < n_periods], return_inverse=True)
    cells = np.bincount(cohort, weights=unit[first < n_periods]) * (n_periods - starts)
    return cells / cells.sum()


def fit_synthetic_did(panel: pd.DataFrame, design: Design | FrozenDesign) -> EffectResult:
    """Return the synthetic difference-in-differences estimate of a panel.

    Use it when the controls need weights to follow the treated areas before the start; not with fewer than two periods before the
    start of the first cohort, nor when other treated areas are the only sensible comparison (only never treated units are used).

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; start missing for never treated units. Not changed.
    design : Design or FrozenDesign
        See :class:`lwo_analysis.effects.design.Design`.

    Returns
    -------
    EffectResult
        ``details`` has one row per cohort and period (``period``, ``relative_period``, ``effect``; before the start it is the
        fit); ``fit`` maps the start of each cohort to its :class:`SyntheticDidFit`. No standard error: use placebos.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`; also with fewer than two controls or two periods before a start.

    References
    ----------
    Arkhangelsky et al. (2021), AER 111(12); staggered starts: Clarke, Pailañir, Athey, Imbens (2024), Stata Journal 24(4), eq. 7:
    cohorts weighted by their treated unit-periods.
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    anticipation = split_frozen(design)[0].anticipation
    require_donors(matrix, anticipation)
    fits = fit_cohorts(matrix.outcomes, matrix.first, weights=matrix.weights, anticipation=anticipation)
    shares = cohort_shares(matrix.outcomes, matrix.first, weights=matrix.weights)
    estimate = float(shares @ [fit.estimate for _, _, fit in fits])
    return results.build_result(
        matrix,
        design,
        method=METHOD,
        estimate=estimate,
        uncertainty=results.no_uncertainty("no analytic standard error: use placebos in space (placebo_test)"),
        details=pd.concat([_cohort_table(matrix, start, fit, anticipation) for start, _, fit in fits], ignore_index=True),
        fit={matrix.times[start].item(): fit for start, _, fit in fits},
    )


def require_donors(matrix: OutcomeMatrix, anticipation: int, *, periods: int = 2) -> None:
    """Refuse a panel in which donors cannot be weighted: fewer than two of them, or too few periods before a start.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    anticipation : int
        Periods just before a start that are left out, because units may react early.
    periods : int
        How many before the first start are needed.

    Raises
    ------
    DesignError
        There are fewer.
    """
    donors, before = int((~matrix.treated).sum()), int(matrix.first.min()) - anticipation
    if donors < 2 or before < periods:
        raise DesignError(
            "comparison pool",
            expected=f"at least 2 untreated units and {periods} periods before the start",
            found=f"{donors} units and {before} periods",
            remedy="add donors or start the window earlier",
        )


def _cohort_table(matrix: OutcomeMatrix, start: int, fit: SyntheticDidFit, anticipation: int) -> pd.DataFrame:
    columns = np.r_[0 : start - anticipation, start : matrix.n_periods]
    return pd.DataFrame(
        {
            "cohort": matrix.times[start],
            "period": matrix.times[columns],
            "relative_period": columns - start,
            "effect": fit.gaps,
            "time_weight": np.append(fit.time_weights, np.full(len(columns) - fit.n_pre, np.nan)),
        }
    )
