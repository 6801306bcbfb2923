"""Synthetic control on panels with a known answer, and its two extensions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import fit_ridge_synthetic_control, fit_synthetic_control
from lwo_analysis.effects.nested_predictors import fit_predictor_weights
from lwo_analysis.effects.ridge_synthetic_control import choose_penalty, ridge_synthetic_control_estimate
from lwo_analysis.effects.simplex import ridge_simplex, simplex_least_squares
from lwo_analysis.effects.synthetic_control import estimate_synthetic_control, synthetic_control_estimate
from tests.effects.panels import SMALL, small_panel

DONORS = np.array([[0.0, 1.0, 0.0, 2.0, 4.0], [4.0, 3.0, 8.0, 2.0, 0.0], [9.0, 9.0, 1.0, 9.0, 9.0]])


def test_a_mixture_of_two_donors_is_found_exactly():
    treated = 0.25 * DONORS[0] + 0.75 * DONORS[1]
    fit = synthetic_control_estimate(DONORS, treated + np.array([0, 0, 0, 0, 10.0]), 4)
    assert fit.weights == pytest.approx([0.25, 0.75, 0.0], abs=1e-9)
    assert fit.gaps == pytest.approx([0, 0, 0, 0, 10], abs=1e-9)
    assert fit.estimate == pytest.approx(10)


def test_outside_the_donors_the_nearest_donor_gets_all_weight_and_the_result_warns():
    fit = synthetic_control_estimate(np.array([[1.0, 1, 1, 1], [2.0, 2, 2, 2]]), np.array([5.0, 5.5, 5, 5]), 3)
    assert fit.weights == pytest.approx([0.0, 1.0])
    panel = small_panel()
    panel.loc[panel["start_year"].notna(), "value"] += 1000
    assert any("poor fit before 2020" in warning for warning in fit_synthetic_control(panel, SMALL).warnings)


def test_more_donors_than_periods_get_a_penalty_and_a_warning():
    rng = np.random.default_rng(0)
    donors = rng.normal(size=(20, 6))
    assert synthetic_control_estimate(donors, rng.normal(size=6), 4).ridge > 0
    assert synthetic_control_estimate(donors[:4], rng.normal(size=6), 4).ridge == 0
    assert any("6 donors for 5 periods" in warning for warning in fit_synthetic_control(small_panel(), SMALL).warnings)


def test_exact_weights_beat_every_point_of_a_fine_grid():
    """Brute force over the simplex of three donors in steps of 1 %."""
    target = np.array([3.0, 1.0, 4.0, 2.0])
    best = synthetic_control_estimate(DONORS, np.append(target, 0.0), 4).pre_mspe
    grid = [(a, b, 100 - a - b) for a in range(101) for b in range(101 - a)]
    losses = (((target - np.array(grid) / 100 @ DONORS[:, :4]) ** 2).mean(axis=1)).min()
    assert best <= losses + 1e-12
    assert best == pytest.approx(losses, abs=0.01)


def test_a_small_penalty_approaches_the_plain_solution():
    rng = np.random.default_rng(1)
    A, b = rng.normal(size=(12, 5)), rng.normal(size=12)
    assert ridge_simplex(A, b, 1e-9) == pytest.approx(simplex_least_squares(A, b), abs=1e-6)


def test_a_large_penalty_approaches_equal_weights():
    rng = np.random.default_rng(1)
    assert ridge_simplex(rng.normal(size=(4, 10)), rng.normal(size=4), 1e8) == pytest.approx(np.full(10, 0.1), abs=1e-6)


def test_cohorts_count_by_their_treated_cells():
    """Cohort A: one unit, 3 treated years, effect 1; cohort B: one unit, 1 treated year, effect 5: (3 x 1 + 1 x 5) / 4."""
    rng = np.random.default_rng(2)
    donors = rng.normal(size=(4, 12))
    treated = np.vstack([donors[:2].mean(axis=0) + (np.arange(12) >= 9), donors[2:].mean(axis=0) + 5 * (np.arange(12) >= 11)])
    first = np.array([12, 12, 12, 12, 9, 11])
    assert estimate_synthetic_control(np.vstack([donors, treated]), first) == pytest.approx((3 * 1 + 1 * 5) / 4, abs=1e-6)


def test_ridge_augmentation_closes_the_gap_that_the_simplex_leaves():
    rng = np.random.default_rng(3)
    donors = rng.normal(size=(12, 9)).cumsum(axis=1)
    treated = donors.max(axis=0) + 1.0
    plain, ridge = (f(donors, treated, 7) for f in (synthetic_control_estimate, ridge_synthetic_control_estimate))
    assert ridge.pre_mspe < plain.pre_mspe


def test_ridge_augmentation_equals_the_outcome_model_form():
    """Ben-Michael et al. (2021), eq. 5 and 12: the same number as adding m(x1) - sum w m(xj), m a ridge regression."""
    rng = np.random.default_rng(4)
    donors, treated, penalty = rng.normal(size=(10, 6)), rng.normal(size=6), 0.7
    simplex = synthetic_control_estimate(donors, treated, 5).weights
    centre = donors.mean(axis=0)
    X, x, y = donors[:, :5] - centre[:5], treated[:5] - centre[:5], donors[:, 5] - centre[5]
    eta = np.linalg.solve(X.T @ X + penalty * np.eye(5), X.T @ y)
    expected = treated[5] - (simplex @ donors[:, 5] + (x - simplex @ X) @ eta)
    assert ridge_synthetic_control_estimate(donors, treated, 5, penalty=penalty).estimate == pytest.approx(expected)


def test_a_huge_ridge_penalty_leaves_the_plain_weights():
    rng = np.random.default_rng(5)
    donors, treated = rng.normal(size=(4, 8)), rng.normal(size=8)
    plain, ridge = (
        synthetic_control_estimate(donors, treated, 6),
        ridge_synthetic_control_estimate(donors, treated, 6, penalty=1e12),
    )
    assert ridge.weights == pytest.approx(plain.weights, abs=1e-9)


def test_the_chosen_penalty_is_one_of_the_candidates():
    rng = np.random.default_rng(6)
    X0, x1 = rng.normal(size=(10, 6)), rng.normal(size=6)
    largest = np.linalg.svd(X0, compute_uv=False)[0] ** 2
    candidates = largest * 1e-8 ** (np.arange(21) / 20)
    assert np.isclose(candidates, choose_penalty(X0, x1), rtol=1e-9).any()


def test_predictors_are_weighted_by_what_they_explain():
    """The outcome is the first predictor; the second is noise, so nearly all importance goes to the first."""
    rng = np.random.default_rng(7)
    X0, x1 = rng.uniform(size=(15, 2)), np.array([0.5, 0.9])
    pre = X0[:, [0]] * np.ones(8)
    fit = fit_predictor_weights(X0, x1, pre, np.full(8, 0.5), rng=np.random.default_rng(0), n_seeds=2)
    assert fit.pre_mspe < 1e-6
    assert fit.importance.sum() == pytest.approx(1.0)


def test_the_predictor_search_repeats_with_the_same_generator():
    predictors = pd.DataFrame({"a": np.arange(8.0), "b": np.arange(8.0) ** 2}, index=[f"area-{unit}" for unit in range(8)])
    runs = [
        fit_synthetic_control(small_panel(), SMALL, predictors=predictors, n_seeds=1, rng=np.random.default_rng(9)).estimate
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("fit", [fit_synthetic_control, fit_ridge_synthetic_control])
def test_the_result_shows_both_series_and_asks_for_placebos(fit):
    result = fit(small_panel(), SMALL)
    details = result.details
    assert (details["treated"] - details["synthetic"] - details["effect"]).abs().max() < 1e-9
    assert result.estimate == pytest.approx(details.loc[details["relative_period"] >= 0, "effect"].mean())
    assert result.status == "too_few_areas"
    assert "placebos" in result.inference
