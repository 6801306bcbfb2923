"""Kill fetches at random moments and resume them; run as ``python -m tests.support.statline_kill BASE FOLDER TRIALS SEED``.

A program of its own, because it forks: the libraries are loaded once, and the process that is killed costs nothing to start. A
fetch that was complete before the kill does not count. Every trial prints what was kept and what the fetch that resumed reports.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from lwo_analysis.sources.statline import FetchSettings, fetch_table


def main(base: str, folder: Path, trials: int, seed: int) -> None:
    """Run the trials and print one JSON record per line."""
    rng = random.Random(seed)
    settings = FetchSettings(v3=base, backoff=0.0)
    fetch_table("99999NED", api="v3", destination=folder / "first", settings=settings)  # what is loaded once is loaded now
    longest = min(_seconds_of_a_fetch(folder / f"timed-{number}", settings) for number in range(3))
    trial = 0
    while trial < trials:
        destination = folder / f"trial-{trial}"
        if not _is_killed(destination, settings, rng.uniform(0.0, longest)):
            shutil.rmtree(destination)
            continue
        trial += 1
        parts = destination.parent / ".partial" / destination.name
        kept = len(list(parts.glob("*-*.json"))) if parts.exists() else 0
        report = fetch_table("99999NED", api="v3", destination=destination, settings=settings)
        record = {"kept": kept, "resumed": report.resumed, "unchanged": report.unchanged}
        print(json.dumps(record), flush=True)


def _seconds_of_a_fetch(destination: Path, settings: FetchSettings) -> float:
    started = time.monotonic()
    os.waitpid(_forked(destination, settings), 0)
    return time.monotonic() - started


def _is_killed(destination: Path, settings: FetchSettings, seconds: float) -> bool:
    """Start a fetch, kill it after some time, and return whether it was still running."""
    child = _forked(destination, settings)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _forked(destination: Path, settings: FetchSettings) -> int:
    child = os.fork()
    if child == 0:
        try:
            fetch_table("99999NED", api="v3", destination=destination, settings=settings)
        finally:
            os._exit(0)
    return child


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
