"""A run described for programs: a Process Run Crate, in which every page is the result of an action of its notebook.

Keys and identifiers are those of RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) and of the Process Run Crate profile 0.5
(https://w3id.org/ro/wfrun/process/0.5).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lwo_analysis.run.folders import EXECUTED, RECORD
from lwo_analysis.run.pages import finished_pages

CRATE = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CODE, PYTHON, AGENT = "#lwo-analysis", "#python", "#lwo"
COMPLETED, FAILED = "http://schema.org/CompletedActionStatus", "http://schema.org/FailedActionStatus"
HTML, FACTS = "page.html", "facts.json"
REPORT = "report.json"


def run_crate(runs: Path, report: Mapping[str, Any]) -> str:
    """Return the crate of a folder of runs as JSON.

    Parameters
    ----------
    runs : Path
        Folder of finished pages; the root of the crate.
    report : mapping
        What the last run did, as in `report.json`: pages that failed are actions that failed.
    """
    pages = {address: _read(folder) for address, folder in finished_pages(runs).items()}
    pages = {address: page for address, page in pages.items() if page}
    actions = [_action(address, page) for address, page in pages.items()]
    actions += [_failed(address, error, report) for address, error in report["failed"].items()]
    notebooks = sorted({page["record"]["notebook"] for page in pages.values()})
    files = [each["@id"] for address in pages for each in _results(address)] + [REPORT]
    graph = [
        {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": SPECIFICATION}, "about": {"@id": "./"}},
        _root(report, files, actions),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": LICENCE, "@type": "CreativeWork", "name": "Creative Commons Attribution 4.0 International"},
        *_software(report["versions"]),
        *(
            {"@id": _notebook_id(name), "@type": "SoftwareSourceCode", "name": name, "isPartOf": {"@id": CODE}}
            for name in notebooks
        ),
        *_inputs(pages.values()),
        *(value for address, page in pages.items() for value in _parameters(address, page["record"])),
        *({"@id": name, "@type": "File", "name": name, "encodingFormat": _format(name)} for name in files),
        *actions,
    ]
    return json.dumps({"@context": f"{SPECIFICATION}/context", "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _read(folder: Path) -> dict[str, Any]:
    """Return the record and the provenance of a page; empty when it is damaged, which the run itself tells."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {"record": record, "provenance": json.loads((folder / FACTS).read_text(encoding="utf-8"))["provenance"]}
    except (OSError, ValueError, KeyError):
        return {}


def _root(report: Mapping[str, Any], files: Sequence[str], actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "name": "A run of lwo-analysis",
        "description": "Executed notebooks about Leeuwarden Oost, the pages made from them, and what each was made from.",
        "datePublished": report["finished"],
        "license": {"@id": LICENCE},
        "hasPart": [{"@id": name} for name in files],
        "mentions": [{"@id": action["@id"]} for action in actions],
    }


def _software(versions: Mapping[str, str]) -> list[dict[str, Any]]:
    code: dict[str, Any] = {"@id": CODE, "@type": "SoftwareApplication", "name": "lwo-analysis"}
    code |= {"softwareVersion": versions["lwo-analysis"], "version": versions["code"], "softwareRequirements": {"@id": PYTHON}}
    python = {"@id": PYTHON, "@type": "SoftwareApplication", "name": "Python", "softwareVersion": versions["python"]}
    return [code, python, {"@id": AGENT, "@type": "Organization", "name": "Leeuwarden Oost"}]


def _notebook(name: str) -> dict[str, Any]:
    return {"@id": _notebook_id(name), "@type": "SoftwareSourceCode", "name": name, "isPartOf": {"@id": CODE}}


def _action(address: str, page: Mapping[str, Any]) -> dict[str, Any]:
    record, inputs = page["record"], page["provenance"]["inputs"]
    objects = [*(_input_id(each) for each in inputs), *(value["@id"] for value in _parameters(address, record))]
    return {
        "@id": _action_id(address),
        "@type": "CreateAction",
        "name": page["provenance"]["reproduce"],
        "instrument": {"@id": _notebook_id(record["notebook"])},
        "agent": {"@id": AGENT},
        "object": [{"@id": id} for id in objects],
        "result": _results(address),
        "endTime": record["generated"],
        "actionStatus": {"@id": COMPLETED},
    }


def _failed(address: str, error: str, report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@id": f"{_action_id(address)}-failed",
        "@type": "CreateAction",
        "name": address,
        "instrument": {"@id": CODE},
        "agent": {"@id": AGENT},
        "endTime": report["finished"],
        "actionStatus": {"@id": FAILED},
        "error": error,
    }


def _inputs(pages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = {each["id"]: each for page in pages for each in page["provenance"]["inputs"]}
    return [
        {
            "@id": _input_id(each),
            "@type": "CreativeWork",
            "name": each["title"],
            "version": each["vintage"],
            "license": each["licence"],
            "sha256": each["sha256"],
        }
        for _, each in sorted(found.items())
    ]


def _parameters(address: str, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = record["parameters"].items()
    return [
        {"@id": f"{_action_id(address)}-{name}", "@type": "PropertyValue", "name": name, "value": str(value)}
        for name, value in named
    ]


def _results(address: str) -> list[dict[str, str]]:
    return [{"@id": f"{address}/{name}"} for name in (EXECUTED, HTML, FACTS)]


def _action_id(address: str) -> str:
    return f"#run-{address.replace('/', '-')}"


def _notebook_id(name: str) -> str:
    return f"#notebook-{name}"


def _input_id(source: Mapping[str, Any]) -> str:
    return f"#input-{source['id']}"


def _format(name: str) -> str:
    return {"html": "text/html", "ipynb": "application/x-ipynb+json"}.get(name.rsplit(".", 1)[1], "application/json")
