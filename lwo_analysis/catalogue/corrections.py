"""Corrections of delivered figures as data: one file per source, each entry with its reason and a guard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.errors import CatalogueError

VERBS = ("drop", "override", "scale", "flag")
STATUSES = ("unreported", "reported", "confirmed", "declined")
SELECTORS = frozenset({"region_code", "measure", "year"})
EXPECTED = frozenset({"region_name", "value", "at_least", "at_most", "missing_reason", "rows"})
SETTABLE = frozenset({"region_name", "value", "missing_reason"})


@dataclass(frozen=True)
class Correction:
    """One error of a provider, and what is done about it.

    Attributes
    ----------
    verb : str
        `drop`, `override`, `scale` or `flag`.
    table : str
        The provider's table.
    where : mapping
        Which rows: values of `region_code`, `measure`, `year`; those that are absent choose nothing.
    expect : mapping
        What stands in every chosen row as long as the error is there: `region_name`, `value`, `missing_reason`, or bounds
        `at_least`, `at_most` of the value; `rows`, how many rows are chosen.
    reason, reporter, status : str
        Why, who found it, and what the provider knows of it, one of `STATUSES`.
    set_to : mapping
        For `override`: the new `region_name`, `value` or `missing_reason`; null empties one.
    factor : float or None
        For `scale`.
    """

    id: str
    verb: str
    table: str
    where: Mapping[str, Any]
    expect: Mapping[str, Any]
    reason: str
    reporter: str
    status: str
    set_to: Mapping[str, Any] = field(default_factory=dict)
    factor: float | None = None


@cache
def corrections_of(source_id: str) -> tuple[Correction, ...]:
    """Return the corrections of a source; none when it has no file.

    Raises
    ------
    CatalogueError
        See `checked_corrections`.

    Examples
    --------
    >>> [entry.id for entry in corrections_of("kwb")]
    ['zuiderburen-cut-name']
    """
    name = f"corrections/{source_id}.yml"
    if not files("lwo_analysis.catalogue").joinpath(name).is_file():
        return ()
    return checked_corrections(read_catalogue_file(name) or [], source_id)


def checked_corrections(content: Sequence[Mapping[str, Any]], source_id: str) -> tuple[Correction, ...]:
    """Return typed corrections from the entries of a file.

    Raises
    ------
    CatalogueError
        An entry lacks a field or has an unknown one; a verb, status, column or table is unknown; a guard is empty; a verb lacks
        what it needs; or an id occurs twice.
    """
    entries = tuple(
        build_entry(Correction, dict(entry), where=f"catalogue/corrections/{source_id}.yml, {entry.get('id', '?')}")
        for entry in content
    )
    check_unique([entry.id for entry in entries], where=f"catalogue/corrections/{source_id}.yml")
    for entry in entries:
        _check(entry, source_id)
    return entries


def _check(entry: Correction, source_id: str) -> None:
    known_tables = sources()[source_id].tables if source_id in sources() else {}
    problems = [
        *([f"verb {entry.verb}"] if entry.verb not in VERBS else []),
        *([f"status {entry.status}"] if entry.status not in STATUSES else []),
        *([f"table {entry.table}"] if entry.table not in known_tables else []),
        *([f"where {sorted(entry.where)}"] if not entry.where or set(entry.where) - SELECTORS else []),
        *([f"expect {sorted(entry.expect)}"] if not set(entry.expect) - {"rows"} or set(entry.expect) - EXPECTED else []),
        *(["set_to only with override"] if bool(entry.set_to) != (entry.verb == "override") else []),
        *([f"set_to {sorted(entry.set_to)}"] if set(entry.set_to) - SETTABLE else []),
        *(["factor only with scale"] if (entry.factor is not None) != (entry.verb == "scale") else []),
    ]
    if problems:
        raise CatalogueError(
            f"catalogue/corrections/{source_id}.yml, {entry.id}",
            expected="a known verb, status, table and columns, a guard, and what the verb needs",
            found="; ".join(problems),
            remedy="correct the entry",
        )
