"""`lwo build`: from the raw files to the observation table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import Indicator, Measure, indicators, measures
from lwo_analysis.catalogue.sources import Source, source
from lwo_analysis.cleaning.boundaries import rows_of_areas
from lwo_analysis.cleaning.invariants import (
    check_missing_has_reason,
    check_not_negative,
    check_one_row_per_region,
    check_part_within_whole,
    check_parts_add_up,
    check_wijken_add_up,
)
from lwo_analysis.cleaning.missing import status_of
from lwo_analysis.cleaning.observations import as_observations, write_observations
from lwo_analysis.cleaning.published import load_published
from lwo_analysis.errors import InputError
from lwo_analysis.indicators.aggregate import figures_of_areas
from lwo_analysis.indicators.construct import parts_of_indicator
from lwo_analysis.provenance import SourceCard, read_card
from lwo_analysis.run.deliveries import DELIVERY_MODULES, observations_of_delivery
from lwo_analysis.schema import COLUMN_NAMES
from lwo_analysis.sources.rivm import read_health_workbook
from lwo_analysis.sources.rows import RegionRows
from lwo_analysis.sources.statline import KeySpec, read_table_folder, tidy_rows

HEALTH_WEIGHTS_SOURCE = "kwb"
AGE_GROUPS = ("age_0_14", "age_15_24", "age_25_44", "age_45_64", "age_65_plus")
HOUSEHOLD_PARTS = ("single_person_households", "households_with_children")
BENEFITS = ("social_assistance_recipients", "disability_benefit_recipients", "unemployment_benefit_recipients")
COUNTS_OF_WIJKEN = ("residents", "households", *AGE_GROUPS, *HOUSEHOLD_PARTS, *BENEFITS)
"""Counts of which every unit belongs to one wijk; cars are not, because lease companies register them elsewhere."""
FACTOR_DECIMALS = 6
"""Delivered figures have at most one decimal; rounding here only takes off what binary multiplication by a factor adds."""


@dataclass(frozen=True)
class BuildReport:
    """What a build made: the table, and for each raw table how many figures came out and how many are missing."""

    path: Path
    tables: tuple[tuple[str, int, int], ...]


def build_observations(raw: Path, processed: Path, progress: Callable[[str], None] = lambda line: None) -> BuildReport:
    """Read every raw folder with a source card, write the observation table, and say what came out.

    Parameters
    ----------
    raw, processed : Path
        Folders of raw files and of the table.
    progress : callable
        Gets one line per table.

    Raises
    ------
    InputError
        A raw file is not what its card or its description says; nothing is written.
    OutputError
        The table cannot be written; the previous one is untouched.
    """
    published = as_observations(load_published(raw / "published")[list(COLUMN_NAMES)], where="published figures")
    folders = raw_tables(raw)
    delivered = [pair for pair in folders if source(pair[1].source_id).module in DELIVERY_MODULES]
    tables = [read_regions(folder, card) for folder, card in folders if source(card.source_id).module not in DELIVERY_MODULES]
    frames = [
        published,
        *(observations_of_table(table, tables) for table in tables),
        *(observations_of_delivery(folder, card) for folder, card in delivered),
    ]
    names = ["published", *(table.card.table for table in tables), *(card.table for _, card in delivered)]
    for name, frame in zip(names[1:], frames[1:], strict=True):
        progress(f"{name}: {frame['value'].notna().sum()} figures, {frame['value'].isna().sum()} missing with a reason")
    observations = pd.concat(frames, ignore_index=True)
    path = write_observations(observations.sort_values(list(COLUMN_NAMES[:3]), ignore_index=True, kind="stable"), processed)
    counts = tuple(
        (name, int(frame["value"].notna().sum()), int(frame["value"].isna().sum()))
        for name, frame in zip(names, frames, strict=True)
    )
    return BuildReport(path, counts)


def raw_tables(raw: Path) -> list[tuple[Path, SourceCard]]:
    """Return every raw folder of a regional table with its card, once its files match the card.

    Raises
    ------
    InputError
        A folder holds files but no card, or files that the card does not know.
    """
    folders = [
        path for path in sorted(raw.iterdir()) if path.is_dir() and path.name != "published" and not path.name.startswith(".")
    ]
    return [(folder, read_card(folder)) for folder in folders]


def read_regions(folder: Path, card: SourceCard) -> RegionRows:
    """Return the catalogued figures of a raw folder by region, checked."""
    origin = source(card.source_id)
    rows = _READERS[origin.module](folder)
    check_facts(rows, float(origin.rounding), where=folder.name)
    _check_year(rows, origin, card)
    return RegionRows(card, origin.boundary_year(card.table), rows)


def observations_of_table(table: RegionRows, all_tables: list[RegionRows]) -> pd.DataFrame:
    """Return the observations of one table: every indicator that its measures can make, for every area."""
    selected = rows_of_areas(table)
    weights = _weights(table, all_tables)
    membership = selected[["area_id", "region_code"]].drop_duplicates()
    rows = selected.drop(columns="area_id").drop_duplicates(["region_code", "measure", "year"])
    available = set(rows["measure"])
    made = [indicator for indicator in indicators().values() if _leading(indicator) and _leading(indicator) <= available]
    figures = [
        figures_of_areas(
            indicator, membership.merge(parts_of_indicator(indicator, rows, weights), on="region_code"), areas()
        ).assign(indicator_id=indicator.id)
        for indicator in made
    ]
    return _as_table(pd.concat(figures, ignore_index=True), table.card)


def _leading(indicator: Indicator) -> set[str]:
    """Return the measures that a table must hold itself; weights may come from another table."""
    return {indicator.mean} if indicator.mean else {*indicator.numerator, *indicator.denominator}


def _weights(table: RegionRows, all_tables: list[RegionRows]) -> pd.DataFrame | None:
    """Return the counts that weigh a table of model shares: those of the key figures on the same boundaries."""
    if source(table.card.source_id).origin != "modelled":
        return None
    same = [
        other
        for other in all_tables
        if other.card.source_id == HEALTH_WEIGHTS_SOURCE and other.boundary_year == table.boundary_year
    ]
    empty = table.rows.iloc[:0]
    return rows_of_areas(same[0]).drop_duplicates(["region_code", "measure", "year"]) if same else empty


def _as_table(figures: pd.DataFrame, card: SourceCard) -> pd.DataFrame:
    return as_observations(
        figures.assign(
            lower=pd.NA,
            upper=pd.NA,
            status=status_of(figures["missing_reason"]),
            origin=source(card.source_id).origin,
            source_id=card.source_id,
            vintage=card.vintage,
        ).drop(columns="missing_reason"),
        where=card.table,
    )


def check_facts(rows: pd.DataFrame, rounding: float, *, where: str) -> None:
    """Raise `InputError` for the first fact that does not hold in the rows of a regional table.

    Parameters
    ----------
    rows : DataFrame
        Columns of `sources.rows`.
    rounding : float
        How far one delivered count can be off.
    """
    check_one_row_per_region(rows, where=where)
    check_missing_has_reason(rows, where=where)
    check_not_negative(rows, where=where)
    for part in HOUSEHOLD_PARTS:
        check_part_within_whole(rows, part, "households", where=where, slack=2 * rounding)
    check_parts_add_up(rows, AGE_GROUPS, "residents", where=where, slack=(len(AGE_GROUPS) + 1) * rounding)
    for measure in COUNTS_OF_WIJKEN:
        check_wijken_add_up(rows, measure, where=where, slack=rounding)


def _check_year(rows: pd.DataFrame, origin: Source, card: SourceCard) -> None:
    found = sorted(set(rows["year"]))
    if found != [origin.tables.get(card.table)]:
        raise InputError(
            f"{card.table}",
            expected=f"figures of {origin.tables.get(card.table)}, as catalogue/sources.yml says",
            found=", ".join(map(str, found)),
            remedy="correct the year of the table in the catalogue, or import the right table",
        )


def _read_statline(folder: Path) -> pd.DataFrame:
    asked = [measure for measure in measures().values() if measure.table == "kwb"]
    rows = tidy_rows(read_table_folder(folder), {measure.id: key_of(measure) for measure in asked})
    factors = {measure.id: measure.factor for measure in asked}
    scaled = rows["value"] * rows["measure"].map(factors)
    return rows.assign(value=scaled.round(FACTOR_DECIMALS))


def key_of(measure: Measure) -> KeySpec:
    """Return where a measure stands in a StatLine table."""
    group = (measure.group,) if measure.group else None
    return KeySpec(measure.stem, group, measure.unit, other_stems=measure.other_stems, optional=measure.optional)


def _read_rivm(folder: Path) -> pd.DataFrame:
    return pd.concat([read_health_workbook(path) for path in sorted(folder.glob("*.xlsx"))], ignore_index=True)


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {"statline": _read_statline, "rivm": _read_rivm}
