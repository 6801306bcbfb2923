"""The health workbooks of RIVM: model estimates per municipality, wijk and buurt, all years on the boundaries of 2020."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook

from lwo_analysis.catalogue.indicators import measures
from lwo_analysis.errors import InputError
from lwo_analysis.sources.rows import ROW_COLUMNS
from lwo_analysis.sources.spreadsheet_archive import check_archive
from lwo_analysis.sources.spreadsheet_excel import LARGEST_WORKBOOK

ADULTS = "20300"
MARGIN_VALUE = "MW00000"
FIXED_COLUMNS = ("Leeftijd", "Marges", "WijkenEnBuurten", "Perioden", "Gemeentenaam_1", "Codering_3")
MISSING_SIGNS = ("", ".")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def read_health_workbook(path: Path) -> pd.DataFrame:
    """Return the catalogued health shares of one workbook, by region.

    Parameters
    ----------
    path : Path
        Excel workbook with one sheet, one row per region, for adults (18 and older) and one year.

    Returns
    -------
    DataFrame
        Columns `region_code, region_name, measure, year, value, missing_reason`; values in percent, 0 to 100. An empty column is
        `not_yet_published`, an empty cell (or `.`) in a filled column `suppressed_or_unknown`. The workbook gives the name of the
        municipality only, so `region_name` is empty for a wijk or buurt.

    Raises
    ------
    InputError
        The file is not a readable workbook, a column is missing, a region stands twice, ages, margins or years are mixed, a cell
        is not a number with a decimal point, or a percentage lies outside 0-100.
    """
    sheet = _read_sheet(path)
    keys = {
        measure.id: _find_column(sheet, measure.stem, path) for measure in measures().values() if measure.table == "rivm-health"
    }
    _check_one(sheet, "Leeftijd", ADULTS, path)
    _check_one(sheet, "Marges", MARGIN_VALUE, path)
    year = _only_year(sheet, path)
    codes = sheet["WijkenEnBuurten"]
    if codes.isna().any() or codes.duplicated().any():
        found = "an empty code" if codes.isna().any() else f"{codes[codes.duplicated()].iloc[0]} twice"
        raise InputError(str(path), expected="one row per region", found=found, remedy="download the workbook again")
    names = sheet["Gemeentenaam_1"].where(codes.str.startswith(("GM", "NL")), "").fillna("")
    parts = [
        _measure_rows(sheet, key, measure, path).assign(region_code=codes, region_name=names) for measure, key in keys.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(year=year)[list(ROW_COLUMNS)]


def workbook_modified(path: Path) -> str:
    """Return the date on which a workbook was last changed, as it states itself (ISO 8601): the vintage of its figures.

    Raises
    ------
    InputError
        The workbook does not state one.
    """
    book = load_workbook(path, read_only=True)
    modified = book.properties.modified
    book.close()
    if modified is None:
        raise InputError(
            str(path), expected="a date of last change", found="none", remedy="import the workbook as RIVM delivers it"
        )
    return modified.isoformat(timespec="seconds")


def _read_sheet(path: Path) -> pd.DataFrame:
    check_archive(path, largest_total=LARGEST_WORKBOOK)
    try:
        sheet = pd.read_excel(path, engine="calamine", dtype="string")
    except Exception as problem:  # the readers raise a family of their own for every kind of damage
        raise InputError(
            str(path),
            expected="an Excel workbook with one sheet",
            found=f"unreadable ({str(problem).splitlines()[0][:80]})",
            remedy="download it again",
        ) from problem
    missing = [name for name in FIXED_COLUMNS if name not in sheet.columns]
    if missing or sheet.empty:
        raise InputError(
            str(path),
            expected=f"rows with the columns {', '.join(FIXED_COLUMNS)}",
            found=f"{len(sheet)} rows, missing {', '.join(missing) or 'none'}",
            remedy="import the workbook as RIVM delivers it",
        )
    return sheet.apply(lambda column: column.str.strip())


def _find_column(sheet: pd.DataFrame, stem: str, path: Path) -> str:
    matches = [name for name in sheet.columns if re.fullmatch(rf"{stem}_\d+", name)]
    if len(matches) != 1:
        raise InputError(
            str(path),
            expected=f"one column {stem}_NN",
            found=", ".join(matches) or "none",
            remedy="compare the workbook with catalogue/measures.yml",
        )
    return matches[0]


def _check_one(sheet: pd.DataFrame, column: str, expected: str, path: Path) -> None:
    found = sorted(sheet[column].fillna("").unique())
    if found != [expected]:
        raise InputError(
            f"{path}, column {column}",
            expected=f"only {expected}",
            found=", ".join(found[:5]),
            remedy="import the workbook for adults without its margin rows",
        )


def _only_year(sheet: pd.DataFrame, path: Path) -> int:
    periods = sorted(sheet["Perioden"].fillna("").unique())
    if len(periods) != 1 or not re.fullmatch(r"\d{4}JJ00", periods[0]):
        raise InputError(
            f"{path}, column Perioden",
            expected="one year such as 2020JJ00",
            found=", ".join(periods[:5]),
            remedy="import one year a workbook",
        )
    return int(periods[0][:4])


def _measure_rows(sheet: pd.DataFrame, key: str, measure: str, path: Path) -> pd.DataFrame:
    cells = sheet[key].where(~sheet[key].isin(MISSING_SIGNS))
    wrong = cells.notna() & ~cells.fillna("0").str.fullmatch(_NUMBER.pattern)
    if wrong.any():
        raise _cell_error(sheet, wrong, key, path, "a number with a decimal point", cells[wrong].iloc[0])
    values = pd.to_numeric(cells).astype("Float64")
    outside = ((values < 0) | (values > 100)).fillna(False)
    if outside.any():
        raise _cell_error(sheet, outside, key, path, "a percentage from 0 to 100", str(values[outside].iloc[0]))
    reason = "not_yet_published" if cells.isna().all() else "suppressed_or_unknown"
    return pd.DataFrame({"measure": measure, "value": values, "missing_reason": cells.isna().map({True: reason, False: None})})


def _cell_error(sheet: pd.DataFrame, rows: pd.Series, key: str, path: Path, expected: str, found: str) -> InputError:
    region = sheet.loc[rows, "WijkenEnBuurten"].iloc[0]
    return InputError(
        f"{path}, column {key}, region {region}",
        expected=expected,
        found=repr(found),
        remedy="import the workbook as RIVM delivers it",
    )
