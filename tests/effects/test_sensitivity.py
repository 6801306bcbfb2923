"""Robustness checks: a known panel, one choice changed at a time, and when a check must fail."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, f, wishart

from lwo_analysis.effects import (
    Design,
    add_placebo_inference,
    all_specifications,
    check_pre_trends,
    exclude_neighbours,
    fit_did,
    honest_relative_magnitudes,
    leave_one_donor_out,
    placebo_event_study,
    placebo_in_time,
    placebo_test,
    specification_curve,
    vary_donor_pool,
    vary_start_year,
    vary_weights,
    vary_window,
)
from lwo_analysis.effects.sensitivity.placebo_event_study import PlaceboEventStudy
from lwo_analysis.effects.sensitivity.pre_trends import detectable_slope
from lwo_analysis.errors import DesignError

DESIGN = Design(population=None)
WITH_POPULATION = Design()


def panel_of(effect: float = 3.0, drift: float = 0.0, n_units: int = 24, seed: int = 5) -> pd.DataFrame:
    """Twelve years from 2014, three treated units from 2022, noise of one."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(n_units):
        treated = unit < 3
        people = 800.0 + 400 * unit
        for year in range(2014, 2026):
            value = rng.normal() + effect * (treated and year >= 2022) + drift * treated * (year - 2014)
            start = 2022.0 if treated else np.nan
            rows.append({"area_id": f"u{unit:02d}", "year": year, "value": value, "start_year": start, "n": people})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return panel_of()


@pytest.fixture(scope="module")
def main(panel):
    return add_placebo_inference(fit_did(panel, DESIGN), placebo_test(panel, DESIGN))


def test_leaving_out_each_donor_gives_one_row_per_donor_and_brackets_the_estimate(panel, main):
    check = leave_one_donor_out(panel, DESIGN, fit_did, main)
    assert len(check.table) == 24 - 3
    # The mean over all leave-one-out means of the comparison is the full comparison: the changes sum to zero.
    assert check.table["change"].sum() == pytest.approx(0, abs=1e-9)
    assert check.passed is True


def test_one_donor_that_carries_the_result_fails_the_check(panel):
    odd = panel.assign(value=panel["value"] - 400.0 * ((panel["area_id"] == "u10") & (panel["year"] >= 2022)))
    estimate = fit_did(odd, DESIGN)
    alone = estimate.with_inference(inference="given", interval=(estimate.estimate - 1, estimate.estimate + 1), p_value=0.01)
    check = leave_one_donor_out(odd, DESIGN, fit_did, alone)
    assert check.passed is False
    assert "hangt hiervan af" in check.sentence("nl")


def test_each_named_pool_window_weight_and_year_is_one_row_with_the_estimate_of_that_choice(panel, main):
    pools = vary_donor_pool(panel, DESIGN, fit_did, main, {"city": ["u10", "u11"]})
    assert pools.table["n_control"].tolist() == [21 - 2]
    windows = vary_window(panel, DESIGN, fit_did, main, [(2016, 2025), (2014, 2023)])
    short = fit_did(panel[panel["year"] >= 2016], DESIGN).estimate
    assert windows.table["estimate"].iloc[0] == pytest.approx(short, abs=1e-12)
    years = vary_start_year(panel, DESIGN, fit_did, main)
    assert years.table["variant"].tolist() == ["2021", "2022", "2023", "2024"]
    assert years.table["change"].iloc[1] == 0
    weights = vary_weights(panel, WITH_POPULATION, fit_did, main)
    assert weights.table["estimate"].nunique() == 2


def test_rings_of_neighbours_are_left_out_one_after_another(panel, main):
    check = exclude_neighbours(panel, DESIGN, fit_did, main, [["u05"], ["u06", "u07"]])
    assert check.table["n_control"].tolist() == [20, 18]


