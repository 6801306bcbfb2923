"""Rambachan-Roth relative magnitudes: how large may the drift be, compared with the drift before the start?

The set is the conditional least-favourable hybrid (C-LF) of Andrews, Roth and Pakes. The reference implementation solves one
linear programme per value on a grid; here the vertices of its dual are written down in closed form, so that one set takes
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from lwo_analysis.effects.inversion import accepted_interval
from lwo_analysis.effects.sensitivity.event_study_input import EventStudyMoments, check_moments

FIRST_STAGE_SHARE = 0.1
DEFAULT_DRAWS = 10_000
GRID_POINTS = 400
EDGE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class HonestInterval:
    """A robust confidence set for one bound on the violation of parallel trends.

    Attributes
    ----------
    bound : float
        Mbar (relative magnitudes, unit free) or M (smoothness, outcome units per period squared).
    lower, upper : float
        Ends of the set, in outcome units; infinite when the set could not be closed.
    estimate : float
        Event-study estimate of the target, ``weights @ coefficients[n_pre:]``, in outcome units.
    confidence : float
        Coverage, between 0 and 1.
    method : str
        ``"C-LF"`` or ``"FLCI"``.
    """

    bound: float
    lower: float
    upper: float
    estimate: float
    confidence: float
    method: str

    @property
    def excludes_zero(self) -> bool:
        """Whether zero effect lies outside the set."""
        return bool(self.lower > 0 or self.upper < 0)


@dataclass(frozen=True)
class _Component:
    """One part of the union: the largest pre-period step is step ``s`` and has a known sign. ``dual`` has one vertex per row."""

    dual: np.ndarray
    observed: np.ndarray
    slope: np.ndarray
    covariance: np.ndarray
    first_stage: float


def honest_relative_magnitudes(
    coefficients: np.ndarray,
    covariance: np.ndarray,
    n_pre: int,
    *,
    bound: float = 1.0,
    weights: np.ndarray | str = "first",
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
    draws: int = DEFAULT_DRAWS,
) -> HonestInterval:
    r"""Return the robust confidence set for a post-period effect under :math:`\Delta^{RM}(\bar M)`.

    Use it to say how much stronger than any drift seen before the start a drift after the start must be to explain the estimate
    away. Do not use it with one pre-period coefficient close to zero by luck: the bound is then close to zero too. Do not use a
    cluster covariance with few treated areas; see ``placebo_event_study``.

    Parameters
    ----------
    coefficients : ndarray, shape (n_pre + n_post,)
        Event-study coefficients in outcome units, in time order, without the reference period (the last before the start, whose
        coefficient is zero). No missing values.
    covariance : ndarray, shape (n_pre + n_post, n_pre + n_post)
        Their covariance matrix.
    n_pre : int
        Number of coefficients before the reference period, at least 1.
    bound : float
        Mbar, at least 0: the largest step after the start is at most ``bound`` times the largest step before it.
    weights : ndarray of shape (n_post,) or {"first", "average"}
        Target :math:`\theta = l'\tau_{post}`.
    confidence : float
        Coverage, between 0 and 1.
    rng : numpy.random.Generator, optional
        For the least-favourable critical value; ``default_rng(0)`` when left out, so that the same input gives the same set.
    draws : int
        Normal draws for that critical value.

    Returns
    -------
    HonestInterval
        The hull of the set, in outcome units. Edges are bisected to 1e-5 standard errors; the search range widens by itself.

    Raises
    ------
    ParameterError
        When shapes disagree, a value is missing, a variance is zero, or ``bound`` or ``confidence`` is outside its range.

    Notes
    -----
    With :math:`\delta` the violation of parallel trends, :math:`u_t = \delta_t - \delta_{t-1}`:

    .. math:: |u_t| \le \bar M \max_{s < 0} |u_s| \quad (t \ge 1)

    The set is a union over the pre-period step that is largest and its sign. In each part the nuisance parameters are the post
    steps along which the target does not move, so a dual vector :math:`\lambda \ge 0` with :math:`X'\lambda = 0` must have
    :math:`\lambda^+ - \lambda^- = \kappa c`, with :math:`c_t = \sum_{r \ge t} l_r`. Its extreme points are the two with
    :math:`\kappa \ne 0` and one pair :math:`\lambda_t^+ = \lambda_t^-` per post-period.

    Assumption: the coefficients are jointly normal with the given covariance (not checked). The bound itself cannot be tested.
    Results follow the paper and the authors' R package, not ``diff_diff``, whose relative-magnitude set is not C-LF but shorter.

    References
    ----------
    Rambachan and Roth (2023), Review of Economic Studies 90(5), sections 2.4.2 and 3; Andrews, Roth and Pakes (2023), Review of
    Economic Studies 90(6), the hybrid test.
    """
    moments = check_moments(coefficients, covariance, n_pre, weights, confidence, bound)
    generator = np.random.default_rng(0) if rng is None else rng
    standard = generator.standard_normal((draws, moments.n_post + 2))
    alpha = 1 - confidence
    components = [
        _component(moments, bound, step, sign, standard, alpha) for step in range(moments.n_pre) for sign in (1.0, -1.0)
    ]
    size = (alpha - FIRST_STAGE_SHARE * alpha) / (1 - FIRST_STAGE_SHARE * alpha)

    def accepted(theta: np.ndarray) -> np.ndarray:
        return np.logical_or.reduce([~_rejected(part, theta, size) for part in components])

    lower, upper = accepted_interval(
        accepted, moments.estimate, moments.standard_error, points=GRID_POINTS, tolerance=EDGE_TOLERANCE
    )
    return HonestInterval(float(bound), lower, upper, moments.estimate, confidence, "C-LF")


def _component(
    moments: EventStudyMoments, bound: float, step: int, sign: float, standard: np.ndarray, alpha: float
) -> _Component:
    """Build moments and dual vertices for "the largest pre-period step is ``step`` and has sign ``sign``"."""
    matrix, slope = _inequalities(moments, bound, step, sign)
    covariance = matrix @ moments.covariance @ matrix.T
    dual = _dual_vertices(slope, np.sqrt(np.diag(covariance)))
    values, vectors = np.linalg.eigh(dual @ covariance @ dual.T)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    noise = standard @ root.T
    first_stage = float(np.quantile(noise.max(axis=1), 1 - FIRST_STAGE_SHARE * alpha))
    return _Component(dual, matrix @ moments.coefficients, slope, covariance, first_stage)


def _inequalities(moments: EventStudyMoments, bound: float, step: int, sign: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Return rows ``A`` of :math:`\pm u_t - \bar M v \le 0` on the coefficients, and how much each row moves with the target."""
    n_pre, n_post = moments.n_pre, moments.n_post
    steps = _step_matrix(n_pre, n_post)
    post, largest = steps[n_pre:], bound * sign * steps[step]
    matrix = np.vstack([post - largest, -post - largest])
    reach = np.cumsum(moments.weights[::-1])[::-1]
    # Along this direction the target rises by one; the nuisance directions are those along which it stays put.
    move = reach / (reach @ reach)
    return matrix, np.concatenate([move, -move])


