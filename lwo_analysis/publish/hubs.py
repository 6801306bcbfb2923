"""Hubs: one page per wijk, per pillar and per question, which collects what the pages with figures say about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.focus import site_focus
from lwo_analysis.catalogue.indicators import CONTEXT, PILLARS, Indicator, indicators
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
    is_pair,
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
_PARTS = ("strengths", "neutral", "attention", "also", "unknown")
_PART_OF_SIDE = {Side.BETTER: "strengths", Side.NEUTRAL: "neutral", Side.WORSE: "attention", Side.UNKNOWN: "unknown"}


def hub_pages(pages: Sequence[RenderedPage], lang: str) -> list[SitePage]:
    """Return every hub in a language; the same ones whatever pages there are, so that their addresses last."""
    own = [page for page in pages if page.lang == lang]
    by_area = [_area_hub(own, name, lang) for name in hub_areas()]
    by_pillar = [_pillar_hub(own, name, lang) for name in PILLARS]
    return [*by_area, *by_pillar, *(_topic_hub(own, topic, lang) for topic in topics())]


def _area_hub(pages: Sequence[RenderedPage], name: str, lang: str) -> SitePage:
    words = {"area": areas()[name].name(lang)}
    said = said_once(said_about(pages, lang, area=name))
    absent = _unmeasured(said, [each for each in indicators().values() if each.core], lang)
    body = _sides(said, lang) + _about(pages_about(pages, "area", name), lang) + absent + _disagree(lang, name)
    return SitePage(
        f"area-{name}",
        lang,
        phrase("hub.area_title", lang, **words),
        phrase("hub.area_lead", lang, answer=_answer(said, name, lang), **words),
        body,
        claims=tuple(each.claim for each in said),
        trail=((phrase(key_of_focus("nav.areas"), lang), f"{localised('index', lang)}#areas"),),
    )


def _pillar_hub(pages: Sequence[RenderedPage], name: str, lang: str) -> SitePage:
    words = {"pillar": phrase(f"pillar.{name}", lang)}
    said = said_about(pages, lang, pillar=name)
    speaking = {each.page.slug: each.page for each in said} | {page.slug: page for page in pages_about(pages, "pillar", name)}
    parts = [
        _sides(said_once(said), lang),
        sentences_to_paste(said, lang),
        _about(list(speaking.values()), lang),
        _unmeasured(said, [each for each in indicators().values() if each.pillar == name], lang),
        _disagree(lang),
    ]
    answer = phrase("hub.answer.context", lang) if name == CONTEXT else _answer(said, site_focus().area_id, lang)
    return SitePage(
        f"pillar-{name}",
        lang,
        phrase("hub.context_title" if name == CONTEXT else "hub.pillar_title", lang, **words, area=focus_name(lang)),
        phrase("hub.pillar_lead", lang, answer=answer, **words),
        "".join(parts),
        claims=tuple(each.claim for each in said),
        trail=((phrase("nav.pillars", lang), f"{localised('index', lang)}#pillars"),),
    )


def _answer(said: Sequence[Said], area_id: str, lang: str) -> str:
    """Return yes, no, both or that we cannot tell, from the sides of all comparisons of an area."""
    sides = {side_of(each.claim) for each in said} & {Side.BETTER, Side.WORSE}
    answers = {(): "unknown", (Side.BETTER,): "better", (Side.WORSE,): "worse", (Side.BETTER, Side.WORSE): "mixed"}
    return phrase(f"hub.answer.{answers[tuple(sorted(sides))]}", lang, area=areas()[area_id].name(lang))


def _topic_hub(pages: Sequence[RenderedPage], topic: str, lang: str) -> SitePage:
    found = pages_on_topic(pages, topic)
    said = [own for page in _speakers(real_pages(found, lang)) if (own := _headlines(page))]
    shown = "".join(_said_by(own, len(said) > 1) for own in said)
    body = section("answer", phrase("page.answer", lang), shown or f"<p>{say('hub.no_claims', lang)}</p>") + _about(found, lang)
    if topic == "interventions":
        body += _register(pages, lang)
    title, lead = phrase(f"hub.{topic}_title", lang), phrase(f"hub.{topic}_lead", lang)
    claims = tuple(each.claim for own in said for each in own)
    return SitePage(topic, lang, title, lead, body, claims=claims)


def _speakers(pages: Sequence[RenderedPage]) -> list[RenderedPage]:
    """Return the pages about all pillars together, or else those about one, in the order of the pillars."""
    by_pillar = {page.slug: str(page.provenance["parameters"].get("pillar", "")) for page in pages}
    whole = [page for page in pages if by_pillar[page.slug] not in PILLARS]
    return whole or sorted(pages, key=lambda page: PILLARS.index(by_pillar[page.slug]))


def _headlines(page: RenderedPage) -> list[Said]:
    return [Said(claim, page) for claim in page.claims if claim["headline"]][:MOST_SHOWN]


def _said_by(said: Sequence[Said], is_named: bool) -> str:
    return (f"<h3>{escape(said[0].page.title)}</h3>" if is_named else "") + said_html(said)


def _sides(said: Sequence[Said], lang: str) -> str:
    if not said:
        return section("none", phrase("hub.neutral", lang), f"<p>{say('hub.no_claims', lang)}</p>")
    parts = {id: [each for each in said if _part(each) == id] for id in _PARTS}
    return "".join(section(id, phrase(f"hub.{id}", lang), _folded(own, lang)) for id, own in parts.items() if own)


def _part(said: Said) -> str:
    """Return the part of a hub for a statement; what does not put two areas beside each other comes after what does."""
    side = side_of(said.claim)
    return "also" if side is Side.NEUTRAL and not is_pair(said.claim) else _PART_OF_SIDE[side]


def _unmeasured(said: Sequence[Said], topics: Sequence[Indicator], lang: str) -> str:
    """Return the topics without a figure on this page, or nothing when each has one."""
    measured = {each.claim["indicator"] for each in said if each.claim["value"] is not None}
    items = "".join(f"<li>{escape(each.name(lang))}</li>" for each in topics if each.id not in measured)
    text = f'<p>{say("hub.unmeasured_text", lang)}</p><ul class="columns">{items}</ul>'
    return section("unmeasured", phrase("hub.unmeasured", lang), text) if items else ""


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
