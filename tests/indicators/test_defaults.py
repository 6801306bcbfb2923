"""What is assumed when nothing is said. Each number stands here with where it comes from, not read from the code."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import pytest

from lwo_analysis import effects, indicators
from lwo_analysis.disclosure import attack, rules
from lwo_analysis.disclosure.policy import Composition, IndicatorParts, Rule
from lwo_analysis.indicators import (
    adjacency,
    agenda,
    costs,
    costs_claims,
    evidence_map,
    focus_field,
    focus_peers,
    goal_progress,
    goalpath,
    other_table,
)
from lwo_analysis.indicators.agenda import AgendaWeights
from lwo_analysis.indicators.baseline import BaselineYears
from lwo_analysis.indicators.course import CourseRule, detectable_change
from lwo_analysis.indicators.detectability import DetectabilityRule, Verdict, judge_goal, judge_outcome
from lwo_analysis.indicators.distance import AboutEqual, decompose_change, gap_change_error
from lwo_analysis.indicators.evaluation_sheet import InsulationInputs
from lwo_analysis.indicators.goal_progress import PathRule
from lwo_analysis.indicators.goalpath import Horizon
from lwo_analysis.indicators.matching import match_areas, pre_period_features
from lwo_analysis.indicators.microdata import ExportRules, synthetic_sample
from lwo_analysis.indicators.minimal_effects import (
    UNIFORM_THRESHOLD_DESIGN_EFFECT,
    mde_at_threshold,
    mde_between_waves,
    mde_participants,
    mde_register_rate,
    sample_size_at_threshold,
)
from lwo_analysis.indicators.profile import ReliabilityRule, composite_sensitivity
from lwo_analysis.indicators.resident_change import MoverRule

# Conventions of the method notes: intervals of 95 %, false alarms of 5 %, power of 80 %. A conformal interval is one of 90 %.
CONVENTION = {"level": 0.95, "confidence": 0.95, "alpha": 0.05, "power": 0.80}
OTHERWISE = {"lwo_analysis.effects.inference.conformal": {"level": 0.9}}


def functions() -> list[tuple[str, Callable[..., Any]]]:
    """Return every function and class that the numerics define, with the name of its module."""
    packages = [(package.__name__, package.__path__) for package in (indicators, effects)]
    names = [found.name for name, path in packages for found in pkgutil.walk_packages(path, f"{name}.")]
    members = [(name, one) for name in names for _, one in inspect.getmembers(importlib.import_module(name), callable)]
    own = [(name, one) for name, one in members if getattr(one, "__module__", "") == name]
    return [(name, one) for name, one in own if inspect.isfunction(one) or is_dataclass(one)]


def defaults(of: Callable[..., Any]) -> dict[str, Any]:
    parameters = inspect.signature(of).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not inspect.Parameter.empty}


def test_error_rates_and_coverage_are_the_conventional_ones_everywhere() -> None:
    asked = [(name, one.__name__, key, value) for name, one in functions() for key, value in defaults(one).items()]
    checked = [row for row in asked if row[2] in CONVENTION and row[3] is not None]
    assert len(checked) > 50
    wrong = [row for row in checked if row[3] != OTHERWISE.get(row[0], {}).get(row[2], CONVENTION[row[2]])]
    assert wrong == []


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        # The published ranking rule of the kennisagenda.
        (AgendaWeights, {"decision": 0.35, "detectability": 0.20, "readiness": 0.20, "design": 0.15, "cheapness": 0.10}),
        # Programme plan: base year 2021, mirrored on 2019, trend of the five years 2015 to 2019.
        (BaselineYears, {"base": 2021, "mirror": 2019, "trend": (2015, 2019), "least": 4}),
        # Start of the work 2023; three years, two measurements in a row.
        (CourseRule, {"start": 2023, "least_years": 3, "successive": 2, "level": 0.95}),
        (detectable_change, {"successive": 2, "level": 0.95, "power": 0.8}),
        # Twenty years from 2023.
        (Horizon, {"start": 2023, "end": 2043}),
        (PathRule, {"base_year": 2021, "start_year": 2023, "nearest": 20}),
        (judge_goal, {"years": 20}),
        (
            DetectabilityRule,
            {
                "alpha": 0.05,
                "power": 0.80,
                "horizon": 10,
                "survey_n": 400,
                "largest_area_effect": 0.10,
                "controls_per_participant": 10.0,
                "largest_participant_effect": 0.40,
            },
        ),
        (judge_outcome, {"panel_mde": None, "effect_per_unit": None, "part_of_area": 1.0}),
        # 95 % of a normal distribution; a tenth of the gap at the start.
        (AboutEqual, {"z": 1.96, "fraction": 0.10}),
        (gap_change_error, {"correlation": 0.0}),
        (decompose_change, {"composition": 0.0}),
        # 001:771 (1,610 homes); KWB 2024: 19,914 dwellings, less 4,851 in Camminghaburen; pilot up to 160,000 euro; 2024 to 2031.
        (
            InsulationInputs,
            {
                "dwellings": 1610,
                "stock": 19_914,
                "stock_four": 19_914 - 4_851,
                "value_limit_eur": 160_000.0,
                "pilot_take_up": 3 / 4,
                "first_year": 2024,
                "last_year": 2031,
                "saving_per_dwelling": None,
                "panel_mde": None,
            },
        ),
        (pre_period_features, {"least_years": 4}),
        (match_areas, {"matches": 3, "population_ratio": 2.0}),
        # The project's minimum for what leaves a microdata environment: ten persons, half of a sum, fives.
        (ExportRules, {"minimum_count": 10, "largest_share": 0.50, "round_to": 5}),
        (synthetic_sample, {"effect": 0.0, "participants": 100}),
        (mde_between_waves, {"n_second": None, "design_effect": 1.0, "alpha": 0.05, "power": 0.80}),
        (mde_register_rate, {"years": 1, "alpha": 0.05, "power": 0.80}),
        (mde_participants, {"share": 0.5, "alpha": 0.05, "power": 0.80}),
        (mde_at_threshold, {"take_up": 1.0, "alpha": 0.05, "power": 0.80}),
        (sample_size_at_threshold, {"take_up": 1.0, "alpha": 0.05, "power": 0.80}),
        # Survey rule of the method notes: hidden below 50 answers, a direction below 150; registers: 100 and 10.
        (ReliabilityRule, {"survey_hide": 50, "survey_reliable": 150, "least_denominator": 100, "least_numerator": 10}),
        (composite_sensitivity, {"draws": 1000, "concentration": 20.0}),
        (costs_claims.check_cream_skimming, {"draws": 2000, "limit": 0.1, "alpha": 0.05}),
        # CBS 2026, movers of 12 and over in focus areas in 2024: 9.3 % in, 8.8 % out; 5th to 95th of a hundred areas.
        (MoverRule, {"yearly_in": 0.093, "yearly_out": 0.088, "lowest": 0.05, "highest": 0.95}),
        (
            Rule,
            {
                "url": "",
                "sources": (),
                "origins": (),
                "minimum_numerator": 0,
                "minimum_denominator": 0,
                "minimum_count": 0,
                "minimum_n": 0,
                "known_below": None,
                "rounding": 0,
                "exempt": False,
            },
        ),
        (Composition, {"exhaustive": True}),
        (IndicatorParts, {"denominator": "", "scale": 1.0, "is_mean": False, "is_share": False}),
        (rules.suppress_small, {"minimum_numerator": 10, "minimum_denominator": 100}),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_assumed_is_what_is_written(of: Callable[..., Any], expected: dict[str, Any]) -> None:
    found = defaults(of)
    assert {name: found.get(name, "none") for name in expected} == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # How visible a verdict is: the docstring of the weights, 1, 2/3, 1/3 and else 0.
        ([agenda.VISIBILITY[one] for one in Verdict], [1.0, 2 / 3, 1 / 3, 0.0]),
        (agenda.FIXED_DATE, (2000, 1, 1, 0, 0, 0)),
        # A comparison group starts at grade 3 of the Maryland scale.
        ((costs.SHOWN_FROM_GRADE, evidence_map.SHOWN_FROM_GRADE), (3, 3)),
        # Mean radius of the earth (IUGG 6,371,008.8 m); a hundred metres; 1e-7 degree x pi/180 x that radius is a centimetre.
        ((adjacency.EARTH_RADIUS, adjacency.LEAST_METRES, adjacency.DECIMALS), (6_371_009.0, 100.0, 7)),
        ((focus_field.LEAST_MEMBERS, focus_field.FIELD_SIZE, focus_field.DEMO_OF_CITY), (10, 20, 10)),
        ((focus_peers.N_PEERS, focus_peers.ANY_SIZE, focus_peers.LEAST_RESIDENTS, focus_peers.FEW_WIJKEN), (3, 1e6, 1000, 5)),
        (goal_progress.LEAST_AREAS, 2),
        # Programme plan: phases of five years, A to D.
        (dict(goalpath.PHASES), {"A": 2028, "B": 2033, "C": 2038, "D": 2043}),
        # Schochet 2009: a threshold with a line on each side needs up to four times the sample of a lottery.
        (UNIFORM_THRESHOLD_DESIGN_EFFECT, 4.0),
        ((other_table.SURFACE_SLACK, other_table.SURFACE_SHARE), (2.0, 0.01)),
        ((rules.MINIMUM_NUMERATOR, rules.MINIMUM_DENOMINATOR, rules.BASE_WIDTH, rules.RELATIVE_WIDTH), (10, 100, 9, 0.2)),
        (attack.SLACK, 1e-6),
    ],
)
def test_the_constants_are_those_of_the_notes(found: object, expected: object) -> None:
    assert found == expected
