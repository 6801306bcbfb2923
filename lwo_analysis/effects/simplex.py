"""Least squares over the simplex, solved exactly: the quadratic programme behind synthetic control and synthetic DiD."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from lwo_analysis.effects.panel import BoolArray, FloatArray

SUM_WEIGHT = 1e3
NEWTON_STEPS = 200


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


def ridge_simplex(A: FloatArray, b: FloatArray, ridge: float, *, tolerance: float = 1e-12) -> FloatArray:
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

    Raises
    ------
    numpy.linalg.LinAlgError
        When the conditions are not met after 200 steps (never seen; it guards against a silent wrong answer).

    Notes
    -----
    The dual has M + 1 unknowns whatever the number of donors: with r = b - A w and multiplier mu, optimality is
    w = max(0, (A'r + mu) / ridge), r = b - A w, sum w = 1. A semismooth Newton method with line search solves it in about ten
    steps; the Jacobian only involves the donors with positive weight.
    """
    centre = b[:, None] - A  # with sum w = 1: b - A w = centre @ w, so the common level cancels
    scale = float(np.sqrt((centre**2).mean())) or 1.0
    D, eta = centre.T / scale, ridge / scale**2
    dual = np.append(np.zeros(D.shape[1]), eta / len(D))
    weights, gap = _dual_gap(D, eta, dual)
    for _ in range(NEWTON_STEPS):
        if np.abs(gap).max() < tolerance:
            return weights / weights.sum()
        step = _newton_step(D, eta, weights > 0, gap)
        dual, weights, gap, moved = _line_search(D, eta, dual, step, gap)
        if not moved:
            break
    if np.abs(gap).max() > 1e-7:
        raise np.linalg.LinAlgError("ridge_simplex did not converge")
    return weights / weights.sum()


def _dual_gap(D: FloatArray, eta: float, dual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the weights implied by the dual point (r, mu) and the violation of r = D'w and sum w = 1.

    Every column of D' is b minus a donor, and lowering D w lowers the objective, hence the sign of r.
    """
    weights = np.maximum(0.0, (dual[-1] - D @ dual[:-1]) / eta)
    return weights, np.append(dual[:-1] - D.T @ weights, weights.sum() - 1.0)


def _newton_step(D: FloatArray, eta: float, support: BoolArray, gap: FloatArray) -> FloatArray:
    S = D[support]
    size = D.shape[1]
    jacobian = np.empty((size + 1, size + 1))
    jacobian[:size, :size] = np.eye(size) + S.T @ S / eta
    jacobian[:size, size] = -S.sum(axis=0) / eta
    jacobian[size, :size] = jacobian[:size, size]
    jacobian[size, size] = max(len(S), 1e-9) / eta
    return -np.linalg.solve(jacobian, gap)


def _line_search(
    D: FloatArray, eta: float, dual: FloatArray, step: FloatArray, gap: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, bool]:
    length, merit = 1.0, float(gap @ gap)
    while length > 1e-8:
        weights, candidate = _dual_gap(D, eta, dual + length * step)
        if candidate @ candidate < merit * (1 - 1e-4 * length):
            return dual + length * step, weights, candidate, True
        length /= 2
    weights, gap = _dual_gap(D, eta, dual)
    return dual, weights, gap, False


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
