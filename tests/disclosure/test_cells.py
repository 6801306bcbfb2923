"""From rows to amounts and sums: tables of three or four figures; every expected number is arithmetic by hand."""

from __future__ import annotations

from math import inf, log, nan

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.disclosure.cells import CellSystem, cell_system
from lwo_analysis.disclosure.policy import (
    AreaMean,
    AreaSum,
    Composition,
    DisclosurePolicy,
    IndicatorParts,
    Rule,
    YearSum,
)
from lwo_analysis.disclosure.rules import (
    amounts_of_rows,
    rounded_counts,
    rules_of_rows,
    suppress_small,
    without_figures,
)

RULE = Rule(
    "r",
    "",
    "",
    origins=("register",),
    minimum_numerator=20,
    minimum_denominator=100,
    minimum_count=5,
    minimum_n=50,
    known_below=5,
)
PARTS = {
    "share": IndicatorParts("people", "residents", 100.0, is_share=True),
    "rate": IndicatorParts("crimes", "residents", 1000.0),
    "count": IndicatorParts("dogs"),
    "mean": IndicatorParts("euros", "dwellings", 10.0, is_mean=True),
    "residents": IndicatorParts("residents"),
    "young": IndicatorParts("young", "residents", 100.0, is_share=True),
    "old": IndicatorParts("old", "residents", 100.0, is_share=True),
    "pooled": IndicatorParts("crimes of three years"),
    "yearly": IndicatorParts("crimes of a year"),
}
TOWN = {"": (AreaSum("town", ("a", "b", "c")),)}
NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "n")


def table(*rows: dict) -> pd.DataFrame:
    """Return rows of the observation table, final and of one register where nothing else is said."""
    usual = {"area_id": "a", "year": 2020, "status": "final", "origin": "register", "source_id": "s"} | dict.fromkeys(NUMBERS)
    frame = pd.DataFrame([usual | row for row in rows])
    return frame.astype(dict.fromkeys(NUMBERS, "Float64") | {"year": "Int64"})


def share(people: float | None, residents: float, **changes: object) -> dict:
    value = None if people is None else 100 * people / residents
    return {"indicator_id": "share", "value": value, "numerator": people, "denominator": residents, "n": residents} | changes


def count(indicator: str, number: float | None, **changes: object) -> dict:
    return {"indicator_id": indicator, "value": number, "numerator": number, "n": number} | changes


def policy(rule: Rule = RULE, **changes: object) -> DisclosurePolicy:
    return DisclosurePolicy((rule,), **({"indicators": PARTS} | changes))


def judged(row: dict, rule: Rule = RULE) -> pd.Series:
    return amounts_of_rows(table(row), policy(rule)).iloc[0]


def system(rows: list[dict], rule: Rule | None = None, **changes: object) -> CellSystem:
    rules = policy(rule or Rule("r", "", "", origins=("register",), minimum_numerator=10), **changes)
    frame = table(*rows)
    return cell_system(amounts_of_rows(frame, rules), frame["source_id"], rules)


def sums_of(found: CellSystem) -> list[dict]:
    """Return every sum as its factors by cell; the year is left out where all are of 2020."""
    dense = found.relations.toarray()
    short = [name[:2] if name[2] == 2020 else name for name in found.names]
    return [{short[cell]: row[cell] for cell in np.flatnonzero(row)} for row in dense]


# --- what a row says, and what its rule makes of it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "amount", "below_amount"),
    [
        (share(30.0, 400.0), 30.0, 400.0),
        (share(None, 400.0, value=2.5), 10.0, 400.0),  # 2.5 % of 400
        (share(None, 400.0), nan, 400.0),
        ({"indicator_id": "rate", "value": 50.0, "denominator": 400.0}, 20.0, 400.0),  # 50 per 1,000
        ({"indicator_id": "share", "value": 2.5, "n": 400.0}, nan, nan),  # nobody says of how many it is a share
        ({"indicator_id": "count", "value": 7.0}, 7.0, nan),
        (count("count", 8.0, value=7.0), 8.0, nan),
        ({"indicator_id": "mean", "value": 250.0, "n": 40.0, "denominator": 9.0}, 1000.0, 40.0),  # 250 x 40 / 10
        ({"indicator_id": "mean", "value": 250.0}, nan, nan),
    ],
    ids=str,
)
def test_a_row_says_an_amount_above_and_one_below_the_line(row, amount, below_amount):
    found = judged(row)
    assert [found["amount"], found["below_amount"]] == pytest.approx([amount, below_amount], nan_ok=True)


