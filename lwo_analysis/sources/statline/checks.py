"""What must hold before a figure of a table is believed; every check always runs, and names the cell it stumbled on."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.table import DIMENSION_TYPES, NUMBER_TYPES, StatLineTable

# A percentage change may exceed 100; a share may not.
_CHANGE = re.compile(r"groei|ontwikkeling|mutatie|verandering|toename|afname|saldo", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\s*-?\d+,\d+\s*")


def check_table(table: StatLineTable, where: str) -> None:
    """Raise an `InputError` for the first thing in the table that contradicts its description.

    Parameters
    ----------
    table : StatLineTable
        Complete, with strings stripped.
    where : str
        Folder name, to start the message with.
    """
    check_columns(table, where)
    check_size(table, where)
    check_types(table, where)
    check_regions(table, where)
    check_duplicates(table, where)
    check_percentages(table, where)


def check_columns(table: StatLineTable, where: str) -> None:
    """Refuse rows whose columns are not exactly the described topics and dimensions."""
    described = set(described_columns(table))
    delivered = set(table.rows.columns) - {"ID"}
    unknown, lost = sorted(delivered - described), sorted(described - delivered)
    if unknown or lost:
        differences = (("not described", unknown), ("not delivered", lost))
        raise InputError(
            f"{where}, columns of the rows",
            expected="exactly the columns that the table's description lists",
            found="; ".join(f"{kind}: {', '.join(names[:5])}" for kind, names in differences if names),
            remedy="download rows and description again in one go, a renamed column would be read as missing",
        )


def check_size(table: StatLineTable, where: str) -> None:
    """Refuse an empty table, and one with another number of rows than the provider states."""
    found, stated = len(table.rows), table.stated_rows
    if found == 0 or (stated is not None and found != stated):
        raise InputError(
            f"{where}, rows",
            expected=f"{stated} rows as TableInfos states" if stated else "at least one row",
            found="an empty table" if found == 0 else f"{found} rows",
            remedy="download the rows again, pages are missing or doubled",
        )


def check_types(table: StatLineTable, where: str) -> None:
    """Refuse text, or a decimal comma, in a column that is described as a number; and a fraction where a whole number is due."""
    topics = table.properties[table.properties["Type"].eq("Topic")]
    for key, datatype in zip(topics["Key"], topics["Datatype"], strict=True):
        values = table.rows[key]
        if datatype in NUMBER_TYPES:
            _check_number(table, values, key, where)
            if datatype in ("Integer", "Long"):
                _check_whole(table, values, key, where)
        elif datatype == "String" and pd.api.types.is_numeric_dtype(values) and values.notna().any():
            _refuse(table, where, key, values.first_valid_index(), "text")


def _check_number(table: StatLineTable, values: pd.Series, key: str, where: str) -> None:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return
    wrong = values.notna() & ~values.map(lambda value: isinstance(value, int | float) and not isinstance(value, bool))
    if wrong.any():
        label = wrong.idxmax()
        comma = isinstance(values[label], str) and _DECIMAL_COMMA.fullmatch(values[label])
        _refuse(table, where, key, label, "a number with a decimal point" if comma else "a number")


def _check_whole(table: StatLineTable, values: pd.Series, key: str, where: str) -> None:
    if not pd.api.types.is_float_dtype(values):
        return
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    wrong = np.flatnonzero((numbers != np.floor(numbers)) & ~np.isnan(numbers))
    if len(wrong):
        _refuse(table, where, key, table.rows.index[wrong[0]], "a whole number")


def check_regions(table: StatLineTable, where: str) -> None:
    """Refuse region codes that the dimension does not have, and codes that the dimension has twice."""
    doubled = table.regions["Key"][table.regions["Key"].duplicated()]
    if len(doubled):
        raise InputError(
            f"{where}, dimension {table.region_column}",
            expected="every code once",
            found=f"{doubled.iloc[0]} twice",
            remedy="download the dimension again",
        )
    known, codes = set(table.regions["Key"]), table.rows[table.region_column].tolist()
    unknown = [place for place, code in enumerate(codes) if code not in known]
    if unknown:
        raise InputError(
            f"{where}, row {table.rows.index[unknown[0]]}, column {table.region_column}",
            expected="a code of the region dimension",
            found=f"{codes[unknown[0]]!r} ({len(unknown)} such rows)",
            remedy="download rows and dimension again in one go",
        )


def check_duplicates(table: StatLineTable, where: str) -> None:
    """Refuse two rows for the same combination of dimension codes."""
    dimensions = dimension_columns(table)
    doubled = table.rows.duplicated(dimensions)
    if doubled.any():
        codes = ", ".join(table.rows.loc[doubled.idxmax(), dimensions].astype(str))
        raise InputError(
            f"{where}, row {doubled.idxmax()}",
            expected="one row per region and further dimensions",
            found=f"{codes} more than once ({int(doubled.sum())} rows too many)",
            remedy="download the rows again, a page came twice",
        )


def check_percentages(table: StatLineTable, where: str) -> None:
    """Refuse a share above 100 in a column whose unit is ``%``; columns that describe a change may exceed it."""
    topics = table.properties[table.properties["Type"].eq("Topic") & table.properties["Unit"].eq("%")]
    for key, title in zip(topics["Key"], topics["Title"], strict=True):
        above = table.rows[key].gt(100)
        if above.any() and not _CHANGE.search(f"{key} {title}"):
            _refuse(table, where, key, above.idxmax(), "a percentage of at most 100")


def described_columns(table: StatLineTable) -> list[str]:
    """Return the keys of all topics and dimensions, in the order of the description."""
    kinds = table.properties["Type"].isin(("Topic", *DIMENSION_TYPES))
    return table.properties.loc[kinds, "Key"].tolist()


def dimension_columns(table: StatLineTable) -> list[str]:
    """Return the columns of the rows that hold dimension codes, the region included."""
    return table.properties.loc[table.properties["Type"].isin(DIMENSION_TYPES), "Key"].tolist()


def _refuse(table: StatLineTable, where: str, key: str, label: object, expected: str) -> None:
    region = table.rows.at[label, table.region_column]
    raise InputError(
        f"{where}, row {label} ({region}), column {key}",
        expected=expected,
        found=repr(_plain(table.rows.at[label, key])),
        remedy="download the rows again, or report the cell to the provider",
    )


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else value
