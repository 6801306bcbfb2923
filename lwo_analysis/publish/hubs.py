"""Hubs: one page per wijk, per pillar and per question, which collects what the pages with figures say about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.focus import site_focus
from lwo_analysis.catalogue.indicators import PILLARS
from lwo_analysis.catalogue.interventions import interventions
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.publish.blocks import demo_list, page_list, said_html, say, section
from lwo_analysis.publish.frame import SitePage
from lwo_analysis.publish.identity import focus_name, key_of_focus
from lwo_analysis.publish.records import RenderedPage
from lwo_analysis.publish.selection import (
    Said,
    Side,
    hub_areas,
    pages_about,
    pages_on_topic,
    real_pages,
    said_about,
    said_once,
    side_of,
    topics,
)
from lwo_analysis.publish.sheets import sentences_to_paste, sheet_name
from lwo_analysis.publish.trace import localised

MOST_SHOWN = 12
_HEADINGS = {
    Side.BETTER: ("strengths", "hub.strengths"),
    Side.NEUTRAL: ("neutral", "hub.neutral"),
    Side.WORSE: ("attention", "hub.attention"),
    Side.UNKNOWN: ("unknown", "hub.unknown"),
}


def hub_pages(pages: Sequence[RenderedPage], lang: str) -> list[SitePage]:
    """Return every hub in a language; the same ones whatever pages there are, so that their addresses last."""
    own = [page for page in pages if page.lang == lang]
    by_area = [_area_hub(own, name, lang) for name in hub_areas()]
    by_pillar = [_pillar_hub(own, name, lang) for name in PILLARS]
    return [*by_area, *by_pillar, *(_topic_hub(own, topic, lang) for topic in topics())]


def _area_hub(pages: Sequence[RenderedPage], name: str, lang: str) -> SitePage:
    words = {"area": areas()[name].name(lang)}
    said = said_once(said_about(pages, lang, area=name))
    body = _sides(said, lang) + _about(pages_about(pages, "area", name), lang) + _disagree(lang, name)
    return SitePage(
        f"area-{name}",
        lang,
        phrase("hub.area_title", lang, **words),
        phrase("hub.area_lead", lang, **words),
        body,
        claims=tuple(each.claim for each in said),
        trail=((phrase(key_of_focus("nav.areas"), lang), f"{localised('index', lang)}#areas"),),
    )


def _pillar_hub(pages: Sequence[RenderedPage], name: str, lang: str) -> SitePage:
    words = {"pillar": phrase(f"pillar.{name}", lang)}
    title = phrase("hub.pillar_title", lang, **words, area=focus_name(lang))
    said = said_about(pages, lang, pillar=name)
    speaking = {each.page.slug: each.page for each in said} | {page.slug: page for page in pages_about(pages, "pillar", name)}
    return SitePage(
        f"pillar-{name}",
        lang,
        title,
        phrase("hub.pillar_lead", lang, **words),
        _sides(said_once(said), lang) + sentences_to_paste(said, lang) + _about(list(speaking.values()), lang) + _disagree(lang),
        claims=tuple(each.claim for each in said),
        trail=((phrase("nav.pillars", lang), f"{localised('index', lang)}#pillars"),),
    )


def _topic_hub(pages: Sequence[RenderedPage], topic: str, lang: str) -> SitePage:
    found = pages_on_topic(pages, topic)
    said = [Said(claim, page) for page in real_pages(found, lang) for claim in page.claims if claim["headline"]][:MOST_SHOWN]
    shown = said_html(said) if said else f"<p>{say('hub.no_claims', lang)}</p>"
    body = section("answer", phrase("page.answer", lang), shown) + _about(found, lang)
    if topic == "interventions":
        body += _register(pages, lang)
    title, lead = phrase(f"hub.{topic}_title", lang), phrase(f"hub.{topic}_lead", lang)
    return SitePage(topic, lang, title, lead, body, claims=tuple(each.claim for each in said))


def _sides(said: Sequence[Said], lang: str) -> str:
    if not said:
        return section("none", phrase("hub.neutral", lang), f"<p>{say('hub.no_claims', lang)}</p>")
    parts = {side: [each for each in said if side_of(each.claim) is side] for side in Side}
    return "".join(
        section(_HEADINGS[side][0], phrase(_HEADINGS[side][1], lang), _folded(own, lang)) for side, own in parts.items() if own
    )


def _folded(said: Sequence[Said], lang: str) -> str:
    first, rest = said[:MOST_SHOWN], said[MOST_SHOWN:]
    if not rest:
        return said_html(first)
    summary = say("hub.more_claims", lang, count=len(rest))
    return f"{said_html(first)}<details><summary>{summary}</summary>{said_html(rest)}</details>"


def _about(pages: Sequence[RenderedPage], lang: str) -> str:
    real = page_list([page for page in pages if not page.is_demo])
    shown = section("pages", phrase("hub.pages", lang), real) if real else ""
    return shown + demo_list([page for page in pages if page.is_demo], lang)


def _disagree(lang: str, area: str = "") -> str:
    if not site_focus().is_programme:  # the programme that readers are asked to speak to is that of Leeuwarden Oost
        return ""
    link = f'<p><a href="{localised(sheet_name(area), lang)}.html">{say("sheet.link", lang)}</a></p>' if area else ""
    return section("disagree", phrase("hub.disagree", lang), f"<p>{say('hub.disagree_text', lang)}</p>{link}")


def _register(pages: Sequence[RenderedPage], lang: str) -> str:
    items = "".join(
        f'<li id="{escape(each.id)}">{escape(each.name.in_language(lang))}{page_list(_real(pages, each.id))}</li>'
        for each in interventions().values()
    )
    return section("register", phrase("hub.interventions_known", lang), f'<ul class="columns">{items}</ul>')


def _real(pages: Sequence[RenderedPage], intervention: str) -> list[RenderedPage]:
    return [page for page in pages_about(pages, "intervention", intervention) if not page.is_demo]
