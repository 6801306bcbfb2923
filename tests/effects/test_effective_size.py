"""Chance in a share depends on its level: the variance by hand, and a placebo test that rejects as often as it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import Design, placebo_test
from lwo_analysis.effects.effective_size import effective_size, with_effective_size
from lwo_analysis.errors import ParameterError

N_PANELS = 300


def test_one_over_it_is_the_binomial_variance():
    # p (1 - p) / M by hand: 0.2 x 0.8 / 400 = 0.0004
    assert 1 / effective_size(np.array([400.0]), np.array([0.2]))[0] == pytest.approx(0.0004, rel=1e-12)


def test_an_empty_share_has_chance_too():
    # half a person of 50 is a share of 0.01: 0.01 x 0.99 / 50
    assert 1 / effective_size(np.array([50.0]), np.array([0.0]))[0] == pytest.approx(0.01 * 0.99 / 50, rel=1e-12)


def test_people_and_shares_outside_their_range_are_refused():
    with pytest.raises(ParameterError, match="found 1 and 0 others"):
        effective_size(np.array([0.0, 5.0]), np.array([0.1, 0.1]))
    with pytest.raises(ParameterError, match="found 0 and 1 others"):
        effective_size(np.array([5.0, 5.0]), np.array([0.1, 12.0]))


def test_the_level_is_read_before_any_start_and_the_panel_is_left_alone():
    panel = pd.DataFrame(
        {
            "area_id": ["a", "a", "b", "b"],
            "year": [2020, 2021, 2020, 2021],
            "value": [20.0, 60.0, 50.0, 50.0],
            "n": [400.0, 999.0, 100.0, 100.0],
            "start_year": [2021.0, 2021.0, np.nan, np.nan],
        }
    )
    before = panel.copy()
    sized = with_effective_size(panel, scale=100)
    # a: 400 / (0.2 x 0.8) = 2500; b: 100 / 0.25 = 400
    assert sized["effective_size"].tolist() == pytest.approx([2500, 2500, 400, 400])
    pd.testing.assert_frame_equal(panel, before)


def rejections(population: str) -> float:
    """Return how often a placebo test finds an effect in one area with a high share, among areas with a low one, without any."""
    rng, years = np.random.default_rng(8), np.arange(12)
    people = np.concatenate([[2500.0], rng.integers(300, 5000, 60).astype(float)])
    share = np.concatenate([[0.12], np.full(60, 0.045)])
    frame = pd.DataFrame(
        {
            "area_id": np.repeat([f"u{number:02d}" for number in range(61)], len(years)),
            "year": np.tile(2000 + years, 61),
            "n": np.repeat(people, len(years)),
            "start_year": np.repeat(np.where(np.arange(61) == 0, 2006.0, np.nan), len(years)),
        }
    )
    found = 0
    for _ in range(N_PANELS):
        counts = rng.binomial(people.astype(int)[:, None], share[:, None], (61, len(years)))
        panel = with_effective_size(frame.assign(value=(100 * counts / people[:, None]).ravel()), scale=100)
        found += placebo_test(panel, Design(population=population, min_pre_periods=2)).p_value < 0.05
    return found / N_PANELS


def test_a_higher_share_is_not_found_more_often_than_chance_allows():
    # Nominal 5 %; with 300 panels a true 5 % gives at most 8.3 % in 99 of 100 runs (binomial), and people alone give far more.
    assert rejections("effective_size") <= 0.083
    assert rejections("n") > 0.10
