"""The theory of change: no loose ends, and gaps with names. Expected values: the register, and a tiny literal example."""

from __future__ import annotations

from dataclasses import replace

from lwo_analysis.catalogue.interventions import interventions
from lwo_analysis.catalogue.literature import (
    CrossCuttingEffect,
    Goal,
    cross_cutting_effects,
    goals,
    literature,
    studies_for,
)
from lwo_analysis.indicators.evidence_map import COLUMNS, build_evidence_map, chain_of

EVIDENCE = build_evidence_map(interventions(), goals(), cross_cutting_effects(), literature())


def gaps(kind: str) -> set[str]:
    return {gap.node for gap in EVIDENCE.gaps if gap.kind == kind}


def test_every_arrow_joins_two_boxes_in_neighbouring_columns() -> None:
    kinds = {node.id: node.kind for node in EVIDENCE.nodes}
    assert len(kinds) == len(EVIDENCE.nodes) == 39 + 39 + 26 + 4
    for edge in EVIDENCE.edges:
        assert COLUMNS.index(kinds[edge.target]) == COLUMNS.index(kinds[edge.source]) + 1


def test_every_intervention_reaches_one_of_the_four_effects() -> None:
    for intervention_id in interventions():
        assert {edge.target for edge in chain_of(EVIDENCE, intervention_id)} & set(cross_cutting_effects())


def test_the_extended_school_day_rests_on_a_study_that_found_nothing() -> None:
    edges = [edge for edge in chain_of(EVIDENCE, "I01") if edge.target == "L1"]
    assert [(edge.grade, edge.direction, edge.studies) for edge in edges] == [(2, "null", ("custers2024",))]


def test_restructuring_has_the_strongest_dutch_evidence_on_its_goals() -> None:
    # domain: SCP 2013 is a quasi-experiment (3); Koster and Van Ommeren use boundary differences (4)
    assert [study.id for study in studies_for("I31")][:2] == ["koster_vanommeren", "scp2013"]
    assert max(edge.grade or 0 for edge in chain_of(EVIDENCE, "I31")) == 4


def test_a_study_is_no_evidence_for_a_goal_it_is_not_about() -> None:
    arrows = {edge.target: edge.studies for edge in chain_of(EVIDENCE, "I14") if edge.source == "I14-output"}
    assert arrows == {"H2": (), "H3": (), "G1": ("droomers2016", "kramer2017")}


def test_nobody_studied_the_arrows_from_goals_to_effects() -> None:
    assert {edge.grade for edge in EVIDENCE.edges if edge.source in goals()} == {None}
    assert [goal.id for goal in goals().values() if goal.basis == "stated"] == ["W2"]  # 001:222 names it as the effect itself


def test_the_gaps_have_names() -> None:
    assert gaps("goal_without_indicator") == {"L2", "L3", "L4", "L5", "W1", "W5"}
    assert gaps("no_indicator") == {"I13", "I30"}
    assert gaps("not_started") == {"I02", "I13", "I17", "I23", "I30", "I32"}
    assert {"I07", "I12"} & gaps("weak_studies")
    assert not gaps("goal_without_intervention")


def test_a_goal_without_intervention_and_an_effect_without_goal_are_gaps() -> None:
    goal = Goal("L1", "doel", "goal", (), ("trust",), "inferred", "001:229")
    found = build_evidence_map({}, {"L1": goal}, {"trust": CrossCuttingEffect("trust", "Vertrouwen", "Trust", "", "001:222")}, {})
    assert {(gap.kind, gap.node) for gap in found.gaps} == {
        ("goal_without_indicator", "L1"),
        ("goal_without_intervention", "L1"),
        ("effect_without_goal", "trust"),
    }


def test_the_table_says_what_the_figure_says() -> None:
    rows = EVIDENCE.table("nl")
    assert len(rows) == len(EVIDENCE.edges)
    assert {"from", "to", "basis", "grade", "found", "studies"} == set(rows[0])
    assert any(row["to"] == "Bestaanszekerheid" for row in rows)


def test_boxes_do_not_overlap() -> None:
    assert len(set(EVIDENCE.positions.values())) == len(EVIDENCE.nodes)


def test_priors_carry_their_interval_and_what_they_rest_on() -> None:
    # Jongeneel-Grimen et al. 2016: slope 0,06 (-0,08 to 0,20); Koster and Van Ommeren: prices +3,5 %
    effect = literature()["jongeneel2016"].effect
    assert effect is not None
    assert (effect.value, effect.lower, effect.upper) == (0.06, -0.08, 0.20)
    assert literature()["koster_vanommeren"].effect.value == 0.035
    assert {study.read for study in literature().values()} <= {"page", "seed", "knowledge"}


def test_most_studies_with_a_comparison_found_no_effect_on_health() -> None:
    # Droomers 2016 and Kramer 2017 found none, Jongeneel-Grimen 2016 only in intensive programmes
    health = {study.id: study.direction for study in literature().values() if study.grade >= 3 and "G1" in study.goals}
    assert health == {"jongeneel2016": "mixed", "droomers2016": "null", "kramer2017": "null"}


def test_inputs_are_not_changed() -> None:
    before = dict(goals())
    build_evidence_map(
        interventions(), {**goals(), "L1": replace(goals()["L1"], indicators=())}, cross_cutting_effects(), literature()
    )
    assert goals() == before
