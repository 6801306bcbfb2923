"""The archive for a data repository, read by sha256sum, frictionless and rocrate; it holds what is published only."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import frictionless
import pytest
from rocrate.rocrate import ROCrate

from lwo_analysis.errors import InputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.release import plan_release, tracked_files, write_release
from tests.support.sample_pages import GENERATED, write_sample_site

pytestmark = pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="a release is made in a clone of the repository")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample_site(tmp_path_factory.mktemp("published") / "site").resolve()


@pytest.fixture(scope="module")
def bag(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that a data repository finds in the archive."""
    folder = tmp_path_factory.mktemp("release")
    archive = write_release(plan_release(site, site.parent / "runs", GENERATED), folder)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder / archive.stem


def test_another_program_agrees_with_every_checksum(bag):
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        command = [shutil.which("sha256sum") or pytest.skip("sha256sum is absent"), "--check", "--strict", "--quiet", manifest]
        checked = subprocess.run(command, cwd=bag, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stdout) == (0, "")
    named = {line.split("  ", 1)[1] for line in (bag / "manifest-sha256.txt").read_text().splitlines()}
    assert named == {path.relative_to(bag).as_posix() for path in (bag / "data").rglob("*") if path.is_file()}
    size = sum(path.stat().st_size for path in (bag / "data").rglob("*") if path.is_file())
    assert f"Payload-Oxum: {size}.{len(named)}" in (bag / "bag-info.txt").read_text()


def test_the_data_package_in_it_is_valid(bag):
    report = frictionless.validate(str(bag / "data" / "site" / "data" / "datapackage.json"))
    assert report.flatten(["rowNumber", "fieldName", "type", "message"]) == []


def test_the_contents_are_a_crate_and_so_is_the_site_in_it(bag):
    crate = ROCrate(str(bag / "data"))
    assert {entity.id for entity in crate.root_dataset["hasPart"]} >= {"code/", "site/", "run/", "README.md", "CITATION.cff"}
    assert ROCrate(str(bag / "data" / "site")).root_dataset["name"]


def test_it_holds_the_code_and_the_site_and_no_other_figures(bag, site):
    inside = {path.relative_to(bag / "data").as_posix() for path in (bag / "data").rglob("*") if path.is_file()}
    assert {f"site/{path.relative_to(site).as_posix()}" for path in site.rglob("*") if path.is_file()} <= inside
    assert {f"code/{name}" for name in tracked_files(REPOSITORY)} <= inside
    tables = {name for name in inside if name.endswith(".parquet") and not name.startswith("code/tests/")}
    assert tables == {"site/data/observations.parquet", "site/demo/data/DEMO-observations.parquet"}


def test_the_same_moment_and_inputs_give_the_same_bytes(site, tmp_path):
    release = plan_release(site, site.parent / "runs", GENERATED)
    first, second = (write_release(release, tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == second


def test_without_a_site_or_a_clone_there_is_no_release(site, tmp_path):
    with pytest.raises(InputError, match="expected a published site"):
        plan_release(tmp_path, tmp_path, GENERATED)
    with pytest.raises(InputError, match="expected a checkout of git"):
        tracked_files(tmp_path)
