"""Dose ceilings. Expected values: arithmetic by hand on numbers of the programme documents; sizes are stated assumptions."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.catalogue.interventions import Population, Text, intervention, populations
from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.dose import count_in_panel, dose_ceiling, exceeds_ceiling, gap_in_people, intervention_ceiling

WORKING_AGE = 23_800  # assumption: about 66 % of 36.000 residents are aged 15-66


def test_fifteen_basic_jobs_move_social_assistance_by_at_most_0_06_points() -> None:
    assert dose_ceiling(15, WORKING_AGE).points == pytest.approx(100 * 15 / 23_800)
    assert round(dose_ceiling(15, WORKING_AGE).points, 2) == 0.06


def test_five_open_hiring_places_move_it_by_at_most_0_02_points() -> None:
    assert round(dose_ceiling(5, WORKING_AGE).points, 2) == 0.02


def test_250_job_guarantees_a_year_are_about_1_05_points_if_recipients_fill_all() -> None:
    found = intervention_ceiling(intervention("I12"), populations())
    assert found.accumulates
    assert found.ceiling is not None
    assert round(found.ceiling.points, 2) == 1.05  # 250 / 23.800


def test_the_gap_to_the_city_is_about_975_people_and_49_a_year() -> None:
    # 11,7 % - 7,6 % = 4,1 points of 23.800 = 975,8 people; over the 20 years to 2043: 48,8 a year, net
    found = gap_in_people(0.117, 0.076, WORKING_AGE, years=20)
    assert found.people == pytest.approx(0.041 * 23_800)
    assert round(found.people, 1) == 975.8
    assert round(found.per_year) == 49
    assert found.arithmetic() == "(11,7 % - 7,6 %) x 23.800 = 976; / 20 = 49 per jaar"


def test_100_waived_debts_are_about_half_a_percent_of_households() -> None:
    # 18.750 households is the middle of 18.500-19.000
    found = intervention_ceiling(intervention("I25"), populations())
    assert found.ceiling is not None
    assert round(found.ceiling.points, 2) == 0.53


def test_1610_dwellings_are_8_percent_of_the_stock_and_10_7_of_the_four_wijken() -> None:
    # KWB 2024: 19.914 in five wijken, 19.914 - 4.851 = 15.063 in four; "about 10 %" of the notes is 10,7 %: 11 when rounded
    assert round(dose_ceiling(1610, 19_914).points, 1) == 8.1
    assert round(dose_ceiling(1610, 19_914 - 4_851).points, 1) == 10.7


def test_nobody_can_leave_a_group_they_are_not_in() -> None:
    capped = dose_ceiling(250, WORKING_AGE, affected=100)
    assert capped.ceiling == 100 / 23_800
    assert capped.arithmetic() == "min(250; 100) / 23.800 = 0,420 procentpunt"


def test_the_arithmetic_is_shown() -> None:
    assert dose_ceiling(15, WORKING_AGE).arithmetic() == "15 / 23.800 = 0,063 procentpunt"
    assert dose_ceiling(15, WORKING_AGE).arithmetic("en") == "15 / 23,800 = 0.063 percentage points"


@pytest.mark.parametrize(
    ("intervention_id", "reason"),
    [("I11", "no number"), ("I08", "no number"), ("I01", "cannot be counted"), ("I33", "cannot be counted")],
)
def test_without_a_countable_dose_there_is_a_reason_and_no_ceiling(intervention_id: str, reason: str) -> None:
    found = intervention_ceiling(intervention(intervention_id), populations())
    assert found.ceiling is None
    assert found.reason is not None
    assert reason in found.reason.en


def test_an_unknown_size_gives_no_ceiling() -> None:
    sizes = {**populations(), "working_age": Population("working_age", None, Text("niet geteld", "not counted"))}
    assert intervention_ceiling(intervention("I07"), sizes).reason == Text(
        "omvang onbekend: niet geteld", "size of working_age unknown: not counted"
    )


def test_an_effect_above_the_ceiling_is_a_mistake() -> None:
    ceiling = dose_ceiling(15, WORKING_AGE)
    assert exceeds_ceiling(-0.001, ceiling)
    assert not exceeds_ceiling(-0.0006, ceiling)


OBSERVATIONS = pd.DataFrame(
    {
        "area_id": ["bilgaard", "vrijheidswijk", "bilgaard", "lwd"],
        "indicator_id": ["social_assistance_share"] * 4,
        "year": [2024, 2024, 2023, 2024],
        "numerator": [600.0, None, 610.0, 6_000.0],
        "denominator": [4_500.0, 2_400.0, 4_480.0, 82_000.0],
    }
)


def test_counts_in_the_panel_are_summed_over_areas() -> None:
    found = count_in_panel(OBSERVATIONS, "social_assistance_share", ["bilgaard", "lwd"], 2024)
    assert (found.numerator, found.denominator) == (600 + 6_000, 4_500 + 82_000)


def test_a_suppressed_area_makes_the_sum_fail() -> None:
    with pytest.raises(InputError, match="a missing count"):
        count_in_panel(OBSERVATIONS, "social_assistance_share", ["bilgaard", "vrijheidswijk"], 2024)


def test_an_absent_area_makes_the_sum_fail() -> None:
    with pytest.raises(InputError, match="one row for each"):
        count_in_panel(OBSERVATIONS, "social_assistance_share", ["bilgaard", "oud-oost"], 2024)


@pytest.mark.parametrize(("reached", "population"), [(-1, 10), (1, 0), (float("nan"), 10)])
def test_impossible_numbers_are_refused(reached: float, population: float) -> None:
    with pytest.raises(ParameterError):
        dose_ceiling(reached, population)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1e6), st.floats(1, 1e6), st.floats(0, 1e6))
def test_a_ceiling_lies_between_0_and_1_and_a_cap_never_raises_it(reached: float, population: float, affected: float) -> None:
    free, capped = dose_ceiling(reached, population), dose_ceiling(reached, population, affected=affected)
    assert 0 <= capped.ceiling <= free.ceiling <= 1


@pytest.mark.parametrize(
    ("share", "reference", "population", "years", "name"),
    [
        (1.01, 0.5, 1, 1, "share"),
        (-0.01, 0.5, 1, 1, "share"),
        (0.5, 1.01, 1, 1, "reference"),
        (0.5, 0.4, 0, 1, "population"),
        (0.5, 0.4, 1, 0, "years"),
    ],
)
def test_a_gap_of_impossible_shares_is_refused(share, reference, population, years, name) -> None:
    with pytest.raises(ParameterError, match=rf"^{name}: expected a number"):
        gap_in_people(share, reference, population, years=years)


def test_the_whole_of_a_population_is_a_possible_gap() -> None:
    # Everybody against nobody among 60, in four years: 15 a year, whichever is the larger.
    for pair in ((1.0, 0.0), (0.0, 1.0)):
        found = gap_in_people(*pair, 60, years=4)
        assert (found.people, found.per_year) == (60.0, 15.0)
    assert gap_in_people(0.117, 0.076, 23_800, years=20).arithmetic("nl") == "(11,7 % - 7,6 %) x 23.800 = 976; / 20 = 49 per jaar"
    assert gap_in_people(0.117, 0.076, 23_800, years=20).arithmetic("en") == "(11.7 % - 7.6 %) x 23,800 = 976; / 20 = 49 a year"
