"""The change of a figure in parts, and the bounds of moving: sums by hand on a panel of two wijken and their city."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.indicators.resident_change import MoverRule, NoChange, ResidentChange, study_change

TOPIC = indicator("social_assistance_share")
WIJKEN = areas()["lwo"].parts
STILL = MoverRule(yearly_in=0.0, yearly_out=0.0)


def rows_of(area_id: str, counts: dict[int, tuple[float, float]], origin: str = "register") -> list[dict[str, object]]:
    return [
        {"area_id": area_id, "indicator_id": TOPIC.id, "year": year, "value": 100 * x / n, "numerator": x, "denominator": n}
        | {"origin": origin}
        for year, (x, n) in counts.items()
    ]


def panel() -> pd.DataFrame:
    """One wijk with 20 % grows, four with 10 % stay as they are; city and country fall by 1 and 0.5 points."""
    rows = rows_of(WIJKEN[0], {2021: (200, 1000), 2025: (400, 2000)})
    for wijk in WIJKEN[1:]:
        rows += rows_of(wijk, {2021: (100, 1000), 2025: (100, 1000)})
    rows += rows_of("lwo", {2021: (600, 5000), 2025: (800, 6000)})
    rows += rows_of("lwd-rest", {2021: (4000, 50_000), 2025: (3500, 50_000)})
    rows += rows_of("nl", {2021: (50_000, 1_000_000), 2025: (45_000, 1_000_000)})
    return pd.DataFrame(rows).astype({"year": "Int64", "value": "Float64"})


def study(area_id: str = "lwo", rule: MoverRule = STILL) -> ResidentChange:
    return study_change(panel(), area_id, TOPIC, 2021, 2025, rule)


def test_the_parts_add_up_and_the_shift_between_wijken_is_all_composition() -> None:
    parts = study().parts
    # 12 % to 13.33 %: -0.5 national, -0.5 more in the city; the first wijk went from 1/5 to 1/3 of the people, at 20 against 10 %
    assert parts.total == pytest.approx(100 * (800 / 6000 - 600 / 5000))
    assert (parts.national, parts.city) == pytest.approx((-0.5, -0.5))
    assert parts.composition == pytest.approx(100 * (2 / 6 - 1 / 5) * 0.10)
    assert parts.remainder == pytest.approx(parts.total - parts.composition + 1.0)


def test_with_the_sizes_of_the_first_year_the_figure_had_not_moved() -> None:
    assert study().standardised.standardised.estimate == pytest.approx(0.12)


def test_a_wijk_has_no_parts_and_its_city_is_the_rest() -> None:
    found = study(WIJKEN[0])
    assert (found.standardised, found.parts.composition, found.city_id, found.country_id) == (None, 0.0, "lwd-rest", "nl")


def test_when_nobody_moves_moving_explains_nothing_and_with_movers_the_bounds_are_those_of_the_formula() -> None:
    assert study().bounds.plausible == pytest.approx((0.0, 0.0))
    one_year = MoverRule(yearly_in=0.1, yearly_out=0.0, lowest=0.0, highest=1.0)
    bounds = study(rule=one_year).bounds
    # nobody left: (1 - m) 0.12 + m q - 0.12 with m = 1 - 0.9^4 = 0.3439 and q from 10 to 20 % (the wijken of the panel)
    assert bounds.plausible == pytest.approx((0.3439 * (0.10 - 0.12), 0.3439 * (0.20 - 0.12)))
    assert bounds.worst_case == pytest.approx((0.3439 * (0.0 - 0.12), 0.3439 * (1.0 - 0.12)))


def test_the_defaults_are_the_movers_of_the_focus_areas() -> None:
    # CBS 2026, longread, chapter 3: 9.3 % moved in, 8.8 % moved out during 2024
    assert (MoverRule().yearly_in, MoverRule().yearly_out) == (0.093, 0.088)


@pytest.mark.parametrize(
    ("changed", "base_year", "reason"),
    [
        ({"origin": "modelled"}, 2021, "modelled"),
        ({"indicator_id": "income"}, 2021, "no_figure"),
        ({}, 2019, "no_base_year"),
    ],
)
def test_a_change_that_cannot_be_read_says_why(changed: dict[str, str], base_year: int, reason: str) -> None:
    found = study_change(panel().assign(**changed), "lwo", TOPIC, base_year, 0)
    assert isinstance(found, NoChange)
    assert found.reason == reason


def test_one_year_is_no_change() -> None:
    only = panel()[lambda rows: rows["year"].eq(2025)]
    assert study_change(only, "lwo", TOPIC, 2021, 0) == NoChange("one_year", (2025,))


def test_the_country_itself_has_nothing_to_be_compared_with() -> None:
    only = panel()[lambda rows: rows["area_id"].eq("nl")]
    assert study_change(only, "nl", TOPIC, 0, 0, STILL).parts is None


def test_every_field_of_a_change_of_one_wijk_by_hand() -> None:
    found = study(WIJKEN[0])
    assert (found.area_id, found.indicator_id, found.first_year, found.last_year) == (WIJKEN[0], TOPIC.id, 2021, 2025)
    assert (found.measurements, found.start, found.end) == (2, 20.0, 20.0)
    # Two independent shares of 20 % of 1,000 and 2,000: 1.96 x sqrt(0.16 / 1000 + 0.16 / 2000) = 3.04 points, about.
    assert found.interval.estimate == pytest.approx(0.0)
    assert found.interval.upper == pytest.approx(3.04, abs=0.08)
    assert found.interval.lower == pytest.approx(-3.04, abs=0.08)
    assert (found.parts.national, found.parts.city, found.parts.remainder) == pytest.approx((-0.5, -0.5, 1.0))


def without(**dropped: object) -> pd.DataFrame:
    rows = panel()
    return rows[~pd.concat([rows[name].eq(value) for name, value in dropped.items()], axis=1).all(axis=1)]


def test_without_the_country_there_are_no_parts_and_without_the_city_its_share_is_that_of_the_country() -> None:
    alone = study_change(without(area_id="nl", year=2025), "lwo", TOPIC, 2021, 2025, STILL)
    assert (alone.country_id, alone.parts, alone.city_id) == (None, None, "lwd-rest")
    stateless = study_change(without(area_id="lwd-rest", year=2021), "lwo", TOPIC, 2021, 2025, STILL)
    assert (stateless.city_id, stateless.country_id) == (None, "nl")
    assert (stateless.parts.national, stateless.parts.city) == pytest.approx((-0.5, 0.0))


def test_a_wijk_that_misses_a_year_leaves_the_shift_out() -> None:
    found = study_change(without(area_id=WIJKEN[1], year=2021), "lwo", TOPIC, 2021, 2025, STILL)
    assert (found.standardised, found.parts.composition) == (None, 0.0)


@pytest.mark.parametrize("name", ["numerator", "denominator"])
def test_without_counts_there_is_no_interval(name: str) -> None:
    rows = panel()
    rows.loc[rows["area_id"].eq("lwo") & rows["year"].eq(2025), name] = None
    found = study_change(rows, "lwo", TOPIC, 2021, 2025, STILL)
    assert found.interval is None
    assert (found.bounds is None) == (name == "numerator")


@pytest.mark.parametrize("unit", ["euro", "per_1000", "ratio"])
def test_only_a_share_has_an_interval_bounds_and_a_standardised_figure(unit: str) -> None:
    # Units before and after "percent" in the alphabet.
    found = study_change(panel(), "lwo", replace(TOPIC, unit=unit), 2021, 2025, STILL)
    assert (found.interval, found.bounds, found.standardised) == (None, None, None)


@pytest.mark.parametrize(
    ("base_year", "year", "reason"), [(2021, 2021, "no_base_year"), (2025, 2021, "no_base_year"), (2021, 2024, "no_base_year")]
)
def test_a_change_needs_two_years_in_order(base_year: int, year: int, reason: str) -> None:
    assert study_change(panel(), "lwo", TOPIC, base_year, year) == NoChange(reason, (2021, 2025))


def test_the_first_and_the_last_year_are_taken_when_none_is_named() -> None:
    more = pd.concat([panel(), pd.DataFrame(rows_of("lwo", {2023: (650, 5000)}))]).astype({"year": "Int64"})
    found = study_change(more, "lwo", TOPIC, 0, 0, STILL)
    assert (found.first_year, found.last_year, found.measurements, found.start) == (2021, 2025, 3, 12.0)


def test_movers_are_like_places_and_the_area_itself_is_always_among_them() -> None:
    # Half moves in at once, nobody leaves. Places in 2025: five wijken at 20, 10, 10, 10, 10 and the rest of the city is none.
    half = MoverRule(yearly_in=0.5, yearly_out=0.0, lowest=0.5, highest=0.5)
    rows = panel()[lambda table: table["year"].eq(2021) | table["area_id"].ne("nl")]
    found = study_change(rows, "lwo", TOPIC, 2021, 2025, half)
    # 1 - 0.5^4 = 0.9375; the median place has 10 %, the area had 12 %.
    assert found.bounds.plausible == pytest.approx((0.9375 * (0.10 - 0.12), 0.0))
    high = replace(half, lowest=1.0, highest=1.0)
    assert study_change(rows, "lwo", TOPIC, 2021, 2025, high).bounds.plausible == pytest.approx((0.0, 0.9375 * (0.20 - 0.12)))