def _step_matrix(n_pre: int, n_post: int) -> np.ndarray:
    """Return the (n_pre + n_post) steps between consecutive periods, on coefficients without the reference period."""
    size = n_pre + n_post
    with_reference = np.diff(np.eye(size + 1), axis=0)
    return np.delete(with_reference, n_pre, axis=1)


def _dual_vertices(slope: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the extreme dual weights, one per row, normalised so that ``row @ scale == 1``."""
    n_post = len(slope) // 2
    up, down = np.clip(slope[:n_post], 0, None), np.clip(-slope[:n_post], 0, None)
    vertices = np.vstack([np.r_[up, down], np.r_[down, up], np.hstack([np.eye(n_post), np.eye(n_post)])])
    return vertices / (vertices @ scale)[:, None]


def _rejected(part: _Component, theta: np.ndarray, size: float) -> np.ndarray:
    """Return for each target value whether the hybrid test rejects it."""
    moments = part.observed[None, :] - theta[:, None] * part.slope
    values = moments @ part.dual.T
    active = values.argmax(axis=1)
    statistic = values[np.arange(len(theta)), active]
    rejected = statistic > part.first_stage
    for vertex in np.unique(active[~rejected]):
        rows = (active == vertex) & ~rejected
        rejected[rows] = _conditional_test(part, vertex, values[rows], statistic[rows], size)
    return rejected


def _conditional_test(part: _Component, vertex: int, values: np.ndarray, statistic: np.ndarray, size: float) -> np.ndarray:
    """Second stage: compare with a normal truncated to where this vertex stays the maximiser."""
    loading = part.dual @ part.covariance @ part.dual[vertex]
    variance = loading[vertex]
    if variance < 1e-14 * np.diag(part.covariance).max():
        return np.zeros(len(statistic), dtype=bool)
    ratio = loading / variance
    remainder, gap = values - np.outer(statistic, ratio), 1 - ratio
    limits = remainder / np.where(np.abs(gap) > 1e-9, gap, 1.0)
    lowest = np.where(gap > 1e-9, limits, -np.inf).max(axis=1)
    highest = np.minimum(np.where(gap < -1e-9, limits, np.inf).min(axis=1), part.first_stage)
    sd = np.sqrt(variance)
    critical = np.maximum(0.0, _truncated_normal_quantile(1 - size, lowest / sd, highest / sd))
    return statistic / sd > critical


def _truncated_normal_quantile(probability: float, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Quantile of a standard normal truncated to [lower, upper]; the upper tail is computed from the upper side."""
    low, high = norm.cdf(lower), norm.cdf(upper)
    left = norm.ppf(low + probability * (high - low))
    low_tail, high_tail = norm.sf(lower), norm.sf(upper)
    right = -norm.ppf(low_tail - probability * (low_tail - high_tail))
    return np.clip(np.where(lower > 0, right, left), lower, upper)
