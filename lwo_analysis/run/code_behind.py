"""Which files of this package a module works with, read from its text: nothing is imported, so that it takes no time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_FOR_TYPES = re.compile(r"^if TYPE_CHECKING:\n(?:[ ]+.*\n|\n)+", re.MULTILINE)
_IMPORT = re.compile(r"^\s*(?:from (lwo_analysis[\w.]*) import (\([^)]*\)|.*)|import (lwo_analysis[\w.]*))", re.MULTILINE)
_QUOTED = re.compile(r"\"([\w./-]+)\"")
CODE = ".py"


@cache
def code_behind(package: Path, modules: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the files of modules, of every module that they import, now or later, and the data files that these name.

    Parameters
    ----------
    package : Path
        Folder of the package; its name is how modules import it.
    modules : tuple of str
        Paths within the package, such as ``publish/exporter.py``.

    Returns
    -------
    tuple of Path
        Sorted. A data file belongs when its name or that of its folder stands between quotes in one of the modules. What is
        imported for types only does not belong.
    """
    found: dict[Path, str] = {}
    waiting = [package / name for name in modules]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = _FOR_TYPES.sub("", path.read_text(encoding="utf-8"))
            waiting += _imported(package, found[path])
    named = {Path(text).name for source in found.values() for text in _QUOTED.findall(source)}
    return tuple(sorted([*found, *(path for path in data_files(package) if {path.name, path.parent.name} & named)]))


def package_files(package: Path) -> list[Path]:
    """Return every file of a package, without what Python compiled."""
    return [path for path in sorted(package.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def data_files(package: Path) -> list[Path]:
    """Return every file of a package that is no code."""
    return [path for path in package_files(package) if path.suffix != CODE]


def _imported(package: Path, text: str) -> Iterable[Path]:
    """Return the files of the modules that a text imports, and of the packages that these are in."""
    for source, names, whole in _IMPORT.findall(text):
        parts = (source or whole).split(".")[1:]
        for depth in range(len(parts) + 1):
            yield from _files_of(package.joinpath(*parts[:depth]))
        for name in re.findall(r"\w+", names):
            yield from _files_of(package.joinpath(*parts, name))


def _files_of(place: Path) -> list[Path]:
    return [path for path in (place.with_suffix(CODE), place / f"__init__{CODE}") if path.is_file()]
