"""Whatever goes wrong at whatever page: the same bytes as without the fault, or a clear error and an untouched folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lwo_analysis.errors import InputError, OutputError
from lwo_analysis.sources.statline import FetchReport, FetchSettings, fetch_table
from tests.sources.conftest import settings_for, snapshot
from tests.support.statline_server import ALWAYS, FAULTS, Fault, StatLineServer

PAGES = {"v3": {"first": 0, "middle": 1, "last": 2}, "v4": {"first": 0, "middle": 1, "last": 3}}
REPUBLISHED = "republished in mid-download"
# The last page has no link to leave out.
CASES = [
    (kind, api, place) for kind in FAULTS for api in PAGES for place in PAGES[api] if (kind, place) != ("link left out", "last")
]
# What the one line of the error says when a fault does not go away.
SAID = {
    "status 500": "status 500",
    "reset in mid-body": "Error",
    "truncated json": "a broken answer",
    "html with status 200": "a web page with status 200",
    "slow trickle": "bytes in 0 s",
    "status 429": "status 429",
    "duplicated page": "records that came before",
    "missing page": ("a broken answer", "counted"),
    "link left out": "counted",
    "link to another host": "a link to mirror.example",
    REPUBLISHED: "republished from",
}


@pytest.mark.parametrize(("kind", "api", "place"), CASES)
def test_a_fault_that_passes_leaves_the_same_bytes(
    kind: str, api: str, place: str, server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    server.faults.append(Fault(kind, PAGES[api][place]))
    _fetch(api, tmp_path / "faulty", settings)
    assert server.faults[0].times == 0
    _fetch(api, tmp_path / "clean", settings)  # after the fault: for a republished table this is its new version
    assert snapshot(tmp_path / "faulty") == snapshot(tmp_path / "clean")


@pytest.mark.parametrize(("kind", "api", "place"), CASES)
def test_a_fault_that_stays_is_a_clear_error_and_changes_nothing(
    kind: str, api: str, place: str, server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    _fetch(api, tmp_path / "table", settings)
    before = snapshot(tmp_path / "table")
    server.tables["99999NED"] = server.tables["99999NED"].republished("2021-03-27T02:00:00")
    _fetch(api, tmp_path / "clean", settings)
    server.faults.append(Fault(kind, PAGES[api][place], ALWAYS))
    with pytest.raises(InputError) as caught:
        _fetch(api, tmp_path / "table", settings)
    said = (SAID[kind],) if isinstance(SAID[kind], str) else SAID[kind]
    assert any(part in str(caught.value) for part in said), str(caught.value)
    assert "\n" not in str(caught.value)
    assert snapshot(tmp_path / "table") == before
    if kind != REPUBLISHED:
        kept = set(snapshot(tmp_path / ".partial" / "table").values())
        assert kept <= set(snapshot(tmp_path / "clean").values())


def test_no_request_goes_to_the_host_of_a_foreign_link(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    asked: list[str] = []
    look_up = socket.getaddrinfo

    def recording(host: object, *rest: object, **more: object) -> object:
        asked.append(str(host))
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", recording)
    server.faults.append(Fault("link to another host", 0, ALWAYS))
    with pytest.raises(InputError):
        _fetch("v3", tmp_path / "t", settings)
    assert {host.strip("b'") for host in asked} == {"127.0.0.1"}


def test_a_link_to_the_official_host_behind_a_mirror_is_followed_on_the_mirror(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lwo_analysis.sources.statline import dialects

    monkeypatch.setattr(dialects, "OFFICIAL", dict(dialects.OFFICIAL) | {"v3": "https://mirror.example/ODataFeed/odata"})
    server.faults.append(Fault("link to another host", 0))
    assert _fetch("v3", tmp_path / "t", settings).count == 6


def test_the_wait_that_the_provider_asks_for_is_kept_up_to_the_longest(server: StatLineServer, tmp_path: Path) -> None:
    waits: list[float] = []
    server.faults.append(Fault("status 429", times=2, retry_after="7"))
    settings = settings_for(server, longest_wait=60.0)
    report = fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, sleep=waits.append)
    assert waits == [7.0, 7.0]
    assert report.retries == 2
    server.faults[:] = [Fault("status 429", retry_after="3600")]
    fetch_table("99999NED", api="v3", destination=tmp_path / "u", settings=settings, sleep=waits.append)
    assert waits[-1] == 60.0


def test_waits_grow_with_jitter(server: StatLineServer, tmp_path: Path) -> None:
    waits: list[float] = []
    server.faults.append(Fault("status 500", times=3))
    settings = settings_for(server, attempts=4, backoff=1.0, longest_wait=60.0)
    fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, sleep=waits.append)
    # 1, 2 and 4 seconds, each with at most one second of jitter on top.
    assert [base <= wait <= base + 1 for base, wait in zip((1, 2, 4), waits, strict=True)] == [True] * 3


def test_a_server_that_does_not_answer_is_a_clear_error(tmp_path: Path) -> None:
    settings = FetchSettings(v3="http://127.0.0.1:9/ODataFeed/odata", attempts=2, backoff=0.0)
    with pytest.raises(InputError, match=r"ConnectError.*\(2 attempts\)"):
        _fetch("v3", tmp_path / "t", settings)
    assert not (tmp_path / "t").exists()


def test_an_unknown_table_is_refused_at_once(server: StatLineServer, settings: FetchSettings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="status 404; check the table id"):
        fetch_table("00000NED", api="v3", destination=tmp_path / "t", settings=settings)
    assert len(server.requests) == 1


def test_a_disk_that_fills_is_a_clear_error_and_changes_nothing(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    _fetch("v3", tmp_path / "t", settings)
    before = snapshot(tmp_path / "t")
    server.tables["99999NED"] = server.tables["99999NED"].republished("2021-03-27T02:00:00")
    # The system itself refuses to write more than 450 bytes to a file: TableInfos fits, a page of the description does not.
    program = (
        "import resource, signal, sys; from pathlib import Path; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from lwo_analysis.sources.statline import FetchSettings, fetch_table\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (450, 450))\n"
        f"settings = FetchSettings(v3={server.v3!r}, backoff=0.0)\n"
        f"fetch_table('99999NED', api='v3', destination=Path({str(tmp_path / 't')!r}), settings=settings)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "OutputError" in run.stderr
    assert "expected room for the answer, found file too large; make room and fetch again" in run.stderr
    assert snapshot(tmp_path / "t") == before
    assert not list((tmp_path / ".partial" / "t").glob("*.tmp"))


def test_a_folder_that_cannot_be_written_is_a_clear_error(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="expected a folder that can be written"):
        _fetch("v3", tmp_path / "file" / "t", settings)


def _fetch(api: str, destination: Path, settings: FetchSettings) -> FetchReport:
    return fetch_table("99999NED", api=api, destination=destination, settings=settings)
