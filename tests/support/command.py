"""The command line as a person types it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def lwo(*arguments: str, data: Path, outputs: Path, expect: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `lwo` with its own data and outputs folders, and check the exit code."""
    finished = subprocess.run(
        [sys.executable, "-m", "lwo_analysis.cli", *arguments],
        env={**os.environ, "LWO_DATA": str(data), "LWO_OUTPUTS": str(outputs), **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert finished.returncode == expect, f"exit code {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
    return finished


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
