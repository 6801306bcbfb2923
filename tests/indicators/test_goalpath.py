"""Paths, forecasts, verdicts and the guard before adjusting; the verdicts are proved by simulation."""

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.course import (
    AdjustmentGuard,
    CourseRule,
    CourseVerdict,
    course_verdicts,
    detectable_change,
    judge_course,
    measure_progress,
)
from lwo_analysis.indicators.goalpath import (
    PHASES,
    Horizon,
    PathShape,
    forecast_with_drift,
    probability_on_course,
    required_progress,
    share_of_goal,
    target_at,
)

YEARS = np.arange(2023, 2028)


def test_phases_end_after_5_10_15_and_20_years():
    assert {phase: year - Horizon().start for phase, year in PHASES.items()} == {"A": 5, "B": 10, "C": 15, "D": 20}
    assert share_of_goal(list(PHASES.values())).tolist() == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("shape", list(PathShape))
def test_every_shape_starts_at_nothing_ends_at_everything_and_never_goes_back(shape):
    shares = share_of_goal(np.arange(2015, 2051), shape)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert (np.diff(shares) >= 0).all()


def test_rotterdam_asks_a_quarter_half_way_where_the_plan_asks_half():
    # Platform31 (2024), Slagkracht in de wijk: 25 % of the final ambition for the first ten years.
    assert target_at(2033, 11.7, 7.6, PathShape.ROTTERDAM) == pytest.approx(11.7 - 4.1 / 4)
    assert target_at(2033, 11.7, 7.6) == pytest.approx(11.7 - 4.1 / 2)
    assert share_of_goal(2028, PathShape.S_CURVE) == pytest.approx(3 / 16 - 2 / 64)


def test_a_path_can_start_at_the_nulmeting():
    assert target_at(2032, 10.0, 0.0, horizon=Horizon(2021, 2043)) == pytest.approx(5.0)
    with pytest.raises(ParameterError, match="end after the start"):
        share_of_goal(2030, horizon=Horizon(2043, 2023))


def test_a_gap_target_asks_the_gap_to_close():
    assert target_at(2033, 4.1, 0.0) == pytest.approx(2.05)
    assert required_progress([2033], 68, 74, "higher").tolist() == [3.0]
    with pytest.raises(ParameterError, match="lower or higher"):
        required_progress([2033], 41, 30, "context")


def test_a_missing_goal_gives_missing_targets():
    assert np.isnan(target_at([2028, 2043], 11.7, np.nan)).all()


def test_the_forecast_covers_a_drifting_series_as_promised():
    rng, runs, ahead = np.random.default_rng(2023), 600, 8
    walks = np.cumsum(rng.normal(-0.2, 0.5, size=(runs, 10 + ahead)), axis=1)
    covered = 0
    for walk in walks:
        interval = forecast_with_drift(pd.Series(walk[:10], index=range(2014, 2024)), 2023 + ahead).interval
        covered += int(interval.lower <= walk[-1] <= interval.upper)
    # Monte Carlo error sqrt(0.95 * 0.05 / 600) = 0.009; three of those.
    assert covered / runs == pytest.approx(0.95, abs=0.027)


def test_probability_counts_the_share_of_futures_that_reach_the_target():
    series = pd.Series({2019: 10.0, 2020: 9.0, 2021: 9.0, 2022: 7.0})
    forecast = forecast_with_drift(series, 2024)
    # t with 2 degrees of freedom: P(T < 1) = 1/2 + 1 / (2 sqrt 3) = 0.7887; the target lies one standard error above 5.
    one_error_above = 5.0 + forecast.standard_error
    assert probability_on_course(forecast, one_error_above, "lower") == pytest.approx(0.5 + 1 / (2 * np.sqrt(3)))
    assert probability_on_course(forecast, one_error_above, "higher") == pytest.approx(0.5 - 1 / (2 * np.sqrt(3)))


def test_a_series_without_noise_is_certain():
    forecast = forecast_with_drift(pd.Series({2019: 4.0, 2020: 3.0, 2021: 2.0, 2022: 1.0}), 2023)
    assert forecast.standard_error == pytest.approx(0)
    assert probability_on_course(forecast, 0.0, "lower") == 1.0


