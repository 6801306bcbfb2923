"""The kennisagenda: ids that keep their meaning, a published ranking, exports that are the same bytes."""

from __future__ import annotations

import csv
import io
import json
import time

import pytest
import yaml
from openpyxl import load_workbook

from lwo_analysis.catalogue.agenda import (
    STATUSES,
    agenda,
    check_ids,
    never_from_open_data,
    open_data_can_answer,
    read_agenda,
    record_ids,
)
from lwo_analysis.catalogue.interventions import interventions, measurability, populations, residents_by_area
from lwo_analysis.catalogue.literature import goals
from lwo_analysis.catalogue.loading import read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError
from lwo_analysis.indicators.agenda import AgendaWeights, agenda_rows, rank_questions, to_csv, to_excel, to_json
from lwo_analysis.indicators.detectability import DetectabilityRule, Verdict, judge_register

VERDICTS = judge_register(
    interventions().values(), measurability(), populations(), DetectabilityRule(), residents=residents_by_area()
)
OUTCOMES = {goal.id: goal.indicators for goal in goals().values()}
RANKED = rank_questions(agenda().values(), AgendaWeights(), verdicts=VERDICTS, goal_indicators=OUTCOMES)

NEW_ROW = """
- id: KA-FSP-001
  goal: G4
  intervention: null
  question: {nl: "Hoe ervaren nieuwkomers hun eerste jaar in de wijk?", en: "How do newcomers experience their first year?"}
  status: needs_fieldwork
  open_data_can_answer: false
  best_design: {nl: "gesprekken", en: "interviews"}
  grade_within_reach: 1
  data_readiness: 0
  cost_class: low
  decision: {nl: "inhoud van het welkomstpakket", en: "content of the welcome pack"}
  decision_weight: 1
  partner: planning_bureau
"""


def test_every_open_goal_and_intervention_pair_has_a_question() -> None:
    pairs = {(question.goal, question.intervention) for question in agenda().values() if question.goal}
    assert pairs == {(goal, entry.id) for entry in interventions().values() for goal in entry.chain.goals}


def test_adding_a_row_in_yaml_keeps_every_id_and_its_meaning() -> None:
    text = yaml.safe_dump(read_catalogue_file("agenda.yml"), allow_unicode=True) + NEW_ROW
    grown = read_agenda(yaml.safe_load(text))
    known = read_catalogue_file("agenda_ids.yml")
    check_ids(grown.values(), known)
    recorded = record_ids(grown.values(), known)
    assert set(recorded) - set(known) == {"KA-FSP-001"}
    assert {name: recorded[name] for name in known} == known


def test_every_id_is_on_record() -> None:
    assert record_ids(agenda().values(), read_catalogue_file("agenda_ids.yml")) == read_catalogue_file("agenda_ids.yml")


def test_an_id_that_gets_another_question_is_refused() -> None:
    rows = [dict(row) for row in read_catalogue_file("agenda.yml")]
    rows[0]["question"] = {"nl": "Iets heel anders?", "en": "Something else?"}
    with pytest.raises(CatalogueError, match=f"changed: {rows[0]['id']}"):
        check_ids(read_agenda(rows).values(), read_catalogue_file("agenda_ids.yml"))


def test_an_id_that_disappears_is_refused() -> None:
    rows = read_catalogue_file("agenda.yml")[1:]
    with pytest.raises(CatalogueError, match="removed: "):
        check_ids(read_agenda(rows).values(), read_catalogue_file("agenda_ids.yml"))


def test_better_wording_of_the_other_fields_keeps_the_meaning() -> None:
    rows = [dict(row) for row in read_catalogue_file("agenda.yml")]
    rows[0] |= {"decision": {"nl": "anders gezegd", "en": "said differently"}, "status": "descriptive_only"}
    check_ids(read_agenda(rows).values(), read_catalogue_file("agenda_ids.yml"))


@pytest.mark.parametrize(
    "changes",
    [{"status": "unknown"}, {"goal": "X9"}, {"intervention": "I99"}, {"partner": "nobody"}, {"data_readiness": 4}, {"id": "12"}],
)
def test_a_wrong_row_is_refused(changes: dict) -> None:
    with pytest.raises(CatalogueError):
        read_agenda([{**read_catalogue_file("agenda.yml")[0], **changes}])


