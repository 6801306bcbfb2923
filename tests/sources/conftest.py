"""A server with the hand-made table, and settings that do not wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lwo_analysis.sources.statline import FetchSettings
from tests.support.statline_server import StatLineServer, serving
from tests.support.statline_tables import small_table


@pytest.fixture(scope="session")
def running_server() -> Iterator[StatLineServer]:
    """One server for all tests: three pages of rows, four of observations."""
    with serving(small_table(), page_size=2, observation_page_size=5) as server:
        yield server


@pytest.fixture
def server(running_server: StatLineServer) -> StatLineServer:
    """The server with the first version of the table, without faults, its log empty."""
    running_server.tables = {"99999NED": small_table()}
    running_server.faults.clear()
    running_server.requests.clear()
    return running_server


@pytest.fixture
def settings(server: StatLineServer) -> FetchSettings:
    """Addresses of the server, three attempts, no waiting, and no patience with a trickle."""
    return settings_for(server)


def settings_for(server: StatLineServer, **changed: object) -> FetchSettings:
    """Return the settings of the tests for a server."""
    usual = {"attempts": 3, "backoff": 0.0, "patience": 0.2, "least_rate": 5000.0, "read_timeout": 10.0}
    return FetchSettings(v3=server.v3, v4=server.v4, dataderden=server.dataderden, **(usual | changed))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the name and content of every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}
