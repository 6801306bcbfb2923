"""The site: built whole in a folder beside the old one, which it replaces only when nothing failed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import PILLARS
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.errors import NotebookError, OutputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import put_in_place
from lwo_analysis.publish.changes import Previous, publication_history
from lwo_analysis.publish.changes_page import changes_feed, changes_page
from lwo_analysis.publish.dcat import dcat_record
from lwo_analysis.publish.documents import document_pages
from lwo_analysis.publish.downloads import download_files, split_demo
from lwo_analysis.publish.editions import edition_files, read_previous
from lwo_analysis.publish.frame import SitePage, put_in_site, site_page_html
from lwo_analysis.publish.home import home_page
from lwo_analysis.publish.hubs import hub_pages
from lwo_analysis.publish.machines import CRATE, crate, dataset_head
from lwo_analysis.publish.passports import passport_pages
from lwo_analysis.publish.records import DEMO_FOLDER, RenderedPage, page_address
from lwo_analysis.publish.reference_pages import about_page, data_page, index_page
from lwo_analysis.publish.selection import TOPICS, counterparts, hub_areas, pages_on_topic, real_pages
from lwo_analysis.publish.sheets import sheet_pages
from lwo_analysis.publish.trace import localised


def write_site(pages: Sequence[RenderedPage], observations: pd.DataFrame | None, destination: Path, *, generated: str) -> Path:
    """Write the whole site and put it in the place of the old one, with which its numbers are compared.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page, fresh or kept (:mod:`lwo_analysis.publish.stored`); demo pages go to ``demo/``.
    observations : pandas.DataFrame or None
        Rows of the observation table for the downloads; real and demo rows are written apart. None or no rows: no downloads.
    destination : Path
        The folder of the site; made when absent, replaced when present.
    generated : str
        ISO 8601 moment for the pages that the site makes itself.

    Returns
    -------
    Path
        The Dutch home page; the English one is beside it.

    Raises
    ------
    NotebookError
        When two pages have the same address or the same title.
    OutputError
        When the folder cannot be written. The old site is untouched.
    """
    files = site_files(pages, observations, generated=generated, previous=read_previous(destination))
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{destination.name}.new-", dir=destination.parent))
    except OSError as problem:
        raise _unwritable(destination, problem) from problem
    try:
        _write_files(files, building)
        put_in_place(building, destination)
    except OSError as problem:
        raise _unwritable(destination, problem) from problem
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return destination / "index.html"


def site_files(
    pages: Sequence[RenderedPage], observations: pd.DataFrame | None, *, generated: str, previous: Previous | None = None
) -> dict[str, bytes]:
    """Return every file of the site by its relative address; nothing is written.

    Parameters
    ----------
    pages, observations, generated
        As in :func:`write_site`.
    previous : Previous, optional
        The site before this one; without it, this is the first publication.

    Raises
    ------
    NotebookError
        When two pages have the same address or the same title, or offer different files under one name.
    """
    _check_unique([page_address(page) for page in pages], "the address")
    _check_unique([(page.lang, "demo" if page.is_demo else "real", page.title) for page in pages], "the title")
    files = _made_files(pages)
    for folder, frame in _download_frames(observations).items():
        files |= {f"{folder}/{name}": content for name, content in download_files(frame, _package_sources(pages, folder)).items()}
    history = publication_history(pages, previous, generated)
    for page in own_pages(pages, files, history, edition_files(previous, history, files)):
        files |= _page_files(page.address, site_page_html(page, generated), page.claims, _own_provenance(page, pages, generated))
    files |= edition_files(previous, history, files)
    files |= {"changes.json": _json(history), "changes.atom": changes_feed(history)}
    files["CITATION.cff"] = (REPOSITORY / "CITATION.cff").read_bytes()
    files |= dcat_record(pages, files, generated)
    return {**files, CRATE: crate(pages, files, generated)}


def own_pages(
    pages: Sequence[RenderedPage], files: Collection[str], history: Mapping[str, Any], editions: Collection[str]
) -> list[SitePage]:
    """Return every page that the site makes itself, in both languages.

    Parameters
    ----------
    pages : sequence of RenderedPage
        The pages with figures.
    files : collection of str
        Addresses of the pages with figures and of the downloads.
    history, editions
        As in `changes_page`.
    """
    data = [name for name in files if name.startswith("data/")]
    demo = [name for name in files if name.startswith(f"{DEMO_FOLDER}/data/")]
    documents = {lang: document_pages(lang) for lang in LANGUAGES}
    found: list[SitePage] = []
    for lang in LANGUAGES:
        head = dataset_head(pages, data, lang)
        own = [page for page in pages if page.lang == lang]
        others = [
            home_page(pages, lang, head=head),
            *hub_pages(pages, lang),
            *sheet_pages(own, lang),
            data_page(pages, lang, has_real=bool(data), has_demo=bool(demo), head=head),
            changes_page(history, editions, files, lang),
            about_page(lang, [page for written in documents.values() for page in written]),
            *documents[lang],
            *passport_pages(pages, lang),
        ]
        found += [*others, index_page(pages, others, lang)]
    return found


def _made_files(pages: Sequence[RenderedPage]) -> dict[str, bytes]:
    """Return the pages with figures in their frame, and what lies beside each."""
    others = counterparts(pages)
    files: dict[str, bytes] = {}
    for page in pages:
        files |= files_of_page(page, others.get(page_address(page)))
    return files | _offered_files(pages, files)


def files_of_page(page: RenderedPage, other: str | None) -> dict[str, bytes]:
    """Return a page with figures in its frame, and what lies beside it, by address within the site.

    Parameters
    ----------
    page : RenderedPage
        The page.
    other : str or None
        Address of the same page in the other language, without its ending; None when there is none.
    """
    address = page_address(page)
    html = put_in_site(page.html, page.lang, address=address, title=page.title, trail=trail_of(page), other=other)
    files = _page_files(address, html, page.claims, page.provenance)
    return {**files, _notebook_address(page): page.notebook.encode("utf-8")}


def trail_of(page: RenderedPage) -> tuple[tuple[str, str], ...]:
    """Return the way back from a page with figures: its wijk, its pillar or its question, else the list of all pages."""
    lang, parameters = page.lang, page.provenance["parameters"]
    area, pillar = str(parameters.get("area", "")), str(parameters.get("pillar", ""))
    topic = next((name for name in TOPICS if pages_on_topic([page], name)), None)
    if topic:
        return ((phrase(f"nav.{topic}", lang), localised(topic, lang)),)
    if area in hub_areas()[1:]:
        return ((areas()[area].name(lang), localised(f"area-{area}", lang)),)
    if pillar in PILLARS:
        return ((phrase(f"pillar.{pillar}", lang), localised(f"pillar-{pillar}", lang)),)
    return ((phrase("nav.pages", lang), localised("pages", lang)),)


def _notebook_address(page: RenderedPage) -> str:
    return f"{DEMO_FOLDER}/{page.notebook_name}" if page.is_demo else page.notebook_name


def _offered_files(pages: Sequence[RenderedPage], taken: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that pages offer; the same file may be offered twice, another one under its name may not."""
    offered: dict[str, bytes] = {}
    for page in pages:
        for name, content in page.files:
            address = f"{DEMO_FOLDER}/{name}" if page.is_demo else name
            if {**taken, **offered}.get(address, content) != content:
                raise NotebookError(
                    f"{page.slug}, download {name}",
                    expected="one content under one name",
                    found="two different ones",
                    remedy="name the files apart",
                )
            offered[address] = content
    return offered


