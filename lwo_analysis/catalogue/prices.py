"""Consumer prices, to turn amounts of different years into euros of one year."""

from __future__ import annotations

from functools import cache

from lwo_analysis.catalogue.loading import read_catalogue_file
from lwo_analysis.errors import CatalogueError

LARGEST_ERROR_PER_YEAR = 0.05
"""Percent that the index can be off for every year between two dates, because the yearly changes are published in one decimal."""


@cache
def consumer_price_index() -> dict[int, float]:
    """Return the consumer price index by year, chained from the published yearly changes; the base year is 100.

    Returns
    -------
    dict of int to float
        2012 (one year before the first published change) and later.

    Raises
    ------
    CatalogueError
        A year between the first and the last is missing, or the base year is not among them.

    Notes
    -----
    P(t) = P(t-1) (1 + change(t) / 100), with P(base year) = 100. Use it to deflate incomes and property values
    (`indicators.index_series.real_prices`), not rents or energy, whose prices move otherwise.

    Examples
    --------
    >>> index = consumer_price_index()
    >>> index[2015], round(index[2016], 1), round(index[2014], 2) == round(100 / 1.006, 2)
    (100.0, 100.3, True)
    """
    content = read_catalogue_file("prices.yml")
    changes: dict[int, float] = content["changes"]
    base: int = content["base_year"]
    years = list(range(min(changes), max(changes) + 1))
    if sorted(changes) != years or base not in changes:
        raise CatalogueError(
            "catalogue/prices.yml",
            expected=f"a change for every year from {years[0]} to {years[-1]}, the base year {base} among them",
            found=", ".join(map(str, sorted(changes))),
            remedy="add the missing year",
        )
    level = {years[0] - 1: 1.0}
    for year in years:
        level[year] = level[year - 1] * (1 + changes[year] / 100)
    return {year: 100.0 * value / level[base] for year, value in level.items()}
