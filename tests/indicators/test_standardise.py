"""Standardised rates against an R package and arithmetic by hand; index series against the 2013 monitor's own form."""

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.index_series import index_series, real_prices
from lwo_analysis.indicators.standardise import standardise_direct, standardise_indirect

# Fleiss (1981), Statistical Methods for Rates and Proportions, page 249: births and cases of Down syndrome by age of the mother,
# per birth order. Standard population and results to three digits as printed in the README of the R package tidyrates 0.0.1
# (CRAN), which calls ageadjust.direct of the R package epitools.
STANDARD = [63986.6, 186263.6, 157302.2, 97647.0, 47572.6, 12262.6]
FLEISS = {
    "k1": ([107, 141, 60, 40, 39, 25], [230061, 329449, 114920, 39487, 14208, 3052], (0.000563, 0.000923, 0.000804, 0.00106)),
    "k2": ([25, 150, 110, 84, 82, 39], [72202, 326701, 208667, 83228, 28466, 5375], (0.000676, 0.000912, 0.000824, 0.00101)),
    "k3": ([3, 71, 114, 103, 108, 75], [15050, 175702, 207081, 117300, 45026, 8660], (0.000833, 0.000851, 0.000772, 0.000942)),
    "k4": ([1, 26, 64, 89, 137, 96], [2293, 68800, 132424, 98301, 46075, 9834], (0.00115, 0.000927, 0.000800, 0.00115)),
    "k5plus": ([0, 8, 63, 112, 262, 295], [327, 30666, 123419, 149919, 104088, 34392], (0.00167, 0.000755, 0.000677, 0.00188)),
}


@pytest.mark.parametrize("birth_order", FLEISS)
def test_direct_rates_and_gamma_intervals_reproduce_epitools(birth_order):
    events, births, printed = FLEISS[birth_order]
    result = standardise_direct(events, births, STANDARD)
    computed = (result.crude, result.standardised.estimate, result.standardised.lower, result.standardised.upper)
    for ours, theirs in zip(computed, printed, strict=True):
        step = 10.0 ** (np.floor(np.log10(theirs)) - 2)  # printed to three significant digits
        assert ours == pytest.approx(theirs, abs=step / 2 * 1.001)


def test_in_its_own_standard_the_rate_is_the_crude_rate_with_the_exact_poisson_interval():
    # Fay and Feuer (1997), section 2: exact when standard and study population are proportional. 10 events: 4.795 to 18.390.
    result = standardise_direct([4, 6], [1000, 3000], [10, 30])
    assert result.standardised.estimate == pytest.approx(10 / 4000)
    assert result.standardised.lower * 4000 == pytest.approx(4.795, abs=5e-4)
    assert result.standardised.upper * 4000 == pytest.approx(18.390, abs=5e-4)


def test_without_events_the_lower_end_is_zero_and_the_upper_end_is_not():
    result = standardise_direct([0, 0], [1000, 1000], [1, 1])
    assert result.standardised.lower == 0
    assert result.standardised.upper * 2000 == pytest.approx(3.689, abs=5e-4)  # exact limit for 0 events


def test_indirect_ratio_is_observed_over_expected():
    # Expected 2000 * 0.005 + 1000 * 0.03 = 40; observed 50; exact limits of 50 are 37.11 and 65.92 (textbook tables).
    result = standardise_indirect(50, [2000, 1000], [0.005, 0.03])
    assert result.expected == pytest.approx(40)
    assert result.ratio.estimate == pytest.approx(1.25)
    assert result.ratio.lower == pytest.approx(37.11 / 40, abs=0.005 / 40)
    assert result.ratio.upper == pytest.approx(65.92 / 40, abs=0.005 / 40)


def test_an_older_area_uses_more_medicine_and_is_not_worse_for_it():
    rates, young, old = np.array([0.1, 0.5]), [900, 100], [500, 500]
    crude_young, crude_old = (rates @ np.array(people) / 1000 for people in (young, old))
    assert crude_old > crude_young
    ratios = [standardise_indirect(float(rates @ np.array(people)), people, rates).ratio.estimate for people in (young, old)]
    assert ratios == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("events", [[1, np.nan], [1, -1], [1]])
def test_groups_that_are_not_complete_stop_the_run(events):
    with pytest.raises(InputError):
        standardise_direct(events, [100, 100], [1, 1])


def test_index_and_real_prices_keep_missing_years_missing():
    prices = pd.Series({2006: 150_000.0, 2007: np.nan, 2012: 159_500.0})
    assert index_series(prices, 2006)[2012] == pytest.approx(100 * 159.5 / 150)
    assert np.isnan(index_series(prices, 2006)[2007])
    real = real_prices(prices, pd.Series({2006: 100.0, 2007: 102.0, 2012: 110.0}), 2012)
    assert real[2006] == pytest.approx(165_000)
    assert np.isnan(real[2007])


def test_a_base_year_without_a_figure_and_a_year_without_prices_stop_the_run():
    series = pd.Series({2006: np.nan, 2007: 1.0})
    with pytest.raises(InputError, match="positive number in 2006"):
        index_series(series, 2006)
    with pytest.raises(InputError, match="none for \\[2007\\]"):
        real_prices(series, pd.Series({2006: 100.0}), 2006)
