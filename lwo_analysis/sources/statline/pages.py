"""Read pages of OData JSON quickly and in little memory, and just as strictly as the plain parser would.

A page of 10,000 regions is some 40 MB. It is cut between records into blocks that Arrow parses side by side; whatever does not
parse that way is left to the standard library, which says where it is broken.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.json as pj

from lwo_analysis.errors import InputError

BLOCK = 1 << 20
THREADS = 1
# The system's allocator gives memory back that Arrow's own holds on to, once for every thread.
POOL = pa.system_memory_pool()
_VALUE = re.compile(rb'"value"\s*:\s*\[')


@dataclass(frozen=True)
class Page:
    """One page of an entity set.

    Attributes
    ----------
    records : pyarrow.Table or DataFrame
        In the delivered order, nothing converted; null where the page says null. A DataFrame when a column mixes types.
    next_link : str or None
        Where the provider says the next page is.
    is_even : bool
        Whether every record has the same keys. A record without a key of the others would pass for one with an empty cell.
    """

    records: pa.Table | pd.DataFrame
    next_link: str | None
    is_even: bool = True

    @property
    def columns(self) -> set[str]:
        """Keys of the records."""
        return set(self.records.column_names if isinstance(self.records, pa.Table) else self.records)

    def identifiers(self, column: str) -> np.ndarray:
        """Return the identifier of every record; a page on which a record has none is an `InputError`."""
        values = np.asarray(self.records[column]) if column in self.columns else np.array([None])
        if pd.isna(values).any():
            raise InputError(column, expected=f"records with {column}", found="records without it", remedy="fetch again")
        return values


def read_page(path: Path) -> Page:
    """Return the records of one page and its link to the next.

    Parameters
    ----------
    path : Path
        File with one OData answer: an envelope with ``value``, a bare list of records, or one bare object.

    Raises
    ------
    InputError
        JSON that is truncated or otherwise broken; file, line and column are named.
    """
    parser = PageParser()
    with path.open("rb") as handle:
        while chunk := handle.read(BLOCK):
            parser.feed(chunk)
    return parser.finish(path)


def check_even(page: Page, columns: set[str] | None, where: str) -> set[str] | None:
    """Return the keys of the records of a page of figures; refuse records with other keys than the others, or than `columns`.

    Parameters
    ----------
    page : Page
    columns : set of str or None
        Keys of the pages before it; None for the first page.
    where : str
        Name of the file or entity set, for the error.
    """
    if not len(page.records):
        return columns
    lacking = sorted((columns or page.columns) ^ page.columns)
    if lacking or not page.is_even:
        raise InputError(
            where,
            expected="the same keys in every record",
            found=f"records without {lacking[0]}" if lacking else "records with fewer keys than others",
            remedy="download the rows again",
        )
    return page.columns


class PageParser:
    """Parses a page while it arrives: whole records are cut off, about `BLOCK` bytes at a time, and parsed side by side.

    A brace within a text may be taken for the border of a record; both blocks then fail to parse, which is noticed, and the page
    is read plainly.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._running: deque[Future[pa.Table]] = deque()
        self._tables: list[pa.Table] = []
        self._head = b""
        self._rest = bytearray()
        self._is_odd = False

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the page."""
        if self._is_odd:
            return
        self._rest += chunk
        if len(self._rest) < BLOCK:
            return
        if not self._head:
            self._cut_head()
        start = self._rest.rfind(b"{")
        stop = self._rest.rfind(b"}", 0, max(start, 0)) + 1
        if stop and self._rest[stop:start].strip() == b",":
            self._submit(bytes(self._rest[:stop]))
            del self._rest[:start]

    def finish(self, path: Path) -> Page:
        """Return the page, of which `path` holds the whole; see `read_page` for what is refused."""
        quick = None if self._is_odd or not self._head else self._finished()
        self.close()
        if quick is not None:
            return quick
        payload = read_json(path)
        records = records_of(payload)
        is_even = len({frozenset(record) for record in records}) < 2
        return Page(pd.DataFrame.from_records(records), next_link(payload), is_even)

    def close(self) -> None:
        """Stop parsing."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _cut_head(self) -> None:
        opening = _VALUE.search(self._rest)
        if opening is None:
            self._is_odd = True
            self._rest.clear()
            return
        self._head = bytes(self._rest[: opening.end()])
        del self._rest[: opening.end()]

    def _submit(self, block: bytes) -> None:
        self._pool = self._pool or ThreadPoolExecutor(THREADS)
        self._running.append(self._pool.submit(_parse, block))
        if len(self._running) > THREADS:
            self._collect()

    def _collect(self) -> None:
        try:
            self._tables.append(self._running.popleft().result())
        except (ValueError, pa.ArrowException):
            self._is_odd = True
            self._rest.clear()

    def _finished(self) -> Page | None:
        closing = self._rest.rfind(b"]")
        try:
            link = next_link(json.loads(self._head + self._rest[max(closing, 0) :]))
            self._submit(bytes(self._rest[:closing]))
            while self._running:
                self._collect()
            table = pa.concat_tables(self._tables, promote_options="permissive", memory_pool=POOL)
        except (ValueError, pa.ArrowException):
            return None
        uneven = any(len(part.column_names) != len(table.column_names) for part in self._tables)
        odd = uneven or any(pa.types.is_temporal(kind) or pa.types.is_nested(kind) for kind in table.schema.types)
        return None if odd or self._is_odd else Page(table, link)


