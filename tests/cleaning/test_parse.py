from __future__ import annotations

import pytest

from lwo_analysis.cleaning.parse import decimals_printed, parse_dutch_number
from lwo_analysis.errors import InputError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("119.000", 119000.0),
        ("28,2%", 28.2),
        ("6,48", 6.48),
        ("51", 51.0),
        (" 13% ", 13.0),
        ("-0,3", -0.3),
        ("1.234.567,8", 1234567.8),
    ],
)
def test_dutch_numbers_are_read_as_printed(text, number):
    assert parse_dutch_number(text, where="plan") == number


@pytest.mark.parametrize("text", ["6.48", "1,234.5", "12.00", "zes", "1 000", "12,", "%5"])
def test_a_decimal_point_or_other_notation_is_refused(text):
    with pytest.raises(InputError, match="Dutch notation"):
        parse_dutch_number(text, where="plan, line 163")


def test_an_empty_text_is_missing_and_not_zero():
    assert parse_dutch_number("  ", where="plan") is None


def test_printed_decimals_say_how_far_a_figure_was_rounded():
    assert [decimals_printed(text) for text in ("119.000", "28,2%", "6,48", "41%")] == [0, 1, 2, 0]
