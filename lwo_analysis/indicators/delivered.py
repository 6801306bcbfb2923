"""From figures that a partner delivers, by area or by CBS code, to figures of areas that stay the same."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pandas as pd

from lwo_analysis.catalogue.areas import BOUNDED_KINDS, areas, region_codes
from lwo_analysis.catalogue.indicators import Indicator, indicators
from lwo_analysis.cleaning.boundaries import check_code, rows_of_areas
from lwo_analysis.cleaning.missing import status_of
from lwo_analysis.errors import CatalogueError, DroppedRowsWarning, InputError
from lwo_analysis.indicators.aggregate import figures_of_areas
from lwo_analysis.provenance import SourceCard
from lwo_analysis.schema import Status
from lwo_analysis.sources.partner import DeliveredFigures
from lwo_analysis.sources.partner_mapping import EVERY_YEAR
from lwo_analysis.sources.rows import RegionRows

AREA_FIGURE_COLUMNS: tuple[str, ...] = (
    "area_id",
    "indicator_id",
    "year",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "n",
    "status",
)


def figures_of_delivery(figures: DeliveredFigures, card: SourceCard, *, whole_country: bool = False) -> pd.DataFrame:
    """Return the figures of areas in a delivery.

    Parameters
    ----------
    figures : DeliveredFigures
        As `sources.partner.read_partner_figures` returns; not changed.
    card : SourceCard
        Names the table in error lines.
    whole_country : bool
        The file covers the country, so that codes outside every area are no loss and there is no warning about them.

    Returns
    -------
    DataFrame
        Columns `AREA_FIGURE_COLUMNS`. Figures by area id are as delivered. Figures by CBS code: counts, and shares with numerator
        and denominator, are added up to areas of several codes and to areas made of areas; a share, mark or score without
        counts is there for an area of one code only, and `not_published` for the others, because it cannot be added up. Lower,
        upper and n are kept where an area is one code.

    Raises
    ------
    RecycledCodeError
        A code meant another place in the year of a figure than in the boundary year, there is no column with names to prove which
        is meant, and the mapping does not say that all years were restated.
    InputError
        No area can be made of the codes.

    Warns
    -----
    DroppedRowsWarning
        Codes make up no whole area of the catalogue; counted, with the areas that lack some of their codes.
    """
    rows = figures.rows
    if figures.kind == "area_id":
        return _with_status(rows.rename(columns={"key": "area_id"}))
    if not figures.restated and rows["name"].eq("").all() and figures.boundary_year != EVERY_YEAR:
        _check_codes(rows, int(figures.boundary_year or 0))
    years = rows["year"] if figures.boundary_year == EVERY_YEAR else pd.Series(figures.boundary_year, index=rows.index)
    parts = [_on_boundaries(group, int(year), card, is_quiet=whole_country) for year, group in rows.groupby(years)]
    return _with_status(pd.concat(parts, ignore_index=True))


def _check_codes(rows: pd.DataFrame, boundary_year: int) -> None:
    """Raise when a code had another meaning in the year of its figure; a year before the catalogue begins is not known."""
    for code, year in rows[["key", "year"]].drop_duplicates().itertuples(index=False):
        try:
            check_code(code, meant_in=boundary_year, used_in=int(year))
        except CatalogueError:
            continue


def _on_boundaries(rows: pd.DataFrame, boundary_year: int, card: SourceCard, *, is_quiet: bool) -> pd.DataFrame:
    """Return the figures of areas for rows whose codes mean the regions of one year."""
    named = rows.assign(region_code=rows["key"], region_name=rows["name"], measure=rows["indicator_id"])
    known = set(named["region_code"])
    wanted = _areas_within(known, boundary_year, card, is_quiet=is_quiet)
    table = RegionRows(card, boundary_year, named[["region_code", "region_name", "measure", "year", "value", "missing_reason"]])
    membership = rows_of_areas(table, wanted)[["area_id", "region_code"]].drop_duplicates()
    frames = [
        _of_indicator(indicators()[str(name)], membership.merge(group, on="region_code"))
        for name, group in named.groupby("indicator_id", sort=False)
    ]
    return pd.concat(frames, ignore_index=True)


def _areas_within(known: set[str], boundary_year: int, card: SourceCard, *, is_quiet: bool) -> list[str]:
    """Return the areas whose codes are all delivered; say what is left out."""
    codes = {
        area.id: set(region_codes(area.id, boundary_year))
        for area in areas().values()
        if area.regions and (area.kind not in BOUNDED_KINDS or any(span.covers(boundary_year) for span in area.regions))
    }
    whole = [name for name, needed in codes.items() if needed <= known]
    if not whole:
        raise InputError(
            f"{card.table}, boundaries of {boundary_year}",
            expected="the CBS codes of at least one area",
            found=f"{', '.join(sorted(known)[:5])} ({len(known)} codes)",
            remedy="check area.boundary_year in the mapping, or ask for the codes of the areas in catalogue/areas.yml",
        )
    unused = known - set().union(*(codes[name] for name in whole))
    partly = sorted(name for name, needed in codes.items() if needed & known and not needed <= known)
    if unused and not is_quiet:
        lacking = f"; incomplete: {', '.join(partly)}" if partly else ""
        message = f"{card.table}: {len(unused)} of {len(known)} CBS codes make up no whole area and are left out{lacking}"
        warnings.warn(message, DroppedRowsWarning, stacklevel=2)
    return whole


def _of_indicator(indicator: Indicator, parts: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of areas of one indicator; `parts` has a row per area, code and year."""
    is_count = indicator.unit == "count"
    has_counts = bool((parts["numerator"].notna() & parts["denominator"].notna())[parts["value"].notna()].all())
    if is_count:
        made_of = replace(indicator, numerator=("delivered",), denominator=(), mean="", weight=())
        counted = parts.assign(numerator=parts["value"], denominator=1.0, delivered=float("nan"))
    elif has_counts:
        made_of = replace(indicator, numerator=("delivered",), denominator=("delivered",), mean="", weight=())
        counted = parts.assign(delivered=parts["value"])
    else:
        made_of = replace(indicator, numerator=(), denominator=(), mean="delivered", weight=("delivered",))
        counted = parts.assign(delivered=parts["value"], numerator=float("nan"), denominator=float("nan"))
    figures = figures_of_areas([(made_of, counted)], areas())
    return _own_columns(figures, parts, keep_n=not (is_count or has_counts))


def _own_columns(figures: pd.DataFrame, parts: pd.DataFrame, *, keep_n: bool) -> pd.DataFrame:
    """Return the figures with the delivered interval of areas that are one code, and marked where a year is provisional."""
    keys = ["area_id", "year"]
    alone = parts[~parts.duplicated(keys, keep=False)].set_index(keys)
    own = figures.join(alone[["lower", "upper"]], on=keys)
    provisional = parts.groupby("year")["is_provisional"].any()
    n = figures[keys].join(alone["n"], on=keys)["n"] if keep_n else figures["n"]
    return own.assign(n=n, is_provisional=own["year"].map(provisional))


def _with_status(rows: pd.DataFrame) -> pd.DataFrame:
    status = status_of(rows["missing_reason"])
    marked = rows["is_provisional"].astype(bool) & status.eq(str(Status.FINAL))
    return rows.assign(status=status.mask(marked, str(Status.PROVISIONAL)))[list(AREA_FIGURE_COLUMNS)]
