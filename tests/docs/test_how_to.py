"""The tutorial and every how-to, done as they say in a copy of the repository, and printing what they say."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lwo_analysis.paths import REPOSITORY
from tests.support import documents

SECONDS = 600
OWN_TEST = "another-focus-area"  # tests/docs/test_another_focus_area.py
FOLLOWED = ["tutorial.md", *(f"how-to/{path.name}" for path in sorted((REPOSITORY / "docs/how-to").glob("*.md")))]
FOLLOWED = [name for name in FOLLOWED if OWN_TEST not in name]
TEXT = """
```sh
grep -c x notes.md
```

```text
1
```
"""


@pytest.fixture(scope="module")
def problems() -> dict[str, str]:
    paths = [str(REPOSITORY / "docs" / name) for name in FOLLOWED]
    command = [sys.executable, documents.__file__, *paths]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert finished.returncode == 0, finished.stderr
    return dict(zip(FOLLOWED, json.loads(finished.stdout).values(), strict=True))


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_document_does_what_it_says(name: str, problems: dict[str, str]) -> None:
    assert problems[name] == ""


def test_no_document_asks_for_so_much_that_nothing_is_left_to_do() -> None:
    for name in FOLLOWED:
        blocks = documents.blocks_of((REPOSITORY / "docs" / name).read_text(encoding="utf-8"))
        done = [block for block in blocks if block.lang in ("sh", "python") and "needs" not in block.options]
        assert len(done) >= 2, name
        assert any(block.printed for block in done), name


@pytest.mark.parametrize(
    ("notes", "found"), [("x\n", ""), ("x\nx\n", "not as the document says"), ("y\n", "exit code 1"), (None, "exit code 2")]
)
def test_a_document_that_says_something_else_is_seen(notes: str | None, found: str, tmp_path, monkeypatch) -> None:
    planted = "" if notes is None else f'```md title="notes.md"\n{notes}```\n'
    (tmp_path / "planted.md").write_text(planted + TEXT)
    monkeypatch.setattr(documents, "copy_repository", lambda copy: None)
    assert found in documents.follow(tmp_path / "planted.md")
    assert bool(documents.follow(tmp_path / "planted.md")) is bool(found)


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a ... c", "so a b c", True),
        ("a\nb", "a\nb\nc", True),
        ("a\n...\nc", "a\nb\nb\nc", True),
        ("a.c", "abc", False),
        ("", "x", True),
    ],
)
def test_what_is_printed_is_compared_line_by_line(expected: str, printed: str, same: bool) -> None:
    assert documents.is_printed(expected, printed) is same
