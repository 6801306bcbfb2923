"""The wijken of the city by year, with those of the programme and those next to it: what the page about neighbours works on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.areas import area, region_codes
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.corrections import corrections_of
from lwo_analysis.catalogue.indicators import Indicator, indicator, measures_of
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.catalogue.sources import source
from lwo_analysis.cleaning.boundaries import join_years
from lwo_analysis.cleaning.corrections import apply_corrections
from lwo_analysis.cleaning.observations import load_observations, resolve_panel
from lwo_analysis.disclosure import suppress_small
from lwo_analysis.effects.spillovers import LEAST_AFTER, LEAST_BEFORE, RING_COLUMNS, RingPanel
from lwo_analysis.indicators.adjacency import find_borders
from lwo_analysis.indicators.construct import parts_of_indicator
from lwo_analysis.indicators.focus_field import DEMO_PREFIX
from lwo_analysis.paths import raw_folder
from lwo_analysis.provenance import SourceCard
from lwo_analysis.run.build import KEY_FIGURES, raw_tables
from lwo_analysis.schema import Status
from lwo_analysis.sources import demo
from lwo_analysis.sources.geometry import Outlines, imported_outlines
from lwo_analysis.sources.regional import regional_rows
from lwo_analysis.sources.statline import read_table_folder

PROGRAMME, CITY = "lwo", "lwd"


def load_ring_panel(panel: str, indicator_id: str) -> RingPanel:
    """Return the wijken with and around the programme, for one indicator.

    Parameters
    ----------
    panel : str
        `auto`, `real` or `demo`, as in `load_observations`. Real figures are those of the key figures by wijk in the years whose
        codes are those of the outlines; the ring is every wijk that shares a border with Leeuwarden Oost.
    indicator_id : str
        Id in the catalogue of indicators.

    Raises
    ------
    CannotAnswerError
        No outlines were imported, the key figures do not hold the indicator, or too few years of them were imported.
    InputError
        A raw table is not what its card says.
    """
    return _demo_ring(indicator(indicator_id)) if resolve_panel(panel) == "demo" else _real_ring(indicator(indicator_id))


def _demo_ring(topic: Indicator) -> RingPanel:
    observations = load_observations("demo")
    is_wijk = observations["area_id"].isin(demo.PROGRAMME_WIJKEN) | observations["area_id"].str.startswith(DEMO_PREFIX)
    rows = observations[observations["indicator_id"].eq(topic.id) & is_wijk]
    if rows.empty or topic.id not in demo.TRUTH:
        raise _no_figures(topic)
    outside = sorted(set(rows["area_id"]) - set(demo.PROGRAMME_WIJKEN))
    own = {name: (area(name).name_nl, area(name).name_en) for name in demo.PROGRAMME_WIJKEN}
    made_up = {
        name: tuple(phrase("spillovers.demo_name", lang, number=name.rpartition("-")[2].lstrip("0")) for lang in LANGUAGES)
        for name in outside
    }
    planted = demo.true_effect(topic.id, demo.RING[0], demo.YEARS[-1]) * topic.scale
    return RingPanel(
        topic.id,
        rows[list(RING_COLUMNS)].reset_index(drop=True),
        demo.PROGRAMME_WIJKEN,
        demo.RING,
        own | made_up,
        truth=planted,
    )


def _real_ring(topic: Indicator) -> RingPanel:
    outlines = next((each for each in reversed(imported_outlines()) if _has_programme(each)), None)
    if outlines is None:
        raise CannotAnswerError("no_geometry")
    used = {measure.name for measure in measures_of(KEY_FIGURES)} & {*topic.used_measures}
    if used != {*topic.used_measures} or not topic.denominator:
        raise _no_figures(topic)
    year = outlines.boundary_year
    codes = _programme_codes(year)
    tables = [(about, folder, card) for about, folder, card in _tables() if _programme_codes(about) == codes]
    if len(tables) < LEAST_BEFORE + LEAST_AFTER:
        raise CannotAnswerError("too_few_years", found=len(tables), needed=LEAST_BEFORE + LEAST_AFTER)
    wijken = outlines.of_municipality(region_codes(CITY, year)[0])
    borders = find_borders({code: region.polygons for code, region in wijken.items()})
    rows = _rows_of_wijken(topic, tables, set(wijken))
    names = {code: (region.name, region.name) for code, region in wijken.items()}
    return RingPanel(topic.id, rows, codes, borders.ring(codes), names, outlines)


def _programme_codes(year: int) -> tuple[str, ...]:
    return tuple(code for part in area(PROGRAMME).parts for code in region_codes(part, year))


def _has_programme(outlines: Outlines) -> bool:
    return set(_programme_codes(outlines.boundary_year)) <= set(outlines.regions)


def _tables() -> list[tuple[int, Path, SourceCard]]:
    """Return the imported tables of key figures with the year that they are about."""
    found = [(folder, card) for folder, card in raw_tables(raw_folder()) if card.source_id == KEY_FIGURES]
    return sorted((source(KEY_FIGURES).boundary_year(card.table), folder, card) for folder, card in found)


def _rows_of_wijken(topic: Indicator, tables: list[tuple[int, Path, SourceCard]], codes: set[str]) -> pd.DataFrame:
    """Return the figures of every year under each other, once no code means another place in one of them."""
    frames = {year: _figures(topic, folder, card, codes) for year, folder, card in tables}
    joined = join_years(frames).rename(columns={"region_code": "area_id"})
    return joined[list(RING_COLUMNS)]


def _figures(topic: Indicator, folder: Path, card: SourceCard, codes: set[str]) -> pd.DataFrame:
    asked = tuple(measure for measure in measures_of(KEY_FIGURES) if measure.name in topic.used_measures)
    delivered = regional_rows(read_table_folder(folder), asked)
    kept = delivered[delivered["region_code"].isin(codes)]
    parts = parts_of_indicator(topic, apply_corrections(kept, corrections_of(KEY_FIGURES), table=card.table).rows)
    value = topic.scale * parts["numerator"] / parts["denominator"].where(parts["denominator"] > 0)
    blank = {"lower": float("nan"), "upper": float("nan"), "status": str(Status.FINAL)}
    shown = suppress_small(parts.assign(value=value, n=parts["denominator"], **blank)).observations
    return shown.assign(source_id=card.source_id, vintage=card.vintage, origin=source(card.source_id).origin)


def _no_figures(topic: Indicator) -> CannotAnswerError:
    names = area(PROGRAMME).name_nl, area(PROGRAMME).name_en
    return CannotAnswerError("no_figures", area=names, indicator=(topic.name_nl, topic.name_en))
