"""Can it be seen? The dose ceiling of an intervention against the smallest change that its measurement can show.

The verdict follows a published rule (`DetectabilityRule`), never a judgement by hand:

1. A countable series is at hand, and the ceiling reaches its minimal detectable effect in the first year: visible.
2. The same, within the horizon, or a series for the whole area whose noise is not known yet: visible only after years.
3. Otherwise a register of persons or dwellings exists and participants are many enough to compare one by one, or are not counted
   yet: visible only with microdata.
4. Otherwise: only qualitative research can say something.

What works on a whole area has no number of participants to limit it; the rule then takes a tenth of the present figure as the
most that can be expected (`largest_area_effect`). Verdicts that rest on something unknown are marked provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from lwo_analysis.catalogue.interventions import Intervention, Measurability, Population, Text
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
from lwo_analysis.indicators.verdicts import Verdict, verdict_reason


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
    largest_area_effect : float
        Most that a whole-area intervention is taken to change, relative to the present figure. The largest effect found with a
        comparison in the literature list is 3.5 % (house prices), so this is generous.
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
    largest_area_effect: float = 0.10
    controls_per_participant: float = 10.0
    largest_participant_effect: float = 0.40


@dataclass(frozen=True)
class Detectability:
    """The verdict on one outcome of one intervention, with everything it rests on.

    Attributes
    ----------
    intervention_id, indicator_id : str
        Ids of the catalogue.
    verdict : Verdict
        What it takes to see a change.
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
    provisional : bool
        Something unknown (dose or noise) decides; the verdict can improve when it is recorded.
    never_from_open_data : bool
        No yearly public series will ever answer this, however long one waits.
    reason : Text
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
    provisional: bool
    never_from_open_data: bool
    reason: Text


@dataclass(frozen=True)
class GoalDetectability:
    """Whether progress on a goal along the straight path can be told from noise, and after how many years.

    Attributes
    ----------
    gap : float
        What is to be gained, in the unit of the goal.
    per_year : float
        That per year on the straight path.
    mde : float
        Smallest change that one year can show.
    years : float
        Years until the path departs by that much; infinite when it never does.
    seen_within_programme : bool
        Whether that is before the end.
    """

    gap: float
    per_year: float
    mde: float
    years: float
    seen_within_programme: bool


def one_year_mde(outcome: Measurability, size: Population, rule: DetectabilityRule) -> float | None:
    """Return the MDE of one year against another for an outcome, or None when baseline or size is unknown.

    Modelled figures give None: they follow their inputs, so a change in them shows nothing. Means give None too: their spread
    must come from the panel.

    Parameters
    ----------
    outcome : Measurability
        How the outcome is measured.
    size : Population
        How many there are.
    rule : DetectabilityRule
        Error rates and survey size.
    """
    if outcome.baseline is None:
        return None
    if outcome.kind == "survey_share":
        return mde_between_waves(outcome.baseline, rule.survey_n, alpha=rule.alpha, power=rule.power)
    if size.value is None or outcome.kind not in ("register_share", "register_rate"):
        return None
    compute = mde_register_share if outcome.kind == "register_share" else mde_register_rate
    return compute(outcome.baseline, size.value, alpha=rule.alpha, power=rule.power)


