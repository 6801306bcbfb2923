"""`lwo status`: what is there, how old it is, and what the last run did."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lwo_analysis import paths
from lwo_analysis.cleaning.observations import FILE_NAME
from lwo_analysis.errors import LwoError
from lwo_analysis.provenance import CARD_NAME, read_card
from lwo_analysis.run.health import health_lines, read_health
from lwo_analysis.run.publishing import REPORT


@dataclass(frozen=True)
class Status:
    """Lines to print, and whether nothing needs attention."""

    lines: tuple[str, ...]
    is_healthy: bool


def read_status() -> Status:
    """Return the state of raw files, observation table and site."""
    raw = [_raw_line(path.parent.name) for path in sorted(paths.raw_folder().glob(f"*/{CARD_NAME}"))]
    parts = [*raw, _table_line(), *_health_parts(), _run_line()]
    return Status(tuple(line for line, _ in parts), all(healthy for _, healthy in parts))


def _raw_line(name: str) -> tuple[str, bool]:
    try:
        card = read_card(paths.raw_folder() / name)
    except LwoError as problem:
        return f"raw {name}: {problem}", False
    return f"raw {name}: {card.provider}, vintage {card.vintage}, retrieved {card.retrieved}", True


def _table_line() -> tuple[str, bool]:
    table = paths.processed_folder() / FILE_NAME
    if not table.exists():
        return "observations: not built; run `lwo build`", False
    newer = [
        path.parent.name for path in paths.raw_folder().glob(f"*/{CARD_NAME}") if path.stat().st_mtime > table.stat().st_mtime
    ]
    return (
        (f"observations: older than {', '.join(sorted(newer))}; run `lwo build`", False)
        if newer
        else ("observations: up to date", True)
    )


def _health_parts() -> list[tuple[str, bool]]:
    """Return how current the figures are; nothing when they are not built, which is said elsewhere."""
    if not (paths.processed_folder() / FILE_NAME).exists():
        return []
    try:
        return [(line, True) for line in health_lines(read_health(with_hidden=False))]
    except LwoError as problem:
        return [(f"figures: {problem}", False)]


def _run_line() -> tuple[str, bool]:
    path = paths.runs_folder() / REPORT
    if not path.exists():
        return "site: not published; run `lwo run`", False
    report = json.loads(path.read_text(encoding="utf-8"))
    return f"site: published {report['finished']}, {len(report['made'])} pages made, {len(report['kept'])} kept", True
