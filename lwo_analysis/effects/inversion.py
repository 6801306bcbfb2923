"""From a test to a confidence set: the values of the effect that the test does not reject."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

MAX_WIDENINGS = 14


def accepted_interval(
    accepted: Callable[[np.ndarray], np.ndarray], centre: float, scale: float, *, points: int = 61, tolerance: float = 1e-4
) -> tuple[float, float]:
    """Return the smallest interval that holds every value the test accepts.

    Use it for a test whose rejections lie outside one region. A hole inside the region is not reported.

    Parameters
    ----------
    accepted : callable
        Takes a vector of effects, in outcome units, and returns a mask of the same length.
    centre, scale : float
        Where the search starts and its yardstick, in outcome units; ``scale > 0``. The first range is ``centre ± 10 scale``; it
        doubles until both of its ends are rejected and shrinks when nothing is accepted.
    points : int
        Size of the grid within a range.
    tolerance : float
        Precision of the two edges, in units of ``scale``.

    Returns
    -------
    tuple of float
        Lower and upper end in outcome units; an end that stays accepted is infinite; both are NaN when everything is rejected.
    """
    half = 10 * scale
    for _ in range(MAX_WIDENINGS):
        grid = np.linspace(centre - half, centre + half, points)
        inside = accepted(grid)
        if inside.any() and not (inside[0] or inside[-1]):
            break
        half *= 2 if inside.any() else 0.25
    if not inside.any():
        return np.nan, np.nan
    first, last = np.flatnonzero(inside)[[0, -1]]
    lower = -np.inf if first == 0 else _edge(accepted, grid[first - 1], grid[first], tolerance * scale)
    upper = np.inf if last == points - 1 else _edge(accepted, grid[last + 1], grid[last], tolerance * scale)
    return lower, upper


def _edge(accepted: Callable[[np.ndarray], np.ndarray], outside: float, inside: float, tolerance: float) -> float:
    """Return an accepted value within ``tolerance`` of the edge between a rejected and an accepted value."""
    # Below the spacing of floating-point numbers an edge cannot be refined further.
    while abs(inside - outside) > max(tolerance, 8 * np.spacing(max(abs(inside), abs(outside)))):
        inner = np.linspace(outside, inside, 6)[1:-1]
        mask = accepted(inner)
        first = int(np.argmax(mask)) if mask.any() else len(inner)
        ladder = np.concatenate([[outside], inner, [inside]])
        outside, inside = ladder[first], ladder[first + 1]
    return float(inside)
