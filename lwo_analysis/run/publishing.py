"""`lwo run`: execute the jobs, keep what they made, and publish the site when everything is whole."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

import nbformat
import pandas as pd

from lwo_analysis.catalogue.disclosure import disclosure_policy
from lwo_analysis.cleaning.observations import FILE_NAME, load_observations
from lwo_analysis.disclosure import check_protected
from lwo_analysis.errors import NotebookError, OutputError
from lwo_analysis.provenance import written_whole
from lwo_analysis.publish.clock import generation_time
from lwo_analysis.publish.exporter import render_page
from lwo_analysis.publish.records import PageRecord, RenderedPage
from lwo_analysis.publish.site import write_site
from lwo_analysis.run.execute import execute_job, facts_of
from lwo_analysis.run.jobs import Job

EXECUTED = "executed.ipynb"
RECORD = "page.json"
REPORT = "report.json"
SECONDS_TO_END = 5


@dataclass(frozen=True)
class MadePage:
    """A job that went well: its page, its executed notebook as JSON, the record to render it again, and how long it took."""

    page: RenderedPage
    notebook: str
    record: PageRecord
    seconds: float


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Attributes
    ----------
    home : Path
        The home page of the published site.
    made, kept : tuple of str
        Pages made in this run, and pages of earlier runs that stay.
    seconds : float
        Wall-clock time.
    """

    home: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]
    seconds: float


def run_and_publish(
    jobs: Sequence[Job],
    *,
    runs: Path,
    site: Path,
    processed: Path,
    workers: int,
    demo: bool,
    lang: str,
    progress: Callable[[str], None] = lambda line: None,
) -> RunReport:
    """Execute the jobs and publish the site; when one fails, nothing new is published.

    Parameters
    ----------
    jobs : sequence of Job
        Pages to make.
    runs, site, processed : Path
        Folders of executed notebooks, of the site, and of the observation table.
    workers : int
        Notebooks executed at the same time.
    demo : bool
        Whether the site has a section of demo pages.
    lang : str
        Language of the home page.
    progress : callable
        Gets one line per page.

    Raises
    ------
    NotebookError
        A notebook failed or would publish something that breaks a rule; the other pages of this run are not published either.
    OutputError
        The outputs cannot be written.
    """
    started = time.monotonic()
    check_writable(runs)
    check_writable(site.parent)
    made = execute_all(jobs, workers, progress)
    fresh = {_address(page.record.slug, page.page.is_demo): page for page in made}
    kept = {
        address: page for address, page in kept_pages(runs).items() if address not in fresh and not _is_replaced(address, fresh)
    }
    whole = kept | {address: each.page for address, each in fresh.items()}
    pages = [page for _, page in sorted(whole.items()) if demo or not page.is_demo]
    home = write_site(pages, _downloads(processed, pages), site, generated=generation_time())
    for address, page in fresh.items():
        _keep(runs / address, page)
    report = RunReport(home, tuple(fresh), tuple(kept), round(time.monotonic() - started, 1))
    _write_report(runs / REPORT, report, made)
    return report


