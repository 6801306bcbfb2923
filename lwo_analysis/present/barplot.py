"""Stacked bars: counts below each other, divided into at most five kinds, with the count in each part that has room for it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray

from lwo_analysis.present.style import (
    COMPARISON,
    CONTEXT,
    INK,
    INTERVAL,
    OWN,
    PAPER,
    SECOND_COMPARISON,
    WIDE,
    figure_style,
    new_figure,
)

# Neighbouring parts differ in lightness as well as in colour.
SEGMENT_COLOURS = (OWN, INTERVAL, COMPARISON, CONTEXT, SECOND_COMPARISON)
BAR_HEIGHT = 0.42
LEGEND_HEIGHT = 0.24
NAMES_WIDTH = 1.3
NARROW_NAME = 14
SMALLEST_NUMBERED = 0.13


@dataclass(frozen=True)
class Segment:
    """One kind of thing that is counted: its label, and a count per bar (0 is not drawn)."""

    label: str
    counts: NDArray[np.int64]


def draw_stacked_bars(bars: Sequence[str], segments: Sequence[Segment], *, xlabel: str, width: float) -> Drawing:
    """Return the drawing; the legend stands above it in the order of the parts.

    Parameters
    ----------
    bars : sequence of str
        Short names, from the top down.
    segments : sequence of Segment
        At most five, from left to right; each has one count per bar.
    xlabel : str
        What is counted.
    width : float
        Inches.
    """
    columns = 2 if width >= WIDE else 1
    names = list(bars) if width >= WIDE else [textwrap.fill(bar, NARROW_NAME) for bar in bars]
    longest = float(np.sum([segment.counts for segment in segments], axis=0).max())
    inches = (width - NAMES_WIDTH) / longest
    height = 0.75 + BAR_HEIGHT * len(bars) + LEGEND_HEIGHT * -(-len(segments) // columns)
    with figure_style():
        figure, axes = new_figure(width, height)
        left = np.zeros(len(bars))
        for colour, segment in zip(SEGMENT_COLOURS, segments, strict=False):
            style: dict[str, Any] = {"color": colour, "edgecolor": PAPER, "label": segment.label}
            axes.barh(range(len(bars)), segment.counts, left=left, height=0.72, **style)
            for place in np.flatnonzero(segment.counts * inches > SMALLEST_NUMBERED):
                middle = left[place] + segment.counts[place] / 2
                ink = INK if colour == INTERVAL else PAPER
                axes.text(float(middle), float(place), str(segment.counts[place]), color=ink, ha="center", va="center")
            left += segment.counts
        axes.set_yticks(range(len(bars)), names)
        axes.invert_yaxis()
        axes.set_xlabel(xlabel)
        figure.legend(loc="outside upper left", ncols=columns, frameon=False, handlelength=1.2)
    return figure
