"""`lwo build`: from the raw files to the observation table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.corrections import corrections_of
from lwo_analysis.catalogue.indicators import Indicator, indicators, measures, measures_of
from lwo_analysis.catalogue.sources import Source, source
from lwo_analysis.cleaning.boundaries import rows_of_areas
from lwo_analysis.cleaning.corrections import Corrected, apply_corrections
from lwo_analysis.cleaning.invariants import (
    check_missing_has_reason,
    check_not_negative,
    check_one_row_per_region,
    check_part_within_whole,
    check_parts_add_up,
    check_wijken_add_up,
)
from lwo_analysis.cleaning.missing import status_of
from lwo_analysis.cleaning.observations import FILE_NAME, as_observations, write_observations
from lwo_analysis.cleaning.published import load_published
from lwo_analysis.cleaning.vintages import DAY_LENGTH, keep_state
from lwo_analysis.errors import CatalogueError, InputError, LwoError
from lwo_analysis.indicators.aggregate import figures_of_areas
from lwo_analysis.indicators.construct import parts_of_indicator
from lwo_analysis.indicators.other_table import parts_over_other_table
from lwo_analysis.indicators.series import best_source_rows
from lwo_analysis.provenance import SourceCard, read_card
from lwo_analysis.publish.clock import generation_time
from lwo_analysis.run.deliveries import DELIVERY_MODULES, observations_of_delivery
from lwo_analysis.run.inputs import card_checksums, write_built_from
from lwo_analysis.schema import COLUMN_NAMES, Status
from lwo_analysis.sources.duiding import TABLE as DUIDING
from lwo_analysis.sources.geometry import SOURCE_ID as OUTLINES
from lwo_analysis.sources.regional import lower_name, read_regional_table, upper_name
from lwo_analysis.sources.rivm import read_health_workbook
from lwo_analysis.sources.rows import RegionRows

KEY_FIGURES = "kwb"
"""The source of residents and households, by which figures of other tables are weighed and divided."""
AGE_GROUPS = ("age_0_14", "age_15_24", "age_25_44", "age_45_64", "age_65_plus")
HOUSEHOLD_PARTS = ("single_person_households", "households_with_children")
BENEFITS = ("social_assistance_recipients", "disability_benefit_recipients", "unemployment_benefit_recipients")
COUNTS_OF_WIJKEN = ("residents", "households", *AGE_GROUPS, *HOUSEHOLD_PARTS, *BENEFITS)
"""Counts of which every unit belongs to one wijk; cars are not, because lease companies register them elsewhere."""


@dataclass(frozen=True)
class BuildReport:
    """What a build made.

    Attributes
    ----------
    path : Path
        The observation table.
    tables : tuple
        For each raw table how many figures came out and how many are missing.
    corrections : tuple of str
        One line per correction.
    set_aside : tuple
        For each source how many figures are not in the table, because a source that comes first has that indicator and year.
    left_out : tuple of str
        One line per table that was left out because it could not be read (see `unseen` in catalogue/sources.py).
    """

    path: Path
    tables: tuple[tuple[str, int, int], ...]
    corrections: tuple[str, ...] = ()
    set_aside: tuple[tuple[str, int], ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What was read of a raw table: its rows on each of its boundaries, the observations made of them, and what was corrected.

    `problem` says why a table of a source that was never seen gives nothing; it is empty for any other.
    """

    card: SourceCard
    parts: tuple[RegionRows, ...] = ()
    corrections: tuple[str, ...] = ()
    problem: str = ""


