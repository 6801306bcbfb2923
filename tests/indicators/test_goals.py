"""The ambitions of the programme: all 26, and no target that was not stated or derived."""

from collections import Counter
from dataclasses import replace

import pytest

from lwo_analysis.catalogue.goals import check_goal, goals
from lwo_analysis.catalogue.loading import read_catalogue_file
from lwo_analysis.errors import CatalogueError


def test_there_are_26_ambitions_over_five_pillars():
    # Programmaplan (December 2022), lines 229-267: four times six; lines 968 and 971: two on safety.
    assert Counter(goal.pillar for goal in goals().values()) == {
        "leren": 6,
        "werken": 6,
        "wonen": 6,
        "gezondheid": 6,
        "veiligheid": 2,
    }
    assert len({goal.code for goal in goals().values()}) == 26
    lines = [goal.line for goal in goals().values()]
    assert lines == [*range(229, 235), *range(240, 246), *range(251, 257), *range(262, 268), 968, 971]


def test_only_seven_ambitions_state_a_target():
    stated = {goal.code: goal.target for goal in goals().values() if goal.label == "stated"}
    assert stated == {"L1": 0, "L2": 100, "L4": 100, "W1": 250, "W2": 0, "H2": 0, "G3": 0}


def test_a_missing_target_is_never_filled_in():
    missing = [goal for goal in goals().values() if goal.label == "missing"]
    assert len(missing) == 15
    assert all(goal.target is None for goal in missing)


def test_every_goal_follows_an_indicator_of_the_catalogue_or_none():
    known = {entry["id"] for entry in read_catalogue_file("indicators.yml")}
    used = {goal.indicator_id for goal in goals().values() if goal.indicator_id}
    assert used
    assert used <= known


@pytest.mark.parametrize(
    ("goal_id", "changes", "message"),
    [
        ("housing-career", {"target": 30.0}, "a target unless missing"),
        ("work-youth-assistance", {"target": None}, "a target unless missing"),
        ("health-feeling", {"baseline": None}, "an indicator and a baseline"),
        ("health-feeling", {"label": "invented"}, "a known label"),
        ("health-feeling", {"good_direction": "up"}, "a known label"),
        ("health-youth-debt", {"why_none_en": ""}, "an indicator or why_none"),
        ("health-youth-debt", {"indicator_id": "problem_debt_share"}, "an indicator or why_none"),
    ],
)
def test_a_goal_that_contradicts_itself_stops_the_run(goal_id, changes, message):
    with pytest.raises(CatalogueError, match=message):
        check_goal(replace(goals()[goal_id], **changes))
