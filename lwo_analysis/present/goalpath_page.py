"""The page about the goals: the path of each to 2043, where the area stands on it, and whether adjusting can be raised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from lwo_analysis.catalogue.areas import Area, area, areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.goals import Goal, goals
from lwo_analysis.catalogue.indicators import indicator, indicators
from lwo_analysis.catalogue.interventions import measurability, populations
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.cleaning.observations import is_built, load_observations
from lwo_analysis.cleaning.published import load_published
from lwo_analysis.indicators.detectability import DetectabilityRule
from lwo_analysis.indicators.goal_progress import (
    CITY,
    GoalPath,
    GoalProgress,
    GoalState,
    PathRule,
    find_paths,
    judge_path,
    printed_noise,
)
from lwo_analysis.indicators.goalpath import PHASES, PathShape, target_at
from lwo_analysis.present.origins import DEMO
from lwo_analysis.present.prose import Prose, Title, format_number, make_prose, make_title
from lwo_analysis.present.tables import Table, make_table
from lwo_analysis.present.units import format_signed_gap, format_value
from lwo_analysis.schema import COLUMN_NAMES, Origin

ALL = "all"
PROGRAMME_AREA = "lwo"
START_YEARS = (2021, 2022, 2023, 2024)
BASE_YEARS = (2019, 2020, 2021, 2022)


@dataclass(frozen=True)
class Review:
    """What the page is about: the goals of a pillar in one area, and the verdict on every topic that has a path.

    Attributes
    ----------
    area_id, pillar : str
        As asked.
    is_demo : bool
        Whether the figures are made up; the goals of the plan are then left out, because real and made-up never mix.
    ambitions : tuple of Goal
        Goals of the pillar.
    progress : tuple of GoalProgress
        One per topic.
    """

    area_id: str
    pillar: str
    is_demo: bool
    ambitions: tuple[Goal, ...]
    progress: tuple[GoalProgress, ...]

    @property
    def origins(self) -> frozenset[str]:
        """Origins of the figures on the page."""
        shown = frozenset().union(*(found.path.origins for found in self.progress))
        return shown if self.is_demo else shown | {str(Origin.PUBLISHED)}

    @property
    def measured(self) -> tuple[GoalProgress, ...]:
        """The topics with a yearly figure after the start."""
        return tuple(found for found in self.progress if found.course is not None)


def goal_observations(panel: str) -> pd.DataFrame:
    """Return the figures of the page: the demo panel for `demo`, otherwise what is real, however little that is.

    The goals and the printed start are real and always there, so that `auto` never falls back on made-up figures here.
    """
    if panel == DEMO:
        return load_observations(DEMO)
    return load_observations("real") if is_built() else load_published()[list(COLUMN_NAMES)]


def review_goals(observations: pd.DataFrame, area_id: str, pillar: str, rule: PathRule) -> Review:
    """Return the goals of a pillar and the verdict on every topic that has a path.

    Raises
    ------
    CannotAnswerError
        The area is not part of the programme, the pillar has no goals, or nothing is known of its start.
    """
    if area_id not in (PROGRAMME_AREA, *areas()[PROGRAMME_AREA].parts):
        raise CannotAnswerError("outside_programme", area=_in_both(area(area_id)))
    ambitions = tuple(goal for goal in goals().values() if pillar in (ALL, goal.pillar))
    if not ambitions:
        raise CannotAnswerError("no_goals", pillar=tuple(phrase(f"pillar.{pillar}", lang) for lang in LANGUAGES))
    noise = printed_noise(measurability(), populations(), DetectabilityRule()) if area_id == PROGRAMME_AREA else {}
    paths = find_paths(observations, area_id, goals(), indicators(), rule, noise)
    chosen = [path for path in paths if pillar in (ALL, path.pillar)]
    if not chosen:
        raise CannotAnswerError("no_figures_of_area", area=_in_both(area(area_id)))
    progress = tuple(judge_path(observations, path, area_id, indicator(path.indicator_id), rule) for path in chosen)
    return Review(area_id, pillar, any(DEMO in path.origins for path in chosen), ambitions, progress)


def used_rows(observations: pd.DataFrame, review: Review) -> pd.DataFrame:
    """Return the observations behind the page; the printed start figures are always among those of a real page."""
    names = [found.path.indicator_id for found in review.progress]
    sources = frozenset().union(*(found.path.sources for found in review.progress))
    mine = observations["indicator_id"].isin(names) & observations["source_id"].isin(sources)
    mine &= observations["area_id"].isin([review.area_id, CITY])
    return observations[mine | observations["origin"].eq(str(Origin.PUBLISHED))]


def goalpath_title(review: Review, lang: str) -> Title:
    """Return the title of the page."""
    name = area(review.area_id).name(lang)
    if review.pillar == ALL:
        return make_title("goalpath.title", lang, area=name)
    return make_title("goalpath.title_pillar", lang, area=name, pillar=phrase(f"pillar.{review.pillar}", lang))


def ambitions_table(review: Review, lang: str) -> Table | Prose:
    """Return the goals as the plan prints them: how to follow each, its end value and its state."""
    if review.is_demo:
        return make_prose("goalpath.no_ambitions", lang)
    states = {found.path.indicator_id: found.state for found in review.progress}
    rows = pd.DataFrame(
        {
            "ambition": [goal.text(lang) for goal in review.ambitions],
            "followed_by": [_followed_by(goal, lang) for goal in review.ambitions],
            "kind_of_target": [phrase(f"goalpath.kind.{goal.label}", lang) for goal in review.ambitions],
            "target": [_target(goal, lang) for goal in review.ambitions],
            "state": [phrase(f"goalpath.state.{state_of(goal, states)}", lang) for goal in review.ambitions],
        }
    )
    caption = phrase("goalpath.ambitions", lang, area=area(review.area_id).name(lang))
    return _table(rows, ("ambition", "followed_by", "state", "target", "kind_of_target"), caption, review, lang)


def state_of(goal: Goal, states: dict[str, GoalState]) -> str:
    """Return the word for where a goal stands: without an end value, not measured, or the state of its topic.

    Examples
    --------
    >>> state_of(goals()["housing-letting"], {}), state_of(goals()["work-youth-assistance"], {})
    ('no_target', 'not_measured')
    """
    if goal.target is None:
        return "no_target"
    return str(states.get(goal.indicator_id or "", "not_measured"))


def path_table(review: Review, rule: PathRule, lang: str) -> Table:
    """Return start, end and the values between of every topic, the Rotterdam pace, and when a straight line can be seen."""
    paths = [found.path for found in review.progress]
    names = [path.indicator_id for path in paths]
    shapes = {phase: (year, PathShape.PROPORTIONAL) for phase, year in PHASES.items()}
    shapes["rotterdam"] = (PHASES["B"], PathShape.ROTTERDAM)
    shown = {column: [value_on_path(path, year, rule, lang, shape) for path in paths] for column, (year, shape) in shapes.items()}
    rows = pd.DataFrame(
        {
            "indicator": [indicator(name).name(lang) for name in names],
            "base": [format_value(path.base, indicator(path.indicator_id), lang) for path in paths],
            **shown,
            "visible": [visible_from(found, lang) for found in review.progress],
            "state": [phrase(f"goalpath.state.{found.state}", lang) for found in review.progress],
            "kind": [phrase(f"goalpath.kind.{'stated' if path.is_stated else 'derived'}", lang) for path in paths],
            "from": [_start_years(path, lang) for path in paths],
        }
    )
    columns = {
        "indicator": phrase("column.indicator", lang),
        "base": phrase("column.start_value", lang),
        **{phase: phrase("column.phase", lang, phase=phase, year=year) for phase, year in PHASES.items()},
        "rotterdam": phrase("column.rotterdam", lang, year=PHASES["B"]),
        "visible": phrase("column.visible_from", lang),
        "state": phrase("column.state", lang),
        "kind": phrase("column.kind_of_target", lang),
        "from": phrase("column.start_from", lang),
    }
    caption = phrase("goalpath.paths", lang, area=area(review.area_id).name(lang))
    return make_table(rows, caption=caption, columns=columns, origins=review.origins, lang=lang, row_header="indicator")


def value_on_path(path: GoalPath, year: int, rule: PathRule, lang: str, shape: PathShape = PathShape.PROPORTIONAL) -> str:
    """Return the value that a path asks for in a year, with its unit."""
    value = float(target_at(year, path.base, path.goal, shape, rule.horizon))
    # Half of 11.7 and 7.6 is 9.65, and not the 9.6499999 of a sum in binary numbers.
    return format_value(round(value, 9), indicator(path.indicator_id), lang)


def visible_from(found: GoalProgress, lang: str) -> str:
    """Return in words from which year a straight line can be seen; a goal that is reached has no line."""
    if found.state is GoalState.REACHED:
        return phrase("goalpath.state.reached", lang)
    if not found.path.is_noise_known:
        return phrase("goalpath.noise_unknown", lang)
    never = phrase("goalpath.not_before_end", lang, year=PHASES["D"])
    return never if found.path.visible_year is None else str(found.path.visible_year)


def course_table(review: Review, lang: str) -> Table | Prose:
    """Return what was measured against the path, and the four conditions that stand before adjusting."""
    if not review.measured:
        return make_prose("goalpath.no_course", lang)
    rows = pd.DataFrame([_course_row(found, lang) for found in review.measured])
    caption = phrase("goalpath.course", lang, area=area(review.area_id).name(lang))
    return _table(rows, tuple(rows.columns), caption, review, lang)


def robustness_table(observations: pd.DataFrame, review: Review, rule: PathRule, lang: str) -> Table | Prose:
    """Return the state of every measured topic when the path starts in another year or the start figure is of another year."""
    if not review.measured:
        return make_prose("goalpath.no_robustness", lang)
    choices = {phrase("goalpath.choice_start", lang, year=year): replace(rule, start_year=year) for year in START_YEARS}
    choices |= {phrase("goalpath.choice_base", lang, year=year): replace(rule, base_year=year) for year in BASE_YEARS}
    reviews = {name: review_goals(observations, review.area_id, review.pillar, choice) for name, choice in choices.items()}
    topics = [found.path.indicator_id for found in review.measured]
    rows = pd.DataFrame([{"choice": name, **_states(found, topics, lang)} for name, found in reviews.items()])
    columns = {"choice": phrase("column.choice", lang), **{topic: indicator(topic).name(lang) for topic in topics}}
    caption = phrase("goalpath.robustness", lang)
    return make_table(rows, caption=caption, columns=columns, origins=review.origins, lang=lang, row_header="choice")


def _states(review: Review, topics: Sequence[str], lang: str) -> dict[str, str]:
    found = {each.path.indicator_id: str(each.state) for each in review.progress}
    return {topic: phrase(f"goalpath.state.{found.get(topic, 'not_measured')}", lang) for topic in topics}


def _course_row(found: GoalProgress, lang: str) -> dict[str, str]:
    entry = indicator(found.path.indicator_id)
    last, guard = found.known_course.progress.iloc[-1], found.known_course.guard
    conditions = {
        "guard_window": guard.window_passed,
        "guard_noise": guard.beyond_noise,
        "guard_persists": guard.persists,
        "guard_not_shared": guard.not_shared,
    }
    return {
        "indicator": entry.name(lang),
        "last_year": str(int(found.path.series.index[-1])),
        **{name: format_signed_gap(float(last[name]), entry, lang) for name in ("progress", "required", "margin")},
        "state": phrase(f"goalpath.state.{found.state}", lang),
        **{name: _yes_no(holds, lang) for name, holds in conditions.items()},
    }


def _yes_no(holds: bool | None, lang: str) -> str:
    return phrase("goalpath.unknown" if holds is None else "goalpath.yes" if holds else "goalpath.no", lang)


def _followed_by(goal: Goal, lang: str) -> str:
    return indicator(goal.indicator_id).name(lang) if goal.indicator_id else goal.why_none(lang)


def _target(goal: Goal, lang: str) -> str:
    if goal.target is None:
        return phrase("goalpath.state.no_target", lang)
    decimals = 0 if float(goal.target).is_integer() else 2 if goal.unit_en == "index" else 1
    return phrase("goalpath.target", lang, value=format_number(goal.target, lang, decimals), unit=goal.unit(lang))


def _start_years(path: GoalPath, lang: str) -> str:
    if not path.years:
        return phrase("goalpath.document", lang)
    if len(path.years) == 1:
        return str(path.years[0])
    return phrase("goalpath.mean_of", lang, first=path.years[0], last=path.years[-1])


def _table(rows: pd.DataFrame, names: Iterable[str], caption: str, review: Review, lang: str) -> Table:
    columns = {name: phrase(f"column.{name}", lang) for name in names}
    header = next(iter(columns))
    return make_table(rows, caption=caption, columns=columns, origins=review.origins, lang=lang, row_header=header)


def _in_both(place: Area) -> tuple[str, ...]:
    return tuple(place.name(lang) for lang in LANGUAGES)
