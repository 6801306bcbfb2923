"""Sources: who delivers which tables, under which licence, on which boundaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError


@dataclass(frozen=True)
class Source:
    """One source of figures.

    Attributes
    ----------
    module : str
        Module of `lwo_analysis.sources` that reads it.
    boundaries : str or int or None
        `year` when each table is on the boundaries of its own year, a number when all years are on the boundaries of that year.
    rounding : int
        How far a delivered count can be off.
    tables : dict of str to int
        Table id and the reference year of its figures; the last one for a table of several years.
    api : str
        How `lwo fetch` reaches it: `v3` or `dataderden`; empty when it is not fetched.
    first_year : int or None
        First year of a table that holds several years; absent when each table is of one year.
    provisional_years : int
        How many of the latest years of a table the provider calls provisional.
    regions : tuple of str
        Starts of the region codes that are fetched, and that an area can be made of; everything when empty.
    unseen : bool
        Its measures were written without sight of a delivered table. A table of it that cannot be read is named and left out: it
        stops neither the fetch nor the build of the others.
    addresses : dict of str to str
        Where the one file of a table is, for a source that is fetched as a file. A file of module `partner` is read with the
        mapping `catalogue/mappings/TABLE.yml`.
    """

    id: str
    title_nl: str
    title_en: str
    provider: str
    licence: str
    origin: str
    module: str
    boundaries: str | int | None = None
    rounding: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    api: str = ""
    first_year: int | None = None
    provisional_years: int = 0
    regions: tuple[str, ...] = ()
    unseen: bool = False
    addresses: dict[str, str] = field(default_factory=dict)

    def title(self, lang: str) -> str:
        """Return the title in Dutch (`nl`) or English (`en`)."""
        return self.title_nl if lang == "nl" else self.title_en

    def boundary_year(self, table: str) -> int:
        """Return the year whose boundaries a table is on.

        Raises
        ------
        CatalogueError
            The source is not delivered by region, or the table is not in its list.
        """
        if self.boundaries is None or table not in self.tables:
            raise CatalogueError(
                f"catalogue/sources.yml, {self.id}",
                expected=f"boundaries and a year for table {table}",
                found="none",
                remedy="add the table to the source",
            )
        return self.tables[table] if self.boundaries == "year" else int(self.boundaries)

    @property
    def is_fetched(self) -> bool:
        """Whether `lwo fetch` can download it."""
        return bool(self.api or self.addresses)

    @property
    def has_yearly_boundaries(self) -> bool:
        """Whether each year of a table of several years is on its own boundaries."""
        return self.boundaries == "year" and self.first_year is not None

    def years_of(self, table: str) -> range:
        """Return the years that a table can hold; none when it is not in the list.

        Examples
        --------
        >>> list(source("kwb").years_of("84799NED")), len(source("politie-crime").years_of("47018NED"))
        ([2020], 14)
        """
        if table not in self.tables:
            return range(0)
        last = self.tables[table]
        return range(last if self.first_year is None else self.first_year, last + 1)


@cache
def sources() -> dict[str, Source]:
    """Return every source of the catalogue by id."""
    entries = [
        build_entry(Source, content, where=f"catalogue/sources.yml, {content.get('id', '?')}")
        for content in read_catalogue_file("sources.yml")
    ]
    check_unique([entry.id for entry in entries], where="catalogue/sources.yml")
    return {entry.id: entry for entry in entries}


def source(source_id: str) -> Source:
    """Return one source.

    Raises
    ------
    ParameterError
        The id is not in the catalogue.
    """
    if source_id not in sources():
        raise ParameterError(
            "source", expected=f"one of {', '.join(sources())}", found=repr(source_id), remedy="correct the source"
        )
    return sources()[source_id]


def source_of_table(table: str) -> Source:
    """Return the source that a provider's table belongs to.

    Raises
    ------
    CatalogueError
        No source lists the table.

    Examples
    --------
    >>> source_of_table("84799NED").id
    'kwb'
    """
    for candidate in sources().values():
        if table in candidate.tables:
            return candidate
    raise CatalogueError(
        "catalogue/sources.yml", expected=f"a source with table {table}", found="none", remedy="add the table to its source first"
    )
