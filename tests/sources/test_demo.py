"""The demo panel: the same everywhere, its documented truth in it, and never taken for real."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.sources.demo import N_COMPARISON, PROGRAMME_WIJKEN, RING, TRUTH, YEARS, demo_panel, true_effect

FARTHER_AWAY = tuple(f"demo-{number:03d}" for number in range(7, N_COMPARISON + 1))
"""Comparison wijken outside the ring."""


def counts(indicator: str, areas: tuple[str, ...], years: range) -> tuple[float, float]:
    panel = demo_panel()
    rows = panel[panel["indicator_id"].eq(indicator) & panel["area_id"].isin(areas) & panel["year"].isin(years)]
    return rows["numerator"].sum(), rows["denominator"].sum()


def test_two_calls_give_the_same_panel_and_another_seed_another():
    pd.testing.assert_frame_equal(demo_panel(), demo_panel())
    assert not demo_panel(np.random.default_rng(1))["value"].equals(demo_panel()["value"])


def test_every_row_is_marked_demo():
    assert set(demo_panel()["origin"]) == {"demo"}
    assert set(demo_panel()["source_id"]) == {"demo-panel"}


def test_it_has_the_areas_years_and_indicators_it_promises():
    panel = demo_panel()
    wijken = [area for area in panel["area_id"].unique() if area.startswith("demo-")]
    assert len(wijken) == N_COMPARISON
    assert set(PROGRAMME_WIJKEN) < set(panel["area_id"])
    assert set(panel["year"]) == set(YEARS) == set(range(2005, 2026))
    assert set(panel["indicator_id"]) == {*TRUTH, "population"}


def test_the_planted_effect_is_in_the_panel():
    # Difference in differences of pooled shares; the planted effect is -1.2 points from 2023.
    changes = []
    for areas in (PROGRAMME_WIJKEN, FARTHER_AWAY):
        before = counts("social_assistance_share", areas, range(2016, 2023))
        after = counts("social_assistance_share", areas, range(2023, 2026))
        changes.append(100 * after[0] / after[1] - 100 * before[0] / before[1])
    # The binomial standard error of the treated change is 0.12 points (25,000 persons at risk, 3 years); four of them.
    assert abs((changes[0] - changes[1]) - (-1.2)) < 4 * 0.12


def change_against_others(areas: tuple[str, ...], before: range, after: range) -> float:
    """Return the difference in differences of pooled shares of social assistance, in percentage points."""
    changes = []
    for group in (areas, FARTHER_AWAY):
        first, last = (counts("social_assistance_share", group, years) for years in (before, after))
        changes.append(100 * last[0] / last[1] - 100 * first[0] / first[1])
    return changes[0] - changes[1]


def test_the_earlier_programme_is_in_one_wijk_and_fades():
    # -2.0 points in 2008-2012, none in 2005-2007. Binomial standard error with 2,448 persons at risk and a share of 0.12:
    # 0.66 points in one year, so 0.38 over three years and 0.29 over five; of the difference 0.48.
    own = ("heechterp-schieringen",)
    assert abs(change_against_others(own, range(2005, 2008), range(2008, 2013)) + 2.0) < 3 * 0.48
    # From 2016 nothing is left: ten years with standard error 0.21, of the difference 0.43.
    assert abs(change_against_others(own, range(2005, 2008), range(2016, 2023))) < 3 * 0.46


def test_the_waterbed_is_in_the_ring_from_the_start():
    # +0.6 points from 2023. Six wijken of at least 4,000 residents have 16,320 persons at risk, with a share of 0.045: a standard
    # error of 0.16 in one year at most, so 0.09 over three years; of the difference 0.11.
    assert abs(change_against_others(RING, range(2016, 2023), range(2023, 2026)) - 0.6) < 3 * 0.11


def test_the_documented_truth_by_area_and_year():
    # By hand from the docstrings: 3,600 of 36,900 residents live in Heechterp-Schieringen, and the denominator is 0.68 of them.
    assistance = "social_assistance_share"
    assert [true_effect(assistance, "heechterp-schieringen", year) for year in (2007, 2008, 2012, 2016, 2022, 2023)] == (
        [0.0, -0.02, -0.02, 0.0, 0.0, -0.012]
    )
    assert true_effect(assistance, "heechterp-schieringen", 2013) == pytest.approx(-0.015)
    assert true_effect(assistance, "lwo", 2025) == pytest.approx(-0.012)
    assert true_effect(assistance, "lwo", 2010) == pytest.approx(-0.02 * 3600 / 36900)
    assert [true_effect(assistance, RING[0], year) for year in (2022, 2023)] == [0.0, 0.006]
    assert true_effect(assistance, "demo-007", 2023) == 0.0


def test_five_indicators_have_no_effect_in_any_area_or_year():
    nothing = set(TRUTH) - {"social_assistance_share"}
    areas = (*PROGRAMME_WIJKEN, "lwo", "lwd", *RING)
    assert {true_effect(name, area, year) for name in nothing for area in areas for year in (2005, 2010, 2025)} == {0.0}


@pytest.mark.parametrize(
    ("indicator", "area", "year"), [("crime", "lwo", 2020), (next(iter(TRUTH)), "nl", 2020), (next(iter(TRUTH)), "lwo", 2004)]
)
def test_the_truth_is_only_about_made_up_figures(indicator, area, year):
    with pytest.raises(InputError, match="of the demo panel"):
        true_effect(indicator, area, year)


def test_small_cells_are_suppressed_and_never_zero():
    panel = demo_panel()
    hidden = panel[panel["status"].eq("suppressed")]
    assert len(hidden) > 0
    assert hidden[["value", "numerator"]].isna().all(axis=None)
    assert panel.loc[panel["status"].eq("final"), "numerator"].min() >= 10


def test_the_definition_break_is_in_2019():
    before = counts("cars_per_household", ("g40",), range(2018, 2019))
    after = counts("cars_per_household", ("g40",), range(2019, 2020))
    # Trend +0.004 and break -0.05 per household; shocks have a standard deviation of 0.01.
    assert -0.09 < after[0] / after[1] - before[0] / before[1] < -0.01
