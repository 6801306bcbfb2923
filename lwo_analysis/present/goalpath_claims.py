"""The sentences of the page about the goals; where each topic stands, and for how many it is too early."""

from __future__ import annotations

from collections.abc import Mapping

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.phrases import load_phrases, phrase
from lwo_analysis.indicators.goal_progress import GoalPath, GoalProgress, GoalState, PathRule
from lwo_analysis.indicators.goalpath import PHASES, PathShape, share_of_goal
from lwo_analysis.present.badges import Badge, Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.goalpath_page import Review, value_on_path, visible_from
from lwo_analysis.present.prose import Prose, format_percent, format_points, make_prose
from lwo_analysis.present.units import format_signed_gap, format_value
from lwo_analysis.sources.demo import TRUTH

HEADLINES = 2
PLAN = "programme-plan-2022"


def goalpath_claims(review: Review, rule: PathRule, lang: str) -> Claims:
    """Return the sentences: verdicts first, what is on course in front, then what is too early, the goals, and every path."""
    judged = [found for found in review.measured if found.state is not GoalState.TOO_EARLY]
    order = (GoalState.ON_COURSE, GoalState.INDISTINGUISHABLE, GoalState.BEHIND)
    verdicts = [_verdict_claim(found, review, lang) for found in sorted(judged, key=lambda found: order.index(found.state))]
    early = [found for found in review.progress if found.state is GoalState.TOO_EARLY]
    too_early = [_too_early_claim(len(early), review, lang)] if early else []
    counted = [] if review.is_demo else [_count_claim(review, lang)]
    in_order = sorted(review.progress, key=_visible_first)
    told = [_path_claim(found, review, rule, lang, headline=place < HEADLINES) for place, found in enumerate(in_order)]
    return Claims((*verdicts, *too_early, *counted, *told, _pace_claim(review, rule, lang)))


def demo_truth(review: Review, lang: str) -> Prose:
    """Return what really happened in the made-up figures; on a page with real figures, that nobody knows this."""
    if not review.is_demo:
        return make_prose("goalpath.no_truth", lang)
    told = "; ".join(_truth_of(found.path.indicator_id, lang) for found in review.progress)
    return make_prose("goalpath.truth", lang, told=told)


def _truth_of(indicator_id: str, lang: str) -> str:
    truth, name = TRUTH[indicator_id], indicator(indicator_id).name(lang)
    if not truth.effect:
        return phrase("goalpath.truth_none", lang, name=name)
    change = format_points(100 * truth.effect, lang)
    return phrase("goalpath.truth_one", lang, name=name, change=change, year=truth.effect_start)


def _visible_first(found: GoalProgress) -> tuple[bool, bool, int]:
    """Sort topics: what is reached, then by when a straight line can be seen, the unknown last."""
    path = found.path
    return found.state is not GoalState.REACHED, not path.is_noise_known, path.visible_year or PHASES["D"] + 1


def _verdict_claim(found: GoalProgress, review: Review, lang: str) -> Claim:
    entry, last = indicator(found.path.indicator_id), found.known_course.progress.iloc[-1]
    distances, year = found.path.series["distance"], int(found.path.series.index[-1])
    shortfall = float(last["required"] - last["progress"])
    change = shortfall if found.state is GoalState.BEHIND else float(last["progress"])
    evidence = Evidence(Question.CHANGE, True, len(distances), change, float(last["margin"]))
    clear = found.state is not GoalState.INDISTINGUISHABLE
    badge = decide_badge(evidence) if clear else Badge.UNDETERMINED
    template = f"claim.signal.{found.state}" if badge is Badge.SIGNAL else "claim.undetermined.course"
    conditions = (guard := found.known_course.guard).window_passed, guard.beyond_noise, guard.persists, guard.not_shared
    words = {
        "name": entry.name(lang),
        "area": area(review.area_id).name(lang),
        "base": format_signed_gap(float(distances.iloc[0]), entry, lang),
        "last": format_signed_gap(float(distances.iloc[-1]), entry, lang),
        "asked": format_signed_gap(float(distances.iloc[0] - last["required"]), entry, lang),
        "margin": format_signed_gap(float(last["margin"]), entry, lang),
        "year": year,
        "met": sum(holds is True for holds in conditions),
        "all": len(conditions),
    }
    facts = {"value": float(distances.iloc[-1]), "compare_value": float(distances.iloc[0]), "unit": entry.unit, "year": year}
    return _claim(f"course-{entry.id}", template, badge, found.path, review, lang, words, facts)


