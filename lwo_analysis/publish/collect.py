"""What the outputs of an executed notebook say, apart from how they look."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from lwo_analysis.errors import NotebookError
from lwo_analysis.present.claims import CLAIMS_MIME
from lwo_analysis.present.download import DOWNLOAD_MIME
from lwo_analysis.present.figures import FIGURE_MIME
from lwo_analysis.present.prose import PROSE_MIME
from lwo_analysis.present.provenance_note import PROVENANCE_MIME
from lwo_analysis.present.tables import TABLE_MIME
from lwo_analysis.publish.guards import code_cells


def collect_claims(notebook: NotebookNode) -> tuple[dict[str, Any], ...]:
    """Return every claim that is displayed, in order."""
    return tuple(dict(claim) for facts in _outputs(notebook, CLAIMS_MIME) for claim in facts)


def collect_origins(notebook: NotebookNode) -> frozenset[str]:
    """Return the origins of every figure, table, claim and download that is displayed."""
    files = [fact for facts in _outputs(notebook, DOWNLOAD_MIME) for fact in facts]
    shown = [*_outputs(notebook, FIGURE_MIME), *_outputs(notebook, TABLE_MIME), *collect_claims(notebook), *files]
    return frozenset(origin for facts in shown for origin in facts["origins"])


def collect_title(notebook: NotebookNode) -> str | None:
    """Return the title that the run gives its page, or None when the heading of the notebook stands."""
    titles = [facts["text"] for facts in _outputs(notebook, PROSE_MIME) if facts["kind"] == "title"]
    return titles[-1] if titles else None


def collect_provenance(notebook: NotebookNode, name: str) -> dict[str, Any]:
    """Return the provenance of the page: the inputs of every note that is displayed, each once.

    Raises
    ------
    NotebookError
        When no cell displays its provenance.
    """
    notes = [dict(facts) for facts in _outputs(notebook, PROVENANCE_MIME)]
    if not notes:
        raise NotebookError(name, expected="a cell that displays its provenance", found="none", remedy="display Provenance(...)")
    inputs = {item["id"]: dict(item) for note in notes for item in note["inputs"]}
    origins = sorted({origin for note in notes for origin in note["origins"]})
    return {**notes[-1], "inputs": [inputs[key] for key in sorted(inputs)], "origins": origins}


def collect_downloads(notebook: NotebookNode) -> tuple[tuple[str, bytes], ...]:
    """Return the name and the content of every file that a page offers, in order."""
    facts = [fact for facts in _outputs(notebook, DOWNLOAD_MIME) for fact in facts]
    return tuple((fact["name"], base64.b64decode(fact["content"])) for fact in facts)


def collect_warnings(notebook: NotebookNode) -> tuple[str, ...]:
    """Return what the notebook wrote to its error stream, one text per cell output."""
    streams = (output for _, cell in code_cells(notebook) for output in cell.outputs if output.output_type == "stream")
    return tuple(stream.text.strip() for stream in streams if stream.name == "stderr")


def _outputs(notebook: NotebookNode, mime: str) -> Iterator[Any]:
    for _, cell in code_cells(notebook):
        for output in cell.outputs:
            if mime in output.get("data", {}):
                yield output.data[mime]
