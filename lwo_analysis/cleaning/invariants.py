"""Facts that hold in every table of figures by region; each check has the name of the fact, and always runs."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.errors import InputError


def check_one_row_per_region(rows: pd.DataFrame, *, where: str) -> None:
    """Raise `InputError` when a region has two figures for the same measure and year."""
    repeated = rows[rows.duplicated(["region_code", "measure", "year"])]
    if len(repeated):
        first = repeated.iloc[0]
        raise InputError(
            where,
            expected="one row per region, measure and year",
            found=f"{len(repeated)} repeated, first {first['region_code']}, {first['measure']}, {first['year']}",
            remedy="download the table again",
        )


def check_missing_has_reason(rows: pd.DataFrame, *, where: str) -> None:
    """Raise `InputError` when a figure is absent without a reason, or present with one."""
    has_reason = rows["missing_reason"].fillna("").ne("")
    wrong = rows[rows["value"].isna() != has_reason]
    if len(wrong):
        first = wrong.iloc[0]
        raise InputError(
            where,
            expected="a reason for every missing figure, and only for those",
            found=f"{len(wrong)} rows otherwise, first {first['region_code']}, {first['measure']}",
            remedy="mend the source module",
        )


def check_not_negative(rows: pd.DataFrame, *, where: str) -> None:
    """Raise `InputError` when a count, share or distance is negative."""
    wrong = rows[(rows["value"] < 0).fillna(False)]
    if len(wrong):
        first = wrong.iloc[0]
        raise InputError(
            where,
            expected="figures of zero or more",
            found=f"{first['value']} for {first['region_code']}, {first['measure']}",
            remedy="download the table again; codes for missing must be given a reason",
        )


def check_part_within_whole(rows: pd.DataFrame, part: str, whole: str, *, where: str, slack: float) -> None:
    """Raise `InputError` when a part is larger than its whole by more than rounding explains.

    Parameters
    ----------
    part, whole : str
        Measures, such as `single_person_households` and `households`.
    slack : float
        How far rounding alone can lift a part above its whole, in the unit of the measures.
    """
    wide = _wide(rows, (part, whole))
    if wide is None:
        return
    wrong = wide[wide[part] > wide[whole] + slack]
    if len(wrong):
        code, year = wrong.index[0]
        raise InputError(
            where,
            expected=f"{part} at most {whole}",
            found=f"{wrong.iloc[0][part]} of {wrong.iloc[0][whole]} in {code}, {year} ({len(wrong)} regions)",
            remedy="check whether a column was shifted or recoded",
        )


def check_parts_add_up(rows: pd.DataFrame, parts: tuple[str, ...], whole: str, *, where: str, slack: float) -> None:
    """Raise `InputError` when parts that exhaust a whole do not add up to it within rounding.

    Parameters
    ----------
    parts : tuple of str
        Measures that together are the whole, such as all age groups; regions that miss one of them are passed over.
    whole : str
        The measure they add up to.
    slack : float
        How far rounding alone can put the sum off, in the unit of the measures.
    """
    wide = _wide(rows, (*parts, whole))
    if wide is None:
        return
    off = (wide[list(parts)].sum(axis=1, skipna=False) - wide[whole]).abs()
    wrong = off[off > slack]
    if len(wrong):
        code, year = wrong.index[0]
        raise InputError(
            where,
            expected=f"{', '.join(parts)} that add up to {whole}",
            found=f"{wrong.iloc[0]:.0f} off in {code}, {year} ({len(wrong)} regions)",
            remedy="check whether a cell was shifted, recoded or written as zero",
        )


def check_wijken_add_up(
    rows: pd.DataFrame, measure: str, *, where: str, slack: float, share: float = 0.005, hidden: float = 100.0
) -> None:
    """Raise `InputError` when the wijken of a municipality do not add up to its own figure.

    A figure with a shifted decimal, a column on other boundaries, or a secret cell written as zero breaks the sum; rounding,
    residents without an address and small secret wijken do not.

    Parameters
    ----------
    rows : DataFrame
        Columns `region_code, measure, year, value`; a municipality without a figure of its own is passed over.
    measure : str
        A count.
    slack : float
        How far rounding can put one wijk off.
    share : float
        Part of the municipality's figure that may belong to no wijk (residents without an address).
    hidden : float
        What a wijk without a figure can hold at most; in the table of 2020 such wijken have at most 55 residents.
    """
    counts = rows[rows["measure"].eq(measure)]
    code = counts["region_code"]
    wijken = counts[code.str.startswith("WK")].assign(municipality="GM" + code.str[2:6])
    groups = wijken.groupby(["municipality", "year"])["value"]
    sums = pd.DataFrame({"sum": groups.sum().astype(float), "wijken": groups.size(), "missing": groups.size() - groups.count()})
    own = counts[code.str.startswith("GM")].set_index(["region_code", "year"])["value"].astype(float)
    known = sums.assign(own=own.rename_axis(["municipality", "year"]).reindex(sums.index)).dropna()
    limit = slack * known["wijken"] + share * known["own"]
    short = known["own"] - known["sum"]
    wrong = known[(short > limit + hidden * known["missing"]) | (short < -limit)]
    if len(wrong):
        (municipality, year), row = wrong.index[0], wrong.iloc[0]
        raise InputError(
            where,
            expected=f"wijken of {municipality} that add up to {row['own']:.0f} ({measure}, {year})",
            found=f"{row['sum']:.0f} ({len(wrong)} municipalities)",
            remedy="check for a shifted decimal, a secret cell written as zero, or wijken of another year",
        )


def _wide(rows: pd.DataFrame, measures: tuple[str, ...]) -> pd.DataFrame | None:
    """Return one row per region and year, or None when the table does not hold all the measures."""
    chosen = rows[rows["measure"].isin(measures)]
    if set(chosen["measure"]) != set(measures):
        return None
    return chosen.pivot(index=["region_code", "year"], columns="measure", values="value").astype(float)
