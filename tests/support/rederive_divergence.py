"""Re-derivations of the page "effect or chance": the wijken of the programme against wijken elsewhere, weighted by people."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tests.support.rederive import Claim, Found, World, catalogue
from tests.support.rederive_effects import OF_DRAWS, RING, fitted_spread
from tests.support.rederive_levels import parts_of

FIRST_YEAR_THAT_COUNTS = 2022
MOST_BEFORE = 7
EARLIER_PROGRAMME, WORN_OFF = "heechterp-schieringen", 2016
ALIKE = 3.0
"""Other wijken have at least a third and at most three times as much chance in their figures as those of the programme."""
PLANTED = {"social_assistance_share": -1.2}
"""The documented truth of the demo panel in the five wijken, in percentage points from 2023."""
DRAWS = 4000
REACH = (1.0, 4.0)
"""The smallest effect found in four of five cases, in half-widths of the 95 % interval. It is simulated, so only its
range is held against arithmetic: it exceeds the half-width, and with five wijken it is at most some four of them."""


@dataclass(frozen=True)
class Weighted:
    """Changes of wijken with their people and the spread that belongs to their size; the first ones are the programme's."""

    change: np.ndarray
    people: np.ndarray
    spread: np.ndarray
    places: int
    known: dict[float, tuple[float, float]] = field(default_factory=dict)

    def estimates(self, effect: float, tried: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return estimate and standard error with other wijken in the places of the programme."""
        change = self.change.copy()
        change[: self.places] -= effect
        total = (self.people * change).sum()
        own = self.people[tried]
        rest = (total - (own * change[tried]).sum(axis=1)) / (self.people.sum() - own.sum(axis=1))
        centre = total / self.people.sum()
        gaps = centre + (change[tried] - centre) * self.spread[: self.places] / self.spread[tried] - rest[:, None]
        weight = self.people[: self.places] / self.people[: self.places].sum()
        estimates = gaps @ weight
        if self.places > 1:
            squares = ((gaps - estimates[:, None]) ** 2) @ weight**2
            return estimates, np.sqrt(squares * self.places / (self.places - 1))
        return estimates, np.array([self._spread_without(change, row[0]) for row in tried])

    def _spread_without(self, change: np.ndarray, place: int) -> float:
        others, people = np.delete(change, place), np.delete(self.people, place)
        squares = (people**2 * (others - np.average(others, weights=people)) ** 2).sum() * len(others) / (len(others) - 1)
        return float(math.sqrt(squares * (1 / people.sum() + 1 / people.sum() ** 2)))

    def tried(self) -> np.ndarray:
        """Return every wijk in turn for one wijk; for more of them the programme itself and random others."""
        if self.places == 1:
            return np.arange(len(self.change))[:, None]
        rng = np.random.default_rng(20261121)
        drawn = [rng.choice(len(self.change), self.places, replace=False) for _ in range(DRAWS)]
        return np.vstack([np.arange(self.places), *drawn])

    def p_value(self, effect: float, tried: np.ndarray) -> float:
        estimates, errors = self.estimates(effect, tried)
        size = np.abs(estimates / errors)
        return float((size >= size[0] * (1 - 1e-10)).mean())

    def ends(self, alpha: float) -> tuple[float, float]:
        """Return the smallest and the largest effect that is not rejected; remembered, because it takes a second."""
        if alpha not in self.known:
            self.known[alpha] = self._ends(alpha)
        return self.known[alpha]

    def _ends(self, alpha: float) -> tuple[float, float]:
        tried = self.tried()
        estimates, _ = self.estimates(0.0, tried)
        found = []
        for side in (-1, 1):
            steps = estimates[0] + side * np.linspace(8 * estimates.std(ddof=1), 0, 120)
            first = next(place for place, step in enumerate(steps) if self.p_value(step, tried) > alpha)
            inner = np.linspace(steps[first - 1], steps[first], 40)
            found.append(float(next(step for step in inner if self.p_value(step, tried) > alpha)))
        return found[0], found[1]


def effect_level(claim: Claim, world: World) -> Found:
    values, people, treated = panel_of(claim, world)
    year = claim["year"]
    own, others = (np.average(values.loc[names, year], weights=people.loc[names, year]) for names in _sides(values, treated))
    return Found(own, others, says=(own, others, year, len(values) - len(treated)))


def effect_found(claim: Claim, world: World) -> Found:
    weighted, slack = weighted_of(claim, world)
    estimate = float(weighted.estimates(0.0, np.arange(weighted.places)[None, :])[0][0])
    low, high = weighted.ends(0.05)
    near = dict.fromkeys(("lower", "upper", "says"), slack)
    if claim["template"].startswith("claim.effect"):
        assert low > 0 or high < 0, f"the interval is {low} to {high}"
        years = (world.parameters["start_year"], claim["year"])
        return Found(estimate, None, low, high, says=(abs(estimate), *years, low, high), near=near)
    excluded = max(abs(end) for end in weighted.ends(0.10))
    return Found(estimate, None, low, high, says=(abs(estimate), excluded), near=near)


def effect_see(claim: Claim, world: World) -> Found:
    """The ceiling of the demo panel is the gap with the rest of the city before the start; the rest is held to a range."""
    weighted, _ = weighted_of(claim, world)
    low, high = weighted.ends(0.05)
    half = (high - low) / 2
    assert REACH[0] * half <= claim["value"] <= REACH[1] * half, f"half of the interval is {half}"
    if claim["template"].endswith("see_only"):
        return Found(value=claim["value"], says=(claim["value"],))
    return Found(value=claim["value"], says=(claim["value"], ceiling_of(claim, world)))


def effect_truth(claim: Claim, world: World) -> Found:
    weighted, slack = weighted_of(claim, world)
    low, high = weighted.ends(0.05)
    truth = PLANTED.get(claim["indicator"], 0.0)
    return Found(value=truth, says=(truth, low, high), near={"says": slack, "value": 1e-9})


def ceiling_of(claim: Claim, world: World) -> float:
    assert world.is_demo, "on real figures the ceiling comes from the register of measures"
    if world.parameters["start_year"] < FIRST_YEAR_THAT_COUNTS:
        return 0.0
    values, people, treated = panel_of(claim, world)
    before = values.columns[values.columns < world.parameters["start_year"]]
    own = (values.loc[treated, before] * people.loc[treated, before]).to_numpy().sum() / people.loc[
        treated, before
    ].to_numpy().sum()
    return abs(own - world.series(claim["indicator"], "lwd-rest")["value"].loc[before].mean())


def panel_of(claim: Claim, world: World) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return values and people by wijk and year, and the wijken of the area."""
    treated = list(parts_of(claim["area"]) or (claim["area"],))
    start = world.parameters["start_year"]
    mine = world.figures[world.figures["indicator_id"].eq(claim["indicator"]) & world.figures["value"].notna()]
    values, people = (mine.pivot(index="area_id", columns="year", values=name) for name in ("value", "n"))
    first = max(start - MOST_BEFORE, WORN_OFF if EARLIER_PROGRAMME in treated else 0)
    end = FIRST_YEAR_THAT_COUNTS if start < FIRST_YEAR_THAT_COUNTS else math.inf
    years = [year for year in values.columns if first <= year < end and values.loc[treated, year].notna().all()]
    left_out = {entry["id"] for entry in catalogue("areas.yml")} | set(RING)
    outside = [name for name in values.index if name not in left_out and values.loc[name, years].notna().all()]
    values, people = values.loc[[*treated, *outside], years], people.loc[[*treated, *outside], years]
    size = chance_size(values, people, start)
    kept = size.between(size[treated].min() / ALIKE, size[treated].max() * ALIKE)
    return values[kept], people[kept], treated


def chance_size(values: pd.DataFrame, people: pd.DataFrame, start: int) -> pd.Series:
    """Return people over the variance of their share, from the years before the start."""
    before = values.columns < start
    count = people.loc[:, before].mean(axis=1)
    share = (values.loc[:, before].mean(axis=1) / 100).clip(0.5 / count, 1 - 0.5 / count)
    return count / (share * (1 - share))


def weighted_of(claim: Claim, world: World) -> tuple[Weighted, float]:
    """Return the changes, and how far the ends of a random interval may lie from ours."""
    values, people, treated = panel_of(claim, world)
    start = world.parameters["start_year"]
    change = values.loc[:, values.columns >= start].mean(axis=1) - values.loc[:, values.columns < start].mean(axis=1)
    spread = fitted_spread(change.to_numpy(), chance_size(values, people, start).to_numpy(), np.arange(len(treated)))
    key = (claim["indicator"], claim["area"], start)
    fresh = Weighted(change.to_numpy(), people.mean(axis=1).to_numpy(), spread, len(treated))
    found = world.memory.setdefault(key, fresh)
    low, high = found.ends(0.05)
    return found, OF_DRAWS * (high - low)


def _sides(values: pd.DataFrame, treated: list[str]) -> tuple[list[str], list[str]]:
    return treated, [name for name in values.index if name not in treated]


RULES = {
    "claim.description.effect_level": effect_level,
    "claim.effect.effect_found": effect_found,
    "claim.undetermined.effect_found": effect_found,
    **{f"claim.description.effect_{name}": effect_see for name in ("see", "see_only")},
    **{f"claim.description.effect_truth_{side}": effect_truth for side in ("inside", "outside")},
}