@pytest.mark.parametrize(
    ("row", "too_small", "largest", "width"),
    [
        # A reader of a share below 20 knows: 0 to 19.
        (share(19.0, 400.0), True, 19, 19),
        (share(20.0, 400.0), False, 400, 19),  # a part is no larger than its whole
        (share(19.0, 12.0), True, 19, 19),  # more than its whole, by rounding: then as large as it is
        (share(13.0, 12.0), True, 13, 13),
        (share(None, 12.0, status="suppressed"), False, 4, 4),  # the provider hides below 5
        (share(None, 3.0, status="suppressed"), False, 3, 3),
        (share(50.0, 99.0), True, 99, 19),  # hidden for its base of 99, not for its count
        (share(50.0, 100.0), False, 100, 19),
        (share(50.0, 100.0, n=49.0), True, 100, 19),
        (share(50.0, 100.0, n=50.0), False, 100, 19),
        ({"indicator_id": "rate", "value": 20.0, "numerator": 20.0, "denominator": 1000.0}, False, inf, 19),
        ({"indicator_id": "rate", "value": 19.0, "numerator": 19.0, "denominator": 1000.0}, True, 19, 19),
        # A rule that says less than nine leaves the range of 0 to 9 where the rest allows it.
        (count("count", 4.0, n=None), True, 4, 4),
        (count("count", 5.0, n=None), False, inf, 9),
        (count("count", None, status="suppressed"), False, 4, 4),
        ({"indicator_id": "mean", "value": 250.0, "n": 49.0}, True, inf, 0),
        ({"indicator_id": "mean", "value": 250.0, "n": 50.0}, False, inf, 0),
        ({"indicator_id": "mean", "status": "suppressed"}, False, inf, 0),
    ],
    ids=str,
)
def test_the_rule_says_what_is_too_small_and_how_unknown_it_stays(row, too_small, largest, width):
    found = judged(row)
    assert (found["too_small"], found["largest"], found["width"]) == (too_small, largest, width)
    assert found["withheld"] == (row.get("status") == "suppressed")
    assert found["relative_width"] == (0.2 if row["indicator_id"] == "mean" else 0.0)
    assert not found["exempt"]


def test_what_is_printed_already_is_neither_small_nor_withheld():
    open_rule = Rule("p", "", "", origins=("register",), minimum_numerator=20, exempt=True)
    for row in (share(1.0, 400.0), share(None, 400.0, status="suppressed")):
        found = judged(row, open_rule)
        assert (found["exempt"], found["too_small"], found["withheld"]) == (True, False, False)


def test_a_row_without_a_year_gets_minus_one():
    assert judged(share(30.0, 400.0, year=None))["year"] == -1


@pytest.mark.parametrize(
    ("rows", "scale", "below", "is_mean"),
    [
        ([(5.0, 50.0, 1000.0)], 100.0, "indicator x, denominator", False),  # 5 x 1,000 / 50
        ([(50.0, 50.0, 1000.0)], 1000.0, "indicator x, denominator", False),
        (
            [(50.0, 50.0, 1000.0), (80.0, 8.0, 100.0), (3.0, 3.0, 100.0)],
            1000.0,
            "indicator x, denominator",
            False,
        ),  # the middle one
        ([(0.0, 0.0, 1000.0)], 100.0, "indicator x, denominator", False),  # 0 over 0 says nothing
        ([(3.0, 0.0, 1000.0)], 100.0, "indicator x, denominator", False),
        ([(7.0, 7.0, None)], 1.0, "", False),
        ([(7.0, None, None)], 1.0, "indicator x, weight", True),
    ],
    ids=str,
)
def test_an_unknown_indicator_is_read_from_its_rows(rows, scale, below, is_mean):
    names = ("value", "numerator", "denominator")
    frame = table(*({"indicator_id": "x", **dict(zip(names, row, strict=True))} for row in rows))
    found = amounts_of_rows(frame, policy()).iloc[0]
    assert (found["scale"], found["below"], found["quantity"]) == (scale, below, "indicator x")
    assert found["relative_width"] == (0.2 if is_mean else 0.0)


