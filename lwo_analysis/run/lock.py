"""One run at a time: a lock that ends with the process that holds it, and the name of the one that has it."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lwo_analysis.errors import OutputError
from lwo_analysis.run.launch import TEMPORARY

LOCK = ".lock"
HOLDER = ".holder.json"


@contextmanager
def run_lock(folder: Path, temporary: Path, *, wait: float = 0) -> Iterator[None]:
    """Hold a folder of runs; the temporary files of a run that was killed are removed first.

    Parameters
    ----------
    folder : Path
        The folder of runs.
    temporary : Path
        Holds the temporary files of this run.
    wait : float
        Seconds to wait for another run to end.

    Raises
    ------
    OutputError
        Another run holds it; the line names its process. The operating system frees the lock when that process ends.
    """
    lock = FileLock(folder / LOCK, timeout=wait)
    try:
        lock.acquire()
    except Timeout as problem:
        raise OutputError(
            str(folder),
            expected="no other run at work",
            found=_holder_line(folder / HOLDER),
            remedy="wait until it is done, or stop that process",
        ) from problem
    try:
        _remove_left_behind(folder / HOLDER)
        _write_holder(folder / HOLDER, temporary)
        try:
            yield
        finally:
            (folder / HOLDER).unlink(missing_ok=True)
    finally:
        lock.release()


def _write_holder(path: Path, temporary: Path) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    content = {"process": os.getpid(), "machine": socket.gethostname(), "started": started, "temporary": str(temporary)}
    path.write_text(json.dumps(content), encoding="utf-8")


def _read_holder(path: Path) -> dict[str, object]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _holder_line(path: Path) -> str:
    holder = _read_holder(path)
    return (
        f"process {holder['process']} on {holder['machine']} since {holder['started']}" if holder else "one that has just begun"
    )


def _remove_left_behind(path: Path) -> None:
    """Remove the temporary files of a run that was killed on this machine; its lock went with it."""
    holder = _read_holder(path)
    temporary = Path(str(holder.get("temporary", "")))
    if holder.get("machine") == socket.gethostname() and temporary.name.startswith(TEMPORARY):
        shutil.rmtree(temporary, ignore_errors=True)
