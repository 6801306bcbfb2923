"""Re-derivations of sentences that follow from the catalogue: codes, budgets, measures, what can be seen, and open questions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from tests.support.rederive import CATALOGUE, Claim, Found, World, catalogue, entry_of
from tests.support.rederive_detectability import Verdict, verdicts_of
from tests.support.rederive_statistics import SEEN, smallest_change

SURVEY = 400
"""Respondents of the residents' survey, as the page assumes in its cell of rules."""
INSULATION = {"dwellings": 1610, "limit": 160_000, "take_up": 0.75, "years": 8}
"""Press and plan: 1,610 dwellings in 2024-2031; in the pilot 3 out of 4 took part, up to a value of 160,000 euro."""
DESIGN_EFFECT_AT_LIMIT = 4.0
"""Of a threshold design on a uniform running variable against a random one (Goldberger 1972; Schochet 2009)."""
FRONT_LINE_TEAM = {"net": 2_000_000, "per_euro": 2.0, "rounded_to": 2.1, "years": 4}
"""Progress report of 2013: "ruim 2 miljoen" more benefits than costs in four years, "ruim 2 euro" for every euro."""


def area_codes(claim: Claim, world: World) -> Found:
    codes, away = codes_of(claim["area"], claim["year"])
    if claim["template"].endswith("area_code_without"):
        return Found(value=len(codes), says=(claim["year"], len(away)), names=tuple(codes))
    single = tuple(codes) if len(codes) == 1 else ()
    return Found(value=len(codes), says=(claim["year"], *(() if single else (len(codes),))), names=single)


def area_history(claim: Claim, world: World) -> Found:
    ends = [end for span in _spans(claim["area"]) if (end := span.get("last_year"))]
    codes, _ = codes_of(claim["area"], max(ends))
    return Found(value=len(codes), says=(max(ends), len(codes)))


def area_reused(claim: Claim, world: World) -> Found:
    codes, _ = codes_of(claim["area"], claim["year"])
    meanings = pd.read_csv(CATALOGUE / "regions.csv")
    named = meanings[meanings["code"].isin(codes)].groupby("code")["name"].nunique()
    reused = int(named.gt(1).sum())
    return Found(value=reused, says=(len(codes), claim["year"], reused))


def area_focus(claim: Claim, world: World) -> Found:
    focus = next(entry for entry in catalogue("nplv_areas.yml")["areas"] if entry.get("area_id", entry["id"]) == claim["area"])
    codes, _ = codes_of(claim["area"], claim["year"])
    assert (set(focus["regions"]) == set(codes)) is claim["template"].endswith("_same"), "the codes say otherwise"
    return Found(value=len(focus["regions"]))


def area_merger(claim: Claim, world: World) -> Found:
    merger = next(entry for entry in catalogue("mergers.yml") if claim["id"].endswith(f"{entry['code'].lower()}-{entry['year']}"))
    gained = tuple(part["name"] for part in merger["gained"])
    use = entry_of("areas.yml", merger["use"])[f"name_{claim['lang']}"]
    return Found(value=merger["year"], says=(merger["year"],), names=(*gained, use))


def goals_counted(claim: Claim, world: World) -> Found:
    pillar = world.parameters["pillar"]
    goals = [goal for goal in catalogue("goals.yml") if pillar in ("all", goal["pillar"])]
    labels = [goal["label"] for goal in goals]
    known, without = len(goals) - labels.count("missing"), sum(not goal.get("indicator_id") for goal in goals)
    return Found(value=known, says=(len(goals), known, labels.count("stated"), labels.count("derived"), without))


def pace(claim: Claim, world: World) -> Found:
    start, end, review = world.parameters["start_year"], 2043, 2033
    part = (review - start) / (end - start)
    rotterdam = part / 2 if part <= 0.5 else 0.25 + 1.5 * (part - 0.5)  # NPRZ: a quarter after half of the time
    return Found(100 * part, 100 * rotterdam, says=(review, 100 * part, 100 * rotterdam))


def verdict_counts(claim: Claim, world: World) -> Found:
    found = [verdict.kind for verdict in _chosen_verdicts(world)]
    counts = [found.count(kind) for kind in ("visible", "years", "microdata", "qualitative")]
    return Found(value=counts[0], says=(len(found), *counts))


def ceiling(claim: Claim, world: World) -> Found:
    code = claim["id"].split("-")[1].upper()
    verdict = next(one for one in verdicts_of([_measure(code)]) if one.indicator == claim["indicator"])
    side = "above" if verdict.ceiling >= verdict.smallest else "below"
    assert claim["template"].endswith(side), f"the ceiling lies {side}"
    shown = (100 * verdict.ceiling, 100 * verdict.smallest)
    return Found(*shown, says=shown, names=(_measure(code)["name"][claim["lang"]],))


