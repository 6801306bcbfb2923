"""The observation table of the vintages before the present ones, kept beside it so that revisions can be seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa

from lwo_analysis.cleaning.observations import FILE_NAME
from lwo_analysis.provenance import written_whole
from lwo_analysis.schema import KEY

PREVIOUS_NAME = "observations.previous.parquet"
_USED = (*KEY, "value", "vintage")
REVISION_COLUMNS = ("area_id", "indicator_id", "year", "source_id", "kind", "before", "now", "vintage_before", "vintage")
SAME = 1e-9


def keep_previous(folder: Path, observations: pd.DataFrame) -> bool:
    """Copy the present table aside when the new one has other vintages; return whether it was copied.

    Parameters
    ----------
    folder : Path
        Holds the table that is about to be replaced, if any.
    observations : DataFrame
        The new table. A build from unchanged raw files keeps what was set aside earlier.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    present = _read(folder / FILE_NAME)
    if present is None or _vintages(present) == _vintages(observations):
        return False
    with written_whole(folder / PREVIOUS_NAME) as temporary:
        shutil.copyfile(folder / FILE_NAME, temporary)
    return True


def read_previous(folder: Path) -> pd.DataFrame | None:
    """Return the table that was set aside, or None when there is none or it cannot be read any more."""
    return _read(folder / PREVIOUS_NAME)


def revisions(previous: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that are not what they were in the previous vintage of the same source.

    Parameters
    ----------
    previous, present : DataFrame
        Observation tables. Only figures whose source had that indicator and year in both are compared, and only where the
        vintage differs: a new year is not a revision.

    Returns
    -------
    DataFrame
        Columns `REVISION_COLUMNS`; `kind` is `changed`, `filled` (a figure where there was none) or `withdrawn`.
    """
    old, new = (table.loc[table["year"].notna(), list(_USED)] for table in (previous, present))
    both = old.merge(new, on=list(KEY), suffixes=("_before", ""), validate="one_to_one")
    both = both[both["vintage_before"].ne(both["vintage"])].rename(columns={"value_before": "before", "value": "now"})
    before, now = both["before"].astype(float), both["now"].astype(float)
    kind = pd.Series("same", index=both.index).mask((before - now).abs() > SAME, "changed")
    kind = kind.mask(before.isna() & now.notna(), "filled").mask(before.notna() & now.isna(), "withdrawn")
    return both.assign(kind=kind).loc[kind.ne("same"), list(REVISION_COLUMNS)].reset_index(drop=True)


def _vintages(table: pd.DataFrame) -> set[tuple[str, str]]:
    return set(table[["source_id", "vintage"]].drop_duplicates().itertuples(index=False, name=None))


def _read(path: Path) -> pd.DataFrame | None:
    """Return a table as it was written, without checking it against the catalogue of today, or None."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException):
        return None
    return table if set(_USED) <= set(table) else None
