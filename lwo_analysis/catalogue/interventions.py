"""Interventions: what is being done, where, since when, for whom, with what money, and how it could be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError

FILE = "interventions.yml"
PILLARS = frozenset({"leren", "werken", "wonen", "gezondheid", "veiligheid", "vertrouwen", "sociale_basis", "geschiedenis"})
STATUSES = frozenset({"running", "planned", "pilot", "study", "exploration", "finished", "unknown"})
KINDS = frozenset({"register_share", "register_rate", "register_mean", "survey_share", "survey_mean", "modelled", "partner"})
CRITERIA = ("problem", "goal", "area", "need", "approach", "integral", "multi_year", "target_group", "programme", "impact")
GOAL_IDS = frozenset(
    {f"{letter}{number}" for letter in "LWHG" for number in range(1, 7)} | {"V1", "V2"}
)  # L leren, W werken, H wonen, G gezondheid, V veiligheid; the 26 ambitions of the programme plan
LINE = re.compile(r"\d{3}:\d+(-\d+)?(, \d+)?")


@dataclass(frozen=True)
class Text:
    """A short text in Dutch and English."""

    nl: str
    en: str

    def in_language(self, lang: str) -> str:
        """Return the Dutch (`nl`) or English (`en`) text."""
        return self.nl if lang == "nl" else self.en


@dataclass(frozen=True)
class Population:
    """How many there are to move; `value` is None when no document says, and then there is no ceiling."""

    id: str
    value: float | None
    basis: Text


@dataclass(frozen=True)
class Measurability:
    """How an outcome can be measured.

    Attributes
    ----------
    kind : str
        One of `KINDS`. `modelled` figures describe, and can never show a change: they move when their inputs move.
    baseline : float or None
        Share or rate per head in the programme area as printed in the baseline table; None if not printed.
    population : str
        Key of `populations`.
    open : bool
        A public yearly series exists for the five wijken.
    microdata : bool
        A register of persons or dwellings exists in which the outcome can be followed.
    """

    indicator_id: str
    kind: str
    baseline: float | None
    population: str
    open: bool
    microdata: bool

    @property
    def printed_baseline(self) -> float:
        """The baseline of an outcome that must have one; without it a `CatalogueError`."""
        if self.baseline is None:
            where = f"catalogue/interventions.yml, {self.indicator_id}"
            raise CatalogueError(where, expected="a baseline", found="none", remedy="take it from the baseline table")
        return self.baseline


@dataclass(frozen=True)
class Start:
    """First year as the documents give it (None if they do not), and the state of the work."""

    year: int | None
    status: str
    text: str


@dataclass(frozen=True)
class Dose:
    """How much is done; `population` and `indicator` are None when one unit of dose is not one unit of outcome."""

    count: int | None
    unit: Text
    population: str | None
    indicator: str | None
    repeats: str
    text: str


@dataclass(frozen=True)
class Money:
    """One amount as printed. Editions that print another amount have their own entry; nothing is overwritten."""

    eur: float | None
    per: str
    payer: str
    editions: tuple[str, ...]
    lines: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Chain:
    """Output and goals of the intervention; `basis` is stated (the plan says it) or inferred (this project read it so)."""

    outputs: Text
    goals: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class SelectionRisk:
    """How likely it is that participants differ from others before they take part."""

    level: str
    nl: str
    en: str


@dataclass(frozen=True)
class Criterion:
    """One of the ten admission criteria; `met` is None when the documents give no judgement, and `reason` says why."""

    met: bool | None
    reason: str


@dataclass(frozen=True)
class Intervention:
    """One row of the register.

    Attributes
    ----------
    places : tuple of str
        Area ids.
    dose : Dose or None
        None when the documents state no size.
    reaches : str
        `participants` or `whole_area`; in the latter everyone in `places` is meant, and the number of participants sets no limit.
    indicators : tuple of str
        Ids of the outcomes it is meant to move; empty when the documents name none.
    comparison : Text
        What a fair evaluator would compare with.
    criteria : dict
        All ten of `CRITERIA`.
    lines, public : tuple of str
        DOCUMENT:LINE in the text extracts, and public pages.
    """

    id: str
    name: Text
    pillar: str
    places: tuple[str, ...]
    start: Start
    dose: Dose | None
    money: tuple[Money, ...]
    chain: Chain
    indicators: tuple[str, ...]
    comparison: Text
    selection_risk: SelectionRisk
    criteria: Mapping[str, Criterion]
    lines: tuple[str, ...]
    public: tuple[str, ...]
    reaches: str = "participants"

    @property
    def treats_whole_programme(self) -> bool:
        """Whether every one of the five wijken takes part."""
        return "lwo" in self.places or "lwd" in self.places


@cache
def interventions() -> dict[str, Intervention]:
    """Return the register by id, checked.

    Raises
    ------
    CatalogueError
        An id occurs twice, or a pillar, place, goal, criterion, document, indicator or population is unknown.
    """
    content = read_catalogue_file(FILE)
    entries = [read_intervention(entry, content) for entry in content["interventions"]]
    check_unique([entry.id for entry in entries], where=f"catalogue/{FILE}")
    return {entry.id: entry for entry in entries}


def intervention(intervention_id: str) -> Intervention:
    """Return one intervention.

    Raises
    ------
    ParameterError
        The id is not in the register.

    Examples
    --------
    >>> intervention("I07").dose.count
    15
    """
    if intervention_id not in interventions():
        raise ParameterError(
            "intervention",
            expected=f"an id of catalogue/{FILE}",
            found=repr(intervention_id),
            remedy="choose an id from the register",
        )
    return interventions()[intervention_id]


@cache
def populations() -> dict[str, Population]:
    """Return the sizes that ceilings use when no panel is at hand, each with its basis."""
    where = f"catalogue/{FILE}, populations"
    return {
        key: Population(key, size["value"], build_entry(Text, size["basis"], where=f"{where}, {key}"))
        for key, size in read_catalogue_file(FILE)["populations"].items()
    }


@cache
def measurability() -> dict[str, Measurability]:
    """Return by indicator id how the outcomes of the register can be measured."""
    content = read_catalogue_file(FILE)["measurability"]
    where = f"catalogue/{FILE}, measurability"
    found = {key: build_entry(Measurability, {"indicator_id": key, **value}, where=where) for key, value in content.items()}
    for entry in found.values():
        _require(entry.kind in KINDS, entry.indicator_id, "a known kind", entry.kind)
        _require(entry.population in populations(), entry.indicator_id, "a known population", entry.population)
    return found


def documents() -> dict[str, str]:
    """Return the titles of the programme documents by the number that the lines use."""
    return dict(read_catalogue_file(FILE)["documents"])


@cache
def residents_by_area() -> dict[str, int]:
    """Return the residents of the five wijken in KWB 2024 by area id; they add up to 36,950."""
    return dict(read_catalogue_file(FILE)["residents_by_area"])


def indicator_ids_used() -> frozenset[str]:
    """Return every indicator id that the register needs, to compare with the indicator catalogue.

    Examples
    --------
    >>> "social_assistance_share" in indicator_ids_used()
    True
    """
    return frozenset(name for entry in interventions().values() for name in entry.indicators)


def check_indicators_exist(known: Iterable[str]) -> None:
    """Raise `CatalogueError` when an intervention names an indicator that is not in `known`."""
    catalogued = frozenset(known)
    for entry in interventions().values():
        absent = sorted(set(entry.indicators) - catalogued)
        _require(not absent, entry.id, "indicators of catalogue/indicators.yml", ", ".join(absent))


def read_intervention(content: Mapping[str, Any], register: Mapping[str, Any]) -> Intervention:
    """Return one checked entry of the register.

    Parameters
    ----------
    content : mapping
        One block under `interventions`.
    register : mapping
        The whole file, for the documents and the two standing reasons of unscored criteria.

    Raises
    ------
    CatalogueError
        A key or value is unknown.
    """
    where = f"catalogue/{FILE}, {content.get('id', '?')}"
    typed = {
        "name": build_entry(Text, content["name"], where=where),
        "start": build_entry(Start, content["start"], where=where),
        "dose": None if content["dose"] is None else _read_dose(content["dose"], where),
        "money": tuple(build_entry(Money, amount, where=where) for amount in content["money"]),
        "chain": _read_chain(content["chain"], where),
        "comparison": build_entry(Text, content["comparison"], where=where),
        "selection_risk": build_entry(SelectionRisk, content["selection_risk"], where=where),
        "criteria": _read_criteria(content, register),
    }
    entry = build_entry(Intervention, {**content, **typed}, where=where)
    _check(entry, frozenset(register["documents"]))
    return entry


def _read_dose(content: Mapping[str, Any], where: str) -> Dose:
    return build_entry(Dose, {**content, "unit": build_entry(Text, content["unit"], where=where)}, where=where)


def _read_chain(content: Mapping[str, Any], where: str) -> Chain:
    return build_entry(Chain, {**content, "outputs": build_entry(Text, content["outputs"], where=where)}, where=where)


def _read_criteria(content: Mapping[str, Any], register: Mapping[str, Any]) -> dict[str, Criterion]:
    standing = "criteria_before_programme" if content["pillar"] == "geschiedenis" else "criteria_not_scored"
    unknown = sorted(set(content["criteria"]) - set(CRITERIA))
    _require(not unknown, content["id"], f"criteria among {', '.join(CRITERIA)}", ", ".join(unknown))
    unscored = [None, register[standing]]
    return {name: Criterion(*content["criteria"].get(name, unscored)) for name in CRITERIA}


def _check(entry: Intervention, document_ids: frozenset[str]) -> None:
    _require(entry.pillar in PILLARS, entry.id, "a known pillar", entry.pillar)
    _require(entry.start.status in STATUSES, entry.id, "a known status", entry.start.status)
    _require(entry.reaches in {"participants", "whole_area"}, entry.id, "participants or whole_area", entry.reaches)
    _require_subset(entry.places, areas(), entry.id, "area ids")
    _require_subset(entry.chain.goals, GOAL_IDS, entry.id, "goal ids")
    _require_subset(entry.indicators, measurability(), entry.id, "indicators with a line under `measurability`")
    _require_subset((e for amount in entry.money for e in amount.editions), document_ids | {"public"}, entry.id, "documents")
    for line in [*entry.lines, *(line for amount in entry.money for line in amount.lines)]:
        _require(bool(LINE.fullmatch(line)) and line[:3] in document_ids, entry.id, "DOCUMENT:LINE", line)
    if entry.dose is not None and entry.dose.population is not None:
        _require(entry.dose.population in populations(), entry.id, "a known population", entry.dose.population)
        _require(
            entry.dose.indicator in entry.indicators, entry.id, "a dose on one of its own indicators", str(entry.dose.indicator)
        )


def _require_subset(found: Iterable[str], known: Iterable[str], where: str, expected: str) -> None:
    unknown = sorted(set(found) - set(known))
    _require(not unknown, where, expected, ", ".join(unknown))


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise CatalogueError(f"catalogue/{FILE}, {where}", expected=expected, found=found, remedy="correct the entry")
