"""Data and method, about this site, and the list of all its pages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.badges import Badge
from lwo_analysis.publish.blocks import badges_list, demo_list, page_list, say, section
from lwo_analysis.publish.dcat import RECORD
from lwo_analysis.publish.documents import documents_list
from lwo_analysis.publish.frame import SitePage
from lwo_analysis.publish.identity import focus_name, key_of_focus
from lwo_analysis.publish.passports import sources_table
from lwo_analysis.publish.records import DEMO_PREFIX, RenderedPage
from lwo_analysis.publish.selection import real_pages
from lwo_analysis.publish.trace import PASSPORTS

_FORMATS = ("csv", "xlsx", "parquet")
_METHOD = ("data.method_parts", "data.method_codes", "data.method_small", "data.method_cause")
_ABOUT = ("trust", "not", "privacy", "access")
MACHINE_FILES = {"ro-crate-metadata.json": "data.crate", "CITATION.cff": "data.citation", "changes.json": "data.changes"}


def data_page(pages: Sequence[RenderedPage], lang: str, *, has_real: bool, has_demo: bool, head: str = "") -> SitePage:
    """Return the page about data and method.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page of the site; the sources are those of the real ones.
    lang : str
        ``nl`` or ``en``.
    has_real, has_demo : bool
        Whether there are real and demo observations to download.
    head : str
        Finished HTML for the head.
    """
    parts = {
        "downloads": ("site.downloads", _downloads(has_real, has_demo, lang)),
        "sources": ("data.sources", _sources(pages, lang)),
        "method": ("data.method", "".join(f"<p>{say(key, lang)}</p>" for key in _METHOD)),
        "badges": ("data.badges", badges_list(lang, [str(badge) for badge in Badge])),
        "machines": ("data.machines", _machines(has_real, lang)),
    }
    body = "".join(section(id, phrase(key, lang), content) for id, (key, content) in parts.items())
    return SitePage("data", lang, phrase("data.title", lang), phrase("data.lead", lang), body, head=head)


def about_page(lang: str, documents: Sequence[SitePage] = ()) -> SitePage:
    """Return the page about the site, with the documents that lie in no folder of their own, in whatever language."""
    parts = [section(name, phrase(f"about.{name}", lang), f"<p>{text}</p>") for name, text in _texts_about(lang).items()]
    first = [page for page in documents if page.name.count("/") == 1]
    if first:
        text = f"<p>{say('about.documents_text', lang)}</p>{documents_list(first)}"
        parts.append(section("documents", phrase("about.documents", lang), text))
    return SitePage("about", lang, phrase("about.title", lang), phrase("about.lead", lang, area=focus_name(lang)), "".join(parts))


def _texts_about(lang: str) -> dict[str, str]:
    what = say(key_of_focus("about.what_text"), lang, area=focus_name(lang))
    return {"what": what, **{name: say(f"about.{name}_text", lang) for name in _ABOUT}}


def index_page(pages: Sequence[RenderedPage], others: Sequence[SitePage], lang: str) -> SitePage:
    """Return the list of every page of the site in a language.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page of the site.
    others : sequence of SitePage
        The pages that the site makes itself, in the order in which they are listed.
    lang : str
        ``nl`` or ``en``.
    """
    real = real_pages(pages, lang)
    passports = [page for page in others if page.name.startswith(f"{PASSPORTS}/")]
    documents = [page for page in others if page.is_alone]
    own = [page for page in others if "/" not in page.name]
    parts = {
        "made": ("hub.made_pages", page_list(real) or f"<p>{say('site.no_real_pages', lang)}</p>"),
        "site": ("hub.site_pages", _links(own)),
        "passports": ("hub.passports", _links(passports) or f"<p>{say('site.no_real_pages', lang)}</p>"),
    }
    if documents:
        parts["documents"] = ("about.documents", documents_list(documents))
    body = "".join(section(id, phrase(key, lang), content) for id, (key, content) in parts.items())
    demo = demo_list([page for page in pages if page.is_demo and page.lang == lang], lang)
    return SitePage("pages", lang, phrase("hub.pages_title", lang), phrase("hub.pages_lead", lang), body + demo)


def _links(pages: Sequence[SitePage]) -> str:
    items = "".join(f'<li><a href="{page.address}.html">{escape(page.title)}</a></li>' for page in pages)
    return f'<ul class="columns">{items}</ul>' if items else ""


def _downloads(has_real: bool, has_demo: bool, lang: str) -> str:
    real = _download_list("data", "", lang) if has_real else f"<p>{say('site.no_downloads', lang)}</p>"
    return real + (_download_list("demo/data", DEMO_PREFIX, lang) if has_demo else "")


def _download_list(folder: str, prefix: str, lang: str) -> str:
    links = {f"{folder}/{prefix}observations.{name}": f"site.format_{name}" for name in _FORMATS}
    links[f"{folder}/datapackage.json"] = "site.format_datapackage"
    mark = phrase("demo.title_prefix", lang) if prefix else ""
    items = "".join(f'<li><a href="{href}">{mark}{say(key, lang)}</a></li>' for href, key in links.items())
    return f"<p>{say('site.downloads_text', lang)}</p><ul>{items}</ul>" if not prefix else f"<ul>{items}</ul>"


def _sources(pages: Sequence[RenderedPage], lang: str) -> str:
    inputs = {item["id"]: item for page in real_pages(pages, lang) for item in page.provenance["inputs"]}
    return sources_table([inputs[id] for id in sorted(inputs)], lang) if inputs else f"<p>{say('site.no_real_pages', lang)}</p>"


def _machines(has_real: bool, lang: str) -> str:
    files = MACHINE_FILES | ({RECORD: "data.dcat"} if has_real else {})
    items = "".join(f'<li><a href="{name}">{say(key, lang)}</a></li>' for name, key in files.items())
    feed = f'<li><a href="changes.atom" type="application/atom+xml">{say("changes.feed", lang)}</a></li>'
    return f"<ul>{items}{feed}</ul>"
