"""Crimes of one table over residents of another: only where the ground is the same. Expected values are arithmetic by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.indicators.other_table import parts_over_other_table

CRIMES = indicator("registered_crimes")
BOUNDARIES = 2022


def rows(*measured: tuple) -> pd.DataFrame:
    """Return rows from (area, region, measure, year, value)."""
    table = pd.DataFrame(measured, columns=["area_id", "region_code", "measure", "year", "value"])
    return table.assign(missing_reason=table["value"].isna().map({True: "suppressed_or_unknown", False: ""}))


def ground(year: int, surface: float, residents: float = 2000.0, area: str = "a") -> pd.DataFrame:
    return rows((area, "WK1", "residents", year, residents), (area, "WK1", "surface", year, surface))


def divided(then: float, now: float, *, year: int = 2019) -> pd.Series:
    """Return the one row of an area with its surface then and now."""
    crimes = rows(("a", "WK1", "registered_crimes", year, 40.0))
    tables = {year: ground(year, then), BOUNDARIES: ground(BOUNDARIES, now)}
    return parts_over_other_table(CRIMES, crimes, tables, BOUNDARIES).squeeze()


def test_regions_of_an_area_are_added_on_both_sides():
    # 30 + 12 crimes over 1,500 + 600 residents; a region that is in the list twice counts once.
    crimes = rows(("a", "WK1", "registered_crimes", 2022, 30.0), ("a", "WK2", "registered_crimes", 2022, 12.0))
    people = rows(("a", "WK1", "residents", 2022, 1500.0), ("a", "WK2", "residents", 2022, 600.0))
    found = parts_over_other_table(CRIMES, pd.concat([crimes, crimes]), {2022: people}, BOUNDARIES).squeeze()
    assert (found["numerator"], found["denominator"], found["missing_reason"]) == (42.0, 2100.0, "")
    assert (found["area_id"], found["region_code"], found["year"]) == ("a", "a", 2022)
    assert pd.isna(found["delivered"])


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [
        (100.0, 102.0, True),  # two hectares, the most that a small area may differ
        (100.0, 102.1, False),
        (102.1, 100.0, False),
        (1010.0, 1000.0, True),  # 1 % of the surface now, which is more than two hectares
        (1010.1, 1000.0, False),
        (990.0, 1000.0, True),
        (1000.0, 1010.1, True),  # 10.1 is 1 % of 1,010.1: of the surface now, not of that then
        (float("nan"), 100.0, False),
    ],
)
def test_the_same_ground_differs_by_two_hectares_or_one_percent(then, now, same):
    found = divided(then, now)
    assert found["numerator"] == 40.0
    assert pd.notna(found["denominator"]) == same
    assert (found["missing_reason"] == "") == same


def test_in_the_year_of_the_boundaries_the_ground_needs_no_proof():
    crimes = rows(("a", "WK1", "registered_crimes", BOUNDARIES, 40.0))
    people = rows(("a", "WK1", "residents", BOUNDARIES, 2000.0))
    assert parts_over_other_table(CRIMES, crimes, {BOUNDARIES: people}, BOUNDARIES).squeeze()["denominator"] == 2000.0


def test_a_year_without_surfaces_or_without_a_table_is_absent():
    crimes = rows(("a", "WK1", "registered_crimes", 2019, 40.0), ("a", "WK1", "registered_crimes", 2018, 50.0))
    bare = rows(("a", "WK1", "residents", 2019, 2000.0))
    found = parts_over_other_table(CRIMES, crimes, {2019: bare, BOUNDARIES: ground(BOUNDARIES, 100.0)}, BOUNDARIES)
    assert found["year"].tolist() == [2018, 2019]
    assert found["denominator"].isna().all()
    assert found["missing_reason"].tolist() == ["absent", "absent"]
    nothing = parts_over_other_table(CRIMES, crimes, {}, BOUNDARIES)
    assert nothing["missing_reason"].tolist() == ["absent", "absent"]
    assert nothing["numerator"].tolist() == [50.0, 40.0]


def test_a_secret_count_keeps_its_reason_and_other_areas_keep_their_own_ground():
    crimes = rows(("a", "WK1", "registered_crimes", 2019, None), ("b", "WK2", "registered_crimes", 2019, 7.0))
    then = pd.concat([ground(2019, 100.0), rows(("b", "WK2", "residents", 2019, 500.0), ("b", "WK2", "surface", 2019, 300.0))])
    now = pd.concat([ground(2022, 100.0), rows(("b", "WK2", "residents", 2022, 900.0), ("b", "WK2", "surface", 2022, 400.0))])
    found = parts_over_other_table(CRIMES, crimes, {2019: then, 2022: now}, BOUNDARIES).set_index("area_id")
    assert found["missing_reason"].to_dict() == {"a": "suppressed_or_unknown", "b": "absent"}
    assert found.loc["a", "denominator"] == 2000.0
    assert pd.isna(found.loc["a", "numerator"])


def test_the_tables_are_left_as_they_were():
    crimes, people = rows(("a", "WK1", "registered_crimes", 2022, 40.0)), ground(2022, 100.0)
    copies = crimes.copy(), people.copy()
    parts_over_other_table(CRIMES, crimes, {2022: people}, BOUNDARIES)
    pd.testing.assert_frame_equal(crimes, copies[0])
    pd.testing.assert_frame_equal(people, copies[1])