def judge_outcome(
    entry: Intervention,
    outcome: Measurability,
    sizes: Mapping[str, Population],
    rule: DetectabilityRule,
    *,
    panel_mde: float | None = None,
    effect_per_unit: float | None = None,
    part_of_area: float = 1.0,
) -> Detectability:
    """Return the verdict on one outcome of one intervention.

    Parameters
    ----------
    entry, outcome
        Row of the register, and how the outcome is measured.
    sizes : mapping
        Population by key.
    rule : DetectabilityRule
        Published choices.
    panel_mde : float, optional
        Placebo-based MDE of the panel at hand; it replaces the closed form. Relative for means.
    effect_per_unit : float, optional
        Largest effect on one unit reached. Leaving a share counts as 1; a mean has no ceiling without it.
    part_of_area : float
        Part of the five wijken in which the outcome is read, 0 to 1.

    Raises
    ------
    ParameterError
        A number is not positive.
    """
    for name, value in (("panel_mde", panel_mde), ("effect_per_unit", effect_per_unit), ("part_of_area", part_of_area)):
        _require_positive(name, value)
    size = _part(sizes[outcome.population], part_of_area)
    found = intervention_ceiling(entry, sizes)
    ceiling = _ceiling(entry, found, outcome, rule, effect_per_unit)
    mde = panel_mde if panel_mde is not None else one_year_mde(outcome, size, rule)
    years = _years(ceiling, mde, found.accumulates, rule)
    persons_mde = _participants_mde(_participants(entry), outcome, rule)
    verdict, provisional, reason = _apply_rule(entry, outcome, ceiling, mde, years, persons_mde, rule)
    return Detectability(
        entry.id,
        outcome.indicator_id,
        verdict,
        ceiling,
        mde,
        years,
        None if mde is None or size.value is None else mde / (effect_per_unit or 1.0) * size.value,
        persons_mde,
        _survey_size(outcome, ceiling, rule),
        provisional,
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
    residents: Mapping[str, float] | None = None,
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
    residents : mapping, optional
        Residents by wijk; a whole-area intervention in some of the wijken is then read in those wijken only, with more noise.
    """
    return tuple(
        judge_outcome(
            entry,
            outcomes[name],
            sizes,
            rule,
            panel_mde=(panel_mde or {}).get(name),
            effect_per_unit=(effect_per_unit or {}).get(name),
            part_of_area=_part_treated(entry, residents or {}),
        )
        for entry in entries
        for name in entry.indicators
    )


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
    entry: Intervention,
    outcome: Measurability,
    ceiling: float | None,
    mde: float | None,
    years: float,
    persons_mde: float | None,
    rule: DetectabilityRule,
) -> tuple[Verdict, bool, Text]:
    """Return the verdict, whether it is provisional, and the deciding step."""
    if (_is_countable(outcome) or outcome.kind == "survey_share") and isfinite(years):
        return (Verdict.VISIBLE if years == 1 else Verdict.AFTER_YEARS), False, verdict_reason("reached", years=f"{years:g}")
    if _is_countable(outcome) and _read_in_area(entry, outcome) and (mde is None or ceiling is None):
        return Verdict.AFTER_YEARS, True, verdict_reason("area_series")
    why = _why_not_seen(outcome, ceiling, mde)
    if not outcome.microdata:
        return Verdict.QUALITATIVE, False, verdict_reason(why, "no_register")
    if persons_mde is None:
        return Verdict.MICRODATA, True, verdict_reason(why, "not_counted")
    if persons_mde > rule.largest_participant_effect:
        return Verdict.QUALITATIVE, False, verdict_reason(why, "too_few")
    if outcome.kind.endswith("share"):
        return Verdict.MICRODATA, False, verdict_reason(why, "persons_share", points=f"{100 * persons_mde:.0f}")
    return Verdict.MICRODATA, False, verdict_reason(why, "persons_mean", hundredths=f"{100 * persons_mde:.0f}")


def _ceiling(
    entry: Intervention,
    found: InterventionCeiling,
    outcome: Measurability,
    rule: DetectabilityRule,
    effect_per_unit: float | None,
) -> float | None:
    if entry.reaches == "whole_area":
        present = 1.0 if outcome.kind == "register_mean" else outcome.baseline
        return None if present is None else rule.largest_area_effect * present
    if found.ceiling is None or found.indicator_id != outcome.indicator_id:
        return None
    if outcome.kind == "register_mean" and effect_per_unit is None:
        return None
    return found.ceiling.ceiling * (effect_per_unit or 1.0)


def _read_in_area(entry: Intervention, outcome: Measurability) -> bool:
    own_mean = outcome.kind == "register_mean" and entry.dose is not None and entry.dose.indicator == outcome.indicator_id
    return entry.reaches == "whole_area" or own_mean


def _part(size: Population, part: float) -> Population:
    return size if size.value is None else Population(size.id, size.value * part, size.basis)


def _part_treated(entry: Intervention, residents: Mapping[str, float]) -> float:
    if entry.reaches != "whole_area" or entry.treats_whole_programme or not residents:
        return 1.0
    return sum(residents[place] for place in entry.places) / sum(residents.values())


def _why_not_seen(outcome: Measurability, ceiling: float | None, mde: float | None) -> str:
    if outcome.kind == "modelled":
        return "modelled"
    if not outcome.open and outcome.kind != "survey_share":
        return "not_public"
    if ceiling is None:
        return "no_ceiling"
    return "no_noise" if mde is None else "below"


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
