"""The process in which a notebook runs: what it reads is written down, what it may not touch is refused.

Both engines start a kernel here: the forked one calls `run_kernel`, the plain one runs ``python -m lwo_analysis.run.kernel``.
A kernel ends with the process that started it.
"""

from __future__ import annotations

import fnmatch
import json
import os
import random
import signal
import sys
import threading
import time
import types
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

from lwo_analysis.errors import NotebookError
from lwo_analysis.run.fence import CHANGES, WRITING, make_fence
from lwo_analysis.run.unneeded import skip_unneeded

RULES = "LWO_KERNEL_RULES"
PARENT = "LWO_KERNEL_PARENT"
SEED = 0
SECONDS_BETWEEN_LOOKS = 0.5
# What a kernel finds wrong is in the outputs of the notebook; its own log would only mix with the lines of the run.
OPTIONS = ("--log-level=CRITICAL", "--HistoryManager.hist_file=:memory:")
LISTINGS = frozenset({"os.listdir", "os.scandir"})


@dataclass(frozen=True)
class KernelRules:
    """What a kernel may do.

    Attributes
    ----------
    reads : str
        File that every path it reads is written to, one line each.
    data : str
        Folder of which only declared files may be read.
    declared : tuple of str
        Patterns of the files below `data` that the notebook declares (``raw/*``).
    watched : tuple of str
        Folders whose reads are written down, and in which nothing may be written.
    notebook : str
        Name of the notebook, for the error line.
    memory : int
        Most mebibytes of address space.
    free : tuple of str
        Folders in a watched one that are left alone: what is kept there follows from files that are watched.
    """

    reads: str
    data: str
    declared: tuple[str, ...]
    watched: tuple[str, ...]
    notebook: str
    memory: int
    free: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the rules as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> KernelRules:
        """Return the rules that `to_json` wrote."""
        content: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()
        }
        return cls(**content)


def run_kernel(connection_file: str, rules: KernelRules, parent: int) -> None:
    """Be a kernel until the end of its notebook, or of the process that started it; returns when it was shut down."""
    _limit_memory(rules.memory)
    skip_unneeded()
    # Dropped, so that what a notebook imports of this package is read again and written down.
    for name in [name for name in sys.modules if name.partition(".")[0] == "lwo_analysis"]:
        del sys.modules[name]
    sys.modules["__main__"] = types.ModuleType("__main__")
    from ipykernel.kernelapp import IPKernelApp

    threading.Thread(target=end_with_parent, args=(parent,), daemon=True).start()
    sys.addaudithook(_hook(rules))
    kernel = IPKernelApp.instance()
    kernel.initialize(["-f", connection_file, *OPTIONS])
    shell: Any = kernel.shell
    _seed_before_first_cell(shell.events)
    kernel.start()


def parent_process(given: str) -> int:
    """Return the process that started this one, as it said itself: who asks later may be told whoever took over from a dead one.

    On Windows the program of a virtual environment stands between the two, and is asked for.
    """
    return os.getppid() if sys.platform == "win32" else int(given)


def end_with_parent(parent: int, before: Callable[[], None] = lambda: None) -> None:
    """Wait until a process is no longer the parent of this one, then end this one and its group."""
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    before()
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _limit_memory(mebibytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, hard))


def _seed_before_first_cell(events: Any) -> None:
    """Seed when the first cell starts: what starts a kernel draws numbers, and not equally many in both engines."""
    import numpy as np

    def seed(_: object) -> None:
        random.seed(SEED)
        np.random.seed(SEED)
        events.unregister("pre_run_cell", seed)

    events.register("pre_run_cell", seed)


def _hook(rules: KernelRules) -> Callable[[str, tuple[Any, ...]], None]:
    """Return an audit hook that writes down every read in the watched folders and refuses what the rules do not allow."""
    seen: set[str] = set()
    record = os.open(rules.reads, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    fence = make_fence(rules.watched, writable=rules.free)

    def hook(event: str, values: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = values
            (_check_write if flags & WRITING else read)(path)
        elif event in LISTINGS and not _is_package(values[0]):
            read(values[0])
        elif event in CHANGES:
            _check_write(values[0])
        if outside := fence.crossed(event, values):
            raise _not_allowed(
                rules, "only files and programs of the project to be touched", outside, "leave it out of the notebook"
            )

    def _check_write(path: object) -> None:
        place = _watched(path, rules)
        if place and "__pycache__" not in place:
            raise _not_allowed(rules, "files written in its own folder", place, "show a result instead of writing a file")

    def read(path: object) -> None:
        place = _watched(path, rules)
        if place and place not in seen:
            seen.add(place)
            os.write(record, f"{_source(place)}\n".encode())
            if not is_declared(place, rules):
                remedy = f"add it to `inputs` in notebooks/params/{rules.notebook}.yml"
                raise _not_allowed(rules, "only files that it declares to be read", place, remedy)

    return hook


def is_declared(place: str, rules: KernelRules) -> bool:
    """Return whether a file may be read: it lies outside the data folder, is a folder, or matches a declared pattern."""
    if not place.startswith(rules.data + os.sep) or os.path.isdir(place):
        return True
    name = Path(place).relative_to(rules.data).as_posix()
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in rules.declared)


def _watched(path: object, rules: KernelRules) -> str:
    """Return the whole path of a file in a watched folder, else an empty text."""
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    place = os.path.realpath(os.fsdecode(path))
    within = [
        any(f"{place}{os.sep}".startswith(folder + os.sep) for folder in folders) for folders in (rules.watched, rules.free)
    ]
    return place if within == [True, False] else ""


def _is_package(path: object) -> bool:
    """Return whether a listed folder holds modules; Python lists those for itself whenever it imports."""
    return isinstance(path, str) and os.path.exists(os.path.join(path, "__init__.py"))


def _source(place: str) -> str:
    return source_from_cache(place) if place.endswith(".pyc") and "__pycache__" in place else place


def _not_allowed(rules: KernelRules, expected: str, found: str, remedy: str) -> NotebookError:
    return NotebookError(rules.notebook, expected=expected, found=found, remedy=remedy)


if __name__ == "__main__":
    run_kernel(sys.argv[1], KernelRules.from_json(os.environ[RULES]), parent_process(os.environ[PARENT]))