def _page_files(address: str, html: str, claims: Sequence[Mapping[str, Any]], provenance: Mapping[str, Any]) -> dict[str, bytes]:
    return {
        f"{address}.html": html.encode("utf-8"),
        f"{address}.claims.json": _json(list(claims)),
        f"{address}.prov.json": _json(provenance),
    }


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")


def _own_provenance(page: SitePage, pages: Sequence[RenderedPage], generated: str) -> dict[str, Any]:
    """Return what a page of the site was made from: the inputs of the real pages in its language, each once."""
    real = real_pages(pages, page.lang)
    inputs = {item["id"]: item for each in real for item in each.provenance["inputs"]}
    return {
        "page": page.address,
        "lang": page.lang,
        "pages": [each.slug for each in real],
        "inputs": [inputs[key] for key in sorted(inputs)],
        "origins": sorted({origin for each in real for origin in each.origins}),
        "generated": generated,
    }


def _download_frames(observations: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    if observations is None:
        return {}
    real, demo = split_demo(observations)
    return {folder: frame for folder, frame in (("data", real), (f"{DEMO_FOLDER}/data", demo)) if len(frame)}


def _package_sources(pages: Sequence[RenderedPage], folder: str) -> list[dict[str, str]]:
    demo = folder.startswith(DEMO_FOLDER)
    inputs = {item["id"]: item for page in pages if page.is_demo is demo for item in page.provenance["inputs"]}
    return [_package_source(inputs[key]) for key in sorted(inputs)]


def _package_source(item: Mapping[str, str]) -> dict[str, str]:
    source = {"title": f"{item['title']} ({item['provider']}, {item['vintage']})"}
    return {**source, "path": item["url"]} if item.get("url") else source


def _check_unique(names: Sequence[object], what: str) -> None:
    repeated = sorted(str(name) for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise NotebookError(
            "site", expected=f"{what} of each page once", found=f"twice: {', '.join(repeated)}", remedy="name the pages apart"
        )


def _write_files(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.chmod(0o755)


def _unwritable(destination: Path, problem: OSError) -> OutputError:
    return OutputError(
        str(destination),
        expected="a folder that can be written",
        found=problem.strerror or str(problem),
        remedy="make it writable or set LWO_OUTPUTS to another folder",
    )
