"""Which pages are up to date: doit compares every file a page follows from, and the page itself, with what it was."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from fnmatch import fnmatchcase as fnmatch
from pathlib import Path
from typing import Any

from doit.dependency import Dependency, FileChangedChecker, SqliteDB
from doit.task import Task
from doit.tools import config_changed

from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import sha256_of
from lwo_analysis.run.code_behind import code_behind, package_files
from lwo_analysis.run.folders import EXECUTED, READS, STALE, name_of, path_of, read_reads
from lwo_analysis.run.jobs import Job

FORMAT = 1
"""Of the folders of pages; raised when their content changes, so that older ones are made again."""
LOCK_FILE = REPOSITORY / "requirements.lock"
PACKAGE = REPOSITORY / "lwo_analysis"
STARTING = tuple(f"run/{name}.py" for name in ("execute", "fence", "kernel", "kernels", "launch", "unneeded"))
"""Code that starts every kernel, and is there before its reads are written down: seeds, threads, limits."""
RENDERING = ("publish/exporter.py", "publish/stored.py")
"""Code that turns an executed notebook into a page, with whatever it imports."""
BUILDING = ("publish/site.py", "run/worker.py")
"""Code that makes a site of pages, with whatever it imports."""
SHOWN = ("docs", "benchmarks")
"""Folders whose Markdown is published as pages of the site."""
NAMED = ("sources", "indicators")
"""Layers whose functions and tests a passport names with their line."""


class Contents(FileChangedChecker):
    """What doit compares: the sha256 of a file, or of the names in a folder. Times of files are not trusted.

    A file that pages are made from is read once per run, before anything starts: when it changes in the meantime, the pages are
    remembered as made from the earlier content, and the next run makes them again.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return the content of a file or folder as one short text; empty when there is none."""
        if path not in self._known:
            self._known[path] = _content_of(path)
        return self._known[path]

    def forget(self, folder: Path) -> None:
        """Read the files of a folder again, because this run has written them."""
        for path in [path for path in self._known if path.startswith(f"{folder}{os.sep}")]:
            del self._known[path]

    def check_modified(self, file_path: str, file_stat: object, state: str) -> bool:
        """Return whether a file differs from its remembered state."""
        return self.of(file_path) != state

    def get_state(self, dep: str, current_state: str | None) -> str:
        """Return the state of a file to remember."""
        return self.of(dep)


class _Database(SqliteDB):
    """The database of doit, which is closed also when nothing can be written."""

    def dump(self) -> None:
        with closing(self._conn):
            super().dump()


class RunState:
    """The memory of earlier runs, in one database file of doit; a damaged one is removed, and every page is made again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.contents = Contents()

    def is_current(self, tasks: Iterable[Task]) -> list[bool]:
        """Return for every task whether nothing has changed since it was remembered."""
        database = self._open()
        try:
            return [database.get_status(task, None).status == "up-to-date" for task in tasks]
        finally:
            database.close()

    def remember(self, tasks: Iterable[Task]) -> None:
        """Remember these tasks as done with the files as they are; written at once, so that a killed run loses nothing."""
        database = self._open()
        try:
            for task in tasks:
                database.get_status(task, None)
                task.save_extra_values()
                database.save_success(task)
        finally:
            database.close()

    def _open(self) -> Dependency:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not _is_database(self.path):
            self.path.unlink()
        return Dependency(_Database, str(self.path), checker_cls=lambda: self.contents)


def _is_database(path: Path) -> bool:
    """Return whether a file is a database, or can become one because it is empty or not there yet."""
    with closing(sqlite3.connect(path)) as database:
        try:
            database.execute("select name from sqlite_master")
        except sqlite3.DatabaseError:
            return False
    return True


def execution_task(job: Job, folder: Path) -> Task | None:
    """Return the task of executing a job into a folder, or None when it is not known what its notebook reads."""
    reads = read_reads(folder)
    if reads is None:
        return None
    return _task(f"execute:{job.address}", [*_inputs(job, reads.names), folder / EXECUTED, folder / READS], _settings(job))


