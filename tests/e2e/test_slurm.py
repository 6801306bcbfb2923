"""A run spread over a real SLURM cluster: a part killed and requeued, the node drained in mid-run, and the same site as here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import make_checkout
from tests.support.command import files_of
from tests.support.slurm import PROGRAMS, Cluster, can_run_slurm, slurm_cluster, wait_until

PAGES, PARTS = 16, 4
SECONDS = 240
MOMENT = "1763600000"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a running cluster; where there can be none, the test is skipped here and fails in continuous integration."""
    if not can_run_slurm():
        reason = f"needs {', '.join(PROGRAMS)} and root (Debian: apt-get install slurm-wlm munge)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    folder = tmp_path / "cluster"
    folder.mkdir()
    with slurm_cluster(folder) as running:
        yield running


def test_sixteen_jobs_in_four_parts_of_which_one_is_requeued_give_the_site_of_one_machine(cluster, tmp_path):
    checkout = make_checkout(tmp_path / "checkout", PAGES)
    manifest = tmp_path / "shared" / "runs" / "manifest.jsonl"
    outputs = tmp_path / "shared"
    part = outputs / "runs" / "shards" / f"2-of-{PARTS}"
    settings = {**checkout.environment(outputs), "SOURCE_DATE_EPOCH": MOMENT}
    said = cluster.command("deploy/slurm_array.sh", str(PARTS), cwd=checkout.folder, **settings)
    assert said.startswith(f"{PAGES} jobs: ")
    array, collection = (word.rstrip(";") for word in said.splitlines()[-1].split() if word.rstrip(";").isdigit())

    wait_until(lambda: len(list(part.glob("page-*/record.json"))) > 1, SECONDS, cluster.jobs)
    cluster.command("scontrol", "requeue", f"{array}_2")
    made_before = {path: path.stat().st_ino for path in part.glob("page-*/record.json")}
    assert 1 < len(made_before) < PAGES / PARTS
    cluster.command("scontrol", "update", f"NodeName={cluster.host}", "State=DRAIN", "Reason=test")
    wait_until(lambda: set(cluster.jobs().values()) == {"PENDING"}, SECONDS, cluster.jobs)
    assert {f"{array}_2", collection} <= set(cluster.jobs())
    assert not (outputs / "site").exists()

    early = checkout.start("./lwo", "collect", "--manifest", str(manifest), outputs=outputs, SOURCE_DATE_EPOCH=MOMENT)
    assert early.returncode == 6
    assert f"expected {PAGES} finished pages" in early.stderr
    assert f"`lwo run --manifest {manifest} --shard 14/16`" in early.stderr

    cluster.command("scontrol", "update", f"NodeName={cluster.host}", "State=RESUME")
    cluster.start_now(f"{array}_2")
    cluster.wait_until_empty(SECONDS)
    logs = {path.name: path.read_text() for path in (outputs / "runs" / "logs").glob("*.log")}
    assert logs["collect.log"].startswith(f"{PAGES} pages made"), logs
    made_twice = [path for path, number in made_before.items() if path.stat().st_ino != number]
    assert len(made_twice) <= 1  # the one that was put in place at the moment of the signal may not have been remembered

    local = checkout.start("./lwo", "run", outputs=tmp_path / "local", SOURCE_DATE_EPOCH=MOMENT)
    assert local.returncode == 0, local.stderr
    assert files_of(outputs / "site") == files_of(tmp_path / "local" / "site")
