"""Answers of respondents, one row each, with their weights and strata; read only, because estimates are made in `indicators`.

The answers stay where they are read. What leaves is estimates, and none on fewer respondents than the rules of disclosure ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.errors import InputError
from lwo_analysis.sources.partner_keys import SKIP, key_reader, read_year
from lwo_analysis.sources.partner_mapping import (
    AreaKey,
    Identity,
    Period,
    check_choices,
    common_sections,
    mapping_entries,
    read_mapping_file,
    require,
    section,
)
from lwo_analysis.sources.spreadsheet import Layout, Table, read_table
from lwo_analysis.sources.spreadsheet_cells import Unreadable, is_empty, number_of, plain_text, shown, text_of
from lwo_analysis.sources.spreadsheet_grid import Row

SECTIONS = ("questions", "areas", "weight", "stratum", "respondent")
FIXED_COLUMNS = ("key", "year", "weight", "stratum")


@dataclass(frozen=True)
class Question:
    """One question that becomes an indicator.

    Attributes
    ----------
    indicator : str
        Id of catalogue/indicators.yml, in percent (a share of respondents) or a mark or index (a mean).
    column : str
        Header of the answers.
    yes_answers, no_answers : tuple of str
        Answers that count as yes and as no, for a share.
    lowest, highest : float or None
        Range of the answers, for a mean.
    no_answer : tuple of str
        What stands for no answer or `do not know`; an empty cell always does.
    """

    indicator: str
    column: str
    yes_answers: tuple[str, ...] = ()
    no_answers: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    no_answer: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether it gives a share of respondents, and not a mean."""
        return bool(self.yes_answers)


