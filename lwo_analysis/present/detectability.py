"""The page about what can be seen: the ceiling of each measure beside the smallest change its measurement can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.interventions import (
    Intervention,
    Measurability,
    Population,
    intervention,
    interventions,
    measurability,
    populations,
)
from lwo_analysis.catalogue.literature import goals
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.detectability import Detectability, DetectabilityRule, judge_goal, one_year_mde
from lwo_analysis.indicators.dose import intervention_ceiling
from lwo_analysis.indicators.minimal_effects import mde_between_waves
from lwo_analysis.indicators.verdicts import Verdict
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.barplot import Segment, draw_stacked_bars
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import Prose, Title, format_number, format_percent, format_points, make_prose, make_title
from lwo_analysis.present.style import CONTEXT, INK, MARKERS, OWN
from lwo_analysis.present.tables import Column, Table, make_table

ORIGINS = frozenset({"published"})
SOURCES = ("intervention-register",)
SURVEY_SIZES = (200, 400, 800, 1500, 3000)
SURVEY_OUTCOME = "good_health"
ALL = "all"


class _Size(NamedTuple):
    """A verdict of which both sizes are known."""

    found: Detectability
    ceiling: float
    mde: float


def outcome_name(indicator_id: str, lang: str) -> str:
    """Return the name of an outcome as it stands inside a sentence."""
    name = indicator(indicator_id).name(lang)
    return name if name[:2].isupper() else f"{name[0].lower()}{name[1:]}"


def chosen_interventions(pillar: str, intervention_id: str = ALL) -> tuple[Intervention, ...]:
    """Return one intervention, those of a pillar, or all of them; those of one pillar stand together.

    Raises
    ------
    CannotAnswerError
        The pillar has no interventions.
    ParameterError
        The intervention belongs to another pillar.
    """
    of_pillar = tuple(entry for entry in interventions().values() if pillar in (ALL, entry.pillar))
    if not of_pillar:
        raise CannotAnswerError("no_interventions", pillar=tuple(phrase(f"pillar.{pillar}", lang) for lang in LANGUAGES))
    chosen = tuple(entry for entry in of_pillar if intervention_id in (ALL, entry.id))
    if not chosen:
        raise ParameterError(
            "intervention",
            expected=f"a measure of pillar {pillar}",
            found=intervention_id,
            remedy="choose pillar all, or that of the measure",
        )
    order = list(dict.fromkeys(entry.pillar for entry in chosen))
    return tuple(sorted(chosen, key=lambda entry: order.index(entry.pillar)))


def detectability_title(pillar: str, lang: str, intervention_id: str = ALL) -> Title:
    """Return the title of the page."""
    if intervention_id != ALL:
        return make_title("detectability.title_intervention", lang, name=intervention(intervention_id).name.in_language(lang))
    if pillar == ALL:
        return make_title("detectability.title_all", lang)
    return make_title("detectability.title_pillar", lang, pillar=phrase(f"pillar.{pillar}", lang))


def format_change(value: float, outcome: Measurability, lang: str) -> str:
    """Return a change of an outcome with its unit: points of a share, events per 1,000, or a part of a mean.

    Examples
    --------
    >>> format_change(0.00063, measurability()["social_assistance_share"], "nl")
    '0,06 procentpunt'
    """
    if outcome.kind == "register_rate":
        return phrase("unit.per_1000", lang, value=format_number(1000 * value, lang, 1))
    if outcome.kind == "register_mean":
        return phrase("detectability.relative", lang, value=format_percent(100 * value, lang, 0))
    return format_points(100 * value, lang, 1 if value >= 0.015 else 2)


def detectability_claims(
    verdicts: Sequence[Detectability], rule: DetectabilityRule, published: pd.DataFrame, lang: str
) -> Claims:
    """Return the sentences: what can be seen, the ceilings that rest on a count, what a survey sees, what is unknown."""
    counts = {name: sum(found.verdict is name for found in verdicts) for name in Verdict}
    words = {
        "total": len(verdicts),
        "visible": counts[Verdict.VISIBLE],
        "years": counts[Verdict.AFTER_YEARS],
        "microdata": counts[Verdict.MICRODATA],
        "qualitative": counts[Verdict.QUALITATIVE],
    }
    provisional = sum(found.provisional for found in verdicts)
    claims = [
        _claim("verdicts", "claim.description.verdict_counts", lang, words, value=counts[Verdict.VISIBLE], unit="combinations")
    ]
    claims += [_ceiling_claim(found, lang) for found in _counted(verdicts)]
    claims += [_survey_claim(rule, published, lang)]
    if provisional:
        claims.append(_unknown_claim(provisional, lang))
    return Claims(tuple(claims))


def verdict_table(verdicts: Sequence[Detectability], lang: str) -> Table:
    """Return one row per measure and outcome: goal, ceiling, smallest visible change, verdict and reason."""
    rows = pd.DataFrame([_verdict_row(found, lang) for found in verdicts])
    columns = ("intervention", "outcome", "goal", "ceiling", "smallest", "verdict", "why")
    return make_table(
        rows,
        caption=phrase("detectability.verdicts", lang),
        columns={name: phrase(f"column.{name}", lang) for name in columns},
        origins=ORIGINS,
        lang=lang,
        row_header="intervention",
    )


def ceilings_table(entries: Sequence[Intervention], sizes: Mapping[str, Population], lang: str) -> Table:
    """Return what each measure does, its ceiling with the sum, and what the sum rests on or why there is none."""
    ordered = sorted(entries, key=lambda entry: intervention_ceiling(entry, sizes).ceiling is None)
    rows = pd.DataFrame([_ceiling_row(entry, sizes, lang) for entry in ordered])
    return make_table(
        rows,
        caption=phrase("detectability.ceilings", lang),
        columns={name: phrase(f"column.{name}", lang) for name in ("intervention", "dose", "sum", "basis")},
        origins=ORIGINS,
        lang=lang,
        row_header="intervention",
    )


def survey_table(rule: DetectabilityRule, lang: str) -> Table:
    """Return the smallest change that a survey of several sizes can see, at the present share of people in good health."""
    share = measurability()[SURVEY_OUTCOME].printed_baseline
    found = [100 * mde_between_waves(share, n, alpha=rule.alpha, power=rule.power) for n in SURVEY_SIZES]
    header = phrase("detectability.survey_column", lang, share=format_percent(100 * share, lang, 0))
    return make_table(
        pd.DataFrame({"n": SURVEY_SIZES, "mde": [format_points(value, lang) for value in found]}),
        caption=phrase("detectability.survey", lang),
        columns={"n": phrase("column.respondents", lang), "mde": header},
        origins=ORIGINS,
        lang=lang,
        row_header="n",
    )


def goals_table(published: pd.DataFrame, rule: DetectabilityRule, lang: str, *, years: int = 20) -> Table:
    """Return for each outcome with a printed figure the distance to the city, and when a straight line towards it can be seen."""
    values = published.set_index(["indicator_id", "area_id"])["value"]
    rows = pd.DataFrame(
        [
            _goal_row(outcome, float(values[name, "lwo"]), float(values[name, "lwd"]), mde, lang, years)
            for name, outcome in measurability().items()
            if (mde := one_year_mde(outcome, populations()[outcome.population], rule)) is not None
            and (name, "lwd") in values.index
        ]
    )
    columns = {"outcome": "column.outcome", "gap": "column.gap", "mde": "column.smallest", "years": "column.years_needed"}
    return make_table(
        rows,
        caption=phrase("detectability.goals", lang),
        columns={name: phrase(key, lang) for name, key in columns.items()},
        origins=ORIGINS,
        lang=lang,
        row_header="outcome",
    )


def verdict_figure(verdicts: Sequence[Detectability], lang: str) -> Figure:
    """Return bars per pillar, divided by what it takes to see a change."""
    pillars = [interventions()[found.intervention_id].pillar for found in verdicts]
    order = list(dict.fromkeys(entry.pillar for entry in interventions().values() if entry.pillar in pillars))
    counts = pd.crosstab(np.array(pillars), np.array([str(found.verdict) for found in verdicts]))
    counts = counts.reindex(index=order, columns=[str(name) for name in Verdict], fill_value=0)
    names = [phrase(f"pillar.{name}", lang) for name in order]
    labels = {str(name): name.label(lang) for name in Verdict}
    totals = counts.sum()
    return make_figure(
        lambda width: draw_stacked_bars(
            names,
            [Segment(label, counts[name].to_numpy(np.int64)) for name, label in labels.items()],
            xlabel=phrase("detectability.axis", lang),
            width=width,
        ),
        alt=phrase(
            "detectability.alt",
            lang,
            total=len(verdicts),
            visible=int(totals[Verdict.VISIBLE]),
            years=int(totals[Verdict.AFTER_YEARS]),
            microdata=int(totals[Verdict.MICRODATA]),
        ),
        caption=phrase("detectability.figure", lang),
        data=counts.reset_index(drop=True).assign(pillar=names),
        columns={"pillar": phrase("column.pillar", lang), **labels},
        origins=ORIGINS,
        lang=lang,
    )


def ratio_figure(verdicts: Sequence[Detectability], lang: str) -> Figure | Prose:
    """Return each ceiling as a percentage of what one year can show, on a logarithmic scale; or say that none is known."""
    known = sorted(_known(verdicts), key=lambda size: (_whole_area(size.found), -size.ceiling / size.mde))
    if not known:
        return make_prose("detectability.no_ratio", lang)
    shown = [size.found for size in known]
    ratios = np.array([100 * size.ceiling / size.mde for size in known])
    counted = np.array([not _whole_area(found) for found in shown])
    names = [f"{_name(found, lang)}: {outcome_name(found.indicator_id, lang)}" for found in shown]
    kinds = [phrase("detectability.counted" if one else "detectability.assumption", lang) for one in counted]
    return make_figure(
        lambda width: _draw_ratios(names, kinds, ratios, lang, width),
        alt=phrase(
            "detectability.ratio_alt",
            lang,
            above=int((ratios >= 100).sum()),
            total=len(shown),
            smallest=names[int(ratios.argmin())],
            value=format_number(float(ratios.min()), lang, 1),
        ),
        caption=phrase("detectability.ratio_figure", lang),
        data=pd.DataFrame({"name": names, "ratio": ratios, "kind": kinds}),
        columns={
            "name": phrase("column.intervention", lang),
            "ratio": Column(phrase("detectability.ratio_column", lang), decimals=1),
            "kind": phrase("column.basis", lang),
        },
        origins=ORIGINS,
        lang=lang,
    )


def _draw_ratios(names: Sequence[str], kinds: Sequence[str], ratios: np.ndarray, lang: str, width: float) -> Drawing:
    empty = np.full(len(ratios), np.nan)
    groups = np.array(kinds)
    series = [
        Series(kind, colour, MARKERS[colour], np.where(groups == kind, ratios, np.nan), empty, empty)
        for kind, colour in zip(dict.fromkeys(kinds), (OWN, CONTEXT), strict=False)
    ]
    drawing = draw_dotplot(names, kinds, series, xlabel=phrase("detectability.ratio_axis", lang), width=width)
    axes = drawing.axes[0]
    axes.set_xscale("log")
    axes.set_xlim(0.2, 600)
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes.minorticks_off()
    axes.axvline(100, color=INK, linewidth=1, zorder=1)
    return drawing


def _whole_area(found: Detectability) -> bool:
    return interventions()[found.intervention_id].reaches == "whole_area"


def _known(verdicts: Sequence[Detectability]) -> list[_Size]:
    return [_Size(one, one.ceiling, one.mde) for one in verdicts if one.ceiling is not None and one.mde is not None]


def _counted(verdicts: Sequence[Detectability]) -> list[_Size]:
    """Return the verdicts whose ceiling rests on a counted dose, the largest ceiling for its measurement first."""
    by_count = [size for size in _known(verdicts) if not _whole_area(size.found)]
    return sorted(by_count, key=lambda size: -size.ceiling / size.mde)


def _ceiling_claim(size: _Size, lang: str) -> Claim:
    found, outcome = size.found, measurability()[size.found.indicator_id]
    side = "above" if size.ceiling >= size.mde else "below"
    words = {
        "name": _name(found, lang),
        "outcome": outcome_name(found.indicator_id, lang),
        "ceiling": format_change(size.ceiling, outcome, lang),
        "mde": format_change(size.mde, outcome, lang),
    }
    return _claim(
        f"ceiling-{found.intervention_id}-{found.indicator_id}".lower().replace("_", "-"),
        f"claim.description.ceiling_{side}",
        lang,
        words,
        indicator=found.indicator_id,
        value=100 * size.ceiling,
        compare_value=100 * size.mde,
        unit="points",
    )


def _survey_claim(rule: DetectabilityRule, published: pd.DataFrame, lang: str) -> Claim:
    values = published[published["indicator_id"] == SURVEY_OUTCOME].set_index("area_id")["value"]
    gap = abs(float(values["lwo"]) - float(values["lwd"]))
    mde = 100 * mde_between_waves(float(values["lwo"]) / 100, rule.survey_n, alpha=rule.alpha, power=rule.power)
    words = {
        "n": format_number(rule.survey_n, lang, 0),
        "outcome": outcome_name(SURVEY_OUTCOME, lang),
        "mde": format_points(mde, lang, 0),
        "gap": format_points(gap, lang, 0),
    }
    facts = {"indicator": SURVEY_OUTCOME, "value": mde, "compare_value": gap, "unit": "points"}
    return _claim("survey", "claim.description.survey_sees", lang, words, sources=(*SOURCES, "programme-plan-2022"), **facts)


def _unknown_claim(count: int, lang: str) -> Claim:
    badge, words = decide_badge(Evidence(Question.EFFECT, reliable_level=True)), {"count": count}
    return _claim("not-recorded", f"claim.{badge}.not_recorded", lang, words, badge=badge, value=count, unit="combinations")


def _claim(name: str, template: str, lang: str, words: Mapping[str, object], **facts: Any) -> Claim:
    common: dict[str, Any] = {
        "badge": decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
        "indicator": "all",
        "area": "lwo",
        "origins": ORIGINS,
        "sources": SOURCES,
    }
    return make_claim(name, template, lang=lang, words=words, **{**common, **facts})


def _verdict_row(found: Detectability, lang: str) -> dict[str, object]:
    outcome = measurability()[found.indicator_id]
    label = found.verdict.label(lang)
    return {
        "intervention": _name(found, lang),
        "outcome": indicator(found.indicator_id).name(lang),
        "goal": _goal_names(found, lang),
        "ceiling": _shown_ceiling(found, outcome, lang),
        "smallest": phrase("detectability.no_ceiling", lang) if found.mde is None else format_change(found.mde, outcome, lang),
        "verdict": phrase("detectability.provisional", lang, verdict=label) if found.provisional else label,
        "why": found.reason.in_language(lang),
    }


def _shown_ceiling(found: Detectability, outcome: Measurability, lang: str) -> str:
    if found.ceiling is None:
        return phrase("detectability.no_ceiling", lang)
    value = format_change(found.ceiling, outcome, lang)
    return phrase("detectability.assumed", lang, value=value) if _whole_area(found) else value


def _goal_names(found: Detectability, lang: str) -> str:
    """Return the goals of the measure that are about this outcome."""
    named = (goals()[goal_id] for goal_id in interventions()[found.intervention_id].chain.goals)
    about = [goal.name_nl if lang == "nl" else goal.name_en for goal in named if found.indicator_id in goal.indicators]
    return "; ".join(about) or phrase("detectability.no_goal", lang)


def _ceiling_row(entry: Intervention, sizes: Mapping[str, Population], lang: str) -> dict[str, object]:
    found = intervention_ceiling(entry, sizes)
    dose, shown = entry.dose, phrase("detectability.not_named", lang)
    if dose and dose.count is not None:
        shown = f"{format_number(dose.count, lang, 0)} {dose.unit.in_language(lang)}"
    basis = (found.ceiling and found.ceiling.basis) or found.reason
    return {
        "intervention": entry.name.in_language(lang),
        "dose": shown,
        "sum": found.ceiling.arithmetic(lang) if found.ceiling else phrase("detectability.no_ceiling", lang),
        "basis": basis and basis.in_language(lang),
    }


def _goal_row(outcome: Measurability, own: float, city: float, mde: float, lang: str, years: int) -> dict[str, object]:
    scale = 1000 if outcome.kind == "register_rate" else 100
    found = judge_goal(own / scale, city / scale, mde, years=years)
    never = phrase("detectability.not_within", lang, years=years)
    return {
        "outcome": indicator(outcome.indicator_id).name(lang),
        "gap": format_change(abs(found.gap), outcome, lang),
        "mde": format_change(mde, outcome, lang),
        "years": format_number(found.years, lang, 0) if isfinite(found.years) else never,
    }


def _name(found: Detectability, lang: str) -> str:
    return interventions()[found.intervention_id].name.in_language(lang)
