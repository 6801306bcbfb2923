"""What may be said about an effect: evidence grade, dose check, and the sentence for every outcome, the awkward ones too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lwo_analysis.effects import sentences, verdict_texts
from lwo_analysis.effects.power import PowerResult
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.errors import ParameterError

Comparison = Literal["cross_section", "before_after", "comparison", "controlled", "randomised"]
Kind = Literal["effect", "inconclusive", "implausible", "not_identified", "too_few_areas", "too_early"]
Status = Literal["good", "doubt", "unknown"]
STATUS_OF: dict[bool | None, Status] = {True: "good", False: "doubt", None: "unknown"}

GRADES: dict[str, int] = {"cross_section": 1, "before_after": 2, "comparison": 3, "controlled": 4, "randomised": 5}
GRADE_FOR_EFFECT = 3
PRE_TREND_CHECK = "pre-trend test with its power"


@dataclass(frozen=True)
class Note:
    """One remark beside the grade.

    Attributes
    ----------
    topic : str
        ``"power"``, ``"balance"``, ``"composition"``, ``"robustness"`` or ``"registration"``.
    status : {"good", "doubt", "unknown"}
        How the evidence stands on this point.
    texts : tuple of str
        Dutch and English.
    """

    topic: str
    status: Status
    texts: tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """What may be said.

    Attributes
    ----------
    kind : str
        ``"effect"``, ``"inconclusive"``, ``"implausible"``, ``"not_identified"``, ``"too_few_areas"`` or ``"too_early"``.
    badge : {"effect", "undetermined"}
        ``"effect"`` only with grade 3 or more, a rejected placebo test, no failed check and the dose ceiling not exceeded.
    grade : int
        Maryland Scientific Methods Scale, 1 to 5.
    notes : tuple of Note
        On power, balance, composition, robustness and registration.
    sentences : tuple of str
        Dutch and English.
    """

    kind: Kind
    badge: Literal["effect", "undetermined"]
    grade: int
    notes: tuple[Note, ...]
    sentences: tuple[str, str]

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return what may be said, with what could have been seen."""
        return self.sentences[language == "en"]

    def table(self) -> pd.DataFrame:
        """Return one row per note, after a row with the grade."""
        grade = {language: texts[self.grade] for language, texts in verdict_texts.GRADES.items()}
        notes = [{"topic": n.topic, "status": n.status, "nl": n.texts[0], "en": n.texts[1]} for n in self.notes]
        return pd.DataFrame([{"topic": "grade", "status": str(self.grade), **grade}, *notes])


def judge(
    result: EffectResult,
    *,
    power: PowerResult | None = None,
    dose_ceiling: float | None = None,
    checks: Sequence[SensitivityCheck] = (),
    composition_stable: bool | None = None,
    comparison: Comparison | None = None,
) -> Verdict:
    """Return what may be said about an estimate: kind, badge, grade, notes, sentences.

    Use it for every estimate that reaches a page. Do not use it with an interval from cluster standard errors of a handful of
    areas: attach placebo inference first (``add_placebo_inference``).

    Parameters
    ----------
    result : EffectResult
        With the interval and p-value that count.
    power : PowerResult, optional
        Of the same design; without it the note on power is "unknown".
    dose_ceiling : float, optional
        Largest effect (in size, on the scale of the estimate, > 0) that the intervention can reach with everyone it serves.
    checks : sequence of SensitivityCheck
        Those that were run. A failed pre-trend test lowers the grade to 2: the comparison is then not comparable.
    composition_stable : bool, optional
        Whether the make-up of the population stayed the same; None when not examined.
    comparison : {"cross_section", "before_after", "comparison", "controlled", "randomised"}, optional
        Kind of design. When left out: ``before_after`` without control units, ``controlled`` for weighted controls (synthetic
        methods), ``comparison`` otherwise.

    Returns
    -------
    Verdict

    Raises
    ------
    ParameterError
        When ``dose_ceiling`` is not positive or ``comparison`` is unknown.

    Notes
    -----
    The estimate, not its interval, is compared with the ceiling: an estimate that cannot be true is a sign of a mistake in data,
    design or comparison, and is marked whatever its p-value.

    References
    ----------
    Sherman and others (1997), Preventing Crime, chapter 2 (Maryland scale).
    """
    if dose_ceiling is not None and not dose_ceiling > 0:
        raise ParameterError(
            "dose_ceiling", expected="a size above zero", found=str(dose_ceiling), remedy="give its absolute value"
        )
    grade = evidence_grade(result, checks, comparison)
    kind = _kind(result, dose_ceiling)
    failed = [check for check in checks if check.passed is False]
    is_effect = kind == "effect" and grade >= GRADE_FOR_EFFECT and not failed
    badge: Literal["effect", "undetermined"] = "effect" if is_effect else "undetermined"
    notes = (
        _power_note(power, dose_ceiling),
        _balance_note(checks),
        _composition_note(composition_stable),
        _robustness_note(checks),
        _registration_note(result),
    )
    texts = tuple(_sentence(result, kind, badge, grade, power, dose_ceiling, language) for language in ("nl", "en"))
    return Verdict(kind, badge, grade, notes, (texts[0], texts[1]))


