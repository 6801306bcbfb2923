"""The data health page: which figures there are, how old, what is missing, what was revised, and which columns moved."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.breaks import breaks_between
from lwo_analysis.catalogue.corrections import corrections_of
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.catalogue.sources import source
from lwo_analysis.indicators.health import DataHealth
from lwo_analysis.indicators.series import cut_at_breaks
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.prose import Prose, format_number, make_prose
from lwo_analysis.present.tables import Column, Table, make_table

OLD = 3
"""Years after which a figure is counted as old on this page."""
AREA = "lwo"
DATE_LENGTH = 10
COUNTS = ("figures", "suppressed", "hidden", "not_published")
COLUMN_COUNTS = ("read", "renamed", "absent", "new", "gone")


def health_claims(health: DataHealth, origins: frozenset[str], lang: str) -> Claims:
    """Return the sentences of the page: how many tables, how old, what is left out, and what was revised."""
    state = health.freshness
    dated = state[state["complete_year"].notna()]
    old = int((dated["age"] > OLD).sum())
    missing = {name: int(state[name].sum()) for name in COUNTS}
    said: list[tuple[str, str, int, Mapping[str, object]]] = [
        ("tables", "health_tables", len(health.tables), {"tables": len(health.tables), "indicators": len(state)}),
        ("undated", "health_undated", len(state) - len(dated), {"count": len(state) - len(dated), "total": len(state)}),
        *(
            [("old", "health_old", old, {"count": old, "total": len(dated), "years": OLD, "year": health.as_of})]
            if len(dated)
            else []
        ),
        ("missing", "health_missing", missing["suppressed"] + missing["hidden"], {**_numbers(missing, lang)}),
    ]
    claims = [
        _claim(name, f"claim.description.{template}", value, words, health, origins, lang)
        for name, template, value, words in said
    ]
    return Claims((*claims, _revision_claim(health, origins, lang)))


def freshness_table(health: DataHealth, origins: frozenset[str], lang: str) -> Table:
    """Return per indicator and source the latest complete year, its age, the vintage, and what is missing; the oldest first."""
    rows = health.freshness.sort_values(["age", "source_id", "indicator_id"], ascending=[False, True, True], na_position="first")
    shown = rows.assign(
        indicator=[indicators()[name].name(lang) for name in rows["indicator_id"]],
        source=[source(name).title(lang) for name in rows["source_id"]],
        vintage=rows["vintage"].str[:DATE_LENGTH],
        why=rows["not_published"].gt(0).map({True: "no_complete_year", False: "no_year"}),
    )
    return make_table(
        shown,
        caption=phrase("health.freshness", lang, year=health.as_of),
        columns={
            "indicator": phrase("column.indicator", lang),
            "complete_year": Column(phrase("column.complete_year", lang), kind="year", reason="why"),
            "age": Column(phrase("column.age", lang), decimals=0, reason="why"),
            **{name: Column(phrase(f"column.{name}", lang), decimals=0) for name in COUNTS},
            "vintage": phrase("column.vintage", lang),
            "source": phrase("column.source", lang),
        },
        origins=origins,
        lang=lang,
        row_header="indicator",
    )


def tables_table(health: DataHealth, origins: frozenset[str], lang: str) -> Table:
    """Return per raw table its vintage, when it was retrieved, and what became of its columns."""
    rows = health.tables
    shown = rows.assign(
        source=[source(name).title(lang) for name in rows["source_id"]],
        vintage=rows["vintage"].str[:DATE_LENGTH],
        why="no_description",
        which=[_which(row, lang) for row in rows.itertuples()],
    )
    return make_table(
        shown,
        caption=phrase("health.tables", lang),
        columns={
            "table": phrase("column.table", lang),
            "vintage": phrase("column.vintage", lang),
            "retrieved": phrase("column.retrieved", lang),
            **{name: Column(phrase(f"column.columns_{name}", lang), decimals=0, reason="why") for name in COLUMN_COUNTS},
            "which": phrase("column.which", lang),
            "source": phrase("column.source", lang),
        },
        origins=origins,
        lang=lang,
        row_header="table",
    )


def revisions_table(health: DataHealth, origins: frozenset[str], lang: str) -> Table | Prose:
    """Return how many figures were changed, filled or withdrawn since the previous vintage; a sentence when there are none."""
    if health.revised is None or health.revised.empty:
        return make_prose("health.no_previous" if health.revised is None else "health.none_revised", lang)
    shown = health.revised.assign(
        indicator=[indicators()[name].name(lang) for name in health.revised["indicator_id"]],
        source=[source(name).title(lang) for name in health.revised["source_id"]],
    )
    return make_table(
        shown,
        caption=phrase("health.revised", lang),
        columns={
            "indicator": phrase("column.indicator", lang),
            **{name: Column(phrase(f"column.{name}", lang), decimals=0) for name in ("changed", "filled", "withdrawn")},
            "source": phrase("column.source", lang),
        },
        origins=origins,
        lang=lang,
        row_header="indicator",
    )


def corrections_table(health: DataHealth, origins: frozenset[str], lang: str) -> Table | Prose:
    """Return the known errors in the raw tables and what was done about each; a sentence when there are none.

    A correction that leaves the figures as they are (`flag`) is named here too; a page with those figures says so at its foot.
    """
    entries = [entry for name in dict.fromkeys(health.tables["source_id"]) for entry in corrections_of(name)]
    rows = [
        {
            "table": entry.table,
            "correction_where": ", ".join(str(value) for value in entry.where.values()),
            "correction_done": phrase(f"health.done.{entry.verb}", lang),
        }
        for entry in entries
        if entry.table in set(health.tables["table"])
    ]
    if not rows:
        return make_prose("health.no_corrections", lang)
    return make_table(
        pd.DataFrame(rows),
        caption=phrase("health.corrections", lang),
        columns={name: phrase(f"column.{name}", lang) for name in rows[0]},
        origins=origins,
        lang=lang,
        row_header="table",
    )


def breaks_table(observations: pd.DataFrame, origins: frozenset[str], lang: str) -> Table | Prose:
    """Return the series that mean something else from a year on, with the years on either side; a sentence when none does."""
    rows = [row for name in dict.fromkeys(observations["indicator_id"]) for row in _cuts(observations, name, lang)]
    if not rows:
        return make_prose("health.no_breaks", lang)
    return make_table(
        pd.DataFrame(rows),
        caption=phrase("health.breaks", lang),
        columns={name: phrase(f"column.{name}", lang) for name in ("indicator", "years_before", "years_from", "what_changed")},
        origins=origins,
        lang=lang,
        row_header="indicator",
    )


def _cuts(observations: pd.DataFrame, indicator_id: str, lang: str) -> list[dict[str, str]]:
    segments = cut_at_breaks(observations[observations["value"].notna()], indicator_id)
    return [
        {
            "indicator": indicators()[indicator_id].name(lang),
            "years_before": _span(before.years, lang),
            "years_from": _span(after.years, lang),
            "what_changed": " ".join(
                found.what(lang) for found in breaks_between(indicator_id, before.years[-1], after.years[0])
            ),
        }
        for before, after in pairwise(segments)
    ]


def _span(years: tuple[int, ...], lang: str) -> str:
    return str(years[0]) if len(years) == 1 else phrase("health.span", lang, first=years[0], last=years[-1])


def _which(row: Any, lang: str) -> str:
    if not row.which:
        return phrase("health.none", lang)
    return row.which if lang == "en" else row.which.replace("other name", "andere naam").replace("absent", "ontbreekt")


def _numbers(counts: dict[str, int], lang: str) -> dict[str, str]:
    return {name: format_number(count, lang, 0) for name, count in counts.items()}


def _revision_claim(health: DataHealth, origins: frozenset[str], lang: str) -> Claim:
    if health.revised is None:
        return _claim("revised", "claim.undetermined.health_revised", None, {}, health, origins, lang)
    count = int(health.revised[["changed", "filled", "withdrawn"]].sum().sum())
    return _claim("revised", "claim.description.health_revised", count, _numbers({"count": count}, lang), health, origins, lang)


def _claim(
    name: str,
    template: str,
    value: int | None,
    words: Mapping[str, object],
    health: DataHealth,
    origins: frozenset[str],
    lang: str,
) -> Claim:
    return make_claim(
        f"health-{name}",
        template,
        lang=lang,
        badge=decide_badge(Evidence(Question.LEVEL, reliable_level=value is not None)),
        indicator="all",
        area=AREA,
        origins=origins,
        sources=tuple(sorted(set(health.tables["source_id"]))),
        words=words,
        value=None if value is None else float(value),
        unit="figures",
        headline=name in ("tables", "old", "missing"),
    )
