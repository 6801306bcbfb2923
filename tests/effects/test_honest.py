"""Honest difference-in-differences: closed forms, brute force and an independent program."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import norm

from lwo_analysis.effects.sensitivity import honest_relative_magnitudes, honest_smoothness
from lwo_analysis.effects.sensitivity.event_study_input import check_moments
from lwo_analysis.effects.sensitivity.honest_relative_magnitudes import _dual_vertices, _inequalities
from lwo_analysis.effects.sensitivity.honest_smoothness import _lasso_path, _problem, _variance
from lwo_analysis.errors import ParameterError

COEFFICIENTS = np.array([0.3, -0.2, 0.1, 1.0, 1.4, 0.9])
COVARIANCE = 0.04 * (0.5 * np.eye(6) + 0.5)


def moments(weights: np.ndarray | str):
    return check_moments(COEFFICIENTS, COVARIANCE, 3, weights, 0.95, 1.0)


def test_zero_smoothness_with_one_pre_period_extrapolates_the_line_through_it():
    # One pre-period coefficient b at distance 1 and reference 0: the line reaches -b one period after the start.
    beta, sigma = np.array([0.5, 2.0]), np.diag([0.04, 0.09])
    result = honest_smoothness(beta, sigma, 1, bound=0.0)
    centre, sd = 2.0 + 0.5, np.sqrt(0.04 + 0.09)
    # Closed form; 1e-9 is rounding.
    assert (result.lower, result.upper) == pytest.approx((centre - norm.ppf(0.975) * sd, centre + norm.ppf(0.975) * sd), abs=1e-9)


def test_a_large_smoothness_bound_adds_its_bias_on_both_sides():
    # With one post-period only the bend at the reference matters: bias M, and far from zero cv(M/sd) sd = M + 1.645 sd.
    beta, sigma, bound = np.array([0.5, 2.0]), np.diag([0.04, 0.09]), 10.0
    result = honest_smoothness(beta, sigma, 1, bound=bound)
    half = bound + norm.ppf(0.95) * np.sqrt(0.04 + 0.09)
    assert result.upper - result.lower == pytest.approx(2 * half, abs=1e-9)


def test_the_lasso_path_ends_in_the_least_variance_exact_estimator():
    problem = _problem(moments("average"))
    end = _lasso_path(problem)[-1]
    shifts = 1e-4 * np.eye(len(end))
    assert all(_variance(problem, end) <= _variance(problem, end + step) for step in (*shifts, *-shifts))


def test_the_smoothness_interval_beats_a_brute_force_search_over_estimators():
    # Brute force: 4,000 random unbiased-under-lines estimators; none may be shorter than the reported optimum.
    from lwo_analysis.effects.sensitivity.honest_smoothness import _half_length

    problem = _problem(moments("average"))
    result = honest_smoothness(COEFFICIENTS, COVARIANCE, 3, bound=0.05, weights="average")
    search = np.random.default_rng(1).normal(scale=1.5, size=(4000, 2))
    shortest = min(_half_length(problem, bends, 0.05, 0.05) for bends in search)
    assert (result.upper - result.lower) / 2 <= shortest + 1e-9


@pytest.mark.parametrize("weights", ["first", "average", np.array([0.2, 0.0, 0.8])], ids=["first", "average", "own"])
def test_the_dual_vertices_give_the_value_of_the_linear_programme(weights):
    # Independent route: minimise eta over the nuisance parameters with HiGHS. 1e-8 is the solver's feasibility tolerance.
    given = moments(weights)
    matrix, slope = _inequalities(given, 0.8, 1, -1.0)
    scale = np.sqrt(np.diag(matrix @ given.covariance @ matrix.T))
    dual = _dual_vertices(slope, scale)
    reach = np.cumsum(given.weights[::-1])[::-1]
    nuisance = np.linalg.svd(reach[None, :])[2][1:].T
    for theta in (-1.0, 0.3, 2.5):
        observed = matrix @ given.coefficients - theta * slope
        free = np.column_stack([-scale, -np.vstack([nuisance, -nuisance])])
        solution = linprog(np.eye(3)[0], A_ub=free, b_ub=-observed, bounds=[(None, None)] * 3)
        assert (dual @ observed).max() == pytest.approx(solution.fun, abs=1e-8)


def test_the_dual_vertices_are_those_found_by_enumerating_every_basis():
    given = moments("average")
    matrix, slope = _inequalities(given, 1.0, 0, 1.0)
    scale = np.sqrt(np.diag(matrix @ given.covariance @ matrix.T))
    reach = np.cumsum(given.weights[::-1])[::-1]
    nuisance = np.linalg.svd(reach[None, :])[2][1:].T
    system, right = np.vstack([np.vstack([nuisance, -nuisance]).T, scale]), np.r_[np.zeros(2), 1.0]
    found = set()
    for columns in itertools.combinations(range(6), 3):
        part = system[:, columns]
        if abs(np.linalg.det(part)) > 1e-10 and (solution := np.linalg.solve(part, right)).min() > -1e-10:
            vertex = np.zeros(6)
            vertex[list(columns)] = solution
            found.add(tuple(np.round(vertex, 8) + 0.0))
    assert {tuple(np.round(vertex, 8) + 0.0) for vertex in _dual_vertices(slope, scale)} == found


def test_relative_magnitudes_widen_with_the_bound_and_contain_the_plain_interval():
    sets = [honest_relative_magnitudes(COEFFICIENTS, COVARIANCE, 3, bound=bound) for bound in (0.5, 1.0, 2.0)]
    assert sets[0].lower > sets[1].lower > sets[2].lower
    assert sets[0].upper < sets[1].upper < sets[2].upper


def test_the_search_range_widens_by_itself():
    # The set is far wider than 20 standard errors: the first pre-period step is 100 standard errors long.
    beta, sigma = np.array([10.0, 0.0, 1.0]), np.diag([0.01, 0.01, 0.01])
    result = honest_relative_magnitudes(beta, sigma, 2, bound=1.0)
    assert result.lower < 1.0 - 9.0
    assert result.upper > 1.0 + 9.0
    assert np.isfinite([result.lower, result.upper]).all()


def test_the_target_weights_change_the_answer():
    ends = {
        honest_relative_magnitudes(COEFFICIENTS, COVARIANCE, 3, weights=weights).lower
        for weights in ("first", "average", np.array([0, 0, 1.0]))
    }
    assert len(ends) == 3


def test_honest_sets_scale_with_the_unit_of_the_outcome():
    small = honest_relative_magnitudes(COEFFICIENTS, COVARIANCE, 3)
    large = honest_relative_magnitudes(1000 * COEFFICIENTS, 1e6 * COVARIANCE, 3)
    # Edges are bisected to 1e-5 standard errors (0.2 here before scaling).
    assert (large.lower / 1000, large.upper / 1000) == pytest.approx((small.lower, small.upper), abs=1e-5)


def test_coverage_of_the_relative_magnitude_set_under_the_worst_allowed_drift():
    # Simulated truth: a drift of 0.3 per period before and after, bound 1, no effect. 100 draws: 95 % - 3 standard errors = 88 %.
    rng = np.random.default_rng(5)
    drift = 0.3 * np.array([-3.0, -2.0, -1.0, 1.0, 2.0])
    sigma = 0.01 * (np.eye(5) + 1)
    draws = rng.multivariate_normal(drift, sigma, size=100)
    sets = [honest_relative_magnitudes(beta, sigma, 3, draws=1000) for beta in draws]
    assert np.mean([one.lower <= 0 <= one.upper for one in sets]) >= 0.88


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_pre": 0}, "at least one coefficient before"),
        ({"covariance": np.eye(3)}, "covariance of shape"),
        ({"coefficients": np.array([0.3, np.nan, 0.1, 1.0, 1.4, 0.9])}, "1 coefficients missing"),
        ({"covariance": np.diag([0, 1, 1, 1, 1, 1.0])}, "positive variances"),
        ({"bound": -1.0}, "bound of at least 0"),
        ({"weights": "last"}, '"first", "average"'),
    ],
)
def test_impossible_moments_are_refused_with_the_reason(change, message):
    given = {"coefficients": COEFFICIENTS, "covariance": COVARIANCE, "n_pre": 3, **change}
    with pytest.raises(ParameterError, match=message):
        honest_relative_magnitudes(**given)


def test_the_smoothness_interval_agrees_with_diff_diff():
    # Independent program; its optimiser stops near 1e-5 of the half-length. Never its relative magnitudes: too short.
    from diff_diff.honest_did import _compute_optimal_flci

    lower, upper = _compute_optimal_flci(COEFFICIENTS[:3], COEFFICIENTS[3:], COVARIANCE, np.eye(3)[0], 3, 3, 0.05)
    ours = honest_smoothness(COEFFICIENTS, COVARIANCE, 3, bound=0.05)
    assert upper - lower == pytest.approx(ours.upper - ours.lower, rel=1e-4)
