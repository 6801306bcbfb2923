"""Least squares over the simplex: closed forms, a general solver of another program, and how many steps it takes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

from lwo_analysis.effects import simplex
from lwo_analysis.effects.simplex import ridge_simplex, simplex_least_squares, violation


def by_slsqp(A: np.ndarray, b: np.ndarray, ridge: float) -> np.ndarray:
    """Return the weights from sequential quadratic programming (SciPy), another algorithm for the same problem."""
    donors = A.shape[1]
    found = minimize(
        lambda w: ((A @ w - b) ** 2).sum() + ridge * (w @ w),
        np.full(donors, 1 / donors),
        jac=lambda w: 2 * A.T @ (A @ w - b) + 2 * ridge * w,
        bounds=[(0, 1)] * donors,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(donors)},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    return found.x


def problem(seed: int, rows: int, donors: int, level: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return level + rng.normal(size=(rows, donors)), level + rng.normal(size=rows)


@pytest.mark.parametrize("ridge", [0.5, 2.0, 8.0])
def test_two_donors_have_a_closed_form(ridge):
    # Minimise (4 w - 1)^2 + ridge (w^2 + (1 - w)^2): 32 w - 8 + 4 ridge w - 2 ridge = 0.
    share = (8 + 2 * ridge) / (32 + 4 * ridge)
    assert ridge_simplex(np.array([[0.0, 4.0]]), np.array([1.0]), ridge) == pytest.approx([1 - share, share], abs=1e-10)


def test_a_donor_that_only_makes_it_worse_gets_nothing():
    # Ridge 2, weights (0.7, 0.3): the residual is 0.2 and half the slope 1.4 for both, and 0.2 A for a third donor: nothing from
    # A = 7 on.
    found = ridge_simplex(np.array([[0.0, 4.0, 7.1]]), np.array([1.0]), 2.0)
    assert ridge_simplex(np.array([[0.0, 4.0, 6.9]]), np.array([1.0]), 2.0)[2] > 1e-3
    assert found == pytest.approx([0.7, 0.3, 0.0], abs=1e-10)
    assert simplex_least_squares(np.array([[0.0, 4.0, 9.0], [1.0, 1.0, 90.0]]), np.array([1.0, 1.0])) == pytest.approx(
        [0.75, 0.25, 0.0], abs=1e-10
    )


@pytest.mark.parametrize(("rows", "donors", "level"), [(6, 4, 0.0), (8, 3, 50.0), (5, 12, 0.0), (3, 20, 10.0)])
@pytest.mark.parametrize("ridge", [0.05, 1.0])
def test_it_agrees_with_sequential_quadratic_programming(rows, donors, level, ridge):
    A, b = problem(donors, rows, donors, level)
    # SLSQP stops at a relative change of 1e-14 in the objective: its weights are good to about 1e-6.
    assert ridge_simplex(A, b, ridge) == pytest.approx(by_slsqp(A, b, ridge), abs=2e-6)


@pytest.mark.parametrize(("rows", "donors"), [(6, 4), (9, 5), (12, 8)])
def test_without_a_ridge_it_agrees_with_sequential_quadratic_programming(rows, donors):
    A, b = problem(rows, rows, donors)
    assert simplex_least_squares(A, b) == pytest.approx(by_slsqp(A, b, 0.0), abs=2e-6)


@pytest.mark.parametrize(("rows", "donors", "ridge"), [(4, 6, 0.1), (10, 40, 0.5), (6, 300, 0.01), (15, 15, 2.0)])
def test_newton_alone_finds_it_in_about_ten_steps(monkeypatch, rows, donors, ridge):
    A, b = problem(3, rows, donors)
    steps, lengths = [], []
    step, state = simplex._newton_step, simplex._dual_state
    monkeypatch.setattr(simplex, "_newton_step", lambda *given: steps.append(1) or step(*given))
    monkeypatch.setattr(simplex, "_dual_state", lambda *given: lengths.append(1) or state(*given))
    monkeypatch.setattr(simplex, "simplex_least_squares", lambda *_: pytest.fail("the exact solver took over"))
    weights = ridge_simplex(A, b, ridge)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert len(steps) <= 15  # "about ten steps", Qi and Sun (1993); found 4 to 11
    assert len(lengths) <= 2 * len(steps) + 5  # a full step is nearly always good enough


def test_the_dual_is_the_function_of_the_docstring_and_its_gradient_is_the_slope():
    # By hand: r = (1, 2), mu = 3, eta = 2; mu - D r = (3 - 1, 3 - 2, 3 - 5) -> weights (1, 1/2, 0).
    D, eta, dual = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]]), 2.0, np.array([1.0, 2.0, 3.0])
    state = simplex._dual_state(D, eta, dual)
    assert state.weights.tolist() == [1.0, 0.5, 0.0]
    assert state.value == (1 + 4) / 2 + (2**2 + 1**2) / (2 * 2) - 3
    assert state.gradient.tolist() == [1 - 1, 2 - 0.5, 1.5 - 1]
    # Finite differences of SciPy: exact to about the root of the machine precision.
    error = check_grad(
        lambda x: simplex._dual_state(D, eta, x).value, lambda x: simplex._dual_state(D, eta, x).gradient, dual + 0.1
    )
    assert error < 1e-6


def test_a_newton_step_on_one_piece_ends_where_the_gradient_is_zero():
    # On a piece where the same donors have weight the dual is quadratic, so one full step solves it: weights 0.7 and 0.3 above.
    D, eta = np.array([[1.0], [-3.0]]), 2.0
    state = simplex._dual_state(D, eta, np.array([0.0, 1.0]))
    following = simplex._newton_step(D, eta, state)
    assert following is not None
    assert following.gradient == pytest.approx([0, 0], abs=1e-12)
    assert following.weights == pytest.approx([0.7, 0.3], abs=1e-12)


def test_a_step_that_makes_it_worse_is_halved():
    # Deviations 0, 1 and 0 at (0.3, 0.3): weights 0.3, 0 and 0.3, value 0.045 + 0.09 - 0.3, gradient (0.3, -0.4), so the
    # direction is (-0.3, 0.2). The whole step gives (0, 0.5): three weights of a half, value 0.375 - 0.5, which is more, and a
    # gradient of 0.5. Half of it gives (0.15, 0.4): weights 0.4, 0.25 and 0.4, value 0.01125 + 0.19125 - 0.4.
    state = simplex._dual_state(np.array([[0.0], [1.0], [0.0]]), 1.0, np.array([0.3, 0.3]))
    assert (state.value, state.gradient.tolist()) == (pytest.approx(-0.165), pytest.approx([0.3, -0.4]))
    following = simplex._newton_step(np.array([[0.0], [1.0], [0.0]]), 1.0, state)
    assert following.dual.tolist() == pytest.approx([0.15, 0.4])
    assert following.value == pytest.approx(-0.1975)


def test_a_newton_step_from_the_solution_goes_nowhere():
    D, eta = np.array([[1.0], [-3.0]]), 2.0
    first = simplex._newton_step(D, eta, simplex._dual_state(D, eta, np.array([0.0, 1.0])))
    again = simplex._newton_step(D, eta, first)
    assert again is None or again.dual == pytest.approx(first.dual, abs=1e-12)


def test_the_violation_is_the_gap_between_the_mean_and_the_lowest_gradient():
    # By hand: D'w = 1 x .5 - 3 x .5 = -1; gradient = D (-1) + 2 w = (-1 + 1, 3 + 1) = (0, 4); mean over the weights 2, lowest 0.
    D = np.array([[1.0], [-3.0]])
    assert violation(D, np.array([0.5, 0.5]), 2.0) == 2.0
    assert violation(D, np.array([0.7, 0.3]), 2.0) == pytest.approx(0, abs=1e-12)
    assert violation(D, np.array([0.7, 0.4]), 2.0) == np.inf


def test_the_polish_keeps_the_weights_when_it_would_leave_the_simplex():
    # Two donors on one side of the target: the unconstrained solution of w 1 + (1 - w) 3 = 0 is w = 1.5, outside.
    given = np.array([0.5, 0.5])
    assert simplex._solve_on_support(np.array([[1.0, 3.0]]), given).tolist() == given.tolist()
    # Target between them: w (-1) + (1 - w) 3 = 0 at w = 3/4.
    assert simplex._solve_on_support(np.array([[-1.0, 3.0]]), given) == pytest.approx([0.75, 0.25], abs=1e-12)
    # Three donors for one equation: no unique solution, nothing to polish.
    many = np.full(3, 1 / 3)
    assert simplex._solve_on_support(np.array([[-1.0, 3.0, 1.0]]), many).tolist() == many.tolist()
