"""Make the pages of jobs: what changed is executed, what only looks different is rendered, the rest is kept."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from lwo_analysis.errors import LwoError
from lwo_analysis.paths import REPOSITORY, data_folder
from lwo_analysis.provenance import code_revision, put_in_place
from lwo_analysis.run.folders import (
    EXECUTED,
    READS,
    RECORD,
    STALE,
    Reads,
    name_of,
    read_reads,
    read_record,
    write_reads,
    write_stale,
)
from lwo_analysis.run.jobs import Job
from lwo_analysis.run.launch import Launcher
from lwo_analysis.run.orders import ORDER, OUTCOME, READ_PATHS, Limits, Order, Outcome, PageOrder
from lwo_analysis.run.pool import longest_first, work_through
from lwo_analysis.run.progress import Progress
from lwo_analysis.run.state import RunState, data_and_code, execution_task, job_key, rendering_task

LOGS = "logs"
MAKING = ".making-"


@dataclass
class PagesMade:
    """What became of the pages, by address.

    Attributes
    ----------
    made : dict
        Seconds that each page took.
    current : list of str
        Pages of the jobs that had nothing to do.
    failed : dict
        The error of each page that could not be made; its last good edition, if any, is still there and marked.
    """

    made: dict[str, float] = field(default_factory=dict)
    current: list[str] = field(default_factory=list)
    failed: dict[str, LwoError] = field(default_factory=dict)


@dataclass(frozen=True)
class Making:
    """How pages are made: at most so many at a time, within limits, and whether the others go on when one fails."""

    workers: int
    limits: Limits = field(default_factory=Limits)
    keep_going: bool = False


def finished_pages(runs: Path) -> dict[str, Path]:
    """Return the folder of every finished page below a folder of runs, by address."""
    found = [*runs.glob(f"*/{RECORD}"), *runs.glob(f"demo/*/{RECORD}")]
    folders = {path.parent.relative_to(runs).as_posix(): path.parent for path in sorted(found)}
    return {address: folder for address, folder in folders.items() if not address.startswith(".")}


def make_pages(
    jobs: Sequence[Job], runs: Path, state: RunState, launcher: Launcher, how: Making, progress: Progress, result: PagesMade
) -> None:
    """Make the pages of the jobs that are not up to date, each in a folder of its own that is put in place when it is whole.

    Parameters
    ----------
    jobs : sequence of Job
        Pages to make.
    runs : Path
        Holds the folder of every page at its address.
    state : RunState
        What is remembered of earlier runs.
    launcher : Launcher
        Starts the workers.
    how : Making
        Workers, limits, and whether to keep going.
    progress : Progress
        Told about every page.
    result : PagesMade
        Gets what became of every page, also of those before one that failed.

    Raises
    ------
    LwoError
        The first page that failed, unless `how` is to keep going; pages made until then are kept for the next run.
    OutputError
        The folder of an earlier page is damaged.
    """
    for folder in runs.glob(f"{MAKING}*"):  # of a run that was killed
        shutil.rmtree(folder, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix=MAKING, dir=runs))
    try:
        orders = _orders(jobs, runs, making, state, how.limits, result)
        for path in {str(path) for order in orders if order.job for path in data_and_code(order.job, data_folder())}:
            state.contents.of(path)
        progress.expect(len(orders))
        work_through(orders, launcher, how.workers, partial(_finished, runs, state, how, result, progress))
    finally:
        shutil.rmtree(making, ignore_errors=True)


def due_pages(jobs: Sequence[Job], runs: Path, state: RunState) -> tuple[list[Job], dict[str, dict[str, Any]]]:
    """Return what there is to do: the jobs to execute, and the record of every other finished page to render, by address.

    Parameters
    ----------
    jobs, runs, state
        As in `make_pages`.

    Raises
    ------
    OutputError
        The folder of an earlier page is damaged.
    """
    tasks = {job.address: execution_task(job, runs / job.address) for job in jobs}
    known = [task for task in tasks.values() if task]
    whole = {task.name for task, current in zip(known, state.is_current(known), strict=True) if current}
    executed = [job for job in jobs if f"execute:{job.address}" not in whole]
    fresh = {job.address for job in executed}
    return executed, _to_render({address: path for address, path in finished_pages(runs).items() if address not in fresh}, state)


def _orders(jobs: Sequence[Job], runs: Path, making: Path, state: RunState, limits: Limits, result: PagesMade) -> list[PageOrder]:
    """Return the orders of what there is to do: jobs to execute, the longest first, and pages to render."""
    executed, rendered = due_pages(jobs, runs, state)
    order = partial(_order, runs, making, limits)
    revision = code_revision(REPOSITORY) if executed else ""
    longest = longest_first((order(job.address, record_of(job, revision), job) for job in executed), partial(_seconds, runs))
    due = {job.address for job in executed} | set(rendered)
    result.current += [job.address for job in jobs if job.address not in due]
    for address in result.current:
        (runs / address / STALE).unlink(missing_ok=True)
    return [*longest, *(order(address, record, None) for address, record in rendered.items())]


def _to_render(folders: Mapping[str, Path], state: RunState) -> dict[str, dict[str, Any]]:
    """Return the record of every page whose looks are out of date."""
    records = {address: read_record(folder) for address, folder in folders.items()}
    tasks = [rendering_task(address, records[address], folder) for address, folder in folders.items()]
    whole = state.is_current(tasks)
    return {address: records[address] for address, current in zip(folders, whole, strict=True) if not current}


def _order(runs: Path, making: Path, limits: Limits, address: str, record: dict[str, Any], job: Job | None) -> PageOrder:
    folder = making / address
    folder.mkdir(parents=True)
    if job is None:
        for name in (EXECUTED, READS, STALE):
            if (runs / address / name).exists():
                shutil.copy2(runs / address / name, folder / name)
    return PageOrder(address, folder, runs / LOGS / f"{address}.log", record, limits, job)


def record_of(job: Job, revision: str) -> dict[str, Any]:
    """Return the record of a page to be; the worker adds the moment and the versions."""
    record = {"slug": job.slug, "notebook": job.notebook, "lang": job.lang, "parameters": job.parameters}
    return {**record, "facts": {"code": revision}}


def _seconds(runs: Path, order: PageOrder) -> float | None:
    earlier = read_reads(runs / order.address)
    return earlier.seconds if earlier else None


def _finished(
    runs: Path, state: RunState, how: Making, result: PagesMade, progress: Progress, order: Order, outcome: Outcome
) -> None:
    """Put the page of an order in place, or say why there is none."""
    if not isinstance(order, PageOrder):
        return
    if outcome.error:
        result.failed[order.address] = outcome.error
        if not how.keep_going:
            raise outcome.error
        if (runs / order.address / RECORD).exists():
            write_stale(runs / order.address, datetime.now(UTC).isoformat(), str(outcome.error))
        progress.finished(f"lwo: {outcome.error}")
        return
    _put_page(runs, state, order, outcome)
    result.made[order.address] = outcome.seconds
    progress.finished(f"{order.address}: {outcome.claims} claims, {outcome.seconds} s")
    for line in outcome.warnings:
        progress.note(f"{order.address}: {line}")


def _put_page(runs: Path, state: RunState, order: PageOrder, outcome: Outcome) -> None:
    if order.job:
        paths = (order.folder / READ_PATHS).read_text(encoding="utf-8").splitlines()
        names = tuple(sorted({name_of(Path(path)) for path in paths}))
        write_reads(order.folder, Reads(job_key(order.job, names, state.contents), names, outcome.seconds))
    for name in (ORDER, OUTCOME, READ_PATHS):
        (order.folder / name).unlink(missing_ok=True)
    put_page(runs, state, order.address, order.folder, order.job)


def put_page(runs: Path, state: RunState, address: str, made: Path, job: Job | None) -> None:
    """Put the folder of a finished page in its place below the runs, and remember what it was made from.

    Parameters
    ----------
    runs, state
        As in `make_pages`.
    address : str
        Of the page within the site.
    made : Path
        Folder of the page, on the same file system; it is moved.
    job : Job or None
        What was executed; None when the page was only rendered.
    """
    folder = runs / address
    put_in_place(made, folder)
    state.contents.forget(folder)
    execution = [execution_task(job, folder)] if job else []
    state.remember([*filter(None, execution), rendering_task(address, read_record(folder), folder)])
    if job:
        shutil.rmtree(runs / _other_address(address), ignore_errors=True)


def _other_address(address: str) -> str:
    """Return where the page was as long as it was demo and not real, or the other way round."""
    return address.removeprefix("demo/") if address.startswith("demo/") else f"demo/{address}"
