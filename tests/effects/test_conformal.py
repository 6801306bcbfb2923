"""Conformal inference: by hand on small series, exactness under the null, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import Design, conformal_test
from lwo_analysis.effects.inference.conformal import conformal_interval, conformal_p_value, moving_blocks
from lwo_analysis.errors import DesignError, ParameterError


def mean_of_controls(controls: np.ndarray, treated: np.ndarray) -> np.ndarray:
    return np.full(controls.shape[1], 1 / controls.shape[1])


def panel_of(n_units: int = 6, n_periods: int = 12, start: float = 2024.0, effect: float = 0.0) -> pd.DataFrame:
    value = np.random.default_rng(6).normal(size=(n_units, n_periods))
    value[0] = value[1:].mean(axis=0) + 0.3 * value[0]
    value[0, int(start) - 2014 :] += effect
    return pd.DataFrame(
        {
            "area_id": np.repeat([f"u{i}" for i in range(n_units)], n_periods),
            "year": np.tile(np.arange(2014, 2014 + n_periods), n_units),
            "value": value.ravel(),
            "start_year": np.repeat([start] + [np.nan] * (n_units - 1), n_periods),
        }
    )


def test_the_last_of_five_residuals_being_largest_has_p_one_fifth():
    # The comparison is fixed at zero, so the residuals are the outcomes: shifts put 1, 2, 3, 4 and 9 in the last place.
    treated, controls = np.array([1.0, -2.0, 3.0, -4.0, 9.0]), np.zeros((5, 2))
    assert conformal_p_value(treated, controls, 1, moving_blocks(5), proxy=mean_of_controls) == 1 / 5
    assert conformal_p_value(treated, controls, 1, moving_blocks(5), effect=6.5, proxy=mean_of_controls) == 3 / 5


def test_the_interval_is_the_set_of_effects_that_leave_the_last_residual_unremarkable():
    # |9 - e| must not be the strict largest of ten: with |u| <= 4 before, e lies in [5, 13]; p = 1/10 is rejected at 90 %.
    treated, controls = np.array([1.0, -2.0, 3.0, -4.0, 1.0, 2.0, -1.0, 0.5, 3.5, 9.0]), np.zeros((10, 2))
    found = conformal_interval(treated, controls, 1, moving_blocks(10), proxy=mean_of_controls)
    # Edges are bisected to a thousandth of the residual spread (2.4).
    assert found == pytest.approx((9 - 4, 9 + 4), abs=3e-3)


def test_every_period_being_last_once_makes_the_moving_block_test_exact():
    # With a comparison that does not depend on the order of time, over all shifts of one series the p-values are 1/T, ..., T/T.
    series = np.random.default_rng(1).normal(size=9)
    values = [
        conformal_p_value(np.roll(series, shift), np.zeros((9, 1)), 1, moving_blocks(9), proxy=mean_of_controls)
        for shift in range(9)
    ]
    assert sorted(values) == pytest.approx([k / 9 for k in range(1, 10)])


def test_too_few_years_cannot_reject_and_the_result_says_so():
    result = conformal_test(panel_of(), Design(population=None), level=0.95)
    assert result.smallest_p_value == 1 / 12
    assert result.interval == (-np.inf, np.inf)
    assert "below 0.083" in result.warnings[0]


def test_a_large_effect_is_found_and_its_period_intervals_hold_it():
    result = conformal_test(panel_of(effect=10.0), Design(population=None))
    assert result.p_value == 1 / 12
    assert ((result.periods["lower"] < 10) & (result.periods["upper"] > 10)).all()
    assert "wijken af" in result.sentence("nl")


def test_independent_permutations_are_finer_and_follow_the_generator():
    one, again, other = (
        conformal_test(panel_of(), Design(population=None), permutations="iid", draws=300, rng=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert one.p_value == again.p_value != other.p_value
    assert one.smallest_p_value == 1 / 301


def test_staggered_starts_and_unknown_permutations_are_refused():
    panel = panel_of()
    two_starts = panel.assign(start_year=panel["start_year"].where(panel["area_id"] != "u1", 2022.0))
    with pytest.raises(DesignError, match="one common start"):
        conformal_test(two_starts, Design(population=None))
    with pytest.raises(ParameterError, match="moving_block or iid"):
        conformal_test(panel, Design(population=None), permutations="random")
