"""Re-derivations of sentences about what a programme did: differences in differences, tried on every other area by hand."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from tests.support.rederive import Claim, Found, World, catalogue

LAST_YEAR_OF_MONEY, LAST_YEAR_BEFORE_OOST = 2012, 2021
NEEDED = {"before": 2, "during": 3, "after": 3}
LEAST_BEFORE, LEAST_AFTER = 5, 1
"""Years that the page "effect or chance" asks."""
RING = tuple(f"demo-{number:03d}" for number in range(1, 7))
"""The wijken around the programme on the demo panel."""
PLANTED_NEXT_DOOR = {"social_assistance_share": 0.6}
"""The documented truth of the demo panel, in percentage points: a waterbed of half of the 1.2 in the programme."""
DRAWS = 4000
OF_DRAWS = 0.10
"""How far the ends of an interval from 999 random placebos may lie from those of our draws, in widths of the interval. Of a
statistic that is like a t with 5 degrees of freedom, the 2.5 % quantile of 999 draws has a standard error of 2.2 % of the width
(sqrt(0.05 * 0.95 / 999) over twice the density, 0.0303, and over the width, 2 * 2.571), of 4,000 draws 1.1 %: four of both."""


@dataclass(frozen=True)
class Placebo:
    """Changes of all areas, how variable each is for its size, and which places are tried.

    Attributes
    ----------
    change : ndarray
        Mean after minus mean before, one per area.
    spread : ndarray
        Standard deviation that belongs to the size of each area.
    treated : ndarray of int
        The areas of the programme.
    tried : ndarray of int, shape (tries, areas of the programme)
        Areas that stand in for them; the first row is the programme itself.
    """

    change: np.ndarray
    spread: np.ndarray
    treated: np.ndarray
    tried: np.ndarray

    def estimates(self, effect: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """Return estimate and standard error of every try, without a constant effect in the treated areas."""
        change = self.change.copy()
        change[self.treated] -= effect
        count, places = len(change), self.tried.shape[1]
        sums = change.sum() - change[self.tried].sum(axis=1)
        rest = sums / (count - places)
        in_proportion = self.spread[self.treated] / self.spread[self.tried]
        gaps = change.mean() + (change[self.tried] - change.mean()) * in_proportion - rest[:, None]
        if places > 1:
            return gaps.mean(axis=1), gaps.std(axis=1, ddof=1) / math.sqrt(places)
        squares = (change**2).sum() - (change[self.tried] ** 2).sum(axis=1) - (count - 1) * rest**2
        return gaps[:, 0], np.sqrt(squares / (count - 2) * (1 + 1 / (count - 1)))

    def p_value(self, effect: float = 0.0) -> float:
        estimates, errors = self.estimates(effect)
        size = np.abs(estimates / errors)
        return float((size >= size[0] * (1 - 1e-10)).mean())

    def ends(self, alpha: float) -> tuple[float, float]:
        """Return the smallest and the largest effect that is not rejected."""
        estimates, _ = self.estimates()
        reach = 8 * estimates.std(ddof=1)
        return tuple(self._edge(estimates[0] + side * reach, estimates[0], alpha) for side in (-1, 1))

    @property
    def precision(self) -> float:
        """How exactly the published search looks for an end: a ten-thousandth of the spread of the placebos, twice."""
        return 2e-4 * float(self.estimates()[0].std(ddof=1))

    def _edge(self, rejected: float, accepted: float, alpha: float) -> float:
        assert self.p_value(rejected) <= alpha, "the interval has no end"
        steps = np.linspace(rejected, accepted, 161)
        first = next(place for place, step in enumerate(steps) if self.p_value(step) > alpha + 1e-10)
        outside, inside = steps[first - 1], steps[first]
        while abs(outside - inside) > self.precision / 100:
            middle = (outside + inside) / 2
            outside, inside = (outside, middle) if self.p_value(middle) > alpha + 1e-10 else (middle, inside)
        return float(inside)


def aftermath_before(claim: Claim, world: World) -> Found:
    values, _ = aftermath_panel(claim, world)
    year = world.parameters["start_year"] - 1
    own, others = values.loc[claim["area"], year], values.drop(index=claim["area"])[year]
    return Found(own, others.mean(), says=(own, others.mean(), len(others), year))


def aftermath_phase(claim: Claim, world: World) -> Found:
    placebo = aftermath_placebo(claim, world)
    estimate = float(placebo.estimates()[0][0])
    (low, high), p_value = placebo.ends(0.05), placebo.p_value()
    assert ("effect" in claim["template"]) is (p_value < 0.05), f"p is {p_value}"
    excluded = max(abs(end) for end in placebo.ends(0.10))
    near = dict.fromkeys(("lower", "upper", "says"), placebo.precision)
    said = p_value if p_value < 0.05 else excluded
    return Found(estimate, None, low, high, says=(abs(estimate), said), near=near)


def cannot(claim: Claim, world: World) -> Found:
    """A reason; of these only the ones about too few years say numbers."""
    if not re.search(r"\d", claim["text"]):
        return Found()
    start, years = world.parameters["start_year"], world.series(claim["indicator"], claim["area"]).index
    if "base_year" not in world.parameters:
        found = (min(sum(years < start), LEAST_BEFORE) + min(sum(years >= start), LEAST_AFTER),)
        needed = (LEAST_BEFORE + LEAST_AFTER,)
    else:
        found = (sum(years < start), sum((years >= start) & (years <= LAST_YEAR_OF_MONEY)), sum(_after(years)))
        needed = tuple(NEEDED.values())
    assert any(have < least for have, least in zip(found, needed, strict=True)), f"there are {found} years"
    return Found(says=(*found, *needed))


def spillover(claim: Claim, world: World) -> Found:
    placebo, _ = ring_placebo(claim, world)
    estimate = float(placebo.estimates()[0][0])
    low, high = placebo.ends(0.05)
    is_clear = low > 0 or high < 0
    side = ("_up" if estimate > 0 else "_down") if is_clear else ""
    assert claim["template"].endswith(f"spillover{side}"), f"the interval is {low} to {high}"
    slack = OF_DRAWS * (high - low)
    return Found(estimate, None, low, high, says=(estimate, low, high), near=dict.fromkeys(("lower", "upper", "says"), slack))


def spillover_bound(claim: Claim, world: World) -> Found:
    placebo, _ = ring_placebo(claim, world)
    low, high = placebo.ends(0.10)
    bound, slack = max(abs(low), abs(high)), OF_DRAWS * (high - low)
    return Found(value=bound, says=(bound,), near={"value": slack, "says": slack})


def spillover_ring(claim: Claim, world: World) -> Found:
    _, values = ring_placebo(claim, world)
    last = values[claim["year"]]
    ring, others = last[list(RING)].mean(), last.drop(list(RING)).mean()
    return Found(value=ring, says=(claim["year"], len(RING), ring, others))


def spillover_truth(claim: Claim, world: World) -> Found:
    placebo, _ = ring_placebo(claim, world)
    truth = PLANTED_NEXT_DOOR.get(claim["indicator"], 0.0)
    return Found(value=truth, says=(truth, float(placebo.estimates()[0][0])))


def aftermath_panel(claim: Claim, world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values and people, by area and year: the area, and complete wijken of half to twice its size."""
    used = world.figures[world.figures["indicator_id"].eq(claim["indicator"]) & world.figures["value"].notna()]
    used = used[used["year"].between(world.parameters["base_year"], LAST_YEAR_BEFORE_OOST)]
    catalogued = {entry["id"] for entry in catalogue("areas.yml")}
    values, people = (used.pivot(index="area_id", columns="year", values=name) for name in ("value", "n"))
    years = values.columns[values.loc[claim["area"]].notna()]
    size, last = people.loc[claim["area"], years[-1]], people[years].ffill(axis=1)[years[-1]]
    whole = values[years].notna().all(axis=1) & last.between(size / 2, size * 2)
    others = sorted(name for name in values.index[whole] if name not in catalogued)
    kept = [claim["area"], *others]
    return values.loc[kept, years], people.loc[kept, years]


