"""From regions to areas: sums of numerators and denominators, and the areas that are made of other areas."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lwo_analysis.catalogue.areas import Area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.cleaning.missing import worst_reason

FIGURE_COLUMNS: tuple[str, ...] = ("area_id", "year", "value", "numerator", "denominator", "n", "missing_reason")


def figures_of_areas(indicator: Indicator, area_parts: pd.DataFrame, areas: Mapping[str, Area]) -> pd.DataFrame:
    """Return the figure of an indicator for every area that can be made.

    Parameters
    ----------
    indicator : Indicator
        Gives the scale (percent, per 1,000) and whether numerators are counts.
    area_parts : DataFrame
        Columns `area_id, region_code, year, numerator, denominator, delivered, missing_reason`: one row per area and region.
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
    sums = sum_over(area_parts, ["area_id", "year"])
    made = pd.concat([sums, *_derived(sums, areas)], ignore_index=True)
    valued = made.assign(value=_values(indicator, made))
    means = _unweighted_means(valued, areas)
    figures = valued if means.empty else pd.concat([valued, means], ignore_index=True)
    return _counts(indicator, figures)[list(FIGURE_COLUMNS)]


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
    given = typed[typed["missing_reason"].fillna("").ne("")].groupby(keys)["missing_reason"].agg(worst_reason)
    return summed.assign(delivered=delivered, missing_reason=given.reindex(summed.index, fill_value="")).reset_index()


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
    total = sum_over(members.assign(**signed), ["area_id", "year"])
    found = members.groupby(["area_id", "year"]).size().to_numpy()
    complete = total["area_id"].map(signs["made_id"].value_counts()).eq(found)
    counts = total[["numerator", "denominator"]].where(complete)
    return total.assign(delivered=float("nan"), missing_reason=total["missing_reason"].where(complete, "absent"), **counts)


def _values(indicator: Indicator, sums: pd.DataFrame) -> pd.Series:
    if not indicator.denominator and not indicator.mean:
        return sums["numerator"]
    ratio = indicator.scale * sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
    return ratio.where(sums["delivered"].isna(), sums["delivered"])


def _unweighted_means(figures: pd.DataFrame, areas: Mapping[str, Area]) -> pd.DataFrame:
    frames = []
    for area in areas.values():
        members = figures[figures["area_id"].isin(area.mean_of)]
        if members.empty:
            continue
        groups = members.groupby("year")
        complete = groups["area_id"].nunique().eq(len(area.mean_of))
        value = groups["value"].agg(lambda values: values.mean(skipna=False))
        reason = groups["missing_reason"].agg(worst_reason).where(complete, "absent")
        frames.append(
            pd.DataFrame({"value": value.where(complete), "missing_reason": reason}).reset_index().assign(area_id=area.id)
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _counts(indicator: Indicator, figures: pd.DataFrame) -> pd.DataFrame:
    is_count = not indicator.denominator and not indicator.mean
    counted = not indicator.mean
    return figures.assign(
        n=figures["numerator"] if is_count else figures["denominator"],
        numerator=figures["numerator"] if counted else float("nan"),
        denominator=figures["denominator"] if counted and not is_count else float("nan"),
        missing_reason=figures["missing_reason"].mask(figures["value"].isna() & figures["missing_reason"].eq(""), "absent"),
    )
