"""How the columns of a delivered table differ from what is read of it, and from the table of the year before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.indicators import Measure
from lwo_analysis.errors import InputError
from lwo_analysis.sources.regional import key_of
from lwo_analysis.sources.statline import resolve_spec
from lwo_analysis.sources.statline.folder import described_v3
from lwo_analysis.sources.statline.pages import joined, read_page

DESCRIPTION = "DataProperties"


@dataclass(frozen=True)
class Drift:
    """What became of the columns of one table.

    Attributes
    ----------
    found, renamed, absent, unclear : tuple of str
        Measures that are there; there under another name than the usual one; not there; or fitting no column or several for
        another reason, which stops the build.
    new, gone : tuple of str
        Names of columns that the table before did not have, or that this one lacks; empty for the first table.
    """

    found: tuple[str, ...]
    renamed: tuple[str, ...]
    absent: tuple[str, ...]
    unclear: tuple[str, ...]
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def read_description(folder: Path) -> pd.DataFrame | None:
    """Return the description of the columns in a raw folder (v3), or None when it holds none.

    Raises
    ------
    InputError
        The description is truncated or no JSON.
    """
    paths = sorted(path for path in folder.iterdir() if DESCRIPTION in path.name)
    if not paths:
        return None
    frames = [pd.read_parquet(path) if path.suffix == ".parquet" else joined([read_page(path)]) for path in paths]
    return described_v3(pd.concat(frames, ignore_index=True))


def drift_of(properties: pd.DataFrame, asked: Sequence[Measure], before: pd.DataFrame | None = None) -> Drift:
    """Return what became of the columns of a table.

    Parameters
    ----------
    properties : DataFrame
        From `read_description`.
    asked : sequence of Measure
        What is read of the tables of this source.
    before : DataFrame, optional
        The description of the table of the year before.
    """
    states: dict[str, list[str]] = {"found": [], "renamed": [], "absent": [], "unclear": []}
    for measure in asked:
        states[_state(properties, measure)].append(measure.name)
    now, then = stems(properties), stems(properties if before is None else before)
    differences = {"new": tuple(sorted(now - then)), "gone": tuple(sorted(then - now))}
    return Drift(**{state: tuple(names) for state, names in states.items()}, **differences)


def stems(properties: pd.DataFrame) -> set[str]:
    """Return the names of the columns without their numbers, which move whenever a column is added."""
    keys = properties.loc[properties["Type"].eq("Topic"), "Key"].astype(str)
    return {re.sub(r"_\d+$", "", key.strip()) for key in keys}


def _state(properties: pd.DataFrame, measure: Measure) -> str:
    try:
        key = resolve_spec(properties, key_of(measure))
    except InputError:
        return "unclear"
    if key is None:
        return "absent"
    return "found" if re.sub(r"_\d+$", "", key) == measure.stem else "renamed"
