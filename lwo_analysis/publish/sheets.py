"""Pages for paper: a discussion sheet of two sides per wijk, and sentences about a pillar that a board can paste."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.focus import site_focus
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.present.claims import claims_html
from lwo_analysis.publish.blocks import say, section
from lwo_analysis.publish.frame import SitePage
from lwo_analysis.publish.records import RenderedPage
from lwo_analysis.publish.selection import Said, Side, hub_areas, in_people, is_pair, said_about, side_of
from lwo_analysis.publish.trace import localised

SHOWN = {Side.BETTER: 4, Side.NEUTRAL: 2, Side.WORSE: 4}
"""Statements per side of the matter; together they fit on one side of paper."""
QUESTIONS = ("recognise", "missing", "strength", "wish")
LINES = 4
MOST_SENTENCES = 6

_HEADINGS = {
    Side.BETTER: ("good", "hub.strengths"),
    Side.NEUTRAL: ("same", "sheet.same"),
    Side.WORSE: ("less-good", "hub.attention"),
}


def sheet_name(area_id: str) -> str:
    """Return the address of the discussion sheet of an area, without its language."""
    return f"sheet-{area_id}"


def sheet_pages(pages: Sequence[RenderedPage], lang: str) -> list[SitePage]:
    """Return a discussion sheet for every area that has a page of its own: figures on one side, questions on the other.

    None on a site about another focus area, since the answers go to the programme of Leeuwarden Oost.
    """
    return [_sheet(pages, name, lang) for name in hub_areas()] if site_focus().is_programme else []


def sentences_to_paste(said: Iterable[Said], lang: str) -> str:
    """Return comparisons as plain sentences that each name their kind, source and year, so that they can be pasted alone.

    Parameters
    ----------
    said : iterable of Said
        In the order of the page, strengths first; other statements than comparisons of two areas are left out.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        A section, or nothing when there is no comparison.
    """
    chosen = [each for each in said if is_pair(each.claim) and not in_people(each)][:MOST_SENTENCES]
    if not chosen:
        return ""
    items = "".join(f"<li>{escape(_with_source(each, lang))}</li>" for each in chosen)
    return section("paste", phrase("brief.title", lang), f'<p>{say("brief.text", lang)}</p><ul class="paste">{items}</ul>')


def _sheet(pages: Sequence[RenderedPage], name: str, lang: str) -> SitePage:
    chosen = _chosen(said_about(pages, lang, area=name))
    words = {"area": areas()[name].name(lang)}
    return SitePage(
        sheet_name(name),
        lang,
        phrase("sheet.title", lang, **words),
        phrase("sheet.lead", lang),
        f'<div class="sheet">{_front(chosen, lang)}</div><div class="sheet back">{_back(lang)}</div>',
        claims=tuple(each.claim for each in chosen),
        trail=((areas()[name].name(lang), localised(f"area-{name}", lang)),),
    )


def _chosen(said: Sequence[Said]) -> list[Said]:
    """Return the first statements of each side: in people where the findings say them so, else every comparison."""
    counted = [each for each in said if in_people(each)]
    usable = counted or [each for each in said if is_pair(each.claim)]
    return [each for side, most in SHOWN.items() for each in [each for each in usable if side_of(each.claim) is side][:most]]


def _front(chosen: Sequence[Said], lang: str) -> str:
    if not chosen:
        return section("good", phrase("sheet.same", lang), f"<p>{say('hub.no_claims', lang)}</p>")
    parts = {side: [each.claim for each in chosen if side_of(each.claim) is side] for side in SHOWN}
    shown = {side: claims_html(own) for side, own in parts.items() if own}
    # What figures do not see may still be strong; the sheet begins with it all the same.
    shown = {Side.BETTER: f"<p>{say('sheet.no_strengths', lang)}</p>", **shown}
    return "".join(section(_HEADINGS[side][0], phrase(_HEADINGS[side][1], lang), content) for side, content in shown.items())


def _back(lang: str) -> str:
    lines = f'<ul class="write" aria-hidden="true">{"<li></li>" * LINES}</ul>'
    return "".join(section(f"ask-{name}", phrase(f"sheet.{name}", lang), lines) for name in QUESTIONS) + (
        f'<p class="rules">{say("sheet.rules", lang)}</p>'
    )


def _with_source(said: Said, lang: str) -> str:
    claim = said.claim
    named = ", ".join(sources()[name].title(lang) for name in claim["sources"] if name in sources())
    words = {"text": claim["text"], "source": named or said.page.title, "badge": phrase(f"badge.{claim['badge']}", lang).lower()}
    if claim["year"]:
        return phrase("brief.sentence", lang, **words, year=claim["year"])
    return phrase("brief.sentence_no_year", lang, **words)
