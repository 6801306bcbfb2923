"""Which areas look most like a focus area: among the other focus areas, and among wijken without the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.errors import DesignError
from lwo_analysis.indicators.focus_field import FocusField
from lwo_analysis.indicators.matching import MatchedAreas, match_areas

PEER_TOPICS = (
    "social_assistance_share",
    "unemployment_benefit_share",
    "disability_benefit_share",
    "single_person_household_share",
    "households_with_children_share",
    "age_0_14_share",
    "age_65_plus_share",
    "cars_per_household",
)
"""What likeness is measured on: registered shares of residents and households. Model shares are computed from such shares, so
they would count twice, and the origin of residents is no ground for likeness."""
N_PEERS = 3
ANY_SIZE = 1e6
LEAST_RESIDENTS = 1000
FEW_WIJKEN = 5


@dataclass(frozen=True)
class Peers:
    """The focus areas most like one of them, and how far apart it stands.

    Attributes
    ----------
    table : DataFrame
        `area_id`, `distance` (standard deviations of the other areas), `stays` (in how many of the repetitions that leave one
        topic out it is still among the nearest), nearest first.
    topics : tuple of str
        Topics that likeness was measured on; the number of residents counts as one more.
    nearest : Series
        For every area of the field the distance to the area most like it.
    """

    table: pd.DataFrame
    topics: tuple[str, ...]
    nearest: pd.Series

    @property
    def repetitions(self) -> int:
        """How often the search was repeated with one topic left out."""
        return len(self.topics)


def find_peers(field: FocusField) -> Peers:
    """Return the focus areas most like the placed one, with how firm that choice is.

    Parameters
    ----------
    field : FocusField
        The focus areas with their figures, one of them placed.

    Notes
    -----
    Distance: Euclidean over topics and the logarithm of residents, each divided by its standard deviation over the other areas.
    Likeness on what was counted says nothing about what was not. Assumes nothing about which topic matters more.
    """
    features, residents = _features(field)
    found = match_areas(features, residents, [field.area_id], matches=N_PEERS, population_ratio=ANY_SIZE).pairs
    peers = found["match_id"].tolist()
    repeated = [_nearest_of(features.drop(columns=topic), residents, field.area_id, N_PEERS) for topic in features]
    stays = [sum(name in others for others in repeated) for name in peers]
    single = {
        name: match_areas(features, residents, [name], matches=1, population_ratio=ANY_SIZE).pairs["distance"].iloc[0]
        for name in features.index
    }
    table = pd.DataFrame({"area_id": peers, "distance": found["distance"], "stays": stays})
    return Peers(table, tuple(features.columns), pd.Series(single, name="nearest"))


def match_outside(field: FocusField, wijken: pd.DataFrame, own: Sequence[str], excluded: Sequence[str]) -> MatchedAreas | None:
    """Return wijken without the programme that look like the wijken of the area; None when there are too few of their size.

    Parameters
    ----------
    field : FocusField
        The area.
    wijken : DataFrame
        Indexed by wijk: `residents` and one column per topic.
    own : sequence of str
        The wijken of the area; those of fewer than `LEAST_RESIDENTS` residents, or with a secret figure, are not matched.
    excluded : sequence of str
        Wijken that may not be used: those of focus areas and of the same city.

    Notes
    -----
    One year gives levels, no trends: a wijk that had a bad year by chance looks alike for that year only.
    """
    topics = [name for name in PEER_TOPICS if name in wijken.columns and wijken[name].notna().any()]
    complete = wijken[wijken["residents"].ge(LEAST_RESIDENTS)].dropna(subset=topics)
    subjects = [name for name in own if name in complete.index]
    if not subjects:
        return None
    try:
        return match_areas(
            complete[topics].astype(float),
            complete["residents"].astype(float),
            subjects,
            exclude=excluded,
            matches=N_PEERS if len(subjects) <= FEW_WIJKEN else 1,
        )
    except DesignError:
        return None


def figures_by_topic(observations: pd.DataFrame, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Return one row per area and one column per topic, with `residents`; a missing figure is NaN.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    indicators : sequence of Indicator
        The topics.
    """
    names = [indicator.id for indicator in indicators]
    wide = observations[observations["indicator_id"].isin([*names, "population"])].pivot(
        index="area_id", columns="indicator_id", values="value"
    )
    return wide.astype(float).rename(columns={"population": "residents"})


def _features(field: FocusField) -> tuple[pd.DataFrame, pd.Series]:
    members = field.figures[field.figures["area_id"].isin(field.members)]
    wide = members.pivot(index="area_id", columns="indicator_id", values="value").reindex(list(field.members)).astype(float)
    topics = [name for name in PEER_TOPICS if name in wide.columns and pd.notna(wide.loc[field.area_id, name])]
    complete = wide.dropna(subset=[*topics, "population"])
    return complete[topics].rename_axis(columns=None), complete["population"]


def _nearest_of(features: pd.DataFrame, residents: pd.Series, area_id: str, matches: int) -> set[str]:
    return set(match_areas(features, residents, [area_id], matches=matches, population_ratio=ANY_SIZE).pairs["match_id"])
