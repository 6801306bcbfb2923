"""The documents of the repository as pages of the site; an installed package has none, and then there are no such pages."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from html import escape, unescape
from pathlib import Path
from typing import Any

import mistune
from mistune.plugins.table import table as tables

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.publish.frame import SitePage, root_of
from lwo_analysis.publish.structure import slugify
from lwo_analysis.publish.trace import localised

FOLDERS = ("docs", "benchmarks")
DUTCH = frozenset({"docs/lezen.md"})
"""Documents for readers of the findings; the others are for people who work with the code, and are in English."""
_TAG = re.compile(r"<[^>]+>")
_FIRST_CELL = re.compile(r"<td([^>]*)>(.*?)</td>", flags=re.DOTALL)


def document_pages(lang: str, repository: Path = REPOSITORY) -> list[SitePage]:
    """Return the documents that are written in a language, each a page of its own; none when there are no folders of them.

    Parameters
    ----------
    lang : str
        ``nl`` or ``en``.
    repository : Path
        Holds the documents, as Markdown in `FOLDERS`. ``README.md`` is the first page of its folder. HTML in a document is shown,
        not obeyed.

    Raises
    ------
    NotebookError
        A document has no title, or several.
    """
    found = (path for folder in FOLDERS for path in (repository / folder).rglob("*.md"))
    known = frozenset(path.relative_to(repository).as_posix() for path in found)
    return [_document_page(repository, path, known) for path in sorted(known) if language_of(path) == lang]


def document_name(path: str) -> str:
    """Return the name of a document within the site, without its language and its ending.

    Examples
    --------
    >>> document_name("docs/tutorial.md"), document_name("docs/decisions/README.md")
    ('docs/tutorial', 'docs/decisions/index')
    """
    folder, file = posixpath.split(path.removesuffix(".md"))
    return posixpath.join(folder, "index" if file == "README" else file)


def language_of(path: str) -> str:
    """Return the language in which a document is written."""
    return "nl" if path in DUTCH else "en"


def documents_list(pages: list[SitePage]) -> str:
    """Return links to documents, each marked with its language."""
    items = "".join(
        f'<li><a href="{page.address}.html" lang="{page.lang}" hreflang="{page.lang}">{escape(page.title)}</a></li>'
        for page in pages
    )
    return f'<ul class="columns">{items}</ul>' if items else ""


def _document_page(repository: Path, path: str, known: frozenset[str]) -> SitePage:
    renderer = _DocumentRenderer(path, known)
    body = str(mistune.Markdown(renderer, plugins=[tables])((repository / path).read_text(encoding="utf-8")))
    titles = [text for level, _, text in renderer.headings if level == 1]
    if len(titles) != 1:
        raise NotebookError(path, expected="one title", found=str(len(titles)), remedy="keep one line with `# `")
    lang = language_of(path)
    sections = tuple((id, text) for level, id, text in renderer.headings if level == 2)
    trail = ((phrase("nav.about", lang), localised("about", lang)),)
    return SitePage(document_name(path), lang, titles[0], "", body, trail=trail, sections=sections, is_alone=True)


class _DocumentRenderer(mistune.HTMLRenderer):
    """Markdown as the site needs it: headings with ids, tables that can be read aloud and scrolled, links that lead to pages."""

    def __init__(self, path: str, known: frozenset[str]) -> None:
        super().__init__(escape=True)
        self.path, self.known = path, known
        self.headings: list[tuple[int, str, str]] = []
        self.used: Counter[str] = Counter()

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Return a heading with an id; the title is put above the page by its frame."""
        plain = unescape(_TAG.sub("", text))
        self.headings.append((level, self._once(slugify(plain), "-"), plain))
        return "" if level == 1 else f'<h{level} id="{self.headings[-1][1]}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link to another document as one to its page; a file that has no page is named with its path."""
        target, mark, place = url.partition("#")
        if not target or target.startswith(("http://", "https://")):
            return str(super().link(text, url, title))
        there = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), target))
        if there in self.known:
            address = f"{root_of(document_name(self.path))}{localised(document_name(there), language_of(there))}"
            return f'<a href="{address}.html{mark}{escape(place)}">{text}</a>'
        shown = f"<code>{escape(there)}</code>"
        return shown if _TAG.sub("", text) == _TAG.sub("", shown) else f"{text} ({shown})"

    def table(self, text: str) -> str:
        """Return a table with the heading above it as its caption, in a region that scrolls."""
        heading = self.headings[-1][2] if self.headings else self.path
        name = escape(self._once(f"{phrase('table.region', language_of(self.path), caption=heading)}", " "))
        caption = f'<caption class="visually-hidden">{name}</caption>'
        return f'<div class="lwo-table" role="region" tabindex="0" aria-label="{name}"><table>{caption}{text}</table></div>\n'

    def table_row(self, text: str) -> str:
        """Return a row whose first cell names it."""
        named = _FIRST_CELL.sub(r'<th scope="row"\1>\2</th>', text, count=1)
        return f"<tr>{named}</tr>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """Return a cell; figures stand to the right as the document asks, and a corner without words heads nothing."""
        mark = ' class="num"' if align == "right" else ""
        return f'<th scope="col"{mark}>{text}</th>' if head and text else f"<td{mark}>{text}</td>"

    def _once(self, name: str, between: str) -> str:
        self.used[name] += 1
        return name if self.used[name] == 1 else f"{name}{between}{self.used[name]}"
