"""One fork server for the tests of runs: importing the libraries is what takes long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwo_analysis.run.launch import Launcher, make_launcher


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """Return a launcher whose server has the libraries imported."""
    with make_launcher("forked") as made:
        yield made