def test_a_variant_that_cannot_be_estimated_stays_in_the_table_with_its_reason(panel, main):
    check = vary_start_year(panel, DESIGN, fit_did, main, [2014, 2022])
    assert check.table["estimate"].isna().tolist() == [True, False]
    assert check.table["problem"].iloc[0]
    assert vary_start_year(panel, DESIGN, fit_did, main, [2014]).passed is None


def test_leaving_out_a_treated_area_is_refused(panel, main):
    with pytest.raises(DesignError, match="untreated units"):
        vary_donor_pool(panel, DESIGN, fit_did, main, {"wrong": ["u01"]})


def test_a_pretended_start_passes_without_and_fails_with_a_drift():
    assert placebo_in_time(panel_of(), DESIGN, [2017, 2019]).passed is True
    assert placebo_in_time(panel_of(drift=2.0), DESIGN, [2017, 2019]).passed is False
    impossible = placebo_in_time(panel_of(), DESIGN, [2014])
    assert (impossible.passed, impossible.table["problem"].iloc[0] != "") == (None, True)


def test_event_study_coefficients_are_differences_of_mean_changes(panel):
    study = placebo_event_study(panel, DESIGN)
    wide = panel.pivot(index="area_id", columns="year", values="value")
    change = wide[2023] - wide[2021]
    by_hand = change.iloc[:3].mean() - change.iloc[3:].mean()
    assert study.coefficients[list(study.event_times).index(1)] == pytest.approx(by_hand, abs=1e-12)
    assert study.event_times.tolist() == [*range(-8, -1), 0, 1, 2, 3]
    # Textbook variance of a difference of two means with the spread of the untreated in both: s2 (1/3 + 1/21).
    variance = change.iloc[3:].var() * (1 / 3 + 1 / 21)
    assert study.covariance[8, 8] == pytest.approx(variance, abs=1e-12)


def test_the_placebo_event_study_feeds_the_honest_sets(panel):
    study = placebo_event_study(panel, DESIGN)
    found = honest_relative_magnitudes(study.coefficients, study.covariance, study.n_pre, bound=0.0, weights="average")
    assert found.lower < 3 < found.upper


def test_an_event_study_needs_two_periods_before_the_start(panel):
    short = panel[panel["year"] >= 2021]
    with pytest.raises(DesignError, match="at least two periods"):
        placebo_event_study(short, Design(population=None, min_pre_periods=1))


def test_the_pre_trend_statistic_is_the_wald_statistic_by_hand():
    study = PlaceboEventStudy(
        np.array([-3, -2, 0]), np.array([0.6, -0.4, 2.0]), np.diag([0.04, 0.01, 0.04]), 2, np.array([-2.0, -1.0, 1.0])
    )
    check = check_pre_trends(study)
    wald = 0.6**2 / 0.04 + 0.4**2 / 0.01
    assert check.table["statistic"].iloc[0] == pytest.approx(wald)
    assert check.table["p_value"].iloc[0] == pytest.approx(chi2(2).sf(wald))
    assert check.passed is False


def test_the_detectable_slope_is_detected_as_often_as_promised():
    # Simulated truth: 4,000 draws at the slope; standard error .6 %, so 2 % is three of them.
    rng, distances, sigma = np.random.default_rng(1), np.array([-3.0, -2.0, -1.0]), 0.05 * (np.eye(3) + 1)
    inverse = np.linalg.inv(sigma)
    slope = detectable_slope(distances, inverse, alpha=0.05, power=0.8)
    draws = rng.multivariate_normal(slope * distances, sigma, size=4000)
    wald = np.einsum("ri,ij,rj->r", draws, inverse, draws)
    assert (wald > chi2(3).ppf(0.95)).mean() == pytest.approx(0.8, abs=0.02)


