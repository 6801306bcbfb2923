"""Designs are data: identified by content, datable, and refused when they contradict themselves."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

import pytest

from lwo_analysis import effects
from lwo_analysis.effects import Design, FrozenDesign, fit_did
from lwo_analysis.effects.design import canonical_json
from lwo_analysis.errors import DesignError
from tests.effects.panels import SMALL, small_panel


def test_the_id_is_the_sha256_of_the_canonical_content():
    design = Design(outcome="rate", treated=("a", "b"))
    assert design.id == hashlib.sha256(canonical_json(design).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    "change",
    [
        {"anticipation": 1},
        {"window": (2013, 2025)},
        {"start_years": (2021, 2022)},
        {"weights": "population"},
        {"comparison": "the 30 nearest wijken"},
        {"also_treated": ("nplv-rotterdam-zuid",)},
        {"estimand": "effect in 2025"},
    ],
)
def test_every_choice_changes_the_id(change):
    assert dataclasses.replace(Design(), **change).id != Design().id


def test_lists_and_tuples_give_the_same_design():
    assert Design(treated=["a"], window=[2013, 2025]) == Design(treated=("a",), window=(2013, 2025))


def test_a_frozen_design_survives_json():
    frozen = Design(outcome="rate", window=(2013.0, 2025.0), start_years=(2021, 2022)).freeze("2026-11-20")
    assert FrozenDesign.from_json(frozen.to_json()) == frozen
    assert frozen.date == dt.date(2026, 11, 20)


def test_a_design_that_was_edited_after_freezing_is_refused():
    text = Design(outcome="rate").freeze("2026-11-20").to_json().replace('"anticipation": 0', '"anticipation": 1')
    with pytest.raises(DesignError, match="freeze the changed design under a new date"):
        FrozenDesign.from_json(text)


def test_an_unknown_field_in_a_frozen_design_is_refused():
    text = Design().freeze("2026-11-20").to_json().replace('"anticipation": 0', '"anticipation": 0, "lucky": 1')
    with pytest.raises(DesignError, match="lucky"):
        FrozenDesign.from_json(text)


@pytest.mark.parametrize(
    ("vintage", "answer"),
    [("2026-11-21", True), ("2026-11-20", False), ("2026-11-19T02:00:00", False), (None, None)],
)
def test_a_result_says_whether_its_design_came_before_the_data(vintage, answer):
    panel = small_panel() if vintage is None else small_panel().assign(vintage=vintage)
    assert fit_did(panel, SMALL.freeze("2026-11-20")).design_frozen_before_data is answer


def test_only_the_vintage_of_treated_outcomes_after_the_start_decides():
    panel = small_panel().assign(vintage="2016-01-01")
    panel.loc[panel["year"] >= panel["start_year"], "vintage"] = "2026-12-01"
    assert fit_did(panel, SMALL.freeze("2026-11-20")).design_frozen_before_data is True


def test_an_unfrozen_design_gives_no_claim_about_its_date():
    assert fit_did(small_panel().assign(vintage="2026-12-01"), SMALL).design_frozen_before_data is None


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"anticipation": -1}, "anticipation"),
        ({"window": (2025, 2013)}, "window"),
        ({"min_pre_periods": 0}, "min_pre_periods"),
        ({"weights": ""}, "weights"),
        ({"incomplete_controls": "ignore"}, "incomplete_controls"),
        ({"treated": ("a",), "also_treated": ("a",)}, "also_treated"),
        ({"window": (2020, 2020)}, "window"),
        ({"outcome_words": ("uitkomst", "outcome", "Ergebnis"), "outcome_unit": ("", "", "")}, "outcome_words"),
        ({"outcome_words": ("uitkomst",)}, "outcome_words"),
        ({"window": (2013, 2025), "start_years": (2030,)}, "start_years"),
    ],
)
def test_a_design_that_contradicts_itself_is_refused(choices, field):
    with pytest.raises(DesignError, match=field):
        Design(**choices)


def test_every_public_name_of_the_effect_engine_exists_and_is_documented():
    for name in effects.__all__:
        assert getattr(effects, name).__doc__, name


def test_an_unknown_name_is_an_ordinary_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'fit_magic'"):
        effects.fit_magic  # noqa: B018
