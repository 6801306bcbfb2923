"""Small notebooks and their runs, for the tests of what a run does when something goes wrong."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

from lwo_analysis.run.jobs import Job, standard_jobs
from lwo_analysis.run.launch import Launcher
from lwo_analysis.run.pages import Making
from lwo_analysis.run.publishing import Publication, RunReport, run_and_publish

SETUP = "from lwo_analysis import load_published, page_provenance"
DECLARED = "inputs: [raw/published/*, raw/*/card.yml]"
NOTHING_PUBLISHED = (
    'from lwo_analysis.run.page import catalogue_provenance\ncatalogue_provenance(("budgets.yml",), "page", lang=lang)'
)
"""The last cell of a notebook that reads nothing below the data folder."""
PROVENANCE = 'page_provenance(load_published(), "page", lang=lang)'


def write_notebook(
    folder: Path, *sources: str, parameters: str | None = 'lang = "nl"', name: str = "page", declared: str = DECLARED
) -> Path:
    """Write a notebook with a title, its parameters cell and these cells, and one standard run; return the folder."""
    first = [] if parameters is None else [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="first")]
    code = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    cells = [nbformat.v4.new_markdown_cell(f"# Titel van {name}", id="title"), *first, *code]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (folder / "params").mkdir(parents=True, exist_ok=True)
    (folder / "params" / f"{name}.yml").write_text(f"{declared}\nruns:\n  - {{}}\n")
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{name}.ipynb")
    return folder


def jobs_of(notebooks: Path, *names: str) -> list[Job]:
    """Return the standard jobs of a folder of notebooks."""
    return standard_jobs(notebooks, list(names), {}, None, demo=True)


def publication_in(outputs: Path) -> Publication:
    """Return a publication with all its folders in one."""
    return Publication(outputs / "runs", outputs / "site", outputs / "processed", demo=True)


def publish(notebooks: Path, outputs: Path, launcher: Launcher, how: Making | None = None) -> RunReport:
    """Make the pages of a folder of notebooks and publish them."""
    return run_and_publish(jobs_of(notebooks), publication_in(outputs), how or Making(1), launcher)


def lwo_command(notebooks: Path, *arguments: str, before: str = "") -> list[str]:
    """Return the command of `lwo` for a folder of notebooks, with Python to run before it."""
    code = f"paths.notebooks_folder = lambda: Path({str(notebooks)!r})\ncli.main()"
    return [sys.executable, "-c", f"{before}\nfrom pathlib import Path\nfrom lwo_analysis import cli, paths\n{code}", *arguments]


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Return whether something is so, as soon as it is or after these seconds."""
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.2)
    return is_so()


def processes_with(variable: str, value: str) -> dict[int, str]:
    """Return the commands of the running processes that have a variable in their environment, by process id."""
    return processes_where(lambda entries: f"{variable}={value}".encode() in entries)


def processes_where(is_wanted: Callable[[list[bytes]], bool]) -> dict[int, str]:
    """Return the commands of the other running processes whose environment is wanted, by process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if is_wanted((folder / "environ").read_bytes().split(b"\0")):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
    return {pid: command for pid, command in found.items() if pid != os.getpid()}
