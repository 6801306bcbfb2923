"""The one-page evaluation sheet of the home-insulation programme: what can be known, how, and what must be recorded now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.interventions import Text
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.evaluation_sheet import EvaluationSheet, InsulationInputs
from lwo_analysis.indicators.minimal_effects import sample_size_at_threshold
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import format_euro, format_number, format_percent
from lwo_analysis.present.style import COMPARISON, GRID, MARKERS, OWN, figure_style, new_figure
from lwo_analysis.present.tables import Column, Table, make_table

ORIGINS = frozenset({"published"})
SOURCES = ("intervention-register",)
EFFECTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
LISTS = {
    "conditions": "column.condition",
    "register": "column.record",
    "confirm": "column.confirm",
    "designs": "column.design",
}


def insulation_claims(sheet: EvaluationSheet, inputs: InsulationInputs, lang: str) -> Claims:
    """Return the sentences of the sheet: what comparison there is, how large the programme is, and what cannot be said yet."""
    dwellings = format_number(inputs.dwellings, lang, 0)
    effect, needed = sheet.threshold.sample_sizes[1]
    threshold = {
        "needed": format_number(needed, lang, 0),
        "effect": format_number(effect, lang, 1),
        "dwellings": dwellings,
    }
    share = {
        "dwellings": dwellings,
        "four": format_percent(sheet.share_of_four.points, lang),
        "five": format_percent(sheet.share_of_stock.points, lang),
        "sum": sheet.share_of_four.arithmetic(lang),
    }
    yearly = 100 * sheet.yearly_share_of_four
    added = {"share": format_percent(yearly, lang)}
    return Claims(
        (
            _claim("comparison", "insulation_comparison", lang, _comparison_words(sheet, lang), compare=sheet.comparison_area),
            _claim("share", "insulation_share", lang, share, value=sheet.share_of_four.points, unit="percent"),
            _claim("yearly", "insulation_yearly", lang, added, value=yearly, unit="percent"),
            _claim("threshold", "insulation_threshold", lang, threshold, value=float(needed), unit="dwellings"),
            _effect_claim(sheet, lang),
        )
    )


def facts_table(sheet: EvaluationSheet, inputs: InsulationInputs, lang: str) -> Table:
    """Return the numbers that the sheet is made from, shares with their sum."""
    years = phrase("insulation.years_text", lang, first=inputs.first_year, last=inputs.last_year)
    facts = {
        "areas": ", ".join(area(place).name(lang) for place in sheet.treated_areas),
        "comparison": area(sheet.comparison_area).name(lang),
        "dwellings": format_number(inputs.dwellings, lang, 0),
        "share_four": _share_with_sum(sheet.share_of_four.arithmetic(lang), sheet.share_of_four.basis, lang),
        "share_five": _share_with_sum(sheet.share_of_stock.arithmetic(lang), sheet.share_of_stock.basis, lang),
        "years": years,
        "per_year": format_percent(100 * sheet.yearly_share_of_four, lang),
        "limit": format_euro(sheet.threshold.limit_eur, lang),
        "take_up": format_percent(100 * sheet.threshold.take_up, lang, 0),
    }
    rows = pd.DataFrame({"fact": [phrase(f"insulation.{name}", lang) for name in facts], "value": list(facts.values())})
    return make_table(
        rows,
        caption=phrase("insulation.facts", lang),
        columns={"fact": phrase("column.fact", lang), "value": Column(phrase("column.value", lang), kind="text")},
        origins=ORIGINS,
        lang=lang,
        row_header="fact",
    )


def list_table(name: str, texts: tuple[Text, ...], lang: str) -> Table:
    """Return a numbered list as a table.

    Parameters
    ----------
    name : str
        One of `LISTS`: what is listed.
    texts : tuple of Text
        The entries, in order.
    lang : str
        `nl` or `en`.
    """
    rows = pd.DataFrame({"number": range(1, len(texts) + 1), "text": [text.in_language(lang) for text in texts]})
    return make_table(
        rows,
        caption=phrase(f"insulation.{name}", lang),
        columns={"number": Column(phrase("column.number", lang), kind="year"), "text": phrase(LISTS[name], lang)},
        origins=ORIGINS,
        lang=lang,
        row_header="text",
    )


def threshold_figure(sheet: EvaluationSheet, inputs: InsulationInputs, lang: str) -> Figure:
    """Return how many dwellings around the limit it takes to see a difference of each size."""
    needed = np.array([sample_size_at_threshold(effect, take_up=sheet.threshold.take_up) for effect in EFFECTS])
    dwellings = format_number(inputs.dwellings, lang, 0)
    take_up = format_percent(100 * sheet.threshold.take_up, lang, 0)
    return make_figure(
        lambda width: _draw_threshold(needed, inputs.dwellings, lang, width),
        alt=phrase(
            "insulation.alt",
            lang,
            small=format_number(EFFECTS[0], lang, 1),
            many=format_number(needed[0], lang, 0),
            large=format_number(EFFECTS[-1], lang, 1),
            few=format_number(needed[-1], lang, 0),
            dwellings=dwellings,
            smallest=format_number(sheet.threshold.whole_programme_mde, lang, 2),
        ),
        caption=phrase("insulation.figure", lang, take_up=take_up),
        data=pd.DataFrame({"effect": [format_number(effect, lang, 2) for effect in EFFECTS], "needed": needed}),
        columns={"effect": phrase("column.effect_size", lang), "needed": phrase("column.dwellings_needed", lang)},
        origins=ORIGINS,
        lang=lang,
    )


def _draw_threshold(needed: np.ndarray, dwellings: int, lang: str, width: float) -> Drawing:
    with figure_style():
        figure, axes = new_figure(width, 3.4)
        axes.grid(axis="y", color=GRID)
        axes.plot(EFFECTS, needed, f"{MARKERS[OWN]}-", color=OWN, markersize=6)
        axes.axhline(dwellings, color=COMPARISON, linewidth=1.5, linestyle="--")
        said = phrase("insulation.whole_programme", lang, count=format_number(dwellings, lang, 0))
        axes.annotate(said, (EFFECTS[0], dwellings), xytext=(0, -5), textcoords="offset points", va="top", color=COMPARISON)
        axes.set_xticks(EFFECTS[::2], [format_number(effect, lang, 1) for effect in EFFECTS[::2]])
        axes.yaxis.set_major_formatter(lambda value, _: format_number(value, lang, 0))
        axes.set_ylim(bottom=0)
        axes.set_xlabel(phrase("insulation.axis_effect", lang))
        axes.set_ylabel(phrase("insulation.axis_dwellings", lang))
    return figure


def _comparison_words(sheet: EvaluationSheet, lang: str) -> dict[str, str]:
    return {"comparison": area(sheet.comparison_area).name(lang), "limit": format_euro(sheet.threshold.limit_eur, lang)}


def _share_with_sum(arithmetic: str, basis: Text | None, lang: str) -> str:
    return f"{arithmetic} ({basis.in_language(lang)})" if basis else arithmetic


def _effect_claim(sheet: EvaluationSheet, lang: str) -> Claim:
    badge = decide_badge(Evidence(Question.EFFECT, reliable_level=True))
    words = {"reason": sheet.verdict.in_language(lang)}
    return _claim("gas-use", "insulation_effect", lang, words, badge=badge, indicator="gas_use")


def _claim(name: str, template: str, lang: str, words: dict[str, str], **facts: Any) -> Claim:
    badge = facts.pop("badge", decide_badge(Evidence(Question.LEVEL, reliable_level=True)))
    common = {"indicator": "all", "area": "lwo", "origins": ORIGINS, "sources": SOURCES, **facts}
    return make_claim(f"insulation-{name}", f"claim.{badge}.{template}", lang=lang, badge=badge, words=words, **common)
