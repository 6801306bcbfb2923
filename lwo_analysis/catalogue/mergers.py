"""Municipalities that changed ground without changing code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.loading import build_entry, read_catalogue_file
from lwo_analysis.errors import CatalogueError

FILE = "mergers.yml"


@dataclass(frozen=True)
class Merger:
    """One change of ground; `year` is the first year in the new boundaries.

    Attributes
    ----------
    gained : tuple of mapping
        `name`, `code` and `what` of each municipality that it took ground from.
    use : str
        Area of the catalogue that is the same ground before and after.
    """

    code: str
    year: int
    gained: tuple[Mapping[str, str], ...]
    use: str


@cache
def mergers() -> tuple[Merger, ...]:
    """Return every catalogued merger, in the order of the file.

    Raises
    ------
    CatalogueError
        The area to use instead is not in the catalogue.
    """
    entries = tuple(build_entry(Merger, content, where=f"catalogue/{FILE}") for content in read_catalogue_file(FILE))
    strangers = sorted({entry.use for entry in entries} - set(areas()))
    if strangers:
        raise CatalogueError(
            f"catalogue/{FILE}", expected="areas of areas.yml", found=", ".join(strangers), remedy="correct the entry"
        )
    return entries


def mergers_of(code: str) -> dict[int, Merger]:
    """Return the mergers of a municipality by year; none is not a promise that there are none.

    Examples
    --------
    >>> {year: [part["name"] for part in found.gained] for year, found in mergers_of("GM0080").items()}
    {2014: ['Boarnsterhim'], 2018: ['Leeuwarderadeel', 'Littenseradiel']}
    """
    return {entry.year: entry for entry in mergers() if entry.code == code}
