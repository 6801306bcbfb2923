"""`lwo run`: make the pages that changed, and publish the site from the folders of finished pages in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lwo_analysis.errors import LwoError, OutputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.jobs import Job
from lwo_analysis.run.launch import Launcher
from lwo_analysis.run.lock import run_lock
from lwo_analysis.run.orders import Order, Outcome, SiteOrder
from lwo_analysis.run.pages import LOGS, Making, finished_pages, make_pages
from lwo_analysis.run.pool import work_through
from lwo_analysis.run.progress import Progress
from lwo_analysis.run.report import Recorder, RunReport
from lwo_analysis.run.state import RunState, site_task

STATE = ".state.sqlite"
CITATION = REPOSITORY / "CITATION.cff"


@dataclass(frozen=True)
class Publication:
    """Where the site is and what it holds.

    Attributes
    ----------
    runs, site, processed : Path
        Folders of finished pages, of the site, and of the observation table.
    demo : bool
        Whether the site has a section of demo pages.
    """

    runs: Path
    site: Path
    processed: Path
    demo: bool


def run_and_publish(
    jobs: Sequence[Job], publication: Publication, how: Making, launcher: Launcher, progress: Progress | None = None
) -> RunReport:
    """Make the pages that are not up to date and publish the site; when nothing changed, nothing is written but the report.

    Parameters
    ----------
    jobs : sequence of Job
        Pages to make.
    publication : Publication
        Folders, and what the site holds.
    how : Making
        Workers, limits, and whether the site is published when a page fails.
    launcher : Launcher
        Starts the workers, see `lwo_analysis.run.launch.make_launcher`.
    progress : Progress, optional
        Told about every page.

    Raises
    ------
    LwoError
        A page failed and `how` is not to keep going; nothing new is published.
    OutputError
        The outputs cannot be written, another run is at work, or the folder of an earlier page is damaged.
    """
    check_writable(publication.runs)
    check_writable(publication.site.parent)
    with run_lock(publication.runs, launcher.temporary):
        state = RunState(publication.runs / STATE)
        recorder = Recorder("run", publication.runs, publication.site)
        try:
            with told_in_one_line(publication.runs):
                make_pages(jobs, publication.runs, state, launcher, how, progress or Progress(), recorder.pages)
                publish_site(publication, state, launcher)
        except LwoError as problem:
            with suppress(OutputError):  # a full disk is told by the problem itself
                recorder.end(problem)
            raise
        return recorder.end()


def publish_site(publication: Publication, state: RunState, launcher: Launcher) -> None:
    """Build the site from the folders of finished pages and put it in place, unless it is what it would become.

    Raises
    ------
    LwoError
        Pages cannot be together in one site, or a figure to download is too small to show; the old site is untouched.
    """
    folders = finished_pages(publication.runs)
    folders = {address: path for address, path in folders.items() if publication.demo or not address.startswith("demo/")}
    inputs = [*sorted(publication.processed.glob("*.parquet")), CITATION]
    if state.is_current([site_task(folders, publication.site, inputs)]) == [True]:
        return
    _remove_left_behind(publication.site)
    folder = Path(tempfile.mkdtemp(dir=launcher.temporary))
    log = publication.runs / LOGS / "site.log"
    order = SiteOrder("site", folder, log, folders, publication.site, publication.processed)
    work_through([order], launcher, 1, _raise_error)
    state.contents.forget(publication.site)
    state.remember([site_task(folders, publication.site, inputs)])


def check_writable(folder: Path) -> None:
    """Raise `OutputError` when a folder cannot be written to, before any work is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # without a name where that is possible: a kill leaves nothing
            pass
    except OSError as problem:
        raise OutputError(
            str(folder),
            expected="a folder that can be written to",
            found=problem.strerror or str(problem),
            remedy="give write access, or set LWO_OUTPUTS to another folder",
        ) from problem


@contextmanager
def told_in_one_line(folder: Path) -> Iterator[None]:
    """Raise what the operating system or the memory of earlier runs refuses, at any moment of a run, as an `OutputError`."""
    try:
        yield
    except (OSError, sqlite3.Error) as problem:
        raise OutputError(
            str(getattr(problem, "filename", None) or folder),
            expected="files that can be read and written",
            found=getattr(problem, "strerror", None) or str(problem),
            remedy="make room or give write access, and run it again",
        ) from problem


def available_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _raise_error(order: Order, outcome: Outcome) -> None:
    if outcome.error:
        raise outcome.error


def _remove_left_behind(site: Path) -> None:
    """Remove the half-built sites of runs that were killed."""
    for folder in site.parent.glob(f".{site.name}.new-*"):
        shutil.rmtree(folder, ignore_errors=True)
