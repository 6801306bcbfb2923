"""Series are cut where their meaning changes, and come from one source a year; expected rows are named by hand."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.indicators.series import best_source_rows, cut_at_breaks


def rows(*cells: tuple[str, int | None, str, float | None]) -> pd.DataFrame:
    """Return rows of indicator, year, source and value."""
    frame = pd.DataFrame(cells, columns=["indicator_id", "year", "source_id", "value"])
    return frame.astype({"year": "Int64", "value": "Float64"})


def test_a_series_is_cut_at_its_break_and_the_piece_says_why():
    # Gas: supply instead of use from 2023 on (breaks.yml).
    table = rows(*(("gas_use", year, "kwb", 900.0) for year in (2024, 2021, 2022, 2023)), ("population", 2022, "kwb", 5.0))
    before, after = cut_at_breaks(table, "gas_use")
    assert (before.years, before.begins_with) == ((2021, 2022), None)
    assert after.years == (2023, 2024)
    assert after.begins_with is not None
    assert after.begins_with.year == 2023
    assert len(before.observations) + len(after.observations) == 4


def test_a_series_on_one_side_of_a_break_is_one_piece():
    (segment,) = cut_at_breaks(rows(("gas_use", 2023, "kwb", 1.0), ("gas_use", 2024, "kwb", 1.0)), "gas_use")
    assert segment.begins_with is not None
    assert len(cut_at_breaks(rows(("gas_use", 2021, "kwb", 1.0), ("gas_use", 2022, "kwb", 1.0)), "gas_use")) == 1


def test_an_indicator_without_breaks_is_one_piece_and_figures_without_a_year_are_in_none():
    table = rows(
        ("population", 2015, "kwb", 1.0), ("population", 2024, "kwb", 1.0), ("population", None, "programme-plan-2022", 1.0)
    )
    (segment,) = cut_at_breaks(table, "population")
    assert segment.years == (2015, 2024)
    assert cut_at_breaks(rows(("gas_use", None, "programme-plan-2022", 1.0)), "gas_use") == ()


def kept(table: pd.DataFrame) -> list[str]:
    return table.loc[best_source_rows(table, indicators()), "source_id"].tolist()


def test_the_first_source_with_figures_gives_the_year():
    share = "social_assistance_share"
    assert kept(rows((share, 2020, "benefits-quarterly", 5.0), (share, 2020, "kwb", 6.0))) == ["kwb"]
    assert kept(rows((share, 2020, "benefits-quarterly", 5.0), (share, 2020, "kwb", None))) == ["benefits-quarterly"]
    assert kept(rows((share, 2020, "benefits-quarterly", None), (share, 2020, "kwb", None))) == ["kwb"]


def test_years_are_chosen_apart():
    share = "social_assistance_share"
    table = rows((share, 2023, "kwb", 6.0), (share, 2024, "kwb", None), (share, 2024, "benefits-quarterly", 5.0))
    assert kept(table) == ["kwb", "benefits-quarterly"]


def test_figures_of_documents_and_of_sources_outside_the_order_stay():
    share = "social_assistance_share"
    assert kept(rows((share, None, "programme-plan-2022", 11.7), (share, 2020, "kwb", 6.0))) == ["programme-plan-2022", "kwb"]
    assert kept(rows((share, 2020, "partner", 7.0), (share, 2020, "kwb", 6.0))) == ["partner", "kwb"]