@pytest.mark.parametrize(
    ("values", "year"), [({2019: 1.0, 2020: 2.0, 2021: 1.5}, 2030), (dict.fromkeys(range(2015, 2022), 1.0), 2021)]
)
def test_too_few_years_or_the_past_have_no_forecast(values, year):
    with pytest.raises(InputError):
        forecast_with_drift(pd.Series(values), year)


def test_unequal_steps_weigh_the_years_between_waves():
    # Waves of 2012, 2016, 2020, 2022 on a straight line: no noise, so the forecast stays on the line.
    line = pd.Series({2012: 60.0, 2016: 64.0, 2020: 68.0, 2022: 70.0})
    assert forecast_with_drift(line, 2026).interval.upper == pytest.approx(74.0)


# --- verdicts by simulation ------------------------------------------------------------------------------------------------

RUNS, AREAS, NOISE = 1000, 19, 1.0


def simulate_verdicts(progress_per_year: float, required_per_year: float, seed: int) -> np.ndarray:
    """Return verdicts on 1,000 panels: a common trend with shocks, independent noise, and real progress of one area."""
    rng, steps = np.random.default_rng(seed), np.arange(len(YEARS))
    common = np.cumsum(rng.normal(-0.5, 1.0, size=(RUNS, len(YEARS))), axis=1)
    others = common[..., None] + rng.normal(0, NOISE, size=(RUNS, len(YEARS), AREAS))
    area = common + rng.normal(0, NOISE, size=(RUNS, len(YEARS))) - progress_per_year * steps
    moved = measure_progress(area, others, "lower")
    return course_verdicts(moved.relative[:, 1:], required_per_year * steps[1:], moved.margin[:, 1:])


def detectable_per_year() -> float:
    """Return the yearly change whose cumulated size at the first of the two judged years (2026) is detectable."""
    spread_of_a_change = NOISE * np.sqrt(2)
    return detectable_change(spread_of_a_change, AREAS) / (YEARS[-2] - YEARS[0])


def assert_share(verdicts: np.ndarray, verdict: CourseVerdict, at_least: float) -> None:
    """Fail unless the share of a verdict exceeds a bound by more than two Monte Carlo errors."""
    share = float((verdicts == verdict).mean())
    error = np.sqrt(at_least * (1 - at_least) / RUNS)  # 0.007 at 95 %, 0.013 at 80 %
    assert share - 2 * error >= at_least, f"{verdict}: {share:.3f}, Monte Carlo error {error:.3f}, wanted {at_least}"


def test_pure_noise_around_a_common_trend_cannot_be_told_apart():
    # A gap of 6 points in a survey whose waves have an error of 1: the plan asks 0.3 per year.
    assert_share(simulate_verdicts(0.0, 6.0 / 20, seed=2026), CourseVerdict.INDISTINGUISHABLE, 0.95)


def test_planted_progress_above_the_detectable_size_is_on_course():
    assert_share(simulate_verdicts(detectable_per_year(), 6.0 / 20, seed=2027), CourseVerdict.ON_COURSE, 0.80)


def test_standing_still_where_the_path_asks_a_detectable_change_is_behind():
    assert_share(simulate_verdicts(0.0, detectable_per_year(), seed=2028), CourseVerdict.BEHIND, 0.80)


def test_a_planted_decline_of_detectable_size_is_behind():
    verdicts = simulate_verdicts(-detectable_per_year(), 0.0, seed=2029)
    assert_share(verdicts, CourseVerdict.BEHIND, 0.80)
    assert not (verdicts == CourseVerdict.ON_COURSE).any()


def test_half_the_detectable_size_is_mostly_missed():
    verdicts = simulate_verdicts(detectable_per_year() / 2, 6.0 / 20, seed=2030)
    assert (verdicts == CourseVerdict.ON_COURSE).mean() < 0.5


# --- one goal at a time ----------------------------------------------------------------------------------------------------

COMPARISON = pd.DataFrame(
    {"x": [5.0, 5.1, 5.0, 4.9, 5.0], "y": [6.0, 5.9, 6.1, 6.0, 5.9], "z": [7.0, 7.0, 6.9, 7.1, 7.0]}, index=YEARS
)
PATH = pd.Series([0.0, 0.5, 1.0, 1.5, 2.0], index=YEARS)


