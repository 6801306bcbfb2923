"""The sentences of the page about effect or chance; whether one may speak of the programme is decided by rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.effects.area_effect import AreaEffect
from lwo_analysis.present.badges import Badge, Evidence, Question, decide_badge, reason_undetermined
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.effect_figures import course_of
from lwo_analysis.present.prose import MINUS, format_interval, format_number
from lwo_analysis.present.units import format_gap, format_value

ALPHA = 0.05


def effect_claims(found: AreaEffect, area_id: str, indicator: Indicator, lang: str) -> Claims:
    """Return the sentences: where the area stands, what was found, what could be found, and the truth of the demo panel."""
    claims = [_level_claim(found, area_id, indicator, lang), _effect_claim(found, area_id, indicator, lang)]
    if math.isfinite(found.power.minimal_effect):
        claims.append(_power_claim(found, area_id, indicator, lang))
    if found.truth is not None:
        claims.append(_truth_claim(found, area_id, indicator, lang))
    return Claims(tuple(claims))


def effect_evidence(found: AreaEffect) -> Evidence:
    """Return what is known when a sentence about the programme is about to be said.

    A pretended start has nothing that the programme could have reached, so no estimate fits below that ceiling. A design that
    fails another of its checks counts as one whose placebo test did not pass.
    """
    no_check_fails = all(check.passed is not False for check in (found.pretended, found.curve))
    return Evidence(
        Question.EFFECT,
        reliable_level=True,
        grade=found.verdict.grade,
        placebo_passed=found.result.p_value <= ALPHA and no_check_fails,
        estimate=found.result.estimate,
        dose_ceiling=found.ceiling,
    )


def signed_gap(value: float, indicator: Indicator, lang: str) -> str:
    """Return a difference with its sign and unit, with one decimal more than a level: the differences here are small.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> signed_gap(-1.234, indicator("social_assistance_share"), "nl")
    '−1,23 procentpunt'
    """
    size = format_gap(float(value), indicator, lang, indicator.decimals + 1)
    return f"{MINUS}{size}" if format_number(float(value), lang, indicator.decimals + 1).startswith(MINUS) else size


def _level_claim(found: AreaEffect, area_id: str, indicator: Indicator, lang: str) -> Claim:
    row = course_of(found.panel).iloc[-1]
    words = {
        "name": indicator.name(lang),
        "area": area(area_id).name(lang),
        "year": int(row["year"]),
        "value": format_value(float(row["own"]), indicator, lang),
        "others": format_value(float(row["others"]), indicator, lang),
        "n": found.result.n_control,
    }
    facts: dict[str, Any] = {
        "value": float(row["own"]),
        "compare_value": float(row["others"]),
        "unit": indicator.unit,
        "headline": False,
    }
    return _claim(found, area_id, "level", "claim.description.effect_level", words, lang, **facts)


def _effect_claim(found: AreaEffect, area_id: str, indicator: Indicator, lang: str) -> Claim:
    result, evidence = found.result, effect_evidence(found)
    badge = decide_badge(evidence)
    words: dict[str, object] = {
        "name": indicator.name(lang),
        "area": area(area_id).name(lang),
        "gap": format_gap(result.estimate, indicator, lang, indicator.decimals + 1),
        "side": phrase("effect.higher" if result.estimate > 0 else "effect.lower", lang),
    }
    lower, upper = (end if math.isfinite(end) else None for end in result.interval)
    if badge is Badge.EFFECT:
        interval = format_interval(*result.interval, lang, indicator.decimals + 1)
        words |= {"first_after": found.start_year, "last": int(found.panel["year"].max()), "interval": interval}
    else:
        words |= {"reason": _reason(found, evidence, lang), "bound": _bound(found, indicator, lang)}
    facts: dict[str, Any] = {
        "value": result.estimate,
        "lower": lower,
        "upper": upper,
        "unit": "points",
        "grade": found.verdict.grade,
    }
    return _claim(found, area_id, "effect", f"claim.{badge}.effect_found", words, lang, badge=badge, **facts)


def _power_claim(found: AreaEffect, area_id: str, indicator: Indicator, lang: str) -> Claim:
    mde = found.power.minimal_effect
    words = {"mde": format_gap(mde, indicator, lang, indicator.decimals + 1)}
    template = "claim.description.effect_see_only"
    if found.ceiling is not None:
        words["ceiling"] = format_gap(found.ceiling, indicator, lang, indicator.decimals + 1)
        template = "claim.description.effect_see"
    return _claim(found, area_id, "seen-from", template, words, lang, value=mde, unit="points", headline=False)


def _truth_claim(found: AreaEffect, area_id: str, indicator: Indicator, lang: str) -> Claim:
    words = {
        "truth": signed_gap(float(found.truth or 0.0), indicator, lang),
        "interval": format_interval(*found.result.interval, lang, indicator.decimals + 1),
    }
    template = f"claim.description.effect_truth_{'inside' if found.interval_holds_truth else 'outside'}"
    return _claim(found, area_id, "truth", template, words, lang, value=found.truth, unit="points")


def _claim(
    found: AreaEffect,
    area_id: str,
    name: str,
    template: str,
    words: Mapping[str, object],
    lang: str,
    *,
    badge: Badge | None = None,
    **facts: Any,
) -> Claim:
    return make_claim(
        f"effect-{name}",
        template,
        lang=lang,
        badge=badge or decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
        indicator=str(found.panel["indicator_id"].iloc[0]),
        area=area_id,
        origins=set(found.panel["origin"]),
        sources=tuple(sorted(set(found.panel["source_id"]))),
        words=words,
        year=int(found.panel["year"].max()),
        **facts,
    )


def _reason(found: AreaEffect, evidence: Evidence, lang: str) -> str:
    """Return why nothing can be said; what the rules cannot know is said in the words of this page."""
    if found.is_pretended:
        return phrase("effect.reason_pretended", lang)
    if found.ceiling is None and found.verdict.grade >= 3:
        return phrase("effect.reason_no_ceiling", lang)
    reason = reason_undetermined(evidence)
    fails = reason == "reason.within_noise" and found.result.p_value <= ALPHA
    return phrase("effect.reason_check" if fails else str(reason), lang)


def _bound(found: AreaEffect, indicator: Indicator, lang: str) -> str:
    bound = found.placebo.equivalence_bound
    if not math.isfinite(bound):
        return phrase("effect.no_bound", lang)
    return phrase("effect.bound", lang, bound=format_gap(bound, indicator, lang, indicator.decimals + 1))
