"""How a fetch behaves, what it tells while it runs, and what it reports afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lwo_analysis.errors import ParameterError

Api = Literal["v3", "v4", "dataderden"]

OFFICIAL: Mapping[str, str] = {
    "v3": "https://opendata.cbs.nl/ODataFeed/odata",
    "v4": "https://datasets.cbs.nl/odata/v1",
    "dataderden": "https://dataderden.cbs.nl/ODataFeed/OData",
}
VARIABLES: Mapping[str, str] = {"v3": "LWO_STATLINE_V3", "v4": "LWO_STATLINE_V4", "dataderden": "LWO_DATADERDEN"}
MOST_CONNECTIONS = 4


@dataclass(frozen=True)
class FetchSettings:
    """How to approach the provider.

    Attributes
    ----------
    v3, v4, dataderden : str
        Base addresses: for v3 and dataderden the part before ``/{table}/``, for v4 the part before ``/{catalog}/{table}/``.
    connect_timeout, read_timeout : float
        Seconds; `read_timeout` is the longest silence within an answer.
    patience : float
        Seconds after which an answer slower than `least_rate` bytes per second is given up: a trickle never trips a read timeout.
    attempts : int
        Tries per address. Tried again: connection errors, 408, 429, 5xx, a trickle, broken JSON, a page that came twice.
    backoff, longest_wait : float
        First wait in seconds, doubled at every try with jitter; no wait, nor one asked by Retry-After, exceeds `longest_wait`.
    restarts : int
        How often a table is fetched anew when it was republished, or its count did not hold, in mid-download.
    concurrency : int
        Tables fetched at the same time, at most 4.
    longest_query : int
        Characters of a query; a longer selection is not asked for: the whole table is fetched instead.
    """

    v3: str = OFFICIAL["v3"]
    v4: str = OFFICIAL["v4"]
    dataderden: str = OFFICIAL["dataderden"]
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    patience: float = 30.0
    least_rate: float = 2000.0
    attempts: int = 5
    backoff: float = 1.0
    longest_wait: float = 120.0
    restarts: int = 1
    concurrency: int = MOST_CONNECTIONS
    longest_query: int = 1800
    user_agent: str = "lwo-analysis (research on Leeuwarden Oost)"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> FetchSettings:
        """Return the defaults with the base addresses of ``LWO_STATLINE_V3``, ``LWO_STATLINE_V4`` and ``LWO_DATADERDEN``.

        Raises
        ------
        ParameterError
            An address does not start with ``http://`` or ``https://``.
        """
        given: dict[str, Any] = {api: environment[name].rstrip("/") for api, name in VARIABLES.items() if environment.get(name)}
        for api, address in given.items():
            if not address.startswith(("http://", "https://")):
                raise ParameterError(
                    VARIABLES[api],
                    expected="an address that starts with https://",
                    found=repr(address),
                    remedy="correct the variable",
                )
        return cls(**given)

    def base(self, api: Api) -> str:
        """Return the base address of an interface; a name other than ``v3, v4, dataderden`` is a `ParameterError`."""
        if api not in OFFICIAL:
            raise ParameterError("api", expected="v3, v4 or dataderden", found=repr(api), remedy="choose one of the three")
        return str(getattr(self, api)).rstrip("/")


@dataclass(frozen=True)
class FetchProgress:
    """How far one table is: rows (v3) or observations (v4) received, and how many the provider counts."""

    table_id: str
    received: int
    expected: int


@dataclass(frozen=True)
class FetchReport:
    """What was fetched.

    Attributes
    ----------
    table_id, api, title, modified : str
        The table, the interface, and the provider's date of last change.
    destination : Path
        Folder that `read_table_folder` reads.
    count : int
        Rows (v3) or observations (v4), equal to the provider's own count before and after.
    pages, resumed : int
        Files of all entity sets, and how many of them an earlier, interrupted fetch had left.
    bytes : int
        Size of all files.
    retries, restarts : int
        Answers that had to be asked again, and times the table was fetched anew.
    unchanged : bool
        True when the folder already held this vintage with the same selection, so that nothing was fetched.
    whole : bool
        False when only some columns, regions or years were asked for and given.
    """

    table_id: str
    api: Api
    title: str
    modified: str
    destination: Path
    count: int
    pages: int = 0
    resumed: int = 0
    bytes: int = 0
    retries: int = 0
    restarts: int = 0
    unchanged: bool = False
    whole: bool = True


Progress = Callable[[FetchProgress], None]
