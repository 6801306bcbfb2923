"""How often do tests with few treated areas reject a true null? Prints a markdown table.

    python benchmarks/size.py > benchmarks/size.md            (about 8 minutes on one core; --repetitions 200 for a quick look)

Every cell draws panels without any effect: 12 periods, AR(1) errors with coefficient 0.6, treatment from period 9 on. A test of
nominal size 5 % should reject in 5 % of them. The default is ``placebo_test`` as it runs when nothing is chosen: studentised,
with placebo areas rescaled to the population of the treated area, all assignments when there are at most 20,000.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from lwo_analysis.effects.inference.assignments import placebo_assignments
from lwo_analysis.effects.inference.contrasts import Contrasts, unit_contrasts
from lwo_analysis.effects.inference.lee_wooldridge import cross_sectional_test
from lwo_analysis.effects.inference.placebo import scale_of
from lwo_analysis.effects.inference.placebo_statistics import placebo_p_value, placebo_statistics
from lwo_analysis.effects.inference.wild_bootstrap import wild_bootstrap_regression

PERIODS, START, PERSISTENCE, LEVEL, DRAWS = 12, 8, 0.6, 0.05, 399
STAGGERED = (7, 8, 8, 9, 10)
SEED = 20261120
READING = """- *default*: `placebo_test`, studentised and rescaled for population. In range means 3 to 8 %.
- *plain placebo*: the same without either. *Lee-Wooldridge t* assumes equal noise. *wild bootstrap* (restricted) and *cluster
  errors* (CRV1) are what standard software offers.
- With **one** treated area that is noisier than its population explains, nothing can help: its own noise cannot be told from
  an effect. With one small area among 40, the curve of noise against population must be extrapolated from 39 mostly larger areas.
- With two treated areas the default keeps its size by dividing by a spread with one degree of freedom: it finds only large
  effects. The minimal detectable effect says how large.
