"""The change of a figure in parts, and the bounds of moving: sums by hand on a panel of two wijken and their city."""

from __future__ import annotations

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
