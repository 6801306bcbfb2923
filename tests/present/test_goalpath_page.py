"""The page about the goals: on printed figures, on the demo panel, and where it must refuse."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.goals import goals
from lwo_analysis.cleaning.published import load_published
from lwo_analysis.indicators.goal_progress import PathRule
from lwo_analysis.present import goalpath_claims as claims
from lwo_analysis.present import goalpath_figures as figures
from lwo_analysis.present import goalpath_page as page
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.figures import Figure
from lwo_analysis.present.prose import Prose
from lwo_analysis.schema import COLUMN_NAMES

RULE = PathRule()


@pytest.fixture(scope="module")
def printed() -> pd.DataFrame:
    return load_published()[list(COLUMN_NAMES)]


@pytest.fixture(scope="module")
def demo() -> pd.DataFrame:
    return page.goal_observations("demo")


@pytest.fixture(scope="module")
def review(printed: pd.DataFrame) -> page.Review:
    return page.review_goals(printed, "lwo", "all", RULE)


def test_the_path_table_is_that_of_the_domain_study(review: page.Review) -> None:
    # Intermediate values and Rotterdam pace worked out by hand in the domain study, to the decimals of each topic
    rows = {row[0]: row[1:7] for row in page.path_table(review, RULE, "nl").rows}
    assert rows["Kinderen in armoede"] == ("30,1%", "26,8%", "23,5%", "20,2%", "16,9%", "26,8%")
    assert rows["Inkomen"] == tuple(f"€\u00a0{value}" for value in ("19.795", "20.596", "21.398", "22.199", "23.000", "20.596"))
    assert rows["Sociale index"] == ("5,52", "5,79", "6,06", "6,33", "6,60", "5,79")
    assert rows["Mensen met bijstand"][2] == "9,7%"  # halfway 11.7 and 7.6 is 9.65, and halves go up


def test_with_printed_figures_only_it_is_too_early_for_everything(review: page.Review) -> None:
    said = {claim.id: claim for claim in claims.goalpath_claims(review, RULE, "nl")}
    assert said["too-early"].badge is Badge.UNDETERMINED
    assert said["too-early"].value == len(review.progress) == 15
    assert not any(claim.badge in (Badge.SIGNAL, Badge.EFFECT) for claim in said.values())
    assert isinstance(figures.trend_figure(review, RULE, "nl"), Prose)
    assert review.origins == {"published"}


def test_the_goals_are_counted_by_where_their_end_value_comes_from(review: page.Review) -> None:
    # 26 ambitions: 7 stated, 4 derived, 15 without a value; 9 without an indicator
    said = next(claim.text for claim in claims.goalpath_claims(review, RULE, "en") if claim.id == "goals")
    assert "26 goals" in said
    assert "for 11: the plan names it 7 times, and 4 times" in said
    assert "For 9 there is no open figure" in said


def test_a_missing_end_value_and_a_missing_figure_are_different_words(review: page.Review) -> None:
    rows = {row[0]: row for row in page.ambitions_table(review, "en").rows}
    assert rows[goals()["work-youth-assistance"].text_en][2] == "not measured"
    assert rows[goals()["housing-letting"].text_en][2] == "no end value"
    assert rows[goals()["learning-dropout"].text_en][2] == "too early"


def test_the_two_lines_differ_by_a_quarter_half_way(review: page.Review) -> None:
    figure = figures.lines_figure(review, RULE, "en")
    assert ("2033", "50%", "25%") in figure.data.rows


def test_the_picture_of_visibility_leaves_out_what_is_not_known(review: page.Review) -> None:
    rows = figures.visible_figure(review, RULE, "nl").data.rows
    assert ("Mensen met bijstand", "2028", "Werken") in rows
    assert ("Goed ervaren gezondheid", "niet vóór 2043", "Gezondheid") in rows
    assert not any(row[0] == "Inkomen" for row in rows)


def test_the_demo_page_has_demo_figures_only_and_tells_its_truth(demo: pd.DataFrame) -> None:
    found = page.review_goals(demo, "lwo", "werken", PathRule(start_year=2022))
    assert found.origins == {"demo"}
    assert set(page.used_rows(demo, found)["origin"]) == {"demo"}
    assert isinstance(page.ambitions_table(found, "nl"), Prose)
    assert isinstance(figures.trend_figure(found, PathRule(start_year=2022), "nl"), Figure)
    assert "−1,2 procentpunt vanaf 2023" in claims.demo_truth(found, "nl").paragraphs[0]  # planted in sources/demo.py


def test_a_path_that_started_a_year_earlier_gives_a_verdict(demo: pd.DataFrame) -> None:
    # Planted: 1.2 points, over a fifth of the distance of 5.2; a straight line of 21 years asks for three of them, a seventh.
    rule = PathRule(start_year=2022)
    review = page.review_goals(demo, "lwo", "all", rule)
    assert [str(found.state) for found in review.progress] == ["on_course"]
    assert "too-early" not in {claim.id for claim in claims.goalpath_claims(review, rule, "nl")}


def test_before_the_programme_the_same_rule_is_too_early_and_adjusting_is_not_raised(demo: pd.DataFrame) -> None:
    before = demo[demo["year"] <= 2022]
    found = page.review_goals(before, "lwo", "werken", RULE)
    assert {str(each.state) for each in found.progress} <= {"too_early", "reached"}
    assert not any(each.course.guard.may_adjust for each in found.measured)


@pytest.mark.parametrize("area_id", ["lwd", "g40", "rotterdam-zuid", "nl", "lwd-rest"])
def test_an_area_outside_the_programme_gets_no_verdict(printed: pd.DataFrame, area_id: str) -> None:
    with pytest.raises(CannotAnswerError) as problem:
        page.review_goals(printed, area_id, "all", RULE)
    assert problem.value.reason == "outside_programme"


def test_nothing_is_made_up_where_nothing_is_known(printed: pd.DataFrame) -> None:
    with pytest.raises(CannotAnswerError, match="no figures for Bilgaard"):
        page.review_goals(printed, "bilgaard", "all", RULE)
    with pytest.raises(CannotAnswerError, match="no goals"):
        page.review_goals(printed, "lwo", "context", RULE)


@pytest.mark.parametrize("pillar", ["leren", "werken", "wonen", "gezondheid", "veiligheid"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_pillar_makes_a_page(printed: pd.DataFrame, pillar: str, lang: str) -> None:
    found = page.review_goals(printed, "lwo", pillar, RULE)
    assert len(page.ambitions_table(found, lang).rows) == sum(goal.pillar == pillar for goal in goals().values())
    assert len(claims.goalpath_claims(found, RULE, lang)) == len(found.progress) + 3
    assert isinstance(page.robustness_table(printed, found, RULE, lang), Prose)
