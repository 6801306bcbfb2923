"""Whether an area of the programme diverged from wijken without it: the panel, the estimate, and what tests it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.areas import area, areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.effects.design import Design
from lwo_analysis.effects.did import fit_did
from lwo_analysis.effects.inference.placebo import add_placebo_inference, placebo_test
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.schema import Origin
from lwo_analysis.sources import demo

PROGRAMME = "lwo"
ANNOUNCED = 2022
"""First year in which the programme could matter; an earlier start is a pretended one."""
LEAST_BEFORE, LEAST_AFTER, LEAST_DONORS = 5, 1, 20


@dataclass(frozen=True, eq=False)
class AreaEffect:
    """An estimate with its placebo interval, and the truth when the figures are made up.

    Attributes
    ----------
    result : EffectResult
        Difference in differences with placebo inference, in outcome units.
    truth : float or None
        What was planted, averaged over the years after the start, in outcome units; only of the demo panel.
    is_pretended : bool
        Whether the start lies before the programme: then nothing may be called an effect.
    """

    result: EffectResult
    truth: float | None
    is_pretended: bool

    @property
    def interval_holds_truth(self) -> bool | None:
        """Whether the interval contains the truth; None for real figures."""
        return None if self.truth is None else self.result.interval[0] <= self.truth <= self.result.interval[1]


def effect_panel(observations: pd.DataFrame, area_id: str, topic: Indicator, start_year: int) -> pd.DataFrame:
    """Return the treated wijken and the wijken without the programme, one row per wijk and year.

    The whole of Leeuwarden Oost is five treated wijken, not one: five draws of chance instead of one. Programme wijken outside
    the question and the ring around the programme are left out. With a pretended start the years from `ANNOUNCED` on are too.

    Raises
    ------
    CannotAnswerError
        The area is outside the programme, the figures are modelled or absent, or there are too few years or other wijken.
    """
    wijken = area(PROGRAMME).parts
    names = (areas()[area_id].name_nl, areas()[area_id].name_en) if area_id in areas() else (area_id, area_id)
    if area_id not in (PROGRAMME, *wijken):
        raise CannotAnswerError("outside_programme", area=names)
    treated = wijken if area_id == PROGRAMME else (area_id,)
    rows = observations[observations["indicator_id"].eq(topic.id) & observations["value"].notna()]
    measured = rows[rows["origin"].ne(str(Origin.MODELLED))]
    own = measured[measured["area_id"].isin(treated)]
    if own.empty:
        reason = "no_figures" if rows.empty or not rows["area_id"].isin(treated).any() else "modelled_outcome"
        raise CannotAnswerError(reason, indicator=(topic.name_nl, topic.name_en), area=names)
    complete = own.groupby("year")["area_id"].nunique().eq(len(treated))
    years = [int(year) for year in complete.index[complete] if start_year >= ANNOUNCED or year < ANNOUNCED]
    _check_years(years, start_year)
    donors = _donors(measured[measured["year"].isin(years)], len(years))
    kept = measured[measured["year"].isin(years) & measured["area_id"].isin({*treated, *donors})]
    typed = kept.astype({"year": int, "value": float, "n": float})
    return typed.assign(start_year=np.where(typed["area_id"].isin(treated), float(start_year), np.nan)).reset_index(drop=True)


def effect_design(panel: pd.DataFrame) -> Design:
    """Return what is estimated: the treated wijken weighted by their residents, against all others in the panel."""
    treated = tuple(sorted(panel.loc[panel["start_year"].notna(), "area_id"].unique()))
    window = (int(panel["year"].min()), int(panel["year"].max()))
    return Design(treated=treated, weights="population", window=window, comparison="wijken outside the programme and its ring")


def measure_effect(panel: pd.DataFrame, topic: Indicator, rng: np.random.Generator | None = None) -> AreaEffect:
    """Return the difference in differences with the placebo interval, beside the documented truth of a demo panel."""
    design = effect_design(panel)
    result = add_placebo_inference(fit_did(panel, design), placebo_test(panel, design, rng=rng))
    start = int(panel["start_year"].min())
    is_demo = set(panel["origin"]) == {str(Origin.DEMO)}
    truth = topic.scale * _true_change(panel, topic.id, design.treated, start) if is_demo else None
    return AreaEffect(result, truth, start < ANNOUNCED)


def _check_years(years: list[int], start_year: int) -> None:
    before, after = sum(year < start_year for year in years), sum(year >= start_year for year in years)
    if before < LEAST_BEFORE or after < LEAST_AFTER or np.ptp(years) != len(years) - 1:
        raise CannotAnswerError(
            "too_few_years", found=min(before, LEAST_BEFORE) + min(after, LEAST_AFTER), needed=LEAST_BEFORE + LEAST_AFTER
        )


def _donors(rows: pd.DataFrame, n_years: int) -> set[str]:
    outside = rows[~rows["area_id"].isin({*areas(), *demo.RING})]
    counts = outside.groupby("area_id")["year"].nunique()
    found = set(counts.index[counts.eq(n_years)])
    if len(found) < LEAST_DONORS:
        raise CannotAnswerError("too_few_areas", found=len(found), needed=LEAST_DONORS)
    return found


def _true_change(panel: pd.DataFrame, indicator_id: str, treated: tuple[str, ...], start: int) -> float:
    """Return the planted change after the start, minus what was planted before it, weighted as the estimate is."""
    size = panel.groupby("area_id")["n"].mean()
    years = sorted(panel["year"].unique())

    def planted(name: str, chosen: list[int]) -> float:
        return float(np.mean([demo.true_effect(indicator_id, name, int(year)) for year in chosen]))

    after, before = [year for year in years if year >= start], [year for year in years if year < start]
    return float(np.average([planted(name, after) - planted(name, before) for name in treated], weights=size[list(treated)]))
