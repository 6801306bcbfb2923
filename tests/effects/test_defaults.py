"""What a caller gets without asking: defaults, constants and frozen results, read from the source of each module.

A number here was written down from the documentation, not computed: where a publication or another program fixes it, the table
says which. The module is loaded afresh, so that what runs is its file and not what another test left behind.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import math
import pkgutil
from types import ModuleType
from typing import Any

import pytest

from lwo_analysis import effects

MODULES = sorted(
    module.name.removeprefix("lwo_analysis.effects.")
    for module in pkgutil.walk_packages(effects.__path__, "lwo_analysis.effects.")
    if not module.ispkg
)

CONSTANTS: dict[str, dict[str, Any]] = {
    # The money for the forty areas ended in 2012; the present programme was announced for 2022 (the register of interventions).
    "aftermath": {
        "PROGRAMME": "H03",
        "END": 2012,
        "LAST": 2021,
        "LEAST_BEFORE": 2,
        "LEAST_DURING": 3,
        "LEAST_AFTER": 3,
        "LEAST_DONORS": 20,
        "SIZE_RATIO": 2.0,
        "PHASES": ("during", "after", "relapse"),
    },
    # Announced with the national programme of 2022; with one treated wijk of 21 the smallest p-value is 1/21 < 0.05.
    "area_effect": {
        "PROGRAMME": "lwo",
        "ANNOUNCED": 2022,
        "EARLIER_PROGRAMME": "heechterp-schieringen",
        "AFTER_EARLIER": 2016,
        "LEAST_BEFORE": 5,
        "MOST_BEFORE": 7,
        "LEAST_AFTER": 1,
        "LEAST_DONORS": 20,
        "LAST_YEAR": 2100,
        "PRETENDED": (-4, -2),
        "NOISE_RATIO": 3.0,
        "NARROW_RATIO": 2.0,
        "WORLDS": 20,
        "DRAWS": 79,
    },
    "effect_ceiling": {"REST_OF_CITY": "lwd-rest", "HISTORY": "geschiedenis"},
    "inference.assignments": {"EXHAUSTIVE_LIMIT": 20_000},
    "inference.conformal": {"TIES": 1e-12, "SEARCH_POINTS": 201},
    "inference.lee_wooldridge": {"ROUNDING": 1e-12},
    "inference.placebo": {"EVERYTHING": (-math.inf, math.inf)},
    "inference.placebo_scale": {"ENOUGH_FOR_VARIANCE": 10},
    # Five comparison units per treated one: the docstring of placebo_statistics.
    "inference.placebo_statistics": {"TIES": 1e-10, "MANY_COMPARISONS": 5},
    "inference.variance_model": {"PASSES": 3},
    # 2^14 = 16,384 sign vectors; MacKinnon and Webb (2017): one or two treated clusters is too few.
    "inference.wild_bootstrap": {"ENUMERATED_CLUSTERS": 14, "BLOCK_CELLS": 2_000_000, "TOO_FEW_FOR_BOOTSTRAP": 3},
    # Four observations for each of the parameters.
    "interrupted": {"POINTS_PER_PARAMETER": 4},
    "inversion": {"MAX_WIDENINGS": 14},
    "nested_predictors": {"LOG_RANGE": 6.0},
    "panel_checks": {"ROUNDING": 1e-12},
    # Bloom (1995), table 1: 2.80 = 1.96 + 0.84.
    "power": {"CURVE_POINTS": 41, "TEXTBOOK_MULTIPLE": 2.8},
    "results": {"FEW_TREATED": 5},
    "sensitivity.event_study_input": {"SINGULAR": 1e-10},
    # Andrews, Roth and Pakes (2023): kappa = alpha / 10.
    "sensitivity.honest_relative_magnitudes": {
        "FIRST_STAGE_SHARE": 0.1,
        "DEFAULT_DRAWS": 10_000,
        "GRID_POINTS": 400,
        "EDGE_TOLERANCE": 1e-5,
    },
    "sensitivity.honest_smoothness": {"POINTS_PER_SEGMENT": 33, "LARGE_BIAS": 12.0},
    "sensitivity.variations": {"SOFT_START_YEARS": (2021, 2022, 2023, 2024)},
    "sentences": {"ROUNDING": 1e-10},
    "simplex": {"SUM_WEIGHT": 1e3, "NEWTON_STEPS": 200, "ROUNDING": 1e-9, "MANY_DONORS": 1000},
    # 12 areas, 2 of them next door: 66 rings. 999 draws make p-values of whole thousandths.
    "spillovers": {"LEAST_BEFORE": 2, "LEAST_AFTER": 1, "LEAST_OTHERS": 10, "NEIGHBOUR_STARTS": (-1, 0, 1), "DRAWS": 999},
    "synthetic_control": {"DEFAULT_RIDGE": 1e-3},
    # Sherman and others (1997): level 3 is the lowest with comparison units.
    "verdict": {
        "GRADE_FOR_EFFECT": 3,
        "GRADES": {"cross_section": 1, "before_after": 2, "comparison": 3, "controlled": 4, "randomised": 5},
    },
}

DEFAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "did": {"estimate_did": {"weights": None, "anticipation": 0}, "coefficient_uncertainty": {"position": 0}},
    "design": {"Design": {"anticipation": 0, "window": None, "min_pre_periods": 2, "weights": "equal"}},
    "event_study": {"period_table": {"level": 0.95}},
    # R package did: control_group = "nevertreated", base_period = "varying", anticipation = 0.
    "group_time": {
        "group_time_effects": {"control": "never", "base": "varying", "anticipation": 0, "covariates": None, "weights": None},
        "estimate_callaway_santanna": {"weights": None, "anticipation": 0, "control": "never"},
    },
    # 999 draws and the actual assignment: p-values of whole thousandths.
    "inference.assignments": {"placebo_assignments": {"draws": 999, "rng": None, "limit": 20_000}},
    # R package scinference (Chernozhukov, Wuthrich and Zhu): moving block, alpha 0.1, 5000 permutations.
    "inference.conformal": {"conformal_test": {"permutations": "moving_block", "level": 0.9, "draws": 5000, "rng": None}},
    "inference.contrasts": {"unit_contrasts": {"anticipation": 0, "unit_weights": None}},
    "inference.lee_wooldridge": {
        "lee_wooldridge_test": {"transform": "demean", "errors": "classical", "level": 0.95},
        "transformed_outcomes": {"transform": "demean", "anticipation": 0},
        "cross_sectional_test": {"transform": "demean", "errors": "classical", "level": 0.95},
    },
    "inference.multiplicity": {
        "adjust_for_multiplicity": {
            "p_values": None,
            "statistics": None,
            "names": None,
            "method": "benjamini-hochberg",
            "alpha": 0.05,
        },
    },
    "inference.placebo": {
        "placebo_test": {"correction": "auto", "pool_size": 40, "draws": 999, "level": 0.95, "rng": None},
        "joint_placebo_statistics": {"correction": "auto", "draws": 999, "rng": None},
        "run_placebo_test": {"scale": None, "level": 0.95},
    },
    "inference.placebo_estimator": {"placebo_test_of_estimator": {"statistic": None, "draws": 499, "level": 0.95, "rng": None}},
    "inference.placebo_statistics": {
        "placebo_statistics": {"scale": None, "effect": 0.0},
        "placebo_p_value": {"scale": None, "effect": 0.0},
        "smallest_p_value": {"scale": None},
    },
    # 9,999 draws, as in the examples of the R package fwildclusterboot: p-values of whole ten-thousandths.
    "inference.wild_bootstrap": {
        "wild_cluster_bootstrap": {"null_effect": 0.0, "draws": 9_999, "rng": None},
        "wild_bootstrap_regression": {"null_effect": 0.0, "draws": 9_999, "rng": None},
    },
    # Monthly series: a year has twelve of them.
    "interrupted": {
        "interrupted_estimate": {
            "model": "ols_hac",
            "exposure": None,
            "slope_change": False,
            "harmonics": 0,
            "period": 12.0,
        },
        "regressors": {"slope_change": False, "harmonics": 0, "period": 12.0},
        "fit_interrupted_time_series": {
            "model": "ols_hac",
            "exposure_col": None,
            "slope_change": False,
            "harmonics": 0,
            "period": 12.0,
            "level": 0.95,
        },
    },
    "inversion": {"accepted_interval": {"points": 61, "tolerance": 1e-4}},
    "nested_predictors": {"fit_predictor_weights": {"n_seeds": 2, "generations": 30}},
    "panel": {"to_matrix": {"need_controls": True}, "collapse": {"anticipation": 0}},
    "panel_checks": {"few": {"limit": 5}},
    # Cohen (1988): 80 % power at 5 %.
    "power": {
        "minimal_detectable_effect": {
            "estimator": None,
            "power": 0.8,
            "level": 0.95,
            "missing": None,
            "correction": "auto",
            "worlds": 200,
            "draws": 199,
            "rng": None,
        },
    },
    "repeated_cross_sections": {"fit_repeated_cross_sections": {"covariates": (), "cluster_col": None}},
    "results": {
        "from_standard_error": {"df": math.inf, "level": 0.95},
        "build_result": {"warnings": ()},
        "EffectResult": {
            "status": "estimated",
            "design_frozen_before_data": None,
            "level": 0.95,
            "inference": "",
            "scale": "difference",
            "outcome_words": ("de uitkomst", "the outcome"),
            "outcome_unit": ("", ""),
            "covariance": None,
            "fit": None,
        },
    },
    "sensitivity.honest_relative_magnitudes": {
        "honest_relative_magnitudes": {"bound": 1.0, "weights": "first", "confidence": 0.95, "rng": None, "draws": 10_000},
    },
    "sensitivity.honest_smoothness": {"honest_smoothness": {"bound": 0.0, "weights": "first", "confidence": 0.95}},
    "sensitivity.placebo_event_study": {
        "placebo_event_study": {"correction": "auto"},
        "PlaceboEventStudy": {"df": math.inf},
    },
    # Roth (2022): the trend that a test at 5 % finds with a chance of 80 %.
    "sensitivity.pre_trends": {"check_pre_trends": {"alpha": 0.05, "power": 0.8}, "detectable_slope": {"df": math.inf}},
    "sensitivity.specification_curve": {
        "all_specifications": {"starts": (None,), "windows": (None,), "weights": ("equal",), "pools": None},
        "specification_curve": {"correction": "auto", "alpha": 0.05, "draws": 999, "rng": None},
        "Specification": {"start": None, "window": None, "weights": "equal", "without": (), "pool": "all"},
    },
    "sensitivity.variations": {
        "vary_donor_pool": {"name": "donor pool"},
        "vary_start_year": {"years": ()},
        "placebo_in_time": {"alpha": 0.05, "draws": 999},
    },
    "sentences": {"format_number": {"language": "nl", "sign": False}, "format_p": {"language": "nl"}},
    "simplex": {"ridge_simplex": {"tolerance": 1e-11}},
    "staggered": {
        "fit_callaway_santanna": {"aggregation": "simple", "control": "never", "base": "varying", "covariates": ()},
    },
    "synthetic_control": {
        "synthetic_control_estimate": {"ridge": None},
        "estimate_synthetic_control": {"weights": None, "anticipation": 0, "ridge": None},
        "split_cohorts": {"weights": None, "anticipation": 0},
        "fit_synthetic_control": {"ridge": None, "predictors": None, "n_seeds": 2, "rng": None},
        "SyntheticControlFit": {"ridge": 0.0, "predictor_weights": None},
    },
    "synthetic_did": {
        "synthetic_did_estimate": {"n_treated": 1, "noise": None},
        "estimate_synthetic_did": {"weights": None, "anticipation": 0},
        "fit_cohorts": {"weights": None, "anticipation": 0},
        "cohort_shares": {"weights": None},
        "require_donors": {"periods": 2},
    },
    "two_way": {"two_way_ols": {"weights": None}},
    "verdict": {
        "judge": {"power": None, "dose_ceiling": None, "checks": (), "composition_stable": None, "comparison": None},
        "evidence_grade": {"checks": (), "comparison": None},
    },
}

BY_IDENTITY = {
    "Aftermath",
    "AggregatedEffects",
    "AreaEffect",
    "GroupTimeEffects",
    "ConformalResult",
    "AdjustedPValues",
    "PlaceboResult",
    "InterruptedFit",
    "PredictorFit",
    "OutcomeMatrix",
    "Collapsed",
    "PowerResult",
    "EffectResult",
    "SensitivityCheck",
    "PlaceboEventStudy",
    "_DualState",
    "RingPanel",
    "Spillover",
    "SyntheticControlFit",
    "Cohort",
    "SyntheticDidFit",
    "TwoWayFit",
}
"""Results that hold arrays or frames: those have no single answer to "are you equal"."""

MANY_SETTINGS = 3
"""So many settings of one function with a default must be named by the caller: their order is easily mistaken."""


def fresh(name: str) -> ModuleType:
    """Return the module as its file is now, without touching the one that other tests use."""
    importlib.import_module(f"lwo_analysis.effects.{name}")
    spec = importlib.util.find_spec(f"lwo_analysis.effects.{name}")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def defaults_of(function: Any) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not inspect.Parameter.empty}


@pytest.mark.parametrize("name", MODULES)
def test_constants_and_defaults_are_those_of_the_documentation(name):
    module = fresh(name)
    expected = CONSTANTS.get(name, {})
    assert {key: getattr(module, key) for key in expected} == expected
    for function, documented in DEFAULTS.get(name, {}).items():
        found = defaults_of(getattr(module, function))
        assert {key: found[key] for key in documented} == documented, function


@pytest.mark.parametrize("name", MODULES)
def test_results_cannot_be_changed_and_settings_have_names(name):
    module = fresh(name)
    own = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
    for kind in (value for value in own if dataclasses.is_dataclass(value)):
        assert kind.__dataclass_params__.frozen, kind
        assert kind.__dataclass_params__.eq is not (kind.__name__ in BY_IDENTITY), kind
    for function in (value for value in own if inspect.isfunction(value)):
        parameters = inspect.signature(function).parameters.values()
        assert not any(one.kind is inspect.Parameter.POSITIONAL_ONLY for one in parameters), function
        settings = [one for one in parameters if one.default is not one.empty]
        if len(settings) >= MANY_SETTINGS:
            named = [one for one in settings if one.kind is inspect.Parameter.KEYWORD_ONLY]
            assert len(named) >= MANY_SETTINGS - 1, function


def test_every_table_names_a_module_that_exists():
    assert set(CONSTANTS) | set(DEFAULTS) <= set(MODULES)
