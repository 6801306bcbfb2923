"""One attempt at a whole table: every entity set, page by page, with the count and the version asked before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.dialects import (
    Dialect,
    EntitySet,
    dimension_sets,
    padded_codes,
    region_dimension,
    row_filter,
    rows_query,
    selected_keys,
)
from lwo_analysis.sources.statline.files import FIGURES, TablePart
from lwo_analysis.sources.statline.folder import described_v3
from lwo_analysis.sources.statline.pages import Page, PageParser, check_even, joined, read_json, read_page, records_of
from lwo_analysis.sources.statline.parts import stripped
from lwo_analysis.sources.statline.settings import Api, FetchProgress, FetchReport, Progress
from lwo_analysis.sources.statline.store import PageStore, StoredPage, described_page, entries
from lwo_analysis.sources.statline.table import KeySpec
from lwo_analysis.sources.statline.transport import Receiver, Transport
from lwo_analysis.sources.statline.v4 import described_v4


class MovedUnderneathError(Exception):
    """The provider changed the table while it was fetched, or delivered another number of rows than it counts."""


@dataclass(frozen=True)
class TableRequest:
    """What to fetch of one table; see `fetch_table` for the meaning of each field."""

    table_id: str
    destination: Path
    api: Api = "v3"
    select: tuple[str | KeySpec, ...] | None = None
    regions: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    catalog: str = "CBS"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Attempt:
    """What one attempt works with, and what it has so far: the pages and, where asked with `keep`, their content."""

    request: TableRequest
    plan: Dialect
    transport: Transport
    store: PageStore
    progress: Progress | None = None
    version: str = ""
    resumed: int = 0
    pages: list[tuple[Path, StoredPage]] = field(default_factory=list)
    keep: bool = False
    parts: list[TablePart] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """What is asked of the rows: exact keys, starts of region codes, years and codes (None: all), as filter and as query."""

    keys: list[str] | None
    regions: tuple[str, ...] | None
    years: tuple[int, ...] | None
    filters: str
    query: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def stated(self) -> dict[str, Any]:
        """Return the selection as the manifest states it and `read_table_folder` understands it."""
        regions, years = (list(part) if part else None for part in (self.regions, self.years))
        codes = {"where": {name: list(codes) for name, codes in self.where.items()}} if self.where else {}
        return {"select": self.keys, "regions": regions, "years": years, **codes}


def fetch_once(attempt: Attempt) -> FetchReport:
    """Fetch everything and put it in place.

    Raises
    ------
    MovedUnderneathError
        Version or count is not the same before and after, or the rows are not as many as counted.
    InputError, OutputError
        See `fetch_table`.
    """
    info_page, digest, info = fetch_infos(attempt)
    attempt.version = attempt.plan.version(info)
    address = attempt.plan.address(attempt.plan.infos)
    attempt.pages.append((info_page, described_page(info_page, f"{attempt.plan.infos}.json", address, digest)))
    described = describe(attempt)
    selection = resolve_selection(attempt, described, dimension_codes(attempt, described))
    expected = count(attempt, selection)
    rows = _fetch_set(attempt, replace(attempt.plan.rows, query=selection.query), expected)
    _check_unmoved(attempt, selection, expected, rows.total)
    if attempt.keep:
        attempt.parts += [_part("infos", attempt.plan.infos, pd.DataFrame([info])), _part_of(attempt.plan.rows, rows)]
    return _put_in_place(attempt, selection, info, rows.total)


def describe(attempt: Attempt) -> pd.DataFrame:
    """Fetch the description of the columns (see `StatLineTable.properties`)."""
    frames = [_frame(attempt, each) for each in attempt.plan.descriptions]
    return described_v4(*map(stripped, frames)) if attempt.plan.is_v4 else described_v3(frames[0])


def dimension_codes(attempt: Attempt, described: pd.DataFrame) -> dict[str, list[str]]:
    """Fetch the codes of every dimension; return them by dimension, as delivered."""
    sets = dimension_sets(described, attempt.plan.is_v4)
    return {each.name.removesuffix("Codes"): _frame(attempt, each)[each.identifier].tolist() for each in sets}


def resolve_selection(attempt: Attempt, described: pd.DataFrame, codes: dict[str, list[str]]) -> Selection:
    """Return the request in the words of this table; a query too long for a server becomes the whole table."""
    request, where = attempt.request, f"{attempt.request.table_id}, its description"
    keys = selected_keys(described, request.select, where)
    time = next(iter(described.loc[described["Type"].eq("TimeDimension"), "Key"]), None)
    years = request.years if time else None
    periods = [code for code in codes.get(str(time), []) if int(code[:4]) in years] if years else None
    if periods == []:
        held = sorted({code[:4] for code in codes[str(time)]})
        raise InputError(
            where, expected=f"periods of {_listed(years)}", found=f"those of {_listed(held)}", remedy="ask for other years"
        )
    exact = {name: padded_codes(name, wanted, codes, where) for name, wanted in request.where.items()}
    exact |= {str(time): periods} if periods else {}
    filters = row_filter(region_dimension(described, request.table_id), request.regions, exact)
    chosen = Selection(keys, request.regions, years, filters, rows_query(attempt.plan, described, keys, filters), request.where)
    if len(chosen.query) > attempt.transport.settings.longest_query:
        return Selection(None, None, None, "", "")
    return chosen


def _listed(values: Iterable[object] | None) -> str:
    return ", ".join(map(str, values or ()))


def count(attempt: Attempt, selection: Selection) -> int:
    """Return how many rows (v3) or observations (v4) the provider counts for a selection; none at all is an `InputError`."""
    found: list[int] = []

    def accept(path: Path) -> None:
        found[:] = [_parsed_count(path, address)]

    address = attempt.plan.count_address(selection.filters, selection.query)
    path = attempt.store.temporary()
    attempt.transport.download(address, path, Receiver(accept))
    path.unlink()
    if found[0] == 0:
        raise InputError(
            address, expected="at least one row", found="none", remedy="check the regions and years, or wait for publication"
        )
    return found[0]


def fetch_infos(attempt: Attempt) -> tuple[Path, str, dict[str, Any]]:
    """Ask the metadata afresh, they tell whether what was kept is still of this version; return file, checksum and content."""
    found: list[dict[str, Any]] = []

    def accept(path: Path) -> None:
        records = records_of(read_json(path))
        if len(records) != 1 or not records[0].get("Modified") or not records[0].get("Identifier"):
            raise InputError(path.name, expected="one record with Modified", found="something else", remedy="fetch again")
        found[:] = records

    address, received = attempt.plan.address(attempt.plan.infos), attempt.store.temporary()
    digest = attempt.transport.download(address, received, Receiver(accept))
    return attempt.store.keep(received, address, attempt.plan.version(found[0]), digest), digest, found[0]


def _frame(attempt: Attempt, entity_set: EntitySet) -> pd.DataFrame:
    part = _part_of(entity_set, _fetch_set(attempt, entity_set))
    attempt.parts.append(part)
    return part.content


def _part_of(entity_set: EntitySet, seen: _Seen) -> TablePart:
    return _part(entity_set.role, entity_set.name, joined(seen.drained()))


def _part(role: str, name: str, content: pd.DataFrame) -> TablePart:
    return TablePart(role, name, name, content)


def _fetch_set(attempt: Attempt, entity_set: EntitySet, expected: int | None = None) -> _Seen:
    """Fetch the pages of one entity set and return what came."""
    plan, seen = attempt.plan, _Seen(keep=expected is None or attempt.keep)
    following: tuple[str, str] | None = ("", "")
    number = 0
    while following is not None:
        token, skip = following
        address = plan.address(entity_set.name, entity_set.query, skip or None, token or "$skip")
        (page, digest), following = _page(attempt, address, entity_set, seen)
        name = f"{entity_set.name}_{number:04d}.json"
        attempt.pages.append((page, described_page(page, name, address, digest)))
        number += 1
        if expected is not None and attempt.progress is not None:
            attempt.progress(FetchProgress(attempt.request.table_id, seen.total, expected))
    return seen


def _page(attempt: Attempt, address: str, entity_set: EntitySet, seen: _Seen) -> tuple[tuple[Path, str], tuple[str, str] | None]:
    """Return one page, kept or fetched, with its checksum, and by what the next one is asked."""
    receiver = _PageReceiver(attempt.plan, entity_set, seen)
    kept = attempt.store.find(address, attempt.version)
    if kept is None:
        received = attempt.store.temporary()
        digest = attempt.transport.download(address, received, receiver)
        kept = attempt.store.keep(received, address, attempt.version, digest), digest
    else:
        receiver.judge(read_page(kept[0]))
        attempt.resumed += 1
    seen.add()
    return kept, receiver.following


class _PageReceiver(Receiver):
    """Parses a page while it arrives, and judges it against the pages before it."""

    def __init__(self, plan: Dialect, entity_set: EntitySet, seen: _Seen) -> None:
        super().__init__(lambda path: self.judge(self.parser.finish(path)))
        self.plan, self.entity_set, self.seen = plan, entity_set, seen
        self.parser = PageParser()
        self.following: tuple[str, str] | None = None

    def begin(self) -> None:
        self.parser.close()
        self.parser = PageParser()

    def feed(self, chunk: bytes) -> None:
        self.parser.feed(chunk)

    def judge(self, page: Page) -> None:
        """Refuse records that came before and a next page elsewhere; find by what the next page is asked."""
        total = self.seen.check(page, self.entity_set)
        self.following = self.plan.continuation(page.next_link, total, self.entity_set.name) if page.next_link else None


class _Seen:
    """The pages of one entity set so far, and the identifiers of their records."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.pages: list[Page] = []
        self.columns: set[str] | None = None
        self.ids: list[np.ndarray] = []
        self.total = 0
        self._candidate: tuple[Page, np.ndarray] | None = None

    def drained(self) -> Iterator[Page]:
        """Yield the pages and keep none of them."""
        while self.pages:
            yield self.pages.pop(0)

    def check(self, page: Page, entity_set: EntitySet) -> int:
        """Return how many records there are with this page; refuse one that came before, and an empty page after the first."""
        if entity_set.role in FIGURES:
            self.columns = check_even(page, self.columns, entity_set.name)
        ids = page.identifiers(entity_set.identifier) if len(page.records) or self.ids else np.array([])
        again = len(pd.unique(ids)) < len(ids) or any(_overlap(ids, earlier) for earlier in self.ids)
        if again or (self.ids and not len(ids)):
            found = "records that came before" if again else "none"
            raise InputError(entity_set.name, expected="new records", found=found, remedy="fetch again")
        self._candidate = (page, ids)
        return self.total + len(ids)

    def add(self) -> None:
        """Count the page that was checked last."""
        if self._candidate is not None:
            page, ids = self._candidate
            self.pages += [page] * self.keep
            self.ids.append(ids)
            self.total += len(ids)
            self._candidate = None


