"""Dose ceilings: the furthest an area figure can move if an intervention works for everyone it reaches, with the sum shown.

A ceiling is not an expectation. It answers one question before anyone evaluates: could this have moved the area figure at all?
An estimated effect above its ceiling is an error somewhere, not a success (`exceeds_ceiling`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import pandas as pd

from lwo_analysis.catalogue.interventions import Intervention, Population, Text
from lwo_analysis.errors import InputError, ParameterError

_DUTCH = str.maketrans(".,", ",.")


@dataclass(frozen=True)
class DoseCeiling:
    """The largest possible movement of a share.

    Attributes
    ----------
    reached : float
        People, households or dwellings that the intervention reaches.
    population : float
        How many the area figure counts in its denominator.
    affected : float or None
        How many are in the numerator now; nobody can leave a group they are not in, so it caps `reached`.
    ceiling : float
        Fraction of `population`, 0 to 1, without a sign.
    basis : Text or None
        Where the population comes from.
    """

    reached: float
    population: float
    affected: float | None
    ceiling: float
    basis: Text | None

    @property
    def points(self) -> float:
        """The ceiling in percentage points."""
        return 100.0 * self.ceiling

    def arithmetic(self, lang: str = "nl") -> str:
        """Return the sum in Dutch (`nl`) or English (`en`).

        Examples
        --------
        >>> dose_ceiling(15, 23_800).arithmetic()
        '15 / 23.800 = 0,063 procentpunt'
        """
        capped = self.affected is not None and self.affected < self.reached
        used = f"min({self.reached:,.0f}; {self.affected:,.0f})" if capped else f"{self.reached:,.0f}"
        text = f"{used} / {self.population:,.0f} = {self.points:.3f}"
        return f"{text.translate(_DUTCH)} procentpunt" if lang == "nl" else f"{text} percentage points"


@dataclass(frozen=True)
class InterventionCeiling:
    """The ceiling of one intervention, or the reason why there is none.

    Attributes
    ----------
    intervention_id, indicator_id : str
        Ids of the catalogue; the indicator is None when the dose moves none.
    ceiling : DoseCeiling or None
        Per year if `accumulates`, else in all.
    accumulates : bool
        Whether the dose comes every year anew.
    reason : Text or None
        None when there is a ceiling.
    """

    intervention_id: str
    indicator_id: str | None
    ceiling: DoseCeiling | None
    accumulates: bool
    reason: Text | None


@dataclass(frozen=True)
class GapInPeople:
    """How many people a gap between two shares is, in all and per year of the programme.

    Attributes
    ----------
    share, reference : float
        The two shares, as fractions.
    population : float
        How many people the share is of.
    people : float
        The gap in people.
    per_year : float
        That per year.
    years : int
        Years of the programme.
    """

    share: float
    reference: float
    population: float
    people: float
    per_year: float
    years: int

    def arithmetic(self, lang: str = "nl") -> str:
        """Return the sum in Dutch (`nl`) or English (`en`)."""
        text = (
            f"({100 * self.share:.1f} % - {100 * self.reference:.1f} %) x {self.population:,.0f} = {self.people:,.0f}; "
            f"/ {self.years} = {self.per_year:,.0f}"
        )
        return f"{text.translate(_DUTCH)} per jaar" if lang == "nl" else f"{text} a year"


@dataclass(frozen=True)
class PanelCount:
    """Numerator and denominator of an indicator in a year, summed over areas.

    Attributes
    ----------
    numerator, denominator : float
        Sums over the areas, in people.
    """

    numerator: float
    denominator: float


def dose_ceiling(reached: float, population: float, *, affected: float | None = None, basis: Text | None = None) -> DoseCeiling:
    """Return the largest possible movement of a share.

    Not for means (prices, gas use): multiply the treated share by the effect per unit there.

    Parameters
    ----------
    reached : float
        How many the intervention reaches, >= 0.
    population : float
        Denominator of the area figure, > 0.
    affected : float, optional
        Numerator of the area figure now; caps `reached`.
    basis : Text, optional
        Source or assumption behind `population`.

    Returns
    -------
    DoseCeiling
        ``min(reached, affected) / population``.

    Raises
    ------
    ParameterError
        A number is negative or not finite, or the population is not positive.

    Notes
    -----
    Assumes that everyone reached is counted in the numerator and leaves it for good, that nobody else enters because of it (no
    displacement), and that nobody would have left anyway. None of the three is checked: all three make the ceiling too high,
    never too low.

    Examples
    --------
    >>> round(dose_ceiling(15, 23_800).points, 2)
    0.06
    """
    _require_number("reached", reached, reached >= 0, "zero or more")
    _require_number("population", population, population > 0, "more than zero")
    if affected is not None:
        _require_number("affected", affected, affected >= 0, "zero or more")
    moved = min(value for value in (reached, affected, population) if value is not None)
    return DoseCeiling(float(reached), float(population), affected, moved / population, basis)


def intervention_ceiling(
    entry: Intervention, sizes: Mapping[str, Population], *, affected: Mapping[str, float] | None = None
) -> InterventionCeiling:
    """Return the ceiling of one intervention of the register.

    Parameters
    ----------
    entry : Intervention
        Row of the register.
    sizes : mapping
        Population by key, from the register or rebuilt from a panel.
    affected : mapping, optional
        Present numerator by indicator id.

    Returns
    -------
    InterventionCeiling
        `ceiling` is None with a reason when the documents state no dose, when one unit of dose is not one unit of outcome, or
        when the size of the population is not known.
    """
    dose = entry.dose
    if dose is None or dose.count is None:
        return _no_ceiling(entry, "de documenten noemen geen aantal", "the documents state no number that is reached")
    if dose.population is None:
        unit = dose.unit
        return _no_ceiling(
            entry, f"{unit.nl} zijn niet te tellen in een uitkomst", f"{unit.en} cannot be counted in an outcome share"
        )
    size = sizes[dose.population]
    if size.value is None:
        return _no_ceiling(entry, f"omvang onbekend: {size.basis.nl}", f"size of {size.id} unknown: {size.basis.en}")
    cap = (affected or {}).get(dose.indicator or "")
    ceiling = dose_ceiling(dose.count, size.value, affected=cap, basis=size.basis)
    return InterventionCeiling(entry.id, dose.indicator, ceiling, dose.repeats == "yearly", None)


def gap_in_people(share: float, reference: float, population: float, *, years: int) -> GapInPeople:
    """Return how many people fewer (or more) it takes to bring a share to a reference.

    Parameters
    ----------
    share, reference : float
        Fractions of the same population, 0 to 1.
    population : float
        Denominator, > 0; assumed constant over the years.
    years : int
        Years over which the gap is closed, > 0.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> round(gap_in_people(0.117, 0.076, 23_800, years=20).per_year)
    49
    """
    for name, value in (("share", share), ("reference", reference)):
        _require_number(name, value, 0 <= value <= 1, "between 0 and 1")
    _require_number("population", population, population > 0, "more than zero")
    _require_number("years", years, years > 0, "more than zero")
    people = abs(share - reference) * population
    return GapInPeople(share, reference, population, people, people / years, years)


def count_in_panel(observations: pd.DataFrame, indicator_id: str, area_ids: Sequence[str], year: int) -> PanelCount:
    """Return the counts behind an indicator, summed over areas, to replace the assumed sizes.

    Parameters
    ----------
    observations : DataFrame
        Columns `area_id, indicator_id, year, numerator, denominator`.
    indicator_id, area_ids, year
        What to sum.

    Raises
    ------
    InputError
        An area has no row, two rows, or a missing count: a sum over the others would be too small.
    """
    chosen = observations[
        (observations["indicator_id"] == indicator_id)
        & (observations["year"] == year)
        & observations["area_id"].isin(list(area_ids))
    ]
    found = sorted(chosen["area_id"])
    where = f"observations, {indicator_id} {year}"
    if found != sorted(area_ids):
        raise InputError(
            where, expected=f"one row for each of {', '.join(area_ids)}", found=str(found), remedy="choose another year"
        )
    counts = chosen[["numerator", "denominator"]]
    if counts.isna().to_numpy().any():
        raise InputError(where, expected="counts", found="a missing count", remedy="use a year without suppressed areas")
    return PanelCount(float(counts["numerator"].sum()), float(counts["denominator"].sum()))


def exceeds_ceiling(effect: float, ceiling: DoseCeiling) -> bool:
    """Return whether an estimated effect (fraction, either sign) is larger than can be: then look for the mistake.

    Parameters
    ----------
    effect : float
        Fraction, either sign.
    ceiling : DoseCeiling
        What can be.

    Examples
    --------
    >>> exceeds_ceiling(-0.02, dose_ceiling(15, 23_800))
    True
    """
    return abs(effect) > ceiling.ceiling


def _no_ceiling(entry: Intervention, nl: str, en: str) -> InterventionCeiling:
    indicator_id = entry.dose.indicator if entry.dose else None
    return InterventionCeiling(entry.id, indicator_id, None, bool(entry.dose and entry.dose.repeats == "yearly"), Text(nl, en))


def _require_number(name: str, value: float, holds: bool, expected: str) -> None:
    if not (isfinite(value) and holds):
        raise ParameterError(name, expected=f"a number, {expected}", found=repr(value), remedy="correct the value")
