"""Side by side with named peers, in one process, on one machine: seconds, ratios and fits of the estimators.

    python -m benchmarks.effects            every row whose peer is installed
    python -m benchmarks.effects --slow     also the peers that take a minute

pyfixest, diff-diff and linearmodels come with the development dependencies; pysyncon is measured when it can be imported
(``pip install --no-deps --target DIR pysyncon`` and ``PYTHONPATH=DIR``), otherwise its rows say "not measured". Times are the
shortest of five runs after one that warms up (one run for what takes over five seconds). The exit code is 1 when a target is
missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lwo_analysis import effects
from lwo_analysis.effects.did import estimate_did_draws
from lwo_analysis.effects.group_time import estimate_callaway_santanna
from lwo_analysis.effects.panel import collapse, to_matrix
from lwo_analysis.effects.synthetic_did import estimate_synthetic_did

SHARED = Path(os.environ.get("LWO_SHARED", Path(__file__).resolve().parents[2] / "shared" / "data")) / "validation"
DESIGN = effects.Design(outcome="y", unit="unit", time="year", start="start", population=None)
Peer = tuple[str, Callable[[], Any] | None]


@dataclass(frozen=True)
class Row:
    """One task: ours, its peers, and what we promised."""

    task: str
    ours: Callable[[], Any]
    peers: tuple[Peer, ...] = ()
    target: float | None = None
    fit: Callable[[Any], str] = lambda answer: f"{answer:.6g}"


def seconds(run: Callable[[], Any], repeats: int = 5) -> tuple[float, Any]:
    """Return the shortest time of some runs after a warm-up, and the answer; one run when the warm-up took over five seconds."""
    times = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        answer = run()
        times.append(time.perf_counter() - began)
        if times[0] > 5:
            return times[0], answer
    return min(times[1:]), answer


def simulate(n_units: int, n_years: int, starts: dict[int, int], seed: int = 1) -> pd.DataFrame:
    """Return an AR(1) panel; ``starts`` maps the first treated year (0-based) to a number of units."""
    rng = np.random.default_rng(seed)
    outcomes = np.empty((n_units, n_years))
    outcomes[:, 0] = rng.normal(size=n_units)
    for year in range(1, n_years):
        outcomes[:, year] = 0.6 * outcomes[:, year - 1] + rng.normal(size=n_units)
    outcomes += rng.normal(size=(n_units, 1)) * 3
    start = np.full(n_units, np.nan)
    start[: sum(starts.values())] = np.repeat([float(year) for year in starts], list(starts.values()))
    unit, year = (index.ravel() for index in np.indices(outcomes.shape))
    panel = pd.DataFrame({"unit": np.char.zfill(unit.astype(str), 6), "year": year, "y": outcomes.ravel(), "start": start[unit]})
    return panel.assign(
        treated=(panel["year"] >= panel["start"]).astype(int),
        ever=panel["start"].notna().astype(int),
        first=panel["start"].fillna(0).astype(int),
    )


def rows(*, slow: bool) -> list[Row]:
    """Return every task."""
    one_start, staggered = simulate(14_000, 12, {8: 60}), simulate(14_000, 12, {7: 20, 8: 20, 9: 20})
    donors, areas = simulate(3_005, 12, {8: 5}), simulate(205, 12, {7: 2, 8: 2, 9: 1})
    return [
        _two_way(one_start),
        _group_time(staggered),
        _placebo_did(one_start),
        _placebo_group_time(areas),
        _synthetic_did(donors),
        _synthetic_did_placebos(donors),
        *([_relative_magnitudes()] if (SHARED / "LW.npz").exists() else []),
        *(_proposition_99(slow=slow) if (SHARED / "P99data.csv").exists() else []),
        *(_kansas(slow=slow) if (SHARED / "kansas_ascm.csv").exists() else []),
    ]


def _two_way(panel: pd.DataFrame) -> Row:
    import pyfixest
    from linearmodels.panel import PanelOLS

    indexed = panel.assign(entity=pd.factorize(panel["unit"])[0]).set_index(["entity", "year"])
    linear = PanelOLS(indexed["y"], indexed[["treated"]], entity_effects=True, time_effects=True)
    return Row(
        "two-way fixed effects with clustered error, 14,000 areas x 12 years",
        lambda: effects.fit_did(panel, DESIGN).standard_error,
        (
            ("pyfixest", lambda: pyfixest.feols("y ~ treated | unit + year", panel, vcov={"CRV1": "unit"}).se().iloc[0]),
            ("linearmodels", lambda: linear.fit(cov_type="clustered", cluster_entity=True).std_errors.iloc[0]),
        ),
    )


def _group_time(panel: pd.DataFrame) -> Row:
    import diff_diff

    peer = diff_diff.CallawaySantAnna(estimation_method="reg", cband=False)
    columns = {"outcome": "y", "unit": "unit", "time": "year", "first_treat": "first"}
    return Row(
        "Callaway-Sant'Anna with influence functions, 14,000 areas x 12 years, 3 cohorts",
        lambda: effects.fit_callaway_santanna(panel, DESIGN).standard_error,
        (("diff-diff", lambda: peer.fit(panel, **columns).overall_se),),
    )


def _placebo_did(panel: pd.DataFrame) -> Row:
    differences = collapse(to_matrix(panel, DESIGN)).difference

    def ours() -> float:
        rng = np.random.default_rng(0)
        draws = np.array([rng.choice(len(differences), 60, replace=False) for _ in range(1_000)])
        return float(estimate_did_draws(differences, draws).std())

    return Row("1,000 placebo DiDs, 60 of 14,000 areas (assignments included)", ours, target=0.2)


def _placebo_group_time(panel: pd.DataFrame) -> Row:
    import diff_diff

    matrix = to_matrix(panel, DESIGN)
    rng = np.random.default_rng(0)
    starts = [rng.permutation(matrix.first) for _ in range(1_000)]
    peer = diff_diff.CallawaySantAnna(estimation_method="reg", cband=False)

    def theirs() -> float:
        estimates = []
        for first in starts[:20]:
            assigned = panel.assign(first=np.repeat(np.where(first < 12, first, 0), 12))
            estimates.append(peer.fit(assigned, outcome="y", unit="unit", time="year", first_treat="first").overall_att)
        return float(np.mean(estimates))

    return Row(
        "20 placebo Callaway-Sant'Anna estimates, 205 areas x 12 years",
        lambda: float(np.mean([estimate_callaway_santanna(matrix.outcomes, first) for first in starts[:20]])),
        (("diff-diff", theirs),),
    )


def _synthetic_did(panel: pd.DataFrame) -> Row:
    matrix = to_matrix(panel, DESIGN)
    return Row(
        "synthetic DiD, 3,000 controls x 12 years",
        lambda: estimate_synthetic_did(matrix.outcomes, matrix.first),
        target=0.005,
    )


def _synthetic_did_placebos(panel: pd.DataFrame) -> Row:
    import diff_diff

    matrix = to_matrix(panel, DESIGN)
    controls = matrix.outcomes[~matrix.treated]

    def placebos(count: int) -> float:
        rng, estimates = np.random.default_rng(0), []
        for _ in range(count):
            first = np.full(len(controls), 12)
            first[rng.choice(len(controls), 5, replace=False)] = 8
            estimates.append(estimate_synthetic_did(controls, first))
        return float(np.std(estimates))

    columns = {"outcome": "y", "treatment": "ever", "unit": "unit", "time": "year", "post_periods": [8, 9, 10, 11]}
    return Row(
        "synthetic DiD, 3,000 controls, 200 placebos (diff-diff: estimate and 50 placebos)",
        partial(placebos, 200),
        (("diff-diff", lambda: diff_diff.SyntheticDiD(n_bootstrap=50, seed=0).fit(panel, **columns).se),),
        target=1.0,
    )


def _relative_magnitudes() -> Row:
    stored = np.load(SHARED / "LW.npz")
    beta, sigma = (stored[name] for name in ("betahat", "sigma"))
    return Row(
        "honest set of relative magnitudes, 9 periods before and 23 after",
        lambda: effects.honest_relative_magnitudes(beta, sigma, 9, weights="average").lower,
        target=0.1,
    )


def _proposition_99(*, slow: bool) -> list[Row]:
    panel = pd.read_csv(SHARED / "P99data.csv")
    panel = panel.assign(
        start=np.where(panel["state"] == "California", 1989.0, np.nan),
        treated=((panel["state"] == "California") & (panel["year"] >= 1989)).astype(int),
    )
    design = effects.Design(outcome="cigsale", unit="state", time="year", start="start", population=None)
    special = [("beer", list(range(1984, 1989)), "mean")] + [("cigsale", [year], "mean") for year in (1975, 1980, 1988)]
    averaged = panel[panel["year"].between(1980, 1988)].groupby("state")[["lnincome", "age15to24", "retprice"]].mean()
    for name, years, _ in special:
        averaged[f"{name}_{years[0]}"] = panel[panel["year"].isin(years)].groupby("state")[name].mean()

    def ours(n_seeds: int) -> float:
        rng = np.random.default_rng(0)
        return (
            effects.fit_synthetic_control(panel, design, predictors=averaged, n_seeds=n_seeds, rng=rng).fit[1989]["fit"].pre_mspe
        )

    peers = [("diff-diff", partial(_diff_diff_control, panel, special))]
    peers.append(("pysyncon", partial(_pysyncon_control, panel, special) if slow and installed("pysyncon") else None))
    return [
        Row(
            "synthetic control with searched predictors (2 seeds), 38 donors; answer = pre-period MSPE",
            partial(ours, 2),
            tuple(peers),
        )
    ]


def _diff_diff_control(panel: pd.DataFrame, special: list[tuple[str, list[int], str]]) -> float:
    import diff_diff

    fit = diff_diff.SyntheticControl(seed=0).fit(
        panel,
        outcome="cigsale",
        treatment="treated",
        unit="state",
        time="year",
        post_periods=list(range(1989, 2001)),
        predictors=["lnincome", "age15to24", "retprice"],
        predictor_window=list(range(1980, 1989)),
        special_predictors=special,
    )
    return float(fit.pre_rmspe**2)


def _pysyncon_control(panel: pd.DataFrame, special: list[tuple[str, list[int], str]]) -> float:
    from pysyncon import Dataprep, Synth

    prepared = Dataprep(
        foo=panel,
        predictors=["lnincome", "age15to24", "retprice"],
        predictors_op="mean",
        time_predictors_prior=range(1980, 1989),
        special_predictors=special,
        dependent="cigsale",
        unit_variable="state",
        time_variable="year",
        treatment_identifier="California",
        controls_identifier=[state for state in panel["state"].unique() if state != "California"],
        time_optimize_ssr=range(1970, 1989),
    )
    synth = Synth()
    synth.fit(dataprep=prepared)
    return float(synth.mspe())


def _kansas(*, slow: bool) -> list[Row]:
    panel = pd.read_csv(SHARED / "kansas_ascm.csv")
    panel["start"] = effects.starts_from_treatment(panel, unit_col="fips", time_col="year_qtr", treated_col="treated")
    design = effects.Design(outcome="lngdpcapita", unit="fips", time="year_qtr", start="start", population=None)
    peer = partial(_pysyncon_augmented, panel) if slow and installed("pysyncon") else None
    return [
        Row(
            "ridge-augmented synthetic control with cross-validation, 49 donors x 89 quarters",
            lambda: effects.fit_ridge_synthetic_control(panel, design).estimate,
            (("pysyncon", peer),),
        )
    ]


def _pysyncon_augmented(panel: pd.DataFrame) -> float:
    from pysyncon import AugSynth, Dataprep

    quarters = sorted(panel["year_qtr"].unique())
    before = [quarter for quarter in quarters if quarter < 2012.25]
    prepared = Dataprep(
        foo=panel,
        predictors=["lngdpcapita"],
        predictors_op="mean",
        time_predictors_prior=before,
        dependent="lngdpcapita",
        unit_variable="state",
        time_variable="year_qtr",
        treatment_identifier="Kansas",
        controls_identifier=[state for state in panel["state"].unique() if state != "Kansas"],
        time_optimize_ssr=before,
    )
    augmented = AugSynth()
    augmented.fit(dataprep=prepared)
    return float(augmented.att(time_period=[quarter for quarter in quarters if quarter >= 2012.25])["att"])


def installed(package: str) -> bool:
    """Return whether a peer can be imported."""
    return importlib.util.find_spec(package) is not None


def report(row: Row) -> tuple[list[str], bool]:
    """Return the lines of one task and whether its target was met."""
    ours, answer = seconds(row.ours)
    met = row.target is None or ours < row.target
    promise = "" if row.target is None else f"< {row.target:g} s: {'met' if met else 'MISSED'}"
    lines = [f"| {row.task} | ours | {ours:.4g} | 1 | {row.fit(answer)} | {promise} |"]
    for name, run in row.peers:
        if run is None:
            lines.append(f"| | {name} | not measured | | | |")
            continue
        theirs, other = seconds(run)
        lines.append(f"| | {name} | {theirs:.4g} | {theirs / ours:.1f} | {row.fit(other)} | |")
    return lines, met


def main() -> int:
    """Print the table; return 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slow", action="store_true", help="also the peers that take a minute")
    warnings.simplefilter("ignore")  # the peers' own deprecations
    print("| task | program | seconds | times ours | answer | target |\n| --- | --- | --- | --- | --- | --- |")
    met = []
    for row in rows(slow=parser.parse_args().slow):
        lines, good = report(row)
        print("\n".join(lines), flush=True)
        met.append(good)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
