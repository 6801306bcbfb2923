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


def check_parts_within_whole(rows: pd.DataFrame, parts: str, whole: str, *, where: str, slack: float) -> None:
    """Raise `InputError` when a part is larger than its whole by more than rounding explains.

    Parameters
    ----------
    parts, whole : str
        Measures, such as `single_person_households` and `households`.
    slack : float
        How far rounding alone can lift a part above its whole, in the unit of the measures.
    """
    wide = rows[rows["measure"].isin([parts, whole])].pivot(index=["region_code", "year"], columns="measure", values="value")
    if {parts, whole} - set(wide.columns):
        return
    wrong = wide[(wide[parts] > wide[whole] + slack).fillna(False)]
    if len(wrong):
        code, year = wrong.index[0]
        raise InputError(
            where,
            expected=f"{parts} at most {whole}",
            found=f"{wrong.iloc[0][parts]} of {wrong.iloc[0][whole]} in {code}, {year} ({len(wrong)} regions)",
            remedy="check whether a column was shifted or recoded",
        )
