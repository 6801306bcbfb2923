"""A run that goes wrong: one clear line, and nothing new is published."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lwo_analysis import paths
from lwo_analysis.errors import NotebookError, OutputError, ParameterError
from lwo_analysis.run import publishing
from lwo_analysis.run.jobs import standard_jobs
from lwo_analysis.run.pages import Making
from lwo_analysis.run.publishing import run_and_publish
from tests.support.command import files_of, lwo_here
from tests.support.runs import DECLARED, PROVENANCE, SETUP, publication_in, publish, write_notebook

FIGURE_WITHOUT_ALT = (
    "import matplotlib.pyplot as plt\nfrom lwo_analysis.present import make_figure\n"
    "make_figure(plt.figure(), alt='', caption='c', data=load_published(), origins={'published'}, lang='nl')"
)
DEMO_CALLED_REAL = (
    "from lwo_analysis.present import make_table\nfrom lwo_analysis import load_observations\n"
    "make_table(load_observations('demo').head(3), caption='c', columns={'area_id': 'a', 'value': 'v'}, "
    "origins={'demo'}, lang='nl', row_header='area_id')"
)

WHOLE = "run it in a whole checkout of the repository"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, launcher) -> tuple[Path, dict[str, bytes]]:
    """Return outputs with a site of one sound page, and its bytes."""
    folder = tmp_path_factory.mktemp("sound")
    notebooks = write_notebook(folder / "notebooks", SETUP, PROVENANCE)
    publish(notebooks, folder / "outputs", launcher)
    return folder / "outputs", files_of(folder / "outputs" / "site")


def test_a_sound_notebook_is_published(published):
    outputs, _ = published
    assert "Titel van page" in (outputs / "site" / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (
            (SETUP, "1 / 0", PROVENANCE),
            r"page, cell \[4\]: expected every cell to run, found ZeroDivisionError: division by zero",
        ),
        ((SETUP, "import sys; sys.exit(0)", PROVENANCE), r"expected a result, found SystemExit: 0"),
        ((SETUP, FIGURE_WITHOUT_ALT, PROVENANCE), r"alternative text"),
        ((SETUP, "import matplotlib.pyplot as plt; plt.plot([1]); plt.show()", PROVENANCE), r"a plain picture"),
        ((SETUP, "load_published()", PROVENANCE), r"a plain frame"),
        ((SETUP, DEMO_CALLED_REAL, PROVENANCE), r"demo numbers or real numbers"),
        ((SETUP,), r"a cell that displays its provenance"),
        ((SETUP, "import os; os._exit(1)", PROVENANCE), r"expected every cell to run, found DeadKernelError"),
    ],
    ids=["error", "sys-exit", "figure-without-alt", "bare-picture", "bare-frame", "demo-as-real", "no-provenance", "dead-kernel"],
)
def test_a_broken_rule_is_one_line_and_publishes_nothing(published, launcher, tmp_path, sources, expected):
    outputs, before = published
    notebooks = write_notebook(tmp_path / "notebooks", *sources)
    with pytest.raises(NotebookError, match=expected) as caught:
        publish(notebooks, outputs, launcher)
    assert "\n" not in str(caught.value)
    assert files_of(outputs / "site") == before


def test_a_notebook_without_parameters_cell_does_not_run(published, launcher, tmp_path):
    outputs, before = published
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE, parameters=None)
    with pytest.raises(NotebookError, match="one code cell tagged `parameters`"):
        publish(notebooks, outputs, launcher)
    assert files_of(outputs / "site") == before


def test_a_notebook_or_parameter_that_does_not_exist_is_named(tmp_path):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP)
    with pytest.raises(ParameterError, match="expected one of page, found 99-none"):
        standard_jobs(notebooks, ["99-none"], {}, None, demo=True)
    with pytest.raises(ParameterError, match="parameters out of lang, found year"):
        standard_jobs(notebooks, ["page"], {"year": "2020"}, None, demo=True)


@pytest.mark.parametrize(("folder", "found"), [("empty", "none"), ("absent", "no such folder")])
def test_a_folder_without_notebooks_is_no_site_without_pages(tmp_path, monkeypatch, folder, found):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(paths, "notebooks_folder", lambda: tmp_path / folder)
    code = NotebookError.exit_code
    for command in (("run",), ("plan", "--manifest", str(tmp_path / "m.jsonl"))):
        done = lwo_here(*command, data=tmp_path / "data", outputs=tmp_path / "outputs", expect=code)
        assert done.stderr == f"lwo: {tmp_path / folder}: expected notebooks, found {found}; {WHOLE}.\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


def test_outputs_that_cannot_be_written_are_named_before_anything_runs(launcher, tmp_path):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE)
    (tmp_path / "outputs").write_text("a file where a folder is due")
    with pytest.raises(OutputError, match="expected a folder that can be written to"):
        publish(notebooks, tmp_path / "outputs", launcher)


@pytest.mark.parametrize(
    "problem",
    [OSError(28, "No space left on device"), sqlite3.OperationalError("database or disk is full")],
    ids=["file", "memory"],
)
def test_what_cannot_be_written_in_mid_run_is_one_line(published, launcher, tmp_path, monkeypatch, problem):
    outputs, before = published
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE)

    def refuse(*arguments: object) -> None:
        raise problem

    monkeypatch.setattr(publishing, "make_pages", refuse)
    with pytest.raises(
        OutputError, match=r"runs: expected files that can be read and written, found .*(space|full).*; make room"
    ) as caught:
        publish(notebooks, outputs, launcher)
    assert "\n" not in str(caught.value)
    assert files_of(outputs / "site") == before


def test_an_error_in_another_process_arrives_whole(published, launcher, tmp_path):
    outputs, before = published
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, "1 / 0", parameters='lang = "nl"')
    (notebooks / "params" / "page.yml").write_text(f"{DECLARED}\nruns:\n  - {{lang: nl}}\n  - {{lang: en}}\n")
    with pytest.raises(NotebookError, match="ZeroDivisionError") as caught:
        publish(notebooks, outputs, launcher, Making(2))
    assert caught.value.remedy.startswith("open notebooks/page.ipynb")
    assert files_of(outputs / "site") == before


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP)
    (notebooks / "page.ipynb").write_text("{")
    with pytest.raises(NotebookError, match=r"page\.ipynb: expected a Jupyter notebook"):
        standard_jobs(notebooks, [], {}, None, demo=True)


def test_the_same_area_as_subject_and_as_comparison_makes_two_addresses(tmp_path):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, parameters='area = "lwo"\ncompare = "g40"\nlang = "nl"')
    (notebooks / "params" / "page.yml").write_text("runs:\n  - {area: lwd}\n  - {compare: lwd}\n")
    assert [job.slug for job in standard_jobs(notebooks, [], {}, None, demo=True)] == ["page-lwd", "page-compare-lwd"]


def test_no_jobs_at_all_still_give_a_site(launcher, tmp_path):
    assert run_and_publish([], publication_in(tmp_path), Making(2), launcher).home.exists()


def test_a_damaged_page_of_an_earlier_run_is_named(launcher, tmp_path):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE)
    record = tmp_path / "outputs" / "runs" / "gone" / "record.json"
    record.parent.mkdir(parents=True)
    record.write_text("{")
    with pytest.raises(OutputError, match=r"runs/gone: expected a page of an earlier run.*remove the folder"):
        publish(notebooks, tmp_path / "outputs", launcher)
