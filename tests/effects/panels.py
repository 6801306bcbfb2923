"""Panels that several tests share: real ones from the shared data, and small made-up ones with a known answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.effects import Design, starts_from_treatment
from tests.support.shared_data import shared_path

PROP99 = Design(outcome="cigsale", unit="state", time="year", start="start", population=None)
MPDTA = Design(outcome="lemp", unit="countyreal", time="year", start="start", population=None, min_pre_periods=1)
STAGGERED = Design(outcome="y", unit="id", time="year", start="start", population=None, min_pre_periods=1)
QUOTA = Design(outcome="womparl", unit="country", time="year", start="start", population=None)
KANSAS = Design(outcome="lngdpcapita", unit="fips", time="year_qtr", start="start", population=None)
EHEC = Design(outcome="dins", unit="stfips", time="year", start="start", population=None)
SICILY = Design(outcome="aces", unit="unit", time="time", start="start", population=None)
SMALL = Design(outcome="value", unit="area_id", time="year", start="start_year")


def prop99() -> pd.DataFrame:
    """Cigarette sales, packs per head, 39 states 1970-2000; California treated from 1989."""
    panel = pd.read_csv(shared_path("validation/P99data.csv"))
    return panel.assign(start=np.where(panel["state"] == "California", 1989.0, np.nan))


def mpdta() -> pd.DataFrame:
    """Log teen employment of 500 counties 2003-2007, first treated in 2004, 2006 or 2007 (R package did)."""
    panel = pd.read_csv(shared_path("validation/mpdta.csv"))
    return panel.assign(start=panel["first.treat"].where(panel["first.treat"] > 0).astype(float))


def base_stagg() -> pd.DataFrame:
    """The staggered example of the R package fixest: 95 units, 10 years."""
    panel = pd.read_csv(shared_path("validation/base_stagg.csv"))
    return panel.assign(start=panel["year_treated"].where(panel["year_treated"] < 1000))


def quota() -> pd.DataFrame:
    """Women in parliament, 119 countries 1990-2015 (Stata sdid)."""
    panel = pd.read_csv(shared_path("validation/quota.csv"))
    return panel.assign(start=starts_from_treatment(panel, unit_col="country", time_col="year", treated_col="quota"))


def kansas() -> pd.DataFrame:
    """Log GDP per head, 50 states, 105 quarters; Kansas treated from 2012 Q2 (R augsynth)."""
    panel = pd.read_csv(shared_path("validation/kansas_ascm.csv"))
    return panel.assign(start=starts_from_treatment(panel, unit_col="fips", time_col="year_qtr", treated_col="treated"))


def ehec() -> pd.DataFrame:
    """Health insurance, expansion states of 2014 against states without expansion by 2015 (R HonestDiD)."""
    panel = pd.read_csv(shared_path("validation/ehec.csv"))
    panel = panel[(panel["year"] < 2016) & (panel["yexp2"] != 2015)]
    return panel.assign(start=panel["yexp2"].where(panel["yexp2"] == 2014))


def sicily() -> pd.DataFrame:
    """Monthly coronary events in Sicily 2002-2006, smoking ban from month 37."""
    return pd.read_csv(shared_path("validation/sicily.csv")).assign(unit="sicily", start=37.0)


def small_panel(n_units: int = 8, n_treated: int = 2, n_years: int = 8, start: int = 2020, effect: float = 3.0) -> pd.DataFrame:
    """Unit effect + year effect + effect from the start on, without noise except a fixed ripple; first year 2015."""
    rows = [
        {
            "area_id": f"area-{unit}",
            "year": 2015 + year,
            "value": 10.0 * unit
            + year**2
            + ((unit * 7 + year * 5) % 11) / 10
            + (effect if unit < n_treated and 2015 + year >= start else 0.0),
            "n": 1000.0 + 100 * unit,
            "start_year": float(start) if unit < n_treated else np.nan,
        }
        for unit in range(n_units)
        for year in range(n_years)
    ]
    return pd.DataFrame(rows)
