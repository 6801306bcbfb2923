"""What a worker is asked to do, and what it answers; both are files in the folder it works in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lwo_analysis import errors
from lwo_analysis.errors import LwoError, NotebookError
from lwo_analysis.run.jobs import Job

ORDER = "order.json"
OUTCOME = "outcome.json"
READ_PATHS = "read.txt"


@dataclass(frozen=True)
class Limits:
    """What one notebook may use: seconds of wall-clock time, and mebibytes of address space."""

    seconds: int = 900
    memory: int = 8192


@dataclass(frozen=True)
class PageOrder:
    """Make one page in a folder: execute its notebook when there is a job, then render it.

    Attributes
    ----------
    address : str
        Of the page within the site.
    folder : Path
        Empty folder to make the page in; without a job, it holds the executed notebook.
    log : Path
        Gets what the notebook and the libraries say.
    record : dict
        Fields of the `PageRecord`.
    limits : Limits
        For the notebook.
    job : Job, optional
        What to execute.
    """

    address: str
    folder: Path
    log: Path
    record: Mapping[str, Any]
    limits: Limits
    job: Job | None = None

    def write(self) -> Path:
        """Write the order into its folder, for the worker; return its path."""
        content = {**self.__dict__, "folder": str(self.folder), "log": str(self.log), "limits": asdict(self.limits)}
        return _write_order(self.folder, "page", {**content, "job": self.job.to_json() if self.job else None})


@dataclass(frozen=True)
class SiteOrder:
    """Build the site from the folders of finished pages, and put it in place.

    Attributes
    ----------
    address : str
        Name of the work, for messages.
    folder : Path
        Empty folder for the order and its outcome.
    log : Path
        Gets what the libraries say.
    folders : dict
        Folder of every page by its address.
    site, processed : Path
        Where the site goes, and where the observation table is.
    """

    address: str
    folder: Path
    log: Path
    folders: Mapping[str, Path]
    site: Path
    processed: Path

    def write(self) -> Path:
        """Write the order into its folder, for the worker; return its path."""
        paths = {name: str(getattr(self, name)) for name in ("folder", "log", "site", "processed")}
        folders = {address: str(folder) for address, folder in self.folders.items()}
        return _write_order(self.folder, "site", {**self.__dict__, **paths, "folders": folders})


Order = PageOrder | SiteOrder


@dataclass(frozen=True)
class Outcome:
    """How an order ended.

    Attributes
    ----------
    error : LwoError or None
        What went wrong.
    seconds : float
        How long it took.
    claims : int
        Claims on the page.
    warnings : tuple of str
        What the notebook wrote to its error stream.
    """

    error: LwoError | None
    seconds: float
    claims: int = 0
    warnings: tuple[str, ...] = ()


def read_order(path: Path) -> Order:
    """Return the order that was written to a path."""
    content = json.loads(path.read_text(encoding="utf-8"))
    kind = content.pop("kind")
    for name in {"folder", "log", "site", "processed"} & set(content):
        content[name] = Path(content[name])
    if kind == "site":
        return SiteOrder(**{**content, "folders": {address: Path(folder) for address, folder in content["folders"].items()}})
    job = Job.from_json(content["job"]) if content["job"] else None
    return PageOrder(**{**content, "job": job, "limits": Limits(**content["limits"])})


def write_outcome(folder: Path, outcome: Outcome) -> None:
    """Write how an order ended into its folder."""
    error = outcome.error
    fields = {name: getattr(error, name) for name in ("where", "expected", "found", "remedy")} if error else {}
    told = error and {**fields, "kind": type(error).__name__, "exit_code": error.exit_code}
    content = {**outcome.__dict__, "error": told}
    (folder / OUTCOME).write_text(json.dumps(content), encoding="utf-8")


def read_outcome(order: Order, status: int) -> Outcome:
    """Return how an order ended; a worker that left no outcome was ended by something else, and that is its error."""
    try:
        content = json.loads((order.folder / OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Outcome(_worker_error(order, status), 0.0)
    error = content["error"]
    return Outcome(**{**content, "error": error and _error(**error), "warnings": tuple(content["warnings"])})


def error_of_kind(kind: str, *, default: type[LwoError] = NotebookError) -> type[LwoError]:
    """Return the class of an error of this package by its name, or the default when there is none."""
    found = getattr(errors, kind, None)
    return found if isinstance(found, type) and issubclass(found, LwoError) else default


def _error(kind: str, exit_code: int, **fields: str) -> LwoError:
    error = error_of_kind(kind)(fields.pop("where"), **fields)
    error.exit_code = exit_code
    return error


def _worker_error(order: Order, status: int) -> NotebookError:
    return NotebookError(
        order.address,
        expected="a process that ends by itself",
        found=f"one that was ended by signal {-status}" if status < 0 else f"one that ended with status {status}",
        remedy=f"see {order.log}, check the memory of the machine, and run it again",
    )


def _write_order(folder: Path, kind: str, content: Mapping[str, Any]) -> Path:
    path = folder / ORDER
    path.write_text(json.dumps({"kind": kind, **content}), encoding="utf-8")
    return path
