"""The real figures as a record for a data catalogue: DCAT-AP-NL 3.0 in JSON-LD, which data.overheid.nl and others harvest.

What is mandatory is taken from the shapes of the profile (https://docs.geostandaarden.nl/dcat/dcat-ap-nl30/). Addresses are
relative to where the record stands, so it holds wherever the site is put.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.publish.downloads import MEDIA_TYPES
from lwo_analysis.publish.identity import focus_name, site_title
from lwo_analysis.publish.machines import ADDRESSES, inputs_of, licences_of
from lwo_analysis.publish.records import RenderedPage

RECORD = "dcat.jsonld"
AUTHORITY = "http://publications.europa.eu/resource/authority"
THEMES = ("SOCI", "REGI")
"""Population and society, and regions and cities, of the European list of themes."""
TONGUES = {"nl": "NLD", "en": "ENG"}
SOURCES = "data.html#sources"
"""Where the licence of every source is said, for figures that no page shows yet."""
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def dcat_record(pages: Sequence[RenderedPage], files: Mapping[str, bytes], generated: str) -> dict[str, bytes]:
    """Return the record by its address; nothing when there are no real figures, because a catalogue holds a dataset.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page of the site; sources and years are those of the real ones.
    files : mapping of str to bytes
        Files of the site by address; the downloads of real observations become distributions.
    generated : str
        ISO 8601 moment of publication.
    """
    data = {name: content for name, content in files.items() if _media_type(name)}
    if not data:
        return {}
    real = [page for page in pages if not page.is_demo]
    dataset = {"@id": "#observations", "@type": "dcat:Dataset", **_described(), **_dataset(real, generated)}
    dataset["dcat:distribution"] = [_distribution(name, content, real) for name, content in sorted(data.items())]
    catalogue = {"@id": "#catalogue", "@type": "dcat:Catalog", **_described(), "foaf:homepage": {"@id": "index.html"}}
    record = {
        "@context": CONTEXT,
        "@graph": [{**catalogue, "dcat:dataset": {"@id": "#observations"}}, dataset, _publisher(), _contact()],
    }
    return {RECORD: (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8")}


def _described() -> dict[str, Any]:
    """Return what the catalogue and the dataset have in common."""
    words = {lang: focus_name(lang) for lang in LANGUAGES}
    return {
        "dct:title": [_text(site_title(lang), lang) for lang in LANGUAGES],
        "dct:description": [_text(phrase("data.description", lang, area=words[lang]), lang) for lang in LANGUAGES],
        "dct:language": [{"@id": f"{AUTHORITY}/language/{TONGUES[lang]}"} for lang in LANGUAGES],
        "dct:publisher": {"@id": "#publisher"},
        "dcat:contactPoint": {"@id": "#contact"},
    }


def _dataset(real: Sequence[RenderedPage], generated: str) -> dict[str, Any]:
    years = [claim["year"] for page in real for claim in page.claims if claim["year"]]
    period = {"dct:temporal": _period(min(years), max(years))} if years else {}
    named = [f"{item['title']} ({item['provider']}, {item['vintage']})" for item in inputs_of(real)]
    return {
        "dct:identifier": f"lwo-analysis:{focus_name('en')}:observations",
        "dct:creator": {"@id": "#publisher"},
        "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/PUBLIC"},
        "dcat:theme": [{"@id": f"{AUTHORITY}/data-theme/{theme}"} for theme in THEMES],
        "dct:modified": {"@type": "xsd:dateTime", "@value": generated},
        "dct:spatial": {"@type": "dct:Location", "skos:prefLabel": [_text(focus_name(lang), lang) for lang in LANGUAGES]},
        "dcat:landingPage": {"@id": "data.html"},
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": "; ".join(named)},
        **period,
    }


def _distribution(name: str, content: bytes, real: Sequence[RenderedPage]) -> dict[str, Any]:
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": sha256(content).hexdigest()},
    }
    return {
        "@id": f"#{name.rsplit('/', 1)[1]}",
        "@type": "dcat:Distribution",
        "dct:title": name.rsplit("/", 1)[1],
        "dcat:accessURL": {"@id": name},
        "dcat:downloadURL": {"@id": name},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{_media_type(name)}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(len(content))},
        "dct:license": [_licence(licence) for licence in licences_of(real)] or [{"@id": SOURCES}],
        "spdx:checksum": checksum,
    }


def _media_type(name: str) -> str:
    """Return the type of a download of real observations; empty for any other file."""
    folder, _, file = name.partition("/")
    return MEDIA_TYPES.get(file.rpartition(".")[2], "") if folder == "data" and "/" not in file else ""


def _licence(name: str) -> dict[str, str]:
    """Return a licence by its address, or by its words when it has none; figures keep the licence of their provider."""
    return {"@id": ADDRESSES[name]} if name in ADDRESSES else {"@type": "dct:LicenseDocument", "dct:title": name}


def _period(first: int, last: int) -> dict[str, Any]:
    ends = {"dcat:startDate": f"{first}-01-01", "dcat:endDate": f"{last}-12-31"}
    return {"@type": "dct:PeriodOfTime", **{name: {"@type": "xsd:date", "@value": day} for name, day in ends.items()}}


def _publisher() -> dict[str, Any]:
    return {"@id": "#publisher", "@type": "foaf:Agent", "foaf:name": [_text(site_title(lang), lang) for lang in LANGUAGES]}


def _contact() -> dict[str, Any]:
    return {"@id": "#contact", "@type": "vcard:Kind", "vcard:fn": site_title("nl"), "vcard:hasURL": {"@id": "about.html"}}


def _text(text: str, lang: str) -> dict[str, str]:
    return {"@value": text, "@language": lang}
