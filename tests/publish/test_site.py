"""The site: whole or not at all, real and demo apart, every link resolves."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lwo_analysis.errors import NotebookError, OutputError, ParameterError
from lwo_analysis.publish import RenderedPage, generation_time, render_page, site_files, write_site
from lwo_analysis.publish import site as site_module
from tests.support.sample_pages import (
    GENERATED,
    sample_notebook,
    sample_observations,
    sample_pages,
    sample_record,
    write_sample_site,
)


@pytest.fixture(scope="module")
def pages() -> list[RenderedPage]:
    return sample_pages()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample_site(tmp_path_factory.mktemp("outputs") / "site")


@pytest.fixture(scope="module")
def soups(site: Path) -> dict[Path, BeautifulSoup]:
    """Return every page of the site, read once."""
    return {page.resolve(): BeautifulSoup(page.read_text(), "html.parser") for page in site.rglob("*.html")}


def home_of(files: dict[str, bytes]) -> BeautifulSoup:
    return BeautifulSoup(files["index.html"].decode(), "html.parser")


def all_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse_new_folder(self: Path, target: Path) -> Path:
    """Stand in for Path.rename on a disk that fails when the new folder takes its place."""
    if ".new-" in self.name:
        raise OSError(5, "Input/output error")
    os.rename(self, target)
    return Path(target)


def test_every_page_has_its_claims_and_its_provenance_beside_it(site: Path, soups: dict[Path, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        provenance = json.loads(page.with_suffix(".prov.json").read_text())
        claims = json.loads(page.with_suffix(".claims.json").read_text())
        assert all(claim["text"] in page.read_text() for claim in claims)
        assert provenance["lang"] == soup.html["lang"]
    assert json.loads((site / "index.prov.json").read_text())["inputs"][0]["sha256"] == "a" * 64


def test_demo_pages_and_downloads_live_apart(site: Path) -> None:
    names = set(all_files(site))
    demo = {name for name in names if name.startswith("demo/")}
    assert {"demo/comparison.html", "demo/DEMO-comparison.ipynb", "demo/data/DEMO-observations.csv"} <= demo
    assert {"baseline.html", "index.html", "data/observations.csv", "data/datapackage.json"} <= names - demo


def test_home_shows_the_sentences_of_real_pages_and_no_number_of_a_demo_page(site: Path, pages: list[RenderedPage]) -> None:
    home = home_of(all_files(site))
    claims = json.loads((site / "index.claims.json").read_text())
    # Of the sample page only the first claim has a comparison, and its indicator belongs to the pillar work.
    assert [item.string for item in home.select("#pillar-werken .sentence")] == [pages[0].claims[0]["text"]]
    assert [item.string for item in home.select(".claims .sentence")] == [claim["text"] for claim in claims]
    assert all(claim["origins"] == ["published"] for claim in claims)
    demo = home.find(class_="demo-section")
    assert demo.select_one("ul a")["href"] == "demo/comparison.html"
    assert {code.string for code in demo.find_all("code")} == {"lwo fetch", "lwo import", "lwo build", "lwo run"}
    assert demo.find(class_="claims") is None


def test_every_link_and_every_place_it_points_to_exists(soups: dict[Path, BeautifulSoup]) -> None:
    ids = {page: {tag["id"] for tag in soup.find_all(id=True)} for page, soup in soups.items()}
    links = [(page, str(a["href"])) for page, soup in soups.items() for a in soup.find_all("a", href=True)]
    local = [(page, *href.partition("#")[::2]) for page, href in links if not href.startswith("http")]
    assert len(local) > 500
    targets = [(page, ((page.parent / name) if name else page).resolve(), place) for page, name, place in local]
    assert [(page.name, str(target)) for page, target, _ in targets if not target.is_file()] == []
    assert [(page.name, target.name, place) for page, target, place in targets if place and place not in ids[target]] == []


def test_titles_are_unique_over_the_site(soups: dict[Path, BeautifulSoup]) -> None:
    titles = [soup.title.string for soup in soups.values()]
    assert sorted({title for title in titles if titles.count(title) > 1}) == []


def test_a_site_without_demo_or_without_figures_says_so(pages: list[RenderedPage]) -> None:
    real_only = home_of(site_files(pages[:1], None, generated=GENERATED))
    assert real_only.find(class_="demo-section") is None
    assert "application/ld+json" not in str(real_only)
    demo_only = site_files(pages[1:], sample_observations("demo"), generated=GENERATED)
    assert "nog geen bladzijden met echte cijfers" in home_of(demo_only).get_text()
    assert not any(name.startswith("data/") for name in demo_only)


def test_two_builds_of_the_site_are_the_same_bytes(pages: list[RenderedPage]) -> None:
    first, second = (site_files(pages, sample_observations("register", "demo"), generated=GENERATED) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("change", "message"), [({}, "address"), ({"slug": "other"}, "title")])
def test_two_pages_with_one_address_or_one_title_are_refused(
    change: dict, message: str, pages: list[RenderedPage], tmp_path: Path
) -> None:
    twins = [pages[0], replace(pages[0], **change)]
    with pytest.raises(NotebookError, match=message):
        write_site(twins, None, tmp_path / "site", generated=GENERATED)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", ["_write_files", "put_in_place"])
def test_a_failure_half_way_keeps_the_old_site_and_leaves_nothing_behind(
    step: str, pages: list[RenderedPage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site(pages, None, site, generated=GENERATED)
    before = all_files(site)
    real = getattr(site_module, step)

    def full_disk(*arguments: object) -> None:
        if step == "_write_files":
            real(*arguments)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site_module, step, full_disk)
    with pytest.raises(OutputError, match="No space left on device"):
        write_site(pages[:1], None, site, generated=GENERATED)
    assert all_files(site) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_when_the_new_folder_cannot_take_its_place_the_old_one_returns(
    pages: list[RenderedPage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site(pages, None, site, generated=GENERATED)
    before = all_files(site)
    monkeypatch.setattr("lwo_analysis.provenance._exchanged", lambda *folders: False)
    monkeypatch.setattr(Path, "rename", refuse_new_folder)
    with pytest.raises(OutputError, match="Input/output error"):
        write_site(pages[:1], None, site, generated=GENERATED)
    assert all_files(site) == before


def test_a_run_that_was_killed_between_the_two_renames_loses_nothing(pages: list[RenderedPage], tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(pages, None, site, generated=GENERATED)
    before = all_files(site)
    site.rename(tmp_path / ".site.old")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("lwo_analysis.provenance._exchanged", lambda *folders: False)
        patched.setattr(Path, "rename", refuse_new_folder)
        with pytest.raises(OutputError):
            write_site(pages[:1], None, site, generated=GENERATED)
    assert all_files(site) == before


def test_an_outputs_folder_that_cannot_be_written_is_one_clear_line(pages: list[RenderedPage], tmp_path: Path) -> None:
    blocker = tmp_path / "outputs"
    blocker.write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="LWO_OUTPUTS") as caught:
        write_site(pages, None, blocker / "site", generated=GENERATED)
    assert str(blocker / "site") in str(caught.value)


def test_a_page_that_is_gone_is_gone_from_the_new_site(pages: list[RenderedPage], tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(pages, sample_observations("demo"), site, generated=GENERATED)
    write_site(pages[:1], None, site, generated=GENERATED)
    assert not (site / "demo").exists()
    assert os.stat(site).st_mode & 0o755 == 0o755


def test_the_moment_on_the_pages_can_be_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert generation_time() == "1970-01-02T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ParameterError, match="seconds since 1970"):
        generation_time()


def test_each_page_has_its_counterpart_in_the_other_language(soups: dict[Path, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        switch = soup.select_one("header .switch")
        there = soups[(page.parent / switch["href"]).resolve()]
        assert there.html["lang"] == switch["lang"] != soup.html["lang"]


def test_a_page_in_two_languages_switches_to_itself(pages: list[RenderedPage]) -> None:
    english = render_page(sample_notebook(lang="en", title="Where does Oost stand?"), page=sample_record("baseline-en", "en"))
    files = site_files([pages[0], english], None, generated=GENERATED)
    soups = {name: BeautifulSoup(files[f"{name}.html"], "html.parser") for name in ("baseline", "baseline-en")}
    switches = {name: soup.select_one(".switch")["href"] for name, soup in soups.items()}
    assert switches == {"baseline": "baseline-en.html", "baseline-en": "baseline.html"}
    english_home = BeautifulSoup(files["index-en.html"], "html.parser")
    assert [item["lang"] for item in english_home.select(".claims li")] == ["en"]


def test_a_page_of_a_wijk_leads_back_to_its_hub(pages: list[RenderedPage]) -> None:
    own = render_page(sample_notebook(), page=sample_record("baseline-bilgaard", parameters={"area": "bilgaard", "lang": "nl"}))
    files = site_files([replace(own, title="Bilgaard bij de start")], None, generated=GENERATED)
    crumbs = BeautifulSoup(files["baseline-bilgaard.html"], "html.parser").select(".crumbs a")
    assert [a["href"] for a in crumbs] == ["index.html", "area-bilgaard.html"]
    hub = BeautifulSoup(files["area-bilgaard.html"], "html.parser")
    assert hub.select_one("#pages a")["href"] == "baseline-bilgaard.html"