def build_observations(
    raw: Path, processed: Path, progress: Callable[[str], None] = lambda line: None, day: str | None = None
) -> BuildReport:
    """Read every raw folder with a source card, write the observation table, and say what came out.

    Parameters
    ----------
    raw, processed : Path
        Folders of raw files and of the table.
    progress : callable
        Gets one line per table.
    day : str, optional
        Day (ISO 8601) from which what is built counts as known; today when absent.

    Raises
    ------
    InputError
        A raw file is not what its card or its description says; nothing is written.
    OutputError
        The table cannot be written; the previous one is untouched.
    """
    cards = card_checksums(raw)
    published = as_observations(load_published(raw / "published")[list(COLUMN_NAMES)], where="published figures")
    folders = raw_tables(raw)
    delivered = [pair for pair in folders if source(pair[1].source_id).module in DELIVERY_MODULES]
    read = [read_table(folder, card) for folder, card in folders if source(card.source_id).module not in DELIVERY_MODULES]
    made = [observations_of_reading(reading, read) for reading in read]
    corrections = tuple(line for reading, _ in made for line in reading.corrections)
    left_out = tuple(f"{reading.card.table}: left out; {reading.problem}" for reading, _ in made if reading.problem)
    used = [(reading.card.table, frame) for reading, frame in made if not reading.problem]
    frames = [published, *(frame for _, frame in used), *(observations_of_delivery(folder, card) for folder, card in delivered)]
    names = ["published", *(name for name, _ in used), *(card.table for _, card in delivered)]
    for line in (*corrections, *left_out):
        progress(line)
    for name, frame in zip(names[1:], frames[1:], strict=True):
        progress(f"{name}: {frame['value'].notna().sum()} figures, {frame['value'].isna().sum()} missing with a reason")
    collected = pd.concat(frames, ignore_index=True)
    is_kept = best_source_rows(collected, indicators())
    observations = collected[is_kept]
    path = _replaced(observations, processed, day or generation_time()[:DAY_LENGTH])
    write_built_from(processed, cards)
    counts = tuple(
        (name, int(frame["value"].notna().sum()), int(frame["value"].isna().sum()))
        for name, frame in zip(names, frames, strict=True)
    )
    set_aside = collected.loc[~is_kept & collected["value"].notna(), "source_id"].value_counts().sort_index()
    return BuildReport(path, counts, corrections, tuple((str(name), int(count)) for name, count in set_aside.items()), left_out)


def _replaced(observations: pd.DataFrame, processed: Path, day: str) -> Path:
    """Write the table; the state that it replaces and its own are both kept, so a build that was cut off loses neither."""
    keep_state(processed / FILE_NAME, day)
    path = write_observations(observations.sort_values(list(COLUMN_NAMES[:3]), ignore_index=True, kind="stable"), processed)
    keep_state(path, day)
    return path


def raw_tables(raw: Path) -> list[tuple[Path, SourceCard]]:
    """Return every raw folder of figures with its card, once its files match the card; outlines and words hold no figures.

    Raises
    ------
    InputError
        A folder holds files but no card, or files that the card does not know.
    """
    folders = [
        path for path in sorted(raw.iterdir()) if path.is_dir() and path.name != "published" and not path.name.startswith(".")
    ]
    read = [(folder, read_card(folder)) for folder in folders]
    return [(folder, card) for folder, card in read if card.source_id not in (OUTLINES, DUIDING)]


def read_table(folder: Path, card: SourceCard) -> Reading:
    """Return a raw table by the boundaries of its figures.

    Raises
    ------
    InputError
        It is not what its description says, and its source was seen before.
    """
    try:
        table, corrected = read_corrected(folder, card)
    except (InputError, CatalogueError) as problem:
        return Reading(card, problem=_excused(problem, card))
    return Reading(card, _by_boundaries(table), tuple(corrected.lines(card.table)))


def observations_of_reading(reading: Reading, all_read: list[Reading]) -> tuple[Reading, pd.DataFrame]:
    """Return the observations of a table beside what was read of it; none when it is left out."""
    nothing = as_observations(pd.DataFrame(columns=list(COLUMN_NAMES)), where=reading.card.table)
    tables = [part for other in all_read for part in other.parts]
    try:
        frames = [observations_of_table(part, tables) for part in reading.parts]
    except (InputError, CatalogueError) as problem:
        return Reading(reading.card, problem=_excused(problem, reading.card)), nothing
    return reading, pd.concat(frames, ignore_index=True) if frames else nothing


def _excused(problem: LwoError, card: SourceCard) -> str:
    """Return what is wrong with a table of a source that was never seen; for any other it is an error."""
    if not source(card.source_id).unseen:
        raise problem
    return str(problem)


