"""A run in which something breaks: one clear line, the old site or the new one, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lwo_analysis.errors import InputError, NotebookError, OutputError
from lwo_analysis.provenance import _replace_in_two_steps, put_in_place
from lwo_analysis.run.launch import ForkLauncher, make_launcher
from lwo_analysis.run.lock import run_lock
from lwo_analysis.run.orders import Limits
from lwo_analysis.run.pages import Making
from tests.run.conftest import MOMENT
from tests.support.command import files_of
from tests.support.runs import PROVENANCE, SETUP, processes_with, publish, wait_until, write_notebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")
SECONDS_TO_END = 20
SLEEP = "import time; time.sleep(60)"
OUR_ERROR = (
    "from lwo_analysis.errors import InputError\n"
    "raise InputError('a.csv', expected='rows', found='none', remedy='import it again')"
)
CHANCE = "import random\nimport numpy as np\nchance = f'{random.random()} {np.random.rand()} {hash(lang)}'"
FIGURE = (
    "from matplotlib.figure import Figure\nfrom lwo_analysis.present.figures import make_figure\n"
    "figure = Figure()\nfigure.gca().plot([1, 2])\n"
    "make_figure(figure, alt='Een lijn omhoog.', caption=f'Lijn {chance}', data=load_published().head(3)[['area_id', 'value']], "
    "origins={'published'}, lang='nl')"
)


@pytest.mark.parametrize(
    ("cell", "kind", "expected", "limits"),
    [
        (OUR_ERROR, InputError, r"page, cell \[\d\], a\.csv: expected rows, found none; import it again\.", Limits()),
        (SLEEP, NotebookError, r"page: expected an end within 4 s, found a cell that still ran", Limits(seconds=4)),
        ("x = bytearray(3 << 30)", NotebookError, r"expected at most 2048 MiB of memory, found MemoryError", Limits(memory=2048)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", NotebookError, "found DeadKernelError", Limits()),
        ("import os\nif os.fork() == 0: time.sleep(99)\n1 / 0", NotebookError, "NameError|ZeroDivisionError", Limits()),
    ],
    ids=["our-error", "hangs", "memory", "killed", "forks"],
)
def test_what_breaks_in_a_notebook_is_one_line_of_its_own_kind(tmp_path, launcher, cell, kind, expected, limits):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, cell, PROVENANCE)
    with pytest.raises(kind, match=expected) as caught:
        publish(notebooks, tmp_path / "outputs", launcher, Making(1, limits))
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "outputs" / "site").exists()
    assert not list((tmp_path / "outputs" / "runs").glob(".making-*"))


def test_both_engines_make_the_same_bytes(tmp_path, monkeypatch, launcher):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, CHANCE, FIGURE, PROVENANCE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", MOMENT)  # as in the launcher
    publish(notebooks, tmp_path / "forked", launcher)
    with make_launcher("plain") as plain:
        publish(notebooks, tmp_path / "plain", plain)
    assert files_of(tmp_path / "forked" / "site") == files_of(tmp_path / "plain" / "site")
    reads = [(tmp_path / name / "runs" / "page" / "reads.json").read_text().split('"seconds"')[0] for name in ("forked", "plain")]
    assert reads[0] == reads[1]


def test_a_failed_page_keeps_its_last_edition_with_a_mark(tmp_path, launcher):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE)
    outputs, path = tmp_path / "outputs", notebooks / "page.ipynb"
    publish(notebooks, outputs, launcher)
    sound = path.read_text()
    path.write_text(sound.replace("load_published(), ", "1 / 0, "))
    report = publish(notebooks, outputs, launcher, Making(1, keep_going=True))
    assert "ZeroDivisionError" in str(report.failed["page"])
    assert "Verouderd sinds" in (outputs / "site" / "page.html").read_text(encoding="utf-8")
    path.write_text(sound)
    assert publish(notebooks, outputs, launcher).failed == {}
    assert "Verouderd sinds" not in (outputs / "site" / "page.html").read_text(encoding="utf-8")


def test_a_second_run_names_the_process_that_is_at_work(tmp_path):
    with run_lock(tmp_path, tmp_path / "lwo-run-first"):
        expected = f"expected no other run at work, found process {os.getpid()} on "
        with pytest.raises(OutputError, match=expected), run_lock(tmp_path, tmp_path / "lwo-run-second"):
            pass
    with run_lock(tmp_path, tmp_path / "lwo-run-third"):
        assert sorted(path.name for path in tmp_path.glob("lwo-run-*")) == ["lwo-run-third"]


def test_what_a_killed_process_was_writing_beside_the_lock_is_removed(tmp_path):
    code = (
        "import os\nfrom pathlib import Path\nfrom lwo_analysis.provenance import written_whole\n"
        f"with written_whole(Path({str(tmp_path)!r}) / 'report.json') as new:\n    new.write_text('half')\n    os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".report.json")]
    with run_lock(tmp_path, tmp_path / "lwo-run-x"):
        assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".report.json")]


def test_a_full_disk_is_one_line_and_leaves_the_old_site(tmp_path, launcher):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE)
    outputs = tmp_path / "outputs"
    publish(notebooks, outputs, launcher)
    before = files_of(outputs / "site")
    write_notebook(notebooks, SETUP, f"long = {'x' * 400_000!r}", PROVENANCE)
    with pytest.raises(OutputError, match="File too large"):
        _publish_with_small_files(notebooks, outputs, launcher)
    assert files_of(outputs / "site") == before
    write_notebook(notebooks, SETUP, "there_is_room = True", PROVENANCE)
    assert publish(notebooks, outputs, launcher).made == ("page",)


def test_a_folder_changes_places_whole(tmp_path):
    for name, text in (("new", "2"), ("site", "1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(text)
    put_in_place(tmp_path / "new", tmp_path / "site")
    assert files_of(tmp_path) == {"site/a": b"2"}
    (tmp_path / "next").mkdir()
    _replace_in_two_steps(tmp_path / "next", tmp_path / "site", tmp_path / ".site.old")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.old", "site"]


def test_a_folder_that_was_moved_away_by_a_killed_process_comes_back_first(tmp_path):
    (tmp_path / ".site.old").mkdir()
    (tmp_path / ".site.old" / "a").write_text("1")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a").write_text("2")
    put_in_place(tmp_path / "new", tmp_path / "site")
    assert files_of(tmp_path) == {"site/a": b"2"}


ORPHAN = """
import os, sys, time
from pathlib import Path
from types import SimpleNamespace
from lwo_analysis.run import kernel, kernels, worker
parent = os.getpid()
def wait_for_its_death(_):
    while os.getppid() == parent:
        time.sleep(0.01)
    return SimpleNamespace(log=None)
