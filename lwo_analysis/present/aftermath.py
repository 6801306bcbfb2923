"""The page about a finished programme: what others found, what is measured here, and whether it came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from scipy import stats

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.literature import literature
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.effects.aftermath import END, PHASES, Aftermath
from lwo_analysis.effects.inference.placebo import PlaceboResult
from lwo_analysis.present.badges import Badge, Evidence, Question, decide_badge, reason_undetermined
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import Prose, Title, format_p_value, make_title
from lwo_analysis.present.style import COMPARISON, CONTEXT, INK, INTERVAL, OWN, WIDE, figure_style, new_figure
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_gap, format_value

PRIORS = ("scp2013", "koster_vanommeren", "hooimeijer2013", "jongeneel2016", "droomers2016", "kramer2017", "lpbl2012")
"""Studies of the forty areas of 2007, and the one of Leeuwarden itself; the strongest on the figures of this page first."""
ALPHA = 0.05
NAMED_YEARS = 5
"""Years over which the name of a line is written: it stands above the highest of them."""


def aftermath_title(area_id: str, indicator: Indicator, start_year: int, base_year: int, lang: str) -> Title:
    """Return the title, with everything in which two pages can differ."""
    words = {"area": area(area_id).name(lang), "indicator": indicator.name(lang), "start": start_year}
    if base_year == 0:
        return make_title("aftermath.title", lang, **words)
    return make_title("aftermath.title_from", lang, base=base_year, **words)


def priors_prose(lang: str) -> Prose:
    """Return what was found before, one paragraph per study, and what the monitor of 2013 counted."""
    studies = [literature()[name] for name in PRIORS]
    lines = [
        phrase(
            "aftermath.prior",
            lang,
            authors=study.authors,
            year=study.year,
            grade=study.grade,
            finding=study.finding_nl if lang == "nl" else study.finding_en,
        )
        for study in studies
    ]
    return Prose((*lines, phrase("aftermath.monitor_2013", lang)), lang)


def course_figure(found: Aftermath, indicator: Indicator, lang: str) -> Figure:
    """Return the area and the mean of the others through the years, with the years of the programme shaded."""
    years, name = found.by_year, area(found.area_id).name(lang)
    first, last = years.iloc[0], years.iloc[-1]
    others = phrase("aftermath.others", lang, n=found.n_others)
    return make_figure(
        lambda width: _draw_course(found, name, others, indicator.name(lang), width),
        alt=phrase(
            "aftermath.course_alt",
            lang,
            area=name,
            first=format_value(first["own"], indicator, lang),
            first_year=int(first["year"]),
            last=format_value(last["own"], indicator, lang),
            last_year=int(last["year"]),
            others_first=format_value(first["others"], indicator, lang),
            others_last=format_value(last["others"], indicator, lang),
        ),
        caption=phrase("aftermath.course", lang, indicator=indicator.name(lang), area=name, start=found.start_year, end=END),
        data=years[["year", "own", "others"]],
        columns={"year": Column(phrase("column.year", lang), kind="year"), "own": name, "others": others},
        origins=set(found.panel["origin"]),
        lang=lang,
    )


def effect_figure(found: Aftermath, indicator: Indicator, lang: str) -> Figure:
    """Return the difference from the others by year since the last year before, with its interval, and the synthetic control."""
    years = _with_margin(found)
    name = area(found.area_id).name(lang)
    low = years.loc[years["coefficient"].idxmin()]
    return make_figure(
        lambda width: _draw_effect(found, years, lang, width),
        alt=phrase(
            "aftermath.effect_alt",
            lang,
            area=name,
            reference=found.start_year - 1,
            year=int(low["year"]),
            gap=format_gap(low["coefficient"], indicator, lang),
        ),
        caption=phrase("aftermath.effect", lang, area=name, indicator=indicator.name(lang), reference=found.start_year - 1),
        data=years.assign(status="not_applicable"),
        columns={
            "year": Column(phrase("column.year", lang), kind="year"),
            "coefficient": Column(phrase("column.gap", lang), decimals=2, reason="status"),
            "lower": Column(phrase("column.lower", lang), decimals=2, reason="status"),
            "upper": Column(phrase("column.upper", lang), decimals=2, reason="status"),
            "synthetic": Column(phrase("aftermath.synthetic", lang), decimals=2),
        },
        origins=set(found.panel["origin"]),
        lang=lang,
    )


def phases_table(found: Aftermath, lang: str) -> Table:
    """Return the three comparisons with their intervals, beside the truth of the demo panel when there is one."""
    results, truth = [found.phases[name] for name in PHASES], found.truth
    rows = pd.DataFrame(
        {
            "phase": [phrase(f"aftermath.phase_{name}", lang) for name in PHASES],
            "estimate": [result.estimate for result in results],
            "lower": [_end(result.interval[0]) for result in results],
            "upper": [_end(result.interval[1]) for result in results],
            "p": [format_p_value(result.p_value, lang) for result in results],
            "truth": [None if truth is None else truth[name] for name in PHASES],
            "status": "no_interval",
        }
    )
    shown = {"truth": Column(phrase("aftermath.truth", lang), decimals=2)} if truth is not None else {}
    return make_table(
        rows,
        caption=phrase("aftermath.phases", lang, area=area(found.area_id).name(lang), n=found.n_others),
        columns={
            "phase": phrase("aftermath.column_phase", lang),
            "estimate": Column(phrase("aftermath.column_estimate", lang), decimals=2),
            "lower": Column(phrase("column.lower", lang), decimals=2, reason="status"),
            "upper": Column(phrase("column.upper", lang), decimals=2, reason="status"),
            "p": phrase("aftermath.column_p", lang),
            **shown,
        },
        origins=set(found.panel["origin"]),
        lang=lang,
        row_header="phase",
    )


def checks_table(found: Aftermath, indicator: Indicator, lang: str) -> Table:
    """Return what was checked before the estimate: years, others, how they moved before, and the furthest that is possible."""
    years = found.by_year["year"]
    before = int((years < found.start_year).sum())
    drift = found.pre_trend
    rows = pd.DataFrame(
        [
            (phrase("aftermath.check_years", lang), str(before)),
            (phrase("aftermath.check_others", lang), str(found.n_others)),
            (
                phrase("aftermath.check_drift", lang),
                phrase("aftermath.not_testable", lang) if drift is None else drift.sentence(lang),
            ),
            (phrase("aftermath.check_gap", lang), format_gap(found.start_gap, indicator, lang)),
            (phrase("aftermath.check_grade", lang), str(found.grade)),
        ],
        columns=["check", "outcome"],
    )
    return make_table(
        rows,
        caption=phrase("aftermath.checks", lang),
        columns={"check": phrase("aftermath.column_check", lang), "outcome": phrase("column.outcome", lang)},
        origins=set(found.panel["origin"]),
        lang=lang,
        row_header="check",
    )


def aftermath_claims(found: Aftermath, indicator: Indicator, lang: str) -> Claims:
    """Return the sentences: where the area stood, what was seen during, after, and whether it came back."""
    return Claims((_level_claim(found, indicator, lang), *(_phase_claim(found, name, indicator, lang) for name in PHASES)))


def _level_claim(found: Aftermath, indicator: Indicator, lang: str) -> Claim:
    row = found.by_year[found.by_year["year"].lt(found.start_year)].iloc[-1]
    words = {
        "name": indicator.name(lang),
        "area": area(found.area_id).name(lang),
        "year": int(row["year"]),
        "value": format_value(row["own"], indicator, lang),
        "others": format_value(row["others"], indicator, lang),
        "n": found.n_others,
    }
    badge = decide_badge(Evidence(Question.LEVEL, reliable_level=True))
    facts = {"value": row["own"], "compare_value": row["others"], "unit": indicator.unit, "year": int(row["year"])}
    return _claim(found, "before", "claim.description.aftermath_before", badge, words, lang, **facts)


def _phase_claim(found: Aftermath, name: str, indicator: Indicator, lang: str) -> Claim:
    result = found.phases[name]
    evidence = Evidence(
        Question.EFFECT,
        reliable_level=True,
        grade=found.grade,
        placebo_passed=result.p_value < ALPHA,
        estimate=result.estimate,
        dose_ceiling=abs(found.start_gap),
    )
    badge = decide_badge(evidence)
    words = {
        "name": indicator.name(lang),
        "area": area(found.area_id).name(lang),
        "phase": phrase(f"aftermath.phase_{name}", lang),
        "gap": format_gap(result.estimate, indicator, lang),
        "side": phrase("aftermath.higher" if result.estimate > 0 else "aftermath.lower", lang),
    }
    reason = reason_undetermined(evidence)
    if reason is None:
        words |= {"p": format_p_value(result.p_value, lang)}
        template = "claim.effect.aftermath_relapse" if name == "relapse" else "claim.effect.aftermath_phase"
    else:
        words |= {"reason": phrase(reason, lang), "bound": _bound(result, indicator, lang)}
        template = "claim.undetermined.aftermath_phase"
    facts: dict[str, Any] = {
        "value": result.estimate,
        "lower": _end(result.interval[0]),
        "upper": _end(result.interval[1]),
        "grade": found.grade,
    }
    return _claim(found, name, template, badge, words, lang, unit=indicator.unit, **facts)


def _claim(
    found: Aftermath, name: str, template: str, badge: Badge, words: Mapping[str, object], lang: str, **facts: Any
) -> Claim:
    return make_claim(
        name,
        template,
        lang=lang,
        badge=badge,
        indicator=found.indicator_id,
        area=found.area_id,
        origins=set(found.panel["origin"]),
        sources=tuple(sorted(set(found.panel["source_id"]))),
        words=words,
        **facts,
    )


def _bound(result: PlaceboResult, indicator: Indicator, lang: str) -> str:
    """Return the size above which an effect is excluded, in words; or that nothing can be excluded."""
    if not np.isfinite(result.equivalence_bound):
        return phrase("aftermath.no_bound", lang)
    return phrase("aftermath.bound", lang, bound=format_gap(result.equivalence_bound, indicator, lang))


def _end(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _with_margin(found: Aftermath) -> pd.DataFrame:
    years = found.by_year
    margin = stats.t.ppf(1 - ALPHA / 2, found.n_others - 1) * years["standard_error"]
    return years.assign(lower=years["coefficient"] - margin, upper=years["coefficient"] + margin)


def _draw_course(found: Aftermath, name: str, others: str, ylabel: str, width: float) -> Drawing:
    years = found.by_year
    with figure_style():
        figure, axes = new_figure(width, 3.6)
        _shade(axes, found.start_year)
        axes.plot(years["year"], years["own"], color=OWN, marker="o", markersize=4)
        axes.plot(years["year"], years["others"], color=COMPARISON, marker="D", markersize=3)
        for column, colour, text in (("own", OWN, name), ("others", COMPARISON, others)):
            axes.annotate(
                text,
                (years["year"].iloc[0], years[column].iloc[:NAMED_YEARS].max()),
                (0, 7),
                textcoords="offset points",
                color=colour,
                fontweight="bold",
            )
        axes.margins(y=0.2)
        axes.set_title(ylabel, loc="left", wrap=True)
        _years_axis(axes, years["year"], width)
    return figure


def _draw_effect(found: Aftermath, years: pd.DataFrame, lang: str, width: float) -> Drawing:
    with figure_style():
        figure, axes = new_figure(width, 3.6)
        _shade(axes, found.start_year)
        axes.axhline(0, color=INK, linewidth=1)
        axes.vlines(years["year"], years["lower"], years["upper"], color=INTERVAL, linewidth=4)
        axes.plot(
            years["year"],
            years["synthetic"],
            color=CONTEXT,
            linewidth=1.5,
            linestyle="--",
            label=phrase("aftermath.synthetic", lang),
        )
        axes.plot(years["year"], years["coefficient"], "o", color=OWN, markersize=5, label=phrase("aftermath.others_mean", lang))
        figure.legend(loc="outside upper left", frameon=False, labelcolor="linecolor")
        _years_axis(axes, years["year"], width)
    return figure


def _shade(axes: Axes, start_year: int) -> None:
    axes.axvspan(start_year - 0.5, END + 0.5, color=INTERVAL, alpha=0.25, linewidth=0)


def _years_axis(axes: Axes, years: pd.Series, width: float) -> None:
    axes.grid(axis="y")
    axes.grid(visible=False, axis="x")
    step = 5 if width < WIDE else 2
    axes.set_xticks([int(year) for year in years if (int(year) - int(years.iloc[0])) % step == 0])
