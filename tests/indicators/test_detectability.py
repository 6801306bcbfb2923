"""What can be seen. Expected values: the method notes (sections 0.4, 0.5 and 6), each with its assumption and its sum."""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt

import numpy as np
import pytest

from lwo_analysis.catalogue.interventions import intervention, interventions, measurability, populations, residents_by_area
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.detectability import (
    DetectabilityRule,
    Verdict,
    judge_goal,
    judge_outcome,
    judge_register,
    one_year_mde,
)
from lwo_analysis.indicators.minimal_effects import (
    difference_margin,
    mde_at_threshold,
    mde_between_waves,
    mde_participants,
    mde_register_rate,
    mde_register_share,
    multiplier,
    part_whole_margin,
    rate_margin,
    sample_size_at_threshold,
    sample_size_between_waves,
    years_until_visible,
)
from lwo_analysis.indicators.verdicts import verdict_reason

RULE = DetectabilityRule()
Z = 1.959964 + 0.841621  # standard normal tables: 97.5 % and 80 %


def verdict_on(intervention_id: str, indicator_id: str, **extra: object):
    return judge_outcome(intervention(intervention_id), measurability()[indicator_id], populations(), RULE, **extra)


def test_the_multiplier_is_the_sum_of_two_normal_quantiles() -> None:
    assert multiplier() == pytest.approx(Z, abs=1e-5)  # tables print six decimals


@pytest.mark.parametrize(("n", "points"), [(200, 13), (400, 9), (800, 6.5), (1500, 4.8), (3000, 3.4)])
def test_the_guide_to_survey_waves(n: int, points: float) -> None:
    # assumes two independent simple random samples, p = 0,68 in both, 80 % power, 5 % two-sided
    assert 100 * mde_between_waves(0.68, n) == pytest.approx(100 * Z * sqrt(2 * 0.68 * 0.32 / n), abs=1e-3)
    decimals = 0 if points == int(points) else 1
    assert round(100 * mde_between_waves(0.68, n), decimals) == points


def test_a_survey_of_400_cannot_see_the_whole_health_gap_of_6_points() -> None:
    assert 100 * mde_between_waves(0.68, 400) > 74 - 68
    # 2 x 0,68 x 0,32 x (2,8016 / 0,06)^2 = 948,9
    assert sample_size_between_waves(0.68, 0.06) == 949
    assert 100 * mde_between_waves(0.68, 949) <= 6 < 100 * mde_between_waves(0.68, 948)


def test_the_margins_of_crime_and_nuisance_on_36000_residents() -> None:
    # assumes Poisson counts: 51 x 36 = 1.836 crimes, 1,96 x sqrt(1.836) / 36 = 2,33; 17 x 36 = 612, 1,96 x sqrt(612) / 36 = 1,35
    assert round(1000 * rate_margin(0.051, 36_000), 1) == 2.3
    assert round(1000 * rate_margin(0.017, 36_000), 1) == 1.3


def test_the_margin_of_crime_is_about_one_level_and_a_change_between_years_is_less_certain() -> None:
    # a change has sqrt(2) times the margin of a level: 2,33 x 1,414 = 3,3 per 1.000
    change = 1.96 * sqrt(2 * 0.051 / 36_000)
    assert round(1000 * change, 1) == 3.3
    assert mde_register_rate(0.051, 36_000) == pytest.approx(change * Z / 1.96, rel=1e-4)


def test_the_school_leaver_gap_of_0_3_points_is_inside_its_margin() -> None:
    # 3,1 % of an assumed 4.500 pupils; the other group is not counted anywhere: the printed 0,6 holds for 6.300 to 22.600 pupils
    margins = [100 * difference_margin(0.031, 4_500, 0.028, others) for others in (6_400, 15_000, 22_500)]
    assert [round(margin, 1) for margin in margins] == [0.6, 0.6, 0.6]
    assert min(margins) > 0.3


def test_the_margin_against_a_city_that_contains_the_area_is_smaller_and_still_above_the_gap() -> None:
    # w = 4.500 / 16.000 = 0,28; rest = (2,8 - 0,28 x 3,1) / 0,72 = 2,68 %; margin = 0,72 x 1,96 x sqrt(v1 + v_rest) = 0,42
    weight = 4_500 / 16_000
    rest = (0.028 - weight * 0.031) / (1 - weight)
    by_hand = (1 - weight) * 1.959964 * sqrt(0.031 * 0.969 / 4_500 + rest * (1 - rest) / 11_500)
    found = part_whole_margin(0.031, 4_500, 0.028, 16_000)
    assert found == pytest.approx(by_hand, rel=1e-6)  # 1,959964 has seven digits
    assert round(100 * found, 2) == 0.42
    assert 100 * found > 0.3


