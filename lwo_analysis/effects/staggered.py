"""Effects under different start dates, cohort by cohort, without comparing treated with treated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lwo_analysis.effects import results
from lwo_analysis.effects.aggregate_effects import AggregatedEffects, Aggregation, aggregate
from lwo_analysis.effects.design import Design, FrozenDesign, split_frozen
from lwo_analysis.effects.did import covariate_matrices
from lwo_analysis.effects.event_study import period_table
from lwo_analysis.effects.group_time import Base, Control, GroupTimeEffects, group_time_effects
from lwo_analysis.effects.panel import BoolArray, FloatArray, OutcomeMatrix, to_matrix
from lwo_analysis.effects.results import EffectResult, standard_errors
from lwo_analysis.errors import DesignError

METHOD = "Callaway-Sant'Anna group-time effects"
ESTIMANDS = {
    "simple": "average effect over all treated unit-periods",
    "dynamic": "average over the periods since the start of the mean effect at that distance",
    "group": "average effect on the treated units of their cohort's mean effect",
    "calendar": "average over the calendar periods of the mean effect on the units treated by then",
}


def fit_callaway_santanna(
    panel: pd.DataFrame,
    design: Design | FrozenDesign,
    *,
    aggregation: Aggregation = "simple",
    control: Control = "never",
    base: Base = "varying",
    covariates: Sequence[str] = (),
) -> EffectResult:
    """Return the Callaway-Sant'Anna estimate of a panel.

    Use it for different start dates; also right for one. Not for treatment that switches off.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period; not changed.
    design : Design or FrozenDesign
        See :class:`lwo_analysis.effects.design.Design`; ``anticipation`` moves the base period back.
    aggregation : {"simple", "dynamic", "group", "calendar"}
        See :func:`lwo_analysis.effects.aggregate_effects.aggregate`.
    control : {"never", "not_yet"}
        Comparison units.
    base : {"varying", "universal"}
        Base period before the start; take ``universal`` for HonestDiD and for event-study figures.
    covariates : sequence of str
        Columns that are constant within a unit; outcome regression (a propensity score cannot be estimated from a few areas).

    Returns
    -------
    EffectResult
        ``details``: effect per relative period, cohort or period (per cohort and period for ``simple``). ``fit``: the
        :class:`GroupTimeEffects`. ``covariance`` for ``dynamic``. Pointwise normal intervals from the influence function;
        withheld with up to five treated units, and for every number in which a cohort of one unit takes part.

    Raises
    ------
    DesignError
        See :func:`lwo_analysis.effects.panel.to_matrix`; covariates that vary over time or repeat each other.

    Notes
    -----
    Assumes parallel trends per cohort (given the covariates), no effect before start minus anticipation, and no spillover. A
    cohort of one unit has no analytic standard error: its own noise does not appear in the influence function, because a single
    unit never differs from its own mean.

    References
    ----------
    Callaway and Sant'Anna (2021), J. Econometrics 225(2), 200-230.
    """
    matrix = to_matrix(panel, design)
    if (early := results.too_early(matrix, design, METHOD)) is not None:
        return early
    plain = split_frozen(design)[0]
    X = constant_covariates(panel, plain, matrix, covariates)
    effects = group_time_effects(
        matrix.outcomes,
        matrix.first,
        control=control,
        base=base,
        anticipation=plain.anticipation,
        covariates=X,
        weights=matrix.weights,
    )
    combined = aggregate(effects, aggregation)
    single = single_unit_cohorts(matrix)
    hidden = withheld_reason(matrix, single)
    error = float(standard_errors(combined.influence[:, None])[0])
    details = detail_table(effects, combined, aggregation, matrix, single, hide_all=bool(hidden) and not single.size)
    if aggregation == "dynamic" and base == "universal":
        details = with_reference(details, -1 - plain.anticipation)
    return results.build_result(
        matrix,
        design,
        method=f"{METHOD} ({control.replace('_', '-')} treated controls, {aggregation})",
        estimand=ESTIMANDS[aggregation],
        estimate=combined.estimate,
        uncertainty=results.no_uncertainty(hidden)
        if hidden
        else results.from_standard_error(combined.estimate, error, kind="influence function"),
        details=details,
        covariance=None if hidden or aggregation != "dynamic" else _covariance(combined),
        warnings=(hidden,) if hidden else (),
        fit=effects,
    )


def constant_covariates(panel: pd.DataFrame, design: Design, matrix: OutcomeMatrix, names: Sequence[str]) -> FloatArray | None:
    """Return the (N, P) characteristics, refusing columns that change over time.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    matrix : OutcomeMatrix
        The checked panel.
    names : sequence of str
        Columns of the panel.

    Raises
    ------
    DesignError
        A column changes within a unit, is constant over units, or repeats another.
    """
    if not names:
        return None
    stacked = covariate_matrices(panel, design, matrix, names)
    changing = [name for name, values in zip(names, stacked, strict=True) if np.ptp(values, axis=1).max() > 0]
    if changing:
        raise DesignError(
            "covariates",
            expected="columns that are constant within a unit",
            found=f"{changing} change over time",
            remedy="take their value in a fixed year before the start: later values may be affected by the treatment",
        )
    X = stacked[:, :, 0].T
    never = np.column_stack([np.ones(len(X)), X])[~matrix.treated]
    if np.linalg.matrix_rank(never) < never.shape[1]:
        raise DesignError(
            "covariates",
            expected="columns that differ among the untreated units and do not repeat each other",
            found=f"{list(names)} over {len(never)} untreated units",
            remedy="leave out the column that is constant or repeats another",
        )
    return X


def single_unit_cohorts(matrix: OutcomeMatrix) -> FloatArray:
    """Return the first treated columns in which exactly one unit starts.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    """
    starts, counts = np.unique(matrix.first[matrix.treated], return_counts=True)
    return starts[counts == 1]


def withheld_reason(matrix: OutcomeMatrix, single: FloatArray) -> str:
    """Return why no analytic standard error is shown, or an empty text.

    Parameters
    ----------
    matrix : OutcomeMatrix
        The checked panel.
    single : (n,) array
        Columns in which one unit starts.
    """
    if single.size:
        years = ", ".join(str(matrix.times[start]) for start in single)
        return (
            f"no analytic standard error: one unit starts in {years}, and a cohort of one unit has no spread of its own to "
            "estimate its noise from; use a placebo or permutation test"
        )
    n_treated = int(matrix.treated.sum())
    return results.few_treated_reason(n_treated) if n_treated <= results.FEW_TREATED else ""


def detail_table(
    effects: GroupTimeEffects,
    combined: AggregatedEffects,
    aggregation: Aggregation,
    matrix: OutcomeMatrix,
    single: FloatArray,
    *,
    hide_all: bool,
) -> pd.DataFrame:
    """Return the effects behind the overall number; standard errors are NaN wherever a cohort of one unit takes part.

    Parameters
    ----------
    effects : GroupTimeEffects
        Effects per cohort and period with their influence functions.
    combined : AggregatedEffects
        Their averages.
    aggregation : str
        How they were averaged.
    matrix : OutcomeMatrix
        The checked panel.
    single : (n,) array
        Columns in which one unit starts.
    hide_all : bool
        Whether every standard error is withheld.
    """
    if aggregation == "simple":
        table = period_table(effects.relative, effects.estimate, standard_errors(effects.influence), None, np.inf)
        order = np.argsort(effects.relative, kind="stable")
        table.insert(0, "cohort", matrix.times[effects.cohort[order]])
        table.insert(1, "period", matrix.times[effects.period[order]])
        touched = np.isin(effects.cohort[order], single)
    else:
        table = period_table(combined.keys, combined.estimates, standard_errors(combined.influences), None, np.inf)
        touched = np.array([_touches(effects, aggregation, key, single) for key in combined.keys])
        table = _label(table, aggregation, matrix)
    table.loc[touched | hide_all, ["standard_error", "lower", "upper"]] = np.nan
    return table


def with_reference(table: pd.DataFrame, reference: int) -> pd.DataFrame:
    """Return a dynamic table with the universal base period as an exact zero, as event-study figures show it.

    Parameters
    ----------
    table : DataFrame
        Effects by `relative_period`.
    reference : int
        The base period.
    """
    zero = pd.DataFrame([{"relative_period": reference} | dict.fromkeys(table.columns[1:], 0.0)])
    return pd.concat([table, zero]).sort_values("relative_period", ignore_index=True)


def _touches(effects: GroupTimeEffects, aggregation: Aggregation, key: float, single: FloatArray) -> bool:
    labels = {"dynamic": effects.relative, "group": effects.cohort, "calendar": effects.period}[aggregation]
    cells: BoolArray = labels == key
    if aggregation == "calendar":
        cells &= effects.relative >= 0
    return bool(np.isin(effects.cohort[cells], single).any())


def _label(table: pd.DataFrame, aggregation: Aggregation, matrix: OutcomeMatrix) -> pd.DataFrame:
    keys = table["relative_period"].astype(int)
    if aggregation == "dynamic":
        return table.assign(relative_period=keys)
    name = {"group": "cohort", "calendar": "period"}[aggregation]
    return table.assign(relative_period=matrix.times[keys]).rename(columns={"relative_period": name})


def _covariance(combined: AggregatedEffects) -> pd.DataFrame:
    keys = combined.keys.astype(int)
    n_units = len(combined.influence)
    return pd.DataFrame(combined.influences.T @ combined.influences / n_units**2, index=keys, columns=keys)
