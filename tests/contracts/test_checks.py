"""`lwo check`: it holds for the repository, and it fails when something has drifted."""

from __future__ import annotations

import nbformat
import pytest

from lwo_analysis.errors import CatalogueError, NotebookError
from lwo_analysis.paths import REPOSITORY, notebooks_folder
from lwo_analysis.run import check
from lwo_analysis.run.environment import (
    conda_environment,
    declared_packages,
    locked_packages,
    notebook_size,
    project_settings,
)
from lwo_analysis.run.jobs import read_notebook


def test_everything_agrees():
    assert len(check.run_checks()) == 7


def test_a_generated_file_that_drifted_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(check.paths, "REPOSITORY", tmp_path)
    path = tmp_path / "environment.yml"
    path.write_text("name: something-else\n")
    with pytest.raises(CatalogueError, match=r"environment\.yml: expected what follows from its source"):
        check.check_generated(path, conda_environment(project_settings(REPOSITORY)), write=False)


def test_writing_mends_the_drift(tmp_path):
    path = tmp_path / "environment.yml"
    assert check.check_generated(path, "text\n", write=True)
    assert path.read_text() == "text\n"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("\npandas==", "\npandaz=="),
        lambda text: "--index-url https://example.org/simple\n" + text,
        lambda text: text.replace("--hash=sha256:", "--hash=md5:"),
    ],
    ids=["package-missing", "index-address", "no-hashes"],
)
def test_a_spoiled_lock_is_refused(tmp_path, monkeypatch, spoil):
    text = (REPOSITORY / "requirements.lock").read_text()
    (tmp_path / "requirements.lock").write_text(spoil(text))
    (tmp_path / "pyproject.toml").write_text((REPOSITORY / "pyproject.toml").read_text())
    monkeypatch.setattr(check.paths, "REPOSITORY", tmp_path)
    with pytest.raises(CatalogueError, match=r"requirements\.lock"):
        check.check_lock()


def test_the_lock_covers_every_supported_python():
    text = (REPOSITORY / "requirements.lock").read_text()
    assert declared_packages(project_settings()) <= locked_packages(text)
    assert "python_full_version < '3.12'" in text  # numpy differs between the versions: one lock holds both


def code(source: str, **changes: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, **changes)


def prose(source: str, lang: str | None = "nl") -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": [lang] if lang else []})


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (code("def helper():\n    return 1"), "a definition"),
        (code("%pip install pandas"), "an installation"),
        (code("import warnings\nwarnings.filterwarnings('ignore')"), "ignored warnings"),
        (code("pd.read_csv('x.csv')"), "a file path"),
        (code("\n".join(f"x{number} = {number}" for number in range(16))), "a cell of 16 lines"),
        (code("1", execution_count=1), "outputs"),
        (prose("In Oost krijgt 12,6% bijstand."), "12,6% typed in prose"),
        (prose("Geen taal.", lang=None), "prose without a language"),
        (prose("woord " * 900), r"\d+\.\d words of prose per code line in nl \(from 8 to 25\)"),
        (nbformat.v4.new_markdown_cell("Alleen Nederlands.", metadata={"tags": ["nl"]}), "cells that exist in one language only"),
    ],
)
def test_a_notebook_that_breaks_the_form_is_refused(cell, found):
    notebook = read_notebook(notebooks_folder() / "01-baseline.ipynb")
    notebook.cells.append(cell)
    with pytest.raises(NotebookError, match=found):
        check.check_form(notebook, "01-baseline")


def test_the_size_of_a_notebook_is_counted_by_hand():
    cells = [prose("# Een titel\n\nDrie woorden, $n = 4$ telt niet."), prose("Two words", "en"), code("x = 1\n\ny = 2")]
    size = notebook_size(nbformat.v4.new_notebook(cells=cells))
    assert (size.code_lines, size.longest_cell, size.words) == (2, 3, {"nl": 2 + 2 + 2, "en": 2})
    assert size.words_per_line("nl") == 6 / 2


def test_too_little_prose_is_refused_as_well():
    notebook = read_notebook(notebooks_folder() / "01-baseline.ipynb")
    notebook.cells.extend(code("\n".join(["x = 1"] * 15)) for _ in range(5))
    with pytest.raises(NotebookError, match="words of prose per code line in nl"):
        check.check_form(notebook, "01-baseline")
