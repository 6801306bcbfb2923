"""Facts that hold in every table by region: a shifted decimal or a secret cell written as zero stops the run."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.cleaning.invariants import (
    check_missing_has_reason,
    check_not_negative,
    check_one_row_per_region,
    check_part_within_whole,
    check_parts_add_up,
    check_wijken_add_up,
)
from lwo_analysis.errors import InputError

# A municipality of three wijken: 500 + 300 + 200 residents, of whom 90 + 40 + 20 are recipients.
RESIDENTS = {"GM0001": 1000.0, "WK000101": 500.0, "WK000102": 300.0, "WK000103": 200.0}
RECIPIENTS = {"GM0001": 150.0, "WK000101": 90.0, "WK000102": 40.0, "WK000103": 20.0}


def rows(**measures: dict[str, float | None]) -> pd.DataFrame:
    cells = [(code, name, 2020, value) for name, values in measures.items() for code, value in values.items()]
    table = pd.DataFrame(cells, columns=["region_code", "measure", "year", "value"]).astype({"value": "Float64"})
    return table.assign(missing_reason=table["value"].isna().map({True: "suppressed_or_unknown", False: None}))


def check(table: pd.DataFrame, measure: str = "recipients") -> None:
    check_wijken_add_up(table, measure, where="t", slack=5)


def test_wijken_that_add_up_pass_also_with_rounding():
    check(rows(recipients=RECIPIENTS))
    # three wijken, each off by the 5 that rounding allows
    check(rows(recipients={**RECIPIENTS, "GM0001": 150.0 + 3 * 5}))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"WK000101": 900.0}, "shifted decimal"),
        ({"WK000101": 9.0}, "shifted decimal"),
        ({"WK000102": 0.0}, "secret cell as zero"),
    ],
)
def test_a_shifted_decimal_or_a_zero_for_a_secret_cell_stops(change, what):
    with pytest.raises(InputError, match=r"wijken of GM0001 that add up to 150 \(recipients, 2020\)"):
        check(rows(recipients=RECIPIENTS | change))


def test_a_wijk_without_a_figure_can_hold_what_is_short_when_that_is_little():
    check(rows(recipients=RECIPIENTS | {"WK000102": None}))
    large = {"GM0001": 1500.0, "WK000101": 900.0, "WK000102": None, "WK000103": 200.0}
    with pytest.raises(InputError, match=r"add up to 1500 \(recipients, 2020\), found 1100"):
        check(rows(recipients=large))


def test_a_missing_wijk_does_not_hide_a_shifted_decimal():
    with pytest.raises(InputError, match="add up to 150"):
        check(rows(recipients=RECIPIENTS | {"WK000101": 900.0, "WK000102": None}))


def test_residents_without_an_address_may_be_missing_from_the_wijken():
    large = {"GM0001": 100_000.0, "WK000101": 60_000.0, "WK000102": 39_700.0}
    check(rows(residents=large), "residents")
    with pytest.raises(InputError, match="add up to 100000"):
        check(rows(residents=large | {"WK000102": 39_000.0}), "residents")


def test_age_groups_must_add_up_to_the_residents():
    young, old = {"WK000101": 200.0}, {"WK000101": 300.0}
    check_parts_add_up(rows(young=young, old=old, all=RESIDENTS), ("young", "old"), "all", where="t", slack=20)
    wrong = rows(young={"WK000101": 0.0}, old=old, all=RESIDENTS)
    with pytest.raises(InputError, match="200 off in WK000101, 2020"):
        check_parts_add_up(wrong, ("young", "old"), "all", where="t", slack=20)


def test_a_part_above_its_whole_stops_and_rounding_does_not():
    check_part_within_whole(rows(part={"WK000103": 205.0}, all=RESIDENTS), "part", "all", where="t", slack=10)
    with pytest.raises(InputError, match=r"part at most all.*2050\.0 of 200\.0 in WK000103"):
        check_part_within_whole(rows(part={"WK000103": 2050.0}, all=RESIDENTS), "part", "all", where="t", slack=10)


def test_a_negative_count_stops():
    with pytest.raises(InputError, match=r"-5\.0 for WK000103, recipients"):
        check_not_negative(rows(recipients=RECIPIENTS | {"WK000103": -5.0}), where="t")


def test_two_rows_for_a_region_stop():
    table = rows(recipients=RECIPIENTS)
    with pytest.raises(InputError, match="1 repeated, first GM0001, recipients, 2020"):
        check_one_row_per_region(pd.concat([table, table.head(1)]), where="t")


@pytest.mark.parametrize(("value", "reason"), [(None, None), (5.0, "absent")])
def test_a_missing_figure_has_a_reason_and_a_present_one_has_none(value, reason):
    table = rows(recipients={"GM0001": value}).assign(missing_reason=reason)
    with pytest.raises(InputError, match="a reason for every missing figure"):
        check_missing_has_reason(table, where="t")


def test_a_table_without_the_measures_passes():
    table = rows(recipients=RECIPIENTS)
    check_parts_add_up(table, ("young", "old"), "all", where="t", slack=20)
    check_part_within_whole(table, "part", "all", where="t", slack=10)
