"""The table in a delivered file: its header found by the columns that are asked for, its rows with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lwo_analysis.errors import InputError
from lwo_analysis.sources.spreadsheet_cells import NumberStyle, is_empty, plain_text, text_of
from lwo_analysis.sources.spreadsheet_excel import read_excel_grid
from lwo_analysis.sources.spreadsheet_grid import Grid, Row
from lwo_analysis.sources.spreadsheet_text import DELIMITERS, read_text, text_grid

EXCEL_SUFFIXES = (".xlsx", ".xlsm")
TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
HEADER_WITHIN = 60
"""The header is looked for in this many rows."""
YEAR_MARK = "{year}"
HEADER_JOIN = " | "


@dataclass(frozen=True)
class Layout:
    """How a file is laid out; what is left empty is found.

    Attributes
    ----------
    decimal : str
        Comma or point; it has no default, because `1.234` can be read in two ways.
    thousands : str
        Sign between thousands: point, comma, space, apostrophe, or empty for none.
    sheet, encoding, delimiter : str
        Of a workbook, and of a text file.
    header_rows : int
        Rows that make up the header; the texts above each other are joined by `" | "`.
    hidden : str
        What a hidden row or column of a workbook means: `refuse`, `include` or `skip`.
    missing : dict of str to str
        What stands where a figure is missing, and the reason that it stands for.
    """

    decimal: str
    thousands: str = ""
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_rows: int = 1
    hidden: str = "refuse"
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def style(self) -> NumberStyle:
        """How numbers are written."""
        return NumberStyle(self.decimal, self.thousands)


@dataclass(frozen=True)
class Table:
    """A header and the rows under it.

    Attributes
    ----------
    names : tuple of str
        Header texts, one per column.
    rows : list of Row
        Every row after the header that is not empty, notes included.
    """

    grid: Grid
    names: tuple[str, ...]
    rows: list[Row]

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Where each header text stands, compared without regard to capitals."""
        found: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            found.setdefault(name.casefold(), []).append(place)
        return found

    def position(self, name: str) -> int:
        """Return the place of a column.

        Raises
        ------
        InputError
            No column, or several, have that header.
        """
        found = self.positions.get(plain_text(name).casefold(), [])
        if len(found) != 1:
            raise InputError(
                str(self.grid.path),
                expected=f"one column {name!r}",
                found=f"{len(found)} among {_listed(self.names)}",
                remedy="write the header in the mapping as the file has it, or rename the column that stands twice",
            )
        return found[0]

    def cell(self, row: Row, name: str) -> object:
        """Return the cell of a row under a header."""
        return row.cells[self.position(name)]

    def place(self, row: Row, name: str) -> str:
        """Return where that cell is."""
        return self.grid.place(row.number, self.position(name))

    def headers_by_year(self, pattern: str) -> dict[int, str]:
        """Return the header of each year that a pattern with `{year}` in it occurs for.

        Raises
        ------
        InputError
            Two headers are about the same year.
        """
        matches = [match for name in self.names if (match := _header_pattern(pattern).fullmatch(name))]
        found = {int(match[1]): match[0] for match in matches}
        if len(found) < len(matches):
            raise InputError(
                str(self.grid.path),
                expected=f"one column {pattern!r} for each year",
                found=", ".join(repr(match[0]) for match in matches),
                remedy="remove the column that stands twice, or write its header in full in the mapping",
            )
        return found


def read_table(path: Path, layout: Layout, columns: Iterable[str]) -> Table:
    """Return the table of a file.

    Parameters
    ----------
    path : Path
        `.xlsx`, `.xlsm`, `.csv`, `.tsv` or `.txt`.
    layout : Layout
        As the mapping states it.
    columns : iterable of str
        Headers that must be there; one with `{year}` in it for at least one year. They decide which row is the header, and for a
        text file what the delimiter is, when several would do.

    Raises
    ------
    InputError
        The file cannot be read, no row has all headers, there is no row under the header, a text row has more or fewer cells than
        the header, or a row or column that is needed is hidden.
    """
    wanted = tuple(dict.fromkeys(columns))
    if path.suffix.lower() in EXCEL_SUFFIXES:
        grid = read_excel_grid(path, layout.sheet)
        names, after = _find_header(grid, layout, wanted, ())
    elif path.suffix.lower() in TEXT_SUFFIXES:
        grid, names, after = _read_text_grid(path, layout, wanted)
    else:
        raise InputError(
            str(path),
            expected=f"a file that ends in {', '.join((*EXCEL_SUFFIXES, *TEXT_SUFFIXES))}",
            found=path.suffix or "no ending",
            remedy="save it as .xlsx or as CSV",
        )
    table = Table(grid, names, [])
    rows = [row for row in grid.rows[after:] if not all(is_empty(cell) for cell in row.cells)]
    if not rows:
        raise InputError(str(path), expected="rows under the header", found="none", remedy="ask for the file with its figures")
    _check_hidden_columns(table, wanted, layout)
    return Table(grid, names, [_full_width(row, table) for row in _shown_rows(rows, table, layout)])