def test_the_part_whole_margin_agrees_with_simulation() -> None:
    rng = np.random.default_rng(20261120)
    part, rest = rng.binomial(4_500, 0.031, 40_000), rng.binomial(11_500, 0.0268, 40_000)
    spread = np.std(part / 4_500 - (part + rest) / 16_000)
    whole = (4_500 * 0.031 + 11_500 * 0.0268) / 16_000
    # the standard deviation of 40.000 draws is right within 1 / sqrt(80.000) = 0,35 %; three times that is 1,1 %
    assert part_whole_margin(0.031, 4_500, whole, 16_000) == pytest.approx(1.959964 * spread, rel=0.011)


def test_the_mde_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(7)
    n, p, draws = 400, 0.68, 20_000
    low, high = p - mde_between_waves(p, n) / 2, p + mde_between_waves(p, n) / 2
    first, second = rng.binomial(n, low, draws) / n, rng.binomial(n, high, draws) / n
    error = np.sqrt(first * (1 - first) / n + second * (1 - second) / n)
    # normal approximation to two binomials (about 1 point) plus simulation noise (sqrt(0,16 / 20.000) = 0,3 point)
    assert np.mean(np.abs(second - first) > 1.959964 * error) == pytest.approx(0.80, abs=0.02)


def test_a_threshold_design_needs_four_times_the_sample_of_a_lottery() -> None:
    rng = np.random.default_rng(11)
    n, jumps = 600, []
    for _ in range(1500):
        score = rng.uniform(-1, 1, n)
        below = score < 0
        design = np.column_stack([np.ones(n), below, score, score * below])
        jumps.append(np.linalg.lstsq(design, rng.normal(size=n), rcond=None)[0][1])
    # lottery over n units, half treated: standard error 2 / sqrt(n); 1.500 draws know a standard deviation within 1,8 %: x 3
    assert np.std(jumps) == pytest.approx(2 * 2 / sqrt(n), rel=0.055)
    assert mde_at_threshold(n) == pytest.approx(Z * 4 / sqrt(n), rel=1e-5)


def test_take_up_below_one_makes_a_threshold_design_less_sharp() -> None:
    assert mde_at_threshold(1000, take_up=0.75) == pytest.approx(mde_at_threshold(1000) / 0.75)
    assert sample_size_at_threshold(0.3, take_up=0.75) == int(np.ceil(16 * (Z / 0.3 / 0.75) ** 2))


def test_years_for_a_movement_that_accumulates_and_for_one_that_lasts() -> None:
    assert years_until_visible(0.2, 0.5, accumulates=True, horizon=10) == 3  # 0,2 0,4 0,6
    assert years_until_visible(0.25, 0.5, accumulates=False, horizon=10) == 4  # 0,5 / sqrt(4) = 0,25
    assert years_until_visible(0.0, 0.5, accumulates=True, horizon=10) == inf
    assert years_until_visible(0.01, 0.5, accumulates=False, horizon=10) == inf


def test_fifteen_basic_jobs_are_seen_only_with_microdata() -> None:
    found = verdict_on("I07", "social_assistance_share")
    assert found.verdict is Verdict.MICRODATA
    assert found.ceiling == pytest.approx(15 / 23_800)
    assert found.mde == pytest.approx(Z * sqrt(2 * 0.117 * 0.883 / 23_800), rel=1e-5)
    assert found.reach_needed == pytest.approx(196.5, abs=0.1)  # 0,8255 % of 23.800 people
    # 15 participants, 150 matched others, half with the outcome: 2,8016 x sqrt(0,25 x (1/15 + 1/150)) = 0,379
    assert found.participants_mde == pytest.approx(0.379, abs=0.001)


def test_five_places_are_seen_only_in_their_stories() -> None:
    assert verdict_on("I10", "social_assistance_share").verdict is Verdict.QUALITATIVE


def test_the_job_guarantees_are_visible_if_all_are_filled() -> None:
    found = verdict_on("I12", "social_assistance_share")
    assert (found.verdict, found.years, found.provisional) == (Verdict.VISIBLE, 1, False)


def test_a_larger_noise_in_the_panel_postpones_the_verdict() -> None:
    found = verdict_on("I12", "social_assistance_share", panel_mde=0.035)
    assert (found.verdict, found.years) == (Verdict.AFTER_YEARS, 4)  # 1,05 points a year against 3,5 points


