"""What a reader can work out: the smallest and largest value that a hidden amount can have, given all that is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from lwo_analysis.disclosure.cells import CellSystem

SLACK = 1e-6
"""Differences smaller than this are solver noise, relative to amounts of one person."""


@dataclass(frozen=True)
class Range:
    """The values that an amount can have; an end that nothing bounds is infinite.

    Attributes
    ----------
    lowest, highest : float
        Its ends.
    """

    lowest: float
    highest: float

    @property
    def width(self) -> float:
        """How far apart the ends are."""
        return self.highest - self.lowest


def possible_range(system: CellSystem, point: np.ndarray, hidden: np.ndarray, cell: int) -> Range:
    """Return what a reader can conclude about one hidden amount.

    Parameters
    ----------
    system : CellSystem
        A part of a table, with its sums as an ndarray.
    point : ndarray, shape (cells,)
        Amounts that satisfy what is published, from `consistent_point`.
    hidden : ndarray of bool, shape (cells,)
        Amounts that the reader does not see.
    cell : int
        The hidden amount.

    Notes
    -----
    Two linear programmes over the hidden amounts x: min and max of x_k subject to A x = A x0 and lower <= x <= upper. A count is
    whole, so the true range may be a little narrower; sums of areas have whole corners, and then it is the same.
    """
    free = tied_cells(system.relations, hidden, cell)
    sums = system.relations[:, free]
    sums = sums[sums.any(axis=1)]
    bounds = np.column_stack([np.minimum(system.lower[free], point[free]), np.maximum(system.upper[free], point[free])])
    objective = (free == cell).astype(float)
    if not len(sums):
        own = bounds[int(objective.argmax())]
        return Range(float(own[0]), float(own[1]))
    total = sums @ point[free]
    ends = [_optimum(sign * objective, sums, total, bounds) for sign in (1.0, -1.0)]
    return Range(ends[0], -ends[1])


def is_safe(system: CellSystem, cell: int, found: Range) -> bool:
    """Return whether a hidden amount stays as unknown as its rule asks.

    Parameters
    ----------
    system : CellSystem
        Amounts, bounds, and the sums that tie them.
    cell : int
        Place of the amount.
    found : Range
        The values that it can have.
    """
    size = max(abs(found.lowest), abs(found.highest))
    needed = system.width[cell] if np.isinf(size) else max(system.width[cell], system.relative_width[cell] * size)
    return bool(found.width >= needed - SLACK * max(1.0, needed))


def consistent_point(system: CellSystem) -> np.ndarray:
    """Return amounts for every cell: the published ones, and for the others values that fit the sums as well as they can.

    Parameters
    ----------
    system : CellSystem
        Amounts, bounds, and the sums that tie them.

    Notes
    -----
    Minimises the sum of absolute deviations from the sums within the bounds; what remains is the provider's rounding.
    """
    known = ~np.isnan(system.amounts)
    point = np.where(known, system.amounts, 0.0)
    free = np.flatnonzero(~known)
    sums = system.relations[:, free]
    used = np.flatnonzero(sums.any(axis=1))
    if not len(used):
        point[free] = np.clip(0.0, system.lower[free], system.upper[free])
        return point
    unit = np.eye(len(used))
    table = np.hstack([sums[used], unit, -unit])
    objective = np.concatenate([np.zeros(len(free)), np.ones(2 * len(used))])
    bounds = [*zip(system.lower[free], system.upper[free], strict=True), *[(0.0, np.inf)] * (2 * len(used))]
    solved = linprog(
        objective, A_eq=table, b_eq=system.sides[used] - system.relations[used] @ point, bounds=bounds, method="highs"
    )
    point[free] = solved.x[: len(free)]
    return point


def tied_cells(relations: np.ndarray, hidden: np.ndarray, cell: int) -> np.ndarray:
    """Return the hidden amounts that sums tie to one of them, over hidden amounts alone: what is published passes nothing on.

    Parameters
    ----------
    relations : (m, n) array
        One row per sum, with 1 and -1 where an amount takes part.
    hidden : (n,) array of bool
        Amounts that are not shown.
    cell : int
        Place of the amount.
    """
    touches = (relations != 0) & hidden
    reached = np.zeros(len(hidden), dtype=bool)
    reached[cell], size = True, 0
    while size < (size := int(reached.sum())):
        reached |= touches[touches[:, reached].any(axis=1)].any(axis=0)
    return np.flatnonzero(reached)


def _optimum(objective: np.ndarray, sums: np.ndarray, total: np.ndarray, bounds: np.ndarray) -> float:
    solved = linprog(objective, A_eq=sums, b_eq=total, bounds=bounds, method="highs")
    if solved.status == 4:  # the first pass of the solver cannot tell "no bound" from "no solution"
        solved = linprog(objective, A_eq=sums, b_eq=total, bounds=bounds, method="highs", options={"presolve": False})
    # Status 3: the objective has no bound. Any other failure leaves the amount unprotected, which hides more, never less.
    return float(solved.fun) if solved.status == 0 else (-np.inf if solved.status == 3 else 0.0)
