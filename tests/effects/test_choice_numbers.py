"""Other choices, designs and verdicts on numbers worked out by hand: where each border lies, and what is said on both sides."""

from __future__ import annotations

import dataclasses
import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from lwo_analysis.effects import Design, FrozenDesign, adjust_for_multiplicity, fit_callaway_santanna, judge
from lwo_analysis.effects.event_study import relative_period_dummies
from lwo_analysis.effects.inference.variance_model import ferman_pinto_variance
from lwo_analysis.effects.nested_predictors import _root, _search
from lwo_analysis.effects.results import from_standard_error, standard_errors
from lwo_analysis.effects.sensitivity import variations
from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.effects.sensitivity.specification_curve import (
    Specification,
    _dominant_share,
    _joint_p,
    _sentences,
    _shared_rows,
)
from lwo_analysis.effects.sensitivity.variations import compare_variants
from lwo_analysis.effects.spillovers import Spillover
from lwo_analysis.effects.verdict import PRE_TREND_CHECK, exceeds_dose
from lwo_analysis.effects.verdict_texts import implausible
from lwo_analysis.errors import DesignError, ParameterError
from tests.effects.panels import SMALL, small_panel
from tests.effects.test_placebo_numbers import result_of as placebo_of
from tests.effects.test_verdict import power_of, result_of


def varied(estimates: list[float], **changes: object) -> SensitivityCheck:
    """Return the check of variants that have these estimates, beside a main estimate of 2 between 1 and 3."""
    main = result_of(**{"estimate": 2.0, "interval": (1.0, 3.0), "p_value": 0.01} | changes)
    answers = iter(dataclasses.replace(main, estimate=one) for one in estimates)
    return compare_variants(
        "window", lambda *_: next(answers), main, [(f"v{one}", pd.DataFrame(), Design()) for one in estimates]
    )


@pytest.mark.parametrize(
    ("estimates", "passed"),
    [([1.0, 3.0], True), ([0.99], False), ([3.01], False), ([2.0, 3.01], False), ([], None)],
)
def test_a_variant_at_the_end_of_the_interval_holds_and_beyond_it_does_not(estimates, passed):
    check = varied(estimates)
    assert check.passed is passed
    assert "change" not in check.table or check.table["change"].tolist() == pytest.approx([one - 2 for one in estimates])


def test_a_variant_that_cannot_be_estimated_has_a_row_that_says_why():
    def refuse(*_: object) -> None:
        raise DesignError("panel", expected="a", found="b", remedy="c")

    found = compare_variants("window", refuse, result_of(), [("v", pd.DataFrame(), Design())])
    row = found.table.iloc[0].to_dict()
    assert math.isnan(row.pop("estimate"))
    assert math.isnan(row.pop("change"))
    assert row == {"variant": "v", "n_treated": 0, "n_control": 0, "problem": "panel: expected a, found b; c."}
    assert found.passed is None
    row = varied([1.5]).table.iloc[0].to_dict()
    assert row == {"variant": "v1.5", "estimate": 1.5, "change": -0.5, "n_treated": 5, "n_control": 60, "problem": ""}


@pytest.mark.parametrize(("estimate", "passed"), [(0.1, True), (0.0, False), (-0.1, False)])
def test_without_an_interval_only_the_sign_counts(estimate, passed):
    check = varied([estimate], interval=(math.nan, math.nan))
    assert check.passed is passed


def test_the_sentence_of_a_variation_names_the_lowest_and_the_highest():
    # A quarter of the interval is 0.5: tenths.
    assert varied([2.44, 1.5, 2.0]).sentences == (
        "De uitkomst houdt stand (een andere periode): de schatting ligt tussen +1,5 en +2,4.",
        "The result holds (window): the estimate lies between +1.5 and +2.4.",
    )
    assert varied([-1.0, 2.0]).sentence("en") == "The result depends on this (window): the estimate lies between −1.0 and +2.0."
    assert varied([]).sentence("nl") == "Geen enkele variant was te schatten (een andere periode)."


@pytest.mark.parametrize(("draws", "shape"), [(19, (20, 2)), (18, (19, 2))])
def test_a_curve_draws_ordered_places_and_lists_them_up_to_one_more_than_asked(draws, shape):
    # Two treated of five: 5 x 4 = 20 ordered pairs (10 sets); the actual one is counted among the draws.
    rows = _shared_rows(["a", "b", "c", "d", "e"], ("d", "b"), draws, None)
    assert rows.shape == shape
    assert rows[0].tolist() == [3, 1]
    if draws == 19:
        assert len({tuple(row) for row in rows.tolist()}) == 20


