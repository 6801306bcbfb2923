"""Passports: one page per indicator that says what it is, from which cells, by which code, and who is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from lwo_analysis.catalogue.areas import Area, areas, region_codes
from lwo_analysis.catalogue.indicators import Indicator, Measure, indicators, measures
from lwo_analysis.catalogue.phrases import load_phrases, phrase
from lwo_analysis.catalogue.sources import Source, sources
from lwo_analysis.errors import CatalogueError
from lwo_analysis.present.provenance_note import licence_name
from lwo_analysis.present.tables import reason_word
from lwo_analysis.present.units import format_value
from lwo_analysis.publish.blocks import facts_list, plain_table, say, section
from lwo_analysis.publish.code_places import place_of
from lwo_analysis.publish.frame import SitePage
from lwo_analysis.publish.records import RenderedPage
from lwo_analysis.publish.selection import Said, real_pages
from lwo_analysis.publish.trace import PASSPORTS, cell_id, code_html, has_passport

MAKER = ("lwo_analysis/indicators/construct.py", "parts_of_indicator")


def passport_pages(pages: Sequence[RenderedPage], lang: str) -> list[SitePage]:
    """Return the passport of every indicator that a claim is about, on demo pages too; the same ones in each language."""
    used = {claim["indicator"] for page in pages for claim in page.claims if has_passport(claim)}
    said = [Said(claim, page) for page in real_pages(pages, lang) for claim in page.claims]
    return [_passport(indicators()[id], [each for each in said if each.claim["indicator"] == id], lang) for id in sorted(used)]


def cells_of(area_id: str, year: int | None, source_id: str) -> tuple[str, int | None, tuple[str, ...]]:
    """Return the table, the boundary year and the CBS codes from which the figure of an area and a year came.

    Parameters
    ----------
    area_id : str
        An id of catalogue/areas.yml.
    year : int or None
        Reference year of the figure; None when the source gives none.
    source_id : str
        An id of catalogue/sources.yml.

    Returns
    -------
    tuple of (str, int or None, tuple of str)
        Empty table and codes when the source has no table of that year, and no codes when it is not delivered by region.

    Examples
    --------
    >>> cells_of("oud-oost", 2020, "kwb")
    ('84799NED', 2020, ('WK008020',))
    """
    origin = sources()[source_id]
    table = next((name for name in origin.tables if year is None or year in origin.years_of(name)), "")
    if not table or origin.boundaries is None or area_id not in areas():
        return table, None, ()
    boundary = origin.boundary_year(table)
    try:
        return table, boundary, _codes(areas()[area_id], boundary)
    except CatalogueError:  # an area whose outline is known in other years only
        return table, boundary, ()


def _codes(area: Area, year: int) -> tuple[str, ...]:
    own = region_codes(area.id, year)
    parts = [*([area.whole] if area.whole else []), *area.parts, *area.mean_of]
    return (*own, *(code for part in parts for code in _codes(areas()[part], year)))


def _passport(indicator: Indicator, said: Sequence[Said], lang: str) -> SitePage:
    parts = {
        "what": ("passport.what", _what(indicator, lang)),
        "formula": ("passport.formula", _formula(indicator, lang)),
        "cells": ("passport.cells", _cells(indicator, said, lang)),
        "sources": ("passport.sources", _sources(said, lang)),
        "code": ("passport.code", _code(indicator, said, lang)),
        "limits": ("passport.limits", _limits(indicator, said, lang)),
    }
    body = "".join(section(id, phrase(key, lang), content) for id, (key, content) in parts.items() if content)
    return SitePage(
        f"{PASSPORTS}/{indicator.id.replace('_', '-')}",
        lang,
        phrase("passport.title", lang, name=indicator.name(lang)),
        indicator.definition(lang),
        body,
        trail=((phrase("nav.data", lang), "data" if lang == "nl" else f"data-{lang}"),),
    )


def _what(indicator: Indicator, lang: str) -> str:
    facts = {
        phrase("passport.pillar", lang): say(f"pillar.{indicator.pillar}", lang),
        phrase("passport.unit", lang): _unit(indicator, lang),
        phrase("passport.direction", lang): say(f"direction.{indicator.direction}", lang),
        phrase("passport.level", lang): say(f"level.{indicator.level}", lang),
        phrase("passport.id", lang): f"<code>{indicator.id}</code>",
    }
    return facts_list(facts)


def _unit(indicator: Indicator, lang: str) -> str:
    key = f"unit_name.{indicator.unit}"
    return say(key, lang) if key in load_phrases() else escape(phrase(f"unit.{indicator.unit}", lang, value="").strip())


def _formula(indicator: Indicator, lang: str) -> str:
    return f"<p>{_formula_text(indicator, lang)}.</p>{_measures(indicator, lang)}"


def _formula_text(indicator: Indicator, lang: str) -> str:
    names = {part: _names(getattr(indicator, part)) for part in ("numerator", "denominator", "weight")}
    if indicator.mean:
        return phrase("passport.formula_mean", lang, mean=_names((indicator.mean,)), weight=names["weight"])
    if not indicator.numerator:
        return say("passport.formula_none", lang).rstrip(".")
    if not indicator.denominator:
        return phrase("passport.formula_sum", lang, numerator=names["numerator"])
    fraction = {"numerator": names["numerator"], "denominator": names["denominator"], "scale": f"{indicator.scale:g}"}
    return phrase("passport.formula_text", lang, **fraction)


def _names(ids: Iterable[str]) -> str:
    return " + ".join(f"<code>{escape(id)}</code>" for id in ids)


def _measures(indicator: Indicator, lang: str) -> str:
    used = [measure for measure in measures().values() if measure.name in indicator.used_measures]
    if not used:
        return ""
    keys = ("passport.measure", "data.source", "passport.column", "passport.group", "passport.unit", "passport.filter")
    head = [phrase(key, lang) for key in keys]
    return plain_table(phrase("passport.measures", lang), head, [_measure_row(measure, lang) for measure in used])


def _measure_row(measure: Measure, lang: str) -> list[str]:
    none = say("passport.none", lang)
    where = ", ".join(f"{key} = {value}" for key, value in measure.where.items())
    names = ", ".join((measure.stem, *measure.other_stems))
    plain = (sources()[measure.table].title(lang), names, measure.group, measure.unit, where)
    return [f"<code>{escape(measure.id)}</code>", *(escape(text) or none for text in plain)]


def _cells(indicator: Indicator, said: Sequence[Said], lang: str) -> str:
    first = {cell_id(each.claim): each for each in reversed(said)}
    if not first:
        return f"<p>{say('passport.cells_none', lang)}</p>"
    keys = ("column.area", "column.year", "column.value", "passport.status", "passport.table", "passport.boundaries")
    head = [phrase(key, lang) for key in (*keys, "passport.codes", "passport.shown_on")]
    ordered = sorted(first.items())
    rows = [_cell_row(indicator, each, lang) for _, each in ordered]
    return plain_table(phrase("passport.cells_caption", lang), head, rows, [id for id, _ in ordered])


def _cell_row(indicator: Indicator, said: Said, lang: str) -> list[str]:
    claim = said.claim
    named = [name for name in claim["sources"] if name in sources()]
    found = [cells_of(claim["area"], claim["year"], name) for name in named]
    tables = ", ".join(table or sources()[name].title(lang) for (table, _, _), name in zip(found, named, strict=True))
    boundaries = ", ".join(str(year) for _, year, _ in found if year)
    codes = ", ".join(dict.fromkeys(code for _, _, own in found for code in own))
    place = f'<a href="../{said.page.slug}.html#claim-{escape(claim["id"])}">{escape(said.page.title)}</a>'
    texts = (_value(indicator, claim, lang), _status(claim["status"], lang), tables, boundaries, codes)
    area = areas()[claim["area"]].name(lang) if claim["area"] in areas() else claim["area"]
    year = str(claim["year"] or phrase("passport.no_year", lang))
    return [escape(area), escape(year), *(escape(text) or say("passport.none", lang) for text in texts), place]


def _status(status: str, lang: str) -> str:
    key = f"status.{status}"
    return phrase(key, lang) if key in load_phrases() else reason_word(status, lang)


def _value(indicator: Indicator, claim: Mapping[str, Any], lang: str) -> str:
    if claim["value"] is None or claim["unit"] != indicator.unit:
        return ""
    return format_value(claim["value"], indicator, lang)


def _sources(said: Sequence[Said], lang: str) -> str:
    named = {name for each in said for name in each.claim["sources"]}
    inputs = {item["id"]: item for each in said for item in each.page.provenance["inputs"] if _is_of(item["id"], named)}
    return sources_table([inputs[id] for id in sorted(inputs)], lang) if inputs else ""


def sources_table(inputs: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Return the inputs of pages as a table: title, provider, edition, day of retrieval, licence, checksum."""
    keys = ("data.source", "data.provider", "data.vintage", "data.retrieved", "data.licence", "provenance.checksum")
    rows = [_source_row(item, lang) for item in inputs]
    return plain_table(phrase("data.sources_caption", lang), [phrase(key, lang) for key in keys], rows)


