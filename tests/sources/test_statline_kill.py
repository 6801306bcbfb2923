"""A fetch that is killed at any moment and resumed gives the same table, with nothing twice and nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lwo_analysis.sources.statline import fetch_table, read_table_folder
from tests.sources.conftest import settings_for, snapshot
from tests.support.shared_data import REPOSITORY
from tests.support.statline_server import serving
from tests.support.statline_tables import small_table

TRIALS = 50


def test_fifty_fetches_killed_at_random_moments_resume_to_the_same_table(tmp_path: Path) -> None:
    with serving(small_table(), page_size=4) as server:
        fetch_table("99999NED", api="v3", destination=tmp_path / "whole", settings=settings_for(server))
        command = [sys.executable, "-m", "tests.support.statline_kill", server.v3, str(tmp_path / "killed"), str(TRIALS), "2026"]
        run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    expected = snapshot(tmp_path / "whole")
    assert len(read_table_folder(tmp_path / "whole").rows) == 6
    assert run.returncode == 0, run.stderr
    trials = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(trials) == TRIALS
    for number in range(TRIALS):
        assert snapshot(tmp_path / "killed" / f"trial-{number}") == expected
    # What was kept is not asked again: every page that a killed fetch left is reported as resumed, except TableInfos itself.
    assert all(trial["resumed"] >= trial["kept"] - 1 for trial in trials if not trial["unchanged"])
    # The moments are spread: a good part of the kills came when some pages were kept, and not all of them at the same page.
    assert sum(trial["kept"] > 1 for trial in trials) > TRIALS // 5
    assert len({trial["kept"] for trial in trials}) > 3
