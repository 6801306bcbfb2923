"""Choose among the parts of a delivered table; shared by v3 and v4."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.files import TablePart

__all__ = ["TablePart", "fullest_part", "one_part", "stripped", "wanted_regions"]


def one_part(parts: list[TablePart], role: str, name: str, where: str) -> pd.DataFrame:
    """Return the content of the only part with this role that has rows; none or several is an `InputError`."""
    found = [part for part in parts if part.role == role and len(part.content)]
    if len(found) == 1:
        return found[0].content
    raise InputError(
        where,
        expected=f"one {name}",
        found=", ".join(part.name for part in found) or "none with rows",
        remedy=f"keep one {name} in the folder" if found else f"download {name} of this table into the folder",
    )


def fullest_part(parts: list[TablePart], role: str, name: str, where: str) -> pd.DataFrame:
    """Return the content with the most rows, provided that the other parts with this role are extracts from it.

    Raises
    ------
    InputError
        No part has rows, or two parts state different figures for the same row.
    """
    found = sorted((part for part in parts if part.role == role), key=lambda part: len(part.content), reverse=True)
    if not found or found[0].content.empty:
        raise InputError(
            where,
            expected=f"{name} with rows",
            found="an empty table" if found else f"no {name}",
            remedy="download the table again",
        )
    for part in found[1:]:
        if not _is_extract(part.content, found[0].content):
            raise InputError(
                f"{where}/{part.name}",
                expected=f"the same figures as in {found[0].name}",
                found="rows that differ",
                remedy=f"keep one {name} in the folder",
            )
    return found[0].content


def stripped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy whose strings have no padding; other values, also nulls, are as they were."""
    result = frame.copy(deep=False)
    for column in result.columns:
        values = result[column]
        if isinstance(values.dtype, pd.StringDtype):
            result[column] = values.str.strip()
        elif values.dtype == object:
            result[column] = values.map(lambda value: value.strip() if isinstance(value, str) else value)
    return result


def wanted_regions(regions: pd.DataFrame, selection: dict[str, object]) -> pd.DataFrame:
    """Return the regions that were asked for, told by the start of their code; all of them when nothing was stated."""
    asked = selection.get("regions")
    if not isinstance(asked, list):
        return regions
    return regions[regions["Key"].str.startswith(tuple(asked))].reset_index(drop=True)


def _is_extract(part: pd.DataFrame, whole: pd.DataFrame) -> bool:
    if set(part.columns) != set(whole.columns) or "ID" not in part:
        return False
    matched = whole.set_index("ID").reindex(part["ID"]).reset_index()[list(part.columns)]
    here = part.reset_index(drop=True)
    return bool(((here.astype(object) == matched.astype(object)) | (here.isna() & matched.isna())).all(axis=None))
