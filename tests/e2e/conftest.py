"""Two whole sites, made once: the one of a fresh clone, and the one with the real figures imported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY
from tests.support.command import lwo

EPOCH = "1795000000"


@pytest.fixture(scope="session")
def default_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return data and outputs after `lwo build` and `lwo run`, as `make findings` does on a fresh clone."""
    folder = tmp_path_factory.mktemp("default")
    data, outputs = folder / "data", folder / "outputs"
    shutil.copytree(REPOSITORY / "data" / "raw" / "published", data / "raw" / "published")
    lwo("build", data=data, outputs=outputs)
    lwo("run", data=data, outputs=outputs, SOURCE_DATE_EPOCH=EPOCH)
    return data, outputs


@pytest.fixture(scope="session")
def published_site(default_folders: tuple[Path, Path]) -> Path:
    """Return the site of a fresh clone."""
    return default_folders[1] / "site"


@pytest.fixture(scope="session")
def real_site(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of `lwo run 02-comparison -p year=2020` on the real figures."""
    outputs = tmp_path_factory.mktemp("real")
    lwo("run", "02-comparison", "-p", "year=2020", "--lang", "nl", data=real_data, outputs=outputs, SOURCE_DATE_EPOCH=EPOCH)
    return outputs / "site"
