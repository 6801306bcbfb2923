"""The dot plot: names never run into each other, and missing figures leave no mark."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.style import COMPARISON, NARROW, OWN, WIDE

LONG = "Een heel lange naam van een onderwerp die op geen enkele bladzijde in één regel past, hoe breed die ook is"


def drawing(width: float, names: list[str], values: list[float]):
    numbers = np.array(values)
    series = Series("Oost", OWN, "o", numbers, numbers - 1, numbers + 1)
    return draw_dotplot(names, ["Werken"] * len(names), [series], xlabel="procent", width=width)


def extents(labels, renderer):
    boxes = [label.get_window_extent(renderer) for label in labels if label.get_text()]
    return sorted(boxes, key=lambda box: box.y0)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_names_of_several_lines_do_not_run_into_each_other(width):
    figure = drawing(width, [LONG, "Kort", LONG, LONG], [1.0, 2.0, 3.0, 4.0])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes = figure.axes[0]
    boxes = extents(axes.texts or axes.get_yticklabels(), canvas.get_renderer())
    assert len(boxes) == 4 + 1
    # half a pixel: boxes may touch
    assert all(lower.y1 <= upper.y0 + 0.5 for lower, upper in pairwise(boxes))


def test_a_missing_figure_leaves_no_mark_and_a_topic_without_any_no_row():
    values = np.array([[1.0, np.nan, np.nan], [2.0, 3.0, np.nan]])
    pair = [Series(name, OWN, "o", each, each, each) for name, each in zip(("Oost", "Stad"), values, strict=True)]
    axes = draw_dotplot(["a", "b", "c"], ["g", "g", "h"], pair, xlabel="procent", width=WIDE).axes[0]
    marks = [np.isfinite(line.get_xdata()).tolist() for line in axes.lines[:2]]
    assert marks == [[True, False], [True, True]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["g", "a", "b"]


def test_every_series_is_named_in_its_own_colour():
    numbers = np.array([1.0])
    pair = [Series(name, colour, "o", numbers, numbers, numbers) for name, colour in (("Oost", OWN), ("Stad", COMPARISON))]
    figure = draw_dotplot(["a"], ["g"], pair, xlabel="procent", width=WIDE)
    texts = {text.get_text(): text.get_color() for text in figure.legends[0].get_texts()}
    assert texts == {"Oost": OWN, "Stad": COMPARISON}
