"""Event-study coefficients with a covariance that can be trusted with a handful of treated areas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.inference.contrasts import unit_contrasts
from lwo_analysis.effects.inference.placebo import usable_matrix
from lwo_analysis.effects.inference.placebo_scale import Correction, scale_of
from lwo_analysis.effects.panel import FloatArray, IntArray, OutcomeMatrix
from lwo_analysis.errors import DesignError


@dataclass(frozen=True, eq=False)
class PlaceboEventStudy:
    """Event-study coefficients; input of the honest sets and of the pre-trend test.

    Attributes
    ----------
    event_times : ndarray of int, shape (n_pre + n_post,)
        Periods since the start, without the reference (the last period before the start and its anticipation).
    coefficients : ndarray, shape (n_pre + n_post,)
        In outcome units.
    covariance : ndarray, shape (n_pre + n_post, n_pre + n_post)
        From the spread of untreated units.
    n_pre : int
        Coefficients before the reference.
    distances : ndarray, shape (n_pre + n_post,)
        Periods between each event time and the reference, signed.
    df : float
        Degrees of freedom of the covariance: untreated units minus one; infinite for a covariance that is known.
    """

    event_times: IntArray
    coefficients: FloatArray
    covariance: FloatArray
    n_pre: int
    distances: FloatArray
    df: float = math.inf

    def table(self) -> pd.DataFrame:
        """Return one row per event time."""
        errors = np.sqrt(np.diag(self.covariance))
        return pd.DataFrame({"event_time": self.event_times, "coefficient": self.coefficients, "standard_error": errors})


def placebo_event_study(
    panel: pd.DataFrame | OutcomeMatrix, design: Design | FrozenDesign, *, correction: Correction = "auto"
) -> PlaceboEventStudy:
    r"""Return event-study coefficients whose covariance comes from the untreated areas.

    Use it before ``honest_relative_magnitudes``, ``honest_smoothness`` and the pre-trend test when few areas are treated: a
    cluster covariance would rest on a handful of residuals. Do not use it when treated areas are noisier than untreated ones for
    another reason than population. With ``anticipation`` the step from the reference to the first coefficient after the start
    spans several periods; the honest sets bound that longer step as one.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``; starts may differ.
    design : Design or FrozenDesign
        Names the columns; the reference is period ``start - 1 - anticipation``.
    correction : {"auto", "population", "none"}
        Whether the covariance is rescaled to the population of the treated areas; see ``placebo_test``.

    Returns
    -------
    PlaceboEventStudy
        Only event times at which every treated unit is observed, so that composition does not change over them.

    Raises
    ------
    DesignError
        As ``to_matrix``; when fewer than two periods lie before the first start, so that there is no coefficient before it.

    Notes
    -----
    :math:`\hat\beta_e = \sum_k \omega_k (y_{k,g_k+e} - y_{k,r_k} - \text{mean over untreated})`, and with :math:`C_g` the
    covariance over untreated units of the same differences,
    :math:`\hat\Sigma = \sum_k \omega_k^2 \rho_k^2 C_{g_k} + \bar C / n_0`, with :math:`\rho_k^2` the variance at the population
    of k relative to the mean over untreated units.

    References
    ----------
    Conley and Taber (2011), Review of Economics and Statistics 93(1), for noise taken from the untreated; Ferman and Pinto
    (2019), the same journal 101(3), for its rescaling.
    """
    plain, _ = split_frozen(design)
    matrix = usable_matrix(panel, design)
    times = _event_times(matrix, plain.anticipation)
    rows = np.flatnonzero(matrix.treated)
    contrasts = unit_contrasts(matrix.outcomes, matrix.first, anticipation=plain.anticipation, unit_weights=matrix.weights)
    _, scale, _ = scale_of(contrasts, matrix.population, correction)
    slots = contrasts.slot_weights
    paths = [_paths(matrix.outcomes, matrix.first[row], times, plain.anticipation) for row in rows]
    control = ~matrix.treated
    own = np.array([path[row] for path, row in zip(paths, rows, strict=True)])
    means = np.array([np.average(path[control], axis=0, weights=matrix.weights[control]) for path in paths])
    ratios = np.ones(len(rows)) if scale is None else scale[rows] ** 2 / (scale[control] ** 2).mean()
    parts = [w**2 * r * np.cov(path[control].T) for w, r, path in zip(slots, ratios, paths, strict=True)]
    average = np.tensordot(slots, [path[control] for path in paths], axes=1)
    share = matrix.weights[control] / matrix.weights[control].sum()
    covariance: FloatArray = np.atleast_2d(sum(parts)) + np.atleast_2d(np.cov(average.T)) * (share**2).sum()
    distances: FloatArray = (times + 1.0 + plain.anticipation).astype(np.float64)
    n_pre = int((times < 0).sum())
    return PlaceboEventStudy(times, slots @ (own - means), covariance, n_pre, distances, control.sum() - 1.0)


def _event_times(matrix: OutcomeMatrix, anticipation: int) -> IntArray:
    """Return the event times at which every treated unit is observed, without the reference and the anticipation."""
    starts = matrix.first[matrix.treated]
    reference = -1 - anticipation
    earliest, latest = -int(starts.min()), matrix.n_periods - 1 - int(starts.max())
    if earliest >= reference:
        raise DesignError(
            "event study",
            expected="at least two periods before the first start",
            found=f"{starts.min() - anticipation}",
            remedy="start the window earlier; without them the parallel trend cannot be examined",
        )
    return np.concatenate([np.arange(earliest, reference), np.arange(0, latest + 1)]).astype(np.int64)


def _paths(outcomes: FloatArray, start: int, times: IntArray, anticipation: int) -> FloatArray:
    """Return the differences to the reference period of every unit as if it started at ``start``; shape (N, len(times))."""
    return outcomes[:, start + times] - outcomes[:, [start - 1 - anticipation]]
