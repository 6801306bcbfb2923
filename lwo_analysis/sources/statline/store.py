"""Pages on disk: kept one by one while a fetch runs, and put in place of the old table in one move when it is complete."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lwo_analysis.errors import InputError, OutputError
from lwo_analysis.provenance import CARD_NAME
from lwo_analysis.sources.statline.files import MANIFEST
from lwo_analysis.sources.statline.pages import read_json


@dataclass(frozen=True)
class StoredPage:
    """One answer on disk.

    Attributes
    ----------
    name : str
        File name in the delivered folder.
    address : str
        Full address it came from.
    sha256 : str
        Checksum of the file, hexadecimal.
    bytes : int
        Size of the file.
    """

    name: str
    address: str
    sha256: str
    bytes: int


class PageStore:
    """The pages of one table: those in progress beside the destination, and those that were delivered before.

    A page is found again by its full address and the provider's version, and only if its checksum still holds. Nothing in the
    destination changes before `publish`, which either replaces the whole folder or leaves it as it was.

    Parameters
    ----------
    destination : Path
        Folder of the delivered table.
    """

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        self.partial = destination.parent / ".partial" / destination.name
        self._new = destination.parent / ".partial" / f"{destination.name}.new"
        self._old = destination.parent / ".partial" / f"{destination.name}.old"

    @property
    def lock_path(self) -> Path:
        """File that one fetch at a time holds."""
        return self.destination.parent / ".partial" / f"{self.destination.name}.lock"

    def open(self) -> None:
        """Make the folder for pages in progress, and finish or undo a move that was cut off.

        Raises
        ------
        InputError
            The destination holds something that was neither fetched nor imported: it is not replaced.
        OutputError
            The folder cannot be made.
        """
        try:
            self.partial.mkdir(parents=True, exist_ok=True)
            if self._old.exists() and not self.destination.exists():
                (self._new if (self._new / MANIFEST).exists() else self._old).rename(self.destination)
            for leftover in (self._new, self._old):
                shutil.rmtree(leftover, ignore_errors=True)
            for torn in self.partial.glob("*.tmp"):
                torn.unlink()
        except OSError as error:
            raise self._unwritable(error) from error
        known = any((self.destination / name).exists() for name in (MANIFEST, CARD_NAME))
        if self.destination.exists() and any(self.destination.iterdir()) and not known:
            raise InputError(
                str(self.destination),
                expected="an empty folder or one that was fetched or imported before",
                found=f"files without {MANIFEST} or {CARD_NAME}",
                remedy="move the folder away or fetch into another one",
            )

    def temporary(self) -> Path:
        """Return the file into which the next answer is received; `open` removes it when a fetch was cut off."""
        return self.partial / f"{os.getpid()}.tmp"

    def find(self, address: str, version: str) -> tuple[Path, str] | None:
        """Return the page of this address and version, in progress or delivered, and its checksum, if that holds."""
        key = _key(address, version)
        for page in self.partial.glob(f"{key}-*.json"):
            digest = _digest(page)
            if digest.startswith(page.stem.removeprefix(f"{key}-")):
                return page, digest
            page.unlink()
        manifest = self._manifest()
        if manifest.get("version") != version:
            return None
        for entry in manifest.get("files", []):
            page = self.destination / entry["name"]
            if entry["address"] == address and page.exists() and _digest(page) == entry["sha256"]:
                return page, entry["sha256"]
        return None

    def keep(self, received: Path, address: str, version: str, digest: str) -> Path:
        """Move a received answer to its place among the pages in progress and return that place."""
        page = self.partial / f"{_key(address, version)}-{digest[:16]}.json"
        try:
            os.replace(received, page)
        except OSError as error:
            raise self._unwritable(error) from error
        return page

    def forget(self) -> None:
        """Remove the pages in progress."""
        for page in self.partial.glob("*.json"):
            page.unlink()

    def holds(self, pages: Sequence[tuple[Path, StoredPage]], manifest: dict[str, Any]) -> bool:
        """Whether the destination already is exactly this table, undamaged; pages that were found there have been checked."""
        if self._manifest() != manifest:
            return False
        here = [(path, self.destination / page.name, page.sha256) for path, page in pages]
        return all(path == place or (place.exists() and _digest(place) == digest) for path, place, digest in here)

    def publish(self, pages: Sequence[tuple[Path, StoredPage]], manifest: dict[str, Any]) -> None:
        """Replace the destination by these pages and their manifest, in one move; on failure it is as it was.

        Raises
        ------
        OutputError
            The files cannot be written.
        """
        try:
            shutil.rmtree(self._new, ignore_errors=True)
            self._new.mkdir(parents=True)
            for path, page in pages:
                _link(path, self._new / page.name)
            (self._new / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
            if self.destination.exists():
                self.destination.rename(self._old)
            self._new.rename(self.destination)
        except OSError as error:
            raise self._unwritable(error) from error
        shutil.rmtree(self._old, ignore_errors=True)
        shutil.rmtree(self.partial, ignore_errors=True)

    def _manifest(self) -> dict[str, Any]:
        path = self.destination / MANIFEST
        content = read_json(path) if path.exists() else {}
        return content if isinstance(content, dict) else {}

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            str(error.filename or self.destination),
            expected="a folder that can be written",
            found=(error.strerror or str(error)).lower(),
            remedy="make room or give another folder, then fetch again",
        )


def described_page(path: Path, name: str, address: str, digest: str) -> StoredPage:
    """Return the entry of a page for the manifest."""
    return StoredPage(name, address, digest, path.stat().st_size)


def entries(pages: Sequence[tuple[Path, StoredPage]]) -> list[dict[str, Any]]:
    """Return the pages as plain records for the manifest."""
    return [asdict(page) for _, page in pages]


def _key(address: str, version: str) -> str:
    return hashlib.sha256(f"{address}\n{version}".encode()).hexdigest()[:24]


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
