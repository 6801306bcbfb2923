"""What the foot of a page says about figures that need care. Expected sentences: the catalogue's, filled in by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lwo_analysis.catalogue.corrections import Correction
from lwo_analysis.present import figure_notes as module
from lwo_analysis.present.figure_notes import figure_notes

FIGURE = {"indicator_id": "cars_per_household", "source_id": "kwb", "year": 2020, "origin": "register", "value": 0.8, "n": 60.0}
SURVEYED = {"indicator_id": "neighbourhood_attachment", "source_id": "residents-survey", "origin": "survey"}


def of(*changes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([FIGURE | change for change in changes])


@pytest.mark.parametrize(("n", "count"), [(49.0, 0), (50.0, 1), (149.0, 1), (150.0, 0)])
def test_an_estimate_of_fifty_to_a_hundred_and_fifty_respondents_is_marked(n, count):
    assert len(figure_notes(of(SURVEYED | {"n": n}), "nl")) == count


def test_the_sentence_names_what_is_estimated_once_and_nothing_else():
    used = of(SURVEYED | {"year": 2022}, SURVEYED | {"year": 2024}, {})
    assert figure_notes(used, "en") == (
        "These figures come from a survey with fewer than 150 respondents and only give a direction: "
        "Attachment to the neighbourhood.",
    )


def flag(monkeypatch: pytest.MonkeyPatch, where: dict[str, Any], table: str = "84799NED") -> None:
    entry = Correction("doubted", "flag", table, {"region_code": "WK008020", **where}, {"rows": 1}, "x", "us", "reported")
    monkeypatch.setattr(module, "corrections_of", lambda name: (entry,) if name == "kwb" else ())


def test_a_flagged_measure_is_named_where_an_indicator_is_made_of_it(monkeypatch):
    flag(monkeypatch, {"measure": "cars"})
    (said,) = figure_notes(of({}), "nl")
    assert said == (
        "In tabel 84799NED van de bron staat een fout die in de cijfers is blijven zitten. "
        "Het gaat om: Personenauto's per huishouden."
    )
    assert figure_notes(of({"indicator_id": "households"}), "nl") == ()


@pytest.mark.parametrize("change", [{"year": 2021}, {"value": None}, {"source_id": "wmo"}])
def test_a_flag_says_nothing_on_a_page_without_its_figures(monkeypatch, change):
    flag(monkeypatch, {"measure": "cars"})
    assert figure_notes(of(change), "nl") == ()


def test_a_flag_on_a_whole_region_is_about_everything_of_its_table(monkeypatch):
    flag(monkeypatch, {})
    (said,) = figure_notes(of({}, {"indicator_id": "households"}), "nl")
    assert said.endswith("Personenauto's per huishouden, Huishoudens.")
