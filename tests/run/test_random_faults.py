"""Something breaks at a random moment of a run: the old site or the new one, nothing left behind, and a next run that succeeds.

`benchmarks/faults.py` does twenty trials of each fault and `benchmarks/faults.md` has what came out; here are two of each.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

import pytest

from tests.support.faults import DEEDS, FAULTS, Stage, cannot, stage_in, trial
from tests.support.many import make_many

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes and mounts of Linux")
DEARER = ("kill -9 of the fork server", "kill -9 of the main process", "two runs at once", "the clock goes back meanwhile")
"""Each starts a server, whose imports take seconds: one trial of these."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage_in(tmp_path_factory.mktemp("faults").resolve() / "stage") as made:
        yield made


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_site_is_whole_and_the_next_run_heals_the_rest(stage, fault):
    if why := cannot(fault):
        pytest.skip(why)
    rng = random.Random(fault)
    for _ in range(1 if fault in DEARER else 2):
        found = trial(stage, fault, rng)
        assert found.site in ("old", "new")
        assert found.told in ("", "line", "killed")
        assert found.left_later == ()
        assert found.healed
        if fault in DEEDS:
            assert (found.site, found.told) == ("old", "line")
        if fault != "kill -9 of the main process":
            assert found.left == ()


@pytest.mark.skipif(
    not os.environ.get("LWO_SLOW"), reason="takes two minutes; LWO_SLOW=1, and its result is in benchmarks/faults.md"
)
def test_two_hundred_notebooks_at_twelve_workers_are_all_published(tmp_path):
    found = make_many(tmp_path.resolve(), 200, 12)
    assert (found.pages, found.lost, found.failed, found.sockets, found.processes) == (200, 0, 0, 0, 0)