def _overlap(ids: np.ndarray, others: np.ndarray) -> bool:
    if ids.dtype == object or others.dtype == object:
        return not set(ids).isdisjoint(others)
    if not len(ids) or not len(others) or ids.min() > others.max() or ids.max() < others.min():
        return False
    return bool(np.isin(ids, others).any())


def _check_unmoved(attempt: Attempt, selection: Selection, expected: int, received: int) -> None:
    if received != expected:
        raise MovedUnderneathError(f"{received} records where {expected} are counted")
    _, _, info = fetch_infos(attempt)
    version = attempt.plan.version(info)
    if version != attempt.version:
        raise MovedUnderneathError(f"republished from {attempt.version} to {version}")
    again = count(attempt, selection)
    if again != expected:
        raise MovedUnderneathError(f"{expected} records counted before and {again} after")


def _parsed_count(path: Path, address: str) -> int:
    text = path.read_bytes().decode("utf-8-sig", errors="replace").strip()
    if text.startswith("{"):
        payload = read_json(path)
        text = str(payload.get("@odata.count", "")) if isinstance(payload, dict) else ""
    if text.isdigit():
        return int(text)
    raise InputError(address, expected="a count", found=repr(text[:40]), remedy="fetch again")


def _put_in_place(attempt: Attempt, selection: Selection, info: dict[str, Any], received: int) -> FetchReport:
    request, title = attempt.request, str(info.get("Title", "")).strip()
    manifest = {
        "table_id": request.table_id,
        "api": request.api,
        "title": title,
        "version": attempt.version,
        "count": received,
        **selection.stated(),
        "files": entries(attempt.pages),
    }
    attempt.asked = selection.stated()
    unchanged = attempt.store.holds(attempt.pages, manifest)
    if unchanged:
        attempt.store.forget()
    else:
        attempt.store.publish(attempt.pages, manifest)
    return FetchReport(
        table_id=request.table_id,
        api=request.api,
        title=title,
        modified=str(info["Modified"]),
        destination=request.destination,
        count=received,
        pages=len(attempt.pages),
        resumed=attempt.resumed,
        bytes=sum(page.bytes for _, page in attempt.pages),
        unchanged=unchanged,
        whole=not selection.query,
    )
