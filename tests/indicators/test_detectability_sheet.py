"""The evaluation sheet of home insulation. Expected values: 001:771, KWB 2024 and arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, inf

import pytest

from lwo_analysis.catalogue.interventions import intervention
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.evaluation_sheet import InsulationInputs, insulation_evaluation_sheet

SHEET = insulation_evaluation_sheet()


def test_the_four_wijken_are_treated_and_camminghaburen_is_the_comparison() -> None:
    assert set(SHEET.treated_areas) == set(intervention("I14").places)
    assert SHEET.comparison_area == "camminghaburen"


def test_the_ceiling_is_8_percent_of_the_stock() -> None:
    assert round(SHEET.share_of_stock.points) == 8  # 1.610 / 19.914 = 8,08 %
    assert round(SHEET.share_of_four.points, 1) == 10.7  # 1.610 / 15.063
    assert SHEET.yearly_share_of_four == pytest.approx(1610 / 15_063 / 8)  # 2024 to 2031 is 8 years


def test_without_saving_and_noise_nothing_is_promised() -> None:
    assert (SHEET.ceiling_gas, SHEET.saving_needed, SHEET.years_until_visible) == (None, None, None)
    assert SHEET.verdict.nl.startswith("Nog niet te zeggen")


def test_with_saving_and_noise_the_sheet_says_when() -> None:
    # 10,69 % / 8 x 0,30 = 0,4008 % of gas use a year; an assumed MDE of 1,5 % is passed in the fourth year
    found = insulation_evaluation_sheet(InsulationInputs(saving_per_dwelling=0.30, panel_mde=0.015))
    assert found.ceiling_gas == pytest.approx(1610 / 15_063 * 0.30)
    assert found.years_until_visible == ceil(0.015 / (1610 / 15_063 / 8 * 0.30)) == 4
    assert found.saving_needed == pytest.approx(0.015 / (1610 / 15_063))
    assert "4 jaar" in found.verdict.nl


def test_a_small_saving_is_not_visible_in_area_figures() -> None:
    found = insulation_evaluation_sheet(InsulationInputs(saving_per_dwelling=0.05, panel_mde=0.015))
    assert found.years_until_visible == inf
    assert found.verdict.nl.startswith("Niet zichtbaar in wijkcijfers")


def test_the_threshold_design_counts_the_dwellings_it_needs() -> None:
    # 16 x (2,80159 / (0,3 x 0,75))^2 = 2.480,6: more than the 1.610 dwellings of the programme
    sizes = dict(SHEET.threshold.sample_sizes)
    assert sizes[0.3] == 2481
    assert sizes[0.5] < 1610 < sizes[0.3]
    assert SHEET.threshold.limit_eur == 160_000
    assert 0.3 < SHEET.threshold.whole_programme_mde < 0.5


def test_the_sheet_says_what_to_record_now_and_what_to_confirm() -> None:
    assert len(SHEET.register_now) == 7
    assert any("afgewezen" in item.nl for item in SHEET.register_now)
    assert any("160.000" in item.nl for item in SHEET.to_confirm)


def test_numbers_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ParameterError):
        insulation_evaluation_sheet(replace(InsulationInputs(), dwellings=20_000))


def test_the_smallest_effect_at_the_limit_if_every_dwelling_of_the_programme_lay_there() -> None:
    # 4 x 2.80159 / (0.75 x sqrt(1,610)) = 0.3724 standard deviations; with full take-up three quarters of it.
    assert SHEET.threshold.whole_programme_mde == pytest.approx(0.3724, abs=5e-5)
    full = insulation_evaluation_sheet(InsulationInputs(pilot_take_up=1.0, value_limit_eur=170_000.0)).threshold
    assert (full.take_up, full.limit_eur) == (1.0, 170_000.0)
    assert full.whole_programme_mde == pytest.approx(0.2793, abs=5e-5)


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({"dwellings": 15_063}, False),
        ({"dwellings": 15_064}, True),
        ({"dwellings": 1}, False),
        ({"dwellings": 0}, True),
        ({"stock": 15_063}, False),
        ({"stock": 15_062}, True),
        ({"last_year": 2024}, False),
        ({"last_year": 2023}, True),
    ],
)
def test_the_numbers_of_the_sheet_at_their_limits(changes: dict, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(ParameterError, match="inputs: expected dwellings <= stock of four <= stock, years in order"):
            insulation_evaluation_sheet(InsulationInputs(**changes))
    else:
        insulation_evaluation_sheet(InsulationInputs(**changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"saving_per_dwelling": 0.3}, "Cannot be said yet: the saving per dwelling or the noise in gas use is not known."),
        ({"panel_mde": 0.01}, "Cannot be said yet: the saving per dwelling or the noise in gas use is not known."),
        ({"saving_per_dwelling": 0.3, "panel_mde": 0.004}, "Visible in area figures after 1 years."),  # 0.4008 % a year
        ({"saving_per_dwelling": 0.3, "panel_mde": 0.032}, "Visible in area figures after 8 years."),  # 3.206 % in all
        ({"saving_per_dwelling": 0.3, "panel_mde": 0.0321}, "Not visible in area figures; it is per dwelling."),
    ],
)
def test_the_verdict_of_the_sheet_follows_from_both_numbers(changes: dict, said: str) -> None:
    found = insulation_evaluation_sheet(InsulationInputs(**changes))
    assert found.verdict.en == said
    known = set(changes)
    assert (found.ceiling_gas is None) == ("saving_per_dwelling" not in known)
    assert (found.saving_needed is None) == ("panel_mde" not in known)
    assert (found.years_until_visible is None) == (len(known) < 2)
