"""The sentences of the page about the twenty focus areas: strengths first, every place with the places that chance allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.focus_field import FocusField
from lwo_analysis.indicators.focus_peers import Peers
from lwo_analysis.indicators.matching import MatchedAreas
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.focus_areas import GOOD_BALANCE, field_name, field_word
from lwo_analysis.present.prose import format_number
from lwo_analysis.present.units import format_value

HEADLINE_PLACES = 2


def focus_claims(
    field: FocusField,
    indicator: Indicator,
    places: pd.DataFrame,
    peers: Peers,
    matched: MatchedAreas | None,
    indicators: Mapping[str, Indicator],
    lang: str,
) -> Claims:
    """Return the sentences: the places, best first, the chosen topic, who looks alike, and whether the area stands apart."""
    known = places[places["rank"].notna()]
    placed = [
        _place_claim(field, row, indicators[row.indicator_id], lang, headline=number < HEADLINE_PLACES)
        for number, row in enumerate(known.itertuples())
    ]
    unplaced = places[places["rank"].isna() & places["indicator_id"].eq(indicator.id)]
    without = [_no_place_claim(field, row, indicators[row.indicator_id], lang) for row in unplaced.itertuples()]
    outside = [] if matched is None else [_outside_claim(field, matched, indicators, lang)]
    alike = [_peers_claim(field, peers, lang), _apart_claim(field, peers, lang)]
    return Claims((*placed, _level_claim(field, indicator, lang), *without, *alike, *outside))


def _level_claim(field: FocusField, indicator: Indicator, lang: str) -> Claim:
    figures = field.of_indicator(indicator.id)
    others = figures.loc[[name for name in field.members[1:] if name in figures.index], "value"].dropna().astype(float)
    own = figures.loc[field.area_id]
    name = indicator.name(lang)
    words = {
        "name": phrase("modelled.name", lang, name=name) if own["origin"] == "modelled" else name,
        "area": field_name(field.area_id, lang),
        "value": format_value(float(own["value"]), indicator, lang),
        "year": field.year,
        "n": len(others),
        "field": field_word(field, lang),
        "others": format_value(float(others.mean()), indicator, lang),
    }
    facts: dict[str, Any] = {"value": float(own["value"]), "compare_value": float(others.mean()), "unit": indicator.unit}
    return _claim(f"level-{indicator.id}", "level", field, indicator.id, words, lang, **facts)


def _place_claim(field: FocusField, row: Any, indicator: Indicator, lang: str, *, headline: bool) -> Claim:
    words = {
        "name": indicator.name(lang),
        "area": field_name(field.area_id, lang),
        "rank": format_number(row.rank, lang, 0),
        "n": row.members,
        "field": field_word(field, lang),
        "year": field.year,
    }
    is_sure = row.lower == row.upper
    ends = {} if is_sure else {"lower": format_number(row.lower, lang, 0), "upper": format_number(row.upper, lang, 0)}
    facts: dict[str, Any] = {"value": row.rank, "lower": row.lower, "upper": row.upper, "unit": "place", "headline": headline}
    kind = "sure_place" if is_sure else "place"
    return _claim(f"place-{indicator.id}", kind, field, indicator.id, words | ends, lang, **facts)


def _no_place_claim(field: FocusField, row: Any, indicator: Indicator, lang: str) -> Claim:
    words = {"name": indicator.name(lang), "area": field_name(field.area_id, lang)}
    return _claim(f"no-place-{indicator.id}", "no_place", field, indicator.id, words, lang, question=Question.CHANGE)


def _peers_claim(field: FocusField, peers: Peers, lang: str) -> Claim:
    names = [field_name(name, lang) for name in peers.table["area_id"]]
    words = {
        "area": field_name(field.area_id, lang),
        "first": names[0],
        "second": names[1],
        "third": names[2],
        "field": field_word(field, lang),
        "count": len(peers.topics) + 1,
        "stays": int(peers.table["stays"].iloc[0]),
        "repetitions": peers.repetitions,
        "year": field.year,
    }
    facts = {"value": float(peers.table["distance"].iloc[0]), "unit": "sd", "compare": peers.table["area_id"].iloc[0]}
    return _claim("peers", "peers", field, "all", words, lang, **facts)


def _apart_claim(field: FocusField, peers: Peers, lang: str) -> Claim:
    own = float(peers.nearest[field.area_id])
    further, others = int((peers.nearest > own).sum()), len(peers.nearest) - 1
    kind = "apart" if further == 0 else "not_apart" if own <= float(peers.nearest.median()) else "rather_apart"
    words = {"area": field_name(field.area_id, lang), "others": others, "year": field.year, "field": field_word(field, lang)}
    counted = {} if kind == "apart" else {"further": further}
    return _claim("apart", kind, field, "all", words | counted, lang, value=float(further), unit="areas")


def _outside_claim(field: FocusField, matched: MatchedAreas, indicators: Mapping[str, Indicator], lang: str) -> Claim:
    after = matched.balance["difference_after"]
    topic = str(after.abs().idxmax())
    words = {
        "area": field_name(field.area_id, lang),
        "pool": format_number(matched.n_pool, lang, 0),
        "year": field.year,
    }
    is_close = matched.largest_difference <= GOOD_BALANCE
    name = indicators[topic].name(lang) if topic in indicators else phrase("focus.residents_log", lang)
    named = {} if is_close else {"topic": name, "difference": format_number(abs(float(after[topic])), lang, 1)}
    facts: dict[str, Any] = {"value": matched.largest_difference, "unit": "sd"}
    return _claim("outside", "outside" if is_close else "no_outside", field, "all", words | named, lang, **facts)


def _claim(
    name: str,
    template: str,
    field: FocusField,
    indicator_id: str,
    words: Mapping[str, object],
    lang: str,
    *,
    question: Question = Question.LEVEL,
    **facts: Any,
) -> Claim:
    badge = decide_badge(Evidence(question, reliable_level=True))
    used = field.figures if indicator_id == "all" else field.of_indicator(indicator_id)
    # Likeness is measured on registered shares, so model shares of the same year are not behind it.
    used = used[used["origin"].isin(field.register_origins)] if indicator_id == "all" else used
    return make_claim(
        name.replace("_", "-"),
        f"claim.{badge}.focus_{template}",
        lang=lang,
        badge=badge,
        indicator=indicator_id,
        area=field.area_id,
        origins=set(used["origin"].dropna()),
        sources=tuple(sorted(set(used["source_id"].dropna()))),
        words=words,
        year=field.year,
        **facts,
    )
