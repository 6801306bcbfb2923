"""Execute one job through papermill and render its page; nothing is published here."""

from __future__ import annotations

import json
import logging
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from lwo_analysis.errors import NotebookError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import code_revision, sha256_of
from lwo_analysis.publish.dead_end import CANNOT_ANSWER
from lwo_analysis.run.jobs import Job

SECONDS_PER_CELL = 600
PACKAGES = ("pandas", "statsmodels", "matplotlib", "seaborn", "papermill", "nbconvert", "jupyterlab", "linearmodels")


def execute_job(job: Job) -> nbformat.NotebookNode:
    """Return the executed notebook of a job; one that ended in a question without an answer is executed up to there.

    Raises
    ------
    NotebookError
        A cell failed, or the kernel died; the line names the notebook, the cell and the error.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    with tempfile.TemporaryDirectory(prefix="lwo-job-") as folder:
        output = Path(folder) / "executed.ipynb"
        _run_papermill(job, output)
        return nbformat.read(output, as_version=4)


def facts_of(job: Job) -> dict[str, Any]:
    """Return what identifies the code and the machine-independent environment of a run."""
    return {
        "reproduce": job.command,
        "code": code_revision(REPOSITORY),
        "notebook_sha256": sha256_of(job.path),
        "lock_sha256": sha256_of(REPOSITORY / "requirements.lock"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _run_papermill(job: Job, output: Path) -> None:
    # Imported here: papermill takes seconds to import, and a status or a refused parameter does not need it.
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from lwo_analysis.run.kernels import ENGINE

    try:
        papermill.execute_notebook(
            str(job.path),
            str(output),
            parameters=json.loads(json.dumps(job.parameters)),
            engine_name=ENGINE,
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,
            execution_timeout=SECONDS_PER_CELL,
            cwd=str(output.parent),
        )
    except PapermillExecutionError as problem:
        if problem.ename == CANNOT_ANSWER:
            return
        raise _cell_error(job, problem.exec_count or 0, f"{problem.ename}: {problem.evalue}") from problem
    except Exception as problem:  # a dead kernel and a time-out have no common base class
        raise _cell_error(job, 0, f"{type(problem).__name__}: {problem}") from problem


def _cell_error(job: Job, count: int, found: str) -> NotebookError:
    return NotebookError(
        f"{job.slug}, cell [{count}]",
        expected="every cell to run",
        found=" ".join(found.split())[:300],
        remedy=f"open notebooks/{job.notebook}.ipynb with `make lab` and run it with these parameters",
    )
