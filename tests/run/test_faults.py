"""A run in which something breaks: one clear line, the old site or the new one, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lwo_analysis.errors import InputError, NotebookError, OutputError
from lwo_analysis.provenance import _replace_in_two_steps, put_in_place
from lwo_analysis.run.launch import make_launcher
from lwo_analysis.run.lock import run_lock
from lwo_analysis.run.orders import Limits
from lwo_analysis.run.pages import Making
from tests.support.command import files_of
from tests.support.runs import PROVENANCE, SETUP, lwo_command, processes_with, publish, write_notebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")
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


def test_both_engines_make_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, CHANCE, FIGURE, PROVENANCE)
    with make_launcher("forked") as forked, make_launcher("plain") as plain:
        publish(notebooks, tmp_path / "forked", forked)
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


def test_a_killed_kernel_or_server_fails_its_pages_and_the_next_run_makes_them(tmp_path):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, SLEEP, PROVENANCE)
    outputs = tmp_path / "outputs"
    with make_launcher("forked") as launcher:
        for youngest in (True, False):  # the kernel, then the server
            killer = threading.Thread(target=_kill_when_busy, args=(launcher.temporary, youngest))
            killer.start()
            with pytest.raises(NotebookError) as caught:
                publish(notebooks, outputs, launcher)
            killer.join()
            assert "\n" not in str(caught.value)
        write_notebook(notebooks, SETUP, PROVENANCE)
        assert publish(notebooks, outputs, launcher).made == ("page",)
        temporary = launcher.temporary
    assert _gone(lambda: not processes_with("TMPDIR", str(temporary)))
    assert not temporary.exists()


def test_a_killed_run_leaves_nothing_alive_and_the_next_one_tidies_up(tmp_path):
    notebooks, outputs = write_notebook(tmp_path / "notebooks", SETUP, SLEEP, PROVENANCE), tmp_path / "outputs"
    environment = {**os.environ, "LWO_OUTPUTS": str(outputs), "TMPDIR": str(tmp_path)}
    command = lwo_command(notebooks, "run")
    run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert _gone(lambda: any(tmp_path.glob("lwo-run-*/k-*")), seconds=90)
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 7
    assert f"expected no other run at work, found process {run.pid} on " in second.stderr
    run.kill()
    run.wait()
    assert _gone(lambda: not processes_with("LWO_OUTPUTS", str(outputs)))
    write_notebook(notebooks, SETUP, PROVENANCE)
    assert subprocess.run(command, env=environment, check=False, stderr=subprocess.DEVNULL).returncode == 0
    assert (outputs / "site" / "index.html").exists()
    assert not list(tmp_path.glob("lwo-run-*"))
    assert sorted(path.name for path in outputs.iterdir()) == ["runs", "site"]
    assert not list((outputs / "runs").glob(".making-*"))


def test_a_full_disk_is_one_line_and_leaves_the_old_site(tmp_path, launcher):
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, PROVENANCE)
    outputs = tmp_path / "outputs"
    publish(notebooks, outputs, launcher)
    before = files_of(outputs / "site")
    write_notebook(notebooks, SETUP, f"long = {'x' * 400_000!r}", PROVENANCE)
    with pytest.raises(OutputError, match="File too large"):
        _publish_with_small_files(notebooks, outputs)
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


def test_a_lock_of_a_dead_process_is_no_lock(tmp_path):
    code = (
        "import os\nfrom pathlib import Path\nfrom lwo_analysis.run.lock import run_lock\n"
        f"with run_lock(Path({str(tmp_path)!r}), Path('/x')):\n    os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with run_lock(tmp_path, tmp_path / "lwo-run-x"):
        pass


def _kill_when_busy(temporary: Path, youngest: bool) -> None:
    """Kill the youngest or the oldest process of a run, once its kernel has started."""
    _gone(lambda: any(temporary.glob("k-*")), seconds=90)
    time.sleep(2)
    running = sorted(processes_with("TMPDIR", str(temporary)))
    os.kill(running[-1 if youngest else 0], signal.SIGKILL)


def _publish_with_small_files(notebooks: Path, outputs: Path) -> None:
    import resource

    with make_launcher("plain") as plain:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
        try:
            publish(notebooks, outputs, plain)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _gone(is_so, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.1)
    return is_so()
