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


def test_the_error_of_agresti_and_coull_by_hand():
    # 3 of 12: m = 12 + 3.841459 = 15.841459, q = (3 + 1.920729) / m = 0.310623, the root of q (1 - q) / m = 0.116265.
    assert share_standard_error(3, 12) == pytest.approx(0.116265, abs=1e-6)
    # Rounded to tens: plus (2 x 5)^2 / 12 / 12^2 = 0.057870.
    assert share_standard_error(3, 12, CBS_BENEFITS) == pytest.approx((0.116265**2 + 0.057870) ** 0.5, abs=1e-6)


def test_a_rate_is_its_count_over_its_exposure_with_both_ends():
    # Garwood, 10 events: 4.795 and 18.390; in 200 years a twentieth.
    found = poisson_interval([10, 0, 10], [200, 200, 0])
    assert found.estimate[:2].tolist() == [0.05, 0.0]
    assert found.lower[:2].tolist() == pytest.approx([4.7954 / 200, 0], abs=1e-6)
    assert found.upper[:2].tolist() == pytest.approx([18.3904 / 200, 3.6889 / 200], abs=1e-6)
    assert np.isnan([found.estimate[2], found.lower[2], found.upper[2]]).all()
    # 90 %: chi-squared 10.851 and 33.924 with 20 and 22 degrees of freedom, halved.
    ninety = poisson_interval(10, level=0.9)
    assert (ninety.lower, ninety.upper, ninety.level) == (pytest.approx(5.4254, abs=1e-4), pytest.approx(16.9622, abs=1e-4), 0.9)


@pytest.mark.parametrize(
    ("counts", "rounding", "cells", "expected"),
    [
        ((50, 100), (CBS_BENEFITS, CBS_POPULATION), (1, 1), (45 / 104, 55 / 96)),
        ((50, 100), (CBS_BENEFITS, CBS_POPULATION), (2, 3), (40 / 112, 60 / 88)),
        ((3, 100), (CBS_BENEFITS, NO_ROUNDING), (1, 1), (0, 8 / 100)),
        ((98, 100), (CBS_BENEFITS, CBS_POPULATION), (1, 1), (93 / 104, 1)),  # no more than everybody
        ((0, 4), (NO_ROUNDING, CBS_POPULATION), (1, 1), (0, 0)),
        ((1, 4), (NO_ROUNDING, CBS_POPULATION), (1, 1), (1 / 8, 1)),  # at least one resident is left
    ],
)
def test_rounded_counts_at_their_corners(counts, rounding, cells, expected):
    found = rounded_share_interval(*counts, rounding, cells=cells)
    assert (found.lower, found.upper) == pytest.approx(expected)
    assert (found.estimate, found.level, found.meaning) == (counts[0] / counts[1], 1.0, Meaning.ROUNDING)
    both = rounded_share_interval(*counts, rounding, cells=cells, level=0.9)
    low_n, high_n = (counts[1] + sign * cells[1] * rounding[1].largest_error for sign in (-1, 1))
    low_n = max(low_n, 1)
    low_x = max(counts[0] - cells[0] * rounding[0].largest_error, 0)
    high_x = min(counts[0] + cells[0] * rounding[0].largest_error, low_n)
    assert both.lower == pytest.approx(wilson_interval(low_x, high_n, level=0.9).lower)
    assert both.upper == pytest.approx(wilson_interval(high_x, low_n, level=0.9).upper)
    assert (both.estimate, both.level) == (counts[0] / counts[1], 0.9)


def test_what_a_provider_or_a_printed_digit_says_is_kept():
    found = margin_interval([39.0, 4.0], [2.5, 0.0], level=0.9)
    assert (found.lower.tolist(), found.upper.tolist(), found.level) == ([36.5, 4.0], [41.5, 4.0], 0.9)
    assert (found.estimate.tolist(), found.meaning) == ([39.0, 4.0], Meaning.PROVIDER)
    with pytest.raises(InputError, match="margin: expected a margin of at least 0, found a negative one"):
        margin_interval(39.0, -0.1)
    printed = printed_interval(11.7, 0.1)
    assert (printed.estimate, printed.level, printed.meaning) == (11.7, 1.0, Meaning.ROUNDING)
    for step in (0.0, -1.0):
        with pytest.raises(InputError, match="resolution: expected a positive step"):
            printed_interval(11.7, step)
    with pytest.raises(InputError, match="cells: expected at least one cell each"):
        rounded_share_interval(5, 10, (CBS_BENEFITS, NO_ROUNDING), cells=(1, 0))
    with pytest.raises(InputError, match="factor: expected a positive number, found 0"):
        printed.scaled(0)


def test_everybody_and_nobody_and_the_impossible():
    every, nobody = wilson_interval(10, 10), wilson_interval(0, 10)
    assert (every.estimate, every.upper, nobody.lower) == (1.0, 1.0, 0.0)
    assert every.lower == pytest.approx(1 - nobody.upper) == pytest.approx(1 - 0.2775, abs=5e-5)
    for wrong in ((-1, 10), (11, 10), (1, -1)):
        with pytest.raises(InputError, match="counts: expected"):
            wilson_interval(*wrong)
    for level in (0.0, 1.0):
        with pytest.raises(ParameterError, match="level: expected a coverage between 0 and 1"):
            wilson_interval(1, 10, level=level)
    gap = difference_of_shares((10, 10), (0, 10), level=0.9, meaning=Meaning.SAMPLING)
    assert (gap.estimate, gap.level, gap.meaning) == (1.0, 0.9, Meaning.SAMPLING)