def _read_text_grid(path: Path, layout: Layout, wanted: tuple[str, ...]) -> tuple[Grid, tuple[str, ...], int]:
    text = read_text(path, layout.encoding)
    candidates = (layout.delimiter,) if layout.delimiter else DELIMITERS
    tried: list[str] = []
    for delimiter in candidates:
        try:
            start = text_grid(path, text, delimiter, most_rows=HEADER_WITHIN + layout.header_rows)
        except InputError:
            if layout.delimiter:
                raise
            continue
        if _header_at(start, layout, wanted) is not None:
            grid = text_grid(path, text, delimiter)
            return grid, *_find_header(grid, layout, wanted, tuple(tried))
        tried.append(delimiter)
    return (grid := text_grid(path, text, _likely_delimiter(text, candidates))), *_find_header(grid, layout, wanted, candidates)


def _likely_delimiter(text: str, candidates: tuple[str, ...]) -> str:
    return max(candidates, key=text[:5000].count)


def _find_header(grid: Grid, layout: Layout, wanted: tuple[str, ...], tried: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    place = _header_at(grid, layout, wanted)
    if place is not None:
        return _names_at(grid, place, layout), place + layout.header_rows
    headers = [_names_at(grid, start, layout) for start in range(min(len(grid.rows), HEADER_WITHIN))]
    best = max(headers, key=lambda names: len(wanted) - len(_absent(names, wanted)), default=())
    how = f" (separated by {' or '.join(map(repr, tried))})" if tried else ""
    raise InputError(
        str(grid.path) + (f", sheet {grid.sheet}" if grid.sheet else ""),
        expected=f"a header with {', '.join(map(repr, _absent(best, wanted)))}{how}",
        found=_listed(best),
        remedy="correct the headers, layout.header_rows or layout.delimiter in the mapping, or ask for the columns",
    )


def _header_at(grid: Grid, layout: Layout, wanted: tuple[str, ...]) -> int | None:
    for start in range(min(len(grid.rows) - layout.header_rows + 1, HEADER_WITHIN)):
        if not _absent(_names_at(grid, start, layout), wanted):
            return start
    return None


def _names_at(grid: Grid, start: int, layout: Layout) -> tuple[str, ...]:
    rows = grid.rows[start : start + layout.header_rows]
    width = max(len(row.cells) for row in rows)
    texts = [[text_of(cell) for cell in row.cells] + [""] * (width - len(row.cells)) for row in rows]
    if grid.fills_headers:
        texts = [*(_filled(line) for line in texts[:-1]), texts[-1]]
    return tuple(HEADER_JOIN.join(dict.fromkeys(text for text in column if text)) for column in zip(*texts, strict=True))


def _filled(texts: list[str]) -> list[str]:
    filled: list[str] = []
    for text in texts:
        filled.append(text or (filled[-1] if filled else ""))
    return filled


def _absent(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[str]:
    return [name for name in wanted if not any(_header_pattern(name).fullmatch(other) for other in names)]


def _header_pattern(pattern: str) -> re.Pattern[str]:
    """Return what matches a header; `{year}` stands for four digits, with the stars of a provisional year."""
    parts = [re.escape(part) for part in plain_text(pattern).split(YEAR_MARK)]
    return re.compile(r"([0-9]{4})\*{0,2}".join(parts), flags=re.IGNORECASE)


def _shown_rows(rows: list[Row], table: Table, layout: Layout) -> list[Row]:
    hidden = [row for row in rows if row.is_hidden]
    if hidden and layout.hidden == "refuse":
        raise _hidden_error(table.grid.place(hidden[0].number), f"{len(hidden)} hidden row(s)")
    return [row for row in rows if not row.is_hidden] if layout.hidden == "skip" else rows


def _check_hidden_columns(table: Table, wanted: tuple[str, ...], layout: Layout) -> None:
    patterns = [_header_pattern(name) for name in wanted]
    needed = {place for place, name in enumerate(table.names) if any(pattern.fullmatch(name) for pattern in patterns)}
    if needed & table.grid.hidden_columns and layout.hidden == "refuse":
        first = min(needed & table.grid.hidden_columns)
        raise _hidden_error(f"{table.grid.path}, sheet {table.grid.sheet}, column {table.names[first]!r}", "a hidden column")


def _hidden_error(where: str, found: str) -> InputError:
    remedy = "ask what it means and write layout.hidden: include or skip in the mapping, or send the file with everything shown"
    return InputError(where, expected="nothing hidden in the table", found=found, remedy=remedy)


def _full_width(row: Row, table: Table) -> Row:
    """Return a row with as many cells as the header; a text row of one cell is a note, any other length is an error."""
    surplus = [cell for cell in row.cells[len(table.names) :] if not is_empty(cell)]
    lacking = len(table.names) - len(row.cells)
    if table.grid.sheet or not (surplus or lacking > 0):
        return Row(row.number, row.cells[: len(table.names)] + ("",) * max(lacking, 0), row.is_hidden)
    if not surplus and sum(not is_empty(cell) for cell in row.cells) == 1:
        return Row(row.number, row.cells + ("",) * lacking)
    raise InputError(
        table.grid.place(row.number),
        expected=f"{len(table.names)} cells, as in the header",
        found=f"{len(row.cells)}",
        remedy="put a cell with the delimiter in it between quotes (a decimal comma too), or ask for another delimiter",
    )


def _listed(names: tuple[str, ...]) -> str:
    shown = [repr(name) for name in names if name]
    return ", ".join(shown[:12]) + (f" and {len(shown) - 12} more" if len(shown) > 12 else "") if shown else "no header"
