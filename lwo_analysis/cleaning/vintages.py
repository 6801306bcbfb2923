"""Every state the observation table had, kept by the day of its build: what was known then, and what was revised since."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa

from lwo_analysis.errors import ParameterError
from lwo_analysis.provenance import written_whole
from lwo_analysis.schema import KEY

FOLDER = "vintages"
DAY_LENGTH = len("2024-06-30")
_USED = (*KEY, "value", "vintage")
REVISION_COLUMNS = ("area_id", "indicator_id", "year", "source_id", "kind", "before", "now", "vintage_before", "vintage")
SAME = 1e-9


def keep_state(table: Path, day: str) -> Path | None:
    """Copy the observation table among the kept states when it differs from the last of these; return the copy.

    Parameters
    ----------
    table : Path
        The table on disk. Nothing is kept when there is none.
    day : str
        Day (ISO 8601) of the build. A clock that was put back cannot change the order: the day of the last state counts then.

    Returns
    -------
    Path or None
        `vintages/DAY-NN.parquet` beside the table; None when nothing had changed. Nothing that was kept is ever replaced.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    present, kept = _read(table), kept_states(table.parent)
    last = _read(kept[-1]) if kept else None
    if present is None or (last is not None and last.equals(present)):
        return None
    counted = max(day, *(day_of(path) for path in kept[-1:]), "")
    number = 1 + sum(day_of(path) == counted for path in kept)
    with written_whole(table.parent / FOLDER / f"{counted}-{number:02d}.parquet") as temporary:
        shutil.copyfile(table, temporary)
    return table.parent / FOLDER / f"{counted}-{number:02d}.parquet"


def kept_states(folder: Path) -> list[Path]:
    """Return the kept states of the table in a folder, the oldest first."""
    return sorted((folder / FOLDER).glob("????-??-??-*.parquet"))


def day_of(state: Path) -> str:
    """Return the day from which a kept state was known.

    Examples
    --------
    >>> day_of(Path("vintages/2024-06-30-02.parquet"))
    '2024-06-30'
    """
    return state.name[:DAY_LENGTH]


def state_known_on(folder: Path, as_of: str) -> Path:
    """Return the last state of the table that was built on a day or before it.

    Raises
    ------
    ParameterError
        `as_of` is not a day, or lies before the first state; the line says from which day there is knowledge.
    """
    if not _is_day(as_of):
        raise ParameterError(
            "as_of", expected="a day such as 2026-11-20, or nothing", found=repr(as_of), remedy="correct the day"
        )
    kept = kept_states(folder)
    known = [path for path in kept if day_of(path) <= as_of]
    if known:
        return known[-1]
    since = f"a day from {day_of(kept[0])} on, the first of which the figures were kept" if kept else "figures that were kept"
    remedy = "choose a later day, or leave as_of empty for today" if kept else "run `lwo build`, and leave as_of empty for today"
    raise ParameterError("as_of", expected=since, found=as_of, remedy=remedy)


def read_previous(folder: Path, present: pd.DataFrame) -> pd.DataFrame | None:
    """Return the state that was kept last before a table, and that held other vintages than it.

    Parameters
    ----------
    folder : Path
        Holds the table and its kept states.
    present : DataFrame
        The table, or a kept state of it.

    Returns
    -------
    DataFrame or None
        None when there is none or it cannot be read any more.
    """
    states = [state for state in map(_read, kept_states(folder)) if state is not None]
    place = next((number for number, state in enumerate(states) if _vintages(state) == _vintages(present)), len(states))
    return states[place - 1] if place else None


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


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _vintages(table: pd.DataFrame) -> set[tuple[str, str]]:
    return set(table[["source_id", "vintage"]].drop_duplicates().itertuples(index=False, name=None))


def _read(path: Path) -> pd.DataFrame | None:
    """Return a table as it was written, without checking it against the catalogue of today, or None."""
    try:
        with path.open("rb") as stream:  # not by its path: see `lwo_analysis.cleaning.observations`
            table = pd.read_parquet(stream)
    except (OSError, ValueError, pa.ArrowException):
        return None
    return table if set(_USED) <= set(table) else None
