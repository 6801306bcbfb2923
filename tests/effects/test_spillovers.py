"""The ring around a programme: a difference worked out by hand, and a truth that the demo panel documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.effects.spillovers import estimate_spillover, spillover_variants
from lwo_analysis.run.ring_panel import load_ring_panel

YEARS = (2019, 2020, 2021, 2022, 2023)
OTHERS = tuple(f"far-{number:02d}" for number in range(10))  # the fewest among which a placebo ring is drawn
RING, PROGRAMME = ("near-1", "near-2"), ("own",)


def panel(years: tuple[int, ...] = YEARS, shift: float = 1.5) -> pd.DataFrame:
    """Return areas that rise 0.5 a year with a wiggle of their own; the ring gets `shift` more from 2022, the programme -9."""
    rows = []
    for place, name in enumerate((*RING, *OTHERS, *PROGRAMME)):
        extra = {"near": shift, "far": 0.0, "own": -9.0}[name.split("-")[0]]
        for year in years:
            wiggle = 0.01 * ((place * 7 + (year - 2019) * 3) % 5)
            rows.append((name, year, place + 0.5 * (year - 2019) + extra * (year >= 2022) + wiggle, 1000.0))
    return pd.DataFrame(rows, columns=["area_id", "year", "value", "n"])


def mean_change(frame: pd.DataFrame, names: tuple[str, ...]) -> float:
    """Return the mean over areas of the mean after 2022 minus the mean before, by the definition."""
    return float(
        np.mean(
            [
                frame.loc[frame["area_id"].eq(name) & frame["year"].ge(2022), "value"].mean()
                - frame.loc[frame["area_id"].eq(name) & frame["year"].lt(2022), "value"].mean()
                for name in names
            ]
        )
    )


def test_the_difference_is_that_of_the_definition_and_the_programme_is_left_out():
    frame = panel()
    found = estimate_spillover(frame, RING, PROGRAMME, 2022)
    assert found.placebo.estimate == pytest.approx(mean_change(frame, RING) - mean_change(frame, OTHERS))
    assert (found.ring, found.others, found.incomplete) == (RING, OTHERS, ())
    assert found.years == (2019, 2023)


def test_without_a_change_next_door_the_difference_is_within_chance():
    assert estimate_spillover(panel(shift=0.0), RING, PROGRAMME, 2022).is_within_chance


def test_an_area_that_misses_a_year_is_left_out_and_named():
    frame = panel()
    frame["value"] = frame["value"].mask(frame["area_id"].eq("near-2") & frame["year"].eq(2021))
    found = estimate_spillover(frame, RING, PROGRAMME, 2022)
    assert (found.ring, found.incomplete) == (("near-1",), ("near-2",))


def test_the_input_is_not_changed():
    frame = panel()
    before = frame.copy()
    estimate_spillover(frame, RING, PROGRAMME, 2022)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(("start", "told"), [(2020, "1 before and 4 after"), (2024, "5 before and 0 after")])
def test_too_few_years_around_the_start_cannot_be_answered(start, told):
    with pytest.raises(CannotAnswerError, match=told):
        estimate_spillover(panel(), RING, PROGRAMME, start)


def test_too_few_areas_farther_away_or_no_ring_cannot_be_answered():
    with pytest.raises(CannotAnswerError, match="too few areas"):
        estimate_spillover(panel()[lambda rows: rows["area_id"].ne("far-00")], RING, PROGRAMME, 2022)
    with pytest.raises(CannotAnswerError):
        estimate_spillover(panel(), ("elsewhere",), PROGRAMME, 2022)


def test_other_choices_leave_out_a_start_without_years_and_every_area_of_the_ring_once():
    frame = panel(years=(2020, 2021, 2022, 2023))
    variants = spillover_variants(frame, estimate_spillover(frame, RING, PROGRAMME, 2022), PROGRAMME)
    # 2021 would leave one year before the start.
    assert variants["start_year"].tolist() == [2022, 2023, 2022, 2022]
    assert variants["left_out"].tolist() == ["", "", "near-1", "near-2"]


def test_the_waterbed_of_the_demo_panel_is_found_and_a_quiet_indicator_stays_quiet():
    # Planted: +0.6 percentage points in every wijk of the ring from 2023 in social assistance, nothing in unemployment benefit.
    places = load_ring_panel("demo", "social_assistance_share")
    found = estimate_spillover(places.rows, places.ring, places.programme, 2023)
    assert places.truth == pytest.approx(0.6)
    assert found.placebo.interval[0] > 0
    # Drift of the ring's own is within four standard deviations of the trial rings.
    assert found.placebo.estimate == pytest.approx(0.6, abs=4 * found.placebo.placebo_sd)
    assert load_ring_panel("demo", "unemployment_benefit_share").truth == 0.0
