"""What changed: each number with its reason, nothing when nothing changed, and the old pages at an address of their own."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from lwo_analysis.publish import RenderedPage, write_site
from lwo_analysis.publish import editions as editions_module
from lwo_analysis.publish.changes import METHOD, NEW_DATA, REVISION, reason_of
from tests.support.sample_pages import GENERATED, sample_pages

LATER = "2026-12-01T08:00:00+00:00"
LAST = "2027-01-05T08:00:00+00:00"


def with_value(page: RenderedPage, value: float, vintage: str | None = None) -> RenderedPage:
    claims = ({**page.claims[0], "value": value}, *page.claims[1:])
    provenance = deepcopy(page.provenance)
    if vintage:
        provenance["inputs"][0]["vintage"] = vintage
    return replace(page, claims=claims, provenance=provenance)


@pytest.fixture(scope="module")
def page() -> RenderedPage:
    return sample_pages()[0]


def publish(pages: list[RenderedPage], site: Path, generated: str) -> dict:
    write_site(pages, None, site, generated=generated)
    return json.loads((site / "changes.json").read_text())


@pytest.mark.parametrize(
    ("old", "new", "vintages", "reason"),
    [
        ({"year": 2020}, {"year": 2020}, ("a", "a"), METHOD),
        ({"year": 2020}, {"year": 2020}, ("a", "b"), REVISION),
        ({"year": 2020}, {"year": 2021}, ("a", "b"), NEW_DATA),
        (None, {"year": 2021}, ("a", "b"), NEW_DATA),
        ({"year": 2020}, None, ("a", "a"), METHOD),
    ],
)
def test_the_reason_follows_from_the_files_and_the_year(old: dict, new: dict, vintages: tuple[str, str], reason: str) -> None:
    before, after = ([{"id": "kwb", "vintage": vintage, "sha256": vintage}] for vintage in vintages)
    assert reason_of(old, new, before, after) == reason


def test_the_first_publication_has_no_changes(page: RenderedPage, tmp_path: Path) -> None:
    assert publish([page], tmp_path / "site", GENERATED) == {"first": GENERATED, "publications": []}


def test_a_changed_number_is_told_with_what_it_was_and_why(page: RenderedPage, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish([page], site, GENERATED)
    history = publish([with_value(page, 12.5, "januari 2023")], site, LATER)
    (change,) = history["publications"][0]["numbers"]
    assert (change["before"]["value"], change["after"]["value"], change["reason"]) == (11.7, 12.5, "revision")
    row = BeautifulSoup((site / "changes.html").read_text(), "html.parser").select_one("tbody tr")
    said = [cell.get_text() for cell in row.find_all("td")]
    assert said == ["11,7%", "12,5%", "herziening door de aanbieder", "baseline"]
    feed = ElementTree.fromstring((site / "changes.atom").read_text())
    assert [entry.find("{*}updated").text for entry in feed.findall("{*}entry")] == [LATER]
    assert "11,7% → 12,5%" in feed.find("{*}entry/{*}content").text


def test_the_old_page_keeps_an_address_and_leads_to_the_new_one(page: RenderedPage, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish([page], site, GENERATED)
    publish([with_value(page, 12.5)], site, LATER)
    publish([with_value(page, 13.5)], site, LAST)
    folders = sorted(path.name for path in (site / "editions").iterdir())
    assert folders == ["2026-11-20", "2026-12-01"]
    old = site / "editions" / "2026-11-20" / "baseline.html"
    soup = BeautifulSoup(old.read_text(), "html.parser")
    assert soup.title.string.startswith("Editie van 20 november 2026: ")
    assert "11,7%" in soup.find(class_="answer").get_text()
    assert json.loads(old.with_suffix(".claims.json").read_text())[0]["value"] == 11.7
    links = [str(a["href"]).partition("#")[0] for a in soup.find_all("a", href=True)]
    assert [name for name in links if name and not (old.parent / name).resolve().is_file()] == []
    listed = BeautifulSoup((site / "changes.html").read_text(), "html.parser").select("#editions a")
    assert "editions/2026-11-20/baseline.html" in {a["href"] for a in listed}


def test_publishing_the_same_again_changes_no_byte(page: RenderedPage, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish([page], site, GENERATED)
    publish([with_value(page, 12.5)], site, LATER)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    publish([with_value(page, 12.5)], site, LATER)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_a_page_that_is_gone_is_told_and_kept(page: RenderedPage, tmp_path: Path) -> None:
    site = tmp_path / "site"
    other = replace(page, slug="other", title="Een andere")
    publish([page, other], site, GENERATED)
    history = publish([page], site, LATER)
    assert history["publications"][0]["gone_pages"] == [{"page": "other", "lang": "nl"}]
    assert (site / "editions" / "2026-11-20" / "other.html").is_file()


def test_above_the_limit_the_oldest_pages_go_and_their_claims_stay(
    page: RenderedPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    publish([page], site, GENERATED)
    monkeypatch.setattr(editions_module, "MOST_BYTES", len(page.html) + 20_000)
    publish([with_value(page, 12.5)], site, LATER)
    publish([with_value(page, 13.5)], site, LAST)
    kept = sorted(path.relative_to(site / "editions").as_posix() for path in (site / "editions").rglob("*.html"))
    assert kept == ["2026-12-01/baseline.html"]
    assert (site / "editions" / "2026-11-20" / "baseline.claims.json").is_file()
