"""The start year of a series in open data, mirrored on 2019, because corona may have distorted the years after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.baseline import BaselineMirror, BaselineYears, mirror_baseline
from lwo_analysis.indicators.comparison import ORIENTED
from lwo_analysis.present.prose import Prose, make_prose
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_value
from lwo_analysis.schema import COLUMN_NAMES, Origin

PLAN_YEAR = BaselineYears().base
"""The start year of the plan; another one can be asked for."""


def mirror_table(
    observations: pd.DataFrame, area_id: str, base_year: int, indicators: Mapping[str, Indicator], lang: str
) -> Table | Prose:
    """Return for every counted topic the figure of the start year, that of 2019, and which of them to start from; or say that
    open data have none.

    Parameters
    ----------
    observations : DataFrame
        Real observations, possibly none. Model shares are left out: they move with what goes into them.
    area_id : str
        The area.
    base_year : int
        The start year.
    indicators : mapping
        Topics; only those with a favourable side.
    lang : str
        `nl` or `en`.
    """
    years = replace(BaselineYears(), base=base_year)
    known = counted_figures(observations, area_id)
    topics = [entry for entry in indicators.values() if entry.direction in ORIENTED and known["indicator_id"].eq(entry.id).any()]
    if not topics:
        return make_prose("mirror.none", lang, area=area(area_id).name(lang), year=base_year, mirror=years.mirror)
    rows = pd.DataFrame([_row(known, entry, years, lang) for entry in topics])
    return make_table(
        rows,
        caption=phrase("mirror.table", lang, area=area(area_id).name(lang), year=base_year, mirror=years.mirror),
        columns={
            "indicator": phrase("column.indicator", lang),
            "base": Column(str(base_year), kind="text", reason="status"),
            "mirror": Column(str(years.mirror), kind="text", reason="status"),
            "start": phrase("mirror.column_start", lang),
            "verdict": phrase("mirror.column_why", lang),
        },
        origins=set(known["origin"]),
        lang=lang,
        row_header="indicator",
    )


def counted_figures(observations: pd.DataFrame, area_id: str) -> pd.DataFrame:
    """Return the rows of an area that were counted in a register and have a value and a year."""
    counted = observations[observations["area_id"].eq(area_id) & observations["origin"].eq(str(Origin.REGISTER))]
    return counted[counted["value"].notna() & counted["year"].notna()]


def used_figures(published: pd.DataFrame, observations: pd.DataFrame, area_id: str) -> pd.DataFrame:
    """Return the rows behind the whole page, as observations: those of the plan, and those the start year was looked up in."""
    counted = counted_figures(observations, area_id)
    plan = published[list(COLUMN_NAMES)]
    return plan if counted.empty else pd.concat([plan, counted], ignore_index=True)


def _row(known: pd.DataFrame, entry: Indicator, years: BaselineYears, lang: str) -> dict[str, object]:
    series = known[known["indicator_id"].eq(entry.id)].astype({"year": int}).set_index("year")["value"].astype(float).sort_index()
    found = mirror_baseline(series, years=years)
    return {
        "indicator": entry.name(lang),
        "base": _shown(found.base_value, entry, lang),
        "mirror": _shown(found.mirror_value, entry, lang),
        "start": phrase("mirror.start", lang, value=format_value(found.value, entry, lang), years=_years(found)),
        "verdict": phrase(f"mirror.{found.verdict}", lang),
        "status": "not_published",
    }


def _years(found: BaselineMirror) -> str:
    return ", ".join(map(str, found.waves))


def _shown(value: float, entry: Indicator, lang: str) -> str | None:
    return None if pd.isna(value) else format_value(value, entry, lang)
