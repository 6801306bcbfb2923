"""The tests run without a network: what asks another machine fails, what asks this one does not."""

from __future__ import annotations

import socket
import urllib.request

import httpx
import pytest

from tests.support.no_network import NetworkInTestError, is_this_machine

ELSEWHERE = "192.0.2.1"
"""An address that is nobody's (RFC 5737)."""


def test_another_machine_is_refused():
    with pytest.raises(NetworkInTestError, match=r"a test asked '192\.0\.2\.1'"):
        socket.create_connection((ELSEWHERE, 80), timeout=1)
    with pytest.raises(NetworkInTestError):
        httpx.get("http://example.invalid/", timeout=1)
    with pytest.raises(NetworkInTestError):
        urllib.request.urlopen(f"http://{ELSEWHERE}/", timeout=1)


def test_this_machine_is_not():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "", None, "/tmp/a.sock", b"127.0.0.1"])
def test_what_is_this_machine(host):
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "2001:db8::1", "opendata.cbs.nl", b"example.org", "0.0.0.0.example.org"])
def test_what_is_another(host):
    assert not is_this_machine(host)
