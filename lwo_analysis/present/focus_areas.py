"""The page about the twenty focus areas: one of them among the others, its place, and the areas most like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.focus_field import DEMO_PREFIX, FocusField
from lwo_analysis.indicators.focus_peers import Peers
from lwo_analysis.indicators.matching import MatchedAreas
from lwo_analysis.indicators.uncertainty import wilson_interval
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import Prose, Title, format_number, make_prose, make_title
from lwo_analysis.present.style import COMPARISON, CONTEXT, MARKERS, OWN, SECOND_COMPARISON
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_value

GROUPS = {"own": OWN, "peers": COMPARISON, "others": CONTEXT, "beside": SECOND_COMPARISON}
"""The groups of rows of the figure, from the top down, and their colours. Within a group areas stand by name, not by figure: the
page is no league table."""
GOOD_BALANCE = 0.25
ALL = "all"


def field_name(area_id: str, lang: str) -> str:
    """Return the name of an area of the catalogue, or of a wijk of the demo panel."""
    if area_id.startswith(DEMO_PREFIX):
        return phrase("focus.demo_wijk", lang, number=int(area_id.removeprefix(DEMO_PREFIX)))
    return areas()[area_id].name(lang)


def field_word(field: FocusField, lang: str) -> str:
    """Return what the other areas of the field are called: focus areas, or made-up areas."""
    return phrase("focus.made_up_areas" if field.is_demo else "focus.focus_areas", lang)


def focus_title(field: FocusField, indicator: Indicator, pillar: str, lang: str) -> Title:
    """Return the title of the page, with everything in which two pages can differ."""
    words = {"area": field_name(field.area_id, lang), "year": field.year, "indicator": indicator.name(lang)}
    if pillar == ALL:
        return make_title("focus.title_all", lang, **words)
    return make_title("focus.title_pillar", lang, pillar=phrase(f"pillar.{pillar}", lang), **words)


def field_figure(field: FocusField, indicator: Indicator, peers: Peers, lang: str) -> Figure:
    """Return one dot per area with its interval: the area, those most like it, the others by name, and its city and country."""
    rows = _figure_rows(field, indicator, peers, lang)
    members = rows[rows["group"].ne("beside")]
    own = members.iloc[0]
    labels = {group: _group_label(group, field, lang) for group in GROUPS}
    return make_figure(
        lambda width: _draw_field(rows, labels, phrase("focus.axis", lang, unit=_unit(indicator, lang)), width),
        alt=phrase(
            "focus.alt",
            lang,
            area=own["name"],
            value=format_value(own["value"], indicator, lang),
            n=len(members),
            lowest=members.loc[members["value"].idxmin(), "name"],
            low=format_value(members["value"].min(), indicator, lang),
            highest=members.loc[members["value"].idxmax(), "name"],
            high=format_value(members["value"].max(), indicator, lang),
        ),
        caption=phrase("focus.figure", lang, indicator=indicator.name(lang), year=field.year),
        data=rows.assign(kind=rows["group"].map(labels), status="no_interval"),
        columns={
            "name": phrase("column.area", lang),
            "value": Column(indicator.name(lang), decimals=indicator.decimals),
            "lower": Column(phrase("column.lower", lang), decimals=indicator.decimals, reason="status"),
            "upper": Column(phrase("column.upper", lang), decimals=indicator.decimals, reason="status"),
            "kind": phrase("focus.column_group", lang),
        },
        origins=set(field.of_indicator(indicator.id)["origin"].dropna()),
        lang=lang,
    )


def places_table(field: FocusField, places: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Table:
    """Return the place of the area on every topic; a topic without counts has no place, since its chance is not known."""
    topics = [indicators[name] for name in places["indicator_id"]]
    rows = pd.DataFrame(
        {
            "indicator": [topic.name(lang) for topic in topics],
            "value": [format_value(value, topic, lang) for value, topic in zip(places["value"], topics, strict=True)],
            "others": [format_value(value, topic, lang) for value, topic in zip(places["others"], topics, strict=True)],
            "score": places["score"].round(0),
            "rank": [_whole(value, lang) for value in places["rank"]],
            "interval": [_span(row, lang) for row in places.itertuples()],
            "origin": [phrase(f"origin.{name}", lang) for name in places["origin"]],
            "status": "no_interval",
        }
    )
    return make_table(
        rows,
        caption=phrase("focus.places", lang, area=field_name(field.area_id, lang), n=len(field.members), year=field.year),
        columns={
            "indicator": phrase("column.indicator", lang),
            "value": field_name(field.area_id, lang),
            "others": phrase("focus.column_others", lang),
            "score": Column(phrase("focus.column_score", lang), decimals=0),
            "rank": Column(phrase("column.rank", lang), kind="text", reason="status"),
            "interval": Column(phrase("focus.column_interval", lang), kind="text", reason="status"),
            "origin": phrase("column.origin", lang),
        },
        origins=set(places["origin"]),
        lang=lang,
        row_header="indicator",
    )


def places_figure(field: FocusField, places: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Figure | Prose:
    """Return the place on every topic with the places that chance allows; or say that no topic has counts."""
    known = places[places["rank"].notna()]
    if known.empty:
        return make_prose("focus.no_places", lang)
    names = [indicators[name].name(lang) for name in known["indicator_id"]]
    pillars = [phrase(f"pillar.{indicators[name].pillar}", lang) for name in known["indicator_id"]]
    values = [known[name].to_numpy(float) for name in ("rank", "lower", "upper")]
    n, area = len(field.members), field_name(field.area_id, lang)
    best = known.iloc[0]
    return make_figure(
        lambda width: _draw_places(names, pillars, Series(area, OWN, MARKERS[OWN], *values), n, lang, width),
        alt=phrase(
            "focus.places_alt",
            lang,
            area=area,
            n=n,
            best=indicators[best["indicator_id"]].name(lang),
            rank=_whole(best["rank"], lang),
            span=_span(best, lang),
        ),
        caption=phrase("focus.places_figure", lang, area=area, year=field.year),
        data=pd.DataFrame({"indicator": names, **dict(zip(("rank", "lower", "upper"), values, strict=True))}),
        columns={
            "indicator": phrase("column.indicator", lang),
            "rank": Column(phrase("column.rank", lang), decimals=0),
            "lower": Column(phrase("focus.column_best", lang), decimals=0),
            "upper": Column(phrase("focus.column_last", lang), decimals=0),
        },
        origins=set(known["origin"]),
        lang=lang,
    )


def peers_table(field: FocusField, peers: Peers, indicators: Mapping[str, Indicator], lang: str) -> Table:
    """Return the areas most like the placed one with their figures, and how firm the choice is."""
    shown = [field.area_id, *peers.table["area_id"]]
    table = peers.table.set_index("area_id")
    facts = {
        phrase("focus.column_distance", lang): [_distance(table, name, lang) for name in shown],
        phrase("focus.column_stays", lang): [_stays(table, name, peers, lang) for name in shown],
        **{
            indicators[topic].name(lang): [_topic_value(field, name, indicators[topic], lang) for name in shown]
            for topic in peers.topics
        },
    }
    rows = pd.DataFrame(facts, index=shown).T.rename_axis("topic").reset_index().assign(status="not_applicable")
    return make_table(
        rows,
        caption=phrase("focus.peers", lang, area=field_name(field.area_id, lang), year=field.year),
        columns={
            "topic": phrase("column.indicator", lang),
            **{name: Column(field_name(name, lang), kind="text", reason="status") for name in shown},
        },
        origins=set(field.figures.loc[field.figures["indicator_id"].isin(peers.topics), "origin"]),
        lang=lang,
        row_header="topic",
    )


def outside_table(
    matched: MatchedAreas | None,
    wijken: pd.DataFrame,
    names: Mapping[str, tuple[str, str]],
    indicator: Indicator,
    origins: set[str],
    lang: str,
) -> Table | Prose:
    """Return each wijk of the area beside the wijken without the programme most like it; or say that there are none its size."""
    if matched is None:
        return make_prose("focus.no_outside", lang)
    shown = [f"{name} {side}" for name in ("area_id", "match_id") for side in ("name", "value")]
    pairs = matched.pairs
    values = wijken[indicator.id] if indicator.id in wijken else pd.Series(float("nan"), index=wijken.index)
    rows = pairs[["distance"]].assign(status="not_shown")
    for side in ("area_id", "match_id"):
        rows[f"{side} name"] = [names[code][lang == "en"] for code in pairs[side]]
        rows[f"{side} value"] = [_value_or_none(values[code], indicator, lang) for code in pairs[side]]
    labels = ("focus.column_own", "focus.column_figure", "focus.column_match", "focus.column_figure")
    text = {name: Column(phrase(key, lang), kind="text", reason="status") for name, key in zip(shown, labels, strict=True)}
    return make_table(
        rows,
        caption=phrase("focus.outside", lang, indicator=indicator.name(lang)),
        columns={**text, "distance": Column(phrase("focus.column_distance", lang), decimals=1)},
        origins=origins,
        lang=lang,
        row_header="match_id name",
    )


def balance_table(
    matched: MatchedAreas | None, indicators: Mapping[str, Indicator], origins: set[str], lang: str
) -> Table | Prose:
    """Return how far the wijken of the area lie from all candidates and from the chosen ones, per topic."""
    if matched is None:
        return make_prose("focus.no_balance", lang)
    balance = matched.balance.reset_index()
    rows = balance[["difference_before", "difference_after"]].assign(
        topic=[
            indicators[name].name(lang) if name in indicators else phrase("focus.residents_log", lang)
            for name in balance["feature"]
        ],
        enough=[
            phrase("focus.balanced" if abs(value) <= GOOD_BALANCE else "focus.unbalanced", lang)
            for value in balance["difference_after"]
        ],
    )
    columns: dict[str, str | Column] = {
        "topic": phrase("column.indicator", lang),
        "difference_before": Column(phrase("focus.column_before", lang), decimals=2),
        "difference_after": Column(phrase("focus.column_after", lang), decimals=2),
        "enough": phrase("focus.column_enough", lang),
    }
    caption = phrase("focus.balance", lang, pool=format_number(matched.n_pool, lang, 0))
    return make_table(rows, caption=caption, columns=columns, origins=origins, lang=lang, row_header="topic")


def _figure_rows(field: FocusField, indicator: Indicator, peers: Peers, lang: str) -> pd.DataFrame:
    figures = field.of_indicator(indicator.id)
    figures = figures[figures["value"].notna()]
    group = {field.area_id: "own"} | dict.fromkeys(peers.table["area_id"], "peers") | dict.fromkeys(field.beside, "beside")
    counts = figures[["numerator", "denominator"]].astype(float)
    interval = wilson_interval(counts["numerator"], counts["denominator"]).scaled(indicator.scale)
    has_interval = indicator.unit == "percent"
    rows = pd.DataFrame(
        {
            "name": [field_name(name, lang) for name in figures.index],
            "group": [group.get(name, "others") for name in figures.index],
            "value": figures["value"].to_numpy(float),
            "lower": np.where(has_interval, interval.lower, np.nan),
            "upper": np.where(has_interval, interval.upper, np.nan),
        }
    )
    order = rows["group"].map(list(GROUPS).index)
    return rows.assign(order=order).sort_values(["order", "name"], kind="stable", ignore_index=True).drop(columns="order")


def _draw_field(rows: pd.DataFrame, labels: Mapping[str, str], xlabel: str, width: float) -> Drawing:
    series = []
    for group, colour in GROUPS.items():
        if rows["group"].eq(group).any():
            mine = rows[["value", "lower", "upper"]].where(rows["group"].eq(group)).to_numpy(float).T
            series.append(Series(labels[group], colour, MARKERS[colour], *mine))
    heads = [labels[group] for group in rows["group"]]
    return draw_dotplot(rows["name"].tolist(), heads, series, xlabel=xlabel, width=width, legend=False)


def _draw_places(names: list[str], groups: list[str], series: Series, n: int, lang: str, width: float) -> Drawing:
    drawing = draw_dotplot(names, groups, [series], xlabel=phrase("focus.places_axis", lang), width=width, legend=False)
    axes = drawing.axes[0]
    axes.set_xlim(0.4, n + 0.6)
    axes.set_xticks([1, *range(5, n + 1, 5)])
    return drawing


def _group_label(group: str, field: FocusField, lang: str) -> str:
    if group == "own":
        return field_name(field.area_id, lang)
    return phrase(f"focus.group_{group}", lang, **({"field": field_word(field, lang)} if group == "others" else {}))


def _unit(indicator: Indicator, lang: str) -> str:
    return phrase("focus.percent", lang) if indicator.unit == "percent" else indicator.name(lang)


def _topic_value(field: FocusField, area_id: str, indicator: Indicator, lang: str) -> str | None:
    return _value_or_none(field.of_indicator(indicator.id)["value"].get(area_id), indicator, lang)


def _distance(table: pd.DataFrame, area_id: str, lang: str) -> str | None:
    return format_number(table["distance"][area_id], lang) if area_id in table.index else None


def _stays(table: pd.DataFrame, area_id: str, peers: Peers, lang: str) -> str | None:
    if area_id not in table.index:
        return None
    return phrase("focus.stays", lang, stays=table["stays"][area_id], n=peers.repetitions)


def _value_or_none(value: Any, indicator: Indicator, lang: str) -> str | None:
    return None if pd.isna(value) else format_value(float(value), indicator, lang)


def _whole(value: float, lang: str) -> str | None:
    return None if pd.isna(value) else format_number(value, lang, 0)


def _span(row: Any, lang: str) -> str | None:
    if pd.isna(row.lower):
        return None
    if row.lower == row.upper:
        return _whole(row.lower, lang)
    return phrase("focus.span", lang, lower=_whole(row.lower, lang), upper=_whole(row.upper, lang))
