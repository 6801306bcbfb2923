"""Numbers as a Dutch and an English reader meet them; expected texts follow the Taalunie and common English usage."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.errors import NotebookError
from lwo_analysis.present.prose import (
    decimals_for,
    format_euro,
    format_interval,
    format_number,
    format_p_value,
    format_percent,
    format_points,
    make_prose,
    make_title,
)


@pytest.mark.parametrize(
    ("value", "lang", "decimals", "expected"),
    [
        (1234567.891, "nl", 2, "1.234.567,89"),
        (1234567.891, "en", 2, "1,234,567.89"),
        (999.95, "nl", 1, "1.000,0"),
        (12.65, "nl", 1, "12,7"),  # half up on the decimal text, although the binary value is below 12.65
        (-0.04, "nl", 1, "0,0"),  # never a negative zero
        (-1234.5, "nl", 1, "−1.234,5"),
        (0, "en", 0, "0"),
    ],
)
def test_numbers_are_rounded_half_up_with_the_separators_of_the_language(
    value: float, lang: str, decimals: int, expected: str
) -> None:
    assert format_number(value, lang, decimals) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_a_missing_number_is_refused_rather_than_printed(value: float | None) -> None:
    with pytest.raises(NotebookError, match="finite number"):
        format_number(value, "nl")


@settings(max_examples=50, deadline=None)
@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_the_two_languages_show_the_same_digits(value: float, decimals: int) -> None:
    swapped = str.maketrans(".,", ",.")
    assert format_number(value, "nl", decimals).translate(swapped) == format_number(value, "en", decimals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (format_percent(12.6, "nl"), "12,6%"),
        (format_points(1.0, "nl"), "1,0 procentpunt"),
        (format_points(2.0, "en"), "2.0 percentage points"),
        (format_points(1.0, "en", 0), "1 percentage point"),
        (format_points(-1.0, "en", 0), "−1 percentage point"),
        (format_euro(119000, "nl"), "€\u00a0119.000"),
        (format_euro(-3205, "nl"), "−€\u00a03.205"),
        (format_interval(11.94, 13.3, "nl"), "95%-interval 11,9 tot 13,3"),
        (format_p_value(0.0009999, "nl"), "p < 0,001"),
        (format_p_value(0.001, "en"), "p = 0.001"),
        (format_p_value(0.05, "en"), "p = 0.05"),
    ],
)
def test_units_are_attached_in_the_manner_of_the_language(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize("p_value", [-0.1, 1.1, math.nan])
def test_a_p_value_outside_its_range_is_refused(p_value: float) -> None:
    with pytest.raises(NotebookError, match="from 0 to 1"):
        format_p_value(p_value, "nl")


@pytest.mark.parametrize(
    ("margin", "expected"),
    # One digit of the margin: 12 -> tens, shown as whole numbers; 0.6 -> tenths; 0.04 -> hundredths; capped at 3.
    [(12.0, 0), (1.0, 0), (0.6, 1), (0.1, 1), (0.04, 2), (0.00001, 3), (None, 1), (0.0, 1), (math.nan, 1)],
)
def test_a_value_gets_as_many_decimals_as_its_margin_deserves(margin: float | None, expected: int) -> None:
    assert decimals_for(margin) == expected


def test_prose_and_titles_come_from_the_catalogue_and_are_escaped() -> None:
    title = make_title("table.region", "nl", caption="<b>Oost</b>")
    prose = make_prose(["reason.within_noise", "reason.weak_design"], "nl")
    assert "<b>" not in title._repr_mimebundle_()["text/html"]
    assert prose.paragraphs == ("Het verschil past binnen het toeval.", "De vergelijking is niet sterk genoeg.")
