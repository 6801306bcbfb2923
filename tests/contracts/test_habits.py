"""What a commit, a person and continuous integration run is one thing: `make check`."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lwo_analysis.paths import REPOSITORY

# From step 9 of the plan: lint and format with the notebooks, types, direction of imports, spelling, links, and what can drift.
CHECKED = (
    "ruff check .",
    "ruff format --check .",
    "mypy",
    "tests/contracts/test_imports.py",
    "tests/contracts/test_spelling.py",
    "tests/contracts/test_links.py",
    "lwo check",
)


def hooks() -> dict[str, list[str]]:
    """Return the command of every hook by its id."""
    content = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: shlex.split(hook["entry"]) for repo in content["repos"] for hook in repo["hooks"]}


def commands_of(make: list[str]) -> str:
    """Return the commands that a call of make would run."""
    return subprocess.run([*make, "--dry-run"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("command", CHECKED)
def test_the_hook_of_a_commit_runs_it(command: str) -> None:
    assert command in commands_of(hooks()["make-check"])


def test_hooks_call_only_make_and_what_is_installed_with_the_package() -> None:
    programs = {Path(command[0]) for command in hooks().values()}
    assert programs == {Path("make"), Path(".venv/bin/nbstripout")}


def test_continuous_integration_types_the_commands_of_the_readme() -> None:
    typed = [line for line in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.startswith("make ")]
    assert typed == ["make check", "make test"]


def test_ruff_reads_the_notebooks() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    shown = subprocess.run(
        [ruff, "check", "--show-files", "."], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert {path.name for path in REPOSITORY.glob("notebooks/*.ipynb")} <= {Path(line).name for line in shown.splitlines()}
