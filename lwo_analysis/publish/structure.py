"""The structure that a screen reader walks: one heading of the first level, no jumps, targets and names that occur once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.publish.trace import link_claims

_HEADINGS = re.compile(r"^h[1-6]$")
_RESERVED_IDS = ("inhoud", "content")


@dataclass(frozen=True)
class StructuredBody:
    """The body of a page in parts: HTML, the title, the lines under it, and the sections of the contents list (id, text)."""

    html: str
    title: str
    lead: str
    sections: tuple[tuple[str, str], ...]


def structure_body(
    html: str, *, title: str | None, lang: str, name: str, claims: Iterable[Mapping[str, Any]] = (), root: str = ""
) -> StructuredBody:
    """Return a body whose headings, ids and region names a screen reader can walk.

    Parameters
    ----------
    html : str
        The cells of a page.
    title : str or None
        The title the run gave; it replaces the text of the first-level heading.
    lang : str
        Language of the page, for the names of formulas.
    name : str
        The notebook, for messages.
    claims : iterable of mapping
        The claims that stand in the body; each gets its address and the link to its passport.
    root : str
        The way from the page to the folder of the site.

    Raises
    ------
    NotebookError
        When there is not exactly one first-level heading, or the levels jump.
    """
    soup = BeautifulSoup(html, "html.parser")
    heading = _take_title(soup, title, name)
    lead = _take_lead(soup)
    _check_levels(soup, name)
    _name_headings(soup)
    link_claims(soup, claims, root)
    _wrap_formulas(soup, lang)
    _number_repeated_names(soup)
    sections = tuple((str(h2["id"]), h2.get_text(" ", strip=True)) for h2 in soup.find_all("h2"))
    return StructuredBody(html=str(soup).strip(), title=heading, lead=lead, sections=sections)


def slugify(text: str) -> str:
    """Return a text as an id: lower case letters, digits and hyphens.

    Examples
    --------
    >>> slugify("Hoe groot is de afstand? (procenten)")
    'hoe-groot-is-de-afstand-procenten'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "x"


def _take_title(soup: BeautifulSoup, title: str | None, name: str) -> str:
    headings = soup.find_all("h1")
    if len(headings) != 1:
        raise NotebookError(
            name, expected="exactly one title (a line that starts with '# ')", found=str(len(headings)), remedy="keep one title"
        )
    text = title or headings[0].get_text(" ", strip=True)
    headings[0].decompose()
    return text


def _take_lead(soup: BeautifulSoup) -> str:
    """Take the paragraphs before anything else out of the body."""
    paragraphs = []
    for tag in soup.find_all(True, recursive=False):
        if tag.name != "p":
            break
        paragraphs.append(str(tag.extract()))
    return "".join(paragraphs)


def _check_levels(soup: BeautifulSoup, name: str) -> None:
    level = 1
    for heading in soup.find_all(_HEADINGS):
        found = int(heading.name[1])
        if found > level + 1:
            raise NotebookError(
                name,
                expected=f"a heading of level {level + 1} at most",
                found=f"level {found} ({heading.get_text(' ', strip=True)!r})",
                remedy="do not skip a level",
            )
        level = found


def _name_headings(soup: BeautifulSoup) -> None:
    used = dict.fromkeys(_RESERVED_IDS, 1)
    for heading in soup.find_all(_HEADINGS):
        slug = slugify(heading.get_text(" ", strip=True))
        used[slug] = used.get(slug, 0) + 1
        heading["id"] = slug if used[slug] == 1 else f"{slug}-{used[slug]}"


def _wrap_formulas(soup: BeautifulSoup, lang: str) -> None:
    for math in soup.find_all("math", attrs={"display": "block"}):
        region = soup.new_tag("span", attrs={"class": "lwo-math", "role": "region", "tabindex": "0"})
        region["aria-label"] = phrase("page.formula", lang)
        math.wrap(region)


def _number_repeated_names(soup: BeautifulSoup) -> None:
    used: dict[str, int] = {}
    for region in soup.find_all(_is_named_region):
        label = str(region["aria-label"])
        used[label] = used.get(label, 0) + 1
        if used[label] > 1:
            region["aria-label"] = f"{label} ({used[label]})"


def _is_named_region(tag: Tag) -> bool:
    return tag.get("role") == "region" and tag.has_attr("aria-label")
