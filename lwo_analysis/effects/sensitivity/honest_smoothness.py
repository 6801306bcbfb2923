"""Rambachan-Roth smoothness: the fixed-length interval when a trend may bend by at most M per period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import ncx2, norm

from lwo_analysis.effects.sensitivity.event_study_input import EventStudyMoments, check_moments
from lwo_analysis.effects.sensitivity.honest_relative_magnitudes import HonestInterval

POINTS_PER_SEGMENT = 33
LARGE_BIAS = 12.0


@dataclass(frozen=True)
class _Problem:
    r"""Affine estimators ``target + w @ pre`` that are exact under linear trends, as :math:`w = base + directions q`.

    ``bends_after`` is the bias per unit of M from bends after the start, which no estimator can remove; ``|q|_1`` is the bias per
    unit of M from bends before it.
    """

    base: np.ndarray
    directions: np.ndarray
    bends_after: float
    moments: EventStudyMoments


def honest_smoothness(
    coefficients: np.ndarray,
    covariance: np.ndarray,
    n_pre: int,
    *,
    bound: float = 0.0,
    weights: np.ndarray | str = "first",
    confidence: float = 0.95,
) -> HonestInterval:
    r"""Return the optimal fixed-length confidence interval for a post-period effect under :math:`\Delta^{SD}(M)`.

    Use it when a drift that was there before the start probably continues, and the question is how sharply it may bend.
    ``bound=0`` extrapolates the pre-period line. Do not use it when shocks, not drifts, are the worry: use
    ``honest_relative_magnitudes``.

    Parameters
    ----------
    coefficients : ndarray, shape (n_pre + n_post,)
        Event-study coefficients in outcome units, in time order, without the reference period (the last before the start). No
        missing values; the periods must be equally spaced.
    covariance : ndarray, shape (n_pre + n_post, n_pre + n_post)
        Their covariance matrix.
    n_pre : int
        Number of coefficients before the reference period, at least 1.
    bound : float
        M, at least 0, in outcome units: the slope changes by at most M between two consecutive periods.
    weights : ndarray of shape (n_post,) or {"first", "average"}
        Target :math:`\theta = l'\tau_{post}`.
    confidence : float
        Coverage, between 0 and 1.

    Returns
    -------
    HonestInterval
        Interval in outcome units; its centre is the optimal affine estimate, which differs from ``estimate``.

    Raises
    ------
    ParameterError
        When shapes disagree, a value is missing, a variance is zero, or ``bound`` or ``confidence`` is outside its range.

    Notes
    -----
    An estimator :math:`l'\hat\beta_{post} + w'\hat\beta_{pre}` has finite worst-case bias only if it is exact under a line,
    :math:`\sum_s s\,w_{-s} = \sum_t t\,l_t`. Its worst-case bias is then :math:`M(b + \sum_r |q_r|)` with
    :math:`q_r = \sum_{s>r} (s-r) w_{-s}`, and its variance is quadratic in :math:`q`. The trade-off between the two is a lasso
    path, which is followed exactly; on it the half-length :math:`\sigma\,cv_\alpha(M(b+|q|_1)/\sigma)` is minimised, with
    :math:`cv_\alpha(t)` the :math:`1-\alpha` quantile of :math:`|N(t, 1)|`.

    Assumption: the coefficients are jointly normal with the given covariance (not checked). M itself cannot be tested.

    References
    ----------
    Rambachan and Roth (2023), Review of Economic Studies 90(5), section 4.2; Armstrong and Kolesár (2018), Econometrica 86(2).
    """
    moments = check_moments(coefficients, covariance, n_pre, weights, confidence, bound)
    problem = _problem(moments)
    bends = _shortest(problem, bound, 1 - confidence)
    half = _half_length(problem, bends, bound, 1 - confidence)
    centre = float(moments.estimate + (problem.base + problem.directions @ bends) @ moments.coefficients[:n_pre])
    return HonestInterval(float(bound), centre - half, centre + half, moments.estimate, confidence, "FLCI")


def _problem(moments: EventStudyMoments) -> _Problem:
    before = np.arange(moments.n_pre, 0, -1.0)
    after = np.arange(1.0, moments.n_post + 1)
    bends = np.clip(before[None, :] - np.arange(moments.n_pre)[:, None], 0, None)
    inverse = np.linalg.inv(bends)
    after_bends = np.clip(after[None, :] - np.arange(moments.n_post)[:, None], 0, None) @ moments.weights
    return _Problem(inverse[:, 0] * (after @ moments.weights), inverse[:, 1:], float(np.abs(after_bends).sum()), moments)


def _variance(problem: _Problem, bends: np.ndarray) -> float:
    loading = np.concatenate([problem.base + problem.directions @ bends, problem.moments.weights])
    return float(loading @ problem.moments.covariance @ loading)


def _half_length(problem: _Problem, bends: np.ndarray, bound: float, alpha: float) -> float:
    sd = np.sqrt(_variance(problem, bends))
    return float(sd * folded_normal_quantile(bound * (problem.bends_after + np.abs(bends).sum()) / sd, alpha))


def folded_normal_quantile(mean: float, alpha: float) -> float:
    r"""Return the :math:`1-\alpha` quantile of :math:`|N(mean, 1)|`, for a ``mean`` of at least 0 (in standard errors).

    Do not use it for a variance other than one. Far from zero the folded part is negligible and the normal quantile is exact to
    machine precision.

    Parameters
    ----------
    mean : float
        At least 0, in standard errors.
    alpha : float
        Share of false alarms that is allowed.

    Examples
    --------
    >>> round(folded_normal_quantile(0.0, 0.05), 3)
    1.96
    """
    if mean > LARGE_BIAS:
        return float(mean + norm.ppf(1 - alpha))
    return float(np.sqrt(ncx2.ppf(1 - alpha, 1, mean**2)))


def _shortest(problem: _Problem, bound: float, alpha: float) -> np.ndarray:
    """Return the point of the bias-variance path with the shortest interval."""
    knots = _lasso_path(problem)
    if len(knots) == 1:
        return knots[0]

    def point(position: float) -> np.ndarray:
        segment = min(int(position), len(knots) - 2)
        share = position - segment
        return (1 - share) * knots[segment] + share * knots[segment + 1]

    def length(position: float) -> float:
        return _half_length(problem, point(position), bound, alpha)

    grid = np.linspace(0, len(knots) - 1, POINTS_PER_SEGMENT * (len(knots) - 1))
    best = grid[int(np.argmin([length(position) for position in grid]))]
    spacing = grid[1]
    bracket = (max(0.0, best - spacing), min(len(knots) - 1.0, best + spacing))
    fine = minimize_scalar(length, bounds=bracket, method="bounded", options={"xatol": 1e-8})
    return point(min((best, float(fine.x)), key=length))


def _lasso_path(problem: _Problem) -> list[np.ndarray]:
    r"""Return the knots of :math:`\min_q \frac12 Var(q) + \lambda |q|_1` from the largest penalty down to zero."""
    n_pre = problem.moments.n_pre
    sigma = problem.moments.covariance
    hessian = problem.directions.T @ sigma[:n_pre, :n_pre] @ problem.directions
    pull = problem.directions.T @ (sigma[:n_pre, :n_pre] @ problem.base + sigma[:n_pre, n_pre:] @ problem.moments.weights)
    bends, knots = np.zeros(len(pull)), [np.zeros(len(pull))]
    if len(pull) == 0 or not pull.any():
        return knots
    active = {int(np.abs(pull).argmax())}
    penalty = float(np.abs(pull).max())
    while penalty > 0:
        bends, penalty, active = _next_knot(hessian, pull, bends, penalty, active)
        knots.append(bends)
    return knots


def _next_knot(
    hessian: np.ndarray, pull: np.ndarray, bends: np.ndarray, penalty: float, active: set[int]
) -> tuple[np.ndarray, float, set[int]]:
    """Lower the penalty until a coordinate joins, a coordinate reaches zero, or the penalty is gone."""
    gradient = pull + hessian @ bends
    members = sorted(active)
    direction = np.zeros(len(bends))
    direction[members] = np.linalg.solve(hessian[np.ix_(members, members)], -np.sign(gradient[members]))
    change = hessian @ direction
    tiny = 1e-10 * penalty
    step, event = penalty, -1
    for j in range(len(bends)):
        if j in active:
            waits = [-bends[j] / direction[j]] if direction[j] * bends[j] < 0 else []
        else:
            pairs = ((penalty - gradient[j], 1 + change[j]), (penalty + gradient[j], 1 - change[j]))
            waits = [top / bottom for top, bottom in pairs if bottom > 1e-12]
        soonest = min((wait for wait in waits if wait > tiny), default=np.inf)
        if soonest < step:
            step, event = soonest, j
    moved = bends + step * direction
    if event in active:
        moved[event] = 0.0
    return moved, (0.0 if event < 0 else penalty - step), active ^ ({event} if event >= 0 else set())
