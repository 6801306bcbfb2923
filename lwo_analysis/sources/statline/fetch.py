"""Fetch one table, or several side by side: complete and of one version, or not at all."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from lwo_analysis.errors import InputError, OutputError
from lwo_analysis.sources.statline.attempt import (
    Attempt,
    MovedUnderneathError,
    TableRequest,
    count,
    describe,
    dimension_codes,
    fetch_infos,
    fetch_once,
    resolve_selection,
)
from lwo_analysis.sources.statline.dialects import dialect
from lwo_analysis.sources.statline.folder import assembled
from lwo_analysis.sources.statline.settings import MOST_CONNECTIONS, Api, FetchReport, FetchSettings, Progress
from lwo_analysis.sources.statline.store import PageStore
from lwo_analysis.sources.statline.table import KeySpec, StatLineTable, TableDescription
from lwo_analysis.sources.statline.transport import Transport

Chosen = TypeVar("Chosen")


def fetch_table(
    table_id: str,
    *,
    api: Api,
    destination: Path,
    settings: FetchSettings,
    select: Sequence[str | KeySpec] | None = None,
    regions: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    catalog: str = "CBS",
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchReport:
    """Fetch a table into a folder that `read_table_folder` reads, or leave the folder as it was.

    Every answer is checked when it arrives (complete JSON, records not seen before, next page on the same host and from the right
    position) and asked again when it fails. ``Modified`` and the number of rows are asked before and after; when they differ, the
    table is fetched anew. Complete pages are kept beside the destination, so that an interrupted fetch resumes there.

    Parameters
    ----------
    table_id : str
        ``84799NED``.
    api : {"v3", "v4", "dataderden"}
        Interface; tables of police and RIVM exist on ``dataderden`` only.
    destination : Path
        Folder of this table. It is replaced as a whole, and refused when it holds files that were neither fetched nor imported.
    settings : FetchSettings
        Addresses, timeouts and attempts.
    select : sequence of str or KeySpec, optional
        Columns: exact keys, or specifications that are resolved through the table's description. None: all.
    regions : sequence of str, optional
        Starts of region codes (``"WK0080"``). None: all.
    years : sequence of int, optional
        Years of a table with a time dimension; ignored for a table of one year. None: all.
    catalog : str
        Part of the address in v4.
    progress : callable, optional
        Called with a `FetchProgress` after every page.
    sleep : callable
        How to wait between attempts.

    Returns
    -------
    FetchReport

    Raises
    ------
    InputError
        The provider refuses, keeps failing, links to another host, keeps changing the table, or contradicts itself.
    OutputError
        The files cannot be written, or another fetch of this table is running.
    """
    request = TableRequest(
        table_id, Path(destination), api, _as_tuple(select), _as_tuple(regions), _as_tuple(years), catalog=catalog
    )
    return _fetched(request, settings, progress, sleep, keep=False)[0]


def _as_tuple(part: Sequence[Chosen] | None) -> tuple[Chosen, ...] | None:
    return None if part is None else tuple(part)


def load_table(
    request: TableRequest,
    *,
    settings: FetchSettings,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[FetchReport, StatLineTable]:
    """Fetch a table as `fetch_table` does and return it at once, without reading its pages again from disk.

    Returns
    -------
    report : FetchReport
    table : StatLineTable
        What `read_table_folder` would return for the destination.

    Raises
    ------
    InputError, OutputError
        As `fetch_table` and `read_table_folder`.
    """
    report, attempt = _fetched(request, settings, progress, sleep, keep=True)
    return report, assembled(attempt.parts, request.destination.name, attempt.asked)


def _fetched(
    request: TableRequest, settings: FetchSettings, progress: Progress | None, sleep: Callable[[float], None], keep: bool
) -> tuple[FetchReport, Attempt]:
    store = PageStore(request.destination)
    plan = dialect(request.api, request.table_id, settings, request.catalog)
    with _locked(store), Transport(settings, plan.root, sleep) as transport:
        for restart in range(settings.restarts + 1):
            store.open()
            attempt = Attempt(request, plan, transport, store, progress, keep=keep)
            try:
                report = fetch_once(attempt)
                return replace(report, restarts=restart, retries=transport.retries), attempt
            except MovedUnderneathError as trouble:
                store.forget()
                reason = str(trouble)
    raise InputError(
        f"{request.table_id} ({plan.root})",
        expected="one version of the table from begin to end",
        found=f"{reason}, {settings.restarts + 1} times",
        remedy="fetch again after the provider has finished publishing",
    )


def fetch_tables(
    requests: Sequence[TableRequest],
    *,
    settings: FetchSettings,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[FetchReport | InputError | OutputError]:
    """Fetch tables side by side, never more than four; a table that fails does not stop the others.

    Returns
    -------
    list
        For every request, in its order, a `FetchReport` or the error that stopped it.
    """

    def fetch(request: TableRequest) -> FetchReport | InputError | OutputError:
        try:
            return _fetched(request, settings, progress, sleep, keep=False)[0]
        except (InputError, OutputError) as error:
            return error

    with ThreadPoolExecutor(max(1, min(settings.concurrency, MOST_CONNECTIONS))) as pool:
        return list(pool.map(fetch, requests))


def estimate_rows(request: TableRequest, *, settings: FetchSettings, sleep: Callable[[float], None] = time.sleep) -> int:
    """Return the provider's own count of what `request` would fetch: rows in v3, observations in v4. Nothing is kept on disk.

    Raises
    ------
    InputError
        As in `fetch_table`.
    """
    plan = dialect(request.api, request.table_id, settings, request.catalog)
    with tempfile.TemporaryDirectory() as folder, Transport(settings, plan.root, sleep) as transport:
        store = PageStore(Path(folder) / request.table_id)
        store.open()
        attempt = Attempt(request, plan, transport, store, version="estimate")
        described = describe(attempt)
        return count(attempt, resolve_selection(attempt, described, dimension_codes(attempt, described)))


def describe_table(
    table_id: str, *, api: Api, settings: FetchSettings, catalog: str = "CBS", sleep: Callable[[float], None] = time.sleep
) -> TableDescription:
    """Return what the provider says of a table, without its codes and figures: cheap enough to ask of every table.

    Raises
    ------
    InputError
        As in `fetch_table`.
    """
    plan = dialect(api, table_id, settings, catalog)
    with tempfile.TemporaryDirectory() as folder, Transport(settings, plan.root, sleep) as transport:
        store = PageStore(Path(folder) / table_id)
        store.open()
        attempt = Attempt(TableRequest(table_id, Path(folder), api), plan, transport, store, version="description")
        _, _, info = fetch_infos(attempt)
        period = str(info.get("Period") or info.get("TemporalCoverage") or "")
        title = str(info.get("Title", "")).strip()
        return TableDescription(str(info["Identifier"]).strip(), title, str(info["Modified"]), period, describe(attempt))


def _locked(store: PageStore) -> Any:
    try:
        store.lock_path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(store.lock_path).acquire(timeout=0)
    except Timeout as error:
        raise OutputError(
            str(store.destination), expected="no other fetch of this table", found="one that is running", remedy="wait for it"
        ) from error
    except OSError as error:
        raise OutputError(
            str(store.destination.parent),
            expected="a folder that can be written",
            found=(error.strerror or str(error)).lower(),
            remedy="give another folder",
        ) from error