def evidence_grade(result: EffectResult, checks: Sequence[SensitivityCheck] = (), comparison: Comparison | None = None) -> int:
    """Return the grade on the Maryland scale, 1 to 5; a failed pre-trend test allows at most 2.

    Parameters
    ----------
    result : EffectResult
        What an estimator returned.
    checks : sequence of SensitivityCheck
        The checks that were done.
    comparison : str or None
        Kind of comparison; None reads it from the result.

    Raises
    ------
    ParameterError
        The kind of comparison is unknown.
    """
    if comparison is None:
        weighted = "synthetic" in result.method.lower()
        comparison = "before_after" if result.n_control == 0 else "controlled" if weighted else "comparison"
    if comparison not in GRADES:
        raise ParameterError("comparison", expected=", ".join(GRADES), found=str(comparison), remedy="choose one")
    drifted = any(check.name == PRE_TREND_CHECK and check.passed is False for check in checks)
    return min(GRADES[comparison], 2) if drifted else GRADES[comparison]


def exceeds_dose(estimate: float, dose_ceiling: float | None) -> bool:
    """Return whether an estimate is larger in size than the intervention can reach; False without a ceiling.

    Parameters
    ----------
    estimate : float
        In outcome units.
    dose_ceiling : float or None
        Largest effect that can be, in the same unit.

    Examples
    --------
    >>> exceeds_dose(-2.0, 1.5), exceeds_dose(-1.0, 1.5), exceeds_dose(-2.0, None)
    (True, False, False)
    """
    return dose_ceiling is not None and math.isfinite(estimate) and abs(estimate) > dose_ceiling


def _kind(result: EffectResult, dose_ceiling: float | None) -> Kind:
    # Too early and not identified come first: there is no estimate to compare with a ceiling.
    if result.status in ("too_early", "not_identified"):
        return "too_early" if result.status == "too_early" else "not_identified"
    if exceeds_dose(result.estimate, dose_ceiling):
        return "implausible"
    if result.status == "too_few_areas":
        return "too_few_areas"
    return "effect" if sentences.outcome_kind(result) in ("higher", "lower") else "inconclusive"


def _power_note(power: PowerResult | None, dose_ceiling: float | None) -> Note:
    if power is None:
        return Note("power", "unknown", verdict_texts.POWER["unknown"])
    enough = math.isfinite(power.minimal_effect) and (dose_ceiling is None or power.minimal_effect <= dose_ceiling)
    if dose_ceiling is None and enough:
        return Note("power", "unknown", verdict_texts.POWER["no_ceiling"])
    return Note("power", "good" if enough else "doubt", verdict_texts.POWER["good" if enough else "doubt"])


def _balance_note(checks: Sequence[SensitivityCheck]) -> Note:
    found = [check for check in checks if check.name == PRE_TREND_CHECK]
    if not found:
        return Note("balance", "unknown", verdict_texts.BALANCE_UNKNOWN)
    status = STATUS_OF[found[0].passed]
    return Note("balance", status, found[0].sentences)


def _composition_note(stable: bool | None) -> Note:
    status = STATUS_OF[stable]
    return Note("composition", status, verdict_texts.COMPOSITION[status])


def _robustness_note(checks: Sequence[SensitivityCheck]) -> Note:
    others = [check for check in checks if check.name != PRE_TREND_CHECK]
    failed = [check for check in others if check.passed is False]
    decided = [check for check in others if check.passed is not None]
    if failed:
        return Note("robustness", "doubt", (failed[0].sentence("nl"), failed[0].sentence("en")))
    status: Status = "good" if decided else "unknown"
    nl, en = verdict_texts.ROBUSTNESS[status]
    return Note("robustness", status, (nl.format(count=len(decided)), en.format(count=len(decided))))


def _registration_note(result: EffectResult) -> Note:
    status = STATUS_OF[result.design_frozen_before_data]
    return Note("registration", status, verdict_texts.REGISTRATION[status])


def _sentence(
    result: EffectResult,
    kind: Kind,
    badge: str,
    grade: int,
    power: PowerResult | None,
    dose_ceiling: float | None,
    language: Literal["nl", "en"],
) -> str:
    parts = [result.sentence(language)]
    if kind == "implausible" and dose_ceiling is not None:
        parts = [verdict_texts.implausible(result, dose_ceiling, language)]
    elif kind == "effect" and badge != "effect":
        parts = [verdict_texts.WEAK[language].format(grade=grade), *parts]
    if power is not None and kind in ("inconclusive", "effect", "too_few_areas"):
        parts.append(power.sentence(language))
    return " ".join(parts)