def test_gas_use_needs_a_saving_and_the_noise_of_the_panel() -> None:
    assert verdict_on("I14", "gas_use").provisional
    assert verdict_on("I14", "gas_use", panel_mde=0.02).ceiling is None  # a treated share is not a saving
    assert verdict_on("I14", "gas_use", panel_mde=0.02).verdict is Verdict.AFTER_YEARS
    # 1.610 / 19.914 x 0,30 = 2,4 % of mean gas use against an assumed panel MDE of 2 %
    assert verdict_on("I14", "gas_use", panel_mde=0.02, effect_per_unit=0.30).verdict is Verdict.VISIBLE
    assert verdict_on("I14", "gas_use", panel_mde=0.20, effect_per_unit=0.30).verdict is Verdict.MICRODATA


def test_a_modelled_figure_never_shows_a_change() -> None:
    found = verdict_on("H03", "liveability_score")
    assert found.verdict is Verdict.QUALITATIVE
    assert found.never_from_open_data
    assert found.reason == verdict_reason("modelled", "no_register")
    assert one_year_mde(measurability()["loneliness_share"], populations()["residents"], RULE) is None


def test_a_whole_area_in_one_wijk_is_noisier_than_all_five() -> None:
    part = residents_by_area()["heechterp-schieringen"] / sum(residents_by_area().values())
    whole, small = verdict_on("H03", "registered_crimes"), verdict_on("H03", "registered_crimes", part_of_area=part)
    assert small.mde == pytest.approx(whole.mde / sqrt(part))
    assert small.years > whole.years


def test_the_register_is_judged_whole_and_every_verdict_has_a_reason() -> None:
    found = judge_register(interventions().values(), measurability(), populations(), RULE, residents=residents_by_area())
    assert len(found) == sum(len(entry.indicators) for entry in interventions().values())
    assert {one.verdict for one in found} == set(Verdict)
    assert all(one.reason.nl and one.reason.en and "{" not in one.reason.nl for one in found)


def test_no_verdict_says_visible_below_its_minimal_effect() -> None:
    for one in judge_register(interventions().values(), measurability(), populations(), RULE):
        if one.verdict is Verdict.VISIBLE:
            assert one.ceiling >= one.mde


def test_the_rule_is_a_parameter() -> None:
    usual = verdict_on("I07", "social_assistance_share")
    assert (usual.verdict, usual.provisional) == (Verdict.MICRODATA, False)
    strict = replace(RULE, largest_participant_effect=0.10)
    found = judge_outcome(intervention("I07"), measurability()["social_assistance_share"], populations(), strict)
    assert found.verdict is Verdict.QUALITATIVE


def test_the_words_on_the_page() -> None:
    labels = [verdict.label("nl") for verdict in Verdict]
    assert labels == ["zichtbaar", "pas na jaren", "alleen met microdata", "alleen kwalitatief"]


def test_the_straight_path_of_social_assistance_is_seen_after_5_years() -> None:
    # 11,7 -> 7,6 in 20 years = 0,205 a year; 0,8255 / 0,205 = 4,03: the fifth year
    found = judge_goal(0.117, 0.076, mde_register_share(0.117, 23_800))
    assert found.per_year == pytest.approx(-0.00205)
    assert (found.years, found.seen_within_programme) == (5, True)


def test_the_straight_path_of_health_is_never_seen_with_400_respondents() -> None:
    # 68 -> 74 = 0,3 a year; a survey of 400 sees 9,2 points: 31 years, and the programme has 20
    assert judge_goal(0.68, 0.74, mde_between_waves(0.68, 400)).years == inf
    assert judge_goal(0.68, 0.74, mde_between_waves(0.68, 3000)).years == 12  # 3,4 / 0,3 = 11,2


def test_participants_design_uses_both_groups() -> None:
    assert mde_participants(100, controls_per_participant=1) == pytest.approx(mde_between_waves(0.5, 100))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_impossible_shares_are_refused(share: float) -> None:
    with pytest.raises(ParameterError):
        mde_between_waves(share, 100)


def test_an_impossible_panel_mde_is_refused() -> None:
    with pytest.raises(ParameterError, match="panel_mde"):
        verdict_on("I12", "social_assistance_share", panel_mde=0.0)


def test_every_verdict_has_its_words_in_both_languages() -> None:
    assert [verdict.label("nl") for verdict in Verdict] == [
        "zichtbaar",
        "pas na jaren",
        "alleen met microdata",
        "alleen kwalitatief",
    ]
    assert [verdict.label("en") for verdict in Verdict] == [
        "visible",
        "only after years",
        "only with microdata",
        "only qualitative",
    ]
