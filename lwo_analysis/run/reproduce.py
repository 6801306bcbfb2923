"""`lwo reproduce`: execute a published page again from what it says about itself, and compare it byte by byte."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwo_analysis import paths
from lwo_analysis.errors import InputError, LwoError, NotebookError
from lwo_analysis.provenance import code_revision
from lwo_analysis.run.execute import facts_of
from lwo_analysis.run.folders import read_stale
from lwo_analysis.run.jobs import Job, job_of
from lwo_analysis.run.launch import make_launcher
from lwo_analysis.run.orders import Limits, Order, Outcome, PageOrder
from lwo_analysis.run.pages import record_of
from lwo_analysis.run.pool import work_through

if TYPE_CHECKING:
    from lwo_analysis.publish.records import RenderedPage

EPOCH = "SOURCE_DATE_EPOCH"
COMPARED = ("code", "lock_sha256", "notebook_sha256", "python", "packages")
CHANGES = "+changes"
SHOWN = 80
_SWITCH = re.compile(r'<a class="switch" href="(?:\.\./)*([^"]+)\.html"')


def reproduce_page(address: str, site: Path, runs: Path, engine: str) -> Iterator[str]:
    """Yield a line for everything that is not as it was when a page was made; raise when the page comes out otherwise.

    Parameters
    ----------
    address : str
        Of the page within the site, without its ending.
    site, runs : Path
        Folders of the site and of the runs; neither is changed.
    engine : str
        ``forked`` or ``plain``.

    Raises
    ------
    InputError
        There is no such page, or it was not made by a notebook.
    NotebookError
        The page, its claims or its notebook differ; the line names the first difference.
    LwoError
        The notebook cannot be executed any more.
    """
    said = _provenance(site, address)
    job = job_of(paths.notebooks_folder(), said["notebook"], said["parameters"])
    revision = code_revision(paths.REPOSITORY)
    yield from _other_facts(address, said, facts_of(job, revision))
    with _moment(said["generated"]):
        page = _made_again(job, revision, engine)
    yield from _other_inputs(address, said, page)
    _compare(address, site, _marked(page, read_stale(runs / address)))


def _provenance(site: Path, address: str) -> dict[str, Any]:
    path = site / f"{address}.prov.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {**said, "notebook": str(said["notebook"]), "parameters": dict(said["parameters"]), "generated": said["generated"]}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        found = (str(problem).splitlines() or [type(problem).__name__])[0]
        remedy = "give the address of a page with figures, as in its link"
        raise InputError(str(path), expected="the provenance of a page of a notebook", found=found, remedy=remedy) from problem


def _other_facts(address: str, said: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in COMPARED:
        if said.get(name) != now[name]:
            yield f"{address}: {name} was {_short(said.get(name), now[name])}, is {_short(now[name], said.get(name))}"
    if str(said.get("code")).endswith(CHANGES):
        yield f"{address}: made from code with changes that were not committed; only the people who made it have that code"


def _other_inputs(address: str, said: Mapping[str, Any], page: RenderedPage) -> Iterator[str]:
    before, now = ({each["id"]: each for each in inputs} for inputs in (said["inputs"], page.provenance["inputs"]))
    for id in sorted({*before, *now}):
        old, new = (inputs.get(id, {}).get("sha256") for inputs in (before, now))
        if old != new:
            yield f"{address}: input {id} was {_short(old, new)}, is {_short(new, old)}"


def _short(value: object, other: object) -> str:
    """Return a value for a line; of several, those that are not in the other."""
    if isinstance(value, dict) and isinstance(other, dict):
        return ", ".join(f"{name} {text}" for name, text in value.items() if other.get(name) != text) or "without others"
    return str(value)[:SHOWN] if value else "absent"


@contextmanager
def _moment(generated: str) -> Iterator[None]:
    """Set the moment of publication for the workers that are started within."""
    before = os.environ.get(EPOCH)
    os.environ[EPOCH] = str(int(datetime.fromisoformat(generated).timestamp()))
    try:
        yield
    finally:
        os.environ.pop(EPOCH)
        if before is not None:
            os.environ[EPOCH] = before


def _made_again(job: Job, revision: str, engine: str) -> RenderedPage:
    from lwo_analysis.publish.stored import load_page

    with make_launcher(engine) as launcher:
        folder = launcher.temporary / "page"
        launcher.temporary.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir()
        log = launcher.temporary / "page.log"
        order = PageOrder(job.address, folder, log, record_of(job, revision), Limits(), job)
        work_through([order], launcher, 1, _raise_error)
        return load_page(folder)


def _raise_error(order: Order, outcome: Outcome) -> None:
    if outcome.error:
        raise outcome.error


def _marked(page: RenderedPage, since: str) -> RenderedPage:
    from dataclasses import replace

    from lwo_analysis.publish.stale import mark_stale

    return replace(page, html=mark_stale(page.html, since, page.lang)) if since else page


def _compare(address: str, site: Path, page: RenderedPage) -> None:
    """Raise for the first difference between the published files and the new ones."""
    from lwo_analysis.publish.site import files_of_page

    published = (site / f"{address}.html").read_text(encoding="utf-8")
    switch = _SWITCH.search(published)
    files = files_of_page(page, switch[1] if switch else None)
    for name, content in sorted(files.items()):
        if name.endswith(".prov.json"):
            continue
        problem = _difference(name, site / name, content)
        if problem:
            raise problem


def _difference(name: str, path: Path, content: bytes) -> LwoError | None:
    before = path.read_bytes() if path.exists() else b""
    if before == content:
        return None
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, content))
    length = min(len(old), len(new))
    number = next((index for index in range(length) if old[index] != new[index]), length)
    return NotebookError(
        f"{name}, line {number + 1}",
        expected=_around(old, new, number),
        found=_around(new, old, number),
        remedy="look whether the code, the lock or the inputs are those of the page",
    )


def _around(lines: list[str], others: list[str], number: int) -> str:
    """Return what stands at the first difference of a line."""
    line, other = (each[number] if number < len(each) else "" for each in (lines, others))
    pairs = enumerate(zip(line, other, strict=False))
    same = next((place for place, pair in pairs if pair[0] != pair[1]), min(len(line), len(other)))
    start = max(0, same - 20)
    return repr(line[start : start + SHOWN]) if line else "the end of the file"
