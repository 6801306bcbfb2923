"""Faults at random moments of a run, and 200 notebooks at 12 workers. Prints a markdown table.

    python benchmarks/faults.py --write        (about 40 minutes on two processors; --trials 1 for a look)

It writes `benchmarks/faults.md` only with --write. Two trials of each fault are tests as well
(`tests/run/test_random_faults.py`). They are made in a copy of the code, so that it may be edited meanwhile.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.support.faults import FAULTS, Trial, cannot, stage_in, trial  # noqa: E402  # needs the path above
from tests.support.many import make_many  # noqa: E402

COPIED = ("lwo_analysis", "tests/__init__.py", "tests/support", "benchmarks/faults.py", "requirements.lock", "CITATION.cff")
COPIED_DATA = ("pyproject.toml", "data/raw/published")
HEAD = """# Runs in which something breaks

`python benchmarks/faults.py --write`, seed {seed}, {trials} trials of each fault.

Every trial starts from a published site of two notebooks, runs a second edition of them, and lets the fault happen at a random
moment of that run. Then the site is compared, file for file and byte for byte, with the whole old and the whole new one. *Left*
counts the trials after which there are files, sockets, processes or kernels that a run without a fault does not leave; *later*
counts them after the next run, without a fault, which in each trial has to get the lock and make the whole new site (*healed*).
*Told* is how the run ended: `well`, with one `line`, or `killed`. *Seconds* is the median of both runs together.

| fault | trials | old whole | new whole | mixed | told | left | later | healed | seconds |
| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |
"""
FOOT = """
What a kill -9 of the main process leaves is `.making-…` in `outputs/runs`, sometimes `.site.new-…` in `outputs`, and a folder
`lwo-run-…` for temporary files, sockets and connection files. Its server, workers and kernels end by themselves within seconds,
the lock is free at once, and the next run removes the files, as it does with `.making-…` in outputs that could not be written.
The clock *meanwhile* is `time.time` in every process of the run; the clock *before* is that of all files and reports of the run
before.

## Many notebooks

{many}
"""


def main() -> None:
    """Try every fault and print the table."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        text = measured(asked, folder) if asked.here else measured_in_copy(folder / "copy")
    print(text)
    if asked.write and not asked.here:
        Path(__file__).with_suffix(".md").write_text(text)


def measured(asked: argparse.Namespace, folder: Path) -> str:
    """Return the page with what was measured."""
    lines = "\n".join(rows(folder / "stage", asked.trials, asked.seed))
    many = many_line(folder / "many", asked.notebooks, asked.workers)
    return HEAD.format(seed=asked.seed, trials=asked.trials) + lines + "\n" + FOOT.format(many=many)


def measured_in_copy(copy: Path) -> str:
    """Return what the same command with `--here` prints in a copy of the code."""
    for name in (*COPIED, *COPIED_DATA):
        source, place = REPOSITORY / name, copy / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, place) if source.is_dir() else shutil.copy2(source, place)
    words = [sys.executable, str(copy / "benchmarks" / "faults.py"), *sys.argv[1:], "--here"]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    return (
        subprocess.run(words, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.rstrip("\n") + "\n"
    )


def rows(folder: Path, trials: int, seed: int) -> Iterator[str]:
    """Try every fault in turn, so many times, and return a row of the table for each; Ctrl-C ends it early."""
    found: dict[str, list[Trial]] = {fault: [] for fault in FAULTS if not cannot(fault)}
    moments = {fault: random.Random(f"{seed} {fault}") for fault in found}
    with stage_in(folder) as stage, suppress(KeyboardInterrupt):
        for number, fault in product(range(trials), found):
            found[fault].append(trial(stage, fault, moments[fault]))
            print(f"{number + 1}/{trials} {found[fault][-1]}", file=sys.stderr, flush=True)
    for fault in FAULTS:
        yield row(fault, found[fault]) if fault in found else f"| {fault} | 0 | {cannot(fault)} |" + " |" * 7


def row(fault: str, found: list[Trial]) -> str:
    """Return a row of the table."""
    sites = [str(sum(each.site == site for each in found)) for site in ("old", "new", "mixed")]
    ways = [each.told or "well" for each in found]
    told = ", ".join(f"{ways.count(way)} {way}" for way in dict.fromkeys(sorted(ways)))
    counts = [
        sum(map(bool, values)) for values in ([t.left for t in found], [t.left_later for t in found], [t.healed for t in found])
    ]
    seconds = f"{median([each.seconds for each in found] or [0.0]):.1f}"
    return f"| {' | '.join([fault, str(len(found)), *sites, told, *map(str, counts), seconds])} |"


def many_line(folder: Path, notebooks: int, workers: int) -> str:
    """Return a line about a run of many notebooks at the same time."""
    started = time.monotonic()
    found = make_many(folder, notebooks, workers)
    seconds = time.monotonic() - started
    machine = f"{notebooks} notebooks at {workers} workers on {len(os.sched_getaffinity(0))} processors"
    left = f"{found.sockets} sockets and {found.processes} processes left"
    return f"{machine}: {found.pages} pages in one site,\n{found.lost} lost, {found.failed} failed; {left}; {seconds:.0f} s."


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write benchmarks/faults.md")
    parser.add_argument("--here", action="store_true", help="use the code as it stands; nobody may edit it meanwhile")
    parser.add_argument("--trials", type=int, default=20, help="trials of each fault")
    parser.add_argument("--seed", type=int, default=9, help="picks the moments")
    parser.add_argument("--notebooks", type=int, default=200)
    parser.add_argument("--workers", type=int, default=12)
    return parser.parse_args()


if __name__ == "__main__":
    main()