def test_the_rule_of_a_source_wins_and_every_row_gets_its_own():
    rules = (Rule("o", "", "", origins=("register",)), Rule("s", "", "", sources=("t",)))
    frame = table(share(1.0, 2.0), share(1.0, 2.0, source_id="t"), share(1.0, 2.0)).set_index(pd.Index([7, 8, 9]))
    found = rules_of_rows(frame, DisclosurePolicy(rules))
    assert found.map(lambda rule: rule.id).to_dict() == {7: "o", 8: "s", 9: "o"}


def test_nothing_is_left_of_a_figure_that_is_hidden():
    frame = table(share(30.0, 400.0, lower=7.0, upper=8.0), share(40.0, 400.0, lower=9.0, upper=11.0))
    found = without_figures(frame, pd.Series([True, False]))
    assert found.loc[0, list(NUMBERS)].isna().all()
    assert found.loc[1, list(NUMBERS)].tolist() == [10.0, 9.0, 11.0, 40.0, 400.0, 400.0]
    assert found["status"].tolist() == ["suppressed", "final"]


def test_the_first_step_hides_below_ten_of_a_hundred_and_counts_what_it_hid():
    rows = [share(9.0, 100.0), share(10.0, 100.0), share(50.0, 99.0), share(None, 50.0), count("count", 3.0)]
    found = suppress_small(table(*rows))
    assert found.observations["status"].tolist() == ["suppressed", "final", "suppressed", "final", "final"]
    assert found.suppressed == 2
    assert suppress_small(table(*rows), minimum_numerator=9, minimum_denominator=99).suppressed == 0


# --- rounding -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "rounded"), [(0, 0), (2, 0), (2.5, 5), (3, 5), (52, 50), (52.5, 55), (53, 55), (55, 55)])
def test_counts_leave_as_the_nearest_five_and_halves_go_up(number, rounded):
    found = rounded_counts(table(count("count", float(number))), policy(Rule("r", "", "", origins=("register",), rounding=5)))
    assert found.loc[0, ["value", "numerator", "n"]].tolist() == [rounded] * 3


def test_a_share_follows_its_rounded_counts_and_takes_its_interval_along():
    rule = Rule("r", "", "", origins=("register",), rounding=10)
    rows = [share(52.0, 204.0, lower=20.0, upper=30.0), share(0.0, 204.0), share(None, 204.0, value=25.0)]
    found = rounded_counts(table(*rows), policy(rule))
    # 52 of 204 becomes 50 of 200, 25 %; that is 25.4902 - 0.4902, so its interval is 19.5098 to 29.5098.
    assert found.loc[0, list(NUMBERS)].tolist() == pytest.approx([25.0, 20 - 0.490196, 30 - 0.490196, 50, 200, 200], abs=1e-6)
    assert found.loc[1, ["value", "numerator", "denominator"]].tolist() == [0.0, 0.0, 200.0]
    assert found.loc[2, ["value", "denominator", "n"]].tolist() == [25.0, 204.0, 204.0]  # no count above the line


def test_only_the_rows_of_a_rule_with_a_base_are_rounded():
    rules = (Rule("o", "", "", origins=("register",)), Rule("s", "", "", sources=("t",), rounding=5))
    frame = table(count("count", 52.0), count("count", 52.0, source_id="t"))
    assert rounded_counts(frame, DisclosurePolicy(rules, indicators=PARTS))["numerator"].tolist() == [52.0, 50.0]


