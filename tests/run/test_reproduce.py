"""A published page made again from what it says about itself."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from lwo_analysis import paths
from lwo_analysis.errors import InputError, NotebookError
from lwo_analysis.run import reproduce as reproduce_module
from lwo_analysis.run.reproduce import reproduce_page
from tests.run.test_incremental import NOTHING_PUBLISHED
from tests.support.command import files_of
from tests.support.runs import publish, write_notebook


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, launcher) -> Path:
    """Return the outputs of one published page, beside its notebook."""
    folder = tmp_path_factory.mktemp("reproduce")
    publish(write_notebook(folder / "notebooks", NOTHING_PUBLISHED), folder / "outputs", launcher)
    return folder / "outputs"


@pytest.fixture(autouse=True)
def own_notebooks(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands find the notebook of the page."""
    monkeypatch.setattr(paths, "notebooks_folder", lambda: outputs.parent / "notebooks")


def reproduce(address: str, outputs: Path) -> list[str]:
    return list(reproduce_page(address, outputs / "site", outputs / "runs", "forked"))


def test_a_page_comes_out_byte_for_byte_whenever_it_is_made(outputs):
    before = files_of(outputs)
    # Others may commit while the tests run: only the state of the code may differ.
    assert [line for line in reproduce("page", outputs) if "code" not in line] == []
    assert files_of(outputs) == before


def test_what_differs_is_told_before_and_the_first_difference_after(outputs, launcher, monkeypatch):
    monkeypatch.setattr(reproduce_module, "make_launcher", lambda engine: nullcontext(launcher))
    notebook = outputs.parent / "notebooks" / "page.ipynb"
    whole = notebook.read_text(encoding="utf-8")
    notebook.write_text(whole.replace("Titel van", "Kop van"), encoding="utf-8")
    lines = reproduce_page("page", outputs / "site", outputs / "runs", "forked")
    said = [next(lines)]
    with pytest.raises(
        NotebookError, match=r"page\.html, line \d+: expected '.*Titel van page.*', found '.*Kop van page"
    ) as caught:
        said.extend(lines)
    notebook.write_text(whole, encoding="utf-8")
    assert caught.value.exit_code == 6
    assert [line for line in said if line.startswith("page: notebook_sha256 was ")]


@pytest.mark.parametrize("address", ["nothing", "index"])
def test_only_a_page_of_a_notebook_can_be_made_again(outputs, address):
    with pytest.raises(InputError, match=rf"{address}\.prov\.json: expected the provenance of a page of a notebook"):
        reproduce(address, outputs)
