"""A value with its unit, and a difference of two values, as a reader says them."""

from __future__ import annotations

from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.prose import MINUS, format_euro, format_number, format_percent, format_points


def format_value(value: float, indicator: Indicator, lang: str, decimals: int | None = None) -> str:
    """Return a figure of an indicator with its unit.

    Parameters
    ----------
    value : float
        In the unit of the indicator; not missing.
    indicator : Indicator
        Gives unit and decimals.
    lang : str
        `nl` or `en`.
    decimals : int, optional
        Decimals to show, such as those of a printed figure; those of the indicator when absent.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> format_value(51, indicator("registered_crimes"), "nl")
    '51 per 1.000 inwoners'
    """
    shown = indicator.decimals if decimals is None else decimals
    return phrase(f"unit.{indicator.unit}", lang, value=_number(value, indicator.unit, lang, shown))


def format_gap(gap: float, indicator: Indicator, lang: str, decimals: int | None = None) -> str:
    """Return the size of a difference with its unit; a difference of two percentages is in percentage points.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> format_gap(-4.1, indicator("social_assistance_share"), "nl")
    '4,1 procentpunt'
    """
    if indicator.unit == "percent":
        return format_points(abs(gap), lang, indicator.decimals if decimals is None else decimals)
    return format_value(abs(gap), indicator, lang, decimals)


def format_signed_gap(gap: float, indicator: Indicator, lang: str) -> str:
    """Return a difference with its sign and unit; one that rounds to zero has no sign.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> format_signed_gap(-0.13, indicator("social_assistance_share"), "nl")
    '−0,1 procentpunt'
    """
    is_negative = format_number(gap, lang, indicator.decimals).startswith(MINUS)
    return f"{MINUS if is_negative else ''}{format_gap(gap, indicator, lang)}"


def _number(value: float, unit: str, lang: str, decimals: int) -> str:
    formats = {"percent": format_percent, "euro": format_euro}
    return formats.get(unit, format_number)(value, lang, decimals)
