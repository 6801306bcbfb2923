"""The page about effect or chance: what may be called an effect, and what may not whatever the figures say."""

from __future__ import annotations

import dataclasses

import pytest

from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.cleaning.observations import load_observations
from lwo_analysis.effects.area_effect import effect_panel, measure_effect
from lwo_analysis.present.effect import checks_table, design_table
from lwo_analysis.present.effect_claims import effect_claims, signed_gap
from lwo_analysis.present.effect_figures import by_year, course_of
from tests.support.notebooks import page_of

NOTEBOOK = "05-effect-or-chance"
TOPIC = indicator("social_assistance_share")


@pytest.fixture(scope="module")
def oost():
    observations = load_observations("demo")
    return measure_effect(effect_panel(observations, "lwo", TOPIC, 2023), observations, TOPIC)


def claim_of(found, name="effect-effect", lang="nl"):
    return next(claim for claim in effect_claims(found, "lwo", TOPIC, lang) if claim.id == name)


def badges_of(page):
    return {claim["badge"] for claim in page.claims}


def test_an_effect_that_passes_everything_may_be_called_one(oost):
    claim = claim_of(oost)
    assert str(claim.badge) == "effect"
    assert "zonder programma te verwachten" in claim.text
    assert claim.grade == 3
    assert "expected without the programme" in claim_of(oost, lang="en").text


def test_every_lack_of_evidence_takes_the_badge_away(oost):
    spoiled = {
        "Het register zegt niet": dataclasses.replace(oost, ceiling=None),
        "groter dan het programma": dataclasses.replace(oost, ceiling=0.1),
        "Een controle slaagt niet": dataclasses.replace(oost, pretended=dataclasses.replace(oost.pretended, passed=False)),
        "binnen het toeval": dataclasses.replace(oost, result=dataclasses.replace(oost.result, p_value=0.2)),
        "niet sterk genoeg": dataclasses.replace(oost, verdict=dataclasses.replace(oost.verdict, grade=2)),
    }
    for reason, found in spoiled.items():
        claim = claim_of(found)
        assert str(claim.badge) == "undetermined"
        assert reason in claim.text


def test_the_truth_stands_beside_the_estimate(oost):
    assert "binnen het 95%-interval" in claim_of(oost, "effect-truth").text
    missed = dataclasses.replace(oost, truth=0.0)
    assert "buiten het 95%-interval" in claim_of(missed, "effect-truth").text


def test_a_design_is_shown_without_an_estimate(oost):
    identity = design_table(oost.panel, "nl").rows[-1][1]
    assert identity == oost.result.design_id


def test_the_course_weighs_wijken_by_people():
    # By hand: 10 % of 100 and 20 % of 300 people is 17.5 %; the others 4 % and 6 % of as many people are 5 %.
    observations = load_observations("demo")
    rows = effect_panel(observations, "lwo", TOPIC, 2023).query("year == 2020").iloc[:4]
    small = rows.assign(
        area_id=list("abcd"), value=[10.0, 20.0, 4.0, 6.0], n=[100, 300, 50, 50], start_year=[2023, 2023, None, None]
    )
    course = course_of(small).iloc[0]
    assert (course["own"], course["others"]) == (17.5, 5.0)


def test_the_last_year_before_is_the_zero_of_the_years(oost):
    years = by_year(oost).set_index("year")["coefficient"]
    assert years[2022] == 0
    assert years.index.tolist() == list(range(2016, 2026))


def test_an_unknown_ceiling_is_said(oost):
    shown = checks_table(dataclasses.replace(oost, ceiling=None), TOPIC, "en")
    assert any("the register names no number" in cell for row in shown.rows for cell in row)


def test_a_small_difference_keeps_its_sign_and_a_rounded_zero_has_none():
    assert signed_gap(-0.02, TOPIC, "nl").startswith("−0,02")
    assert signed_gap(-0.001, TOPIC, "nl").startswith("0,00")


def test_an_area_outside_the_programme_gets_the_reason_and_no_number():
    page = page_of(NOTEBOOK, area="lwd-rest", panel="demo", lang="en")
    assert "is not part of the programme" in page.html
    assert badges_of(page) == {"undetermined"}


def test_a_pretended_start_shows_no_effect():
    page = page_of(NOTEBOOK, area="bilgaard", start_year=2018, panel="demo", lang="nl")
    assert badges_of(page) == {"description", "undetermined"}
    assert "Het gekozen begin ligt voor het programma." in page.html
