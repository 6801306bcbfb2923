"""Folders that take long to make, made once for all processes of a test run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first process to ask fills and the others find filled.

    With pytest-xdist every process has its own session, but their base folders lie side by side.
    """
    is_alone = not factory.getbasetemp().name.startswith("popen-gw")
    base = factory.getbasetemp() if is_alone else factory.getbasetemp().parent
    folder, done = base / f"shared-{name}", base / f"shared-{name}.done"
    with FileLock(base / f"shared-{name}.lock"):
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
