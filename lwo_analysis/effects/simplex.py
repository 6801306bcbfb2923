"""Least squares over the simplex, solved exactly: the quadratic programme behind synthetic control and synthetic DiD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from lwo_analysis.effects.panel import FloatArray

SUM_WEIGHT = 1e3
NEWTON_STEPS = 200
ROUNDING = 1e-9
MANY_DONORS = 1000


def simplex_least_squares(A: FloatArray, b: FloatArray) -> FloatArray:
    """Return the weights w >= 0 with sum 1 that minimise |A w - b|^2.

    Not for more columns than independent rows: the minimiser is then not unique (use :func:`ridge_simplex`).

    Parameters
    ----------
    A : (M, K) array
        One column per donor; no missing values.
    b : (M,) array
        Target.

    Returns
    -------
    (K,) array
        Weights in [0, 1] with sum 1.

    Notes
    -----
    Non-negative least squares finds the active set of the bordered system [A; c 1'] w = [b; c], with c large against A; the
    equality-constrained problem on that set is then solved exactly, so that the border leaves no trace in the weights.

    References
    ----------
    Lawson and Hanson (1974), Solving Least Squares Problems, chapters 20 (equality by weighting) and 23 (NNLS).

    Examples
    --------
    >>> simplex_least_squares(np.array([[0.0, 4.0]]), np.array([1.0])).round(6).tolist()
    [0.75, 0.25]
    """
    # Subtracting b from every column changes nothing on the simplex and removes the common level, which would drown the border.
    residuals = A - b[:, None]
    border = SUM_WEIGHT * (np.abs(residuals).max() or 1.0)
    system = np.vstack([residuals, np.full((1, A.shape[1]), border)])
    weights, _ = nnls(system, np.append(np.zeros(len(b)), border), maxiter=50 * max(A.shape[1], 10))
    weights = weights / weights.sum()
    return _solve_on_support(residuals, weights)


def ridge_simplex(A: FloatArray, b: FloatArray, ridge: float, *, tolerance: float = 1e-11) -> FloatArray:
    """Return the unique weights w >= 0 with sum 1 that minimise |A w - b|^2 + ridge |w|^2.

    Parameters
    ----------
    A : (M, K) array
        One column per donor; K may be far larger than M.
    b : (M,) array
        Target.
    ridge : float
        Penalty, > 0.
    tolerance : float
        Largest violation of the optimality conditions, relative to the scale of A.

    Returns
    -------
    (K,) array
        Weights in [0, 1] with sum 1.

    Notes
    -----
    The dual has M + 1 unknowns whatever the number of donors. With d_k = b - A_k: minimise over (r, mu) the convex function
    |r|^2 / 2 + sum_k max(0, mu - d_k'r)^2 / (2 ridge) - mu; then w_k = max(0, mu - d_k'r) / ridge. A semismooth Newton method
    with line search on that function takes about ten steps, and its matrix only involves the donors with positive weight.
    Should rounding stop it early, which a very small ridge can cause, non-negative least squares solves the same problem
    directly.

    References
    ----------
    Qi and Sun (1993), A nonsmooth version of Newton's method, Mathematical Programming 58, 353-367.
    """
    centre = b[:, None] - A  # with sum w = 1: b - A w = centre @ w, so the common level cancels
    scale = float(np.sqrt((centre**2).mean())) or 1.0
    D, eta = centre.T / scale, ridge / scale**2
    dual = np.append(np.zeros(D.shape[1]), eta / len(D))
    state = _dual_state(D, eta, dual)
    for _ in range(NEWTON_STEPS):
        if np.abs(state.gradient).max() < tolerance:
            return state.weights / state.weights.sum()
        following = _newton_step(D, eta, state)
        if following is None:
            break
        state = following
    if len(D) > MANY_DONORS and violation(D, state.weights, eta) < ROUNDING:
        return state.weights / state.weights.sum()
    penalty = np.sqrt(ridge) * np.eye(A.shape[1])
    return simplex_least_squares(np.vstack([A, penalty]), np.append(b, np.zeros(A.shape[1])))


def violation(D: FloatArray, weights: FloatArray, eta: float) -> float:
    """Return by how much weights on the simplex miss the conditions of Karush, Kuhn and Tucker for |D'w|^2 + eta |w|^2.

    No donor may have a lower gradient than the average over the weights: the answer is the duality gap, at least 0.

    Parameters
    ----------
    D : (K, J) array
        Deviation of each donor from the target, one row per donor.
    weights : (K,) array
        Weights, at least 0.
    eta : float
        Penalty on their squares.
    """
    gradient = D @ (D.T @ weights) + eta * weights
    return float(gradient @ weights - gradient.min()) if abs(weights.sum() - 1) < ROUNDING else np.inf


@dataclass(frozen=True, eq=False)
class _DualState:
    dual: FloatArray
    weights: FloatArray
    value: float
    gradient: FloatArray


def _dual_state(D: FloatArray, eta: float, dual: FloatArray) -> _DualState:
    r, mu = dual[:-1], dual[-1]
    weights = np.maximum(0.0, (mu - D @ r) / eta)
    value = float(r @ r / 2 + eta * (weights @ weights) / 2 - mu)
    return _DualState(dual, weights, value, np.append(r - D.T @ weights, weights.sum() - 1.0))


def _newton_step(D: FloatArray, eta: float, state: _DualState) -> _DualState | None:
    """Return the next state, or None when no step along the Newton direction improves on this one."""
    S = D[state.weights > 0]
    size = D.shape[1]
    hessian = np.empty((size + 1, size + 1))
    hessian[:size, :size] = np.eye(size) + S.T @ S / eta
    hessian[:size, size] = hessian[size, :size] = -S.sum(axis=0) / eta
    hessian[size, size] = max(len(S), 1e-9) / eta
    direction = -np.linalg.solve(hessian, state.gradient)
    slope, length = float(state.gradient @ direction), 1.0
    while length > 1e-8:
        candidate = _dual_state(D, eta, state.dual + length * direction)
        # Close to the optimum the value no longer changes in double precision while the gradient still shrinks.
        shrinks = np.abs(candidate.gradient).max() < 0.5 * np.abs(state.gradient).max()
        if candidate.value <= state.value + 1e-4 * length * slope or shrinks:
            return candidate
        length /= 2
    return None


def _solve_on_support(residuals: FloatArray, weights: FloatArray) -> FloatArray:
    """Minimise |residuals w| with sum w = 1 over the donors that have weight; keep the input when that leaves the simplex."""
    support = np.flatnonzero(weights > 1e-10)
    S = residuals[:, support]
    if len(support) > len(residuals) + 1:
        return weights
    last = S[:, -1]
    free = np.linalg.lstsq(S[:, :-1] - last[:, None], -last, rcond=None)[0]
    exact = np.append(free, 1.0 - free.sum())
    if (exact < 0).any():
        return weights
    polished = np.zeros_like(weights)
    polished[support] = exact
    return polished
