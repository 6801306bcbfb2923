"""From group-time effects to one number: simple, by time since the start, by cohort, or by calendar period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lwo_analysis.effects.group_time import GroupTimeEffects
from lwo_analysis.effects.panel import BoolArray, FloatArray, IntArray

Aggregation = Literal["simple", "dynamic", "group", "calendar"]


@dataclass(frozen=True, eq=False)
class AggregatedEffects:
    """An overall effect and what it is the average of.

    Parameters
    ----------
    estimate : float
        Overall effect.
    influence : (N,) array
        Its influence function.
    keys : (K,) array
        Relative period, cohort column or period column; empty for ``simple``.
    estimates : (K,) array
        Effect per key.
    influences : (N, K) array
        Influence functions per key.
    """

    estimate: float
    influence: FloatArray
    keys: FloatArray
    estimates: FloatArray
    influences: FloatArray


def aggregate(effects: GroupTimeEffects, kind: Aggregation) -> AggregatedEffects:
    """Return group-time effects averaged in one of four ways.

    Parameters
    ----------
    effects : GroupTimeEffects
        Effects per cohort and period with their influence functions.
    kind : {"simple", "dynamic", "group", "calendar"}
        Over what is averaged.

    Notes
    -----
    simple: all cells with t >= g, weighted by the size of the cohort. dynamic: per e = t - g, weighted by cohort size;
    overall the mean over e >= 0. group: per cohort the mean over t >= g; overall weighted by cohort size. calendar: per t,
    weighted by cohort size; overall the mean over the periods. The cohort sizes are estimated too, and that uncertainty is
    counted.

    References
    ----------
    Callaway and Sant'Anna (2021), J. Econometrics 225(2), section 3.2 (eq. 3.1, 3.4, 3.7, 3.8, 3.10, 3.11).
    """
    treated = effects.relative >= 0
    nothing = np.empty(0), np.empty(0), np.empty((len(effects.first), 0))
    if kind == "simple":
        return AggregatedEffects(*average_by_size(effects, treated), *nothing)
    if kind == "group":
        return _by_cohort(effects, treated)
    labels = effects.relative if kind == "dynamic" else effects.period
    keys = np.unique(labels if kind == "dynamic" else labels[treated])
    parts = [average_by_size(effects, (labels == key) & (treated if kind == "calendar" else True)) for key in keys]
    estimates, influences = np.array([part[0] for part in parts]), np.column_stack([part[1] for part in parts])
    counted = keys >= 0 if kind == "dynamic" else np.ones(len(keys), dtype=bool)
    return AggregatedEffects(
        float(estimates[counted].mean()), influences[:, counted].mean(axis=1), keys.astype(float), estimates, influences
    )


def average_by_size(effects: GroupTimeEffects, cells: BoolArray) -> tuple[float, FloatArray]:
    """Return the average of some cells weighted by the size of their cohort, and its influence function (N,).

    Parameters
    ----------
    effects : GroupTimeEffects
        Effects per cohort and period with their influence functions.
    cells : (K,) array of bool
        Which cells.
    """
    estimate = effects.estimate[cells]
    return _weighted(effects, effects.cohort[cells], estimate, effects.influence[:, cells])


def _weighted(
    effects: GroupTimeEffects, cohorts: IntArray, estimates: FloatArray, influences: FloatArray
) -> tuple[float, FloatArray]:
    member = (effects.first[:, None] == cohorts) * effects.weights[:, None]
    size = member.mean(axis=0)
    share = size / size.sum()
    sizes_influence = (member - size) / size.sum() - (member - size).sum(axis=1, keepdims=True) * size / size.sum() ** 2
    return float(share @ estimates), influences @ share + sizes_influence @ estimates


def _by_cohort(effects: GroupTimeEffects, treated: BoolArray) -> AggregatedEffects:
    cohorts = np.unique(effects.cohort[treated])
    columns = [treated & (effects.cohort == cohort) for cohort in cohorts]
    estimates = np.array([effects.estimate[column].mean() for column in columns])
    influences = np.column_stack([effects.influence[:, column].mean(axis=1) for column in columns])
    overall, influence = _weighted(effects, cohorts, estimates, influences)
    return AggregatedEffects(overall, influence, cohorts.astype(float), estimates, influences)
