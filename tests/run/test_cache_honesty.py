"""What a page follows from, and what it does not: random edits of everything, against pages whose dependencies are known.

The notebooks, modules and data files are written here, so that what depends on what is known without asking the code under test.
They run once, with real kernels; then hundreds of edits ask only which pages would be made again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.run import folders, state
from lwo_analysis.run.pages import due_pages
from tests.support.checkout import Checkout, make_checkout
from tests.support.runs import NOTHING_PUBLISHED, jobs_of, write_notebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the forked engine")
EXAMPLES = 2000 if os.environ.get("LWO_SLOW") else 100
IMPORTS = {"a": ("c",), "b": ("c", "d"), "c": ("e",), "d": (), "e": (), "unused": ("e",)}
"""Which of the modules written here import which others."""
NOTEBOOKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "page-1": ("a", ("one.csv",)),
    "page-2": ("b", ("one.csv", "two.csv")),
    "page-3": ("d", ()),
    "page-4": ("e", ("two.csv",)),
}
"""The module that each notebook imports, and the data files that it reads."""
LANGUAGES = {"page-1": ("nl", "en"), "page-2": ("nl",), "page-3": ("nl", "en"), "page-4": ("nl",)}
OWN = "lwo_analysis/own"
FILES = ("one.csv", "two.csv", "unread.csv")
ABSENT = "data/raw/own/later.csv"
"""A file that one notebook tries to open, and that is not there."""
CODE_OF_ALL = (
    "requirements.lock",
    "lwo_analysis/errors.py",
    "lwo_analysis/catalogue/budgets.yml",
    "lwo_analysis/run/kernel.py",
    "lwo_analysis/run/launch.py",
    "lwo_analysis/publish/exporter.py",
    "lwo_analysis/publish/templates/lwo/index.html.j2",
    "lwo_analysis/present/wording.py",
)
"""What every notebook here shows as its source, and what a kernel, a page and its words come from."""
LOOKS = tuple(name for name in CODE_OF_ALL if "publish/" in name or "present/" in name or "errors" in name)
"""Those that turn an executed notebook into a page."""
CODE_OF_NONE = (
    "lwo_analysis/effects/did.py",
    "lwo_analysis/present/comparison.py",
    "lwo_analysis/indicators/dose.py",
    "lwo_analysis/publish/home.py",
    "lwo_analysis/publish/site.py",
    "lwo_analysis/run/check.py",
    "lwo_analysis/sources/rivm.py",
    "pyproject.toml",
    "deploy/lwo-night.sh",
)
"""Code of other pages, of the site around them, and of other commands."""


WATCHED = """
import json, sys
from importlib.util import source_from_cache
from pathlib import Path
from lwo_analysis.paths import REPOSITORY
opened = set()
def hook(event, values):
    if event == "open" and str(values[0]).startswith(f"{REPOSITORY}/lwo_analysis/"):
        opened.add(source_from_cache(values[0]) if str(values[0]).endswith(".pyc") else str(values[0]))