def aftermath_placebo(claim: Claim, world: World) -> Placebo:
    """Return the test of one phase; the size of an area is its people over the variance of its share before the programme."""
    values, people = aftermath_panel(claim, world)
    years, start = values.columns, world.parameters["start_year"]
    before, during, after = years < start, (years >= start) & (years <= LAST_YEAR_OF_MONEY), _after(years)
    first, second = {"during": (before, during), "after": (before, after), "relapse": (during, after)}[claim["id"]]
    change = values.loc[:, second].mean(axis=1) - values.loc[:, first].mean(axis=1)
    share, count = values.loc[:, before].mean(axis=1) / 100, people.loc[:, before].mean(axis=1)
    share = share.clip(0.5 / count, 1 - 0.5 / count)
    everyone = np.arange(len(change))[:, None]
    return _placebo(change.to_numpy(), (count / (share * (1 - share))).to_numpy(), np.array([0]), everyone)


def ring_placebo(claim: Claim, world: World) -> tuple[Placebo, pd.DataFrame]:
    """Return the test of the ring, and the values of all complete wijken outside the programme by year."""
    used = world.figures[world.figures["indicator_id"].eq(claim["indicator"]) & world.figures["area_id"].str.startswith("demo-")]
    values, people = (used.pivot(index="area_id", columns="year", values=name) for name in ("value", "n"))
    values = values.dropna(axis=0)
    years, start = values.columns, world.parameters["start_year"]
    change = values.loc[:, years >= start].mean(axis=1) - values.loc[:, years < start].mean(axis=1)
    treated = change.index.get_indexer(RING)
    rng = np.random.default_rng(20261121)
    drawn = [rng.choice(len(change), len(RING), replace=False) for _ in range(DRAWS)]
    sizes = people.loc[values.index].mean(axis=1).to_numpy()
    return _placebo(change.to_numpy(), sizes, treated, np.vstack([treated, *drawn])), values


