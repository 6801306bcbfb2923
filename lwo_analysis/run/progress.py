"""Progress for people and for logs: a bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID

    from lwo_analysis.sources.statline import FetchProgress


@contextmanager
def progress_lines(total: int) -> Iterator[Callable[[str], None]]:
    """Give a function that is called once per finished page with a line about it.

    Parameters
    ----------
    total : int
        Pages to make.
    """
    if not sys.stderr.isatty():
        yield lambda line: print(line, file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("notebooks", total=total)

        def advance(line: str) -> None:
            bar.console.print(line, highlight=False, markup=False)
            bar.advance(task)

        yield advance


@contextmanager
def progress_of_tables() -> Iterator[Callable[[FetchProgress], None]]:
    """Give a function that is called after every page of a table; one bar per table on a terminal, nothing in a log."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(progress: FetchProgress) -> None:
            if progress.table_id not in tasks:
                tasks[progress.table_id] = bars.add_task(progress.table_id, total=progress.expected)
            bars.update(tasks[progress.table_id], completed=progress.received)

        yield advance