# --- the amounts --------------------------------------------------------------------------------------------------------------

FOUR = [share(people, 1000.0, area_id=area) for area, people in {"a": 4.0, "b": 40.0, "c": 60.0, "town": 104.0}.items()]


def test_a_sum_of_three_areas():
    found = system(FOUR, area_sums=TOWN)
    assert [name[1] for name in found.names] == ["a", "b", "c", "town"]
    assert found.names[0] == ("people", "a", 2020)
    assert found.amounts.tolist() == [4, 40, 60, 104]
    assert found.relations.toarray().tolist() == [[1, 1, 1, -1]]
    assert found.sides.tolist() == [0]
    assert found.is_secret.tolist() == [True, False, False, False]
    assert found.upper.tolist() == [9, 1000, 1000, 1000]
    assert found.lower.tolist() == [0, 0, 0, 0]
    assert found.width.tolist() == [9, 9, 9, 9]
    assert found.relative_width.tolist() == [0, 0, 0, 0]
    assert [positions.tolist() for positions in found.publishers] == [[0], [1], [2], [3]]


def test_hiding_costs_by_area_by_rows_and_by_usual_size():
    # The base of a share is published as a count too, so two rows go with it; the usual size is the median of 2020 and 2021.
    rows = [
        count("residents", 1000.0),
        share(30.0, 1000.0),
        share(50.0, 1200.0, year=2021),
        count("residents", 2000.0, area_id="b"),
    ]
    found = system(rows, area_costs={"b": 3.0})
    costs = dict(zip(found.names, found.costs, strict=True))
    # By order of name and area: people of a 1, residents of a 2, residents of b 3 millionths.
    assert costs["people", "a", 2020] == pytest.approx((1 + log(41)) * 1.000001, rel=1e-12)
    assert costs["people", "a", 2021] == costs["people", "a", 2020]
    assert costs["residents", "a", 2020] == pytest.approx(2 * (1 + log(1001)) * 1.000002, rel=1e-12)
    assert costs["residents", "b", 2020] == pytest.approx(3 * (1 + log(2001)) * 1.000003, rel=1e-12)


def test_an_amount_that_no_row_publishes_cannot_be_hidden():
    found = system(FOUR[:2] + FOUR[3:], area_sums=TOWN)
    assert found.names[-1] == ("people", "c", 2020)
    assert np.isnan(found.amounts[-1])
    assert found.costs[-1] == inf
    assert np.isfinite(found.costs[:-1]).all()
    assert (found.lower[-1], found.upper[-1], found.width[-1], found.is_secret[-1]) == (0, inf, 0, False)
    assert found.publishers[-1].tolist() == []


def test_a_withheld_count_is_known_from_the_base_of_a_share_and_stays_secret():
    rows = [count("residents", None, status="suppressed"), share(30.0, 1000.0)]
    found = system(rows)
    residents = found.names.index(("residents", "a", 2020))
    assert (found.amounts[residents], found.is_secret[residents]) == (1000.0, True)
    assert found.publishers[residents].tolist() == [0, 1]


def test_two_rows_with_one_amount_take_the_narrowest_bound_and_the_widest_range():
    loose = Rule("o", "", "", origins=("register",))
    strict = Rule("s", "", "", sources=("t",), minimum_numerator=21)
    rows = table(share(15.0, 1000.0), share(15.0, 1000.0, source_id="t"))
    rules = DisclosurePolicy((loose, strict), indicators=PARTS)
    found = cell_system(amounts_of_rows(rows, rules), rows["source_id"], rules)
    assert (found.upper.tolist(), found.width.tolist(), found.is_secret.tolist()) == ([20], [20], [True])


def test_an_amount_may_be_below_nought_where_one_of_its_kind_is():
    rows = [{"indicator_id": "mean", "value": value, "n": 60.0, "area_id": area} for area, value in {"a": -5.0, "b": 0.0}.items()]
    assert system(rows).lower.tolist() == [-inf, -inf]
    assert system(rows[1:]).lower.tolist() == [0]


