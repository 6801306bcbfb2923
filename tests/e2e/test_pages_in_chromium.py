"""The published pages in a real browser: wide and narrow, light and dark, on paper."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from tests.support.sample_pages import write_sample_site

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TIME_LIMIT_SECONDS = 3600
ALL_PAGES = "LWO_ALL_PAGES"
"""Set this variable, with LWO_SLOW, to visit every page of the whole site instead of one of each kind."""
SAMPLE = (
    "index.html",
    "index-en.html",
    "area-bilgaard.html",
    "pillar-werken.html",
    "data-en.html",
    "passports/social-assistance-share.html",
    "sheet-bilgaard.html",
    "baseline.html",
    "demo/comparison.html",
)
KINDS = (
    *SAMPLE,
    "changes.html",
    "pages.html",
    "docs/lezen.html",
    "docs/validation-en.html",
    "01-baseline.html",
    "demo/02-comparison.html",
)
BROKEN = "broken.html"
BROKEN_PAGE = (
    '<!DOCTYPE html><html><title>x</title><body><p style="color:#ccc;background:#fff;width:2000px">grey</p>'
    '<svg viewBox="0 0 100 10" width="50"><text font-size="12">tiny</text></svg>'
    '<a href="#" tabindex="2">late</a><a href="#">x</a>'
    '<a href="#" tabindex="1">early</a>'
    '<details><summary>folded</summary><a href="#" tabindex="3">inside</a></details>'
    '<img src="http://lwo.invalid/x.png"><script>console.error("heard")</script>'
)
VIEWS = {"1280-light", "1280-dark", "768-light", "320-light", "320-dark", "print", "print-dark"}
FAULTS = ("violations", "requests", "messages", "unloaded", "scripts", "overflow", "small", "order", "paper")

pytestmark = pytest.mark.browser
slow = pytest.mark.skipif(not os.environ.get("LWO_SLOW"), reason="walking a whole site takes minutes; set LWO_SLOW=1")


def require_browser() -> None:
    """Skip when the browser or its packages are absent, and fail instead where they must be there (CI)."""
    needed = {
        "node": shutil.which("node"),
        "Chromium": shutil.which(CHROMIUM),
        "playwright-core": (HERE / "node_modules" / "playwright-core").is_dir(),
        "axe-core": (HERE / "node_modules" / "axe-core").is_dir(),
    }
    absent = ", ".join(name for name, found in needed.items() if not found)
    if not absent:
        return
    reason = f"absent: {absent} (install Chromium and run npm ci in tests/e2e)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def visit_pages(site: Path, pages: Sequence[str] = ()) -> list[dict]:
    """Return one record per page and view, as axe.mjs reports them; LWO_SCREENSHOTS names a folder for pictures.

    Visits every page of the site when none are named.
    """
    require_browser()
    some = {"LWO_PAGES": ",".join(pages)} if pages else {}
    pictures = os.environ.get("LWO_SCREENSHOTS")
    command = ["node", str(HERE / "axe.mjs"), str(site), *([pictures] if pictures else [])]
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=TIME_LIMIT_SECONDS, cwd=HERE, check=False, env=os.environ | some
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def faults(visits: list[dict], name: str) -> list[str]:
    """Return what went wrong under a name, with the page and the view."""
    return [f"{visit['page']} ({visit['view']}): {visit[name]}" for visit in visits if visit[name]]


@pytest.fixture(scope="module")
def every_sample_visit(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """Return the visits to a small site and, with the same browser, to a page in which everything is wrong."""
    require_browser()
    site = write_sample_site(tmp_path_factory.mktemp("sample") / "site")
    (site / BROKEN).write_text(BROKEN_PAGE, encoding="utf-8")
    return visit_pages(site, (*SAMPLE, BROKEN))


@pytest.fixture(scope="module")
def sample_visits(every_sample_visit: list[dict]) -> list[dict]:
    return [visit for visit in every_sample_visit if visit["page"] != BROKEN]


@pytest.fixture(scope="module")
def published_visits(published_site: Path) -> list[dict]:
    return visit_pages(published_site, () if os.environ.get(ALL_PAGES) else KINDS)


def test_every_sample_page_is_visited_in_every_view(sample_visits: list[dict]) -> None:
    # 1280, 768 and 320 px wide (320 is 1280 at 400 % zoom), light and dark, and paper, also from a dark screen.
    assert {(visit["page"], visit["view"]) for visit in sample_visits} == set(product(SAMPLE, VIEWS))


@pytest.mark.parametrize("fault", FAULTS)
def test_sample_pages_have_no(fault: str, sample_visits: list[dict]) -> None:
    assert faults(sample_visits, fault) == []


@slow
@pytest.mark.parametrize("fault", FAULTS)
def test_published_pages_have_no(fault: str, published_visits: list[dict]) -> None:
    assert faults(published_visits, fault) == []


def test_the_check_sees_a_page_that_is_broken(every_sample_visit: list[dict]) -> None:
    broken = {visit["view"]: visit for visit in every_sample_visit if visit["page"] == BROKEN}
    narrow = broken["320-light"]
    assert {"color-contrast", "html-has-lang", "image-alt"} <= {violation["id"] for violation in narrow["violations"]}
    assert narrow["requests"] == ["http://lwo.invalid/x.png"]
    assert "heard" in narrow["messages"]
    assert narrow["small"] == 1
    assert narrow["order"]
    assert (narrow["scripts"], narrow["unloaded"], narrow["overflow"] > 0) == (1, 1, True)
    assert [view for view in VIEWS if "color-contrast" not in {each["id"] for each in broken[view]["violations"]}] == []
