"""The area and the year that a delivered row is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.errors import InputError
from lwo_analysis.sources.partner_mapping import LEVELS, AreaKey, Period, normal_labels
from lwo_analysis.sources.spreadsheet import Table
from lwo_analysis.sources.spreadsheet_cells import shown, text_of, year_of
from lwo_analysis.sources.spreadsheet_grid import Row

_CODE = re.compile(r"GM[0-9]{4}|WK[0-9]{4}[0-9A-Z]{2}|BU[0-9]{4}[0-9A-Z]{4}|NL0[01]")
SKIP = ""
"""What stands for a row that the mapping says is not an area."""


@dataclass(frozen=True)
class KeyReader:
    """Reads the key of rows; made once per file.

    Attributes
    ----------
    names : dict of str to str
        Labels of the mapping as they are compared.
    """

    table: Table
    area: AreaKey
    names: dict[str, str]
    skipped: frozenset[str]

    def area_of(self, row: Row) -> str | None:
        """Return the area id or CBS code of a row, `SKIP` when the mapping skips it, None when it is no area at all."""
        label = text_of(self.table.cell(row, self.area.column))
        plain = label.casefold()
        if plain in self.skipped:
            return SKIP
        key = self.names.get(plain, label)
        if self.area.kind == "area_id":
            return key if key in areas() else None
        return complete_code(key, self.area.level)

    def refusal(self, row: Row) -> InputError:
        """Return the error about a row that is no area."""
        kind = "an area id" if self.area.kind == "area_id" else "a CBS code such as WK008020"
        remedy = "add it to area.names or area.skip in the mapping, or mend the file"
        if self.area.kind == "cbs_code" and not self.area.level:
            remedy += "; when leading zeros were lost, area.level: wijk (or municipality, buurt) completes them"
        cell = self.table.cell(row, self.area.column)
        return InputError(self.table.place(row, self.area.column), expected=kind, found=shown(cell), remedy=remedy)


def key_reader(table: Table, area: AreaKey) -> KeyReader:
    """Return what reads the area of the rows of a table."""
    return KeyReader(table, area, normal_labels(area.names), frozenset(normal_labels(dict.fromkeys(area.skip, ""))))


def complete_code(text: str, level: str) -> str | None:
    """Return a CBS code in full, or None when the text is not one; both codes of the country become `NL00`.

    Parameters
    ----------
    text : str
        A code; capitals do not matter.
    level : str
        `municipality`, `wijk` or `buurt` when codes may have lost their letters or their leading zeros, else empty.

    Examples
    --------
    >>> complete_code("wk008020", ""), complete_code("8020", "wijk"), complete_code("80", "municipality")
    ('WK008020', 'WK008020', 'GM0080')
    >>> complete_code("8020", "") is None, complete_code("20", "wijk") is None
    (True, True)
    """
    code = text.upper()
    if not _CODE.fullmatch(code) and level:
        letters, width = LEVELS[level]
        code = letters + code.removeprefix(letters).zfill(width)
    if not _CODE.fullmatch(code) or code[2:6] == "0000":
        return None
    return "NL00" if code == "NL01" else code


def read_year(table: Table, row: Row, period: Period) -> tuple[int, bool]:
    """Return the year of a row and whether it is marked as provisional.

    Raises
    ------
    InputError
        The cell is not a year of the kind that the mapping states.
    """
    if period.value is not None:
        return period.value, False
    cell = table.cell(row, period.column)
    year = year_of(cell, period.format)
    if year is None:
        kinds = {
            "year": "a year such as 2024",
            "date": "a date such as 31-12-2024",
            "school_year": "a school year such as 2023/2024",
        }
        raise InputError(
            table.place(row, period.column),
            expected=kinds[period.format],
            found=shown(cell),
            remedy="correct period.format in the mapping (year, date or school_year), or mend the cell",
        )
    return year
