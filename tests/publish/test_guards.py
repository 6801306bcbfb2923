"""What fails a page before it is published, each in one line that names the notebook and the cell."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode

from lwo_analysis.errors import NotebookError
from lwo_analysis.publish import render_page
from lwo_analysis.publish.guards import check_banner
from tests.support.sample_pages import (
    code_cell,
    markdown_cell,
    sample_claims,
    sample_figure,
    sample_notebook,
    sample_provenance,
    sample_record,
    sample_table,
)


def output(kind: str, **facts: object) -> NotebookNode:
    return nbformat.v4.new_output(kind, **facts)


def with_output(shown: NotebookNode) -> NotebookNode:
    notebook = sample_notebook()
    notebook.cells[5].outputs = [shown]
    return notebook


def changed(change: Callable[[NotebookNode], object]) -> NotebookNode:
    notebook = sample_notebook()
    change(notebook)
    return notebook


BROKEN = {
    "a cell that never ran": (
        changed(lambda nb: nb.cells[7].update(execution_count=None)),
        "01-baseline.ipynb, cell 8: expected a cell that ran, found no execution count",
    ),
    "an error in the outputs": (
        with_output(output("error", ename="ValueError", evalue="x", traceback=[])),
        "cell 6: expected a result, found ValueError: x",
    ),
    "a plain frame": (
        with_output(output("execute_result", data={"text/html": "<table></table>", "text/plain": "x"})),
        "cell 6: expected a figure, table or claim, found a plain frame",
    ),
    "a bare picture": (
        with_output(output("display_data", data={"image/png": "AA==", "text/plain": "<Figure>"})),
        "cell 6.*found a plain picture",
    ),
    "plain text": (with_output(output("execute_result", data={"text/plain": "3"})), "cell 6.*found a plain text"),
    "printed text": (with_output(output("stream", name="stdout", text="hello")), "cell 6.*found printed text"),
    "a widget": (
        with_output(output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "x"}})),
        "cell 6.*found a widget",
    ),
    "widgets in the metadata": (changed(lambda nb: nb.metadata.update(widgets={})), "widgets in its metadata"),
    "no provenance": (changed(lambda nb: nb.cells.pop()), "expected a cell that displays its provenance"),
    "demo figures on a page of real inputs": (
        changed(lambda nb: nb.cells[4].update(outputs=code_cell("", sample_figure("demo")).outputs)),
        "found both \\(demo, published\\)",
    ),
    "real figures on a page of demo inputs": (
        changed(lambda nb: nb.cells[9].update(outputs=code_cell("", sample_provenance("demo")).outputs)),
        "found both \\(demo, published\\)",
    ),
    "figures of an origin that was not read": (
        changed(lambda nb: nb.cells[5].update(outputs=code_cell("", sample_table("survey")).outputs)),
        "expected figures from its inputs \\(published\\), found figures marked survey",
    ),
    "claims without a place for the answer": (
        changed(lambda nb: nb.cells[1].metadata.update(tags=[])),
        "found 0 cells and 2 claims",
    ),
    "a place for the answer without claims": (changed(lambda nb: nb.cells.pop(7)), "found 1 cells and 0 claims"),
    "two places for the answer": (
        changed(lambda nb: nb.cells.insert(2, markdown_cell("x", "findings"))),
        "found 2 cells and 2 claims",
    ),
    "two claims with one id": (
        changed(lambda nb: nb.cells.insert(8, code_cell("again", sample_claims()))),
        "twice: crime-change, social-assistance-share",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_page_is_refused_with(case: str) -> None:
    notebook, message = BROKEN[case]
    with pytest.raises(NotebookError, match=message) as caught:
        render_page(notebook, page=sample_record())
    assert "01-baseline.ipynb" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_unbroken_notebook_passes() -> None:
    assert render_page(sample_notebook(), page=sample_record()).title == "Waar staat Leeuwarden Oost?"


@pytest.mark.parametrize("removed", ['class="demo-banner"', "DEMO - ", "<figcaption>Fictieve gegevens: "])
def test_a_demo_number_without_its_banner_is_refused(removed: str) -> None:
    html = render_page(sample_notebook("demo"), page=sample_record()).html
    check_banner(html, frozenset({"demo"}), "nl", "x.ipynb")
    without = html.replace(removed, "<figcaption>" if "figcaption" in removed else "")
    with pytest.raises(NotebookError, match="demo numbers under a banner"):
        check_banner(without, frozenset({"demo"}), "nl", "x.ipynb")
