"""The figures that may be shown, worked out once per table and kept beside it: every page of a run reads the same ones."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pyarrow as pa

from lwo_analysis.disclosure import DisclosurePolicy, protect
from lwo_analysis.errors import OutputError
from lwo_analysis.provenance import written_whole

FOLDER = "protected"
MOST_KEPT = 8
"""Tables that are kept: the real and the demo one, and some of earlier days."""


def protected_observations(observations: pd.DataFrame, policy: DisclosurePolicy, folder: Path) -> pd.DataFrame:
    """Return the observations that may be shown, as `lwo_analysis.disclosure.protect` makes them.

    Parameters
    ----------
    observations : DataFrame
        A table as it was built. Not changed.
    policy : DisclosurePolicy
        Rules per source and origin, and how areas, quantities and years add up.
    folder : Path
        Where results are kept. One is used again only for the same table, policy and code; where the folder cannot be written
        to, the work is done each time.

    Raises
    ------
    CatalogueError
        No rule speaks about a row.
    """
    path = folder / FOLDER / f"{_key(observations, policy)}.parquet"
    try:
        kept = pd.read_parquet(path)
        return kept.astype(observations.dtypes.to_dict())
    except (OSError, ValueError, pa.ArrowException):
        shown = protect(observations, policy).observations
    try:
        with written_whole(path) as temporary:
            shown.to_parquet(temporary, index=False)
        _remove_oldest(path.parent)
    except OutputError:
        pass
    return shown


def _remove_oldest(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in newest_first[MOST_KEPT:]:
        path.unlink(missing_ok=True)


def _key(observations: pd.DataFrame, policy: DisclosurePolicy) -> str:
    rows = pd.util.hash_pandas_object(observations, index=True).to_numpy().tobytes()
    said = f"{list(observations.columns)}{policy!r}{_code()}".encode()
    return hashlib.sha256(rows + said).hexdigest()[:20]


@cache
def _code() -> str:
    parts = sorted(files("lwo_analysis.disclosure").iterdir(), key=lambda part: part.name)
    sources = b"".join(part.read_bytes() for part in parts if part.name.endswith(".py"))
    return hashlib.sha256(sources).hexdigest()
