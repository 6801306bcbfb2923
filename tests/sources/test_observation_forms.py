"""Filled-in observation forms: one that is right, and one mistake at a time, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.catalogue.observation_forms import check_form, observation_forms
from lwo_analysis.errors import CatalogueError, InputError
from lwo_analysis.present.observation_forms import observation_downloads, observation_sheet, printed_form
from lwo_analysis.sources.observation_forms import COLUMNS, read_observation_form

FORM = observation_forms()["street-walk"]


def filled() -> pd.DataFrame:
    known = {"date": "2026-10-01", "part_of_day": "middag", "area": "Oud Oost", "stretch": "3", "homes": "24", "count": "2"}
    return observation_sheet(FORM).assign(**known)


def write(folder: Path, rows: pd.DataFrame, separator: str = ",") -> Path:
    path = folder / "walk.csv"
    rows.to_csv(path, index=False, sep=separator)
    return path


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_filled_in_sheet_is_read_as_typed(tmp_path: Path, separator: str) -> None:
    rows = filled()
    rows.loc[0, "count"] = ""  # not looked
    rows.loc[1, "count"] = "0"  # seen none
    read = read_observation_form(write(tmp_path, rows, separator))
    assert tuple(read.columns) == COLUMNS
    assert len(read) == 18  # nine things, two people
    assert pd.isna(read["count"][0])
    assert read["count"][1] == 0
    assert set(read["area"]) == {"oud-oost"}
    assert set(read["part_of_day"]) == {"afternoon"}


def change(column: str, value: str, row: int = 4) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{column: rows[column].mask(rows.index == row, value)})


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (change("area", "Dorpsstraat 12"), "row 6.*list in area"),
        (change("observer", "Jansen"), "row 6.*list in observer"),
        (change("item", "litter"), "row 6.*list in item"),
        (change("date", "1 oktober"), "row 6.*a date"),
        (change("count", "veel"), "row 6.*whole number or nothing"),
        (change("count", "-1"), "row 6.*whole number or nothing"),
        (change("count", "25", row=0), "row 2.*no more than the homes"),  # 25 of 24 homes
        (change("homes", "23"), "the same number of homes"),
        (lambda rows: rows.assign(homes="19"), "at least 20 homes"),
        (lambda rows: rows.assign(stretch="0"), "a stretch from 1"),
        (lambda rows: pd.concat([rows, rows.tail(1)]), "row 20.*once for each observer"),
        (lambda rows: rows[rows["observer"] == "A"], "from both observers"),
        (lambda rows: rows.drop(index=3), "every item"),
        (lambda rows: rows.assign(words="mevrouw Jansen doet open"), "the columns"),
        (lambda rows: rows.head(0), "a row"),
    ],
)
def test_a_mistake_is_refused_in_one_line_that_repeats_nothing(tmp_path: Path, spoil: Callable, found: str) -> None:
    with pytest.raises(InputError, match=found) as caught:
        read_observation_form(write(tmp_path, spoil(filled())))
    assert "\n" not in str(caught.value)
    assert "Jansen" not in str(caught.value)
    assert "Dorpsstraat" not in str(caught.value)


def test_things_may_be_more_than_the_homes(tmp_path: Path) -> None:
    benches = [item.kind for item in FORM.items].index("things")
    assert read_observation_form(write(tmp_path, change("count", "40", row=benches)(filled())))["count"][benches] == 40


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_sheet_holds_every_step_and_every_thing_to_count(lang: str) -> None:
    text = printed_form(FORM, lang)
    assert all(words in text for words in (FORM.name(lang), *FORM.steps(lang), *(item.text(lang) for item in FORM.items)))
    assert max(map(len, text.splitlines())) <= 130


def test_a_page_offers_both_files_and_marks_them_beside_made_up_figures() -> None:
    real, demo = (observation_downloads({origin}, "nl").items for origin in ("published", "demo"))
    assert [item.file_name for item in real] == ["street-walk-nl.md", "street-walk.csv"]
    assert [item.file_name for item in demo] == ["DEMO-street-walk-nl.md", "DEMO-street-walk.csv"]


@pytest.mark.parametrize("spoiled", [{"steps_en": ("One step.",)}, {"least_homes": 0}])
def test_a_form_that_contradicts_itself_is_refused(spoiled: dict) -> None:
    with pytest.raises(CatalogueError):
        check_form(type(FORM)(**(vars(FORM) | spoiled)))
