"""What a result says: every template in both languages, and no sentence that claims more than the interval."""

from __future__ import annotations

import dataclasses
import math
import re

import pandas as pd
import pytest

from lwo_analysis.effects import EffectResult
from lwo_analysis.effects.results import from_standard_error, no_uncertainty
from lwo_analysis.effects.sentences import TEMPLATES, decimals_for, format_number, format_p, outcome_kind

BASE = EffectResult(
    method="m",
    estimand="e",
    estimate=-3.24,
    standard_error=1.0,
    interval=(-5.2, -1.28),
    p_value=0.0012,
    n_treated=5,
    n_control=120,
    details=pd.DataFrame(),
    warnings=(),
    design_id="0" * 16,
    outcome_words=("het aantal inbraken", "the number of burglaries"),
    outcome_unit=("per 1.000 woningen", "per 1,000 homes"),
)
CASES = {
    "lower": BASE,
    "higher": dataclasses.replace(BASE, estimate=3.24, interval=(1.28, 5.2)),
    "inconclusive": dataclasses.replace(BASE, interval=(-9.0, 2.52), p_value=0.21),
    "p_only": dataclasses.replace(BASE, interval=(math.nan, math.nan), standard_error=math.nan),
    "too_few_areas": dataclasses.replace(BASE, status="too_few_areas", interval=(math.nan, math.nan), p_value=math.nan),
    "not_identified": dataclasses.replace(BASE, status="not_identified", estimate=math.nan),
    "too_early": dataclasses.replace(BASE, status="too_early", estimate=math.nan),
}


@pytest.mark.parametrize("kind", CASES)
def test_the_template_follows_from_the_numbers(kind):
    assert outcome_kind(CASES[kind]) == kind


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", CASES)
def test_no_sentence_says_no_effect_or_p_zero_or_leaves_a_gap(kind, language):
    text = CASES[kind].sentence(language)
    assert not re.search(r"geen effect (?!te bepalen)|no effect (?!can be determined)|heeft geen effect|had no effect", text)
    assert "0.000" not in text
    assert "0,000" not in text
    assert "nan" not in text
    assert "{" not in text
    assert text.endswith(".")


def test_the_languages_have_the_same_templates():
    assert TEMPLATES["nl"].keys() == TEMPLATES["en"].keys()


def test_a_clear_decrease_in_dutch():
    assert CASES["lower"].sentence("nl") == (
        "Het aantal inbraken is 3,2 per 1.000 woningen lager dan zonder het programma te verwachten was "
        "(95%-interval −5,2 per 1.000 woningen tot −1,3 per 1.000 woningen; p = 0,001). "
        "Vergelijking van 5 gebieden met het programma met 120 gebieden zonder."
    )


def test_a_wide_interval_names_both_ends():
    text = CASES["inconclusive"].sentence("en")
    assert text.startswith("Nothing certain can be said about the number of burglaries now: the estimate is −3 ")
    assert "anything from −9 per 1,000 homes to +3 per 1,000 homes is possible too" in text


def test_one_area_is_singular():
    assert "Met 1 gebied met het programma is" in dataclasses.replace(CASES["too_few_areas"], n_treated=1).sentence("nl")


def test_an_interval_that_excludes_zero_with_a_large_p_value_is_inconclusive():
    """Placebo p-values and intervals can disagree; the weaker of the two decides."""
    assert outcome_kind(dataclasses.replace(BASE, p_value=0.2)) == "inconclusive"


def test_a_difference_of_logarithms_is_told_as_a_percentage():
    result = dataclasses.replace(BASE, scale="log", estimate=math.log(0.9), interval=(math.log(0.8), math.log(0.95)))
    assert "10 % lower" in result.sentence("en")  # 1 - 0.9
    assert "−20 % to −5 %" in result.sentence("en")  # 0.8 - 1 and 0.95 - 1


