"""The demo panel: the same everywhere, its documented truth in it, and never taken for real."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.sources.demo import N_COMPARISON, PROGRAMME_WIJKEN, TRUTH, YEARS, demo_panel


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
    assert set(panel["year"]) == set(YEARS) == set(range(2013, 2026))
    assert set(panel["indicator_id"]) == {*TRUTH, "population"}


def test_the_planted_effect_is_in_the_panel():
    # Difference in differences of pooled shares; the planted effect is -1.2 points from 2023.
    wijken = tuple(f"demo-{number:03d}" for number in range(1, N_COMPARISON + 1))
    changes = []
    for areas in (PROGRAMME_WIJKEN, wijken):
        before = counts("social_assistance_share", areas, range(2013, 2023))
        after = counts("social_assistance_share", areas, range(2023, 2026))
        changes.append(100 * after[0] / after[1] - 100 * before[0] / before[1])
    # The binomial standard error of the treated change is 0.12 points (25,000 persons at risk, 3 years); four of them.
    assert abs((changes[0] - changes[1]) - (-1.2)) < 4 * 0.12


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
