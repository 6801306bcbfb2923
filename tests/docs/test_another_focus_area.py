"""A site about another focus area, made as docs/how-to/another-focus-area.md says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lwo_analysis.catalogue.focus import focus_of
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.errors import ParameterError
from lwo_analysis.paths import REPOSITORY, notebooks_folder, site_folder
from lwo_analysis.publish.site import site_files
from lwo_analysis.run.jobs import standard_jobs
from tests.support.documents import blocks_of
from tests.support.notebooks import page_of

DOCUMENT = REPOSITORY / "docs" / "how-to" / "another-focus-area.md"
MOMENT = "2026-11-20T22:34:00+00:00"
ABOUT_THE_PROGRAMME = ("interventions", "midterm", "agenda", "sheet-")
# Counted by hand from 84799NED, 2020: people on social assistance over residents of 15 to 65 (three columns of ages).
OVERVECHT = 100 * 2820 / (4410 + 11095 + 7490)
UTRECHT = 100 * 10540 / (52690 + 131315 + 75839)
UTRECHT_REST = 100 * (10540 - 2820) / ((52690 - 4410) + (131315 - 11095) + (75839 - 7490))


def words_of(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style"]):
        hidden.decompose()
    return soup.get_text(" ")


def setting_of(document: Path) -> list[str]:
    """Return the words of the command in the document that sets the focus area."""
    lines = [line for block in blocks_of(document.read_text(encoding="utf-8")) for line in block.text.splitlines()]
    return next(line for line in lines if line.startswith("LWO_FOCUS=")).split()


@pytest.fixture(scope="module")
def real_site_elsewhere(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site that the command of the document makes, of one page to keep the test short."""
    setting, program, *arguments = setting_of(DOCUMENT)
    assert (program, arguments) == ("lwo", ["run"])
    outputs = tmp_path_factory.mktemp("elsewhere")
    name, _, value = setting.partition("=")
    only = ("02-comparison", "-p", "pillar=werken", "--lang", "nl")
    subprocess.run(
        [sys.executable, "-m", "lwo_analysis.cli", *arguments, *only],
        env={**os.environ, "LWO_DATA": str(real_data), "LWO_OUTPUTS": str(outputs), name: value},
        check=True,
        capture_output=True,
        timeout=300,
    )
    return outputs / value / "site"


def test_the_figures_are_those_of_the_table(real_site_elsewhere):
    (path,) = real_site_elsewhere.glob("02-comparison-*.claims.json")
    claims = [claim for claim in json.loads(path.read_text()) if claim["indicator"] == "social_assistance_share"]
    found = {claim["area"]: claim["value"] for claim in claims} | {claim["compare"]: claim["compare_value"] for claim in claims}
    assert found["utrecht-overvecht"] == pytest.approx(OVERVECHT)
    assert found["utrecht"] == pytest.approx(UTRECHT)
    rows = (real_site_elsewhere / "data" / "observations.csv").read_text().splitlines()
    rest = next(row for row in rows if row.startswith("utrecht-rest,social_assistance_share,2020"))
    assert float(rest.split(",")[3]) == pytest.approx(UTRECHT_REST)


def test_the_home_page_is_about_the_area(real_site_elsewhere):
    said = words_of((real_site_elsewhere / "index.html").read_text())
    assert "Utrecht Overvecht in cijfers" in said
    assert "in Utrecht Overvecht is dat 12,3% (2020)" in said
    assert "Leeuwarden" not in said


def test_nothing_of_the_programme_is_on_the_site(real_site_elsewhere):
    own = [*real_site_elsewhere.glob("*.html"), real_site_elsewhere / "docs" / "lezen.html"]
    pages = {path.name: words_of(path.read_text()) for path in own}
    assert not [name for name in pages if name.startswith(ABOUT_THE_PROGRAMME)]
    # The page about the site says whose goals and measures are not here, and whose calculations these are.
    assert {name for name, said in pages.items() if "Leeuwarden" in said} == {"about.html", "about-en.html"}
    links = {
        link for path in real_site_elsewhere.glob("*.html") for link in re.findall(r'href="([\w-]+\.html)', path.read_text())
    }
    assert links <= set(pages)


@pytest.fixture
def heerlen(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LWO_FOCUS", "heerlen-noord")
    return "heerlen-noord"


def test_without_open_data_every_page_says_what_it_cannot_answer(heerlen):
    jobs = standard_jobs(notebooks_folder(), [], {}, "nl", demo=True, panel_of=lambda panel: "demo")
    kept = {name: job.parameters for job in jobs if (name := job.notebook)}
    assert set(kept) == {"00-areas-and-crosswalk", "02-comparison", "04-twenty-focus-areas", "07-who-lives-there"}
    pages = [page_of(name, **parameters) for name, parameters in kept.items()]
    answers = {page.provenance["notebook"]: page.claims[0] for page in pages}
    assert all(page.provenance["parameters"]["area"] == heerlen for page in pages)
    assert "Heerlen" in answers.pop("00-areas-and-crosswalk")["text"]
    assert all("Kan niet, omdat" in claim["text"] for claim in answers.values())
    files = site_files(pages, None, generated=MOMENT)
    assert "Heerlen-Noord in cijfers" in words_of(files["index.html"].decode())
    assert not [name for name in files if name.startswith(ABOUT_THE_PROGRAMME)]


@pytest.mark.parametrize("area_id", focus_areas())
def test_every_focus_area_has_its_runs(area_id, monkeypatch):
    monkeypatch.setenv("LWO_FOCUS", area_id)
    jobs = standard_jobs(notebooks_folder(), [], {}, None, demo=True, panel_of=lambda panel: "demo")
    focus = focus_of(area_id)
    if area_id != "lwo":
        assert {job.parameters["area"] for job in jobs} == {area_id}
        compared = {job.parameters["compare"] for job in jobs if "compare" in job.parameters}
        assert compared == {f"{focus.city_id},g40,nl,{focus.rest_id}"}


def test_the_sites_of_two_areas_do_not_meet(heerlen, monkeypatch):
    there = site_folder()
    monkeypatch.delenv("LWO_FOCUS")
    assert there.parent.parent == site_folder().parent
    assert there.parent.name == heerlen


@pytest.mark.parametrize("name", ["bilgaard", "../elsewhere", "utrecht"])
def test_another_place_is_refused(name, monkeypatch):
    monkeypatch.setenv("LWO_FOCUS", name)
    with pytest.raises(ParameterError, match=r"LWO_FOCUS: expected one of lwo, .*found .*; correct the variable"):
        standard_jobs(notebooks_folder(), [], {}, None, demo=True)