@dataclass(frozen=True)
class SurveyMapping:
    """Everything the mapping of a survey says.

    Attributes
    ----------
    areas : tuple of str
        Areas that the sample was drawn to describe; no other area gets an estimate.
    weight, stratum, respondent : str
        Headers of the survey weight, of the stratum of the sample, and of the number of a respondent; empty when there is none.
    """

    identity: Identity
    layout: Layout
    area: AreaKey
    period: Period
    questions: tuple[Question, ...]
    areas: tuple[str, ...]
    weight: str = ""
    stratum: str = ""
    respondent: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every header that must be in the file."""
        fixed = (self.area.column, self.period.column, self.weight, self.stratum, self.respondent)
        return tuple(name for name in (*fixed, *(question.column for question in self.questions)) if name)


@dataclass(frozen=True)
class SurveyAnswers:
    """Answers of respondents.

    Attributes
    ----------
    answers : DataFrame
        One row per respondent: `FIXED_COLUMNS` (`key` is an area id or a CBS code), then one column per indicator: 0 or 1 for a
        share, a number for a mean, NaN for no answer.
    kind, boundary_year : str and int or None
        What `key` is, and whose boundaries its codes mean.
    areas : tuple of str
        Areas that the sample describes.
    shares : frozenset of str
        Indicators that are shares; the others are means.
    skipped : int
        Respondents whose area the mapping skips.
    """

    answers: pd.DataFrame
    kind: str
    boundary_year: int | None
    areas: tuple[str, ...]
    shares: frozenset[str]
    skipped: int


def read_survey_mapping(path: Path) -> SurveyMapping:
    """Return the mapping of a file with answers.

    Raises
    ------
    InputError
        As `read_partner_mapping`; or a question has neither answers that count as yes and no nor a range, an answer counts in two
        ways, or an area is not in the catalogue.
    """
    content, where = read_mapping_file(path), str(path)
    questions = tuple(
        section(Question, _as_texts(entry), f"{where}, questions {place}")
        for place, entry in enumerate(mapping_entries(content, "questions", where), 1)
    )
    rest = {name: content[name] for name in SECTIONS if name in content} | {"questions": questions}
    mapping = section(SurveyMapping, {**rest, **common_sections(content, where, extra=set(SECTIONS))}, where)
    check_choices(mapping.layout, mapping.area, mapping.period, where)
    years = isinstance(mapping.area.boundary_year, int) or mapping.area.kind == "area_id"
    require(years, f"{where}, area.boundary_year", "one year", mapping.area.boundary_year)
    require(bool(mapping.period.column or mapping.period.value), f"{where}, period", "a column or a value", mapping.period)
    strangers = sorted(set(mapping.areas) - set(areas()))
    require(bool(mapping.areas) and not strangers, f"{where}, areas", "ids of catalogue/areas.yml", strangers or "none")
    for question in questions:
        _check_question(question, f"{where}, question {question.indicator}")
    names = [question.indicator for question in questions]
    require(len(set(names)) == len(names), f"{where}, questions", "every indicator once", names)
    return mapping


def read_survey_answers(path: Path, mapping: SurveyMapping) -> SurveyAnswers:
    """Return the answers in a file of respondents.

    Raises
    ------
    InputError
        The file does not follow the mapping: an answer that the mapping does not know, a weight that is not above 0, an empty
        stratum, a respondent who stands twice, or as `read_partner_figures` about areas and years. The line names the cell.
    """
    table = read_table(path, mapping.layout, mapping.columns)
    keys = key_reader(table, mapping.area)
    records: list[dict[str, object]] = []
    skipped = 0
    for row in table.rows:
        key = keys.area_of(row)
        if key == SKIP or (key is None and mapping.area.others == "skip"):
            skipped += 1
        elif key is None:
            raise keys.refusal(row)
        else:
            records.append({"key": key, **_record(table, row, mapping)})
    if not records:
        raise _error(str(path), "respondents", f"none, and {skipped} skipped rows", "correct area in the mapping")
    _check_respondents(table, mapping)
    answers = pd.DataFrame(records).astype({question.indicator: "float64" for question in mapping.questions})
    shares = frozenset(question.indicator for question in mapping.questions if question.is_share)
    year = mapping.area.boundary_year
    return SurveyAnswers(answers, mapping.area.kind, year if isinstance(year, int) else None, mapping.areas, shares, skipped)


def _record(table: Table, row: Row, mapping: SurveyMapping) -> dict[str, object]:
    record: dict[str, object] = {
        "year": read_year(table, row, mapping.period)[0],
        "weight": _weight(table, row, mapping) if mapping.weight else 1.0,
        "stratum": _stratum(table, row, mapping.stratum) if mapping.stratum else "",
    }
    return record | {question.indicator: _answer(table, row, question, mapping.layout) for question in mapping.questions}


def _weight(table: Table, row: Row, mapping: SurveyMapping) -> float:
    cell = table.cell(row, mapping.weight)
    number = number_of(cell, mapping.layout.style)
    if number is None or number.is_percent or not number.value > 0:
        raise _error(
            table.place(row, mapping.weight), "a weight above 0", shown(cell), "mend the weight, or leave the respondent out"
        )
    return number.value


def _stratum(table: Table, row: Row, header: str) -> str:
    stratum = text_of(table.cell(row, header))
    if not stratum:
        raise _error(table.place(row, header), "a stratum", "an empty cell", "fill it in as the sample was drawn")
    return stratum


def _answer(table: Table, row: Row, question: Question, layout: Layout) -> float | None:
    cell = table.cell(row, question.column)
    text = text_of(cell).casefold()
    if not isinstance(cell, Unreadable) and (is_empty(cell) or text in _plain(question.no_answer)):
        return None
    if question.is_share:
        if text in _plain(question.yes_answers):
            return 1.0
        if text in _plain(question.no_answers):
            return 0.0
        expected = "an answer that the mapping counts as yes, no or no answer"
    else:
        number = number_of(cell, layout.style)
        low, high = question.lowest, question.highest
        if number is not None and not number.is_percent and low is not None and high is not None and low <= number.value <= high:
            return number.value
        expected = f"an answer from {low:g} to {high:g}"
    raise _error(table.place(row, question.column), expected, shown(cell), "add the answer to the mapping, or mend the cell")


def _check_respondents(table: Table, mapping: SurveyMapping) -> None:
    seen: dict[str, int] = {}
    for row in table.rows if mapping.respondent else ():
        name = text_of(table.cell(row, mapping.respondent))
        if name in seen:
            place = table.place(row, mapping.respondent)
            raise _error(place, "every respondent once", f"the one of row {seen[name]} again", "remove one of the two rows")
        seen[name] = row.number


def _check_question(question: Question, where: str) -> None:
    require(question.indicator in indicators(), where, "an id of catalogue/indicators.yml", question.indicator)
    unit = indicators()[question.indicator].unit
    kind = "yes_answers and no_answers" if unit == "percent" else "lowest and highest"
    has_answers = bool(question.yes_answers and question.no_answers)
    has_range = question.lowest is not None and question.highest is not None and question.lowest < question.highest
    require(
        has_answers if unit == "percent" else has_range and not question.yes_answers,
        where,
        f"{kind}, as it is in {unit}",
        question,
    )
    every = [*_plain(question.yes_answers), *_plain(question.no_answers), *_plain(question.no_answer)]
    require(len(set(every)) == len(every), where, "every answer in one list", every)


def _plain(answers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plain_text(answer).casefold() for answer in answers)


def _as_texts(entry: object) -> object:
    """Return an entry with its lists of answers as texts: in YAML `[1, 2]` are numbers."""
    if not isinstance(entry, dict):
        return entry
    return {name: [str(answer) for answer in value] if isinstance(value, list) else value for name, value in entry.items()}


def _error(where: str, expected: str, found: str, remedy: str) -> InputError:
    return InputError(where, expected=expected, found=found, remedy=remedy)
