"""The home page: per pillar one sentence, one small figure and its badge; then the ways into the site."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import CONTEXT, PILLARS
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.badges import Badge
from lwo_analysis.publish.blocks import demo_list, said_html, say, section
from lwo_analysis.publish.frame import SitePage
from lwo_analysis.publish.identity import focus_name, key_of_focus, site_title
from lwo_analysis.publish.page import badge_legend
from lwo_analysis.publish.records import RenderedPage
from lwo_analysis.publish.selection import Said, hub_areas, pillar_headline, real_pages, topics
from lwo_analysis.publish.small_figure import small_figure
from lwo_analysis.publish.trace import has_passport, localised

GOAL_PILLARS = tuple(name for name in PILLARS if name != CONTEXT)


def home_page(pages: Sequence[RenderedPage], lang: str, *, head: str = "") -> SitePage:
    """Return the home page of a site in a language.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page of the site. Of the demo pages only the titles are shown, so that no made-up number meets a real one.
    lang : str
        ``nl`` or ``en``.
    head : str
        Finished HTML for the head.
    """
    found = {pillar: pillar_headline(pages, pillar, lang) for pillar in GOAL_PILLARS}
    body = "".join(
        [
            section("pillars", phrase("site.pillars", lang), _pillars(found, lang) if any(found.values()) else _none(lang)),
            section("areas", phrase(key_of_focus("site.areas"), lang), f"<p>{_areas_text(lang)}</p>{_areas(lang)}"),
            section("questions", phrase("site.topics", lang), _topics(lang)),
            demo_list([page for page in pages if page.is_demo and page.lang == lang], lang),
        ]
    )
    claims = tuple(said.claim for said in found.values() if said)
    return SitePage("index", lang, site_title(lang), _lead(pages, lang), body, claims=claims, head=head)


def _lead(pages: Sequence[RenderedPage], lang: str) -> str:
    years = [claim["year"] for page in real_pages(pages, lang) for claim in page.claims if claim["year"] and has_passport(claim)]
    newest = f" {phrase('site.newest', lang, year=max(years))}" if years else ""
    return phrase("site.lead", lang, area=focus_name(lang)) + newest


def _none(lang: str) -> str:
    links = "".join(_link(f"pillar-{pillar}", phrase(f"pillar.{pillar}", lang), lang) for pillar in PILLARS)
    return f'<p>{say("site.no_real_pages", lang)}</p><ul class="links">{links}</ul>'


def _pillars(found: dict[str, Said | None], lang: str) -> str:
    cards = "".join(_card(pillar, said, lang) for pillar, said in found.items())
    return f'<div class="cards">{cards}</div>{badge_legend([str(badge) for badge in Badge], lang)}'


def _card(pillar: str, said: Said | None, lang: str) -> str:
    name = phrase(f"pillar.{pillar}", lang)
    content = f"{small_figure(said.claim)}{said_html([said])}" if said else f"<p>{say('site.no_figure_yet', lang)}</p>"
    more = f'<p class="more"><a href="{localised(f"pillar-{pillar}", lang)}.html">{say("site.more_of", lang, name=name)}</a></p>'
    return f'<article class="card" id="pillar-{pillar}"><h3>{escape(name)}</h3>{content}{more}</article>'


def _areas_text(lang: str) -> str:
    return say(key_of_focus("site.areas_text"), lang, area=focus_name(lang))


def _areas(lang: str) -> str:
    whole, *wijken = hub_areas()
    links = "".join(_link(f"area-{name}", areas()[name].name(lang), lang) for name in [*wijken, whole])
    return f'<ul class="links tiles">{links}</ul>'


def _topics(lang: str) -> str:
    links = "".join(_link(topic, phrase(f"hub.{topic}_title", lang), lang) for topic in topics())
    context = _link("pillar-context", phrase("pillar.context", lang), lang)
    data = _link("data", phrase("nav.data", lang), lang) + _link("changes", phrase("nav.changes", lang), lang)
    return f'<ul class="links">{links}{context}{data}</ul>'


def _link(name: str, text: str, lang: str) -> str:
    return f'<li><a href="{localised(name, lang)}.html">{escape(text)}</a></li>'
