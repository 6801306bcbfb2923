"""Rows of cells with their places, before anybody knows which of them are the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter


@dataclass(frozen=True)
class Row:
    """One row: its number in the file (from 1), its cells, and whether a workbook hides it."""

    number: int
    cells: tuple[object, ...]
    is_hidden: bool = False


@dataclass(frozen=True)
class Grid:
    """Everything on a sheet or in a text file.

    Attributes
    ----------
    path : Path
        The file.
    sheet : str
        Name of the sheet; empty for a text file.
    rows : list of Row
        In the order of the file.
    hidden_columns : frozenset of int
        Positions (from 0) of the columns that a workbook hides.
    fills_headers : bool
        Whether an empty cell in an upper header row stands under the text to its left, as in text files; a workbook says itself
        which cells are merged.
    """

    path: Path
    sheet: str
    rows: list[Row] = field(default_factory=list)
    hidden_columns: frozenset[int] = frozenset()
    fills_headers: bool = True

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a cell or row is, for an error line.

        Examples
        --------
        >>> Grid(Path("a.xlsx"), "Blad1").place(5, 2), Grid(Path("a.csv"), "").place(5, 2)
        ('a.xlsx, sheet Blad1, cell C5', 'a.csv, line 5, column 3')
        """
        if self.sheet:
            cell = f"row {row}" if column is None else f"cell {get_column_letter(column + 1)}{row}"
            return f"{self.path}, sheet {self.sheet}, {cell}"
        return f"{self.path}, line {row}" + ("" if column is None else f", column {column + 1}")
