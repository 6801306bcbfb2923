"""Where the programme was not, or not yet, no page says what it did."""

from __future__ import annotations

import pytest

from tests.support.notebooks import page_of

ABOUT_THE_PROGRAMME = ("03-goal-path", "05-effect-or-chance", "08-heechterp-since-2007", "14-findings")
OUTSIDE = ("lwd-rest", "heerlen-noord")
BEFORE = (("lwo", 2021), ("bilgaard", 2018), ("oud-oost", 2019))
"""Areas with the starts before 2022 that leave enough years on the demo panel; of Oost as a whole only the last."""


def verdicts_of(page) -> list[dict]:
    """Return the claims that say something changed, is on course, or was done by the programme."""
    return [claim for claim in page.claims if claim["badge"] in ("signal", "effect", "agenda")]


@pytest.mark.parametrize("area", OUTSIDE)
@pytest.mark.parametrize("name", ABOUT_THE_PROGRAMME)
def test_an_area_outside_the_programme_gets_no_verdict(name, area):
    page = page_of(name, area=area, panel="demo")
    assert [claim["template"] for claim in page.claims] == ["claim.undetermined.cannot"]
    assert "niet bij" in page.claims[0]["text"]


@pytest.mark.parametrize("indicator", ["social_assistance_share", "unemployment_benefit_share"])
@pytest.mark.parametrize(("area", "start_year"), BEFORE)
def test_a_pretended_start_before_the_programme_shows_no_effect(area, start_year, indicator):
    page = page_of("05-effect-or-chance", area=area, start_year=start_year, indicator=indicator, panel="demo")
    assert "claim.undetermined.effect_found" in {claim["template"] for claim in page.claims}
    assert verdicts_of(page) == []


def test_the_same_page_can_say_effect_where_the_truth_of_the_demo_panel_has_one():
    """The controls above are worth something only if the page does speak: 1.2 points were planted from 2023."""
    page = page_of("05-effect-or-chance", panel="demo")
    assert [claim["template"] for claim in verdicts_of(page)] == ["claim.effect.effect_found"]
