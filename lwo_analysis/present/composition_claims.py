"""The sentences of the page about who lives in an area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.phrases import load_phrases, phrase
from lwo_analysis.indicators.composition import CompositionBounds
from lwo_analysis.indicators.resident_change import NoChange, ResidentChange
from lwo_analysis.indicators.uncertainty import Interval
from lwo_analysis.present.badges import Badge, Evidence, Question, reason_undetermined
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.composition_page import Residents
from lwo_analysis.present.pairs import is_within_chance, pair_claim
from lwo_analysis.present.units import format_gap, format_signed_gap

HEADLINES = 2


def composition_claims(residents: Residents, lang: str) -> Claims:
    """Return the sentences: how the make-up differs from the first comparison, largest first, then the change of the topic."""
    gaps = residents.comparison.gaps
    first = gaps[gaps["compare_id"].eq(gaps["compare_id"].iloc[0]) & gaps["gap"].notna()]
    clear = first[[not is_within_chance(row) for row in first.itertuples()]]
    ordered = (clear if len(clear) else first).assign(size=lambda rows: rows["gap"].abs()).sort_values("size", ascending=False)
    levels = residents.comparison.levels
    profile = [
        pair_claim(row, levels, residents.profile[row.indicator_id], lang, headline=place < HEADLINES)
        for place, row in enumerate(ordered.itertuples())
    ]
    return Claims((*profile, *_change_claims(residents, lang)))


def _change_claims(residents: Residents, lang: str) -> list[Claim]:
    change = residents.change
    if isinstance(change, NoChange):
        return [_no_change_claim(residents, phrase(f"composition.reason.{change.reason}", lang), lang)]
    if change.interval is None:
        return [_no_change_claim(residents, phrase("composition.reason.no_interval", lang), lang)]
    if reason := reason_undetermined(_evidence(change, change.interval)):
        return [_no_change_claim(residents, phrase(reason, lang), lang)]
    parts = [_parts_claim(residents, change, change.interval, change.country_id, lang)] if change.country_id else []
    return [*parts, *([_movers_claim(residents, change, change.bounds, lang)] if change.bounds else [])]


def _evidence(change: ResidentChange, interval: Interval) -> Evidence:
    margin = float(interval.upper - interval.lower) / 2
    return Evidence(Question.CHANGE, True, change.measurements, change.end - change.start, margin)


def _parts_claim(residents: Residents, change: ResidentChange, interval: Interval, country_id: str, lang: str) -> Claim:
    topic = residents.topic
    parts = {name: getattr(change.parts, name) for name in ("national", "city", "remainder", "total")}
    texts = {name: format_signed_gap(value, topic, lang) for name, value in parts.items()}
    city = phrase("composition.no_city_part", lang)
    if change.city_id:
        city = phrase("composition.city_part", lang, city=area(change.city_id).name(lang), part=texts["city"])
    words = {
        "first": change.first_year,
        "last": change.last_year,
        "total": format_gap(parts["total"], topic, lang),
        "national": texts["national"],
        "country": area(country_id).name(lang),
        "city_part": city,
        "rest": texts["remainder"],
    }
    facts = {"value": parts["total"], "lower": float(interval.lower), "upper": float(interval.upper)}
    template = f"claim.signal.composition_{'rise' if parts['total'] > 0 else 'fall'}"
    return _claim("change", template, Badge.SIGNAL, residents, lang, words, facts)


def _movers_claim(residents: Residents, change: ResidentChange, bounds: CompositionBounds, lang: str) -> Claim:
    topic, total = residents.topic, change.end - change.start
    low, high = (format_signed_gap(topic.scale * end, topic, lang) for end in bounds.plausible)
    words = {
        "low": low,
        "high": high,
        "total": format_signed_gap(total, topic, lang),
        "unexplained": format_gap(topic.scale * bounds.unexplained, topic, lang),
    }
    facts = {"value": total, "lower": topic.scale * bounds.plausible[0], "upper": topic.scale * bounds.plausible[1]}
    if bounds.movers_could_explain_all:
        template, badge = "claim.undetermined.movers_could_explain", Badge.UNDETERMINED
    else:
        template, badge = f"claim.signal.beyond_movers_{'rise' if total > 0 else 'fall'}", Badge.SIGNAL
    return _claim("movers", template, badge, residents, lang, words, facts)


def _no_change_claim(residents: Residents, reason: str, lang: str) -> Claim:
    words = {"reason": reason}
    return _claim("change", "claim.undetermined.resident_change", Badge.UNDETERMINED, residents, lang, words, {})


def _claim(
    name: str,
    template: str,
    badge: Badge,
    residents: Residents,
    lang: str,
    words: Mapping[str, object],
    facts: Mapping[str, Any],
) -> Claim:
    topic, found = residents.topic, residents.used
    own = found[found["indicator_id"].eq(topic.id)]
    rows = own if len(own) else found
    known = dict(words) | {"area": area(residents.area_id).name(lang), "name": topic.name(lang)}
    return make_claim(
        f"{name}-{topic.id}".replace("_", "-"),
        template,
        lang=lang,
        badge=badge,
        indicator=topic.id,
        area=residents.area_id,
        origins=set(rows["origin"]),
        sources=sorted(set(rows["source_id"])),
        words={key: known[key] for key in load_phrases()[template].placeholders},
        unit="points" if topic.unit == "percent" else topic.unit,
        year=None if isinstance(residents.change, NoChange) else residents.change.last_year,
        **facts,
    )