def test_rows_without_a_year_or_free_of_rules_take_no_part():
    rules = (Rule("o", "", "", origins=("register",)), Rule("p", "", "", sources=("print",), exempt=True))
    frame = table(share(15.0, 1000.0), share(15.0, 1000.0, year=None), share(15.0, 1000.0, source_id="print", area_id="b"))
    found = cell_system(
        amounts_of_rows(frame, DisclosurePolicy(rules, indicators=PARTS)), frame["source_id"], DisclosurePolicy(rules)
    )
    assert found.names == (("people", "a", 2020),)
    assert found.relations.shape == (0, 1)


# --- the sums -----------------------------------------------------------------------------------------------------------------


def areas_summed(present: str, sums: tuple[AreaSum, ...]) -> list[dict]:
    return sums_of(system([count("count", 50.0, area_id=name) for name in present], area_sums={"": sums}))


@pytest.mark.parametrize(
    ("present", "wholes"),
    [
        ("abT", ["T"]),
        ("ab", []),  # a total that nobody shows and that is in no other sum
        ("aT", ["T"]),
        ("a", []),
        ("T", []),
        ("abcR", ["T", "R"]),  # a + b = T and T + c = R, so a + b + c = R
        ("abc", []),  # without R the second sum falls, and then the first
    ],
)
def test_a_sum_counts_when_a_reader_can_use_it(present, wholes):
    found = areas_summed(present, (AreaSum("T", ("a", "b")), AreaSum("R", ("T", "c"))))
    parts = {
        "T": {("dogs", "a"): 1, ("dogs", "b"): 1, ("dogs", "T"): -1},
        "R": {("dogs", "T"): 1, ("dogs", "c"): 1, ("dogs", "R"): -1},
    }
    assert found == [parts[whole] for whole in wholes]


def test_a_source_with_sums_of_its_own_does_not_use_the_usual_ones():
    rows = [count("count", 50.0, area_id=name, source_id=source) for source in ("s", "t") for name in "abT"]
    found = system(rows, area_sums={"": (AreaSum("T", ("a", "b")),), "t": (AreaSum("a", ("b", "T")),)})
    kinds = [{("dogs", "a"): 1, ("dogs", "b"): 1, ("dogs", "T"): -1}, {("dogs", "b"): 1, ("dogs", "T"): 1, ("dogs", "a"): -1}]
    assert sums_of(found) == kinds


@pytest.mark.parametrize("exhaustive", [True, False])
def test_parts_add_up_to_a_base_that_everybody_knows(exhaustive):
    rows = [share(300.0, 1000.0, indicator_id="young"), share(700.0, 1000.0, indicator_id="old")]
    whole = Composition("residents", ("young", "old"), exhaustive=exhaustive)
    found = system(rows, compositions=(whole,))
    rest = {} if exhaustive else {("rest of residents beside ('young', 'old')", "a"): 1}
    assert sums_of(found) == [{("young", "a"): 1, ("old", "a"): 1} | rest]
    assert found.sides.tolist() == [1000]  # young + old = 1,000


def test_parts_add_up_to_a_total_that_is_published():
    rows = [share(300.0, 1000.0, indicator_id="young"), count("residents", 1000.0)]
    found = system(rows, compositions=(Composition("residents", ("young", "old")),))
    assert sums_of(found) == [{("young", "a"): 1, ("old", "a"): 1, ("residents", "a"): -1}]
    assert found.sides.tolist() == [0]
    assert sums_of(system(rows[1:], compositions=(Composition("residents", ("young", "old")),))) == []
    no_total = [count("count", 5.0)]
    assert sums_of(system(no_total, compositions=(Composition("residents", ("dogs", "old")),))) == []


