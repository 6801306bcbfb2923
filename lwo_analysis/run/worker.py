"""The process that makes one page or builds the site; its kernel is forked from it before anything else runs."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lwo_analysis.errors import LwoError, NotebookError, OutputError
from lwo_analysis.run.execute import execute_job, facts_of, kernel_rules
from lwo_analysis.run.folders import EXECUTED, read_stale, write_record
from lwo_analysis.run.kernel import end_with_parent, parent_process
from lwo_analysis.run.orders import Order, Outcome, PageOrder, SiteOrder, read_order, write_outcome
from lwo_analysis.run.unneeded import skip_unneeded

if TYPE_CHECKING:
    import pandas as pd

    from lwo_analysis.publish.records import RenderedPage
    from lwo_analysis.run.kernels import ForkedKernel

SIGNALS_STOP = 128


def work(path: Path, *, can_fork: bool, parent: int) -> None:
    """Do what the order at a path asks, and write the outcome beside it; returns when both are done.

    Parameters
    ----------
    path : Path
        Of the order.
    can_fork : bool
        Whether the kernel is forked from this process.
    parent : int
        The process that started this one, and without which it ends. It may have ended already.
    """
    order = read_order(path)
    _say_in(order.log)
    forked = _forked_kernel(order) if can_fork else None
    end = forked.kill if forked else lambda: None
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()
    signal.signal(signal.SIGTERM, lambda number, frame: (end(), os._exit(SIGNALS_STOP + number)))
    threading.Thread(target=end_with_parent, args=(parent, end), daemon=True).start()
    started = time.monotonic()
    outcome = _outcome(order, forked)
    end()
    write_outcome(order.folder, replace(outcome, seconds=round(time.monotonic() - started, 1)))


def _outcome(order: Order, forked: ForkedKernel | None) -> Outcome:
    try:
        return _make_page(order, forked) if isinstance(order, PageOrder) else _build_site(order)
    except LwoError as problem:
        return Outcome(problem, 0.0)
    except OSError as problem:
        traceback.print_exc()
        where = str(problem.filename or order.folder)
        found = problem.strerror or str(problem)
        return Outcome(OutputError(where, expected="room to write", found=found, remedy="make room and run it again"), 0.0)
    except Exception as problem:  # whatever it is, the run goes on and the log has the whole of it
        traceback.print_exc()
        found = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
        remedy = f"see {order.log}; this is a defect of the program"
        return Outcome(NotebookError(order.address, expected="a finished page", found=found, remedy=remedy), 0.0)


def _make_page(order: PageOrder, forked: ForkedKernel | None) -> Outcome:
    """Execute when there is a job, render, and write the page into the folder of the order."""
    import nbformat

    from lwo_analysis.publish.clock import generation_time
    from lwo_analysis.publish.exporter import render_page
    from lwo_analysis.publish.records import PageRecord
    from lwo_analysis.publish.stored import save_page

    executed, facts = order.folder / EXECUTED, order.record["facts"]
    if order.job is not None:
        facts = facts_of(order.job, facts["code"])
        rules = kernel_rules(order.job, order.folder, order.limits)
        execute_job(order.job, executed, rules=rules, limits=order.limits, forked=forked)
    record = PageRecord(**{**order.record, "facts": facts, "generated": generation_time()})
    page = render_page(nbformat.read(executed, as_version=4), page=record)
    save_page(page, order.folder)
    write_record(order.folder, record)
    return Outcome(None, 0.0, len(page.claims), page.warnings)


def _build_site(order: SiteOrder) -> Outcome:
    """Build the site from the folders of finished pages, and put it in place."""
    from lwo_analysis.publish.clock import generation_time
    from lwo_analysis.publish.site import write_site
    from lwo_analysis.publish.stored import load_page

    pages = [_with_mark(load_page(folder), folder) for _, folder in sorted(order.folders.items())]
    write_site(pages, _downloads(order.processed, pages), order.site, generated=generation_time())
    return Outcome(None, 0.0)


def _with_mark(page: RenderedPage, folder: Path) -> RenderedPage:
    """Return the page with the day since which it could not be made again above its title, when there is one."""
    from lwo_analysis.publish.stale import mark_stale

    since = read_stale(folder)
    return replace(page, html=mark_stale(page.html, since, page.lang)) if since else page


def _downloads(processed: Path, pages: list[RenderedPage]) -> pd.DataFrame | None:
    """Return the observations that the site offers, real and demo, once it is certain that none is too small to show."""
    import pandas as pd

    from lwo_analysis.catalogue.disclosure import disclosure_policy
    from lwo_analysis.cleaning.observations import FILE_NAME, load_observations
    from lwo_analysis.disclosure import check_protected

    real = [load_observations("real")] if (processed / FILE_NAME).exists() else []
    demo = [load_observations("demo")] if any(page.is_demo for page in pages) else []
    frames = [*real, *demo]
    for frame in frames:
        check_protected(frame, disclosure_policy(), where="downloads of the site")
    return pd.concat(frames, ignore_index=True) if frames else None


def _forked_kernel(order: Order) -> ForkedKernel | None:
    if not isinstance(order, PageOrder) or order.job is None:
        return None
    from lwo_analysis.run.kernels import ForkedKernel

    return ForkedKernel(kernel_rules(order.job, order.folder, order.limits))


def _say_in(log: Path) -> None:
    """Send whatever this process and its kernel print to the log of the job."""
    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    tempfile.tempdir = None


if __name__ == "__main__":
    skip_unneeded()
    work(Path(sys.argv[1]), can_fork=False, parent=parent_process(sys.argv[2]))
