"""Execute one job through papermill; nothing is published here."""

from __future__ import annotations

import json
import logging
import platform
import re
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwo_analysis.errors import LwoError, NotebookError
from lwo_analysis.paths import REPOSITORY, data_folder, outputs_folder
from lwo_analysis.provenance import sha256_of
from lwo_analysis.run.jobs import Job
from lwo_analysis.run.kernel import KernelRules, is_declared
from lwo_analysis.run.orders import READ_PATHS, Limits, error_of_kind

if TYPE_CHECKING:
    from lwo_analysis.run.kernels import ForkedKernel

PACKAGES = ("pandas", "statsmodels", "matplotlib", "seaborn", "papermill", "nbconvert", "jupyterlab", "linearmodels")
PROTECTED = "processed/protected"
"""Below the data folder: tables that `lwo_analysis.cleaning.protection` keeps, named after what they follow from."""
OUR_LINE = re.compile(r"(?P<where>.*?): expected (?P<expected>.*), found (?P<found>.*); (?P<remedy>.*)\.", re.DOTALL)


def kernel_rules(job: Job, folder: Path, limits: Limits) -> KernelRules:
    """Return what the kernel of a job may do; what it reads is written down in the folder."""
    data = data_folder().resolve()
    watched = (REPOSITORY / "lwo_analysis", REPOSITORY / "notebooks", data, outputs_folder().resolve())
    reads = str(folder.resolve() / READ_PATHS)
    return KernelRules(
        reads, str(data), job.inputs, tuple(map(str, watched)), job.notebook, limits.memory, (str(data / PROTECTED),)
    )


def execute_job(job: Job, output: Path, *, rules: KernelRules, limits: Limits, forked: ForkedKernel | None = None) -> None:
    """Write the executed notebook of a job; one that ended in a question without an answer is executed up to there.

    Parameters
    ----------
    job : Job
        What to execute.
    output : Path
        Where the executed notebook goes.
    rules : KernelRules
        What its kernel may do.
    limits : Limits
        Wall-clock time and memory.
    forked : ForkedKernel, optional
        The process that becomes its kernel; a new Python when absent.

    Raises
    ------
    NotebookError
        A cell failed, took too long or too much memory, the kernel died, or a file was read that the notebook does not declare;
        the line names the page, the cell and the error.
    LwoError
        A cell ended in an error of this package; it keeps its kind, its line and its exit code.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="work-", ignore_cleanup_errors=True) as folder:
        _run_papermill(job, output, folder, rules, limits, forked)
    _check_reads(job, rules)


def facts_of(job: Job, revision: str) -> dict[str, Any]:
    """Return what identifies the code and the machine-independent environment of a run."""
    return {
        "reproduce": job.command,
        "code": revision,
        "notebook_sha256": sha256_of(job.path),
        "lock_sha256": sha256_of(REPOSITORY / "requirements.lock"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _run_papermill(job: Job, output: Path, folder: str, rules: KernelRules, limits: Limits, forked: ForkedKernel | None) -> None:
    # Imported here: papermill takes seconds to import, and a status or a refused parameter does not need it.
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from lwo_analysis.publish.dead_end import CANNOT_ANSWER
    from lwo_analysis.run.kernels import ENGINE, time_left

    try:
        papermill.execute_notebook(
            str(job.path),
            str(output),
            parameters=json.loads(json.dumps(job.parameters)),
            engine_name=ENGINE,
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,
            cwd=folder,
            start_timeout=limits.seconds,
            timeout_func=time_left(limits.seconds),
            rules=rules,
            forked=forked,
        )
    except PapermillExecutionError as problem:
        if problem.ename == CANNOT_ANSWER:
            return
        traceback.print_exc()
        raise _cell_error(job, problem.exec_count or 0, problem.ename, problem.evalue, limits) from problem
    except CellTimeoutError as problem:
        raise _error(
            job, f"an end within {limits.seconds} s", "a cell that still ran", "make it faster, or give it more time"
        ) from problem
    except (DeadKernelError, RuntimeError) as problem:
        traceback.print_exc()
        raise _error(job, "every cell to run", f"{type(problem).__name__}: {problem}") from problem


def _cell_error(job: Job, count: int, name: str, text: str, limits: Limits) -> LwoError:
    """Return the error of a cell as one line; an error of this package keeps its kind, and what it asks for."""
    kind, ours = error_of_kind(name, default=LwoError), OUR_LINE.fullmatch(text)
    place = f"{job.slug}, cell [{count}]"
    if ours and kind is not LwoError:
        said = ours.groupdict()
        return kind(f"{place}, {said.pop('where')}", **said)
    if name.endswith("MemoryError"):
        return NotebookError(
            place, expected=f"at most {limits.memory} MiB of memory", found=name, remedy="read less, or give it more memory"
        )
    return _error(job, "every cell to run", f"{name}: {text}", place=place)


def _error(job: Job, expected: str, found: str, remedy: str = "", *, place: str = "") -> NotebookError:
    line = remedy or f"open notebooks/{job.notebook}.ipynb with `make lab` and run it with these parameters"
    return NotebookError(place or job.slug, expected=expected, found=" ".join(found.split())[:300], remedy=line)


def _check_reads(job: Job, rules: KernelRules) -> None:
    """Raise for a file that was read without being declared, also when the notebook hid the error."""
    for place in Path(rules.reads).read_text(encoding="utf-8").splitlines():
        if not is_declared(place, rules):
            remedy = f"add it to `inputs` in notebooks/params/{job.notebook}.yml"
            raise _error(job, "only files that it declares to be read", place, remedy)
