"""Tables that a screen reader, a phone and a Dutch reader can use."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real

import pandas as pd

from lwo_analysis.catalogue.phrases import load_phrases, phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.origins import checked_origins, is_demo
from lwo_analysis.present.prose import DEFAULT_DECIMALS, format_euro, format_number, format_percent

MOST_ROWS = 40
TABLE_MIME = "application/vnd.lwo.table+json"
KINDS = ("number", "percent", "euro", "year", "text")

_FORMATTED_NUMBER = re.compile(r"[-+\u2212]?(?:€\s?)?\d[\d.,]*(?:%|\s|$)")


@dataclass(frozen=True)
class Column:
    """How one column of a table is shown.

    Parameters
    ----------
    label : str
        The header, with the unit when the cells do not carry it.
    kind : str, default "number"
        ``number``, ``percent`` (12.6 is shown as 12,6%), ``euro``, ``year`` (no thousands separator) or ``text``.
        Text cells are shown as they are whatever the kind.
    decimals : int or None
        Decimals of the column; None means 0 for whole numbers, years and euros, else 1.
    reason : str or None
        The column of the frame that says why a cell of this column is missing (a status: ``suppressed``, ``not_published``,
        ``not_applicable``).
    """

    label: str
    kind: str = "number"
    decimals: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Table:
    """A finished table; display it as the last line of a cell."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    row_header: int
    origins: frozenset[str]
    lang: str

    def to_html(self) -> str:
        """Return the table in its scrollable region; one of more than `MOST_ROWS` is folded under its caption."""
        if len(self.rows) > MOST_ROWS:
            caption = escape(marked_caption(self.caption, self.origins, self.lang))
            summary = f"{caption} ({escape(phrase('table.rows', self.lang, count=len(self.rows)))})"
            return f'<details class="lwo-long"><summary>{summary}</summary>{self.region_html()}</details>'
        return self.region_html()

    def region_html(self) -> str:
        """Return the table in its scrollable region, unfolded."""
        label = escape(phrase("table.region", self.lang, caption=self.caption))
        return (
            f'<div class="lwo-table" role="region" tabindex="0" aria-label="{label}" lang="{self.lang}">'
            f"<table><caption>{escape(marked_caption(self.caption, self.origins, self.lang))}</caption>"
            f"<thead>{self._head()}</thead><tbody>{''.join(map(self._row, self.rows))}</tbody></table></div>"
        )

    def _head(self) -> str:
        cells = (f'<th scope="col"{_class(num)}>{escape(text)}</th>' for text, num in zip(self.header, self.numeric, strict=True))
        return f"<tr>{''.join(cells)}</tr>"

    def _row(self, row: tuple[str, ...]) -> str:
        return f"<tr>{''.join(self._cell(place, text) for place, text in enumerate(row))}</tr>"

    def _cell(self, place: int, text: str) -> str:
        tag, scope = ("th", ' scope="row"') if place == self.row_header else ("td", "")
        return f"<{tag}{scope}{_class(self.numeric[place])}>{escape(text)}</{tag}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        lines = [" | ".join(line) for line in (self.header, *self.rows)]
        return {
            "text/html": self.to_html(),
            "text/plain": "\n".join([self.caption, *lines]),
            TABLE_MIME: {"caption": self.caption, "lang": self.lang, "origins": sorted(self.origins)},
        }


