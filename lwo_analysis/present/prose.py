"""Numbers and words as a reader meets them; the one place where a number is rounded.

Numbers are rounded once, here, and by their uncertainty: digits that the margin swamps are not shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError

DEFAULT_DECIMALS = 1
MAXIMUM_DECIMALS = 3
SMALLEST_P_VALUE = 0.001
MINUS = "\u2212"
NO_BREAK_SPACE = "\u00a0"
PROSE_MIME = "application/vnd.lwo.prose+json"

_SEPARATORS: Mapping[str, tuple[str, str]] = {"nl": (".", ","), "en": (",", ".")}


def format_number(value: float, lang: str, decimals: int = DEFAULT_DECIMALS) -> str:
    """Return a number as text, rounded half up, with the separators of the language.

    Parameters
    ----------
    value : float
        Finite. A missing value has no number: show its reason instead.
    lang : str
        ``nl`` (12.345,6) or ``en`` (12,345.6).
    decimals : int, default 1
        Digits after the separator, 0 or more; see :func:`decimals_for`.

    Raises
    ------
    NotebookError
        When the value is missing or infinite.

    Examples
    --------
    >>> format_number(36760, "nl", 0), format_number(12.65, "nl"), format_number(-0.04, "nl")
    ('36.760', '12,7', '0,0')
    """
    if value is None or not math.isfinite(value):
        raise NotebookError("a number in prose", expected="a finite number", found=str(value), remedy="show why it is missing")
    # The shortest decimal text is what a reader sees in the data, so 12.65 rounds up although its binary value lies just below.
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    thousands, point = _SEPARATORS[lang]
    text = f"{abs(rounded):,f}".translate(str.maketrans(",.", f"{thousands}{point}"))
    return f"{MINUS}{text}" if rounded < 0 else text


def format_percent(value: float, lang: str, decimals: int = DEFAULT_DECIMALS) -> str:
    """Return a share in percent (12.6 means 12.6 %) as text; for a difference of shares use :func:`format_points`.

    Examples
    --------
    >>> format_percent(12.6, "nl")
    '12,6%'
    """
    return f"{format_number(value, lang, decimals)}%"


def format_points(value: float, lang: str, decimals: int = DEFAULT_DECIMALS) -> str:
    """Return a difference between two percentages as text.

    Examples
    --------
    >>> format_points(4.1, "nl"), format_points(1.0, "en", 0)
    ('4,1 procentpunt', '1 percentage point')
    """
    text = format_number(value, lang, decimals)
    key = "number.points_one" if text.lstrip(MINUS) == "1" else "number.points"
    return phrase(key, lang, value=text)


def format_euro(value: float, lang: str, decimals: int = 0) -> str:
    """Return an amount in euros as text.

    Examples
    --------
    >>> format_euro(119000, "en"), format_euro(-24000, "en")
    ('€119,000', '−€24,000')
    """
    text = format_number(value, lang, decimals)
    sign, digits = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    return f"{sign}€{NO_BREAK_SPACE}{digits}" if lang == "nl" else f"{sign}€{digits}"


def format_p_value(p_value: float, lang: str) -> str:
    """Return a p-value as text; below 0.001 only the bound is said, because "p = 0.000" is never true.

    Parameters
    ----------
    p_value : float
        Between 0 and 1.
    lang : str
        ``nl`` or ``en``.

    Raises
    ------
    NotebookError
        When the value is missing or outside 0-1.

    Examples
    --------
    >>> format_p_value(0.0004, "nl"), format_p_value(0.034, "nl")
    ('p < 0,001', 'p = 0,03')
    """
    if not 0 <= p_value <= 1:
        raise NotebookError("a p-value", expected="a number from 0 to 1", found=str(p_value), remedy="check the test")
    if p_value < SMALLEST_P_VALUE:
        return f"p < {format_number(SMALLEST_P_VALUE, lang, 3)}"
    return f"p = {format_number(p_value, lang, 3 if p_value < 0.01 else 2)}"


def format_interval(lower: float, upper: float, lang: str, decimals: int = DEFAULT_DECIMALS) -> str:
    """Return a 95 % interval as text; both ends carry the same number of decimals as the point beside them.

    Examples
    --------
    >>> format_interval(11.9, 13.3, "nl")
    '95%-interval 11,9 tot 13,3'
    """
    low, high = (format_number(end, lang, decimals) for end in (lower, upper))
    return phrase("number.interval", lang, lower=low, upper=high)


def decimals_for(margin: float | None, default: int = DEFAULT_DECIMALS) -> int:
    """Return how many decimals a value with this margin deserves: as many as show one digit of the margin.

    Parameters
    ----------
    margin : float or None
        Half the width of the interval, in the unit of the value, 0 or more. None, NaN and 0 mean unknown: the default is used.
    default : int, default 1
        Decimals when the margin is unknown.

    Returns
    -------
    int
        From 0 to 3.

    Examples
    --------
    >>> decimals_for(2.3), decimals_for(0.4), decimals_for(0.04), decimals_for(None)
    (0, 1, 2, 1)
    """
    if margin is None or not math.isfinite(margin) or margin <= 0:
        return default
    return min(max(0, -math.floor(math.log10(margin))), MAXIMUM_DECIMALS)


@dataclass(frozen=True)
class Title:
    """The title of a page, said by the run because it depends on the parameters; it replaces the notebook's own heading."""

    text: str
    lang: str
    origins: frozenset[str] = frozenset()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return _bundle("title", self.text, self.lang, f"<h1>{escape(self.text)}</h1>")


@dataclass(frozen=True)
class Prose:
    """A paragraph that is no claim: a caution, a definition, how to read a figure. It holds no number of the run."""

    paragraphs: tuple[str, ...]
    lang: str
    origins: frozenset[str] = frozenset()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        body = "".join(f'<p lang="{self.lang}">{escape(text)}</p>' for text in self.paragraphs)
        return _bundle("paragraphs", "\n\n".join(self.paragraphs), self.lang, f'<div class="lwo-prose">{body}</div>')


def make_title(key: str, lang: str, **values: object) -> Title:
    """Return the title of a page from the phrase catalogue."""
    return Title(phrase(key, lang, **values), lang)


def make_prose(keys: str | Sequence[str], lang: str, **values: object) -> Prose:
    """Return one paragraph per key of the phrase catalogue; every key takes the same values."""
    wanted = (keys,) if isinstance(keys, str) else tuple(keys)
    return Prose(tuple(phrase(key, lang, **values) for key in wanted), lang)


def _bundle(kind: str, text: str, lang: str, html: str) -> dict[str, object]:
    return {"text/html": html, "text/plain": text, PROSE_MIME: {"kind": kind, "text": text, "lang": lang, "origins": []}}
