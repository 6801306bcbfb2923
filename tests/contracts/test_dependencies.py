"""The table of dependencies is about the lock, and every package has a licence and a reason."""

from __future__ import annotations

import re

import pytest
import yaml

from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.environment import declared_packages, locked_packages, project_settings

LOCK = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
TABLE = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
REASONS = yaml.safe_load((REPOSITORY / "benchmarks" / "dependencies.yml").read_text(encoding="utf-8"))
ROWS = {
    cells[0]: cells
    for cells in re.findall(r"^\| ([\w.-]+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", TABLE, flags=re.MULTILINE)
}


def test_every_package_of_the_lock_is_in_the_table_and_no_other():
    assert set(ROWS) - {"package", "---"} == locked_packages(LOCK)


def test_the_versions_are_those_of_the_lock():
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LOCK, flags=re.MULTILINE))
    for name, version in pinned:
        assert version in ROWS[name.lower().replace("_", "-")][1].split(", "), name


def test_every_package_has_a_licence_and_a_reason():
    for name in locked_packages(LOCK):
        _, _, licence, makers, _, why = ROWS[name]
        assert licence not in ("", "not stated"), name
        assert makers, name
        assert why, name


def test_the_reasons_are_about_what_the_project_asks_for():
    assert set(REASONS) == declared_packages(project_settings())


@pytest.mark.parametrize("words", ["Affero", "AGPL", "Proprietary", "Commercial"])
def test_no_licence_forbids_what_this_project_does(words):
    assert not [name for name, cells in ROWS.items() if words in cells[2]]
