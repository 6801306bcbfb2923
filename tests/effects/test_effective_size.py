"""Chance in a share depends on its level: the variance by hand, and a placebo test that rejects as often as it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from lwo_analysis.effects import Design, placebo_test
from lwo_analysis.effects.effective_size import effective_size, with_effective_size
from lwo_analysis.effects.inference.assignments import placebo_assignments
from lwo_analysis.effects.inference.contrasts import unit_contrasts
from lwo_analysis.effects.inference.placebo_scale import scale_of
from lwo_analysis.effects.inference.placebo_statistics import placebo_p_value
from lwo_analysis.errors import ParameterError

N_PANELS = 300


def test_one_over_it_is_the_binomial_variance():
    # p (1 - p) / M by hand: 0.2 x 0.8 / 400 = 0.0004
    assert 1 / effective_size(np.array([400.0]), np.array([0.2]))[0] == pytest.approx(0.0004, rel=1e-12)


def test_an_empty_and_a_full_share_have_chance_too():
    # half a person of 50 is a share of 0.01: 0.01 x 0.99 / 50
    assert 1 / effective_size(np.array([50.0]), np.array([0.0]))[0] == pytest.approx(0.01 * 0.99 / 50, rel=1e-12)
    assert 1 / effective_size(np.array([50.0]), np.array([1.0]))[0] == pytest.approx(0.01 * 0.99 / 50, rel=1e-12)


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


PEOPLE = np.concatenate([[2500], np.random.default_rng(8).integers(300, 5000, 60)]).astype(float)
SHARE, YEARS, START = np.concatenate([[0.12], np.full(60, 0.045)]), 12, 6


def p_value(values: np.ndarray, *, is_sized: bool) -> float:
    """Return the p-value of `placebo_test` by its steps, without the frame and the interval that take most of its time."""
    first = np.where(np.arange(len(PEOPLE)) == 0, START, YEARS)
    contrasts = unit_contrasts(values, first)
    size = effective_size(PEOPLE, values[:, :START].mean(axis=1) / 100) if is_sized else PEOPLE
    _, scale, _ = scale_of(contrasts, size, "auto")
    rows = placebo_assignments(np.arange(len(PEOPLE)), contrasts.treated, exchangeable=True).rows
    return placebo_p_value(contrasts, rows, scale=scale)


def percentages(rng: np.random.Generator) -> np.ndarray:
    """Return figures of one area with a high share, among areas with a low one, without any effect."""
    return 100 * rng.binomial(PEOPLE.astype(int)[:, None], SHARE[:, None], (len(PEOPLE), YEARS)) / PEOPLE[:, None]


@pytest.mark.parametrize(("population", "is_sized"), [("effective_size", True), ("n", False)])
def test_the_steps_below_are_those_of_the_placebo_test(population, is_sized):
    values = percentages(np.random.default_rng(8))
    frame = pd.DataFrame(
        {
            "area_id": np.repeat([f"u{number:02d}" for number in range(len(PEOPLE))], YEARS),
            "year": np.tile(2000 + np.arange(YEARS), len(PEOPLE)),
            "n": np.repeat(PEOPLE, YEARS),
            "start_year": np.repeat(np.where(np.arange(len(PEOPLE)) == 0, 2000.0 + START, np.nan), YEARS),
            "value": values.ravel(),
        }
    )
    panel = with_effective_size(frame, scale=100)
    assert placebo_test(panel, Design(population=population, min_pre_periods=2)).p_value == p_value(values, is_sized=is_sized)


def test_a_higher_share_is_not_found_more_often_than_chance_allows():
    # Nominal 5 %: at most so many of the panels in 99 of 100 runs (binomial); people alone find twice as many and more.
    rng = np.random.default_rng(8)
    panels = [percentages(rng) for _ in range(N_PANELS)]
    assert sum(p_value(values, is_sized=True) < 0.05 for values in panels) <= binom.ppf(0.99, N_PANELS, 0.05)
    assert sum(p_value(values, is_sized=False) < 0.05 for values in panels) > 0.10 * N_PANELS
