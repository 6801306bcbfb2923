"""What is handed to a scheduler: units that systemd accepts, scripts that run, and three nights in a row."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from lwo_analysis.paths import REPOSITORY
from tests.support.checkout import make_checkout
from tests.support.command import files_of

DEPLOY = REPOSITORY / "deploy"
MOST_EXPOSED = 13
"""Ten times the score of `systemd-analyze security`; below 20 it calls a unit well protected."""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Return the units as an operator installs them, for this checkout and this user."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze (Debian: apt-get install systemd)")
    for name in ("lwo.service", "lwo.timer"):
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("/srv/lwo-analysis", str(REPOSITORY))
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_accepts_the_units_and_calls_the_service_well_protected(units):
    verified = subprocess.run(["systemd-analyze", "verify", *sorted(units.glob("lwo.*"))], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    words = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(units / "lwo.service")]
    measured = subprocess.run(words, capture_output=True, text=True)
    assert measured.returncode == 0, measured.stdout[-200:]


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_executable_and_parses(path):
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_the_parts_of_the_workflow_are_those_that_its_matrix_counts():
    jobs = yaml.safe_load((DEPLOY / "actions-findings.yml").read_text(encoding="utf-8"))["jobs"]
    parts = jobs["part"]["strategy"]["matrix"]["part"]
    commands = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    (run,) = [command for command in commands if "--shard" in command]
    assert parts == list(range(1, len(parts) + 1))
    assert run.endswith(f'/{len(parts)}"')
    assert set(jobs["collect"]["needs"]) == {"plan", "part"}


def test_three_nights_in_a_row_make_only_what_changed(tmp_path):
    checkout = make_checkout(tmp_path / "checkout", 2)
    outputs = tmp_path / "outputs"
    made = []
    for night in (1, 2, 3):
        if night == 3:
            page = checkout.folder / "notebooks" / "page-02.ipynb"
            page.write_text(page.read_text(encoding="utf-8").replace("Titel van", "Vraag van"), encoding="utf-8")
        before = files_of(outputs / "site") if night > 1 else {}
        done = checkout.start("deploy/lwo-night.sh", outputs=outputs)
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads((outputs / "runs" / "report.json").read_text(encoding="utf-8"))
        made.append(list(report["made"]))
        assert report["published"]
        if night == 2:
            assert files_of(outputs / "site") == before
    assert [sorted(pages) for pages in made] == [["page-01", "page-02"], [], ["page-02"]]
