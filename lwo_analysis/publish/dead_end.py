"""A run that ended in a question without an answer, made into a page that says why."""

from __future__ import annotations

from copy import deepcopy

import nbformat
from nbformat import NotebookNode

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.interventions import interventions
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.catalogue.sources import source
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.claims import Claims, make_claim
from lwo_analysis.present.prose import PROSE_MIME, Title, make_title
from lwo_analysis.present.provenance_note import Provenance, ProvenanceInput
from lwo_analysis.publish.records import PageRecord

CANNOT_ANSWER = "CannotAnswerError"
"""Name of the error in :mod:`lwo_analysis.catalogue.cannot`, as a kernel writes it down."""
ADDED_BY_PAPERMILL = "papermill-error-cell-tag"
SOURCE_LOOKED_IN = {True: "demo-panel", False: "kwb"}
"""Where figures were looked for, on a demo page and on a real one."""


def ends_without_answer(notebook: NotebookNode) -> bool:
    """Return whether a run ended because its question has no answer with these figures."""
    return _last_cell(notebook) is not None


def with_reason(notebook: NotebookNode, page: PageRecord) -> NotebookNode:
    """Return the notebook up to where its run ended, with the reason as its claim; any other notebook as it is.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill left it. Not changed.
    page : PageRecord
        Its language and parameters; they make the title of the page.

    Notes
    -----
    What came before the end stays on the page. The cells after it never ran and are left out, with their prose: they speak of
    results that are not there.
    """
    last = _last_cell(notebook)
    if last is None:
        return notebook
    ended = deepcopy(notebook)
    reason = ended.cells[last].outputs[-1].traceback[LANGUAGES.index(page.lang)]
    shown: list[Claims | Provenance | Title] = [_reason_claims(reason, page), _provenance(page)]
    if not _has_title(ended):
        shown.append(_title(ended, page))
    ended.cells[last].outputs = [nbformat.v4.new_output("display_data", data=item._repr_mimebundle_()) for item in shown]
    ended.cells = [cell for cell in ended.cells[: last + 1] if ADDED_BY_PAPERMILL not in cell.metadata.get("tags", [])]
    return ended


def _last_cell(notebook: NotebookNode) -> int | None:
    for place, cell in enumerate(notebook.cells):
        outputs = cell.get("outputs", [])
        if outputs and outputs[-1].output_type == "error" and outputs[-1].ename == CANNOT_ANSWER:
            return place
    return None


def _reason_claims(reason: str, page: PageRecord) -> Claims:
    looked_in = _looked_in(page)
    claim = make_claim(
        "cannot-answer",
        "claim.undetermined.cannot",
        lang=page.lang,
        badge=Badge.UNDETERMINED,
        indicator=str(page.parameters.get("indicator", "")),
        area=str(page.parameters.get("area", "")),
        origins={source(looked_in).origin},
        sources=[looked_in],
        words={"reason": reason},
    )
    return Claims((claim,))


def _provenance(page: PageRecord) -> Provenance:
    looked_in = source(_looked_in(page))
    searched = ProvenanceInput(looked_in.id, looked_in.title(page.lang), looked_in.provider, "", looked_in.licence, "", "")
    command = page.facts.get("reproduce", f"lwo run {page.notebook}")
    return Provenance((searched,), dict(page.parameters), command, frozenset({looked_in.origin}), page.lang)


def _looked_in(page: PageRecord) -> str:
    return SOURCE_LOOKED_IN[page.parameters.get("panel") == "demo"]


def _has_title(notebook: NotebookNode) -> bool:
    bundles = (output.get("data", {}).get(PROSE_MIME, {}) for cell in notebook.cells for output in cell.get("outputs", []))
    return any(bundle.get("kind") == "title" for bundle in bundles)


def _title(notebook: NotebookNode, page: PageRecord) -> Title:
    """Return the heading of the notebook with what was asked about behind it, since two pages may not share a title."""
    tagged = (cell for cell in notebook.cells if cell.cell_type == "markdown" and page.lang in cell.metadata.get("tags", []))
    heading = next(cell.source for cell in tagged if cell.source.startswith("# ")).splitlines()[0].removeprefix("# ")
    asked = [_named(name, str(value), page.lang) for name, value in page.parameters.items() if name not in ("lang", "panel")]
    return make_title("title.of_question", page.lang, question=heading, asked=", ".join(text for text in asked if text))


def _named(name: str, value: str, lang: str) -> str:
    if name == "pillar":
        return phrase(f"pillar.{value}", lang) if value != "all" else ""
    return ", ".join(_name_of(id.strip(), lang) for id in value.split(","))


def _name_of(id: str, lang: str) -> str:
    """Return the name of what the catalogue knows under an id; a year, a number or a word as it is."""
    for catalogue in (areas(), indicators()):
        if id in catalogue:
            return catalogue[id].name(lang)
    known = interventions().get(id)
    return known.name.in_language(lang) if known else id