if sys.argv[1] == "kernel":
    kernel._limit_memory = wait_for_its_death
    rules = kernel.KernelRules(sys.argv[2] + "/reads", sys.argv[2], (), (), "page", 2048)
    kernels.ForkedKernel(rules).start(sys.argv[2] + "/connection.json")
elif os.fork() == 0:
    worker.read_order = wait_for_its_death
    worker._say_in = worker._forked_kernel = lambda _: None
    worker._outcome = lambda order, forked: time.sleep(60)
    worker.work(Path(sys.argv[2]), can_fork=True, parent=parent)
os._exit(9)
"""
"""Starts a kernel or a worker that looks for its parent only when that has ended."""


@pytest.mark.parametrize("kind", ["kernel", "worker"])
def test_a_process_whose_parent_ended_before_it_began_ends_too(tmp_path, kind):
    words = [sys.executable, "-c", ORPHAN, kind, str(tmp_path)]
    environment = {**os.environ, "LWO_OUTPUTS": str(tmp_path)}
    assert subprocess.run(words, env=environment, check=False, stderr=subprocess.DEVNULL).returncode == 9
    assert wait_until(lambda: processes_with("LWO_OUTPUTS", str(tmp_path)) == {}, SECONDS_TO_END)


def test_a_lock_of_a_dead_process_is_no_lock(tmp_path):
    code = (
        "import os\nfrom pathlib import Path\nfrom lwo_analysis.run.lock import run_lock\n"
        f"with run_lock(Path({str(tmp_path)!r}), Path('/x')):\n    os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with run_lock(tmp_path, tmp_path / "lwo-run-x"):
        pass


def _publish_with_small_files(notebooks: Path, outputs: Path, launcher: ForkLauncher) -> None:
    """Publish with a server, and so with workers and kernels, that may not write a long file."""
    import resource

    whole = resource.prlimit(launcher._server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(launcher._server.pid, resource.RLIMIT_FSIZE, (300_000, whole[1]))
    try:
        publish(notebooks, outputs, launcher)
    finally:
        resource.prlimit(launcher._server.pid, resource.RLIMIT_FSIZE, whole)