@pytest.mark.parametrize(
    ("p_value", "text"),
    [(0.0, "p < 0.001"), (0.0009999, "p < 0.001"), (0.001, "p = 0.001"), (0.0321, "p = 0.032"), (1.0, "p > 0.999")],
)
def test_p_values_have_three_decimals_and_bounds(p_value, text):
    assert format_p(p_value, "en") == text
    assert format_p(p_value, "nl") == text.replace(".", ",")


def test_numbers_follow_the_language():
    assert format_number(-1234.5, 1, "nl") == "−1.234,5"
    assert format_number(1234.5, 1, "en", sign=True) == "+1,234.5"
    assert format_number(-0.001, 1, "nl") == "0,0"
    assert format_number(math.inf, 1, "nl") == "∞"


@pytest.mark.parametrize(("spread", "decimals"), [(1.0, 1), (12.0, 0), (3.75, 0), (0.034, 2), (math.nan, 1)])
def test_the_uncertainty_decides_the_decimals(spread, decimals):
    assert decimals_for(spread, 0.25) == decimals


def test_inference_from_elsewhere_completes_a_result():
    result = CASES["too_few_areas"].with_inference(inference="125 placebos", interval=(-6.0, -0.5), p_value=0.04)
    assert (result.status, result.p_value, result.interval) == ("estimated", 0.04, (-6.0, -0.5))
    assert result.estimate == CASES["too_few_areas"].estimate


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        BASE.estimate = 0.0


def test_the_table_has_one_row_with_everything_needed_to_compare():
    row = BASE.table().iloc[0]
    assert (row["estimate"], row["lower"], row["upper"], row["n_treated"]) == (-3.24, -5.2, -1.28, 5)


def test_intervals_follow_students_t():
    """t(10) has 97.5 % quantile 2.228139 (any table)."""
    uncertainty = from_standard_error(1.0, 0.5, kind="", df=10)
    assert uncertainty.interval == pytest.approx((1 - 0.5 * 2.228139, 1 + 0.5 * 2.228139), abs=1e-6)


def test_absent_uncertainty_is_missing_and_not_zero():
    absent = no_uncertainty("one unit")
    assert all(math.isnan(value) for value in (absent.standard_error, *absent.interval, absent.p_value))
    assert absent.inference == "one unit"


@pytest.mark.parametrize(
    ("uncertainty", "value", "decimals"),
    [
        (0.2, 9.0, 1),  # half is a tenth
        (0.19, 9.0, 2),
        (2000.0, 9.0, 0),
        (1e-9, 9.0, 6),
        (0.0, 12.34, 0),  # no uncertainty: half of 12.34 is above one
        (-1.0, 0.5, 1),  # half of a half
        (math.nan, -0.5, 1),
        (math.inf, 0.05, 2),
        (math.nan, 0.0, 2),
        (math.nan, math.inf, 2),
        (math.nan, math.nan, 2),
    ],
)
def test_the_last_digit_is_at_most_half_the_uncertainty(uncertainty, value, decimals):
    assert decimals_for(uncertainty, value) == decimals


@pytest.mark.parametrize(
    ("p_value", "told"),
    [
        (0.00099, "p < 0.001"),
        (0.001, "p = 0.001"),
        (0.9994, "p = 0.999"),
        (0.99949, "p = 0.999"),
        (0.9995, "p > 0.999"),
        (1.0, "p > 0.999"),
    ],
)
def test_a_p_value_at_the_ends(p_value, told):
    assert format_p(p_value, "en") == told


@pytest.mark.parametrize(
    ("value", "sign", "told"),
    [
        (0.0, True, "+0,0"),
        (-0.04, True, "+0,0"),
        (-0.05, False, "−0,1"),
        (-1.0, False, "−1,0"),
        (1234567.0, False, "1.234.567,0"),
    ],
)
def test_a_number_that_rounds_to_nothing_has_no_minus(value, sign, told):
    assert format_number(value, 1, "nl", sign=sign) == told
