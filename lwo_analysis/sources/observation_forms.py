"""Filled-in observation forms: small CSV files that people typed, read without trust."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.observation_forms import ObservationForm, observation_forms
from lwo_analysis.errors import InputError

COLUMNS = ("form", "date", "part_of_day", "area", "stretch", "homes", "observer", "item", "count")
KEY = ["date", "part_of_day", "area", "stretch", "observer", "item"]
PARTS_OF_DAY = {"ochtend": "morning", "middag": "afternoon", "avond": "evening"}
OBSERVERS = frozenset({"A", "B"})
LARGEST_FILE = 1_000_000
MOST_STRETCHES, MOST_HOMES, MOST_THINGS = 99, 999, 999
WHOLE_NUMBER = r"\d{1,3}"


def read_observation_form(path: Path) -> pd.DataFrame:
    """Return the counts of one filled-in form, as `observation_sheet` offers it empty.

    For a researcher at a prompt, or a workshop: the counts go on no page and into no table of observations, because a walk is no
    measurement of an area. Not for photographs or for anything about a person: the file has no column for words.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with the columns `COLUMNS`, separated by commas or semicolons. The part of the day may be in Dutch, and an
        area may have capitals and spaces.

    Returns
    -------
    DataFrame
        The columns of the file; `date` a day, `stretch` and `homes` integers, `count` a float: NaN where nobody looked, 0 where
        nothing was seen.

    Raises
    ------
    InputError
        The file is too large, not UTF-8 or without rows; a column is absent or too many; a word is outside its list; a number is
        no whole number or out of its range; a stretch has too few homes; a count of homes exceeds the homes; the same thing was
        counted twice by one observer; a stretch lacks an observer or an item, or its observers give another number of homes.
        The line names the row as a spreadsheet numbers it, never what is in it.
    """
    rows = _read(path)
    form = _check_words(rows, path)
    numbers = _numbers(rows, form, path)
    _check_whole(numbers, form, path)
    return numbers.reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    if path.stat().st_size > LARGEST_FILE:
        raise _wrong(path, "", f"at most {LARGEST_FILE} bytes", "more", "split the file by day")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _wrong(path, "", "CSV in UTF-8", "something else", "save it as CSV UTF-8") from problem
    lines = {place: line for place, line in enumerate(text.splitlines(), start=1) if line.strip(";, ")}
    cells = {place: [cell.strip() for cell in line.split(";" if ";" in text else ",")] for place, line in lines.items()}
    if len(cells) < 2 or tuple(next(iter(cells.values()))) != COLUMNS:
        raise _wrong(path, "", f"the columns {', '.join(COLUMNS)} and a row", "others", "start from the empty file")
    ragged = [place for place, row in cells.items() if len(row) != len(COLUMNS)]
    if ragged:
        raise _wrong(path, f", row {ragged[0]}", f"{len(COLUMNS)} cells", "another number", "start from the empty file")
    rows = pd.DataFrame.from_dict(cells, orient="index", columns=list(COLUMNS)).iloc[1:]
    area_ids = rows["area"].str.lower().str.replace(" ", "-")
    return rows.assign(area=area_ids, part_of_day=rows["part_of_day"].str.lower().replace(PARTS_OF_DAY))


def _check_words(rows: pd.DataFrame, path: Path) -> ObservationForm:
    forms = observation_forms()
    _refuse(~rows["form"].isin(forms) | rows["form"].ne(rows["form"].iloc[0]), path, "one form of the catalogue")
    form = forms[rows["form"].iloc[0]]
    allowed = {
        "part_of_day": PARTS_OF_DAY.values(),
        "area": areas(),
        "observer": OBSERVERS,
        "item": [item.id for item in form.items],
    }
    for column, words in allowed.items():
        _refuse(~rows[column].isin(list(words)), path, f"a word of the list in {column}")
    _refuse(pd.to_datetime(rows["date"], format="%Y-%m-%d", errors="coerce").isna(), path, "a date such as 2026-11-20")
    return form


def _numbers(rows: pd.DataFrame, form: ObservationForm, path: Path) -> pd.DataFrame:
    for column in ("stretch", "homes"):
        _refuse(~rows[column].str.fullmatch(WHOLE_NUMBER), path, f"a whole number in {column}")
    _refuse(~rows["count"].str.fullmatch(f"({WHOLE_NUMBER})?"), path, "a whole number or nothing in count")
    counts = pd.to_numeric(rows["count"].replace("", None)).astype(float)
    numbers = rows.assign(
        date=pd.to_datetime(rows["date"]), stretch=rows["stretch"].astype(int), homes=rows["homes"].astype(int), count=counts
    )
    _refuse(~numbers["stretch"].between(1, MOST_STRETCHES), path, f"a stretch from 1 to {MOST_STRETCHES}")
    _refuse(numbers["homes"] < form.least_homes, path, f"a stretch of at least {form.least_homes} homes")
    of_homes = numbers["item"].isin([item.id for item in form.items if item.kind == "homes"])
    _refuse(of_homes & numbers["count"].gt(numbers["homes"]), path, "no more than the homes of the stretch")
    return numbers


def _check_whole(numbers: pd.DataFrame, form: ObservationForm, path: Path) -> None:
    _refuse(numbers.duplicated(KEY), path, "every item once for each observer")
    walks = numbers.groupby(["date", "part_of_day", "area", "stretch"])
    _refuse(walks["homes"].transform("nunique").ne(1), path, "the same number of homes from both observers")
    needed = len(form.items) * len(OBSERVERS)
    _refuse(walks["item"].transform("size").ne(needed), path, "every item of the form from both observers")


def _refuse(wrong: pd.Series, path: Path, expected: str) -> None:
    if wrong.any():
        raise _wrong(path, f", row {wrong.idxmax()}", expected, "something else", "correct the row")


def _wrong(path: Path, where: str, expected: str, found: str, remedy: str) -> InputError:
    return InputError(f"observation form {path.name}{where}", expected=expected, found=found, remedy=remedy)