def _by_boundaries(table: RegionRows) -> tuple[RegionRows, ...]:
    """Return the years of a table that are each on their own boundaries apart from each other; any other table as it is."""
    if not source(table.card.source_id).has_yearly_boundaries:
        return (table,)
    years = sorted(set(table.rows["year"]))
    return tuple(RegionRows(table.card, year, table.rows[table.rows["year"].eq(year)]) for year in years)


def read_regions(folder: Path, card: SourceCard) -> RegionRows:
    """Return the catalogued figures of a raw folder by region, corrected and checked."""
    return read_corrected(folder, card)[0]


def read_corrected(folder: Path, card: SourceCard) -> tuple[RegionRows, Corrected]:
    """Return the catalogued figures of a raw folder by region, and what was corrected in them."""
    origin = source(card.source_id)
    delivered = _READERS[origin.module](folder, origin.id)
    corrected = apply_corrections(delivered, corrections_of(origin.id), table=card.table)
    if origin.module != "statline" or measures_of(origin.id):
        check_facts(corrected.rows, float(origin.rounding), where=folder.name)
        _check_year(corrected.rows, origin, card)
    return RegionRows(card, origin.boundary_year(card.table), corrected.rows), corrected


def observations_of_table(table: RegionRows, all_tables: list[RegionRows]) -> pd.DataFrame:
    """Return the observations of one table: every indicator that its measures can make, for every area.

    An indicator whose count stands in this table and whose residents do not is made with the key figures of the same year.
    """
    nothing = as_observations(pd.DataFrame(columns=list(COLUMN_NAMES)), where=table.card.table)
    if table.rows.empty:
        return nothing
    selected = rows_of_areas(table)
    weights = _weights(table, all_tables)
    membership = selected[["area_id", "region_code"]].drop_duplicates()
    rows = selected.drop(columns="area_id").drop_duplicates(["region_code", "measure", "year"])
    available = set(rows["measure"].unique())
    made = [indicator for indicator in indicators().values() if _leading(indicator) and _leading(indicator) <= available]
    over_others = [indicator for indicator in indicators().values() if _is_over_key_figures(indicator, table, available)]
    others = _key_figures_of(table, all_tables) if over_others else {}
    parts = [
        *((entry, membership.merge(parts_of_indicator(entry, rows, weights), on="region_code")) for entry in made),
        *((entry, parts_over_other_table(entry, selected, others, table.boundary_year)) for entry in over_others),
    ]
    if not parts:
        return nothing
    bounded = [entry for entry in made if lower_name(entry.mean) in available]
    margins = _margins(bounded, membership, rows, weights) if bounded else None
    return _as_table(figures_of_areas(parts, areas()), margins, table.card)


def _leading(indicator: Indicator) -> set[str]:
    """Return the measures that a table must hold itself; weights may come from another table."""
    return {indicator.mean} if indicator.mean else {*indicator.numerator, *indicator.denominator}


def _is_over_key_figures(indicator: Indicator, table: RegionRows, available: set[str]) -> bool:
    """Return whether the count of an indicator is in this table and what it is divided by in the key figures."""
    above, below = set(indicator.numerator), set(indicator.denominator)
    known = {measure.name for measure in measures_of(KEY_FIGURES)}
    is_other = table.card.source_id != KEY_FIGURES
    return bool(above and below) and is_other and above <= available and not below & available and below <= known


def _key_figures_of(table: RegionRows, all_tables: list[RegionRows]) -> dict[int, pd.DataFrame]:
    """Return the key figures of the years of a table, and of the year of its boundaries, by area."""
    years = {*table.rows["year"].unique(), table.boundary_year}
    found = [other for other in all_tables if other.card.source_id == KEY_FIGURES and other.boundary_year in years]
    return {other.boundary_year: rows_of_areas(other) for other in found}


