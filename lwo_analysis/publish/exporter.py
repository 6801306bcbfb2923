"""From an executed notebook to a page that everyone can read: no script, no request, no picture without words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.claims import claims_html
from lwo_analysis.present.origins import is_demo
from lwo_analysis.present.prose import PROSE_MIME
from lwo_analysis.present.provenance_note import PROVENANCE_MIME
from lwo_analysis.publish.collect import (
    collect_claims,
    collect_downloads,
    collect_origins,
    collect_provenance,
    collect_title,
    collect_warnings,
)
from lwo_analysis.publish.dead_end import with_reason
from lwo_analysis.publish.figure_files import with_figure_files, without_figure_files
from lwo_analysis.publish.guards import (
    FINDINGS_TAG,
    check_banner,
    check_cells,
    check_findings,
    check_html,
    check_languages,
    check_origins,
    check_prose,
    tags_of,
)
from lwo_analysis.publish.page import badge_legend, fill_page, page_foot
from lwo_analysis.publish.records import PageRecord, RenderedPage
from lwo_analysis.publish.structure import structure_body
from lwo_analysis.publish.trace import has_passport

TEMPLATES = Path(__file__).parent / "templates"
HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "intern"})
HIDDEN_INPUT_TAGS = frozenset({"remove-input", "hide-input"})
HIDDEN_OUTPUT_TAGS = frozenset({"remove-output", "hide-output"})
ANSWER_ID = "answer"


class MathRenderer(IPythonRenderer):
    """Markdown with formulas turned into MathML when the page is made, so that no script has to do it in the browser."""

    def inline_math(self, body: str) -> str:
        """Return a formula inside a line."""
        return _mathml(body)

    def block_math(self, body: str) -> str:
        """Return a formula on a line of its own."""
        return _mathml(body, display="block")

    def latex_environment(self, name: str, body: str) -> str:
        """Return an environment such as ``aligned`` on a line of its own."""
        return _mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display="block")

    def block_html(self, html: str) -> str:
        """Refuse HTML on lines of its own: prose is Markdown, and everything else comes from :mod:`lwo_analysis.present`."""
        raise UnfitMarkdownError("prose without HTML of its own", html)

    def inline_html(self, html: str) -> str:
        """Refuse HTML inside a line."""
        raise UnfitMarkdownError("prose without HTML of its own", html)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Refuse a picture in prose: it has no numbers below it and no origin."""
        raise UnfitMarkdownError("pictures made with make_figure", f"![{text}]")


class UnfitMarkdownError(Exception):
    """Markdown that no page may hold; told as a `NotebookError` with the notebook it is in."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(found)
        self.expected, self.found = expected, found.strip()[:60]


def _mathml(body: str, display: str = "inline") -> str:
    try:
        return convert(body, display=display)
    except Exception as problem:  # the errors of latex2mathml have no common base class
        raise UnfitMarkdownError("a formula in LaTeX", f"{body.strip()!r}") from problem


class CellsExporter(HTMLExporter):
    """The nbconvert exporter of the cells; the page around them is filled by :mod:`lwo_analysis.publish.page`."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "lwo"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Return a markdown cell as HTML, without anchor signs in the headings."""
        renderer = MathRenderer(escape=False, exclude_anchor_links=True)
        return MarkdownWithMath(renderer=renderer).render(source)


def render_page(notebook: NotebookNode, *, page: PageRecord) -> RenderedPage:
    """Return the finished page of an executed notebook; nothing is written.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill left it, without errors but the one of a question without an answer. Not changed.
    page : PageRecord
        Its name, language, parameters and moment.

    Returns
    -------
    RenderedPage
        The page and the texts of the files beside it. The same notebook and record give the same bytes.

    Raises
    ------
    NotebookError
        When a rule of :mod:`lwo_analysis.publish.guards` or :mod:`lwo_analysis.publish.structure` is broken.
    """
    notebook = with_reason(notebook, page)
    kept = _cells_in_language(notebook, page.lang)
    check_cells(kept, page.notebook)
    check_prose(kept, page.lang, page.notebook)
    check_languages(kept, page.lang, page.notebook)
    claims = collect_claims(kept)
    check_findings(kept, claims, page.notebook)
    provenance = {**collect_provenance(kept, page.notebook), **_facts(page)}
    origins = check_origins(collect_origins(kept), provenance, page.notebook)
    root = "../" if is_demo(origins) else ""
    passports = {claim["indicator"] for claim in claims if has_passport(claim)}
    kept, figure_files = with_figure_files(kept, page.slug, passports, root)
    body = structure_body(
        _export_cells(_prepared(kept, claims, page.lang), page.lang, page.notebook),
        title=collect_title(kept),
        lang=page.lang,
        name=page.notebook,
        claims=claims,
        root=root,
    )
    check_html(body.html, page.notebook)
    html = fill_page(
        body.html,
        title=body.title,
        lead=body.lead,
        lang=page.lang,
        origins=origins,
        sections=body.sections,
        foot=page_foot(provenance, page.slug, page.lang, claims),
        generated=page.generated,
    )
    check_banner(html, origins, page.lang, page.notebook)
    return RenderedPage(
        slug=page.slug,
        title=body.title,
        lang=page.lang,
        html=html,
        claims=claims,
        provenance=provenance,
        origins=origins,
        notebook=_clean_notebook(notebook),
        files=(*collect_downloads(kept), *figure_files),
        warnings=collect_warnings(kept),
    )


