"""Badges: the claims language of the programme (domain.md section 6) as rules, with its boundaries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.present import Badge, Evidence, Question, decide_badge, reason_undetermined

LEVEL = Evidence(Question.LEVEL, reliable_level=True)
CHANGE = Evidence(Question.CHANGE, reliable_level=True, measurements=3, change=-2.1, change_margin=2.0)
EFFECT = Evidence(Question.EFFECT, reliable_level=True, grade=3, placebo_passed=True, estimate=-0.5, dose_ceiling=0.5)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (LEVEL, Badge.DESCRIPTION),
        (CHANGE, Badge.SIGNAL),
        (replace(CHANGE, needs_attention=True), Badge.AGENDA),
        (EFFECT, Badge.EFFECT),
    ],
)
def test_each_badge_is_given_when_its_rule_is_met(evidence: Evidence, expected: Badge) -> None:
    assert decide_badge(evidence) is expected
    assert reason_undetermined(evidence) is None


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (replace(LEVEL, reliable_level=False), "reason.unreliable_level"),
        (replace(CHANGE, measurements=2), "reason.few_measurements"),
        (replace(CHANGE, change=-2.0), "reason.within_noise"),  # the margin itself is still noise
        (replace(CHANGE, change_margin=None), "reason.within_noise"),
        (replace(CHANGE, change=float("nan")), "reason.within_noise"),
        (replace(CHANGE, measurements=2, needs_attention=True), "reason.few_measurements"),
        (replace(EFFECT, grade=2), "reason.weak_design"),
        (replace(EFFECT, grade=None), "reason.weak_design"),
        (replace(EFFECT, placebo_passed=False), "reason.within_noise"),
        (replace(EFFECT, placebo_passed=None), "reason.within_noise"),
        (replace(EFFECT, estimate=-0.51), "reason.exceeds_dose"),
        (replace(EFFECT, dose_ceiling=None), "reason.weak_design"),
    ],
)
def test_what_is_not_met_or_not_known_is_undetermined_and_says_why(evidence: Evidence, reason: str) -> None:
    assert decide_badge(evidence) is Badge.UNDETERMINED
    assert reason_undetermined(evidence) == reason


@settings(max_examples=100, deadline=None)
@given(
    measurements=st.integers(0, 30),
    change=st.floats(-100, 100),
    margin=st.floats(0, 100),
    attention=st.booleans(),
    grade=st.integers(1, 5),
)
def test_a_closing_gap_is_never_an_effect_whatever_else_is_known(
    measurements: int, change: float, margin: float, attention: bool, grade: int
) -> None:
    evidence = Evidence(
        Question.CHANGE, True, measurements, change, margin, attention, grade, True, estimate=change, dose_ceiling=1000.0
    )
    assert decide_badge(evidence) in {Badge.SIGNAL, Badge.AGENDA, Badge.UNDETERMINED}