def make_table(
    frame: pd.DataFrame,
    *,
    caption: str,
    columns: Mapping[str, str | Column],
    origins: Iterable[str],
    lang: str,
    row_header: str,
) -> Table:
    """Return a table of the named columns, ready to show.

    Use it for every frame a page shows; a plain frame is refused by the exporter. Not meant for more than about a hundred rows:
    give those as a download.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per line of the table. Not changed. The index is not shown.
    caption : str
        What the table says, as a heading; not empty. Demo tables get their mark here.
    columns : mapping of str to str or Column
        Columns to show, in this order: a header text, or a :class:`Column` for the number format and the missing-value reason.
    origins : iterable of str
        Origins of the numbers.
    lang : str
        ``nl`` or ``en``.
    row_header : str
        The column that names the row; one of ``columns``.

    Returns
    -------
    Table
        Missing cells hold the word for their reason, never 0, an empty cell or "nan".

    Raises
    ------
    NotebookError
        When the caption is empty, the frame has no rows, a column is absent, or demo and real numbers mix.

    Examples
    --------
    >>> frame = pd.DataFrame({"area": ["Oost", "G40"], "value": [36760, None], "status": ["final", "suppressed"]})
    >>> columns = {"area": "Gebied", "value": Column("Inwoners", decimals=0, reason="status")}
    >>> make_table(frame, caption="Inwoners", columns=columns, origins={"register"}, lang="nl", row_header="area").rows
    (('Oost', '36.760'), ('G40', 'niet getoond (te klein)'))
    """
    shown = {name: spec if isinstance(spec, Column) else Column(spec) for name, spec in columns.items()}
    _check(frame, caption, shown, row_header)
    texts = {name: _column_texts(frame, name, spec, lang) for name, spec in shown.items()}
    return Table(
        caption=caption,
        header=tuple(spec.label for spec in shown.values()),
        rows=tuple(zip(*texts.values(), strict=True)),
        numeric=tuple(name != row_header and _is_numeric(frame[name]) for name in shown),
        row_header=list(shown).index(row_header),
        origins=checked_origins(origins, f"table {caption!r}"),
        lang=lang,
    )


def marked_caption(caption: str, origins: frozenset[str], lang: str) -> str:
    """Return the caption, with the demo mark in front when the numbers are synthetic."""
    return f"{phrase('demo.label', lang)}: {caption}" if is_demo(origins) else caption


def reason_word(status: object, lang: str) -> str:
    """Return the word a reader sees for a missing value with this status; an unknown reason is said to be unknown."""
    key = f"missing.{status}"
    return phrase(key if key in load_phrases() else "missing.unknown", lang)


def _check(frame: pd.DataFrame, caption: str, columns: Mapping[str, Column], row_header: str) -> None:
    where = f"table {caption!r}"
    wanted = [*columns, row_header, *(spec.reason for spec in columns.values() if spec.reason)]
    absent = [name for name in wanted if name not in frame.columns]
    if not caption.strip():
        raise NotebookError(where, expected="a caption", found="an empty text", remedy="say in a few words what the table shows")
    if absent or row_header not in columns:
        raise NotebookError(
            where,
            expected=f"the columns {', '.join(dict.fromkeys(wanted))}, with the row header among the shown ones",
            found=", ".join(map(str, frame.columns)),
            remedy="name columns of the frame",
        )
    if frame.empty:
        raise NotebookError(
            where, expected="at least one row", found="none", remedy="say in a sentence that there are no figures"
        )
    wrong = sorted({spec.kind for spec in columns.values()} - set(KINDS))
    if wrong:
        raise NotebookError(
            where, expected=f"a kind out of {', '.join(KINDS)}", found=", ".join(wrong), remedy="use one of these"
        )


def _column_texts(frame: pd.DataFrame, name: str, spec: Column, lang: str) -> list[str]:
    values = frame[name].tolist()
    reasons = frame[spec.reason].tolist() if spec.reason else [None] * len(values)
    decimals = _decimals(frame[name], spec)
    return [_cell_text(value, reason, spec.kind, decimals, lang) for value, reason in zip(values, reasons, strict=True)]


def _cell_text(value: object, reason: object, kind: str, decimals: int, lang: str) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, Real) and math.isnan(value)):
        return reason_word(reason, lang)
    if not isinstance(value, Real) or isinstance(value, bool) or kind == "text":
        return str(value)
    if kind == "year":
        return str(int(float(value)))
    formats = {"percent": format_percent, "euro": format_euro, "number": format_number}
    return formats[kind](float(value), lang, decimals)


def _decimals(values: pd.Series, spec: Column) -> int:
    if spec.decimals is not None:
        return spec.decimals
    whole = all(isinstance(value, Integral) for value in values.dropna())
    return 0 if whole or spec.kind in ("euro", "year") else DEFAULT_DECIMALS


def _is_numeric(values: pd.Series) -> bool:
    """Return whether a column holds numbers, also when they were formatted before; numbers stand to the right."""
    present = values.dropna()
    return bool(len(present)) and all(_looks_numeric(value) for value in present)


def _looks_numeric(value: object) -> bool:
    if isinstance(value, str):
        return bool(_FORMATTED_NUMBER.match(value))
    return isinstance(value, Real) and not isinstance(value, bool)


def _class(numeric: bool) -> str:
    return ' class="num"' if numeric else ""
