"""What several chapters of the tests share: the real figures, built once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.build import build_observations
from lwo_analysis.sources.importing import import_files
from tests.support.made_once import made_once
from tests.support.no_network import forbid_network
from tests.support.shared_data import shared_path


def pytest_configure() -> None:
    """Run without a network, but for the tests that are about providers (`LWO_LIVE`)."""
    if not os.environ.get("LWO_LIVE"):
        forbid_network()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the chapters that wait for processes of their own: whoever is last then has little left to do."""
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/e2e", "tests/docs", "tests/run")))


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the real 2020 table and the health workbooks imported and built."""
    downloads = {"statline": shared_path("cbs/84799NED-2020"), "rivm": shared_path("rivm")}

    def make(folder: Path) -> None:
        shutil.copytree(REPOSITORY / "data" / "raw" / "published", folder / "raw" / "published")
        for module, path in downloads.items():
            import_files(path, module=module, raw=folder / "raw", retrieved="2026-11-20")
        build_observations(folder / "raw", folder / "processed")

    return made_once(tmp_path_factory, "real-data", make)
