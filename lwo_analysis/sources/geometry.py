"""Outlines of wijken and municipalities as the provider draws them: GeoJSON, in degrees, of the boundaries of one year."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lwo_analysis.catalogue.areas import region_meanings
from lwo_analysis.errors import InputError, RecycledCodeError
from lwo_analysis.paths import raw_folder
from lwo_analysis.provenance import CARD_NAME, SourceCard, read_card

FloatArray = NDArray[np.float64]
Polygon = tuple[FloatArray, ...]

SOURCE_ID = "wijk-outlines"
PUBLISHABLE_LEVELS = ("GM", "WK")
"""Municipality and wijk; smaller regions are never read, so that nothing can be drawn of them."""
LONGITUDES, LATITUDES = (3.0, 7.5), (50.5, 54.0)
"""Degrees between which the Netherlands lies; metres (Rijksdriehoek) fall outside."""
LEAST_POINTS = 4
_CODE = re.compile(r"(?:GM\d{4}|WK\d{6})\Z")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, eq=False)
class Outline:
    """One region.

    Attributes
    ----------
    code, name : str
        Its code and name in the year of the boundaries.
    polygons : tuple of tuple of (n, 2) array
        Each polygon is an outer ring and its holes; a ring holds longitude and latitude in degrees, its last point is its first.
        None when simplification left the region without surface.
    """

    code: str
    name: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, eq=False)
class Outlines:
    """The regions of one file.

    Attributes
    ----------
    boundary_year : int
        The year of the boundaries.
    regions : dict of str to Outline
        By code.
    collapsed : int
        Rings left out because simplification left them without surface: fewer than four points.
    card : SourceCard or None
        None before the file is imported.
    """

    boundary_year: int
    regions: dict[str, Outline]
    collapsed: int = 0
    card: SourceCard | None = None

    def of_municipality(self, code: str) -> dict[str, Outline]:
        """Return the wijken of a municipality (`GM0080`) by code."""
        return {key: region for key, region in self.regions.items() if key.startswith(f"WK{code[2:]}")}


def read_geometry(path: Path) -> Outlines:
    """Return the outlines in a GeoJSON file.

    Parameters
    ----------
    path : Path
        A FeatureCollection of polygons in degrees. A feature has its code in `statcode` and its name in `statnaam`. The year of
        the boundaries is in `jrstatcode` or `jaar`, or else it is the only year in the name of the file.

    Raises
    ------
    InputError
        The file is no such GeoJSON, says no year or several, holds a region below the wijk, a code twice, a region
        that is no polygon, a ring that is not closed, or coordinates outside the Netherlands.
    RecycledCodeError
        A code has another name than it had in that year: the outlines are of other boundaries.
    """
    features = _features(path)
    regions = _regions(features, path.name)
    drawn = sum(len(polygon) for region in regions.values() for polygon in region.polygons)
    given = sum(len(rings) for feature in features for rings in _polygons(feature))
    outlines = Outlines(_boundary_year(features, path), regions, given - drawn)
    _check_names(outlines, path.name)
    return outlines


def imported_outlines(raw: Path | None = None) -> tuple[Outlines, ...]:
    """Return every imported set of outlines, the earliest boundaries first; none when no geometry was imported.

    Parameters
    ----------
    raw : Path, optional
        The folder of raw files; that of `LWO_DATA` when absent.

    Raises
    ------
    InputError
        A file differs from its source card.
    """
    folders = [path.parent for path in (raw or raw_folder()).glob(f"{SOURCE_ID}-*/{CARD_NAME}")]
    return tuple(sorted(map(_read_folder, folders), key=lambda outlines: outlines.boundary_year))


def _read_folder(folder: Path) -> Outlines:
    card = read_card(folder)
    return replace(read_geometry(folder / next(iter(card.files))), card=card)


def _features(path: Path) -> list[Mapping[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        features = content["features"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise _fault(path.name, "a GeoJSON FeatureCollection", f"{type(problem).__name__}", "download it as GeoJSON") from problem
    if not isinstance(features, list) or not features:
        raise _fault(path.name, "at least one feature", "none", "download it again")
    return features


def _boundary_year(features: Iterable[Mapping[str, Any]], path: Path) -> int:
    stated = {_stated_year(feature.get("properties") or {}) for feature in features} - {""}
    years = stated or set(_YEAR.findall(path.stem))
    if len(years) != 1:
        raise _fault(
            path.name,
            "boundaries of one year, in `jrstatcode` or `jaar` or in the name of the file",
            ", ".join(sorted(years)) or "none",
            "put the year in the name of the file, such as wijk_2020.geojson",
        )
    return int(years.pop())


def _stated_year(properties: Mapping[str, Any]) -> str:
    return str(properties.get("jrstatcode") or properties.get("jaar") or "")[:4]


def _regions(features: Iterable[Mapping[str, Any]], where: str) -> dict[str, Outline]:
    regions: dict[str, Outline] = {}
    for feature in features:
        outline = _outline(feature, where)
        if outline.code in regions:
            raise _fault(where, "every code once", f"{outline.code} twice", "download it again")
        regions[outline.code] = outline
    return dict(sorted(regions.items()))


def _outline(feature: Mapping[str, Any], where: str) -> Outline:
    properties = feature.get("properties") or {}
    code, name = str(properties.get("statcode", "")).strip(), str(properties.get("statnaam", "")).strip()
    if not _CODE.match(code):
        raise _fault(where, "codes of wijken (WK) or municipalities (GM)", repr(code), "download the outlines of wijken")
    polygons = [_whole_rings(rings, f"{where}, {code}") for rings in _polygons(feature)]
    if not polygons:
        raise _fault(f"{where}, {code}", "a Polygon or MultiPolygon", "none", "download it again")
    return Outline(code, name, tuple(polygon for polygon in polygons if polygon))


def _polygons(feature: Mapping[str, Any]) -> list[list[Any]]:
    """Return the polygons of a feature as lists of rings; none when it is no polygon."""
    geometry = feature.get("geometry") or {}
    coordinates = geometry.get("coordinates") or []
    return {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(geometry.get("type", ""), [])


def _whole_rings(rings: list[Any], where: str) -> Polygon:
    """Return the rings that have a surface; nothing when the outer ring has none."""
    read = [_ring(ring, where) for ring in rings]
    return tuple(ring for ring in read if len(ring) >= LEAST_POINTS) if read and len(read[0]) >= LEAST_POINTS else ()


def _ring(points: Any, where: str) -> FloatArray:
    try:
        ring = np.asarray([point[:2] for point in points], dtype=float).reshape(-1, 2)
    except (TypeError, ValueError) as problem:
        raise _fault(where, "pairs of coordinates", "something else", "download it again") from problem
    if not len(ring) or not np.array_equal(ring[0], ring[-1]):
        raise _fault(where, "closed rings", f"{len(ring)} points that do not close", "download it again")
    low, high = np.array([LONGITUDES[0], LATITUDES[0]]), np.array([LONGITUDES[1], LATITUDES[1]])
    if not ((ring >= low) & (ring <= high)).all():
        found = f"{ring[0, 0]:g}, {ring[0, 1]:g}"
        raise _fault(where, "longitude and latitude in the Netherlands", found, "download it in degrees (EPSG:4326)")
    return ring


def _check_names(outlines: Outlines, where: str) -> None:
    known = {meaning.code: meaning for meaning in region_meanings() if meaning.covers(outlines.boundary_year)}
    for code, region in outlines.regions.items():
        if region.name and code in known and not known[code].has_name(region.name):
            raise RecycledCodeError(
                f"{where}, region code {code} in {outlines.boundary_year}",
                expected=f"{known[code].name}, as the catalogue says for {outlines.boundary_year}",
                found=region.name,
                remedy="check of which year the outlines are, and correct the name of the file or regions.csv",
            )


def _fault(where: str, expected: str, found: str, remedy: str) -> InputError:
    return InputError(where, expected=expected, found=found, remedy=remedy)
