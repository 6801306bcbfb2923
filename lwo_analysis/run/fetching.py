"""`lwo fetch`: download the catalogued tables into `data/raw`, each with its source card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import cast

from lwo_analysis.catalogue.indicators import measures_of
from lwo_analysis.catalogue.sources import Source, source_of_table, sources
from lwo_analysis.errors import InputError, LwoError, OutputError, ParameterError
from lwo_analysis.provenance import CARD_NAME, SourceCard, sha256_of, write_card
from lwo_analysis.sources.addressed import FileReport, FileRequest, address_in, fetch_file
from lwo_analysis.sources.regional import codes_asked
from lwo_analysis.sources.statline import FetchReport, FetchSettings, TableRequest, estimate_rows, fetch_tables
from lwo_analysis.sources.statline.settings import Api, Progress

Request = TableRequest | FileRequest


@dataclass(frozen=True)
class Fetched:
    """What came of one table: its report, or the error that stopped it (the folder is then as it was)."""

    table: str
    report: FetchReport | None
    error: LwoError | None
    file: FileReport | None = None

    @property
    def is_serious(self) -> bool:
        """Whether it was not fetched although a table of its source was seen before."""
        return self.error is not None and not source_of_table(self.table).unseen

    @property
    def line(self) -> str:
        """One line for the summary."""
        if self.file is not None:
            how = "unchanged" if self.file.unchanged else "new"
            return f"{self.table}: {self.file.size} bytes of {self.file.card.vintage[:10]}, {how}"
        if self.report is None:
            return f"{self.table}: not fetched; {self.error}"
        how = "unchanged" if self.report.unchanged else f"{self.report.pages} files, {self.report.retries} asked again"
        return f"{self.table}: {self.report.count} rows of {self.report.modified[:10]}, {how}"


def plan_fetch(
    names: Sequence[str],
    *,
    tables: Sequence[str],
    years: tuple[int, ...] | None,
    regions: tuple[str, ...] | None,
    api: str | None,
    raw: Path,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> list[Request]:
    """Return what `lwo fetch` is going to ask for.

    Parameters
    ----------
    names : sequence of str
        Sources; every source that is read when empty. `statline` stands for all of these.
    tables : sequence of str
        Only these tables.
    years : tuple of int, optional
        Only tables with figures of these years, and of a table of several years only these.
    regions : tuple of str, optional
        Starts of region codes; those of the source when absent, which are mostly all.
    api : str, optional
        `v3`, `v4` or `dataderden` instead of what the source uses.
    raw : Path
        Folder of raw files.
    environment : mapping of str to str
        May hold the base address of files, see `sources.addressed.address_in`.

    Raises
    ------
    ParameterError
        A source cannot be fetched, or nothing is left to fetch.
    CatalogueError
        A table belongs to no source.
    """
    chosen = [source for source in sources().values() if source.is_fetched and _is_asked(source, names)]
    unknown = [name for name in names if name != "statline" and name not in {source.id for source in chosen}]
    listed = [(source_of_table(table), table) for table in tables] or [
        (source, table) for source in chosen for table in source.tables
    ]
    wanted = [
        (source, table)
        for source, table in listed
        if source.is_fetched and (years is None or {*source.years_of(table)} & {*years})
    ]
    if unknown or not wanted:
        fetchable = [source.id for source in sources().values() if source.is_fetched]
        raise ParameterError(
            "fetch",
            expected=f"sources out of {', '.join(fetchable)} and years that they have",
            found=f"{', '.join(unknown) or 'nothing to fetch'}",
            remedy="correct the source, --tables or --years",
        )
    return [
        _file_request(source, table, raw, environment)
        if source.addresses
        else _table_request(source, table, years, regions, api, raw)
        for source, table in wanted
    ]


def _file_request(source: Source, table: str, raw: Path, environment: Mapping[str, str]) -> FileRequest:
    mapping = Path(str(files("lwo_analysis.catalogue"))) / "mappings" / f"{table}.yml" if source.module == "partner" else None
    return FileRequest(table, address_in(environment, source.addresses[table]), source.module, raw, mapping)


def _table_request(
    source: Source, table: str, years: tuple[int, ...] | None, regions: tuple[str, ...] | None, api: str | None, raw: Path
) -> TableRequest:
    held = tuple(year for year in source.years_of(table) if years is None or year in years)
    asked = held if source.has_yearly_boundaries or (years is not None and source.first_year is not None) else None
    chosen = regions or source.regions or None
    interface = cast(Api, api or source.api)  # what it is not, `FetchSettings.base` refuses
    return TableRequest(table, raw / table, interface, None, chosen, asked, where=codes_asked(source.id))


def fetch_requests(
    requests: Sequence[Request], settings: FetchSettings, *, retrieved: str, progress: Progress | None = None
) -> list[Fetched]:
    """Fetch tables side by side, then files, and write their source cards; one that fails does not stop the others."""
    tables = [request for request in requests if isinstance(request, TableRequest)]
    outcomes = fetch_tables(tables, settings=settings, progress=progress)
    fetched = [_finished(request, outcome, retrieved) for request, outcome in zip(tables, outcomes, strict=True)]
    return [*fetched, *(_fetched_file(request, settings, retrieved) for request in requests if isinstance(request, FileRequest))]


def _fetched_file(request: FileRequest, settings: FetchSettings, retrieved: str) -> Fetched:
    try:
        return Fetched(request.table_id, None, None, fetch_file(request, settings, retrieved=retrieved))
    except LwoError as error:
        return Fetched(request.table_id, None, error)


def estimate_requests(requests: Sequence[Request], settings: FetchSettings) -> list[str]:
    """Return per table a line with how many rows the provider counts; nothing is kept on disk."""
    return [
        f"{request.table_id}: one file" if isinstance(request, FileRequest) else _estimated(request, settings)
        for request in requests
    ]


def _estimated(request: TableRequest, settings: FetchSettings) -> str:
    try:
        return f"{request.table_id}: about {estimate_rows(request, settings=settings)} rows"
    except InputError as problem:
        if not source_of_table(request.table_id).unseen:
            raise
        return f"{request.table_id}: cannot be counted; {problem}"


def parse_years(text: str | None) -> tuple[int, ...] | None:
    """Return the years of `2013-2025`, `2020` or `2019,2021`; None for an absent text.

    Raises
    ------
    ParameterError
        The text is something else.

    Examples
    --------
    >>> parse_years("2013-2015"), parse_years("2019,2021")
    ((2013, 2014, 2015), (2019, 2021))
    """
    if text is None:
        return None
    if span := re.fullmatch(r"(\d{4})-(\d{4})", text):
        return tuple(range(int(span[1]), int(span[2]) + 1))
    if re.fullmatch(r"\d{4}(,\d{4})*", text):
        return tuple(int(year) for year in text.split(","))
    raise ParameterError("--years", expected="2013-2025, 2020 or 2019,2021", found=repr(text), remedy="correct the years")


def _is_asked(source: Source, names: Sequence[str]) -> bool:
    return source.id in names or ((not names or source.module in names) and bool(measures_of(source.id) or source.addresses))


def _finished(request: TableRequest, outcome: FetchReport | InputError | OutputError, retrieved: str) -> Fetched:
    if not isinstance(outcome, FetchReport):
        return Fetched(request.table_id, None, outcome)
    if not (outcome.unchanged and (request.destination / CARD_NAME).exists()):
        _write_card(request, outcome, retrieved)
    return Fetched(request.table_id, outcome, None)


def _write_card(request: TableRequest, report: FetchReport, retrieved: str) -> None:
    source = source_of_table(request.table_id)
    names = [path.name for path in sorted(report.destination.iterdir()) if path.is_file() and not path.name.startswith(".")]
    checksums = {name: sha256_of(report.destination / name) for name in names if name != CARD_NAME}
    note = "" if report.whole else "Only some columns, regions, years or codes of the table."
    card = SourceCard(
        source.id, request.table_id, report.title, source.provider, source.licence, report.modified, retrieved, checksums, note
    )
    write_card(report.destination, card)
