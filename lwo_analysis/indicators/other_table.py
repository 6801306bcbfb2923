"""Rates whose count and whose residents come from two tables, possibly on boundaries of two years.

The police counts on the boundaries of one year, also for earlier years; the residents of a year are known on the boundaries of
that year. The two are divided by each other only for an area that is the same ground in both: otherwise a city that has grown
since would seem to have more crime in the years before.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.cleaning.missing import worst_of_columns
from lwo_analysis.indicators.aggregate import sum_over
from lwo_analysis.indicators.construct import sum_measures

SURFACE = "surface"
SURFACE_SLACK = 2.0
"""Hectares by which rounding and new measurement move the surface of an area that did not change."""
SURFACE_SHARE = 0.01
KEYS = ["area_id", "year"]


def parts_over_other_table(
    indicator: Indicator,
    own: pd.DataFrame,
    others: Mapping[int, pd.DataFrame],
    boundary_year: int,
) -> pd.DataFrame:
    """Return numerators of one table over denominators of the tables of other years, by area.

    Parameters
    ----------
    indicator : Indicator
        With a numerator in `own` and a denominator in `others`.
    own : DataFrame
        Columns `area_id, region_code, measure, year, value, missing_reason` of the table that counts, several years.
    others : mapping of int to DataFrame
        Per year the same columns of the table with the denominators, on the boundaries of that year, for the same areas.
    boundary_year : int
        The boundaries of `own`.

    Returns
    -------
    DataFrame
        Columns `area_id, region_code, year, numerator, denominator, delivered, missing_reason`, one row per area and year, for
        `figures_of_areas`. Where the denominators of a year are not there, or the area is not known to be the same ground in
        both years, the reason is `absent` and the denominator is empty.

    Notes
    -----
    Same ground: the surfaces of the area in the table of the year and in that of `boundary_year` differ by at most 2 hectares or
    1 %. Not checked: an exchange of ground of equal size, or a piece of at most 1 % with many residents.
    """
    above = _sums(own, indicator.numerator).rename(columns={"value": "numerator"})
    frames = [_sums(rows, indicator.denominator).assign(year=year) for year, rows in others.items()]
    below = pd.concat(frames or [above.iloc[:0].rename(columns={"numerator": "value"})], ignore_index=True)
    both = above.merge(below, on=KEYS, how="left", suffixes=("", "_below"), validate="one_to_one")
    grounds = {year: _surfaces(rows) for year, rows in others.items()}
    same = [_same_ground(row.area_id, int(row.year), boundary_year, grounds) for row in both.itertuples()]
    reasons = both["missing_reason_below"].fillna("absent").where(same, "absent")
    reason = worst_of_columns(pd.DataFrame({"above": both["missing_reason"], "below": reasons}))
    return both.assign(
        region_code=both["area_id"],
        denominator=both["value"].where(same),
        delivered=float("nan"),
        missing_reason=reason,
    )[["area_id", "region_code", "year", "numerator", "denominator", "delivered", "missing_reason"]]


def _sums(rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return sums of measures over the regions of each area."""
    regions = rows[["area_id", "region_code"]].drop_duplicates()
    counts = sum_measures(rows.drop_duplicates(["region_code", "measure", "year"]), names).rename(columns={"value": "numerator"})
    parts = regions.merge(counts, on="region_code").assign(denominator=1.0, delivered=float("nan"))
    return sum_over(parts, KEYS).rename(columns={"numerator": "value"})[[*KEYS, "value", "missing_reason"]]


def _surfaces(rows: pd.DataFrame) -> pd.Series:
    if not rows["measure"].eq(SURFACE).any():
        return pd.Series(dtype=float)
    return _sums(rows, (SURFACE,)).set_index("area_id")["value"].astype(float)


def _same_ground(area_id: str, year: int, boundary_year: int, grounds: Mapping[int, pd.Series]) -> bool:
    if year == boundary_year:
        return True
    then, now = (grounds.get(each, pd.Series(dtype=float)).get(area_id, float("nan")) for each in (year, boundary_year))
    return bool(abs(then - now) <= max(SURFACE_SLACK, SURFACE_SHARE * now))
