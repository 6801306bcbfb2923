"""The published pages in a real browser: wide and narrow, light and dark, on paper."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.sample_pages import write_sample_site

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TIME_LIMIT_SECONDS = 240

pytestmark = pytest.mark.browser


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


def visit_every_page(site: Path) -> list[dict]:
    """Return one record per page and view, as axe.mjs reports them; LWO_SCREENSHOTS names a folder for pictures."""
    require_browser()
    pictures = os.environ.get("LWO_SCREENSHOTS")
    command = ["node", str(HERE / "axe.mjs"), str(site), *([pictures] if pictures else [])]
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_SECONDS, cwd=HERE, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def faults(visits: list[dict], name: str) -> list[str]:
    """Return what went wrong under a name, with the page and the view."""
    return [f"{visit['page']} ({visit['view']}): {visit[name]}" for visit in visits if visit[name]]


@pytest.fixture(scope="module")
def sample_visits(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    require_browser()
    return visit_every_page(write_sample_site(tmp_path_factory.mktemp("sample") / "site"))


@pytest.fixture(scope="module")
def published_visits(published_site: Path) -> list[dict]:
    return visit_every_page(published_site)


def test_every_sample_page_is_visited_in_five_views(sample_visits: list[dict]) -> None:
    # Home, a real page and a demo page; two widths in light and dark, and paper.
    assert len(sample_visits) == 3 * 5


@pytest.mark.parametrize("fault", ["violations", "requests", "messages", "unloaded", "scripts"])
def test_sample_pages_have_no(fault: str, sample_visits: list[dict]) -> None:
    assert faults(sample_visits, fault) == []


def test_sample_pages_never_scroll_sideways(sample_visits: list[dict]) -> None:
    assert faults(sample_visits, "overflow") == []


@pytest.mark.parametrize("fault", ["violations", "requests", "messages", "unloaded", "scripts", "overflow"])
def test_published_pages_have_no(fault: str, published_visits: list[dict]) -> None:
    assert faults(published_visits, fault) == []


def test_the_check_sees_a_page_that_is_broken(tmp_path: Path) -> None:
    require_browser()
    site = tmp_path / "site"
    site.mkdir()
    (site / "broken.html").write_text(
        '<!DOCTYPE html><html><title>x</title><body><p style="color:#ccc;background:#fff;width:2000px">grey</p>'
        '<img src="http://lwo.invalid/x.png"><script>console.error("heard")</script>',
        encoding="utf-8",
    )
    narrow = next(visit for visit in visit_every_page(site) if visit["view"] == "320-light")
    assert {"color-contrast", "html-has-lang", "image-alt"} <= {violation["id"] for violation in narrow["violations"]}
    assert narrow["requests"] == ["http://lwo.invalid/x.png"]
    assert "heard" in narrow["messages"]
    assert (narrow["scripts"], narrow["unloaded"], narrow["overflow"] > 0) == (1, 1, True)
