"""What may not be published, each told in one line that names the notebook and the cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.claims import CLAIMS_MIME
from lwo_analysis.present.download import DOWNLOAD_MIME
from lwo_analysis.present.figures import FIGURE_MIME
from lwo_analysis.present.origins import checked_origins, is_demo
from lwo_analysis.present.prose import PROSE_MIME
from lwo_analysis.present.provenance_note import PROVENANCE_MIME
from lwo_analysis.present.tables import TABLE_MIME
from lwo_analysis.present.wording import find_stigma

OWN_MIMES = (FIGURE_MIME, TABLE_MIME, CLAIMS_MIME, PROVENANCE_MIME, PROSE_MIME, DOWNLOAD_MIME)
FINDINGS_TAG = "findings"

LANGUAGE_TAGS = frozenset(LANGUAGES)
"""A markdown cell with one of these tags is on the page of that language only."""

_FORMULA_OR_CODE = re.compile(
    r"\$\$.*?\$\$|\$[^$\n]*\$|```.*?```|`[^`\n]*`|\]\([^)]*\)|^\s*\d+\.\s", flags=re.DOTALL | re.MULTILINE
)
_TYPED_NUMBER = re.compile(r"(?<![\w.,-])(?!(?:19|20)\d\d(?!\w))(?!95\s?%)[-+\u2212]?\d[\d.,]*%?")
_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
_FORBIDDEN_HTML = {
    "a script": r"<script\b|<\w[^>]*[\s/]on\w+\s*=|href=[\"']\s*(?:javascript|data|vbscript):",
    "an element that loads, sends or moves": (
        r"<(?:iframe|object|embed|link|base|meta|form|input|button|video|audio|track|image|use)\b"
    ),
    "a request to another place": r"<(?:img|source)\b[^>]*\s(?:src|srcset)=[\"'](?!data:image/)",
    "a style of its own": r"<style\b|<\w[^>]*\sstyle=[^>]*url\(",
    "a drawing outside a figure": r"<svg\b",
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


def check_prose(notebook: NotebookNode, lang: str, name: str) -> None:
    """Refuse prose of a notebook that says a number itself, labels people, or has no language among cells that have one.

    Parameters
    ----------
    notebook : NotebookNode
        The cells of the page; those of the other language are gone.
    lang : str
        Language of the page.
    name : str
        The notebook, for the message.

    Raises
    ------
    NotebookError
        A markdown cell holds a typed number, HTML that is not Markdown, or a stigmatising word; or has no language in a notebook
        of two languages.
    """
    cells = [(place, cell) for place, cell in enumerate(notebook.cells, start=1) if cell.cell_type == "markdown"]
    is_bilingual = any(tags_of(cell) & LANGUAGE_TAGS for _, cell in cells)
    for number, cell in cells:
        place = f"{name}, cell {number}"
        if FINDINGS_TAG in tags_of(cell):
            continue
        if is_bilingual and len(tags_of(cell) & LANGUAGE_TAGS) != 1:
            raise _fault(place, "prose tagged `nl` or `en`", "a cell without one language", "tag it, and write its twin")
        if typed := typed_numbers(cell.source):
            raise _fault(place, "prose without numbers", f"{', '.join(typed)} typed", "say it in a claim, or in words")
        if word := find_stigma(cell.source, lang):
            raise _fault(place, "words that do not label people", repr(word), "say what was measured")


def typed_numbers(text: str) -> list[str]:
    """Return the numbers that a Markdown text says itself; those in formulas, code, links, years and names (G40) do not count.

    Examples
    --------
    >>> typed_numbers("In 2020 had 12,6% bijstand, de G40 $n = 4$ met een 95%-interval.")
    ['12,6%']
    """
    return [number.rstrip(".,") for number in _TYPED_NUMBER.findall(_FORMULA_OR_CODE.sub(" ", text))]


def check_languages(notebook: NotebookNode, lang: str, name: str) -> None:
    """Refuse a figure, table, claim or paragraph in another language than that of its page.

    Raises
    ------
    NotebookError
        With the cell and the language.
    """
    for place, cell in code_cells(notebook):
        for output in cell.outputs:
            facts = [fact for mime in OWN_MIMES for fact in _listed(output.get("data", {}).get(mime, []))]
            if other := sorted({fact["lang"] for fact in facts if "lang" in fact} - {lang}):
                raise _fault(f"{name}, {place}", f"the language of the page ({lang})", ", ".join(other), "pass lang=lang")


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


def _listed(facts: Any) -> list[Mapping[str, Any]]:
    return facts if isinstance(facts, list) else [facts]


def _plain_name(output: NotebookNode) -> str:
    names = {"image/png": "picture", "image/svg+xml": "picture", "text/html": "frame or HTML"}
    return next((said for mime, said in names.items() if mime in output.data), "text")


def _fault(where: str, expected: str, found: str, remedy: str) -> NotebookError:
    return NotebookError(where, expected=expected, found=found, remedy=remedy)
