"""A dot plot: topics below each other, grouped under headings, one mark per series with its interval."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray

from lwo_analysis.present.style import GRID, INK, INTERVAL, PAPER, WIDE, figure_style, new_figure

ROW_HEIGHT = 0.3
NARROW_ROW_HEIGHT = 0.5
LABEL_WIDTH = 34
NARROW_LABEL_WIDTH = 40
NUDGE = 0.16
EXTRA_LINE = 0.45


@dataclass(frozen=True)
class Series:
    """One kind of mark.

    Attributes
    ----------
    label : str
        Written in its own colour above the plot, where four labels cannot hide each other's marks.
    values, lower, upper : ndarray
        One per topic; NaN where there is no figure or no interval.
    """

    label: str
    colour: str
    marker: str
    values: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def draw_dotplot(
    topics: Sequence[str],
    groups: Sequence[str],
    series: Sequence[Series],
    *,
    xlabel: str,
    width: float,
    zero_line: bool = False,
    legend: bool = True,
) -> Drawing:
    """Return the drawing; on a narrow page the names of the topics stand above their marks.

    Parameters
    ----------
    topics, groups : sequence of str
        Name of each topic, and the group it belongs to; topics of a group stand together.
    series : sequence of Series
        At most four, drawn in this order. A topic without a figure in any of them gets no row: the table below the figure has it.
    xlabel : str
        What is on the axis, with its unit.
    width : float
        Inches.
    zero_line : bool
        Whether zero is drawn as a line, for differences.
    legend : bool
        Whether the labels of the series stand above the plot; not where the groups already say which mark is whose.
    """
    topics, groups, series = _with_figures(topics, groups, series)
    narrow = width < WIDE
    names = [textwrap.fill(topic, NARROW_LABEL_WIDTH if narrow else LABEL_WIDTH) for topic in topics]
    heights, headings = _heights(groups, [EXTRA_LINE * name.count("\n") for name in names], at=1.0 if narrow else 0.5)
    with figure_style():
        figure, axes = new_figure(width, 0.8 + (NARROW_ROW_HEIGHT if narrow else ROW_HEIGHT) * (float(heights.max()) + 1))
        for number, each in enumerate(series):
            _draw_series(axes, each, heights + NUDGE * (number - (len(series) - 1) / 2) * (0.6 if narrow else 1.0))
        if zero_line:
            axes.axvline(0, color=INK, linewidth=1)
        (_name_inside if narrow else _name_outside)(axes, names, heights, headings)
        axes.set_ylim(float(heights.max()) + 0.7, -0.7)
        axes.margins(x=0.08)
        axes.set_xlabel(xlabel)
        if legend:
            columns = 1 if narrow else len(series)
            figure.legend(loc="outside upper left", ncols=columns, frameon=False, labelcolor="linecolor", handletextpad=0.2)
    return figure


def _with_figures(
    topics: Sequence[str], groups: Sequence[str], series: Sequence[Series]
) -> tuple[list[str], list[str], list[Series]]:
    known = np.isfinite(np.array([each.values for each in series])).any(axis=0)
    known |= not known.any()
    shown = [replace(each, values=each.values[known], lower=each.lower[known], upper=each.upper[known]) for each in series]
    return list(compress(topics, known)), list(compress(groups, known)), shown


def _heights(groups: Sequence[str], extra: Sequence[float], at: float) -> tuple[NDArray[np.float64], dict[str, float]]:
    """Return the height of each topic and of each heading, from the top down.

    `extra` is room for a name of more than one line; the marks stand at this part of it, 0.5 beside and 1 below the name.
    """
    headings: dict[str, float] = {}
    heights: list[float] = []
    height = 0.0
    for group, room in zip(groups, extra, strict=True):
        if group not in headings:
            headings[group] = height
            height += 1
        heights.append(height + at * room)
        height += 1 + room
    return np.array(heights), headings


def _draw_series(axes: Axes, series: Series, heights: NDArray[np.float64]) -> None:
    axes.hlines(heights, series.lower, series.upper, color=INTERVAL, linewidth=4, zorder=2)
    style: dict[str, Any] = {"color": series.colour, "markersize": 6, "markeredgewidth": 2, "linestyle": "none"}
    axes.plot(series.values, heights, series.marker, label=series.label, zorder=3, **style)


def _name_outside(axes: Axes, names: Sequence[str], heights: NDArray[np.float64], headings: dict[str, float]) -> None:
    axes.set_yticks([*headings.values(), *heights], [*headings, *names])
    for label in axes.get_yticklabels()[: len(headings)]:
        label.set_fontweight("bold")
    for height in list(headings.values())[1:]:
        axes.axhline(height - 0.5, color=GRID, linewidth=0.8)


def _name_inside(axes: Axes, names: Sequence[str], heights: NDArray[np.float64], headings: dict[str, float]) -> None:
    """Write each name above its marks, standing on a line, so that a second line grows upwards and hides nothing."""
    axes.set_yticks([])
    labels = [(heading, height + 0.2, "bold") for heading, height in headings.items()]
    labels += [(name, height - 0.24, "normal") for name, height in zip(names, heights, strict=True)]
    for text, height, weight in labels:
        box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
        axes.text(0, height, text, fontweight=weight, va="bottom", ha="left", transform=axes.get_yaxis_transform(), bbox=box)
