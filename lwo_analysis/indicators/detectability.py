"""Can it be seen? The dose ceiling of an intervention against the smallest change that its measurement can show.

The verdict follows a published rule (`DetectabilityRule`), never a judgement by hand:

1. A countable series is at hand, and the ceiling reaches its minimal detectable effect in the first year: visible.
2. The same, within the horizon: visible only after years.
3. Otherwise a register of persons or dwellings exists and participants are many enough to compare one by one, or are not counted
   yet: visible only with microdata.
4. Otherwise: only qualitative research can say something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite

from lwo_analysis.catalogue.interventions import Intervention, Measurability, Population
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.dose import InterventionCeiling, intervention_ceiling
from lwo_analysis.indicators.minimal_effects import (
    mde_between_waves,
    mde_participants,
    mde_register_rate,
    mde_register_share,
    sample_size_between_waves,
    years_until_visible,
)


class Verdict(StrEnum):
    """What it takes to see the intervention at work; pages print `label`."""

    VISIBLE = "visible"
    AFTER_YEARS = "only_after_years"
    MICRODATA = "only_with_microdata"
    QUALITATIVE = "only_qualitative"

    def label(self, lang: str) -> str:
        """Return the words for a page in Dutch (`nl`) or English (`en`).

        Examples
        --------
        >>> Verdict.AFTER_YEARS.label("nl")
        'pas na jaren'
        """
        return _LABELS[self][0 if lang == "nl" else 1]


_LABELS = {
    Verdict.VISIBLE: ("zichtbaar", "visible"),
    Verdict.AFTER_YEARS: ("pas na jaren", "only after years"),
    Verdict.MICRODATA: ("alleen met microdata", "only with microdata"),
    Verdict.QUALITATIVE: ("alleen kwalitatief", "only qualitative"),
}


@dataclass(frozen=True)
class DetectabilityRule:
    """The published choices behind the verdicts.

    Attributes
    ----------
    alpha, power : float
        Of every minimal detectable effect.
    horizon : int
        Years after which "only after years" becomes "not in open data".
    survey_n : int
        Respondents per wave of the residents' survey. The real number is not published.
    controls_per_participant : float
        Matched persons per participant in microdata.
    largest_participant_effect : float
        A comparison of persons is worth doing only if it can see an effect of this size (fraction of participants for a share,
        standard deviations for a mean).
    """

    alpha: float = 0.05
    power: float = 0.80
    horizon: int = 10
    survey_n: int = 400
    controls_per_participant: float = 10.0
    largest_participant_effect: float = 0.40


@dataclass(frozen=True)
class Detectability:
    """The verdict on one outcome of one intervention, with everything it rests on.

    Attributes
    ----------
    ceiling, mde : float or None
        Fractions (shares) or per head (rates), same unit; None when unknown.
    years : float
        Years until visible; infinity when not within the horizon or unknown.
    reach_needed : float or None
        How many people or dwellings must be reached to make the ceiling equal the MDE.
    participants_mde : float or None
        Effect on participants that a comparison of persons can show: a fraction for a share, standard deviations for a mean.
    sample_size : int or None
        Respondents per wave that would make the ceiling visible in a survey; above the population, no survey can.
    never_from_open_data : bool
        No yearly public series will ever answer this, however long one waits.
    reason : str
        The deciding step of the rule.
    """

    intervention_id: str
    indicator_id: str
    verdict: Verdict
    ceiling: float | None
    mde: float | None
    years: float
    reach_needed: float | None
    participants_mde: float | None
    sample_size: int | None
    never_from_open_data: bool
    reason: str


@dataclass(frozen=True)
class GoalDetectability:
    """Whether progress on a goal along the straight path can be told from noise, and after how many years."""

    gap: float
    per_year: float
    mde: float
    years: float
    seen_within_programme: bool


def one_year_mde(outcome: Measurability, size: Population, rule: DetectabilityRule) -> float | None:
    """Return the MDE of one year against another for an outcome, or None when baseline or size is unknown.

    Modelled figures give None: they follow their inputs, so a change in them shows nothing. Means give None too: their spread
    must come from the panel.
    """
    if outcome.baseline is None:
        return None
    levels = {"alpha": rule.alpha, "power": rule.power}
    if outcome.kind == "survey_share":
        return mde_between_waves(outcome.baseline, rule.survey_n, **levels)
    if size.value is None:
        return None
    if outcome.kind == "register_share":
        return mde_register_share(outcome.baseline, size.value, **levels)
    return mde_register_rate(outcome.baseline, size.value, **levels) if outcome.kind == "register_rate" else None


def judge_outcome(
    found: InterventionCeiling,
    outcome: Measurability,
    size: Population,
    rule: DetectabilityRule,
    *,
    reached: float | None = None,
    panel_mde: float | None = None,
    effect_per_unit: float = 1.0,
) -> Detectability:
    """Return the verdict on one outcome.

    Parameters
    ----------
    found : InterventionCeiling
        From `dose.intervention_ceiling`; it counts only if it is about this outcome.
    outcome, size
        How the outcome is measured, and in how many.
    rule : DetectabilityRule
        Published choices.
    reached : float, optional
        Participants, also when they cannot be counted in the area share.
    panel_mde : float, optional
        Placebo-based MDE of the panel at hand; it replaces the closed form.
    effect_per_unit : float
        Largest effect on one unit reached: 1 for leaving a share, the relative saving for a mean.

    Raises
    ------
    ParameterError
        `panel_mde` or `effect_per_unit` is not a positive number.
    """
    _require_positive("panel_mde", panel_mde)
    _require_positive("effect_per_unit", effect_per_unit)
    same = found.ceiling is not None and found.indicator_id == outcome.indicator_id
    needs_effect = outcome.kind == "register_mean" and effect_per_unit == 1.0
    ceiling = found.ceiling.ceiling * effect_per_unit if same and found.ceiling and not needs_effect else None
    mde = panel_mde if panel_mde is not None else one_year_mde(outcome, size, rule)
    years = _years(ceiling, mde, found.accumulates, rule)
    persons_mde = _participants_mde(reached, outcome, rule)
    verdict, reason = _apply_rule(outcome, ceiling, mde, years, persons_mde, rule)
    return Detectability(
        found.intervention_id,
        outcome.indicator_id,
        verdict,
        ceiling,
        mde,
        years,
        None if mde is None or size.value is None else mde / effect_per_unit * size.value,
        persons_mde,
        _survey_size(outcome, ceiling, rule),
        not _is_countable(outcome),
        reason,
    )


def judge_register(
    entries: Iterable[Intervention],
    outcomes: Mapping[str, Measurability],
    sizes: Mapping[str, Population],
    rule: DetectabilityRule,
    *,
    panel_mde: Mapping[str, float] | None = None,
    effect_per_unit: Mapping[str, float] | None = None,
) -> tuple[Detectability, ...]:
    """Return the verdict on every outcome of every intervention, in the order of the register.

    Parameters
    ----------
    entries, outcomes, sizes
        From `catalogue.interventions`.
    rule : DetectabilityRule
        Published choices.
    panel_mde, effect_per_unit : mapping, optional
        By indicator id.
    """
    verdicts = []
    for entry in entries:
        found = intervention_ceiling(entry, sizes)
        reached = _participants(entry)
        verdicts += [
            judge_outcome(
                found,
                outcomes[name],
                sizes[outcomes[name].population],
                rule,
                reached=reached,
                panel_mde=(panel_mde or {}).get(name),
                effect_per_unit=(effect_per_unit or {}).get(name, 1.0),
            )
            for name in entry.indicators
        ]
    return tuple(verdicts)


def judge_goal(baseline: float, goal: float, mde: float, *, years: int = 20) -> GoalDetectability:
    """Return when progress along a straight path from baseline to goal stands out from noise.

    Parameters
    ----------
    baseline, goal : float
        Same unit as `mde`.
    mde : float
        Minimal detectable effect of one measurement against the first, > 0.
    years : int
        Length of the path.

    Examples
    --------
    >>> judge_goal(68, 74, 9.24).years
    inf
    """
    _require_positive("mde", mde)
    per_year = (goal - baseline) / years
    seen = years_until_visible(per_year, mde, accumulates=True, horizon=years)
    return GoalDetectability(goal - baseline, per_year, mde, seen, isfinite(seen))


def _apply_rule(
    outcome: Measurability,
    ceiling: float | None,
    mde: float | None,
    years: float,
    persons_mde: float | None,
    rule: DetectabilityRule,
) -> tuple[Verdict, str]:
    countable = _is_countable(outcome) or outcome.kind == "survey_share"
    if countable and years == 1:
        return Verdict.VISIBLE, "the ceiling reaches the minimal detectable effect in one year"
    if countable and isfinite(years):
        return Verdict.AFTER_YEARS, f"the ceiling reaches the minimal detectable effect after {years:g} years"
    why = _why_not_seen(outcome, ceiling, mde)
    if outcome.microdata and persons_mde is None:
        return Verdict.MICRODATA, f"{why}; participants are not counted yet: register them first"
    if outcome.microdata and persons_mde is not None and persons_mde <= rule.largest_participant_effect:
        unit = f"{100 * persons_mde:.0f} points" if outcome.kind.endswith("share") else f"{persons_mde:.2f} standard deviations"
        return Verdict.MICRODATA, f"{why}; a comparison one by one sees effects from {unit}"
    if outcome.microdata:
        return Verdict.QUALITATIVE, f"{why}; too few participants for a comparison one by one"
    return Verdict.QUALITATIVE, f"{why}; no register exists to follow them in"


def _why_not_seen(outcome: Measurability, ceiling: float | None, mde: float | None) -> str:
    if outcome.kind == "modelled":
        return "the figure is modelled and cannot show a change"
    if not outcome.open and outcome.kind != "survey_share":
        return "no public yearly series exists for the five wijken"
    if ceiling is None:
        return "no ceiling can be calculated for this outcome"
    if mde is None:
        return "the noise of this series is not known"
    return "the ceiling stays below the minimal detectable effect"


def _is_countable(outcome: Measurability) -> bool:
    return outcome.open and outcome.kind in {"register_share", "register_rate", "register_mean"}


def _participants(entry: Intervention) -> float | None:
    """People or dwellings reached; a dose in schools, plans or streets is no number of participants."""
    return float(entry.dose.count) if entry.dose and entry.dose.count is not None and entry.dose.population else None


def _participants_mde(reached: float | None, outcome: Measurability, rule: DetectabilityRule) -> float | None:
    if reached is None or not outcome.microdata:
        return None
    share_mde = mde_participants(
        reached, controls_per_participant=rule.controls_per_participant, alpha=rule.alpha, power=rule.power
    )
    return share_mde if outcome.kind.endswith("share") else 2 * share_mde  # a share of one half has a standard deviation of 0.5


def _years(ceiling: float | None, mde: float | None, accumulates: bool, rule: DetectabilityRule) -> float:
    if not ceiling or mde is None:
        return inf
    return years_until_visible(ceiling, mde, accumulates=accumulates, horizon=rule.horizon)


def _survey_size(outcome: Measurability, ceiling: float | None, rule: DetectabilityRule) -> int | None:
    if not ceiling or outcome.baseline is None or not outcome.kind.endswith("share"):
        return None
    return sample_size_between_waves(outcome.baseline, ceiling, alpha=rule.alpha, power=rule.power)


def _require_positive(name: str, value: float | None) -> None:
    if value is not None and not (isfinite(value) and value > 0):
        raise ParameterError(name, expected="a positive number", found=repr(value), remedy="correct the value")
