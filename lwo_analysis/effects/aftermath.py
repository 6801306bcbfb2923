"""What a finished programme left behind: the gap while it ran, after it ended, and whether it came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.interventions import intervention
from lwo_analysis.catalogue.phrases import LANGUAGES
from lwo_analysis.effects.design import Design
from lwo_analysis.effects.effective_size import COLUMN as EFFECTIVE_SIZE
from lwo_analysis.effects.effective_size import with_effective_size
from lwo_analysis.effects.inference.placebo import PlaceboResult, placebo_test
from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.effects.sensitivity.placebo_event_study import placebo_event_study
from lwo_analysis.effects.sensitivity.pre_trends import check_pre_trends
from lwo_analysis.effects.synthetic_control import fit_synthetic_control
from lwo_analysis.schema import Origin
from lwo_analysis.sources.demo import true_effect

PROGRAMME = "H03"
"""The programme of the forty areas, in the register of interventions."""
END = 2012
"""Last year of the money for the forty areas; the monitor of the state ran on until 2017."""
LAST = 2021
"""Last year before the present programme could matter."""
LEAST_BEFORE, LEAST_DURING, LEAST_AFTER, LEAST_DONORS = 2, 3, 3, 20
SIZE_RATIO = 2.0
PHASES = ("during", "after", "relapse")


@dataclass(frozen=True, eq=False)
class Aftermath:
    """A finished programme in one area, measured against areas of its size without it.

    Attributes
    ----------
    area_id, indicator_id : str
        What was measured where.
    panel : DataFrame
        `area_id`, `indicator_id`, `year`, `value`, `n`, `start_year` (missing for the other areas), `source_id`, `vintage`,
        `origin`.
    start_year : int
        First year of the programme.
    phases : dict of str to PlaceboResult
        `during`: mean until `END` against before. `after`: mean from `END` + 1 to `LAST` against before. `relapse`: after
        against during.
    by_year : DataFrame
        `year`, `coefficient`, `standard_error` (of the area against the mean of the others, the last year before is zero),
        `synthetic` (the area minus its synthetic control, each area counted from its own mean before), `own`, `others` (values).
    pre_trend : SensitivityCheck or None
        Whether the area moved with the others before; None with too few years before to test it.
    start_gap : float
        Area minus the mean of the others before the programme, in outcome units: more than this a programme cannot close.
    truth : dict of str to float, or None
        On the demo panel what was planted, per phase, in outcome units; None on real figures, whose truth nobody knows.
    """

    area_id: str
    indicator_id: str
    panel: pd.DataFrame
    start_year: int
    phases: dict[str, PlaceboResult]
    by_year: pd.DataFrame
    pre_trend: SensitivityCheck | None
    start_gap: float
    truth: dict[str, float] | None

    @property
    def n_others(self) -> int:
        """Number of areas without the programme."""
        return int(self.panel["area_id"].nunique()) - 1

    @property
    def grade(self) -> int:
        """Evidence grade on the Maryland scale: 3, or 2 when the area did not move with the others before."""
        return 2 if self.pre_trend is not None and self.pre_trend.passed is False else 3


def aftermath_panel(
    observations: pd.DataFrame, area_id: str, indicator: Indicator, *, base_year: int, start_year: int
) -> pd.DataFrame:
    """Return the area with wijken of its size that had no programme, each with a figure in every year.

    Parameters
    ----------
    observations : DataFrame
        The observation table, or the demo panel. Not changed.
    area_id : str
        The area of the finished programme.
    indicator : Indicator
        The topic.
    base_year : int
        First year that is used; 0 for the first year with a figure.
    start_year : int
        First year of the programme.

    Raises
    ------
    CannotAnswerError
        The area was not in the programme or has no figure, there are too few years before, during or after the programme, or too
        few other wijken.
    """
    names = _names(area_id)
    treated = intervention(PROGRAMME).places
    if area_id not in treated:
        places = zip(*map(_names, treated), strict=True)
        raise CannotAnswerError("not_a_priority_area", area=names, places=tuple(map(", ".join, places)))
    mine = observations[observations["indicator_id"].eq(indicator.id) & observations["value"].notna()]
    used = mine[mine["year"].between(base_year, LAST).fillna(False).astype(bool)]
    own = used[used["area_id"].eq(area_id)]
    if own.empty:
        raise CannotAnswerError("no_figures", area=names, indicator=(indicator.name_nl, indicator.name_en))
    _check_years(sorted(int(year) for year in own["year"]), start_year)
    others = used[~used["area_id"].isin(areas()) & used["year"].isin(own["year"])]
    size, last = float(own["n"].iloc[-1]), others.sort_values("year").groupby("area_id")["n"].last().astype(float)
    complete = others.groupby("area_id")["year"].nunique().eq(own["year"].nunique())
    alike = last[last.between(size / SIZE_RATIO, size * SIZE_RATIO) & complete].index
    if len(alike) < LEAST_DONORS:
        raise CannotAnswerError("too_few_areas", found=len(alike), needed=LEAST_DONORS)
    rows = pd.concat([own, others[others["area_id"].isin(alike)]])
    kept = rows[["area_id", "indicator_id", "year", "value", "n", "source_id", "vintage", "origin"]]
    typed = kept.astype({"year": int, "value": float, "n": float})
    return typed.assign(start_year=np.where(typed["area_id"].eq(area_id), start_year, np.nan)).reset_index(drop=True)


def measure_aftermath(panel: pd.DataFrame, indicator: Indicator) -> Aftermath:
    """Return the three comparisons of a finished programme, with placebos, and the course by year.

    Parameters
    ----------
    panel : DataFrame
        From `aftermath_panel`: one area with a start, and areas of its size without. Not changed.
    indicator : Indicator
        What is measured; gives the scale of a share.

    Notes
    -----
    Each comparison is a difference in differences with a placebo test in space, rescaled for the chance that its people and its
    level give (Ferman and Pinto 2019; :mod:`lwo_analysis.effects.effective_size`).
    The relapse is the same comparison between the years of the programme and those after it, without the years before. The
    synthetic control (Abadie and others 2010) is a second way to choose the others; it matches deviations from the mean before
    the start, because an area chosen for its level lies outside the levels of the others (Ferman and Pinto 2021). Assumes that
    the area would have moved with the others (looked at before the start only) and that its neighbours were not touched (not
    checked).
    """
    panel = with_effective_size(panel, scale=indicator.scale)
    own = panel[panel["start_year"].notna()]
    area_id, start = str(own["area_id"].iloc[0]), int(own["start_year"].iloc[0])
    design = Design(treated=(area_id,), population=EFFECTIVE_SIZE, comparison="wijken of similar size without a programme")
    study = placebo_event_study(panel, design)
    testable = study.n_pre > 0
    before = panel[panel["year"].lt(start)]
    is_own = before["area_id"].eq(area_id)
    return Aftermath(
        area_id=area_id,
        indicator_id=indicator.id,
        panel=panel,
        start_year=start,
        phases={name: placebo_test(_phase(panel, start, name), design) for name in PHASES},
        by_year=_by_year(panel, area_id, start, study.table(), design),
        pre_trend=check_pre_trends(study) if testable else None,
        start_gap=float(before.loc[is_own, "value"].mean() - before.loc[~is_own, "value"].mean()),
        truth=_truth(own, indicator, start) if own["origin"].eq(str(Origin.DEMO)).all() else None,
    )


def _names(area_id: str) -> tuple[str, ...]:
    return tuple(areas()[area_id].name(lang) for lang in LANGUAGES)


def _check_years(years: list[int], start_year: int) -> None:
    needed = {"before": LEAST_BEFORE, "during": LEAST_DURING, "after": LEAST_AFTER}
    found = {
        "before": sum(year < start_year for year in years),
        "during": sum(start_year <= year <= END for year in years),
        "after": sum(END < year <= LAST for year in years),
    }
    if any(found[name] < least for name, least in needed.items()):
        raise CannotAnswerError("too_few_programme_years", **found, **{f"least_{name}": least for name, least in needed.items()})


def _phase(panel: pd.DataFrame, start: int, name: str) -> pd.DataFrame:
    """Return the rows of one comparison, with the first year of its second period as the start.

    Without the years of the programme, those after it are moved up to follow those before: only which period a year belongs to
    matters for a difference in differences.
    """
    year = panel["year"]
    keep = {"during": year <= END, "after": (year < start) | (year > END), "relapse": year >= start}[name]
    rows = panel[keep]
    if name == "after":
        rows = rows.assign(year=rows["year"].mask(rows["year"] > END, rows["year"] - (END - start + 1)))
    first = END + 1 if name == "relapse" else start
    return rows.assign(start_year=rows["start_year"].where(rows["start_year"].isna(), float(first)))


def _truth(own: pd.DataFrame, indicator: Indicator, start: int) -> dict[str, float]:
    area_id = str(own["area_id"].iloc[0])
    planted = pd.Series({year: indicator.scale * true_effect(indicator.id, area_id, int(year)) for year in own["year"]})
    before = planted[planted.index < start].mean()
    during = planted[(planted.index >= start) & (planted.index <= END)].mean()
    after = planted[planted.index > END].mean()
    return {"during": float(during - before), "after": float(after - before), "relapse": float(after - during)}


def _by_year(panel: pd.DataFrame, area_id: str, start: int, study: pd.DataFrame, design: Design) -> pd.DataFrame:
    is_own = panel["area_id"].eq(area_id)
    years = pd.DataFrame(
        {
            "own": panel[is_own].set_index("year")["value"],
            "others": panel[~is_own].groupby("year")["value"].mean(),
        }
    )
    effects = study.assign(year=start + study["event_time"]).set_index("year")[["coefficient", "standard_error"]]
    own_level = panel["area_id"].map(panel[panel["year"].lt(start)].groupby("area_id")["value"].mean())
    fit = fit_synthetic_control(panel.assign(value=panel["value"] - own_level), design).fit[start]["fit"]
    synthetic = pd.Series(fit.gaps, index=years.index, name="synthetic")
    joined = years.join(effects).join(synthetic).rename_axis("year").reset_index()
    reference = joined["year"].eq(start - 1)
    return joined.assign(coefficient=joined["coefficient"].mask(reference, 0.0))
