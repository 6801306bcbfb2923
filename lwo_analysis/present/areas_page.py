"""The page about areas: what a place is made of, its codes per range of years, which codes were recycled, and a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from lwo_analysis.catalogue.areas import area, areas
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.area_codes import RESIDENTS, AreaFacts
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.pairs import residents_claims
from lwo_analysis.present.prose import Prose, Title, format_number, make_prose, make_title
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.sources.geometry import Outlines

SOURCE_ID = "areas"
ORIGINS = frozenset({"published"})
MOST_LISTED = 6
PROVENANCE_COLUMNS = ("source_id", "vintage", "year", "origin", "indicator_id", "value", "n")


def area_title(facts: AreaFacts, lang: str) -> Title:
    """Return the title of the page."""
    return make_title("areas.title", lang, area=area(facts.area_id).name(lang))


def area_card(facts: AreaFacts, origins: frozenset[str], lang: str) -> Table:
    """Return the card of the area: what it is, how it is made, its codes, whether it is a focus area, and its residents."""
    place = area(facts.area_id)
    roles = set(facts.parts["role"])
    made = "taken_away" if "taken_away" in roles else roles.pop()
    rows = [
        (phrase("areas.card.kind", lang), phrase(f"areas.kind.{place.kind}", lang)),
        (phrase("areas.card.made", lang), phrase(f"areas.made.{made}", lang)),
        (phrase("areas.card.codes", lang, year=facts.year), _codes_word(facts, lang)),
        (phrase("areas.card.focus", lang), _focus_word(facts, lang)),
        (phrase("areas.card.residents", lang), _residents_word(facts, lang)),
    ]
    return make_table(
        pd.DataFrame(rows, columns=["fact", "what"]).assign(why="unknown"),
        caption=phrase("areas.card", lang, area=place.name(lang)),
        columns={
            "fact": phrase("column.fact", lang),
            "what": Column(phrase("column.card_value", lang), kind="text", reason="why"),
        },
        origins=origins,
        lang=lang,
        row_header="fact",
    )


def codes_table(facts: AreaFacts, lang: str) -> Table:
    """Return per region area and range of years its codes and what they mean."""
    shown = pd.DataFrame(
        {
            "area": [area(row.area_id).name(lang) for row in facts.history.itertuples()],
            "years": [_years(row.first_year, row.last_year, lang) for row in facts.history.itertuples()],
            "codes": [", ".join(row.codes) for row in facts.history.itertuples()],
            "names": [", ".join(row.names) if all(row.names) else None for row in facts.history.itertuples()],
            "role": [phrase(f"areas.role.{'taken_away' if away else 'added'}", lang) for away in facts.history["is_taken_away"]],
            "why": "name_not_listed",
        }
    )
    return make_table(
        shown,
        caption=phrase("areas.codes", lang, area=area(facts.area_id).name(lang)),
        columns={
            "area": phrase("column.area", lang),
            "years": phrase("column.years", lang),
            "codes": phrase("column.codes", lang),
            "names": Column(phrase("column.code_names", lang), kind="text", reason="why"),
            "role": phrase("column.role", lang),
        },
        origins=ORIGINS,
        lang=lang,
        row_header="area",
    )


def reused_table(facts: AreaFacts, lang: str) -> Table | Prose:
    """Return the codes of the area that are of another place in other years; a sentence when our list has none."""
    name = area(facts.area_id).name(lang)
    if facts.reused.empty:
        return make_prose("areas.none_reused", lang, area=name)
    years = [_years(row.other_first, row.other_last, lang) for row in facts.reused.itertuples()]
    return make_table(
        facts.reused.assign(years=years),
        caption=phrase("areas.reused", lang, area=name, year=facts.year),
        columns={
            "code": phrase("column.code", lang),
            "name": phrase("column.name_in_year", lang, year=facts.year),
            "other_name": phrase("column.other_name", lang),
            "years": phrase("column.other_years", lang),
        },
        origins=ORIGINS,
        lang=lang,
        row_header="code",
    )


def mergers_table(facts: AreaFacts, lang: str) -> Table | Prose:
    """Return the changes of ground of the municipality, with the area that is the same before and after; a sentence when none."""
    if not facts.mergers:
        return make_prose("areas.no_mergers", lang, area=area(facts.area_id).name(lang))
    shown = pd.DataFrame(
        [
            {
                "code": merger.code,
                "year": merger.year,
                "gained": _gained(merger.gained),
                "use": area(merger.use).name(lang),
            }
            for merger in facts.mergers
        ]
    )
    return make_table(
        shown,
        caption=phrase("areas.mergers", lang),
        columns={
            "year": Column(phrase("column.merger_year", lang), kind="year"),
            "code": phrase("column.code", lang),
            "gained": phrase("column.gained_from", lang),
            "use": phrase("column.use_instead", lang),
        },
        origins=ORIGINS,
        lang=lang,
        row_header="year",
    )


def parts_table(facts: AreaFacts, origins: frozenset[str], lang: str) -> Table:
    """Return what the area adds up from, with the residents of each part where there are figures."""
    name = area(facts.area_id).name(lang)
    year = facts.residents_year
    shown = facts.parts.assign(
        area=[area(part).name(lang) for part in facts.parts["area_id"]],
        role=[phrase(f"areas.role.{role}", lang) for role in facts.parts["role"]],
        status=facts.parts["status"] if year else "unknown",
    )
    return make_table(
        shown,
        caption=phrase("areas.sum_in_year", lang, area=name, year=year) if year else phrase("areas.sum", lang, area=name),
        columns={
            "area": phrase("column.area", lang),
            "role": phrase("column.role", lang),
            "value": Column(phrase("column.residents", lang), decimals=0, reason="status"),
        },
        origins=origins,
        lang=lang,
        row_header="area",
    )


def buurten_table(facts: AreaFacts, buurten: pd.DataFrame | None, lang: str) -> Table | Prose:
    """Return the buurten of the area by name, without any figure; a sentence when the list of that year was not imported.

    Parameters
    ----------
    buurten : DataFrame or None
        Columns `code, name, wijk_code, wijk_name`, from `run.region_lists.buurten_of`.
    """
    if buurten is None or buurten.empty:
        return make_prose("areas.no_buurten", lang, year=facts.year)
    return make_table(
        buurten,
        caption=phrase("areas.buurten", lang, area=area(facts.area_id).name(lang), year=facts.year),
        columns={
            "name": phrase("column.buurt", lang),
            "code": phrase("column.code", lang),
            "wijk_name": phrase("column.wijk", lang),
        },
        origins=ORIGINS,
        lang=lang,
        row_header="name",
    )


def area_claims(facts: AreaFacts, observations: pd.DataFrame, lang: str) -> Claims:
    """Return the sentences of the page: residents, codes, recycled codes, the focus area, and mergers of the municipality."""
    name = area(facts.area_id).name(lang)
    said = [
        _codes_said(facts, name),
        *_history_said(facts),
        *_reused_said(facts, name),
        *_focus_said(facts, name, lang),
        *_mergers_said(facts, lang),
    ]
    claims = [_claim(facts, key, template, value, words, lang) for key, template, value, words in said]
    return Claims((*_residents_claim(facts, observations, lang), *claims))


def used_rows(facts: AreaFacts, observations: pd.DataFrame, outlines: Sequence[Outlines]) -> pd.DataFrame:
    """Return the sources of what the page shows, for its provenance: residents where there are any, and outlines."""
    shown = observations[
        observations["indicator_id"].eq(RESIDENTS)
        & observations["year"].eq(facts.residents_year or 0)
        & observations["area_id"].isin([facts.area_id, *facts.parts["area_id"]])
    ]
    cards = [(each.card.source_id, each.card.vintage, each.boundary_year, "published") for each in outlines if each.card]
    drawn = pd.DataFrame(cards, columns=list(PROVENANCE_COLUMNS[:4])).reindex(columns=list(PROVENANCE_COLUMNS))
    return pd.concat([shown[list(PROVENANCE_COLUMNS)].astype(object), drawn.astype(object)], ignore_index=True)


def origins_of(used: pd.DataFrame) -> frozenset[str]:
    """Return the origins of the tables that show residents as well as codes."""
    return ORIGINS | frozenset(used["origin"])


def _focus_word(facts: AreaFacts, lang: str) -> str:
    if facts.focus is None:
        return phrase("areas.card.no_focus", lang)
    confidence = phrase(f"areas.confidence.{facts.focus.confidence}", lang)
    return phrase("areas.card.is_focus", lang, name=facts.focus.name, confidence=confidence)


def _residents_word(facts: AreaFacts, lang: str) -> str | None:
    if facts.residents is None:
        return None
    return phrase("areas.card.residents_in", lang, value=format_number(facts.residents, lang, 0), year=facts.residents_year)


def _codes_word(facts: AreaFacts, lang: str) -> str:
    if len(facts.codes) > MOST_LISTED:
        return phrase("areas.card.many", lang, count=len(facts.codes))
    codes = ", ".join(facts.codes)
    return phrase("areas.card.without", lang, codes=codes, count=len(facts.taken_away)) if facts.taken_away else codes


def _codes_said(facts: AreaFacts, name: str) -> tuple[str, str, int, dict[str, object]]:
    total, words = len(facts.codes), {"area": name, "year": facts.year}
    if facts.taken_away:
        return "codes", "area_code_without", total, {**words, "codes": ", ".join(facts.codes), "count": len(facts.taken_away)}
    if total == 1:
        return "codes", "area_code", total, {**words, "code": facts.codes[0]}
    return "codes", "area_codes", total, {**words, "count": total}


def _years(first: int | None, last: int | None, lang: str) -> str:
    words = {name: int(year) for name, year in (("first", first), ("last", last)) if year is not None and pd.notna(year)}
    kind = {0: "always", 2: "between"}.get(len(words), "from" if "first" in words else "until")
    return phrase(f"areas.years.{kind}", lang, **words)


def _gained(parts: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(part["name"] for part in parts)


def _history_said(facts: AreaFacts) -> list[tuple[str, str, int, dict[str, object]]]:
    """Return the number of codes in the other range of years, when the area has been numbered twice."""
    ends = facts.history["last_year"].dropna()
    other = int(ends.max()) if len(ends) and facts.history["last_year"].isna().any() else facts.year
    if other >= facts.year:
        return []
    own = facts.history[~facts.history["is_taken_away"] & facts.history["last_year"].fillna(facts.year).eq(other)]
    count = sum(map(len, own["codes"]))
    return [("history", "area_history", count, {"other": other, "other_count": count})] if count else []


def _reused_said(facts: AreaFacts, name: str) -> list[tuple[str, str, int, dict[str, object]]]:
    count = facts.reused["code"].nunique()
    words = {"area": name, "year": facts.year, "count": count, "total": len(facts.codes)}
    return [("reused", "area_reused", count, words)] if count else []


def _focus_said(facts: AreaFacts, name: str, lang: str) -> list[tuple[str, str, int, dict[str, object]]]:
    if facts.focus is None:
        return []
    is_same = set(facts.focus.summed_regions) == set(facts.codes)
    words: dict[str, object] = {"area": name, "confidence": phrase(f"areas.confidence.{facts.focus.confidence}", lang)}
    template = "area_focus_same" if is_same and area(facts.area_id).kind == "programme" else "area_focus"
    return [("focus", template, len(facts.focus.regions), words)]


def _mergers_said(facts: AreaFacts, lang: str) -> list[tuple[str, str, int, dict[str, object]]]:
    return [
        (
            f"merger-{merger.code.lower()}-{merger.year}",
            "area_merger",
            merger.year,
            {
                "city": _city_name(merger.code, lang),
                "year": merger.year,
                "gained": _gained(merger.gained),
                "use": area(merger.use).name(lang),
            },
        )
        for merger in facts.mergers
    ]


def _city_name(code: str, lang: str) -> str:
    return next(place.name(lang) for place in areas().values() if any(code in span.codes for span in place.regions))


def _residents_claim(facts: AreaFacts, observations: pd.DataFrame, lang: str) -> list[Claim]:
    own = observations[
        observations["area_id"].eq(facts.area_id)
        & observations["indicator_id"].eq(RESIDENTS)
        & observations["year"].eq(facts.residents_year or 0)
        & observations["value"].notna()
    ]
    return residents_claims(own, lang)


def _claim(facts: AreaFacts, key: str, template: str, value: int, words: dict[str, object], lang: str) -> Claim:
    return make_claim(
        f"area-{key}",
        f"claim.description.{template}",
        lang=lang,
        badge=decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
        indicator="all",
        area=facts.area_id,
        origins=ORIGINS,
        sources=(SOURCE_ID,),
        words=words,
        value=float(value),
        unit="year" if template == "area_merger" else "codes",
        year=facts.year,
        headline=not key.startswith("merger"),
    )
