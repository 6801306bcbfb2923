"""Pieces of HTML that several pages of the site share: claims with their page and passport, lists of pages, demo pages apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from bs4 import BeautifulSoup

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.claims import badge_html, claims_html
from lwo_analysis.publish.records import RenderedPage, page_address
from lwo_analysis.publish.selection import Said
from lwo_analysis.publish.trace import trace_html

MOST_DEMO = 6
"""Links to demo pages that are shown; a longer list is folded."""
COMMANDS = {"fetch": "lwo fetch", "import_": "lwo import", "build": "lwo build", "run": "lwo run"}


def section(id: str, heading: str, content: str) -> str:
    """Return a section with a heading of the second level and a permanent id."""
    return f'<section id="{id}" aria-labelledby="{id}-title"><h2 id="{id}-title">{escape(heading)}</h2>{content}</section>'


def said_html(said: Iterable[Said]) -> str:
    """Return claims of other pages as a list, each with its badge, the page it is from, and its passport."""
    shown = list(said)
    soup = BeautifulSoup(claims_html([each.claim for each in shown]), "html.parser")
    for item, each in zip(soup.find_all("li"), shown, strict=True):
        del item["data-claim"]
        item["id"] = f"{each.page.slug}-{each.claim['id']}"
        item.append(BeautifulSoup(_ways_on(each), "html.parser"))
    return str(soup)


def _ways_on(said: Said) -> str:
    address = f"{said.page.slug}.html#claim-{said.claim['id']}"
    lang = said.claim["lang"]
    # On a list of one page's claims its title on every line would drown them; a screen reader gets it with each link.
    hidden = f'<span class="visually-hidden">: {escape(said.page.title)} ({escape(said.claim["id"])})</span>'
    link = f'<a href="{escape(address)}">{say("site.on_page", lang)}{hidden}</a>'
    return f'<span class="ways">{link}{trace_html(said.claim, "")}</span>'


def page_list(pages: Sequence[RenderedPage]) -> str:
    """Return links to real pages."""
    items = "".join(f'<li><a href="{page.slug}.html">{escape(page.title)}</a></li>' for page in pages)
    return f'<ul class="links">{items}</ul>' if items else ""


def demo_list(pages: Sequence[RenderedPage], lang: str) -> str:
    """Return links to demo pages, apart and marked; none of their numbers."""
    if not pages:
        return ""
    prefix = phrase("demo.title_prefix", lang)
    items = "".join(
        f'<li><a href="{page_address(page)}.html" lang="{page.lang}">{escape(prefix + page.title)}</a></li>' for page in pages
    )
    commands = {name: f"<code>{command}</code>" for name, command in COMMANDS.items()}
    links = f"<ul>{items}</ul>"
    if len(pages) > MOST_DEMO:  # a long list would push aside what is real
        links = f"<details><summary>{say('site.demo_count', lang, count=len(pages))}</summary>{links}</details>"
    return (
        f'<section class="demo-section" aria-labelledby="demo-title"><h2 id="demo-title">{say("site.demo_pages", lang)}</h2>'
        f"<p>{say('site.demo_text', lang)}</p>{links}<p>{phrase('demo.make_real', lang, **commands)}</p></section>"
    )


def badges_list(lang: str, badges: Iterable[str]) -> str:
    """Return what each badge means, unfolded."""
    lines = "".join(
        f"<div><dt>{badge_html(each, lang)}</dt><dd>{say(f'badge_meaning.{each}', lang)}</dd></div>" for each in badges
    )
    return f'<dl class="legend">{lines}</dl>'


def facts_list(facts: Mapping[str, str]) -> str:
    """Return names and finished HTML as a description list."""
    return (
        f'<dl class="facts">{"".join(f"<div><dt>{escape(name)}</dt><dd>{said}</dd></div>" for name, said in facts.items())}</dl>'
    )


def plain_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], ids: Sequence[str] = ()) -> str:
    """Return a table of finished HTML cells, whose first column names the row, in a region that scrolls.

    Parameters
    ----------
    caption : str
        Text; it is the name of the region too.
    head : sequence of str
        Texts of the columns.
    rows : iterable of sequences of str
        Finished HTML.
    ids : sequence of str
        Permanent ids of the rows, when they have any.
    """
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    lines = "".join(
        f'<tr{_id(ids, number)}><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for number, (first, *rest) in enumerate(rows)
    )
    return (
        f'<div class="lwo-table" role="region" tabindex="0" aria-label="{escape(caption)}"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def say(key: str, lang: str, **words: object) -> str:
    """Return a phrase as HTML text."""
    return escape(phrase(key, lang, **words))


def _id(ids: Sequence[str], number: int) -> str:
    return f' id="{escape(ids[number])}"' if ids else ""
