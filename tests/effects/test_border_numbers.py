"""Honest sets, searches and checks of a panel: single steps against SciPy or by hand, and both sides of each border."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq, minimize
from scipy.stats import foldnorm, truncnorm

from lwo_analysis.effects import panel_checks as check
from lwo_analysis.effects import start_checks as start_check
from lwo_analysis.effects.design import Design
from lwo_analysis.effects.inversion import accepted_interval
from lwo_analysis.effects.sensitivity.event_study_input import check_moments
from lwo_analysis.effects.sensitivity.honest_relative_magnitudes import (
    HonestInterval,
    _Component,
    _conditional_test,
    _dual_vertices,
    _inequalities,
    _step_matrix,
    _truncated_normal_quantile,
)
from lwo_analysis.effects.sensitivity.honest_smoothness import (
    _half_length,
    _lasso_path,
    _problem,
    _shortest,
    _variance,
    folded_normal_quantile,
)
from lwo_analysis.effects.two_way import demean
from lwo_analysis.errors import DesignError, ParameterError

BETA, SIGMA = np.array([0.5, 1.0, 2.0]), np.diag([0.04, 0.09, 0.16])


@pytest.mark.parametrize("mean", [0.0, 0.3, 2.0, 11.9, 12.1, 30.0])
@pytest.mark.parametrize("alpha", [0.05, 0.1])
def test_the_quantile_of_a_folded_normal_is_that_of_scipy(mean, alpha):
    assert folded_normal_quantile(mean, alpha) == pytest.approx(foldnorm(mean).ppf(1 - alpha), abs=1e-8)


@pytest.mark.parametrize(("lower", "upper"), [(-1.0, 2.0), (0.5, 3.0), (-3.0, -1.0), (2.0, 2.5), (-np.inf, 1.0)])
def test_the_quantile_of_a_truncated_normal_is_that_of_scipy(lower, upper):
    found = _truncated_normal_quantile(0.95, np.array([lower]), np.array([upper]))[0]
    assert found == pytest.approx(truncnorm(lower, upper).ppf(0.95), abs=1e-9)


def test_steps_between_periods_leave_the_reference_out():
    # Two before, two after: b1 - b2 turned round, reference minus b2, first after minus reference, second minus first.
    assert _step_matrix(2, 2).tolist() == [[-1, 1, 0, 0], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, -1, 1]]


def test_the_inequalities_compare_steps_after_with_one_step_before():
    # Bound 2, first step before (b2 - b1) taken as positive: |u| <= 2 (b2 - b1) for both steps after the start.
    moments = check_moments(np.array([0.1, 0.2, 1.0, 1.5]), np.eye(4), 2, "average", 0.95, 2.0)
    matrix, slope = _inequalities(moments, 2.0, 0, 1.0)
    assert matrix.tolist() == [[2, -2, 1, 0], [2, -2, -1, 1], [2, -2, -1, 0], [2, -2, 1, -1]]
    # The average of both effects is u1 + u2 / 2, so it rises by one along (1, 1/2) / (1 + 1/4).
    assert slope.tolist() == pytest.approx([0.8, 0.4, -0.8, -0.4])


def test_the_dual_vertices_by_hand():
    # Scale one: (0.8, 0.4) over 1.2 upwards and downwards, and half of each pair of opposite rows.
    found = _dual_vertices(np.array([0.8, 0.4, -0.8, -0.4]), np.ones(4))
    expected = [[2 / 3, 1 / 3, 0, 0], [0, 0, 2 / 3, 1 / 3], [0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5]]
    assert found == pytest.approx(np.array(expected))


def other_at(covariance: list[list[float]], place: float) -> _Component:
    """Two moments, each a vertex of its own; nothing above `place` comes to the second stage."""
    return _Component(np.eye(2), np.zeros(2), np.zeros(2), np.array(covariance), place)


@pytest.mark.parametrize(
    ("covariance", "other", "first_stage", "range_at"),
    [
        # Given the rest of the other moment, 1 - 0.5 s, the first is the larger one from (1 - 0.5 s) / 0.5 on.
        ([[1.0, 0.5], [0.5, 1.0]], 1.0, 3.0, lambda s: ((1 - 0.5 * s) / 0.5, 3.0)),
        # The other moves more than the first: it is the larger one up to (1.5 s - 1) / 0.5.
        ([[1.0, 1.5], [1.5, 4.0]], 1.0, 9.0, lambda s: (-np.inf, (1.5 * s - 1) / 0.5)),
        ([[1.0, 1.5], [1.5, 4.0]], 1.0, 2.0, lambda s: (-np.inf, min((1.5 * s - 1) / 0.5, 2.0))),
        # The first has a variance of 4: as before, in standard deviations of 2.
        ([[4.0, 2.0], [2.0, 4.0]], 2.0, 6.0, lambda s: ((2 - 0.5 * s) / 0.5, 6.0)),
    ],
)
def test_the_second_stage_rejects_beyond_the_quantile_of_scipy(covariance, other, first_stage, range_at):
    sd = np.sqrt(covariance[0][0])

    def above(statistic: float) -> float:
        low, high = range_at(statistic)
        return statistic / sd - truncnorm(low / sd, high / sd).ppf(0.95)

    edge = brentq(above, 1.3 * other, first_stage - 1e-6)
    near = np.array([edge - 1e-6, edge + 1e-6])
    values = np.column_stack([near, [other, other]])
    assert _conditional_test(other_at(covariance, first_stage), 0, values, near, 0.05).tolist() == [False, True]


def test_a_largest_moment_below_zero_or_without_variance_rejects_nothing():
    # Below -0.4 the quantile of 95 % is -0.447, under the -0.42 that was found: the critical value stays at zero.
    low, still = other_at([[1.0, 1.0], [1.0, 1.0]], -0.4), other_at([[0.0, 0.0], [0.0, 1.0]], 3.0)
    assert _conditional_test(low, 0, np.array([[-0.42, -0.5]]), np.array([-0.42]), 0.05).tolist() == [False]
    assert _conditional_test(still, 0, np.array([[2.0, 1.0]]), np.array([2.0]), 0.05).tolist() == [False]


@pytest.mark.parametrize(
    ("lower", "upper", "excludes"), [(0.1, 2, True), (0.0, 2, False), (-2, -0.1, True), (-2, 0.0, False), (-1, 1, False)]
)
def test_zero_at_the_end_of_an_honest_set_is_not_excluded(lower, upper, excludes):
    assert HonestInterval(1.0, lower, upper, 0.5, 0.95, "FLCI").excludes_zero is excludes


def test_the_bends_of_a_line_by_hand():
    # Two before, two after, target the average: under a line w must satisfy 2 w1 + w2 = 1.5, and bends after the start weigh
    # 1.5 (at the reference) and 0.5 (one period later).
    problem = _problem(check_moments(np.array([0.1, 0.2, 1.0, 1.5]), np.eye(4), 2, "average", 0.95, 0.0))
    assert problem.bends_after == 2.0
    assert np.array([2.0, 1.0]) @ problem.base == pytest.approx(1.5)
    assert np.array([2.0, 1.0]) @ problem.directions == pytest.approx([0])


def test_moments_have_the_variance_of_their_target():
    # First period after: the square root of 0.09. The average: half the root of 0.09 + 0.16.
    first, average = (check_moments(BETA, SIGMA, 1, target, 0.95, 0.0) for target in ("first", "average"))
    assert (first.estimate, first.standard_error) == (1.0, pytest.approx(0.3))
    assert (average.estimate, average.standard_error, average.n_post) == (1.5, pytest.approx(0.25), 2)
    assert check_moments(BETA, SIGMA, 2, "first", 0.95, 0.0).estimate == 2.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"n_pre": 3}, "one coefficient before and one after"),
        ({"n_pre": 0}, "one coefficient before and one after"),
        ({"confidence": 1.0}, "0 < confidence < 1"),
        ({"confidence": 0.0}, "0 < confidence < 1"),
        ({"bound": float("nan")}, "bound of at least 0"),
        ({"weights": np.zeros(2)}, "not all zero"),
        ({"weights": np.ones(3)}, "2 weights"),
        ({"covariance": SIGMA + np.array([[0, 0.01, 0], [0, 0, 0], [0, 0, 0]])}, "symmetric"),
        ({"covariance": np.ones((3, 3))}, "found rank 1"),
    ],
)
def test_moments_at_the_wrong_side_of_a_border_are_refused(change, told):
    given = {"coefficients": BETA, "covariance": SIGMA, "n_pre": 1, "weights": "first", "confidence": 0.95, "bound": 0.0}
    check_moments(**given)
    with pytest.raises(ParameterError, match=told):
        check_moments(**(given | change))


def test_a_set_is_found_to_a_ten_thousandth_of_its_yardstick_wherever_it_lies():
    lower, upper = accepted_interval(lambda x: (x >= -1.25) & (x <= 3.5), 0.0, 1.0)
    assert (lower, upper) == (pytest.approx(-1.25, abs=1e-4), pytest.approx(3.5, abs=1e-4))
    assert lower >= -1.25
    assert upper <= 3.5
    # Far wider and far narrower than the first range of ten yardsticks.
    assert accepted_interval(lambda x: np.abs(x) <= 500, 0.0, 1.0) == (
        pytest.approx(-500, abs=1e-4),
        pytest.approx(500, abs=1e-4),
    )
    assert accepted_interval(lambda x: np.abs(x) <= 0.01, 0.0, 1.0) == pytest.approx((-0.01, 0.01), abs=1e-4)


def test_a_set_without_an_end_is_infinite_and_an_empty_one_missing():
    assert accepted_interval(lambda x: x >= 2.0, 0.0, 1.0) == (pytest.approx(2.0, abs=1e-4), np.inf)
    assert accepted_interval(lambda x: x <= 2.0, 0.0, 1.0) == (-np.inf, pytest.approx(2.0, abs=1e-4))
    assert np.isnan(accepted_interval(lambda x: x > np.inf, 0.0, 1.0)).all()


def test_demeaning_with_weights_by_hand():
    # Weights 3 and 1. Rows minus their means: (-1, 1) and (-3, 3); weighted column means (-1.5, 1.5).
    found = demean(np.array([[1.0, 3.0], [0.0, 6.0]]), np.array([3.0, 1.0]))
    assert found.tolist() == [[0.5, -0.5], [-1.5, 1.5]]


def test_a_list_of_five_is_whole_and_of_six_is_cut():
    assert check.few(list("abcde")) == "a, b, c, d, e"
    assert check.few(list("abcdef")) == "a, b, c, d, e and 1 more"


def test_a_jump_between_periods_is_named():
    check._check_spacing(np.array([2010.0, 2012.0, 2014.0]))
    with pytest.raises(DesignError, match="found a jump after 2011"):
        check._check_spacing(np.array([2010.0, 2011.0, 2013.0, 2014.0]))
    with pytest.raises(DesignError, match="at least two periods, found 1"):
        check._check_spacing(np.array([2010.0]))
    check._check_spacing(np.array([2010.0, 2011.0]))


def test_both_ends_of_the_window_are_inside():
    panel = pd.DataFrame({"year": [2014, 2015, 2016, 2017], "value": 1.0})
    assert check.inside_window(panel, Design(window=(2015, 2016)))["year"].tolist() == [2015, 2016]


def test_untreated_areas_that_move_alike_have_no_noise_and_a_little_is_enough():
    alike = np.arange(4.0) + np.array([[0.0], [5.0], [9.0]])
    with pytest.raises(DesignError, match="found 3 units with one and the same movement"):
        check.comparison_has_noise(alike)
    alike[0, 0] += 1e-6
    check.comparison_has_noise(alike)


def test_duplicate_rows_are_each_named_once():
    rows = pd.DataFrame({"area_id": ["b", "a", "b", "a", "b"], "year": [2020, 2020, 2020, 2021, 2020]})
    with pytest.raises(DesignError, match="duplicate rows for b 2020;"):
        check.duplicates(rows, Design())


@pytest.mark.parametrize(
    ("anticipation", "start", "is_refused"), [(1, 2023, True), (1, 2024, False), (2, 2024, True), (0, 2023, False)]
)
def test_a_start_soon_after_the_window_may_already_be_felt(anticipation, start, is_refused):
    # The window ends in 2022: a start in 2023 with one year of anticipation is felt in 2022.
    starts = pd.Series({"a": 2020.0, "b": float(start), "c": np.nan})
    given = starts, np.arange(2018, 2023), Design(anticipation=anticipation)
    if is_refused:
        with pytest.raises(DesignError, match=f"within {anticipation} period\\(s\\), found b, which"):
            start_check.anticipated(*given)
    else:
        start_check.anticipated(*given)


@pytest.mark.parametrize(("anticipation", "needed", "is_enough"), [(0, 2, True), (0, 3, False), (1, 1, True), (1, 2, False)])
def test_periods_of_anticipation_do_not_count_as_before(anticipation, needed, is_enough):
    # First start in the third column: two periods before it.
    starts, times, first = pd.Series({"a": 2020.0, "b": np.nan}), np.arange(2018, 2023), np.array([2, 5])
    design = Design(anticipation=anticipation, min_pre_periods=needed)
    if is_enough:
        start_check.timing(starts, times, first, design, need_controls=True)
    else:
        with pytest.raises(DesignError, match=f"at least {needed} periods before the first start, found {2 - anticipation}"):
            start_check.timing(starts, times, first, design, need_controls=True)


def test_a_start_in_the_first_period_is_too_late_and_one_after_the_last_is_noted():
    times = np.arange(2018, 2023)
    with pytest.raises(DesignError, match="found a treated before the window or at its start"):
        start_check.timing(pd.Series({"a": 2018.0, "b": np.nan}), times, np.array([0, 5]), Design(), need_controls=True)
    assert start_check.late_starts(pd.Series({"a": 2022.0}), times) == ()
    assert start_check.late_starts(pd.Series({"a": 2020.0, "b": 2023.0}), times) == (
        "1 unit(s) start after the last period 2022 and are untreated in this window (b)",
    )


def bent(seed: int, n_pre: int = 5):
    """Return a problem with correlated coefficients, in which some bends come and go along the path."""
    root = np.random.default_rng(seed).normal(size=(n_pre + 2, n_pre + 2))
    given = check_moments(np.arange(n_pre + 2.0), root @ root.T + 0.1 * np.eye(n_pre + 2), n_pre, "average", 0.95, 0.0)
    return _problem(given)


def slopes(problem, bends: np.ndarray) -> np.ndarray:
    """Return the gradient of half the variance by central differences, which are exact for a quadratic."""
    steps = np.eye(len(bends))
    return np.array([(_variance(problem, bends + step) - _variance(problem, bends - step)) / 4 for step in steps])


@pytest.mark.parametrize("seed", range(12))
def test_every_knot_of_the_path_is_a_lasso_solution(seed):
    # Karush, Kuhn and Tucker: no slope beyond the penalty, and for a bend in use exactly the penalty, against its sign.
    problem = bent(seed)
    penalties = []
    for knot in _lasso_path(problem):
        slope = slopes(problem, knot)
        penalties.append(np.abs(slope).max())
        used = np.abs(knot) > 1e-9
        assert slope[used] == pytest.approx(-penalties[-1] * np.sign(knot[used]), abs=1e-8 * penalties[0])
    assert penalties == sorted(penalties, reverse=True)
    assert penalties[-1] < 1e-8 * penalties[0]


@pytest.mark.parametrize("seed", [6])
@pytest.mark.parametrize("bound", [0.2, 2.0])
def test_the_shortest_interval_is_the_one_that_scipy_finds(seed, bound):
    problem = bent(seed, n_pre=3)
    best = _half_length(problem, _shortest(problem, bound, 0.05), bound, 0.05)
    searches = [
        minimize(
            lambda q: _half_length(problem, q, bound, 0.05), start, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}
        )
        for start in (np.zeros(2), np.array([0.3, -0.3]))
    ]
    # Nelder and Mead stop a little short at the kinks, never below the optimum.
    assert best == pytest.approx(min(one.fun for one in searches), rel=1e-5)
    assert best <= min(one.fun for one in searches) * (1 + 1e-9)


@pytest.mark.parametrize(("people", "is_refused"), [(0.5, False), (0.0, True), (-1.0, True), (np.nan, True), (np.inf, True)])
def test_any_size_above_nothing_will_do(people, is_refused):
    rows = pd.DataFrame({"area_id": ["a", "a", "b"], "n": [people, people, 4.0]})
    if is_refused:
        with pytest.raises(DesignError, match="a size above 0, found none for a;"):
            check.mean_per_unit(rows, pd.Index(["a", "b"]), "n", Design())
    else:
        assert check.mean_per_unit(rows, pd.Index(["b", "a"]), "n", Design()).tolist() == [4.0, 0.5]
    assert check.mean_per_unit(rows, pd.Index(["a"]), "people", Design()) is None


def test_a_constant_outcome_and_an_infinite_one_are_refused():
    with pytest.raises(DesignError, match="found the constant 3"):
        check.varies(pd.DataFrame(np.full((2, 2), 3.0)), Design())
    check.varies(pd.DataFrame([[3.0, 3.0], [3.0, 3.1]]), Design())
    with pytest.raises(DesignError, match="found 2 infinite values, in b"):
        check._refuse_infinite(pd.DataFrame([[1.0, 2.0], [np.inf, -np.inf]], index=["a", "b"]), Design())


@pytest.mark.parametrize(("status", "reason"), [("suppressed", "suppressed"), (None, "absent")])
def test_a_gap_of_a_treated_area_is_named_with_its_reason_and_its_side(status, reason):
    # Start in 2021: the gaps of 2021 and 2022 lie after it, that of 2020 before.
    rows = pd.DataFrame({"area_id": "a", "year": [2019, 2020, 2021, 2022]})
    rows = rows if status is None else rows.assign(status=["ok", status, status, status])
    absent = pd.DataFrame([[False, True, True, True]], index=["a"], columns=[2019, 2020, 2021, 2022])
    told = rf"found 3 cells without one \(a 2020, a 2021, a 2022; {reason}\), 2 of them after the start"
    with pytest.raises(DesignError, match=told):
        check._refuse_treated_gaps(rows, absent, pd.Series({"a": 2021.0}), Design())
