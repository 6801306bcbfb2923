"""A notebook of a stranger: whatever it tries outside the project ends in one line, and nothing is read or left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lwo_analysis.errors import NotebookError
from lwo_analysis.run.fence import make_fence
from lwo_analysis.run.pages import Making
from tests.run.conftest import SECRET, SECRETS
from tests.support.runs import PROVENANCE, SETUP, publish, write_notebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")
EXPECTED = "only files and programs of the project to be touched"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("from pathlib import Path; (Path.home() / '.ssh' / 'id_ed25519').read_text()", r".*/\.ssh/id_ed25519"),
        ("open(f'/proc/{os.getppid()}/environ').read()", r"/proc/\d+/environ"),
        ("open('OUTSIDE/left.txt', 'w').write('x')", r".*/left\.txt"),
        ("os.rename('OUTSIDE/kept.txt', 'OUTSIDE/gone.txt')", r".*/kept\.txt"),
        ("import sqlite3; sqlite3.connect('OUTSIDE/left.db')", r".*/left\.db"),
        ("os.system('touch OUTSIDE/left.txt')", "the program touch"),
        ("import subprocess; subprocess.run(['touch', 'OUTSIDE/left.txt'])", "the program touch"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "the address '127.0.0.1'"),
    ],
    ids=["reads-home", "reads-environment", "writes", "renames", "database", "shell", "program", "network"],
)
def test_what_a_notebook_tries_outside_is_one_line(tmp_path, launcher, cell, found):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept")
    source = f"import os\n{cell}".replace("OUTSIDE", str(outside))
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, source, PROVENANCE)
    with pytest.raises(NotebookError, match=f"expected {EXPECTED}, found {found}") as caught:
        publish(notebooks, tmp_path / "outputs", launcher, Making(1))
    assert "\n" not in str(caught.value)
    assert [path.name for path in outside.iterdir()] == ["kept.txt"]
    assert not (tmp_path / "outputs" / "site").exists()


def test_no_secret_reaches_a_notebook_its_page_or_a_log(tmp_path, launcher):
    cell = "import os, sys\nnames = ' '.join(sorted(os.environ))\nprint(os.environ, file=sys.stderr)"
    check = f"assert not [name for name in {SECRETS} if name in names]"
    notebooks = write_notebook(tmp_path / "notebooks", SETUP, cell, check, PROVENANCE)
    publish(notebooks, tmp_path / "outputs", launcher, Making(1))
    written = [path.read_bytes() for path in (tmp_path / "outputs").rglob("*") if path.is_file()]
    assert any(b"LWO" in content for content in written)
    assert not [content for content in written if SECRET.encode() in content]


def test_what_libraries_need_is_inside_the_fence(tmp_path):
    fence = make_fence([str(tmp_path)])
    assert not fence.crossed("open", (sys.executable, "r", 0))
    assert not fence.crossed("open", (str(Path.home() / ".cache" / "matplotlib" / "fontlist.json"), "w", 1))
    assert not fence.crossed("subprocess.Popen", ("fc-list", ["fc-list", "--format=%{file}"], None, None))
    assert not fence.crossed("sqlite3.connect", (":memory:",))
    assert fence.crossed("open", (str(Path.home() / "diary.txt"), "r", 0))