def survey_sees(claim: Claim, world: World) -> Found:
    own, city = (world.row(claim["indicator"], area, None)["value"] for area in ("lwo", "lwd"))
    smallest = 100 * smallest_change(own / 100, SURVEY)
    return Found(smallest, abs(own - city), says=(SURVEY, smallest, abs(own - city)))


def not_recorded(claim: Claim, world: World) -> Found:
    count = sum(verdict.is_provisional for verdict in _chosen_verdicts(world))
    return Found(value=count, says=(count,))


def register_size(claim: Claim, world: World) -> Found:
    measures = chosen_measures(world)
    running = sum(measure["start"]["status"] in ("running", "pilot") for measure in measures)
    served = {goal for measure in measures for goal in measure["chain"]["goals"]}
    return Found(value=len(measures), says=(len(measures), running, len(served), len(_goals())))


def register_strong(claim: Claim, world: World) -> Found:
    grades = [grade_of(measure) for measure in chosen_measures(world)]
    strong, weak = sum(grade >= 3 for grade in grades), sum(0 < grade < 3 for grade in grades)
    return Found(value=strong, says=(strong, weak))


def register_none(claim: Claim, world: World) -> Found:
    count = sum(grade_of(measure) == 0 for measure in chosen_measures(world))
    return Found(value=count, says=(count,))


def register_goals_gap(claim: Claim, world: World) -> Found:
    served = {goal for measure in chosen_measures(world) for goal in measure["chain"]["goals"]}
    count = sum(goal["id"] in served and not goal["indicators"] for goal in _goals())
    return Found(value=count, says=(count,))


def budget_editions(claim: Claim, world: World) -> Found:
    earlier, later = catalogue("budgets.yml")["programme"]
    amounts = [edition[name] for edition in (later, earlier) for name in ("covered_per_year", "eur_per_year")]
    return Found(value=later["covered_per_year"], says=tuple(amounts))


def audit_published(claim: Claim, world: World) -> Found:
    return Found(value=FRONT_LINE_TEAM["net"], says=tuple(FRONT_LINE_TEAM[name] for name in ("net", "per_euro", "years")))


def audit_break_even(claim: Claim, world: World) -> Found:
    high, low = 100 / FRONT_LINE_TEAM["per_euro"], 100 / FRONT_LINE_TEAM["rounded_to"]
    return Found(value=high, lower=low, upper=high, says=(low, high))


def social_base_total(claim: Claim, world: World) -> Found:
    printed = pd.DataFrame([pillar["printed"] for pillar in catalogue("budgets.yml")["social_base"]["pillars"].values()]).sum()
    return Found(value=printed.sum(), says=(printed.sum(), *printed, *printed.index))


def social_base_not_scored(claim: Claim, world: World) -> Found:
    count = len(catalogue("budgets.yml")["social_base"]["activities"])
    return Found(value=count, says=(count,))


def insulation_share(claim: Claim, world: World) -> Found:
    treated, four, five = INSULATION["dwellings"], _size("dwellings_four_wijken"), _size("dwellings")
    share = 100 * treated / four
    return Found(value=share, says=(treated, share, 100 * treated / five, treated, four, share))


def insulation_yearly(claim: Claim, world: World) -> Found:
    share = 100 * INSULATION["dwellings"] / _size("dwellings_four_wijken") / INSULATION["years"]
    return Found(value=share, says=(share,))


def insulation_threshold(claim: Claim, world: World) -> Found:
    effect = 0.3
    needed = math.ceil((SEEN * math.sqrt(4 * DESIGN_EFFECT_AT_LIMIT) / INSULATION["take_up"] / effect) ** 2)
    return Found(value=needed, says=(needed, effect, INSULATION["dwellings"]))


def insulation_comparison(claim: Claim, world: World) -> Found:
    return Found(says=(INSULATION["limit"],), names=(entry_of("areas.yml", claim["compare"])[f"name_{claim['lang']}"],))


def agenda_never(claim: Claim, world: World) -> Found:
    never, can = _questions(False), _questions(True)
    return Found(value=len(never), says=(len(never) + len(can), len(never)))


def agenda_needs(claim: Claim, world: World) -> Found:
    counts = pd.Series([question["status"] for question in _questions(False)]).value_counts()
    return Found(value=counts.sum(), says=tuple(counts))


def agenda_can(claim: Claim, world: World) -> Found:
    can = _questions(True)
    return Found(value=len(can), says=(len(can), sum(question["status"] == "answered" for question in can)))


def agenda_question(claim: Claim, world: World) -> Found:
    """The first three by the published score, of each measure the best; their words are those of the agenda."""
    ranked = sorted(_questions(False), key=lambda question: (-round(score_of(question), 6), question["id"]))
    first = {question["intervention"] or question["id"]: question for question in reversed(ranked)}
    leading = [question["id"].lower() for question in ranked if question in first.values()][:3]
    assert claim["id"] in leading, f"the first questions are {leading}"
    question = next(question for question in ranked if question["id"].lower() == claim["id"])
    return Found(names=tuple(question[name][claim["lang"]] for name in ("question", "best_design", "decision")))


