"""Many small notebooks in one run, with more workers than there are processors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lwo_analysis.run.launch import make_launcher
from lwo_analysis.run.pages import Making
from tests.support.faults import MOMENT, running_below, set_environment
from tests.support.runs import NOTHING_PUBLISHED, publish, write_notebook


@dataclass(frozen=True)
class Many:
    """What became of many notebooks: pages in the site, pages that are not there, and what was left behind."""

    pages: int
    lost: int
    failed: int
    sockets: int
    processes: int


def make_many(folder: Path, notebooks: int, workers: int) -> Many:
    """Make a site of so many notebooks with so many workers, in a folder."""
    temporary, outputs = folder / "tmp", folder / "outputs"
    temporary.mkdir(parents=True)
    names = {f"page-{number:03}" for number in range(notebooks)}
    for name in names:
        write_notebook(folder / "notebooks", f"own = {name!r}", NOTHING_PUBLISHED, name=name)
    settings = {"LWO_OUTPUTS": str(outputs), "TMPDIR": str(temporary), "SOURCE_DATE_EPOCH": MOMENT}
    with set_environment(settings):
        with make_launcher("forked") as launcher:
            report = publish(folder / "notebooks", outputs, launcher, Making(workers, keep_going=True))
        left = running_below(temporary)
    published = {path.stem for path in (outputs / "site").glob("page-*.html") if f"Titel van {path.stem}" in path.read_text()}
    sockets = sum(path.is_socket() for path in temporary.rglob("*"))
    return Many(len(published), len(names - published), len(report.failed), sockets, len(left))
