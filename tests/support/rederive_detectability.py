"""The published rule of "can it be seen?", a second time, from the register of measures as it is written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.support.rederive import catalogue
from tests.support.rederive_statistics import SEEN, smallest_change, years_to_see

HORIZON = 10
SURVEY = 400
OF_AN_AREA = 0.10
"""Most that a measure for a whole area is taken to change, as a part of the present figure."""
CONTROLS = 10
LARGEST_ON_PEOPLE = 0.40
COUNTED = ("register_share", "register_rate", "register_mean")
WIJKEN = 5


@dataclass(frozen=True)
class Verdict:
    """What can be seen of one outcome of one measure; fractions, None when unknown."""

    indicator: str
    kind: str
    is_provisional: bool
    ceiling: float | None
    smallest: float | None
    is_whole_area: bool


def verdicts_of(measures: Iterable[dict[str, Any]]) -> list[Verdict]:
    """Return a verdict on every outcome of every measure."""
    return [_verdict(measure, name) for measure in measures for name in measure["indicators"]]


def _verdict(measure: dict[str, Any], name: str) -> Verdict:
    outcome = catalogue("interventions.yml")["measurability"][name]
    dose, whole_area = measure.get("dose") or {}, measure.get("reaches") == "whole_area"
    ceiling = _ceiling(dose, whole_area, name, outcome)
    smallest = _smallest(outcome, _part_of_area(measure) if whole_area else 1.0)
    yearly = dose.get("repeats") == "yearly"
    years = years_to_see(ceiling, smallest, yearly=yearly, horizon=HORIZON) if ceiling and smallest is not None else math.inf
    countable = outcome["open"] and outcome["kind"] in COUNTED
    if (countable or outcome["kind"] == "survey_share") and math.isfinite(years):
        kind, provisional = ("visible" if years == 1 else "years"), False
    elif countable and (whole_area or _moves_own_mean(dose, name, outcome)) and None in (smallest, ceiling):
        kind, provisional = "years", True
    else:
        kind, provisional = _on_people(dose, outcome)
    return Verdict(name, kind, provisional, ceiling, smallest, whole_area)


def _ceiling(dose: dict[str, Any], whole_area: bool, name: str, outcome: dict[str, Any]) -> float | None:
    """Return the most that the figure can move: everyone reached out of everyone, or a tenth of the present figure."""
    if whole_area:
        present = 1.0 if outcome["kind"] == "register_mean" else outcome["baseline"]
        return None if present is None else OF_AN_AREA * present
    if dose.get("count") is None or not dose.get("population") or dose.get("indicator") != name:
        return None
    size = catalogue("interventions.yml")["populations"][dose["population"]]["value"]
    if size is None or outcome["kind"] == "register_mean":
        return None
    return min(dose["count"], size) / size


def _smallest(outcome: dict[str, Any], part: float) -> float | None:
    size = catalogue("interventions.yml")["populations"][outcome["population"]]["value"]
    if outcome["baseline"] is None:
        return None
    if outcome["kind"] == "survey_share":
        return smallest_change(outcome["baseline"], SURVEY)
    if size is None or outcome["kind"] not in ("register_share", "register_rate"):
        return None
    if outcome["kind"] == "register_share":
        return smallest_change(outcome["baseline"], size * part)
    return SEEN * math.sqrt(2 * outcome["baseline"] / (size * part))


def _part_of_area(measure: dict[str, Any]) -> float:
    if {"lwo", "lwd"} & set(measure["places"]):
        return 1.0
    residents = catalogue("interventions.yml")["residents_by_area"]
    assert len(residents) == WIJKEN, "the wijken of the register"
    return sum(residents[place] for place in measure["places"]) / sum(residents.values())


def _moves_own_mean(dose: dict[str, Any], name: str, outcome: dict[str, Any]) -> bool:
    return outcome["kind"] == "register_mean" and dose.get("indicator") == name


def _on_people(dose: dict[str, Any], outcome: dict[str, Any]) -> tuple[str, bool]:
    """Return whether comparing those reached with ten others each can show anything, and whether that is still open."""
    if not outcome["microdata"]:
        return "qualitative", False
    if dose.get("count") is None or not dose.get("population"):
        return "microdata", True
    smallest = SEEN * math.sqrt(0.25 * (1 / dose["count"] + 1 / (CONTROLS * dose["count"])))
    smallest *= 1 if outcome["kind"].endswith("share") else 2  # a share of one half has a standard deviation of one half
    return ("qualitative" if smallest > LARGEST_ON_PEOPLE else "microdata"), False
