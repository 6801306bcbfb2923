"""The site for programs: a description of the data in its head, and of the whole site as an RO-Crate."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.publish.downloads import MEDIA_TYPES
from lwo_analysis.publish.identity import focus_name, site_title
from lwo_analysis.publish.records import RenderedPage, page_address
from lwo_analysis.publish.structure import slugify

CRATE = "ro-crate-metadata.json"
OWN_LICENCE = "MIT"
"""Of the texts and the code; figures keep the licence of their provider."""
ADDRESSES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "MIT": "https://spdx.org/licenses/MIT.html",
}


def dataset_head(pages: Sequence[RenderedPage], downloads: Collection[str], lang: str) -> str:
    """Return the schema.org description of the real data as a block for the head of a page; nothing when there are no data.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page; the sources and topics are those of the real ones.
    downloads : collection of str
        Addresses of the files of real observations.
    lang : str
        Language of the names.
    """
    if not downloads:
        return ""
    real = [page for page in pages if not page.is_demo]
    years = [claim["year"] for page in real for claim in page.claims if claim["year"]]
    used = {claim["indicator"] for page in real for claim in page.claims} & set(indicators())
    described = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": site_title(lang),
        "description": phrase("data.description", lang, area=focus_name(lang)),
        "inLanguage": lang,
        "license": [_licence(name) for name in licences_of(real)],
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": site_title(lang)},
        "spatialCoverage": {"@type": "Place", "name": focus_name(lang)},
        "variableMeasured": sorted(indicators()[name].name(lang) for name in used),
        "isBasedOn": [_source(item) for item in inputs_of(real)],
        "distribution": [_download(name) for name in sorted(downloads)],
    }
    covered = {"temporalCoverage": f"{min(years)}/{max(years)}"} if years else {}
    # A closing tag inside the text would end the block; JSON may write its slash as an escape.
    text = json.dumps(described | covered, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def crate(pages: Sequence[RenderedPage], files: Collection[str], generated: str) -> bytes:
    """Return the description of the site as an RO-Crate 1.1: every file, and for each page the run that made it.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page with figures, demo pages too.
    files : collection of str
        Addresses of every file of the site.
    generated : str
        ISO 8601 moment of publication.
    """
    licences = [OWN_LICENCE, *(name for name in licences_of(pages) if name != OWN_LICENCE)]
    files_named = sorted(name for name in files if name != CRATE)
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": site_title("en"),
        "description": phrase("data.description", "en", area=focus_name("en")),
        "datePublished": generated,
        "license": [{"@id": _licence_id(name)} for name in licences],
        "hasPart": [{"@id": name} for name in files_named],
        "mentions": [{"@id": _run_id(page)} for page in pages],
    }
    about = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    terms = [{"@id": _licence_id(name), "@type": "CreativeWork", "name": name} for name in licences]
    inputs = inputs_of(pages)
    sources = [_crate_source(item) for item in inputs]
    providers = {_provider_id(item): {"@type": "Organization", "name": item["provider"]} for item in inputs}
    organisations = [{"@id": id, **named} for id, named in providers.items()]
    graph = [about, root, *terms, *organisations, *sources, *map(_file, files_named), *(_run(page, generated) for page in pages)]
    content = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def inputs_of(pages: Sequence[RenderedPage]) -> list[Mapping[str, Any]]:
    """Return what pages were made from, each source once, in the order of their ids."""
    inputs = {item["id"]: item for page in pages for item in page.provenance["inputs"]}
    return [inputs[id] for id in sorted(inputs)]


def _source(item: Mapping[str, Any]) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": item["provider"]}
    named = {"@type": "CreativeWork", "name": item["title"], "publisher": publisher, "version": item["vintage"]}
    return {**named, "license": _licence(item["licence"])} if item["licence"] else named


def _crate_source(item: Mapping[str, Any]) -> dict[str, Any]:
    source = {**_source(item), "@id": f"#{item['id']}", "publisher": {"@id": _provider_id(item)}}
    return {**source, "license": {"@id": _licence_id(item["licence"])}} if item["licence"] else source


def licences_of(pages: Sequence[RenderedPage]) -> list[str]:
    """Return the licences of the inputs of pages, each once."""
    return sorted({item["licence"] for item in inputs_of(pages) if item["licence"]})


def _licence(name: str) -> str | dict[str, str]:
    """Return a licence as schema.org knows it: its address, or its words when it has none."""
    return ADDRESSES.get(name) or {"@type": "CreativeWork", "name": name}


def _licence_id(name: str) -> str:
    return ADDRESSES.get(name, f"#licence-{slugify(name)}")


def _provider_id(item: Mapping[str, Any]) -> str:
    return f"#provider-{slugify(item['provider'])}"


def _download(name: str) -> dict[str, str]:
    media = MEDIA_TYPES.get(name.rsplit(".", 1)[1], "application/json")
    return {"@type": "DataDownload", "contentUrl": name, "encodingFormat": media}


def _file(name: str) -> dict[str, Any]:
    return {"@id": name, "@type": ["File", "SoftwareSourceCode"] if name.endswith(".ipynb") else "File", "name": name}


def _run_id(page: RenderedPage) -> str:
    return f"#run-{page_address(page).replace('/', '-')}"


def _run(page: RenderedPage, generated: str) -> dict[str, Any]:
    address = page_address(page)
    folder = address.removesuffix(page.slug)
    return {
        "@id": _run_id(page),
        "@type": "CreateAction",
        "name": page.provenance["reproduce"],
        "endTime": page.provenance.get("generated", generated),
        "instrument": {"@id": f"{folder}{page.notebook_name}"},
        "object": [{"@id": f"#{item['id']}"} for item in page.provenance["inputs"]],
        "result": [{"@id": f"{address}.html"}, {"@id": f"{address}.claims.json"}],
    }
