"""The home page: what the real pages say, and apart from it where the demo pages are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.claims import claims_html
from lwo_analysis.publish.page import badge_legend, fill_page
from lwo_analysis.publish.records import DEMO_PREFIX, RenderedPage

CLAIMS_PER_PAGE = 3
COMMANDS = {"fetch": "lwo fetch", "import_": "lwo import", "build": "lwo build", "run": "lwo run"}

_FORMATS = ("csv", "xlsx", "parquet")


def home_claims(pages: Iterable[RenderedPage], lang: str) -> tuple[dict[str, Any], ...]:
    """Return the claims that the home page repeats: the first headlines of each real page in its language."""
    said = (page for page in pages if not page.is_demo and page.lang == lang)
    return tuple(claim for page in said for claim in _headlines(page))


def home_page(pages: Sequence[RenderedPage], *, lang: str, generated: str, has_real: bool, has_demo: bool) -> str:
    """Return the home page of a site.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page of the site. Of the demo pages only the titles are shown, so that no made-up number meets a real one.
    lang : str
        ``nl`` or ``en``.
    generated : str
        ISO 8601 moment.
    has_real, has_demo : bool
        Whether there are real and demo observations to download.
    """
    real = [page for page in pages if not page.is_demo]
    demo = [page for page in pages if page.is_demo]
    body = _real_section(real, lang) + _downloads_section(has_real, lang) + _demo_section(demo, has_demo, lang)
    return fill_page(
        body,
        title=phrase("site.title", lang),
        lead=f"<p>{_say('site.lead', lang)}</p>",
        lang=lang,
        origins=frozenset(),
        home="",
        sections=(),
        foot="",
        generated=generated,
    )


def _headlines(page: RenderedPage) -> list[dict[str, Any]]:
    return [claim for claim in page.claims if claim["headline"]][:CLAIMS_PER_PAGE]


def _real_section(pages: Sequence[RenderedPage], lang: str) -> str:
    if not pages:
        return f"<section><h2>{_say('site.real_pages', lang)}</h2><p>{_say('site.no_real_pages', lang)}</p></section>"
    items = "".join(f"<li>{_summary(page)}</li>" for page in pages if page.lang == lang)
    legend = badge_legend([str(badge) for badge in Badge], lang)
    summaries = f'<ul class="pages">{items}</ul>{legend}' if items else ""
    return f"<section><h2>{_say('site.real_pages', lang)}</h2>{summaries}{_other_language(pages, lang)}</section>"


def _other_language(pages: Sequence[RenderedPage], lang: str) -> str:
    links = "".join(
        f'<li><a href="{page.slug}.html" lang="{page.lang}">{escape(page.title)}</a></li>' for page in pages if page.lang != lang
    )
    return f"<h3>{_say('site.other_language', lang)}</h3><ul>{links}</ul>" if links else ""


def _summary(page: RenderedPage) -> str:
    claims = _headlines(page)
    said = claims_html(claims) if claims else ""
    return f'<h3><a href="{page.slug}.html">{escape(page.title)}</a></h3>{said}'


def _downloads_section(has_real: bool, lang: str) -> str:
    content = _download_list("data", "", lang) if has_real else f"<p>{_say('site.no_downloads', lang)}</p>"
    return f"<section><h2>{_say('site.downloads', lang)}</h2>{content}</section>"


def _download_list(folder: str, prefix: str, lang: str) -> str:
    links = {f"{folder}/{prefix}observations.{name}": f"site.format_{name}" for name in _FORMATS}
    links[f"{folder}/datapackage.json"] = "site.format_datapackage"
    mark = phrase("demo.title_prefix", lang) if prefix else ""
    items = "".join(f'<li><a href="{href}">{mark}{_say(key, lang)}</a></li>' for href, key in links.items())
    return f"<p>{_say('site.downloads_text', lang)}</p><ul>{items}</ul>" if not prefix else f"<ul>{items}</ul>"


def _demo_section(pages: Sequence[RenderedPage], has_demo: bool, lang: str) -> str:
    if not pages and not has_demo:
        return ""
    prefix = phrase("demo.title_prefix", lang)
    items = "".join(
        f'<li><a href="demo/{page.slug}.html" lang="{page.lang}">{escape(prefix + page.title)}</a></li>' for page in pages
    )
    downloads = _download_list("demo/data", DEMO_PREFIX, lang) if has_demo else ""
    commands = {name: f"<code>{command}</code>" for name, command in COMMANDS.items()}
    return (
        f'<section class="demo-section"><h2>{_say("site.demo_pages", lang)}</h2><p>{_say("site.demo_text", lang)}</p>'
        f"<ul>{items}</ul><p>{phrase('demo.make_real', lang, **commands)}</p>{downloads}</section>"
    )


def _say(key: str, lang: str) -> str:
    return escape(phrase(key, lang))
