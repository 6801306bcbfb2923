"""How large must an effect be before this design, on these data, would show it?"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.inference.assignments import placebo_assignments
from lwo_analysis.effects.inference.contrasts import Contrasts, unit_contrasts
from lwo_analysis.effects.inference.placebo import usable_matrix
from lwo_analysis.effects.inference.placebo_estimator import placebo_distribution
from lwo_analysis.effects.inference.placebo_scale import Correction, scale_of
from lwo_analysis.effects.inference.placebo_statistics import placebo_interval
from lwo_analysis.effects.panel import BoolArray, Estimator, FloatArray, IntArray, OutcomeMatrix
from lwo_analysis.effects.sentences import decimals_for, format_number
from lwo_analysis.errors import DesignError, ParameterError

CURVE_POINTS = 41
TEXTBOOK_MULTIPLE = 2.8
"""Minimal detectable effect over standard error for 80 % power at 5 % (Bloom 1995); used for rounding only."""


@dataclass(frozen=True, eq=False)
class PowerResult:
    """What a design can see.

    Attributes
    ----------
    minimal_effect : float
        Smallest constant effect (in size, outcome units) that is found with probability ``power``; infinite when no effect is.
    power : float
        Probability of detection, between 0 and 1.
    level : float
        Confidence level of the test that must reject.
    curve : DataFrame
        ``effect`` (outcome units) and ``power``.
    n_worlds : int
        Placebo worlds into which effects were injected.
    n_treated, n_control : int
        Units.
    test : str
        The test whose power this is.
    outcome_words, outcome_unit : tuple of str
        Dutch and English.
    """

    minimal_effect: float
    power: float
    level: float
    curve: pd.DataFrame
    n_worlds: int
    n_treated: int
    n_control: int
    test: str
    outcome_words: tuple[str, str] = ("de uitkomst", "the outcome")
    outcome_unit: tuple[str, str] = ("", "")

    def table(self) -> pd.DataFrame:
        """Return one row with the numbers, unrounded."""
        left_out = {"curve", "outcome_words", "outcome_unit"}
        return pd.DataFrame([{f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in left_out}])

    def sentence(self, language: Literal["nl", "en"] = "nl") -> str:
        """Return what could have been seen."""
        english = language == "en"
        if not np.isfinite(self.minimal_effect):
            return (
                "With these areas no effect of any size would be found."
                if english
                else "Met deze gebieden zou geen enkel effect gevonden worden, hoe groot ook."
            )
        unit = f" {self.outcome_unit[english]}" if self.outcome_unit[english] else ""
        size = (
            format_number(
                self.minimal_effect, decimals_for(self.minimal_effect / TEXTBOOK_MULTIPLE, self.minimal_effect), language
            )
            + unit
        )
        chance = f"{self.power:.0%}".replace("%", " %" if english else "%")
        if english:
            return f"Only an effect on {self.outcome_words[1]} of {size} or more would be found with a chance of {chance}."
        return f"Pas een effect op {self.outcome_words[0]} van {size} of meer zouden we met {chance} kans vinden."


def minimal_detectable_effect(
    panel: pd.DataFrame | OutcomeMatrix,
    design: Design | FrozenDesign,
    *,
    estimator: Estimator | None = None,
    power: float = 0.8,
    level: float = 0.95,
    missing: BoolArray | None = None,
    correction: Correction = "auto",
    worlds: int = 200,
    draws: int = 199,
    rng: np.random.Generator | None = None,
) -> PowerResult:
    r"""Return the smallest effect that the placebo test would find, by injecting effects into untreated areas.

    Use it beside every estimate, above all beside a null result. Do not use it when the untreated pool is not like the treated
    areas in noise beyond population: the answer is then about the pool.

    Parameters
    ----------
    panel : DataFrame or OutcomeMatrix
        One row per unit and period, checked as by ``to_matrix``; only untreated units are used, with the starts of the treated.
    design : Design or FrozenDesign
        Names the columns.
    estimator : callable, optional
        See ``panel.Estimator``; the power is then that of ``placebo_test_of_estimator``. The studentised ``placebo_test`` when
        left out.
    power : float
        Wanted probability of detection, between 0 and 1.
    level : float
        Confidence level of the test.
    missing : ndarray of bool, shape (n_treated, T), optional
        Suppressed cells of the treated units (in row order); the placebo area that takes a place misses the same cells. Only for
        the default test.
    correction : {"auto", "population", "none"}
        As ``placebo_test``.
    worlds, draws : int
        Placebo worlds, and assignments of the test within each.
    rng : numpy.random.Generator, optional
        ``default_rng(0)`` when left out.

    Returns
    -------
    PowerResult

    Raises
    ------
    DesignError
        As ``to_matrix``; when there are not more untreated than treated units to make placebo worlds from.
    ParameterError
        When ``power`` or ``level`` is outside (0, 1), or ``missing`` has another shape or comes with ``estimator``.

    Notes
    -----
    In each world w untreated units take the places of the treated ones, rescaled to their population. An injected effect
    :math:`d` is found when :math:`-d` lies outside the interval :math:`[l_w, u_w]` of the test without injection, because the
    test of zero after injecting d is the test of -d before it. So :math:`power(d) = \frac{1}{2W} \#\{w : d > -l_w\} +
    \frac{1}{2W} \#\{w : d > u_w\}`, the average over both directions.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), for the quantity; Black, Hollingsworth, Nunes and Simon (2022), Journal of Public
    Economics 213, for simulated power by injected effects.
    """
    plain, _ = split_frozen(design)
    matrix = usable_matrix(panel, design)
    _check(matrix, power, level, missing, estimator)
    generator = np.random.default_rng(0) if rng is None else rng
    if estimator is None:
        thresholds = _thresholds_of_placebo_test(matrix, plain, missing, correction, level, worlds, draws, generator)
    else:
        thresholds = _thresholds_of_estimator(matrix, estimator, level, worlds, generator)
    return PowerResult(
        minimal_effect=effect_at_power(thresholds, power),
        power=power,
        level=level,
        curve=power_curve(thresholds),
        n_worlds=len(thresholds) // 2,
        n_treated=int(matrix.treated.sum()),
        n_control=int((~matrix.treated).sum()),
        test="studentised placebo test" if estimator is None else "placebo test of the estimator",
        outcome_words=plain.outcome_words,
        outcome_unit=plain.outcome_unit,
    )


def effect_at_power(thresholds: FloatArray, power: float) -> float:
    """Return the smallest effect that exceeds a share ``power`` of the thresholds (outcome units); infinite when none does.

    Parameters
    ----------
    thresholds : (R,) array
        In each placebo world, the effect from which the test rejects (outcome units).
    power : float
        Share of the thresholds, 0 to 1.

    Examples
    --------
    >>> effect_at_power(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.8)
    4.0
    """
    return float(max(0.0, np.sort(thresholds)[int(np.ceil(power * len(thresholds) - 1e-9)) - 1]))


def power_curve(thresholds: FloatArray) -> pd.DataFrame:
    """Return the power on a grid of effects from zero to beyond the largest finite threshold.

    Parameters
    ----------
    thresholds : (R,) array
        In each placebo world, the effect from which the test rejects (outcome units).
    """
    finite = thresholds[np.isfinite(thresholds)]
    top = 1.1 * float(np.abs(finite).max()) if len(finite) else 1.0
    effects = np.linspace(0, top, CURVE_POINTS)
    return pd.DataFrame({"effect": effects, "power": (effects[:, None] > thresholds[None, :]).mean(axis=1)})


def _check(matrix: OutcomeMatrix, power: float, level: float, missing: BoolArray | None, estimator: Estimator | None) -> None:
    n_treated = int(matrix.treated.sum())
    if (~matrix.treated).sum() < n_treated + 2:
        raise DesignError(
            "minimal detectable effect",
            expected=f"at least {n_treated + 2} untreated units",
            found=str(int((~matrix.treated).sum())),
            remedy="widen the comparison pool",
        )
    if not (0 < power < 1 and 0 < level < 1):
        raise ParameterError("power", expected="shares between 0 and 1", found=f"{power}, {level}", remedy="give 0.8, not 80")
    if missing is not None and (estimator is not None or np.shape(missing) != (n_treated, matrix.n_periods)):
        raise ParameterError(
            "missing",
            expected=f"a mask of shape {(n_treated, matrix.n_periods)} and no estimator",
            found=f"shape {np.shape(missing)}",
            remedy="give one row per treated unit, for the default test",
        )


def _thresholds_of_placebo_test(
    matrix: OutcomeMatrix,
    design: Design,
    missing: BoolArray | None,
    correction: Correction,
    level: float,
    worlds: int,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return per world and direction the effect above which the studentised placebo test rejects; shape (2 W,)."""
    actual = unit_contrasts(matrix.outcomes, matrix.first, anticipation=design.anticipation, unit_weights=matrix.weights)
    _, scale, _ = scale_of(actual, matrix.population, correction)
    control = ~matrix.treated
    starts = matrix.first[matrix.treated]
    ends = []
    for places in _worlds(int(control.sum()), len(starts), worlds, rng):
        world = _placebo_world(matrix.outcomes[control], places, starts, missing, design.anticipation)
        world = dataclasses.replace(world, unit_weights=_placed(matrix.weights, matrix.treated, places))
        own = None if scale is None else _placed(scale, matrix.treated, places)
        if scale is not None and own is not None:
            world = _rescaled(world, own[places] / scale[control][places])
        rows = placebo_assignments(np.arange(len(world.values)), world.treated, exchangeable=False, draws=draws, rng=rng).rows
        ends.append(placebo_interval(world, rows, confidence=level, scale=own))
    lower, upper = np.array(ends).T
    return np.concatenate([-lower, upper])


