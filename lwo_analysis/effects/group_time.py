"""Group-time average treatment effects (Callaway and Sant'Anna 2021) with their influence functions, on plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lwo_analysis.effects.panel import BoolArray, FloatArray, IntArray

Control = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]


@dataclass(frozen=True, eq=False)
class GroupTimeEffects:
    """One effect per cohort and period.

    Parameters
    ----------
    cohort, period : (C,) arrays of int
        First treated column of the cohort, and column of the outcome.
    estimate : (C,) array
        Average effect on the cohort in that period, in the unit of the outcome; before the start it should be zero.
    influence : (N, C) array
        Influence function of each cell; the variance of the estimate is the sum of its squares over N^2.
    first : (N,) array of int
        First treated column per unit (T for untreated).
    weights : (N,) array
        Unit weights, mean 1.
    n_periods : int
        T.
    """

    cohort: IntArray
    period: IntArray
    estimate: FloatArray
    influence: FloatArray
    first: IntArray
    weights: FloatArray
    n_periods: int

    @property
    def relative(self) -> IntArray:
        """Return the (C,) periods since the start."""
        return self.period - self.cohort


def group_time_effects(
    outcomes: FloatArray,
    first: IntArray,
    *,
    control: Control = "never",
    base: Base = "varying",
    anticipation: int = 0,
    covariates: FloatArray | None = None,
    weights: FloatArray | None = None,
) -> GroupTimeEffects:
    """Return the effect of every cohort in every period.

    Parameters
    ----------
    outcomes : (N, T) array
        No missing values.
    first : (N,) array of int
        First treated column, T for units untreated in the window (they are the never treated here).
    control : {"never", "not_yet"}
        Compare with units that are never treated, or with all that are not treated yet in the periods compared.
    base : {"varying", "universal"}
        Period compared with, for periods before the start: the one just before it, or always the last before the start.
    anticipation : int
        Periods before the start in which an effect may exist.
    covariates : (N, P) array or None
        Constant characteristics; the change of the controls is then predicted by regression on (1, covariates).
    weights : (N,) array or None
        Unit weights.

    Notes
    -----
    ATT(g, t) = E[Y_t - Y_b | G = g] - E[m(X) | G = g] with m the expected change of the controls (a mean without covariates),
    and b = g - 1 - anticipation. Cells in which no control exists are left out. No propensity score: with five treated areas
    it cannot be estimated.

    References
    ----------
    Callaway and Sant'Anna (2021), J. Econometrics 225(2), eq. 2.8 (outcome regression) and section 4; the influence function of
    outcome regression follows Sant'Anna and Zhao (2020), J. Econometrics 219(1), eq. 3.2.
    """
    n_units, n_periods = outcomes.shape
    unit = np.ones(n_units) if weights is None else weights / weights.mean()
    X = np.ones((n_units, 1)) if covariates is None else np.column_stack([np.ones(n_units), covariates])
    cells = []
    for cohort in np.unique(first[first < n_periods]):
        for period, reference in comparison_periods(int(cohort), n_periods, base, anticipation):
            controls = _controls(first, int(cohort), max(period, reference) + anticipation, n_periods, control)
            if controls.any():
                change = outcomes[:, period] - outcomes[:, reference]
                cells.append((cohort, period, *att_cell(change, first == cohort, controls, X, unit)))
    cohorts, periods, estimates, influence = zip(*cells, strict=True)
    return GroupTimeEffects(
        np.array(cohorts), np.array(periods), np.array(estimates), np.column_stack(influence), first, unit, n_periods
    )


def comparison_periods(cohort: int, n_periods: int, base: Base, anticipation: int) -> list[tuple[int, int]]:
    """Return (period, reference) for every cell of a cohort; the reference itself is a cell only with a universal base.

    Parameters
    ----------
    cohort : int
        Column in which the cohort starts.
    n_periods : int
        T, the number of columns.
    base : {"varying", "universal"}
        Compare with the period before, or always with the last one before the start.
    anticipation : int
        Periods just before a start that are left out, because units may react early.

    Examples
    --------
    >>> comparison_periods(2, 4, "varying", 0)
    [(1, 0), (2, 1), (3, 1)]
    >>> comparison_periods(2, 4, "universal", 0)
    [(0, 1), (2, 1), (3, 1)]
    """
    last_before = cohort - 1 - anticipation
    if last_before < 0:
        return []
    if base == "universal":
        return [(period, last_before) for period in range(n_periods) if period != last_before]
    return [(period, last_before if period > last_before else period - 1) for period in range(1, n_periods)]


def att_cell(
    change: FloatArray, treated: BoolArray, controls: BoolArray, X: FloatArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return the effect in one cell and its influence function (N,), by outcome regression of the change of the controls.

    With a constant as only regressor this is the difference of two (weighted) means.

    Parameters
    ----------
    change : (N,) array
        Change of each unit from the reference period.
    treated : (N,) array of bool
        The cohort.
    controls : (N,) array of bool
        Its comparison.
    X : (N, P) array
        Regressors, a constant among them.
    weights : (N,) array
        Weight of each unit.
    """
    n_units = len(change)
    D, C = treated * weights, controls * weights
    XtX = (X * C[:, None]).T @ X / n_units
    beta = np.linalg.solve(XtX, X.T @ (C * change) / n_units)
    residual = change - X @ beta
    share = D.mean()
    estimate = float((D * residual).sum() / D.sum())
    mean_x = X.T @ D / n_units
    from_regression = (X * (C * residual)[:, None]) @ np.linalg.solve(XtX, mean_x)
    return estimate, (D * (residual - estimate) - from_regression) / share


def estimate_callaway_santanna(
    outcomes: FloatArray,
    first: IntArray,
    *,
    weights: FloatArray | None = None,
    anticipation: int = 0,
    control: Control = "never",
) -> float:
    """Return the simple aggregation for a matrix and first treated columns (see ``panel.Estimator``), without the variance.

    The mean over all treated unit-periods of ATT(g, t), g <= t.

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
    control : {"never", "not_yet"}
        Whether later starters serve as comparison until they start.
    """
    n_periods = outcomes.shape[1]
    unit = np.ones(len(outcomes)) if weights is None else weights
    total = mass = 0.0
    for cohort in np.unique(first[first < n_periods]):
        changes = outcomes[:, cohort:] - outcomes[:, [cohort - 1 - anticipation]]
        members = first == cohort
        treated = np.average(changes[members], axis=0, weights=unit[members])
        periods = np.arange(cohort, n_periods)
        pool = _pool(first, cohort, periods + anticipation, n_periods, control) * unit[:, None]
        expected = (pool * changes).sum(axis=0) / pool.sum(axis=0)
        total += unit[members].sum() * (treated - expected).sum()
        mass += unit[members].sum() * len(periods)
    return float(total / mass)


def _pool(first: IntArray, cohort: int, until: IntArray, n_periods: int, control: Control) -> BoolArray:
    """Return the (N, P) mask of controls for each of the P periods."""
    never = (first == n_periods)[:, None]
    if control == "never":
        return np.repeat(never, len(until), axis=1)
    return never | ((first[:, None] > until) & (first != cohort)[:, None])


def _controls(first: IntArray, cohort: int, until: int, n_periods: int, control: Control) -> BoolArray:
    return _pool(first, cohort, np.array([until]), n_periods, control)[:, 0]
