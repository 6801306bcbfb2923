"""From regions to areas: sums of numerators and denominators, and the areas that are made of other areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from lwo_analysis.catalogue.areas import Area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.cleaning.missing import worst_reasons

FIGURE_COLUMNS: tuple[str, ...] = (
    "area_id",
    "indicator_id",
    "year",
    "value",
    "numerator",
    "denominator",
    "n",
    "missing_reason",
)
_GROUP = ["indicator_id", "area_id", "year"]


def figures_of_areas(parts_of: Sequence[tuple[Indicator, pd.DataFrame]], areas: Mapping[str, Area]) -> pd.DataFrame:
    """Return the figures of indicators for every area that can be made.

    Parameters
    ----------
    parts_of : sequence of (Indicator, DataFrame)
        Per indicator, which gives the scale (percent, per 1,000) and whether numerators are counts, its parts: columns
        `area_id, region_code, year, numerator, denominator, delivered, missing_reason`, one row per area and region. Not changed.
    areas : mapping of str to Area
        The catalogue; says how areas are made of each other.

    Returns
    -------
    DataFrame
        Columns `FIGURE_COLUMNS`; `value` = scale x sum of numerators / sum of denominators, empty with a reason when any part is
        missing. `n` is the denominator, or the count itself. For a delivered mean or model share the counts are left empty,
        because numerator and denominator are not what was counted.

    Notes
    -----
    An area of one region keeps the provider's figure to the digit. The unweighted mean (`mean_of`) averages the figures of its
    members and has no numerator.
    """
    kinds = {indicator.id: indicator for indicator, _ in parts_of}
    parts = pd.concat([frame.assign(indicator_id=indicator.id) for indicator, frame in parts_of], ignore_index=True)
    sums = sum_over(parts, _GROUP)
    made = pd.concat([sums, *_derived(sums, areas)], ignore_index=True)
    valued = made.assign(value=_values(kinds, made))
    means = _unweighted_means(valued, areas)
    figures = valued if means.empty else pd.concat([valued, means], ignore_index=True)
    return _counts(kinds, figures)[list(FIGURE_COLUMNS)]


def sum_over(parts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the sums of numerator and denominator per group; one missing part makes the sum missing.

    Parameters
    ----------
    parts : DataFrame
        Columns as in `figures_of_areas`. Not changed.
    keys : list of str
        Columns that name a group.

    Returns
    -------
    DataFrame
        `keys`, `numerator`, `denominator`, `delivered` (only for a group of one part), `missing_reason`.
    """
    typed = parts.astype(dict.fromkeys(("numerator", "denominator", "delivered"), float))
    groups = typed.groupby(keys, sort=True)
    counts, size = groups[["numerator", "denominator"]], groups.size()
    summed = counts.sum().where(counts.count().eq(size, axis=0))
    delivered = groups["delivered"].first().where(size.eq(1))
    reasons = worst_reasons(typed, keys).reindex(summed.index, fill_value="")
    return summed.assign(delivered=delivered, missing_reason=reasons).reset_index()


def _derived(sums: pd.DataFrame, areas: Mapping[str, Area]) -> list[pd.DataFrame]:
    """Return the areas made of other areas, in an order in which every part exists before it is used."""
    made: list[pd.DataFrame] = []
    pending = [area for area in areas.values() if area.parts]
    have = sums
    while pending:
        waiting = {area.id for area in pending}
        ready = [area for area in pending if not _signs(area).keys() & waiting]
        new = _combine(have, ready)
        made.append(new)
        have = pd.concat([have, new], ignore_index=True)
        pending = [area for area in pending if area not in ready]
    return made


def _signs(area: Area) -> dict[str, float]:
    """Return what an area is made of: its parts, or its whole minus its parts."""
    return dict.fromkeys(area.parts, -1.0 if area.whole else 1.0) | ({area.whole: 1.0} if area.whole else {})


def _combine(sums: pd.DataFrame, made: list[Area]) -> pd.DataFrame:
    """Return areas made of others; missing in a year in which one of them is, and without a row when all of them are."""
    signs = pd.DataFrame(
        [(area.id, name, sign) for area in made for name, sign in _signs(area).items()], columns=["made_id", "area_id", "sign"]
    )
    members = signs.merge(sums, on="area_id").drop(columns="area_id").rename(columns={"made_id": "area_id"})
    signed = {name: members[name] * members["sign"] for name in ("numerator", "denominator")}
    total = sum_over(members.assign(**signed), _GROUP)
    found = members.groupby(_GROUP).size().to_numpy()
    complete = total["area_id"].map(signs["made_id"].value_counts()).eq(found)
    counts = total[["numerator", "denominator"]].where(complete)
    return total.assign(delivered=float("nan"), missing_reason=total["missing_reason"].where(complete, "absent"), **counts)


def _is_count(indicator: Indicator) -> bool:
    return not indicator.denominator and not indicator.mean


def _of_kind(kinds: Mapping[str, Indicator], figures: pd.DataFrame, fact: Callable[[Indicator], object]) -> pd.Series:
    """Return a fact of its indicator for every row."""
    return figures["indicator_id"].map({name: fact(indicator) for name, indicator in kinds.items()})


def _values(kinds: Mapping[str, Indicator], sums: pd.DataFrame) -> pd.Series:
    scale = _of_kind(kinds, sums, lambda indicator: indicator.scale)
    ratio = scale * sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
    shares = ratio.where(sums["delivered"].isna(), sums["delivered"])
    return shares.mask(_of_kind(kinds, sums, _is_count), sums["numerator"])


def _unweighted_means(figures: pd.DataFrame, areas: Mapping[str, Area]) -> pd.DataFrame:
    frames = []
    keys = ["indicator_id", "year"]
    for area in areas.values():
        members = figures[figures["area_id"].isin(area.mean_of)]
        if members.empty:
            continue
        groups = members.groupby(keys)
        complete = groups["area_id"].nunique().eq(len(area.mean_of))
        is_known = complete & groups["value"].count().eq(groups.size())
        reason = worst_reasons(members, keys).reindex(complete.index, fill_value="").where(complete, "absent")
        value = groups["value"].mean().where(is_known)
        frames.append(pd.DataFrame({"value": value, "missing_reason": reason}).reset_index().assign(area_id=area.id))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _counts(kinds: Mapping[str, Indicator], figures: pd.DataFrame) -> pd.DataFrame:
    is_count = _of_kind(kinds, figures, _is_count)
    is_counted = _of_kind(kinds, figures, lambda indicator: not indicator.mean)
    return figures.assign(
        n=figures["numerator"].where(is_count, figures["denominator"]),
        numerator=figures["numerator"].where(is_counted),
        denominator=figures["denominator"].where(is_counted & ~is_count),
        missing_reason=figures["missing_reason"].mask(figures["value"].isna() & figures["missing_reason"].eq(""), "absent"),
    )
