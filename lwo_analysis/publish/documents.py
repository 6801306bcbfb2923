"""The documents of `docs/` as pages of the site; an installed package has no such folder, and then there are none."""

from __future__ import annotations

import posixpath
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import Tag
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.publish.exporter import MathRenderer, UnfitMarkdownError
from lwo_analysis.publish.frame import SitePage, root_of
from lwo_analysis.publish.structure import structure_body
from lwo_analysis.publish.trace import localised

DOCUMENTS = "docs"
DUTCH = frozenset({"lezen"})
"""Documents for readers of the findings; the others are for people who work with the code, and are in English."""


def document_pages(lang: str, folder: Path = REPOSITORY / DOCUMENTS) -> list[SitePage]:
    """Return the documents that are written in a language, each a page of its own; none when the folder is not there.

    Parameters
    ----------
    lang : str
        ``nl`` or ``en``.
    folder : Path
        Holds the documents as Markdown, in folders or not. ``README.md`` is the first page of its folder.

    Raises
    ------
    NotebookError
        A document has no title or several, skips a level of headings, or holds HTML or a picture.
    """
    known = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    return [_document_page(folder, path, known) for path in sorted(known) if language_of(path) == lang]


def document_name(path: str) -> str:
    """Return the name of a document within the site, without its language and its ending.

    Examples
    --------
    >>> document_name("tutorial.md"), document_name("decisions/README.md")
    ('docs/tutorial', 'docs/decisions/index')
    """
    bare = path.removesuffix(".md")
    return f"{DOCUMENTS}/{posixpath.join(posixpath.dirname(bare), 'index') if posixpath.basename(bare) == 'README' else bare}"


def language_of(path: str) -> str:
    """Return the language in which a document is written."""
    return "nl" if path.removesuffix(".md") in DUTCH else "en"


def documents_list(pages: list[SitePage]) -> str:
    """Return links to documents, each marked with its language."""
    items = "".join(
        f'<li><a href="{page.address}.html" lang="{page.lang}" hreflang="{page.lang}">{escape(page.title)}</a></li>'
        for page in pages
    )
    return f'<ul class="columns">{items}</ul>' if items else ""


def _document_page(folder: Path, path: str, known: set[str]) -> SitePage:
    lang, name = language_of(path), document_name(path)
    soup = BeautifulSoup(_html_of((folder / path).read_text(encoding="utf-8"), path), "html.parser")
    for table in soup.find_all("table"):
        _make_readable(soup, table)
    for link in soup.find_all("a", href=True):
        _lead_somewhere(soup, link, path, known)
    body = structure_body(str(soup), title=None, lang=lang, name=f"{DOCUMENTS}/{path}")
    trail = ((phrase("nav.about", lang), localised("about", lang)),)
    return SitePage(name, lang, body.title, "", body.lead + body.html, trail=trail, sections=body.sections, is_alone=True)


def _html_of(markdown: str, path: str) -> str:
    renderer = MathRenderer(escape=False, exclude_anchor_links=True)
    try:
        return str(MarkdownWithMath(renderer=renderer).render(markdown))
    except UnfitMarkdownError as problem:
        raise NotebookError(
            f"{DOCUMENTS}/{path}", expected=problem.expected, found=problem.found, remedy="correct the document"
        ) from problem


def _make_readable(soup: BeautifulSoup, table: Tag) -> None:
    """Give a table a caption (the heading above it), headers with a scope, and a region that scrolls."""
    heading = table.find_previous(["h1", "h2", "h3", "h4"])
    name = heading.get_text(" ", strip=True) if heading else ""
    caption = soup.new_tag("caption", attrs={"class": "visually-hidden"})
    caption.string = name
    table.insert(0, caption)
    for head in table.select("thead th"):
        head["scope"] = "col"
    for row in table.select("tbody tr"):
        first = row.find("td")
        first.name, first["scope"] = "th", "row"
    table.wrap(soup.new_tag("div", attrs={"class": "lwo-table", "role": "region", "tabindex": "0", "aria-label": name}))


def _lead_somewhere(soup: BeautifulSoup, link: Tag, path: str, known: set[str]) -> None:
    """Let a link lead to the page of a document; a link to another file becomes its text with the path, which has no page."""
    target, mark, place = str(link["href"]).partition("#")
    if not target or target.startswith(("http://", "https://")):
        return
    there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if there in known:
        address = localised(document_name(there), language_of(there))
        link["href"] = f"{root_of(document_name(path))}{address}.html{mark}{place}"
        return
    shown = soup.new_tag("code")
    shown.string = posixpath.normpath(posixpath.join(DOCUMENTS, there))
    if link.get_text(strip=True) != shown.string:
        link.insert_before(link.get_text(), " (")
        link.insert_after(")")
    link.replace_with(shown)
