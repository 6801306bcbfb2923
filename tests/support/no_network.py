"""No test may ask anything of another machine: an address that is not this machine is refused before a byte is sent.

The guard is an audit hook, so it holds for the whole process and cannot be taken away. Processes that a test starts have none;
the kernels among them have the fence of `lwo_analysis.run.fence`, and `lwo fetch` gets the address of a server on this machine.
"""

from __future__ import annotations

import ipaddress
import sys

ADDRESS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
"""Where an audit event has its address."""


class NetworkInTestError(AssertionError):
    """A test asked something of another machine."""


def forbid_network() -> None:
    """Refuse every address but those of this machine, from now on."""
    sys.addaudithook(_check)


def is_this_machine(host: object) -> bool:
    """Return whether a host is this machine; a path (a socket file) and no host at all are."""
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in ("", "localhost") or name.startswith(("/", "\0")):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _check(event: str, values: tuple[object, ...]) -> None:
    if event not in ADDRESS:
        return
    address = values[ADDRESS[event]]
    host = address[0] if isinstance(address, tuple) and address else address
    if not is_this_machine(host):
        raise NetworkInTestError(f"a test asked {host!r}: use a server on this machine (tests/support/statline_server.py)")