def test_pooled_years_are_the_year_and_those_before_it():
    rows = [count("pooled", 60.0), *(count("yearly", 20.0, year=year) for year in (2018, 2019, 2020, 2021))]
    found = system(rows, year_sums=(YearSum("crimes of three years", "crimes of a year", 3),))
    part = "crimes of a year"
    assert sums_of(found) == [{(part, "a"): 1, (part, "a", 2019): 1, (part, "a", 2018): 1, ("crimes of three years", "a"): -1}]


MEAN = (AreaMean("m", ("a", "b", "c")),)


def test_the_mean_of_shares_is_tied_to_counts_over_their_bases():
    # The mean of three: 100/1,000 x A + 100/500 x B + C, where of c only its percentage is known, is three times the mean.
    rows = [
        share(100.0, 1000.0),
        share(100.0, 500.0, area_id="b"),
        {"indicator_id": "share", "area_id": "c", "value": 33.0},
        {"indicator_id": "share", "area_id": "m", "value": 21.0},
    ]
    found = system(rows, area_means=MEAN)
    value = "value of share"
    tied = {("people", "a"): 0.1, ("people", "b"): 0.2, (value, "c"): 1.0, (value, "m"): -3.0}
    assert sums_of(found) == [pytest.approx(tied)]
    amounts = dict(zip(found.names, found.amounts, strict=True))
    assert (amounts[value, "c", 2020], amounts[value, "m", 2020]) == (33.0, 21.0)
    assert found.publishers[found.names.index((value, "m", 2020))].tolist() == [3]


def test_a_member_whose_base_nobody_knows_is_given_the_usual_one():
    # Factors of 0.1, 0.2 and 0.5 have 0.2 in the middle.
    rows = [
        share(100.0, 1000.0),
        share(100.0, 500.0, area_id="b"),
        share(100.0, 200.0, area_id="c"),
        {"indicator_id": "share", "area_id": "d", "status": "suppressed"},
        {"indicator_id": "share", "area_id": "m", "value": 21.0},
    ]
    found = system(rows, area_means=(AreaMean("m", ("a", "b", "c", "d")),))
    factors = {
        ("people", "a"): 0.1,
        ("people", "b"): 0.2,
        ("people", "c"): 0.5,
        ("people", "d"): 0.2,
        ("value of share", "m"): -4.0,
    }
    assert sums_of(found) == [pytest.approx(factors)]
    nobody = system([rows[3], rows[4]], area_means=(AreaMean("m", ("d",)),))
    assert sums_of(nobody) == [{("people", "d"): 1.0, ("value of share", "m"): -1.0}]


def test_a_mean_of_counts_has_no_base():
    rows = [count("count", 30.0), count("count", 50.0, area_id="b"), {"indicator_id": "count", "area_id": "m", "value": 40.0}]
    found = system(rows, area_means=(AreaMean("m", ("a", "b")),))
    assert sums_of(found) == [{("dogs", "a"): 1.0, ("dogs", "b"): 1.0, ("value of count", "m"): -2.0}]


def test_a_mean_that_is_not_shown_or_has_no_members_ties_nothing():
    hidden_mean = {"indicator_id": "share", "area_id": "m", "status": "suppressed"}
    assert sums_of(system([share(100.0, 1000.0), hidden_mean], area_means=MEAN)) == []
    assert sums_of(system([share(100.0, 1000.0, area_id="x"), share(9.0, 90.0, area_id="m")], area_means=MEAN)) == []
    other_year = [share(100.0, 1000.0, year=2019), {"indicator_id": "share", "area_id": "m", "value": 21.0}]
    assert sums_of(system(other_year, area_means=MEAN)) == []


def test_a_share_of_nobody_knows_how_many_is_no_part_of_a_whole():
    # Without a base there is no total to add up to.
    withheld = {"indicator_id": "young", "status": "suppressed"}
    whole = Composition("residents", ("young", "old"))
    assert sums_of(system([withheld], compositions=(whole,))) == []
    assert sums_of(system([withheld | {"denominator": 1000.0}], compositions=(whole,))) == [{("young", "a"): 1, ("old", "a"): 1}]
