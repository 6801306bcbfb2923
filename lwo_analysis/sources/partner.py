"""Figures that a partner delivers in any CSV or Excel file, read with a mapping that says which column is what.

A file of DUO or another data portal (CKAN) is read the same way; `sources.addressed` fetches it by its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.indicators import SCALES, indicators
from lwo_analysis.errors import InputError
from lwo_analysis.sources.partner_checks import checked_figures
from lwo_analysis.sources.partner_keys import SKIP, KeyReader, key_reader, read_year
from lwo_analysis.sources.partner_mapping import FigureColumns, PartnerMapping
from lwo_analysis.sources.spreadsheet import YEAR_MARK, Table, read_table
from lwo_analysis.sources.spreadsheet_cells import MergedCopy, Number, Unreadable, is_empty, number_of, plain_text, shown, text_of
from lwo_analysis.sources.spreadsheet_grid import Row

FIGURE_COLUMNS: tuple[str, ...] = (
    "key",
    "name",
    "indicator_id",
    "year",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "n",
    "missing_reason",
    "is_provisional",
)
NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "n")
COUNTS = ("numerator", "denominator", "n")
NO_NUMBER = (
    "a number as layout.decimal and layout.thousands say",
    "correct the layout, add the sign to layout.missing with its reason, or mend the cell",
)


@dataclass(frozen=True)
class DeliveredFigures:
    """Figures of indicators, by area or by CBS code.

    Attributes
    ----------
    rows : DataFrame
        Columns `FIGURE_COLUMNS`; values in the unit of the indicator, empty exactly where `missing_reason` is not.
    kind : str
        `area_id` or `cbs_code`: what `key` is.
    boundary_year : int or str or None
        Whose boundaries the codes mean; `period` for each year its own.
    restated : bool
        All years were recomputed on those boundaries.
    notes : tuple of str
        Texts of rows above and below the figures that hold none.
    skipped : int
        Rows about no known area, left out because the mapping says so.
    suppressed : int
        Figures taken out because they rest on fewer than the minimum cell.
    """

    rows: pd.DataFrame
    kind: str
    boundary_year: int | str | None
    restated: bool
    notes: tuple[str, ...]
    skipped: int
    suppressed: int


def read_partner_figures(path: Path, mapping: PartnerMapping) -> DeliveredFigures:
    """Return the figures of a delivered file.

    Parameters
    ----------
    path : Path
        CSV or Excel; see `spreadsheet.read_table` for what is understood.
    mapping : PartnerMapping
        As `read_partner_mapping` returns it.

    Raises
    ------
    InputError
        The file does not follow the mapping; the line names the cell, what was expected there and what to do. Also for two rows
        about the same thing, a negative count, a share outside 0-100, percentages that look like fractions, a share that differs
        from its counts, and a `where` that no row answers to.
    """
    table = read_table(path, mapping.layout, mapping.columns)
    keys = key_reader(table, mapping.area)
    figures = [part for figure in mapping.figures for part in _by_year(figure, table)]
    data, notes, skipped = _split_rows(table, keys, figures, mapping)
    cells = [_read_figure(table, row, key, figure, mapping) for figure in figures for row, key in _selected(table, data, figure)]
    rows = pd.DataFrame(cells, columns=[*FIGURE_COLUMNS, "place"]).astype(dict.fromkeys(NUMBERS, "Float64"))
    checked, suppressed = checked_figures(rows, mapping, where=str(path))
    area = mapping.area
    return DeliveredFigures(
        checked[list(FIGURE_COLUMNS)], area.kind, area.boundary_year, area.restated, notes, skipped, suppressed
    )


def delivery_note(figures: DeliveredFigures) -> str:
    """Return what a source card must tell about a delivery: notes in the file, and what was left out and why."""
    left_out = f"{figures.skipped} rows skipped as the mapping says, {figures.suppressed} figures under the minimum cell"
    return "; ".join([f"{len(figures.rows)} figures", left_out, *(f"note: {note[:200]}" for note in figures.notes[:5])])


@dataclass(frozen=True)
class _YearFigure:
    """The columns of one indicator, for the year that the headers name (None when the row names it)."""

    columns: FigureColumns
    year: int | None = None
    is_provisional: bool = False


def _by_year(figure: FigureColumns, table: Table) -> list[_YearFigure]:
    """Return a figure once, or once for each year of a wide table."""
    if not any(YEAR_MARK in header for header in figure.columns.values()):
        return [_YearFigure(figure)]
    headers = {name: table.headers_by_year(header) for name, header in figure.columns.items()}
    years = sorted(set().union(*headers.values()))
    for name, found in headers.items():
        if absent := [year for year in years if year not in found]:
            raise InputError(
                str(table.grid.path),
                expected=f"{figure.columns[name]!r} for {', '.join(map(str, absent))}, as the other columns have",
                found="no such column",
                remedy="ask for the columns, or map fewer of them",
            )
    return [_in_year(figure, {name: found[year] for name, found in headers.items()}, year) for year in years]


def _in_year(figure: FigureColumns, headers: dict[str, Any], year: int) -> _YearFigure:
    """Return a figure with its headers of one year; a star in one of them marks the year as provisional."""
    return _YearFigure(replace(figure, **headers), year, any("*" in header for header in headers.values()))


def _split_rows(
    table: Table, keys: KeyReader, figures: list[_YearFigure], mapping: PartnerMapping
) -> tuple[list[tuple[Row, str]], tuple[str, ...], int]:
    """Return the rows about areas with their key, the texts of notes, and how many rows were skipped."""
    used = sorted({header for figure in figures for header in figure.columns.columns.values()})
    positions = [table.position(header) for header in [*used, *([mapping.period.column] if mapping.period.column else [])]]
    data: list[tuple[Row, str]] = []
    notes: list[str] = []
    skipped = 0
    for row in table.rows:
        key = keys.area_of(row)
        if key:
            data.append((row, key))
        elif key is None and all(is_empty(row.cells[place]) for place in positions):
            notes.append(" ".join(text_of(cell) for cell in row.cells if not is_empty(cell)))
        elif key == SKIP or mapping.area.others == "skip":
            skipped += 1
        else:
            raise keys.refusal(row)
    if not data:
        raise InputError(
            str(table.grid.path),
            expected=f"rows about areas in column {mapping.area.column!r}",
            found=f"{len(notes)} notes and {skipped} skipped rows",
            remedy="correct area in the mapping",
        )
    return data, tuple(notes), skipped


def _selected(table: Table, data: list[tuple[Row, str]], figure: _YearFigure) -> Iterator[tuple[Row, str]]:
    wanted = [(table.position(header), plain_text(text).casefold()) for header, text in figure.columns.where.items()]
    rows = [(row, key) for row, key in data if all(text_of(row.cells[at]).casefold() == text for at, text in wanted)]
    if not rows:
        conditions = " and ".join(f"{header} = {text!r}" for header, text in figure.columns.where.items())
        raise InputError(
            str(table.grid.path), expected=f"rows with {conditions}", found="none", remedy="correct `where` in the mapping"
        )
    return iter(rows)


def _read_figure(table: Table, row: Row, key: str, figure: _YearFigure, mapping: PartnerMapping) -> dict[str, object]:
    year, marked = (figure.year, figure.is_provisional) if figure.year is not None else read_year(table, row, mapping.period)
    cells = {name: _read_number(table, row, name, figure.columns, mapping) for name in figure.columns.columns}
    numbers = {name: number for name, (number, _) in cells.items()}
    reasons = [reason for name, (_, reason) in cells.items() if reason and name in ("value", "numerator", "denominator")]
    area_name = text_of(table.cell(row, mapping.area.name_column)) if mapping.area.name_column else ""
    return {
        **dict.fromkeys(NUMBERS),
        **numbers,
        "key": key,
        "name": area_name,
        "indicator_id": figure.columns.indicator,
        "year": year,
        "missing_reason": min(reasons, key=_strength) if reasons else "",
        "is_provisional": marked,
        "place": table.grid.place(row.number),
    }


def _strength(reason: str) -> int:
    """Return the place of a reason among those that can be told apart, the strongest first."""
    return ("suppressed_or_unknown", "not_yet_published", "absent", "impossible").index(reason)


def _read_number(table: Table, row: Row, name: str, figure: FigureColumns, mapping: PartnerMapping) -> tuple[float | None, str]:
    """Return a number in the unit of its indicator, or the reason why there is none."""
    header = figure.columns[name]
    cell = table.cell(row, header)
    reasons = {plain_text(sign).casefold(): reason for sign, reason in {"": "absent", **mapping.layout.missing}.items()}
    if not isinstance(cell, Unreadable | MergedCopy) and (reason := reasons.get(text_of(cell).casefold())):
        return None, reason
    number = number_of(cell, mapping.layout.style)
    problem = _problem(number, name, figure) if number is not None else None
    if number is None or problem:
        expected, remedy = problem or NO_NUMBER
        raise InputError(table.place(row, header), expected=expected, found=shown(cell), remedy=remedy)
    if name in COUNTS:
        return number.value, ""
    as_percent = figure.unit == "fraction" and not number.is_percent
    return round(number.value * figure.factor * (SCALES["percent"] if as_percent else 1.0), 10), ""


def _problem(number: Number, name: str, figure: FigureColumns) -> tuple[str, str] | None:
    """Return what was expected of a number and what to do, or None when there is nothing wrong with it."""
    if number.is_percent and (name in COUNTS or indicators()[figure.indicator].unit != "percent"):
        return f"a number without a percent sign as {name} of {figure.indicator}", "correct the column in the mapping"
    if name in COUNTS and (number.value < 0 or not number.value.is_integer()):
        return "a whole number of 0 or more", "mend the cell, or correct layout.decimal and layout.thousands in the mapping"
    is_fraction = name not in COUNTS and figure.unit == "fraction" and not number.is_percent
    if is_fraction and not 0 <= number.value <= 1:
        return "a fraction from 0 to 1", "write unit: percent in the mapping when the column has percentages"
    return None
