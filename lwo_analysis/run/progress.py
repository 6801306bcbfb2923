"""Progress for people and for logs: a bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from lwo_analysis.sources.statline import FetchProgress


class Progress:
    """Told what a run does; says nothing."""

    def expect(self, total: int) -> None:
        """Say how many pages there are to make."""

    def finished(self, line: str) -> None:
        """Say that one page is done, with a line about it."""

    def note(self, line: str) -> None:
        """Say something else."""


class LineProgress(Progress):
    """Says every line on standard error, for a log."""

    def finished(self, line: str) -> None:
        """Say the line."""
        print(line, file=sys.stderr, flush=True)

    note = finished


class BarProgress(Progress):
    """Says every line above one bar, for a terminal."""

    def __init__(self, bar: RichProgress) -> None:
        self._bar = bar
        self._task = bar.add_task("notebooks", total=None)

    def expect(self, total: int) -> None:
        """Give the bar its length."""
        self._bar.update(self._task, total=total)

    def finished(self, line: str) -> None:
        """Say the line and move the bar."""
        self.note(line)
        self._bar.advance(self._task)

    def note(self, line: str) -> None:
        """Say the line."""
        self._bar.console.print(line, highlight=False, markup=False)


@contextmanager
def progress_lines() -> Iterator[Progress]:
    """Give what a run tells its progress to: a bar on a terminal, plain lines everywhere else."""
    if not sys.stderr.isatty():
        yield LineProgress()
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True)) as bar:
        yield BarProgress(bar)


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
