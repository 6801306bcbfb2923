"""The verdict: a badge only when it is earned, and a sentence for every awkward outcome."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import SensitivityCheck, judge
from lwo_analysis.effects.power import PowerResult
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.sentences import outcome_kind
from lwo_analysis.effects.verdict import PRE_TREND_CHECK, evidence_grade
from lwo_analysis.errors import ParameterError


def result_of(**changes: object) -> EffectResult:
    fields = {
        "method": "difference in differences",
        "estimand": "average effect",
        "estimate": -2.0,
        "standard_error": 0.5,
        "interval": (-3.0, -1.0),
        "p_value": 0.01,
        "n_treated": 5,
        "n_control": 60,
        "details": pd.DataFrame(),
        "warnings": (),
        "design_id": "0" * 16,
        "outcome_words": ("de werkloosheid", "unemployment"),
        "outcome_unit": ("procentpunt", "points"),
    }
    return EffectResult(**{**fields, **changes})


def check_of(passed: bool | None, name: str = "start year") -> SensitivityCheck:
    return SensitivityCheck(name, "criterion", passed, pd.DataFrame(), ("Nederlandse zin.", "English sentence."))


def power_of(effect: float) -> PowerResult:
    return PowerResult(effect, 0.8, 0.95, pd.DataFrame(), 200, 5, 60, "studentised placebo test")


def test_an_effect_with_comparison_areas_and_passed_checks_earns_the_badge():
    verdict = judge(result_of(), power=power_of(1.0), dose_ceiling=4.0, checks=[check_of(True)])
    assert (verdict.kind, verdict.badge, verdict.grade) == ("effect", "effect", 3)
    assert {note.topic: note.status for note in verdict.notes} == {
        "power": "good",
        "balance": "unknown",
        "composition": "unknown",
        "robustness": "good",
        "registration": "unknown",
    }


@pytest.mark.parametrize(
    ("changes", "kind", "nl", "en"),
    [
        ({"interval": (-5.0, 1.0), "p_value": 0.2}, "inconclusive", "niets met zekerheid", "Nothing certain"),
        ({"status": "not_identified", "estimate": math.nan}, "not_identified", "geen effect te bepalen", "no effect can be"),
        ({"status": "too_few_areas"}, "too_few_areas", "nog geen betrouwbare marge", "no reliable interval"),
        ({"status": "too_early", "estimate": math.nan}, "too_early", "te vroeg", "too early"),
        ({"estimate": -9.0, "interval": (-12.0, -6.0)}, "implausible", "Onwaarschijnlijk; zoek de fout", "Implausible"),
    ],
)
def test_every_awkward_outcome_has_its_sentence_and_no_badge(changes, kind, nl, en):
    verdict = judge(result_of(**changes), dose_ceiling=4.0)
    assert (verdict.kind, verdict.badge) == (kind, "undetermined")
    assert nl in verdict.sentence("nl")
    assert en in verdict.sentence("en")


def test_the_dose_ceiling_is_named_with_the_estimate():
    sentence = judge(result_of(estimate=-9.0), dose_ceiling=4.0).sentence("nl")
    assert "−9,0 procentpunt" in sentence
    assert "hoogstens 4,0 procentpunt" in sentence


def test_an_estimate_at_the_ceiling_is_not_implausible_and_just_above_it_is():
    assert judge(result_of(), dose_ceiling=2.0).kind == "effect"
    assert judge(result_of(), dose_ceiling=1.99).kind == "implausible"


def test_an_inconclusive_estimate_above_the_ceiling_is_implausible_too():
    assert judge(result_of(interval=(-9.0, 5.0), p_value=0.5), dose_ceiling=1.0).kind == "implausible"


def test_a_wide_interval_is_never_called_no_effect():
    verdict = judge(result_of(interval=(-5.0, 1.0), p_value=0.2), power=power_of(4.2))
    assert "geen effect" not in verdict.sentence("nl")
    assert "4,2" in verdict.sentence("nl")


@pytest.mark.parametrize(
    ("method", "n_control", "comparison", "grade"),
    [
        ("interrupted time series", 0, None, 2),
        ("difference in differences", 60, None, 3),
        ("synthetic difference in differences", 60, None, 4),
        ("difference in differences", 60, "randomised", 5),
        ("difference in differences", 60, "cross_section", 1),
    ],
)
def test_the_grade_follows_the_maryland_scale(method, n_control, comparison, grade):
    assert evidence_grade(result_of(method=method, n_control=n_control), comparison=comparison) == grade


def test_areas_that_drifted_apart_beforehand_lower_the_grade_and_take_the_badge():
    verdict = judge(result_of(method="synthetic control"), checks=[check_of(False, PRE_TREND_CHECK)])
    assert (verdict.grade, verdict.badge) == (2, "undetermined")
    assert "bewijskracht is te klein" in verdict.sentence("nl")
    assert next(note for note in verdict.notes if note.topic == "balance").status == "doubt"


def test_a_failed_check_takes_the_badge_and_is_shown_as_the_doubt():
    verdict = judge(result_of(), checks=[check_of(True), check_of(False)])
    assert verdict.badge == "undetermined"
    assert next(note for note in verdict.notes if note.topic == "robustness").texts[0] == "Nederlandse zin."


def test_power_below_the_dose_is_a_doubt():
    verdict = judge(result_of(estimate=0.1, interval=(-2.0, 2.2), p_value=0.9), power=power_of(2.5), dose_ceiling=1.0)
    assert next(note for note in verdict.notes if note.topic == "power").status == "doubt"
    assert judge(result_of(), power=power_of(np.inf)).notes[0].status == "doubt"


def test_composition_and_registration_are_reported_as_they_are():
    verdict = judge(result_of(design_frozen_before_data=True), composition_stable=False)
    status = {note.topic: note.status for note in verdict.notes}
    assert (status["composition"], status["registration"]) == ("doubt", "good")
    assert verdict.table()["topic"].tolist() == ["grade", "power", "balance", "composition", "robustness", "registration"]


def test_impossible_arguments_are_refused():
    with pytest.raises(ParameterError, match="above zero"):
        judge(result_of(), dose_ceiling=0.0)
    with pytest.raises(ParameterError, match="cross_section"):
        judge(result_of(), comparison="matched")


@pytest.mark.parametrize(
    ("comparison", "grade", "nl", "en"),
    [
        ("cross_section", 1, "één moment", "one moment"),
        ("before_after", 2, "zonder bruikbare", "without usable"),
        ("comparison", 3, "met vergelijkingsgebieden", "with comparison areas"),
        ("controlled", 4, "leken", "resembled"),
        ("randomised", 5, "loting", "lot"),
    ],
)
def test_the_first_row_says_the_grade_in_words(comparison, grade, nl, en):
    first = judge(result_of(), comparison=comparison).table().iloc[0]
    assert (first["topic"], first["status"]) == ("grade", str(grade))
    assert nl in first["nl"]
    assert en in first["en"]
    badge = judge(result_of(), comparison=comparison).badge
    assert badge == ("effect" if grade >= 3 else "undetermined")


@pytest.mark.parametrize(("known", "status"), [(True, "good"), (False, "doubt"), (None, "unknown")])
def test_what_is_known_false_or_not_known_is_told_in_three_ways(known, status):
    checks = [check_of(known, PRE_TREND_CHECK), check_of(None), check_of(True, "donors")]
    notes = judge(result_of(design_frozen_before_data=known), composition_stable=known, checks=checks).notes
    assert [note.topic for note in notes] == ["power", "balance", "composition", "robustness", "registration"]
    assert [note.status for note in notes] == ["unknown", status, status, "good", status]
    # One of the two other checks was decided, and the test of earlier trends is not one of them.
    assert notes[3].texts[1] == "1 check(s) with another choice do not change it."
    assert notes[1].texts == ("Nederlandse zin.", "English sentence.")
    alone = judge(result_of(), checks=checks[:2]).notes
    assert (alone[3].status, alone[3].texts[1]) == ("unknown", "No checks with other choices.")
    table = judge(result_of(), checks=checks).table()
    assert table["en"].iloc[4] == "1 check(s) with another choice do not change it."
    assert table["nl"].iloc[2] == "Nederlandse zin."


@pytest.mark.parametrize(
    ("minimal", "ceiling", "status"), [(1.0, 1.0, "good"), (1.1, 1.0, "doubt"), (1.0, None, "unknown"), (math.inf, None, "doubt")]
)
def test_power_is_held_against_what_the_programme_can_reach(minimal, ceiling, status):
    assert judge(result_of(estimate=0.5), power=power_of(minimal), dose_ceiling=ceiling).notes[0].status == status


@pytest.mark.parametrize("kind", ["effect", "inconclusive", "too_few_areas", "implausible", "too_early"])
def test_power_is_told_where_something_could_have_been_seen(kind):
    changes: dict = {"effect": {}, "inconclusive": {"interval": (-5.0, 1.0), "p_value": 0.2}, "implausible": {"estimate": -9.0}}
    result = result_of(**changes.get(kind, {"status": kind}))
    plain, told = judge(result, dose_ceiling=4.0), judge(result, dose_ceiling=4.0, power=power_of(4.2))
    assert plain.kind == told.kind == kind
    for language in ("nl", "en"):
        added = f" {power_of(4.2).sentence(language)}" if kind in ("effect", "inconclusive", "too_few_areas") else ""
        assert told.sentence(language) == plain.sentence(language) + added


def test_an_estimate_that_is_not_there_exceeds_nothing():
    assert judge(result_of(estimate=math.nan, status="too_few_areas"), dose_ceiling=1.0).kind == "too_few_areas"


def test_a_sentence_has_the_digits_that_its_interval_allows():
    # A quarter of the width of 0.7 is 0.175: two decimals, half of it being below a tenth.
    found = result_of(estimate=1.35, interval=(1.0, 1.7), n_treated=1, n_control=1)
    assert found.sentence("en") == (
        "Unemployment is 1.35 points higher than was to be expected without the programme (95% interval +1.00 points to "
        "+1.70 points; p = 0.010). 1 area with the programme compared with 1 area without."
    )
    # Logarithms: e to 0.0953 is 1.100, to 0.0488 is 1.050 and to 0.1398 is 1.150.
    found = result_of(estimate=0.09531, interval=(0.04879, 0.13976), scale="log", level=0.9, n_control=0)
    assert found.sentence("nl") == (
        "De werkloosheid is 10 % hoger dan zonder het programma te verwachten was (90%-interval +5 % tot +15 %; p = 0,010). "
        "Vergelijking van 5 gebieden met het programma met de ontwikkeling van vóór de start."
    )


@pytest.mark.parametrize(
    ("interval", "p_value", "estimate", "kind"),
    [
        ((0.0, 2.0), 0.01, 1.0, "inconclusive"),
        ((-2.0, 0.0), 0.01, -1.0, "inconclusive"),
        ((0.1, 2.0), 0.05, 1.0, "higher"),
        ((0.1, 2.0), 0.051, 1.0, "inconclusive"),
        ((0.1, 2.0), math.nan, 1.0, "higher"),
        ((-2.0, -0.1), 0.05, -1.0, "lower"),
        ((math.nan, 2.0), 0.01, 1.0, "p_only"),
        ((0.1, math.nan), 0.01, 1.0, "p_only"),
    ],
)
def test_what_kind_of_outcome_it_is(interval, p_value, estimate, kind):
    assert outcome_kind(result_of(interval=interval, p_value=p_value, estimate=estimate)) == kind
