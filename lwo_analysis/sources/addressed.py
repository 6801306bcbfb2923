"""Files that a provider offers at an address (open data portals such as CKAN): fetched like tables, imported like deliveries.

The reader of the file judges it before anything is replaced, so that a page of the provider, half a file or a file with other
columns leaves what was there.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lwo_analysis.errors import InputError, OutputError, ParameterError
from lwo_analysis.provenance import CARD_NAME, SourceCard, read_card
from lwo_analysis.sources.importing import import_files
from lwo_analysis.sources.statline.settings import FetchSettings
from lwo_analysis.sources.statline.transport import Receiver, Transport

VARIABLE = "LWO_FILES"
LEAST_BYTES = 20
"""Shorter than a header and one row: an empty answer, or a word of refusal."""


@dataclass(frozen=True)
class FileRequest:
    """One file: its table id and address, how it is read, and where it goes.

    Attributes
    ----------
    table_id, address, module : str
        Folder under `raw`, where the file is, and the module that imports it (`sources.importing`).
    raw : Path
        The folder of raw files.
    mapping : Path, optional
        Says which column is what, for a file that is read as a delivery of a partner.
    """

    table_id: str
    address: str
    module: str
    raw: Path
    mapping: Path | None = None


@dataclass(frozen=True)
class FileReport:
    """What came: the card of the folder, the size in bytes, and whether the folder held the very same file."""

    card: SourceCard
    size: int
    unchanged: bool


def fetch_file(
    request: FileRequest, settings: FetchSettings, *, retrieved: str, sleep: Callable[[float], None] = time.sleep
) -> FileReport:
    """Download one file and import it, or leave the folder as it was.

    Parameters
    ----------
    request : FileRequest
        What to fetch.
    settings : FetchSettings
        Timeouts, attempts and waits, as for a table.
    retrieved : str
        Date for the source card (ISO 8601).
    sleep : callable
        How to wait between attempts.

    Raises
    ------
    InputError
        The provider refuses or keeps failing, answers with a web page or next to nothing, or the file does not read well.
    OutputError
        The folder cannot be written to.
    """
    name = Path(urlsplit(request.address).path).name
    with _workplace(request.raw) as folder, Transport(settings, request.address, sleep, accepted="*/*") as transport:
        path = Path(folder) / name
        digest = transport.download(request.address, path, Receiver(_check_size))
        held = request.raw / request.table_id
        if (held / CARD_NAME).exists() and digest == (card := read_card(held)).files.get(name):
            return FileReport(card, path.stat().st_size, unchanged=True)
        (card,) = import_files(path, module=request.module, raw=request.raw, retrieved=retrieved, mapping=request.mapping)
        return FileReport(card, path.stat().st_size, unchanged=False)


def address_in(environment: Mapping[str, str], address: str) -> str:
    """Return an address, below the base of ``LWO_FILES`` when that is set: a mirror that keeps the paths of the providers.

    Raises
    ------
    ParameterError
        The base does not start with ``http://`` or ``https://``.

    Examples
    --------
    >>> address_in({"LWO_FILES": "http://127.0.0.1:8000/"}, "https://portal.nl/download/scores.zip")
    'http://127.0.0.1:8000/download/scores.zip'
    """
    base = environment.get(VARIABLE, "").rstrip("/")
    if base and not base.startswith(("http://", "https://")):
        raise ParameterError(
            VARIABLE, expected="an address that starts with https://", found=repr(base), remedy="correct the variable"
        )
    return f"{base}{urlsplit(address).path}" if base else address


def _workplace(raw: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        raw.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".fetch.", dir=raw)
    except OSError as problem:
        raise OutputError(
            str(raw),
            expected="a folder that can be written to",
            found=problem.strerror or str(problem),
            remedy="make room or give write access, or set LWO_DATA to another folder",
        ) from problem


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size < LEAST_BYTES:
        raise InputError(path.name, expected="a file", found=f"{size} bytes", remedy="fetch again")
