"""What may not be published, each told in one line that names the notebook and the cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.claims import CLAIMS_MIME
from lwo_analysis.present.download import DOWNLOAD_MIME
from lwo_analysis.present.figures import FIGURE_MIME
from lwo_analysis.present.origins import checked_origins, is_demo
from lwo_analysis.present.prose import PROSE_MIME
from lwo_analysis.present.provenance_note import PROVENANCE_MIME
from lwo_analysis.present.tables import TABLE_MIME

OWN_MIMES = (FIGURE_MIME, TABLE_MIME, CLAIMS_MIME, PROVENANCE_MIME, PROSE_MIME, DOWNLOAD_MIME)
FINDINGS_TAG = "findings"

_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
_FORBIDDEN_HTML = {
    "a script": r"<script\b|<\w[^>]*\son\w+\s*=|href=[\"']\s*javascript:",
    "a request to another place": r"<(?:img|source|iframe|link|object|embed)\b[^>]*\s(?:src|srcset|href|data)=[\"'](?!data:)",
    "a style of its own": r"<style\b|<\w[^>]*\sstyle=[^>]*url\(",
    "a picture without an alternative text": r"<img\b(?![^>]*\balt=[\"'][^\"'\s])|No description has been provided",
}


def check_cells(notebook: NotebookNode, name: str) -> None:
    """Refuse an executed notebook that is not whole or shows something that is not one of ours.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill left it.
    name : str
        Its name, for the message.

    Raises
    ------
    NotebookError
        A code cell never ran, an output is an error, a widget, printed text, or a plain frame, text or picture.
    """
    if "widgets" in notebook.metadata:
        raise _fault(name, "no widgets", "widgets in its metadata", "show a figure or a table instead")
    for place, cell in code_cells(notebook):
        if cell.source.strip() and cell.execution_count is None:
            raise _fault(f"{name}, {place}", "a cell that ran", "no execution count", "remove what stops the run (sys.exit?)")
        for output in cell.outputs:
            _check_output(output, f"{name}, {place}")


def check_findings(notebook: NotebookNode, claims: tuple[Mapping[str, Any], ...], name: str) -> None:
    """Refuse claims that have no place at the top of the page, a place without claims, and claims that share an id."""
    places = sum(FINDINGS_TAG in tags_of(cell) for cell in notebook.cells)
    headlines = sum(claim["headline"] for claim in claims)
    if places > 1 or bool(places) != bool(headlines):
        raise _fault(
            name,
            f"one cell tagged {FINDINGS_TAG} and at least one headline claim, or neither",
            f"{places} cells and {headlines} claims",
            "tag one markdown cell, and display claims",
        )
    ids = [claim["id"] for claim in claims]
    repeated = sorted({claim_id for claim_id in ids if ids.count(claim_id) > 1})
    if repeated:
        raise _fault(name, "claims with ids of their own", f"twice: {', '.join(repeated)}", "give each claim its own id")


def check_origins(shown: frozenset[str], provenance: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the origins of a page, or refuse them.

    Parameters
    ----------
    shown : frozenset of str
        Origins of every figure, table and claim.
    provenance : mapping
        The provenance note; its ``origins`` are those of the inputs.
    name : str
        The notebook, for the message.

    Raises
    ------
    NotebookError
        Demo and real numbers meet, or a figure claims an origin that the inputs do not have: the banner would be missing.
    """
    read = checked_origins(provenance["origins"], name)
    checked_origins(shown | read, name)
    if not shown <= read:
        raise _fault(
            name,
            f"figures from its inputs ({', '.join(sorted(read))})",
            f"figures marked {', '.join(sorted(shown - read))}",
            "take the origins from the data",
        )
    return read


def check_html(html: str, name: str) -> None:
    """Refuse HTML that runs, fetches, or shows a picture nobody can read.

    Raises
    ------
    NotebookError
        With what was found; markdown cells are the usual place.
    """
    for what, pattern in _FORBIDDEN_HTML.items():
        found = re.search(pattern, html, flags=re.IGNORECASE)
        if found:
            raise _fault(name, f"a page without {what}", found[0][:60], "show it through lwo_analysis.present, or remove it")


def check_banner(html: str, origins: frozenset[str], lang: str, name: str) -> None:
    """Refuse a page with demo numbers whose title, top or figures do not say so."""
    if not is_demo(origins):
        return
    title = f"<title>{phrase('demo.title_prefix', lang)}"
    captions = re.findall(r"<(?:caption|figcaption)>([^<]*)", html)
    unmarked = [text for text in captions if not text.startswith(phrase("demo.label", lang))]
    if title not in html or 'class="demo-banner"' not in html or unmarked:
        raise _fault(
            name, "demo numbers under a banner", f"none on {unmarked or 'the page'}", "publish through the page template"
        )


def code_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Yield each code cell with its place in words."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            yield f"cell {number}", cell


def tags_of(cell: NotebookNode) -> frozenset[str]:
    """Return the tags of a cell."""
    return frozenset(cell.metadata.get("tags", []))


def _check_output(output: NotebookNode, place: str) -> None:
    if output.output_type == "error":
        raise _fault(place, "a result", f"{output.ename}: {output.evalue}", "repair the cell")
    if output.output_type == "stream":
        if output.name == "stdout":
            raise _fault(place, "a figure, table or claim", "printed text", "say it in a claim, or do not print it")
        return
    if _WIDGET_MIME in output.data:
        raise _fault(place, "no widgets", "a widget", "show a figure or a table instead")
    if not any(mime in output.data for mime in OWN_MIMES):
        raise _fault(
            place, "a figure, table or claim", f"a plain {_plain_name(output)}", "use make_figure, make_table or make_claim"
        )


def _plain_name(output: NotebookNode) -> str:
    names = {"image/png": "picture", "image/svg+xml": "picture", "text/html": "frame or HTML"}
    return next((said for mime, said in names.items() if mime in output.data), "text")


def _fault(where: str, expected: str, found: str, remedy: str) -> NotebookError:
    return NotebookError(where, expected=expected, found=found, remedy=remedy)
