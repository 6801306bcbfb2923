"""Two whole sites, made once: the one of a fresh clone, and the one with the real figures imported."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from lwo_analysis.paths import REPOSITORY
from tests.support.command import lwo
from tests.support.made_once import made_once
from tests.support.runs import lwo_command

EPOCH = "1795000000"


@pytest.fixture(scope="session")
def default_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return data and outputs after `lwo build` and `lwo run`, as `make findings` does on a fresh clone."""

    def make(folder: Path) -> None:
        data, outputs = folder / "data", folder / "outputs"
        shutil.copytree(REPOSITORY / "data" / "raw" / "published", data / "raw" / "published")
        lwo("build", data=data, outputs=outputs)
        run_notebooks(chosen_runs(folder / "notebooks"), data, outputs)

    folder = made_once(tmp_path_factory, "default-site", make)
    return folder / "data", folder / "outputs"


def chosen_runs(folder: Path) -> Path:
    """Return the notebooks with the first two and the last of their standard runs; with all of them under `LWO_ALL_PAGES`."""
    shutil.copytree(REPOSITORY / "notebooks", folder)
    for path in sorted(folder.glob("params/*.yml")) if not os.environ.get("LWO_ALL_PAGES") else []:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        first, last = content["runs"][:2], content["runs"][2:][-1:]
        path.write_text(yaml.safe_dump({**content, "runs": [*first, *last]}), encoding="utf-8")
    return folder


def run_notebooks(notebooks: Path, data: Path, outputs: Path) -> None:
    """Publish the standard runs of a folder of notebooks, as `lwo run` does."""
    environment = {**os.environ, "LWO_DATA": str(data), "LWO_OUTPUTS": str(outputs), "SOURCE_DATE_EPOCH": EPOCH}
    done = subprocess.run(
        lwo_command(notebooks, "run"), env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


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
