"""The test of earlier trends on studies made by hand: every number of its table, and each of its three answers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.power import ftest_power_f2

from lwo_analysis.effects import check_pre_trends
from lwo_analysis.effects.sensitivity.placebo_event_study import PlaceboEventStudy
from lwo_analysis.effects.sensitivity.pre_trends import detectable_slope
from lwo_analysis.errors import DesignError


def study_of(pre: list[float], post: list[float], sd: float = 1.0, df: float = math.inf) -> PlaceboEventStudy:
    """Return coefficients with a common, independent standard error; the reference lies just before the start."""
    n_pre, n_post = len(pre), len(post)
    distances = np.concatenate([np.arange(-n_pre, 0.0), np.arange(1.0, n_post + 1)])
    covariance = sd**2 * np.eye(n_pre + n_post)
    return PlaceboEventStudy(distances.astype(int), np.array([*pre, *post]), covariance, n_pre, distances, df)


@pytest.mark.parametrize(("count", "noncentrality"), [(1, 7.85), (2, 9.63), (3, 10.90), (4, 11.94), (5, 12.83)])
def test_with_a_known_covariance_the_slope_is_that_of_the_published_noncentralities(count, noncentrality):
    # Cohen (1988), table 9.4.2 (5 %, power .80, infinite denominator), with two decimals as in Haynam and others (1970).
    distances = np.arange(-count, 0.0)
    slope = detectable_slope(distances, np.eye(count), alpha=0.05, power=0.8)
    assert slope**2 * (distances**2).sum() == pytest.approx(noncentrality, abs=0.006)


@pytest.mark.parametrize(("count", "df"), [(1, 6.0), (2, 9.0), (3, 20.0), (5, 8.0)])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.1, 0.9)])
def test_with_an_estimated_covariance_another_program_finds_that_power(count, df, alpha, power):
    # statsmodels: power of the F test with df - count + 1 in the denominator; its noncentrality is f2 times (all its df + 1).
    distances, below = np.arange(-count, 0.0), df - count + 1
    slope = detectable_slope(distances, np.eye(count), df, alpha=alpha, power=power)
    noncentrality = slope**2 * (distances**2).sum()
    found = ftest_power_f2(noncentrality / (count + below + 1), df_num=count, df_denom=below, alpha=alpha, ncc=1)
    assert found == pytest.approx(power, abs=1e-9)


def test_the_p_value_with_an_estimated_covariance_has_a_closed_form_for_two_coefficients():
    # F with 2 and v degrees of freedom has tail (1 + 2 F / v)^(-v/2). W = (0.3^2 + 0.4^2) / 0.1^2 = 25, v = 12 - 2 + 1 = 11,
    # F = 25 x 11 / (12 x 2), so the tail is (1 + 25/12)^(-5.5).
    table = check_pre_trends(study_of([0.3, 0.4], [1.0], sd=0.1, df=12.0)).table
    assert table["statistic"].iloc[0] == pytest.approx(25)
    assert table["df"].iloc[0] == 2
    assert table["p_value"].iloc[0] == pytest.approx((1 + 25 / 12) ** -5.5, rel=1e-9)


def test_the_bias_is_the_slope_over_the_mean_distance_after_the_start():
    # Chance .80 at 5 %, one coefficient at distance 1: slope = 1.95996 + 0.84162 standard errors (the other tail is 1e-6).
    # Two periods after the start lie on average 1.5 from the reference.
    row = check_pre_trends(study_of([0.1], [4.0, 2.0], sd=0.5)).table.iloc[0]
    slope = (norm.ppf(0.975) + norm.ppf(0.8)) * 0.5
    assert row["detectable_slope"] == pytest.approx(slope, abs=2e-6)
    assert row["bias"] == pytest.approx(1.5 * slope, abs=3e-6)
    assert row["estimate"] == pytest.approx(3.0)


# One quiet coefficient with standard error 1, one period after: the trend seen four times in five has a bias of 2.80.
@pytest.mark.parametrize(
    ("pre", "post", "passed", "told", "said"),
    [
        (0.1, 3.0, True, "hadden we waarschijnlijk gezien", "would probably have been seen"),
        (0.1, -3.0, True, "hadden we waarschijnlijk gezien", "would probably have been seen"),
        (0.1, 2.7, None, "schijneffect van 2,8", "mimics an effect of 2.8"),
        (0.1, -2.7, None, "schijneffect van 2,8", "mimics an effect of 2.8"),
        (2.0, 9.0, False, "liepen de gebieden al uiteen (p = 0,046)", "already drifting apart (p = 0.046)"),
    ],
)
def test_the_three_answers(pre, post, passed, told, said):
    check = check_pre_trends(study_of([pre], [post]))
    assert check.passed is passed
    assert told in check.sentence("nl")
    assert said in check.sentence("en")


def test_a_p_value_of_exactly_alpha_fails():
    study = study_of([1.0], [9.0])
    p_value = float(check_pre_trends(study).table["p_value"].iloc[0])
    assert check_pre_trends(study, alpha=p_value).passed is False
    assert check_pre_trends(study, alpha=p_value * 0.999).passed is True


def test_one_degree_of_freedom_more_than_coefficients_is_the_least():
    study = study_of([0.1, 0.2, 0.1], [9.0], df=4.0)
    assert check_pre_trends(study).table["df"].iloc[0] == 3
    with pytest.raises(DesignError, match=r"at least 5 untreated units for 3 coefficients, found 4"):
        check_pre_trends(dataclasses.replace(study, df=3.0))


def test_only_the_coefficients_before_the_start_are_tested():
    # The covariance of the period after has no say: the statistic is 0.6^2 / 0.04 = 9 whatever comes later.
    wild = dataclasses.replace(study_of([0.6], [5.0], sd=0.2), covariance=np.array([[0.04, 0.03], [0.03, 9.0]]))
    assert check_pre_trends(wild).table["statistic"].iloc[0] == pytest.approx(9)


def test_the_criterion_says_the_numbers_in_use():
    assert check_pre_trends(study_of([0.1], [1.0]), alpha=0.1, power=0.9).criterion == (
        "passed: p > 0.1 and a trend that would be seen with probability 0.9 biases the effect by less than the estimate; "
        "failed: p <= 0.1; undecided otherwise"
    )
