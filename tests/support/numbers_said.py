"""The numbers of a published sentence, read back from its text by a parser of its own and laid beside the claim behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import indicators

_NUMBER = {"nl": r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?", "en": r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"}
_PER = re.compile(r"(?:per|van de|out of|of every|in every|(?<=\d )in) 1(?:0*|[.,]000)(?!\d)")


def numbers_in(text: str, lang: str) -> list[tuple[float, int]]:
    """Return each number of a text with its decimals; the scale of a rate ("per 1.000") is no number of its own.

    Examples
    --------
    >>> numbers_in("Er wonen 36.760 mensen, 12,6% met bijstand, 47 per 1.000 inwoners.", "nl")
    [(36760.0, 0), (12.6, 1), (47.0, 0)]
    """
    found = re.findall(rf"(?<![\w.,])(?:{_NUMBER[lang]})(?![\w])", _PER.sub(" ", text))
    thousands, comma = (".", ",") if lang == "nl" else (",", ".")
    plain = [number.replace(thousands, "").replace(comma, ".") for number in found]
    return [(float(number), len(number.partition(".")[2])) for number in plain]


def unexplained_numbers(claim: Mapping[str, Any], text: str) -> list[float]:
    """Return the numbers of a sentence of a pair of areas that are none of: its two figures, their gap, its year.

    A small share is said in people of a thousand, ten times its percentage.
    """
    names = [name for each in areas().values() for name in (each.name("nl"), each.name("en"))]
    names += [name for each in indicators().values() for name in (each.name("nl"), each.name("en"))]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    facts = [claim["value"], claim["compare_value"], abs(claim["value"] - claim["compare_value"]), claim["year"]]
    known = [float(fact) for fact in facts if fact is not None]
    known += [10 * fact for fact in known[:2] if claim["unit"] == "percent"]
    return [
        number
        for number, decimals in numbers_in(text, claim["lang"])
        if not any(abs(number - fact) <= 0.5 * 10**-decimals + 1e-9 for fact in known)
    ]


def said_on_pages(site: Path) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield page, list item and claim for each sentence of each page of a site; of hubs and the home page too."""
    for path in sorted(site.rglob("*.html")):
        claims = {claim["text"]: claim for claim in _claims_beside(path)}
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for item in soup.select(".claims > li"):
            yield path.name, item, claims.get(item.select_one(".sentence").get_text(), {})


def _claims_beside(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.with_suffix(".claims.json").read_text(encoding="utf-8"))
