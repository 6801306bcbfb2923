"""What must hold for any panel: the answer does not depend on how the panel is written down."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.effects import (
    Design,
    fit_callaway_santanna,
    fit_did,
    fit_event_study,
    fit_interrupted_time_series,
    fit_ridge_synthetic_control,
    fit_sun_abraham,
    fit_synthetic_control,
    fit_synthetic_did,
)
from lwo_analysis.effects.did import estimate_did, estimate_did_draws
from lwo_analysis.effects.group_time import estimate_callaway_santanna
from lwo_analysis.effects.panel import collapse, to_matrix
from lwo_analysis.effects.ridge_synthetic_control import estimate_ridge_synthetic_control
from lwo_analysis.effects.simplex import ridge_simplex, simplex_least_squares
from lwo_analysis.effects.synthetic_control import estimate_synthetic_control
from lwo_analysis.effects.synthetic_did import estimate_synthetic_did, synthetic_did_estimate

DIFFERENCES = {
    "did": estimate_did,
    "callaway_santanna": estimate_callaway_santanna,
    "callaway_santanna_not_yet": partial(estimate_callaway_santanna, control="not_yet"),
    "synthetic_did": estimate_synthetic_did,
}
LEVELS = {"synthetic_control": estimate_synthetic_control, "ridge_synthetic_control": estimate_ridge_synthetic_control}
ESTIMATORS = DIFFERENCES | LEVELS
FITS = [
    fit_did,
    fit_event_study,
    fit_callaway_santanna,
    fit_sun_abraham,
    fit_synthetic_control,
    fit_ridge_synthetic_control,
    fit_synthetic_did,
    fit_interrupted_time_series,
]
DESIGN = Design(population=None)
SEEDS = st.integers(0, 2**32 - 1)
# Estimates are of order 1 and every step is a stable solve in double precision.
SAME = 1e-7


def make_matrix(seed: int, *, common: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return 9 to 12 units over 14 periods with unit levels, a random walk, and two or three treated units."""
    rng = np.random.default_rng(seed)
    n_units = int(rng.integers(9, 13))
    outcomes = rng.normal(size=(n_units, 1)) * 2 + rng.normal(size=(n_units, 14)).cumsum(axis=1) + rng.normal(size=14)
    first = np.full(n_units, 14)
    first[: int(rng.integers(2, 4))] = 8
    if not common:
        first[0] = 10
    return outcomes, first


def make_panel(seed: int) -> pd.DataFrame:
    outcomes, first = make_matrix(seed, common=True)
    unit, time = np.indices(outcomes.shape)
    labels = np.char.add("area-", np.char.zfill(unit.ravel().astype(str), 2))
    start = np.where(first < 14, 2010.0 + first, np.nan)[unit.ravel()]
    return pd.DataFrame({"area_id": labels, "year": 2010 + time.ravel(), "value": outcomes.ravel(), "start_year": start})


@pytest.mark.parametrize("name", ESTIMATORS)
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_permuting_units_changes_nothing(name, seed):
    outcomes, first = make_matrix(seed)
    order = np.random.default_rng(seed).permutation(len(first))
    assert ESTIMATORS[name](outcomes[order], first[order]) == pytest.approx(ESTIMATORS[name](outcomes, first), abs=SAME)


@pytest.mark.parametrize("name", ESTIMATORS)
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, factor=st.sampled_from([1e-3, 0.5, 7.0, 1e4, -1.0]))
def test_a_change_of_unit_scales_the_estimate(name, seed, factor):
    outcomes, first = make_matrix(seed)
    expected = factor * ESTIMATORS[name](outcomes, first)
    assert ESTIMATORS[name](factor * outcomes, first) == pytest.approx(expected, abs=SAME * abs(factor))


@pytest.mark.parametrize("name", DIFFERENCES)
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_adding_a_constant_per_unit_changes_nothing(name, seed):
    outcomes, first = make_matrix(seed)
    levels = np.random.default_rng(seed).normal(size=(len(first), 1)) * 50
    assert DIFFERENCES[name](outcomes + levels, first) == pytest.approx(DIFFERENCES[name](outcomes, first), abs=SAME)


@pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - {"synthetic_did"}))
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_adding_a_constant_per_year_changes_nothing(name, seed):
    outcomes, first = make_matrix(seed)
    years = np.random.default_rng(seed).normal(size=14) * 50
    assert ESTIMATORS[name](outcomes + years, first) == pytest.approx(ESTIMATORS[name](outcomes, first), abs=SAME)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_adding_a_constant_per_year_changes_nothing_in_synthetic_did_for_a_given_noise_level(seed):
    """The published noise level pools the differences of all years around one mean, so by default only a common trend cancels."""
    outcomes, _ = make_matrix(seed)
    years, trend = np.random.default_rng(seed).normal(size=14) * 5, 3.0 * np.arange(14)
    base = synthetic_did_estimate(outcomes[1:], outcomes[0], 8)
    assert synthetic_did_estimate(outcomes[1:] + trend, outcomes[0] + trend, 8).estimate == pytest.approx(base.estimate, abs=SAME)
    fixed = synthetic_did_estimate(outcomes[1:], outcomes[0], 8, noise=1.0).estimate
    moved = synthetic_did_estimate(outcomes[1:] + years, outcomes[0] + years, 8, noise=1.0).estimate
    assert moved == pytest.approx(fixed, abs=SAME)


@pytest.mark.parametrize("name", ESTIMATORS)
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS, effect=st.floats(-20, 20))
def test_an_effect_added_to_the_treated_after_the_start_comes_back_exactly(name, seed, effect):
    outcomes, first = make_matrix(seed, common=True)
    treated = np.arange(14) >= first[:, None]
    expected = ESTIMATORS[name](outcomes, first) + effect
    assert ESTIMATORS[name](outcomes + effect * treated, first) == pytest.approx(expected, abs=SAME)


@pytest.mark.parametrize("fit", FITS)
@settings(max_examples=3, deadline=None)
@given(seed=SEEDS)
def test_row_order_and_labels_change_nothing_and_the_panel_stays_as_it_was(fit, seed):
    panel = make_panel(seed)
    before = panel.copy(deep=True)
    result = fit(panel, DESIGN)
    pd.testing.assert_frame_equal(panel, before)
    names = {label: f"wijk {position}" for position, label in enumerate(sorted(panel["area_id"].unique(), reverse=True))}
    other = panel.assign(area_id=panel["area_id"].map(names)).sample(frac=1, random_state=seed)
    assert fit(other, DESIGN).estimate == pytest.approx(result.estimate, abs=SAME)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_arrays_are_never_changed(name):
    outcomes, first = make_matrix(0)
    copies = outcomes.copy(), first.copy()
    ESTIMATORS[name](outcomes, first)
    np.testing.assert_array_equal(outcomes, copies[0])
    np.testing.assert_array_equal(first, copies[1])


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_difference_in_differences_is_the_difference_of_collapsed_means(seed):
    panel = make_panel(seed)
    matrix = to_matrix(panel, DESIGN)
    collapsed = collapse(matrix)
    by_hand = collapsed.difference[collapsed.treated].mean() - collapsed.difference[~collapsed.treated].mean()
    draws = estimate_did_draws(collapsed.difference, np.flatnonzero(collapsed.treated)[None, :])
    assert estimate_did(matrix.outcomes, matrix.first) == pytest.approx(by_hand, abs=SAME)
    assert fit_did(panel, DESIGN).estimate == pytest.approx(by_hand, abs=SAME)
    assert draws[0] == pytest.approx(by_hand, abs=SAME)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, rows=st.integers(2, 9), columns=st.integers(2, 40), ridge=st.sampled_from([0.0, 1e-3, 1.0]))
def test_simplex_weights_satisfy_the_optimality_conditions(seed, rows, columns, ridge):
    """No donor may have a lower gradient than the donors in use: the conditions of Karush, Kuhn and Tucker."""
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(rows, columns)), rng.normal(size=rows)
    weights = ridge_simplex(A, b, ridge) if ridge else simplex_least_squares(A, b)
    gradient = A.T @ (A @ weights - b) + ridge * weights
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert (gradient - gradient @ weights).min() >= -1e-7
    assert np.abs((gradient - gradient @ weights) * weights).max() <= 1e-7
