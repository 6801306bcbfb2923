"""What sums give away, on tables small enough for pen and paper; every expected value is arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from lwo_analysis.disclosure import secondary
from lwo_analysis.disclosure.attack import Range, consistent_point, is_safe, possible_range, tied_cells
from lwo_analysis.disclosure.cells import CellSystem
from lwo_analysis.disclosure.secondary import complementary_pattern, exposed_cells


def system_of(amounts: list[float], sums: list[list[float]], secret: tuple[int, ...] = (), **changes: object) -> CellSystem:
    """Return amounts from 0 upwards, tied by sums that equal nought; a secret one must stay anything from 0 to 9."""
    n_cells = len(amounts)
    is_secret = np.isin(np.arange(n_cells), secret)
    system = CellSystem(
        names=tuple((f"q{cell}", "a", 2020) for cell in range(n_cells)),
        amounts=np.array(amounts, float),
        lower=np.zeros(n_cells),
        upper=np.where(is_secret, 9.0, np.inf),
        is_secret=is_secret,
        width=np.where(is_secret, 9.0, 0.0),
        relative_width=np.zeros(n_cells),
        publishers=tuple(np.array([cell]) for cell in range(n_cells)),
        costs=np.arange(1.0, n_cells + 1),
        relations=np.array(sums, float).reshape(-1, n_cells),
        sides=np.zeros(len(sums)),
    )
    return replace(system, **changes)


def range_of(system: CellSystem, hidden: tuple[int, ...], cell: int) -> tuple[float, float]:
    found = possible_range(system, system.amounts, np.isin(np.arange(len(system.amounts)), hidden), cell)
    return found.lowest, found.highest


TOTAL = [[1.0, 1.0, 1.0, -1.0]]  # 15 + 25 + 60 = 100


@pytest.mark.parametrize(
    ("upper", "hidden", "cell", "expected"),
    [
        ([np.inf] * 4, (0,), 0, (15, 15)),  # the only one hidden: total less the others
        ([np.inf] * 4, (0, 1), 0, (0, 40)),  # 100 - 60, shared by two
        ([np.inf, 35, np.inf, np.inf], (0, 1), 0, (5, 40)),  # the other takes at most 35 of the 40
        ([20, np.inf, np.inf, np.inf], (0, 1), 1, (20, 40)),
        ([np.inf] * 4, (0, 3), 0, (0, np.inf)),  # total and part rise together
        ([np.inf] * 4, (0, 3), 3, (85, np.inf)),  # 25 + 60
    ],
)
def test_the_range_of_a_hidden_part_follows_from_the_total(upper, hidden, cell, expected):
    system = system_of([15, 25, 60, 100], TOTAL, upper=np.array(upper, float))
    assert range_of(system, hidden, cell) == pytest.approx(expected)


def test_an_amount_in_no_sum_has_its_own_bounds_widened_to_where_it_is():
    system = system_of([15, 3], [], lower=np.array([2.0, 4.0]), upper=np.array([12.0, 9.0]))
    assert range_of(system, (0, 1), 0) == (2.0, 15.0)
    assert range_of(system, (0, 1), 1) == (3.0, 9.0)


def test_two_sums_together_say_more_than_one():
    # a + b = 10 and a - b = 4, so a = 7; c is tied to nothing hidden.
    system = system_of([7, 3, 10, 4], [[1, 1, -1, 0], [1, -1, 0, -1]])
    assert range_of(system, (0, 1), 0) == pytest.approx((7, 7))


def test_hidden_amounts_are_tied_only_over_hidden_amounts():
    relations = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 0, 1, 1, -1]], float)
    every, without_2 = np.ones(6, bool), np.array([1, 1, 0, 1, 1, 1], bool)
    assert tied_cells(relations, every, 0).tolist() == [0, 1, 2, 3, 4, 5]
    assert tied_cells(relations, without_2, 0).tolist() == [0, 1]
    assert tied_cells(relations, without_2, 5).tolist() == [3, 4, 5]
    assert tied_cells(relations[:1], every, 4).tolist() == [4]


@pytest.mark.parametrize(
    ("ends", "width", "relative", "safe"),
    [
        ((0, 9), 9, 0, True),
        ((0, 8.9999), 9, 0, False),
        ((3, 12), 9, 0, True),
        ((0, 0.9999995), 1, 0, True),  # the slack of the solver, a millionth of a person
        ((0, 0.999998), 1, 0, False),
        ((8.9999999, 9), 0, 0, True),
        ((80, 100), 0, 0.2, True),  # a fifth of 100
        ((81, 100), 0, 0.2, False),
        ((-100, -80), 0, 0.2, True),
        ((-100, -81), 0, 0.2, False),
        ((0, 10), 12, 0.2, False),
        ((5, np.inf), 9, 0.2, True),
    ],
)
def test_an_amount_is_safe_when_its_range_is_as_wide_as_its_rule_asks(ends, width, relative, safe):
    system = system_of([5, 5], [], width=np.array([0.0, width]), relative_width=np.array([0.0, relative]))
    assert is_safe(system, 1, Range(*ends)) is safe


@pytest.mark.parametrize(("top", "expected"), [(np.inf, 34.0), (30.0, 30.0)])
def test_what_is_not_known_fits_the_sums_as_well_as_its_bounds_allow(top, expected):
    # 100 - 33 - 33 = 34.
    system = system_of([33, 33, np.nan, 100], TOTAL, upper=np.array([np.inf, np.inf, top, np.inf]))
    assert consistent_point(system).tolist() == pytest.approx([33, 33, expected, 100])


def test_what_differs_by_rounding_is_shared_by_no_one():
    # 33 + 33 + x = 100 and x + 5 = 40 cannot both hold: 34 or 35, each one person off; a third sum, x = 35, decides.
    system = system_of([33, 33, np.nan, 100, 5, 40, 35], [[1, 1, 1, -1, 0, 0, 0], [0, 0, 1, 0, 1, -1, 0], [0, 0, 1, 0, 0, 0, -1]])
    assert consistent_point(system)[2] == pytest.approx(35)


def test_a_sum_with_a_known_side_gives_the_rest():
    # x + 4 = 10, where 10 is no cell but a known base.
    system = system_of([np.nan, 4], [[1, 1]], sides=np.array([10.0]))
    assert consistent_point(system).tolist() == pytest.approx([6, 4])


def test_an_unknown_amount_in_no_sum_is_nought_or_the_nearest_bound():
    system = system_of([np.nan, np.nan, 7], [[0, 0, 1]], lower=np.array([2.0, 0.0, 0.0]))
    assert consistent_point(system).tolist() == [2.0, 0.0, 7.0]


def sparse(system: CellSystem) -> CellSystem:
    return replace(system, relations=csr_array(system.relations))


def test_the_cheapest_amount_is_hidden_beside_a_secret_one():
    # 5 + 50 + 80 + 65 = 200. The second costs 4, the third 2, the fourth 3, and the total may not be hidden.
    costs = np.array([0.0, 4.0, 2.0, 3.0, np.inf])
    system = sparse(system_of([5, 50, 80, 65, 200], [[1, 1, 1, 1, -1]], (0,), costs=costs))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True, False, True, False, False]
    assert found.protects == {2: 0}
    assert exposed_cells(system, found.hidden) == {}


def test_a_secret_amount_alone_in_its_sum_is_exposed_with_its_value():
    system = sparse(system_of([5, 50, 145, 200], [[1, 1, 1, -1]], (0,)))
    assert exposed_cells(system, system.is_secret) == {0: pytest.approx((5, 5))}
    pair = np.array([True, True, False, False])
    assert exposed_cells(system, pair) == {}


def test_a_partner_too_small_to_hide_behind_gets_a_second_one():
    # The secret 0 must be able to be 9; the partners of 4 and 5 can only give 4 + 5 = 9 together.
    system = sparse(system_of([0, 4, 5, 9], [[1, 1, 1, -1]], (0,), costs=np.array([0.0, 1.0, 1.0, np.inf])))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True, True, True, False]
    assert set(found.protects) == {1, 2}


def test_two_secrets_that_hide_each_other_need_no_third():
    system = sparse(system_of([4, 5, 60, 69], [[1, 1, 1, -1]], (0, 1)))
    assert complementary_pattern(system).hidden.tolist() == [True, True, False, False]


def test_what_no_sum_ties_to_a_secret_stays_as_it_is():
    system = sparse(system_of([5, 50, 55, 7, 8, 15], [[1, 1, -1, 0, 0, 0], [0, 0, 0, 1, 1, -1]], (0,)))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True, True, False, False, False, False]


def test_a_mean_stays_unknown_to_the_share_of_its_size_that_the_rule_asks():
    # The secret 100 must have a range of a fifth of its highest value; its partner is 300 and can give way.
    changes = {"width": np.zeros(3), "relative_width": np.array([0.2, 0.0, 0.0]), "upper": np.full(3, np.inf)}
    system = sparse(system_of([100, 300, 400], [[1, 1, -1]], (0,), **changes, costs=np.array([0.0, 1.0, np.inf])))
    assert exposed_cells(system, system.is_secret) == {0: pytest.approx((100, 100))}
    assert complementary_pattern(system).hidden.tolist() == [True, True, False]


def partners(amounts: list[float], **changes: object) -> list[int]:
    """Return what is hidden beside the first amount, which adds up with the others to a last one that cannot be hidden."""
    system = system_of(amounts, [[1.0] * (len(amounts) - 1) + [-1.0]], (0,), width=np.zeros(len(amounts)), **changes)
    return secondary._partners(system, system.amounts, np.arange(len(amounts)) == 0, 0).tolist()


@pytest.mark.parametrize(("secret", "expected"), [(16.0, [1]), (20.0, [1, 2])])
def test_a_secret_must_be_able_to_move_by_five_quarters_of_its_share(secret, expected):
    # A fifth of 16 or 20, times 1.25: 4 or 5. The cheaper partner has 4 to give.
    relative = np.array([0.2, 0.0, 0.0, 0.0])
    costs, upper = np.array([0.0, 1.0, 2.0, np.inf]), np.full(4, np.inf)
    assert partners([secret, 4.0, 10.0, secret + 14], relative_width=relative, costs=costs, upper=upper) == expected


@pytest.mark.parametrize(("lower", "expected"), [(0.0, [1, 2]), (17.5, [1]), (18.0, [1])])
def test_what_cannot_move_up_moves_down_as_far_as_it_may(lower, expected):
    # 5 in all: 2 up to its upper bound, and 3 down unless its lower bound is nearer. The cheaper partner can take 2.5 more.
    found = partners(
        [20.0, 4.0, 10.0, 34.0],
        relative_width=np.array([0.2, 0.0, 0.0, 0.0]),
        costs=np.array([0.0, 1.0, 2.0, np.inf]),
        lower=np.array([lower, 0.0, 0.0, 0.0]),
        upper=np.array([22.0, 6.5, np.inf, np.inf]),
    )
    assert found == expected


def test_what_is_hidden_already_costs_nothing():
    # The second is hidden and dear, the third cheap: it stays shown.
    system = system_of([5, 50, 50, 105], [[1.0, 1.0, 1.0, -1.0]], (0,), costs=np.array([0.0, 9.0, 0.5, np.inf]))
    moved = secondary._cheapest_change(system, system.amounts, np.array([True, True, False, False]), 0, 4.0)
    assert moved.tolist() == [True, True, False, False]
    fresh = secondary._cheapest_change(system, system.amounts, np.array([True, False, False, False]), 0, 4.0)
    assert fresh.tolist() == [True, False, True, False]
    # Nothing can give 56, so no change is found.
    alone = system_of([5, 50, 55], [[1.0, 1.0, -1.0]], (0,), costs=np.array([0.0, 1.0, np.inf]), upper=np.full(3, np.inf))
    assert not secondary._cheapest_change(alone, alone.amounts, np.array([True, False, False]), 0, 51.0).any()
    assert secondary._cheapest_change(alone, alone.amounts, np.array([True, False, False]), 0, 50.0).tolist() == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("step", "upper", "lower", "expected"),
    [
        (2.0, 9.0, 2.0, [0, 1]),  # the cheap one gives 2
        (2.0, 9.0, 2.1, [0, 1, 2]),
        (2.0, 9.0, 4.0, [0, 2]),  # it stands at its lower bound
        (-2.0, 6.0, 0.0, [0, 1]),  # it takes 2
        (-2.0, 5.9, 0.0, [0, 1, 2]),
        (-2.0, 4.0, 0.0, [0, 2]),  # it stands at its upper bound
        (-2.0, 3.0, 0.0, [0, 2]),  # or above it: what is published may be rounded
    ],
)
def test_the_cheapest_partner_moves_as_far_as_its_bounds(step, upper, lower, expected):
    # 20 + 4 + 10 = 34; the second costs 1 and the third 2.
    system = system_of(
        [20, 4, 10, 34],
        [[1.0, 1.0, 1.0, -1.0]],
        (0,),
        costs=np.array([0.0, 1.0, 2.0, np.inf]),
        upper=np.array([np.inf, upper, np.inf, np.inf]),
        lower=np.array([0.0, lower, 0.0, 0.0]),
    )
    moved = secondary._cheapest_change(system, system.amounts, np.arange(4) == 0, 0, step)
    assert np.flatnonzero(moved).tolist() == expected


def test_a_secret_in_a_later_sum_and_one_of_two_equal_amounts_are_protected():
    later = sparse(system_of([7, 8, 15, 5, 50, 55], [[1, 1, -1, 0, 0, 0], [0, 0, 0, 1, 1, -1]], (3,)))
    assert complementary_pattern(later).hidden.tolist() == [False, False, False, True, True, False]
    assert complementary_pattern(later).protects == {4: 3}
    twin = sparse(system_of([5, 5], [[1, -1]], (0,)))
    assert complementary_pattern(twin).hidden.tolist() == [True, True]
    assert exposed_cells(twin, np.array([True, False])) == {0: pytest.approx((5, 5))}


def test_a_secret_that_is_shown_on_purpose_is_not_examined():
    system = sparse(system_of([5, 50, 55], [[1, 1, -1]], (0,)))
    assert exposed_cells(system, np.array([False, True, False])) == {}


def test_partners_are_those_of_the_cheapest_change_before_any_is_shown_again(monkeypatch):
    # For 9 the second (1 to give, cost 1) and the third (20, cost 1.5) cost 1 + 12; the third alone 13.5. It suffices, though.
    costs = np.array([0.0, 1.0, 1.5, 3.0, np.inf])
    system = sparse(system_of([0, 1, 20, 30, 51], [[1, 1, 1, 1, -1]], (0,), costs=costs))
    assert complementary_pattern(system).protects == {2: 0}
    monkeypatch.setattr(secondary, "_thinned", lambda _system, _point, pattern: pattern)
    found = complementary_pattern(system)
    assert (found.protects, found.hidden.tolist()) == ({1: 0, 2: 0}, [True, True, True, False, False])


def test_when_no_change_is_found_everything_that_may_be_is_hidden(monkeypatch):
    # The partners can give 8 where 9 is asked.
    system = sparse(system_of([0, 4, 4, 8], [[1, 1, 1, -1]], (0,), costs=np.array([0.0, 1.0, 1.0, np.inf])))
    assert complementary_pattern(system).hidden.tolist() == [True, True, True, False]
    monkeypatch.setattr(secondary, "_thinned", lambda _system, _point, pattern: pattern)
    assert complementary_pattern(system).protects == {1: 0, 2: 0}
