"""The path of a goal and the verdict on it: small panels whose answers are sums by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis import load_published
from lwo_analysis.catalogue.goals import goals
from lwo_analysis.catalogue.indicators import indicator, indicators
from lwo_analysis.catalogue.interventions import Measurability, Population, Text
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.detectability import DetectabilityRule
from lwo_analysis.indicators.goal_progress import (
    GoalPath,
    GoalState,
    PathRule,
    _comparison,
    _errors,
    _nearest,
    _with_visibility,
    find_paths,
    judge_path,
    printed_noise,
)
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


def long(values: dict[str, dict[int, float]], name: str, counts: dict[str, tuple[float, float]] | None = None) -> pd.DataFrame:
    """Figures of areas by year; `counts` gives every year of an area the same numerator and denominator."""
    rows = [
        {"area_id": place, "indicator_id": name, "year": year, "value": value}
        | dict(zip(("numerator", "denominator"), (counts or {}).get(place, (None, None)), strict=True))
        for place, figures in values.items()
        for year, value in figures.items()
    ]
    return pd.DataFrame(rows).assign(origin="register", source_id="kwb").astype({"year": "Int64", "value": "Float64"})


def test_the_nearest_areas_are_those_of_the_nearest_ratio_of_residents() -> None:
    # Latest figures: 100 is half of 200 (0.69 on a log scale), 390 is 1.95 times it (0.67). Nobody is compared with our city or
    # with another wijk of it, and an area without residents has no ratio.
    sizes = {"lwo": {2020: 900.0, 2021: 200.0}, "a": {2021: 100.0}, "b": {2020: 5.0, 2021: 390.0}, "c": {2021: 0.0}}
    sizes |= {"lwd": {2021: 200.0}, "lwd-rest": {2021: 200.0}, "emmen": {2021: 800.0}}
    people = long(sizes, "population")
    assert _nearest(people, "lwo") == ["b", "a", "emmen"]
    assert _nearest(people[people["area_id"] != "lwo"], "lwo") == []


MEAN = {"is_stated": False, "base": 9.0, "goal": 7.0, "years": (2019, 2021), "pillar": "bestaanszekerheid"}


def path_from(name: str, **changes: object) -> GoalPath:
    series = pd.DataFrame({"value": [9.0, 8.0], "distance": [2.0, 1.0]}, index=[2021, 2024])
    none: dict = {"origins": frozenset(), "sources": frozenset(), "visible_year": None, "is_noise_known": False}
    return GoalPath(**{"indicator_id": name, "series": series} | MEAN | none | changes)


def comparison_of(name: str, nearest: int = 20, absent: tuple[str, ...] = (), **changes: object) -> pd.DataFrame | None:
    values = {"lwd": {2019: 6.0, 2021: 8.0, 2024: 7.0}, "a": {2019: 10.0, 2021: 12.0, 2024: 9.0}, "c": {2021: 1.0, 2024: 1.0}}
    values |= {"b": {2019: 5.0, 2021: 9.0, 2024: 7.0}, "d": {2019: 6.0, 2021: 8.0, 2024: 10.0}}
    sizes = {"lwo": {2021: 100.0}, "b": {2021: 110.0}, "c": {2021: 120.0}, "a": {2021: 130.0}, "d": {2021: 140.0}}
    rows = pd.concat([long(values, name), long(sizes, "population")])
    rows = rows[~rows["area_id"].isin(absent)]
    return _comparison(rows, path_from(name, **changes), "lwo", indicator(name), PathRule(nearest=nearest))


def test_chance_is_read_from_the_nearest_complete_areas_from_the_mean_of_both_years() -> None:
    # a: 10 - 6 = 4 and 12 - 8 = 4, then 9 - 7 = 2; b: -1 and 1, then 0; c misses 2019; d, the third, is not asked for.
    found = comparison_of(NAME, nearest=2)
    assert found.to_dict("index") == {2021: {"b": 0.0, "a": 4.0}, 2024: {"b": 0.0, "a": 2.0}}
    assert comparison_of(NAME).columns.tolist() == ["b", "a", "d"]
    # Where more is better a lower figure is further from the goal.
    assert comparison_of("good_health", nearest=2).loc[2024].to_dict() == {"b": 0.0, "a": -2.0}
    # A goal of the plan stands still: 11 - 7 and 9 - 7.
    assert comparison_of(NAME, nearest=2, is_stated=True)["a"].tolist() == [4.0, 2.0]


def test_chance_is_read_from_two_areas_at_least() -> None:
    assert comparison_of(NAME, absent=("d",)).shape == (2, 2)
    assert comparison_of(NAME, absent=("a", "d")) is None


@pytest.mark.parametrize(("is_stated", "expected"), [(True, 3.0), (False, 5.0)])
def test_counts_per_1000_have_the_error_of_their_root(is_stated, expected) -> None:
    # The root of 9 and of 16 cases among 1,000 is 3 and 4 per 1,000; together the root of 9 + 16.
    figures = {2019: 9.0, 2021: 9.0, 2024: 9.0}
    counts = {"lwo": (9.0, 1000.0), "lwd": (16.0, 1000.0)}
    rows, crime = long({"lwo": figures, "lwd": figures}, "registered_crimes", counts), indicator("registered_crimes")
    path = path_from("registered_crimes", is_stated=is_stated)
    found = _errors(rows, path, "lwo", crime)
    assert found.to_dict() == pytest.approx({2021: expected, 2024: expected})
    # The counts of the first of the two years are used; without those of the city nothing is known.
    first = rows.assign(numerator=rows["numerator"].where(rows["year"].ne(2019), 4 * rows["numerator"]))
    assert _errors(first, path, "lwo", crime).to_dict() == pytest.approx({2021: 2 * expected, 2024: expected})
    rows.loc[rows["area_id"].eq("lwo") & rows["year"].eq(2024), "numerator"] = float("nan")
    assert _errors(rows, path, "lwo", crime) is None


def test_the_counts_say_when_a_straight_line_stands_out() -> None:
    # 2.8016 sqrt(2 x 0.1 x 0.9 / 10,000) = 1.19 points at 4 / 20 = 0.2 a year: 5.9, so in the sixth year after 2023.
    path = path_of(panel([10.0, 9.0, 8.0, 7.0]))
    assert (path.visible_year, path.is_noise_known) == (2029, True)
    # 2.8016 x 1,000 sqrt(2 x 0.01 / 10,000) = 3.96 per 1,000 (Poisson); from 10 to 6 takes 20 years at 0.2: 19.8.
    crimes = panel([10.0, 9.0, 8.0, 7.0]).replace({"indicator_id": {NAME: "registered_crimes"}})
    found = find_paths(crimes, "lwo", goals(), indicators(), RULE, {})
    assert [(one.indicator_id, one.visible_year) for one in found] == [("registered_crimes", 2043)]
    # Without counts below the line nothing is known of chance; a topic without noise at all has no year either.
    bare = path_of(panel([10.0, 9.0, 8.0, 7.0]).assign(denominator=float("nan")))
    assert (bare.visible_year, bare.is_noise_known) == (None, False)
    assert _with_visibility(bare, indicator(NAME), RULE, 0.0) is bare
    assert _with_visibility(bare, indicator(NAME), RULE, 5.0).visible_year is None  # 5 points are more than the 4 of the path


def test_the_start_is_mirrored_on_the_trend_of_the_five_years_to_2019() -> None:
    # Four figures of 2015-2019 give a trend; 2021 stands a full point above it and 2019 does not. With 2014 or 2020 in it
    # the trend would be so uncertain that 2021 fits, and from 2016 three figures give none, which would make it a mean.
    own = {2014: 15.0, 2015: 10.0, 2016: 10.1, 2018: 9.9, 2019: 10.0, 2020: 15.0, 2021: 11.0, 2024: 9.0}
    observations = long({"lwo": own, "lwd": dict.fromkeys(own, 6.0)}, NAME)
    path = path_of(observations, PathRule())
    assert (path.years, path.base, path.goal) == ((2019,), 10.0, 6.0)
    assert path.series.to_dict("index")[2019] == {"value": 10.0, "distance": 4.0}
    assert path.series.index.tolist() == [2019, 2020, 2021, 2024]
    assert (path.origins, path.sources) == (frozenset({"register"}), frozenset({"kwb"}))
    first = path_of(observations, PathRule(base_year=0))
    assert (first.years, first.base, first.series.index.tolist()) == ((2014,), 15.0, list(own))


def test_a_start_of_two_years_is_their_mean_and_the_path_goes_on_after_the_last() -> None:
    # Without a trend 2019 and 2021 together: (10 + 12) / 2 and the city (6 + 5) / 2. The city has no figure of 2020: no distance.
    own, city = {2019: 10.0, 2020: 1.0, 2021: 12.0, 2024: 9.0}, {2019: 6.0, 2021: 5.0, 2024: 5.0}
    path = path_of(long({"lwo": own, "lwd": city}, NAME), PathRule())
    assert (path.years, path.base, path.goal) == ((2019, 2021), 11.0, 5.5)
    assert path.series.to_dict("index") == {2021: {"value": 11.0, "distance": 5.5}, 2024: {"value": 9.0, "distance": 4.0}}


def test_a_topic_without_a_course_says_so() -> None:
    path = path_from(NAME, base=6.0)
    found = judge_path(panel([10.0, 9.0, 8.0, 7.0]), path, "lwo", indicator(NAME), RULE)
    assert (found.state, found.course, found.comparison_areas) == (GoalState.REACHED, None, 0)
    with pytest.raises(ParameterError, match="course: expected figures after the start, found reached"):
        _ = found.known_course
    course = judge_path(panel([10.0, 9.0, 8.0, 7.0]), path_of(panel([10.0, 9.0, 8.0, 7.0])), "lwo", indicator(NAME), RULE)
    assert course.known_course is course.course
    assert course.comparison_areas == 2
    assert judge_path(panel([6.0] * 4), path_from(NAME, base=7.0), "lwo", indicator(NAME), RULE).state is GoalState.REACHED


def test_what_chance_needs_is_counts_or_two_areas() -> None:
    observations = panel([10.0, 9.0, 8.0, 7.0])
    path = path_of(observations)
    bare = observations.assign(denominator=float("nan"), numerator=float("nan"))
    alone = bare[bare["area_id"].isin(["lwo", "lwd"])]
    states = [judge_path(rows, path, "lwo", indicator(NAME), RULE) for rows in (bare, alone)]
    assert [(one.state, one.comparison_areas) for one in states] == [(GoalState.ON_COURSE, 2), (GoalState.INDISTINGUISHABLE, 0)]


def test_a_start_without_a_figure_after_it_is_too_early_and_has_no_course() -> None:
    start = pd.DataFrame({"value": [10.0], "distance": [4.0]}, index=[2021])
    path = path_from(NAME, base=10.0, goal=6.0, years=(2021,), series=start)
    found = judge_path(panel([10.0, 9.0, 8.0, 7.0]), path, "lwo", indicator(NAME), RULE)
    assert (found.state, found.course, found.comparison_areas) == (GoalState.TOO_EARLY, None, 0)
    assert (path.is_measured, path_of(panel([10.0, 9.0, 8.0, 7.0])).is_measured) == (False, True)


@pytest.mark.parametrize("name", ["supermarket_distance", "participation_tracks", "social_rent_share"])
def test_a_topic_that_the_plan_does_not_ask_for_or_without_a_good_direction_has_no_path(name: str) -> None:
    rows = panel([10.0, 9.0, 8.0, 7.0]).replace({"indicator_id": {NAME: name}})
    assert find_paths(rows, "lwo", goals(), indicators(), RULE, {}) == ()


def test_the_noise_of_printed_figures_is_in_their_unit() -> None:
    # Half of 100: 2.8016 sqrt(2 x 0.25 / 100) = 0.198; 1 % of 10,000: 2.8016 sqrt(2 x 0.01 / 10,000) = 0.00396.
    sizes = {"few": Population("few", 100.0, Text("", "")), "many": Population("many", 10_000.0, Text("", ""))}
    outcomes = {
        "share": Measurability("share", "register_share", 0.5, "few", True, True),
        "rate": Measurability("rate", "register_rate", 0.01, "many", True, True),
        "mean": Measurability("mean", "register_mean", 0.01, "many", True, True),
    }
    assert printed_noise(outcomes, sizes, DetectabilityRule()) == pytest.approx({"share": 19.81, "rate": 3.962}, rel=1e-3)


def test_a_small_distance_is_a_distance() -> None:
    path = path_of(panel([6.5, 6.5, 6.5, 6.5]))
    assert judge_path(panel([6.5] * 4), path, "lwo", indicator(NAME), RULE).state is GoalState.INDISTINGUISHABLE


def test_progress_is_that_of_the_area_itself_whatever_others_do() -> None:
    # The others gained one point, Oost three; without them the counts of Oost and its city still make a margin.
    observations = panel([10.0, 9.0, 8.0, 7.0])
    late = (
        observations["area_id"].isin(["emmen", "assen"]) & observations["year"].eq(2026) & observations["indicator_id"].eq(NAME)
    )
    observations.loc[late, "value"] -= 1.0
    path = path_of(observations)
    found = judge_path(observations, path, "lwo", indicator(NAME), RULE)
    assert found.known_course.progress["progress"].tolist() == pytest.approx([1.0, 2.0, 3.0])
    alone = judge_path(observations[observations["area_id"].isin(["lwo", "lwd"])], path, "lwo", indicator(NAME), RULE)
    assert (alone.state, alone.comparison_areas) == (GoalState.ON_COURSE, 0)


def test_what_is_taken_from_a_document_is_named() -> None:
    # Printed for Oost and its city, with no year: no figure of another kind tells where they come from.
    rows = panel([10.0, 9.0, 8.0, 7.0])
    rows = rows[rows["indicator_id"].eq(NAME) & rows["year"].eq(2021)].assign(year=pd.NA).astype({"year": "Int64"})
    rows = rows.assign(source_id=rows["area_id"].map(lambda name: "plan" if name == "lwo" else "monitor"))
    path = path_of(rows)
    assert (path.base, path.goal, path.years, len(path.series)) == (10.0, 6.0, (), 0)
    assert (path.sources, path.origins, path.is_noise_known) == ({"plan", "monitor"}, {"register"}, False)
    assert find_paths(rows[rows["area_id"].ne("lwd")], "lwo", goals(), indicators(), RULE, {}) == ()