def rendering_task(address: str, record: Mapping[str, Any], folder: Path) -> Task:
    """Return the task of rendering the page of an executed notebook in a folder."""
    settings = {**{name: record[name] for name in ("slug", "notebook", "lang", "parameters")}, "facts": record["facts"]}
    return _task(f"render:{address}", [*rendering_code(), folder / EXECUTED, *page_files(folder)], settings)


def site_task(folders: Mapping[str, Path], site: Path, inputs: Iterable[Path]) -> Task:
    """Return the task of building the site from the folders of finished pages and what else it holds."""
    parts = [path for folder in folders.values() for path in [*page_files(folder), folder / STALE] if path.exists()]
    files = [*site_code(), *inputs, *parts, *(path for path in sorted(site.rglob("*")) if path.is_file())]
    return _task("site", files, {"addresses": list(folders), "site": str(site)})


def job_key(job: Job, names: Iterable[str], contents: Contents) -> str:
    """Return the key of an executed job: the sha256 of its settings and of the content of everything it was made from."""
    files = {name: contents.of(str(path_of(name))) for name in names}
    base = [contents.of(str(path)) for path in _inputs(job, ())]
    text = json.dumps([_settings(job), base, files], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def planned_key(job: Job, data: Path, contents: Contents) -> str:
    """Return the key of a job before it is known what its notebook reads: everything that it might read is in it.

    Parameters
    ----------
    job : Job
        What would be executed.
    data : Path
        The data folder.
    contents : Contents
        Reads every file once for all jobs.
    """
    files = {name_of(path): contents.of(str(path)) for path in data_and_code(job, data.resolve())}
    base = [contents.of(str(path)) for path in (job.path, LOCK_FILE)]
    text = json.dumps([_settings(job), _moment(), base, files], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def page_files(folder: Path) -> list[Path]:
    """Return the files of the finished page in a folder."""
    others = {EXECUTED, READS, STALE}
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in others]


def rendering_code() -> tuple[Path, ...]:
    """Return the code and the texts that turn an executed notebook into a page."""
    return code_behind(PACKAGE, RENDERING)


def site_code() -> list[Path]:
    """Return the code, the texts and the documents that a site follows from besides its pages."""
    documents = [path for folder in SHOWN for path in (REPOSITORY / folder).rglob("*.md")]
    named = [path for layer in NAMED for path in (PACKAGE / layer).rglob("*.py")]
    tests = [REPOSITORY / "tests" / layer for layer in NAMED]
    return sorted({*code_behind(PACKAGE, BUILDING), *documents, *named, *tests})


def data_and_code(job: Job, data: Path) -> list[Path]:
    """Return every file that a job might read: the package, and what it declares below the data folder."""
    declared = [path for path in data.rglob("*") if any(fnmatch(path.relative_to(data).as_posix(), each) for each in job.inputs)]
    return [*package_files(PACKAGE), *(path for path in declared if path.is_file())]


def _settings(job: Job) -> dict[str, Any]:
    return {"format": FORMAT, "parameters": job.parameters, "inputs": sorted(job.inputs), "python": platform.python_version()}


def _inputs(job: Job, names: Iterable[str]) -> list[Path]:
    return [job.path, LOCK_FILE, *(PACKAGE / name for name in STARTING), *(path_of(name) for name in names)]


def _task(name: str, files: Iterable[Path], settings: dict[str, Any]) -> Task:
    # doit never calls a task current that follows from a file that is not there; that it is not there is a fact like any other.
    paths = [str(path) for path in files]
    absent = [path for path in paths if not os.path.exists(path)]
    uptodate = [config_changed({**settings, **_moment(), "absent": sorted(absent)})]
    return Task(name, None, file_dep=[path for path in paths if path not in absent], uptodate=uptodate)


def _moment() -> dict[str, str]:
    # A moment that is given for the pages is one of their inputs; the clock is not.
    return {"moment": os.environ.get("SOURCE_DATE_EPOCH", "")}


def _content_of(path: str) -> str:
    try:
        return "folder " + " ".join(sorted(os.listdir(path))) if os.path.isdir(path) else sha256_of(Path(path))
    except OSError:
        return ""
