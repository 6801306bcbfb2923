"""Unit values and discount rates: what a case is worth and how the future is weighed, only with a citation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError

FILE = "unit_values.yml"
KINDS = frozenset({"cost", "transfer", "claim"})


@dataclass(frozen=True)
class UnitValue:
    """What one case is worth.

    Attributes
    ----------
    eur : float
        Euro of `price_year` per `unit`.
    kind : str
        `cost` saves resources; `transfer` moves money between parties and is no gain to society; `claim` was stated by somebody
        whose calculation is not public.
    arithmetic : str
        How the number follows from the source.
    """

    id: str
    name_nl: str
    name_en: str
    eur: float
    unit: str
    price_year: int
    kind: str
    arithmetic: str
    source: str
    url: str

    @property
    def counts_for_society(self) -> bool:
        """Whether the value may be added to the benefits of society as a whole."""
        return self.kind == "cost"


@dataclass(frozen=True)
class DiscountRate:
    """A real yearly discount rate as set by the Dutch cabinet (0.0225 is 2.25 %)."""

    id: str
    rate: float
    valid_from: int
    applies_to: str
    source: str
    url: str


@cache
def unit_values() -> dict[str, UnitValue]:
    """Return the unit values by id.

    Raises
    ------
    CatalogueError
        A value has no citation, a kind is unknown, or an id occurs twice.
    """
    entries = [build_entry(UnitValue, content, where=f"catalogue/{FILE}") for content in read_catalogue_file(FILE)["unit_values"]]
    for entry in entries:
        check_unit_value(entry)
    check_unique([entry.id for entry in entries], where=f"catalogue/{FILE}")
    return {entry.id: entry for entry in entries}


@cache
def discount_rates() -> dict[str, DiscountRate]:
    """Return the discount rates by id; `standard` holds for analyses begun since 2021.

    Examples
    --------
    >>> discount_rates()["standard"].rate
    0.0225
    """
    entries = [
        build_entry(DiscountRate, content, where=f"catalogue/{FILE}") for content in read_catalogue_file(FILE)["discount_rates"]
    ]
    for entry in entries:
        _require_citation(entry)
    return {entry.id: entry for entry in entries}


def check_unit_value(entry: UnitValue) -> None:
    """Raise `CatalogueError` when a value has no citation or an unknown kind."""
    _require_citation(entry)
    if entry.kind not in KINDS:
        raise CatalogueError(
            f"catalogue/{FILE}, {entry.id}", expected=f"one of {sorted(KINDS)}", found=entry.kind, remedy="correct the kind"
        )


def unit_value(value_id: str) -> UnitValue:
    """Return one unit value.

    Raises
    ------
    ParameterError
        No such value: then the calculation must stay without it.
    """
    if value_id not in unit_values():
        raise ParameterError(
            "unit value", expected=f"an id of catalogue/{FILE}", found=repr(value_id), remedy="add it with its citation"
        )
    return unit_values()[value_id]


def _require_citation(entry: Any) -> None:
    if not (entry.source.strip() and entry.url.startswith("https://")):
        raise CatalogueError(
            f"catalogue/{FILE}, {entry.id}",
            expected="a source and its address",
            found="no citation",
            remedy="cite it or leave it out",
        )
