"""The default test for a handful of treated areas: would other areas have shown as large a difference?"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lwo_analysis.effects import panel_checks as check
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.inference import placebo_sentences
from lwo_analysis.effects.inference.assignments import Assignments, actual_first, placebo_assignments
from lwo_analysis.effects.inference.contrasts import Contrasts, unit_contrasts
from lwo_analysis.effects.inference.placebo_scale import Correction, nearest_in_population, scale_of
from lwo_analysis.effects.inference.placebo_statistics import (
    placebo_interval,
    placebo_p_value,
    placebo_statistics,
    smallest_p_value,
)
from lwo_analysis.effects.inference.variance_model import VarianceModel
from lwo_analysis.effects.panel import FloatArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.sentences import rejects
from lwo_analysis.errors import DesignError, InferenceUnavailableWarning, ParameterError

EVERYTHING = (-np.inf, np.inf)


@dataclass(frozen=True, eq=False)
class PlaceboResult:
    """A placebo test with what is needed to judge it.

    Attributes
    ----------
    estimate : float
        Difference in differences, in outcome units (or what the given estimator returns).
    p_value : float
        Two-sided, between ``smallest_p_value`` and 1.
    interval : tuple of float
        Effects that are not rejected at ``level``, in outcome units; an end is infinite when it cannot be rejected.
    equivalence_bound : float
        Two one-sided tests at ``1 - level`` exclude every effect larger than this in size, in outcome units.
    level : float
        Confidence level of the interval.
    n_treated, n_control : int
        Units.
    n_candidates : int
        Units that could take the place of a treated one.
    exhaustive : bool
        Whether every possible assignment was used.
    smallest_p_value : float
        The smallest p-value that the test could have given.
    correction : str
        How unequal population was handled: ``"population"``, ``"matched"`` or ``"none"``.
    placebo_estimates : ndarray, shape (R,)
        Estimates of all assignments, in outcome units.
    variance_model : VarianceModel or None
        With ``correction="population"``.
    warnings : tuple of str
        What a reader must know before using the p-value.
    outcome_words, outcome_unit : tuple of str
        Dutch and English.
    """

    estimate: float
    p_value: float
    interval: tuple[float, float]
    equivalence_bound: float
    level: float
    n_treated: int
    n_control: int
    n_candidates: int
    exhaustive: bool
    smallest_p_value: float
    correction: str
    placebo_estimates: FloatArray
    variance_model: VarianceModel | None = None
    warnings: tuple[str, ...] = ()
    outcome_words: tuple[str, str] = ("de uitkomst", "the outcome")
    outcome_unit: tuple[str, str] = ("", "")

    @property
    def placebo_sd(self) -> float:
        """Standard deviation of the placebo estimates, in outcome units (divisor R - 1)."""
        return float(np.std(self.placebo_estimates, ddof=1))

    def table(self) -> pd.DataFrame:
        """Return one row with the numbers of this test, unrounded."""
        left_out = {"placebo_estimates", "variance_model", "warnings", "interval", "outcome_words", "outcome_unit"}
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in left_out}
        ends = {"lower": self.interval[0], "upper": self.interval[1], "placebo_sd": self.placebo_sd}
        return pd.DataFrame([{**fields, **ends, "n_assignments": len(self.placebo_estimates)}])

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return how unusual the estimate is among the placebos, and which effects are excluded."""
        return placebo_sentences.placebo_sentence(self, language)


