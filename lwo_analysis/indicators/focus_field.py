"""The field among which a focus area is placed, and its place on every topic with an interval on that place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.indicators.comparison import ORIENTED
from lwo_analysis.indicators.distance import ORIENTATION
from lwo_analysis.indicators.profile import score_profile
from lwo_analysis.indicators.ranking import rank_interval
from lwo_analysis.indicators.uncertainty import share_standard_error
from lwo_analysis.schema import Origin

LEAST_MEMBERS = 10
FIELD_SIZE = 20
DEMO_PREFIX = "demo-"
DEMO_OF_CITY = 10
"""The first ten wijken of the demo panel are the rest of its city; they do not stand in for areas elsewhere."""


@dataclass(frozen=True)
class FocusField:
    """A focus area among the others, in one year.

    Attributes
    ----------
    area_id : str
        The area that is placed.
    year : int
        Reference year.
    members : tuple of str
        All areas of the field, the placed one first, then by id. On the demo panel nineteen of its wijken stand in for the
        others.
    beside : tuple of str
        The rest of its city and the country, for orientation; not placed.
    figures : DataFrame
        Observations of `members` and `beside` in that year.
    """

    area_id: str
    year: int
    members: tuple[str, ...]
    beside: tuple[str, ...]
    figures: pd.DataFrame

    @property
    def is_demo(self) -> bool:
        """Whether wijken of the demo panel stand in for the other focus areas."""
        return any(name.startswith(DEMO_PREFIX) for name in self.members)

    @property
    def register_origins(self) -> set[str]:
        """The origins of what was counted: figures of a register, or of the demo panel."""
        return set(self.figures["origin"]) & {str(Origin.REGISTER), str(Origin.DEMO)}

    def of_indicator(self, indicator_id: str) -> pd.DataFrame:
        """Return the figures of one indicator, indexed by area, members first."""
        mine = self.figures[self.figures["indicator_id"].eq(indicator_id)].set_index("area_id")
        return mine.reindex([*self.members, *(name for name in self.beside if name in mine.index)])


def focus_field(observations: pd.DataFrame, area_id: str, indicator: Indicator, year: int = 0) -> FocusField:
    """Return the focus areas among which one is placed, with their figures of one year.

    Parameters
    ----------
    observations : DataFrame
        The observation table, or the demo panel. Not changed.
    area_id : str
        A focus area of the catalogue.
    indicator : Indicator
        The topic that must be known: of the area, and of at least `LEAST_MEMBERS` areas of the field.
    year : int
        Reference year; 0 for the latest year in which the area has a figure.

    Raises
    ------
    CannotAnswerError
        The area is not a focus area, has no figure about the topic, or fewer than `LEAST_MEMBERS` areas have one.
    """
    names = (areas()[area_id].name_nl, areas()[area_id].name_en)
    if area_id not in focus_areas():
        raise CannotAnswerError("not_a_focus_area", area=names)
    known = observations[observations["indicator_id"].eq(indicator.id) & observations["value"].notna()]
    years = sorted({int(found) for found in known.loc[known["area_id"].eq(area_id), "year"].dropna()})
    if not years or (year and year not in years):
        raise CannotAnswerError("no_figures", area=names, indicator=(indicator.name_nl, indicator.name_en))
    chosen = year or years[-1]
    in_year = observations[observations["year"].eq(chosen).fillna(False)]
    members = _members(in_year, area_id)
    with_figure = known[known["year"].eq(chosen) & known["area_id"].isin(members)]
    if len(with_figure) < LEAST_MEMBERS:
        raise CannotAnswerError("too_few_areas", found=len(with_figure), needed=LEAST_MEMBERS)
    beside = (*_rest_of_city(area_id), "nl")
    return FocusField(area_id, chosen, members, beside, in_year[in_year["area_id"].isin([*members, *beside])])


def places_in_field(field: FocusField, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """Return the place of the area on every topic, 1 for the most favourable, with a 95 % interval on the place.

    Do not use it for topics without a favourable side (they are left out): an order of the make-up of areas says nothing.

    Parameters
    ----------
    field : FocusField
        The area among the others.
    indicators : mapping
        Topics that may be placed.

    Returns
    -------
    DataFrame
        One row per topic that at least `LEAST_MEMBERS` areas have: `indicator_id`, `value`, `others` (unweighted mean of the
        other areas), `score` (100 is that mean, 10 points one standard deviation over all members, above 100 more favourable),
        `reliability`, `rank`, `lower`, `upper`, `members` (areas placed), `origin`.
        A topic without counts, such as a model share, has no place: its
        rank is empty. Best place first, topics without a place last.

    Raises
    ------
    CannotAnswerError
        None of the topics has a favourable side and figures.
    """
    topics = [name for name, entry in indicators.items() if entry.direction in ORIENTED and _is_known(field, name)]
    if not topics:
        raise CannotAnswerError("no_favourable_side")
    rows = pd.DataFrame([_place(field, indicators[name]) for name in topics])
    scored = score_profile(rows).set_index("indicator_id")[["score", "reliability"]]
    both = rows.join(scored, on="indicator_id")
    kept = ["indicator_id", "value", "others", "score", "reliability", "rank", "lower", "upper", "members", "origin"]
    return both.sort_values(["rank", "indicator_id"], kind="stable", ignore_index=True)[kept]


def _members(in_year: pd.DataFrame, area_id: str) -> tuple[str, ...]:
    present = set(in_year["area_id"])
    if in_year["origin"].eq(str(Origin.DEMO)).any():
        return (area_id, *_stand_ins(in_year))
    return (area_id, *sorted(name for name in focus_areas() if name in present and name != area_id))


def _stand_ins(in_year: pd.DataFrame) -> list[str]:
    """Return the largest wijken of the demo panel outside its city, by id."""
    residents = in_year[in_year["indicator_id"].eq("population")].set_index("area_id")["value"].astype(float)
    outside = residents[[name for name in residents.index if is_demo_outside(name)]]
    return sorted(outside.sort_values(ascending=False, kind="stable").index[: FIELD_SIZE - 1])


def is_demo_outside(area_id: str) -> bool:
    """Return whether an id is a wijk of the demo panel outside the city of its programme.

    Parameters
    ----------
    area_id : str
        Id of an area, of the demo panel or not.
    """
    return area_id.startswith(DEMO_PREFIX) and int(area_id.removeprefix(DEMO_PREFIX)) > DEMO_OF_CITY


def _rest_of_city(area_id: str) -> tuple[str, ...]:
    return tuple(entry.id for entry in areas().values() if entry.kind == "rest" and entry.parts == (area_id,))


def _is_known(field: FocusField, indicator_id: str) -> bool:
    values = field.of_indicator(indicator_id).reindex(list(field.members))["value"]
    return bool(pd.notna(values.iloc[0])) and int(values.notna().sum()) >= LEAST_MEMBERS


def _place(field: FocusField, indicator: Indicator) -> dict[str, object]:
    rows = field.of_indicator(indicator.id).reindex(list(field.members))
    values, counts = rows["value"].astype(float).dropna(), rows[["numerator", "denominator"]].astype(float)
    own = rows.iloc[0]
    facts = {
        "indicator_id": indicator.id,
        "kind": "subjective" if own["origin"] == Origin.SURVEY else "objective",
        "good_direction": indicator.direction,
        "value": float(values[field.area_id]),
        "others": float(values.drop(field.area_id).mean()),
        "base_mean": float(values.drop(field.area_id).mean()),
        "base_sd": float(values.std(ddof=1)),
        "n": float(own["n"]),
        "numerator": float(counts["numerator"].iloc[0]),
        "is_survey": own["origin"] == Origin.SURVEY,
        "origin": str(own["origin"]),
        "rank": float("nan"),
        "lower": float("nan"),
        "upper": float("nan"),
    }
    if indicator.unit == "percent" and counts.loc[values.index].notna().all(axis=None):
        errors = indicator.scale * pd.Series(share_standard_error(counts["numerator"], counts["denominator"]), index=counts.index)
        place = rank_interval(-ORIENTATION[indicator.direction] * values, errors[values.index], [field.area_id]).iloc[0]
        facts |= {name: float(place[name]) for name in ("rank", "lower", "upper")}
    return {**facts, "members": len(values)}
