"""The comparison page: an area beside its comparisons for a set of indicators and one year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.comparison import Comparison
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.pairs import gap_word, is_within_chance, pair_claim, residents_claims, side_word
from lwo_analysis.present.prose import Prose, Title, format_number, make_prose, make_title
from lwo_analysis.present.style import COMPARISON, CONTEXT, MARKERS, OWN, SECOND_COMPARISON
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_value

COLOURS = (OWN, COMPARISON, SECOND_COMPARISON, CONTEXT)
HEADLINES = 3
ALL = "all"


def comparison_title(area_id: str, year: int, lang: str, *, pillar: str = ALL, min_n: int = 0) -> Title:
    """Return the title of the page, with the pillar and the fewest people when they are chosen, so that titles differ."""
    words = {"area": area(area_id).name(lang), "year": year}
    words |= {"pillar": phrase(f"pillar.{pillar}", lang)} if pillar != ALL else {}
    words |= {"min_n": format_number(min_n, lang, 0)} if min_n else {}
    key = "comparison.title" + ("_pillar" if pillar != ALL else "") + ("_min_n" if min_n else "")
    return make_title(key, lang, **words)


def levels_table(comparison: Comparison, indicators: Mapping[str, Indicator], lang: str) -> Table:
    """Return the figures of the area and of every comparison: one row per indicator, one column per area."""
    levels = comparison.levels
    places = list(dict.fromkeys(levels["area_id"]))
    topics = list(dict.fromkeys(levels["indicator_id"]))
    wide = levels.set_index(["indicator_id", "area_id"])
    rows = pd.DataFrame(
        {
            "pillar": [phrase(f"pillar.{indicators[topic].pillar}", lang) for topic in topics],
            "indicator": [indicators[topic].name(lang) for topic in topics],
            **{place: [_shown(wide, (topic, place), indicators[topic], lang) for topic in topics] for place in places},
            **{f"{place} status": [_status(wide, (topic, place)) for topic in topics] for place in places},
            "origin": [phrase(f"origin.{wide.loc[(topic, places[0]), 'origin']}", lang) for topic in topics],
        }
    )
    columns = {place: Column(area(place).name(lang), kind="text", reason=f"{place} status") for place in places}
    return make_table(
        rows,
        caption=phrase("comparison.table", lang, area=area(places[0]).name(lang), year=int(levels["year"].iloc[0])),
        columns={
            "indicator": phrase("column.indicator", lang),
            **columns,
            "origin": phrase("column.origin", lang),
            "pillar": phrase("column.pillar", lang),
        },
        origins=set(levels["origin"]),
        lang=lang,
        row_header="indicator",
    )


def gaps_table(comparison: Comparison, indicators: Mapping[str, Indicator], lang: str) -> Table | Prose:
    """Return the differences with their 95 % intervals and which way they point; or say that nothing can be compared."""
    gaps = comparison.gaps
    if gaps.empty:
        return make_prose("comparison.no_gaps", lang)
    rows = pd.DataFrame(
        {
            "indicator": [indicators[name].name(lang) for name in gaps["indicator_id"]],
            "compare": [area(name).name(lang) for name in gaps["compare_id"]],
            "gap": [gap_word(row.gap, indicators[row.indicator_id], lang) for row in gaps.itertuples()],
            "lower": gaps["lower"],
            "upper": gaps["upper"],
            "side": [side_word(row.oriented_gap, lang, within_chance=is_within_chance(row)) for row in gaps.itertuples()],
            "status": "no_interval",
        }
    )
    return make_table(
        rows,
        caption=phrase(
            "comparison.gaps",
            lang,
            area=area(gaps["area_id"].iloc[0]).name(lang),
            year=int(gaps["year"].iloc[0]),
        ),
        columns={
            "indicator": phrase("column.indicator", lang),
            "compare": phrase("column.compare", lang),
            "gap": Column(phrase("column.gap", lang), kind="text", reason="status"),
            "lower": Column(phrase("column.lower", lang), reason="status"),
            "upper": Column(phrase("column.upper", lang), reason="status"),
            "side": phrase("column.side", lang),
        },
        origins=set(comparison.levels["origin"]),
        lang=lang,
        row_header="indicator",
    )


def comparison_figure(comparison: Comparison, indicators: Mapping[str, Indicator], lang: str) -> Figure | Prose:
    """Return the dot plot of all shares, with the area in blue and at most three comparisons; or say that there is no share."""
    shares = comparison.levels[[indicators[name].unit == "percent" for name in comparison.levels["indicator_id"]]]
    if not _has_gaps(comparison, shares):
        return make_prose("comparison.no_shares", lang)
    places = list(dict.fromkeys(shares["area_id"]))[: len(COLOURS)]
    topics = list(dict.fromkeys(shares["indicator_id"]))
    year = int(shares["year"].iloc[0])
    name = area(places[0]).name(lang)
    return make_figure(
        lambda width: draw_dotplot(
            [indicators[topic].name(lang) for topic in topics],
            [phrase(f"pillar.{indicators[topic].pillar}", lang) for topic in topics],
            [_series(shares, topics, place, lang, colour) for place, colour in zip(places, COLOURS, strict=False)],
            xlabel=phrase("comparison.axis", lang),
            width=width,
        ),
        alt=_alt(comparison, places, indicators, lang),
        caption=phrase("comparison.figure", lang, area=name, year=year),
        data=_figure_data(shares, places, topics, indicators, lang),
        columns={
            "indicator": phrase("column.indicator", lang),
            **{place: Column(area(place).name(lang), kind="percent", reason=f"{place} status") for place in places},
        },
        origins=set(shares["origin"]),
        lang=lang,
    )


def comparison_claims(comparison: Comparison, indicators: Mapping[str, Indicator], lang: str) -> Claims:
    """Return the sentences of the page: who lives there, on how many topics the area is better or worse off, then every topic.

    Strengths come first: topics on which the area is better off open the list, then the largest relative gaps. Only gaps with an
    interval that excludes zero are counted as better or worse.
    """
    to_first = comparison.gaps[comparison.gaps["compare_id"].isin(comparison.gaps["compare_id"].head(1))]
    judged = to_first[to_first["oriented_gap"].notna()].sort_values("relative_gap", kind="stable")
    strengths, rest = judged[judged["oriented_gap"] < 0], judged[judged["oriented_gap"] >= 0].iloc[::-1]
    ordered = pd.concat([strengths, rest, to_first[to_first["oriented_gap"].isna()]])
    pairs = [
        pair_claim(row, comparison.levels, indicators[row.indicator_id], lang, headline=place < HEADLINES)
        for place, row in enumerate(ordered.itertuples())
    ]
    known = judged[judged["lower"].notna()]
    counted = [_count_claim(known, comparison, lang)] if len(known) else []
    claims = (*_residents_claim(comparison, lang), *counted, *pairs)
    if not claims:
        own = area(comparison.levels["area_id"].iloc[0])
        raise CannotAnswerError("no_figures_of_area", area=(own.name_nl, own.name_en))
    return Claims(claims)


def _residents_claim(comparison: Comparison, lang: str) -> list[Claim]:
    levels = comparison.levels
    own = levels[
        levels["indicator_id"].eq("population") & levels["area_id"].eq(levels["area_id"].iloc[0]) & levels["value"].notna()
    ]
    return residents_claims(own, lang)


def _count_claim(known: pd.DataFrame, comparison: Comparison, lang: str) -> Claim:
    clear = known[[not is_within_chance(row) for row in known.itertuples()]]
    worse, better = int((clear["oriented_gap"] > 0).sum()), int((clear["oriented_gap"] < 0).sum())
    row = known.iloc[0]
    used = comparison.levels[comparison.levels["indicator_id"].isin(known["indicator_id"])]
    words = {
        "count": worse,
        "better": better,
        "total": len(known),
        "area": area(row["area_id"]).name(lang),
        "compare": area(row["compare_id"]).name(lang),
        "year": int(row["year"]),
    }
    return make_claim(
        "topics-less-favourable",
        "claim.description.count_worse_in_year",
        lang=lang,
        badge=decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
        indicator="all",
        area=row["area_id"],
        compare=row["compare_id"],
        origins=set(used["origin"]),
        sources=tuple(sorted(set(used["source_id"]))),
        words=words,
        value=float(worse),
        unit="topics",
        year=int(row["year"]),
    )


def _has_gaps(comparison: Comparison, shares: pd.DataFrame) -> bool:
    """Return whether the area has a share that its first comparison has as well; without one there is nothing to draw."""
    places = list(dict.fromkeys(shares["area_id"]))
    gaps = comparison.gaps[comparison.gaps["indicator_id"].isin(shares["indicator_id"])]
    return len(places) > 1 and bool(gaps.loc[gaps["compare_id"].eq(places[1]), "gap"].notna().any())


def _alt(comparison: Comparison, places: list[str], indicators: Mapping[str, Indicator], lang: str) -> str:
    shares = [name for name in dict.fromkeys(comparison.gaps["indicator_id"]) if indicators[name].unit == "percent"]
    in_figure = comparison.gaps["indicator_id"].isin(shares) & comparison.gaps["compare_id"].eq(places[1])
    gaps = comparison.gaps[in_figure & comparison.gaps["gap"].notna()]
    largest = gaps.loc[gaps["gap"].abs().idxmax()]
    wide = comparison.levels.set_index(["indicator_id", "area_id"])["value"]
    topic = indicators[largest["indicator_id"]]
    return phrase(
        "comparison.alt",
        lang,
        area=area(places[0]).name(lang),
        compare=area(places[1]).name(lang),
        largest_name=topic.name(lang),
        value=format_value(float(wide[topic.id, places[0]]), topic, lang),
        compare_value=format_value(float(wide[topic.id, places[1]]), topic, lang),
    )


def _series(shares: pd.DataFrame, topics: list[str], place: str, lang: str, colour: str) -> Series:
    rows = shares[shares["area_id"] == place].set_index("indicator_id").reindex(topics)
    values, lower, upper = (rows[name].to_numpy(dtype=float, na_value=float("nan")) for name in ("value", "lower", "upper"))
    return Series(area(place).name(lang), colour, MARKERS[colour], values, lower, upper)


def _figure_data(
    shares: pd.DataFrame, places: list[str], topics: list[str], indicators: Mapping[str, Indicator], lang: str
) -> pd.DataFrame:
    wide = shares.set_index(["indicator_id", "area_id"])
    return pd.DataFrame(
        {
            "indicator": [indicators[topic].name(lang) for topic in topics],
            **{place: [_value(wide, (topic, place)) for topic in topics] for place in places},
            **{f"{place} status": [_status(wide, (topic, place)) for topic in topics] for place in places},
        }
    )


def _value(wide: pd.DataFrame, key: tuple[str, str]) -> float | None:
    return float(wide.loc[key, "value"]) if key in wide.index and pd.notna(wide.loc[key, "value"]) else None


def _shown(wide: pd.DataFrame, key: tuple[str, str], indicator: Indicator, lang: str) -> str | None:
    value = _value(wide, key)
    return None if value is None else format_value(value, indicator, lang)


def _status(wide: pd.DataFrame, key: tuple[str, str]) -> str:
    return str(wide.loc[key, "status"]) if key in wide.index else "not_published"
