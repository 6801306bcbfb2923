"""The page about neighbours: the ring around the programme, how it moved beside places farther away, and trial rings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.indicators import Indicator, indicator
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.effects.spillovers import RingPanel, Spillover
from lwo_analysis.present.badges import Badge, Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.maps import MapClasses, draw_map
from lwo_analysis.present.prose import MINUS, Prose, Title, format_number, make_prose, make_title
from lwo_analysis.present.style import CONTEXT, INK, INTERVAL, OWN, figure_style, new_figure
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_gap, format_value

PROGRAMME = "lwo"
BINS = 21
FIGURE_HEIGHT = 3.2
MAP_CLASSES = ("others", "ring", "programme")


def spillover_title(panel: RingPanel, lang: str) -> Title:
    """Return the title of the page."""
    return make_title("spillovers.title", lang, indicator=_topic(panel).name(lang))


def ring_table(panel: RingPanel, found: Spillover, lang: str) -> Table:
    """Return the wijken of the ring with their figure in the first and the last year, and how many people it is about."""
    topic, (first, last) = _topic(panel), found.years
    wide = panel.rows[panel.rows["area_id"].isin(panel.ring)].pivot(index="area_id", columns="year", values=["value", "n"])
    shown = pd.DataFrame(
        {
            "area": [_name(panel, code, lang) for code in wide.index],
            "first": [_shown(wide.loc[code, ("value", first)], topic, lang) for code in wide.index],
            "last": [_shown(wide.loc[code, ("value", last)], topic, lang) for code in wide.index],
            "n": wide["n", last].astype("Float64").to_numpy(),
            "why": "suppressed",
        }
    )
    return make_table(
        shown,
        caption=phrase("spillovers.ring_table", lang, indicator=topic.name(lang)),
        columns={
            "area": phrase("column.wijk", lang),
            "first": Column(phrase("spillovers.column.in_year", lang, year=first), kind="text", reason="why"),
            "last": Column(phrase("spillovers.column.in_year", lang, year=last), kind="text", reason="why"),
            "n": Column(phrase("spillovers.column.people", lang, year=last), decimals=0, reason="why"),
        },
        origins=_origins(panel),
        lang=lang,
        row_header="area",
    )


def ring_map(panel: RingPanel, lang: str) -> Figure | Prose:
    """Return the map of the programme, the ring and the wijken farther away; a sentence on the demo panel."""
    if panel.outlines is None:
        return make_prose("spillovers.map.invented", lang)
    outlines = panel.outlines
    wijken = outlines.of_municipality(f"GM{panel.programme[0][2:6]}")
    places = {code: 2 if code in panel.programme else 1 if code in panel.ring else 0 for code in wijken}
    labels = tuple(phrase(f"spillovers.map.{name}", lang) for name in MAP_CLASSES)
    names = {code: _name(panel, code, lang) for code, place in places.items() if place}
    ring = [_name(panel, code, lang) for code in panel.ring]
    rows = [(name, code, labels[places[code]]) for code, name in names.items()]
    return make_figure(
        lambda width: draw_map(
            wijken, MapClasses(labels, places), names=names, in_view=panel.programme, outlined=panel.programme, width=width
        ),
        alt=phrase("spillovers.map.alt", lang, year=outlines.boundary_year, count=len(ring), names=", ".join(ring)),
        caption=phrase(
            "spillovers.map.caption",
            lang,
            year=outlines.boundary_year,
            provider=outlines.card.provider if outlines.card else "",
        ),
        data=pd.DataFrame(rows, columns=["name", "code", "place"]),
        columns={
            "name": phrase("column.wijk", lang),
            "code": phrase("column.code", lang),
            "place": phrase("column.map_class", lang),
        },
        origins=_origins(panel),
        lang=lang,
    )


def path_figure(panel: RingPanel, found: Spillover, lang: str) -> Figure:
    """Return the mean of the ring and of the others per year, with the start as a line."""
    topic, (first, last) = _topic(panel), found.years
    ends = {
        f"{side}_{when}": format_value(float(found.path[side].iloc[place]), topic, lang)
        for side in ("ring", "others")
        for when, place in (("first", 0), ("last", -1))
    }
    words = {"first": first, "last": last}
    return make_figure(
        lambda width: _draw_path(found, topic, lang, width),
        alt=phrase("spillovers.path.alt", lang, **words, **ends),
        caption=phrase("spillovers.path.caption", lang, indicator=topic.name(lang), start=found.start_year, **words),
        data=found.path,
        columns={
            "year": Column(phrase("column.year", lang), kind="year"),
            "ring": Column(phrase("spillovers.path.ring", lang), decimals=topic.decimals + 1),
            "others": Column(phrase("spillovers.path.others", lang), decimals=topic.decimals + 1),
        },
        origins=_origins(panel),
        lang=lang,
    )


def placebo_figure(panel: RingPanel, found: Spillover, lang: str) -> Figure:
    """Return the differences of the trial rings with that of the ring, and with the truth where it is known."""
    topic, values = _topic(panel), np.asarray(found.placebo.placebo_estimates)
    counts, edges = np.histogram(values, bins=BINS)
    words = {"count": format_number(len(values), lang, 0)}
    ends = {"lowest": float(values.min()), "highest": float(values.max()), "estimate": found.placebo.estimate}
    data = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": counts})
    return make_figure(
        lambda width: _draw_placebo(found, panel, (counts, edges), lang, width),
        alt=phrase(
            "spillovers.placebo.alt", lang, **words, **{name: _signed(value, topic, lang) for name, value in ends.items()}
        ),
        caption=phrase("spillovers.placebo.caption", lang, **words),
        data=data,
        columns={
            "low": Column(phrase("spillovers.column.from_value", lang), decimals=topic.decimals + 2),
            "high": Column(phrase("spillovers.column.to_value", lang), decimals=topic.decimals + 2),
            "count": Column(phrase("spillovers.column.trial_rings", lang), decimals=0),
        },
        origins=_origins(panel),
        lang=lang,
    )


def estimate_table(panel: RingPanel, found: Spillover, lang: str) -> Table:
    """Return the difference with its interval, the largest that still fits, the truth beside it, and what it rests on."""
    topic, (lower, upper) = _topic(panel), found.placebo.interval
    values = {"estimate": found.placebo.estimate, "truth": panel.truth, "lower": lower, "upper": upper}
    texts = {name: None if value is None else _signed(value, topic, lang) for name, value in values.items()}
    bound = found.placebo.equivalence_bound
    texts["bound"] = _signed(bound, topic, lang) if math.isfinite(bound) else None
    counts = {"ring": len(found.ring), "others": len(found.others), "incomplete": _left_out(panel, found)}
    rows = [(phrase(f"spillovers.row.{name}", lang), text) for name, text in (*texts.items(), *counts.items())]
    return make_table(
        pd.DataFrame(rows, columns=["what", "value"]).assign(
            why=["no_truth" if name == "truth" else "no_interval" for name in (*texts, *counts)]
        ),
        caption=phrase("spillovers.estimate", lang, start=found.start_year),
        columns={
            "what": phrase("spillovers.column.what", lang),
            "value": Column(phrase("column.value", lang), kind="text", reason="why"),
        },
        origins=_origins(panel),
        lang=lang,
        row_header="what",
    )


def variants_table(panel: RingPanel, variants: pd.DataFrame, lang: str) -> Table:
    """Return the difference with other starts and without each wijk of the ring."""
    topic = _topic(panel)
    shown = pd.DataFrame(
        {
            "choice": [_choice(panel, row, lang) for row in variants.itertuples()],
            **{
                name: [_signed(value, topic, lang) for value in variants[name].astype(float)]
                for name in ("estimate", "lower", "upper")
            },
            "p_value": variants["p_value"].astype(float),
            "why": "no_interval",
        }
    )
    return make_table(
        shown,
        caption=phrase("spillovers.variants", lang),
        columns={
            "choice": phrase("spillovers.column.choice", lang),
            "estimate": Column(phrase("column.gap", lang), kind="text", reason="why"),
            "lower": Column(phrase("column.lower", lang), kind="text", reason="why"),
            "upper": Column(phrase("column.upper", lang), kind="text", reason="why"),
            "p_value": Column(phrase("spillovers.column.p_value", lang), decimals=3, reason="why"),
        },
        origins=_origins(panel),
        lang=lang,
        row_header="choice",
    )


def spillover_claims(panel: RingPanel, found: Spillover, lang: str) -> Claims:
    """Return the sentences: whether the ring moved differently, which difference is excluded, the levels, and the truth."""
    topic, bound = _topic(panel), found.placebo.equivalence_bound
    value = {"value": _signed(found.placebo.estimate, topic, lang)}
    last = found.path.iloc[-1]
    levels = {
        "year": int(last["year"]),
        "count": len(found.ring),
        "value": format_value(float(last["ring"]), topic, lang),
        "compare_value": format_value(float(last["others"]), topic, lang),
    }
    claims = [_main_claim(panel, found, lang)]
    if math.isfinite(bound):
        words = {"bound": _signed(bound, topic, lang)}
        claims.append(_level_claim("bound", "spillover_bound", words, bound, panel, found, lang))
    claims.append(_level_claim("ring", "spillover_ring", levels, float(last["ring"]), panel, found, lang))
    if panel.truth is not None:
        words = {"truth": _signed(panel.truth, topic, lang), **value}
        claims.append(_level_claim("truth", "spillover_truth", words, panel.truth, panel, found, lang))
    return Claims(tuple(claims))


def used_rows(panel: RingPanel) -> pd.DataFrame:
    """Return the sources of the figures and of the outlines, for the provenance of the page."""
    rows = panel.rows.assign(indicator_id=panel.indicator_id).astype(object)
    card = panel.outlines.card if panel.outlines else None
    if card is None or panel.outlines is None:
        return rows
    drawn = {"source_id": card.source_id, "vintage": card.vintage, "year": panel.outlines.boundary_year, "origin": "published"}
    return pd.concat([rows, pd.DataFrame([drawn], columns=rows.columns, dtype=object)], ignore_index=True)


def _main_claim(panel: RingPanel, found: Spillover, lang: str) -> Claim:
    topic, (lower, upper) = _topic(panel), found.placebo.interval
    is_known = math.isfinite(lower) and math.isfinite(upper)
    evidence = Evidence(
        Question.CHANGE,
        reliable_level=True,
        measurements=len(found.path),
        change=found.placebo.estimate,
        change_margin=0.0 if not found.is_within_chance else abs(found.placebo.estimate),
    )
    badge = decide_badge(evidence)
    name = "spillover" if is_known else "spillover_no_interval"
    if badge is Badge.SIGNAL:
        name = "spillover_up" if found.placebo.estimate > 0 else "spillover_down"
    ends = {"lower": _signed(lower, topic, lang), "upper": _signed(upper, topic, lang)} if is_known else {}
    words: dict[str, object] = {"indicator": topic.name(lang), "value": _signed(found.placebo.estimate, topic, lang)}
    interval: dict[str, object] = {"interval": phrase("number.interval", lang, **ends)} if is_known else {}
    return make_claim(
        "spillover",
        f"claim.{badge}.{name}",
        lang=lang,
        badge=badge,
        **_about(panel, found),
        words=words | interval,
        value=found.placebo.estimate,
        lower=lower if is_known else None,
        upper=upper if is_known else None,
        unit="points",
    )


def _level_claim(
    key: str, template: str, words: Mapping[str, object], value: float, panel: RingPanel, found: Spillover, lang: str
) -> Claim:
    return make_claim(
        f"spillover-{key}",
        f"claim.description.{template}",
        lang=lang,
        badge=decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
        **_about(panel, found),
        words=words,
        value=float(value),
        unit=_topic(panel).unit if key == "ring" else "points",
        headline=key != "ring",
    )


def _about(panel: RingPanel, found: Spillover) -> dict[str, Any]:
    return {
        "indicator": panel.indicator_id,
        "area": PROGRAMME,
        "origins": _origins(panel),
        "sources": tuple(sorted(set(panel.rows["source_id"]))),
        "year": found.years[1],
    }


def _draw_path(found: Spillover, topic: Indicator, lang: str, width: float) -> Drawing:
    with figure_style():
        figure, axes = new_figure(width, FIGURE_HEIGHT)
        for side, colour, style in (("others", CONTEXT, "--"), ("ring", OWN, "-")):
            axes.plot(found.path["year"], found.path[side], style, color=colour, marker="o", markersize=4)
            _end_label(axes, found, side, colour, lang)
        axes.axvline(found.start_year - 0.5, color=INK, linewidth=1.0, linestyle=":")
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.locator_params(axis="x", integer=True, nbins=6 if width < FIGURE_HEIGHT else 12)
        axes.set_ylabel(phrase(f"unit.{topic.unit}", lang, value="").strip())
    return figure


def _end_label(axes: Axes, found: Spillover, side: str, colour: str, lang: str) -> None:
    """Write the name above the higher line and below the lower one, at the first year."""
    first, other = (float(found.path[name].iloc[0]) for name in (side, "ring" if side == "others" else "others"))
    is_higher = first >= other
    axes.annotate(
        phrase(f"spillovers.path.{side}", lang),
        (float(found.path["year"].iloc[0]), first),
        xytext=(0, 8 if is_higher else -8),
        textcoords="offset points",
        va="bottom" if is_higher else "top",
        color=colour,
        fontweight="bold",
    )


def _draw_placebo(found: Spillover, panel: RingPanel, bars: tuple[np.ndarray, np.ndarray], lang: str, width: float) -> Drawing:
    counts, edges = bars
    marks = [("own", found.placebo.estimate, OWN, "-"), ("truth", panel.truth, INK, ":")]
    with figure_style():
        figure, axes = new_figure(width, FIGURE_HEIGHT)
        axes.bar(edges[:-1], counts, width=np.diff(edges), align="edge", color=INTERVAL, edgecolor="none")
        for name, value, colour, style in marks:
            if value is not None:
                axes.axvline(value, color=colour, linestyle=style, label=phrase(f"spillovers.placebo.{name}", lang))
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
        axes.set_xlabel(phrase("spillovers.placebo.axis", lang))
        axes.set_ylabel(phrase("spillovers.column.trial_rings", lang))
    return figure


def _topic(panel: RingPanel) -> Indicator:
    return indicator(panel.indicator_id)


def _origins(panel: RingPanel) -> frozenset[str]:
    return frozenset(panel.rows["origin"])


def _name(panel: RingPanel, code: str, lang: str) -> str:
    return panel.names[code][LANGUAGES.index(lang)]


def _shown(value: float, topic: Indicator, lang: str) -> str | None:
    return None if pd.isna(value) else format_value(float(value), topic, lang)


def _signed(value: float, topic: Indicator, lang: str) -> str | None:
    """Return a difference with its sign and unit, with one decimal more than a level: the differences here are small."""
    if not math.isfinite(value):
        return None
    size = format_gap(float(value), topic, lang, topic.decimals + 1)
    return f"{MINUS}{size}" if format_number(float(value), lang, topic.decimals + 1).startswith(MINUS) else size


def _left_out(panel: RingPanel, found: Spillover) -> int:
    return len(set(found.incomplete) - set(panel.programme))


def _choice(panel: RingPanel, row: Any, lang: str) -> str:
    if row.variant == "start":
        return phrase("spillovers.variant.start", lang, start=row.start_year)
    return phrase("spillovers.variant.left_out", lang, name=_name(panel, row.left_out, lang))