def _too_early_claim(count: int, review: Review, lang: str) -> Claim:
    words = {"count": count, "total": len(review.progress), "area": area(review.area_id).name(lang)}
    badge = decide_badge(Evidence(Question.CHANGE, reliable_level=True))
    facts = {"value": count, "unit": "topics"}
    return _claim("too-early", "claim.undetermined.too_early_list", badge, None, review, lang, words, facts)


def _count_claim(review: Review, lang: str) -> Claim:
    labels = [goal.label for goal in review.ambitions]
    words = {
        "total": len(labels),
        "with_target": len(labels) - labels.count("missing"),
        "stated": labels.count("stated"),
        "derived": labels.count("derived"),
        "without": sum(goal.indicator_id is None for goal in review.ambitions),
    }
    facts = {"value": words["with_target"], "unit": "goals"}
    badge = decide_badge(Evidence(Question.LEVEL, reliable_level=True))
    return _claim("goals", "claim.description.goals_counted", badge, None, review, lang, words, facts)


def _path_claim(found: GoalProgress, review: Review, rule: PathRule, lang: str, *, headline: bool) -> Claim:
    path, entry = found.path, indicator(found.path.indicator_id)
    words = {
        "name": entry.name(lang),
        "base": format_value(path.base, entry, lang),
        "goal": format_value(path.goal, entry, lang),
        "first_year": PHASES["A"],
        "first": value_on_path(path, PHASES["A"], rule, lang),
        "second_year": PHASES["B"],
        "second": value_on_path(path, PHASES["B"], rule, lang),
        "visible": visible_from(found, lang),
    }
    template = "claim.description.path_reached" if found.state is GoalState.REACHED else "claim.description.path"
    facts = {"value": path.base, "compare_value": path.goal, "unit": entry.unit, "headline": headline}
    facts |= {"year": path.years[-1] if path.years else None}
    badge = decide_badge(Evidence(Question.LEVEL, reliable_level=True))
    return _claim(f"path-{entry.id}", template, badge, path, review, lang, words, facts)


def _pace_claim(review: Review, rule: PathRule, lang: str) -> Claim:
    year = PHASES["B"]
    shares = {shape: 100 * float(share_of_goal(year, shape, rule.horizon)) for shape in PathShape}
    words = {
        "year": year,
        "straight": format_percent(shares[PathShape.PROPORTIONAL], lang, 0),
        "rotterdam": format_percent(shares[PathShape.ROTTERDAM], lang, 0),
    }
    facts = {"value": shares[PathShape.PROPORTIONAL], "compare_value": shares[PathShape.ROTTERDAM], "unit": "percent"}
    badge = decide_badge(Evidence(Question.LEVEL, reliable_level=True))
    facts |= {"headline": False, "year": year}
    return _claim("pace", "claim.description.pace", badge, None, review, lang, words, facts)


def _claim(
    name: str,
    template: str,
    badge: Badge,
    path: GoalPath | None,
    review: Review,
    lang: str,
    words: Mapping[str, object],
    facts: Mapping[str, object],
) -> Claim:
    sources = path.sources if path else frozenset().union(*(found.path.sources for found in review.progress))
    about_plan = path is None and not review.is_demo
    return make_claim(
        name.replace("_", "-"),
        template,
        lang=lang,
        badge=badge,
        indicator=path.indicator_id if path else "all",
        area=review.area_id,
        origins=path.origins if path else review.origins,
        sources=sorted(sources | ({PLAN} if about_plan else set())),
        words={key: words[key] for key in load_phrases()[template].placeholders},
        **facts,
    )
