"""One cell of a delivered table, and what it says as text, as a number or as a year; nothing is guessed from it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")
_DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d")
_SCHOOL_YEAR = re.compile(r"([0-9]{4})\s?[-/–]\s?([0-9]{2}|[0-9]{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class PercentNumber:
    """A number that a workbook shows with a percent sign; `value` is what is shown (12.3 for a stored 0.123)."""

    value: float


@dataclass(frozen=True)
class MergedCopy:
    """A cell under a merged one: it shows nothing of its own, `anchor` is what the merged cell says."""

    anchor: object


@dataclass(frozen=True)
class Unreadable:
    """A cell that has no value to read, such as a formula whose result was never stored; `reason` says why."""

    reason: str


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written: the decimal sign, and the sign between thousands (empty for none)."""

    decimal: str
    thousands: str = ""


@dataclass(frozen=True)
class Number:
    """A number, and whether it was written with a percent sign."""

    value: float
    is_percent: bool = False


def plain_text(text: str) -> str:
    """Return a text as a reader sees it: composed accents, single spaces, no invisible characters.

    Examples
    --------
    >>> plain_text(" Oud\u00a0Oost  (wijk)\u200b")
    'Oud Oost (wijk)'
    """
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text).translate(_INVISIBLE)).strip()


def text_of(cell: object) -> str:
    """Return what a cell says as text; empty for an empty cell, the merged text for a cell under a merged one."""
    if cell is None or isinstance(cell, Unreadable):
        return ""
    if isinstance(cell, MergedCopy):
        return text_of(cell.anchor)
    if isinstance(cell, PercentNumber):
        return f"{cell.value:g}%"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return plain_text(str(cell))


def is_empty(cell: object) -> bool:
    """Return whether a cell has nothing of its own; a formula without a stored result has."""
    return isinstance(cell, MergedCopy) or (not isinstance(cell, Unreadable) and text_of(cell) == "")


def shown(cell: object) -> str:
    """Return a cell for an error line: on one line, with control characters made visible, cut at 60 characters."""
    if isinstance(cell, Unreadable):
        return cell.reason
    if isinstance(cell, MergedCopy):
        return f"a cell merged with {shown(cell.anchor)}"
    text = text_of(cell)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def number_of(cell: object, style: NumberStyle) -> Number | None:
    """Return the number in a cell, or None when there is not exactly one.

    Parameters
    ----------
    cell : object
        A number of a workbook stands for itself; a text must be written in `style`, with a percent sign at the end allowed.
    style : NumberStyle
        Thousands stand in groups of three, or the text is no number: `1.23` is not 123.

    Examples
    --------
    >>> number_of("1.234,5", NumberStyle(",", ".")).value, number_of("12,5 %", NumberStyle(",")).is_percent
    (1234.5, True)
    >>> number_of("1.23", NumberStyle(",", ".")) is None
    True
    """
    if isinstance(cell, PercentNumber):
        return Number(cell.value, is_percent=True)
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    if not isinstance(cell, str):
        return Number(float(cell))
    text = plain_text(cell).replace("\u2212", "-")
    bare = text.removesuffix("%").rstrip()
    if not _number_pattern(style).fullmatch(bare):
        return None
    digits = bare.replace(style.thousands, "") if style.thousands else bare
    return Number(float(digits.replace(style.decimal, ".")), is_percent=text.endswith("%"))


def _number_pattern(style: NumberStyle) -> re.Pattern[str]:
    whole = r"[0-9]+"
    if style.thousands:
        whole = rf"(?:[0-9]{{1,3}}(?:{re.escape(style.thousands)}[0-9]{{3}})+|[0-9]+)"
    return re.compile(rf"[-+]?{whole}(?:{re.escape(style.decimal)}[0-9]+)?")


def year_of(cell: object, kind: str) -> tuple[int, bool] | None:
    """Return the year in a cell and whether it is marked as provisional (`2024*`), or None when it is not a year of this kind.

    Parameters
    ----------
    cell : object
        Text, number or date.
    kind : str
        `year` (2024, or 2024JJ00), `date` (a date cell, 2024-12-31, 31-12-2024 or 20241231), or `school_year` (2023/2024 or
        2023-24; the year in which it starts).

    Examples
    --------
    >>> year_of("2024*", "year"), year_of("31-12-2023", "date"), year_of("2023/24", "school_year"), year_of("45292", "year")
    ((2024, True), (2023, False), (2023, False), None)
    """
    cell = cell.anchor if isinstance(cell, MergedCopy) else cell
    if kind == "date" and isinstance(cell, date):
        return cell.year, False
    text = text_of(cell)
    bare = text.rstrip("*").rstrip()
    year = {"year": _plain_year, "date": _year_of_date, "school_year": _first_school_year}[kind](bare)
    if isinstance(cell, date) or year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return year, text.endswith("*")


def _plain_year(text: str) -> int | None:
    return int(text[:4]) if re.fullmatch(r"[0-9]{4}(JJ00)?", text) else None


def _year_of_date(text: str) -> int | None:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).year
        except ValueError:
            continue
    return None


def _first_school_year(text: str) -> int | None:
    match = _SCHOOL_YEAR.fullmatch(text)
    if not match or (int(match[1]) + 1) % 100 != int(match[2]) % 100:
        return None
    return int(match[1])
