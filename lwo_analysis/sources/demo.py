"""A synthetic panel with a documented truth, for learning the methods and for testing them.

Nothing here is about a real place, although the areas carry their names: the panel shows what a page looks like before open data
is downloaded. Its origin is `demo`, and it never meets a real figure on a page.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.schema import COLUMN_NAMES, Origin, Status

YEARS = tuple(range(2013, 2026))
PROGRAMME_WIJKEN = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
PROGRAMME_RESIDENTS = (12400, 6900, 3600, 3600, 10400)
N_COMPARISON = 120
CITY_REST = 10
RING = tuple(f"demo-{number:03d}" for number in range(1, 7))
"""The wijken of the city that lie next to the programme wijken."""
RING_EFFECT = 0.0
"""Planted change in the ring, as a fraction of the denominator, in every indicator: nothing moved next door."""
SEED = 20430101
SOURCE_ID = "demo-panel"
VINTAGE = "2026-01-01"
SUPPRESS_BELOW = 10


@dataclass(frozen=True)
class DemoIndicator:
    """The truth behind one indicator of the demo panel.

    Attributes
    ----------
    level : float
        Share or rate of a comparison wijk in 2013, as a fraction of the denominator.
    programme_gap : float
        What the programme wijken have more than that.
    trend : float
        Change per year that all wijken share.
    denominator_share : float
        Denominator per resident.
    break_year : int or None
        First year of a new definition, and by how much it lifts every figure (`break_shift`).
    effect : float
        Planted change in the programme wijken from `effect_start` on.
    """

    level: float
    programme_gap: float
    trend: float
    denominator_share: float
    break_year: int | None = None
    break_shift: float = 0.0
    effect: float = 0.0
    effect_start: int = 2023


TRUTH: dict[str, DemoIndicator] = {
    "social_assistance_share": DemoIndicator(0.045, 0.075, -0.0008, 0.68, effect=-0.012),
    "unemployment_benefit_share": DemoIndicator(0.022, 0.008, -0.0005, 0.68),
    "disability_benefit_share": DemoIndicator(0.055, 0.025, 0.0002, 0.68),
    "single_person_household_share": DemoIndicator(0.38, 0.14, 0.0020, 0.52),
    "cars_per_household": DemoIndicator(1.05, -0.38, 0.0040, 0.52, break_year=2019, break_shift=-0.05),
    "age_65_plus_share": DemoIndicator(0.19, -0.01, 0.0030, 1.0),
}
"""Six indicators: levels, trends, one planted effect (social assistance, -1.2 percentage points from 2023), one definition break
(cars, 2019). Cells with a count below `SUPPRESS_BELOW` are suppressed."""


def demo_panel(rng: np.random.Generator | None = None) -> pd.DataFrame:
    """Return the demo panel as observations: five programme wijken, the city, and comparison wijken, 2013-2025.

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
    shock(t) + effect from its start + break from its year. Cars are Poisson, because a household can have more than one.
    """
    generator = rng or np.random.default_rng(SEED)
    areas = (*PROGRAMME_WIJKEN, *(f"demo-{number:03d}" for number in range(1, N_COMPARISON + 1)))
    small = generator.integers(300, 12500, N_COMPARISON - CITY_REST)
    residents = np.concatenate([PROGRAMME_RESIDENTS, generator.integers(4000, 12500, CITY_REST), small])
    frames = [_counts(name, truth, areas, residents, generator) for name, truth in TRUTH.items()]
    counts = pd.concat([_residents(areas, residents), *frames], ignore_index=True)
    return _as_observations(pd.concat([counts, *_sums(counts, areas)], ignore_index=True))


def _counts(
    name: str, truth: DemoIndicator, areas: tuple[str, ...], residents: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    years = np.array(YEARS)
    treated = np.isin(areas, PROGRAMME_WIJKEN)[:, None]
    wijk_effect = rng.normal(0, 0.15 * truth.level, len(areas))[:, None]
    shock = rng.normal(0, 0.01 * truth.level, len(years))[None, :]
    shift = truth.break_shift * (years >= (truth.break_year or 9999))[None, :]
    effect = truth.effect * treated * (years >= truth.effect_start)[None, :]
    expected = truth.level + truth.programme_gap * treated + wijk_effect + truth.trend * (years - YEARS[0])[None, :] + shock
    probability = np.clip(expected + shift + effect, 0.001, None)
    denominator = np.broadcast_to(np.round(residents * truth.denominator_share).astype(int)[:, None], probability.shape)
    is_ratio = truth.level > 1
    numerator = rng.poisson(denominator * probability) if is_ratio else rng.binomial(denominator, np.clip(probability, 0, 0.99))
    return _long(name, areas, numerator, denominator)


def _residents(areas: tuple[str, ...], residents: np.ndarray) -> pd.DataFrame:
    numerator = np.broadcast_to(residents[:, None], (len(areas), len(YEARS)))
    return _long("population", areas, numerator, np.ones_like(numerator))


def _long(name: str, areas: tuple[str, ...], numerator: np.ndarray, denominator: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_id": np.repeat(areas, len(YEARS)),
            "indicator_id": name,
            "year": np.tile(YEARS, len(areas)),
            "numerator": numerator.ravel().astype(float),
            "denominator": denominator.ravel().astype(float),
        }
    )


def _sums(counts: pd.DataFrame, areas: tuple[str, ...]) -> list[pd.DataFrame]:
    comparison = areas[len(PROGRAMME_WIJKEN) :]
    members = {
        "lwo": PROGRAMME_WIJKEN,
        "lwd-rest": comparison[:CITY_REST],
        "lwd": (*PROGRAMME_WIJKEN, *comparison[:CITY_REST]),
        "g40": areas,
    }
    keys = ["indicator_id", "year"]
    return [
        counts[counts["area_id"].isin(parts)].groupby(keys)[["numerator", "denominator"]].sum().reset_index().assign(area_id=area)
        for area, parts in members.items()
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
