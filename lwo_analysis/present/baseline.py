"""The baseline page: the figures of the programme plan for Oost, beside city and G40."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import PILLARS, Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.comparison import Comparison, GapRow, rounding_bounds
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.mirror import PLAN_YEAR
from lwo_analysis.present.pairs import decimals_of, gap_decimals, gap_word, pair_claim, side_word
from lwo_analysis.present.prose import Title, format_number, make_title
from lwo_analysis.present.style import COMPARISON, MARKERS, SECOND_COMPARISON
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_value

COLOURS = (COMPARISON, SECOND_COMPARISON)
HEADLINES = 2


def baseline_title(base_year: int, lang: str) -> Title:
    """Return the title of the page, with the start year when it is not that of the plan."""
    if base_year == PLAN_YEAR:
        return make_title("baseline.title", lang)
    return make_title("baseline.title_year", lang, year=base_year)


def ranked_gaps(comparison: Comparison, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """Return the gaps by pillar, within a pillar the largest relative gap to the first comparison first.

    Parameters
    ----------
    comparison : Comparison
        The area beside its comparisons; its levels hold the printed `decimals`.
    indicators : mapping
        The catalogue.

    Returns
    -------
    DataFrame
        The columns of `Comparison.gaps`, `pillar`, `rank` (1 is the largest gap of the pillar; empty for indicators without a
        direction), and `rounding_lower`, `rounding_upper`: how far rounding alone moves the relative gap.

    Raises
    ------
    CannotAnswerError
        None of the comparisons has a figure.
    """
    if comparison.gaps.empty:
        own = area(comparison.levels["area_id"].iloc[0])
        raise CannotAnswerError("nothing_to_compare", area=(own.name_nl, own.name_en))
    steps = {(row.indicator_id, row.area_id): (float(row.value), 10.0**-row.decimals) for row in comparison.levels.itertuples()}
    gaps = comparison.gaps.assign(pillar=[indicators[name].pillar for name in comparison.gaps["indicator_id"]])
    bounds = [_bounds(row, steps, indicators[row.indicator_id].direction) for row in gaps.itertuples()]
    gaps[["rounding_lower", "rounding_upper"]] = bounds
    first = gaps[gaps["compare_id"] == gaps["compare_id"].iloc[0]]
    rank = first.groupby("pillar")["relative_gap"].rank(ascending=False, method="first")
    ranks = dict(zip(first["indicator_id"], rank, strict=True))
    placed = gaps.assign(rank=gaps["indicator_id"].map(ranks), _p=gaps["pillar"].map(PILLARS.index))
    return placed.sort_values(["_p", "rank"], kind="stable").drop(columns="_p").reset_index(drop=True)


def baseline_definitions(published: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Table:
    """Return what each topic is, what the document calls it, and on which line it stands."""
    topics = published.drop_duplicates("indicator_id")
    rows = pd.DataFrame(
        {
            "indicator": [indicators[name].name(lang) for name in topics["indicator_id"]],
            "definition": [indicators[name].definition(lang) for name in topics["indicator_id"]],
            "label": topics["label"].tolist(),
            "line": topics["line"].tolist(),
        }
    )
    return make_table(
        rows,
        caption=phrase("baseline.definitions", lang),
        columns={
            "indicator": phrase("column.indicator", lang),
            "definition": phrase("column.definition", lang),
            "label": phrase("column.printed", lang),
            "line": Column(phrase("column.line", lang), kind="year"),
        },
        origins=set(published["origin"]),
        lang=lang,
        row_header="indicator",
    )


def baseline_table(comparison: Comparison, gaps: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Table:
    """Return the table of all figures, ranked by pillar, with the gap to the first comparison and which way it points."""
    area_id = comparison.levels["area_id"].iloc[0]
    others = list(dict.fromkeys(gaps["compare_id"]))
    figures = comparison.levels.set_index(["indicator_id", "area_id"])
    to_first = gaps[gaps["compare_id"] == others[0]]
    rows = pd.DataFrame(
        {
            "pillar": [phrase(f"pillar.{row.pillar}", lang) for row in to_first.itertuples()],
            "indicator": [indicators[name].name(lang) for name in to_first["indicator_id"]],
            **{
                place: [_shown(figures, (name, place), indicators[name], lang) for name in to_first["indicator_id"]]
                for place in (area_id, *others)
            },
            "gap": [_gap_shown(row, figures, indicators[row.indicator_id], lang) for row in to_first.itertuples()],
            "side": [side_word(row.oriented_gap, lang) for row in to_first.itertuples()],
            "status": "not_published",
        }
    )
    places = {place: Column(area(place).name(lang), kind="text", reason="status") for place in (area_id, *others)}
    names = ", ".join(area(place).name(lang) for place in others)
    return make_table(
        rows,
        caption=phrase("baseline.table", lang, area=area(area_id).name(lang), compare=names),
        columns={
            "indicator": phrase("column.indicator", lang),
            **places,
            "gap": phrase("column.gap_to", lang, area=area(others[0]).name(lang)),
            "side": phrase("column.side", lang),
            "pillar": phrase("column.pillar", lang),
        },
        origins=set(comparison.levels["origin"]),
        lang=lang,
        row_header="indicator",
    )


def baseline_figure(comparison: Comparison, gaps: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Figure:
    """Return the dot plot of relative gaps by pillar; indicators without a direction are not in it."""
    shown = gaps[gaps["relative_gap"].notna()]
    others, topics = (list(dict.fromkeys(shown[name])) for name in ("compare_id", "indicator_id"))
    to_first = shown[shown["compare_id"] == others[0]]
    largest = to_first.loc[to_first["relative_gap"].idxmax()]
    name = area(comparison.levels["area_id"].iloc[0]).name(lang)
    return make_figure(
        lambda width: draw_dotplot(
            [indicators[topic].name(lang) for topic in topics],
            [phrase(f"pillar.{indicators[topic].pillar}", lang) for topic in topics],
            [_series(shown, topics, other, lang, colour) for other, colour in zip(others, COLOURS, strict=False)],
            xlabel=phrase("baseline.axis", lang),
            width=width,
            zero_line=True,
        ),
        alt=phrase(
            "baseline.alt",
            lang,
            area=name,
            compare=area(others[0]).name(lang),
            worse=int((to_first["relative_gap"] > 0).sum()),
            total=len(to_first),
            largest_name=indicators[largest["indicator_id"]].name(lang),
            largest=format_number(100 * largest["relative_gap"], lang, 0),
        ),
        caption=phrase("baseline.figure", lang, area=name),
        data=_figure_data(shown, others, indicators, lang),
        columns={
            "indicator": phrase("column.indicator", lang),
            **{
                place: Column(phrase("column.relative_gap_to", lang, area=area(place).name(lang)), decimals=0, reason="status")
                for place in others
            },
            "pillar": phrase("column.pillar", lang),
        },
        origins=set(comparison.levels["origin"]),
        lang=lang,
    )


def baseline_claims(comparison: Comparison, gaps: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Claims:
    """Return the sentences of the page: how many topics are less favourable, and per pillar the largest gap."""
    to_first = gaps[(gaps["compare_id"] == gaps["compare_id"].iloc[0]) & gaps["relative_gap"].notna()]
    leading = to_first[to_first["rank"] == 1]
    in_front = set(leading.nlargest(HEADLINES, "relative_gap")["indicator_id"])
    largest = [
        pair_claim(row, comparison.levels, indicators[row.indicator_id], lang, headline=row.indicator_id in in_front)
        for row in leading.itertuples()
    ]
    return Claims((_count_claim(to_first, comparison, lang), *largest))


def _count_claim(to_first: pd.DataFrame, comparison: Comparison, lang: str) -> Claim:
    row = to_first.iloc[0]
    worse = int((to_first["oriented_gap"] > 0).sum())
    badge = decide_badge(Evidence(Question.LEVEL, reliable_level=True))
    words = {
        "count": worse,
        "total": len(to_first),
        "area": area(row["area_id"]).name(lang),
        "compare": area(row["compare_id"]).name(lang),
    }
    return make_claim(
        "topics-less-favourable",
        "claim.description.count_worse",
        lang=lang,
        badge=badge,
        indicator="all",
        area=row["area_id"],
        compare=row["compare_id"],
        origins=set(comparison.levels["origin"]),
        sources=tuple(sorted(set(comparison.levels["source_id"]))),
        words=words,
        value=float(worse),
        unit="topics",
    )


def _bounds(row: GapRow, steps: Mapping[tuple[str, str], tuple[float, float]], direction: str) -> tuple[float, float]:
    if pd.isna(row.relative_gap):
        return float("nan"), float("nan")
    return rounding_bounds(*steps[row.indicator_id, row.area_id], *steps[row.indicator_id, row.compare_id], direction)


def _shown(figures: pd.DataFrame, key: tuple[str, str], indicator: Indicator, lang: str) -> str | None:
    if key not in figures.index:
        return None
    figure = figures.loc[key]
    return format_value(float(figure["value"]), indicator, lang, decimals_of(figure))


def _gap_shown(row: GapRow, figures: pd.DataFrame, indicator: Indicator, lang: str) -> str | None:
    pair = (figures.loc[row.indicator_id, row.area_id], figures.loc[row.indicator_id, row.compare_id])
    return gap_word(row.gap, indicator, lang, gap_decimals(*pair))


def _figure_data(shown: pd.DataFrame, others: list[str], indicators: Mapping[str, Indicator], lang: str) -> pd.DataFrame:
    wide = shown.assign(percent=100 * shown["relative_gap"]).pivot(index="indicator_id", columns="compare_id", values="percent")
    ordered = wide.reindex(dict.fromkeys(shown["indicator_id"]))[others].reset_index()
    return ordered.assign(
        indicator=[indicators[name].name(lang) for name in ordered["indicator_id"]],
        pillar=[phrase(f"pillar.{indicators[name].pillar}", lang) for name in ordered["indicator_id"]],
        status="not_published",
    )


def _series(shown: pd.DataFrame, topics: list[str], other: str, lang: str, colour: str) -> Series:
    rows = shown[shown["compare_id"] == other].set_index("indicator_id").reindex(topics)
    values, lower, upper = (100 * rows[name].to_numpy(float) for name in ("relative_gap", "rounding_lower", "rounding_upper"))
    return Series(area(other).name(lang), colour, MARKERS[colour], values, lower, upper)
