"""Start workers: forked from a server that has the libraries imported, or each in a new Python where that is not possible."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import IO, Protocol, Self

from lwo_analysis.errors import NotebookError, ParameterError
from lwo_analysis.run.fence import without_secrets

SECONDS_TO_END = 5
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    # Arrow's allocator would start a thread of its own in the fork server.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # Read when matplotlib is imported, which in a forked kernel was before the kernel started.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
"""Of every worker and kernel: one thread for each, and nothing that depends on chance."""
ENGINES = ("forked", "plain")
TEMPORARY = "lwo-run-"


class Launcher(Protocol):
    """Starts a worker for an order, and says which have ended.

    Attributes
    ----------
    temporary : Path
        Holds every temporary file of its workers; not there before it is needed, and removed at the end. Whoever holds a folder
        of runs notes its name there first (`lwo_analysis.run.lock`), so that it is removed even after a kill.
    """

    temporary: Path

    def start(self, order: Path) -> None:
        """Start a worker for the order at a path."""

    def end(self, order: Path) -> None:
        """End the worker of an order; `ended` tells when it is done."""

    def ended(self, seconds: float) -> list[tuple[Path, int]]:
        """Return the orders whose workers have ended with their exit status; waits at most these seconds for the first."""

    def stop(self) -> None:
        """End every worker and kernel that is left."""

    def __enter__(self) -> Launcher:
        """Return itself."""

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""


def make_launcher(engine: str) -> Launcher:
    """Return the launcher of an engine, `forked` or `plain`; where a process cannot be forked, the plain one.

    Raises
    ------
    ParameterError
        There is no such engine.
    """
    if engine not in ENGINES:
        raise ParameterError("--engine", expected=f"one of {', '.join(ENGINES)}", found=repr(engine), remedy="correct the name")
    return ForkLauncher() if engine == "forked" and hasattr(os, "fork") else PlainLauncher()


class _Base:
    """What both launchers have: a folder for temporary files, and an environment for their workers."""

    def __init__(self) -> None:
        self.temporary = Path(tempfile.gettempdir()) / f"{TEMPORARY}{token_hex(8)}"
        self._environment = {**without_secrets(os.environ), **ENVIRONMENT, "TMPDIR": str(self.temporary)}

    def stop(self) -> None:
        """End every worker and kernel that is left."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Stop, and remove the temporary files."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.temporary, ignore_errors=True)


class ForkLauncher(_Base):
    """Forks workers from one server, which is started with the first order; a new one when it has died."""

    def __init__(self) -> None:
        super().__init__()
        self._server: subprocess.Popen[bytes] | None = None
        self._working: list[Path] = []

    def start(self, order: Path) -> None:
        """Let the server fork a worker for an order."""
        if self._server is None:
            self._server = self._started()
        self._working.append(order)
        self._tell(f"+{order}\n")

    def end(self, order: Path) -> None:
        """Let the server end the worker of an order."""
        self._tell(f"-{order}\n")

    def ended(self, seconds: float) -> list[tuple[Path, int]]:
        """Return the orders whose workers have ended; when the server died, all of them."""
        if self._server is None:
            return []
        output = _stream(self._server.stdout)
        if not select.select([output], [], [], seconds)[0]:
            return []
        lines = os.read(output.fileno(), 1 << 16).decode()
        if not lines:
            return self._lost()  # the server died
        ended = [(Path(path), int(status)) for status, path in (line.split(" ", 1) for line in lines.splitlines())]
        self._working = [order for order in self._working if order not in dict(ended)]
        return ended

    def stop(self) -> None:
        """Close the input of the server: it ends its workers, and then itself."""
        if self._server is None:
            return
        with suppress(OSError):
            _stream(self._server.stdin).close()
        try:
            self._server.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        _stream(self._server.stdout).close()
        self._server = None

    def _tell(self, line: str) -> None:
        if self._server is not None:
            with suppress(BrokenPipeError):  # told by `ended`
                os.write(_stream(self._server.stdin).fileno(), line.encode())

    def _started(self) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C in a terminal reaches this process only, which ends the others itself.
        return subprocess.Popen(
            [sys.executable, "-m", "lwo_analysis.run.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
        )

    def _lost(self) -> list[tuple[Path, int]]:
        """Return every order as ended, because the server died: its workers end with it."""
        lost, self._working = self._working, []
        status = self._server.wait() if self._server else 1
        self.stop()
        return [(order, status) for order in lost]


class PlainLauncher(_Base):
    """Starts every worker in a new Python, with a kernel that is started as Jupyter does."""

    def __init__(self) -> None:
        super().__init__()
        self._workers: dict[Path, subprocess.Popen[bytes]] = {}

    def start(self, order: Path) -> None:
        """Start a worker for an order."""
        self._workers[order] = subprocess.Popen(
            [sys.executable, "-m", "lwo_analysis.run.worker", str(order), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )

    def ended(self, seconds: float) -> list[tuple[Path, int]]:
        """Return the orders whose workers have ended."""
        until = time.monotonic() + seconds
        while not (done := [order for order, worker in self._workers.items() if worker.poll() is not None]):
            if time.monotonic() > until:
                return []
            time.sleep(0.02)
        return [(order, self._workers.pop(order).returncode) for order in done]

    def end(self, order: Path) -> None:
        """End the worker of an order."""
        self._workers[order].terminate()

    def stop(self) -> None:
        """End the workers that are left; a kernel ends with its worker."""
        for worker in self._workers.values():
            worker.terminate()
        for worker in self._workers.values():
            try:
                worker.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self._workers.clear()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise NotebookError("server", expected="a pipe", found="none", remedy="run it again")
    return stream
