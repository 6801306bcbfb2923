"""Which figures there are, known without reading them again as long as their file is the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from lwo_analysis import paths
from lwo_analysis.errors import OutputError
from lwo_analysis.provenance import CARD_NAME, sha256_of, written_whole

TABLE = "observations.parquet"
KNOWN = ".panel.json"
BUILT_FROM = "built-from.json"
"""Beside the table: the sha256 of every source card that it was built from."""


def known_panel(panel: str) -> str:
    """Return `real` or `demo` for a panel, which may be `auto`; the table is read only when it has changed.

    Raises
    ------
    InputError
        The table cannot be read or breaks a rule of the schema.
    """
    table = paths.processed_folder() / TABLE
    if panel != "auto":
        return panel
    if not table.exists():
        return "demo"
    return _remembered(sha256_of(table))


def card_checksums(raw: Path) -> dict[str, str]:
    """Return the sha256 of every source card by the name of its raw folder; a card names the sha256 of its files."""
    return {path.parent.name: sha256_of(path) for path in sorted(raw.glob(f"*/{CARD_NAME}"))}


def write_built_from(processed: Path, checksums: Mapping[str, str]) -> None:
    """Write beside the table which source cards it was built from.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with written_whole(processed / BUILT_FROM) as temporary:
        temporary.write_text(json.dumps(checksums, indent=1) + "\n", encoding="utf-8")


def changed_since_built(raw: Path, processed: Path) -> list[str]:
    """Return the raw folders whose card is not the one that the table was built from; the times of files say nothing."""
    try:
        known = dict(json.loads((processed / BUILT_FROM).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        known = {}
    return sorted({name for name, _ in card_checksums(raw).items() ^ known.items()})


def _remembered(checksum: str) -> str:
    path = paths.runs_folder() / KNOWN
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["sha256"] == checksum:
            return str(known["panel"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    from lwo_analysis.cleaning.observations import resolve_panel  # imports pandas

    panel = resolve_panel("auto")
    try:
        with written_whole(path) as temporary:
            temporary.write_text(json.dumps({"sha256": checksum, "panel": panel}), encoding="utf-8")
    except OutputError:
        return panel  # outputs that cannot be written are told by the run itself
    return panel
