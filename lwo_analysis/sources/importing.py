"""Copy a downloaded file or folder into `data/raw` with its source card; refuse what is not recognised."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from lwo_analysis.catalogue.sources import Source, source_of_table, sources
from lwo_analysis.errors import InputError, OutputError, ParameterError
from lwo_analysis.provenance import SourceCard, sha256_of, write_card
from lwo_analysis.sources.duiding import TABLE as DUIDING
from lwo_analysis.sources.duiding import read_duiding
from lwo_analysis.sources.geometry import SOURCE_ID as OUTLINES
from lwo_analysis.sources.geometry import read_geometry
from lwo_analysis.sources.leefbaarometer import read_liveability_zip
from lwo_analysis.sources.partner import delivery_note, read_partner_figures
from lwo_analysis.sources.partner_mapping import MAPPING_NAME, read_partner_mapping
from lwo_analysis.sources.rivm import read_health_workbook, workbook_modified
from lwo_analysis.sources.statline import read_table_folder
from lwo_analysis.sources.survey_microdata import read_survey_answers, read_survey_mapping

IMPORTABLE = ("duiding", "geometry", "leefbaarometer", "partner", "rivm", "statline", "survey")
WITH_MAPPING = ("partner", "survey")


def import_files(path: Path, *, module: str, raw: Path, retrieved: str, mapping: Path | None = None) -> list[SourceCard]:
    """Copy what was downloaded into `raw`, one folder per table, each with a source card.

    Parameters
    ----------
    path : Path
        A table folder of StatLine, a health workbook or a folder of them, the zip of the Leefbaarometer, outlines as
        GeoJSON, or a file of a partner.
    module : str
        One of `IMPORTABLE`.
    raw : Path
        The folder of raw files; a table that is already there is replaced when the new copy is whole.
    retrieved : str
        Date on which the files were retrieved (ISO 8601).
    mapping : Path, optional
        Says which column is what, for `partner` and `survey`; it is kept beside the file. The answers of a survey can be read by
        their owner only.

    Raises
    ------
    ParameterError
        The module is not one that can be imported, or a mapping is absent or not asked for.
    InputError
        Nothing is there, a file is not what the provider delivers, or the table is not in the catalogue.
    OutputError
        `raw` cannot be written to.
    """
    if module not in IMPORTABLE:
        raise ParameterError("--source", expected=f"one of {', '.join(IMPORTABLE)}", found=repr(module), remedy="name the source")
    if (mapping is not None) != (module in WITH_MAPPING):
        found = "none" if mapping is None else str(mapping)
        expected = f"a mapping file for {' and '.join(WITH_MAPPING)}, and for no other source"
        raise ParameterError("--mapping", expected=expected, found=found, remedy="give or leave out --mapping FILE")
    if not path.exists():
        raise InputError(str(path), expected="a downloaded file or folder", found="nothing", remedy="correct the path")
    if module == "statline":
        return [_import_table(path, raw, retrieved)]
    if module == "duiding":
        return [_import_duiding(path, raw, retrieved)]
    if module == "geometry":
        return [_import_outlines(path, raw, retrieved)]
    if module == "leefbaarometer":
        return [_import_liveability(path, raw, retrieved)]
    if mapping is not None:
        return [_import_delivery(path, mapping, raw, retrieved, is_survey=module == "survey")]
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


def _import_liveability(path: Path, raw: Path, retrieved: str) -> SourceCard:
    scores = read_liveability_zip(path)
    table = f"leefbaarometer-{scores.boundary_year}"
    source = source_of_table(table)
    title = f"{source.title('nl')}, meting {scores.boundary_year}"
    return _copy([path], raw / table, _card(source, table, title, scores.modified, retrieved))


def _import_outlines(path: Path, raw: Path, retrieved: str) -> SourceCard:
    """Import outlines; the provider dates them by the first of January of their boundaries."""
    outlines = read_geometry(path)
    table = f"{OUTLINES}-{outlines.boundary_year}"
    source = source_of_table(table)
    title = f"{source.title('nl')}, {outlines.boundary_year}"
    note = f"{len(outlines.regions)} regions, {outlines.collapsed} rings without surface left out"
    card = SourceCard(
        source.id, table, title, source.provider, source.licence, f"{outlines.boundary_year}-01-01", retrieved, note=note
    )
    return _copy([path], raw / table, card)


def _import_duiding(path: Path, raw: Path, retrieved: str) -> SourceCard:
    """Import what people said; its date is the day of import, because words have no edition. Its owner alone can read it."""
    said = read_duiding(path)
    source = sources()[DUIDING]
    files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
    note = f"{len(said.entries)} entries, {said.without_consent} without consent left out of every page"
    card = SourceCard(source.id, DUIDING, source.title("nl"), source.provider, source.licence, retrieved, retrieved, note=note)
    return _copy([file for file in files if file.name != "card.yml"], raw / DUIDING, card, is_private=True)


def _import_delivery(path: Path, mapping: Path, raw: Path, retrieved: str, *, is_survey: bool) -> SourceCard:
    """Import a file of a partner or a survey once it reads well with its mapping."""
    if is_survey:
        survey = read_survey_mapping(mapping)
        answers = read_survey_answers(path, survey)
        identity, note = survey.identity, f"{len(answers.answers)} respondents, {answers.skipped} rows skipped"
    else:
        described = read_partner_mapping(mapping)
        figures = read_partner_figures(path, described)
        identity, note = described.identity, delivery_note(figures)
    card = SourceCard(**vars(identity), retrieved=retrieved, note=note)
    return _copy([path], raw / identity.table, card, mapping=mapping, is_private=is_survey)


def _card(source: Source, table: str, title: str, vintage: str, retrieved: str) -> SourceCard:
    return SourceCard(source.id, table, title, source.provider, source.licence, vintage, retrieved)


def _copy(
    files: list[Path], destination: Path, card: SourceCard, *, mapping: Path | None = None, is_private: bool = False
) -> SourceCard:
    """Fill a folder beside the destination and put it in place when it is whole."""
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{destination.name}.", dir=destination.parent) as name:
            fresh = Path(name) / "new"
            fresh.mkdir()
            names = {path.name: path for path in files} | ({MAPPING_NAME: mapping} if mapping else {})
            for file_name, path in names.items():
                (fresh / file_name).touch(mode=0o600 if is_private else 0o666)
                shutil.copyfile(path, fresh / file_name)
            whole = SourceCard(**{**vars(card), "files": {file_name: sha256_of(fresh / file_name) for file_name in names}})
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
