"""Intervals against published tables, arithmetic by hand and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.uncertainty import (
    CBS_BENEFITS,
    CBS_POPULATION,
    NO_ROUNDING,
    Meaning,
    Rounding,
    difference_of_shares,
    margin_interval,
    poisson_interval,
    printed_interval,
    rounded_share_interval,
    share_standard_error,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "lower", "upper"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (score), printed to four digits.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_reproduces_the_table_of_newcombe(numerator, denominator, lower, upper):
    interval = wilson_interval(numerator, denominator)
    # Half a unit of the last printed digit.
    assert interval.lower == pytest.approx(lower, abs=5e-5)
    assert interval.upper == pytest.approx(upper, abs=5e-5)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    # Exact Poisson limits (Garwood 1936), as tabulated in epidemiology textbooks.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.36, 121.63)],
)
def test_poisson_reproduces_the_exact_limits_of_the_textbooks(count, lower, upper):
    interval = poisson_interval(count)
    # Half a unit of the last printed digit of each entry (two decimals for 100).
    assert interval.lower == pytest.approx(lower, abs=5e-3 if count == 100 else 5e-4)
    assert interval.upper == pytest.approx(upper, abs=5e-3 if count == 100 else 5e-4)


def test_crime_of_51_per_1000_on_36000_residents_has_the_margin_of_the_domain_notes():
    # Crime on 36,000 residents +-2.3 per 1,000. sqrt(51 * 36) / 36 * 1.96 = 2.33.
    interval = poisson_interval(51 * 36, 36_000).scaled(1000)
    half = (interval.upper - interval.lower) / 2
    assert half == pytest.approx(2.33, abs=0.02)  # exact limits are a little wider than the normal ones: 1/36 = 0.03


def test_a_missing_count_gives_a_missing_interval_and_never_a_zero():
    for interval in (wilson_interval([np.nan, 5], [10, 10]), poisson_interval([np.nan, 5], 10)):
        assert np.isnan(interval.lower[0])
        assert np.isnan(interval.upper[0])
        assert not np.isnan(interval.lower[1])


def test_a_denominator_of_zero_is_undefined():
    assert np.isnan(wilson_interval(0, 0).upper)
    assert np.isnan(poisson_interval(0, 0).upper)


def test_impossible_counts_stop_the_run():
    with pytest.raises(InputError, match="numerator of at most its denominator"):
        wilson_interval(11, 10)
    with pytest.raises(InputError, match="at least 0"):
        poisson_interval(-1)
    with pytest.raises(ParameterError, match="between 0 and 1"):
        wilson_interval(1, 10, level=95)


def test_every_interval_says_what_it_means():
    assert wilson_interval(1, 10).meaning is Meaning.CHANCE
    assert wilson_interval(1, 10, meaning=Meaning.SAMPLING).meaning is Meaning.SAMPLING
    assert margin_interval(5, 1).meaning is Meaning.PROVIDER
    assert rounded_share_interval(50, 100, (CBS_BENEFITS, CBS_POPULATION)).meaning is Meaning.ROUNDING
    assert rounded_share_interval(50, 100, (CBS_BENEFITS, CBS_POPULATION), level=0.95).meaning is Meaning.CHANCE_AND_ROUNDING


def test_rounding_rules_are_those_of_the_statistics_office():
    assert CBS_POPULATION.largest_error == 4  # random rounding to a multiple of 5 is off by at most 4
    assert CBS_BENEFITS.largest_error == 5  # ordinary rounding to tens


@given(
    st.integers(0, 400),
    st.integers(500, 2000),
    st.sampled_from([CBS_BENEFITS, Rounding(5)]),
)
@settings(max_examples=60, deadline=None)
def test_rounding_bounds_hold_the_share_that_was_rounded(true_count, true_residents, rule):
    published = rule.base * round(true_count / rule.base)
    # Random rounding to a neighbouring multiple of 5: take the worse neighbour.
    residents = 5 * (true_residents // 5)
    bounds = rounded_share_interval(published, residents, (rule, CBS_POPULATION))
    assert bounds.lower - 1e-12 <= true_count / true_residents <= bounds.upper + 1e-12


def test_rounding_of_five_added_cells_is_five_times_as_wide_at_worst():
    one = rounded_share_interval(500, 1000, (CBS_BENEFITS, NO_ROUNDING))
    five = rounded_share_interval(500, 1000, (CBS_BENEFITS, NO_ROUNDING), cells=(5, 1))
    assert (five.upper - five.lower) == pytest.approx(5 * (one.upper - one.lower))


def test_chance_and_rounding_together_contain_chance_alone():
    chance = wilson_interval(50, 1000)
    both = rounded_share_interval(50, 1000, (CBS_BENEFITS, CBS_POPULATION), level=0.95)
    assert both.lower < chance.lower
    assert both.upper > chance.upper


def test_a_printed_117_lay_between_1165_and_1175():
    bounds = printed_interval(11.7, 0.1)
    assert (bounds.lower, bounds.upper) == (pytest.approx(11.65), pytest.approx(11.75))


@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 10), -0.2775, 0.2775),
    ],
)
def test_difference_of_shares_reproduces_the_table_of_newcombe(first, second, lower, upper):
    interval = difference_of_shares(first, second)
    assert interval.lower == pytest.approx(lower, abs=5e-5)  # half a unit of the last printed digit
    assert interval.upper == pytest.approx(upper, abs=5e-5)


def test_early_school_leaving_gap_of_03_points_is_inside_its_noise():
    # 3.1 % against 2.8 % with about 4,500 pupils has a margin of about 0.6 points.
    interval = difference_of_shares((0.031 * 4500, 4500), (0.028 * 15000, 15000)).scaled(100)
    assert interval.lower < 0 < interval.upper
    assert (interval.upper - interval.lower) / 2 == pytest.approx(0.6, abs=0.05)  # printed to one digit


def test_wilson_covers_as_promised():
    # Exact coverage at p = 0.1, n = 100 by summing the binomial probabilities of the counts whose interval holds p.
    counts = np.arange(101)
    interval = wilson_interval(counts, 100)
    covered = (interval.lower <= 0.1) & (interval.upper >= 0.1)
    # Brown, Cai and DasGupta (2001), figure 5: coverage of Wilson stays within about 2 points of 95 % here.
    assert stats.binom.pmf(counts[covered], 100, 0.1).sum() == pytest.approx(0.95, abs=0.02)


def test_share_error_is_never_zero_and_grows_with_rounding():
    plain = share_standard_error([0, 300], [3000, 3000])
    rounded = share_standard_error([0, 300], [3000, 3000], CBS_BENEFITS)
    assert (plain > 0).all()
    # Rounding to tens adds a variance of 10² / 12 to the count.
    assert rounded**2 - plain**2 == pytest.approx(100 / 12 / 3000**2)


def test_inputs_are_not_changed():
    numerator, denominator = np.array([0.0, 5.0]), np.array([0.0, 10.0])
    wilson_interval(numerator, denominator)
    assert denominator.tolist() == [0.0, 10.0]
