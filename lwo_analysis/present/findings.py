"""The page for residents and the board: is it getting better, is it the programme, what stands out, and what to talk about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.areas import area, areas
from lwo_analysis.catalogue.goals import PILLARS as GOAL_PILLARS
from lwo_analysis.catalogue.goals import goals
from lwo_analysis.catalogue.indicators import PILLARS, Indicator, indicators
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.comparison import Comparison, GapRow, compare_area, latest_year
from lwo_analysis.indicators.goal_progress import CITY, GoalProgress, GoalState, PathRule
from lwo_analysis.present.badges import MINIMUM_MEASUREMENTS, Badge, Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.duiding import DiscussedClaims, asks_attention, beside_claims
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.frequencies import frequencies
from lwo_analysis.present.goalpath_page import Review, review_goals
from lwo_analysis.present.pairs import decimals_of, is_within_chance, pair_claim, shown_name
from lwo_analysis.present.prose import Prose, Title, make_prose, make_title
from lwo_analysis.present.style import COMPARISON, MARKERS, OWN
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_value
from lwo_analysis.schema import Origin
from lwo_analysis.sources.duiding import DuidingFolder

TALKED_ABOUT = 3
PERCENT = "percent"


@dataclass(frozen=True)
class Findings:
    """What the page is about.

    Attributes
    ----------
    area_id : str
        The area.
    comparison : Comparison
        The area beside the city, in the latest year with figures; the printed start figures where no year is known.
    review : Review
        The goals and the verdict on each, as on the page about the goals.
    """

    area_id: str
    comparison: Comparison
    review: Review


def find_findings(observations: pd.DataFrame, area_id: str) -> Findings:
    """Return the figures of an area beside the city, and the verdicts on the goals.

    Parameters
    ----------
    observations : DataFrame
        From `goalpath_page.goal_observations`. Not changed.
    area_id : str
        An area of the programme.

    Raises
    ------
    CannotAnswerError
        The area is not part of the programme, or nothing is known of it.
    """
    review = review_goals(observations, area_id, "all", PathRule())
    judged = {name: entry for name, entry in indicators().items() if entry.direction in ("lower", "higher")}
    dated = observations[observations["year"].notna() & observations["area_id"].eq(area_id) & observations["value"].notna()]
    year = latest_year(observations, area_id, judged) if dated["indicator_id"].isin(judged).any() else None
    return Findings(area_id, compare_area(observations, area_id, (CITY,), judged, areas(), year=year), review)


def findings_title(findings: Findings, lang: str) -> Title:
    """Return the title of the page."""
    key = "findings.title_demo" if findings.review.is_demo else "findings.title"
    return make_title(key, lang, area=area(findings.area_id).name(lang))


def answer_claims(findings: Findings, said: DuidingFolder, lang: str) -> Claims:
    """Return yes, no or we cannot tell for each pillar, what deserves attention, and whether the programme made the difference.

    Parameters
    ----------
    findings : Findings
        From `find_findings`.
    said : DuidingFolder
        What people said about the figures. A signal deserves attention when a resident and a professional both say so.
    lang : str
        `nl` or `en`.
    """
    told = [_pillar_claim(findings, pillar, lang) for pillar in PILLARS if pillar in GOAL_PILLARS]
    agenda = [claim for found in findings.review.measured if (claim := _agenda_claim(findings, found, said, lang))]
    return Claims((*told, *agenda, _programme_claim(findings, lang)))


def level_claims(findings: Findings, said: DuidingFolder, lang: str) -> DiscussedClaims:
    """Return the figures as people out of a hundred, what is strong first; below each figure what people said about it."""
    rows = ordered_gaps(findings.comparison)
    claims = Claims(tuple(_level_claim(findings, row, lang) for row in rows.itertuples()))
    return beside_claims(claims, said, lang)


def ordered_gaps(comparison: Comparison) -> pd.DataFrame:
    """Return the gaps that are known, the most favourable first."""
    known = comparison.gaps[comparison.gaps["oriented_gap"].notna()]
    return known.sort_values("relative_gap", kind="stable").reset_index(drop=True)


def strengths_prose(lang: str) -> Prose:
    """Return what residents value themselves, as the plan prints it."""
    return make_prose("findings.strengths_plan", lang)


def levels_figure(findings: Findings, lang: str) -> Figure | Prose:
    """Return the shares of the area beside the city; or say that there is no share."""
    rows = ordered_gaps(findings.comparison)
    shares = rows[[indicators()[name].unit == PERCENT for name in rows["indicator_id"]]]
    if shares.empty:
        return make_prose("findings.no_figure", lang)
    shares = shares.assign(_p=[PILLARS.index(indicators()[name].pillar) for name in shares["indicator_id"]])
    topics = shares.sort_values("_p", kind="stable")["indicator_id"].tolist()
    series = [_series(findings, topics, place, colour, lang) for place, colour in ((findings.area_id, OWN), (CITY, COMPARISON))]
    names = [indicators()[topic].name(lang) for topic in topics]
    groups = [phrase(f"pillar.{indicators()[topic].pillar}", lang) for topic in topics]
    places = {"area": area(findings.area_id).name(lang), "compare": area(CITY).name(lang)}
    data = pd.DataFrame({"indicator": names, "own": series[0].values, "city": series[1].values, "status": "not_published"})
    return make_figure(
        lambda width: draw_dotplot(names, groups, series, xlabel=phrase("findings.axis", lang), width=width),
        alt=phrase("findings.alt", lang, **places, **_largest(series, names, lang)),
        caption=phrase("findings.figure", lang, **places),
        data=data,
        columns={
            "indicator": phrase("column.indicator", lang),
            "own": Column(places["area"], reason="status"),
            "city": Column(places["compare"], reason="status"),
        },
        origins=set(findings.comparison.levels["origin"]),
        lang=lang,
    )


def unmeasured_table(findings: Findings, lang: str) -> Table | Prose:
    """Return the goals that no open figure follows, and why; beside made-up figures only where they are."""
    if findings.review.is_demo:
        return make_prose("goalpath.no_ambitions", lang)
    without = [goal for goal in goals().values() if goal.indicator_id is None]
    rows = pd.DataFrame({"goal": [goal.text(lang) for goal in without], "why": [goal.why_none(lang) for goal in without]})
    columns = {"goal": phrase("findings.column_goal", lang), "why": phrase("findings.column_why", lang)}
    caption = phrase("findings.unmeasured", lang)
    return make_table(rows, caption=caption, columns=columns, origins={str(Origin.PUBLISHED)}, lang=lang, row_header="goal")


def discussion_sheet(findings: Findings, lang: str) -> Prose:
    """Return questions for a meeting: what is strong, the largest differences, what changed, what is missing, what is next."""
    rows = ordered_gaps(findings.comparison)
    strong = rows[rows["oriented_gap"] < 0].head(1)["indicator_id"]
    weak = rows[rows["oriented_gap"] > 0].tail(TALKED_ABOUT)["indicator_id"][::-1]
    name = area(findings.area_id).name(lang)
    asked = [phrase("findings.question_strength", lang, area=name, name=indicators()[topic].name(lang)) for topic in strong]
    asked += [phrase("findings.question_gap", lang, name=indicators()[topic].name(lang)) for topic in weak]
    fixed = ("findings.question_change", "findings.question_missing", "findings.question_next")
    return Prose((*asked, *(phrase(key, lang) for key in fixed)), lang)


def board_claims(findings: Findings, lang: str) -> Claims:
    """Return exact sentences with their source, to paste in a paper of the board; not in the answer of the page."""
    rows = ordered_gaps(findings.comparison)
    levels = findings.comparison.levels
    return Claims(
        tuple(pair_claim(row, levels, indicators()[row.indicator_id], lang, headline=False) for row in rows.itertuples())
    )


def used_figures(observations: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Return the observations behind the page."""
    names = set(findings.comparison.levels["indicator_id"]) | {found.path.indicator_id for found in findings.review.progress}
    used = observations["indicator_id"].isin(names) & observations["area_id"].isin([findings.area_id, CITY])
    return observations[used]


