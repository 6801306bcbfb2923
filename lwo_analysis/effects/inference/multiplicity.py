"""Many indicators, one programme: p-values that allow for having looked at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from lwo_analysis.effects.panel import FloatArray
from lwo_analysis.errors import ParameterError

Method = Literal["benjamini-hochberg", "holm", "bonferroni", "westfall-young"]
STATSMODELS_NAMES = {"benjamini-hochberg": "fdr_bh", "holm": "holm", "bonferroni": "bonferroni"}


@dataclass(frozen=True, eq=False)
class AdjustedPValues:
    """P-values before and after the adjustment, in the order in which they were given.

    Attributes
    ----------
    names : tuple of str
        K indicators.
    p_values, adjusted : ndarray, shape (K,)
        Between 0 and 1.
    rejected : ndarray of bool, shape (K,)
        ``adjusted <= alpha``.
    alpha : float
        Share of false findings (Benjamini-Hochberg) or chance of any false finding (the others).
    method : str
        Name of the method.
    """

    names: tuple[str, ...]
    p_values: FloatArray
    adjusted: FloatArray
    rejected: np.ndarray
    alpha: float
    method: str

    def table(self) -> pd.DataFrame:
        """Return one row per indicator, smallest p-value first."""
        columns = {"indicator": self.names, "p_value": self.p_values, "adjusted": self.adjusted, "rejected": self.rejected}
        return pd.DataFrame(columns).sort_values("p_value", kind="stable", ignore_index=True)

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return how many indicators stand after the adjustment."""
        stands, total = int(self.rejected.sum()), len(self.names)
        if language == "nl":
            return f"Van de {total} indicatoren blijven er {stands} opvallend als we meetellen dat er {total} zijn bekeken."
        return f"Of the {total} indicators {stands} remain striking when we allow for having looked at {total}."


def adjust_for_multiplicity(
    p_values: FloatArray | None = None,
    *,
    statistics: FloatArray | None = None,
    names: tuple[str, ...] | None = None,
    method: Method = "benjamini-hochberg",
    alpha: float = 0.05,
) -> AdjustedPValues:
    r"""Return p-values adjusted for the number of indicators.

    Use ``benjamini-hochberg`` to choose what to look at further, ``westfall-young`` to claim that any indicator changed: with
    joint draws it keeps the correlation between indicators and is never less powerful than Holm. Do not use it on p-values from
    different draws per indicator with ``westfall-young``, nor on a selection made after seeing the p-values.

    Parameters
    ----------
    p_values : ndarray, shape (K,), optional
        Between 0 and 1, none missing; needed unless ``statistics`` are given.
    statistics : ndarray, shape (R, K), optional
        Studentised placebo statistics from the *same* assignments for all indicators; row 0 is the actual assignment.
    names : tuple of str, optional
        Of the indicators; numbered when left out.
    method : {"benjamini-hochberg", "holm", "bonferroni", "westfall-young"}
        ``westfall-young`` is the step-down minimum-p method and needs ``statistics``.
    alpha : float
        Level, between 0 and 1.

    Returns
    -------
    AdjustedPValues

    Raises
    ------
    ParameterError
        When the input the method needs is absent, empty, missing or outside [0, 1].

    Notes
    -----
    Westfall-Young: with :math:`p_{rk}` the placebo p-value of row r, and indicators ordered by their actual p-value,
    :math:`\tilde p_{(k)} = \max_{j \le k} \Pr_r(\min_{l \ge j} p_{r(l)} \le p_{(j)})`. Assumes subset pivotality (not checked).

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1); Westfall and Young (1993), algorithm 2.8;
    Romano and Wolf (2005), Econometrica 73(4).

    Examples
    --------
    >>> adjust_for_multiplicity(np.array([0.01, 0.04]), method="bonferroni").adjusted.tolist()
    [0.02, 0.08]
    """
    if statistics is not None:
        draws = placebo_p_values(_checked(statistics, "statistics", two_dimensional=True))
        raw = draws[0]
    else:
        raw = _checked(p_values, "p_values")
    if method == "westfall-young":
        if statistics is None:
            raise ParameterError(method, expected="statistics of joint draws", found="p-values only", remedy="give statistics")
        adjusted = _westfall_young(draws)
    elif method in STATSMODELS_NAMES:
        adjusted = multipletests(raw, alpha=alpha, method=STATSMODELS_NAMES[method])[1]
    else:
        raise ParameterError(
            "method", expected=", ".join((*STATSMODELS_NAMES, "westfall-young")), found=method, remedy="choose one"
        )
    labels = tuple(names) if names is not None else tuple(f"indicator {k + 1}" for k in range(len(raw)))
    if len(labels) != len(raw):
        raise ParameterError("names", expected=f"{len(raw)} names", found=str(len(labels)), remedy="name every indicator")
    return AdjustedPValues(labels, raw, adjusted, adjusted <= alpha, alpha, method)


def placebo_p_values(statistics: FloatArray) -> FloatArray:
    """Return for every row the share of rows with a statistic at least as large in size, per column; shape (R, K).

    Parameters
    ----------
    statistics : (R, K) array
        A statistic per assignment and outcome.

    Examples
    --------
    >>> placebo_p_values(np.array([[3.0], [-1.0], [2.0], [0.0]])).ravel().tolist()
    [0.25, 0.75, 0.5, 1.0]
    """
    size = np.abs(statistics)
    ordered = np.sort(size, axis=0)
    below = np.column_stack([np.searchsorted(ordered[:, k], size[:, k] * (1 - 1e-12)) for k in range(size.shape[1])])
    return (len(size) - below) / len(size)


def _westfall_young(draws: FloatArray) -> FloatArray:
    order = np.argsort(draws[0], kind="stable")
    minima = np.minimum.accumulate(draws[:, order[::-1]], axis=1)[:, ::-1]
    stepwise = (minima <= draws[0, order] + 1e-12).mean(axis=0)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(stepwise)
    return adjusted


def _checked(values: FloatArray | None, name: str, *, two_dimensional: bool = False) -> FloatArray:
    array = np.asarray([] if values is None else values, dtype=float)
    shape_fits = array.ndim == 1 + two_dimensional and array.size > 0
    in_range = shape_fits and np.isfinite(array).all() and (two_dimensional or ((array >= 0) & (array <= 1)).all())
    if not in_range:
        raise ParameterError(
            name,
            expected="rows of finite statistics" if two_dimensional else "p-values between 0 and 1, none missing",
            found=f"shape {array.shape}" if not shape_fits else "a value that is missing or out of range",
            remedy="leave out indicators that could not be estimated, and say so",
        )
    return array
