"""What a StatLine table is to the rest of the project: its rows as delivered, and the words that describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

DIMENSION_TYPES = ("Dimension", "TimeDimension", "GeoDimension", "GeoDetail")
REGION_TYPES = ("GeoDimension", "GeoDetail")
NUMBER_TYPES = ("Integer", "Long", "Float", "Double", "Decimal")

SUPPRESSED = "suppressed_or_unknown"
NOT_YET_PUBLISHED = "not_yet_published"
IMPOSSIBLE = "impossible"
ABSENT = "absent"
MISSING_REASONS = (SUPPRESSED, NOT_YET_PUBLISHED, IMPOSSIBLE, ABSENT)

TIDY_COLUMNS = ("region_code", "region_name", "region_kind", "measure", "year", "value", "missing_reason")


@dataclass(frozen=True)
class StatLineTable:
    """One table of StatLine, read as delivered and checked against its own description.

    Not for joining over years: region codes are those of the table's own year (see ``cleaning.boundaries``).

    Attributes
    ----------
    table_id : str
        Identifier of the provider, ``84799NED``.
    title, modified : str
        Title, and the provider's date of last change exactly as delivered: the vintage of every figure of the table.
    properties : DataFrame
        One row per topic, topic group and dimension, with at least ``ID, ParentID, Type, Key, Title, Datatype, Unit``. For v4
        the measure codes and measure groups in the same columns, with ``Identifier`` beside them.
    regions : DataFrame
        The region dimension with at least ``Key`` and ``Title``, both stripped of padding, one row per region.
    rows : DataFrame
        One row per combination of dimension codes, every delivered column, strings stripped; a missing cell is null, never 0.
    region_column : str
        Column of ``rows`` that holds the region code.
    period : str
        Period the provider states for a table without a time dimension (``"2020"``), else ``""``.
    flags : DataFrame
        ``row, measure, reason``: cells for which the provider says why they are empty (v4 ``ValueAttribute``); ``row`` is the
        index label in ``rows``. Empty for v3, which collapses every reason into null.
    is_selection : bool
        True when only some regions were asked for, so that absence of the others means nothing.
    stated_rows : int, optional
        Number of rows the provider states for the whole table; None where it does not, or where not everything was asked for.
    """

    table_id: str
    title: str
    modified: str
    properties: pd.DataFrame
    regions: pd.DataFrame
    rows: pd.DataFrame
    region_column: str
    period: str = ""
    flags: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"row": [], "measure": [], "reason": []}))
    is_selection: bool = False
    stated_rows: int | None = None


@dataclass(frozen=True)
class TableDescription:
    """What the provider says of a table; the attributes are those of `StatLineTable`."""

    table_id: str
    title: str
    modified: str
    period: str
    properties: pd.DataFrame


@dataclass(frozen=True)
class KeySpec:
    """Where one measure stands in a table, in words that survive a republication.

    Attributes
    ----------
    stem : str
        v3: the key without its position number (``AantalInwoners``); v4: the measure code, with or without its version suffix.
    group : tuple of str, optional
        Titles of topic groups above the measure, outermost first; they must occur in this order, gaps are allowed.
    unit : str, optional
        Unit as the table states it (``"%"``, ``"kWh"``).
    where : mapping of str to str
        Code of each further dimension (``{"SoortMisdrijf": "0.0.0"}``), without padding. A table with margins or categories needs
        it: otherwise several rows remain per region and year, which is refused.
    other_stems : tuple of str
        What the same thing is called in tables of other years; exactly one column must fit any of the stems.
    optional : bool
        The table may lack it: then it is left out. Still an error when a column has the stem, but another group or unit.
    period : str
        Ending of the period code to take where the table has a time dimension: ``JJ00`` for years, ``KW04`` for a quarter.
    """

    stem: str
    group: tuple[str, ...] | None = None
    unit: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    period: str = "JJ00"
    other_stems: tuple[str, ...] = ()
    optional: bool = False
