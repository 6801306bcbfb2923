"""What every page of the site has around it: the menu, the way back, and the same page in the other language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.publish.identity import key_of_focus, site_title
from lwo_analysis.publish.page import fill_page
from lwo_analysis.publish.records import SLOTS
from lwo_analysis.publish.selection import TOPICS, topics
from lwo_analysis.publish.trace import localised

MENU = {
    "nav.pillars": "index#pillars",
    "nav.areas": "index#areas",
    "nav.interventions": "interventions",
    "nav.midterm": "midterm",
    "nav.agenda": "agenda",
    "nav.data": "data",
    "nav.changes": "changes",
    "nav.about": "about",
    "nav.pages": "pages",
}


def menu() -> dict[str, str]:
    """Return the pages of the menu by the key of their name; on a site about another focus area none about the programme."""
    absent = set(TOPICS) - set(topics())
    return {key_of_focus(key) if key == "nav.areas" else key: target for key, target in MENU.items() if target not in absent}


@dataclass(frozen=True)
class SitePage:
    """A page that the site makes itself, such as the home page or a hub.

    Parameters
    ----------
    name : str
        Address within the site without its ending and its language; it never changes.
    lang, title, lead, body : str
        The language, the text of the h1, and finished HTML. The body has no h1.
    claims : tuple of dict
        The claims that the page repeats.
    trail : tuple of (str, str)
        The way back from the home page: phrase or title, and address without its ending; without the page itself.
    head : str
        Finished HTML for the head, such as a description for programs.
    is_alone : bool
        Whether it exists in its own language only.
    """

    name: str
    lang: str
    title: str
    lead: str
    body: str
    claims: tuple[Mapping[str, Any], ...] = ()
    trail: tuple[tuple[str, str], ...] = ()
    head: str = ""
    sections: tuple[tuple[str, str], ...] = field(default=())
    is_alone: bool = False

    @property
    def address(self) -> str:
        """Address within the site, without its ending."""
        return localised(self.name, self.lang)


def site_page_html(page: SitePage, generated: str) -> str:
    """Return the whole HTML of a page that the site makes itself."""
    html = fill_page(
        page.body,
        title=page.title,
        lead=f"<p>{escape(page.lead)}</p>" if page.lead else "",
        lang=page.lang,
        origins=frozenset(),
        sections=page.sections,
        foot="",
        generated=generated,
    )
    other = None if page.is_alone else localised(page.name, _other(page.lang))
    return put_in_site(html, page.lang, address=page.address, title=page.title, trail=page.trail, other=other, head=page.head)


def put_in_site(
    html: str, lang: str, *, address: str, title: str, trail: Sequence[tuple[str, str]], other: str | None, head: str = ""
) -> str:
    """Return a page with the marks of `SLOTS` replaced by what the site knows.

    Parameters
    ----------
    html : str
        A page from `fill_page`.
    lang : str
        Its language.
    address, title : str
        Its address within the site, without its ending, and its title.
    trail : sequence of (str, str)
        As in :class:`SitePage`.
    other : str or None
        Address of the same page in the other language; None when there is none, and then the home page takes its place.
    head : str
        Finished HTML for the head.
    """
    root = root_of(address)
    top = _header(lang, root, address, other) + _crumbs(lang, root, address, title, trail)
    return html.replace(SLOTS["top"], top, 1).replace(SLOTS["head"], head, 1)


def root_of(address: str) -> str:
    """Return the way from a page to the folder of the site.

    Examples
    --------
    >>> root_of("index"), root_of("demo/02-comparison")
    ('', '../')
    """
    return "../" * address.count("/")


def _header(lang: str, root: str, address: str, other: str | None) -> str:
    home = localised("index", lang)
    items = "".join(_menu_item(key, target, lang, root, address) for key, target in menu().items())
    switch = _switch(lang, root, other)
    return (
        f'<header class="site"><div class="inner"><a class="site-name" href="{root}{home}.html">{escape(site_title(lang))}</a>'
        f'<nav class="menu" aria-label="{_say("nav.main", lang)}"><ul>{items}</ul></nav>{switch}</div></header>'
    )


def _menu_item(key: str, target: str, lang: str, root: str, address: str) -> str:
    name, _, place = target.partition("#")
    own = localised(name, lang)
    current = ' aria-current="page"' if own == address and not place else ""
    return f'<li><a href="{root}{own}.html{"#" if place else ""}{place}"{current}>{_say(key, lang)}</a></li>'


def _switch(lang: str, root: str, other: str | None) -> str:
    target = other or localised("index", _other(lang))
    there = _other(lang)
    return (
        f'<a class="switch" href="{root}{target}.html" lang="{there}" hreflang="{there}">{_say("nav.other_language", lang)}</a>'
    )


def _crumbs(lang: str, root: str, address: str, title: str, trail: Sequence[tuple[str, str]]) -> str:
    if address == localised("index", lang):
        return ""
    way = [(phrase("nav.home", lang), localised("index", lang)), *trail]
    links = "".join(f'<li><a href="{root}{_with_ending(target)}">{escape(text)}</a></li>' for text, target in way)
    here = f'<li><span aria-current="page">{escape(title)}</span></li>'
    return f'<nav class="crumbs" aria-label="{_say("nav.crumbs", lang)}"><ol class="inner">{links}{here}</ol></nav>'


def _with_ending(target: str) -> str:
    name, mark, place = target.partition("#")
    return f"{name}.html{mark}{place}"


def _other(lang: str) -> str:
    return next(each for each in LANGUAGES if each != lang)


def _say(key: str, lang: str) -> str:
    return escape(phrase(key, lang))