def _worlds(n_controls: int, places: int, worlds: int, rng: np.random.Generator) -> IntArray:
    """Return sorted rows: units in row order take the places of the treated units in row order."""
    drawn = rng.permuted(np.tile(np.arange(n_controls), (worlds, 1)), axis=1)[:, :places]
    return np.sort(drawn, axis=1)


def _placebo_world(
    controls: FloatArray, places: IntArray, starts: IntArray, missing: BoolArray | None, anticipation: int
) -> Contrasts:
    outcomes = controls
    if missing is not None:
        outcomes = controls.copy()
        outcomes[places] = np.where(missing, np.nan, outcomes[places])
    first = np.full(len(controls), controls.shape[1], dtype=np.int64)
    first[places] = starts
    return unit_contrasts(outcomes, first, anticipation=anticipation)


def _placed(values: FloatArray, treated: BoolArray, places: IntArray) -> FloatArray:
    """Return the values of the untreated units, with those of the treated units in the places."""
    placed = values[~treated].copy()
    placed[places] = values[treated]
    return placed


def _rescaled(world: Contrasts, ratio: FloatArray) -> Contrasts:
    """Return the world in which the units in the places deviate from the mean as areas of the treated population would."""
    values = world.values.copy()
    centre = values.mean(axis=0)
    values[world.treated] = centre + (values[world.treated] - centre) * ratio[:, None]
    return dataclasses.replace(world, values=values)


def _thresholds_of_estimator(
    matrix: OutcomeMatrix, estimator: Estimator, level: float, worlds: int, rng: np.random.Generator
) -> FloatArray:
    """Return per world and direction the effect above which the rank test of the estimator rejects; shape (2 W,)."""
    starts = matrix.first[matrix.treated]
    controls = matrix.outcomes[~matrix.treated]
    rows = placebo_assignments(
        np.arange(len(controls)),
        np.arange(len(starts)),
        exchangeable=len(np.unique(starts)) == 1,
        draws=worlds,
        rng=rng,
        limit=worlds,
    ).rows
    placebos = placebo_distribution(controls, starts, rows, estimator)
    rank = int(np.floor((1 - level) * (1 + len(placebos)) + 1e-9))
    critical = float(np.sort(np.abs(placebos))[::-1][rank - 1]) if rank >= 1 else np.inf
    return np.concatenate([critical - placebos, critical + placebos])
