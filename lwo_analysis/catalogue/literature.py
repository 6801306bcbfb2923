"""Literature and theory of change: published evaluations as priors, goals, and the four effects that cut across the pillars."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lwo_analysis.catalogue.interventions import GOAL_IDS, interventions
from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError

DIRECTIONS = frozenset({"positive", "null", "mixed", "negative", "context"})
READ = frozenset({"page", "seed", "knowledge"})


@dataclass(frozen=True)
class PriorEffect:
    """A published effect: on which outcome, how large, in which unit, with its interval when one was printed."""

    outcome: str
    value: float
    unit: str
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Study:
    """One published evaluation.

    Attributes
    ----------
    grade : int
        Maryland scale 1-5 for the design as described.
    direction : str
        What it found: positive, null, mixed, negative, or context when it tested nothing.
    prior_for : tuple of str
        Interventions for which it says what may be expected.
    goals : tuple of str
        Goals that its outcomes are about; it is no evidence for the others.
    read : str
        `page`, `seed` or `knowledge`: what the entry rests on.
    """

    id: str
    authors: str
    year: int | None
    title: str
    design: str
    grade: int
    direction: str
    finding_nl: str
    finding_en: str
    effect: PriorEffect | None
    prior_for: tuple[str, ...]
    goals: tuple[str, ...]
    read: str
    url: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Goal:
    """One of the 26 ambitions; `basis` says whether the plan links it to its effect or this project does."""

    id: str
    name_nl: str
    name_en: str
    indicators: tuple[str, ...]
    effects: tuple[str, ...]
    basis: str
    line: str
    gap_nl: str = ""


@dataclass(frozen=True)
class CrossCuttingEffect:
    """One of the four effects that cut across the pillars."""

    id: str
    name_nl: str
    name_en: str
    aim_nl: str
    line: str


@cache
def literature() -> dict[str, Study]:
    """Return the studies by id.

    Raises
    ------
    CatalogueError
        A grade, direction or intervention is unknown, or an id occurs twice.
    """
    where = "catalogue/literature.yml"
    contents = read_catalogue_file("literature.yml")["studies"]
    entries = [
        build_entry(
            Study,
            {**content, "effect": content["effect"] and build_entry(PriorEffect, content["effect"], where=where)},
            where=f"{where}, {content.get('id', '?')}",
        )
        for content in contents
    ]
    check_unique([entry.id for entry in entries], where=where)
    for entry in entries:
        _check_study(entry, where)
    return {entry.id: entry for entry in entries}


@cache
def goals() -> dict[str, Goal]:
    """Return the 26 ambitions by id.

    Raises
    ------
    CatalogueError
        A goal is absent or unknown, or points at an effect that does not exist.
    """
    where = "catalogue/theory_of_change.yml"
    entries = [build_entry(Goal, content, where=where) for content in read_catalogue_file("theory_of_change.yml")["goals"]]
    check_unique([entry.id for entry in entries], where=where)
    _require({entry.id for entry in entries} == GOAL_IDS, where, "the 26 ambitions", "another set")
    for entry in entries:
        _require(set(entry.effects) <= set(cross_cutting_effects()), f"{where}, {entry.id}", "known effects", str(entry.effects))
    return {entry.id: entry for entry in entries}


@cache
def cross_cutting_effects() -> dict[str, CrossCuttingEffect]:
    """Return the four effects by id.

    Examples
    --------
    >>> [effect.name_nl for effect in cross_cutting_effects().values()]
    ['Bestaanszekerheid', 'Kansengelijkheid', 'Leefbaarheid', 'Vertrouwen']
    """
    contents = read_catalogue_file("theory_of_change.yml")["effects"]
    entries = [build_entry(CrossCuttingEffect, content, where="catalogue/theory_of_change.yml") for content in contents]
    return {entry.id: entry for entry in entries}


def studies_for(intervention_id: str) -> tuple[Study, ...]:
    """Return the studies that say what may be expected of an intervention, strongest design first."""
    found = [study for study in literature().values() if intervention_id in study.prior_for]
    return tuple(sorted(found, key=lambda study: (-study.grade, study.id)))


def _check_study(entry: Study, where: str) -> None:
    place = f"{where}, {entry.id}"
    _require(entry.grade in range(1, 6), place, "a grade of 1 to 5", str(entry.grade))
    _require(entry.direction in DIRECTIONS, place, "a known direction", entry.direction)
    _require(entry.read in READ, place, "page, seed or knowledge", entry.read)
    unknown = sorted(set(entry.prior_for) - set(interventions()))
    _require(not unknown, place, "ids of the register", ", ".join(unknown))
    _require(set(entry.goals) <= GOAL_IDS, place, "goal ids", ", ".join(entry.goals))


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise CatalogueError(where, expected=expected, found=found, remedy="correct the entry")
