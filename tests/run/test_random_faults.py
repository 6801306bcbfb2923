"""Something breaks at a random moment of a run: the old site or the new one, nothing left behind, and a next run that succeeds.

`benchmarks/faults.py` does twenty trials of each fault, and `benchmarks/faults.md` has what came out. Here the cheap ones strike
one after another, and all of them with `LWO_SLOW=1`. What notebooks do wrong is in `test_faults.py` too.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

import pytest

from tests.support.faults import DEEDS, FAULTS, NEEDS_MOUNT, Stage, cannot, disk_for, heal, stage_in, strike, trial
from tests.support.many import make_many

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes and mounts of Linux")
slow = pytest.mark.skipif(not os.environ.get("LWO_SLOW"), reason="takes minutes; LWO_SLOW=1, and see benchmarks/faults.md")
KILLED = "kill -9 of the main process"
STRIKING = ("kill -9 of a kernel", "kill -9 of a worker", "the clock was put back before", KILLED, "kill -9 of a kernel")
NO_TIME_TO_TIDY = (KILLED, "the outputs become read-only")
"""Files that a run was making stay until the next."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage_in(tmp_path_factory.mktemp("faults").resolve() / "stage") as made:
        yield made


def check(fault: str, told: str, site: str, left: tuple[str, ...]) -> None:
    assert site in ("old", "new")
    assert told in ("", "line", "killed")
    assert fault in NO_TIME_TO_TIDY or left == ()
    assert fault not in DEEDS or (site, told) == ("old", "line")


def test_faults_one_after_another_leave_a_whole_site_and_the_next_run_heals_the_rest(stage):
    rng = random.Random(9)
    stage.reset()
    for fault in STRIKING:
        check(fault, *strike(stage, fault, rng))
        if stage.site() == "new":
            stage.reset()
    assert heal(stage) == ((), True)


@pytest.mark.parametrize("fault", NEEDS_MOUNT)
def test_a_disk_that_cannot_be_written_leaves_a_whole_site_and_the_next_run_heals_the_rest(stage, fault):
    if why := cannot(fault):
        pytest.skip(why)
    with disk_for(stage, fault):
        stage.reset()
        check(fault, *strike(stage, fault, random.Random(9)))
        assert heal(stage) == ((), True)


@slow
@pytest.mark.parametrize("fault", FAULTS)
def test_after_every_fault_the_site_is_whole_and_the_next_run_heals_the_rest(stage, fault):
    if why := cannot(fault):
        pytest.skip(why)
    rng = random.Random(fault)
    for found in (trial(stage, fault, rng) for _ in range(3)):
        check(fault, found.told, found.site, found.left)
        assert (found.left_later, found.healed) == ((), True)


@slow
def test_two_hundred_notebooks_at_twelve_workers_are_all_published(tmp_path):
    found = make_many(tmp_path.resolve(), 200, 12)
    assert (found.pages, found.lost, found.failed, found.sockets, found.processes) == (200, 0, 0, 0, 0)
