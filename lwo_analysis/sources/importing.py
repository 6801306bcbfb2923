"""Copy a downloaded file or folder into `data/raw` with its source card; refuse what is not recognised."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from lwo_analysis.catalogue.sources import Source, source_of_table, sources
from lwo_analysis.errors import InputError, OutputError, ParameterError
from lwo_analysis.provenance import SourceCard, sha256_of, write_card
from lwo_analysis.sources.rivm import read_health_workbook, workbook_modified
from lwo_analysis.sources.statline import read_table_folder

IMPORTABLE = ("rivm", "statline")


def import_files(path: Path, *, module: str, raw: Path, retrieved: str) -> list[SourceCard]:
    """Copy what was downloaded into `raw`, one folder per table, each with a source card.

    Parameters
    ----------
    path : Path
        A table folder of StatLine, a health workbook, or a folder of health workbooks.
    module : str
        `statline` or `rivm`.
    raw : Path
        The folder of raw files; a table that is already there is replaced when the new copy is whole.
    retrieved : str
        Date on which the files were retrieved (ISO 8601).

    Raises
    ------
    ParameterError
        The module is not one that can be imported.
    InputError
        Nothing is there, a file is not what the provider delivers, or the table is not in the catalogue.
    OutputError
        `raw` cannot be written to.
    """
    if module not in IMPORTABLE:
        raise ParameterError("--source", expected=f"one of {', '.join(IMPORTABLE)}", found=repr(module), remedy="name the source")
    if not path.exists():
        raise InputError(str(path), expected="a downloaded file or folder", found="nothing", remedy="correct the path")
    if module == "statline":
        return [_import_table(path, raw, retrieved)]
    workbooks = sorted(path.glob("*.xlsx")) if path.is_dir() else [path]
    if not workbooks:
        raise InputError(str(path), expected="health workbooks (*.xlsx)", found="none", remedy="correct the path")
    return [_import_workbook(workbook, raw, retrieved) for workbook in workbooks]


def _import_table(folder: Path, raw: Path, retrieved: str) -> SourceCard:
    table = read_table_folder(folder)
    source = source_of_table(table.table_id)
    files = [
        path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".") and path.name != "card.yml"
    ]
    return _copy(files, raw / table.table_id, _card(source, table.table_id, table.title, table.modified, retrieved))


def _import_workbook(path: Path, raw: Path, retrieved: str) -> SourceCard:
    rows = read_health_workbook(path)
    year = int(rows["year"].iloc[0])
    source = sources()["rivm-health"]
    table = next((name for name, table_year in source.tables.items() if table_year == year), "")
    if not table:
        raise InputError(
            str(path),
            expected=f"a year of {', '.join(map(str, source.tables.values()))}",
            found=str(year),
            remedy="add the year to catalogue/sources.yml first",
        )
    title = f"{source.title('nl')}, {year}"
    return _copy([path], raw / table, _card(source, table, title, workbook_modified(path), retrieved))


def _card(source: Source, table: str, title: str, vintage: str, retrieved: str) -> SourceCard:
    return SourceCard(source.id, table, title, source.provider, source.licence, vintage, retrieved)


def _copy(files: list[Path], destination: Path, card: SourceCard) -> SourceCard:
    """Fill a folder beside the destination and put it in place when it is whole."""
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{destination.name}.", dir=destination.parent) as name:
            fresh = Path(name) / "new"
            fresh.mkdir()
            for path in files:
                shutil.copyfile(path, fresh / path.name)
            whole = SourceCard(**{**vars(card), "files": {path.name: sha256_of(fresh / path.name) for path in files}})
            write_card(fresh, whole)
            if destination.exists():
                destination.replace(Path(name) / "old")
            fresh.replace(destination)
    except OSError as problem:
        raise OutputError(
            str(destination),
            expected="a folder that can be written to",
            found=problem.strerror or str(problem),
            remedy="make room or give write access, or set LWO_DATA to another folder",
        ) from problem
    return whole
