"""Placebos of any estimator: give the treatment to untreated areas and look at what the estimator then says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.inference.assignments import placebo_assignments
from lwo_analysis.effects.inference.placebo import PlaceboResult, usable_matrix
from lwo_analysis.effects.panel import Estimator, FloatArray, IntArray, OutcomeMatrix


def placebo_test_of_estimator(
    panel: pd.DataFrame | OutcomeMatrix,
    design: Design | FrozenDesign,
    estimator: Estimator,
    *,
    statistic: Estimator | None = None,
    draws: int = 499,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> PlaceboResult:
    r"""Return the placebo test in space of any estimator, with the treated units left out of every placebo.

    Use it for synthetic controls and synthetic difference in differences. For a plain difference in differences ``placebo_test``
    is better: it is studentised and rescales for population, which this test does not do. Do not use it when treated areas are
    smaller or noisier than the pool, unless ``statistic`` allows for that.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``.
    design : Design or FrozenDesign
        Names the columns.
    estimator : callable
        ``estimator(outcomes, first) -> effect``; see ``panel.Estimator``. Bind other settings with ``functools.partial``. It must
        move by d when d is added to all treated cells, as every estimator here does; the interval rests on that.
    statistic : callable, optional
        What is ranked for the p-value, with the same arguments; for a synthetic control the ratio of the error after the start
        to the error before it. The estimate itself when left out.
    draws : int
        Random placebo assignments when there are more than 2,000 (or four times ``draws``) possible ones; all of them otherwise.
    level : float
        Confidence level, between 0 and 1.
    rng : numpy.random.Generator, optional
        ``default_rng(0)`` when left out.

    Returns
    -------
    PlaceboResult
        ``placebo_estimates`` holds the placebos only. The p-value is :math:`(1 + \#\{|S_r| \ge |S|\}) / (1 + R)`.

    Raises
    ------
    DesignError
        As ``to_matrix``; when nothing is treated yet, or untreated units are fewer than two.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105(490), section 3.4; Arkhangelsky,
    Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12), algorithm 4.
    """
    plain, _ = split_frozen(design)
    matrix = usable_matrix(panel, design)
    estimate = float(estimator(matrix.outcomes, matrix.first))
    controls = matrix.outcomes[~matrix.treated]
    starts = matrix.first[matrix.treated]
    rows, exhaustive = _placebo_rows(len(controls), starts, draws, rng)
    placebos = placebo_distribution(controls, starts, rows, estimator)
    if statistic is None:
        ranked, actual = placebos, estimate
    else:
        ranked = placebo_distribution(controls, starts, rows, statistic)
        actual = float(statistic(matrix.outcomes, matrix.first))
    return PlaceboResult(
        estimate=estimate,
        p_value=_p_value(ranked, actual),
        interval=_interval(placebos, estimate, 1 - level),
        equivalence_bound=_largest(_interval(placebos, estimate, 2 * (1 - level))),
        level=level,
        n_treated=len(starts),
        n_control=len(controls),
        n_candidates=len(controls),
        exhaustive=exhaustive,
        smallest_p_value=1 / (1 + len(rows)),
        correction="none",
        placebo_estimates=placebos,
        outcome_words=plain.outcome_words,
        outcome_unit=plain.outcome_unit,
    )


def placebo_distribution(controls: FloatArray, starts: IntArray, rows: IntArray, estimator: Estimator) -> FloatArray:
    """Return what the estimator says for every placebo, shape (R,), in outcome units.

    Parameters
    ----------
    controls : ndarray, shape (N, T)
        Outcomes of untreated units.
    starts : ndarray of int, shape (n_treated,)
        First treated column of each treated unit.
    rows : ndarray of int, shape (R, n_treated)
        Untreated units that take the places of the treated ones.
    estimator : callable
        See ``panel.Estimator``.
    """
    first = np.full((len(rows), len(controls)), controls.shape[1], dtype=np.int64)
    np.put_along_axis(first, rows, np.broadcast_to(starts, rows.shape), axis=1)
    return np.array([estimator(controls, placebo) for placebo in first])


def _placebo_rows(n_controls: int, starts: IntArray, draws: int, rng: np.random.Generator | None) -> tuple[IntArray, bool]:
    """Return placebo rows; every one of them when there are no more than ``draws`` times four."""
    actual = np.arange(len(starts))
    assignments = placebo_assignments(
        np.arange(n_controls),
        actual,
        exchangeable=len(np.unique(starts)) == 1,
        draws=draws,
        rng=rng,
        limit=max(4 * draws, 2_000),
    )
    # A random set starts with the "actual" assignment of the other test; here that is an arbitrary set of controls.
    return (assignments.rows if assignments.exhaustive else assignments.rows[1:]), assignments.exhaustive


def _p_value(ranked: FloatArray, actual: float) -> float:
    return float((1 + (np.abs(ranked) >= abs(actual) * (1 - 1e-10)).sum()) / (1 + len(ranked)))


def _interval(placebos: FloatArray, estimate: float, alpha: float) -> tuple[float, float]:
    """Invert the rank test: an effect is rejected when the distance to the estimate is among the largest alpha of placebos."""
    rank = int(np.floor(alpha * (1 + len(placebos)) + 1e-9))
    if rank < 1:
        return -np.inf, np.inf
    half = float(np.sort(np.abs(placebos))[::-1][rank - 1]) if rank <= len(placebos) else 0.0
    return estimate - half, estimate + half


def _largest(interval: tuple[float, float]) -> float:
    return float(max(abs(interval[0]), abs(interval[1])))
