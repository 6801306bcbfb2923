"""How current and how complete the figures are, per source and indicator."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from lwo_analysis.schema import KEY, Status

FRESHNESS_COLUMNS: tuple[str, ...] = (
    "source_id",
    "indicator_id",
    "vintage",
    "complete_year",
    "age",
    "figures",
    "suppressed",
    "hidden",
    "not_published",
)


@dataclass(frozen=True)
class DataHealth:
    """What is known about the state of the data.

    Attributes
    ----------
    as_of : int
        The year from which age is counted.
    tables : DataFrame
        One row per raw table: `source_id, table, vintage, retrieved`, and the number of columns that are `read`, `renamed`,
        `absent`, `unclear`, `new` and `gone` (empty where the provider delivers no description), with their names in `which`.
    freshness : DataFrame
        Columns `FRESHNESS_COLUMNS`, as `freshness` returns them.
    revised : DataFrame or None
        Columns `source_id, indicator_id, changed, filled, withdrawn`; None when no earlier vintage was kept.
    """

    as_of: int
    tables: pd.DataFrame
    freshness: pd.DataFrame
    revised: pd.DataFrame | None


def freshness(
    observations: pd.DataFrame, as_of: int, area_ids: Collection[str], shown: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the state of the figures of each source and indicator.

    Parameters
    ----------
    observations : DataFrame
        The observation table as built.
    as_of : int
        The year from which age is counted.
    area_ids : collection of str
        The areas that a year must have to be complete.
    shown : DataFrame, optional
        The same table after disclosure control; without it `hidden` is 0.

    Returns
    -------
    DataFrame
        `complete_year` is the latest year in which none of these areas lacks a published figure; a secret figure counts as
        published. It is chosen per indicator, because the newest key figures are filled in three deliveries. Empty, like `age`
        (`as_of` minus that year), when no year is complete or the source names none. `figures`, `suppressed` (by the provider)
        and `not_published` count all areas and years, `hidden` the figures that are not shown because they are too small or
        because a small one would follow from them.
    """
    keys = ["source_id", "indicator_id"]
    is_hidden = _hidden(observations, shown)
    states = observations.assign(
        figures=observations["value"].notna(),
        suppressed=observations["status"].eq(str(Status.SUPPRESSED)),
        hidden=is_hidden,
        not_published=observations["status"].eq(str(Status.NOT_PUBLISHED)),
    )
    counts = states.groupby(keys).agg(
        vintage=("vintage", "max"),
        **{name: (name, "sum") for name in ("figures", "suppressed", "hidden", "not_published")},
    )
    years = _complete_years(observations, area_ids).reindex(counts.index)
    whole = counts.assign(complete_year=years.astype("Int64"), age=(as_of - years).astype("Int64"))
    return whole.reset_index()[list(FRESHNESS_COLUMNS)]


def count_revisions(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many figures of each source and indicator were changed, filled or withdrawn (`cleaning.previous.revisions`).

    Parameters
    ----------
    found : DataFrame
        Columns `source_id, indicator_id, kind`, one row per revised figure.
    """
    kinds = ("changed", "filled", "withdrawn")
    counts = found.groupby(["source_id", "indicator_id"])["kind"].value_counts().unstack(fill_value=0)
    return counts.reindex(columns=list(kinds), fill_value=0).reset_index().rename_axis(columns=None)


def _complete_years(observations: pd.DataFrame, area_ids: Collection[str]) -> pd.Series:
    mine = observations[observations["area_id"].isin(area_ids) & observations["year"].notna()]
    lacking = mine["status"].eq(str(Status.NOT_PUBLISHED))
    by_year = lacking.groupby([mine["source_id"], mine["indicator_id"], mine["year"].astype(int)]).any()
    complete = by_year[~by_year].reset_index()
    return complete.groupby(["source_id", "indicator_id"])["year"].max().astype("Int64")


def _hidden(observations: pd.DataFrame, shown: pd.DataFrame | None) -> pd.Series:
    if shown is None:
        return pd.Series(False, index=observations.index)
    present = pd.MultiIndex.from_frame(shown.loc[shown["value"].notna(), list(KEY)])
    mine = pd.MultiIndex.from_frame(observations[list(KEY)])
    return observations["value"].notna() & ~pd.Series(mine.isin(present), index=observations.index)