def test_two_exports_are_the_same_bytes() -> None:
    rows = agenda_rows(RANKED)
    first = (to_csv(rows), to_json(rows), to_excel(rows))
    time.sleep(2.1)  # the clock in a zip archive has steps of two seconds
    assert (to_csv(rows), to_json(rows), to_excel(rows)) == first


def test_the_three_exports_hold_the_same_rows() -> None:
    rows = agenda_rows(RANKED, "en")
    from_csv = list(csv.DictReader(io.StringIO(to_csv(rows).decode("utf-8"))))
    from_json = json.loads(to_json(rows))
    sheet = load_workbook(io.BytesIO(to_excel(rows)))["kennisagenda"]
    from_excel = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    ids = [row["id"] for row in rows]
    assert [row["id"] for row in from_csv] == [row["id"] for row in from_json] == from_excel == ids


def test_an_empty_agenda_can_be_exported() -> None:
    assert (to_json([]), to_csv([])) == (b"[]\n", b"\n")
    assert to_excel([])


def test_what_open_data_can_never_answer_is_one_filter() -> None:
    never, can = never_from_open_data(agenda().values()), open_data_can_answer(agenda().values())
    assert len(never) + len(can) == len(agenda())
    assert {question.id for question in never} >= {"KA-W2-I08", "KA-G3-I25", "KA-G1-I07", "KA-ALG-04"}
    assert all(row["open_data_can_answer"] in {True, False} for row in agenda_rows(RANKED))


def test_the_flag_agrees_with_the_verdict() -> None:
    for entry in RANKED:
        if entry.question.goal is not None:
            assert entry.question.open_data_can_answer == (entry.verdict in {Verdict.VISIBLE, Verdict.AFTER_YEARS}), (
                entry.question.id
            )


def test_every_status_is_in_use() -> None:
    assert {question.status for question in agenda().values()} == set(STATUSES)


def test_the_score_is_the_published_sum() -> None:
    found = next(entry for entry in RANKED if entry.question.id == "KA-W4-I12")
    # decision 3/3, visible 1, readiness 2/3, grade (3 - 1)/4, low costs 1; weights 0,35 0,20 0,20 0,15 0,10 add up to 1
    assert found.score == pytest.approx(0.35 + 0.20 + 0.20 * 2 / 3 + 0.15 * 0.5 + 0.10, abs=1e-6)  # scores are kept to 6 decimals


def test_other_weights_give_another_order_and_the_same_ids() -> None:
    cheap = rank_questions(agenda().values(), AgendaWeights(decision=0, detectability=0, readiness=0, design=0, cheapness=1))
    assert [entry.question.id for entry in cheap] != [entry.question.id for entry in RANKED]
    assert {entry.question.id for entry in cheap} == {entry.question.id for entry in RANKED}
    assert cheap[0].question.cost_class == "low"


def test_ranks_run_from_1_and_answered_questions_come_last() -> None:
    assert [entry.rank for entry in RANKED] == list(range(1, len(agenda()) + 1))
    assert [entry.question.id for entry in RANKED[-2:]] == ["KA-ALG-06", "KA-ALG-07"]


def test_weights_below_zero_are_refused() -> None:
    with pytest.raises(ParameterError):
        rank_questions(agenda().values(), AgendaWeights(decision=-1))


@pytest.mark.parametrize("rows", [[{"a": 1, "b": "x"}], [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]])
def test_a_sheet_has_the_names_of_the_columns_above_its_rows(rows: list[dict[str, object]]) -> None:
    page = load_workbook(io.BytesIO(to_excel(rows, sheet="s")))["s"]
    assert [list(row) for row in page.values] == [["a", "b"], *[list(row.values()) for row in rows]]
    assert page.freeze_panes == "A2"


def test_a_sheet_without_rows_is_empty() -> None:
    assert load_workbook(io.BytesIO(to_excel([]))).active.max_row == 1


def test_the_rows_as_json_are_indented_by_two_and_keep_their_letters() -> None:
    assert to_json([{"a": 1, "b": "é"}]).decode() == '[\n  {\n    "a": 1,\n    "b": "é"\n  }\n]\n'
