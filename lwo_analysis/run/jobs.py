"""Jobs: one notebook with one set of parameters makes one page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import yaml

from lwo_analysis.catalogue.focus import Focus, site_focus
from lwo_analysis.errors import CatalogueError, NotebookError, ParameterError
from lwo_analysis.run.parameters import Value, check_parameters, read_parameters

if TYPE_CHECKING:
    from nbformat import NotebookNode


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
    inputs : tuple of str
        Patterns of the files below the data folder that the notebook declares; it may read no others.
    """

    notebook: str
    path: Path
    parameters: dict[str, Value]
    defaults: dict[str, Value]
    inputs: tuple[str, ...] = ()

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
    def address(self) -> str:
        """Place of the page within the site and of its folder within the runs."""
        return f"demo/{self.slug}" if self.is_demo else self.slug

    @property
    def command(self) -> str:
        """The command that makes this page again."""
        options = [f"-p {key}={value}" for key, value in self.parameters.items() if key != "lang" and value != self.defaults[key]]
        return " ".join(["lwo run", self.notebook, *options, f"--lang {self.lang}"])

    def to_json(self) -> dict[str, Any]:
        """Return the job as plain JSON types."""
        return {**asdict(self), "path": str(self.path)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Job:
        """Return the job that `to_json` wrote."""
        return cls(**{**content, "path": Path(content["path"]), "inputs": tuple(content["inputs"])})


def standard_jobs(
    folder: Path,
    names: list[str],
    overrides: Mapping[str, str],
    lang: str | None,
    *,
    demo: bool,
    panel_of: Callable[[str], str] | None = None,
) -> list[Job]:
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
    panel_of : callable, optional
        Gives `real` or `demo` for a panel that may be `auto`; reads the table of observations when absent.

    Raises
    ------
    ParameterError
        A notebook does not exist, or a parameter is unknown or outside its domain.
    NotebookError
        The folder holds no notebook, or a notebook has no parameters cell.
    CatalogueError
        A parameter file is missing or malformed.
    """
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    if not known:
        found = "none" if folder.is_dir() else "no such folder"
        remedy = "run it in a whole checkout of the repository"
        raise NotebookError(str(folder), expected="notebooks", found=found, remedy=remedy)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ParameterError(
            "notebook", expected=f"one of {', '.join(known)}", found=", ".join(unknown), remedy="correct the name"
        )
    jobs = [_with_panel(job, panel_of) for name in names or known for job in _jobs_of(folder, name, overrides, lang)]
    unique = {(job.slug, job.is_demo): job for job in jobs if demo or not job.is_demo}
    return list(unique.values())


def job_of(folder: Path, name: str, parameters: Mapping[str, object]) -> Job:
    """Return the job of a notebook with parameters that were resolved before, `panel` among them.

    Parameters
    ----------
    folder : Path
        Holds the notebooks and `params/NAME.yml`.
    name : str
        Notebook.
    parameters : mapping
        Of the run; what is not named has the value of the notebook.

    Raises
    ------
    ParameterError, NotebookError, CatalogueError
        As in `standard_jobs`.
    """
    path = folder / f"{name}.ipynb"
    defaults = read_parameters(_cells_of(path), name)
    _, inputs = _runs(folder / "params" / f"{name}.yml")
    return Job(name, path, check_parameters(parameters, defaults, name), defaults, inputs)


def read_notebook(path: Path) -> NotebookNode:
    """Return a committed notebook, checked against the format.

    Raises
    ------
    NotebookError
        The file is not a notebook.
    """
    import nbformat  # takes seconds to import, and a run that has nothing to do does not need it

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as problem:
        raise _no_notebook(path, problem) from problem


def _cells_of(path: Path) -> Any:
    """Return the cells of a committed notebook; papermill checks the rest of the format when it runs."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        kept = [SimpleNamespace(**{**cell, "source": "".join(cell["source"]), "metadata": cell["metadata"]}) for cell in cells]
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise _no_notebook(path, problem) from problem
    return SimpleNamespace(cells=kept)


def _no_notebook(path: Path, problem: Exception) -> NotebookError:
    found = (str(problem).splitlines() or [type(problem).__name__])[0][:100]
    return NotebookError(str(path), expected="a Jupyter notebook", found=found, remedy="restore it from git")


def _jobs_of(folder: Path, name: str, overrides: Mapping[str, str], lang: str | None) -> list[Job]:
    path = folder / f"{name}.ipynb"
    defaults = read_parameters(_cells_of(path), name)
    standard, inputs = _runs(folder / "params" / f"{name}.yml")
    runs = [{**run, **overrides, **({"lang": lang} if lang else {})} for run in standard]
    return [Job(name, path, check_parameters(run, defaults, name), defaults, inputs) for run in runs]


def _with_panel(job: Job, panel_of: Callable[[str], str] | None) -> Job:
    if "panel" not in job.parameters:
        return job
    if panel_of is None:
        from lwo_analysis.cleaning.observations import resolve_panel

        panel_of = resolve_panel
    return replace(job, parameters={**job.parameters, "panel": panel_of(str(job.parameters["panel"]))})


def _runs(path: Path) -> tuple[list[dict[str, object]], tuple[str, ...]]:
    """Return the standard runs of a parameter file, and the inputs it declares."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _runs_about(content, site_focus()), tuple(map(str, content.get("inputs", ())))
    except (OSError, yaml.YAMLError, TypeError, KeyError, ValueError) as problem:
        raise CatalogueError(
            str(path),
            expected="a list `runs` of parameter values",
            found=(str(problem).splitlines() or [type(problem).__name__])[0],
            remedy="write the standard runs of the notebook",
        ) from problem


def _runs_about(content: Mapping[str, Any], focus: Focus) -> list[dict[str, object]]:
    """Return the runs of a site about a focus area; none when the notebook is about Leeuwarden Oost only."""
    if focus.is_programme:
        return [dict(run) for run in content["runs"]]
    runs = [dict(run) for run in content.get("elsewhere", [])]
    return [{name: Template(str(value)).substitute(focus.placeholders) for name, value in run.items()} for run in runs]
