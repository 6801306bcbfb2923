"""Two whole sites, made once: the one of a fresh clone, and the one with the real figures imported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY
from tests.support.command import lwo
from tests.support.made_once import made_once

EPOCH = "1795000000"


@pytest.fixture(scope="session")
def default_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return data and outputs after `lwo build` and `lwo run`, as `make findings` does on a fresh clone."""

    def make(folder: Path) -> None:
        data, outputs = folder / "data", folder / "outputs"
        shutil.copytree(REPOSITORY / "data" / "raw" / "published", data / "raw" / "published")
        lwo("build", data=data, outputs=outputs)
        lwo("run", data=data, outputs=outputs, SOURCE_DATE_EPOCH=EPOCH)

    folder = made_once(tmp_path_factory, "default-site", make)
    return folder / "data", folder / "outputs"


@pytest.fixture(scope="session")
def published_site(default_folders: tuple[Path, Path]) -> Path:
    """Return the site of a fresh clone."""
    return default_folders[1] / "site"


@pytest.fixture(scope="session")
def real_site(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of `lwo run 02-comparison -p year=2020` on the real figures."""

    def make(outputs: Path) -> None:
        lwo("run", "02-comparison", "-p", "year=2020", "--lang", "nl", data=real_data, outputs=outputs, SOURCE_DATE_EPOCH=EPOCH)

    return made_once(tmp_path_factory, "real-site", make) / "site"
