"""Chance is read from areas that nobody treats, the nearest in size first. Whether an area is read shows in the margin."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.indicators.course import Course
from lwo_analysis.indicators.goal_progress import PathRule, judge_path
from tests.indicators.test_goal_progress import NAME, RULE, YEARS, panel, path_of

OWN, WILD = [10.0, 9.0, 8.0, 7.0], [5.0, 15.0, 2.0, 25.0]


def with_area(observations: pd.DataFrame, area_id: str, values: list[float], residents: float) -> pd.DataFrame:
    """Return the panel with one more area."""
    facts = {"area_id": area_id, "denominator": 50_000.0, "origin": "register", "source_id": "kwb"}
    rows = [
        facts | {"indicator_id": NAME, "year": year, "value": value, "numerator": 500.0 * value}
        for year, value in zip(YEARS, values, strict=True)
    ]
    people = facts | {"indicator_id": "population", "year": 2021, "value": residents, "numerator": residents, "denominator": None}
    return pd.concat([observations, pd.DataFrame([*rows, people]).astype({"year": "Int64", "value": "Float64"})])


def course(observations: pd.DataFrame, rule: PathRule = RULE) -> Course:
    return judge_path(observations, path_of(observations, rule), "lwo", indicator(NAME), rule).course


@pytest.mark.parametrize(
    ("area_id", "is_read"),
    [
        ("bilgaard", False),  # a wijk of the programme
        ("lwd-rest", False),  # the rest of our city
        ("lwd-city", False),
        ("g40", False),  # a group of cities
        ("nl", False),
        ("zwolle", True),  # a city
        ("alkmaar", True),
        ("demo-1", True),  # not in the catalogue
    ],
)
def test_chance_is_read_from_other_cities_and_from_areas_outside_the_catalogue(area_id: str, is_read: bool) -> None:
    usual = course(panel(OWN)).progress["margin"].tolist()
    found = course(with_area(panel(OWN), area_id, WILD, 60_000.0)).progress["margin"].tolist()
    # One of three areas goes up and down by ten points: more than the 0.8 points of the counts.
    assert (max(found) > 5.0) is is_read
    assert is_read or found == pytest.approx(usual)


def test_the_nearest_in_residents_are_read_on_a_ratio_scale() -> None:
    # Oost has 15,000: 60,000 (4 times) is nearer than 3,000 (a fifth) although it is 45,000 further and the other 12,000.
    both = with_area(with_area(panel(OWN), "zwolle", [5.0] * 4, 60_000.0), "alkmaar", WILD, 3_000.0)
    near_two, near_three = (PathRule(base_year=2021, nearest=count) for count in (2, 3))
    assert max(course(both, near_two).progress["margin"]) < 1.0
    assert max(course(both, near_three).progress["margin"]) > 5.0


def test_two_other_areas_are_the_fewest() -> None:
    alone = panel(OWN)[lambda table: ~table["area_id"].eq("assen")]
    assert course(alone).guard.not_shared is None
    assert course(panel(OWN)).guard.not_shared is False
