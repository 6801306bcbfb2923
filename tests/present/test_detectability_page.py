"""The page about what can be seen: sums by hand, units, verdict counts, and the sentences of two known measures."""

from __future__ import annotations

from math import sqrt

import pandas as pd
import pytest
import yaml

from lwo_analysis import load_published
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.interventions import interventions, measurability, populations, residents_by_area
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.detectability import Detectability, DetectabilityRule, judge_register
from lwo_analysis.indicators.verdicts import Verdict
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.present import detectability as page
from lwo_analysis.present.figures import Figure
from lwo_analysis.present.prose import Prose

RULE = DetectabilityRule()
# z(0.975) + z(0.80) from a table of the normal distribution: 1.960 + 0.842
MULTIPLIER = 1.95996 + 0.84162


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return load_published()


def verdicts_of(pillar: str) -> tuple[Detectability, ...]:
    entries = page.chosen_interventions(pillar)
    return judge_register(entries, measurability(), populations(), RULE, residents=residents_by_area())


@pytest.fixture(scope="module")
def verdicts() -> tuple[Detectability, ...]:
    return verdicts_of("all")


def texts(claims: object) -> dict[str, str]:
    return {claim.id: claim.text for claim in claims}


def test_fifteen_jobs_stay_below_what_a_register_can_show(verdicts, published) -> None:
    # 15 / 23,800 = 0.063 points; 2.80 x sqrt(2 x 0.117 x 0.883 / 23,800) = 0.83 points
    said = texts(page.detectability_claims(verdicts, RULE, published, "nl"))["ceiling-i07-social-assistance-share"]
    mde = 100 * MULTIPLIER * sqrt(2 * 0.117 * 0.883 / 23_800)
    assert "0,06 procentpunt" in said
    assert f"{mde:.2f} procentpunt".replace(".", ",") in said
    assert "lager dan" in said


def test_two_hundred_and_fifty_jobs_come_above_it_and_stand_in_front(verdicts, published) -> None:
    ids = [claim.id for claim in page.detectability_claims(verdicts, RULE, published, "nl")]
    assert ids[:2] == ["verdicts", "ceiling-i12-social-assistance-share"]  # 250 / 23,800 = 1.05 points: what can be seen first
    assert "hoger dan" in texts(page.detectability_claims(verdicts, RULE, published, "nl"))[ids[1]]


def test_a_survey_of_four_hundred_cannot_see_the_whole_gap_in_health(verdicts, published) -> None:
    # 2.80 x sqrt(2 x 0.68 x 0.32 / 400) = 9.2 points against 74 - 68 = 6
    said = texts(page.detectability_claims(verdicts, RULE, published, "en"))["survey"]
    assert "400 people" in said
    assert "9 percentage points" in said
    assert "6 percentage points" in said


def test_the_counts_of_the_first_sentence_are_those_of_the_figure(verdicts, published) -> None:
    claim = next(iter(page.detectability_claims(verdicts, RULE, published, "nl")))
    columns = list(zip(*page.verdict_figure(verdicts, "nl").data.rows, strict=True))[1:]
    sums = [sum(map(int, column)) for column in columns]
    assert claim.value == sums[0]
    assert sum(sums) == len(verdicts)
    assert all(f" {count} " in claim.text.replace(".", " ") for count in (len(verdicts), *sums))


def test_the_survey_table_is_the_guide_of_the_programme() -> None:
    # Published guide for a share of 68 %: 13, 9, 6.5, 4.8 and 3.4 points
    shown = [float(row[1].split()[0]) for row in page.survey_table(RULE, "en").rows]
    assert shown == pytest.approx([13, 9, 6.5, 4.8, 3.4], abs=0.3)


def test_a_straight_line_to_the_city_is_seen_after_the_years_that_division_gives(published) -> None:
    # social assistance: 4.1 points in 20 years is 0.205 a year; 0.8255 / 0.205 = 4.03, so the fifth year
    rows = {row[0]: row[1:] for row in page.goals_table(published, RULE, "nl").rows}
    assert rows["Mensen met bijstand"] == ("4,1 procentpunt", "0,83 procentpunt", "5")
    assert rows["Vroegtijdig schoolverlaters"][2] == "niet binnen 20 jaar"


def test_measures_with_a_sum_come_first_and_the_others_say_why_there_is_none() -> None:
    rows = page.ceilings_table(page.chosen_interventions("all"), populations(), "nl").rows
    has_sum = [row[2] != "niet uit te rekenen" for row in rows]
    assert has_sum == sorted(has_sum, reverse=True)
    assert all(row[3] for row in rows)


def test_every_ceiling_on_an_assumption_is_marked_as_one(verdicts) -> None:
    rows = page.verdict_table(verdicts, "nl").rows
    assumed = [row for row in rows if row[0].startswith("Preventie met Gezag") and row[1] == "Misdrijven"]
    assert [row[3] for row in assumed] == ["5,1 per 1.000 inwoners (aanname)"]  # a tenth of 51 per 1,000


@pytest.mark.parametrize("pillar", ["leren", "werken", "wonen", "gezondheid", "veiligheid"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_pillar_makes_a_page(pillar: str, lang: str, published: pd.DataFrame) -> None:
    chosen = verdicts_of(pillar)
    assert len(page.detectability_claims(chosen, RULE, published, lang)) >= 2
    assert len(page.verdict_table(chosen, lang).rows) == len(chosen)
    known = any(found.ceiling is not None and found.mde is not None for found in chosen)
    assert isinstance(page.ratio_figure(chosen, lang), Figure if known else Prose)
    assert page.detectability_title(pillar, lang).text != page.detectability_title("all", lang).text


def test_a_pillar_without_measures_cannot_be_answered() -> None:
    with pytest.raises(CannotAnswerError, match="no measures in the pillar Residents"):
        page.chosen_interventions("context")


def test_the_ratio_figure_says_how_many_dots_lie_beyond_the_line(verdicts) -> None:
    figure = page.ratio_figure(verdicts, "en")
    ratios = [float(row[1].replace(",", "")) for row in figure.data.rows]
    assert f"{sum(ratio >= 100 for ratio in ratios)} of the {len(ratios)} dots" in figure.alt
    assert figure.narrow_svg is not None


def test_every_testable_measure_has_a_page_of_its_own():
    # Testable: a shift of its outcome could be seen, or both its ceiling and what can be seen are known.
    found = verdicts_of("all")
    seen = {Verdict.VISIBLE, Verdict.AFTER_YEARS}
    testable = {one.intervention_id for one in found if one.verdict in seen or None not in (one.ceiling, one.mde)}
    running = {name for name in testable if interventions()[name].pillar != "geschiedenis"}
    runs = yaml.safe_load((REPOSITORY / "notebooks/params/06-what-can-be-seen.yml").read_text(encoding="utf-8"))["runs"]
    for lang in ("nl", "en"):
        assert {run["intervention"] for run in runs if run["lang"] == lang and "intervention" in run} == running


def test_one_measure_is_shown_alone_and_a_measure_of_another_pillar_is_refused():
    assert [entry.id for entry in page.chosen_interventions("all", "I12")] == ["I12"]
    assert [entry.id for entry in page.chosen_interventions("werken", "I12")] == ["I12"]
    with pytest.raises(ParameterError, match="a measure of pillar leren, found I12"):
        page.chosen_interventions("leren", "I12")
