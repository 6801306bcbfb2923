"""Files by address, from a small server on loopback: what arrives is kept, and what is not the file leaves what was there.

The zip of the Leefbaarometer and the CSV are typed by hand (see tests/sources/test_leefbaarometer.py for the first).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lwo_analysis.catalogue.sources import source
from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.provenance import read_card, sha256_of
from lwo_analysis.run import fetching
from lwo_analysis.run.fetching import fetch_requests, plan_fetch
from lwo_analysis.sources.addressed import FileRequest, address_in, fetch_file
from lwo_analysis.sources.statline import FetchSettings
from tests.sources.test_leefbaarometer import lbm_zip
from tests.support.command import files_of

SETTINGS = FetchSettings(attempts=3, backoff=0, longest_wait=0)
MAPPING = """
identity: {source_id: partner, table: school-advice, title: Schooladviezen, provider: DUO, licence: CC0, vintage: 2025-03-01}
layout: {decimal: ",", delimiter: ";"}
area: {column: GEMEENTENUMMER, kind: cbs_code, boundary_year: 2024, level: municipality}
period: {column: SCHOOLJAAR, format: school_year}
figures:
  - {indicator: school_advice_havo_or_higher, unit: percent, numerator: HAVO_EN_HOGER, denominator: ADVIEZEN}
minimum_cell: 0
combine: sum
"""
CSV = "GEMEENTENUMMER;SCHOOLJAAR;HAVO_EN_HOGER;ADVIEZEN\n0080;2023-2024;30;100\n0080;2023-2024;20;50\n0014;2023-2024;60;90\n"


@dataclass
class Answers:
    """What the server says to the next requests, one each; the last one again and again."""

    plan: list[tuple[int, bytes, int]] = field(default_factory=list)  # status, body, bytes that it then leaves out
    asked: list[str] = field(default_factory=list)
    base: str = ""


@pytest.fixture
def answers() -> Iterator[Answers]:
    told = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            status, body, left_out = told.plan.pop(0) if len(told.plan) > 1 else told.plan[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - left_out])

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def csv_request(raw: Path, answers: Answers) -> FileRequest:
    mapping = raw.parent / "mapping.yml"
    mapping.write_text(MAPPING)
    return FileRequest("school-advice", f"{answers.base}/dataset/1/download/advice.csv", "partner", raw, mapping)


def fetched(request: FileRequest, retrieved: str = "2026-11-20"):
    return fetch_file(request, SETTINGS, retrieved=retrieved, sleep=lambda _: None)


def test_a_file_is_kept_as_it_came_with_its_mapping_and_a_card(answers, tmp_path):
    answers.plan = [(200, CSV.encode(), 0)]
    report = fetched(csv_request(tmp_path / "raw", answers))
    folder = tmp_path / "raw" / "school-advice"
    assert (folder / "advice.csv").read_text() == CSV
    assert read_card(folder).files["advice.csv"] == sha256_of(folder / "advice.csv")
    assert (report.size, report.unchanged, read_card(folder).provider) == (len(CSV), False, "DUO")
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["school-advice"]


def test_the_same_file_again_changes_nothing(answers, tmp_path):
    answers.plan = [(200, CSV.encode(), 0)]
    request = csv_request(tmp_path / "raw", answers)
    fetched(request)
    before = files_of(tmp_path / "raw")
    assert fetched(request, "2026-12-24").unchanged
    assert files_of(tmp_path / "raw") == before


@pytest.mark.parametrize("trouble", [(500, b"sorry, not now, come again", 0), (200, CSV.encode(), 40), (200, b"", 0)])
def test_passing_trouble_is_asked_again(answers, tmp_path, trouble):
    answers.plan = [trouble, (200, CSV.encode(), 0)]
    assert not fetched(csv_request(tmp_path / "raw", answers)).unchanged
    assert len(answers.asked) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, b"<!doctype html><html><p>Onderhoud</p></html>", 0), "a web page with status 200"),
        ((200, CSV.encode(), 40), "a complete answer"),
        ((200, b"gone", 0), "4 bytes"),
        ((404, b"there is no such file here", 0), "status 404"),
        ((200, CSV.replace("ADVIEZEN", "TOTAAL").encode(), 0), "ADVIEZEN"),
        ((200, CSV.replace(";30;", ";-30;").encode(), 0), "-30"),
    ],
)
def test_what_is_not_the_file_is_told_and_leaves_what_was_there(answers, tmp_path, answer, told):
    request = csv_request(tmp_path / "raw", answers)
    answers.plan = [(200, CSV.encode(), 0)]
    fetched(request)
    before = files_of(tmp_path / "raw")
    answers.plan = [answer]
    with pytest.raises(InputError, match=told):
        fetched(request)
    assert files_of(tmp_path / "raw") == before


def test_the_catalogued_zip_is_fetched_by_default_from_the_given_base(answers, tmp_path):
    answers.plan = [(200, lbm_zip(tmp_path).read_bytes(), 0)]
    options = {"tables": [], "years": None, "regions": None, "api": None, "raw": tmp_path / "raw"}
    planned = plan_fetch([], **options, environment={"LWO_FILES": answers.base})
    (request,) = [request for request in planned if isinstance(request, FileRequest)]
    (outcome,) = fetch_requests([request], SETTINGS, retrieved="2026-11-20")
    assert answers.asked == ["/resources/open-data-leefbaarometer-meting-2024.zip"]
    assert outcome.line.startswith("leefbaarometer-2024: ")
    assert outcome.line.endswith("bytes of 2025-06-30, new")
    assert read_card(tmp_path / "raw" / "leefbaarometer-2024").source_id == "leefbaarometer"


def test_a_file_of_a_portal_is_read_with_the_mapping_of_the_catalogue(monkeypatch, tmp_path):
    portal = replace(
        source("partner"), id="duo-advice", tables={"school-advice": 2024}, addresses={"school-advice": "https://portal.nl/a.csv"}
    )
    monkeypatch.setattr(fetching, "sources", lambda: {"duo-advice": portal})
    (request,) = plan_fetch(["duo-advice"], tables=[], years=None, regions=None, api=None, raw=tmp_path)
    assert isinstance(request, FileRequest)
    assert request.mapping is not None
    assert (request.address, request.mapping.name, request.mapping.parent.name) == (
        "https://portal.nl/a.csv",
        "school-advice.yml",
        "mappings",
    )


def test_a_base_that_is_no_address_is_refused():
    with pytest.raises(ParameterError, match="LWO_FILES"):
        address_in({"LWO_FILES": "portal.nl"}, "https://portal.nl/a.csv")