def placebo_test(
    panel: pd.DataFrame | OutcomeMatrix,
    design: Design | FrozenDesign,
    *,
    correction: Correction = "auto",
    pool_size: int = 40,
    draws: int = 999,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> PlaceboResult:
    r"""Return the studentised placebo-in-space test of a difference in differences.

    Use it as the default for one to about ten treated areas. Do not use it when the treated areas were chosen because their
    outcome was rising or falling (placebos picked at random are then not comparable), nor with fewer than about 20 candidates and
    one treated area: the smallest p-value is then above 0.05. With **one** treated area that is noisier than the others for a
    reason other than its population, this test and every other one rejects too often.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``; starts may differ between treated units.
    design : Design or FrozenDesign
        Names the columns; ``anticipation`` and ``weights`` are used.
    correction : {"auto", "population", "matched", "none"}
        ``population`` rescales each placebo area to the population of the treated area whose place it takes (Ferman and Pinto);
        ``matched`` draws placebos from the ``pool_size`` areas nearest in population; ``auto`` is ``population`` when the panel
        has populations and at least 10 untreated areas, and ``none`` otherwise.
    pool_size : int
        Only with ``matched``.
    draws : int
        Random assignments when there are too many to enumerate.
    level : float
        Confidence level, between 0 and 1.
    rng : numpy.random.Generator, optional
        ``default_rng(0)`` when left out.

    Returns
    -------
    PlaceboResult

    Raises
    ------
    DesignError
        As ``to_matrix``; when no unit is treated inside the window (too early) or fewer than two units are untreated.
    ParameterError
        When ``correction`` needs populations that the panel does not have.

    Notes
    -----
    The effect is :math:`\hat\tau = \sum_k \omega_k (D_{k g_k} - \bar D_{0 g_k})` with D the after-minus-before difference at the
    start of treated unit k. Every assignment of the same starts to other units gives a placebo. The null of the interval is one
    constant effect. Assumes that treatment could have fallen on any candidate, after rescaling (not checkable); parallel trends
    are examined elsewhere.

    References
    ----------
    Ferman and Pinto (2019), Review of Economics and Statistics 101(3); Abadie, Diamond and Hainmueller (2010), Journal of the
    American Statistical Association 105(490); Chung and Romano (2013), Annals of Statistics 41(2), for dividing by the standard
    error.
    """
    plain, _ = split_frozen(design)
    matrix = usable_matrix(panel, design)
    contrasts = unit_contrasts(matrix.outcomes, matrix.first, anticipation=plain.anticipation, unit_weights=matrix.weights)
    chosen, scale, model = scale_of(contrasts, matrix.population, correction)
    assignments = _assign(contrasts, matrix.population, chosen, pool_size, draws, rng)
    result = run_placebo_test(contrasts, assignments, scale=scale, level=level)
    return dataclasses.replace(
        result,
        correction=chosen,
        variance_model=model,
        warnings=result.warnings + _size_warnings(matrix, chosen),
        outcome_words=plain.outcome_words,
        outcome_unit=plain.outcome_unit,
    )


def joint_placebo_statistics(
    panels: Sequence[pd.DataFrame | OutcomeMatrix],
    designs: Sequence[Design | FrozenDesign],
    *,
    correction: Correction = "auto",
    draws: int = 999,
    rng: np.random.Generator | None = None,
) -> FloatArray:
    """Return studentised placebo statistics of several indicators from the same assignments of areas.

    Input of ``adjust_for_multiplicity(statistics=..., method="westfall-young")``: because a placebo area stands in for all
    indicators at once, the correlation between indicators is kept.

    Parameters
    ----------
    panels, designs : sequences of K
        One per indicator; units and treated units must be the same in all of them, periods may differ.
    correction, draws, rng
        As ``placebo_test``.

    Returns
    -------
    ndarray, shape (R, K)
        Row 0 is the actual assignment.

    Raises
    ------
    DesignError
        As ``placebo_test``; when units or treated units differ between indicators.
    """
    matrices = [usable_matrix(panel, design) for panel, design in zip(panels, designs, strict=True)]
    sets = {(matrix.units, tuple(np.flatnonzero(matrix.treated))) for matrix in matrices}
    if len(sets) != 1:
        raise DesignError(
            "joint placebo draws",
            expected="the same units and treated units for every indicator",
            found=f"{len(sets)} different sets",
            remedy="keep the units that all indicators have",
        )
    treated = np.flatnonzero(matrices[0].treated)
    everyone = np.arange(len(matrices[0].units))
    rows = actual_first(placebo_assignments(everyone, treated, exchangeable=len(treated) == 1, draws=draws, rng=rng), treated)
    columns = []
    for matrix, design in zip(matrices, designs, strict=True):
        anticipation = split_frozen(design)[0].anticipation
        contrasts = unit_contrasts(matrix.outcomes, matrix.first, anticipation=anticipation, unit_weights=matrix.weights)
        _, scale, _ = scale_of(contrasts, matrix.population, correction)
        columns.append(placebo_statistics(contrasts, rows, scale=scale).studentised)
    return np.column_stack(columns)


def run_placebo_test(
    contrasts: Contrasts, assignments: Assignments, *, scale: FloatArray | None = None, level: float = 0.95
) -> PlaceboResult:
    """Return the placebo test on contrasts that were made already; the array border of ``placebo_test``.

    Parameters
    ----------
    contrasts : Contrasts
        After minus before of every unit and cohort.
    assignments : Assignments
        The units that could have been treated, the actual ones among them.
    scale : (N,) array or None
        Standard deviation of each unit's noise; None when all are taken as equal.
    level : float
        Coverage of the interval, between 0 and 1.
    """
    rows = assignments.rows
    smallest = smallest_p_value(contrasts, rows, scale=scale)
    interval, narrow = (
        placebo_interval(contrasts, rows, confidence=confidence, scale=scale) if rejects(smallest, confidence) else EVERYTHING
        for confidence in (level, 2 * level - 1)
    )
    notes: tuple[str, ...] = ()
    if not rejects(smallest, level):
        notes = (f"{len(rows)} assignments cannot give a p-value below {smallest:.3f}: there is no {level:.0%} interval",)
        warnings.warn(notes[0], InferenceUnavailableWarning, stacklevel=2)
    return PlaceboResult(
        estimate=float(placebo_statistics(contrasts, contrasts.treated[None, :]).estimates[0]),
        p_value=placebo_p_value(contrasts, rows, scale=scale),
        interval=interval,
        equivalence_bound=float(max(abs(narrow[0]), abs(narrow[1]))),
        level=level,
        n_treated=len(contrasts.treated),
        n_control=len(contrasts.values) - len(contrasts.treated),
        n_candidates=len(np.unique(rows)),
        exhaustive=assignments.exhaustive,
        smallest_p_value=smallest,
        correction="none" if scale is None else "population",
        placebo_estimates=placebo_statistics(contrasts, rows, scale=scale).estimates,
        warnings=notes,
    )


def usable_matrix(panel: pd.DataFrame | OutcomeMatrix, design: Design | FrozenDesign) -> OutcomeMatrix:
    """Return the checked matrix, or raise ``DesignError`` when it cannot carry a placebo test.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        A panel, or one that was checked before.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        Nothing is treated yet, fewer than two units are untreated, or these have no noise.
    """
    matrix = panel if isinstance(panel, OutcomeMatrix) else to_matrix(panel, design)
    if not matrix.treated.any():
        raise DesignError(
            "placebo test",
            expected="at least one unit with a treated period",
            found="none yet",
            remedy="wait for figures from after the start: it is too early",
        )
    if (~matrix.treated).sum() < 2:
        raise DesignError(
            "placebo test",
            expected="at least two untreated units",
            found=str(int((~matrix.treated).sum())),
            remedy="widen the comparison pool",
        )
    check.comparison_has_noise(matrix.outcomes[~matrix.treated])
    return matrix


def add_placebo_inference(result: EffectResult, placebo: PlaceboResult) -> EffectResult:
    """Return the estimate with the placebo interval and p-value; its standard error is the placebo standard deviation.

    Only for a placebo test of the same estimator on the same panel: the estimates must agree.

    Parameters
    ----------
    result : EffectResult
        What an estimator returned.
    placebo : PlaceboResult
        The placebo test of the same estimate.

    Raises
    ------
    ParameterError
        When the two estimates differ by more than rounding.
    """
    if not np.isclose(result.estimate, placebo.estimate, rtol=1e-6, atol=1e-9):
        raise ParameterError(
            "placebo test",
            expected=f"the estimate {result.estimate:g}",
            found=f"{placebo.estimate:g}",
            remedy="run the placebo test with the estimator, panel and design of the result",
        )
    kind = "every assignment" if placebo.exhaustive else f"{len(placebo.placebo_estimates)} assignments"
    return result.with_inference(
        inference=f"placebo test in space, {kind}, size correction: {placebo.correction}",
        standard_error=placebo.placebo_sd,
        interval=placebo.interval,
        p_value=placebo.p_value,
        level=placebo.level,
    )


def _assign(
    contrasts: Contrasts,
    population: FloatArray | None,
    correction: str,
    pool_size: int,
    draws: int,
    rng: np.random.Generator | None,
) -> Assignments:
    candidates = np.arange(len(contrasts.values))
    if correction == "matched" and population is not None:
        candidates = nearest_in_population(population, contrasts.treated, pool_size)
    same_place = contrasts.values.shape[1] == 1 and np.ptp(contrasts.unit_weights) == 0
    return placebo_assignments(
        candidates,
        contrasts.treated,
        exchangeable=(same_place and correction != "population") or len(contrasts.treated) == 1,
        draws=draws,
        rng=rng,
    )


def _size_warnings(matrix: OutcomeMatrix, correction: str) -> tuple[str, ...]:
    if correction != "population" or matrix.population is None:
        return ()
    own, others = matrix.population[matrix.treated], matrix.population[~matrix.treated]
    outside = int(((own < others.min()) | (own > others.max())).sum())
    return (f"{outside} treated area(s) lie outside the range of population of the comparison areas",) if outside else ()