def direction_of(found: GoalProgress) -> int:
    """Return 1 when the distance to the goal became smaller beyond chance, -1 when it became larger, 0 when nobody can tell.

    It says nothing about the pace: whether a topic is on course is for the page about the goals.
    """
    if found.course is None:
        return 0
    evidence = _evidence(found)
    return int(np.sign(evidence.change or 0.0)) if decide_badge(evidence) is Badge.SIGNAL else 0


def _evidence(found: GoalProgress, *, needs_attention: bool = False) -> Evidence:
    last = found.known_course.progress.iloc[-1]
    change, margin = float(last["progress"]), float(last["margin"])
    return Evidence(Question.CHANGE, True, len(found.path.series), change, margin, needs_attention)


def _pillar_claim(findings: Findings, pillar: str, lang: str) -> Claim:
    followed = [found for found in findings.review.progress if found.path.pillar == pillar]
    better, worse = ([_dated_name(found, lang) for found in followed if direction_of(found) == sign] for sign in (1, -1))
    words: dict[str, object] = {"pillar": phrase(f"pillar.{pillar}", lang)}
    if not better and not worse:
        words["reason"] = phrase(f"findings.{_reason(followed)}", lang)
        return _whole_claim(f"answer-{pillar}", "claim.undetermined.finding_pillar", Badge.UNDETERMINED, findings, lang, words)
    words["names"] = "; ".join(better or worse)
    if better and worse:
        words["others"] = "; ".join(worse)
    key = "both" if better and worse else "yes" if better else "no"
    return _whole_claim(f"answer-{pillar}", f"claim.signal.finding_{key}", Badge.SIGNAL, findings, lang, words)


