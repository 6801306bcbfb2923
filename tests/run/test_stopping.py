"""A run that is stopped, by Ctrl-C in a terminal or by a scheduler: one line, exit code 130, and nothing goes on behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import lwo_command, processes_with, wait_until, write_notebook

WAIT_FOR_KERNEL = 60
SECONDS_TO_STOP = 15  # a worker gets five seconds to end; the rest is for a slow machine


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("send", "number"),
    [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)],
    ids=["ctrl-c-in-a-terminal", "stopped-by-a-scheduler"],
)
def test_a_stopped_run_leaves_one_line_and_no_kernel(tmp_path: Path, send, number) -> None:
    outputs, notebooks = tmp_path / "outputs", tmp_path / "notebooks"
    for name in ("page", "other"):
        write_notebook(notebooks, "import time; time.sleep(60)", name=name)
    run = subprocess.Popen(
        lwo_command(notebooks, "run", "--jobs", "2"),
        env={**os.environ, "LWO_OUTPUTS": str(outputs), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell lets what it starts with `&` ignore Ctrl-C
    )
    try:
        assert wait_until(lambda: any(tmp_path.glob("lwo-run-*/k-*")), WAIT_FOR_KERNEL)
        send(run.pid, number)
        _, told = run.communicate(timeout=SECONDS_TO_STOP)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == 130
    assert [line for line in told.splitlines() if line.startswith("lwo: stopped")] == told.splitlines()
    assert wait_until(lambda: not processes_with("LWO_OUTPUTS", str(outputs)), SECONDS_TO_STOP)
    assert not (outputs / "site").exists()
    assert not list(tmp_path.glob("lwo-run-*"))
