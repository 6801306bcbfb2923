"""Breaks: from which year an indicator means something else, so that no trend is read across it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.loading import build_entry, read_catalogue_file
from lwo_analysis.errors import CatalogueError


@dataclass(frozen=True)
class Break:
    """One change of definition; `year` is the first year in the new meaning."""

    indicators: tuple[str, ...]
    year: int
    what_nl: str
    what_en: str
    source: str

    def what(self, lang: str) -> str:
        """Return what changed, in Dutch (`nl`) or English (`en`)."""
        return self.what_nl if lang == "nl" else self.what_en


@cache
def breaks() -> tuple[Break, ...]:
    """Return every catalogued break.

    Raises
    ------
    CatalogueError
        A break names an indicator that is not in the catalogue, or one indicator breaks twice in a year.
    """
    entries = tuple(build_entry(Break, content, where="catalogue/breaks.yml") for content in read_catalogue_file("breaks.yml"))
    pairs = [(name, entry.year) for entry in entries for name in entry.indicators]
    wrong = sorted({f"{name} {year}" for name, year in pairs if name not in indicators() or pairs.count((name, year)) > 1})
    if wrong:
        raise CatalogueError(
            "catalogue/breaks.yml",
            expected="known indicators, each at most once a year",
            found=", ".join(wrong),
            remedy="correct the entry",
        )
    return entries


def breaks_of(indicator_id: str) -> tuple[Break, ...]:
    """Return the breaks of one indicator, earliest first; none is not a promise that there are none.

    Examples
    --------
    >>> [found.year for found in breaks_of("gas_use")]
    [2023]
    """
    return tuple(sorted((entry for entry in breaks() if indicator_id in entry.indicators), key=lambda entry: entry.year))


def breaks_between(indicator_id: str, first_year: int, last_year: int) -> tuple[Break, ...]:
    """Return the breaks that a series from `first_year` to `last_year` (both included) runs across.

    A break in the first year itself is not one: the whole series is then in the new meaning.

    Examples
    --------
    >>> len(breaks_between("gas_use", 2020, 2023)), len(breaks_between("gas_use", 2023, 2024))
    (1, 0)
    """
    return tuple(found for found in breaks_of(indicator_id) if first_year < found.year <= last_year)
