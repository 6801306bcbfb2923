"""Series relative to a base year, and euros of one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lwo_analysis.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def index_series(values: pd.Series, base_year: int, *, base: float = 100.0) -> pd.Series:
    """Return a series in which the base year is 100.

    Do not use it for shares near zero or for scores that can be negative: the index then says little.

    Parameters
    ----------
    values : Series
        Indexed by year; NaN stays NaN.
    base_year : int
        Year that becomes `base`.
    base : float
        Value of the base year.

    Raises
    ------
    InputError
        The base year is absent, missing or not positive.

    Examples
    --------
    >>> import pandas as pd
    >>> index_series(pd.Series({2006: 200.0, 2012: 190.0}), 2006).to_dict()
    {2006: 100.0, 2012: 95.0}
    """
    return values / _at(values, base_year, "values") * base


def real_prices(nominal: pd.Series, consumer_prices: pd.Series, price_year: int) -> pd.Series:
    """Return amounts in euros of one year.

    Parameters
    ----------
    nominal : Series
        Euros of the year itself, indexed by year.
    consumer_prices : Series
        Consumer price index by year, any base; it must cover every year of `nominal`.
    price_year : int
        Year whose euros the result is in.

    Raises
    ------
    InputError
        A year has no price index, or the price year is absent.

    Notes
    -----
    real(t) = nominal(t) * cpi(price year) / cpi(t).

    Examples
    --------
    10 % inflation turns 110 euros of 2021 into 100 euros of 2020.

    >>> import pandas as pd
    >>> real_prices(pd.Series({2021: 110.0}), pd.Series({2020: 100.0, 2021: 110.0}), 2020).to_dict()
    {2021: 100.0}
    """
    absent = sorted(set(nominal.index) - set(consumer_prices.dropna().index))
    if absent:
        raise InputError(
            "consumer_prices", expected="a price index for every year", found=f"none for {absent}", remedy="add the years"
        )
    return nominal * _at(consumer_prices, price_year, "consumer_prices") / consumer_prices.reindex(nominal.index)


def _at(series: pd.Series, year: int, where: str) -> float:
    value = series.get(year)
    if value is None or not value > 0:
        raise InputError(where, expected=f"a positive number in {year}", found=str(value), remedy="choose another base year")
    return float(value)
