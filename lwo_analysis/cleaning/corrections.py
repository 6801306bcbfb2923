"""Put right what a provider is known to have wrong, and stop when it no longer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.corrections import Correction
from lwo_analysis.errors import InputError

FLAG_COLUMNS: tuple[str, ...] = ("correction", "region_code", "measure", "year", "reason")
TOLERANCE = 1e-9
"""A delivered number is compared after reading; only the last binary digits may differ."""


@dataclass(frozen=True)
class Corrected:
    """Rows after their corrections.

    Attributes
    ----------
    rows : DataFrame
        As delivered, but for the corrections.
    applied : tuple of (str, str, int)
        Id, verb and number of rows of each correction, in order.
    flags : DataFrame
        Columns `FLAG_COLUMNS`: the rows that a `flag` names; their figures are as delivered.
    """

    rows: pd.DataFrame
    applied: tuple[tuple[str, str, int], ...]
    flags: pd.DataFrame

    def lines(self, table: str) -> tuple[str, ...]:
        """Return one line per correction for a report."""
        return tuple(f"{table}: correction {name} ({verb}), {count} rows" for name, verb, count in self.applied)


def apply_corrections(rows: pd.DataFrame, corrections: Sequence[Correction], *, table: str) -> Corrected:
    """Return the rows of a table with the corrections that are meant for it, one after the other.

    Parameters
    ----------
    rows : DataFrame
        Columns of `sources.rows`. Not changed.
    corrections : sequence of Correction
        Those of other tables are passed over.
    table : str
        The provider's id of the table.

    Raises
    ------
    InputError
        A correction chooses no row, or what stands in a chosen row is not what the correction expects.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": ["WK1", "WK2"], "region_name": "", "measure": "cars", "year": 2020,
    ...                      "value": [5.0, 7e6], "missing_reason": None})
    >>> entry = Correction(
    ...     "cars", "scale", "T", {"region_code": "WK2"}, {"at_least": 1e6}, "in units", "us", "reported", factor=0.001)
    >>> apply_corrections(rows, [entry], table="T").rows["value"].tolist()
    [5.0, 7000.0]
    """
    applied, flags = [], [pd.DataFrame(columns=list(FLAG_COLUMNS))]
    current = rows
    for entry in corrections:
        if entry.table != table:
            continue
        chosen = _chosen(current, entry)
        _check_expected(current[chosen], entry)
        applied.append((entry.id, entry.verb, int(chosen.sum())))
        if entry.verb == "flag":
            flags.append(current[chosen].assign(correction=entry.id, reason=entry.reason)[list(FLAG_COLUMNS)])
        current = _changed(current, chosen, entry)
    return Corrected(current, tuple(applied), pd.concat([frame for frame in flags if len(frame)] or flags, ignore_index=True))


def _chosen(rows: pd.DataFrame, entry: Correction) -> pd.Series:
    chosen = pd.Series(True, index=rows.index)
    for column, wanted in entry.where.items():
        chosen &= rows[column].eq(wanted).fillna(False).astype(bool)
    return chosen


def _changed(rows: pd.DataFrame, chosen: pd.Series, entry: Correction) -> pd.DataFrame:
    if entry.verb == "drop":
        return rows[~chosen].reset_index(drop=True)
    if entry.verb == "scale":
        return rows.assign(value=rows["value"].where(~chosen, rows["value"] * entry.factor))
    if entry.verb == "override":
        return rows.assign(**{name: rows[name].mask(chosen, wanted) for name, wanted in _new_values(entry).items()})
    return rows


def _new_values(entry: Correction) -> dict[str, Any]:
    """Return what is set: a value takes away the reason why it was missing, and a reason takes away the value."""
    new = dict(entry.set_to)
    if new.get("value") is not None:
        new.setdefault("missing_reason", None)
    if new.get("missing_reason"):
        new.setdefault("value", None)
    return new


def _check_expected(chosen: pd.DataFrame, entry: Correction) -> None:
    if chosen.empty:
        raise _not_there(entry, "no such row")
    tests = {
        "region_name": lambda wanted: chosen["region_name"].eq(wanted),
        "missing_reason": lambda wanted: chosen["missing_reason"].eq(wanted),
        "value": lambda wanted: (chosen["value"] - wanted).abs() <= TOLERANCE * max(1.0, abs(wanted)),
        "at_least": lambda wanted: chosen["value"] >= wanted,
        "at_most": lambda wanted: chosen["value"] <= wanted,
        "rows": lambda wanted: pd.Series(len(chosen) == wanted, index=chosen.index),
    }
    for name, wanted in entry.expect.items():
        holds = tests[name](wanted).fillna(False).astype(bool)
        if not holds.all():
            raise _not_there(entry, f"{_found(chosen[~holds], name)} where {name} {wanted!r} is expected")


def _found(rows: pd.DataFrame, name: str) -> str:
    if name == "rows":
        return f"{len(rows)} rows"
    first = rows.iloc[0]
    return f"{first[name if name in rows else 'value']} in {first['region_code']}"


def _not_there(entry: Correction, found: str) -> InputError:
    return InputError(
        f"{entry.table}, correction {entry.id}",
        expected=f"the error that it corrects ({entry.reason.rstrip('.')})",
        found=found,
        remedy="the provider has probably mended it: look at the table, then take the correction out of catalogue/corrections",
    )
