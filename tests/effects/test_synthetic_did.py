"""Synthetic difference in differences: the definition by hand, exactness, cohorts, anticipation."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import minimize

from lwo_analysis.effects import fit_synthetic_did
from lwo_analysis.effects.synthetic_did import (
    cohort_shares,
    estimate_synthetic_did,
    synthetic_did_estimate,
    time_weights,
    unit_weights,
)
from tests.effects.panels import SMALL, small_panel


def walk(seed: int, n_units: int = 9, n_periods: int = 11) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_units, n_periods)).cumsum(axis=1)


def test_the_estimate_is_the_doubly_weighted_difference():
    """tau = (Y1_post - lambda'Y1_pre) - omega'(Y0_post - Y0_pre lambda), written out."""
    controls, treated = walk(0), walk(1)[0]
    fit = synthetic_did_estimate(controls, treated, 7)
    own = treated[7:].mean() - fit.time_weights @ treated[:7]
    others = fit.unit_weights @ (controls[:, 7:].mean(axis=1) - controls[:, :7] @ fit.time_weights)
    assert fit.estimate == pytest.approx(own - others)


def test_unit_weights_reach_the_optimum_of_a_general_solver():
    """Sequential quadratic programming on the published objective, with its own intercept."""
    pre, target, zeta = walk(2)[:, :7], walk(3)[0, :7], 1.3

    def objective(x: np.ndarray) -> float:
        return float(((x[0] + x[1:] @ pre - target) ** 2).sum() + zeta**2 * 7 * (x[1:] ** 2).sum())

    start = np.append(0.0, np.full(9, 1 / 9))
    constraint = {"type": "eq", "fun": lambda x: x[1:].sum() - 1}
    general = minimize(
        objective, start, method="SLSQP", bounds=[(None, None)] + [(0, 1)] * 9, constraints=constraint, options={"ftol": 1e-12}
    )
    # The general solver stops at a relative change of 1e-12 in the objective, which leaves 1e-5 or so in the weights.
    assert unit_weights(pre, target, zeta=zeta) == pytest.approx(general.x[1:], abs=1e-4)


def test_time_weights_reach_the_optimum_of_a_general_solver():
    controls = walk(4)
    pre, after = controls[:, :6], controls[:, 6:].mean(axis=1)

    def objective(x: np.ndarray) -> float:
        return float(((x[0] + pre @ x[1:] - after) ** 2).sum())

    start = np.append(0.0, np.full(6, 1 / 6))
    constraint = {"type": "eq", "fun": lambda x: x[1:].sum() - 1}
    general = minimize(
        objective, start, method="SLSQP", bounds=[(None, None)] + [(0, 1)] * 6, constraints=constraint, options={"ftol": 1e-12}
    )
    assert time_weights(pre, after, zeta=1e-6) == pytest.approx(general.x[1:], abs=1e-4)


def test_a_huge_penalty_and_flat_time_give_plain_difference_in_differences():
    """With equal unit weights and equal time weights the estimator is difference in differences (paper, section I)."""
    controls, treated = walk(5), walk(6)[0]
    omega = unit_weights(controls[:, :7], treated[:7], zeta=1e6)
    assert omega == pytest.approx(np.full(9, 1 / 9), abs=1e-6)


def test_the_gaps_average_to_the_estimate_after_and_to_zero_before():
    fit = synthetic_did_estimate(walk(7), walk(8)[0], 7)
    assert fit.gaps[7:].mean() == pytest.approx(fit.estimate)
    assert fit.time_weights @ fit.gaps[:7] == pytest.approx(0.0, abs=1e-12)


def test_cohorts_are_weighted_by_their_treated_cells():
    outcomes, first = walk(9, 12, 10), np.array([6, 6, 8] + [10] * 9)
    assert cohort_shares(outcomes, first) == pytest.approx([2 * 4 / (2 * 4 + 1 * 2), 1 * 2 / (2 * 4 + 1 * 2)])
    parts = [
        synthetic_did_estimate(outcomes[3:], outcomes[:2].mean(axis=0), 6, n_treated=2).estimate,
        synthetic_did_estimate(outcomes[3:], outcomes[2], 8).estimate,
    ]
    assert estimate_synthetic_did(outcomes, first) == pytest.approx(0.8 * parts[0] + 0.2 * parts[1])


def test_periods_of_anticipation_are_left_out():
    outcomes, first = walk(10), np.array([7] + [11] * 8)
    expected = synthetic_did_estimate(np.delete(outcomes[1:], 6, axis=1), np.delete(outcomes[0], 6), 6).estimate
    assert estimate_synthetic_did(outcomes, first, anticipation=1) == pytest.approx(expected)
    result = fit_synthetic_did(small_panel(), dataclasses.replace(SMALL, anticipation=1))
    assert 2019 not in set(result.details["period"])


def test_constant_controls_still_give_an_estimate():
    """No noise level (zeta = 0): parallel controls fit exactly, the effect is the jump."""
    years = np.arange(8.0)
    controls = years + np.array([[0.0], [5.0], [9.0]])
    assert synthetic_did_estimate(controls, years + 2 + 4 * (years >= 5), 5).estimate == pytest.approx(4.0)


def test_the_result_has_a_fit_per_cohort_and_says_how_to_get_inference():
    panel = small_panel()
    panel.loc[panel["area_id"] == "area-1", "start_year"] = 2021.0
    result = fit_synthetic_did(panel, SMALL)
    assert set(result.fit) == {2020, 2021}
    assert set(result.details["cohort"]) == {2020, 2021}
    assert result.status == "too_few_areas"
    assert "placebo" in result.inference


@pytest.mark.parametrize("zeta", [0.0, 0.5, 2.0])
def test_two_periods_before_have_weights_in_closed_form(zeta):
    # min |a r1 + (1 - a) r2|^2 + N zeta^2 (a^2 + (1 - a)^2) is at a = (r2'(r2 - r1) + N zeta^2) / (|r1 - r2|^2 + 2 N zeta^2).
    pre, after = np.array([[1.0, 3.0], [2.0, 1.0], [4.0, 5.0], [0.0, 2.0]]), np.array([2.5, 1.0, 5.5, 0.5])
    r1, r2 = ((pre - pre.mean(axis=0)) - (after - after.mean())[:, None]).T
    share = (r2 @ (r2 - r1) + 4 * zeta**2) / ((r1 - r2) @ (r1 - r2) + 8 * zeta**2)
    assert 0 < share < 1
    assert time_weights(pre, after, zeta=zeta).tolist() == pytest.approx([share, 1 - share])