def in_words(claim: Claim, world: World) -> Found:
    """A sentence without a figure: nothing to compute, and no number may stand in it."""
    return Found()


def codes_of(area: str, year: int) -> tuple[list[str], set[str]]:
    """Return the CBS codes that an area adds up in a year, and those that are taken away."""
    entry = entry_of("areas.yml", area)
    if "regions" in entry:
        spans = [span for span in entry["regions"] if span.get("first_year", 0) <= year <= span.get("last_year", 9999)]
        return [code for span in spans for code in span["codes"]], set()
    codes, away = codes_of(entry["whole"], year) if "whole" in entry else ([], set())
    for part in entry.get("parts", ()):
        inner, inner_away = codes_of(part, year)
        if "whole" in entry:
            away = away | set(inner)
        else:
            codes, away = codes + inner, away | inner_away
    return [code for code in codes if code not in away], away - set(codes)


def chosen_measures(world: World) -> list[dict[str, Any]]:
    """Return the measures of the page: one, those of a pillar, or all."""
    pillar, one = world.parameters.get("pillar", "all"), world.parameters.get("intervention", "all")
    measures = catalogue("interventions.yml")["interventions"]
    return [measure for measure in measures if pillar in ("all", measure["pillar"]) and one in ("all", measure["id"])]


def grade_of(measure: dict[str, Any]) -> int:
    """Return the best grade of a study about this measure on one of its goals; 0 without one."""
    studies = catalogue("literature.yml")["studies"]
    about = [study for study in studies if measure["id"] in study["prior_for"]]
    return max((study["grade"] for study in about if set(study["goals"]) & set(measure["chain"]["goals"])), default=0)


def score_of(question: dict[str, Any]) -> float:
    """Return the published score: weights 35, 20, 20, 15 and 10 %."""
    outcomes = next((goal["indicators"] for goal in _goals() if goal["id"] == question["goal"]), [])
    asked = [_measure(question["intervention"])] if question["intervention"] else []
    points = {"visible": 1.0, "years": 2 / 3, "microdata": 1 / 3, "qualitative": 0.0}
    seen = max((points[verdict.kind] for verdict in verdicts_of(asked) if verdict.indicator in outcomes), default=0.0)
    cheap = {"low": 1.0, "middle": 0.5, "high": 0.0}[question["cost_class"]]
    told = 0.35 * question["decision_weight"] / 3 + 0.20 * question["data_readiness"] / 3
    return told + 0.20 * seen + 0.15 * (question["grade_within_reach"] - 1) / 4 + 0.10 * cheap


def _chosen_verdicts(world: World) -> Iterable[Verdict]:
    return verdicts_of(chosen_measures(world))


def _measure(code: str) -> dict[str, Any]:
    return next(measure for measure in catalogue("interventions.yml")["interventions"] if measure["id"] == code)


def _size(name: str) -> float:
    return catalogue("interventions.yml")["populations"][name]["value"]


def _goals() -> list[dict[str, Any]]:
    return catalogue("theory_of_change.yml")["goals"]


def _questions(open_data_can_answer: bool) -> list[dict[str, Any]]:
    asked = [question for question in catalogue("agenda.yml") if not question.get("retired")]
    return [question for question in asked if question["open_data_can_answer"] is open_data_can_answer]


def _spans(area: str) -> list[dict[str, Any]]:
    entry = entry_of("areas.yml", area)
    return entry.get("regions") or [span for part in entry["parts"] for span in _spans(part)]


RULES = {
    **{f"claim.description.{name}": area_codes for name in ("area_code", "area_codes", "area_code_without")},
    **{f"claim.description.{name}": area_focus for name in ("area_focus", "area_focus_same")},
    **{f"claim.description.ceiling_{side}": ceiling for side in ("above", "below")},
    **{
        f"claim.description.{rule.__name__}": rule
        for rule in (
            agenda_can,
            agenda_needs,
            agenda_never,
            area_history,
            area_merger,
            area_reused,
            audit_break_even,
            audit_published,
            budget_editions,
            goals_counted,
            insulation_comparison,
            insulation_share,
            insulation_threshold,
            insulation_yearly,
            pace,
            register_goals_gap,
            register_size,
            register_strong,
            social_base_not_scored,
            social_base_total,
            survey_sees,
            verdict_counts,
        )
    },
    "claim.undetermined.agenda_question": agenda_question,
    "claim.undetermined.audit_effect": in_words,
    "claim.undetermined.insulation_effect": in_words,
    "claim.undetermined.not_recorded": not_recorded,
    "claim.undetermined.register_none": register_none,
}
