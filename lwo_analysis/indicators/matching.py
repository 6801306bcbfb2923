"""Untreated areas that looked like the area for years before the programme: the comparison that regression to the mean needs."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from lwo_analysis.errors import DesignError, DroppedRowsWarning, InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True)
class MatchedAreas:
    """Pairs and how well they balance.

    Attributes
    ----------
    pairs : DataFrame
        `area_id`, `match_id`, `distance` (Euclidean, in standard deviations of the pool), closest first per area. No match is
        used twice.
    balance : DataFrame
        One row per feature: `subject_mean`, `pool_mean`, `matched_mean`, `difference_before`, `difference_after` (standardised).
    n_pool : int
        Candidates after exclusions.
    n_incomplete : int
        Areas left out because a feature is missing.
    """

    pairs: pd.DataFrame
    balance: pd.DataFrame
    n_pool: int
    n_incomplete: int

    @property
    def largest_difference(self) -> float:
        """Largest absolute standardised difference after matching; above 0.25 the match should not carry a comparison."""
        return float(self.balance["difference_after"].abs().max())


def pre_period_features(panel: pd.DataFrame, first_year: int, last_year: int, *, least_years: int = 4) -> pd.DataFrame:
    """Return the long-run level and trend of every indicator per area, before the programme.

    Matching on one year selects areas that happened to have a bad year and then recover; a long mean does not.

    Parameters
    ----------
    panel : DataFrame
        `area_id`, `indicator_id`, `year`, `value`; rows without a value are skipped.
    first_year, last_year : int
        The pre-period, both included.
    least_years : int
        Fewest years for which a level and a trend are given; with fewer both are missing.

    Returns
    -------
    DataFrame
        Indexed by area, columns `INDICATOR_level` (mean) and `INDICATOR_trend` (least-squares change per year).

    Raises
    ------
    InputError
        A column is absent, or an area has two values for one indicator and year.

    Examples
    --------
    >>> years = [2014, 2015, 2016, 2017]
    >>> panel = pd.DataFrame({"area_id": "a", "indicator_id": "share", "year": years, "value": [5.0, 6.0, 7.0, 8.0]})
    >>> [float(number) for number in pre_period_features(panel, 2014, 2017).loc["a"].round(6)]
    [6.5, 1.0]
    """
    absent = sorted({"area_id", "indicator_id", "year", "value"} - set(panel.columns))
    if absent:
        raise InputError("panel", expected="area_id, indicator_id, year, value", found=f"no {absent}", remedy="pass observations")
    period = panel[panel["year"].between(first_year, last_year)].dropna(subset="value")
    if period.duplicated(["area_id", "indicator_id", "year"]).any():
        raise InputError("panel", expected="one value per area, indicator and year", found="two", remedy="choose one source")
    rows = period.astype({"year": float, "value": float})
    groups = rows.groupby(["area_id", "indicator_id"])
    year, value = rows["year"] - groups["year"].transform("mean"), rows["value"] - groups["value"].transform("mean")
    keys = [rows["area_id"], rows["indicator_id"]]
    trend = (year * value).groupby(keys).sum() / (year**2).groupby(keys).sum()
    table = pd.DataFrame({"level": groups["value"].mean(), "trend": trend}).where(groups.size() >= least_years)
    wide = table.unstack("indicator_id")
    wide.columns = [f"{indicator}_{kind}" for kind, indicator in wide.columns]
    return wide.sort_index(axis=1)


def match_areas(
    features: pd.DataFrame,
    population: pd.Series,
    areas: Sequence[str],
    *,
    exclude: Collection[str] = (),
    matches: int = 3,
    population_ratio: float = 2.0,
) -> MatchedAreas:
    """Return the untreated areas most like the given ones, with the balance they reach.

    Parameters
    ----------
    features : DataFrame
        Indexed by area (`pre_period_features`); areas with a missing feature are left out and counted in a
        `DroppedRowsWarning`.
    population : Series
        Residents per area, > 0; its logarithm is matched on as well.
    areas : sequence of str
        The areas to match; any set, for example the five wijken.
    exclude : collection of str
        Areas that may not be used: other focus areas (they are treated too), neighbours.
    matches : int
        Matches per area.
    population_ratio : float
        A match has at most this many times more or fewer residents.

    Raises
    ------
    InputError
        A given area has no complete features.
    DesignError
        Too few candidates of similar size.

    Notes
    -----
    Optimal matching without replacement (it minimises the summed distance, so the order of the areas does not matter) on
    features divided by their standard deviation in the pool. Standardised difference = (mean of the areas - mean of the others)
    / that same standard deviation, before and after, so that both are on one scale. Similarity on what was measured says
    nothing about what was not.

    References
    ----------
    Rosenbaum (1989), JASA 84, 1024-1032 (optimal matching); Stuart (2010), Statistical Science 25, 1-21 (balance).

    Examples
    --------
    >>> features = pd.DataFrame({"level": [10.0, 11.0, 3.0, 9.0]}, index=["a", "b", "c", "d"])
    >>> residents = pd.Series(5000.0, index=features.index)
    >>> match_areas(features, residents, ["a"], exclude=["d"], matches=1).pairs["match_id"].tolist()
    ['b']
    """
    table = features.assign(log_population=np.log(population.reindex(features.index)))
    complete = table.dropna()
    _check_subjects(areas, complete.index)
    if len(complete) < len(table):
        warnings.warn(
            f"{len(table) - len(complete)} area(s) with a missing feature are not matched.", DroppedRowsWarning, stacklevel=2
        )
    pool = complete.drop(index=list({*areas, *exclude} & set(complete.index)))
    spread = pool.std(ddof=1).where(lambda deviation: deviation > 0, 1.0)
    costs = _costs(complete.loc[list(areas)] / spread, pool / spread, np.log(population_ratio) / spread["log_population"])
    pairs = _assign(costs, matches, population_ratio)
    return MatchedAreas(pairs, _balance(complete, list(areas), pool, pairs, spread), len(pool), len(table) - len(complete))


def _check_subjects(areas: Sequence[str], complete: pd.Index) -> None:
    absent = sorted(set(areas) - set(complete))
    if absent:
        raise InputError(
            "areas", expected="complete features", found=f"a missing one for {absent}", remedy="use other indicators"
        )


def _costs(subjects: pd.DataFrame, pool: pd.DataFrame, caliper: float) -> pd.DataFrame:
    distances = cdist(subjects, pool)
    sizes = np.abs(np.subtract.outer(subjects["log_population"].to_numpy(), pool["log_population"].to_numpy()))
    allowed = sizes <= caliper + 1e-9
    return pd.DataFrame(np.where(allowed, distances, np.inf), index=subjects.index, columns=pool.index)


def _assign(costs: pd.DataFrame, matches: int, ratio: float) -> pd.DataFrame:
    slots = np.repeat(costs.to_numpy(), matches, axis=0)
    try:
        rows, columns = linear_sum_assignment(slots)
    except ValueError:
        rows, columns = np.array([], int), np.array([], int)
    if len(rows) < len(slots):
        candidates = np.isfinite(costs.to_numpy()).sum(axis=1).tolist()
        raise DesignError(
            "match_areas",
            expected=f"{matches} candidates for each of {len(costs)} areas within {ratio:g} times its residents",
            found=f"{candidates} candidates",
            remedy="allow another size, fewer matches or a larger pool",
        )
    pairs = pd.DataFrame(
        {"area_id": costs.index[rows // matches], "match_id": costs.columns[columns], "distance": slots[rows, columns]}
    )
    order = {area: position for position, area in enumerate(costs.index)}
    return pairs.sort_values(
        ["area_id", "distance"], key=lambda column: column.map(order) if column.name == "area_id" else column, ignore_index=True
    )


def _balance(
    complete: pd.DataFrame, areas: list[str], pool: pd.DataFrame, pairs: pd.DataFrame, spread: pd.Series
) -> pd.DataFrame:
    subject, matched = complete.loc[areas].mean(), pool.loc[pairs["match_id"]].mean()
    return pd.DataFrame(
        {
            "subject_mean": subject,
            "pool_mean": pool.mean(),
            "matched_mean": matched,
            "difference_before": (subject - pool.mean()) / spread,
            "difference_after": (subject - matched) / spread,
        }
    ).rename_axis("feature")
