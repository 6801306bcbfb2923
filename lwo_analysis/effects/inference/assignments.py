"""Which areas stand in for the treated ones: every choice when there are few, seeded draws when there are many."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from lwo_analysis.effects.panel import IntArray

EXHAUSTIVE_LIMIT = 20_000


@dataclass(frozen=True)
class Assignments:
    """Placebo treatments.

    Attributes
    ----------
    rows : ndarray of int, shape (R, n_treated)
        Row r holds the units that take the place of treated unit 1, 2, ...; the actual assignment is among them.
    exhaustive : bool
        Whether every possible assignment is there.
    """

    rows: IntArray
    exhaustive: bool


def placebo_assignments(
    candidates: IntArray,
    treated: IntArray,
    *,
    exchangeable: bool,
    draws: int = 999,
    rng: np.random.Generator | None = None,
    limit: int = EXHAUSTIVE_LIMIT,
) -> Assignments:
    """Return all assignments of the treated places to candidates, or the actual one and ``draws`` random ones.

    Parameters
    ----------
    candidates : ndarray of int, shape (n_candidates,)
        Units that may be drawn; includes the treated ones, because under the null they are like the others.
    treated : ndarray of int, shape (n_treated,)
        The actual assignment.
    exchangeable : bool
        True when the order does not matter (one common start, same size, same weight); then only sets are enumerated.
    draws : int
        Random assignments when there are more than ``limit`` possible ones.
    rng : numpy.random.Generator, optional
        ``default_rng(0)`` when left out.
    limit : int
        Largest number of assignments that is enumerated.

    Returns
    -------
    Assignments

    Examples
    --------
    >>> placebo_assignments(np.arange(4), np.array([0, 1]), exchangeable=True).rows.shape
    (6, 2)
    >>> placebo_assignments(np.arange(4), np.array([0, 1]), exchangeable=False).rows.shape
    (12, 2)
    """
    size, places = len(candidates), len(treated)
    possible = math.comb(size, places) if exchangeable else math.perm(size, places)
    if possible <= limit:
        choose = itertools.combinations if exchangeable else itertools.permutations
        return Assignments(np.array(list(choose(candidates.tolist(), places)), dtype=np.int64), True)
    generator = np.random.default_rng(0) if rng is None else rng
    return Assignments(np.vstack([treated, candidates[_distinct(generator, size, places, draws)]]), False)


def actual_first(assignments: Assignments, treated: IntArray) -> IntArray:
    """Return the rows with the actual assignment in row 0; random draws that happen to equal it are kept.

    Leaving those out would make p-values a little too small: they are ties.

    Parameters
    ----------
    assignments : Assignments
        Rows of units that could have been treated.
    treated : (n,) array of int
        The rows that were treated.
    """
    if not assignments.exhaustive:
        return assignments.rows
    others = assignments.rows[(assignments.rows != treated).any(axis=1)]
    return np.vstack([treated, others])


def _distinct(rng: np.random.Generator, size: int, places: int, draws: int) -> IntArray:
    """Return ``draws`` ordered samples without replacement from range(size), each equally likely."""
    if places > size // 4:
        return rng.permuted(np.tile(np.arange(size), (draws, 1)), axis=1)[:, :places]
    rows = rng.integers(0, size, (draws, places))
    repeated = _has_repeats(rows)
    while repeated.any():
        rows[repeated] = rng.integers(0, size, (int(repeated.sum()), places))
        repeated = _has_repeats(rows)
    return rows


def _has_repeats(rows: IntArray) -> np.ndarray:
    return (np.diff(np.sort(rows, axis=1), axis=1) == 0).any(axis=1)
