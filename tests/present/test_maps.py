"""Maps of wijken: classes by hand, and what is never drawn."""

from __future__ import annotations

import numpy as np
import pytest

from lwo_analysis.errors import NotebookError
from lwo_analysis.present.maps import CLASS_COLOURS, MISSING, MapClasses, classes_of_values, draw_map, label_place
from lwo_analysis.present.style import DARK
from lwo_analysis.sources.geometry import Outline

VIEW = np.array([5.0, 53.0]), np.array([5.3, 53.1])


def square(code: str, column: int) -> Outline:
    corner = np.array([5.0 + column / 10, 53.0])
    ring = corner + np.array([[0, 0], [0, 0.1], [0.1, 0.1], [0.1, 0], [0, 0]])
    return Outline(code, code, ((ring,),))


REGIONS = {code: square(code, column) for column, code in enumerate(("WK000001", "WK000002", "WK000003"))}
LEVELS = MapClasses(("low", "high"), {"WK000001": 0, "WK000002": 1, "WK000003": MISSING}, "not shown (too small)")
NAMES = {"WK000001": "West", "WK000002": "Transvaalwijkrengerspark", "WK000003": "East"}


def drawn(width: float = 7.0, classes: MapClasses = LEVELS):
    return draw_map(REGIONS, classes, names=NAMES, in_view=REGIONS, outlined=["WK000001"], width=width)


def test_a_value_on_a_limit_is_in_the_class_above_it():
    limits = [5.0, 10.0]
    found = classes_of_values({"below": 4.9, "on": 5.0, "between": 9.9, "above": 10.0, "none": float("nan")}, limits)
    assert found == {"below": 0, "on": 1, "between": 1, "above": 2, "none": MISSING}


def test_a_missing_figure_is_hatched_and_its_reason_is_in_the_legend():
    figure = drawn()
    assert [patch.get_hatch() for patch in figure.axes[0].patches] == [None, None, "////"]
    assert "not shown (too small)" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_name_that_does_not_fit_is_a_number_on_the_map_and_stands_below_it():
    figure = drawn(width=3.0)
    on_map = [text.get_text() for text in figure.axes[0].texts]
    below = [text.get_text() for text in figure.legends[1].get_texts()]
    assert on_map == ["West", "1", "East"]
    assert below == ["1  Transvaalwijkrengerspark"]


@pytest.mark.parametrize(
    "classes",
    [
        MapClasses(("low",), {"BU00000101": 0}),
        MapClasses(("low",), {"WK000001": MISSING}),
        MapClasses(("a", "b", "c", "d"), {"WK000001": 3}),
    ],
    ids=["a buurt", "missing without a reason", "more classes than colours"],
)
def test_what_may_not_be_drawn_is_refused(classes):
    with pytest.raises(NotebookError, match="wijken, at most 3 classes, and a reason"):
        drawn(classes=classes)


def test_every_colour_of_a_class_has_one_for_the_dark():
    assert set(CLASS_COLOURS) <= set(DARK)


def test_a_label_stands_in_the_middle_of_a_square_and_nowhere_when_too_large():
    place = label_place(REGIONS["WK000002"], VIEW, (0.1, 0.1))
    # The square runs from 5.1 to 5.2 degrees; one step of the grid is 0.3 / 80 degrees.
    assert place == pytest.approx([5.15, 53.05], abs=2 * 0.3 / 80)
    assert label_place(REGIONS["WK000002"], VIEW, (0.5, 0.1)) is None
    assert label_place(square("WK000009", 50), VIEW, (0.0, 0.0)) is None
