"""Notebooks run in this process, without a kernel: the same cells and the same outputs in a tenth of the time.

For sweeps over many parameters. That a kernel gives the same page is tested where whole sites are made.
"""

from __future__ import annotations

import ast
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.publish import RenderedPage, render_page
from lwo_analysis.publish.records import PageRecord
from lwo_analysis.run.jobs import Job
from lwo_analysis.run.parameters import PARAMETERS_TAG, Value, check_parameters, read_parameters

GENERATED = "2026-11-20T22:34:00+00:00"
NOTEBOOKS = REPOSITORY / "notebooks"


@cache
def committed(name: str) -> NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def notebook_names() -> list[str]:
    return sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def default_parameters(name: str) -> dict[str, Value]:
    return read_parameters(committed(name), name)


def page_of(name: str, **given: Value) -> RenderedPage:
    """Return the page that a notebook makes with these parameters, after every guard of the publisher."""
    defaults = default_parameters(name)
    parameters = check_parameters(given, defaults, name)
    job = Job(name, Path(f"{name}.ipynb"), parameters, defaults)
    record = PageRecord(job.slug, name, job.lang, parameters, GENERATED, {"reproduce": job.command})
    return render_page(executed(name, parameters), page=record)


def executed(name: str, parameters: dict[str, Value]) -> NotebookNode:
    """Return a notebook with the outputs of its cells, up to the end or to a question without an answer."""
    notebook = deepcopy(committed(name))
    names: dict[str, Any] = {}
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
        try:
            shown = _run(cell.source, names)
        except CannotAnswerError as problem:
            cell.outputs = [
                nbformat.v4.new_output(
                    "error", ename="CannotAnswerError", evalue=str(problem), traceback=problem._render_traceback_()
                )
            ]
            break
        if PARAMETERS_TAG in cell.metadata.get("tags", []):
            names.update(parameters)
        if shown is not None:
            cell.outputs = [nbformat.v4.new_output("execute_result", data=_bundle(shown), execution_count=count)]
    return notebook


def _run(source: str, names: dict[str, Any]) -> object:
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = ast.Module(tree.body[:-1] if last else tree.body, type_ignores=[])
    exec(compile(body, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


def _bundle(shown: Any) -> dict[str, Any]:
    return shown._repr_mimebundle_() if hasattr(shown, "_repr_mimebundle_") else {"text/plain": repr(shown)}