sys.addaudithook(hook)
import nbformat
from lwo_analysis.publish.exporter import render_page
from lwo_analysis.publish.records import PageRecord
from lwo_analysis.publish.stored import load_page, save_page
outputs = Path(sys.argv[1])
folder = outputs / "runs" / "page-1"
record = PageRecord(**json.loads((folder / "record.json").read_text()))
save_page(render_page(nbformat.read(folder / "executed.ipynb", as_version=4), page=record), outputs / "again")
rendering = sorted(opened)
from lwo_analysis.publish.site import write_site
from lwo_analysis.run.worker import _downloads
write_site([load_page(outputs / "again")], _downloads(outputs, []), outputs / "site-again", generated=record.generated)
building = sorted(opened)
from lwo_analysis.run.state import rendering_code, site_code
print(json.dumps({"rendering": [rendering, [*map(str, rendering_code())]], "building": [building, [*map(str, site_code())]]}))
"""
"""Renders a page and builds a site, and says which files were opened, and which of them the code under test knows of."""


def behind(module: str) -> set[str]:
    """Return a module with those that it imports, directly or not."""
    return {module}.union(*(behind(name) for name in IMPORTS[module]))


def addresses(notebook: str) -> set[str]:
    """Return the pages of a notebook: the value of a parameter that is not the default is part of the address."""
    return {notebook if lang == "nl" else f"{notebook}-{lang}" for lang in LANGUAGES[notebook]}


def pages_where(depends: Callable[[str], bool]) -> set[str]:
    return set().union(*(addresses(name) for name in NOTEBOOKS if depends(name)))


@dataclass(frozen=True)
class Edit:
    """A change of one file, and the pages that follow from what it changes."""

    name: str
    change: Callable[[bytes], bytes]
    expected: frozenset[str]
    touched: str = ""

    def __repr__(self) -> str:
        return f"Edit({self.name!r}, {self.touched or 'content'!r}, {sorted(self.expected)})"


def comment(old: bytes) -> bytes:
    return old + b"\n# another line\n"


def same(old: bytes) -> bytes:
    return old


def next_year(old: bytes) -> bytes:
    return old.replace(b"year: 0", b"year: 2024", 1)


def rearranged(old: bytes) -> bytes:
    """Return the same runs and inputs, written in another order and form."""
    head, *runs = old.decode().split("\n  - ")
    turned = [run.strip().strip("{}").split(", ")[::-1] for run in runs]
    return "\n".join(["# A remark.", head, *(f"  - {{{', '.join(words)}}}" for words in turned[::-1])]).encode()


def all_edits() -> list[Edit]:
    """Return one edit of every kind and every file."""
    found = [Edit(name, comment, frozenset(pages_where(lambda _: True))) for name in CODE_OF_ALL]
    found += [Edit(name, comment, frozenset()) for name in CODE_OF_NONE]
    for module in IMPORTS:
        pages = pages_where(lambda name, module=module: module in behind(NOTEBOOKS[name][0]))
        found.append(Edit(f"{OWN}/{module}.py", comment, frozenset(pages)))
    for file in FILES:
        pages = pages_where(lambda name, file=file: file in NOTEBOOKS[name][1])
        found += [Edit(f"data/raw/own/{file}", change, frozenset(pages)) for change in (comment, lambda _: b"")]
    for name in NOTEBOOKS:
        notebook, runs = f"notebooks/{name}.ipynb", f"notebooks/params/{name}.yml"
        found.append(Edit(notebook, lambda old: old.replace(b"Titel van", b"Vraag van"), frozenset(addresses(name))))
        found.append(Edit(runs, next_year, frozenset({f"{name}-2024"})))
        found.append(Edit(runs, rearranged, frozenset(), "rearranged"))
    rewritten = {edit.name for edit in found if edit.change is rearranged}
    found += [Edit(name, same, frozenset(), "time") for name in sorted({edit.name for edit in found} - rewritten)]
    found.append(Edit(ABSENT, lambda _: b"1", frozenset(addresses("page-4"))))
    return [*found, Edit("data/raw/own/new.csv", lambda _: b"1", frozenset()), Edit(f"{OWN}/new.py", lambda _: b"", frozenset())]


EDITS = all_edits()


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Return a checkout whose pages were made once, with the functions of this process pointed at it."""
    made = make_checkout(tmp_path_factory.mktemp("honest") / "checkout", 0)
    for module, imported in {"__init__": (), **IMPORTS}.items():
        text = "".join(f"from {OWN.replace('/', '.')} import {name}\n" for name in imported)
        (made.folder / OWN).mkdir(exist_ok=True)
        (made.folder / OWN / f"{module}.py").write_text(text)
    (made.folder / "data" / "raw" / "own").mkdir()
    for file in FILES:
        (made.folder / "data" / "raw" / "own" / file).write_text("1")
    for name in NOTEBOOKS:
        write_page(made.folder / "notebooks", name)
    done = made.start("./lwo", "run", outputs=made.folder / "outputs")
    assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "PACKAGE", made.folder / "lwo_analysis")
        patch.setattr(state, "LOCK_FILE", made.folder / "requirements.lock")
        patch.setattr(folders, "REPOSITORY", made.folder)
        patch.setenv("LWO_DATA", str(made.folder / "data"))
        yield made


