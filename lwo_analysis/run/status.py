"""`lwo status`: what is there, how old it is, and what the last run did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lwo_analysis import paths
from lwo_analysis.errors import LwoError
from lwo_analysis.provenance import CARD_NAME, read_card
from lwo_analysis.run.folders import STALE, read_stale
from lwo_analysis.run.inputs import TABLE, changed_since_built
from lwo_analysis.run.pages import finished_pages
from lwo_analysis.run.report import read_report

FORMAT = 1
"""Of the JSON; raised when a key is renamed or goes, not when one is added."""


@dataclass(frozen=True)
class Part:
    """One thing that was looked at.

    Attributes
    ----------
    about : str
        ``raw``, ``observations``, ``figures``, ``page`` or ``site``.
    name : str
        Which of them; empty when there is one only.
    line : str
        What was found, for people.
    facts : dict
        The same for programs.
    is_healthy : bool
        Whether it needs no attention.
    """

    about: str
    name: str
    line: str
    facts: dict[str, Any]
    is_healthy: bool = True


@dataclass(frozen=True)
class Status:
    """Everything that was looked at."""

    parts: tuple[Part, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines to print."""
        return tuple(part.line for part in self.parts)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing needs attention."""
        return all(part.is_healthy for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """Return the status as plain JSON types; the keys are those of ARCHITECTURE.md."""
        parts = [
            {"about": part.about, "name": part.name, "healthy": part.is_healthy, "line": part.line, **part.facts}
            for part in self.parts
        ]
        return {"format": FORMAT, "healthy": self.is_healthy, "parts": parts}


def read_status() -> Status:
    """Return the state of raw files, observation table, pages and site; the table itself is read only when it was built."""
    raw = [_raw(path.parent.name) for path in sorted(paths.raw_folder().glob(f"*/{CARD_NAME}"))]
    return Status((*raw, _table(), *_figures(), *_stale_pages(), _site()))


def _raw(name: str) -> Part:
    try:
        card = read_card(paths.raw_folder() / name)
    except LwoError as problem:
        return Part("raw", name, f"raw {name}: {problem}", {}, is_healthy=False)
    facts = {"provider": card.provider, "vintage": card.vintage, "retrieved": card.retrieved}
    return Part("raw", name, f"raw {name}: {card.provider}, vintage {card.vintage}, retrieved {card.retrieved}", facts)


def _table() -> Part:
    processed = paths.processed_folder()
    if not (processed / TABLE).exists():
        return _observations("absent", [], "not built; run `lwo build`")
    if newer := changed_since_built(paths.raw_folder(), processed):
        return _observations("outdated", newer, f"not built from what is now in {', '.join(newer)}; run `lwo build`")
    return _observations("current", [], "up to date")


def _observations(state: str, newer: list[str], said: str) -> Part:
    facts = {"state": state, "newer": newer}
    return Part("observations", "", f"observations: {said}", facts, is_healthy=state == "current")


def _figures() -> list[Part]:
    """Return how current the figures are; nothing when they are not built, which is said elsewhere."""
    if not (paths.processed_folder() / TABLE).exists():
        return []
    from lwo_analysis.run.health import health_lines, read_health  # imports pandas

    try:
        return [Part("figures", "", line, {}) for line in health_lines(read_health(with_hidden=False))]
    except LwoError as problem:
        return [Part("figures", "", f"figures: {problem}", {}, is_healthy=False)]


def _stale_pages() -> list[Part]:
    folders = finished_pages(paths.runs_folder())
    stale = {address: read_stale(folder) for address, folder in folders.items() if (folder / STALE).exists()}
    return [
        Part("page", address, f"page {address}: could not be made again since {since}", {"since": since}, is_healthy=False)
        for address, since in stale.items()
    ]


def _site() -> Part:
    report = read_report(paths.runs_folder())
    if report is None:
        return Part("site", "", "site: not published; run `lwo run`", {"run": None}, is_healthy=False)
    made, kept, failed = (len(report[name]) for name in ("made", "kept", "failed"))
    if report["error"]:
        said = f"site: the run of {report['finished']} stopped: {report['error']}"
    else:
        said = f"site: published {report['finished']}, {made} pages made, {kept} kept" + (f", {failed} failed" if failed else "")
    return Part("site", "", said, {"run": report}, is_healthy=not (report["error"] or failed))
