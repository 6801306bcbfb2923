"""The figures of the page about effect or chance: the course, the difference by year, and the estimate under other choices."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from scipy import stats

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.effects.area_effect import AreaEffect
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import format_number
from lwo_analysis.present.style import COMPARISON, CONTEXT, INK, INTERVAL, OWN, WIDE, figure_style, new_figure
from lwo_analysis.present.tables import Column
from lwo_analysis.present.units import format_gap, format_value

ALPHA = 0.05
BAND = (0.1, 0.9)
HEIGHT = 3.6


def course_of(panel: pd.DataFrame) -> pd.DataFrame:
    """Return per year the area and the others, weighted by people, the band of the others, and each wijk of the area.

    Returns
    -------
    DataFrame
        `year`, `own`, `others`, `low`, `high` (the band holds eight in ten of the others, each wijk counted once), and a column
        per treated wijk.
    """
    is_own = panel["start_year"].notna()
    weighted = panel.assign(product=panel["value"] * panel["n"], side=np.where(is_own, "own", "others"))
    sums = weighted.groupby(["year", "side"])[["product", "n"]].sum()
    means = (sums["product"] / sums["n"]).unstack()
    band = panel[~is_own].groupby("year")["value"].quantile(list(BAND)).unstack().set_axis(["low", "high"], axis=1)
    wijken = panel[is_own].pivot(index="year", columns="area_id", values="value")
    return means[["own", "others"]].join(band).join(wijken).reset_index()


def course_figure(panel: pd.DataFrame, area_id: str, indicator: Indicator, lang: str) -> Figure:
    """Return the area, its wijken and the others through the years, before anything is estimated."""
    years, name = course_of(panel), area(area_id).name(lang)
    first, last = years.iloc[0], years.iloc[-1]
    wijken = [name for name in years.columns[5:] if name != area_id]
    ends = {
        f"{side}_{when}": format_value(float(row[side]), indicator, lang)
        for side in ("own", "others")
        for when, row in (("first", first), ("last", last))
    }
    words = {"first": int(first["year"]), "last": int(last["year"]), "area": name}
    others, start = phrase("effect.others", lang), int(panel["start_year"].min())
    return make_figure(
        lambda width: _draw_course(years, wijken, start, (name, others, indicator.name(lang)), width),
        alt=phrase("effect.course_alt", lang, **words, **ends),
        caption=phrase(
            "effect.course",
            lang,
            **words,
            indicator=indicator.name(lang),
            n=panel["area_id"].nunique() - max(1, len(wijken)),
            parts=phrase("effect.course_parts", lang) if wijken else "",
        ),
        data=years,
        columns={
            "year": Column(phrase("column.year", lang), kind="year"),
            "own": Column(name, decimals=indicator.decimals + 1),
            "others": Column(others, decimals=indicator.decimals + 1),
            "low": Column(phrase("effect.band_low", lang), decimals=indicator.decimals + 1),
            "high": Column(phrase("effect.band_high", lang), decimals=indicator.decimals + 1),
            **{wijk: Column(area(wijk).name(lang), decimals=indicator.decimals + 1) for wijk in wijken},
        },
        origins=set(panel["origin"]),
        lang=lang,
    )


def by_year_figure(found: AreaEffect, area_id: str, indicator: Indicator, lang: str) -> Figure:
    """Return the difference from the others by year since the last year before the start, each with its interval."""
    years, name, start = by_year(found), area(area_id).name(lang), found.start_year
    before = years[years["year"] < start - 1]
    inside = int(((before["lower"] <= 0) & (before["upper"] >= 0)).sum())
    gap = float(years["coefficient"].iloc[-1])
    return make_figure(
        lambda width: _draw_by_year(years, start, lang, width),
        alt=phrase(
            "effect.by_year_alt",
            lang,
            start=start,
            inside=inside,
            before=len(before),
            last=int(years["year"].iloc[-1]),
            gap=_gap_with_side(gap, indicator, lang),
        ),
        caption=phrase("effect.by_year", lang, area=name, reference=start - 1),
        data=years.assign(why="not_applicable"),
        columns={
            "year": Column(phrase("column.year", lang), kind="year"),
            **{
                column: Column(phrase(f"column.{label}", lang), decimals=indicator.decimals + 1, reason="why")
                for column, label in (("coefficient", "gap"), ("lower", "lower"), ("upper", "upper"))
            },
        },
        origins=set(found.panel["origin"]),
        lang=lang,
    )


def by_year(found: AreaEffect) -> pd.DataFrame:
    """Return `year`, `coefficient`, `lower` and `upper` in outcome units; the year before the start is zero by definition."""
    study, start = found.study.table(), found.start_year
    margin = stats.t.ppf(1 - ALPHA / 2, found.study.df) * study["standard_error"]
    rows = pd.DataFrame(
        {
            "year": start + study["event_time"],
            "coefficient": study["coefficient"],
            "lower": study["coefficient"] - margin,
            "upper": study["coefficient"] + margin,
        }
    )
    reference = pd.DataFrame({"year": [start - 1], "coefficient": [0.0], "lower": [np.nan], "upper": [np.nan]})
    return pd.concat([rows, reference]).sort_values("year", ignore_index=True)


def curve_figure(found: AreaEffect, indicator: Indicator, lang: str) -> Figure:
    """Return the chosen estimate with its interval, the second estimator, and the estimate under every other choice."""
    rows = _choices(found, lang)
    total = len(rows)
    positive = int((rows["estimate"] > 0).sum())
    ends = {"low": float(rows["estimate"].min()), "high": float(rows["estimate"].max())}
    return make_figure(
        lambda width: _draw_curve(rows, found, lang, width),
        alt=phrase(
            "effect.curve_alt",
            lang,
            same=max(positive, total - positive),
            total=total,
            **{key: _gap_with_side(value, indicator, lang) for key, value in ends.items()},
        ),
        caption=phrase("effect.curve", lang),
        data=rows.assign(why="no_interval"),
        columns={
            "choice": phrase("effect.column_choice", lang),
            "estimate": Column(phrase("effect.row_estimate", lang), decimals=indicator.decimals + 1),
            "lower": Column(phrase("column.lower", lang), decimals=indicator.decimals + 1, reason="why"),
            "upper": Column(phrase("column.upper", lang), decimals=indicator.decimals + 1, reason="why"),
        },
        origins=set(found.panel["origin"]),
        lang=lang,
    )


def _choices(found: AreaEffect, lang: str) -> pd.DataFrame:
    """Return the chosen estimate first, then the second estimator, then the others by pool and start."""
    lower, upper = (end if np.isfinite(end) else np.nan for end in found.result.interval)
    first = [
        (phrase("effect.choice_main", lang), found.result.estimate, lower, upper),
        (phrase("effect.choice_synthetic", lang), found.synthetic.estimate, np.nan, np.nan),
    ]
    table = found.curve.table
    others = table[~(table["start"].eq(found.start_year) & table["pool"].eq("all"))].sort_values(["pool", "start"])
    rest = [
        (phrase(f"effect.choice_{row.pool}", lang, start=int(row.start)), row.estimate, np.nan, np.nan)
        for row in others.itertuples()
    ]
    return pd.DataFrame([*first, *rest], columns=["choice", "estimate", "lower", "upper"])


def _gap_with_side(gap: float, indicator: Indicator, lang: str) -> str:
    size = format_gap(gap, indicator, lang, indicator.decimals + 1)
    return f"{size} {phrase('effect.higher' if gap > 0 else 'effect.lower', lang)}"


def _draw_course(years: pd.DataFrame, wijken: list[str], start: int, names: tuple[str, str, str], width: float) -> Drawing:
    own, others, title = names
    with figure_style():
        figure, axes = new_figure(width, HEIGHT)
        axes.fill_between(years["year"], years["low"], years["high"], color=INTERVAL, alpha=0.35, linewidth=0)
        for wijk in wijken:
            axes.plot(years["year"], years[wijk], color=CONTEXT, linewidth=0.8)
        above = {"own": years[["own", *wijken]], "others": years[["others", "high"]]}
        for column, colour, text, marker in (("own", OWN, own, "o"), ("others", COMPARISON, others, "D")):
            axes.plot(years["year"], years[column], color=colour, marker=marker, markersize=4)
            _name_line(axes, years["year"], above[column], colour, text)
        axes.set_title(title, loc="left", wrap=True)
        axes.set_ylim(bottom=0)
        axes.margins(y=0.15)
        _years_axis(axes, years["year"], start, width)
    return figure


def _name_line(axes: Axes, years: pd.Series, lines: pd.DataFrame, colour: str, text: str) -> None:
    """Write the name of a line above it and everything drawn around it."""
    at = (float(years.iloc[0]), float(lines.max().max()))
    axes.annotate(text, at, (0, 3), textcoords="offset points", color=colour, fontweight="bold")


def _draw_by_year(years: pd.DataFrame, start: int, lang: str, width: float) -> Drawing:
    with figure_style():
        figure, axes = new_figure(width, HEIGHT)
        axes.axhline(0, color=INK, linewidth=1)
        axes.vlines(years["year"], years["lower"], years["upper"], color=INTERVAL, linewidth=4)
        axes.plot(years["year"], years["coefficient"], "o", color=OWN, markersize=5)
        axes.yaxis.set_major_formatter(lambda value, _: _tick(value, lang))
        _years_axis(axes, years["year"], start, width)
    return figure


def _draw_curve(rows: pd.DataFrame, found: AreaEffect, lang: str, width: float) -> Drawing:
    places = np.arange(len(rows))[::-1]
    unseen = found.power.minimal_effect
    with figure_style():
        figure, axes = new_figure(width, 0.8 + 0.28 * len(rows))
        if np.isfinite(unseen):
            axes.axvspan(-unseen, unseen, color=INTERVAL, alpha=0.25, linewidth=0)
        axes.axvline(0, color=INK, linewidth=1)
        axes.hlines(places, rows["lower"], rows["upper"], color=INTERVAL, linewidth=4)
        axes.plot(rows["estimate"], places, "o", color=CONTEXT, markersize=5)
        axes.plot(rows["estimate"].iloc[:1], places[:1], "o", color=OWN, markersize=7)
        axes.set_yticks(places, rows["choice"])
        axes.locator_params(axis="x", nbins=6 if width >= WIDE else 3)
        axes.xaxis.set_major_formatter(lambda value, _: _tick(value, lang))
    return figure


def _tick(value: float, lang: str) -> str:
    """Return a tick with as many decimals as it has, and the decimal sign of the language."""
    return format_number(value, lang, len(f"{value:.6g}".partition(".")[2]))


def _years_axis(axes: Axes, years: pd.Series, start: int, width: float) -> None:
    axes.axvline(start - 0.5, color=INK, linewidth=1.0, linestyle=":")
    axes.grid(axis="y")
    axes.grid(visible=False, axis="x")
    step = (1 if len(years) <= 11 else 2) * (1 if width >= WIDE else 2)
    axes.set_xticks([int(year) for year in years if (int(years.iloc[-1]) - int(year)) % step == 0])
