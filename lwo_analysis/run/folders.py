"""The folder of a page: its executed notebook, what was read for it, and the finished page (`lwo_analysis.publish.stored`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwo_analysis.errors import OutputError
from lwo_analysis.paths import REPOSITORY, data_folder

if TYPE_CHECKING:
    from lwo_analysis.publish.records import PageRecord

EXECUTED = "executed.ipynb"
READS = "reads.json"
RECORD = "record.json"
STALE = "stale.json"
RECORDED = ("slug", "notebook", "lang", "parameters", "facts")


@dataclass(frozen=True)
class Reads:
    """What a notebook read, and what that made of it.

    Attributes
    ----------
    key : str
        The sha256 of everything the executed notebook follows from; equal keys mean equal pages.
    names : tuple of str
        Files and folders that were read: ``data/...`` below the data folder, ``code/...`` below the repository.
    seconds : float
        How long the notebook took; the next run starts the longest first.
    """

    key: str
    names: tuple[str, ...]
    seconds: float


def name_of(path: Path) -> str:
    """Return the name of a read file that is the same on every machine."""
    for root, folder in _roots().items():
        if path.is_relative_to(folder):
            return f"{root}/{path.relative_to(folder).as_posix()}"
    return str(path)


def path_of(name: str) -> Path:
    """Return the file on this machine of a name that `name_of` gave."""
    root, _, rest = name.partition("/")
    folder = _roots().get(root)
    return folder / rest if folder else Path(name)


def read_reads(folder: Path) -> Reads | None:
    """Return what was read for the page in a folder, or None when the folder has no whole record of it."""
    try:
        content = json.loads((folder / READS).read_text(encoding="utf-8"))
        return Reads(str(content["key"]), tuple(content["names"]), float(content["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_reads(folder: Path, reads: Reads) -> None:
    """Write what was read beside the executed notebook."""
    write_json(folder / READS, {"key": reads.key, "names": list(reads.names), "seconds": reads.seconds})


def write_record(folder: Path, record: PageRecord) -> None:
    """Write what a page was rendered with beside it."""
    write_json(folder / RECORD, {field.name: getattr(record, field.name) for field in fields(record)})


def read_record(folder: Path) -> dict[str, Any]:
    """Return what the page in a folder was rendered with, as plain JSON types.

    Raises
    ------
    OutputError
        The folder holds no whole record.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {name: record[name] for name in RECORDED}
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise OutputError(
            str(folder),
            expected="a page of an earlier run that can be published again",
            found=(str(problem).splitlines() or [type(problem).__name__])[0].rstrip("."),
            remedy="run its notebook again, or remove the folder",
        ) from problem


def read_stale(folder: Path) -> str:
    """Return the day (ISO 8601) since which the page in a folder could not be made again; empty when it is not stale."""
    try:
        return str(json.loads((folder / STALE).read_text(encoding="utf-8"))["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def write_stale(folder: Path, moment: str, reason: str) -> None:
    """Mark the page in a folder as one that could not be made again; the first day stays."""
    write_json(folder / STALE, {"since": read_stale(folder) or moment[:10], "reason": reason})


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain JSON for people and programs."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _roots() -> dict[str, Path]:
    # The data folder first: by default it lies within the repository.
    return {"data": _resolved(data_folder()), "code": REPOSITORY}


@cache
def _resolved(folder: Path) -> Path:
    return folder.resolve()
