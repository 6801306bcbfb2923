"""One answer from a provider into one file: retried when the trouble may pass, refused in one line when it does not."""

from __future__ import annotations

import hashlib
import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from lwo_analysis.errors import InputError, OutputError
from lwo_analysis.sources.statline.settings import FetchSettings

_TRANSIENT_STATUS = (408, 425, 429)


class Receiver:
    """Looks at an answer while it arrives and when it is complete; `accept` is all that a small answer needs.

    Parameters
    ----------
    accept : callable
        Looks at the complete file; an `InputError` from it means that the answer is broken and is asked for again.
    """

    def __init__(self, accept: Callable[[Path], None]) -> None:
        self.accept = accept

    def begin(self) -> None:
        """Forget what an earlier attempt delivered."""

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the answer."""


class PassingTroubleError(Exception):
    """An answer that is worth asking for again."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class Transport:
    """An open connection to a provider, with a count of what had to be repeated.

    Attributes
    ----------
    settings : FetchSettings
        Timeouts, attempts and waits.
    root : str
        Address of what is fetched; certificates are loaded when it starts with ``https``.
    sleep : callable
        Waits the given seconds; a test passes one that does not.
    accepted : str
        Kinds of answer that are asked for.
    retries : int
        Answers asked again so far.
    """

    settings: FetchSettings
    root: str
    sleep: Callable[[float], None] = time.sleep
    accepted: str = "application/json, text/plain"
    retries: int = 0
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.settings.read_timeout, connect=self.settings.connect_timeout)
        headers = {"User-Agent": self.settings.user_agent, "Accept": self.accepted}
        verify = _trusted() if self.root.startswith("https") else False
        self.client = httpx.Client(timeout=timeout, headers=headers, follow_redirects=False, verify=verify)

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def download(self, address: str, target: Path, receiver: Receiver) -> str:
        """Write the answer to `target` and return its SHA-256 in hexadecimal.

        Parameters
        ----------
        address : str
            Full address.
        target : Path
            File to write; it is removed again when the answer is refused.
        receiver : Receiver
            Judges the answer.

        Raises
        ------
        InputError
            The provider refuses, or every attempt failed; the last reason is named.
        OutputError
            The file cannot be written, for instance because the disk is full.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self.settings.attempts),
            retry=retry_if_exception_type(PassingTroubleError),
            wait=self._wait,
            sleep=self.sleep,
            before_sleep=self._count,
            reraise=True,
        )
        try:
            return retrying(self._attempt, address, target, receiver)
        except PassingTroubleError as trouble:
            raise InputError(
                address,
                expected="a complete answer",
                found=f"{trouble} ({self.settings.attempts} attempts)",
                remedy="try again later, what was complete is kept and the fetch resumes there",
            ) from trouble

    def _attempt(self, address: str, target: Path, receiver: Receiver) -> str:
        try:
            digest = self._receive(address, target, receiver)
            _check_accepted(target, receiver.accept)
        except httpx.RequestError as error:
            target.unlink(missing_ok=True)
            raise PassingTroubleError(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from error
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return digest

    def _receive(self, address: str, target: Path, receiver: Receiver) -> str:
        digest = hashlib.sha256()
        receiver.begin()
        with self.client.stream("GET", address) as response:
            _check_status(response, address)
            started, received = time.monotonic(), 0
            try:
                with target.open("wb") as handle:
                    for chunk in response.iter_bytes():
                        handle.write(chunk)
                        digest.update(chunk)
                        receiver.feed(chunk)
                        received += len(chunk)
                        self._check_pace(time.monotonic() - started, received)
            except OSError as error:
                raise OutputError(
                    str(target.parent), expected="room for the answer", found=_reason(error), remedy="make room and fetch again"
                ) from error
        return digest.hexdigest()

    def _check_pace(self, elapsed: float, received: int) -> None:
        if elapsed > self.settings.patience and received < elapsed * self.settings.least_rate:
            raise PassingTroubleError(f"{received} bytes in {elapsed:.0f} s")

    def _count(self, _: RetryCallState) -> None:
        self.retries += 1

    def _wait(self, state: RetryCallState) -> float:
        trouble = state.outcome.exception() if state.outcome else None
        asked = trouble.wait if isinstance(trouble, PassingTroubleError) else None
        longest = self.settings.longest_wait
        growing = wait_exponential(multiplier=self.settings.backoff, max=longest) + wait_random(0, self.settings.backoff)
        return min(max(asked or 0.0, growing(state)), longest)


@cache
def _trusted() -> ssl.SSLContext:
    """Load the certificates of the authorities once per process."""
    return httpx.create_ssl_context()


def _check_status(response: httpx.Response, address: str) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in _TRANSIENT_STATUS or status >= 500:
        raise PassingTroubleError(f"status {status}", _asked_wait(response.headers.get("Retry-After")))
    raise InputError(
        address,
        expected="status 200",
        found=f"status {status}",
        remedy="check the table id, and the address (LWO_STATLINE_V3, LWO_STATLINE_V4, LWO_DATADERDEN, LWO_FILES)",
    )


def _asked_wait(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which states seconds or a date; None when it states neither."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None


def _check_accepted(target: Path, accept: Callable[[Path], None]) -> None:
    with target.open("rb") as handle:
        start = handle.read(256).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        raise PassingTroubleError("a web page with status 200" if b"html" in start.lower() else "XML with status 200")
    try:
        accept(target)
    except InputError as error:
        raise PassingTroubleError(f"a broken answer ({error.found})") from error


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
