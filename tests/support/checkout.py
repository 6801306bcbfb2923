"""A checkout of its own with a few small notebooks, in which nobody edits while a test runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lwo_analysis.paths import REPOSITORY
from tests.support.runs import NOTHING_PUBLISHED, write_notebook

SECONDS = 240
COPIED = ("lwo_analysis", "deploy", "requirements.lock", "CITATION.cff", "pyproject.toml")
PUBLISHED = Path("data") / "raw" / "published"


@dataclass(frozen=True)
class Checkout:
    """A repository with small notebooks, and the command `lwo` in it."""

    folder: Path

    @property
    def command(self) -> Path:
        """The command, as `.venv/bin/lwo` of a checkout."""
        return self.folder / "lwo"

    def environment(self, outputs: Path) -> dict[str, str]:
        """Return the settings of a run into a folder."""
        data = self.folder / "data"
        return {"LWO_DATA": str(data), "LWO_OUTPUTS": str(outputs), "LWO_COMMAND": str(self.command)}

    def start(self, *words: str, outputs: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the checkout in it."""
        settings = {**os.environ, **self.environment(outputs), **environment}
        place = {"cwd": self.folder, "env": settings, "timeout": SECONDS}
        return subprocess.run(words, **place, capture_output=True, text=True, check=False)


def make_checkout(folder: Path, pages: int) -> Checkout:
    """Return a checkout in a folder, with notebooks of one page each: page-01, page-02 and so on."""
    folder.mkdir()
    for name in COPIED:
        source = REPOSITORY / name
        ignored = shutil.ignore_patterns("*.pyc.*")  # what another process is compiling
        shutil.copytree(source, folder / name, ignore=ignored) if source.is_dir() else shutil.copy2(source, folder / name)
    shutil.copytree(REPOSITORY / PUBLISHED, folder / PUBLISHED)
    for number in range(1, pages + 1):
        write_notebook(folder / "notebooks", NOTHING_PUBLISHED, name=f"page-{number:02}")
    made = Checkout(folder)
    made.command.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" -m lwo_analysis.cli "$@"\n')
    made.command.chmod(0o755)
    return made
