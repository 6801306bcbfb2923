"""One fork server for the tests of runs: importing the libraries is what takes long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwo_analysis.run.launch import Launcher, make_launcher

SECRET = "not-for-notebooks-7f3a"
SECRETS = ("LWO_TEST_API_TOKEN", "LWO_TEST_SECRET", "LWO_TEST_ACCESS_KEY", "lwo_test_password")
MOMENT = "1790000000"


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """Return a launcher of a person who has secrets in the environment; its pages are all of one moment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SECRETS:
            patch.setenv(name, SECRET)
        patch.setenv("SOURCE_DATE_EPOCH", MOMENT)
        made = make_launcher("forked")
    with made:
        yield made
