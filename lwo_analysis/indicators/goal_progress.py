"""Each topic of a goal on its way to 2043: the start, the end, and what the figures after the start say about the path.

Progress is read as distance to the goal, so that a goal that moves (equal to the city) and one that stands still (none at all) go
through the same rules. A start that a document printed gives a path; only a yearly series gives a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Final, TypedDict

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.goals import Goal
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.interventions import Measurability, Population
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.baseline import BaselineYears, mirror_baseline
from lwo_analysis.indicators.comparison import ORIENTED
from lwo_analysis.indicators.course import Course, CourseRule, judge_course
from lwo_analysis.indicators.detectability import DetectabilityRule, judge_goal, one_year_mde
from lwo_analysis.indicators.distance import oriented_gap
from lwo_analysis.indicators.goalpath import PROGRAMME, Horizon, share_of_goal
from lwo_analysis.indicators.minimal_effects import mde_register_rate, mde_register_share
from lwo_analysis.indicators.series import cut_at_breaks
from lwo_analysis.indicators.uncertainty import share_standard_error
from lwo_analysis.schema import Origin

CITY: Final = "lwd"
LEAST_AREAS: Final = 2


class GoalState(StrEnum):
    """Where a topic stands; the first four as in `CourseVerdict`."""

    ON_COURSE = "on_course"
    BEHIND = "behind"
    INDISTINGUISHABLE = "indistinguishable"
    TOO_EARLY = "too_early"
    REACHED = "reached"


@dataclass(frozen=True)
class GoalPath:
    """A topic with its start and its end, in the unit of the indicator.

    Attributes
    ----------
    indicator_id, pillar : str
        The topic, and the pillar whose goal it serves.
    is_stated : bool
        The plan names the end value itself; otherwise the end is derived: equal to the city at the start.
    base, goal : float
        Value at the start and at the end.
    years : tuple of int
        Year or years that the start comes from; empty when the document names none.
    origins, sources : frozenset of str
        Where start and end come from.
    visible_year : int or None
        First year in which a straight line stands out from chance; None when not before the end of the path.
    is_noise_known : bool
        False: nothing is published from which chance can be computed, and `visible_year` says nothing.
    series : DataFrame
        Yearly figures from the start on: index year, columns `value` and `distance` (to the goal, positive is worse). The first
        row is the start. One row or none: nothing was measured after the start.
    """

    indicator_id: str
    pillar: str
    is_stated: bool
    base: float
    goal: float
    years: tuple[int, ...]
    origins: frozenset[str]
    sources: frozenset[str]
    visible_year: int | None
    is_noise_known: bool
    series: pd.DataFrame

    @property
    def is_measured(self) -> bool:
        """Whether there is a yearly figure after the start."""
        return len(self.series) > 1


@dataclass(frozen=True)
class GoalProgress:
    """The verdict on one path.

    Attributes
    ----------
    path : GoalPath
        The path.
    state : GoalState
        Where it stands.
    course : Course or None
        Progress, required progress and margin by year, and the guard before "adjust"; None when nothing was measured after the
        start, when there is no distance left, or when chance is unknown.
    comparison_areas : int
        How many areas the margin was read from.
    """

    path: GoalPath
    state: GoalState
    course: Course | None
    comparison_areas: int

    @property
    def known_course(self) -> Course:
        """The course of a topic that has one; without it a `ParameterError`."""
        if self.course is None:
            remedy = "ask only of topics with a course"
            raise ParameterError("course", expected="figures after the start", found=f"{self.state}", remedy=remedy)
        return self.course


@dataclass(frozen=True)
class PathRule:
    """The published choices behind the page.

    Attributes
    ----------
    base_year : int
        Year of the start value, mirrored on two years before (`mirror_baseline`); 0 for the first comparable year.
    start_year : int
        First year of the path; the end is 2043.
    nearest : int
        How many areas, nearest in number of residents, chance is read from.
    """

    base_year: int = 2021
    start_year: int = 2023
    nearest: int = 20

    @property
    def horizon(self) -> Horizon:
        """First and last year of the path."""
        return Horizon(self.start_year, PROGRAMME.end)


def find_paths(
    observations: pd.DataFrame,
    area_id: str,
    goals: Mapping[str, Goal],
    indicators: Mapping[str, Indicator],
    rule: PathRule,
    noise: Mapping[str, float],
) -> tuple[GoalPath, ...]:
    """Return a path for every topic of the plan with a good direction, a start and an end.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table. Not changed.
    area_id : str
        The programme area or one of its wijken.
    goals, indicators : mapping
        The catalogue; an indicator whose goal is `missing` is no topic. A goal that states an end value gives its indicator that
        end and its pillar; every other topic ends at the value of the city at the start.
    rule : PathRule
        Base year and start of the path.
    noise : mapping of str to float
        Smallest visible change of printed figures, by indicator and in its unit (`printed_noise`).

    Returns
    -------
    tuple of GoalPath
        In the order of the catalogue. The yearly series is used when it reaches beyond the start of the path or nothing was
        printed for the area; otherwise the printed figure. Model estimates are never used: they cannot show progress.

    Examples
    --------
    >>> from lwo_analysis import load_published
    >>> from lwo_analysis.catalogue.goals import goals
    >>> from lwo_analysis.catalogue.indicators import indicators
    >>> paths = find_paths(load_published(), "lwo", goals(), indicators(), PathRule(), {})
    >>> [(path.base, path.goal) for path in paths if path.indicator_id == "social_assistance_share"]
    [(11.7, 7.6)]
    """
    topics = [entry for entry in indicators.values() if entry.direction in ORIENTED and entry.goal != "missing"]
    near = observations[observations["area_id"].isin([area_id, CITY])]
    rows = near[near["value"].notna() & near["origin"].ne(str(Origin.MODELLED))]
    by_topic = dict(list(rows.groupby("indicator_id")))
    found = [_path(by_topic[entry.id], area_id, entry, goals, rule, noise) for entry in topics if entry.id in by_topic]
    return tuple(path for path in found if path is not None)


def printed_noise(
    outcomes: Mapping[str, Measurability], sizes: Mapping[str, Population], rule: DetectabilityRule
) -> dict[str, float]:
    """Return the smallest change that one year can show for the figures that the programme plan prints, in their unit.

    Parameters
    ----------
    outcomes : mapping of str to Measurability
        Outcomes by indicator.
    sizes : mapping of str to Population
        Populations by id.
    rule : DetectabilityRule
        Error rates and survey size.

    Examples
    --------
    >>> from lwo_analysis.catalogue.interventions import measurability, populations
    >>> round(printed_noise(measurability(), populations(), DetectabilityRule())["social_assistance_share"], 2)
    0.83
    """
    changes = {name: one_year_mde(outcome, sizes[outcome.population], rule) for name, outcome in outcomes.items()}
    scales = {name: 1000.0 if outcomes[name].kind == "register_rate" else 100.0 for name in changes}
    return {name: scales[name] * change for name, change in changes.items() if change is not None}


def judge_path(observations: pd.DataFrame, path: GoalPath, area_id: str, indicator: Indicator, rule: PathRule) -> GoalProgress:
    """Return the verdict on one path.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table, of the area and of others to read chance from. Not changed.
    path : GoalPath
        From `find_paths`, for this area.
    area_id, indicator
        The area, and the indicator of the path.
    rule : PathRule
        As given to `find_paths`.

    Returns
    -------
    GoalProgress
        `TOO_EARLY` when nothing was measured after the start or the window has not passed; `REACHED` when no distance was left at
        the start; `INDISTINGUISHABLE` when chance is unknown; otherwise the verdict of `judge_course`.

    Notes
    -----
    Required progress is the distance at the start times `share_of_goal`. Chance is read from the `nearest` areas in number of
    residents that are not treated themselves, and from the counts of the area and
    the goal; the wider of the two counts. The counts are taken as independent, which is cautious for an area inside its city.
    """
    if oriented_gap(path.base, path.goal, indicator.direction) <= 0:
        return GoalProgress(path, GoalState.REACHED, None, 0)
    if not path.is_measured:
        return GoalProgress(path, GoalState.TOO_EARLY, None, 0)
    distance = path.series["distance"]
    years = distance.index.to_numpy()
    required = pd.Series(float(distance.iloc[0]) * np.asarray(share_of_goal(years, horizon=rule.horizon)), index=years)
    others = _comparison(observations, path, area_id, indicator, rule)
    errors = _errors(observations, path, area_id, indicator)
    if others is None and errors is None:
        return GoalProgress(path, GoalState.INDISTINGUISHABLE, None, 0)
    course_rule = CourseRule(start=rule.start_year)
    course = judge_course(distance, others, required, "lower", standard_errors=errors, relative=False, rule=course_rule)
    return GoalProgress(path, GoalState(str(course.verdict)), course, 0 if others is None else others.shape[1])


def _path(
    rows: pd.DataFrame,
    area_id: str,
    entry: Indicator,
    goals: Mapping[str, Goal],
    rule: PathRule,
    noise: Mapping[str, float],
) -> GoalPath | None:
    served = [goal for goal in goals.values() if goal.indicator_id == entry.id]
    target = next((goal.target for goal in served if goal.label == "stated"), None)
    pillar = served[0].pillar if served else entry.pillar
    blank = GoalPath(entry.id, pillar, target is not None, 0, 0, (), frozenset(), frozenset(), None, False, pd.DataFrame())
    series = _with_distance(_yearly(rows, area_id, entry.id), _yearly(rows, CITY, entry.id), target, entry.direction)
    printed = rows[rows["year"].isna() & rows["area_id"].isin([area_id, CITY])].set_index("area_id")
    has_printed = area_id in printed.index and (target is not None or CITY in printed.index)
    if len(series) and (series.index.max() > rule.start_year or not has_printed):
        return _with_visibility(_measured_path(blank, series, target, rule), entry, rule, _mde_of_counts(series, entry))
    if not has_printed:
        return None
    goal = float(target) if target is not None else float(printed["value"][CITY])
    used = printed.loc[[area_id] if target is not None else [area_id, CITY]]
    path = replace(blank, base=float(printed["value"][area_id]), goal=goal, **_origin_of(used))
    return _with_visibility(path, entry, rule, noise.get(entry.id))


def _yearly(rows: pd.DataFrame, area_id: str, indicator_id: str) -> pd.DataFrame:
    """Return the figures of one area by year, since the last change of meaning."""
    segments = cut_at_breaks(rows[rows["area_id"] == area_id], indicator_id)
    frame = segments[-1].observations if segments else rows.iloc[:0]
    return frame.assign(year=frame["year"].astype("int64")).drop_duplicates("year").set_index("year")


def _with_distance(own: pd.DataFrame, city: pd.DataFrame, target: float | None, direction: str) -> pd.DataFrame:
    kept = own if target is not None else own[own.index.isin(city.index)]
    values = kept["value"].astype(float)
    end = pd.Series(target, index=kept.index, dtype=float) if target is not None else city["value"].astype(float)[kept.index]
    distance = pd.Series(np.asarray(oriented_gap(values, end, direction)), index=kept.index, dtype=float)
    return kept.assign(value=values, end=end, distance=distance).sort_index()


def _measured_path(blank: GoalPath, series: pd.DataFrame, target: float | None, rule: PathRule) -> GoalPath:
    base_year = rule.base_year or int(series.index.min())
    years = BaselineYears(base_year, base_year - 2, (base_year - 6, base_year - 2))
    waves = mirror_baseline(series["distance"], years=years).waves if rule.base_year else (base_year,)
    start = series.loc[list(waves)].select_dtypes("number").mean().astype(float)
    after = series[series.index > max(waves)]
    shown = pd.concat([start[["value", "distance"]].to_frame(max(waves)).T, after[["value", "distance"]].astype(float)])
    goal = float(target) if target is not None else float(start["end"])
    return replace(blank, base=float(start["value"]), goal=goal, years=waves, series=shown, **_origin_of(series))


class _Origin(TypedDict):
    origins: frozenset[str]
    sources: frozenset[str]


def _origin_of(rows: pd.DataFrame) -> _Origin:
    return {"origins": frozenset(rows["origin"]), "sources": frozenset(rows["source_id"])}


def _mde_of_counts(series: pd.DataFrame, entry: Indicator) -> float | None:
    first = series.iloc[0]
    if pd.isna(first["denominator"]) or entry.unit not in ("percent", "per_1000"):
        return None
    compute = mde_register_share if entry.unit == "percent" else mde_register_rate
    return entry.scale * compute(float(first["value"]) / entry.scale, float(first["denominator"]))


def _with_visibility(path: GoalPath, entry: Indicator, rule: PathRule, mde: float | None) -> GoalPath:
    if mde is None or not mde > 0:
        return path
    found = judge_goal(path.base / entry.scale, path.goal / entry.scale, mde / entry.scale, years=rule.horizon.years)
    year = rule.start_year + int(found.years) if isfinite(found.years) else None
    return replace(path, visible_year=year, is_noise_known=True)


def _comparison(
    observations: pd.DataFrame, path: GoalPath, area_id: str, entry: Indicator, rule: PathRule
) -> pd.DataFrame | None:
    """Return the distance to the goal of the areas nearest in size, by year; None with fewer than two complete ones."""
    rows = observations[observations["indicator_id"].eq(entry.id) & observations["year"].notna()]
    wide = rows.pivot_table(index="year", columns="area_id", values="value", aggfunc="first").astype(float)
    known = wide.reindex([*path.years, *path.series.index[1:]]).notna().all()
    complete = [name for name in _nearest(observations, area_id) if known.get(name, False)][: rule.nearest]
    if len(complete) < LEAST_AREAS:
        return None
    end = pd.Series(path.goal, index=wide.index) if path.is_stated else wide[CITY]
    sign = 1.0 if entry.direction == "lower" else -1.0
    distance = sign * wide[complete].sub(end, axis=0)
    start = distance.loc[list(path.years)].mean().to_frame(path.series.index[0]).T
    return pd.concat([start, distance.loc[path.series.index[1:]]])


def _nearest(observations: pd.DataFrame, area_id: str) -> list[str]:
    """Return the untreated areas by how near they are in number of residents, on a ratio scale."""
    sizes = observations[observations["indicator_id"].eq("population") & observations["value"].gt(0)]
    latest = sizes.sort_values("year").drop_duplicates("area_id", keep="last").set_index("area_id")["value"].astype(float)
    if area_id not in latest.index:
        return []
    free = [name for name in latest.index if _is_untreated(str(name))]
    return list(np.abs(np.log(latest[free] / latest[area_id])).sort_values(kind="stable").index)


def _is_untreated(area_id: str) -> bool:
    """Return whether an area is a city other than ours, or one that the catalogue does not know (a wijk of the demo panel)."""
    return area_id not in areas() or (areas()[area_id].kind == "municipality" and area_id != CITY)


def _errors(observations: pd.DataFrame, path: GoalPath, area_id: str, entry: Indicator) -> pd.Series | None:
    rows = observations[observations["indicator_id"].eq(entry.id) & observations["year"].notna()].set_index(["area_id", "year"])
    places = [area_id] if path.is_stated else [area_id, CITY]
    found = [_error(rows, place, path, entry) for place in places]
    total = np.hypot.reduce(np.array(found, float))
    return None if np.isnan(total).any() else pd.Series(total, index=path.series.index)


def _error(rows: pd.DataFrame, place: str, path: GoalPath, entry: Indicator) -> list[float]:
    """Return the standard error of a figure by year; the start may be a mean of two years, whose first counts."""
    years = [path.years[0], *path.series.index[1:]]
    counts = [rows.loc[(place, year), ["numerator", "denominator"]].astype(float) for year in years]
    if entry.unit == "percent":
        return [100.0 * float(share_standard_error(*pair)) for pair in counts]
    return [entry.scale * float(np.sqrt(above) / below) for above, below in counts]
