"""Why a figure is missing, from the provider's words to the status of an observation."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.schema import Status

STATUS_OF_REASON: dict[str, Status] = {
    "suppressed_or_unknown": Status.SUPPRESSED,
    "not_yet_published": Status.NOT_PUBLISHED,
    "absent": Status.NOT_PUBLISHED,
    "impossible": Status.NOT_APPLICABLE,
}
"""A provider's empty cell stands for a reason; the order is from the strongest to the weakest claim about an area."""


def status_of(reasons: pd.Series) -> pd.Series:
    """Return the status of each figure from the reason why it is missing.

    Parameters
    ----------
    reasons : Series of str
        Empty or null where the figure is present.

    Raises
    ------
    InputError
        A reason is unknown: it must be given a status before it can be read, because missing is not zero.

    Examples
    --------
    >>> list(status_of(pd.Series([None, "suppressed_or_unknown"])))
    ['final', 'suppressed']
    """
    given = reasons.fillna("")
    strangers = sorted(set(given) - set(STATUS_OF_REASON) - {""})
    if strangers:
        raise InputError(
            "reason of a missing figure",
            expected=f"one of {', '.join(STATUS_OF_REASON)}",
            found=", ".join(strangers),
            remedy="add the reason to cleaning/missing.py with the status it means",
        )
    return given.map({"": str(Status.FINAL), **{reason: str(status) for reason, status in STATUS_OF_REASON.items()}})


def worst_reason(reasons: pd.Series) -> str:
    """Return the reason that an area inherits from its parts: empty only when every part has a figure.

    A sum with one secret part is itself not known, and so is a sum with one part that was never published.

    Examples
    --------
    >>> worst_reason(pd.Series(["", "absent", "suppressed_or_unknown"]))
    'suppressed_or_unknown'
    """
    present = set(reasons.fillna("")) - {""}
    return next((reason for reason in STATUS_OF_REASON if reason in present), "")


def worst_reasons(rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Return `worst_reason` of every group of rows, by key; groups without any reason are not in it.

    Parameters
    ----------
    rows : DataFrame
        `keys` and `missing_reason`, empty or null where the figure is present. Not changed.
    keys : list of str
        Columns that name a group.

    Examples
    --------
    >>> rows = pd.DataFrame({"area_id": ["a", "a", "b"], "missing_reason": ["absent", "suppressed_or_unknown", None]})
    >>> worst_reasons(rows, ["area_id"]).to_dict()
    {'a': 'suppressed_or_unknown'}
    """
    given = rows[rows["missing_reason"].fillna("").ne("")]
    return _reason_at(_place_of(given["missing_reason"]).groupby([given[key] for key in keys]).min())


def worst_of_columns(reasons: pd.DataFrame) -> pd.Series:
    """Return `worst_reason` of every row of a frame of reasons.

    Examples
    --------
    >>> worst_of_columns(pd.DataFrame({"above": ["", "absent"], "below": ["", "suppressed_or_unknown"]})).tolist()
    ['', 'suppressed_or_unknown']
    """
    return _reason_at(reasons.apply(_place_of).min(axis=1))


def _place_of(reasons: pd.Series) -> pd.Series:
    """Return how strong each reason is, 0 for the strongest; missing for no reason."""
    return reasons.map({reason: place for place, reason in enumerate(STATUS_OF_REASON)}).astype(float)


def _reason_at(places: pd.Series) -> pd.Series:
    return places.map(dict(enumerate(STATUS_OF_REASON))).astype("string").fillna("")
