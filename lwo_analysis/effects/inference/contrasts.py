"""One number per area and start: the mean after minus the mean before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lwo_analysis.effects.panel import FloatArray, IntArray


@dataclass(frozen=True)
class Contrasts:
    """What a placebo test needs of a panel; nothing else of the panel is used.

    Attributes
    ----------
    values : ndarray, shape (N, G)
        Mean outcome from start g on minus mean outcome before it, in outcome units, for every unit as if it started at g.
    exposure : ndarray, shape (N, G)
        How much a constant effect of one moves ``values``: 1 for a treated unit at its own start, 0 for untreated units, and
        something between -1 and 1 for a treated unit at another start.
    treated : ndarray of int, shape (n_treated,)
        Rows of the treated units.
    cohort : ndarray of int, shape (n_treated,)
        Column of ``values`` that belongs to each treated unit.
    unit_weights : ndarray, shape (N,)
        Weight of a unit in the comparison mean.
    """

    values: FloatArray
    exposure: FloatArray
    treated: IntArray
    cohort: IntArray
    unit_weights: FloatArray

    @property
    def slot_weights(self) -> FloatArray:
        """Return the share of each treated unit in the effect; shape (n_treated,), sums to one."""
        own = self.unit_weights[self.treated]
        return own / own.sum()

    def shifted(self, effect: float | FloatArray) -> FloatArray:
        """Return the values after removing a constant ``effect`` from the treated cells; (E, N, G) for a vector of effects."""
        return self.values - np.multiply.outer(effect, self.exposure)


def unit_contrasts(
    outcomes: FloatArray, first: IntArray, *, anticipation: int = 0, unit_weights: FloatArray | None = None
) -> Contrasts:
    r"""Return the after-minus-before contrast of every unit at every start that occurs.

    For one common start the difference-in-differences estimate is the difference between two means of these numbers, exactly.
    Do not use it when the effect is expected to grow: a mean over all later periods hides that.

    Parameters
    ----------
    outcomes : ndarray, shape (N, T)
        In outcome units. NaN is allowed: each mean is over the periods that were observed, so that a placebo area can be given
        the suppressed cells of the treated area it stands in for.
    first : ndarray of int, shape (N,)
        First treated column; T for untreated units.
    anticipation : int
        Columns before the start that belong to neither mean.
    unit_weights : ndarray, shape (N,), optional
        Ones when left out.

    Returns
    -------
    Contrasts

    Notes
    -----
    :math:`D_{ig} = \frac{1}{T-g+1}\sum_{t \ge g} y_{it} - \frac{1}{g-1-a}\sum_{t < g-a} y_{it}`.

    References
    ----------
    Bertrand, Duflo and Mullainathan (2004), Quarterly Journal of Economics 119(1), section IV.C: collapsing removes serial
    correlation from the inference.
    """
    n_periods = outcomes.shape[1]
    treated = np.flatnonzero(first < n_periods)
    starts, cohort = np.unique(first[treated], return_inverse=True)
    on = (np.arange(n_periods)[None, :] >= first[:, None]).astype(float)
    on[np.isnan(outcomes)] = np.nan
    weights = np.ones(len(outcomes)) if unit_weights is None else np.asarray(unit_weights, dtype=float)
    columns = [(_after_minus_before(outcomes, g, anticipation), _after_minus_before(on, g, anticipation)) for g in starts]
    values, exposure = (np.column_stack(part) for part in zip(*columns, strict=True))
    return Contrasts(values, exposure, treated, cohort, weights)


def _after_minus_before(outcomes: FloatArray, start: int, anticipation: int) -> FloatArray:
    after, before = outcomes[:, start:], outcomes[:, : start - anticipation]
    if not np.isnan(outcomes).any():
        return after.mean(axis=1) - before.mean(axis=1)
    return _mean_of_observed(after) - _mean_of_observed(before)


def _mean_of_observed(cells: FloatArray) -> FloatArray:
    observed = ~np.isnan(cells)
    count = observed.sum(axis=1)
    total = np.where(observed, cells, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
