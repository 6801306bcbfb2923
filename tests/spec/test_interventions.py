"""The register says what the programme documents say. Expected values: the documents, by line; see each test."""

from __future__ import annotations

import copy

import pytest

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.interventions import (
    CRITERIA,
    GOAL_IDS,
    check_indicators_exist,
    indicator_ids_used,
    intervention,
    interventions,
    measurability,
    populations,
    read_intervention,
    residents_by_area,
)
from lwo_analysis.catalogue.loading import read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError


def changed(intervention_id: str, **changes: object) -> dict:
    """Return one block of the file with some keys replaced."""
    blocks = read_catalogue_file("interventions.yml")["interventions"]
    block = next(block for block in blocks if block["id"] == intervention_id)
    return {**copy.deepcopy(block), **changes}


def read(block: dict):
    return read_intervention(block, read_catalogue_file("interventions.yml"))


def test_the_register_holds_36_current_and_3_earlier_interventions() -> None:
    ids = list(interventions())
    assert ids == [f"I{number:02d}" for number in range(1, 37)] + ["H01", "H02", "H03"]


@pytest.mark.parametrize(
    ("intervention_id", "count", "line"),
    [
        ("I01", 11, "001:290"),  # 11 plus-IKC's
        ("I07", 15, "001:314"),  # 15 basisbanen
        ("I10", 5, "001:324"),  # "We starten met 5 mensen"
        ("I12", 250, "001:338"),  # 250 baangaranties
        ("I14", 1610, "001:769-771"),  # 1.610 particuliere woningen
        ("I21", 20, "001:386"),  # twintig gezinnen
        ("I25", 100, "001:401"),  # restschuld van 100 mensen
        ("I27", 5, "001:405"),  # 5 alleenstaande ouders
        ("I34", 10, "002:796-815"),  # 12 buurten, 10 in Oost
        ("H02", 110, "004:1095-1137"),  # 110 vrijwilligers in 2015
    ],
)
def test_the_dose_is_the_number_in_the_document(intervention_id: str, count: int, line: str) -> None:
    found = intervention(intervention_id)
    assert found.dose is not None
    assert found.dose.count == count
    assert line in found.lines


def test_an_unstated_dose_is_none_and_not_zero() -> None:
    unstated = [entry for entry in interventions().values() if entry.dose is None]
    assert len(unstated) > 10
    assert not [entry.id for entry in interventions().values() if entry.dose is not None and entry.dose.count == 0]


def test_both_editions_of_prevention_with_authority_are_kept() -> None:
    # 001:749 "we wachten nu op de uitslag"; 000:1477-1483 "5,7 miljoen euro voor de eerste 3,5 jaar toegekend"
    by_edition = {amount.editions: amount.eur for amount in intervention("I29").money}
    assert by_edition == {("001",): None, ("000",): 5_700_000}


def test_home_insulation_is_in_four_wijken_and_not_in_camminghaburen() -> None:
    found = intervention("I14")
    assert set(found.places) == {"bilgaard", "oud-oost", "heechterp-schieringen", "vrijheidswijk"}
    assert not found.treats_whole_programme


def test_places_are_areas_and_the_five_wijken_add_up_to_oost() -> None:
    assert {place for entry in interventions().values() for place in entry.places} <= set(areas())
    assert sum(residents_by_area().values()) == 36_950  # KWB 2024, sum of the five wijken


def test_every_row_has_ten_criteria_and_a_reason_for_each() -> None:
    for entry in interventions().values():
        assert tuple(entry.criteria) == CRITERIA
        assert all(criterion.reason for criterion in entry.criteria.values())


def test_interventions_from_before_the_programme_are_not_judged_by_its_criteria() -> None:
    assert all(criterion.met is None for criterion in intervention("H01").criteria.values())


def test_every_goal_is_served_by_some_intervention() -> None:
    assert {goal for entry in interventions().values() for goal in entry.chain.goals} == GOAL_IDS


def test_every_indicator_used_has_a_way_of_measuring_and_every_population_a_basis() -> None:
    assert indicator_ids_used() == set(measurability())
    assert all(population.basis for population in populations().values())


def test_an_intervention_with_an_indicator_that_does_not_exist_is_rejected() -> None:
    with pytest.raises(CatalogueError, match="no_such_indicator"):
        read(changed("I07", indicators=["no_such_indicator"]))


def test_the_check_against_the_indicator_catalogue_names_what_is_absent() -> None:
    check_indicators_exist(indicator_ids_used())
    with pytest.raises(CatalogueError, match="gas_use"):
        check_indicators_exist(indicator_ids_used() - {"gas_use"})


@pytest.mark.parametrize(
    "changes",
    [
        {"pillar": "sport"},
        {"places": ["schepenbuurt"]},
        {"lines": ["009:12"]},
        {"lines": ["001, page 3"]},
        {"criteria": {"fun": [True, "because"]}},
        {"reaches": "everyone"},
        {"colour": "green"},
    ],
)
def test_an_unknown_value_is_rejected(changes: dict) -> None:
    with pytest.raises(CatalogueError):
        read(changed("I07", **changes))


def test_an_unknown_id_is_a_parameter_error() -> None:
    with pytest.raises(ParameterError, match="I99"):
        intervention("I99")
