"""The pictures of the page about the goals: the two lines to 2043, when a line can be seen, and the figures beside the path."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.goal_progress import GoalPath, GoalProgress, GoalState, PathRule
from lwo_analysis.indicators.goalpath import PHASES, PathShape, share_of_goal
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.goalpath_page import Review, visible_from
from lwo_analysis.present.prose import Prose, format_number, make_prose
from lwo_analysis.present.style import COMPARISON, GRID, INK, INTERVAL, MARKERS, OWN, WIDE, figure_style, new_figure
from lwo_analysis.present.tables import Column
from lwo_analysis.present.units import format_signed_gap

PANEL_HEIGHT = 2.3
PANELS_WIDE = 2
TITLE_WIDTH = 34


def lines_figure(review: Review, rule: PathRule, lang: str) -> Figure:
    """Return the straight line and the Rotterdam line, as parts of the way to any goal."""
    years = np.array([rule.start_year, *PHASES.values()])
    shares = {shape: 100 * np.asarray(share_of_goal(years, shape, rule.horizon)) for shape in _SHAPES}
    half = list(years).index(PHASES["B"])
    return make_figure(
        lambda width: _draw_lines(years, shares, lang, width),
        alt=phrase(
            "goalpath.lines_alt",
            lang,
            start=rule.start_year,
            end=PHASES["D"],
            half=PHASES["B"],
            straight=format_number(float(shares[PathShape.PROPORTIONAL][half]), lang, 0),
            rotterdam=format_number(float(shares[PathShape.ROTTERDAM][half]), lang, 0),
        ),
        caption=phrase("goalpath.lines_figure", lang),
        data=pd.DataFrame({"year": years, **{str(shape): values for shape, values in shares.items()}}),
        columns={
            "year": Column(phrase("column.year", lang), kind="year"),
            **{str(shape): Column(phrase(key, lang), kind="percent", decimals=0) for shape, key in _SHAPES.items()},
        },
        origins=review.origins,
        lang=lang,
    )


def visible_figure(review: Review, rule: PathRule, lang: str) -> Figure | Prose:
    """Return from which year a straight line can be seen, by topic; topics whose chance is unknown are not drawn."""
    known = [found for found in review.progress if found.path.is_noise_known and found.state is not GoalState.REACHED]
    if not known:
        return make_prose("goalpath.no_visible", lang)
    order = list(dict.fromkeys(found.path.pillar for found in known))
    known = sorted(known, key=lambda found: (order.index(found.path.pillar), found.path.visible_year or PHASES["D"] + 1))
    paths = [found.path for found in known]
    names = [indicator(path.indicator_id).name(lang) for path in paths]
    pillars = [phrase(f"pillar.{path.pillar}", lang) for path in paths]
    return make_figure(
        lambda width: _draw_visible(paths, names, pillars, rule, lang, width),
        alt=_visible_alt(paths, rule, lang),
        caption=phrase("goalpath.visible_figure", lang, end=PHASES["D"]),
        data=pd.DataFrame({"indicator": names, "pillar": pillars, "visible": [visible_from(found, lang) for found in known]}),
        columns={
            "indicator": phrase("column.indicator", lang),
            "visible": phrase("column.visible_from", lang),
            "pillar": phrase("column.pillar", lang),
        },
        origins=review.origins,
        lang=lang,
    )


def trend_figure(review: Review, rule: PathRule, lang: str) -> Figure | Prose:
    """Return the distance to the goal by year beside the path, a panel per topic; or say that nothing was measured."""
    shown = review.measured
    if not shown:
        return make_prose("goalpath.no_trend", lang)
    first, entry = shown[0], indicator(shown[0].path.indicator_id)
    distance, last = first.path.series["distance"], first.known_course.progress.iloc[-1]
    return make_figure(
        lambda width: _draw_panels(shown, rule, lang, width),
        alt=phrase(
            "goalpath.trend_alt",
            lang,
            name=entry.name(lang),
            base=format_signed_gap(float(distance.iloc[0]), entry, lang),
            last=format_signed_gap(float(distance.iloc[-1]), entry, lang),
            year=int(distance.index[-1]),
            asked=format_signed_gap(float(distance.iloc[0] - last["required"]), entry, lang),
        ),
        caption=phrase("goalpath.trend_figure", lang, area=area(review.area_id).name(lang)),
        data=pd.concat([_trend_rows(found, lang) for found in shown], ignore_index=True),
        columns={
            "indicator": phrase("column.indicator", lang),
            "year": Column(phrase("column.year", lang), kind="year"),
            **{name: phrase(f"column.{name}", lang) for name in ("distance", "asked", "margin")},
        },
        origins=review.origins,
        lang=lang,
    )


_SHAPES = {PathShape.PROPORTIONAL: "goalpath.straight", PathShape.ROTTERDAM: "goalpath.rotterdam"}
_LINES = {PathShape.PROPORTIONAL: (INK, "-"), PathShape.ROTTERDAM: (COMPARISON, "--")}


def _draw_lines(years: np.ndarray, shares: dict[PathShape, np.ndarray], lang: str, width: float) -> Drawing:
    with figure_style():
        figure, axes = new_figure(width, 3.0)
        axes.grid(axis="y", color=GRID)
        for (shape, values), offset, sides in zip(shares.items(), (6, -6), (("right", "bottom"), ("left", "top")), strict=True):
            colour, style = _LINES[shape]
            axes.plot(years, values, style, color=colour)
            place: dict[str, Any] = {"xytext": (-offset, offset), "textcoords": "offset points", "ha": sides[0], "va": sides[1]}
            axes.annotate(phrase(_SHAPES[shape], lang), (years[2], values[2]), color=colour, **place)
        axes.set_xticks(years)
        axes.set_ylim(0, 104)
        _set_label_above(axes, phrase("goalpath.lines_axis", lang))
    return figure


def _set_label_above(axes: Axes, text: str) -> None:
    axes.set_title(text, fontweight="normal", fontsize=9)


def _draw_visible(
    paths: Sequence[GoalPath], names: Sequence[str], pillars: Sequence[str], rule: PathRule, lang: str, width: float
) -> Drawing:
    seen = np.array([path.visible_year or np.nan for path in paths], float)
    start = np.full(len(paths), float(rule.start_year))
    until = np.where(np.isnan(seen), PHASES["D"], seen)
    series = Series(phrase("goalpath.visible_mark", lang), OWN, MARKERS[OWN], seen, start, until)
    drawing = draw_dotplot(names, pillars, [series], xlabel=phrase("goalpath.visible_axis", lang), width=width)
    drawing.axes[0].set_xlim(rule.start_year - 1, PHASES["D"] + 1)
    drawing.axes[0].set_xticks([rule.start_year, *PHASES.values()])
    return drawing


def _visible_alt(paths: Sequence[GoalPath], rule: PathRule, lang: str) -> str:
    seen = [(path.visible_year, path) for path in paths if path.visible_year is not None]
    words = {"start": rule.start_year, "end": PHASES["D"], "total": len(paths)}
    if not seen:
        return phrase("goalpath.visible_alt_none", lang, **words)
    year, earliest = min(seen, key=lambda pair: pair[0])
    name = indicator(earliest.indicator_id).name(lang)
    return phrase("goalpath.visible_alt", lang, seen=len(seen), first_name=name, first_year=year, **words)


def _draw_panels(shown: Sequence[GoalProgress], rule: PathRule, lang: str, width: float) -> Drawing:
    columns = min(PANELS_WIDE, len(shown)) if width >= WIDE else 1
    rows = -(-len(shown) // columns)
    with figure_style():
        figure, _ = new_figure(width, PANEL_HEIGHT * rows + 0.3, rows, columns)
        panels = figure.axes
        for panel, found in zip(panels, shown, strict=False):
            _draw_panel(panel, found, rule, lang)
        for panel in panels[len(shown) :]:
            panel.set_visible(False)
        figure.supylabel(phrase("goalpath.trend_axis", lang), fontsize=9)
    return figure


def _draw_panel(axes: Axes, found: GoalProgress, rule: PathRule, lang: str) -> None:
    distance, margin = found.path.series["distance"], found.known_course.progress["margin"]
    years = np.arange(rule.start_year, PHASES["D"] + 1)
    for shape, (colour, style) in _LINES.items():
        left = float(distance.iloc[0]) * (1 - np.asarray(share_of_goal(years, shape, rule.horizon)))
        axes.plot(years, left, style, color=colour, linewidth=1.5, label=phrase(_SHAPES[shape], lang))
    later = distance.iloc[1:]
    axes.vlines(later.index, later - margin, later + margin, color=INTERVAL, linewidth=3)
    axes.plot(distance.index, distance, MARKERS[OWN], color=OWN, markersize=5)
    axes.axhline(0, color=GRID, linewidth=1)
    axes.set_xticks([int(distance.index[0]), *list(PHASES.values())[1::2]])
    axes.yaxis.set_major_formatter(lambda value, _: format_number(value, lang, 1))
    axes.set_title(textwrap.fill(indicator(found.path.indicator_id).name(lang), TITLE_WIDTH))


def _trend_rows(found: GoalProgress, lang: str) -> pd.DataFrame:
    entry, distance = indicator(found.path.indicator_id), found.path.series["distance"]
    judged = found.known_course.progress.reindex(distance.index).fillna(0.0)
    asked = distance.iloc[0] - judged["required"]
    texts = {"distance": distance, "asked": asked, "margin": judged["margin"]}
    return pd.DataFrame(
        {
            "indicator": entry.name(lang),
            "year": [int(year) for year in distance.index],
            **{name: [format_signed_gap(float(value), entry, lang) for value in values] for name, values in texts.items()},
        }
    )
