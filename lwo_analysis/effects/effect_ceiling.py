"""The largest effect a programme could have had on an area: on real figures from the register, on the demo panel from the gap."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.interventions import Intervention, interventions
from lwo_analysis.indicators.dose import dose_ceiling
from lwo_analysis.schema import Origin

REST_OF_CITY = "lwd-rest"
HISTORY = "geschiedenis"
"""Pillar of the measures of earlier programmes in the register."""


def largest_effect(panel: pd.DataFrame, observations: pd.DataFrame, topic: Indicator) -> float | None:
    """Return the furthest that the figure of the treated wijken could move, in outcome units, > 0.

    Parameters
    ----------
    panel : DataFrame
        `area_id`, `year`, `value`, `n`, `start_year` (missing for the others), `origin`.
    observations : DataFrame
        The table with the rest of the city.
    topic : Indicator
        The indicator of the panel.

    Returns
    -------
    float or None
        On real figures the sum over the measures of the register that name the topic, as if each worked for everyone it reaches
        and all of them lived in these wijken; the sum is never more than all people in the numerator. None when no measure states
        how many it reaches. The demo panel has no register: there it is the gap with the rest of the city before the start, which
        is all that a programme can close.
    """
    own = panel[panel["start_year"].notna()]
    before = own[own["year"] < own["start_year"]]
    if set(panel["origin"]) == {str(Origin.DEMO)}:
        return _starting_gap(before, observations, topic)
    last = before[before["year"].eq(before["year"].max())]
    people = float(last["n"].sum())
    affected = float((last["value"] * last["n"]).sum()) / topic.scale
    years = int(own["year"].max() - own["start_year"].max()) + 1
    reached = sum(_reached(entry, topic, years) for entry in interventions().values())
    return topic.scale * dose_ceiling(reached, people, affected=affected).ceiling or None


def _reached(entry: Intervention, topic: Indicator, years: int) -> float:
    dose = entry.dose
    if dose is None or dose.indicator != topic.id or dose.count is None or entry.pillar == HISTORY:
        return 0.0
    return float(dose.count * (years if dose.repeats == "yearly" else 1))


def _starting_gap(before: pd.DataFrame, observations: pd.DataFrame, topic: Indicator) -> float | None:
    is_city = observations["area_id"].eq(REST_OF_CITY) & observations["indicator_id"].eq(topic.id)
    city = observations[is_city & observations["year"].isin(before["year"])]["value"].astype(float).mean()
    own = float((before["value"] * before["n"]).sum() / before["n"].sum())
    return abs(own - float(city)) or None
