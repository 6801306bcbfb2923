"""Parts of a run on several machines: each makes its pages in a folder of its own, and one collects and publishes them.

A part that is started again does what is left; two that do the same wait for one another, and the same page made by two parts is
the same page. Nothing that readers see is touched before `collect`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lwo_analysis.errors import LwoError, NotebookError, OutputError
from lwo_analysis.provenance import sha256_of, written_whole
from lwo_analysis.run.folders import STALE, read_reads, write_json
from lwo_analysis.run.launch import Launcher
from lwo_analysis.run.lock import run_lock
from lwo_analysis.run.manifest import Planned, Shard
from lwo_analysis.run.pages import MAKING, Making, finished_pages, make_pages, put_page
from lwo_analysis.run.progress import Progress
from lwo_analysis.run.publishing import STATE, Publication, check_writable, publish_site, told_in_one_line
from lwo_analysis.run.report import Recorder, RunReport
from lwo_analysis.run.state import RunState

SHARDS, RECEIPTS = "shards", "receipts"
SECONDS_TO_WAIT = 1800
"""For an earlier start of the same part: a machine that died may hold its lock on a shared file system for a while."""


def run_shard(
    planned: Sequence[Planned], shard: Shard, runs: Path, how: Making, launcher: Launcher, progress: Progress
) -> RunReport:
    """Make the pages of one part of a manifest in its folder below the runs; nothing is published.

    Parameters
    ----------
    planned : sequence of Planned
        Every job of the manifest.
    shard : Shard
        Which part.
    runs : Path
        Folder of runs; it may be on a file system that other machines share.
    how : Making
        Workers and limits.
    launcher : Launcher
        Starts the workers.
    progress : Progress
        Told about every page.

    Raises
    ------
    LwoError
        A page failed and `how` is not to keep going.
    OutputError
        The folder cannot be written, or another start of this part is still at work after half an hour.
    """
    folder = runs / SHARDS / shard.folder
    check_writable(folder)
    with run_lock(folder, launcher.temporary, wait=SECONDS_TO_WAIT):
        part = shard.part_of(planned)
        _remove_others(folder, {each.job.address for each in part})
        recorder = Recorder("shard", folder, None)
        try:
            with told_in_one_line(folder):
                make_pages([each.job for each in part], folder, RunState(folder / STATE), launcher, how, progress, recorder.pages)
        except LwoError as problem:
            with suppress(OutputError):  # a full disk is told by the problem itself
                recorder.end(problem)
            raise
        for each in part:
            if each.job.address not in recorder.pages.failed:
                _write_receipt(folder, each)
        return recorder.end()


def collect(planned: Sequence[Planned], manifest: Path, publication: Publication, launcher: Launcher) -> RunReport:
    """Check that every job of a manifest was made and is whole, put the pages in place and publish the site.

    Parameters
    ----------
    planned : sequence of Planned
        Every job of the manifest.
    manifest : Path
        Where it was read, for messages.
    publication : Publication
        Where the site is and what it holds.
    launcher : Launcher
        Starts the worker that builds the site.

    Raises
    ------
    NotebookError
        Pages are missing or damaged; they are named with the command that makes them. Nothing is published.
    OutputError
        The outputs cannot be written, or another run is at work.
    """
    check_writable(publication.runs)
    check_writable(publication.site.parent)
    folders = _folders_of(planned, manifest, publication.runs / SHARDS)
    with run_lock(publication.runs, launcher.temporary):
        recorder = Recorder("collect", publication.runs, publication.site)
        state = RunState(publication.runs / STATE)
        with told_in_one_line(publication.runs):
            for each in planned:
                _put(publication.runs, state, each, folders[each.job.address], recorder)
            publish_site(publication, state, launcher)
        return recorder.end()


def _folders_of(planned: Sequence[Planned], manifest: Path, shards: Path) -> dict[str, Path]:
    """Return the folder of a whole page for every job, whichever part made it."""
    states = {each.job.address: _whole_page(each, shards) for each in planned}
    lacking = [(number, each) for number, each in enumerate(planned, start=1) if not isinstance(states[each.job.address], Path)]
    if lacking:
        named = ", ".join(f"{each.job.address} ({states[each.job.address]})" for _, each in lacking)
        redo = "; ".join(f"`lwo run --manifest {manifest} --shard {number}/{len(planned)}`" for number, _ in lacking)
        raise NotebookError(
            str(manifest),
            expected=f"{len(planned)} finished pages",
            found=f"{len(lacking)} that are not: {named}",
            remedy=f"make them with {redo}, then collect again",
        )
    return {address: folder for address, folder in states.items() if isinstance(folder, Path)}


def _whole_page(planned: Planned, shards: Path) -> Path | str:
    """Return the folder of the page of a job, or why there is none."""
    why = "not made"
    for receipt in sorted(shards.glob(f"*/{RECEIPTS}/{planned.job.address}.json")):
        folder = receipt.parents[len(Path(planned.job.address).parts)] / planned.job.address
        try:
            content = json.loads(receipt.read_text(encoding="utf-8"))
            key, files = content["key"], content["files"]
        except (OSError, ValueError, KeyError, TypeError):
            key, files = "", {}
        if key == planned.key and files == _checksums(folder):
            return folder
        why = "damaged" if key in (planned.key, "") else why
    return why


def _put(runs: Path, state: RunState, planned: Planned, folder: Path, recorder: Recorder) -> None:
    """Copy the page of a job into its place, unless it is there."""
    address = planned.job.address
    if _checksums(folder) == _checksums(runs / address):
        recorder.pages.current.append(address)
        (runs / address / STALE).unlink(missing_ok=True)
        return
    making = Path(tempfile.mkdtemp(prefix=MAKING, dir=runs))
    try:
        shutil.copytree(folder, making / "page")
        put_page(runs, state, address, making / "page", planned.job)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    reads = read_reads(runs / address)
    recorder.pages.made[address] = reads.seconds if reads else 0.0


def _write_receipt(folder: Path, planned: Planned) -> None:
    address = planned.job.address
    with written_whole(folder / RECEIPTS / f"{address}.json") as temporary:
        write_json(temporary, {"key": planned.key, "files": _checksums(folder / address)})


def _checksums(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file of a page by its relative path; a mark that it is out of date is no part of it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != STALE]
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def _remove_others(folder: Path, addresses: set[str]) -> None:
    """Remove the pages of an earlier manifest that this part does not have any more."""
    for address in set(finished_pages(folder)) - addresses:
        shutil.rmtree(folder / address, ignore_errors=True)
        (folder / RECEIPTS / f"{address}.json").unlink(missing_ok=True)
