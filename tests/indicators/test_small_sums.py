"""Small sums by hand for steps that larger tests pass through without looking: bounds, weights, reasons, order."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.agenda import agenda
from lwo_analysis.catalogue.interventions import Measurability, Population, Text, intervention
from lwo_analysis.catalogue.literature import Goal, literature
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.agenda import AgendaWeights, rank_questions
from lwo_analysis.indicators.baseline import find_vintage
from lwo_analysis.indicators.costs import CostBenefitCase, Uncertain, evaluate_case, simulate_case, tornado, who_pays_who_gains
from lwo_analysis.indicators.course import judge_course
from lwo_analysis.indicators.detectability import (
    Detectability,
    DetectabilityRule,
    Verdict,
    judge_goal,
    judge_outcome,
    one_year_mde,
)
from lwo_analysis.indicators.evaluation_sheet import InsulationInputs, insulation_evaluation_sheet
from lwo_analysis.indicators.evidence_map import build_evidence_map
from lwo_analysis.indicators.microdata import ExportRules, check_export
from lwo_analysis.indicators.minimal_effects import (
    difference_margin,
    mde_at_threshold,
    mde_between_waves,
    mde_participants,
    part_whole_margin,
    rate_margin,
)
from lwo_analysis.indicators.uncertainty import poisson_interval
from lwo_analysis.indicators.verdicts import verdict_reason

# --- costs and benefits -------------------------------------------------------------------------------------------------------

FIXED = Uncertain(1.0, 1.0, 1.0)


def one_year(effect: Uncertain, cost: float = 0.0) -> CostBenefitCase:
    """One case, one euro, one year: the net value is the effect less the costs."""
    return CostBenefitCase(Uncertain(cost, cost, cost), FIXED, effect, FIXED, Uncertain(0.0, 0.0, 0.0), 1, 1)


def test_a_95_percent_interval_is_drawn_as_the_normal_distribution_that_has_it() -> None:
    # 0.1 to 0.7 is 0.4 plus or minus 1.96 standard deviations, so these are 0.6 / 3.92; numpy draws the same standard normals.
    spread = simulate_case(
        one_year(Uncertain(0.1, 0.4, 0.7, kind="interval95")), rate=0.0, draws=400, rng=np.random.default_rng(5)
    )
    normal = np.random.default_rng(5).standard_normal(400)
    assert spread.draws.tolist() == pytest.approx((0.4 + 0.6 / 3.919927969 * normal).tolist(), abs=1e-9)
    # The 11th lowest of 401 steps and the 390th: quantiles of 2.5 and 97.5 % lie at places 9.975 and 389.025 from nought.
    ordered = np.sort(spread.draws)
    assert spread.lower == pytest.approx(ordered[9] + 0.975 * (ordered[10] - ordered[9]))
    assert spread.upper == pytest.approx(ordered[389] + 0.025 * (ordered[390] - ordered[389]))
    assert spread.median == pytest.approx((ordered[199] + ordered[200]) / 2)


def test_a_range_is_drawn_as_a_triangle_and_the_chance_of_a_gain_is_counted() -> None:
    spread = simulate_case(one_year(Uncertain(0.0, 0.2, 1.0), cost=0.4), rate=0.0, draws=500, rng=np.random.default_rng(6))
    triangle = np.random.default_rng(6).triangular(0.0, 0.2, 1.0, 500) - 0.4
    assert spread.draws.tolist() == pytest.approx(triangle.tolist(), abs=1e-12)
    assert spread.chance_positive == (triangle > 0).sum() / 500
    # Above 0.4 lies 0.6 x 0.6 / (1.0 x 0.8) = 45 % of the triangle; four standard errors of 500 draws are 9 points.
    assert spread.chance_positive == pytest.approx(0.45, abs=0.09)


def test_persistence_is_drawn_within_nought_and_one() -> None:
    # In the second year what is left of 1 is the persistence; drawn round 1 with a wide interval, it stops at 0 and at 1.
    case = CostBenefitCase(Uncertain(0, 0, 0), FIXED, FIXED, FIXED, Uncertain(-1.0, 0.5, 2.0, kind="interval95"), 1, 2)
    draws = simulate_case(case, rate=0.0, draws=300, rng=np.random.default_rng(7)).draws
    normal = 0.5 + 3.0 / 3.919927969 * np.random.default_rng(7).standard_normal(300)
    assert draws.tolist() == pytest.approx((1.0 + np.clip(normal, 0.0, 1.0)).tolist(), abs=1e-9)


def test_one_draw_is_a_spread_and_none_is_not() -> None:
    case = one_year(Uncertain(0.0, 0.2, 1.0))
    assert len(simulate_case(case, rate=0.0, draws=1, rng=np.random.default_rng(1)).draws) == 1
    with pytest.raises(ParameterError, match="draws"):
        simulate_case(case, rate=0.0, draws=0, rng=np.random.default_rng(1))


def test_a_bar_of_the_tornado_runs_from_the_low_to_the_high_end() -> None:
    # 2 (1 to 5) cases of an effect of 3 (2 to 4): net 3 to 15 and 4 to 8.
    case = replace(one_year(Uncertain(2.0, 3.0, 4.0)), cases=Uncertain(1.0, 2.0, 5.0))
    bars = {bar.input: (bar.at_low, bar.at_high, bar.swing) for bar in tornado(case, rate=0.0)}
    assert (bars["cases"], bars["effect"]) == ((3.0, 15.0, 12.0), (4.0, 8.0, 4.0))
    assert [bar.input for bar in tornado(case, rate=0.0)][:2] == ["cases", "effect"]


def test_shares_of_who_pays_add_up_and_are_not_below_nought() -> None:
    result = evaluate_case(one_year(Uncertain(1.0, 1.0, 1.0), cost=0.4), rate=0.0)
    found = who_pays_who_gains(result, {"a": 1.0}, {"a": 0.25, "b": 0.75})
    # Costs 0.4, gains 1.0.
    assert [(one.party, one.pays, one.gains) for one in found] == [("a", 0.4, 0.25), ("b", 0.0, 0.75)]
    assert [one.net for one in found] == pytest.approx([-0.15, 0.75])
    for wrong in ({"a": 1.5, "b": -0.5}, {"a": 0.5, "b": 0.4}):
        with pytest.raises(ParameterError, match="shares that add up to 1"):
            who_pays_who_gains(result, wrong, {"a": 1.0})


# --- the kennisagenda ---------------------------------------------------------------------------------------------------------

QUESTION = replace(
    next(iter(agenda().values())),
    id="Q",
    goal="W4",
    intervention="I07",
    status="needs_microdata",
    retired=False,
    decision_weight=2,
    data_readiness=1,
    grade_within_reach=4,
    cost_class="middle",
)
NONE = {"decision": 0.0, "detectability": 0.0, "readiness": 0.0, "design": 0.0, "cheapness": 0.0}


def verdict_row(verdict: Verdict, outcome: str = "o", entry: str = "I07") -> Detectability:
    return Detectability(entry, outcome, verdict, None, None, inf, None, None, None, False, False, Text("", ""))


def score(question: object = QUESTION, verdicts: tuple[Detectability, ...] = (), **weights: float) -> float:
    found = rank_questions([question], AgendaWeights(**(NONE | weights)), verdicts=verdicts, goal_indicators={"W4": ("o",)})
    return found[0].score


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Verdict.VISIBLE, 1.0), (Verdict.AFTER_YEARS, 0.666667), (Verdict.MICRODATA, 0.333333), (Verdict.QUALITATIVE, 0.0)],
)
def test_a_verdict_counts_in_thirds_and_the_best_one_counts(verdict: Verdict, expected: float) -> None:
    assert score(verdicts=(verdict_row(verdict),), detectability=1.0) == expected
    assert score(verdicts=(verdict_row(Verdict.QUALITATIVE), verdict_row(verdict)), detectability=2.0) == expected


def test_a_verdict_on_something_else_does_not_count() -> None:
    others = (verdict_row(Verdict.VISIBLE, outcome="p"), verdict_row(Verdict.VISIBLE, entry="I08"))
    assert score(verdicts=others, detectability=1.0) == 0.0
    assert score(detectability=1.0) == 0.0


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"decision": 1.0}, 0.666667),  # 2 of 3
        ({"readiness": 1.0}, 0.333333),  # 1 of 3
        ({"design": 1.0}, 0.75),  # grade 4 on a scale of 1 to 5
        ({"cheapness": 1.0}, 0.5),  # middle
        ({"design": 3.0, "cheapness": 1.0}, 0.6875),  # (3 x 0.75 + 0.5) / 4
    ],
)
def test_every_part_of_the_score_is_scaled_to_one(weights: dict[str, float], expected: float) -> None:
    assert score(**weights) == expected


def test_costs_lower_the_score_and_a_closed_question_has_none() -> None:
    assert [score(replace(QUESTION, cost_class=name), cheapness=1.0) for name in ("low", "middle", "high")] == [1.0, 0.5, 0.0]
    assert score(replace(QUESTION, retired=True), cheapness=1.0) == 0.0
    assert score(replace(QUESTION, status="answered"), cheapness=1.0) == 0.0
    with pytest.raises(ParameterError):
        score(cheapness=0.0)


def test_questions_stand_by_score_then_id_and_closed_ones_last() -> None:
    dear, early, closed = (
        replace(QUESTION, id="A", cost_class="high"),
        replace(QUESTION, id="P"),
        replace(QUESTION, id="0", retired=True),
    )
    found = rank_questions([closed, dear, QUESTION, early], AgendaWeights())
    assert [(one.rank, one.question.id) for one in found] == [(1, "P"), (2, "Q"), (3, "A"), (4, "0")]


# --- what can be seen ---------------------------------------------------------------------------------------------------------

SIZES = {"working_age": Population("working_age", 23_800.0, Text("", ""))}
# 15 participants, 150 matched: 2.8016 x sqrt(0.25 x (1/15 + 1/150)) = 0.379.
LENIENT = DetectabilityRule(largest_participant_effect=1.0)


def outcome(kind: str = "register_share", name: str = "social_assistance_share", **changes: object) -> Measurability:
    usual = {"baseline": 0.117, "population": "working_age", "open": True, "microdata": True}
    return Measurability(name, kind, **(usual | changes))


@pytest.mark.parametrize(
    ("measured", "verdict", "words"),
    [
        (outcome("modelled", open=False), Verdict.MICRODATA, ("modelled", "persons_mean", {"hundredths": "76"})),  # 2 x 37.9
        (outcome("modelled", microdata=False), Verdict.QUALITATIVE, ("modelled", "no_register", {})),
        (outcome(open=False), Verdict.MICRODATA, ("not_public", "persons_share", {"points": "38"})),
        (outcome(name="other"), Verdict.MICRODATA, ("no_ceiling", "persons_share", {"points": "38"})),
        (outcome("survey_share", "other", open=False), Verdict.MICRODATA, ("no_ceiling", "persons_share", {"points": "38"})),
        (outcome(baseline=None), Verdict.MICRODATA, ("no_noise", "persons_share", {"points": "38"})),
        (outcome(), Verdict.MICRODATA, ("below", "persons_share", {"points": "38"})),
        (outcome(microdata=False), Verdict.QUALITATIVE, ("below", "no_register", {})),
    ],
    ids=str,
)
def test_the_reason_says_which_step_decided(measured: Measurability, verdict: Verdict, words: tuple) -> None:
    found = judge_outcome(intervention("I07"), measured, SIZES, LENIENT)
    assert (found.verdict, found.provisional, found.years) == (verdict, False, inf)
    assert found.reason == verdict_reason(words[0], words[1], **words[2])
    assert found.never_from_open_data is not (measured.open and measured.kind.startswith("register"))


def test_a_comparison_of_persons_that_nobody_counted_is_provisional() -> None:
    uncounted = replace(intervention("I07"), dose=replace(intervention("I07").dose, count=None))
    found = judge_outcome(uncounted, outcome(), SIZES, LENIENT)
    assert (found.verdict, found.provisional, found.participants_mde) == (Verdict.MICRODATA, True, None)
    assert found.reason == verdict_reason("no_ceiling", "not_counted")


@pytest.mark.parametrize(("largest", "verdict"), [(0.37, Verdict.QUALITATIVE), (0.38, Verdict.MICRODATA)])
def test_too_few_persons_cannot_show_the_largest_effect_asked_for(largest: float, verdict: Verdict) -> None:
    found = judge_outcome(intervention("I07"), outcome(), SIZES, DetectabilityRule(largest_participant_effect=largest))
    assert found.verdict is verdict
    if verdict is Verdict.QUALITATIVE:
        assert found.reason == verdict_reason("below", "too_few")


# The ceiling is 15 / 23,800 = 0.00063 and lasts: t years before and after divide the noise by the root of t, up to ten years.
@pytest.mark.parametrize(
    ("panel_mde", "verdict", "years"),
    [
        (0.0006, Verdict.VISIBLE, 1),
        (0.0007, Verdict.AFTER_YEARS, 2),  # 1.11 squared is 1.23
        (0.00199, Verdict.AFTER_YEARS, 10),  # 3.158 squared is 9.97
        (0.002, Verdict.MICRODATA, inf),  # 3.173 squared is 10.07
    ],
)
def test_a_change_that_lasts_is_seen_once_enough_years_are_averaged(panel_mde: float, verdict: Verdict, years: float) -> None:
    found = judge_outcome(intervention("I07"), outcome(), SIZES, LENIENT, panel_mde=panel_mde)
    assert (found.verdict, found.years) == (verdict, years)
    assert found.reach_needed == pytest.approx(panel_mde * 23_800)
    assert (
        judge_outcome(intervention("I07"), outcome(), SIZES, LENIENT, panel_mde=0.01, effect_per_unit=0.5).reach_needed == 476.0
    )


def test_noise_is_known_only_where_it_can_be_counted() -> None:
    rule, size = DetectabilityRule(), SIZES["working_age"]
    known = [one_year_mde(outcome(kind), size, rule) is not None for kind in ("register_share", "register_rate", "survey_share")]
    assert known == [True, True, True]
    assert [one_year_mde(outcome(kind), size, rule) for kind in ("register_mean", "modelled")] == [None, None]
    nobody = Population("working_age", None, Text("", ""))
    assert one_year_mde(outcome(), nobody, rule) is None
    # A survey asks 400, however many there are: 2.8016 x sqrt(2 x 0.117 x 0.883 / 400) = 0.0637.
    assert one_year_mde(outcome("survey_share"), nobody, rule) == pytest.approx(0.0637, abs=5e-5)


def test_progress_of_six_points_in_twenty_years_is_three_tenths_a_year() -> None:
    found = judge_goal(68.0, 74.0, 2.9)
    # 0.3 a year passes 2.9 in the tenth year.
    assert (found.gap, found.per_year, found.years, found.seen_within_programme) == (6.0, pytest.approx(0.3), 10, True)
    assert judge_goal(68.0, 74.0, 2.9, years=10).years == 5  # 0.6 a year
    assert not judge_goal(68.0, 74.0, 6.1).seen_within_programme


# --- smallest effects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: part_whole_margin(0.5, 100, 0.5, 100), "whole_n"),  # a part is less than its whole
        (lambda: difference_margin(0.5, 0, 0.5, 100), "n"),
        (lambda: difference_margin(0.5, 100, 0.5, 0), "n"),
        (lambda: difference_margin(1.01, 100, 0.5, 100), "share"),
        (lambda: difference_margin(0.5, 100, -0.01, 100), "share"),
        (lambda: rate_margin(-0.001, 100), "rate"),
        (lambda: rate_margin(0.1, 0), "population"),
        (lambda: mde_participants(15, controls_per_participant=0), "controls_per_participant"),
        (lambda: mde_at_threshold(0), "n"),
        (lambda: mde_at_threshold(100, take_up=0), "take_up"),
        (lambda: mde_at_threshold(100, take_up=1.01), "take_up"),
        (lambda: mde_between_waves(0.5, 100, design_effect=0.99), "design_effect"),
        (lambda: judge_goal(1.0, 2.0, 0.0), "mde"),
    ],
)
def test_the_first_impossible_number_is_refused(call: object, name: str) -> None:
    with pytest.raises(ParameterError, match=rf"^{name}"):
        call()


def test_the_last_possible_number_is_not_refused() -> None:
    assert rate_margin(0.0, 1) == 0.0
    assert difference_margin(0.0, 1, 1.0, 1) == 0.0
    assert mde_between_waves(0.5, 100, design_effect=1.0) == mde_between_waves(0.5, 100)
    assert mde_at_threshold(100, take_up=1.0) == mde_at_threshold(100)
    # A half of 200 that is like the other half: half of 1.96 x sqrt(0.25/100 + 0.25/100) = 0.0693.
    assert part_whole_margin(0.5, 100, 0.5, 200) == pytest.approx(0.0693, abs=5e-5)


def test_no_event_has_a_lower_end_of_nought_and_an_upper_of_3_7() -> None:
    # Garwood: -ln(0.025) = 3.6889 for none; 0.0253 and 5.5716 for one.
    found = poisson_interval(np.array([0.0, 1.0]))
    assert found.lower == pytest.approx([0.0, 0.0253], abs=5e-5)
    assert found.upper == pytest.approx([3.6889, 5.5716], abs=5e-5)


# --- evaluation sheet, evidence, microdata ------------------------------------------------------------------------------------


def test_the_sheet_is_arithmetic_on_published_numbers() -> None:
    sheet = insulation_evaluation_sheet(InsulationInputs(saving_per_dwelling=0.3, panel_mde=0.02))
    assert sheet.share_of_stock.ceiling == pytest.approx(1610 / 19_914)
    assert sheet.share_of_four.ceiling == pytest.approx(1610 / 15_063)
    assert sheet.yearly_share_of_four == pytest.approx(1610 / 15_063 / 8)  # 2024 to 2031 are eight years
    assert sheet.ceiling_gas == pytest.approx(0.3 * 1610 / 15_063)  # 3.2 %
    assert sheet.saving_needed == pytest.approx(0.02 * 15_063 / 1610)
    assert sheet.years_until_visible == 5  # 0.4008 % a year: 2.004 % in the fifth
    assert insulation_evaluation_sheet(InsulationInputs(saving_per_dwelling=0.3, panel_mde=0.033)).years_until_visible == inf
    assert [effect for effect, _ in sheet.threshold.sample_sizes] == [0.2, 0.3, 0.5]
    # (2.8016 / (0.75 x effect))^2 x 16, rounded up
    assert [size for _, size in sheet.threshold.sample_sizes] == [5582, 2481, 894]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, {"no_study"}),
        ({"indicators": ()}, {"no_indicator", "no_study"}),
        ({"start": "study"}, {"not_started", "no_study"}),
        ({"start": "exploration"}, {"not_started", "no_study"}),
    ],
)
def test_what_an_intervention_lacks_is_named(changes: dict, kinds: set[str]) -> None:
    usual = intervention("I07")
    start = replace(usual.start, status=changes.get("start", "pilot"))
    entry = replace(usual, start=start, indicators=changes.get("indicators", ("o",)), chain=replace(usual.chain, goals=("W4",)))
    goal = Goal("W4", "doel", "goal", ("o",), (), "inferred", "001:1")
    found = build_evidence_map({"I07": entry}, {"W4": goal}, {}, {})
    assert {gap.kind for gap in found.gaps} == kinds


@pytest.mark.parametrize(("grade", "kinds"), [(2, {"weak_studies"}), (3, set()), (4, set())])
def test_studies_count_from_grade_three(grade: int, kinds: set[str]) -> None:
    usual = intervention("I07")
    entry = replace(usual, start=replace(usual.start, status="pilot"), chain=replace(usual.chain, goals=("W4",)))
    study = replace(
        next(iter(literature().values())), id="s", prior_for=("I07",), goals=("W4",), grade=grade, direction="positive"
    )
    weaker = replace(study, id="w", grade=1, direction="null")
    goal = Goal("W4", "doel", "goal", ("o",), (), "inferred", "001:1")
    found = build_evidence_map({"I07": entry}, {"W4": goal}, {}, {"s": study, "w": weaker})
    assert {gap.kind for gap in found.gaps} == kinds
    edge = next(edge for edge in found.edges if edge.target == "W4")
    assert (edge.grade, edge.direction, edge.studies) == (grade, "positive", ("s", "w"))


@pytest.mark.parametrize(
    ("n", "total", "largest", "is_share", "leaves"),
    [
        (20.0, 10.0, 1.0, True, True),
        (19.0, 9.0, 1.0, True, False),  # nine with the outcome
        (19.0, 10.0, 1.0, True, False),  # nine without it
        (10.0, 1000.0, 500.0, False, True),  # the largest has half
        (10.0, 1000.0, 501.0, False, False),
        (9.0, 1000.0, 100.0, False, False),
    ],
)
def test_what_leaves_has_ten_persons_on_both_sides_and_no_one_above_half(n, total, largest, is_share, leaves) -> None:
    table = pd.DataFrame({"area_id": ["a"], "n": [n], "total": [total], "largest": [largest], "is_share": [is_share]})
    found = check_export(table, ExportRules())
    assert found.n_withheld == (0 if leaves else 1)
    assert found.released["n"].notna().tolist() == [leaves]
    assert len(found.reasons) == (0 if leaves else 1)


# --- course and order of tables -----------------------------------------------------------------------------------------------


def test_whether_others_fell_short_too_is_asked_of_the_last_year() -> None:
    # Gained 0.5 and 0.5 where 0.2 and then 1.0 was asked; the others stood still, so there is no noise.
    years = [2023, 2025, 2026]
    others = pd.DataFrame({"x": [5.0] * 3, "y": [6.0] * 3, "z": [7.0] * 3}, index=years)
    area = pd.Series([9.0, 8.5, 8.5], years)
    late = judge_course(area, others, pd.Series([0.0, 0.2, 1.0], years), "lower")
    early = judge_course(area, others, pd.Series([0.0, 1.0, 0.2], years), "lower")
    assert (late.guard.not_shared, late.guard.beyond_noise, late.guard.persists) == (True, True, False)
    assert (early.guard.not_shared, early.guard.beyond_noise, early.guard.persists) == (False, False, False)


def test_the_candidates_for_a_printed_figure_are_numbered_in_their_order() -> None:
    # 7.62 is 0.2 steps of 0.1 from the printed 7.6, 7.1 is five.
    table = pd.DataFrame({"area_id": "lwd", "year": [2018, 2020], "denominator": "residents", "value": [7.1, 7.62]})
    found = find_vintage({"lwd": 7.6}, pd.concat([table, table.assign(year=2021, value=nan)]), 0.1)
    assert found.ranking["year"].tolist() == [2020, 2018]
    assert found.ranking["distance"].tolist() == pytest.approx([0.2, 5.0])
    assert found.ranking.index.tolist() == [0, 1]
