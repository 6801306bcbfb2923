"""Quiet maps: wijken filled by class, missing ones hatched, each named on the map; never below the wijk."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from lwo_analysis.errors import NotebookError
from lwo_analysis.indicators.adjacency import outer_border
from lwo_analysis.present.style import CONTEXT, GRID, INK, INTERVAL, OWN, PAPER, WIDE, figure_style, new_figure
from lwo_analysis.sources.geometry import PUBLISHABLE_LEVELS, Outline

FloatArray = NDArray[np.float64]
View = tuple[FloatArray, FloatArray]

CLASS_COLOURS = (GRID, INTERVAL, OWN)
"""From light to dark; blue and grey only."""
MISSING = -1
HATCH = "////"
MARGIN = 0.06
"""Part of the shown width and height that is added around the regions in view."""
LABEL_GRID = 80
"""Rows and columns of the places that are tried for a name."""
LINE_LENGTH = 14
LETTER_WIDTH, LINE_HEIGHT = 0.57, 1.3
"""Of a letter and a line of text, in parts of the size of the letters."""
LINE_INCHES = 0.2
LEGEND_LETTERS = 12
"""Letters of a line of the legend per inch."""


@dataclass(frozen=True)
class MapClasses:
    """Which region is in which class.

    Attributes
    ----------
    labels : tuple of str
        Names of the classes from light to dark, at most three.
    of_region : mapping of str to int
        Place in `labels` by code; `MISSING` for a region without a figure. Regions that are not named here are not drawn.
    missing : str
        Why a region has no figure; empty when none is missing.
    """

    labels: tuple[str, ...]
    of_region: Mapping[str, int]
    missing: str = ""


def classes_of_values(values: Mapping[str, float], limits: Sequence[float]) -> dict[str, int]:
    """Return the class of each value: 0 below the first limit, 1 from there to the second; `MISSING` for NaN.

    Examples
    --------
    >>> classes_of_values({"a": 4.9, "b": 5.0, "c": 12.0, "d": float("nan")}, [5.0, 10.0])
    {'a': 0, 'b': 1, 'c': 2, 'd': -1}
    """
    return {
        code: MISSING if np.isnan(value) else int(np.searchsorted(np.asarray(limits), value, side="right"))
        for code, value in values.items()
    }


def draw_map(
    regions: Mapping[str, Outline],
    classes: MapClasses,
    *,
    names: Mapping[str, str],
    in_view: Iterable[str],
    outlined: Iterable[str],
    width: float,
) -> Drawing:
    """Return the drawing of regions filled by class.

    Parameters
    ----------
    regions : mapping of str to Outline
        Outlines of one boundary year, by code.
    classes : MapClasses
        See there.
    names : mapping of str to str
        What is written on a region, or below the map where it does not fit; one without a name stays blank.
    in_view : iterable of str
        Regions that must be wholly on the map; others are cut at its edge.
    outlined : iterable of str
        Regions around which one heavy line is drawn together.
    width : float
        Inches.

    Raises
    ------
    NotebookError
        A region is smaller than a wijk, there are more classes than colours, or a region without a figure has no reason.
    """
    _check(classes)
    drawn = [code for code in classes.of_region if code in regions and regions[code].polygons]
    view = _view([regions[code] for code in in_view if code in regions])
    with figure_style():
        legend = _legend(classes, width)
        lines = sum(1 + str(patch.get_label()).count("\n") for patch in legend)
        figure, axes = _empty_map(view, width, lines)
        for code in drawn:
            _fill(axes, regions[code], classes.of_region[code])
        axes.add_collection(LineCollection(outer_border(regions[code].polygons for code in outlined), colors=INK, linewidths=1.8))
        keys: list[str] = []
        for code in (code for code in drawn if code in names):
            ink = PAPER if classes.of_region[code] == CLASS_COLOURS.index(OWN) else INK
            if _label(axes, regions[code], names[code], len(keys) + 1, ink, view, width):
                keys.append(f"{len(keys) + 1}  {names[code]}")
        figure.legend(handles=legend, loc="outside upper left", ncols=1, frameon=False, handlelength=1.4)
        _add_keys(figure, keys, width)
    return figure


def _check(classes: MapClasses) -> None:
    small = sorted(code for code in classes.of_region if not code.startswith(PUBLISHABLE_LEVELS))
    bare = MISSING in classes.of_region.values() and not classes.missing
    if small or bare or len(classes.labels) > len(CLASS_COLOURS):
        raise NotebookError(
            "map",
            expected=f"wijken, at most {len(CLASS_COLOURS)} classes, and a reason for what is missing",
            found=f"{', '.join(small) or 'no smaller region'}, {len(classes.labels)} classes, reason {classes.missing!r}",
            remedy="draw wijken, and say why a figure is missing",
        )


def _view(regions: Sequence[Outline]) -> View:
    """Return the lower left and upper right corner in degrees, with a margin."""
    points = np.concatenate([ring for region in regions for polygon in region.polygons for ring in polygon])
    low, high = points.min(axis=0), points.max(axis=0)
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def _height(view: View, width: float) -> float:
    """Return the inches of a map on which a kilometre is as long from west to east as from south to north."""
    (west, south), (east, north) = view
    return width * _stretch(view) * (north - south) / (east - west)


def _stretch(view: View) -> float:
    return float(1 / np.cos(np.radians((view[0][1] + view[1][1]) / 2)))


def _empty_map(view: View, width: float, lines: int) -> tuple[Drawing, Axes]:
    (west, south), (east, north) = view
    figure, axes = new_figure(width, _height(view, width) + LINE_INCHES * lines)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect=_stretch(view))
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, axes


def _add_keys(figure: Drawing, keys: Sequence[str], width: float) -> None:
    """Write the numbered names below the map, in two columns on a wide one."""
    columns = 2 if width >= WIDE else 1
    if keys:
        figure.set_figheight(figure.get_figheight() + LINE_INCHES * -(-len(keys) // columns))
        blank = [Patch(visible=False, label=key) for key in keys]
        figure.legend(handles=blank, loc="outside lower left", ncols=columns, frameon=False, handlelength=0, handletextpad=0)


def _fill(axes: Axes, region: Outline, level: int) -> None:
    style = {"facecolor": CLASS_COLOURS[level]} if level != MISSING else {"facecolor": PAPER, "hatch": HATCH}
    for polygon in region.polygons:
        axes.add_patch(PathPatch(_path(polygon), edgecolor=PAPER if level != MISSING else CONTEXT, linewidth=1.2, **style))


def _path(polygon: Sequence[FloatArray]) -> Path:
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in polygon))


def _label(axes: Axes, region: Outline, name: str, number: int, ink: str, view: View, width: float) -> bool:
    """Write the name where it fits in the region, else its number; return whether the number was needed."""
    size = 8.5 if width >= WIDE else 7.5
    text = textwrap.fill(name, LINE_LENGTH, break_long_words=False)
    lines = text.split("\n")
    box = max(map(len, lines)) * LETTER_WIDTH * size / 72 / width, len(lines) * LINE_HEIGHT * size / 72 / _height(view, width)
    place = label_place(region, view, box)
    fits = place is not None
    anchor = place if fits else label_place(region, view, (0.0, 0.0))
    if anchor is not None:
        axes.text(anchor[0], anchor[1], text if fits else str(number), ha="center", va="center", color=ink, fontsize=size)
    return not fits and anchor is not None


def label_place(region: Outline, view: View, box: tuple[float, float]) -> FloatArray | None:
    """Return the place in a region, far from its border and from the edge of the map, around which a box fits.

    Parameters
    ----------
    region : Outline
        With at least one polygon.
    view : two (2,) arrays
        Lower left and upper right corner, in degrees.
    box : two floats
        Width and height of the box as parts of the map, from 0 to 1.

    Returns
    -------
    (2,) array or None
        Degrees; None where no place is large enough.
    """
    low, high = view
    step = (np.arange(LABEL_GRID) + 0.5) / LABEL_GRID
    points = low + np.stack(np.meshgrid(step, step), axis=-1).reshape(-1, 2) * (high - low)
    inside = np.any([_path(polygon).contains_points(points) for polygon in region.polygons], axis=0)
    grid = np.pad(inside.reshape(LABEL_GRID, LABEL_GRID), 1)
    across, up = (int(np.ceil(side * LABEL_GRID)) // 2 for side in box)
    free = _shrunk(_shrunk(grid, across, axis=1), up, axis=0)
    if not free.any():
        return None
    depth = _depth(free)[1:-1, 1:-1].ravel()
    deepest = points[depth == depth.max()]
    return deepest[np.argmin(((deepest - deepest.mean(axis=0)) ** 2).sum(axis=1))]


def _shrunk(grid: NDArray[np.bool_], cells: int, axis: int) -> NDArray[np.bool_]:
    """Return the cells whose neighbours to that many cells on both sides are all in the grid."""
    shifted = [np.roll(grid, shift, axis) for shift in range(-cells, cells + 1)]
    return np.logical_and.reduce(shifted)


def _depth(grid: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for every cell how many times the grid can be peeled before the cell is gone."""
    depth = np.zeros(grid.shape, dtype=int)
    while grid.any():
        depth += grid
        grid = _shrunk(_shrunk(grid, 1, axis=0), 1, axis=1)
    return depth


def _legend(classes: MapClasses, width: float) -> list[Patch]:
    """Return the colour and label of every class that is on the map, the darkest first, and what hatching means."""
    used = set(classes.of_region.values())
    length = int(LEGEND_LETTERS * width)
    labels = [textwrap.fill(label, length) for label in classes.labels]
    places = [place for place in range(len(labels) - 1, MISSING, -1) if place in used]
    filled = [Patch(facecolor=CLASS_COLOURS[place], edgecolor=CONTEXT, label=labels[place]) for place in places]
    reason = textwrap.fill(classes.missing, length)
    hatched = [Patch(facecolor=PAPER, edgecolor=CONTEXT, hatch=HATCH, label=reason)] if MISSING in used else []
    return [*filled, *hatched]
