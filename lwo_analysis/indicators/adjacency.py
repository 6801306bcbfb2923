"""Which regions lie next to each other, by the length of the border that they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Rings = Iterable[Iterable[FloatArray]]
Edge = tuple[tuple[float, float], tuple[float, float]]

BORDER_COLUMNS: tuple[str, ...] = ("code", "neighbour", "metres")
DECIMALS = 7
"""Coordinates are compared to this many decimals of a degree, about a centimetre."""
LEAST_METRES = 100.0
"""Regions that share less than this touch at a corner; simplified outlines give such slivers."""
EARTH_RADIUS = 6_371_009.0


@dataclass(frozen=True)
class Adjacency:
    """The borders between regions.

    Attributes
    ----------
    borders : DataFrame
        Columns `BORDER_COLUMNS`, sorted: every pair twice, once from each side.
    """

    borders: pd.DataFrame

    def neighbours(self, code: str, *, least_metres: float = LEAST_METRES) -> tuple[str, ...]:
        """Return the regions that share at least so many metres of border with a region."""
        near = self.borders[self.borders["code"].eq(code) & self.borders["metres"].ge(least_metres)]
        return tuple(near["neighbour"])

    def ring(self, codes: Collection[str], *, least_metres: float = LEAST_METRES) -> tuple[str, ...]:
        """Return the regions around a group of regions: next to one of them, and not one of them.

        Notes
        -----
        ring(S) = (union of N(s), s in S) minus S, with N the neighbours by shared border.
        """
        around = {near for code in codes for near in self.neighbours(code, least_metres=least_metres)}
        return tuple(sorted(around - set(codes)))


def find_borders(polygons: Mapping[str, Rings]) -> Adjacency:
    """Return which regions share a border, and how much of it.

    Use it on outlines that were drawn together, such as one file of the provider. Not for outlines of two files: their points
    differ, and no border is found.

    Parameters
    ----------
    polygons : mapping of str to iterable of polygons
        By code; a polygon is its rings, a ring an (n, 2) array of longitude and latitude in degrees with its first point again at
        the end. Not changed.

    Returns
    -------
    Adjacency
        Lengths in metres, 0 or more. Regions without a neighbour have no row.

    Notes
    -----
    A stretch between two points is shared when both regions have it, in either direction. Length of a stretch:
    R sqrt((dlon cos(lat))^2 + dlat^2), with lat its middle; over a few kilometres the error is below 0.1%. Assumes that
    neighbours have the same points on their border (checked by nobody: outlines that were simplified one by one do not).

    Examples
    --------
    >>> west = np.array([[5.0, 53.0], [5.0, 53.1], [5.1, 53.1], [5.1, 53.0], [5.0, 53.0]])
    >>> east = west + [0.1, 0.0]
    >>> find_borders({"west": [[west]], "east": [[east]]}).neighbours("west")
    ('east',)
    """
    owners: defaultdict[Edge, set[str]] = defaultdict(set)
    for code, parts in polygons.items():
        for edge in _edges(parts):
            owners[edge].add(code)
    metres: defaultdict[tuple[str, str], float] = defaultdict(float)
    for edge, codes in owners.items():
        for code in codes:
            for neighbour in codes - {code}:
                metres[code, neighbour] += _metres(edge)
    rows = [(code, neighbour, length) for (code, neighbour), length in sorted(metres.items())]
    return Adjacency(pd.DataFrame(rows, columns=list(BORDER_COLUMNS)))


def outer_border(polygons: Iterable[Rings]) -> list[FloatArray]:
    """Return the border around a group of regions as stretches: (2, 2) arrays that only one of the regions has.

    Parameters
    ----------
    polygons : iterable
        Of each region its polygons, as in :func:`find_borders`.
    """
    counted: defaultdict[Edge, int] = defaultdict(int)
    for parts in polygons:
        for edge in _edges(parts):
            counted[edge] += 1
    return [np.array(edge) for edge, count in sorted(counted.items()) if count == 1]


def surface(parts: Rings) -> float:
    """Return the surface of a region in square kilometres, its holes left out.

    Parameters
    ----------
    parts : Rings
        Outlines of a region in degrees: an outer ring and its holes, per part.

    Notes
    -----
    Shoelace formula: A = |sum(x_i y_i+1 - x_i+1 y_i)| / 2 on (R lon cos(lat_0), R lat), with lat_0 the mean latitude of the ring.
    """
    return sum(_ring_surface(ring) * (1 if place == 0 else -1) for rings in parts for place, ring in enumerate(rings))


def _edges(parts: Rings) -> set[Edge]:
    rounded = [np.round(np.asarray(ring), DECIMALS) for rings in parts for ring in rings]
    pairs = (sorted(map(tuple, pair.tolist())) for ring in rounded for pair in np.stack([ring[:-1], ring[1:]], axis=1))
    return {(first, last) for first, last in pairs if first != last}


def _metres(edge: Edge) -> float:
    (lon, lat), (other_lon, other_lat) = edge
    middle = np.radians((lat + other_lat) / 2)
    east, north = np.radians(other_lon - lon) * np.cos(middle), np.radians(other_lat - lat)
    return float(EARTH_RADIUS * np.hypot(east, north))


def _ring_surface(ring: FloatArray) -> float:
    east = np.radians(ring[:, 0]) * np.cos(np.radians(ring[:, 1].mean()))
    north = np.radians(ring[:, 1])
    twice = np.sum(east[:-1] * north[1:] - east[1:] * north[:-1])
    return float(abs(twice) / 2 * EARTH_RADIUS**2 / 1e6)