def test_the_share_of_choices_that_stand_out_in_the_direction_of_the_median():
    # Three choices, five assignments; p-values per column are ranks of sizes over five. Row 0: sizes rank first in all three,
    # the third against the median: 2/3. Row 1 ranks second (p = 0.4) in two of three.
    statistics = np.array([[9.0, 8.0, -7.0], [5.0, -4.0, 3.0], [1.0, 2.0, 6.0], [-2.0, 1.0, 1.0], [3.0, 3.0, 2.0]])
    assert _dominant_share(statistics, 0.2).tolist() == pytest.approx([2 / 3, 0, 0, 0, 0])
    # At 0.4: row 1 has its first (p .4, positive) and its second (p .4, against its median); row 2 its third.
    assert _dominant_share(statistics, 0.4).tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3, 0, 0])
    assert _joint_p(np.array([2.0, 3.0, 2.0, 1.0])) == 3 / 4


def test_the_sentence_of_a_curve_counts_the_larger_side():
    table = pd.DataFrame({"estimate": [1.0, -2.0, 3.0, -1.0, 2.0]})
    assert _sentences(table, 0.05, 0.05)[1] == (
        "Of the 5 defensible choices 3 point the same way; together they are striking (p = 0.050)."
    )
    assert _sentences(-table, 0.051, 0.05)[0] == (
        "Van de 5 verdedigbare keuzes wijzen er 3 dezelfde kant op; samen zijn ze niet opvallend (p = 0,051)."
    )


def test_adjusted_p_values_at_the_level_itself_are_rejected_and_listed_smallest_first():
    found = adjust_for_multiplicity(np.array([0.03, 0.025]), names=("b", "a"), method="bonferroni", alpha=0.05)
    assert found.rejected.tolist() == [False, True]
    assert found.table()["indicator"].tolist() == ["a", "b"]
    assert found.table()["adjusted"].tolist() == [0.05, 0.06]


def test_a_dose_is_exceeded_above_the_ceiling_only():
    assert [exceeds_dose(size, 1.5) for size in (1.5, -1.5, 1.6, -1.6, math.nan)] == [False, False, True, True, False]


def pre_trend(passed: bool | None) -> SensitivityCheck:
    said = {True: "quiet", False: "drifting", None: "weak"}[passed]
    return SensitivityCheck(PRE_TREND_CHECK, "", passed, pd.DataFrame(), (f"nl {said}", f"en {said}"))


@pytest.mark.parametrize(("answers", "status"), [((True, None), "good"), ((None, True), "unknown"), ((False, True), "doubt")])
def test_the_first_test_of_earlier_trends_is_the_one_that_is_told(answers, status):
    note = judge(result_of(), checks=[pre_trend(one) for one in answers]).notes[1]
    assert (note.topic, note.status) == ("balance", status)
    assert note.texts == pre_trend(answers[0]).sentences


@pytest.mark.parametrize(("minimal", "status"), [(1.5, "good"), (1.51, "doubt"), (math.inf, "doubt")])
def test_power_is_good_when_the_smallest_effect_seen_is_within_reach(minimal, status):
    assert judge(result_of(), power=power_of(minimal), dose_ceiling=1.5).notes[0].status == status


def test_power_without_a_ceiling_is_told_as_such_and_a_ceiling_of_nothing_refused():
    assert "hoe groot het kan worden" in judge(result_of(), power=power_of(1.0)).notes[0].texts[0]
    assert judge(result_of(), power=power_of(math.inf)).notes[0].status == "doubt"
    with pytest.raises(ParameterError, match="size above zero"):
        judge(result_of(), dose_ceiling=0.0)


def test_the_ceiling_of_a_difference_of_logarithms_is_told_on_the_side_of_the_estimate():
    # exp(-0.5) - 1 = -39.3 %, and a ceiling of 0.2: exp(-0.2) - 1 = -18.1 %; a quarter of that asks for whole numbers.
    result = result_of(estimate=-0.5, scale="log", outcome_words=("de uitkomst", "the outcome"))
    assert implausible(result, 0.2, "en") == (
        "Implausible; look for the mistake. The estimate for the outcome is −39 %, more than the programme can reach "
        "(at most 18 %)."
    )


