"""The wild cluster bootstrap with the null imposed: a side column, because it is blind with one or two treated areas."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from lwo_analysis.effects.design import Design, FrozenDesign
from lwo_analysis.effects.panel import FloatArray, IntArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.sentences import format_p
from lwo_analysis.errors import DesignError

ENUMERATED_CLUSTERS = 14
BLOCK_CELLS = 2_000_000
TOO_FEW_FOR_BOOTSTRAP = 3


@dataclass(frozen=True)
class WildBootstrapResult:
    """A restricted wild cluster bootstrap.

    Attributes
    ----------
    estimate : float
        Coefficient of the treatment, in outcome units.
    t_statistic : float
        Cluster-robust (CRV1) without small-sample factor, against ``null_effect``.
    p_value : float
        Two-sided, symmetric.
    null_effect : float
        Effect under the null, in outcome units.
    n_clusters, n_treated : int
        Clusters, and treated clusters.
    n_draws : int
        Sign vectors used.
    enumerated : bool
        Whether these are all 2^n_clusters of them.
    warnings : tuple of str
        What a reader must know before using the p-value.
    """

    estimate: float
    t_statistic: float
    p_value: float
    null_effect: float
    n_clusters: int
    n_treated: int
    n_draws: int
    enumerated: bool
    warnings: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return one row with the numbers of this test, unrounded."""
        return pd.DataFrame([{name: value for name, value in vars(self).items() if name != "warnings"}])

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return the p-value with the caution it needs."""
        p_value = format_p(self.p_value, language)
        few = self.n_treated < TOO_FEW_FOR_BOOTSTRAP
        if language == "nl":
            caution = " Met zo weinig behandelde gebieden vindt deze toets bijna nooit iets: dit zegt weinig." if few else ""
            return f"De wild cluster bootstrap geeft {p_value}; dit is een controle, geen conclusie.{caution}"
        caution = " With so few treated areas this test hardly ever finds anything: it says little." if few else ""
        return f"The wild cluster bootstrap gives {p_value}; this is a check, not a conclusion.{caution}"


def wild_cluster_bootstrap(
    panel: pd.DataFrame | OutcomeMatrix,
    design: Design | FrozenDesign,
    *,
    null_effect: float = 0.0,
    draws: int = 9_999,
    rng: np.random.Generator | None = None,
) -> WildBootstrapResult:
    """Return the restricted wild cluster bootstrap of the two-way fixed effects coefficient, with areas as clusters.

    Use it as a side column next to ``placebo_test``. Do not use it as the main test: with one or two treated areas it rejects
    about 0 % of true nulls instead of 5 % and finds only enormous effects; with staggered starts it tests the two-way
    coefficient, which mixes effects.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``.
    design : Design or FrozenDesign
        Names the columns; periods of ``anticipation`` count as untreated.
    null_effect : float
        Effect under the null, in outcome units.
    draws : int
        Random sign vectors when there are more than 14 areas; with up to 14 all are enumerated.
    rng : numpy.random.Generator, optional
        ``default_rng(0)`` when left out.

    Returns
    -------
    WildBootstrapResult

    Raises
    ------
    DesignError
        As ``to_matrix``; when no unit is treated inside the window.

    References
    ----------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3); MacKinnon and Webb (2017), Journal of Applied
    Econometrics 32(2), for its failure with few treated clusters.
    """
    matrix = panel if isinstance(panel, OutcomeMatrix) else to_matrix(panel, design)
    if not matrix.treated.any():
        raise DesignError(
            "wild cluster bootstrap", expected="a treated period", found="none yet", remedy="wait for later figures"
        )
    outcomes = matrix.outcomes - matrix.outcomes.mean(axis=1, keepdims=True)
    periods = np.arange(matrix.n_periods)
    on = (periods >= matrix.first[:, None]).astype(float)
    on -= on.mean(axis=1, keepdims=True)
    dummies = np.tile(np.eye(matrix.n_periods)[:, 1:] - 1 / matrix.n_periods, (len(outcomes), 1))
    clusters = np.repeat(np.arange(len(outcomes)), matrix.n_periods)
    result = wild_bootstrap_regression(
        outcomes.ravel(), on.ravel(), dummies, clusters, null_effect=null_effect, draws=draws, rng=rng
    )
    n_treated = int(matrix.treated.sum())
    notes = (
        ("with one or two treated areas this test is blind: it rejects about 0 % of true nulls instead of 5 %",)
        if n_treated < TOO_FEW_FOR_BOOTSTRAP
        else ()
    )
    return dataclasses.replace(result, n_treated=n_treated, warnings=notes)


def wild_bootstrap_regression(
    outcome: FloatArray,
    regressor: FloatArray,
    controls: FloatArray,
    clusters: np.ndarray,
    *,
    null_effect: float = 0.0,
    draws: int = 9_999,
    rng: np.random.Generator | None = None,
) -> WildBootstrapResult:
    r"""Return the restricted wild cluster bootstrap of one coefficient in a linear regression.

    Parameters
    ----------
    outcome, regressor : ndarray, shape (n,)
        No missing values. Fixed effects that are nested in the clusters may be taken out of all columns beforehand.
    controls : ndarray, shape (n, k)
        Other regressors, of full column rank; include the constant unless it was taken out.
    clusters : ndarray, shape (n,)
        Cluster of each row.
    null_effect, draws, rng
        As ``wild_cluster_bootstrap``.

    Returns
    -------
    WildBootstrapResult
        ``n_treated`` counts clusters in which the regressor exceeds its smallest value within the sample.

    Notes
    -----
    With :math:`\tilde x` the regressor net of the controls, :math:`\tilde u` the residuals under the null and :math:`v` the
    Rademacher signs, the numerator of the bootstrap coefficient is :math:`\sum_g v_g a_g` with
    :math:`a_g = \tilde x_g'\tilde u_g`, and the cluster scores are :math:`v_g a_g - \tilde x_g'Z_g (Z'Z)^{-1} \sum_h v_h
    Z_h'\tilde u_h - \hat\beta^* \tilde x_g'\tilde x_g`; all draws are one matrix product. The small-sample factor of CRV1
    cancels. The p-value is :math:`\Pr(|t^*| \ge |t|)`, the original sample included when enumerated.
    """
    groups, index = np.unique(clusters, return_inverse=True)
    x_tilde = _net_of(controls, regressor)
    residual = _net_of(controls, outcome - null_effect * regressor)
    numerators, squares = (np.bincount(index, weights=part).astype(float) for part in (x_tilde * residual, x_tilde**2))
    cross, pull = (_sums_by_group(index, part, controls) for part in (x_tilde, residual))
    projection: FloatArray = np.linalg.solve(controls.T @ controls, cross.T).astype(np.float64)
    enumerated = len(groups) <= ENUMERATED_CLUSTERS
    t_of = partial(_t_statistics, numerators=numerators, squares=squares, pull=pull, projection=projection)
    actual = t_of(np.ones((1, len(groups))))[0]
    bootstrap = np.concatenate([t_of(block) for block in _signs(len(groups), draws, rng)])
    extreme = np.abs(bootstrap) >= abs(actual) * (1 - 1e-10)
    # The actual sample is one of the enumerated ones; rounding in data without noise must not lose it.
    p_value = max(extreme.mean(), 1 / len(bootstrap)) if enumerated else (1 + extreme.sum()) / (1 + len(bootstrap))
    high = np.bincount(index, weights=(regressor > regressor.min()).astype(float)) > 0
    return WildBootstrapResult(
        estimate=float(x_tilde @ outcome / (x_tilde @ x_tilde)),
        t_statistic=float(actual),
        p_value=float(p_value),
        null_effect=null_effect,
        n_clusters=len(groups),
        n_treated=int(high.sum()),
        n_draws=len(bootstrap),
        enumerated=enumerated,
    )


def _sums_by_group(index: IntArray, part: FloatArray, controls: FloatArray) -> FloatArray:
    return np.column_stack([np.bincount(index, weights=part * column) for column in controls.T]).astype(np.float64)


def _net_of(controls: FloatArray, column: FloatArray) -> FloatArray:
    return column - controls @ np.linalg.lstsq(controls, column, rcond=None)[0]


def _signs(n_clusters: int, draws: int, rng: np.random.Generator | None) -> Iterator[FloatArray]:
    """Yield the sign vectors in blocks of rows, so that ten thousand draws for ten thousand areas fit in memory."""
    if n_clusters <= ENUMERATED_CLUSTERS:
        yield np.array(list(itertools.product((1.0, -1.0), repeat=n_clusters)))
        return
    generator = np.random.default_rng(0) if rng is None else rng
    rows = max(1, BLOCK_CELLS // n_clusters)
    for start in range(0, draws, rows):
        yield (generator.integers(0, 2, (min(rows, draws - start), n_clusters)) * 2.0 - 1.0).astype(np.float64)


def _t_statistics(
    signs: FloatArray, numerators: FloatArray, squares: FloatArray, pull: FloatArray, projection: FloatArray
) -> FloatArray:
    """Return the cluster-robust t of every sign vector, up to one constant factor."""
    beta = signs @ numerators / squares.sum()
    scores = signs * numerators - (signs @ pull) @ projection - beta[:, None] * squares
    spread = np.sqrt((scores**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(beta == 0, 0.0, beta * squares.sum() / spread)
