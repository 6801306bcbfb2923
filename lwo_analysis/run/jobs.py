"""Jobs: one notebook with one set of parameters makes one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import nbformat
import yaml

from lwo_analysis.cleaning.observations import resolve_panel
from lwo_analysis.errors import CatalogueError, NotebookError, ParameterError
from lwo_analysis.run.parameters import Value, check_parameters, read_parameters


@dataclass(frozen=True)
class Job:
    """One page to make.

    Attributes
    ----------
    notebook : str
        File name without its ending.
    path : Path
        The committed notebook.
    parameters : dict
        Every parameter of the notebook with the value of this run; `panel` is `real` or `demo`, never `auto`.
    defaults : dict
        The parameters of the committed notebook.
    """

    notebook: str
    path: Path
    parameters: dict[str, Value]
    defaults: dict[str, Value]

    @property
    def lang(self) -> str:
        """Language of the page."""
        return str(self.parameters["lang"])

    @property
    def is_demo(self) -> bool:
        """Whether the page is made from the demo panel."""
        return self.parameters.get("panel") == "demo"

    @cached_property
    def slug(self) -> str:
        """Name of the page: the notebook and whatever differs from its defaults, the language last."""
        # An area can be the subject or the comparison: without the word, two pages would have one address.
        changed = [
            f"{'compare-' if key == 'compare' else ''}{value}".replace(",", "-")
            for key, value in self.parameters.items()
            if key not in ("lang", "panel") and value != self.defaults[key]
        ]
        return "-".join([self.notebook, *changed, *([self.lang] if self.lang != self.defaults["lang"] else [])]).lower()

    @property
    def command(self) -> str:
        """The command that makes this page again."""
        options = [f"-p {key}={value}" for key, value in self.parameters.items() if key != "lang" and value != self.defaults[key]]
        return " ".join(["lwo run", self.notebook, *options, f"--lang {self.lang}"])


def standard_jobs(folder: Path, names: list[str], overrides: Mapping[str, str], lang: str | None, *, demo: bool) -> list[Job]:
    """Return the jobs of the standard runs, with overrides put over them.

    Parameters
    ----------
    folder : Path
        Holds the notebooks and `params/NAME.yml`.
    names : list of str
        Notebooks to run; all of them when empty.
    overrides : mapping of str to str
        Parameter values that replace those of every standard run.
    lang : str, optional
        Only this language.
    demo : bool
        Whether pages from the demo panel are made.

    Raises
    ------
    ParameterError
        A notebook does not exist, or a parameter is unknown or outside its domain.
    NotebookError
        A notebook has no parameters cell.
    CatalogueError
        A parameter file is missing or malformed.
    """
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ParameterError(
            "notebook", expected=f"one of {', '.join(known)}", found=", ".join(unknown), remedy="correct the name"
        )
    jobs = [job for name in names or known for job in _jobs_of(folder, name, overrides, lang)]
    unique = {(job.slug, job.is_demo): job for job in jobs if demo or not job.is_demo}
    return list(unique.values())


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a committed notebook.

    Raises
    ------
    NotebookError
        The file is not a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as problem:
        found = (str(problem).splitlines() or [type(problem).__name__])[0][:100]
        raise NotebookError(str(path), expected="a Jupyter notebook", found=found, remedy="restore it from git") from problem


def _jobs_of(folder: Path, name: str, overrides: Mapping[str, str], lang: str | None) -> list[Job]:
    path = folder / f"{name}.ipynb"
    defaults = read_parameters(read_notebook(path), name)
    runs = [{**run, **overrides, **({"lang": lang} if lang else {})} for run in _runs(folder / "params" / f"{name}.yml")]
    jobs = [Job(name, path, check_parameters(run, defaults, name), defaults) for run in runs]
    return [_with_panel(job) for job in jobs]


def _with_panel(job: Job) -> Job:
    if "panel" not in job.parameters:
        return job
    return replace(job, parameters={**job.parameters, "panel": resolve_panel(str(job.parameters["panel"]))})


def _runs(path: Path) -> list[dict[str, object]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [dict(run) for run in content["runs"]]
    except (OSError, yaml.YAMLError, TypeError, KeyError, ValueError) as problem:
        raise CatalogueError(
            str(path),
            expected="a list `runs` of parameter values",
            found=(str(problem).splitlines() or [type(problem).__name__])[0],
            remedy="write the standard runs of the notebook",
        ) from problem