def _source_row(item: Mapping[str, Any], lang: str) -> list[str]:
    facts = [_short(str(item[name])) for name in ("title", "provider", "vintage", "retrieved")]
    shown = [escape(text) or say("passport.none", lang) for text in (*facts, licence_name(item["licence"], lang))]
    checksum = f"<code>{item['sha256'][:12]}</code>" if item["sha256"] else say("passport.none", lang)
    return [*shown, checksum]


def _short(text: str) -> str:
    """Return a moment as its day; any other text as it is."""
    return text[:10] if len(text) > 10 and text[10] == "T" and text[:4].isdigit() else text


def _is_of(input_id: str, named: set[str]) -> bool:
    return any(input_id == name or input_id.startswith(f"{name}-") for name in named)


def _code(indicator: Indicator, said: Sequence[Said], lang: str) -> str:
    modules = sorted({sources()[name].module for each in said for name in each.claim["sources"] if name in sources()})
    read = [code_html(code, "passport.code_read", lang) for code in map(place_of, map(_reader, modules)) if code]
    made = [code_html(place_of(MAKER), "passport.code_made", lang)] if indicator.used_measures else []
    spoken = sorted({each.claim["code"] for each in said if each.claim["code"]})
    items = [*read, *made, *(code_html(code, "passport.code_said", lang) for code in spoken)]
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""


def _reader(module: str) -> tuple[str, str]:
    return (f"lwo_analysis/sources/{module}.py", "")


def _limits(indicator: Indicator, said: Sequence[Said], lang: str) -> str:
    origins = sorted({origin for each in said for origin in each.claim["origins"]})
    used = [sources()[name] for name in sorted({name for each in said for name in each.claim["sources"]}) if name in sources()]
    lines = [
        phrase("passport.rounding", lang, decimals=indicator.decimals),
        *(_rounding(origin, lang) for origin in used if origin.rounding),
        *(phrase(f"who_is_missing.{origin}", lang) for origin in origins),
    ]
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _rounding(origin: Source, lang: str) -> str:
    return phrase("passport.rounding_source", lang, source=origin.title(lang), persons=origin.rounding)
