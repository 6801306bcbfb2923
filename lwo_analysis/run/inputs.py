"""Which figures there are, known without reading them again as long as their file is the same."""

from __future__ import annotations

import json

from lwo_analysis import paths
from lwo_analysis.errors import OutputError
from lwo_analysis.provenance import sha256_of, written_whole

TABLE = "observations.parquet"
KNOWN = ".panel.json"


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
