"""The effect of the programme on an area: the planted truth is found, and areas, years and models that cannot show one do not."""

from __future__ import annotations

import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.cleaning.observations import load_observations
from lwo_analysis.effects.area_effect import effect_panel, measure_effect

ASSISTANCE = "social_assistance_share"


@pytest.fixture(scope="module")
def observations():
    return load_observations("demo")


def test_the_truth_counts_what_was_planted_before_as_well(observations):
    # By hand: -2.0 points in 2008-2012 and -1.5, -1.0, -0.5 in 2013-2015, over the 18 years 2005-2022, is -13 / 18; after: -1.2.
    topic = indicator(ASSISTANCE)
    found = measure_effect(effect_panel(observations, "heechterp-schieringen", topic, 2023), topic)
    assert found.truth == pytest.approx(-1.2 + 13 / 18)
    assert found.interval_holds_truth


def test_nothing_is_planted_in_another_topic(observations):
    topic = indicator("unemployment_benefit_share")
    found = measure_effect(effect_panel(observations, "lwo", topic, 2023), topic)
    assert found.truth == 0
    assert found.interval_holds_truth


def test_a_pretended_start_uses_no_year_of_the_programme(observations):
    panel = effect_panel(observations, "lwo", indicator(ASSISTANCE), 2018)
    assert panel["year"].max() == 2021
    assert measure_effect(panel, indicator(ASSISTANCE)).is_pretended


@pytest.mark.parametrize("outside", ["lwd-rest", "g40", "demo-050"])
def test_an_area_outside_the_programme_gets_no_estimate(observations, outside):
    with pytest.raises(CannotAnswerError) as refused:
        effect_panel(observations, outside, indicator(ASSISTANCE), 2023)
    assert refused.value.reason == "outside_programme"


def test_a_modelled_outcome_and_a_short_series_are_refused(observations):
    topic = indicator(ASSISTANCE)
    for changed, reason in (
        (observations.assign(origin="modelled"), "modelled_outcome"),
        (observations[observations["year"].eq(2020)], "too_few_years"),
    ):
        with pytest.raises(CannotAnswerError) as refused:
            effect_panel(changed, "lwo", topic, 2023)
        assert refused.value.reason == reason
