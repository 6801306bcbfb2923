"""Progress for people and for logs: a bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
