"""The fork server: it imports the libraries once, and forks a worker for every order that it gets on its standard input.

It has one thread, so that a fork copies nothing half done. It ends its workers and itself when its standard input is closed,
which also happens when the run is killed.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from lwo_analysis.run.unneeded import skip_unneeded

PRELOADED = (
    "numpy",
    "pandas",
    "pandera.pandas",
    "pandera.backends.pandas.builtin_checks",
    "pyarrow.parquet",
    "scipy.optimize",
    "scipy.stats",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "papermill.execute",
    "nbconvert.exporters",
    "lwo_analysis.publish.exporter",
    "lwo_analysis.publish.site",
    "lwo_analysis.cleaning.observations",
    "lwo_analysis.run.kernels",
    "lwo_analysis.run.worker",
)
"""What every page needs."""
PRELOADED_LATER = ("statsmodels.api", "linearmodels.panel")
"""What some pages need; imported once it is worth it for the pages that are still to come."""
ORDERS_OF_ONE_PAGE = 2
"""The page itself and its site."""
ORDERS_OF_A_FEW_PAGES = 5
"""So few do not win back the seconds that `PRELOADED_LATER` takes."""
SECONDS_TO_END = 3


def serve() -> None:
    """Fork a worker for every order until there is nobody to give orders."""
    skip_unneeded()
    _preload(PRELOADED)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    workers: dict[int, str] = {}
    forked = 0
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _tell_ended(workers)
        if 0 in ready:
            orders = os.read(0, 1 << 16).decode()
            if not orders:
                break
            for line in orders.splitlines():
                forked += line.startswith("+")
                if forked == ORDERS_OF_ONE_PAGE + 1:
                    _warm()
                if forked == ORDERS_OF_A_FEW_PAGES + 1:
                    _preload(PRELOADED_LATER)
                _obey(line, workers, (wake, waker))
    _end(workers)


def _preload(names: Iterable[str]) -> None:
    for name in names:
        import_module(name)
    gc.collect()
    gc.freeze()


def _warm() -> None:
    """Read the catalogue of sentences and compile the templates, so that a worker does not do it for every page."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    from lwo_analysis.catalogue.phrases import load_phrases
    from lwo_analysis.publish.exporter import cells_exporter

    load_phrases()
    shown = new_output("display_data", data={"text/html": "<p></p>"})
    cells_exporter().from_notebook_node(new_notebook(cells=[new_markdown_cell("# x"), new_code_cell("x", outputs=[shown])]))


def _obey(line: str, workers: dict[int, str], ours: tuple[int, int]) -> None:
    """Fork a worker for ``+ORDER``, and end the one of ``-ORDER``."""
    asked, order = line[0], line[1:]
    if asked == "+":
        workers[_fork_worker(order, ours)] = order
    else:
        _signal_all([pid for pid, its in workers.items() if its == order], signal.SIGTERM)


def _fork_worker(order: str, ours: tuple[int, int]) -> int:
    server = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for handle in ours:
            os.close(handle)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        from lwo_analysis.run.worker import work

        work(Path(order), can_fork=True, parent=server)
        code = 0
    finally:
        os._exit(code)


def _tell_ended(workers: dict[int, str]) -> None:
    """Say on standard output which workers have ended, and how."""
    while workers:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        os.write(1, f"{os.waitstatus_to_exitcode(status)} {workers.pop(pid)}\n".encode())


def _end(workers: dict[int, str]) -> None:
    """End the workers that are left; a kernel ends with its worker."""
    signal.set_wakeup_fd(-1)
    _signal_all(workers, signal.SIGTERM)
    until = time.monotonic() + SECONDS_TO_END
    while workers and time.monotonic() < until:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        workers.pop(pid, None)
        time.sleep(0.01)
    _signal_all(workers, signal.SIGKILL)


def _signal_all(workers: Iterable[int], number: int) -> None:
    for pid in workers:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


if __name__ == "__main__":
    serve()
