"""What is estimated, for whom, against whom and since when: written down, and datable, before anything is estimated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import numbers
from dataclasses import dataclass
from typing import Any, Literal

from lwo_analysis.errors import DesignError

SYMBOLS = "τ = E[Y_it(1) − Y_it(0) | G_i < ∞, t ≥ G_i]"


@dataclass(frozen=True)
class Design:
    """The input of every estimator: which column holds what, and the choices that must precede the estimate.

    Parameters
    ----------
    outcome, unit, time, start : str
        Columns of the panel. ``start`` holds the first treated period of the unit and is missing for never treated units.
    population : str or None
        Column with the size that chance depends on (> 0): the number of people, or the effective size of
        :func:`~lwo_analysis.effects.effective_size.with_effective_size` where levels differ. Used by size-matched inference. May
        be absent from the panel unless ``weights="population"``.
    estimand, symbols : str
        The quantity in words and in symbols (``G_i`` is the first treated period of unit ``i``).
    treated : tuple of str
        Units that are expected to be treated; when given, any other set of treated units is an error.
    comparison : str
        Which units are compared with, and why those.
    also_treated : tuple of str
        Units that a related programme treats (for LWO: the other NPLV areas). One of them among the controls is an error.
    anticipation : int
        Number of periods before ``start`` in which an effect may already exist; those periods are neither before nor after.
    window : tuple of two numbers or None
        First and last period used; None uses all.
    start_years : tuple of int
        Other defensible start years, for the sensitivity analysis (the start of the programme is soft).
    weights : str
        How areas are averaged: ``"equal"``, ``"population"``, or the column with their weights (> 0).
    min_pre_periods : int
        Least number of periods before the first start (minus anticipation). With 1, parallel trends cannot be looked at.
    incomplete_controls : {"error", "drop"}
        What happens with a control unit that misses a period. Treated units are never dropped.
    outcome_words, outcome_unit : tuple of two str
        Name and unit of the outcome in Dutch and in English, for sentences.

    Raises
    ------
    DesignError
        When a choice contradicts itself: negative anticipation, an empty window, a start outside the window.

    Notes
    -----
    The comparison is assumed to have no effect of the treatment (no spillover) and the outcome to be measured in the same way in
    all units; neither can be checked here.

    Examples
    --------
    >>> Design(outcome="rate").id == Design(outcome="rate").id
    True
    >>> Design(outcome="rate").id == Design(outcome="rate", anticipation=1).id
    False
    """

    outcome: str = "value"
    unit: str = "area_id"
    time: str = "year"
    start: str = "start_year"
    population: str | None = "n"
    estimand: str = "average effect on the treated units over the treated periods"
    symbols: str = SYMBOLS
    treated: tuple[str, ...] = ()
    comparison: str = "all units that are never treated"
    also_treated: tuple[str, ...] = ()
    anticipation: int = 0
    window: tuple[float, float] | None = None
    start_years: tuple[int, ...] = ()
    weights: str = "equal"
    min_pre_periods: int = 2
    incomplete_controls: Literal["error", "drop"] = "error"
    outcome_words: tuple[str, str] = ("de uitkomst", "the outcome")
    outcome_unit: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        for name in ("treated", "also_treated", "start_years", "outcome_words", "outcome_unit", "window"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _plain_tuple(value, name))
        for name in ("anticipation", "min_pre_periods"):
            object.__setattr__(self, name, _plain(getattr(self, name)))
        _check_design(self)

    @property
    def id(self) -> str:
        """Return the name of this design: 16 hexadecimal digits of the sha256 of its canonical content."""
        return hashlib.sha256(canonical_json(self).encode()).hexdigest()[:16]

    def freeze(self, date: str | dt.date) -> FrozenDesign:
        """Return this design with the date on which it was registered (ISO 8601); pure, writes nothing."""
        return FrozenDesign(design=self, date=_parse_date(date))


@dataclass(frozen=True)
class FrozenDesign:
    """A design and the day on which it was written down.

    Parameters
    ----------
    design : Design
        The registered choices.
    date : datetime.date
        Day of registration.
    """

    design: Design
    date: dt.date

    def to_json(self) -> str:
        """Return the record as JSON with sorted keys, ready to be written by the caller."""
        record = {"id": self.design.id, "frozen": self.date.isoformat(), "design": dataclasses.asdict(self.design)}
        return json.dumps(record, sort_keys=True, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> FrozenDesign:
        """Return the record in ``text``.

        Raises
        ------
        DesignError
            When the content no longer has the id that was registered: someone changed the design after freezing it.
        """
        record = json.loads(text)
        frozen = design_from_dict(record["design"]).freeze(record["frozen"])
        if frozen.design.id != record["id"]:
            raise DesignError(
                "frozen design",
                expected=f"content with id {record['id']}",
                found=f"content with id {frozen.design.id}",
                remedy="restore the registered text, or freeze the changed design under a new date",
            )
        return frozen


def canonical_json(design: Design) -> str:
    """Return the content of a design as one line of JSON that does not depend on the order of the fields.

    Parameters
    ----------
    design : Design
        Any design.
    """
    return json.dumps(dataclasses.asdict(design), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def design_from_dict(content: dict[str, Any]) -> Design:
    """Return the design with this content (lists become tuples).

    Parameters
    ----------
    content : dict
        Values by the names of the fields of `Design`.

    Raises
    ------
    DesignError
        When a name is not a field of :class:`Design`.
    """
    known = {field.name for field in dataclasses.fields(Design)}
    if unknown := sorted(set(content) - known):
        raise DesignError(
            "design", expected=f"fields among {sorted(known)}", found=str(unknown), remedy="remove or rename those fields"
        )
    return Design(**content)


def split_frozen(design: Design | FrozenDesign) -> tuple[Design, FrozenDesign | None]:
    """Return the design itself, and the registration when there is one.

    Parameters
    ----------
    design : Design or FrozenDesign
        With or without a registration.
    """
    return (design.design, design) if isinstance(design, FrozenDesign) else (design, None)


def _parse_date(date: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(date) if isinstance(date, str) else date


def _plain_tuple(values: Any, name: str) -> tuple[Any, ...]:
    if isinstance(values, str):
        raise DesignError(f"design.{name}", expected="a list", found=repr(values), remedy="put it in a list of one")
    return tuple(_plain(value) for value in values)


def _plain(value: Any) -> Any:
    """Return numpy scalars and whole floats as Python integers, so that equal designs have one id."""
    if isinstance(value, numbers.Integral):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _check_design(design: Design) -> None:
    problems = [
        (design.anticipation >= 0, "anticipation", "a number of periods of at least 0", design.anticipation),
        (design.min_pre_periods >= 1, "min_pre_periods", "at least 1", design.min_pre_periods),
        (bool(design.weights), "weights", "equal, population or a column", design.weights),
        (design.incomplete_controls in ("error", "drop"), "incomplete_controls", "error or drop", design.incomplete_controls),
        (design.window is None or design.window[0] < design.window[1], "window", "first period before last", design.window),
        (not set(design.treated) & set(design.also_treated), "also_treated", "units outside treated", design.also_treated),
        (len(design.outcome_words) == len(design.outcome_unit) == 2, "outcome_words", "Dutch and English", design.outcome_words),
    ]
    for holds, field, expected, found in problems:
        if not holds:
            raise DesignError(f"design.{field}", expected=expected, found=repr(found), remedy="correct the design")
    if design.window is not None and (outside := [y for y in design.start_years if not design.window[0] < y <= design.window[1]]):
        raise DesignError(
            "design.start_years", expected=f"starts inside {design.window}", found=str(outside), remedy="widen the window"
        )