def test_a_frozen_design_is_written_as_readable_text():
    text = Design(comparison="wijken zoals Oost één").freeze("2026-11-20").to_json()
    assert "één" in text
    assert text.startswith('{\n  "design": {\n    "also_treated": [],')
    assert list(json.loads(text)) == ["design", "frozen", "id"]
    assert FrozenDesign.from_json(text).to_json() == text


@pytest.mark.parametrize(
    ("allowed", "refused", "told"),
    [
        ({"anticipation": 0}, {"anticipation": -1}, "at least 0"),
        ({"min_pre_periods": 1}, {"min_pre_periods": 0}, "at least 1"),
        ({"window": (2020, 2021)}, {"window": (2021, 2021)}, "first period before last"),
        ({"outcome_words": ("a", "b")}, {"outcome_words": ("a", "b", "c"), "outcome_unit": ("", "", "")}, "Dutch and English"),
        ({"outcome_unit": ("a", "b")}, {"outcome_words": ("a",), "outcome_unit": ("",)}, "Dutch and English"),
        (
            {"window": (2015, 2022), "start_years": (2016, 2022)},
            {"window": (2015, 2022), "start_years": (2015,)},
            "starts inside",
        ),
        (
            {"window": (2015, 2022), "start_years": (2022,)},
            {"window": (2015, 2022), "start_years": (2023,)},
            r"found \[2023\]",
        ),
        ({"window": (2015, 2022), "start_years": (2016,)}, {"window": (2015, 2022), "start_years": (2014,)}, "starts inside"),
    ],
)
def test_each_border_of_a_design(allowed, refused, told):
    Design(**allowed)
    with pytest.raises(DesignError, match=told):
        Design(**refused)


@pytest.mark.parametrize(
    ("interval", "within"),
    [
        ((0.1, 2.0), False),
        ((-2.0, -0.1), False),
        ((-1.0, 1.0), True),
        ((0.0, 1.0), True),
        ((-1.0, 0.0), True),
        ((0.1, math.inf), True),
        ((-math.inf, -0.1), True),
        ((math.nan, math.nan), True),
    ],
)
def test_a_change_next_door_is_within_chance_unless_both_ends_exist_and_leave_zero_out(interval, within):
    path = pd.DataFrame({"year": [2019, 2023]})
    assert Spillover(placebo_of(interval=interval), path, ("a",), ("b",), (), 2022).is_within_chance is within


def test_the_search_for_predictors_ends_at_the_bottom_of_a_bowl():
    # Closed form: the least of the sum of squares lies at (1, -2, 3); one generation alone comes no nearer than a tenth.
    target, calls = np.array([1.0, -2.0, 3.0]), []

    def bowl(point: np.ndarray) -> float:
        calls.append(point)
        return float(((point - target) ** 2).sum())

    assert _search(bowl, 3, np.random.default_rng(0), 1) == pytest.approx(target, abs=1e-3)
    # 32 Sobol points (the power of two above 8 x 3), one generation of as many, and a polish of at most 80 x 3.
    assert len(calls) <= 32 + 32 + 80 * 3
    assert np.abs(np.array(calls[:64])).max() <= 6.0


def test_importance_is_relative_to_the_largest():
    # exp((x - max) / 2): roots of the importances 1, e^-2 and e^-4.
    assert _root(np.array([5.0, 3.0, 1.0])) == pytest.approx([1, math.exp(-1), math.exp(-2)])


def test_a_table_of_cohorts_starts_with_cohort_and_period():
    panel = small_panel(n_units=12, n_treated=6)
    table = fit_callaway_santanna(panel, SMALL).details
    assert table.columns.tolist() == [
        "cohort",
        "period",
        "relative_period",
        "estimate",
        "standard_error",
        "lower",
        "upper",
    ]
    assert (table["period"] - table["cohort"]).tolist() == table["relative_period"].tolist()


def test_relative_periods_count_from_the_start_and_leave_the_reference_out():
    # Three periods, starts in the second, and never: relative periods -1, 0, 1 without -1.
    dummies, periods = relative_period_dummies(np.array([1, 3]), 3, -1)
    assert periods.tolist() == [0, 1]
    assert dummies.tolist() == [[[0, 0], [1, 0], [0, 1]], [[0, 0], [0, 0], [0, 0]]]


