"""The effect of the programme on an area: the planted truth is found, and areas, years and models that cannot show one do not."""

from __future__ import annotations

import pytest

from lwo_analysis.catalogue.breaks import Break
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning.observations import load_observations
from lwo_analysis.effects import area_effect
from lwo_analysis.effects.area_effect import effect_panel, measure_effect
from lwo_analysis.effects.effect_ceiling import largest_effect
from lwo_analysis.sources.demo import RING

ASSISTANCE = "social_assistance_share"


@pytest.fixture(scope="module")
def observations():
    return load_observations("demo")


@pytest.fixture(scope="module")
def oost(observations):
    panel = effect_panel(observations, "lwo", indicator(ASSISTANCE), 2023)
    return measure_effect(panel, observations, indicator(ASSISTANCE))


def test_the_planted_effect_is_found_and_may_be_called_one(oost):
    # The demo panel has -1.2 percentage points from 2023 in every programme wijk, and nothing else from 2016 on (sources/demo).
    assert oost.truth == pytest.approx(-1.2)
    assert oost.interval_holds_truth
    assert oost.verdict.badge == "effect"
    assert oost.power.minimal_effect < oost.ceiling


def test_the_years_before_do_not_reject_the_demo_panel(oost):
    assert oost.drift.passed is True
    assert oost.pretended.passed is True


def test_the_truth_counts_what_was_planted_before_as_well(observations, monkeypatch):
    # By hand, with seven years before 2018 (2011-2017): -2 points in 2011-2012 and -1.5, -1.0, -0.5 in 2013-2015 is 7 / 7 on
    # average. After: nothing in 2018-2021.
    monkeypatch.setattr(area_effect, "AFTER_EARLIER", 2000)
    panel = effect_panel(observations, "heechterp-schieringen", indicator(ASSISTANCE), 2018)
    assert area_effect._true_change(panel, ASSISTANCE, ("heechterp-schieringen",), 2018) == pytest.approx(0.01)


def test_an_area_with_an_earlier_programme_starts_after_it(observations):
    panel = effect_panel(observations, "heechterp-schieringen", indicator(ASSISTANCE), 2022)
    assert panel["year"].min() == 2016
    assert effect_panel(observations, "bilgaard", indicator(ASSISTANCE), 2022)["year"].min() == 2015


def test_neither_the_ring_nor_the_city_nor_a_focus_area_is_compared_with(observations):
    focus, own_city = focus_areas()["rotterdam-zuid"].regions[0], "WK008099"
    renamed = observations.assign(area_id=observations["area_id"].replace({"demo-050": focus, "demo-051": own_city}))
    compared = set(effect_panel(renamed, "lwo", indicator(ASSISTANCE), 2023)["area_id"])
    assert not compared & {*RING, focus, own_city}


def test_no_year_of_another_definition_is_used(observations, monkeypatch):
    broken = {year: Break((ASSISTANCE,), year, "", "", "") for year in (2017, 2025)}
    monkeypatch.setattr(area_effect, "breaks_of", lambda name: tuple(broken.values()))
    panel = effect_panel(observations, "bilgaard", indicator(ASSISTANCE), 2023)
    assert (panel["year"].min(), panel["year"].max()) == (2017, 2024)


def test_a_pretended_start_uses_no_year_of_the_programme(observations):
    panel = effect_panel(observations, "bilgaard", indicator(ASSISTANCE), 2018)
    assert panel["year"].max() == 2021


def test_the_ceiling_of_real_figures_is_the_sum_of_the_register(observations):
    # By hand from catalogue/interventions.yml: 15 basic jobs, 5 people and 250 job guarantees a year for three years (2023-2025)
    # reach 770 people; the demo panel is only a carrier of people here.
    panel = effect_panel(observations, "lwo", indicator(ASSISTANCE), 2023).assign(origin="register")
    people = panel[panel["start_year"].notna() & panel["year"].eq(2022)]["n"].sum()
    assert largest_effect(panel, observations, indicator(ASSISTANCE)) == pytest.approx(100 * 770 / people)
    assert largest_effect(panel, observations, indicator("unemployment_benefit_share")) is None


@pytest.mark.parametrize("outside", ["lwd-rest", "g40", "demo-050"])
def test_an_area_outside_the_programme_gets_no_estimate(observations, outside):
    assert refusal(observations, outside, ASSISTANCE) == "outside_programme"


def test_what_cannot_be_an_outcome_is_refused(observations):
    assert refusal(observations.assign(origin="modelled"), "lwo", ASSISTANCE) == "modelled_outcome"
    assert refusal(observations[observations["year"].eq(2020)], "lwo", ASSISTANCE) == "too_few_years"
    assert refusal(observations, "lwo", "population") == "count_as_outcome"
    few = observations[~observations["area_id"].str.match("demo-(0[2-9]|1)")]
    assert refusal(few, "lwo", ASSISTANCE) == "too_few_areas"


def refusal(observations, area_id, name):
    with pytest.raises(CannotAnswerError) as refused:
        effect_panel(observations, area_id, indicator(name), 2023)
    return refused.value.reason