def judge(values, comparison=COMPARISON, **options):
    return judge_course(pd.Series(values, index=YEARS[: len(values)]), comparison, PATH, "lower", **options)


def test_the_four_verdicts_and_their_dutch_labels():
    labels = [
        judge([9.0, 8.4, 7.9, 7.4, 7.0]).verdict.label_nl,
        judge([9.0, 9.0, 9.0, 9.1, 9.0]).verdict.label_nl,
        judge([9.0, 9.0, 9.0, 9.0, 7.0]).verdict.label_nl,
        judge([9.0, 9.5, 9.9]).verdict.label_nl,
    ]
    assert labels == ["op koers", "achter", "niet te onderscheiden", "te vroeg"]


def test_adjusting_needs_all_four_conditions():
    behind = judge([9.0, 9.0, 9.0, 9.1, 9.0])
    assert behind.guard == AdjustmentGuard(window_passed=True, beyond_noise=True, persists=True, not_shared=True)
    assert behind.guard.may_adjust
    assert not judge([9.0, 9.5, 9.9]).guard.may_adjust  # too early
    assert not judge([9.0, 8.5, 8.0, 7.5, 9.0]).guard.persists  # one bad measurement
    assert not judge([9.0, 8.5, 8.0, 7.5, 7.2]).guard.beyond_noise


def test_a_shortfall_that_all_areas_share_gives_no_reason_to_adjust():
    crisis = pd.Series([0.0, 0.0, 1.0, 2.0, 3.0], index=YEARS)
    own_level = [9.0, 8.4, 8.9, 9.4, 10.0]  # the path of 'on course', 3 points up with everybody
    course = judge(own_level, COMPARISON.add(crisis, axis=0), relative=False)
    assert course.verdict is CourseVerdict.BEHIND  # the level target is missed
    assert course.guard.not_shared is False
    assert not course.guard.may_adjust
    assert judge(own_level, COMPARISON.add(crisis, axis=0)).verdict is CourseVerdict.ON_COURSE  # the gap target is not


def test_missing_measurements_are_skipped_and_never_count_as_no_change():
    course = judge([9.0, np.nan, np.nan, np.nan, 9.0])
    assert course.progress.index.tolist() == [2027]
    assert course.verdict is CourseVerdict.TOO_EARLY  # one measurement cannot persist


def test_a_longer_minimum_window_makes_it_too_early():
    assert judge([9.0, 9.0, 9.0, 9.1, 9.0], rule=CourseRule(least_years=5)).verdict is CourseVerdict.TOO_EARLY


def test_without_comparison_areas_standard_errors_make_the_margin_and_adjusting_is_never_suggested():
    values, small, large = [9.0, 9.0, 9.0, 9.0, 9.0], pd.Series(0.1, index=YEARS), pd.Series(2.0, index=YEARS)
    sure = judge(values, None, standard_errors=small)
    assert sure.verdict is CourseVerdict.BEHIND
    assert sure.progress["margin"].tolist() == pytest.approx([1.959964 * 0.1 * np.sqrt(2)] * 4)
    assert sure.guard.not_shared is None
    assert not sure.guard.may_adjust
    assert judge(values, None, standard_errors=large).verdict is CourseVerdict.INDISTINGUISHABLE
    with pytest.raises(InputError, match="comparison areas or standard errors"):
        judge(values, None)


def test_an_area_noisier_than_its_comparison_gets_its_own_margin():
    quiet, noisy = judge([9.0] * 5), judge([9.0] * 5, standard_errors=pd.Series(2.0, index=YEARS))
    assert (noisy.progress["margin"] > quiet.progress["margin"]).all()
    assert noisy.verdict is CourseVerdict.INDISTINGUISHABLE


def test_a_year_without_comparison_or_path_stops_the_run():
    with pytest.raises(InputError, match="2027"):
        judge([9.0, 9.0, 9.0, 9.0, 9.0], COMPARISON.drop(index=2027))
    with pytest.raises(InputError, match="two or more complete areas"):
        judge([9.0, 9.0, 9.0, 9.0, 9.0], COMPARISON[["x"]])
    with pytest.raises(InputError, match="2024"):
        judge([9.0, 9.0, 9.0, 9.0, 9.0], COMPARISON.assign(x=COMPARISON["x"].where(YEARS != 2024)))