def _cells_in_language(notebook: NotebookNode, lang: str) -> NotebookNode:
    """Return a copy without the cells that are tagged with the other language."""
    kept = deepcopy(notebook)
    other = frozenset(LANGUAGES) - {lang}
    kept.cells = [cell for cell in kept.cells if not tags_of(cell) & other]
    return kept


def _prepared(notebook: NotebookNode, claims: tuple[Mapping[str, Any], ...], lang: str) -> NotebookNode:
    """Return the notebook as the template needs it: the answer filled in, and only finished HTML in the outputs."""
    prepared = deepcopy(notebook)
    cells = [_prepared_cell(cell, claims, lang) for cell in prepared.cells if not tags_of(cell) & HIDDEN_TAGS]
    prepared.cells = _with_code_under_its_result(cells)
    return prepared


def _with_code_under_its_result(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells with the code of cells that show nothing moved to the next cell that does (or the last one)."""
    kept: list[NotebookNode] = []
    waiting: list[str] = []
    for cell in cells:
        if cell.cell_type == "code" and cell.source.strip():
            waiting.append(cell.source)
        if cell.cell_type == "code" and cell.outputs and cell.id != ANSWER_ID:
            kept.append(NotebookNode({**cell, "source": "\n\n".join(waiting)}))
            waiting = []
        elif cell.cell_type != "code" or cell.id == ANSWER_ID:
            kept.append(cell)
    results = [cell for cell in kept if cell["cell_type"] == "code" and cell["id"] != ANSWER_ID]
    if waiting and results:
        results[-1]["source"] = "\n\n".join([results[-1]["source"], *waiting])
    return [nbformat.from_dict(cell) for cell in kept]


def _prepared_cell(cell: NotebookNode, claims: tuple[Mapping[str, Any], ...], lang: str) -> NotebookNode:
    if FINDINGS_TAG in tags_of(cell):
        return _answer_cell(claims, lang)
    if cell.cell_type == "code":
        hidden = tags_of(cell) & HIDDEN_OUTPUT_TAGS
        shown = [output for output in cell.outputs if _is_shown_in_place(output) and not hidden]
        cell.outputs = [_html_output(output.data["text/html"]) for output in shown]
        if tags_of(cell) & HIDDEN_INPUT_TAGS:
            cell.source = ""
    return cell


def _is_shown_in_place(output: NotebookNode) -> bool:
    if output.output_type == "stream" or PROVENANCE_MIME in output.data:
        return False
    return output.data.get(PROSE_MIME, {}).get("kind") != "title"


def _answer_cell(claims: tuple[Mapping[str, Any], ...], lang: str) -> NotebookNode:
    headlines = [claim for claim in claims if claim["headline"]]
    legend = badge_legend({claim["badge"] for claim in headlines}, lang)
    html = f'<section class="answer"><h2>{phrase("page.answer", lang)}</h2>{claims_html(headlines)}{legend}</section>'
    return nbformat.v4.new_code_cell(source="", outputs=[_html_output(html)], id=ANSWER_ID)


def _html_output(html: str) -> NotebookNode:
    return nbformat.v4.new_output("display_data", data={"text/html": html})


@cache
def cells_exporter() -> CellsExporter:
    """Return the exporter of every page of this process: to make one takes as long as to fill it."""
    return CellsExporter(config=Config({"HTMLExporter": {"exclude_input_prompt": True, "exclude_output_prompt": True}}))


def _export_cells(notebook: NotebookNode, lang: str, name: str) -> str:
    try:
        html, _ = cells_exporter().from_notebook_node(notebook, resources={"lwo_show_code": phrase("page.show_code", lang)})
    except UnfitMarkdownError as problem:
        raise NotebookError(name, expected=problem.expected, found=problem.found, remedy="correct the markdown cell") from problem
    return html


def _facts(page: PageRecord) -> dict[str, Any]:
    said = {"page": page.slug, "notebook": page.notebook, "lang": page.lang, "parameters": dict(page.parameters)}
    return {**said, **page.facts, "generated": page.generated}


def _clean_notebook(notebook: NotebookNode) -> str:
    """Return the executed notebook as JSON without paths and times of the machine that ran it."""
    clean = without_figure_files(notebook)
    clean.metadata.pop("papermill", None)
    for cell in clean.cells:
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if "injected-parameters" in tags_of(cell):  # papermill draws its id by chance
            cell.id = "injected-parameters"
    return json.dumps(clean, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
