"""Ridge-augmented synthetic control: the remaining gap before the start is corrected by a ridge regression on the lags."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.panel import FloatArray, IntArray, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.simplex import simplex_least_squares
from lwo_analysis.effects.synthetic_control import (
    SyntheticControlFit,
    cohort_result,
    split_cohorts,
    synthetic_control_estimate,
)
from lwo_analysis.effects.synthetic_did import require_donors

METHOD = "ridge-augmented synthetic control"
N_PENALTIES = 20
PENALTY_RANGE = 1e-8


def ridge_synthetic_control_estimate(
    controls: FloatArray, treated: FloatArray, n_pre: int, *, penalty: float | None = None
) -> SyntheticControlFit:
    """Return the ridge-augmented synthetic control of one treated series.

    Use it when plain synthetic control leaves a gap before the start. The weights may become negative: the estimate then
    extrapolates outside the donors, more so with a smaller penalty.

    Parameters
    ----------
    controls : (N0, T) array
        Outcomes of the donors.
    treated : (T,) array
        Outcome of the treated unit.
    n_pre : int
        Periods before the start (T0), at least 3 for the choice of the penalty.
    penalty : float or None
        Ridge penalty lambda > 0; None chooses it by leaving out one period at a time, largest value within one standard error of
        the best.

    Notes
    -----
    With lags centred on the donor mean (X0: N0 x T0, x1: T0) and simplex weights w:
    w_aug = w + X0 (X0'X0 + lambda I)^-1 (x1 - X0'w).

    References
    ----------
    Ben-Michael, Feller, Rothstein (2021), The Augmented Synthetic Control Method, JASA 116(536), eq. 12 and section 5.3.
    """
    centre = controls[:, :n_pre].mean(axis=0)
    X0, x1 = controls[:, :n_pre] - centre, treated[:n_pre] - centre
    chosen = choose_penalty(X0, x1) if penalty is None else penalty
    simplex = synthetic_control_estimate(controls, treated, n_pre).weights
    weights = simplex + _corrections(X0, x1 - simplex @ X0, np.array([chosen]))[:, 0]
    return SyntheticControlFit(weights, treated - weights @ controls, n_pre, chosen)


def choose_penalty(X0: FloatArray, x1: FloatArray) -> float:
    """Return the penalty by leave-one-period-out cross-validation with the one-standard-error rule.

    Parameters
    ----------
    X0 : (N0, T0) array
        Centred lags of the donors.
    x1 : (T0,) array
        Centred lags of the treated unit.

    Notes
    -----
    Candidates: 21 values from the largest squared singular value of X0 down to 1e-8 of it, evenly in logarithms. The last period
    is never held out, as in the authors' package, so that results agree with theirs.
    """
    # Donors without any difference leave nothing to correct with: every penalty then gives the same weights.
    largest = float(np.linalg.svd(X0, compute_uv=False)[0] ** 2) or 1.0
    penalties = largest * PENALTY_RANGE ** (np.arange(N_PENALTIES + 1) / N_PENALTIES)
    errors = np.array([_held_out_errors(X0, x1, period, penalties) for period in range(X0.shape[1] - 1)])
    mean, spread = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    best = int(mean.argmin())
    return float(penalties[mean <= mean[best] + spread[best]].max())


def estimate_ridge_synthetic_control(
    outcomes: FloatArray,
    first: IntArray,
    *,
    weights: FloatArray | None = None,
    anticipation: int = 0,
    penalty: float | None = None,
) -> float:
    """Return the estimate for a matrix and first treated columns (see ``panel.Estimator``).

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
    penalty : float or None
        Ridge penalty; None chooses it by leaving periods out.
    """
    controls, cohorts = split_cohorts(outcomes, first, weights=weights, anticipation=anticipation)
    return sum(
        c.share * ridge_synthetic_control_estimate(controls[:, c.columns], c.treated, c.n_pre, penalty=penalty).estimate
        for c in cohorts
    )


def fit_ridge_synthetic_control(
    panel: pd.DataFrame, design: Design | FrozenDesign, *, penalty: float | None = None
) -> EffectResult:
    """Return the ridge-augmented synthetic control estimate of a panel.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; not changed.
    design : Design or FrozenDesign
        See :class:`lwo_analysis.effects.design.Design`.
    penalty : float or None
        See :func:`ridge_synthetic_control_estimate`.

    Returns
    -------
    EffectResult
        As :func:`lwo_analysis.effects.synthetic_control.fit_synthetic_control`; ``fit`` also tells the penalty (``ridge``).

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`.

    References
    ----------
    Ben-Michael, Feller, Rothstein (2021), JASA 116(536).
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    anticipation = split_frozen(design)[0].anticipation
    require_donors(matrix, anticipation, periods=3)
    controls, cohorts = split_cohorts(matrix.outcomes, matrix.first, weights=matrix.weights, anticipation=anticipation)
    fits = [ridge_synthetic_control_estimate(controls[:, c.columns], c.treated, c.n_pre, penalty=penalty) for c in cohorts]
    return cohort_result(matrix, design, cohorts, fits, method=METHOD)


def _corrections(X0: FloatArray, imbalance: FloatArray, penalties: FloatArray) -> FloatArray:
    """Return X0 (X0'X0 + lambda I)^-1 imbalance for every penalty, (N0, L), through one singular value decomposition."""
    U, s, Vt = np.linalg.svd(X0, full_matrices=False)
    shrunk = (s / (s**2 + penalties[:, None])) * (Vt @ imbalance)
    return U @ shrunk.T


def _held_out_errors(X0: FloatArray, x1: FloatArray, period: int, penalties: FloatArray) -> FloatArray:
    """Return the squared prediction error of one held-out period under every penalty (L,)."""
    rest = np.arange(X0.shape[1]) != period
    simplex = simplex_least_squares(X0[:, rest].T, x1[rest])
    weights = simplex[:, None] + _corrections(X0[:, rest], x1[rest] - simplex @ X0[:, rest], penalties)
    return (x1[period] - X0[:, period] @ weights) ** 2
