"""The files of one downloaded table: which is which, told from their content, and by name only where that is not enough."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.pages import check_even, joined, read_page

MANIFEST = "fetch.json"
FIGURES = ("rows", "observations")
IGNORED_NAMES = ("ColDescriptions", "CategoryGroups", "DimensionGroups", "Provenance")

# Columns that only one kind of file has, most telling first; the names as the provider writes them.
_BY_COLUMNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("observations", frozenset({"Measure", "Value"})),
    ("properties", frozenset({"Type", "Key", "ParentID"})),
    ("measures", frozenset({"Identifier", "MeasureGroupId"})),
    ("codes", frozenset({"Identifier", "DimensionGroupId"})),
    ("dimensions", frozenset({"Identifier", "Kind"})),
    ("infos", frozenset({"Identifier", "Modified"})),
    ("groups", frozenset({"Id", "Index", "ParentId"})),
    ("category groups", frozenset({"ID", "DimensionKey"})),
    ("dimension", frozenset({"Key", "Title"})),
    ("codes", frozenset({"Identifier", "Index"})),
)
_BY_NAME: tuple[tuple[str, str], ...] = (
    ("TypedDataSet", "rows"),
    ("Observations", "observations"),
    ("DataProperties", "properties"),
    ("MeasureCodes", "measures"),
    ("TableInfos", "infos"),
)
_PAGE = re.compile(r"[_\-.](\d{1,6})$")


@dataclass(frozen=True)
class TablePart:
    """One part of a delivered table: a file, or the pages of one entity set put together.

    Attributes
    ----------
    role : str
        ``rows, properties, infos, dimension`` (v3) or ``observations, measures, groups, dimensions, codes, infos`` (v4).
    name : str
        File name without folder; of the first page where there are several.
    stem : str
        File name without extension and page number.
    content : DataFrame
        The records, one per row, nothing converted.
    """

    role: str
    name: str
    stem: str
    content: pd.DataFrame


def read_parts(folder: Path) -> list[TablePart]:
    """Return the recognised parts of a table folder, pages of one entity set joined in order.

    Parameters
    ----------
    folder : Path
        Holds ``.json`` and ``.parquet`` files of one table; files with other extensions, and the fetch manifest, are left alone.

    Raises
    ------
    InputError
        Not a folder; no readable file; a file that is truncated, unreadable or of no known kind; a page that is missing.
    """
    if not folder.is_dir():
        raise InputError(
            str(folder), expected="a folder with one StatLine table", found="no folder", remedy="give the folder itself"
        )
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".json", ".parquet") and _is_wanted(path))
    if not paths:
        raise InputError(
            folder.name,
            expected="TypedDataSet, DataProperties, a region dimension and TableInfos as .json or .parquet",
            found="no such file",
            remedy="download the table again",
        )
    return [_read_series(stem, pages) for stem, pages in _series(paths).items()]


def _is_wanted(path: Path) -> bool:
    return path.name != MANIFEST and not path.name.startswith(".") and not any(name in path.stem for name in IGNORED_NAMES)


def _series(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Put pages of one entity set together; a number at the end of a lone file name is part of its name, not a page."""
    series: dict[str, list[Path]] = {}
    for path in paths:
        series.setdefault(_PAGE.sub("", path.stem) + path.suffix.lower(), []).append(path)
    for stem, pages in series.items():
        pages.sort(key=_page_number)
        numbers = [_page_number(page) for page in pages]
        if len(pages) > 1 and numbers != list(range(numbers[0], numbers[0] + len(pages))):
            raise InputError(
                f"{pages[0].parent.name}/{stem}",
                expected="pages numbered without a gap",
                found=f"pages {', '.join(str(number) for number in numbers)}",
                remedy="download the missing page",
            )
    return series


def _page_number(path: Path) -> int:
    found = _PAGE.search(path.stem)
    return int(found.group(1)) if found else -1


def _read_series(stem: str, pages: list[Path]) -> TablePart:
    is_parquet = pages[0].suffix.lower() == ".parquet"
    role, content = _read_parquet_pages(pages) if is_parquet else _read_json_pages(pages)
    return TablePart(role, pages[0].name, stem.rsplit(".", 1)[0], content)


def _read_json_pages(pages: list[Path]) -> tuple[str, pd.DataFrame]:
    read = [read_page(page) for page in pages]
    if read[-1].next_link:
        raise InputError(
            _place(pages[-1]),
            expected="the last page of the set",
            found="a link to a further page that is not in the folder",
            remedy="download the remaining pages",
        )
    content = joined(read)
    role = _role(pages[0], content)
    if role in FIGURES:
        columns = None
        for page, path in zip(read, pages, strict=True):
            columns = check_even(page, columns, _place(path))
    return role, content


def _read_parquet_pages(pages: list[Path]) -> tuple[str, pd.DataFrame]:
    frames = [_read_parquet(page) for page in pages]
    content = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return _role(pages[0], content), content


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return pq.read_table(path).to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            _place(path), expected="a readable parquet file", found=_reason(error), remedy="download this file again"
        ) from error


def _role(path: Path, content: pd.DataFrame) -> str:
    columns = set(content.columns)
    for role, telling in _BY_COLUMNS:
        if telling <= columns:
            return role
    if "ID" in columns and any(re.search(r"_\d+$", column) for column in columns):
        return "rows"
    for part, role in _BY_NAME:
        if part.casefold() in path.stem.casefold():
            return role
    raise InputError(
        _place(path),
        expected="a part of a StatLine table (TypedDataSet, DataProperties, a dimension, TableInfos, or their v4 counterparts)",
        found=f"columns {', '.join(sorted(columns)[:5]) or 'none'}",
        remedy="move this file out of the folder or download the table again",
    )


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
