"""The nested search of synthetic control with predictors: which predictors matter is chosen by the fit before the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import differential_evolution, minimize, nnls

from lwo_analysis.effects.panel import FloatArray
from lwo_analysis.effects.simplex import SUM_WEIGHT, simplex_least_squares

LOG_RANGE = 6.0


@dataclass(frozen=True, eq=False)
class PredictorFit:
    """The best of several searches.

    Parameters
    ----------
    weights : (N0,) array
        Donor weights (>= 0, sum 1).
    importance : (P,) array
        Importance of each standardised predictor (sum 1), the diagonal of V.
    pre_mspe : float
        Mean squared gap before the start.
    """

    weights: FloatArray
    importance: FloatArray
    pre_mspe: float


def fit_predictor_weights(
    X0: FloatArray,
    x1: FloatArray,
    pre: FloatArray,
    treated_pre: FloatArray,
    *,
    rng: np.random.Generator,
    n_seeds: int = 2,
    generations: int = 30,
) -> PredictorFit:
    """Return the donor weights whose predictor importance fits the outcome before the start best.

    Not needed with outcome lags as predictors (that problem is convex). The importance is often ill identified: many values of V
    give nearly the same fit, so publish the fit and the donors rather than V.

    Parameters
    ----------
    X0 : (N0, P) array
        Predictors of the donors.
    x1 : (P,) array
        Predictors of the treated unit.
    pre : (N0, T0) array
        Outcomes of the donors before the start.
    treated_pre : (T0,) array
        Outcome of the treated unit before the start.
    rng : numpy.random.Generator
        Randomness.
    n_seeds : int
        Independent searches (>= 1).
    generations : int
        Longest length of each search. Half of the default can end in a local optimum that turns the ranking of the Proposition
        99 placebos around (Missouri's ratio became 164 instead of 61).

    Notes
    -----
    Outer problem: min over V (diagonal, positive, trace 1) of |treated_pre - pre' w(V)|^2; inner problem: w(V) = argmin over the
    simplex of (x1 - X0'w)' V (x1 - X0'w). Predictors are divided by their standard deviation over all units. The outer problem
    has local optima and flat parts: differential evolution on log V is followed by a Nelder-Mead polish, from several seeds.

    References
    ----------
    Abadie, Diamond, Hainmueller (2010), JASA 105(490), section 2.3; Storn and Price (1997) for differential evolution.
    """
    scale = np.vstack([X0, x1]).std(axis=0, ddof=1)
    A, b = (X0 / scale).T, x1 / scale
    distance = treated_pre[:, None] - pre.T
    residuals = A - b[:, None]
    border = SUM_WEIGHT * np.abs(residuals).max()
    system = np.vstack([residuals, np.full((1, len(X0)), border)])
    target = np.append(np.zeros(len(b)), border)
    scale_rows = np.ones((len(b) + 1, 1))

    def loss(log_importance: FloatArray) -> float:
        # The search needs thousands of inner solutions: non-negative least squares alone, without the exact last step.
        scale_rows[:-1, 0] = _root(log_importance)
        weights = nnls(scale_rows * system, target, maxiter=50 * len(X0))[0]
        gap = distance @ (weights / weights.sum())
        return float(gap @ gap) / len(gap)

    best = min((_search(loss, len(b), rng, generations) for _ in range(n_seeds)), key=loss)
    root = _root(best)
    weights = simplex_least_squares(A * root[:, None], b * root)
    return PredictorFit(weights, root**2 / (root**2).sum(), float(((distance @ weights) ** 2).mean()))


def _root(log_importance: FloatArray) -> FloatArray:
    return np.exp((log_importance - log_importance.max()) / 2)


def _search(loss: Callable[[FloatArray], float], n_predictors: int, rng: np.random.Generator, generations: int) -> FloatArray:
    coarse = differential_evolution(
        loss,
        [(-LOG_RANGE, LOG_RANGE)] * n_predictors,
        strategy="currenttobest1bin",
        init="sobol",
        maxiter=generations,
        popsize=8,
        tol=1e-8,
        polish=False,
        rng=rng,
    )
    fine = minimize(loss, coarse.x, method="Nelder-Mead", options={"maxfev": 80 * n_predictors, "xatol": 1e-4, "fatol": 1e-9})
    return fine.x if fine.fun <= coarse.fun else coarse.x
