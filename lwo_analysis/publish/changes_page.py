"""The page and the feed of what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.prose import format_number
from lwo_analysis.present.units import format_value
from lwo_analysis.publish.blocks import plain_table, say, section
from lwo_analysis.publish.clock import said_day
from lwo_analysis.publish.editions import EDITIONS
from lwo_analysis.publish.frame import SitePage
from lwo_analysis.publish.identity import site_title

MOST_ROWS = 100
_FEED_NAME = "lwo-analysis/changes"


def changes_page(history: Mapping[str, Any], editions: Collection[str], addresses: Collection[str], lang: str) -> SitePage:
    """Return the page about what changed, in a language.

    Parameters
    ----------
    history : mapping
        From `publication_history`.
    editions : collection of str
        Addresses of the files of earlier editions.
    addresses : collection of str
        Every page of the site with its ending, so that a page that is gone is not linked to.
    lang : str
        ``nl`` or ``en``.
    """
    publications = "".join(_publication(each, addresses, lang) for each in history["publications"])
    shown = publications or f"<p>{say('changes.first', lang)}</p>"
    feed = f'<p><a href="changes.atom" type="application/atom+xml">{say("changes.feed", lang)}</a></p>'
    body = shown + section("editions", phrase("changes.editions", lang), _editions(editions, lang)) + feed
    return SitePage("changes", lang, phrase("changes.title", lang), phrase("changes.lead", lang), body)


def changes_feed(history: Mapping[str, Any]) -> bytes:
    """Return the changes as an Atom feed (RFC 4287) in Dutch; its addresses are relative to where the site stands."""
    publications = history["publications"]
    updated = publications[0]["date"] if publications else history["first"]
    entries = "".join(map(_entry, publications))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl">\n'
        f"<id>{_identifier(_FEED_NAME)}</id>\n<title>{say('changes.title', 'nl')}</title>\n<updated>{updated}</updated>\n"
        f"<author><name>{escape(site_title('nl'))}</name></author>\n"
        f'<link rel="self" href="changes.atom"/>\n<link href="changes.html"/>\n{entries}</feed>\n'
    ).encode()


def _entry(publication: Mapping[str, Any]) -> str:
    title = say("changes.on", "nl", date=said_day(publication["date"], "nl"))
    lines = [_line(each) for each in publication["numbers"] if each["lang"] == "nl"][:MOST_ROWS]
    return (
        f"<entry><id>{_identifier(_FEED_NAME + publication['date'])}</id><title>{title}</title>"
        f'<updated>{publication["date"]}</updated><link href="changes.html#{_place(publication)}"/>'
        f'<content type="text">{escape(" ".join([_pages(publication, "nl"), *lines]))}</content></entry>\n'
    )


def _line(change: Mapping[str, Any]) -> str:
    before, after = _shown(change, "before", "nl"), _shown(change, "after", "nl")
    reason = phrase(f"changes.reason_{change['reason']}", "nl")
    return f"{change['text']} ({before} → {after}; {reason})"


def _identifier(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"


def _place(publication: Mapping[str, Any]) -> str:
    return f"publication-{publication['date'][:19].replace(':', '-')}"


def _publication(publication: Mapping[str, Any], addresses: Collection[str], lang: str) -> str:
    day = said_day(publication["date"], lang)
    numbers = [each for each in publication["numbers"] if each["lang"] == lang]
    keys = ("claim", "before", "after", "reason", "page")
    rows = [_row(each, addresses, lang) for each in numbers[:MOST_ROWS]]
    heads = [phrase(f"changes.{key}", lang) for key in keys]
    table = plain_table(phrase("changes.caption", lang, date=day), heads, rows) if rows else ""
    more = f"<p>{say('changes.more', lang, count=len(numbers) - MOST_ROWS)}</p>" if len(numbers) > MOST_ROWS else ""
    content = f"<p>{escape(_pages(publication, lang))}</p>{table}{more}"
    return section(_place(publication), phrase("changes.on", lang, date=day), content)


def _pages(publication: Mapping[str, Any], lang: str) -> str:
    counts = {name: sum(each["lang"] == lang for each in publication[f"{name}_pages"]) for name in ("new", "gone")}
    return phrase("changes.pages", lang, **counts)


def _row(change: Mapping[str, Any], addresses: Collection[str], lang: str) -> list[str]:
    page = f"{change['page']}.html"
    link = f'<a href="{page}">{escape(change["page"])}</a>' if page in addresses else escape(change["page"])
    shown = [escape(_shown(change, when, lang)) for when in ("before", "after")]
    return [escape(change["text"]), *shown, say(f"changes.reason_{change['reason']}", lang), link]


def _shown(change: Mapping[str, Any], when: str, lang: str) -> str:
    """Return the number of a claim in one of the two publications, with its year when it has one."""
    facts = change[when]
    if facts is None:
        return phrase("changes.new" if when == "before" else "changes.gone", lang)
    if facts["value"] is None:
        return phrase("changes.no_number", lang)
    known = indicators().get(change["indicator"])
    value = format_number(facts["value"], lang)
    if known is not None and known.unit == change["unit"]:
        value = format_value(facts["value"], known, lang)
    return f"{value} ({facts['year']})" if facts["year"] else value


def _editions(files: Collection[str], lang: str) -> str:
    if not files:
        return f"<p>{say('changes.no_editions', lang)}</p>"
    return "".join(_edition(day, files, lang) for day in sorted({name.split("/")[1] for name in files}, reverse=True))


def _edition(day: str, files: Collection[str], lang: str) -> str:
    own: Sequence[str] = sorted(name for name in files if name.startswith(f"{EDITIONS}/{day}/"))
    pages = [name for name in own if name.endswith(".html")] or own
    items = "".join(f'<li><a href="{name}">{escape(name.rsplit("/", 1)[1])}</a></li>' for name in pages)
    heading = phrase("changes.edition", lang, date=said_day(day[:10], lang))
    return f'<h3 id="edition-{day}">{escape(heading)}</h3><ul class="columns">{items}</ul>'
