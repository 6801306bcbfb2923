"""From regions of one year to areas that stay the same: the only place where a CBS code is joined to anything.

CBS gives the code of a wijk to another place when a municipality renumbers. On 1-1-2018 Leeuwarden renumbered, and all five
current codes of Leeuwarden Oost had until then belonged to other wijken, some of them villages. A join on code across that date
swaps the places silently; here it is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import pandas as pd

from lwo_analysis.catalogue.areas import BOUNDED_KINDS, RegionMeaning, areas, region_codes, region_meanings
from lwo_analysis.catalogue.sources import source
from lwo_analysis.errors import CatalogueError, InputError, RecycledCodeError
from lwo_analysis.sources.rows import RegionRows

AREA_ROW_COLUMNS: tuple[str, ...] = ("area_id", "region_code", "measure", "year", "value", "missing_reason")


def meaning_of(code: str, boundary_year: int) -> RegionMeaning | None:
    """Return what a code meant in the boundaries of a year, or None when the catalogue does not know the code.

    Raises
    ------
    CatalogueError
        The code is known to have had several meanings, and none is catalogued for this year.

    Examples
    --------
    >>> meaning_of("WK008020", 2017).name, meaning_of("WK008020", 2018).name
    ('Transvaalwijk & Rengerspark', 'Oud-Oost')
    """
    known = [meaning for meaning in region_meanings() if meaning.code == code]
    valid = [meaning for meaning in known if meaning.covers(boundary_year)]
    if known and len(valid) != 1:
        raise CatalogueError(
            f"catalogue/regions.csv, {code}",
            expected=f"one meaning in the boundaries of {boundary_year}",
            found=f"{len(valid)}, of {' and '.join(meaning.name for meaning in known)}",
            remedy="look up the name of the code in that year and add it",
        )
    return valid[0] if valid else None


def check_code(code: str, *, meant_in: int, used_in: int) -> None:
    """Raise when a code that means one place in `meant_in` is used for figures on the boundaries of `used_in`.

    Raises
    ------
    RecycledCodeError
        The code meant another place in that year; the line names the code, both meanings and the year.
    """
    meant, used = meaning_of(code, meant_in), meaning_of(code, used_in)
    if meant is not None and used is not None and meant.name != used.name:
        raise RecycledCodeError(
            f"region code {code} in {used_in}",
            expected=f"{meant.name}, which it means in {meant_in}",
            found=f"{used.name}, which it meant in {used_in}",
            remedy="ask for the area by its id and let cleaning.boundaries find the codes of that year",
        )


def join_years(rows_by_year: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return rows of several boundary years under each other, with the year as column `boundary_year`.

    Parameters
    ----------
    rows_by_year : mapping of int to DataFrame
        Each frame has a column `region_code` and is on the boundaries of its key.

    Raises
    ------
    RecycledCodeError
        A code occurs in two years in which it meant different places.
    """
    years = sorted(rows_by_year)
    codes = {year: set(rows_by_year[year]["region_code"]) for year in years}
    for earlier, later in pairwise(years):
        for code in sorted(codes[earlier] & codes[later]):
            check_code(code, meant_in=later, used_in=earlier)
    frames = [rows.assign(boundary_year=year) for year, rows in sorted(rows_by_year.items())]
    return pd.concat(frames, ignore_index=True)


def rows_of_areas(table: RegionRows, area_ids: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the rows of a table that make up areas, with the area they belong to.

    Parameters
    ----------
    table : RegionRows
        Figures by region; not changed.
    area_ids : iterable of str, optional
        Areas that are made of regions. When absent all that the regions of the source can make, except that a focus area or a
        part of a city whose codes are not known for the boundaries of the table has no row; the areas of the programme never go
        without.

    Returns
    -------
    DataFrame
        Columns `AREA_ROW_COLUMNS`. Regions outside the asked areas are not in the result; that is the selection, not a loss.

    Raises
    ------
    RecycledCodeError
        The table calls a code by another name than the catalogue does for the table's boundary year.
    CatalogueError
        An asked area, or one that must have codes in every year, has none for the table's boundary year.
    InputError
        A code of an area is not in the table.
    """
    wanted = _areas_within(table) if area_ids is None else list(area_ids)
    known_codes = set(table.rows["region_code"].unique())
    pairs = pd.DataFrame(
        [(area, code) for area in wanted for code in _codes_in_table(area, table.boundary_year, known_codes)],
        columns=["area_id", "region_code"],
    )
    _check_delivered(pairs, known_codes, table)
    selected = pairs.merge(table.rows, on="region_code", how="left", validate="many_to_many")
    _check_names(selected, table)
    return selected[list(AREA_ROW_COLUMNS)]


def _areas_with_codes(boundary_year: int) -> list[str]:
    """Return the areas made of regions, without those that may lack codes for this boundary year and do."""
    return [
        area.id
        for area in areas().values()
        if area.regions and (area.kind not in BOUNDED_KINDS or any(span.covers(boundary_year) for span in area.regions))
    ]


def _areas_within(table: RegionRows) -> list[str]:
    """Return the areas with codes for the boundaries of a table, of the kinds of regions that its source delivers."""
    starts = source(table.card.source_id).regions or ("",)
    found = _areas_with_codes(table.boundary_year)
    return [area for area in found if all(code.startswith(starts) for code in region_codes(area, table.boundary_year))]


def _codes_in_table(area_id: str, boundary_year: int, known_codes: set[str]) -> tuple[str, ...]:
    codes = region_codes(area_id, boundary_year)
    return ("NL01",) if codes == ("NL00",) and "NL00" not in known_codes else codes


def _check_delivered(pairs: pd.DataFrame, known_codes: set[str], table: RegionRows) -> None:
    absent = pairs[~pairs["region_code"].isin(known_codes)]
    if len(absent):
        first = absent.iloc[0]
        raise InputError(
            f"{table.card.table}, boundaries of {table.boundary_year}",
            expected=f"region {first['region_code']} of {first['area_id']}",
            found=f"no such region ({len(absent)} codes absent)",
            remedy="import the whole table, or correct the codes of that year in catalogue/areas.yml",
        )


def _check_names(selected: pd.DataFrame, table: RegionRows) -> None:
    delivered = selected[["region_code", "region_name"]].drop_duplicates()
    for code, name in delivered.itertuples(index=False):
        meaning = meaning_of(code, table.boundary_year)
        if meaning is None or pd.isna(name) or not name or meaning.has_name(name):
            continue
        raise RecycledCodeError(
            f"{table.card.table}, region code {code} in {table.boundary_year}",
            expected=f"{meaning.name}, as the catalogue says for {table.boundary_year}",
            found=f"{name}",
            remedy="check whether the table is on boundaries of another year, and correct catalogue/sources.yml or regions.csv",
        )
