"""One claim as one small drawing: the own area, its interval, and the comparison, each with its label beside it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import Indicator, indicators
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.units import format_value

WIDTH, HEIGHT, EDGE, MIDDLE = 260.0, 96.0, 12.0, 48.0
_ROOM = 0.18  # of the span on each side, so that no mark touches the edge
_OWN_LINES, _OTHER_LINES = (15.0, 31.0), (74.0, 90.0)


def small_figure(claim: Mapping[str, Any]) -> str:
    """Return an inline SVG of a claim with a value and a comparison.

    Parameters
    ----------
    claim : mapping
        From `Claim.to_dict`; its indicator is in the catalogue, `value` and `compare_value` are numbers. Intervals are drawn when
        they are known; otherwise the alternative text says that there is none.
    """
    known = indicators()[claim["indicator"]]
    here, there = _place(claim["value"], claim), _place(claim["compare_value"], claim)
    marks = _axis() + _interval(claim) + _diamond(there) + _dot(here)
    own, other = _label(claim, "area", "value", known), _label(claim, "compare", "compare_value", known)
    labels = _texts(own, here, _OWN_LINES, "own") + _texts(other, there, _OTHER_LINES, "other")
    return (
        f'<svg class="small" role="img" aria-label="{escape(_said(claim, known))}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'width="{WIDTH:g}" height="{HEIGHT:g}">{marks}{labels}</svg>'
    )


def _said(claim: Mapping[str, Any], known: Indicator) -> str:
    lang = claim["lang"]
    words = {
        "area": _area(claim["area"], lang),
        "value": format_value(claim["value"], known, lang),
        "compare": _area(claim["compare"], lang),
        "compare_value": format_value(claim["compare_value"], known, lang),
    }
    pair = phrase("site.figure_pair", lang, **words)
    if None in (claim["lower"], claim["upper"]):
        return f"{known.name(lang)}. {pair} {phrase('site.figure_no_interval', lang)}"
    ends = {name: format_value(claim[name], known, lang) for name in ("lower", "upper")}
    return f"{known.name(lang)}. {pair} {phrase('site.figure_interval', lang, **ends)}"


def _label(claim: Mapping[str, Any], place: str, number: str, known: Indicator) -> tuple[str, str]:
    return _area(claim[place], claim["lang"]), format_value(claim[number], known, claim["lang"])


def _area(area_id: str | None, lang: str) -> str:
    return areas()[area_id].name(lang) if area_id in areas() else str(area_id or "")


def _place(value: float, claim: Mapping[str, Any]) -> float:
    """Return the horizontal place of a value; the scale runs a little beyond the numbers of the claim."""
    numbers = [claim[name] for name in ("value", "compare_value", "lower", "upper") if claim[name] is not None]
    low, high = min(numbers), max(numbers)
    span = (high - low) or abs(high) or 1.0
    start, end = low - _ROOM * span, high + _ROOM * span
    return EDGE + (WIDTH - 2 * EDGE) * (value - start) / (end - start)


def _axis() -> str:
    return f'<path class="axis" d="M{EDGE:g} {MIDDLE:g}H{WIDTH - EDGE:g}"/>'


def _interval(claim: Mapping[str, Any]) -> str:
    if None in (claim["lower"], claim["upper"]):
        return ""
    left, right = _place(claim["lower"], claim), _place(claim["upper"], claim)
    return f'<path class="interval" d="M{left:.1f} {MIDDLE:g}H{right:.1f}"/>'


def _dot(place: float) -> str:
    return f'<circle class="own" cx="{place:.1f}" cy="{MIDDLE:g}" r="6"/>'


def _diamond(place: float) -> str:
    return f'<path class="other" d="M{place:.1f} {MIDDLE - 7:g}l7 7-7 7-7-7z"/>'


def _texts(lines: tuple[str, str], place: float, heights: tuple[float, float], role: str) -> str:
    """Return a name and its number beside a mark, turned inwards at the edges so that no letter is cut off."""
    anchor, start = _anchor(place)
    return "".join(
        f'<text class="{role}" x="{start:.1f}" y="{height:g}" text-anchor="{anchor}" aria-hidden="true">{escape(line)}</text>'
        for line, height in zip(lines, heights, strict=True)
    )


def _anchor(place: float) -> tuple[str, float]:
    if place < WIDTH / 3:
        return "start", max(place - EDGE, 0)
    return ("end", min(place + EDGE, WIDTH)) if place > WIDTH * 2 / 3 else ("middle", place)
