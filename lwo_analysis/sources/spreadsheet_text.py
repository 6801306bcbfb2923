"""A text file of columns as rows of cells, whatever program wrote it: its encoding and its delimiter are found, never assumed."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from lwo_analysis.errors import InputError
from lwo_analysis.sources.spreadsheet_grid import Grid, Row

DELIMITERS = (";", ",", "\t", "|")
LARGEST_TEXT = 200_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path, encoding: str = "") -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        As the mapping states it; when empty the mark at the start decides, then UTF-16 by its pattern of zero bytes, then UTF-8,
        and Windows-1252 for what is not valid UTF-8.

    Raises
    ------
    InputError
        The file is absent, empty, over `LARGEST_TEXT` bytes, holds NUL bytes, or is not in the stated encoding.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST_TEXT else None
    except OSError as problem:
        raise _error(path, "a file that can be read", problem.strerror or str(problem)) from problem
    if content is None:
        raise _error(path, f"at most {LARGEST_TEXT} bytes", "more")
    return decode_text(content, where=str(path), encoding=encoding)


def decode_text(content: bytes, *, where: str, encoding: str = "") -> str:
    """Return the text of the bytes of a file; rules and errors as in `read_text`.

    Examples
    --------
    >>> decode_text("Skûlen;1".encode("cp1252"), where="a.csv"), decode_text("Skûlen;1".encode("utf-16"), where="a.csv")
    ('Skûlen;1', 'Skûlen;1')
    """
    if not content.strip():
        raise _error(where, "a table", "an empty file")
    text = _decoded(content, where, encoding or _encoding_of(content)).removeprefix("\ufeff")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _error(f"{where}, line {line}", "text", "a NUL byte: the file is damaged or no text")
    return text


def _encoding_of(content: bytes) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    zeros = [content[start::2][:2000].count(0) for start in (0, 1)]
    half = len(content[:4000]) // 2
    if half and zeros[1] > 0.4 * half and zeros[0] == 0:
        return "utf-16-le"
    if half and zeros[0] > 0.4 * half and zeros[1] == 0:
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decoded(content: bytes, where: str, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError as problem:
        raise _error(where, "an encoding that exists, such as utf-8 or cp1252", repr(encoding)) from problem
    except UnicodeError as problem:
        start = getattr(problem, "start", 0)
        line = content.count(b"\n", 0, start) + 1
        raise _error(f"{where}, line {line}", f"text in {encoding}", f"byte {content[start : start + 1]!r}") from problem


def text_grid(path: Path, text: str, delimiter: str, *, most_rows: int | None = None) -> Grid:
    """Return the cells of a text.

    Parameters
    ----------
    path : Path
        The file, for the places in error lines.
    text : str
        Its content; lines may end in any way, also within quoted cells.
    delimiter : str
        One character.
    most_rows : int, optional
        Stop after so many rows.

    Raises
    ------
    InputError
        A quote is never closed or stands in the middle of a cell, or a cell is over 131,072 characters.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    start = 1
    try:
        for cells in reader:
            rows.append(Row(start, tuple(cells)))
            start = reader.line_num + 1
            if most_rows is not None and len(rows) >= most_rows:
                break
    except csv.Error as problem:
        raise _error(f"{path}, line {start}", f"cells separated by {delimiter!r}", str(problem)) from problem
    return Grid(path, "", rows)


def _error(where: object, expected: str, found: str) -> InputError:
    remedy = "ask for it again as CSV in UTF-8, or correct layout.encoding or layout.delimiter in the mapping"
    return InputError(str(where), expected=expected, found=found, remedy=remedy)
