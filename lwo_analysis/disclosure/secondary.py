"""The second step: hide as little more as makes every secret amount unknowable again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lwo_analysis.disclosure.attack import SLACK, consistent_point, is_safe, possible_range, tied_cells
from lwo_analysis.disclosure.cells import CellSystem


@dataclass(frozen=True)
class Pattern:
    """Which amounts are hidden beside the secret ones.

    Attributes
    ----------
    hidden : ndarray of bool, shape (cells,)
        Secret, unknown and additionally hidden amounts.
    protects : dict of int to int
        For each additionally hidden amount the secret one that it was hidden for.
    """

    hidden: np.ndarray
    protects: dict[int, int]


def complementary_pattern(system: CellSystem) -> Pattern:
    """Return which further amounts must be hidden so that no secret amount can be worked out.

    Parameters
    ----------
    system : CellSystem
        Amounts, sums, and what is secret.

    Returns
    -------
    Pattern
        The same for the same input. Not always the smallest one: finding that is a hard problem.

    Notes
    -----
    For each secret amount x_k whose possible range is too narrow, the cheapest change y of the amounts is sought that keeps every
    sum (A y = 0), stays within what a reader thinks possible, and moves x_k up, then down, by what is lacking: min Σ c_i |y_i|,
    where what is hidden already costs nothing. The amounts that y moves are hidden; x and x + y are then equally possible.
    Afterwards each additional amount is shown again when all secrets stay safe without it, the dearest first.

    References
    ----------
    Kelly, Golden and Assad (1992), Cell suppression: disclosure protection for sensitive tabular data, Networks 22, 397-417;
    Fischetti and Salazar (2000), Models and algorithms for optimizing cell suppression, Management Science 46.
    """
    hidden = np.isnan(system.amounts) | system.is_secret
    protects: dict[int, int] = {}
    for members in _components_with_secrets(system, hidden):
        part = _part(system, members)
        found = _pattern_of_component(part, hidden[members])
        hidden[members] = found.hidden
        protects |= {int(members[cell]): int(members[secret]) for cell, secret in found.protects.items()}
    return Pattern(hidden, protects)


def exposed_cells(system: CellSystem, hidden: np.ndarray) -> dict[int, tuple[float, float]]:
    """Return the secret amounts that a reader can work out too closely, with the ends of their possible range.

    Parameters
    ----------
    system : CellSystem
        Amounts, bounds, and the sums that tie them.
    hidden : (n,) array of bool
        Amounts that are not shown.
    """
    exposed = {}
    for members in _components_with_secrets(system, hidden):
        part = _part(system, members)
        point, unseen = consistent_point(part), hidden[members]
        for cell in map(int, np.flatnonzero(part.is_secret)):
            found = possible_range(part, point, unseen, cell)
            if not is_safe(part, cell, found):
                exposed[int(members[cell])] = (found.lowest, found.highest)
    return exposed


def _components_with_secrets(system: CellSystem, hidden: np.ndarray) -> list[np.ndarray]:
    """Return the groups of amounts that sums tie to a secret one, in a fixed order."""
    n_sums, n_cells = system.relations.shape
    links = coo_array(system.relations)
    graph = coo_array((np.ones(links.nnz), (links.row, n_sums + links.col)), shape=(n_sums + n_cells, n_sums + n_cells))
    count, label = connected_components(graph, directed=False)
    label = label[n_sums:]
    wanted = np.unique(label[system.is_secret & hidden])
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(count + 1))
    groups = [order[starts[name] : starts[name + 1]] for name in wanted]
    return [members for members in groups if len(members) > 1]


def _part(system: CellSystem, members: np.ndarray) -> CellSystem:
    chosen_columns: Any = system.relations[:, members]
    columns = chosen_columns.toarray()
    chosen = {
        name: getattr(system, name)[members]
        for name in ("amounts", "lower", "upper", "is_secret", "width", "relative_width", "costs")
    }
    return replace(
        system,
        **chosen,
        names=tuple(system.names[index] for index in members),
        publishers=tuple(system.publishers[index] for index in members),
        relations=columns[columns.any(axis=1)],
        sides=system.sides[columns.any(axis=1)],
    )


def _pattern_of_component(system: CellSystem, hidden: np.ndarray) -> Pattern:
    point, unseen = consistent_point(system), hidden.copy()
    protects: dict[int, int] = {}
    for cell in map(int, np.flatnonzero(system.is_secret)):
        if is_safe(system, cell, possible_range(system, point, unseen, cell)):
            continue
        for partner in _partners(system, point, unseen, cell):
            unseen[partner] = True
            protects[int(partner)] = int(cell)
        if not is_safe(system, cell, possible_range(system, point, unseen, cell)):
            everything = np.flatnonzero(~unseen & np.isfinite(system.costs))
            unseen[everything] = True
            protects |= dict.fromkeys(map(int, everything), int(cell))
    return _thinned(system, point, Pattern(unseen, protects))


def _partners(system: CellSystem, point: np.ndarray, hidden: np.ndarray, cell: int) -> np.ndarray:
    """Return the shown amounts that must be hidden to move a secret one as far as its rule asks."""
    needed = max(system.width[cell], 1.25 * system.relative_width[cell] * abs(point[cell]))
    up = min(needed, system.upper[cell] - point[cell])
    moved = _cheapest_change(system, point, hidden, cell, up) if up > SLACK else np.zeros(len(point), dtype=bool)
    down = min(needed - up, point[cell] - system.lower[cell])
    if down > SLACK:
        moved = moved | _cheapest_change(system, point, hidden | moved, cell, -down)
    return np.flatnonzero(moved & ~hidden)


def _cheapest_change(system: CellSystem, point: np.ndarray, hidden: np.ndarray, cell: int, step: float) -> np.ndarray:
    """Return which amounts move in the cheapest change that keeps every sum and moves one amount by a step."""
    cost = np.where(hidden, 0.0, system.costs)
    can_move = np.isfinite(cost)
    up = np.where(can_move, np.maximum(system.upper - point, 0.0), 0.0)
    down = np.where(can_move, np.maximum(point - system.lower, 0.0), 0.0)
    up[cell], down[cell] = max(step, 0.0), max(-step, 0.0)
    lowest = np.zeros(2 * len(point))
    lowest[[cell, len(point) + cell]] = up[cell], down[cell]
    paid = np.where(can_move, cost, 0.0)
    solved = linprog(
        np.concatenate([paid, paid]),
        A_eq=np.hstack([system.relations, -system.relations]),
        b_eq=np.zeros(system.relations.shape[0]),
        bounds=np.column_stack([lowest, np.concatenate([up, down])]),
        method="highs",
    )
    if solved.status != 0:
        return np.zeros(len(point), dtype=bool)
    return np.abs(solved.x[: len(point)] - solved.x[len(point) :]) > SLACK


def _thinned(system: CellSystem, point: np.ndarray, pattern: Pattern) -> Pattern:
    """Show additional amounts again, the dearest first, as long as every secret stays safe."""
    hidden, protects = pattern.hidden.copy(), dict(pattern.protects)
    if len(protects) < 2:
        return pattern
    for cell in sorted(protects, key=lambda index: -system.costs[index]):
        tied = tied_cells(system.relations, hidden, cell)
        secrets = [int(secret) for secret in tied[system.is_secret[tied]]]
        hidden[cell] = False
        if all(is_safe(system, secret, possible_range(system, point, hidden, secret)) for secret in secrets):
            del protects[cell]
        else:
            hidden[cell] = True
    return Pattern(hidden, protects)
