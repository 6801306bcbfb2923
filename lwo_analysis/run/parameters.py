"""The parameters of a notebook: read from its `parameters` cell, and checked against the catalogue before anything runs."""

from __future__ import annotations

import ast
import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import PILLARS, indicators
from lwo_analysis.catalogue.interventions import interventions
from lwo_analysis.catalogue.phrases import LANGUAGES
from lwo_analysis.errors import NotebookError, ParameterError
from lwo_analysis.paths import PANELS

if TYPE_CHECKING:
    # Not at run time: every kernel imports this module, and nbformat costs it a second.
    from nbformat import NotebookNode

Value = str | int | float | bool
PARAMETERS_TAG = "parameters"
FIRST_YEAR, LAST_YEAR = 1995, 2043
MOST_PEOPLE = 100_000
MOST_LISTED = 12
CATALOGUES = {
    "area": "areas.yml",
    "compare": "areas.yml",
    "indicator": "indicators.yml",
    "intervention": "interventions.yml",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter that notebooks may use: its type, and what it may be."""

    name: str
    kind: type
    meaning: str


KNOWN: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("area", str, "area whose figures are shown, an id of catalogue/areas.yml"),
        Parameter("compare", str, "areas it is compared with, ids separated by commas"),
        Parameter("pillar", str, "pillar whose indicators are shown, or `all`"),
        Parameter("indicator", str, "indicator that is shown, an id of catalogue/indicators.yml"),
        Parameter("year", int, "reference year; 0 for the latest year with figures"),
        Parameter("base_year", int, "year that a change is counted from; 0 for the first comparable year"),
        Parameter("start_year", int, "year in which the programme starts in a design, 2022 or a neighbour year"),
        Parameter("as_of", str, "day (ISO 8601) whose knowledge is used: vintages of later days are left out; empty for today"),
        Parameter("min_n", int, "fewest people a figure may rest on to be shown; never below the rule of its source"),
        Parameter("intervention", str, "measure of the programme, an id of catalogue/interventions.yml, or `all`"),
        Parameter("panel", str, "figures that are read: auto, real or demo"),
        Parameter("lang", str, "language of the page: nl or en"),
    )
}


def read_parameters(notebook: NotebookNode, name: str) -> dict[str, Value]:
    """Return the parameters of a notebook with their defaults.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as committed.
    name : str
        Its name, for the error line.

    Raises
    ------
    NotebookError
        There is not exactly one cell tagged `parameters`, or it holds something else than assignments of literals.
    """
    cells = [cell for cell in notebook.cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    if len(cells) != 1 or cells[0].cell_type != "code":
        raise NotebookError(
            name,
            expected="one code cell tagged `parameters`",
            found=f"{len(cells)}",
            remedy="tag the cell in JupyterLab (property inspector, cell tags)",
        )
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as problem:
        raise _not_an_assignment(name, problem.text or problem.msg) from problem
    return dict(_assignment(statement, name) for statement in statements)


def check_parameters(given: Mapping[str, object], defaults: Mapping[str, Value], name: str) -> dict[str, Value]:
    """Return the parameters of a run: the defaults with the given values over them, each checked.

    Parameters
    ----------
    given : mapping of str to object
        Values for this run; text is converted to the type of the default.
    defaults : mapping
        The notebook's own parameters.
    name : str
        The notebook, for the error line.

    Raises
    ------
    ParameterError
        The notebook has no such parameter, or the value is outside its domain.

    Examples
    --------
    >>> check_parameters({"year": "2020"}, {"area": "lwo", "year": 0}, "02-comparison")
    {'area': 'lwo', 'year': 2020}
    """
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        raise ParameterError(
            name,
            expected=f"parameters out of {', '.join(defaults)}",
            found=", ".join(unknown),
            remedy="correct the name of the parameter",
        )
    values = {key: _converted(key, given.get(key, default), default, name) for key, default in defaults.items()}
    check_values(values, where=name)
    return values


def check_values(values: Mapping[str, Value], *, where: str = "parameters") -> None:
    """Raise when a value lies outside the domain of its parameter.

    Raises
    ------
    ParameterError
        The parameter is not one of `KNOWN`, or its value is not in the catalogue; the line says what is allowed.
    """
    for key, value in values.items():
        if key not in KNOWN or not isinstance(value, KNOWN[key].kind):
            raise ParameterError(
                f"{where}, {key}",
                expected=f"a parameter out of {', '.join(KNOWN)}",
                found=repr(value),
                remedy="correct the parameter",
            )
        parts = str(value).split(",") if key == "compare" else [value]
        wrong = [part for part in parts if not _is_allowed(key, part)]
        if wrong:
            raise ParameterError(
                f"{where}, {key}",
                expected=_domain_text(key, wrong[0]),
                found=", ".join(map(repr, wrong)),
                remedy="correct the value",
            )


def _is_allowed(key: str, value: Value) -> bool:
    return value == "" or _is_day(str(value)) if key == "as_of" else value in _domain(key)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _domain(key: str) -> frozenset[object] | range:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    domains: dict[str, frozenset[object] | range] = {
        "area": frozenset(areas()),
        "compare": frozenset(areas()),
        "pillar": frozenset({*PILLARS, "all"}),
        "indicator": frozenset(indicators()),
        "year": frozenset({0, *years}),
        "base_year": frozenset({0, *years}),
        "start_year": frozenset(years),
        "min_n": range(MOST_PEOPLE + 1),
        "intervention": frozenset({*interventions(), "all"}),
        "panel": frozenset(PANELS),
        "lang": frozenset(LANGUAGES),
    }
    return domains[key]


def _domain_text(key: str, wrong: Value) -> str:
    texts = {
        "year": f"a year from {FIRST_YEAR} to {LAST_YEAR}, or 0 for the latest",
        "base_year": f"a year from {FIRST_YEAR} to {LAST_YEAR}, or 0 for the first",
        "start_year": f"a year from {FIRST_YEAR} to {LAST_YEAR}",
        "min_n": f"a number of people from 0 to {MOST_PEOPLE}",
        "as_of": "a day such as 2026-11-20, or nothing",
    }
    if key in texts:
        return texts[key]
    known = sorted(map(str, _domain(key)))
    several = "ids separated by commas, each " if key == "compare" else ""
    if len(known) <= MOST_LISTED:
        return f"{several}one of {', '.join(known)}"
    near = difflib.get_close_matches(str(wrong), known) or known[:3]
    return f"{several}an id of catalogue/{CATALOGUES[key]}, such as {', '.join(near)}"


def _assignment(statement: ast.stmt, name: str) -> tuple[str, Value]:
    try:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
            return statement.target.id, ast.literal_eval(statement.value)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
            return statement.targets[0].id, ast.literal_eval(statement.value)
    except ValueError:
        pass
    raise _not_an_assignment(name, ast.unparse(statement))


def _not_an_assignment(name: str, found: str) -> NotebookError:
    return NotebookError(
        f"{name}, cell parameters",
        expected="assignments of one name to one literal",
        found=found.strip()[:60],
        remedy="move code out of the parameters cell",
    )


def _converted(key: str, value: object, default: Value, name: str) -> Value:
    if isinstance(default, int) and not isinstance(default, bool) and isinstance(value, str):
        try:
            return int(value)
        except ValueError as problem:
            raise ParameterError(
                f"{name}, {key}", expected="a whole number", found=repr(value), remedy="correct the value"
            ) from problem
    return value if isinstance(value, (str, int, float, bool)) else str(value)
