"""Parts of a run on several machines: the same site as one machine makes, and what is missing is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lwo_analysis.errors import InputError, NotebookError, ParameterError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.manifest import Planned, Shard, read_manifest, write_manifest
from lwo_analysis.run.pages import Making
from lwo_analysis.run.progress import Progress
from lwo_analysis.run.report import read_report
from lwo_analysis.run.shards import collect, run_shard
from tests.run.test_incremental import HEAVY, NOTHING_PUBLISHED
from tests.support.command import files_of
from tests.support.runs import jobs_of, publication_in, publish, write_notebook

DATA = REPOSITORY / "data"


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Planned]:
    """Return a manifest of two pages, read back from its file."""
    # A launcher hands its environment to its workers when it starts, which was before: no moment is given here.
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    notebooks = write_notebook(tmp_path / "notebooks", NOTHING_PUBLISHED)
    write_notebook(notebooks, NOTHING_PUBLISHED, name="other")
    write_manifest(tmp_path / "m.jsonl", jobs_of(notebooks), DATA)
    return read_manifest(tmp_path / "m.jsonl", notebooks, DATA)


def run_part(planned: list[Planned], text: str, outputs: Path, launcher) -> tuple[str, ...]:
    return run_shard(planned, Shard.parse(text), outputs / "runs", Making(1), launcher, Progress()).made


def test_parts_make_the_site_of_one_machine_and_a_part_made_twice_does_no_harm(planned, tmp_path, launcher):
    outputs = tmp_path / "shared"
    assert run_part(planned, "1/2", outputs, launcher) == ("other",)
    assert run_part(planned, "1/2", outputs, launcher) == ()
    with pytest.raises(NotebookError, match=r"found 1 that are not: page \(not made\); make them with `.*--shard 2/2`, then"):
        collect(planned, tmp_path / "m.jsonl", publication_in(outputs), launcher)
    assert not (outputs / "site").exists()

    assert set(run_part(planned, "1/1", outputs, launcher)) == {"other", "page"}
    (outputs / "runs" / "shards" / "1-of-2" / "other" / "page.html").write_text("half")
    report = collect(planned, tmp_path / "m.jsonl", publication_in(outputs), launcher)
    assert set(report.made) == {"other", "page"}
    assert read_report(outputs / "runs")["command"] == "collect"

    again = publish(tmp_path / "notebooks", outputs, launcher)
    assert again.made == ()
    published = files_of(outputs / "site")
    (outputs / "runs" / "shards" / "1-of-1" / "other" / "page.html").write_text("half")
    with pytest.raises(NotebookError, match=r"other \(damaged\)"):
        collect(planned, tmp_path / "m.jsonl", publication_in(outputs), launcher)
    assert files_of(outputs / "site") == published


def test_a_manifest_of_other_inputs_is_refused(planned, tmp_path, monkeypatch):
    path, notebooks = tmp_path / "m.jsonl", tmp_path / "notebooks"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1763600001")
    with pytest.raises(InputError, match=r"other: expected the notebook, code, lock, data and SOURCE_DATE_EPOCH .* found others"):
        read_manifest(path, notebooks, DATA)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    other = notebooks / "page.ipynb"
    other.write_text(other.read_text().replace("Titel", "Kop"))
    with pytest.raises(InputError, match="page: expected the notebook"):
        read_manifest(path, notebooks, DATA)
    path.write_text('{"key": "0"}\n')
    with pytest.raises(InputError, match=r"m\.jsonl, line 1: expected a manifest of `lwo plan`, found 'notebook'"):
        read_manifest(path, notebooks, DATA)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", ""])
def test_a_shard_outside_its_range_is_refused(text):
    with pytest.raises(ParameterError, match="--shard: expected I/N"):
        Shard.parse(text)


@pytest.mark.parametrize("parts", [1, 2, 3, 16, 20])
def test_every_job_is_in_exactly_one_part(planned, parts):
    jobs = [*planned, *planned, *planned]
    found = [id(each) for number in range(1, parts + 1) for each in Shard(number, parts).part_of(jobs)]
    assert sorted(found) == sorted(map(id, jobs))


@pytest.mark.parametrize("words", [("plan", "--manifest", "m.jsonl"), ("status", "--json")])
def test_looking_ahead_and_looking_back_import_nothing_heavy(tmp_path, words):
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr))\n"
        "from lwo_analysis.cli import main\nmain()\n"
    )
    environment = {**os.environ, "LWO_DATA": str(tmp_path), "LWO_OUTPUTS": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stderr.splitlines() == ["[]"], done.stderr