def test_the_detectable_slope_is_as_often_detected_with_an_estimated_covariance():
    # Simulated truth, Hotelling (1931): 4,000 draws with a Wishart covariance of 12 degrees of freedom; standard error .6 %.
    rng, distances, sigma = np.random.default_rng(1), np.array([-3.0, -2.0, -1.0]), 0.05 * (np.eye(3) + 1)
    slope = detectable_slope(distances, np.linalg.inv(sigma), 12, alpha=0.05, power=0.8)
    draws = rng.multivariate_normal(slope * distances, sigma, size=4000)
    estimated = wishart(12, sigma / 12).rvs(4000, random_state=rng)
    wald = np.einsum("ri,rij,rj->r", draws, np.linalg.inv(estimated), draws)
    # T² (12 - 3 + 1) / (12 x 3) is F with 3 and 10 degrees of freedom.
    assert (wald * 10 / 36 > f(3, 10).ppf(0.95)).mean() == pytest.approx(0.8, abs=0.02)


def test_the_pre_trend_test_keeps_its_size_with_few_untreated_areas():
    # 100 panels without a trend, 21 untreated areas, 7 coefficients: at 5 % the standard error is 2.2 %. With a chi-squared
    # reference it would reject far more often.
    studies = [placebo_event_study(panel_of(effect=0.0, seed=seed), DESIGN) for seed in range(100)]
    known = [check_pre_trends(dataclasses.replace(study, df=np.inf)).passed is False for study in studies]
    rejected = [check_pre_trends(study).passed is False for study in studies]
    assert np.mean(rejected) <= 0.05 + 3 * 0.022
    assert np.mean(known) > 0.2


def test_more_coefficients_than_untreated_areas_cannot_be_tested():
    study = placebo_event_study(panel_of(n_units=10), DESIGN)
    with pytest.raises(DesignError, match="widen the comparison pool"):
        check_pre_trends(study)


def test_a_quiet_but_weak_pre_trend_test_is_undecided():
    study = PlaceboEventStudy(np.array([-2, 0]), np.array([0.0, 0.5]), np.diag([1.0, 1.0]), 1, np.array([-1.0, 1.0]))
    check = check_pre_trends(study)
    assert check.passed is None
    assert "zwak" in check.sentence("nl")
    assert "weak" in check.sentence("en")


def test_the_specification_curve_shows_every_choice_and_finds_a_real_effect(panel):
    choices = all_specifications(starts=(2021, 2022), weights=("equal", "population"), pools={"all": (), "small": ("u04", "u05")})
    check = specification_curve(panel, WITH_POPULATION, choices, draws=399)
    assert len(check.table) == 8
    assert check.table["estimate"].is_monotonic_increasing
    assert check.passed is True
    assert set(check.table["pool"]) == {"all", "small"}


def test_one_specification_gives_the_placebo_test_itself(panel):
    check = specification_curve(panel, DESIGN, all_specifications(), draws=999)
    single = placebo_test(panel, DESIGN, draws=999)
    assert check.table["estimate"].iloc[0] == pytest.approx(single.estimate, abs=1e-12)
    assert check.table.attrs["joint_p_median"] == pytest.approx(check.table["p_value"].iloc[0], abs=1e-12)


def test_the_joint_p_value_keeps_its_level_without_an_effect():
    # 60 panels without an effect, level 20 %: standard error 5 %, so 36 % is three of them.
    choices = all_specifications(starts=(2021, 2022), windows=((2014, 2025), (2016, 2025)))
    panels = (panel_of(effect=0.0, n_units=12, seed=seed) for seed in range(60))
    found = [specification_curve(one, DESIGN, choices, alpha=0.2, draws=99).passed for one in panels]
    assert np.mean(found) <= 0.36


def test_a_curve_without_choices_or_with_other_treated_areas_is_refused(panel):
    with pytest.raises(DesignError, match="at least one specification"):
        specification_curve(panel, DESIGN, [])
    with pytest.raises(DesignError, match="same treated units"):
        specification_curve(panel, DESIGN, all_specifications(pools={"all": (), "wrong": ("u01",)}))
