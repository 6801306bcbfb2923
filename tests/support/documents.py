"""Do what a document says: its fenced blocks, one after the other, in a copy of the repository that is thrown away.

=========================  =======================================================================================
block                      what is done
=========================  =======================================================================================
``sh``                     each line is typed; ``lwo`` is the command of the copy
``python``                 is run by a Python of its own, with the package of the copy
``LANG title="PATH"``      is put in that file, at its end when the file exists
``text``                   what the block before it printed; ``...`` stands for anything
``sh needs="THING"``       is not run: the document says what it needs
``sh exit="CODE"``         ends with that exit code
any other                  is shown only
=========================  =======================================================================================

Run as a program with documents as arguments, it prints what went wrong in each as JSON. Large libraries are imported once; each
block runs in a process that is forked off before the package is.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = ("lwo_analysis", "notebooks", "docs", "tests/reference", "data/raw/published", "data/raw/README.md")
COPIED_FILES = ("pyproject.toml", "requirements.lock", "environment.yml", "CITATION.cff")
LIBRARIES = ("pandas", "pandera.pandas", "pyarrow.parquet", "yaml", "nbformat", "typer", "scipy.stats", "matplotlib.figure")
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
OPTION = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its options, its lines, and what it prints (empty when the document does not say)."""

    lang: str
    options: dict[str, str]
    text: str
    printed: str = ""


def blocks_of(document: str) -> list[Block]:
    """Return the blocks of a document; what is printed is with the block that prints it."""
    found: list[Block] = []
    for lang, options, text in FENCE.findall(document):
        if lang == "text" and found:
            found[-1] = Block(found[-1].lang, found[-1].options, found[-1].text, text)
        else:
            found.append(Block(lang, dict(OPTION.findall(options)), text))
    return found


def follow(document: Path) -> str:
    """Do what a document says in a fresh copy; return what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        copy_repository(copy)
        for block in blocks_of(document.read_text(encoding="utf-8")):
            if "needs" in block.options or not ("title" in block.options or block.lang in ("sh", "python")):
                continue
            code, printed = _done(block, copy)
            if code != int(block.options.get("exit", 0)) or not is_printed(block.printed, printed):
                return f"{block.text}\nexit code {code}, printed:\n{printed[-3000:]}\nnot as the document says:\n{block.printed}"
    return ""


def copy_repository(copy: Path) -> None:
    """Copy what a person who follows a document works with."""
    for name in COPIED:
        source = REPOSITORY / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        ignored = shutil.ignore_patterns("*.pyc.*", "*.ipynb_checkpoints")  # what another process is compiling; drafts
        shutil.copytree(source, copy / name, ignore=ignored) if source.is_dir() else shutil.copy2(source, copy / name)
    for name in COPIED_FILES:
        shutil.copy2(REPOSITORY / name, copy / name)


def is_printed(expected: str, printed: str) -> bool:
    """Return whether the lines of a document were printed, one after the other; ``...`` stands for anything."""
    pattern = re.escape(expected.strip()).replace(re.escape("..."), ".*")
    return re.search(pattern, printed, flags=re.DOTALL) is not None


def _done(block: Block, copy: Path) -> tuple[int, str]:
    if "title" in block.options:
        path = copy / block.options["title"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(block.text)
        return 0, ""
    if block.lang == "python":
        return _forked(copy, lambda: exec(compile(block.text, "<document>", "exec"), {"__name__": "__main__"}))
    done = [_typed(line, copy) for line in block.text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    return next((code for code, _ in done if code), 0), "".join(printed for _, printed in done)


def _typed(line: str, copy: Path) -> tuple[int, str]:
    words = shlex.split(line, comments=True)
    if words[0] == "lwo":
        return _forked(copy, lambda: _lwo(words))
    finished = subprocess.run(line, shell=True, cwd=copy, capture_output=True, text=True, check=False)
    return finished.returncode, finished.stdout + finished.stderr


def _lwo(words: list[str]) -> None:
    sys.argv = words
    importlib.import_module("lwo_analysis.cli").main()


def _forked(copy: Path, task: object) -> tuple[int, str]:
    """Run a task in a process of its own, in the copy; return its exit code and what it printed."""
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8") as printed:
        child = os.fork()
        if not child:
            os._exit(_in_copy(copy, task, printed))
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        return os.waitstatus_to_exitcode(status), printed.read()


def _in_copy(copy: Path, task: object, printed: io.TextIOBase) -> int:
    os.chdir(copy)
    os.environ.update(PYTHONPATH=str(copy), LWO_DATA=str(copy / "data"), LWO_OUTPUTS=str(copy / "outputs"))
    sys.path.insert(0, str(copy))
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            task()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(bool(end.code))
        except BaseException:
            traceback.print_exc()
            return 1
        finally:
            printed.flush()
    return 0


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    print(json.dumps({name: follow(Path(name)) for name in sys.argv[1:]}))
