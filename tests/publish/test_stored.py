"""A finished page survives a folder of plain files, read without the libraries that made it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lwo_analysis.errors import OutputError
from lwo_analysis.publish import load_page, save_page
from tests.support.sample_pages import sample_pages


def test_a_page_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    for number, page in enumerate(sample_pages()):
        kept = replace(page, files=(("files/a.csv", b"x\n1\n"), ("b.json", b"{}")), warnings=("one",))
        save_page(kept, tmp_path / str(number))
        assert load_page(tmp_path / str(number)) == kept


def test_a_file_that_is_no_longer_offered_is_gone(tmp_path: Path) -> None:
    page = sample_pages()[0]
    save_page(replace(page, files=(("files/a.csv", b"x"),)), tmp_path)
    save_page(replace(page, files=()), tmp_path)
    assert not (tmp_path / "offered").exists()
    assert load_page(tmp_path).files == ()


def test_a_folder_that_lacks_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    save_page(sample_pages()[0], tmp_path)
    (tmp_path / "page.html").unlink()
    with pytest.raises(OutputError, match="run its notebook again"):
        load_page(tmp_path)


def test_reading_a_kept_page_needs_no_heavy_library(tmp_path: Path) -> None:
    save_page(sample_pages()[0], tmp_path)
    code = (
        "import sys; from pathlib import Path; from lwo_analysis.publish.stored import load_page; "
        f"load_page(Path({str(tmp_path)!r})); "
        "print(sorted({'pandas', 'nbconvert', 'matplotlib', 'nbformat'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