def _reason(followed: Sequence[GoalProgress]) -> str:
    """Return why nothing can be said of a pillar, the reason that is nearest to an answer."""
    if not followed:
        return "no_path"
    often = [found for found in followed if found.path.is_measured and len(found.path.series) >= MINIMUM_MEASUREMENTS]
    if any(found.course is not None for found in often):
        return "within_chance"
    if any(found.state is GoalState.INDISTINGUISHABLE for found in often):
        return "chance_unknown"
    return "reached" if all(found.state is GoalState.REACHED for found in followed) else "no_series"


def _agenda_claim(findings: Findings, found: GoalProgress, said: DuidingFolder, lang: str) -> Claim | None:
    """Return that a topic deserves attention: its distance changed beyond chance, and people on both sides ask for it."""
    asked = asks_attention(said, findings.area_id, found.path.indicator_id)
    sign = direction_of(found)
    if not (asked and sign):
        return None
    words = {"name": _dated_name(found, lang), "area": area(findings.area_id).name(lang)}
    words["direction"] = phrase(f"findings.distance_{'smaller' if sign > 0 else 'larger'}", lang)
    return make_claim(
        f"agenda-{found.path.indicator_id.replace('_', '-')}",
        "claim.agenda.finding_attention",
        lang=lang,
        badge=decide_badge(_evidence(found, needs_attention=asked)),
        indicator=found.path.indicator_id,
        area=findings.area_id,
        origins=found.path.origins,
        sources=sorted(found.path.sources),
        words=words,
        year=int(found.path.series.index[-1]),
    )


def _programme_claim(findings: Findings, lang: str) -> Claim:
    badge = decide_badge(Evidence(Question.EFFECT, reliable_level=True))
    return _whole_claim("answer-programme", "claim.undetermined.finding_programme", badge, findings, lang, {})


def _whole_claim(name: str, template: str, badge: Badge, findings: Findings, lang: str, words: Mapping[str, object]) -> Claim:
    levels = findings.comparison.levels
    about: dict[str, Any] = {"indicator": "all", "area": findings.area_id, "origins": set(levels["origin"])}
    return make_claim(name, template, lang=lang, badge=badge, sources=sorted(set(levels["source_id"])), words=words, **about)


def _level_claim(findings: Findings, row: GapRow, lang: str) -> Claim:
    entry = indicators()[row.indicator_id]
    exact = pair_claim(row, findings.comparison.levels, entry, lang)
    own, other = _shown_pair(findings, row.indicator_id, entry, lang)
    key = "same" if row.gap == 0 or is_within_chance(row) else "worse" if row.oriented_gap > 0 else "better"
    words = {
        "name": shown_name(entry, exact.origins, lang),
        "area": area(row.area_id).name(lang),
        "compare": area(row.compare_id).name(lang),
    }
    names = ("value", "lower", "upper", "compare_value", "gap_lower", "gap_upper", "year", "unit", "status")
    facts = {name: getattr(exact, name) for name in names}
    return make_claim(
        f"people-{exact.id}",
        f"claim.description.finding_{key}",
        lang=lang,
        badge=exact.badge,
        indicator=exact.indicator,
        area=exact.area,
        compare=exact.compare,
        origins=exact.origins,
        sources=exact.sources,
        words=words | {"value": own, "compare_value": other},
        headline=False,
        **facts,
    )


def _shown_pair(findings: Findings, topic: str, entry: Indicator, lang: str) -> tuple[str, str]:
    figures = findings.comparison.levels
    figures = figures[figures["indicator_id"] == topic].set_index("area_id")
    pair = [figures.loc[place] for place in (findings.area_id, CITY)]
    if entry.unit == PERCENT:
        own, other = frequencies([float(figure["value"]) for figure in pair])
        return own.words(lang), other.words(lang)
    own_text, other_text = (format_value(float(figure["value"]), entry, lang, decimals_of(figure)) for figure in pair)
    return own_text, other_text


def _series(findings: Findings, topics: Sequence[str], place: str, colour: str, lang: str) -> Series:
    levels = findings.comparison.levels
    mine = levels[levels["area_id"] == place].set_index("indicator_id").reindex(topics)
    values, lower, upper = (mine[name].to_numpy(float, na_value=np.nan) for name in ("value", "lower", "upper"))
    return Series(area(place).name(lang), colour, MARKERS[colour], values, lower, upper)


def _largest(series: Sequence[Series], names: Sequence[str], lang: str) -> dict[str, str]:
    own, city = series[0].values, series[1].values
    place = int(np.nanargmax(np.abs(own - city)))
    pair = frequencies([float(own[place]), float(city[place])])
    return {"name": names[place], "value": pair[0].words(lang), "compare_value": pair[1].words(lang)}


def _dated_name(found: GoalProgress, lang: str) -> str:
    years = found.path.series.index
    name = indicators()[found.path.indicator_id].name(lang)
    return phrase("findings.name_years", lang, name=name, first=int(years[0]), last=int(years[-1]))
