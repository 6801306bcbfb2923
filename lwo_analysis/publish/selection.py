"""Which claims and pages belong to an area, a pillar or a question, and which of them come first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.focus import site_focus
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.present.badges import Badge
from lwo_analysis.publish.records import RenderedPage, page_address

IN_PEOPLE = "claim.description.finding_"
TOPICS = {"interventions": ("10-", "11-"), "midterm": ("03-",), "agenda": ("15-",)}
"""Hubs about a question, and the starts of the names of the notebooks that answer it."""


def hub_areas() -> tuple[str, ...]:
    """Return the areas that have a page of their own: the one that the site is about, and the areas that it is the sum of."""
    focus = site_focus().area_id
    return (focus, *areas()[focus].parts)


def topics() -> Mapping[str, tuple[str, ...]]:
    """Return the hubs about a question; none on a site about another focus area, because they are about the programme."""
    return TOPICS if site_focus().is_programme else {}


class Side(IntEnum):
    """How a claim stands towards its comparison, in the order of a page: strengths first."""

    BETTER = 0
    NEUTRAL = 1
    WORSE = 2
    UNKNOWN = 3


@dataclass(frozen=True)
class Said:
    """A claim with the page that says it first."""

    claim: Mapping[str, Any]
    page: RenderedPage


def is_pair(claim: Mapping[str, Any]) -> bool:
    """Return whether a claim puts the figure of an area beside that of another area, both in the unit of the indicator.

    A goal, an earlier year or the smallest visible change is also something to compare with, but not an area.
    """
    known = indicators().get(claim["indicator"])
    has_figures = None not in (claim["value"], claim["compare_value"])
    return bool(has_figures and claim["compare"] in areas() and known and claim["unit"] == known.unit)


def side_of(claim: Mapping[str, Any]) -> Side:
    """Return whether a claim is favourable for its area, read from its numbers and the good direction of its indicator.

    A claim that is not a pair (`is_pair`), whose difference can be chance, or on an indicator that only describes, is neutral.
    Chance is judged by the interval of the difference, as in the sentence of the claim, not by that of one of the two figures.
    """
    if claim["badge"] == Badge.UNDETERMINED:
        return Side.UNKNOWN
    if not is_pair(claim) or _is_chance(claim):
        return Side.NEUTRAL
    direction = indicators()[claim["indicator"]].direction
    gap = claim["value"] - claim["compare_value"]
    if gap == 0 or direction not in ("higher", "lower"):
        return Side.NEUTRAL
    return Side.BETTER if (gap > 0) is (direction == "higher") else Side.WORSE


def _is_chance(claim: Mapping[str, Any]) -> bool:
    known = None not in (claim["gap_lower"], claim["gap_upper"])
    return known and claim["gap_lower"] <= 0 <= claim["gap_upper"]


def real_pages(pages: Iterable[RenderedPage], lang: str) -> list[RenderedPage]:
    """Return the pages in a language whose numbers are real."""
    return [page for page in pages if page.lang == lang and not page.is_demo]


def said_about(pages: Sequence[RenderedPage], lang: str, *, area: str | None = None, pillar: str | None = None) -> list[Said]:
    """Return the claims of real pages about an area, or about the area of the site in a pillar, strengths first, each once."""
    found: dict[tuple[object, ...], Said] = {}
    for page in real_pages(pages, lang):
        for claim in page.claims:
            if _is_about(claim, area, pillar):
                found.setdefault(_what(claim), Said(claim, page))
    return sorted(found.values(), key=lambda said: (side_of(said.claim), not _is_core(said.claim), said.claim["text"]))


def said_once(said: Iterable[Said]) -> list[Said]:
    """Return claims without those that say the same two figures in another way; of those, the one that counts people stays."""
    kept: dict[object, Said] = {}
    for each in said:
        key = _figures(each.claim) if is_pair(each.claim) else each.claim["text"]
        if key not in kept or in_people(each):
            kept[key] = each
    return list(kept.values())


def in_people(said: Said) -> bool:
    """Return whether a claim says a share in people, as the findings do ("about 12 in 100")."""
    return said.claim["template"].startswith(IN_PEOPLE)


def pages_about(pages: Iterable[RenderedPage], name: str, value: str) -> list[RenderedPage]:
    """Return the pages that were run with this value of a parameter (``area``, ``pillar``, ``intervention``)."""
    return [page for page in pages if str(page.provenance["parameters"].get(name, "")) == value]


def pages_on_topic(pages: Iterable[RenderedPage], topic: str) -> list[RenderedPage]:
    """Return the pages of the notebooks that answer a question of `TOPICS`."""
    return [page for page in pages if page.provenance["notebook"].startswith(TOPICS[topic])]


def counterparts(pages: Sequence[RenderedPage]) -> dict[str, str]:
    """Return the address of the same page in the other language, by address; a page without one is not in it."""
    by_key: dict[object, list[str]] = {}
    for page in pages:
        by_key.setdefault(_same_page(page), []).append(page_address(page))
    pairs = [addresses for addresses in by_key.values() if len(addresses) > 1]
    return {address: other for one, two, *_ in pairs for address, other in ((one, two), (two, one))}


def pillar_headline(pages: Sequence[RenderedPage], pillar: str, lang: str) -> Said | None:
    """Return the one claim that stands for a pillar on the home page, or None when there is none that is a pair.

    The rule, in this order: the front page set of the programme, a topic with a goal, a figure with an interval, the latest
    year, and then the order of the catalogue. It does not look at which way the figure points.
    """
    found = [said for said in said_about(pages, lang, pillar=pillar) if is_pair(said.claim)]
    return min(found, key=lambda said: _rank(said.claim), default=None)


def _rank(claim: Mapping[str, Any]) -> tuple[object, ...]:
    order = list(indicators()).index(claim["indicator"])
    known = indicators()[claim["indicator"]]
    return (not known.core, known.goal == "missing", claim["lower"] is None, -(claim["year"] or 0), not claim["headline"], order)


def _is_about(claim: Mapping[str, Any], area: str | None, pillar: str | None) -> bool:
    known = indicators().get(claim["indicator"])
    if area is not None and (claim["area"] != area or known is None):
        return False
    return pillar is None or (known is not None and known.pillar == pillar and claim["area"] == site_focus().area_id)


def _is_core(claim: Mapping[str, Any]) -> bool:
    return indicators()[claim["indicator"]].core


def _figures(claim: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(claim[name] for name in ("indicator", "area", "compare", "year", "value", "compare_value"))


def _what(claim: Mapping[str, Any]) -> tuple[object, ...]:
    return (claim["text"],)


def _same_page(page: RenderedPage) -> object:
    parameters = {name: str(value) for name, value in page.provenance["parameters"].items() if name != "lang"}
    return (page.provenance["notebook"], tuple(sorted(parameters.items())), page.is_demo)
