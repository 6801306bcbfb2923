"""What is made again and what is not: exactly the pages that follow from what changed, and nothing heavy when nothing did."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.cleaning.observations import resolve_panel
from lwo_analysis.errors import NotebookError, ParameterError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.folders import read_reads
from lwo_analysis.run.pages import Making
from lwo_analysis.run.state import Contents, job_key
from tests.support.command import files_of
from tests.support.runs import NOTHING_PUBLISHED, PROVENANCE, SETUP, jobs_of, lwo_command, publish, write_notebook

HEAVY = ("pandas", "numpy", "matplotlib", "nbformat", "papermill", "nbconvert", "pyarrow")


@pytest.fixture(scope="module")
def two_pages(tmp_path_factory: pytest.TempPathFactory, launcher) -> tuple[Path, Path]:
    """Return a folder of notebooks and their outputs: `page` reads the published figures, `other` does not."""
    folder = tmp_path_factory.mktemp("two-pages")
    notebooks, outputs = write_notebook(folder / "notebooks", SETUP, PROVENANCE), folder / "outputs"
    write_notebook(notebooks, NOTHING_PUBLISHED, name="other")
    assert set(publish(notebooks, outputs, launcher, Making(2)).made) == {"page", "other"}
    return notebooks, outputs


def test_only_what_changed_is_made_again_and_the_rest_stays_byte_for_byte(two_pages, launcher):
    notebooks, outputs = two_pages
    before = files_of(outputs / "site")
    assert publish(notebooks, outputs, launcher).made == ()
    assert files_of(outputs / "site") == before

    path = notebooks / "other.ipynb"
    path.write_text(path.read_text().replace("Titel van other", "Andere titel"))
    assert publish(notebooks, outputs, launcher).made == ("other",)

    (outputs / "runs" / "page" / "executed.ipynb").write_text("{")
    assert publish(notebooks, outputs, launcher).made == ("page",)

    before = files_of(outputs / "site")
    (outputs / "site" / "page.html").unlink()
    assert publish(notebooks, outputs, launcher).made == ()
    assert (outputs / "site" / "page.html").read_bytes() == before["page.html"]


def test_a_key_holds_everything_that_was_read_and_nothing_else(two_pages):
    _, outputs = two_pages
    page, other = (read_reads(outputs / "runs" / name) for name in ("page", "other"))
    assert "data/raw/published/card.yml" in page.names
    assert not [name for name in other.names if name.startswith("data/")]
    assert "code/lwo_analysis/present/provenance_note.py" in page.names
    assert "code/lwo_analysis/effects/did.py" not in page.names


def test_reading_the_table_is_seen_by_the_hook_that_writes_down_what_is_read(tmp_path, monkeypatch):
    table = tmp_path / "processed" / "observations.parquet"
    table.parent.mkdir()
    pd.DataFrame({"origin": ["register"]}).to_parquet(table)
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    opened: list[object] = []
    watching = [True]  # a hook stays until Python ends
    sys.addaudithook(lambda event, values: opened.append(values[0]) if watching and event == "open" else None)
    assert resolve_panel("auto") == "real"
    watching.clear()
    assert str(table) in map(str, opened)


@pytest.mark.parametrize("name", ["code/lwo_analysis/cleaning/published.py", "data/raw/published/card.yml"])
def test_another_content_of_one_file_makes_another_key(two_pages, name, monkeypatch):
    notebooks, outputs = two_pages
    jobs = {job.slug: job for job in jobs_of(notebooks)}
    reads = {slug: read_reads(outputs / "runs" / slug) for slug in jobs}
    edited = Contents()
    of = edited.of
    monkeypatch.setattr(edited, "of", lambda path: "edited" if path.endswith(name.partition("/")[2]) else of(path))
    keys = {slug: job_key(job, reads[slug].names, edited) for slug, job in jobs.items()}
    assert {slug for slug in jobs if keys[slug] != reads[slug].key} == {"page"}


def test_a_file_that_is_not_declared_may_not_be_read_even_when_the_error_is_hidden(tmp_path, launcher):
    hidden = f"try:\n    open({str(REPOSITORY / 'data' / 'processed' / 'README.md')!r})\nexcept Exception:\n    pass"
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, hidden, PROVENANCE)
    with pytest.raises(NotebookError, match=r"expected only files that it declares.*README\.md; add it to `inputs`"):
        publish(notebooks, tmp_path / "outputs", launcher)


def test_a_notebook_that_declares_nothing_reads_nothing_of_the_data(tmp_path, launcher):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE, declared="")
    expected = (
        r"page, cell \[4\], page: expected only files that it declares to be read, found .*raw/published/.*; add it to `inputs`"
    )
    with pytest.raises(NotebookError, match=expected):
        publish(notebooks, tmp_path / "outputs", launcher)


def test_a_notebook_may_not_write_where_others_read(tmp_path, launcher):
    place = REPOSITORY / "data" / "processed" / "written-by-a-notebook.txt"
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, f"open({str(place)!r}, 'w')", PROVENANCE)
    with pytest.raises(NotebookError, match="expected files written in its own folder"):
        publish(notebooks, tmp_path / "outputs", launcher)
    assert not place.exists()


def test_an_unchanged_run_imports_nothing_heavy(two_pages, launcher):
    notebooks, outputs = two_pages
    publish(notebooks, outputs, launcher)
    loaded = f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    command = lwo_command(notebooks, "run", before=f"import atexit, sys\natexit.register(lambda: {loaded})")
    environment = {**os.environ, "LWO_OUTPUTS": str(outputs)}
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert again.stdout.startswith("0 pages made, 2 kept")
    assert again.stderr.splitlines()[-1] == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted as Linux lists them")
def test_the_server_forks_from_one_thread(two_pages, launcher):
    # A lock that another thread holds at the moment of a fork stays locked in the child; Python 3.12 and later warn.
    assert [task.name for task in Path(f"/proc/{launcher._server.pid}/task").iterdir()] == [str(launcher._server.pid)]


def test_a_damaged_memory_is_made_again(two_pages, launcher):
    notebooks, outputs = two_pages
    (outputs / "runs" / ".state.sqlite").write_bytes(b"no database" * 200)
    assert set(publish(notebooks, outputs, launcher).made) == {"page", "other"}


def test_a_parameter_given_twice_is_refused():
    from lwo_analysis.cli import _names_and_values

    with pytest.raises(ParameterError, match="-p: expected each name once, found area twice"):
        _names_and_values(["area=lwo", "year=2020", "area=lwd"])
