"""Numerators and denominators of an indicator by region, from the measures of a table.

A share is never averaged: every area figure is a sum of numerators over a sum of denominators. A delivered mean or model share
joins in by being weighted: its numerator is mean times weight, its denominator the weight.
"""

from __future__ import annotations

import pandas as pd

from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.cleaning.missing import worst_of_columns, worst_reasons

PART_COLUMNS: tuple[str, ...] = ("region_code", "year", "numerator", "denominator", "delivered", "missing_reason")


def parts_of_indicator(indicator: Indicator, rows: pd.DataFrame, weights: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what every region contributes to an indicator.

    Parameters
    ----------
    indicator : Indicator
        Says which measures stand above and below the line.
    rows : DataFrame
        Columns `region_code, measure, year, value, missing_reason`; one row per region, measure and year.
    weights : DataFrame, optional
        For an indicator with a `mean`: the measures of its `weight`, in the same columns, in one boundary year; their year is not
        matched, because weights of one year serve all years of a table on fixed boundaries. Regions without a weight keep their
        delivered figure and get an empty numerator.

    Returns
    -------
    DataFrame
        Columns `PART_COLUMNS`. `numerator` and `denominator` are empty when one of their measures is missing, and
        `missing_reason` says why; `delivered` is the provider's own figure for an indicator with a mean, else empty. A count has
        denominator 1.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> rows = pd.DataFrame({"region_code": "WK1", "measure": ["cars", "households"], "year": 2020, "value": [50.0, 40.0],
    ...                      "missing_reason": None})
    >>> parts_of_indicator(indicator("cars_per_household"), rows)[["numerator", "denominator"]].values.tolist()
    [[50.0, 40.0]]
    """
    if indicator.mean:
        return _parts_of_mean(indicator, rows, weights)
    above = sum_measures(rows, indicator.numerator).rename(columns={"value": "numerator"})
    if not indicator.denominator:
        return above.assign(denominator=1.0, delivered=float("nan"))[list(PART_COLUMNS)]
    below = sum_measures(rows, indicator.denominator).rename(columns={"value": "denominator"})
    both = above.merge(below, on=["region_code", "year"], how="outer", suffixes=("", "_below"))
    reasons = both[["missing_reason", "missing_reason_below"]]
    return both.assign(delivered=float("nan"), missing_reason=worst_of_columns(reasons.fillna("absent")))[list(PART_COLUMNS)]


def sum_measures(rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the sum of measures per region and year, empty when one of them is missing.

    Parameters
    ----------
    rows : DataFrame
        Columns `region_code, measure, year, value, missing_reason`.
    names : tuple of str
        Measures that are added.

    Returns
    -------
    DataFrame
        Columns `region_code, year, value, missing_reason`; a measure that the rows do not have at all counts as `absent`.
    """
    chosen = rows[rows["measure"].isin(names)]
    keys = ["region_code", "year"]
    groups = chosen.astype({"value": float}).groupby(keys, sort=True)
    complete = groups["measure"].nunique().eq(len(names))
    reason = worst_reasons(chosen, keys).reindex(complete.index, fill_value="").mask(~complete, "absent")
    is_known = complete & reason.eq("") & groups["value"].count().eq(groups.size())
    return pd.DataFrame({"value": groups["value"].sum().where(is_known), "missing_reason": reason}).reset_index()


def _parts_of_mean(indicator: Indicator, rows: pd.DataFrame, weights: pd.DataFrame | None) -> pd.DataFrame:
    figures = sum_measures(rows, (indicator.mean,)).rename(columns={"value": "delivered"})
    keys, source = (["region_code", "year"], rows) if weights is None else (["region_code"], weights)
    weight = sum_measures(source, indicator.weight)[[*keys, "value"]].rename(columns={"value": "denominator"})
    both = figures.merge(weight, on=keys, how="left", validate="many_to_one")
    return both.assign(numerator=both["delivered"] / indicator.scale * both["denominator"])[list(PART_COLUMNS)]
