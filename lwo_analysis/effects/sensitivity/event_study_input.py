"""The event-study coefficients that the honest sets start from, checked once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lwo_analysis.errors import ParameterError

SINGULAR = 1e-10


@dataclass(frozen=True)
class EventStudyMoments:
    """Coefficients without the reference period, their covariance, and the target.

    Attributes
    ----------
    coefficients : ndarray, shape (n_pre + n_post,)
        In outcome units, in time order.
    covariance : ndarray, shape (n_pre + n_post, n_pre + n_post)
        Their covariance.
    n_pre, n_post : int
        Number of coefficients before and after the reference period.
    weights : ndarray, shape (n_post,)
        The target is ``weights @ coefficients[n_pre:]``.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    n_pre: int
    n_post: int
    weights: np.ndarray

    @property
    def estimate(self) -> float:
        """Event-study estimate of the target, in outcome units."""
        return float(self.weights @ self.coefficients[self.n_pre :])

    @property
    def standard_error(self) -> float:
        """Standard error of that estimate when parallel trends hold."""
        return float(np.sqrt(self.weights @ self.covariance[self.n_pre :, self.n_pre :] @ self.weights))


def check_moments(
    coefficients: np.ndarray,
    covariance: np.ndarray,
    n_pre: int,
    weights: np.ndarray | str,
    confidence: float,
    bound: float,
) -> EventStudyMoments:
    """Return the moments as float arrays, or raise ``ParameterError`` naming what is wrong and what to give instead.

    Parameters
    ----------
    coefficients : (K,) array
        Effects by relative period, without the reference.
    covariance : (K, K) array
        Their covariance.
    n_pre : int
        How many lie before the start.
    weights : array or str
        Which average of the effects after the start.
    confidence : float
        Coverage, between 0 and 1.
    bound : float
        How far trends may differ, at least 0.

    Raises
    ------
    ParameterError
        A shape, a number or a name is wrong.
    """
    beta, sigma = np.asarray(coefficients, dtype=float), np.asarray(covariance, dtype=float)
    where = "event-study coefficients"
    if beta.ndim != 1 or not 1 <= n_pre < len(beta):
        raise ParameterError(
            where,
            expected="a vector with at least one coefficient before and one after the reference period",
            found=f"shape {beta.shape} with n_pre={n_pre}",
            remedy="give the coefficients in time order without the reference period",
        )
    if sigma.shape != (len(beta), len(beta)) or not (np.isfinite(beta).all() and np.isfinite(sigma).all()):
        raise ParameterError(
            where,
            expected=f"finite values and a covariance of shape {(len(beta), len(beta))}",
            found=f"covariance of shape {sigma.shape}, {int((~np.isfinite(beta)).sum())} coefficients missing",
            remedy="leave out event times that are not identified",
        )
    if np.diag(sigma).min() <= 0 or not np.allclose(sigma, sigma.T, rtol=1e-6):
        raise ParameterError(
            where,
            expected="a symmetric covariance with positive variances",
            found=f"smallest variance {np.diag(sigma).min():g}",
            remedy="leave the reference period out and check the estimator's covariance",
        )
    _refuse_singular(sigma)
    if not 0 < confidence < 1 or not bound >= 0:
        raise ParameterError(
            where,
            expected="0 < confidence < 1 and a bound of at least 0",
            found=f"confidence={confidence}, bound={bound}",
            remedy="give the coverage as a share and the bound as a multiple",
        )
    return EventStudyMoments(beta, (sigma + sigma.T) / 2, n_pre, len(beta) - n_pre, _target(weights, len(beta) - n_pre))


def _refuse_singular(sigma: np.ndarray) -> None:
    """Refuse a covariance that calls a combination of coefficients noiseless: the sets would be far too short."""
    spread = np.sqrt(np.diag(sigma))
    rank = int(np.linalg.matrix_rank(sigma / np.outer(spread, spread), tol=SINGULAR, hermitian=True))
    if rank < len(sigma):
        raise ParameterError(
            "event-study coefficients",
            expected=f"a covariance of full rank {len(sigma)}",
            found=f"rank {rank}",
            remedy="estimate it from more untreated areas than there are coefficients, or shorten the window",
        )


def _target(weights: np.ndarray | str, n_post: int) -> np.ndarray:
    if isinstance(weights, str) and weights in ("first", "average"):
        return np.eye(n_post)[0] if weights == "first" else np.full(n_post, 1 / n_post)
    target = np.asarray(weights, dtype=float) if not isinstance(weights, str) else np.empty(0)
    if target.shape != (n_post,) or not target.any():
        raise ParameterError(
            "target weights",
            expected=f'"first", "average" or {n_post} weights that are not all zero',
            found=repr(weights),
            remedy="give one weight per post-period",
        )
    return target
