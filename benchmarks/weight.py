"""How heavy the published pages are, against the same executed notebooks through nbconvert's default template.

Usage: `python benchmarks/weight.py [SITE]`; SITE is `outputs/site` unless it is given.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from statistics import median

import nbformat
from nbconvert import HTMLExporter

from lwo_analysis.paths import outputs_folder

MOST_PAGE, MOST_COMPRESSED, MOST_HOME = 150_000, 40_000, 100_000


def main(site: Path) -> int:
    """Print the table and return 1 when the pages with figures or the home page are heavier than they may be."""
    pages = sorted(site.rglob("*.html"))
    pages = [page for page in pages if "editions" not in page.relative_to(site).parts]
    made = [page for page in pages if _notebook(page).exists()]
    ours = [_sizes(page.read_bytes()) for page in made]
    theirs = [_sizes(_by_default(_notebook(page)).encode("utf-8")) for page in made]
    home = _sizes((site / "index.html").read_bytes())
    everything = [_sizes(page.read_bytes()) for page in pages]
    print("| pages | number | median KB | median KB compressed | largest KB |\n| --- | ---: | ---: | ---: | ---: |")
    for name, sizes in (("whole site", everything), ("pages with figures", ours), ("same notebooks, nbconvert default", theirs)):
        print(f"| {name} | {len(sizes)} | {_line(sizes)} |")
    print(f"| home | 1 | {home[0] / 1000:.0f} | {home[1] / 1000:.0f} | {home[0] / 1000:.0f} |")
    raw, small = (median(sizes[place] for sizes in ours) for place in (0, 1))
    return int(raw > MOST_PAGE or small > MOST_COMPRESSED or home[0] > MOST_HOME)


def _notebook(page: Path) -> Path:
    prefix = "DEMO-" if page.parent.name == "demo" else ""
    return page.with_name(f"{prefix}{page.stem}.ipynb")


def _by_default(notebook: Path) -> str:
    html, _ = HTMLExporter().from_notebook_node(nbformat.read(notebook, as_version=4))
    return html


def _sizes(content: bytes) -> tuple[int, int]:
    return len(content), len(gzip.compress(content, mtime=0))


def _line(sizes: list[tuple[int, int]]) -> str:
    raw, small = ([each[place] for each in sizes] for place in (0, 1))
    return f"{median(raw) / 1000:.0f} | {median(small) / 1000:.0f} | {max(raw) / 1000:.0f}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else outputs_folder() / "site"))
