"""Read pages of OData JSON quickly and in little memory, and just as strictly as the plain parser would.

A page of 10,000 regions is some 40 MB. It is cut between records into blocks that Arrow parses side by side; whatever does not
parse that way is left to the standard library, which says where it is broken.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.json as pj

from lwo_analysis.errors import InputError

BLOCK = 4 << 20
SMALL = 1 << 18
_VALUE = re.compile(rb'"value"\s*:\s*\[')
_BETWEEN = re.compile(rb"\}\s*,\s*\{")


def read_records(pages: Sequence[Path]) -> tuple[pd.DataFrame, str | None]:
    """Return the records of consecutive pages as one frame, and the link to a further page that the last one holds.

    Parameters
    ----------
    pages : sequence of Path
        Files with an OData answer each: an envelope with ``value``, a bare list of records, or one bare object.

    Returns
    -------
    records : DataFrame
        In the delivered order, nothing converted; null where the page says null.
    link : str or None
        ``odata.nextLink`` of the last page.

    Raises
    ------
    InputError
        JSON that is truncated or otherwise broken; file, line and column are named.
    """
    quick = _all_in_blocks(pages)
    return quick or _all_plainly(pages)


def read_ids(page: Path, column: str) -> tuple[np.ndarray, str | None]:
    """Return the identifier of every record of one page and its link to the next page, after parsing the whole page.

    Raises
    ------
    InputError
        The JSON is broken, there is no list of records, or a record has no such identifier.
    """
    kind = pa.int64() if column in ("ID", "Id") else pa.string()
    schema = pa.schema([("value", pa.list_(pa.struct([(column, kind)])))])
    options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    read = _in_blocks(page, options) if page.stat().st_size > SMALL else None
    if read is not None and not any(table[column].null_count for table in read[0]):
        return pa.concat_tables(read[0])[column].to_numpy(), next_link(read[1])
    payload = read_json(page)
    records = payload.get("value") if isinstance(payload, dict) else None
    if not isinstance(records, list) or not all(isinstance(each, dict) and each.get(column) is not None for each in records):
        raise InputError(
            f"{page.parent.name}/{page.name}",
            expected=f"a list of records with {column}",
            found="something else",
            remedy="download this file again",
        )
    return np.array([record[column] for record in records], dtype=object if column not in ("ID", "Id") else None), next_link(
        payload
    )


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


def _all_plainly(pages: Sequence[Path]) -> tuple[pd.DataFrame, str | None]:
    payloads = [read_json(page) for page in pages]
    frames = [pd.DataFrame.from_records(records_of(payload)) for payload in payloads]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return (filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)), next_link(payloads[-1])


def _all_in_blocks(pages: Sequence[Path]) -> tuple[pd.DataFrame, str | None] | None:
    if sum(page.stat().st_size for page in pages) < SMALL:
        return None
    tables: list[pa.Table] = []
    envelope: object = None
    for page in pages:
        read = _in_blocks(page, pj.ParseOptions())
        if read is None:
            return None
        tables, envelope = tables + read[0], read[1]
    if any(pa.types.is_temporal(kind) or pa.types.is_nested(kind) for table in tables for kind in table.schema.types):
        return None
    try:
        joined = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException:
        return None
    del tables
    empty_as_number = [field.with_type(pa.float64()) if pa.types.is_null(field.type) else field for field in joined.schema]
    return joined.cast(pa.schema(empty_as_number)).to_pandas(self_destruct=True), next_link(envelope)


def _in_blocks(page: Path, options: pj.ParseOptions) -> tuple[list[pa.Table], object] | None:
    """Return the records and the envelope of a page, or None when it cannot be cut up: broken, odd or without records."""
    if page.stat().st_size == 0:
        return None
    with page.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        opening, closing = _VALUE.search(content), content.rfind(b"]")
        if opening is None or closing < opening.end():
            return None
        try:
            envelope = json.loads(content[: opening.end()] + content[closing:])
            with ThreadPoolExecutor(2) as pool:
                bounds = _bounds(content, opening.end(), closing)
                tables = list(pool.map(lambda bound: _parse(content[bound[0] : bound[1]], options), bounds))
        except (ValueError, pa.ArrowException):
            return None
    return (tables, envelope) if tables and all(table is not None for table in tables) else None


def _bounds(content: mmap.mmap, start: int, end: int) -> list[tuple[int, int]]:
    """Cut between records, after about `BLOCK` bytes each; a brace within a text spoils the blocks, which then fail to parse."""
    bounds = []
    while start < end:
        found = _BETWEEN.search(content, start + BLOCK, end) if start + BLOCK < end else None
        stop = found.start() + 1 if found else end
        bounds.append((start, stop))
        start = found.end() - 1 if found else end
    return bounds


def _parse(block: bytes, options: pj.ParseOptions) -> pa.Table | None:
    wrapped = b'{"value":[' + block + b"]}"
    reading = pj.ReadOptions(block_size=len(wrapped) + 1, use_threads=False)
    answer = pj.read_json(pa.BufferReader(wrapped), read_options=reading, parse_options=options)
    values = answer["value"].combine_chunks()
    if not pa.types.is_struct(values.type.value_type):
        return None
    records = values.flatten()
    return None if records.null_count else pa.Table.from_struct_array(records)
