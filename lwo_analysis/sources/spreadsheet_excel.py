"""An Excel sheet as rows of cells; what a reader does not see is made explicit: formulas, merged and hidden cells."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from lwo_analysis.errors import InputError
from lwo_analysis.sources.spreadsheet_archive import check_archive
from lwo_analysis.sources.spreadsheet_cells import MergedCopy, PercentNumber, Unreadable, plain_text, shown
from lwo_analysis.sources.spreadsheet_grid import Grid, Row

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST_WORKBOOK = 200_000_000
MOST_CELLS = 2_000_000


def read_excel_grid(path: Path, sheet: str = "") -> Grid:
    """Return one sheet of a workbook.

    Parameters
    ----------
    path : Path
        An `.xlsx` or `.xlsm` file; macros and links are never run.
    sheet : str
        Name of the sheet, hidden or not; when empty the only visible sheet with cells is taken, in whatever place it stands.

    Returns
    -------
    Grid
        Numbers, dates and texts as stored; what is shown as a percentage is a `PercentNumber`; a cell under a merged one is a
        `MergedCopy`; a formula gives its stored result, or is `Unreadable` without one, and so is an error such as `#DIV/0!`.

    Raises
    ------
    InputError
        Not a whole workbook, more than `LARGEST_WORKBOOK` bytes unpacked or `MOST_CELLS` cells, no sheet of that name, or several
        visible sheets and no name.
    """
    check_archive(path, largest_total=LARGEST_WORKBOOK)
    values, formulas = _load(path, data_only=True), _load(path, data_only=False)
    chosen = _choose_sheet(values, sheet, path)
    rows = _rows(chosen, formulas[chosen.title])
    hidden = frozenset(_hidden_columns(chosen))
    return Grid(path, chosen.title, rows, hidden_columns=hidden, fills_headers=False)


def _load(path: Path, *, data_only: bool) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on extensions that openpyxl leaves out: none of them holds cells
            return load_workbook(path, data_only=data_only, keep_links=False)
    except Exception as problem:  # the reader raises a family of its own for every kind of damage
        raise InputError(
            str(path),
            expected="an Excel workbook (.xlsx)",
            found=f"unreadable ({str(problem).splitlines()[0][:80] if str(problem) else type(problem).__name__})",
            remedy="ask for it again, or save it as .xlsx or CSV",
        ) from problem


def _choose_sheet(book: Workbook, name: str, path: Path) -> Worksheet:
    if name:
        found = [sheet for sheet in book.worksheets if plain_text(sheet.title) == plain_text(name)]
        expected = f"a sheet {name!r}"
    else:
        found = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and not _is_blank(sheet)]
        expected = "one visible sheet with cells"
    if len(found) != 1:
        raise InputError(
            str(path),
            expected=expected,
            found=", ".join(repr(sheet.title) for sheet in (book.worksheets if name else found)) or "only empty sheets",
            remedy="write the name of the sheet as layout.sheet in the mapping",
        )
    if found[0].max_row * found[0].max_column > MOST_CELLS:
        raise InputError(
            f"{path}, sheet {found[0].title}",
            expected=f"at most {MOST_CELLS} cells",
            found=f"{found[0].max_row} rows of {found[0].max_column} columns",
            remedy="delete the empty rows and columns after the table, or save it as CSV",
        )
    return found[0]


def _is_blank(sheet: Worksheet) -> bool:
    return sheet.max_row == 1 and sheet.max_column == 1 and sheet.cell(1, 1).value is None


def _rows(sheet: Worksheet, formulas: Worksheet) -> list[Row]:
    anchors = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
        if (row, column) != (area.min_row, area.min_col)
    }
    written = [[cell.data_type == "f" for cell in row] for row in formulas.iter_rows()]
    cells = [[_cell(cell, is_formula) for cell, is_formula in zip(*pair, strict=True)] for pair in _pairs(sheet, written)]
    for (row, column), (top, left) in anchors.items():
        cells[row - 1][column - 1] = MergedCopy(cells[top - 1][left - 1])
    return [
        Row(number, tuple(row), bool(sheet.row_dimensions[number].hidden) if number in sheet.row_dimensions else False)
        for number, row in enumerate(cells, start=1)
    ]


def _pairs(sheet: Worksheet, written: list[list[bool]]) -> list[tuple[tuple[Cell, ...], list[bool]]]:
    return list(zip(sheet.iter_rows(), written, strict=True))


def _cell(cell: Cell, is_formula: bool) -> object:
    value = cell.value
    if is_formula and value is None:
        return Unreadable("a formula without a stored result")
    if cell.data_type == "e":
        return Unreadable(f"the error {shown(value)}")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "%" in re.sub(r'"[^"]*"|\\.', "", cell.number_format or ""):
        return PercentNumber(round(value * 100, 10))
    return "" if value is None else value


def _hidden_columns(sheet: Worksheet) -> set[int]:
    """Return the positions (from 0) of hidden columns; a group of columns is kept under its first letter."""
    return {
        column - 1
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden
        for column in range(dimension.min, dimension.max + 1)
    }