def fitted_spread(change: np.ndarray, size: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Ferman and Pinto (2019): the variance of an area is a constant and a part over its size, fitted on untreated areas."""
    free = np.setdiff1d(np.arange(len(change)), treated)
    squared = (change[free] - change[free].mean()) ** 2
    fitted = np.full(len(free), squared.mean())
    for _ in range(3):
        weight = 1 / np.maximum(fitted, squared.mean() / 1000)
        terms, _ = nnls(np.column_stack([weight, 1000 * weight / size[free]]), squared * weight)
        fitted = terms[0] + 1000 * terms[1] / size[free]
    return np.sqrt(terms[0] + 1000 * terms[1] / size)


def _placebo(change: np.ndarray, size: np.ndarray, treated: np.ndarray, tried: np.ndarray) -> Placebo:
    return Placebo(change, fitted_spread(change, size, treated), treated, tried)


def _after(years: pd.Index) -> np.ndarray:
    return (years > LAST_YEAR_OF_MONEY) & (years <= LAST_YEAR_BEFORE_OOST)


RULES = {
    "claim.description.aftermath_before": aftermath_before,
    **{
        f"claim.{name}": aftermath_phase
        for name in ("effect.aftermath_phase", "effect.aftermath_relapse", "undetermined.aftermath_phase")
    },
    "claim.undetermined.cannot": cannot,
    **{f"claim.{name}": spillover for name in ("signal.spillover_up", "signal.spillover_down", "undetermined.spillover")},
    "claim.description.spillover_bound": spillover_bound,
    "claim.description.spillover_ring": spillover_ring,
    "claim.description.spillover_truth": spillover_truth,
}
