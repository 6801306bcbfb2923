"""Every defensible choice at once, and one p-value for the whole curve."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lwo_analysis.effects.design import Design
from lwo_analysis.effects.inference.assignments import actual_first, placebo_assignments
from lwo_analysis.effects.inference.contrasts import Contrasts, unit_contrasts
from lwo_analysis.effects.inference.multiplicity import placebo_p_values
from lwo_analysis.effects.inference.placebo import usable_matrix
from lwo_analysis.effects.inference.placebo_scale import Correction, scale_of
from lwo_analysis.effects.inference.placebo_statistics import placebo_p_value, placebo_statistics
from lwo_analysis.effects.panel import FloatArray, IntArray
from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.effects.sensitivity.variations import with_start
from lwo_analysis.effects.sentences import format_p
from lwo_analysis.errors import DesignError

CRITERION = "the joint placebo p-value of the median statistic is at most {alpha}"


@dataclass(frozen=True)
class Specification:
    """One set of choices; what is left out keeps the value of the design.

    Attributes
    ----------
    start : int or None
        First treated period of all treated units.
    window : tuple of two numbers or None
        First and last period.
    weights : str
        As in the design: ``"equal"``, ``"population"`` or a column.
    without : tuple of str
        Untreated units that are left out.
    pool : str
        Name of that pool, for the table.
    """

    start: int | None = None
    window: tuple[float, float] | None = None
    weights: str = "equal"
    without: tuple[str, ...] = field(default=(), repr=False)
    pool: str = "all"


@dataclass(frozen=True)
class _Prepared:
    """A specification on arrays."""

    contrasts: Contrasts
    scale: FloatArray | None
    units: tuple[str, ...]


def all_specifications(
    *,
    starts: Sequence[int | None] = (None,),
    windows: Sequence[tuple[float, float] | None] = (None,),
    weights: Sequence[str] = ("equal",),
    pools: Mapping[str, Sequence[str]] | None = None,
) -> list[Specification]:
    """Return every combination; ``pools`` maps a name to the untreated units that are left out.

    Parameters
    ----------
    starts : sequence
        Starting years; None for that of the panel.
    windows : sequence
        First and last period; None for all.
    weights : sequence of str
        Ways of weighing areas.
    pools : mapping or None
        Names of pools with the untreated units that each leaves out.

    Examples
    --------
    >>> len(all_specifications(starts=(2022, 2023), weights=("equal", "population")))
    4
    """
    without = {"all": ()} if pools is None else {name: tuple(units) for name, units in pools.items()}
    choices = itertools.product(starts, windows, weights, without.items())
    return [Specification(start, window, way, units, pool) for start, window, way, (pool, units) in choices]


def specification_curve(
    panel: pd.DataFrame,
    design: Design,
    specifications: Sequence[Specification],
    *,
    correction: Correction = "auto",
    alpha: float = 0.05,
    draws: int = 999,
    rng: np.random.Generator | None = None,
) -> SensitivityCheck:
    r"""Return the difference in differences under every specification, with one permutation p-value for the whole curve.

    Use it to show that a result does not rest on one choice. Do not use it to pick a specification, nor to compare estimators:
    all specifications are differences in differences.

    Parameters
    ----------
    panel, design
        As ``placebo_test``.
    specifications : sequence of Specification
        At least one.
    correction, draws, rng
        As ``placebo_test``; the *same* assignments of units are used in every specification.
    alpha : float
        Level of the joint test.

    Returns
    -------
    SensitivityCheck
        Table: one row per specification with its choices, ``estimate, statistic, p_value``, sorted by estimate; the joint
        p-values are in ``table.attrs["joint_p_median"]`` and ``table.attrs["joint_p_share"]``.

    Raises
    ------
    DesignError
        When no specification is given, one cannot be estimated, or the treated units differ between specifications.

    Notes
    -----
    With :math:`t_{rs}` the studentised statistic of assignment r in specification s: the joint test compares
    :math:`|median_s\, t_{rs}|`, and the share of specifications with the dominant sign and an individual p-value of at most
    ``alpha``, between the actual assignment and the placebos. Only units that are in every specification can be drawn.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, "Specification curve analysis", inferential part.
    """
    prepared = _prepare(panel, design, specifications, correction)
    common = sorted(set.intersection(*(set(one.units) for one in prepared)))
    treated = {tuple(np.array(one.units)[one.contrasts.treated]) for one in prepared}
    if len(treated) != 1:
        raise DesignError(
            "specification curve", expected="the same treated units throughout", found=f"{len(treated)} sets", remedy="align them"
        )
    rows = _shared_rows(common, next(iter(treated)), draws, rng)
    statistics = np.column_stack([_statistics(one, common, rows) for one in prepared])
    table = _table(specifications, prepared, common, rows)
    table.attrs["joint_p_median"] = _joint_p(np.abs(np.median(statistics, axis=1)))
    table.attrs["joint_p_share"] = _joint_p(_dominant_share(statistics, alpha))
    joint = table.attrs["joint_p_median"]
    return SensitivityCheck(
        "specification curve", CRITERION.format(alpha=alpha), joint <= alpha, table, _sentences(table, joint, alpha)
    )


def _prepare(
    panel: pd.DataFrame, design: Design, specifications: Sequence[Specification], correction: Correction
) -> list[_Prepared]:
    if not specifications:
        raise DesignError("specification curve", expected="at least one specification", found="none", remedy="name the choices")
    prepared = []
    for choice in specifications:
        window = design.window if choice.window is None else choice.window
        own = dataclasses.replace(design, window=window, weights=choice.weights, start_years=())
        rows = panel[~panel[design.unit].isin(choice.without)]
        rows = rows if choice.start is None else with_start(rows, design, choice.start)
        matrix = usable_matrix(rows, own)
        contrasts = unit_contrasts(matrix.outcomes, matrix.first, anticipation=own.anticipation, unit_weights=matrix.weights)
        _, scale, _ = scale_of(contrasts, matrix.population, correction)
        prepared.append(_Prepared(contrasts, scale, matrix.units))
    return prepared


def _shared_rows(common: list[str], treated: tuple[str, ...], draws: int, rng: np.random.Generator | None) -> IntArray:
    """Return assignments on positions in ``common``; the actual one is row 0."""
    position = {unit: place for place, unit in enumerate(common)}
    actual = np.array([position[unit] for unit in treated])
    return actual_first(
        placebo_assignments(np.arange(len(common)), actual, exchangeable=len(actual) == 1, draws=draws, rng=rng, limit=draws + 1),
        actual,
    )


def _own_rows(one: _Prepared, common: list[str], rows: IntArray) -> IntArray:
    own = {unit: row for row, unit in enumerate(one.units)}
    return np.array([own[unit] for unit in common])[rows]


def _statistics(one: _Prepared, common: list[str], rows: IntArray) -> FloatArray:
    return placebo_statistics(one.contrasts, _own_rows(one, common, rows), scale=one.scale).studentised


def _dominant_share(statistics: FloatArray, alpha: float) -> FloatArray:
    """Return per assignment the share of specifications that are rejected in the direction of its median."""
    rank = placebo_p_values(statistics)
    same = np.sign(statistics) == np.sign(np.median(statistics, axis=1))[:, None]
    return ((rank <= alpha) & same).mean(axis=1)


def _joint_p(summary: FloatArray) -> float:
    return float((summary >= summary[0] - 1e-12).mean())


def _table(specifications: Sequence[Specification], prepared: list[_Prepared], common: list[str], rows: IntArray) -> pd.DataFrame:
    lines = []
    for choice, one in zip(specifications, prepared, strict=True):
        own = _own_rows(one, common, rows)
        actual = placebo_statistics(one.contrasts, own[:1], scale=one.scale)
        lines.append(
            {
                "start": choice.start,
                "window": choice.window,
                "weights": choice.weights,
                "pool": choice.pool,
                "estimate": float(actual.estimates[0]),
                "statistic": float(actual.studentised[0]),
                "p_value": placebo_p_value(one.contrasts, own, scale=one.scale),
            }
        )
    return pd.DataFrame(lines).sort_values("estimate", kind="stable", ignore_index=True)


def _sentences(table: pd.DataFrame, joint: float, alpha: float) -> tuple[str, str]:
    total = len(table)
    positive = int((table["estimate"] > 0).sum())
    same = max(positive, total - positive)
    nl = f"Van de {total} verdedigbare keuzes wijzen er {same} dezelfde kant op; samen zijn ze "
    en = f"Of the {total} defensible choices {same} point the same way; together they are "
    striking = joint <= alpha
    return (
        nl + ("opvallend" if striking else "niet opvallend") + f" ({format_p(joint, 'nl')}).",
        en + ("striking" if striking else "not striking") + f" ({format_p(joint, 'en')}).",
    )
