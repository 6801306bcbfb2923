"""A series of one indicator: cut where its meaning changes, and from one source a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lwo_analysis.catalogue.breaks import Break, breaks_of
from lwo_analysis.catalogue.indicators import Indicator


@dataclass(frozen=True)
class Segment:
    """Years in which an indicator means the same.

    Attributes
    ----------
    observations : DataFrame
        Rows of the observation table of these years, in order of year.
    begins_with : Break or None
        The change of definition that separates it from the segment before; None for the first.
    """

    observations: pd.DataFrame
    begins_with: Break | None

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the segment, each once."""
        return tuple(sorted({int(year) for year in self.observations["year"]}))


def cut_at_breaks(observations: pd.DataFrame, indicator_id: str) -> tuple[Segment, ...]:
    """Return the rows of one indicator in pieces that each mean one thing.

    Draw a line, or compute a change, within a segment only. Not for deciding whether a series is long enough.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table, of any indicators, areas and sources. Rows without a year (figures of a document) are
        of no segment. Not changed.
    indicator_id : str
        The indicator.

    Returns
    -------
    tuple of Segment
        Earliest first, together all dated rows of the indicator; segments without rows are left out, and a segment then names
        the latest break before it.

    Examples
    --------
    >>> rows = pd.DataFrame({"indicator_id": "gas_use", "year": [2021, 2022, 2023], "value": [900.0, 880.0, 700.0]})
    >>> [segment.years for segment in cut_at_breaks(rows, "gas_use")]
    [(2021, 2022), (2023,)]
    """
    mine = observations[observations["indicator_id"].eq(indicator_id) & observations["year"].notna()]
    found = breaks_of(indicator_id)
    place = sum((mine["year"].astype(int).ge(each.year).astype(int) for each in found), start=pd.Series(0, index=mine.index))
    pieces = mine.sort_values("year", kind="stable").groupby(place, sort=True)
    return tuple(Segment(rows, found[number - 1] if number else None) for number, rows in pieces)


def best_source_rows(observations: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.Series:
    """Return which rows to keep when several sources of an indicator have figures for a year: those of the first that has any.

    A comparison must not take one area from one source and another area from the next, so the choice is per indicator and year.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table. Not changed.
    indicators : mapping of str to Indicator
        `source_keys` gives the order, best first. Rows of a source that is not among them are always kept, and so are figures
        without a year.

    Returns
    -------
    Series of bool
        True where a row is kept; index of `observations`.
    """
    ranks = {(name, key): place for name, entry in indicators.items() for place, key in enumerate(entry.source_keys)}
    pairs = zip(observations["indicator_id"], observations["source_id"], strict=True)
    rank = pd.Series([ranks.get(pair) for pair in pairs], index=observations.index, dtype="Float64").where(
        observations["year"].notna()
    )
    keys = [observations["indicator_id"], observations["year"]]
    first_filled = rank.where(observations["value"].notna()).groupby(keys, dropna=False).transform("min")
    first = rank.groupby(keys, dropna=False).transform("min")
    return (rank.isna() | rank.eq(first_filled.fillna(first))).astype(bool)
