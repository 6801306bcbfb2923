"""The whole protection on tables of three or four figures: what is hidden, for which reason, and what an audit finds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lwo_analysis.disclosure import attack, exposures, protect, secondary
from lwo_analysis.disclosure.policy import AreaSum, Composition, DisclosurePolicy, Rule
from lwo_analysis.disclosure.protect import check_protected
from lwo_analysis.disclosure.secondary import complementary_pattern, exposed_cells
from lwo_analysis.errors import OutputError
from tests.disclosure.test_cells import FOUR, PARTS, TOWN, count, share, table
from tests.disclosure.test_numerics import range_of, sparse, system_of

TEN = Rule("r", "", "", origins=("register",), minimum_numerator=10, known_below=10)
POLICY = DisclosurePolicy((TEN,), TOWN, indicators=PARTS)
WITHHELD = share(None, 1000.0, area_id="a", status="suppressed")


def causes(rows: list[dict], policy: DisclosurePolicy = POLICY) -> dict[str, str]:
    """Return the cause of every hidden row by area."""
    hidden = protect(table(*rows), policy).hidden
    return dict(zip(hidden["area_id"], hidden["cause"], strict=True))


def test_a_small_figure_hides_behind_the_cheapest_other_one() -> None:
    # b costs 1 + ln 41, c 1 + ln 61, the total 1 + ln 105.
    found = protect(table(*FOUR), POLICY)
    assert causes(FOUR) == {"a": "rule", "b": "secondary"}
    assert found.suppressed == 2
    assert found.hidden["why"].tolist() == ["rests on too few", "would give away share of a in 2020"]
    assert found.observations["status"].tolist() == ["suppressed", "suppressed", "final", "final"]


def test_what_an_area_costs_decides_which_one_goes() -> None:
    assert causes(FOUR, replace(POLICY, area_costs={"b": 2.0})) == {"a": "rule", "c": "secondary"}
    assert causes(FOUR, replace(POLICY, area_costs={"b": 2.0, "c": 2.0})) == {"a": "rule", "town": "secondary"}


def test_what_the_provider_left_out_is_protected_and_is_not_counted_as_ours() -> None:
    rows = [WITHHELD, *FOUR[1:]]
    found = protect(table(*rows), POLICY)
    assert causes(rows) == {"a": "provider", "b": "secondary"}
    assert found.suppressed == 1
    assert found.hidden["why"].tolist() == ["left out by the provider", "would give away share of a in 2020"]


def test_without_the_second_step_only_the_small_figure_goes() -> None:
    found = protect(table(*FOUR), POLICY, secondary=False)
    assert (found.suppressed, found.hidden["area_id"].tolist()) == (1, ["a"])


def test_a_figure_that_no_sum_ties_goes_alone_and_a_figure_of_ten_stays() -> None:
    assert causes(FOUR, replace(POLICY, area_sums={})) == {"a": "rule"}
    ten = [share(10.0, 1000.0), *FOUR[1:3], share(110.0, 1000.0, area_id="town")]
    assert causes(ten) == {}


def test_every_row_with_the_same_amount_goes_with_it() -> None:
    # Dwellers are counted in a row of their own and stand below the line of a share; their number is 7.
    rule = Rule("r", "", "", origins=("register",), minimum_count=10)
    rows = [count("residents", 7.0), share(7.0, 7.0)]
    found = protect(table(*rows), DisclosurePolicy((rule,), indicators=PARTS)).hidden
    assert found["cause"].tolist() == ["rule", "secondary"]
    assert found["why"].tolist() == ["rests on too few", "would give away residents of a in 2020"]


def test_the_audit_names_what_follows_with_its_range() -> None:
    alone = protect(table(*FOUR), POLICY, secondary=False).observations
    found = exposures(alone, POLICY)
    # 104 - 40 - 60 = 4.
    assert found[["quantity", "area_id", "year"]].to_numpy().tolist() == [["people", "a", 2020]]
    assert found[["lowest", "highest"]].to_numpy(float).tolist() == [pytest.approx([4.0, 4.0])]
    with pytest.raises(OutputError, match=r"^here: expected no hidden .*, found 1, first people of a in 2020; "):
        check_protected(alone, POLICY, where="here")
    check_protected(protect(table(*FOUR), POLICY).observations, POLICY, where="here")


def test_the_audit_takes_nothing_as_known_of_what_is_hidden_for_another() -> None:
    # a and b are both hidden and may be 0 to 44 of 104 - 60; the rule alone would say 0 to 9 of each, which cannot add up to 44.
    assert len(exposures(protect(table(*FOUR), POLICY).observations, POLICY)) == 0


def test_a_part_of_the_whole_hides_behind_another_part() -> None:
    # 4 young and 996 old are the 1,000 that everybody knows: the young follow from the old.
    rows = [share(4.0, 1000.0, indicator_id="young"), share(996.0, 1000.0, indicator_id="old")]
    policy = DisclosurePolicy((TEN,), compositions=(Composition("residents", ("young", "old")),), indicators=PARTS)
    hidden = protect(table(*rows), policy).hidden
    assert hidden[["indicator_id", "cause"]].to_numpy().tolist() == [["young", "rule"], ["old", "secondary"]]
    # With a part that nobody measures the young are anything up to what 900 old leave, and may stay alone.
    loose = replace(policy, compositions=(Composition("residents", ("young", "old"), exhaustive=False),))
    fewer = [rows[0], share(900.0, 1000.0, indicator_id="old")]
    assert protect(table(*fewer), loose).hidden["cause"].tolist() == ["rule"]
    assert len(protect(table(*rows), loose).hidden) == 2  # 996 leave no more than 4


def test_two_tables_that_no_sum_ties_are_protected_apart() -> None:
    other = [row | {"year": 2021} for row in FOUR]
    found = protect(table(*FOUR, *other), POLICY).hidden
    assert found[["area_id", "year"]].to_numpy().tolist() == [["a", 2020], ["b", 2020], ["a", 2021], ["b", 2021]]


# --- patterns of sums ---------------------------------------------------------------------------------------------------------


def test_a_secret_in_two_sums_hides_in_both() -> None:
    # Rows 5 + 50 = 55 and 40 + 60 = 100, columns 5 + 40 = 45 and 50 + 60 = 110; totals may not go. All four must.
    sums = [[1, 1, 0, 0, -1, 0, 0, 0], [0, 0, 1, 1, 0, -1, 0, 0], [1, 0, 1, 0, 0, 0, -1, 0], [0, 1, 0, 1, 0, 0, 0, -1]]
    costs = np.array([0.0, 1.0, 1.0, 1.0, *[np.inf] * 4])
    system = sparse(system_of([5, 50, 40, 60, 55, 100, 45, 110], sums, (0,), costs=costs))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True] * 4 + [False] * 4
    assert found.protects == {1: 0, 2: 0, 3: 0}
    three = np.array([True, True, True, False, False, False, False, False])
    assert exposed_cells(system, three) == {0: pytest.approx((5, 5))}


def test_an_amount_that_is_not_needed_after_all_is_shown_again() -> None:
    # For the secret 4 (0 to 9) the pair 3 + 3 is too small below and 50 is dearer; with 50 hidden the pair is shown again.
    costs = np.array([0.0, 1.0, 1.0, 5.0, np.inf])
    system = sparse(system_of([4, 1, 1, 50, 56], [[1, 1, 1, 1, -1]], (0,), costs=costs))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True, False, False, True, False]
    assert found.protects == {3: 0}


def test_what_cannot_be_protected_hides_all_that_may_be_hidden() -> None:
    # The secret 5 has one partner of 2: together 7, so 0 to 7 is all there can be; the rest of the sum may not go.
    system = sparse(system_of([5, 2, 93, 100], [[1, 1, 1, -1]], (0,), costs=np.array([0.0, 1.0, np.inf, np.inf])))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True, True, False, False]
    assert exposed_cells(system, found.hidden) == {0: pytest.approx((0, 7))}


def test_an_unknown_amount_is_hidden_already_and_costs_nothing() -> None:
    # 5 + x + 45 = 100, where nobody publishes x: 50 and 0 to 55 together with the secret.
    system = sparse(system_of([5, np.nan, 45, 100], [[1, 1, 1, -1]], (0,), costs=np.array([0.0, np.inf, 1.0, np.inf])))
    found = complementary_pattern(system)
    assert found.hidden.tolist() == [True, True, False, False]
    assert found.protects == {}


def test_a_sum_of_areas_that_is_hidden_itself_needs_a_partner_too() -> None:
    small = [share(people, 1000.0, area_id=area) for area, people in {"a": 2.0, "b": 3.0, "town": 5.0, "c": 0.0}.items()]
    found = protect(table(*small), DisclosurePolicy((TEN,), {"": (AreaSum("town", ("a", "b", "c")),)}, indicators=PARTS))
    assert found.hidden["cause"].tolist() == ["rule"] * 4


def test_when_the_first_pass_of_the_solver_cannot_tell_the_second_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    # Status 4 says so; here every first pass gives it. 15 + 25 + 60 = 100, as in the tests of ranges.
    solve = attack.linprog

    def unsure(*arguments: object, **options: object) -> object:
        found = solve(*arguments, **options)
        found.status = found.status if "options" in options else 4
        return found

    monkeypatch.setattr(attack, "linprog", unsure)
    system = system_of([15, 25, 60, 100], [[1, 1, 1, -1]])
    assert range_of(system, (0, 1), 0) == pytest.approx((0, 40))
    assert range_of(system, (0, 3), 0) == pytest.approx((0, np.inf))


def test_a_solver_that_fails_leaves_an_amount_unprotected_so_that_more_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attack, "linprog", lambda *_, **__: SimpleNamespace(status=2, fun=None))
    assert range_of(system_of([15, 25, 60, 100], [[1, 1, 1, -1]]), (0, 1), 0) == (0, 0)


def test_what_moves_up_is_free_to_move_down() -> None:
    # The secret 5 must be able to be 0 and 9. Up by 4: b gives 4, for a has nothing. Down by 5: b takes it, hidden already;
    # a, the cheaper one by itself, is not needed.
    system = system_of([5, 0, 50, 55], [[1, 1, 1, -1]], (0,), costs=np.array([0.0, 1.0, 2.0, np.inf]))
    found = secondary._partners(system, system.amounts, system.is_secret, 0)
    assert found.tolist() == [2]


def test_a_mean_that_has_moved_up_enough_need_not_move_down() -> None:
    # The secret 100 must have a range of a fifth, 25 of 125. Up by 25: only the third, of 50, can give. Nothing is left to ask
    # below, for which it would be the second, as the third can take nothing.
    tops = np.array([np.inf, np.inf, 50.0, np.inf])
    asked = {"width": np.zeros(4), "relative_width": np.array([0.2, 0.0, 0.0, 0.0]), "upper": tops}
    system = system_of([100, 0, 50, 150], [[1, 1, 1, -1]], (0,), **asked, costs=np.array([0.0, 1.0, 2.0, np.inf]))
    assert secondary._partners(system, system.amounts, system.is_secret, 0).tolist() == [2]
