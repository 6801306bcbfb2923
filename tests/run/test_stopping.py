"""A run that is stopped, by Ctrl-C in a terminal or by a scheduler: one line, exit code 130, and nothing goes on behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WAIT_FOR_KERNEL = 60
SECONDS_TO_STOP = 15  # a worker gets five seconds to end; the rest is for a slow machine


def processes_of(session: int) -> list[str]:
    """Return the commands of every process of a session; a kernel leads its own and is found by its parent."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,sid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=3) for line in listed.splitlines()]
    members = {row[0] for row in rows if row[2] == str(session)}
    return [row[3] for row in rows if row[0] in members or row[1] in members]


def wait_until(is_so: object, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.2)
    return is_so()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("send", "number"),
    [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)],
    ids=["ctrl-c-in-a-terminal", "stopped-by-a-scheduler"],
)
def test_a_stopped_run_leaves_one_line_and_no_kernel(tmp_path: Path, send, number) -> None:
    outputs = tmp_path / "outputs"
    run = subprocess.Popen(
        [sys.executable, "-m", "lwo_analysis.cli", "run", "01-baseline", "06-what-can-be-seen", "--jobs", "2"],
        env={**os.environ, "LWO_OUTPUTS": str(outputs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert wait_until(lambda: any("ipykernel" in line for line in processes_of(run.pid)), WAIT_FOR_KERNEL)
        send(run.pid, number)
        _, told = run.communicate(timeout=SECONDS_TO_STOP)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == 130
    assert [line for line in told.splitlines() if line.startswith("lwo: stopped")] == told.splitlines()
    assert wait_until(lambda: not processes_of(run.pid), SECONDS_TO_STOP)
    assert not (outputs / "site").exists()
