"""Whether the areas around a programme moved differently from areas farther away, since the programme started."""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.effects.design import Design
from lwo_analysis.effects.inference.placebo import PlaceboResult, placebo_test
from lwo_analysis.errors import DesignError, InferenceUnavailableWarning
from lwo_analysis.sources.geometry import Outlines

LEAST_BEFORE, LEAST_AFTER = 2, 1
LEAST_OTHERS = 10
"""Areas farther away; with fewer, too few placebo rings can be drawn to tell chance from a difference."""
NEIGHBOUR_STARTS = (-1, 0, 1)
VARIANT_COLUMNS: tuple[str, ...] = ("variant", "left_out", "start_year", "estimate", "lower", "upper", "p_value")
DRAWS = 999
RING_COLUMNS: tuple[str, ...] = ("area_id", "year", "value", "n", "source_id", "vintage", "origin")


@dataclass(frozen=True, eq=False)
class RingPanel:
    """Figures of wijken on the boundaries of one year, and which of them are the programme and the ring around it.

    Attributes
    ----------
    indicator_id : str
        What the figures are about.
    rows : DataFrame
        Columns `RING_COLUMNS`: one row per wijk and year; a figure that rests on too few people is missing.
    programme, ring : tuple of str
        Wijken of the programme, and those next to it.
    names : dict
        By wijk its name in Dutch and in English.
    outlines : Outlines or None
        From which the ring was found; None for the demo panel, whose neighbours are given.
    truth : float or None
        The planted change in the ring; only the demo panel has one.
    """

    indicator_id: str
    rows: pd.DataFrame
    programme: tuple[str, ...]
    ring: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    outlines: Outlines | None = None
    truth: float | None = None


@dataclass(frozen=True, eq=False)
class Spillover:
    """What happened around a programme, compared with farther away.

    Attributes
    ----------
    placebo : PlaceboResult
        Change in the ring minus change in the other areas, in the unit of the outcome, with the interval and the estimates that
        other areas in the place of the ring give.
    path : DataFrame
        `year`, `ring`, `others`: unweighted means of the areas in use.
    ring, others : tuple of str
        Areas in use.
    incomplete : tuple of str
        Areas left out because they miss a year.
    start_year : int
        First year that counts as after the start.
    """

    placebo: PlaceboResult
    path: pd.DataFrame
    ring: tuple[str, ...]
    others: tuple[str, ...]
    incomplete: tuple[str, ...]
    start_year: int

    @property
    def years(self) -> tuple[int, int]:
        """First and last year."""
        return int(self.path["year"].min()), int(self.path["year"].max())

    @property
    def is_within_chance(self) -> bool:
        """Whether the placebo interval holds zero, or could not be made."""
        lower, upper = self.placebo.interval
        return not (math.isfinite(lower) and math.isfinite(upper) and (lower > 0 or upper < 0))


def estimate_spillover(panel: pd.DataFrame, ring: Collection[str], programme: Collection[str], start_year: int) -> Spillover:
    """Return how the areas next to a programme moved since it started, compared with areas farther away.

    Use it to see whether problems, or progress, moved next door. Not for what the programme did in its own areas: those are left
    out, and so is any place that another programme treats (the caller leaves those out).

    Parameters
    ----------
    panel : DataFrame
        `area_id`, `year`, `value`, `n` (people the figure is about); a missing value is a missing area-year. Not changed.
    ring : collection of str
        Areas next to the programme.
    programme : collection of str
        Areas of the programme; left out.
    start_year : int
        First year after the start.

    Returns
    -------
    Spillover
        `placebo.estimate` = mean change in the ring minus mean change in the others; positive: rose more (fell less) next door.

    Raises
    ------
    CannotAnswerError
        Fewer than `LEAST_BEFORE` years before or `LEAST_AFTER` after the start, no ring, or fewer than `LEAST_OTHERS` others.

    Notes
    -----
    tau = mean_R(after - before) - mean_O(after - before), R the ring, O the others. Placebo rings are groups of as many areas
    out of R and O, drawn at random. They need not lie together: what neighbours share by lying together is not in their spread.
    Assumes that ring and others would have moved in parallel, and that nothing spills over as far as the others (not checkable).
    """
    whole, incomplete = _complete(panel[~panel["area_id"].isin(programme)], ring)
    near = tuple(sorted(set(whole["area_id"]) & set(ring)))
    far = tuple(sorted(set(whole["area_id"]) - set(ring)))
    _check_enough(whole, near, far, start_year)
    starts = whole["area_id"].map(dict.fromkeys(near, float(start_year)))
    ready = whole.assign(start_year=starts.astype(float))
    return Spillover(_tested(ready), _path(ready, near), near, far, incomplete, start_year)


