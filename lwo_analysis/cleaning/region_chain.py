"""Over which years a region is the same place: the lists of regions per year, and the provider's own word on each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.mergers import mergers_of
from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.sources.statline import StatLineTable, read_table_folder, stated_year

REGION_LIST_COLUMNS: tuple[str, ...] = ("region_code", "region_name", "kind", "municipality_code", "change")
CHANGE_TITLE = "indelingswijziging"
UNCHANGED, NEW_CODE, OTHER_AREA, NOT_STATED = "1", "2", "3", "."
"""Change since the year before: code and area the same; another code for the same area; not comparable; nothing said."""


@dataclass(frozen=True)
class ChainBreak:
    """Where comparability ends: between `year` - 1 and `year`, or where nothing is known about it."""

    year: int
    reason: str


@dataclass(frozen=True)
class ComparableYears:
    """The years over which a region is the same place as in one year.

    Attributes
    ----------
    codes : dict of int to str
        Its code in every comparable year, in order; the code may differ, the place does not.
    before, after : ChainBreak
        Why it does not reach further back, and further on.
    """

    codes: dict[int, str]
    before: ChainBreak
    after: ChainBreak

    @property
    def first_year(self) -> int:
        """First comparable year."""
        return min(self.codes)

    @property
    def last_year(self) -> int:
        """Last comparable year."""
        return max(self.codes)


def region_list(table: StatLineTable) -> pd.DataFrame:
    """Return the regions of a delivered table with the provider's word on how each changed since the year before.

    Returns
    -------
    DataFrame
        Columns `REGION_LIST_COLUMNS`, one row per region: `kind` is NL, GM, WK or BU, `municipality_code` is empty for a country,
        `change` is `1`, `2`, `3` or `.`, and `.` for all where the column was not fetched.

    Raises
    ------
    InputError
        A change is none of the four.
    """
    regions = table.regions[["Key", "Title"]].astype(str)
    codes = regions["Key"].str.strip()
    stated = table.rows[table.region_column].astype(str).str.strip()
    key = _change_key(table)
    change = table.rows[key].astype("string").str.strip() if key else pd.Series(NOT_STATED, index=stated.index)
    known = pd.Series(change.fillna(NOT_STATED).to_numpy(), index=stated)
    found = codes.map(known[~known.index.duplicated()]).fillna(NOT_STATED)
    strangers = sorted(set(found) - {UNCHANGED, NEW_CODE, OTHER_AREA, NOT_STATED})
    if strangers:
        raise InputError(
            f"{table.table_id}, {key}",
            expected="changes 1, 2, 3 or .",
            found=", ".join(strangers),
            remedy="look up what the provider means by it",
        )
    municipality = ("GM" + codes.str[2:6]).where(~codes.str.startswith("NL"), "")
    listed = {"region_code": codes, "region_name": regions["Title"].str.strip(), "kind": codes.str[:2]}
    return pd.DataFrame(listed | {"municipality_code": municipality, "change": found}).reset_index(drop=True)


def read_region_lists(folders: Iterable[Path]) -> dict[int, pd.DataFrame]:
    """Return the list of regions of every year that was delivered, by year.

    Raises
    ------
    InputError
        A folder is not a whole table, or two tables are about the same year.
    """
    lists: dict[int, pd.DataFrame] = {}
    for folder in folders:
        table = read_table_folder(Path(folder))
        year = stated_year(table)
        if year in lists:
            raise InputError(str(folder), expected="one table per year", found=f"two of {year}", remedy="leave one of them out")
        lists[year] = region_list(table)
    return dict(sorted(lists.items()))


def comparable_years(
    region_code: str,
    year: int,
    lists: Mapping[int, pd.DataFrame],
    old_codes: Mapping[int, Mapping[str, str]] | None = None,
) -> ComparableYears:
    """Return over which years a region is the same place as in one year, and where the chain breaks on either side.

    Parameters
    ----------
    region_code : str
        Its code in `year`.
    year : int
        The year in which the code is meant; codes are used again for other places.
    lists : mapping of int to DataFrame
        Lists of regions by year, from `read_region_lists`.
    old_codes : mapping of int to mapping, optional
        For a year, the code that each region with a new code had the year before: the provider says that a code changed, not what
        it was. From `crosswalk.code_changes`.

    Returns
    -------
    ComparableYears
        Never more than the provider says: a year without a list, a change it does not state, and a new code whose old one is not
        known all end the chain. For a municipality nothing is ever stated; there the chain runs on except over a catalogued
        merger.

    Raises
    ------
    ParameterError
        There is no list of `year`, or the code is not in it.

    Notes
    -----
    The code of a change compares with the year before only, so every yearly step must be 1, or 2 with its old code. CBS leaves
    shifts of less than about five metres out of account.
    """
    tables = {listed: frame.set_index("region_code")["change"] for listed, frame in lists.items()}
    if year not in tables or region_code not in tables[year].index:
        raise ParameterError(
            f"region {region_code} in {year}",
            expected="a region of a delivered list",
            found=f"lists of {', '.join(map(str, sorted(tables))) or 'no year'}",
            remedy="fetch the table of that year, or correct the code",
        )
    renamed = old_codes or {}
    codes, current = {year: region_code}, region_code
    at = year
    while not isinstance(step := _predecessor(current, at, tables, renamed), ChainBreak):
        at, current = at - 1, step
        codes[at] = current
    before, at, current = step, year, region_code
    while not isinstance(step := _successor(current, at, tables, renamed), ChainBreak):
        at, current = at + 1, step
        codes[at] = current
    return ComparableYears(dict(sorted(codes.items())), before, step)


def _predecessor(
    code: str, year: int, tables: Mapping[int, pd.Series], renamed: Mapping[int, Mapping[str, str]]
) -> str | ChainBreak:
    """Return the code of the same place the year before, or why there is none."""
    if year - 1 not in tables:
        return ChainBreak(year, f"no list of regions of {year - 1}")
    change = tables[year][code]
    if change == OTHER_AREA:
        return ChainBreak(year, "the area changed and cannot be compared with the year before (3)")
    if change == NOT_STATED and (reason := _unstated(code, year)):
        return ChainBreak(year, reason)
    old = renamed.get(year, {}).get(code) if change == NEW_CODE else code
    if old is None:
        return ChainBreak(year, "the code changed (2) and the old code is not known")
    return old if old in tables[year - 1].index else ChainBreak(year, f"{old} is not in the list of {year - 1}")


def _successor(
    code: str, year: int, tables: Mapping[int, pd.Series], renamed: Mapping[int, Mapping[str, str]]
) -> str | ChainBreak:
    """Return the code of the same place the year after: the region there whose predecessor this one is."""
    if year + 1 not in tables:
        return ChainBreak(year + 1, f"no list of regions of {year + 1}")
    following = {new for new, old in renamed.get(year + 1, {}).items() if old == code}
    for candidate in sorted(({code} | following) & set(tables[year + 1].index)):
        if _predecessor(candidate, year + 1, tables, renamed) == code:
            return candidate
    if code not in tables[year + 1].index:
        return ChainBreak(year + 1, "the code is no longer there and no region is known to continue it")
    found = _predecessor(code, year + 1, tables, renamed)
    return found if isinstance(found, ChainBreak) else ChainBreak(year + 1, "the code went to another area")


def _unstated(code: str, year: int) -> str:
    if not code.startswith(("GM", "NL")):
        return "nothing is stated about the change (.)"
    merger = mergers_of(code).get(year)
    if merger is None:
        return ""
    names = " and ".join(part["name"] for part in merger.gained)
    return f"it took in ground of {names}; use {merger.use}"


def _change_key(table: StatLineTable) -> str:
    titles = table.properties["Title"].astype(str).str.strip().str.lower()
    keys = table.properties.loc[titles.str.startswith(CHANGE_TITLE), "Key"].astype(str).str.strip()
    return next((key for key in keys if key in table.rows.columns), "")
