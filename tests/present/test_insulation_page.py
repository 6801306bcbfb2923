"""The insulation sheet as a page: sums by hand, and nothing promised that is not known."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest

from lwo_analysis.indicators.evaluation_sheet import InsulationInputs, insulation_evaluation_sheet
from lwo_analysis.present import insulation as page

INPUTS = InsulationInputs()
SHEET = insulation_evaluation_sheet(INPUTS)


def test_the_sentence_on_size_shows_its_sum() -> None:
    # 1,610 / 15,063 = 10.69 %; 1,610 / 19,914 = 8.08 %
    said = {claim.id: claim.text for claim in page.insulation_claims(SHEET, INPUTS, "nl")}["insulation-share"]
    assert "10,7%" in said
    assert "8,1%" in said
    assert "1.610 / 15.063" in said


def test_the_yearly_part_is_rounded_as_a_reader_needs_it() -> None:
    # 10.69 % over the 8 years from 2024 to 2031
    said = {claim.id: claim.text for claim in page.insulation_claims(SHEET, INPUTS, "nl")}["insulation-yearly"]
    assert said.startswith("Elk jaar is er 1,3% van")


def test_without_a_measured_saving_the_page_says_that_it_cannot_tell() -> None:
    last = list(page.insulation_claims(SHEET, INPUTS, "nl"))[-1]
    assert (last.badge, last.indicator) == ("undetermined", "gas_use")
    assert "daar kunnen we nu niets over zeggen" in last.text


def test_what_is_possible_comes_first() -> None:
    first = next(iter(page.insulation_claims(SHEET, INPUTS, "en")))
    assert first.id == "insulation-comparison"
    assert "Camminghaburen" in first.text


def test_the_figure_follows_the_formula_on_the_page() -> None:
    # 16 x (2.80159 / (0.5 x 0.75))^2 = 893.0, so 894 dwellings
    rows = dict(page.threshold_figure(SHEET, INPUTS, "en").data.rows)
    assert int(rows["0.50"]) == ceil(16 * (2.801585 / (0.5 * 0.75)) ** 2)
    assert rows["0.20"].replace(",", "") == "5582"


def test_full_participation_needs_fewer_dwellings() -> None:
    everyone = replace(INPUTS, pilot_take_up=1.0)
    rows = dict(page.threshold_figure(insulation_evaluation_sheet(everyone), everyone, "en").data.rows)
    assert int(rows["0.50"]) == ceil(16 * (2.801585 / 0.5) ** 2)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_list_is_shown_whole(lang: str) -> None:
    lists = {
        "designs": SHEET.designs,
        "conditions": SHEET.threshold.conditions,
        "register": SHEET.register_now,
        "confirm": SHEET.to_confirm,
    }
    for name, texts in lists.items():
        assert [row[1] for row in page.list_table(name, texts, lang).rows] == [text.in_language(lang) for text in texts]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_facts_name_the_four_areas_and_the_one_that_stays_out(lang: str) -> None:
    rows = [row[1] for row in page.facts_table(SHEET, INPUTS, lang).rows]
    assert all(name in rows[0] for name in ("Bilgaard", "Oud-Oost", "Heechterp", "Vrijheidswijk"))
    assert "Camminghaburen" not in rows[0]
    assert "Camminghaburen" in rows[1]
