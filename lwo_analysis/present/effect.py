"""The page about effect or chance: what was expected, what was fixed beforehand, what was found, and how sure it is."""

from __future__ import annotations

import math

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.effects.area_effect import ANNOUNCED, AreaEffect, effect_design
from lwo_analysis.present.effect_claims import signed_gap
from lwo_analysis.present.prose import Prose, Title, format_p_value, make_prose, make_title
from lwo_analysis.present.tables import Table, make_table
from lwo_analysis.present.units import format_gap

PRIORS = ("restructuring", "social", "health", "school", "insulation")
"""What earlier programmes led to; printed before anything is estimated."""


def effect_title(area_id: str, indicator: Indicator, start_year: int, lang: str) -> Title:
    """Return the title, with everything in which two pages can differ."""
    return make_title("effect.title", lang, area=area(area_id).name(lang), indicator=indicator.name(lang), start=start_year)


def priors_prose(start_year: int, lang: str) -> Prose:
    """Return what earlier programmes led to, and what the chosen start means."""
    start = "effect.pretended_start" if start_year < ANNOUNCED else "effect.real_start"
    return make_prose([*(f"effect.prior_{name}" for name in PRIORS), start], lang)


def design_table(panel: pd.DataFrame, lang: str) -> Table:
    """Return what is fixed before estimating, with the identity of the design; nothing here depends on an estimate."""
    design, years = effect_design(panel), panel["year"]
    start, last = int(panel["start_year"].min()), int(years.max())
    before = int(years[years < start].nunique())
    values = {
        "question": phrase("effect.design_question_text", lang, first_after=start, last=last),
        "treated": ", ".join(area(name).name(lang) for name in design.treated),
        "others": str(panel["area_id"].nunique() - len(design.treated)),
        "years": phrase("effect.design_years_text", lang, first=int(years.min()), last=last, before=before),
        "weights": phrase("effect.design_weights_text", lang),
        "id": design.id,
    }
    rows = pd.DataFrame(
        [(phrase(f"effect.design_{name}", lang), value) for name, value in values.items()], columns=["choice", "value"]
    )
    columns = {"choice": phrase("effect.column_choice", lang), "value": phrase("effect.column_value", lang)}
    return _text_table(rows, phrase("effect.design", lang), columns, panel, lang)


def checks_table(found: AreaEffect, indicator: Indicator, lang: str) -> Table:
    """Return what was checked: the years before, pretended starts, what could have been seen, and what is possible at most."""
    outcomes = {
        "drift": found.drift.sentence(lang),
        "pretended": found.pretended.sentence(lang),
        "see": _seen_from(found, indicator, lang),
        "ceiling": _ceiling(found, indicator, lang),
    }
    rows = pd.DataFrame(
        [(phrase(f"effect.check_{name}", lang), text) for name, text in outcomes.items()], columns=["check", "outcome"]
    )
    columns = {"check": phrase("effect.column_check", lang), "outcome": phrase("column.outcome", lang)}
    return _text_table(rows, phrase("effect.checks", lang), columns, found.panel, lang)


def estimate_table(found: AreaEffect, indicator: Indicator, lang: str) -> Table:
    """Return the estimate with its interval, the second estimator, what could be found, what is possible, and the truth."""
    lower, upper = found.result.interval
    bound, mde = found.placebo.equivalence_bound, found.power.minimal_effect
    is_closed = math.isfinite(lower) and math.isfinite(upper)
    ends = {"lower": signed_gap(lower, indicator, lang), "upper": signed_gap(upper, indicator, lang)} if is_closed else {}
    unknown = phrase("effect.unknown", lang)
    values = {
        "estimate": signed_gap(found.result.estimate, indicator, lang),
        "interval": phrase("effect.interval", lang, **ends) if is_closed else phrase("effect.no_interval", lang),
        "p": format_p_value(found.result.p_value, lang),
        "synthetic": signed_gap(found.synthetic.estimate, indicator, lang),
        "mde": _size(mde, indicator, lang) if math.isfinite(mde) else phrase("effect.see_none", lang),
        "ceiling": unknown if found.ceiling is None else _size(found.ceiling, indicator, lang),
        "bound": _size(bound, indicator, lang) if math.isfinite(bound) else unknown,
        **({} if found.truth is None else {"truth": signed_gap(found.truth, indicator, lang)}),
    }
    rows = pd.DataFrame([(phrase(f"effect.row_{name}", lang), text) for name, text in values.items()], columns=["what", "value"])
    columns = {"what": phrase("effect.column_what", lang), "value": phrase("effect.column_value", lang)}
    return _text_table(rows, phrase("effect.estimate", lang), columns, found.panel, lang)


def verdict_table(found: AreaEffect, lang: str) -> Table:
    """Return the grade of the comparison and the notes beside it."""
    notes = found.verdict.table()
    rows = pd.DataFrame(
        {
            "topic": [phrase(f"effect.topic_{name}", lang) for name in notes["topic"]],
            "status": [
                status if topic == "grade" else phrase(f"effect.status_{status}", lang)
                for topic, status in zip(notes["topic"], notes["status"], strict=True)
            ],
            "why": notes[lang],
        }
    )
    columns = {
        "topic": phrase("effect.column_topic", lang),
        "status": phrase("effect.column_status", lang),
        "why": phrase("column.why", lang),
    }
    return _text_table(rows, phrase("effect.verdict", lang, grade=found.verdict.grade), columns, found.panel, lang)


def _text_table(rows: pd.DataFrame, caption: str, columns: dict[str, str], panel: pd.DataFrame, lang: str) -> Table:
    return make_table(
        rows, caption=caption, columns=columns, origins=set(panel["origin"]), lang=lang, row_header=str(rows.columns[0])
    )


def _size(value: float, indicator: Indicator, lang: str) -> str:
    return format_gap(value, indicator, lang, indicator.decimals + 1)


def _seen_from(found: AreaEffect, indicator: Indicator, lang: str) -> str:
    if not math.isfinite(found.power.minimal_effect):
        return phrase("effect.see_none", lang)
    return phrase("effect.see_some", lang, mde=_size(found.power.minimal_effect, indicator, lang))


def _ceiling(found: AreaEffect, indicator: Indicator, lang: str) -> str:
    if found.is_pretended or found.ceiling is None:
        return phrase("effect.ceiling_pretended" if found.is_pretended else "effect.ceiling_unknown", lang)
    kind = "effect.ceiling_register" if found.truth is None else "effect.ceiling_gap"
    return phrase(kind, lang, ceiling=_size(found.ceiling, indicator, lang))
