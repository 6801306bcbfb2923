"""The kennisagenda page: counts against the YAML itself, the published rule by hand, and files that never change."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter

import pytest
import yaml

from lwo_analysis.catalogue.agenda import agenda
from lwo_analysis.catalogue.interventions import interventions, measurability, populations, residents_by_area
from lwo_analysis.catalogue.literature import goals
from lwo_analysis.indicators.agenda import AgendaWeights, RankedQuestion, rank_questions
from lwo_analysis.indicators.detectability import DetectabilityRule, judge_register
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.present import agenda as page

ROWS = yaml.safe_load((REPOSITORY / "lwo_analysis" / "catalogue" / "agenda.yml").read_text(encoding="utf-8"))
NEVER = [row for row in ROWS if not row["open_data_can_answer"] and not row.get("retired")]


@pytest.fixture(scope="module")
def ranked() -> tuple[RankedQuestion, ...]:
    verdicts = judge_register(
        interventions().values(), measurability(), populations(), DetectabilityRule(), residents=residents_by_area()
    )
    outcomes = {goal.id: goal.indicators for goal in goals().values()}
    return rank_questions(agenda().values(), AgendaWeights(), verdicts=verdicts, goal_indicators=outcomes)


def test_the_first_sentence_says_what_open_data_can_never_answer(ranked: tuple[RankedQuestion, ...]) -> None:
    first = next(iter(page.agenda_claims(ranked, "nl")))
    assert re.findall(r"\d+", first.text) == [str(len(ROWS)), str(len(NEVER))]
    assert "nooit" in first.text
    assert first.headline


def test_the_needs_in_the_second_sentence_add_up_to_the_first(ranked: tuple[RankedQuestion, ...]) -> None:
    needs = Counter(row["status"] for row in NEVER)
    said = list(map(int, re.findall(r"\d+", list(page.agenda_claims(ranked, "nl"))[1].text)))
    assert said == [needs[name] for name in page.NEEDS]
    assert sum(said) == len(NEVER)


def test_open_questions_are_not_answered_on_the_page(ranked: tuple[RankedQuestion, ...]) -> None:
    questions = [claim for claim in page.agenda_claims(ranked, "nl") if claim.badge == "undetermined"]
    ids = {row["id"].lower(): row for row in NEVER}
    assert len(questions) == page.TOP_IN_ANSWER
    assert len({ids[claim.id]["intervention"] for claim in questions}) == page.TOP_IN_ANSWER


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_table_counts_every_question_once(lang: str, ranked: tuple[RankedQuestion, ...]) -> None:
    table = page.never_table(ranked, lang)
    *by_pillar, total = [[int(cell) for cell in row[1:]] for row in table.rows]
    assert [sum(column) for column in zip(*by_pillar, strict=True)] == total
    assert total[0] == sum(total[1:5]) == len(NEVER)
    assert total[0] + total[5] == len(ROWS)


def test_the_score_follows_from_the_parts_and_the_weights(ranked: tuple[RankedQuestion, ...]) -> None:
    # 35 % decision, 20 % detectability, 20 % data, 15 % design, 10 % costs; cells are rounded to two decimals, so half a
    # hundredth per part at most.
    for row in page.parts_table(ranked, "en").rows:
        *parts, score = map(float, row[1:])
        assert score == pytest.approx(
            0.35 * parts[0] + 0.20 * parts[1] + 0.20 * parts[2] + 0.15 * parts[3] + 0.10 * parts[4], abs=0.01
        )
    assert [row[1] for row in page.rule_table(AgendaWeights(), "nl").rows] == ["35%", "20%", "20%", "15%", "10%"]


def test_the_downloads_are_the_same_bytes_twice_and_hold_every_question(ranked: tuple[RankedQuestion, ...]) -> None:
    files = {item.name: item.content for item in page.agenda_downloads(ranked, "nl").items}
    again = {item.name: item.content for item in page.agenda_downloads(ranked, "nl").items}
    assert files == again
    ids = {row["id"] for row in ROWS}
    assert {row["id"] for row in csv.DictReader(io.StringIO(files["kennisagenda-nl.csv"].decode()))} == ids
    assert {row["id"] for row in json.loads(files["kennisagenda-nl.json"])} == ids


def test_dutch_and_english_files_have_names_of_their_own(ranked: tuple[RankedQuestion, ...]) -> None:
    names = [{item.name for item in page.agenda_downloads(ranked, lang).items} for lang in ("nl", "en")]
    assert names[0].isdisjoint(names[1])


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_figure_has_a_narrow_version_and_says_what_it_shows(lang: str, ranked: tuple[RankedQuestion, ...]) -> None:
    figure = page.agenda_figure(ranked, lang)
    can = len(ROWS) - len(NEVER)
    assert figure.narrow_svg is not None
    assert str(can) in figure.alt
    assert len(figure.data.rows) == 6


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_table_of_the_page_can_be_shown(lang: str, ranked: tuple[RankedQuestion, ...]) -> None:
    assert len(page.all_questions(ranked, lang).rows) == len(ROWS)
    assert len(page.never_questions(ranked, lang).rows) == page.TOP
