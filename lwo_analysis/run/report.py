"""The report of a run: what ran, what was kept, what changed, what failed and why, how long it took, and with which versions."""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lwo_analysis.errors import LwoError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import code_revision, sha256_of, written_whole
from lwo_analysis.run.crate import CRATE, REPORT, run_crate
from lwo_analysis.run.folders import write_json
from lwo_analysis.run.pages import PagesMade, finished_pages
from lwo_analysis.run.state import LOCK_FILE

PAGES = {"nl": "report.html", "en": "report-en.html"}
FORMAT = 1
"""Of the report; raised when a key is renamed or goes, not when one is added."""
CHANGES = "changes.json"


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Attributes
    ----------
    home : Path
        The home page of the published site; of a part of a manifest, its report.
    made, kept : tuple of str
        Pages made in this run, and pages of earlier runs that stay.
    failed : dict
        The error of each page that could not be made, by address.
    seconds : float
        Wall-clock time.
    """

    home: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]
    failed: Mapping[str, LwoError]
    seconds: float


@dataclass
class Recorder:
    """Follows one run and writes its report, also when it fails.

    Attributes
    ----------
    command : str
        ``run``, ``shard`` or ``collect``.
    runs : Path
        Folder of finished pages; the report is written there.
    site : Path or None
        Folder of the site; None when the run does not publish.
    pages : PagesMade
        What became of the pages, filled in as the run goes.
    """

    command: str
    runs: Path
    site: Path | None
    pages: PagesMade = field(default_factory=PagesMade)

    def __post_init__(self) -> None:
        self._started = (datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic())
        self._before = self._publications()

    def end(self, problem: LwoError | None = None) -> RunReport:
        """Write the report, and the crate and the page when something was made or failed; return the report."""
        moment, started = self._started
        seconds = round(time.monotonic() - started, 1)
        kept = tuple(address for address in finished_pages(self.runs) if address not in self.pages.made)
        content = {
            "format": FORMAT,
            "command": self.command,
            "started": moment,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": seconds,
            "published": self.site is not None and problem is None,
            "error": str(problem) if problem else "",
            "made": self.pages.made,
            "current": sorted(self.pages.current),
            "kept": list(kept),
            "changed": self._changed(),
            "failed": {address: str(error) for address, error in self.pages.failed.items()},
            "versions": _versions(),
        }
        with written_whole(self.runs / REPORT) as temporary:
            write_json(temporary, content)
        if self.pages.made or problem or self.pages.failed or not (self.runs / CRATE).exists():
            _write_pages(self.runs, content)
        home = self.site / "index.html" if self.site else self.runs / REPORT
        return RunReport(home, tuple(self.pages.made), kept, self.pages.failed, seconds)

    def _changed(self) -> dict[str, int]:
        """Return how many numbers of each page are others than at the previous publication; 0 for a page that is new or gone."""
        after = self._publications()
        if len(after) <= len(self._before):
            return {}
        newest = after[0]
        pages = [each["page"] for each in [*newest["new_pages"], *newest["gone_pages"]]]
        return dict(sorted({**dict.fromkeys(pages, 0), **Counter(each["page"] for each in newest["numbers"])}.items()))

    def _publications(self) -> list[Mapping[str, Any]]:
        try:
            return list(json.loads((Path(self.site or "") / CHANGES).read_text(encoding="utf-8"))["publications"])
        except (OSError, ValueError, KeyError, TypeError):
            return []


def read_report(runs: Path) -> dict[str, Any] | None:
    """Return the report of the last run, or None when there is none that is whole."""
    try:
        content = json.loads((runs / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("format") == FORMAT else None


def _write_pages(runs: Path, content: Mapping[str, Any]) -> None:
    # Imported here: a run that makes nothing shows nothing, and starts without templates and catalogue.
    from lwo_analysis.publish.run_page import run_page

    files = {name: run_page(content, lang) for lang, name in PAGES.items()}
    files[CRATE] = run_crate(runs, content)
    for name, text in files.items():
        with written_whole(runs / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _versions() -> dict[str, str]:
    return {
        "lwo-analysis": version("lwo-analysis"),
        "code": code_revision(REPOSITORY),
        "lock_sha256": sha256_of(LOCK_FILE),
        "python": platform.python_version(),
    }