"""


@dataclass(frozen=True)
class Cell:
    """One row of the table; ``noise`` multiplies the errors of treated areas beyond what their population explains."""

    setting: str
    n_units: int
    n_treated: int
    noise: float = 1.0
    small: bool = False
    staggered: bool = False


@dataclass(frozen=True)
class Panel:
    """One simulated panel without an effect."""

    outcomes: np.ndarray
    first: np.ndarray
    population: np.ndarray


def cells() -> list[Cell]:
    """Return the rows of the table."""
    sizes = (40, 100, 1000)
    rows = [Cell("equal areas", n, k, noise) for noise in (1.0, 2.0) for n in sizes for k in (1, 2, 5)]
    rows += [Cell("small treated areas", n, k, small=True) for n in sizes for k in (1, 2, 5)]
    return rows + [Cell("staggered starts", n, 5, noise, staggered=True) for noise in (1.0, 2.0) for n in sizes]


def simulate(cell: Cell, rng: np.random.Generator) -> Panel:
    """Return a panel under the null: stationary AR(1) errors, treated units first."""
    population = rng.lognormal(np.log(4000), 0.6, cell.n_units)
    spread = np.ones(cell.n_units)
    if cell.small:
        population[: cell.n_treated] = rng.uniform(400, 1500, cell.n_treated)
        spread = np.sqrt(0.2 + 400 / population)
    spread[: cell.n_treated] *= cell.noise
    shocks = rng.standard_normal((cell.n_units, PERIODS))
    errors = np.empty_like(shocks)
    errors[:, 0] = shocks[:, 0] / np.sqrt(1 - PERSISTENCE**2)
    for t in range(1, PERIODS):
        errors[:, t] = PERSISTENCE * errors[:, t - 1] + shocks[:, t]
    first = np.full(cell.n_units, PERIODS)
    first[: cell.n_treated] = STAGGERED if cell.staggered else START
    return Panel(errors * spread[:, None], first, population)


def default_test(panel: Panel, contrasts: Contrasts, rng: np.random.Generator) -> float:
    """Return the p-value of the default placebo test."""
    _, scale, _ = scale_of(contrasts, panel.population, "auto")
    return placebo_p_value(contrasts, _rows(contrasts, rng, exchangeable=contrasts.treated.size == 1), scale=scale)


def plain_placebo(panel: Panel, contrasts: Contrasts, rng: np.random.Generator) -> float:
    """Return the p-value of a placebo test that compares estimates as they are: not studentised, not rescaled."""
    same = contrasts.values.shape[1] == 1
    estimates = placebo_statistics(contrasts, _rows(contrasts, rng, exchangeable=same)).estimates
    actual = placebo_statistics(contrasts, contrasts.treated[None, :]).estimates[0]
    return float((np.abs(estimates) >= abs(actual) * (1 - 1e-10)).mean())


def lee_wooldridge(panel: Panel, contrasts: Contrasts, rng: np.random.Generator) -> float:
    """Return the p-value of the Lee-Wooldridge t test with classical errors."""
    return cross_sectional_test(_own_value(contrasts), _mask(contrasts)).p_value


def wild_bootstrap(panel: Panel, contrasts: Contrasts, rng: np.random.Generator) -> float:
    """Return the p-value of the restricted wild cluster bootstrap on the collapsed panel."""
    n_units = len(contrasts.values)
    treated = _mask(contrasts).astype(float)
    constant, clusters = np.ones((n_units, 1)), np.arange(n_units)
    return wild_bootstrap_regression(_own_value(contrasts), treated, constant, clusters, draws=DRAWS, rng=rng).p_value


def cluster_robust(panel: Panel, contrasts: Contrasts, rng: np.random.Generator) -> float:
    """Return the p-value of cluster-robust (CRV1) errors against t(N - 1)."""
    values, treated = _own_value(contrasts), _mask(contrasts)
    groups = (values[treated], values[~treated])
    n_units = len(values)
    variance = sum(((group - group.mean()) ** 2).sum() / len(group) ** 2 for group in groups)
    t_statistic = (groups[0].mean() - groups[1].mean()) / np.sqrt(variance * n_units / (n_units - 1))
    return float(2 * stats.t(n_units - 1).sf(abs(t_statistic)))


TESTS: dict[str, Callable[[Panel, Contrasts, np.random.Generator], float]] = {
    "**default**": default_test,
    "plain placebo": plain_placebo,
    "Lee-Wooldridge t": lee_wooldridge,
    "wild bootstrap": wild_bootstrap,
    "cluster errors": cluster_robust,
}


def rejection_shares(
    cell: Cell, repetitions: int, rng: np.random.Generator, names: Sequence[str] = tuple(TESTS)
) -> dict[str, float]:
    """Return for each named test the share of panels in which it rejects."""
    rejected = np.zeros(len(names))
    for _ in range(repetitions):
        panel = simulate(cell, rng)
        contrasts = unit_contrasts(panel.outcomes, panel.first)
        rejected += [TESTS[name](panel, contrasts, rng) <= LEVEL + 1e-12 for name in names]
    return dict(zip(names, rejected / repetitions, strict=True))


def verdict(cell: Cell, share: float) -> str:
    """Return how to read the default in this row."""
    if cell.noise > 1 and cell.n_treated == 1:
        return "nothing helps: one area says nothing about its own noise"
    if cell.small and cell.n_treated == 1 and share > 0.08:
        return "39 mostly larger areas say too little about the noise of a small one"
    return "in range" if 0.03 <= share <= 0.08 else "**out of range**"


def _rows(contrasts: Contrasts, rng: np.random.Generator, *, exchangeable: bool) -> np.ndarray:
    candidates = np.arange(len(contrasts.values))
    return placebo_assignments(candidates, contrasts.treated, exchangeable=exchangeable, draws=DRAWS, rng=rng, limit=2000).rows


def _mask(contrasts: Contrasts) -> np.ndarray:
    return np.isin(np.arange(len(contrasts.values)), contrasts.treated)


def _own_value(contrasts: Contrasts) -> np.ndarray:
    """Return one number per unit: a treated unit's own contrast, and for the others the average over the treated starts."""
    values = contrasts.values[:, contrasts.cohort] @ contrasts.slot_weights
    values[contrasts.treated] = contrasts.values[contrasts.treated, contrasts.cohort]
    return values


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=2000)
    repetitions = parser.parse_args().repetitions
    margin = 196 * np.sqrt(LEVEL * (1 - LEVEL) / repetitions)
    print("# Size of tests with few treated areas\n")
    print(f"Made by `python benchmarks/size.py` (seed {SEED}, {repetitions} panels per row). Share of panels without an effect")
    print(f"in which a test of nominal size 5 % rejects; simulation noise is about ±{margin:.1f} percentage points.\n")
    print(READING)
    print(f"| setting | areas | treated | noise of treated | {' | '.join(TESTS)} | reading |")
    print("| --- " * (5 + len(TESTS)) + "|")
    for number, cell in enumerate(cells()):
        shares = rejection_shares(cell, repetitions, np.random.default_rng([SEED, number]))
        numbers = " | ".join(f"{100 * share:.1f} %" for share in shares.values())
        place = f"{cell.setting} | {cell.n_units} | {cell.n_treated} | ×{cell.noise:g}"
        print(f"| {place} | {numbers} | {verdict(cell, shares['**default**'])} |", flush=True)


if __name__ == "__main__":
    main()
