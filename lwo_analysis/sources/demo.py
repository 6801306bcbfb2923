"""A synthetic panel with a documented truth, for learning the methods and for testing them.

Nothing here is about a real place, although the areas carry their names: the panel shows what a page looks like before open data
is downloaded. Its origin is `demo`, and it never meets a real figure on a page.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.schema import COLUMN_NAMES, Origin, Status

YEARS = tuple(range(2005, 2026))
LEVEL_YEAR = 2013
PROGRAMME_WIJKEN = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
PROGRAMME_RESIDENTS = (12400, 6900, 3600, 3600, 10400)
N_COMPARISON = 120
CITY_REST = 10
RING = tuple(f"demo-{number:03d}" for number in range(1, 7))
"""The wijken of the city that lie next to the programme wijken."""
SEED = 20430101
SOURCE_ID = "demo-panel"
VINTAGE = "2026-01-01"
SUPPRESS_BELOW = 10
AREAS = (*PROGRAMME_WIJKEN, *(f"demo-{number:03d}" for number in range(1, N_COMPARISON + 1)))


@dataclass(frozen=True)
class PlantedEffect:
    """A change that was put into the panel on purpose.

    Attributes
    ----------
    areas : tuple of str
        Wijken that have it, each as much.
    size : float
        Change as a fraction of the denominator, from `first_year` to `last_year`.
    first_year, last_year : int
        Years with the whole change.
    gone_by : int
        First year without any of it; between `last_year` and this year it fades by equal steps.
    """

    areas: tuple[str, ...]
    size: float
    first_year: int
    last_year: int = YEARS[-1]
    gone_by: int = YEARS[-1] + 1

    def in_year(self, year: int) -> float:
        """Return the change in a year, as a fraction of the denominator."""
        if not self.first_year <= year < self.gone_by:
            return 0.0
        return self.size * min(1.0, (self.gone_by - year) / (self.gone_by - self.last_year))


@dataclass(frozen=True)
class DemoIndicator:
    """The truth behind one indicator of the demo panel.

    Attributes
    ----------
    level : float
        Share or rate of a comparison wijk in `LEVEL_YEAR`, as a fraction of the denominator.
    programme_gap : float
        What the programme wijken have more than that.
    trend : float
        Change per year that all wijken share.
    denominator_share : float
        Denominator per resident.
    break_year : int or None
        First year of a new definition, and by how much it lifts every figure (`break_shift`).
    effect : float
        Planted change in the five programme wijken from `effect_start` on.
    others : tuple of PlantedEffect
        What else was planted: an earlier programme, or a change next door.
    """

    level: float
    programme_gap: float
    trend: float
    denominator_share: float
    break_year: int | None = None
    break_shift: float = 0.0
    effect: float = 0.0
    effect_start: int = 2023
    others: tuple[PlantedEffect, ...] = ()

    @property
    def planted(self) -> tuple[PlantedEffect, ...]:
        """Everything that was put into this indicator."""
        programme = PlantedEffect(PROGRAMME_WIJKEN, self.effect, self.effect_start)
        return (programme, *self.others) if self.effect else self.others


EARLIER_PROGRAMME = PlantedEffect(("heechterp-schieringen",), -0.02, 2008, last_year=2012, gone_by=2016)
"""Two percentage points less in one wijk during an earlier programme; afterwards a quarter of it is lost every year."""
NEXT_DOOR = PlantedEffect(RING, 0.006, 2023)
"""A waterbed: half of what the programme wijken gain is found in every wijk of the ring, from the same year."""

TRUTH: dict[str, DemoIndicator] = {
    "social_assistance_share": DemoIndicator(0.045, 0.075, -0.0008, 0.68, effect=-0.012, others=(EARLIER_PROGRAMME, NEXT_DOOR)),
    "unemployment_benefit_share": DemoIndicator(0.022, 0.008, -0.0005, 0.68),
    "disability_benefit_share": DemoIndicator(0.055, 0.025, 0.0002, 0.68),
    "single_person_household_share": DemoIndicator(0.38, 0.14, 0.0020, 0.52),
    "cars_per_household": DemoIndicator(1.05, -0.38, 0.0040, 0.52, break_year=2019, break_shift=-0.05),
    "age_65_plus_share": DemoIndicator(0.19, -0.01, 0.0030, 1.0),
}
"""Six indicators: levels, trends, and what was planted. Social assistance has all of it: -1.2 percentage points in the five
wijken from 2023, the earlier programme, and the waterbed. The other five have no effect in any area or year; cars have a break of
definition in 2019. Cells with a count below `SUPPRESS_BELOW` are suppressed."""


def true_effect(indicator: str, area: str, year: int) -> float:
    """Return what was planted in an area in a year, all programmes together.

    Parameters
    ----------
    indicator : str
        One of `TRUTH`.
    area : str
        A wijk of the panel, or one of its sums: `lwo`, `lwd`, `lwd-rest`, `g40`.
    year : int
        One of `YEARS`.

    Returns
    -------
    float
        Fraction of the denominator; times 100 in percentage points. Of a sum it is the mean of its wijken, weighted by their
        denominators.

    Raises
    ------
    InputError
        The demo panel has no such indicator, area or year.

    Examples
    --------
    >>> true_effect("social_assistance_share", "bilgaard", 2024)
    -0.012
    """
    residents = dict(zip(AREAS, _draw_residents(np.random.default_rng(SEED)), strict=True))
    members = _members().get(area, (area,))
    if indicator not in TRUTH or not set(members) <= set(residents) or year not in YEARS:
        raise InputError(
            "true_effect",
            expected=f"an indicator, area and year ({YEARS[0]}-{YEARS[-1]}) of the demo panel",
            found=f"{indicator}, {area}, {year}",
            remedy="ask for the truth of made-up figures only",
        )
    weights = [_denominator(residents[name], TRUTH[indicator]) for name in members]
    return float(np.average([_planted(TRUTH[indicator], name, year) for name in members], weights=weights))


def _planted(truth: DemoIndicator, area: str, year: int) -> float:
    return sum(each.in_year(year) for each in truth.planted if area in each.areas)


def demo_panel(rng: np.random.Generator | None = None) -> pd.DataFrame:
    """Return the demo panel as observations: five programme wijken, the city, and comparison wijken, 2005-2025.

    Parameters
    ----------
    rng : numpy Generator, optional
        Source of chance; the same fixed seed on every call when absent, so that the panel is the same everywhere.

    Returns
    -------
    DataFrame
        The columns of the observation table; areas `demo-001` ... `demo-120` are the comparison wijken. `g40` is the sum of all
        wijken, the suppressed ones included, `lwd` the sum of the programme wijken and the first ten comparison
        wijken, `lwd-rest` those ten.

    Notes
    -----
    Count in wijk i, year t ~ Binomial(denominator, p) with p = level + programme gap + wijk effect + trend (t - 2013) + common
    shock(t) + what was planted in that wijk and year + break from its year. Cars are Poisson, because a household can have more
    than one.
    """
    generator = rng or np.random.default_rng(SEED)
    residents = _draw_residents(generator)
    frames = [_counts(name, truth, residents, generator) for name, truth in TRUTH.items()]
    counts = pd.concat([_residents(residents), *frames], ignore_index=True)
    return _as_observations(pd.concat([counts, *_sums(counts)], ignore_index=True))


def _draw_residents(rng: np.random.Generator) -> np.ndarray:
    small = rng.integers(300, 12500, N_COMPARISON - CITY_REST)
    return np.concatenate([PROGRAMME_RESIDENTS, rng.integers(4000, 12500, CITY_REST), small])


def _denominator(residents: float, truth: DemoIndicator) -> int:
    return int(np.round(residents * truth.denominator_share))


def _counts(name: str, truth: DemoIndicator, residents: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    years = np.array(YEARS)
    treated = np.isin(AREAS, PROGRAMME_WIJKEN)[:, None]
    wijk_effect = rng.normal(0, 0.15 * truth.level, len(AREAS))[:, None]
    shock = rng.normal(0, 0.01 * truth.level, len(years))[None, :]
    shift = truth.break_shift * (years >= (truth.break_year or 9999))[None, :]
    effect = np.array([[_planted(truth, area, year) for year in YEARS] for area in AREAS])
    expected = truth.level + truth.programme_gap * treated + wijk_effect + truth.trend * (years - LEVEL_YEAR)[None, :] + shock
    probability = np.clip(expected + shift + effect, 0.001, None)
    at_risk = np.array([_denominator(people, truth) for people in residents])
    denominator = np.broadcast_to(at_risk[:, None], probability.shape)
    is_ratio = truth.level > 1
    numerator = rng.poisson(denominator * probability) if is_ratio else rng.binomial(denominator, np.clip(probability, 0, 0.99))
    return _long(name, numerator, denominator)


def _residents(residents: np.ndarray) -> pd.DataFrame:
    numerator = np.broadcast_to(residents[:, None], (len(AREAS), len(YEARS)))
    return _long("population", numerator, np.ones_like(numerator))


def _long(name: str, numerator: np.ndarray, denominator: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_id": np.repeat(AREAS, len(YEARS)),
            "indicator_id": name,
            "year": np.tile(YEARS, len(AREAS)),
            "numerator": numerator.ravel().astype(float),
            "denominator": denominator.ravel().astype(float),
        }
    )


def _members() -> dict[str, tuple[str, ...]]:
    comparison = AREAS[len(PROGRAMME_WIJKEN) :]
    return {
        "lwo": PROGRAMME_WIJKEN,
        "lwd-rest": comparison[:CITY_REST],
        "lwd": (*PROGRAMME_WIJKEN, *comparison[:CITY_REST]),
        "g40": AREAS,
    }


def _sums(counts: pd.DataFrame) -> list[pd.DataFrame]:
    keys = ["indicator_id", "year"]
    return [
        counts[counts["area_id"].isin(parts)].groupby(keys)[["numerator", "denominator"]].sum().reset_index().assign(area_id=area)
        for area, parts in _members().items()
    ]


def _as_observations(counts: pd.DataFrame) -> pd.DataFrame:
    is_count = counts["indicator_id"].eq("population")
    is_ratio = counts["indicator_id"].eq("cars_per_household")
    scale = is_ratio.map({True: 1.0, False: 100.0})
    value = (scale * counts["numerator"] / counts["denominator"]).mask(is_count, counts["numerator"])
    small = counts["numerator"] < SUPPRESS_BELOW
    visible = counts.assign(
        value=value.mask(small),
        numerator=counts["numerator"].mask(small),
        denominator=counts["denominator"].mask(is_count),
        n=counts["denominator"].mask(is_count, counts["numerator"]),
        lower=pd.NA,
        upper=pd.NA,
        status=small.map({True: str(Status.SUPPRESSED), False: str(Status.FINAL)}),
        origin=str(Origin.DEMO),
        source_id=SOURCE_ID,
        vintage=VINTAGE,
    )
    return visible[list(COLUMN_NAMES)].sort_values(["indicator_id", "area_id", "year"], ignore_index=True)
