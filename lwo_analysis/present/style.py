"""One visual language for every figure: who is blue, who is grey, how an interval looks, how it turns dark.

The subject (own area) is always the same blue with a filled marker, comparisons are told apart by colour and by shape, context is
grey. Red and green are not used: a neighbourhood is not graded like a traffic light.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

OWN = "#0b4f8a"
COMPARISON = "#a3480a"
SECOND_COMPARISON = "#3a1d4d"
CONTEXT = "#59636e"
INTERVAL = "#7893b0"
GRID = "#dfe3e8"
INK = "#1b1f24"
PAPER = "#ffffff"

# The same roles on a dark page; the exporter's figures carry both and the reader's system chooses.
DARK: Mapping[str, str] = {
    OWN: "#8cc4f5",
    COMPARISON: "#f2a766",
    SECOND_COMPARISON: "#f5d5f5",
    CONTEXT: "#a9b4bf",
    INTERVAL: "#4a6785",
    GRID: "#343b43",
    INK: "#e8ebee",
    PAPER: "#15181c",
}

MARKERS: Mapping[str, str] = {OWN: "o", COMPARISON: "D", SECOND_COMPARISON: "^", CONTEXT: "s"}

WIDE = 7.0
NARROW = 3.0
POINTS = 72
"""In an inch."""
DRAWN_FONT = "DejaVu Sans"
"""The font that matplotlib measures with; readers see their own."""
FONT_STACK = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

_RC: dict[RcKeyType, Any] = {
    "font.family": DRAWN_FONT,
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": CONTEXT,
    "axes.facecolor": "none",
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 9.5,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": CONTEXT,
    "ytick.color": CONTEXT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "ytick.left": False,
    "lines.linewidth": 2.0,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


def figure_style() -> AbstractContextManager[None]:
    """Return the context in which figures of this project are drawn (``with figure_style(): ...``)."""
    return rc_context(_RC)


def new_figure(width: float = WIDE, height: float = 4.0, rows: int = 1, columns: int = 1) -> tuple[Figure, Axes]:
    """Return an empty figure in the house style, and its axes.

    Draw inside ``with figure_style():`` as well, since ticks and texts made later read the style again. No pyplot: nothing is
    registered globally, so nothing has to be closed.

    Parameters
    ----------
    width : float
        Inches; :data:`WIDE` for a screen, :data:`NARROW` for a phone of 320 px, where one inch is 96 px and text keeps its size.
    height : float
        Inches.
    rows, columns : int
        Panels; with more than one, the axes come as an array.
    """
    with figure_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(rows, columns)
    return figure, axes
