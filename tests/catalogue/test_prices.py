"""Consumer prices against the index that Statistics Netherlands publishes itself."""

from __future__ import annotations

import pytest

from lwo_analysis.catalogue.prices import LARGEST_ERROR_PER_YEAR, consumer_price_index


def test_prices_rose_by_the_product_of_the_yearly_changes():
    index = consumer_price_index()
    assert index[2022] / index[2019] == pytest.approx(1.013 * 1.027 * 1.10)
    assert index[2013] == pytest.approx(100 / 1.006 / 1.010)


def test_the_chained_index_is_as_close_to_another_chain_as_rounding_allows():
    # teltel.nl chains the same changes from 1962 = 100: 652.9 in 2015, 850.3 in 2024.
    expected = 100 * 850.3 / 652.9
    tolerance = expected * (2024 - 2015) * LARGEST_ERROR_PER_YEAR / 100
    assert consumer_price_index()[2024] == pytest.approx(expected, abs=tolerance)


def test_every_year_of_the_baseline_and_its_mirror_is_there():
    assert set(range(2015, 2025)) <= set(consumer_price_index())