def _margins(
    bounded: list[Indicator], membership: pd.DataFrame, rows: pd.DataFrame, weights: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the ends of the provider's interval by area; none for an area made by taking others away.

    For an area of several regions the ends are weighed as the figure is: as wide as when all regions are off the same way, which
    is the widest they can be.
    """
    frames = []
    for column, name_of in (("lower", lower_name), ("upper", upper_name)):
        ends = [replace(entry, mean=name_of(entry.mean)) for entry in bounded]
        parts = [(end, membership.merge(parts_of_indicator(end, rows, weights), on="region_code")) for end in ends]
        frames.append(figures_of_areas(parts, areas()).set_index(["indicator_id", "area_id", "year"])["value"].rename(column))
    margins = pd.concat(frames, axis=1).reset_index()
    return margins[~margins["area_id"].isin(_subtracted_areas())]


def _subtracted_areas() -> set[str]:
    """Return the areas made by taking others away, directly or through a part."""
    found = {area.id for area in areas().values() if area.whole}
    while more := {area.id for area in areas().values() if found & {*area.parts, *area.mean_of}} - found:
        found |= more
    return found


def _weights(table: RegionRows, all_tables: list[RegionRows]) -> pd.DataFrame | None:
    """Return the counts that weigh a table of model shares: those of the key figures on the same boundaries."""
    if source(table.card.source_id).origin != "modelled":
        return None
    same = [other for other in all_tables if other.card.source_id == KEY_FIGURES and other.boundary_year == table.boundary_year]
    empty = table.rows.iloc[:0]
    return rows_of_areas(same[0]).drop_duplicates(["region_code", "measure", "year"]) if same else empty


def _as_table(figures: pd.DataFrame, margins: pd.DataFrame | None, card: SourceCard) -> pd.DataFrame:
    keys = ["indicator_id", "area_id", "year"]
    bounds = pd.DataFrame(columns=[*keys, "lower", "upper"]) if margins is None else margins
    whole = figures.merge(bounds, on=keys, how="left", validate="one_to_one")
    has_value = whole["value"].notna()
    return as_observations(
        whole.assign(
            lower=whole["lower"].where(has_value),
            upper=whole["upper"].where(has_value),
            status=_statuses(whole, source(card.source_id).provisional_years),
            origin=source(card.source_id).origin,
            source_id=card.source_id,
            vintage=card.vintage,
        ).drop(columns="missing_reason"),
        where=card.table,
    )


def _statuses(figures: pd.DataFrame, provisional_years: int) -> pd.Series:
    """Return the status of each figure; what a provider gives for its latest years can be provisional."""
    statuses = status_of(figures["missing_reason"])
    is_late = figures["year"].gt(figures["year"].max() - provisional_years)
    return statuses.mask(is_late & statuses.eq(str(Status.FINAL)), str(Status.PROVISIONAL))


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
    check_not_negative(rows[~rows["measure"].isin(_signed())], where=where)
    for part in HOUSEHOLD_PARTS:
        check_part_within_whole(rows, part, "households", where=where, slack=2 * rounding)
    check_parts_add_up(rows, AGE_GROUPS, "residents", where=where, slack=(len(AGE_GROUPS) + 1) * rounding)
    for measure in COUNTS_OF_WIJKEN:
        check_wijken_add_up(rows, measure, where=where, slack=rounding)


def _signed() -> set[str]:
    return {measure.name for measure in measures().values() if measure.signed}


def _check_year(rows: pd.DataFrame, origin: Source, card: SourceCard) -> None:
    found, allowed = sorted(set(rows["year"])), origin.years_of(card.table)
    if not found or not set(found) <= set(allowed):
        named = ", ".join(map(str, allowed)) if len(allowed) == 1 else f"{allowed[0]} to {allowed[-1]}" if allowed else "no year"
        raise InputError(
            f"{card.table}",
            expected=f"figures of {named}, as catalogue/sources.yml says",
            found=", ".join(map(str, found)) or "none",
            remedy="look up on which boundaries the table is and correct its year in the catalogue, or import the right table",
        )


def _read_rivm(folder: Path, source_id: str) -> pd.DataFrame:
    return pd.concat([read_health_workbook(path) for path in sorted(folder.glob("*.xlsx"))], ignore_index=True)


_READERS: dict[str, Callable[[Path, str], pd.DataFrame]] = {"statline": read_regional_table, "rivm": _read_rivm}