def spillover_variants(panel: pd.DataFrame, found: Spillover, programme: Collection[str]) -> pd.DataFrame:
    """Return the estimate with a start one year earlier and later, and without each area of the ring in turn.

    Parameters
    ----------
    panel : DataFrame
        As in `measure_spillover`. Not changed.
    found : Spillover
        The estimate that is varied.
    programme : collection of str
        Areas of the programme, left out of ring and comparison.

    Returns
    -------
    DataFrame
        Columns `VARIANT_COLUMNS`: `variant` is `start` or `left_out`. A start that leaves too few years is not in it.
    """
    starts = [(found.start_year + step, "") for step in NEIGHBOUR_STARTS]
    without = [(found.start_year, area) for area in found.ring] if len(found.ring) > 1 else []
    rows = [row for start, area in (*starts, *without) if (row := _variant(panel, found, programme, start, area))]
    return pd.DataFrame(rows, columns=list(VARIANT_COLUMNS))


def _variant(
    panel: pd.DataFrame, found: Spillover, programme: Collection[str], start_year: int, left_out: str
) -> tuple[object, ...] | None:
    used = panel[panel["area_id"].ne(left_out)]
    try:
        placebo = estimate_spillover(used, set(found.ring) - {left_out}, programme, start_year).placebo
    except CannotAnswerError:
        return None
    kind = "left_out" if left_out else "start"
    return kind, left_out, start_year, placebo.estimate, *placebo.interval, placebo.p_value


def _complete(panel: pd.DataFrame, ring: Collection[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the areas that have a figure in every year in which the ring has one, and the areas that have not."""
    known = panel[panel["value"].notna()]
    years = set(known.loc[known["area_id"].isin(ring), "year"])
    used = known[known["year"].isin(years)]
    counts = used.groupby("area_id")["year"].nunique()
    whole = set(counts.index[counts.eq(len(years))])
    return used[used["area_id"].isin(whole)], tuple(sorted(set(panel["area_id"]) - whole))


def _check_enough(whole: pd.DataFrame, near: Collection[str], far: Collection[str], start_year: int) -> None:
    years = set(whole["year"])
    before, after = sum(year < start_year for year in years), sum(year >= start_year for year in years)
    if before < LEAST_BEFORE or after < LEAST_AFTER:
        raise CannotAnswerError("too_few_years_around", before=before, after=after, start=start_year)
    if not near or len(far) < LEAST_OTHERS:
        raise CannotAnswerError("too_few_areas", found=len(near) + len(far), needed=LEAST_OTHERS + 1)


def _tested(ready: pd.DataFrame) -> PlaceboResult:
    design = Design(population="n", min_pre_periods=LEAST_BEFORE, estimand="change next to the programme minus change elsewhere")
    try:
        with warnings.catch_warnings():
            # Too few areas for an interval is said on the page, where the interval would stand.
            warnings.simplefilter("ignore", InferenceUnavailableWarning)
            return placebo_test(ready, design, draws=DRAWS, rng=np.random.default_rng(0))
    except DesignError as problem:
        raise CannotAnswerError("no_design") from problem


def _path(ready: pd.DataFrame, near: Collection[str]) -> pd.DataFrame:
    side = ready["area_id"].isin(near).map({True: "ring", False: "others"})
    wide = ready.assign(side=side).pivot_table(index="year", columns="side", values="value", aggfunc="mean")
    return wide.astype(float).rename_axis(columns=None).reset_index()[["year", "ring", "others"]]
