"""Conformal inference over time: is the treated area after the start unlike itself before, once its comparison is taken out?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.inversion import accepted_interval
from lwo_analysis.effects.panel import FloatArray, OutcomeMatrix, common_start, to_matrix
from lwo_analysis.effects.sentences import decimals_for, format_number, format_p, rejects
from lwo_analysis.effects.simplex import simplex_least_squares
from lwo_analysis.errors import DesignError, ParameterError

Permutations = Literal["moving_block", "iid"]
Proxy = Callable[[FloatArray, FloatArray], FloatArray]
TIES = 1e-12
SEARCH_POINTS = 201


@dataclass(frozen=True, eq=False)
class ConformalResult:
    """A conformal test with the interval of every treated period.

    Attributes
    ----------
    p_value : float
        Of the null that the effect is zero in every treated period.
    smallest_p_value : float
        The smallest value that this p-value could have had.
    interval : tuple of float
        Constant effects that are not rejected at ``level``, in outcome units.
    periods : DataFrame
        One row per treated period: ``time, estimate, lower, upper``, in outcome units; the estimate is the gap when the
        comparison is fitted before the start only.
    level : float
        Confidence level of the intervals.
    permutations : str
        ``"moving_block"`` or ``"iid"``.
    n_treated, n_control : int
        Units.
    warnings : tuple of str
        What a reader must know before using the numbers.
    """

    p_value: float
    smallest_p_value: float
    interval: tuple[float, float]
    periods: pd.DataFrame
    level: float
    permutations: str
    n_treated: int
    n_control: int
    warnings: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return the interval of every treated period."""
        return self.periods.copy()

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return whether the time after the start stands out."""
        p_value = format_p(self.p_value, language)
        low, high = self.interval
        decimals = decimals_for((high - low) / 4, high)
        low_text, high_text = (format_number(end, decimals, language, sign=True) for end in (low, high))
        stands_out = rejects(self.p_value, self.level)
        if language == "nl":
            start = "De jaren na de start wijken af" if stands_out else "De jaren na de start vallen niet op"
            interval = f"{self.level:.0%}-interval {low_text} tot {high_text}"
            return f"{start} vergeleken met wat de vergelijkingsgebieden voorspellen ({p_value}; {interval})."
        start = "The years after the start differ" if stands_out else "The years after the start do not stand out"
        interval = f"{self.level:.0%} interval {low_text} to {high_text}"
        return f"{start} compared with what the comparison areas predict ({p_value}; {interval})."


def conformal_test(
    panel: pd.DataFrame | OutcomeMatrix,
    design: Design | FrozenDesign,
    *,
    permutations: Permutations = "moving_block",
    level: float = 0.9,
    draws: int = 5_000,
    rng: np.random.Generator | None = None,
) -> ConformalResult:
    r"""Return the conformal test of a synthetic control for the mean of the treated units (one common start).

    Use it as a second opinion when there are many periods before the start. Do not use it with few: with T periods a
    moving-block p-value is a multiple of 1/T, so 12 yearly figures can never reach 0.05. ``iid`` is finer, and assumes that
    residuals have no serial correlation.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``.
    design : Design or FrozenDesign
        Names the columns; periods of ``anticipation`` are left out.
    permutations : {"moving_block", "iid"}
        All cyclic shifts of the residuals, or random permutations.
    level : float
        Confidence level, between 0 and 1.
    draws, rng
        Number and generator of ``iid`` permutations; ``default_rng(0)`` when left out.

    Returns
    -------
    ConformalResult

    Raises
    ------
    DesignError
        As ``to_matrix``; when nothing is treated yet, or starts differ.

    Notes
    -----
    Under the null effects :math:`\theta_t` are subtracted from the treated periods and the synthetic control is fitted on *all*
    periods; with residuals u, :math:`S(u) = \sum_{t > T_0} |u_t|` is compared with its values under permutations of time. The
    interval of a period uses the periods before the start and that period only. Assumes stationary, weakly dependent residuals
    (``moving_block``) or exchangeable ones (``iid``); not checked.

    References
    ----------
    Chernozhukov, Wüthrich and Zhu (2021), Journal of the American Statistical Association 116(536), algorithms 1 and 2.
    """
    plain, _ = split_frozen(design)
    matrix = panel if isinstance(panel, OutcomeMatrix) else to_matrix(panel, design)
    if not matrix.treated.any():
        raise DesignError("conformal test", expected="a treated period", found="none yet", remedy="wait for later figures")
    start = common_start(matrix.first, matrix.n_periods)
    before = np.arange(start - plain.anticipation)
    treated = matrix.outcomes[matrix.treated].mean(axis=0)
    controls = matrix.outcomes[~matrix.treated].T
    after = np.arange(start, matrix.n_periods)
    order = _time_orders(len(before) + len(after), permutations, draws, rng)
    short = _time_orders(len(before) + 1, permutations, draws, rng)
    rows = np.concatenate([before, after])
    periods = [_period(treated, controls, before, t, short, level, matrix.times[t]) for t in map(int, after)]
    smallest = 1 / len(order)
    return ConformalResult(
        p_value=conformal_p_value(treated[rows], controls[rows], len(after), order),
        smallest_p_value=smallest,
        interval=conformal_interval(treated[rows], controls[rows], len(after), order, level=level),
        periods=pd.DataFrame(periods),
        level=level,
        permutations=permutations,
        n_treated=int(matrix.treated.sum()),
        n_control=controls.shape[1],
        warnings=_notes(smallest, level),
    )


def conformal_p_value(
    treated: FloatArray,
    controls: FloatArray,
    n_post: int,
    order: np.ndarray,
    *,
    effect: FloatArray | float = 0.0,
    proxy: Proxy = simplex_least_squares,
) -> float:
    """Return the p-value of the null that the last ``n_post`` effects equal ``effect``.

    Parameters
    ----------
    treated : ndarray, shape (T,)
        Outcome of the treated unit; the last ``n_post`` periods are treated.
    controls : ndarray, shape (T, J)
        Outcomes of the comparison units.
    n_post : int
        Number of treated periods, 1 to T - 1.
    order : ndarray of int, shape (P, T)
        Permutations of time, the identity among them.
    effect : float or ndarray of shape (n_post,)
        Effects under the null, in outcome units.
    proxy : callable
        ``proxy(controls, treated) -> weights`` (J,); the synthetic control weights when left out.
    """
    free = treated.astype(float).copy()
    free[-n_post:] -= effect
    residuals = np.abs(free - controls @ proxy(controls, free))
    return float((residuals[order[:, -n_post:]].sum(axis=1) >= residuals[-n_post:].sum() - TIES).mean())


def conformal_interval(
    treated: FloatArray,
    controls: FloatArray,
    n_post: int,
    order: np.ndarray,
    *,
    level: float = 0.9,
    proxy: Proxy = simplex_least_squares,
) -> tuple[float, float]:
    """Return the constant effects in the last ``n_post`` periods that the conformal test does not reject, in outcome units.

    Parameters are those of ``conformal_p_value``; an end is infinite when the number of permutations cannot reject at ``level``.

    Parameters
    ----------
    treated : (T,) array
        Outcomes of the treated unit.
    controls : (T, N0) array
        Outcomes of the others.
    n_post : int
        Periods after the start, the last ones.
    order : (R, T) array of int
        Permutations of the periods, the identity first.
    level : float
        Coverage of the interval, between 0 and 1.
    proxy : callable
        Gives the weights of the others from the periods before.
    """

    def accepted(effects: FloatArray) -> np.ndarray:
        values = (conformal_p_value(treated, controls, n_post, order, effect=effect, proxy=proxy) for effect in effects)
        return np.array([value > 1 - level + TIES for value in values])

    if 1 / len(order) > 1 - level + TIES:
        return -np.inf, np.inf
    gaps = treated - controls @ proxy(controls[:-n_post], treated[:-n_post])
    scale = float(max(gaps[:-n_post].std(), 1e-3 * np.abs(gaps).max(), 1e-12))
    return accepted_interval(accepted, float(gaps[-n_post:].mean()), scale, points=SEARCH_POINTS, tolerance=1e-3)


def _period(
    treated: FloatArray, controls: FloatArray, before: np.ndarray, period: int, order: np.ndarray, level: float, time: object
) -> dict[str, object]:
    rows = np.append(before, period)
    lower, upper = conformal_interval(treated[rows], controls[rows], 1, order, level=level)
    weights = simplex_least_squares(controls[before], treated[before])
    return {"time": time, "estimate": float(treated[period] - controls[period] @ weights), "lower": lower, "upper": upper}


def _time_orders(length: int, permutations: Permutations, draws: int, rng: np.random.Generator | None) -> np.ndarray:
    if permutations == "moving_block":
        return moving_blocks(length)
    if permutations != "iid":
        raise ParameterError("permutations", expected="moving_block or iid", found=permutations, remedy="choose one")
    generator = np.random.default_rng(0) if rng is None else rng
    identity = np.arange(length)
    return np.vstack([identity, generator.permuted(np.tile(identity, (draws, 1)), axis=1)])


def moving_blocks(length: int) -> np.ndarray:
    """Return all cyclic shifts of ``length`` periods, shape (length, length), the identity first.

    Parameters
    ----------
    length : int
        T, the number of periods.

    Examples
    --------
    >>> moving_blocks(3).tolist()
    [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    """
    steps = np.arange(length)
    return (steps[:, None] + steps[None, :]) % length


def _notes(smallest: float, level: float) -> tuple[str, ...]:
    if smallest <= 1 - level + TIES:
        return ()
    return (f"this number of periods cannot give a p-value below {smallest:.3f}: there is no {level:.0%} interval",)