def execute_all(jobs: Sequence[Job], workers: int, progress: Callable[[str], None]) -> list[MadePage]:
    """Return the pages of all jobs, in the order of the jobs; the first failure ends the run.

    Raises
    ------
    LwoError
        The first job that failed.
    KeyboardInterrupt
        The run was stopped; its processes and kernels have ended.
    """
    if workers == 1 or len(jobs) <= 1:
        return [_told(make_page(job), progress) for job in jobs]
    # Spawned, not forked: the parent holds threads and event loops that a forked child must not inherit.
    with ProcessPoolExecutor(max_workers=min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        with _workers_deaf_to_ctrl_c():
            futures = [pool.submit(make_page, job) for job in jobs]
        try:
            for future in as_completed(futures):
                _told(future.result(), progress)
        except BrokenProcessPool as problem:
            raise _worker_error() from problem
        except KeyboardInterrupt:
            _end_workers()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [future.result() for future in futures]


def make_page(job: Job) -> MadePage:
    """Execute one job and render its page.

    Raises
    ------
    NotebookError
        The notebook failed, or its page breaks a rule.
    """
    started = time.monotonic()
    notebook = execute_job(job)
    record = PageRecord(job.slug, job.notebook, job.lang, job.parameters, generation_time(), facts_of(job))
    page = render_page(notebook, page=record)
    return MadePage(page, nbformat.writes(notebook), record, round(time.monotonic() - started, 1))


def kept_pages(runs: Path) -> dict[str, RenderedPage]:
    """Return the pages of earlier runs by address, rendered again from their executed notebooks."""
    return {str(path.parent.relative_to(runs)): _rendered(path.parent) for path in sorted(runs.rglob(RECORD))}


def check_writable(folder: Path) -> None:
    """Raise `OutputError` when a folder cannot be written to, before any work is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as problem:
        raise OutputError(
            str(folder),
            expected="a folder that can be written to",
            found=problem.strerror or str(problem),
            remedy="give write access, or set LWO_OUTPUTS to another folder",
        ) from problem


def available_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _workers_deaf_to_ctrl_c() -> Iterator[None]:
    """Start processes that leave Ctrl-C, which a terminal sends to all of them, to this one; it ends them itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)


def _end_workers() -> None:
    """End the processes of a run that was stopped; a kernel ends with its process."""
    for worker in active_children():
        worker.terminate()
    for worker in active_children():
        worker.join(SECONDS_TO_END)
        worker.kill()


def _worker_error() -> NotebookError:
    return NotebookError(
        "worker",
        expected="a process that ends by itself",
        found="one that was ended",
        remedy="check the memory, or run with --jobs 1",
    )


def _address(slug: str, is_demo: bool) -> str:
    return f"demo/{slug}" if is_demo else slug


def _is_replaced(address: str, fresh: dict[str, MadePage]) -> bool:
    """Whether a demo page has become real in this run, or the other way round."""
    other = address.removeprefix("demo/") if address.startswith("demo/") else f"demo/{address}"
    return other in fresh


def _told(made: MadePage, progress: Callable[[str], None]) -> MadePage:
    progress(f"{_address(made.record.slug, made.page.is_demo)}: {len(made.page.claims)} claims, {made.seconds} s")
    for line in made.page.warnings:
        progress(f"{made.record.slug}: {line}")
    return made


def _keep(folder: Path, made: MadePage) -> None:
    with written_whole(folder / EXECUTED) as path:
        path.write_text(made.notebook, encoding="utf-8")
    record = {name: getattr(made.record, name) for name in ("slug", "notebook", "lang", "parameters", "generated", "facts")}
    with written_whole(folder / RECORD) as path:
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")


def _rendered(folder: Path) -> RenderedPage:
    try:
        record = PageRecord(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
        return render_page(nbformat.read(folder / EXECUTED, as_version=4), page=record)
    except (OSError, ValueError, TypeError, KeyError, nbformat.ValidationError, NotebookError) as problem:
        raise OutputError(
            str(folder),
            expected="a page of an earlier run that can be published again",
            found=(str(problem).splitlines() or [type(problem).__name__])[0].rstrip("."),
            remedy="run its notebook again, or remove the folder",
        ) from problem


def _downloads(processed: Path, pages: Sequence[RenderedPage]) -> pd.DataFrame | None:
    real = [load_observations("real")] if (processed / FILE_NAME).exists() else []
    demo = [load_observations("demo")] if any(page.is_demo for page in pages) else []
    frames = [*real, *demo]
    for frame in frames:
        check_protected(frame, disclosure_policy(), where="downloads of the site")
    return pd.concat(frames, ignore_index=True) if frames else None


def _write_report(path: Path, report: RunReport, made: Sequence[MadePage]) -> None:
    content = {
        "home": report.home.name,
        "seconds": report.seconds,
        "made": {_address(each.record.slug, each.page.is_demo): each.seconds for each in made},
        "kept": list(report.kept),
        "finished": generation_time(),
    }
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
