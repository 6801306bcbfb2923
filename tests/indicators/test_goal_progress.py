"""The path of a goal and the verdict on it: small panels whose answers are sums by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis import load_published
from lwo_analysis.catalogue.goals import goals
from lwo_analysis.catalogue.indicators import indicator, indicators
from lwo_analysis.indicators.goal_progress import GoalPath, GoalState, PathRule, find_paths, judge_path
from lwo_analysis.indicators.goalpath import Horizon

YEARS = (2021, 2024, 2025, 2026)
NAME = "social_assistance_share"
# A base year of 2021 without 2019 is the nearest wave, and the path starts in 2023 as in the plan.
RULE = PathRule(base_year=2021)


def panel(own: list[float], city: float = 6.0, origin: str = "register") -> pd.DataFrame:
    """Four years of Oost (10,000 people of working age), its city and two other cities that never change."""
    figures = {"lwo": own, "lwd": [city] * 4, "emmen": [5.0] * 4, "assen": [4.0] * 4}
    sizes = {"lwo": 10_000.0, "lwd": 80_000.0, "emmen": 70_000.0, "assen": 40_000.0}
    rows = [
        {"area_id": place, "indicator_id": NAME, "year": year, "value": value, "numerator": value * sizes[place] / 100}
        | {"denominator": sizes[place], "origin": origin}
        for place, values in figures.items()
        for year, value in zip(YEARS, values, strict=True)
    ]
    people = [
        {"area_id": place, "indicator_id": "population", "year": 2021, "value": 1.5 * size, "numerator": 1.5 * size}
        | {"denominator": None, "origin": origin}
        for place, size in sizes.items()
    ]
    return pd.DataFrame(rows + people).assign(source_id="kwb").astype({"year": "Int64", "value": "Float64"})


def path_of(observations: pd.DataFrame, rule: PathRule = RULE) -> GoalPath:
    found = find_paths(observations, "lwo", goals(), indicators(), rule, {})
    return next(path for path in found if path.indicator_id == NAME)


def verdict(own: list[float], rule: PathRule = RULE) -> GoalState:
    observations = panel(own)
    return judge_path(observations, path_of(observations, rule), "lwo", indicator(NAME), rule).state


def test_a_derived_goal_ends_at_the_city_of_the_start_and_progress_is_distance() -> None:
    path = path_of(panel([10.0, 9.0, 8.0, 7.0]))
    assert (path.base, path.goal, path.is_stated, path.years) == (10.0, 6.0, False, (2021,))
    assert path.series["distance"].tolist() == [4.0, 3.0, 2.0, 1.0]


def test_required_progress_is_a_twentieth_of_the_distance_a_year() -> None:
    observations = panel([10.0, 9.0, 8.0, 7.0])
    found = judge_path(observations, path_of(observations), "lwo", indicator(NAME), RULE)
    # 4 points in 20 years: 0.2, 0.4 and 0.6 after one, two and three years
    assert found.course.progress["required"].tolist() == pytest.approx([0.2, 0.4, 0.6])
    assert found.course.progress["progress"].tolist() == pytest.approx([1.0, 2.0, 3.0])


def test_the_margin_is_that_of_the_counts_when_other_areas_do_not_move() -> None:
    observations = panel([10.0, 9.0, 8.0, 7.0])
    margin = judge_path(observations, path_of(observations), "lwo", indicator(NAME), RULE).course.progress["margin"].iloc[-1]
    # 1.96 sqrt(0.1 x 0.9/10,000 + 0.07 x 0.93/10,000 + 2 x 0.06 x 0.94/80,000) = 0.81 points; Agresti-Coull adds a little
    assert margin == pytest.approx(0.81, abs=0.01)


def test_the_four_verdicts() -> None:
    assert verdict([10.0, 9.0, 8.0, 7.0]) is GoalState.ON_COURSE
    assert verdict([10.0, 10.5, 11.0, 11.5]) is GoalState.BEHIND
    assert verdict([10.0, 10.0, 10.0, 10.0]) is GoalState.INDISTINGUISHABLE  # short by 0.6 points, less than the margin
    assert verdict([10.0, 9.0, 8.0, 7.0], PathRule(base_year=2021, start_year=2024)) is GoalState.TOO_EARLY
    assert verdict([5.0, 5.0, 5.0, 5.0]) is GoalState.REACHED


def test_a_stated_goal_stands_still_and_a_topic_without_a_goal_gets_no_path() -> None:
    paths = {path.indicator_id: path for path in find_paths(load_published(), "lwo", goals(), indicators(), RULE, {})}
    assert (paths["early_school_leavers"].goal, paths["early_school_leavers"].is_stated) == (0.0, True)
    assert (paths["children_in_poverty"].goal, paths["children_in_poverty"].pillar) == (16.9, "leren")
    assert "social_rent_share" not in paths  # context: no good direction
    assert "supermarket_distance" not in paths  # no goal of the plan


def test_model_estimates_are_no_progress() -> None:
    found = find_paths(panel([10.0, 9.0, 8.0, 7.0], origin="modelled"), "lwo", goals(), indicators(), RULE, {})
    assert found == ()


def test_the_year_in_which_a_line_is_seen_comes_from_the_printed_noise() -> None:
    paths = find_paths(load_published(), "lwo", goals(), indicators(), RULE, {NAME: 0.8255})
    seen = {path.indicator_id: path for path in paths}
    # 4.1 points in 20 years is 0.205 a year; 0.8255 / 0.205 = 4.03, so the fifth year after 2023
    assert (seen[NAME].visible_year, seen[NAME].is_noise_known) == (2028, True)
    assert not seen["income"].is_noise_known


def test_the_printed_start_gives_way_to_a_series_that_passes_the_start_of_the_path() -> None:
    both = pd.concat([load_published(), panel([10.0, 9.0, 8.0, 7.0])])
    assert path_of(both).base == 10.0
    assert path_of(both, PathRule(base_year=2021, start_year=2026)).base == 11.7


def test_inputs_are_not_changed_and_the_horizon_ends_in_2043() -> None:
    observations = panel([10.0, 9.0, 8.0, 7.0])
    before = observations.copy(deep=True)
    judge_path(observations, path_of(observations), "lwo", indicator(NAME), RULE)
    pd.testing.assert_frame_equal(observations, before)
    assert PathRule(start_year=2022).horizon == Horizon(2022, 2043)
