"""What kind of statement a sentence is, decided by rules from what is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

MINIMUM_MEASUREMENTS = 3
MINIMUM_EFFECT_GRADE = 3


class Badge(StrEnum):
    """What a sentence claims, from least to most, and not being able to tell."""

    DESCRIPTION = "description"
    SIGNAL = "signal"
    AGENDA = "agenda"
    EFFECT = "effect"
    UNDETERMINED = "undetermined"


class Question(StrEnum):
    """What is asked of the figures; a badge can never answer more than was asked."""

    LEVEL = "level"
    CHANGE = "change"
    EFFECT = "effect"


@dataclass(frozen=True)
class Evidence:
    """What is known when a sentence is about to be said.

    Parameters
    ----------
    question : Question
        A level or a gap at one moment is ``LEVEL``; a trend, or a gap that closes or widens, is ``CHANGE``; what the programme
        did is ``EFFECT``.
    reliable_level : bool
        Whether the level rests on enough people to be shown (minimum numerator, denominator or sample).
    measurements : int
        Comparable measurements, without a break of definition between them.
    change, change_margin : float or None
        The change and half the width of its 95 % interval, in the same unit; None when unknown.
    needs_attention : bool
        Whether stakeholders have read the signal and say it deserves attention.
    grade : int or None
        Evidence grade of the design on the Maryland scale, 1-5.
    placebo_passed : bool or None
        Whether the effect stands out from the placebo distribution; None when not tested.
    estimate, dose_ceiling : float or None
        The estimated effect and the largest one the programme could have had, in the same unit.
    """

    question: Question
    reliable_level: bool
    measurements: int = 1
    change: float | None = None
    change_margin: float | None = None
    needs_attention: bool = False
    grade: int | None = None
    placebo_passed: bool | None = None
    estimate: float | None = None
    dose_ceiling: float | None = None


def decide_badge(evidence: Evidence) -> Badge:
    """Return the badge that the evidence carries.

    Returns
    -------
    Badge
        ``DESCRIPTION`` for a reliable level; ``SIGNAL`` for a change over at least 3 comparable measurements beyond its margin;
        ``AGENDA`` for such a signal that stakeholders say deserves attention; ``EFFECT`` for a design of grade 3 or more that
        passed its placebo test within its dose ceiling; ``UNDETERMINED`` for everything else. A change, however large, is never
        an effect.

    Notes
    -----
    What is not known counts as not met: an effect without a placebo test, or without a dose ceiling, is undetermined.

    Examples
    --------
    >>> decide_badge(Evidence(Question.LEVEL, reliable_level=True))
    <Badge.DESCRIPTION: 'description'>
    """
    return Badge.UNDETERMINED if reason_undetermined(evidence) else _badge_when_met(evidence)


def reason_undetermined(evidence: Evidence) -> str | None:
    """Return the phrase key of the first reason why nothing can be said, or None when something can.

    The keys are ``reason.unreliable_level``, ``reason.few_measurements``, ``reason.within_noise``, ``reason.weak_design`` and
    ``reason.exceeds_dose``.
    """
    if not evidence.reliable_level:
        return "reason.unreliable_level"
    checks = {Question.LEVEL: _no_reason, Question.CHANGE: _change_reason, Question.EFFECT: _effect_reason}
    return checks[evidence.question](evidence)


def _badge_when_met(evidence: Evidence) -> Badge:
    if evidence.question is Question.CHANGE:
        return Badge.AGENDA if evidence.needs_attention else Badge.SIGNAL
    return Badge.EFFECT if evidence.question is Question.EFFECT else Badge.DESCRIPTION


def _no_reason(evidence: Evidence) -> None:
    return None


def _change_reason(evidence: Evidence) -> str | None:
    if evidence.measurements < MINIMUM_MEASUREMENTS:
        return "reason.few_measurements"
    change, margin = evidence.change, evidence.change_margin
    return None if _is_known(change) and _is_known(margin) and abs(change) > margin else "reason.within_noise"


def _effect_reason(evidence: Evidence) -> str | None:
    if (evidence.grade or 0) < MINIMUM_EFFECT_GRADE or not _is_known(evidence.estimate) or not _is_known(evidence.dose_ceiling):
        return "reason.weak_design"
    if abs(evidence.estimate) > abs(evidence.dose_ceiling):
        return "reason.exceeds_dose"
    return None if evidence.placebo_passed else "reason.within_noise"


def _is_known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)
