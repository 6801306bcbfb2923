"""One run at a time: a lock that ends with the process that holds it, and the name of the one that has it."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lwo_analysis.errors import OutputError
from lwo_analysis.provenance import UNFINISHED, written_whole
from lwo_analysis.run.launch import TEMPORARY

LOCK = ".lock"
HOLDER = ".holder.json"


@contextmanager
def run_lock(folder: Path, temporary: Path, *, wait: float = 0) -> Iterator[None]:
    """Hold a folder of runs; what an earlier run left behind because it was killed is removed first.

    Parameters
    ----------
    folder : Path
        The folder of runs.
    temporary : Path
        Holds the temporary files of this run; made here, once its name has been noted.
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
        _remove_left_behind(folder)
        _write_holder(folder / HOLDER, temporary)
        temporary.mkdir(mode=0o700, exist_ok=True)
        try:
            yield
        finally:
            _write_free(folder / HOLDER, temporary)
    finally:
        lock.release()


def _write_holder(path: Path, temporary: Path) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    content = {"process": os.getpid(), "machine": socket.gethostname(), "started": started, "temporary": str(temporary)}
    with written_whole(path) as new:
        new.write_text(json.dumps(content), encoding="utf-8")


def _write_free(path: Path, temporary: Path) -> None:
    """Say that nobody holds the folder; the temporary files are still there, and a kill from now on leaves them to the next."""
    with suppress(OutputError), written_whole(path) as new:
        new.write_text(json.dumps({"machine": socket.gethostname(), "temporary": str(temporary)}), encoding="utf-8")


def _read_holder(path: Path) -> dict[str, object]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _holder_line(path: Path) -> str:
    holder = _read_holder(path)
    if "process" not in holder:
        return "one that has just begun"
    return f"process {holder['process']} on {holder['machine']} since {holder['started']}"


def _remove_left_behind(folder: Path) -> None:
    """Remove the temporary files of a run that was killed on this machine, and the half-written ones beside the lock."""
    holder = _read_holder(folder / HOLDER)
    temporary = Path(str(holder.get("temporary", "")))
    if holder.get("machine") == socket.gethostname() and temporary.name.startswith(TEMPORARY):
        shutil.rmtree(temporary, ignore_errors=True)
    for path in folder.glob(f".*{UNFINISHED}*"):
        path.unlink(missing_ok=True)
