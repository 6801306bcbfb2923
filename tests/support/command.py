"""The command line as a person types it, in a process of its own or in this one."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from lwo_analysis import cli


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


def lwo_here(*arguments: str, data: Path, outputs: Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `lwo` in this process, for a command that starts no other: the imports, and nothing else, are saved."""
    said, complained = io.StringIO(), io.StringIO()
    environment = {"LWO_DATA": str(data), "LWO_OUTPUTS": str(outputs)}
    with (
        patch.dict(os.environ, environment),
        patch.object(sys, "argv", ["lwo", *arguments]),
        patch.object(cli.signal, "signal"),
        redirect_stdout(said),
        redirect_stderr(complained),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
    finished = subprocess.CompletedProcess(arguments, code, said.getvalue(), complained.getvalue())
    assert finished.returncode == expect, f"exit code {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
    return finished


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
