"""A manifest: every job of a run with its key, one line of JSON each, for machines that each do a part of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lwo_analysis.errors import InputError, LwoError, ParameterError
from lwo_analysis.provenance import written_whole
from lwo_analysis.run.jobs import Job, job_of
from lwo_analysis.run.state import Contents, planned_key


@dataclass(frozen=True)
class Planned:
    """A job of a manifest.

    Attributes
    ----------
    job : Job
        What to execute.
    key : str
        The sha256 of everything that the page may follow from, see `planned_key`.
    """

    job: Job
    key: str


@dataclass(frozen=True)
class Shard:
    """Part `number` of `of`, counted from 1; written as ``3/16``."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Return the shard that a text such as ``3/16`` means.

        Raises
        ------
        ParameterError
            The text is no shard, or its number is outside 1 to the number of parts.

        Examples
        --------
        >>> Shard.parse("3/16")
        Shard(number=3, of=16)
        """
        first, _, second = text.partition("/")
        if not (first.isdigit() and second.isdigit() and 1 <= int(first) <= int(second)):
            raise ParameterError("--shard", expected="I/N with I from 1 to N", found=repr(text), remedy="write it as 3/16")
        return cls(int(first), int(second))

    @property
    def folder(self) -> str:
        """Name of the folder in which this part is made."""
        return f"{self.number}-of-{self.of}"

    def part_of(self, planned: Sequence[Planned]) -> list[Planned]:
        """Return the jobs of this part: every `of`-th line, so that long notebooks are spread."""
        return list(planned[self.number - 1 :: self.of])


def write_manifest(path: Path, jobs: Iterable[Job], data: Path) -> list[Planned]:
    """Write the jobs with their keys to a path in one step, and return them.

    Raises
    ------
    OutputError
        The path cannot be written.
    """
    contents = Contents()
    planned = [Planned(job, planned_key(job, data, contents)) for job in jobs]
    with written_whole(path) as temporary:
        temporary.write_text("".join(f"{_line(each)}\n" for each in planned), encoding="utf-8")
    return planned


def read_manifest(path: Path, notebooks: Path, data: Path) -> list[Planned]:
    """Return the jobs of a manifest, once it is certain that this machine has what they were planned from.

    Parameters
    ----------
    path : Path
        The manifest.
    notebooks, data : Path
        Folders of the notebooks and of the data on this machine.

    Raises
    ------
    InputError
        The manifest cannot be read, a line is damaged, or a notebook, the code, the lock, the data or `SOURCE_DATE_EPOCH` is
        another than when it was made.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as problem:
        raise _unreadable(str(path), problem) from problem
    planned = [_read(line, f"{path}, line {number}", notebooks) for number, line in enumerate(lines, start=1)]
    contents = Contents()
    for each in planned:
        if planned_key(each.job, data, contents) != each.key:
            raise InputError(
                f"{path}, {each.job.address}",
                expected="the notebook, code, lock, data and SOURCE_DATE_EPOCH that the manifest was made from",
                found="others",
                remedy="use the same checkout and data on every machine, or make the manifest again with `lwo plan`",
            )
    return planned


def _line(planned: Planned) -> str:
    job = planned.job
    content = {"key": planned.key, "address": job.address, "notebook": job.notebook, "parameters": job.parameters}
    return json.dumps(content, ensure_ascii=False)


def _read(line: str, where: str, notebooks: Path) -> Planned:
    try:
        content = json.loads(line)
        return Planned(job_of(notebooks, str(content["notebook"]), dict(content["parameters"])), str(content["key"]))
    except (ValueError, TypeError, KeyError, LwoError) as problem:
        raise _unreadable(where, problem) from problem


def _unreadable(where: str, problem: Exception) -> InputError:
    found = (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
    return InputError(where, expected="a manifest of `lwo plan`", found=found, remedy="make it again with `lwo plan`")