def test_an_interval_by_the_tables_of_t_and_of_the_normal():
    # Table values: t with 5 degrees of freedom 2.571 (95 %) and 2.015 (90 %); normal 1.960.
    at_95, at_90 = (from_standard_error(1.0, 2.0, kind="given", df=5, level=level) for level in (0.95, 0.9))
    assert at_95.interval == pytest.approx((1 - 2 * 2.571, 1 + 2 * 2.571), abs=1e-3)
    assert at_90.interval == pytest.approx((1 - 2 * 2.015, 1 + 2 * 2.015), abs=1e-3)
    assert at_95.inference == "given; t with 5 degrees of freedom"
    plain = from_standard_error(-1.96, 1.0, kind="given")
    assert (plain.p_value, plain.inference) == (pytest.approx(0.05, abs=1e-4), "given; normal")
    exact = from_standard_error(1.0, 0.0, kind="given")
    assert (exact.interval, math.isnan(exact.p_value)) == ((1.0, 1.0), True)


def test_standard_errors_of_an_influence_function():
    # sqrt(1 + 4 + 4) / 3 and sqrt(4 + 0 + 0) / 3.
    assert standard_errors(np.array([[1.0, 2.0], [2.0, 0.0], [2.0, 0.0]])).tolist() == [1.0, 2 / 3]


def test_a_variance_of_two_parts_is_recovered_exactly():
    # Squared residuals are 1 + 300 / M exactly, so every weighting of the least squares gives that.
    people = np.array([100.0, 150.0, 300.0, 600.0])
    model = ferman_pinto_variance(np.sqrt(1 + 300 / people), people)
    assert (model.constant, model.per_person) == (pytest.approx(1), pytest.approx(300))
    assert model.scale(np.array([100.0, 300.0])).tolist() == pytest.approx([2, math.sqrt(2)])
    with pytest.raises(ParameterError, match="found 2 areas without one"):
        ferman_pinto_variance(np.ones(3), np.array([1.0, 0.0, math.nan]))


def test_the_curve_of_noise_is_three_rounds_of_weighted_least_squares_by_another_program():
    rng = np.random.default_rng(9)
    people = rng.uniform(300, 9_000, 40)
    residuals = rng.standard_normal(40) * np.sqrt(9.0 + 9_000 / people)
    table = sm.add_constant(1 / people)
    fitted = np.full(40, (residuals**2).mean())
    for _ in range(3):
        constant, per_person = sm.WLS(residuals**2, table, weights=1 / fitted**2).fit().params
        fitted = constant + per_person / people
        assert min(constant, per_person) > 0  # nothing is held back to zero on the way
    found = ferman_pinto_variance(residuals, people)
    assert (found.constant, found.per_person) == pytest.approx((constant, per_person), rel=1e-8)


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_every_area_needs_a_number_of_people_to_have_a_noise(wrong):
    told = r"expected a positive number of persons in every area, found [01] areas without one"
    with pytest.raises(ParameterError, match=told):
        ferman_pinto_variance(np.array([1.0, -1.0, 2.0]), np.array([100.0, wrong, 50.0]))


@pytest.mark.parametrize(("p_value", "passed"), [(0.05, False), (0.051, True), (0.0, False), (math.nan, None)])
def test_a_pretended_start_uses_no_period_that_may_already_feel_the_real_one(monkeypatch, p_value, passed):
    seen = []

    def test_of(panel, design, draws):
        seen.append((panel["year"].max(), panel["start_year"].dropna().unique().tolist(), draws))
        return SimpleNamespace(estimate=1.5, p_value=p_value)

    monkeypatch.setattr(variations, "placebo_test", test_of)
    panel = pd.DataFrame(
        {"area_id": ["a"] * 8 + ["b"] * 8, "year": [*range(2012, 2020)] * 2, "start_year": [2018.0] * 8 + [math.nan] * 8}
    )
    found = variations.placebo_in_time(panel, Design(population=None, anticipation=1), [2015, 2016], draws=7)
    # Real start 2018 with one year of anticipation: the last year is 2016.
    assert seen == [(2016, [2015.0], 7), (2016, [2016.0], 7)]
    assert found.passed is passed
    assert found.table["variant"].tolist() == [2015, 2016]
    assert found.table["estimate"].tolist() == [1.5, 1.5]
    assert found.criterion == "no pretended start has p <= 0.05"


def test_a_choice_shows_its_pool_by_name_and_not_every_area_left_out():
    choice = Specification(start=2020, window=None, weights="equal", pool="narrow", without=tuple("abc"))
    assert "narrow" in repr(choice)
    assert "without" not in repr(choice)
