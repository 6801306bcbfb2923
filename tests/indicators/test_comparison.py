"""One area beside others: gaps, their direction, and their intervals when the area is part of its comparison."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import Area, areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.indicators.comparison import (
    compare_area,
    is_part_of,
    latest_year,
    overlaps,
    rounding_bounds,
    used_observations,
    with_enough_people,
)

COLUMNS = ["area_id", "indicator_id", "year", "value", "lower", "upper", "numerator", "denominator", "n", "status", "origin"]


def observations(*rows: tuple) -> pd.DataFrame:
    """Return observations from (area, indicator, value, numerator, denominator)."""
    full = [
        (a, i, 2020, v, None, None, x, n, n, "final" if v is not None else "suppressed", "register") for a, i, v, x, n in rows
    ]
    table = pd.DataFrame(full, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[3:9], "Float64") | {"year": "Int64"})
    return table.assign(source_id="kwb", vintage="2021")


OOST = ("lwo", "social_assistance_share", 12.0, 120.0, 1000.0)
CITY = ("lwd", "social_assistance_share", 7.0, 350.0, 5000.0)
REST = ("lwd-rest", "social_assistance_share", 5.75, 230.0, 4000.0)


def compare(*rows: tuple, others: tuple[str, ...] = ("lwd",), year: int | None = 2020):
    return compare_area(observations(*rows), "lwo", others, indicators(), areas(), year)


def test_the_gap_to_the_city_is_the_gap_to_the_rest_times_its_share():
    # 12.0 - 7.0 = (4000 / 5000) x (12.0 - 5.75), and the interval must be 4000 / 5000 of that to the rest.
    gaps = compare(OOST, CITY, REST, others=("lwd", "lwd-rest")).gaps.set_index("compare_id")
    share = 4000 / 5000
    assert gaps.loc["lwd", "gap"] == pytest.approx(5.0)
    assert gaps.loc["lwd", "gap"] == pytest.approx(share * gaps.loc["lwd-rest", "gap"])
    assert gaps.loc["lwd", "lower"] == pytest.approx(share * gaps.loc["lwd-rest", "lower"])
    assert gaps.loc["lwd", "upper"] == pytest.approx(share * gaps.loc["lwd-rest", "upper"])


def test_the_gap_of_the_city_to_its_part_is_the_same_gap_turned_around():
    inside = compare(OOST, CITY).gaps.iloc[0]
    around = compare_area(observations(OOST, CITY), "lwd", ("lwo",), indicators(), areas(), 2020).gaps.iloc[0]
    assert around["gap"] == pytest.approx(-inside["gap"])
    assert (around["lower"], around["upper"]) == (pytest.approx(-inside["upper"]), pytest.approx(-inside["lower"]))


def test_areas_that_overlap_in_part_have_a_gap_and_no_interval():
    # Half of this city is in the set, half is not, so neither the rest nor independence describes them.
    half = Area("half", "", "", "comparison", parts=("oud-oost", "almelo"))
    rows = observations(OOST, ("half", "social_assistance_share", 6.0, 60.0, 1000.0))
    gap = compare_area(rows, "lwo", ("half",), indicators(), {**areas(), "half": half}, 2020).gaps.iloc[0]
    assert gap["gap"] == pytest.approx(6.0)
    assert pd.isna(gap["lower"])


def test_the_level_interval_of_a_share_is_wilsons():
    # Wilson (1927) by hand for 120 of 1000 with z = 1.959964.
    z, p, n = 1.959964, 0.12, 1000
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    level = compare(OOST, CITY).levels.iloc[0]
    # 1e-5 percentage points: z is written with seven digits.
    assert level["lower"] == pytest.approx(100 * (middle - half), abs=1e-5)
    assert level["upper"] == pytest.approx(100 * (middle + half), abs=1e-5)


@pytest.mark.parametrize(
    ("indicator", "mine", "theirs", "oriented"),
    [
        ("social_assistance_share", 12.0, 7.0, 5.0),
        ("good_health", 68.0, 74.0, 6.0),
        ("good_health", 75.0, 74.0, -1.0),
        ("social_rent_share", 41.0, 28.2, None),
        ("participation_tracks", 13.2, 8.0, None),
    ],
)
def test_positive_is_worse_and_context_has_no_side(indicator, mine, theirs, oriented):
    gap = compare(("lwo", indicator, mine, None, None), ("lwd", indicator, theirs, None, None)).gaps.iloc[0]
    assert gap["gap"] == pytest.approx(mine - theirs)
    if oriented is None:
        assert pd.isna(gap["oriented_gap"])
    else:
        assert gap["oriented_gap"] == pytest.approx(oriented)
        assert gap["relative_gap"] == pytest.approx(oriented / theirs)


def test_a_missing_figure_gives_a_missing_gap_and_keeps_its_status():
    result = compare(("lwo", "social_assistance_share", None, None, None), CITY)
    assert pd.isna(result.gaps.iloc[0]["gap"])
    assert result.levels.iloc[0]["status"] == "suppressed"


def test_figures_without_counts_have_no_interval():
    result = compare(("lwo", "good_health", 75.7, None, None), ("lwd", "good_health", 79.6, None, None))
    assert result.levels[["lower", "upper"]].isna().all(axis=None)
    assert result.gaps[["lower", "upper"]].isna().all(axis=None)


def test_a_year_without_figures_names_the_years_that_have_them():
    with pytest.raises(CannotAnswerError, match="Choose a year with figures: 2020"):
        compare(OOST, CITY, year=2019)


def test_the_latest_year_is_one_with_a_value():
    later = observations(("lwo", "social_assistance_share", None, None, None)).assign(year=2021).astype({"year": "Int64"})
    table = pd.concat([observations(OOST), later], ignore_index=True)
    assert latest_year(table, "lwo", indicators()) == 2020


@pytest.mark.parametrize(
    ("area", "other", "expected"),
    [
        ("bilgaard", "lwo", True),
        ("lwo", "lwd", True),
        ("lwo", "lwd-rest", False),
        ("bilgaard", "g40", True),
        ("lwo", "nl", True),
        ("bilgaard", "oud-oost", False),
        ("lwd-rest", "lwd", True),
        ("lwd-rest", "g40", True),
        ("lwd", "lwo", False),
        ("lwd-rest", "lwo", False),
    ],
)
def test_who_is_counted_in_whom(area, other, expected):
    assert is_part_of(area, other, areas()) is expected


def test_rounding_moves_a_printed_gap_by_this_much_and_no_more():
    # 17 against 12 per 1,000, whole numbers: from (16.5 - 12.5) / 12.5 to (17.5 - 11.5) / 11.5.
    lower, upper = rounding_bounds(17, 1, 12, 1, "lower")
    assert lower == pytest.approx((16.5 - 12.5) / 12.5)
    assert upper == pytest.approx((17.5 - 11.5) / 11.5)


def test_a_figure_on_fewer_people_than_asked_is_hidden_and_one_on_exactly_as_many_is_shown():
    # Hand-made: 99 and 100 people, asked for 100.
    table = observations(
        ("lwo", "social_assistance_share", 10.0, 9.9, 99.0),
        ("lwd", "social_assistance_share", 10.0, 10.0, 100.0),
    )
    shown = with_enough_people(table, 100)
    assert shown["status"].tolist() == ["suppressed", "final"]
    assert shown["value"].isna().tolist() == [True, False]
    assert table["value"].notna().all()


def test_rows_stand_by_indicator_then_area_and_only_for_what_the_area_has():
    names = [name for name in indicators() if name in ("population", "social_assistance_share", "good_health")]
    rows = [CITY, ("lwd", "good_health", 74.0, None, None), ("lwd", "population", 9000.0, 9000.0, None), OOST]
    rows += [("lwo", "population", 2000.0, 2000.0, None), REST, ("lwd", "loneliness_share", 50.0, None, None)]
    found = compare(*rows, others=("lwd-rest", "lwd"))
    assert [name for name in names if name != "good_health"] == ["population", "social_assistance_share"]
    assert found.levels[["indicator_id", "area_id"]].to_numpy().tolist() == [
        ["population", "lwo"],
        ["population", "lwd"],
        ["social_assistance_share", "lwo"],
        ["social_assistance_share", "lwd-rest"],
        ["social_assistance_share", "lwd"],
    ]
    # A count has no gap: a city has more of everything.
    assert found.gaps[["indicator_id", "compare_id"]].to_numpy().tolist() == [
        ["social_assistance_share", "lwd-rest"],
        ["social_assistance_share", "lwd"],
    ]
    assert found.gaps.iloc[1].to_dict() == {
        "indicator_id": "social_assistance_share",
        "area_id": "lwo",
        "compare_id": "lwd",
        "year": 2020,
        "gap": 5.0,
        "lower": pytest.approx(found.gaps.iloc[1]["lower"]),
        "upper": pytest.approx(found.gaps.iloc[1]["upper"]),
        "oriented_gap": 5.0,
        "relative_gap": pytest.approx(5 / 7),
    }


def test_a_rate_of_events_has_the_exact_interval_of_a_count_and_its_gap_none():
    # Garwood for 10 events: 4.795 to 18.390, here per 1,000 residents.
    found = compare(("lwo", "registered_crimes", 10.0, 10.0, 1000.0), ("lwd", "registered_crimes", 8.0, 40.0, 5000.0))
    assert found.levels.iloc[0][["lower", "upper"]].tolist() == pytest.approx([4.795, 18.390], abs=5e-4)
    assert found.gaps.iloc[0][["gap", "oriented_gap"]].tolist() == [2.0, 2.0]
    assert found.gaps[["lower", "upper"]].isna().all(axis=None)


def test_the_margin_of_the_provider_is_kept():
    rows = observations(OOST, CITY)
    rows.loc[0, ["lower", "upper"]] = [11.0, 13.5]
    levels = compare_area(rows, "lwo", ("lwd",), indicators(), areas(), 2020).levels
    assert levels.iloc[0][["lower", "upper"]].tolist() == [11.0, 13.5]
    assert 7 - 0.75 < levels.iloc[1]["lower"] < 7 < levels.iloc[1]["upper"] < 7 + 0.75


@pytest.mark.parametrize(("city", "is_known"), [(1000.0, False), (1001.0, True)])
def test_an_area_that_is_all_of_its_city_has_no_rest_to_be_compared_with(city, is_known):
    gap = compare(OOST, ("lwd", "social_assistance_share", 7.0, 120.0, city)).gaps.iloc[0]
    assert pd.notna(gap["lower"]) == pd.notna(gap["upper"]) == is_known


def test_a_comparison_of_nothing_gives_no_relative_gap():
    gap = compare(OOST, ("lwd", "social_assistance_share", 0.0, None, None)).gaps.iloc[0]
    assert gap["gap"] == 12.0
    assert pd.isna(gap["relative_gap"])


def test_what_has_no_year_is_compared_without_one():
    rows = observations(OOST, CITY).assign(year=pd.array([pd.NA, pd.NA], dtype="Int64"))
    found = compare_area(pd.concat([rows, observations(REST)]), "lwo", ("lwd", "lwd-rest"), indicators(), areas(), None)
    assert found.levels["area_id"].tolist() == ["lwo", "lwd"]
    with pytest.raises(CannotAnswerError) as refused:
        compare_area(rows, "lwo", ("lwd",), indicators(), areas(), 2020)
    assert refused.value.reason == "no_figures_of_area"
    with pytest.raises(CannotAnswerError):
        latest_year(rows, "lwo", indicators())


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("lwo", "lwd-rest", False),
        ("lwo", "lwd", True),
        ("lwd", "lwo", True),
        ("g40", "lwd-rest", True),
        ("lwd-rest", "g40", True),
        ("bilgaard", "oud-oost", False),
        ("lwd-rest", "bilgaard", False),
        ("rotterdam-rest", "lwd", False),
    ],
)
def test_who_has_residents_in_common(one, two, expected):
    assert overlaps(one, two, areas()) is expected


def test_the_rows_that_are_shown_are_those_of_the_same_source():
    table = observations(OOST, CITY, REST)
    both = pd.concat([table, table.assign(source_id="other")], ignore_index=True)
    used = used_observations(both, compare_area(table, "lwo", ("lwd",), indicators(), areas(), 2020))
    assert used.index.tolist() == [0, 1]