def write_page(notebooks: Path, name: str) -> None:
    module, files = NOTEBOOKS[name]
    tries = (
        f"\ntry:\n    open({str(notebooks.parent / ABSENT)!r})\nexcept FileNotFoundError:\n    pass" if name == "page-4" else ""
    )
    reads = "".join(f"\ntext = (raw_folder() / 'own' / '{file}').read_text()" for file in files)
    write_notebook(
        notebooks,
        f"from {OWN.replace('/', '.')} import {module}\nfrom lwo_analysis.paths import raw_folder{reads}{tries}",
        NOTHING_PUBLISHED,
        parameters='year = 0\nlang = "nl"',
        name=name,
        declared=f"inputs: [{', '.join([*(f'raw/own/{file}' for file in files), *(['raw/own/later.csv'] if tries else [])])}]",
    )
    runs = "".join(f"  - {{year: 0, lang: {lang}}}\n" for lang in LANGUAGES[name])
    path = notebooks / "params" / f"{name}.yml"
    path.write_text(path.read_text().partition("runs:")[0] + f"runs:\n{runs.rstrip()}")


def due(checkout: Checkout) -> set[str]:
    """Return the addresses of the pages that a run would make."""
    runs = checkout.folder / "outputs" / "runs"
    executed, rendered = due_pages(jobs_of(checkout.folder / "notebooks"), runs, state.RunState(runs / ".state.sqlite"))
    return {job.address for job in executed} | set(rendered)


def wrongly_due(checkout: Checkout, edits: Sequence[Edit]) -> set[str]:
    """Return the pages that would be made and should not, or the other way round, after edits that are undone again."""
    before: dict[Path, bytes | None] = {}
    try:
        for edit in edits:
            path = checkout.folder / edit.name
            before[path] = path.read_bytes() if path.exists() else None
            path.write_bytes(edit.change(before[path] or b""))
            os.utime(path, (1, 1))
        return due(checkout) ^ expected_after(edits)
    finally:
        for path, content in before.items():
            path.unlink() if content is None else path.write_bytes(content)


def expected_after(edits: Sequence[Edit]) -> set[str]:
    """Return the union, but for the page of a value that is not asked for any more: it can only be rendered again."""
    asked = set().union(*(edit.expected for edit in edits))
    gone = {Path(edit.name).stem for edit in edits if edit.change is next_year}
    return asked if any(edit.name in LOOKS and edit.expected for edit in edits) else asked - gone


def test_nothing_is_due_after_a_run(collection):
    assert due(collection) == set()
    made = json.loads((collection.folder / "outputs" / "runs" / "report.json").read_text())["made"]
    assert set(made) == pages_where(lambda _: True)


def test_one_edit_makes_exactly_the_pages_that_follow_from_it(collection):
    with_pages = [edit for edit in EDITS if edit.expected]
    assert {repr(edit): wrong for edit in with_pages if (wrong := wrongly_due(collection, [edit]))} == {}


def test_every_edit_from_which_no_page_follows_makes_none(collection):
    without = {edit.name: edit for edit in EDITS if not edit.expected}  # one for a file
    assert len(without) > 30
    assert wrongly_due(collection, list(without.values())) == set()


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
@given(edits=st.lists(st.sampled_from(EDITS), min_size=2, max_size=4, unique_by=lambda edit: edit.name))
def test_edits_together_make_exactly_the_pages_that_follow_from_one_of_them(collection, edits):
    assert wrongly_due(collection, edits) == set()


@pytest.mark.parametrize("work", ["rendering", "building"])
def test_what_renders_a_page_and_builds_a_site_opens_no_other_file_of_the_package(opened_and_known, work):
    opened, known = map(set, opened_and_known[work])
    assert len(opened) > 40
    assert opened - known == set()


@pytest.fixture(scope="module")
def opened_and_known(collection) -> dict[str, list[list[str]]]:
    """Return the files of the package that were opened, and those that the code under test says are used, per kind of work."""
    outputs = collection.folder / "outputs"
    environment = {**os.environ, **collection.environment(outputs), "PYTHONPATH": str(collection.folder)}
    words = [sys.executable, "-c", WATCHED, str(outputs)]
    return json.loads(subprocess.run(words, env=environment, capture_output=True, check=True).stdout)
