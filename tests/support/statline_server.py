"""A StatLine on loopback, with the manners and, on demand, the faults of the real one.

OData v3 (``opendata``), the same protocol for third parties (``dataderden``) and OData v4 (``datasets``), from the same tables.
Manners: keys padded in v3, pages of 10,000 rows or 100,000 observations with a link to the next, ``$select`` that accepts exact
keys only, filters that ignore topic columns and find nothing when a code has the wrong width, empty cells left out in v4.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pandas as pd

from tests.support.statline_tables import ServedTable

FAULTS = (
    "status 500",
    "reset in mid-body",
    "truncated json",
    "html with status 200",
    "slow trickle",
    "status 429",
    "duplicated page",
    "missing page",
    "link left out",
    "link to another host",
    "republished in mid-download",
)
ALWAYS = 10**9


@dataclass
class Fault:
    """One thing that goes wrong at one page of one entity set, a number of times; `page` counts from 0."""

    kind: str
    page: int = 0
    times: int = 1
    sets: tuple[str, ...] = ("TypedDataSet", "Observations")
    retry_after: str = "0"


@dataclass
class StatLineServer:
    """The tables that are served, the faults that are planned, and what was asked."""

    tables: dict[str, ServedTable]
    page_size: int = 10_000
    observation_page_size: int = 100_000
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    busy_seconds: float = 0.0  # processor time spent on making answers, without sending them; also at /busy
    port: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    lines: dict[tuple[int, str], tuple[pd.DataFrame, list[str]]] = field(default_factory=dict)
    pages: dict[tuple[int, int, int], bytes] = field(default_factory=dict)

    @property
    def v3(self) -> str:
        """Base address of OData v3."""
        return f"http://127.0.0.1:{self.port}/ODataFeed/odata"

    @property
    def dataderden(self) -> str:
        """Base address of the third parties."""
        return f"http://127.0.0.1:{self.port}/dataderden/ODataFeed/OData"

    @property
    def v4(self) -> str:
        """Base address of OData v4."""
        return f"http://127.0.0.1:{self.port}/odata/v1"

    def fault_at(self, name: str, page: int) -> Fault | None:
        """Return the fault that is due at this page, and count it down."""
        for fault in self.faults:
            if fault.times > 0 and name in fault.sets and fault.page == page:
                fault.times -= 1
                return fault
        return None

    def serialised(self, owner: pd.DataFrame, frame: pd.DataFrame, select: str) -> list[str]:
        """Return the records as JSON, one per line, made once per table and selection."""
        key = (id(owner), select)
        if key not in self.lines:
            self.lines[key] = (owner, _lines(frame))
        return self.lines[key][1]

    def joined(self, lines: list[str], first: int, last: int) -> bytes:
        """Return the records of a page as they are sent; made once where the records themselves are."""
        if not any(lines is kept for _, kept in self.lines.values()):
            return ",".join(lines[first:last]).encode()
        key = (id(lines), first, last)
        if key not in self.pages:
            self.pages[key] = ",".join(lines[first:last]).encode()
        return self.pages[key]


class _NotFoundError(Exception):
    """No such table, entity set or column."""


@contextmanager
def serving(*tables: ServedTable, **options: Any) -> Iterator[StatLineServer]:
    """Serve tables on a free port of the loopback address until the block ends."""
    state = StatLineServer({table.table_id: table for table in tables}, **options)

    class Handler(_Handler):
        server_state = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: StatLineServer
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        started = time.thread_time()
        with self.server_state.lock:
            self.server_state.requests.append(self.path)
        try:
            body, kind, fault = _answer(self.server_state, self.path)
        except _NotFoundError as error:
            self._send(404, json.dumps({"odata.error": {"message": str(error)}}).encode(), "application/json")
            return
        with self.server_state.lock:
            self.server_state.busy_seconds += time.thread_time() - started
        if fault is None:
            self._send(200, body, kind)
        else:
            self._send_faulty(fault, body)

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _send_faulty(self, fault: Fault, body: bytes) -> None:
        if fault.kind == "status 500":
            self._send(500, b'{"odata.error":{"message":"Internal Server Error"}}', "application/json")
        elif fault.kind == "status 429":
            self._send(429, b"", "text/plain", Retry_After=fault.retry_after)
        elif fault.kind == "html with status 200":
            self._send(200, b"<!DOCTYPE html><html><body>Storing</body></html>", "text/html")
        elif fault.kind == "truncated json":
            self._send(200, body[: len(body) // 2], "application/json")
        elif fault.kind == "reset in mid-body":
            self._reset(body)
        elif fault.kind == "slow trickle":
            self._trickle(body)
        else:
            self._send(200, body, "application/json")

    def _reset(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _trickle(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            time.sleep(0.02)


def _answer(state: StatLineServer, path: str) -> tuple[bytes, str, Fault | None]:
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    names = unquote(parts.path).strip("/").split("/")
    is_v4 = names[:2] == ["odata", "v1"]
    rest = names[3:] if is_v4 else names[3:] if names[0] == "dataderden" else names[2:]
    if names == ["busy"]:
        return json.dumps(state.busy_seconds).encode(), "application/json", None
    if not rest or rest[0] not in state.tables:
        raise _NotFoundError("no such table")
    name = "/".join(rest[1:])
    if name.endswith("/$count"):
        return str(len(_filtered(state.tables[rest[0]].rows, query, state.tables[rest[0]]))).encode(), "text/plain", None
    size = state.observation_page_size if name == "Observations" else state.page_size
    page = int(query.get("$skip", 0)) // size
    is_count = query.get("$top") == "0"
    with state.lock:
        fault = None if is_count else state.fault_at(name, page)
        if fault is not None and fault.kind == "republished in mid-download":
            modified = f"2021-04-01T02:00:{fault.times % 60:02d}"
            state.tables[rest[0]] = state.tables[rest[0]].republished(modified)
    table = state.tables[rest[0]]
    base = f"http://127.0.0.1:{state.port}{parts.path}"
    body = (_v4 if is_v4 else _v3)(state, table, name, query, base, fault)
    return body, "application/json", fault


def _v3(state: StatLineServer, table: ServedTable, name: str, query: dict[str, str], base: str, fault: Fault | None) -> bytes:
    frame = _v3_frame(table, name, query)
    is_kept = "$filter" not in query and name != "TableInfos"
    lines = state.serialised(table.rows, frame, f"{name} {query.get('$select', '')}") if is_kept else _lines(frame)
    return _page(state, state.page_size, lines, query, base, fault, "odata.")


def _v4(state: StatLineServer, table: ServedTable, name: str, query: dict[str, str], base: str, fault: Fault | None) -> bytes:
    if name == "Properties":
        known = {"Identifier": table.table_id, "Title": table.info["Title"], "Modified": table.info["Modified"]}
        extra = {"ObservationsModified": table.info["Modified"], "TemporalCoverage": table.info["Period"]}
        return json.dumps({"@odata.context": base} | known | extra | {"ObservationCount": len(table.observations)}).encode()
    frame = _filtered(_v4_frame(table, name), query, table)
    if query.get("$top") == "0":
        return json.dumps({"@odata.context": base, "@odata.count": len(frame), "value": []}).encode()
    is_kept = name == "Observations" and "$filter" not in query
    lines = state.serialised(frame, frame, "") if is_kept else _lines(frame)
    size = state.observation_page_size if name == "Observations" else 10**9
    return _page(state, size, lines, query, base, fault, "@odata.")


def _page(
    state: StatLineServer,
    size: int,
    lines: list[str],
    query: dict[str, str],
    base: str,
    fault: Fault | None,
    prefix: str,
) -> bytes:
    start, kind = int(query.get("$skip", 0)), fault.kind if fault else ""
    shown, after = _shown(start, size, kind)
    head = f'{{"{prefix}{"metadata" if prefix == "odata." else "context"}":"{base}","value":['
    tail = "]"
    if (after < len(lines) and kind != "link left out") or kind == "link to another host":
        there = base if kind != "link to another host" else base.replace("127.0.0.1", "mirror.example")
        kept = [f"{key}={quote(value)}" for key, value in query.items() if key != "$skip"]
        link = f"{there}?{'&'.join([*kept, f'$skip={after}'])}"
        tail += f',"{prefix}nextLink":{json.dumps(link)}'
    records = [state.joined(lines, first, last) for first, last in shown]
    return b"".join([head.encode(), b",".join(records), tail.encode(), b"}"])


def _shown(start: int, size: int, kind: str) -> tuple[list[tuple[int, int]], int]:
    """Return the ranges of records of a page and the position of the next page, as they are or spoiled."""
    if kind == "duplicated page":
        again = [(start - size, start)] if start >= size else [(0, size // 2)] * 2
        return again, start + size
    if kind == "missing page":
        return [(start + size, start + 2 * size)], start + 2 * size
    return [(start, start + size)], start + size


def _lines(frame: pd.DataFrame) -> list[str]:
    return frame.to_json(orient="records", lines=True, force_ascii=False, double_precision=15).splitlines()


def _v3_frame(table: ServedTable, name: str, query: dict[str, str]) -> pd.DataFrame:
    if name == "":
        sets = ("TableInfos", "UntypedDataSet", "TypedDataSet", "DataProperties", "CategoryGroups", *table.dimensions)
        return pd.DataFrame({"name": sets, "url": sets})
    if name == "CategoryGroups":
        return pd.DataFrame({"ID": [0], "DimensionKey": [next(iter(table.dimensions))], "Title": [""], "ParentID": [None]})
    if name == "TypedDataSet":
        frame = _filtered(table.rows, query, table)
        if "$select" not in query:
            return frame
        wanted = query["$select"].split(",")
        unknown = [key for key in wanted if key not in frame]
        if unknown:
            raise _NotFoundError(f"Could not find a property named '{unknown[0]}'")
        return frame[wanted]
    if name == "TableInfos":
        return pd.DataFrame([table.info])
    if name == "DataProperties":
        return pd.DataFrame(table.properties).astype(object)
    if name in table.dimensions:
        return pd.DataFrame(table.dimensions[name])
    raise _NotFoundError(f"Resource not found for the segment '{name}'")


def _v4_frame(table: ServedTable, name: str) -> pd.DataFrame:
    if name == "Observations":
        return table.observations
    if name == "Dimensions":
        kinds = {entry["Key"]: (entry["Title"], entry["Type"]) for entry in table.properties if entry["Key"] in table.dimensions}
        return pd.DataFrame([{"Identifier": key, "Title": title, "Kind": kind} for key, (title, kind) in kinds.items()])
    if name == "MeasureGroups":
        groups = [entry for entry in table.properties if entry["Type"] == "TopicGroup"]
        return pd.DataFrame([{"Id": f"G{e['ID']}", "Index": e["ID"], "Title": e["Title"], "ParentId": _group(e)} for e in groups])
    if name == "MeasureCodes":
        return pd.DataFrame([_measure(table, entry) for entry in table.topics])
    if name.endswith("Codes") and name[:-5] in table.dimensions:
        return pd.DataFrame([_code(number, record) for number, record in enumerate(table.dimensions[name[:-5]])])
    raise _NotFoundError(f"No route for '{name}'")


def _code(number: int, record: dict[str, Any]) -> dict[str, Any]:
    head = {"Identifier": record["Key"].strip(), "Index": number, "Title": record["Title"].strip()}
    return head | {"Description": None, "DimensionGroupId": "WB"}


def _group(entry: dict[str, Any]) -> str | None:
    return None if entry["ParentID"] is None else f"G{int(entry['ParentID'])}"


def _measure(table: ServedTable, entry: dict[str, Any]) -> dict[str, Any]:
    head = {"Identifier": table.codes[entry["Key"]], "Index": entry["ID"], "Title": entry["Title"], "Description": ""}
    return head | {"MeasureGroupId": _group(entry), "DataType": entry["Datatype"], "Unit": entry["Unit"], "Decimals": 0}


def _filtered(frame: pd.DataFrame, query: dict[str, str], table: ServedTable) -> pd.DataFrame:
    expression = query.get("$filter")
    return frame if not expression else frame[_matches(frame, expression, table)]


def _matches(frame: pd.DataFrame, expression: str, table: ServedTable) -> pd.Series:
    """Evaluate a filter: dimension columns (and Measure) count, a condition on any other column is ignored, as v3 does."""
    text = expression.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    for word in (" or ", " and "):
        parts = _split(text, word)
        if len(parts) > 1:
            results = [_matches(frame, part, table) for part in parts]
            joined = results[0]
            for result in results[1:]:
                joined = joined | result if word == " or " else joined & result
            return joined
    return _condition(frame, text, table)


def _condition(frame: pd.DataFrame, text: str, table: ServedTable) -> pd.Series:
    found = re.fullmatch(r"(startswith|contains)\((\w+),'([^']*)'\)", text) or re.fullmatch(r"(\w+) (eq|in) (.+)", text)
    substring = re.fullmatch(r"substringof\('([^']*)',(\w+)\)", text)
    if substring:
        return frame[substring.group(2)].str.contains(substring.group(1), regex=False)
    if found is None:
        raise _NotFoundError(f"cannot read the filter {text!r}")
    first, second, third = found.groups()
    column = second if first in ("startswith", "contains") else first
    if column not in table.dimensions and column != "Measure":
        return pd.Series(True, index=frame.index)
    if first == "startswith":
        return frame[column].str.startswith(third)
    if first == "contains":
        return frame[column].str.contains(third, regex=False)
    return frame[column].isin(re.findall(r"'([^']*)'", third))


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _split(text: str, word: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and text.startswith(word, place):
            parts.append(text[start:place])
            start = place + len(word)
    return [*parts, text[start:]]
