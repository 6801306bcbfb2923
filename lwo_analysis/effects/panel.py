"""From a panel in rows to the balanced matrix that every estimator works on, with every check a panel must pass first.

The contract for anything that re-estimates many times (placebos, permutations, power) is :data:`Estimator`: a function of the
outcome matrix and of the first treated column of each unit. A placebo assignment is another vector of first treated columns; the
outcomes stay where they are, so nothing is copied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lwo_analysis.effects import panel_checks as check
from lwo_analysis.effects import start_checks as start_check
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.errors import DesignError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

Estimator = Callable[[FloatArray, IntArray], float]
"""``estimate(outcomes, first) -> effect``.

``outcomes`` is N x T without missing values. ``first`` is an N-vector: the column in which the unit is treated for the
first time, and T for a unit that is not treated inside the window. The estimate is in the unit of the outcome; positive means
that the outcome is higher because of the treatment. Other settings (anticipation, weights per row, ridge) are bound beforehand
with ``functools.partial``.
"""


@dataclass(frozen=True, eq=False)
class OutcomeMatrix:
    """A balanced panel as a matrix; rows are units in sorted order, columns are consecutive periods.

    Parameters
    ----------
    outcomes : (N, T) array
        Outcome, no missing values.
    first : (N,) array of int
        First treated column; T for units that are not treated inside the window.
    units : tuple of str
        N unit labels.
    times : (T,) array
        Periods, equally spaced.
    population : (N,) array or None
        Mean number of people over the window; None when the panel has no such column.
    weights : (N,) array
        Weight of each unit when areas are averaged (ones for ``weights="equal"``), mean 1.
    notes : tuple of str
        What was left out or reinterpreted on the way, counted.
    design_id : str
        Identity of the design that was applied.
    frozen_before_data : bool or None
        Whether the design was frozen before the vintage of the treated outcomes; None when either date is unknown.
    """

    outcomes: FloatArray
    first: IntArray
    units: tuple[str, ...]
    times: npt.NDArray[Any]
    population: FloatArray | None
    weights: FloatArray
    notes: tuple[str, ...]
    design_id: str
    frozen_before_data: bool | None

    @property
    def n_periods(self) -> int:
        """Return T."""
        return self.outcomes.shape[1]

    @property
    def treated(self) -> BoolArray:
        """Return the mask of units that are treated inside the window."""
        return self.first < self.n_periods

    @property
    def cohorts(self) -> IntArray:
        """Return the distinct first treated columns, ascending."""
        return np.unique(self.first[self.treated])

    def subset(self, keep: BoolArray) -> OutcomeMatrix:
        """Return the same panel with only the units in ``keep`` (a mask of length N)."""
        population = None if self.population is None else self.population[keep]
        units = tuple(np.array(self.units, dtype=object)[keep])
        return OutcomeMatrix(
            self.outcomes[keep],
            self.first[keep],
            units,
            self.times,
            population,
            self.weights[keep],
            self.notes,
            self.design_id,
            self.frozen_before_data,
        )


@dataclass(frozen=True, eq=False)
class Collapsed:
    """One number per unit: the mean after minus the mean before the common start.

    Parameters
    ----------
    difference : (N,) array
        Mean outcome in the treated columns minus mean outcome in the columns before, in the unit of the outcome.
    treated : (N,) array of bool
        Treated units.
    population, weights : (N,) array or None, (N,) array
        As in :class:`OutcomeMatrix`.
    units : tuple of str
        Labels.
    """

    difference: FloatArray
    treated: BoolArray
    population: FloatArray | None
    weights: FloatArray
    units: tuple[str, ...]


def to_matrix(panel: pd.DataFrame, design: Design | FrozenDesign, *, need_controls: bool = True) -> OutcomeMatrix:
    """Return the checked, balanced outcome matrix of a panel.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; never changed. Columns ``origin``, ``status`` and ``vintage`` are used when present.
    design : Design or FrozenDesign
        Names of the columns and the choices.
    need_controls : bool
        False for methods that look at the treated units only (interrupted time series).

    Raises
    ------
    DesignError
        Absent columns, modelled outcomes, duplicate rows, treatment that switches off, treated before the window, no untreated
        units, untreated units that a related programme treats or that anticipate a start after the window, gaps, infinite
        outcomes, outcomes that are suppressed in treated areas, an outcome
        that never varies, too few periods before the first start.

    Notes
    -----
    A start after the last period leaves the unit untreated inside the window, and is noted. A panel in which *no* treated
    unit has been treated yet passes (``treated`` is empty): that is "too early", an answer and not a mistake.
    """
    design, frozen = split_frozen(design)
    check.columns(panel, design)
    rows = check.inside_window(panel, design)
    check.origin(rows)
    check.duplicates(rows, design)
    start = start_check.start_per_unit(rows, design)
    start_check.treated_set(start, design)
    start_check.controls_are_untreated(start, design)
    wide, start, notes = check.balanced(rows, start, design)
    times = wide.columns.to_numpy()
    first = first_treated_columns(start.to_numpy(dtype=float), times)
    start_check.timing(start, times, first, design, need_controls=need_controls)
    start_check.anticipated(start, times, design)
    check.varies(wide, design)
    population = check.mean_per_unit(rows, wide.index, design.population, design)
    return OutcomeMatrix(
        outcomes=wide.to_numpy(dtype=float),
        first=first,
        units=tuple(str(unit) for unit in wide.index.to_numpy(dtype=object)),
        times=times,
        population=population,
        weights=_unit_weights(rows, wide.index, design),
        notes=notes + start_check.late_starts(start, times),
        design_id=design.id,
        frozen_before_data=_frozen_before_data(rows, design, frozen),
    )


def first_treated_columns(start: FloatArray, times: npt.NDArray[Any]) -> IntArray:
    """Return per unit the first column at or after its start, and T when there is none (also for a missing start).

    Parameters
    ----------
    start : Series
        First treated period by unit; missing for a unit that never starts.
    times : (T,) array
        The periods, in order.

    Examples
    --------
    >>> first_treated_columns(np.array([2022.0, np.nan, 2031.0]), np.array([2021, 2022, 2023])).tolist()
    [1, 3, 3]
    """
    filled = np.where(np.isnan(start), np.inf, start)
    return np.searchsorted(np.asarray(times, dtype=float), filled, side="left").astype(np.int64)


def common_start(first: IntArray, n_periods: int) -> int:
    """Return the one column in which all treated units start.

    Parameters
    ----------
    first : (N,) array of int
        First treated column of each unit; T for a unit that is never treated.
    n_periods : int
        T, the number of columns.

    Raises
    ------
    DesignError
        When no unit is treated, or when the units start in different columns.
    """
    starts = np.unique(first[first < n_periods])
    if len(starts) != 1:
        raise DesignError(
            "start of treatment",
            expected="one common start",
            found=f"{len(starts)} different starts",
            remedy="use an estimator for staggered starts (Callaway-Sant'Anna, synthetic difference in differences)",
        )
    return int(starts[0])


def collapse(matrix: OutcomeMatrix, *, anticipation: int = 0) -> Collapsed:
    """Return the after-minus-before difference of every unit (common start only).

    For a common start the difference-in-differences estimate is the difference of two means of these numbers, exactly; this is
    what makes permutation inference fast. Not for staggered starts.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    anticipation : int
        Periods just before a start that are left out, because units may react early.

    Raises
    ------
    DesignError
        When the units start in different periods.
    """
    start = common_start(matrix.first, matrix.n_periods)
    before = matrix.outcomes[:, : start - anticipation].mean(axis=1)
    after = matrix.outcomes[:, start:].mean(axis=1)
    return Collapsed(after - before, matrix.treated, matrix.population, matrix.weights, matrix.units)


def starts_from_treatment(panel: pd.DataFrame, *, unit_col: str, time_col: str, treated_col: str) -> pd.Series:
    """Return for each row the first treated period of its unit, from a 0/1 column (missing when never treated).

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period.
    unit_col : str
        Column of the units.
    time_col : str
        Column of the periods.
    treated_col : str
        Column with 1 from the start on, 0 before.

    Raises
    ------
    DesignError
        When the treatment of a unit switches off again: then "before" and "after" are not defined.
    """
    ordered = panel.sort_values([unit_col, time_col])
    switched_off = ordered.groupby(unit_col)[treated_col].diff() < 0
    if switched_off.any():
        units = sorted(ordered.loc[switched_off, unit_col].astype(str).unique())
        raise DesignError(
            f"column {treated_col}",
            expected="a treatment that stays on once it has started",
            found=f"it switches off in {check.few(units)}",
            remedy="end the window of those units before that, or leave them out with a reason",
        )
    treated_times = panel[time_col].where(panel[treated_col].astype(bool))
    return treated_times.groupby(panel[unit_col]).transform("min").rename("start")


def _unit_weights(rows: pd.DataFrame, units: pd.Index, design: Design) -> FloatArray:
    if design.weights == "equal":
        return np.ones(len(units))
    column = design.population if design.weights == "population" else design.weights
    people = check.mean_per_unit(rows, units, column, design)
    if people is None:
        raise DesignError(
            "design.weights", expected=f"a column {column!r}", found="none", remedy="add it, or weigh areas equally"
        )
    return people / people.mean()


def _frozen_before_data(rows: pd.DataFrame, design: Design, frozen: FrozenDesign | None) -> bool | None:
    """Compare the date of freezing with the oldest vintage among treated outcomes: those decide the answer."""
    if frozen is None or "vintage" not in rows:
        return None
    vintages = pd.to_datetime(rows.loc[rows[design.time] >= rows[design.start], "vintage"], format="ISO8601")
    if vintages.isna().all():
        return None
    oldest: dt.date = vintages.min().date()
    # One missing vintage may be older than all others: then "before" is not known, while "after" still is.
    return None if frozen.date < oldest and vintages.isna().any() else frozen.date < oldest