def joined(pages: Iterable[Page]) -> pd.DataFrame:
    """Return the records of consecutive pages as one frame; a column without any value counts as numbers.

    Pages from an iterator that keeps none of them are given back to memory column by column while the frame is made.
    """
    tables = [page.records for page in pages]
    if all(isinstance(table, pa.Table) for table in tables):
        try:
            table = pa.concat_tables(tables, promote_options="permissive", memory_pool=POOL)
        except pa.ArrowException:
            pass
        else:
            tables.clear()
            empty = pa.nulls(table.num_rows, pa.float64(), memory_pool=POOL)
            for place, kind in enumerate(table.schema.types):
                if pa.types.is_null(kind):
                    table = table.set_column(place, table.column_names[place], empty)
            return table.to_pandas(self_destruct=True, memory_pool=POOL)
    frames = [table.to_pandas() if isinstance(table, pa.Table) else table for table in tables]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def read_json(path: Path) -> object:
    """Return the parsed content of a JSON file; a truncated or otherwise broken one is an `InputError` with line and column."""
    try:
        return json.loads(path.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        place = f"line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else f"byte {error.start}"
        raise InputError(
            f"{path.parent.name}/{path.name}, {place}",
            expected="complete JSON",
            found=str(error).splitlines()[0][:120],
            remedy="download this file again",
        ) from error


def next_link(payload: object) -> str | None:
    """Return the link to the next page in an OData answer, of v3 or v4, or None."""
    if not isinstance(payload, dict):
        return None
    link = payload.get("odata.nextLink") or payload.get("@odata.nextLink")
    return str(link) if link else None


def records_of(payload: object) -> list[dict[str, object]]:
    """Return the records of an OData answer: the ``value`` list, a bare list, or one bare object as a list of one."""
    content = payload.get("value", [payload]) if isinstance(payload, dict) else payload
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        return []
    return content


def _parse(block: bytes) -> pa.Table:
    wrapped = b'{"value":[' + block + b"]}"
    reading = pj.ReadOptions(block_size=len(wrapped) + 1, use_threads=False)
    answer = pj.read_json(pa.BufferReader(wrapped), read_options=reading, memory_pool=POOL)
    records = answer["value"].combine_chunks(memory_pool=POOL).values
    if not pa.types.is_struct(records.type) or records.null_count:
        raise ValueError("not a list of records")
    if block.count(b'":') != len(records) * records.type.num_fields:
        raise ValueError("a record without one of the keys, or a text that looks like a key")
    return pa.Table.from_struct_array(records)
