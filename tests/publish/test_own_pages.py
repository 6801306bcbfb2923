"""The pages that the site makes itself: strengths first, the cells of a figure, valid HTML, and nothing that text can break."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from bs4 import BeautifulSoup
from rocrate.rocrate import ROCrate

from lwo_analysis.catalogue.sources import sources
from lwo_analysis.present.provenance_note import licence_name
from lwo_analysis.publish import RenderedPage, site_files
from lwo_analysis.publish.hubs import hub_pages
from lwo_analysis.publish.machines import crate
from lwo_analysis.publish.passports import cells_of
from lwo_analysis.publish.selection import Said, Side, pillar_headline, said_about, said_once, side_of
from lwo_analysis.publish.small_figure import small_figure
from tests.support.sample_pages import GENERATED, sample_observations, sample_pages, write_sample_site

ATTACK = '<script>alert(1)</script>"onload="x'


def claim_with(**changes: object) -> dict:
    return {**sample_pages()[0].claims[0], **changes}


def hubs_of(pages: list[RenderedPage]) -> dict[str, str]:
    return {page.name: page.lead for page in hub_pages(pages, "nl")}


@pytest.fixture(scope="module")
def pages() -> list[RenderedPage]:
    return sample_pages()


@pytest.fixture(scope="module")
def files(pages: list[RenderedPage]) -> dict[str, bytes]:
    return site_files(pages, sample_observations("register", "demo"), generated=GENERATED)


@pytest.fixture(scope="module")
def soups(files: dict[str, bytes]) -> dict[str, BeautifulSoup]:
    return {name: BeautifulSoup(content, "html.parser") for name, content in files.items() if name.endswith(".html")}


def test_every_page_is_valid_html(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".html"):
            parser = html5lib.HTMLParser(strict=False)
            parser.parse(content)
            assert parser.errors == [], name


def test_headings_do_not_jump_and_there_is_one_title(soups: dict[str, BeautifulSoup]) -> None:
    for name, soup in soups.items():
        levels = [int(tag.name[1]) for tag in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), name


def test_ids_and_names_of_landmarks_occur_once(soups: dict[str, BeautifulSoup]) -> None:
    for name, soup in soups.items():
        ids = [tag["id"] for tag in soup.find_all(id=True)]
        assert sorted({each for each in ids if ids.count(each) > 1}) == [], name
        labels = [tag.get("aria-label") for tag in soup.find_all(["nav", "div"], attrs={"aria-label": True})]
        assert len(labels) == len(set(labels)), name
        assert [len(soup.find_all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1], name


def test_table_headers_have_a_scope_and_tables_a_caption(soups: dict[str, BeautifulSoup]) -> None:
    for name, soup in soups.items():
        assert all(th.get("scope") in ("col", "row") for th in soup.find_all("th")), name
        assert all(table.caption.get_text(strip=True) for table in soup.find_all("table")), name


def test_no_page_runs_anything_or_asks_for_anything(soups: dict[str, BeautifulSoup]) -> None:
    for name, soup in soups.items():
        assert [tag["type"] for tag in soup.find_all("script")] in ([], ["application/ld+json"]), name
        assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": True})["content"]
        assert [tag for tag in soup.find_all(src=True) if not str(tag["src"]).startswith("data:")] == []


def test_any_number_is_traced_in_two_clicks(soups: dict[str, BeautifulSoup]) -> None:
    item = soups["baseline.html"].find(id="claim-social-assistance-share")
    address, _, place = item.select_one("a.trace")["href"].partition("#")
    passport = soups[address]
    row = passport.find(id=place)
    assert [cell.get_text() for cell in row.find_all(["th", "td"])][:3] == ["Leeuwarden Oost", "niet vermeld", "11,7%"]
    assert row.a["href"] == "../baseline.html#claim-social-assistance-share"
    text = passport.get_text(" ")
    assert "social_assistance_recipients" in text
    assert "lwo_analysis/indicators/construct.py:parts_of_indicator" in text
    assert "PersonenPerSoortUitkeringBijstand" in text


def test_a_figure_leads_to_its_passports_and_only_to_those_that_exist(soups: dict[str, BeautifulSoup]) -> None:
    # Of the four topics of the sample figure only one has a claim, and so a passport.
    links = {name: soups[name].select("details.lwo-passports a") for name in ("baseline.html", "demo/comparison.html")}
    assert [a["href"] for a in links["baseline.html"]] == ["passports/social-assistance-share.html"]
    assert [a["href"] for a in links["demo/comparison.html"]] == ["../passports/social-assistance-share.html"]


def test_a_demo_number_is_not_on_a_passport(soups: dict[str, BeautifulSoup]) -> None:
    demo = soups["demo/comparison.html"].select_one("a.trace")["href"]
    assert demo == "../passports/social-assistance-share.html"
    assert "comparison" not in {a["href"] for a in soups["passports/social-assistance-share.html"].select("main a")}


@pytest.mark.parametrize(
    ("area", "year", "source", "expected"),
    [
        # CBS: until 2017 Oud-Oost was the wijken 30, 31 and 32; since 2018 it is wijk 20.
        ("oud-oost", 2020, "kwb", ("84799NED", 2020, ("WK008020",))),
        ("oud-oost", 2016, "kwb", ("83487NED", 2016, ("WK008030", "WK008031", "WK008032"))),
        ("lwd", 2020, "kwb", ("84799NED", 2020, ("GM0080",))),
        ("lwo", 1999, "kwb", ("", None, ())),
    ],
)
def test_the_cells_of_a_figure_are_those_of_its_own_year(area: str, year: int, source: str, expected: tuple) -> None:
    assert cells_of(area, year, source) == expected


def test_the_programme_area_is_the_cells_of_its_five_wijken() -> None:
    assert set(cells_of("lwo", 2020, "kwb")[2]) == {"WK008020", "WK008050", "WK008051", "WK008060", "WK008061"}


@pytest.mark.parametrize(
    ("changes", "side"),
    [
        # Fewer people on social assistance is better; the interval decides whether a difference can be chance.
        ({"value": 5.0, "compare_value": 7.0}, Side.BETTER),
        ({"value": 9.0, "compare_value": 7.0}, Side.WORSE),
        ({"value": 7.0, "compare_value": 7.0}, Side.NEUTRAL),
        ({"value": 9.0, "compare_value": 7.0, "gap_lower": -1.0, "gap_upper": 5.0}, Side.NEUTRAL),
        # The interval of one figure does not decide: the other has one too, and the difference has its own.
        ({"value": 9.0, "compare_value": 7.0, "lower": 6.0, "upper": 12.0, "gap_lower": 0.5, "gap_upper": 3.5}, Side.WORSE),
        ({"value": 9.0, "compare_value": 7.0, "lower": 8.5, "upper": 9.5, "gap_lower": -0.1, "gap_upper": 4.1}, Side.NEUTRAL),
        ({"value": 9.0, "compare_value": None}, Side.NEUTRAL),
        # A goal, an earlier year and a smallest visible change are not an area.
        ({"value": 9.0, "compare_value": 7.0, "compare": None}, Side.NEUTRAL),
        ({"value": 9.0, "compare_value": 7.0, "unit": "points"}, Side.NEUTRAL),
        ({"indicator": "population"}, Side.NEUTRAL),
        ({"indicator": "property_value", "unit": "euro", "value": 9.0, "compare_value": 7.0}, Side.BETTER),
        ({"badge": "undetermined"}, Side.UNKNOWN),
    ],
)
def test_the_side_of_a_claim_follows_its_numbers(changes: dict, side: Side) -> None:
    assert side_of(claim_with(**changes)) is side


def test_strengths_come_first_and_a_sentence_is_said_once(pages: list[RenderedPage]) -> None:
    good = claim_with(id="good", text="Goed.", indicator="property_value")
    page = replace(pages[0], claims=(*pages[0].claims[:1], good, {**good, "id": "again"}))
    assert [said.claim["id"] for said in said_about([page], "nl", area="lwo")] == ["good", "social-assistance-share"]


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ((5.0,), "Ja: "),
        ((9.0,), "Nee: "),
        ((5.0, 9.0), "Ja en nee: "),
        ((7.0,), "We weten het niet: "),
        ((), "We weten het niet: "),
    ],
)
def test_a_hub_answers_in_its_first_sentence(pages: list[RenderedPage], values: tuple[float, ...], answer: str) -> None:
    # Fewer people on social assistance is better.
    claims = tuple(claim_with(id=f"c{value:g}", text=f"{value:g}%", value=value, compare_value=7.0) for value in values)
    soups = hubs_of([replace(pages[0], claims=claims)])
    for name in ("area-lwo", "pillar-werken"):
        assert soups[name].startswith(answer)
    assert soups["pillar-context"].startswith("We zeggen geen ja of nee")


def test_a_topic_of_several_pillars_names_each_page_and_lets_each_speak(pages: list[RenderedPage]) -> None:
    claims = tuple(claim_with(id=f"c{number}", text=f"Zin {number}.", headline=True) for number in range(3))
    made = [
        replace(
            pages[0],
            slug=f"03-{name}",
            title=name,
            claims=claims,
            provenance={**pages[0].provenance, "notebook": "03-x.ipynb", "parameters": {"pillar": name}},
        )
        for name in ("veiligheid", "leren")
    ]
    midterm = next(page for page in hub_pages(made, "nl") if page.name == "midterm")
    said = BeautifulSoup(midterm.body, "html.parser").find(id="answer")
    assert [tag.get_text() for tag in said.find_all("h3")] == ["leren", "veiligheid"]
    assert len(said.select(".claims li")) == 2 * len(claims)


def test_the_same_two_figures_are_said_once_and_then_in_people(pages: list[RenderedPage]) -> None:
    percent = claim_with(id="percent", text="11,7%.")
    people = claim_with(id="people", text="Ongeveer 12 van de 100.", template="claim.description.finding_worse")
    other = claim_with(id="other", text="6%.", value=6.0)
    for order in ([percent, people, other], [people, percent, other]):
        said = said_once([Said(claim, pages[0]) for claim in order])
        assert [each.claim["id"] for each in said] == ["people", "other"]


def test_a_discussion_sheet_shows_few_statements_and_the_questions(soups: dict[str, BeautifulSoup]) -> None:
    assert "Schrijf op de andere kant wat hier goed gaat." in soups["sheet-lwo.html"].select_one("#good").get_text()
    sheet = soups["sheet-lwo.html"]
    assert [item.get_text() for item in sheet.select(".sentence")] == [claim_with()["text"]]
    assert sheet.select_one(".back h2").get_text() == "Herkent u dit?"
    assert soups["area-lwo.html"].select_one("#disagree a")["href"] == "sheet-lwo.html"


def test_a_sentence_to_paste_names_its_source_and_its_kind(soups: dict[str, BeautifulSoup]) -> None:
    pasted = [item.get_text() for item in soups["pillar-werken.html"].select(".paste li")]
    assert len(pasted) == 1
    assert pasted[0].startswith(claim_with()["text"])
    assert pasted[0].endswith("; beschrijving.)")


def test_the_home_page_does_not_choose_by_which_way_a_figure_points(pages: list[RenderedPage]) -> None:
    chosen = []
    for value in (1.0, 99.0):
        other = claim_with(id="other", text="x", indicator="net_labour_participation", value=value, year=2020)
        chosen.append(pillar_headline([replace(pages[0], claims=(*pages[0].claims, other))], "werken", "nl").claim["id"])
    assert chosen[0] == chosen[1]


def test_the_small_figure_says_and_places_the_numbers_of_its_claim() -> None:
    svg = small_figure(claim_with(value=12.0, compare_value=6.0, lower=11.0, upper=13.0))
    drawn = ElementTree.fromstring(svg)
    assert drawn.get("aria-label") == "Mensen met bijstand. Leeuwarden Oost: 12,0%. G40: 6,0%. 95%-interval: 11,0% tot 13,0%."
    own = float(next(tag for tag in drawn if tag.tag == "circle").get("cx"))
    texts = [tag.text for tag in drawn if tag.tag == "text"]
    assert texts == ["Leeuwarden Oost", "12,0%", "G40", "6,0%"]
    # The scale runs from 6 - 0.18 x 7 to 13 + 0.18 x 7 over 236 units from 12: 12 lies at 12 + 236 x 7.26 / 9.52.
    assert own == pytest.approx(12 + 236 * 7.26 / 9.52, abs=0.05)


def test_a_claim_without_an_interval_says_so() -> None:
    svg = small_figure(claim_with())
    assert "Dit cijfer heeft geen interval." in svg
    assert 'class="interval"' not in svg


def test_text_from_outside_cannot_break_a_page(pages: list[RenderedPage]) -> None:
    hostile = claim_with(text=ATTACK, area=ATTACK)
    page = replace(pages[0], title=ATTACK, claims=(hostile, *pages[0].claims[1:]))
    for name, content in site_files([page], None, generated=GENERATED).items():
        text = content.decode("utf-8", errors="replace")
        if name.endswith((".html", ".atom")) and name != "baseline.html":
            assert ATTACK not in text, name
            assert "<script>" not in text, name
        if name == "changes.atom":
            ElementTree.fromstring(text)


def test_a_page_about_data_describes_them_for_programs(soups: dict[str, BeautifulSoup], files: dict[str, bytes]) -> None:
    described = json.loads(unescape(soups["data.html"].find("script").string))
    assert described["@type"] == "Dataset"
    assert {item["contentUrl"] for item in described["distribution"]} <= set(files)
    assert not any("DEMO" in item["contentUrl"] for item in described["distribution"])
    # The only source of the sample page is the programme plan, under the licence that its provenance names.
    assert described["license"] == [{"@type": "CreativeWork", "name": "open overheidsinformatie"}]
    assert [source["license"] for source in described["isBasedOn"]] == described["license"]


def test_every_source_keeps_its_own_licence(pages: list[RenderedPage]) -> None:
    cbs = {**pages[0].provenance["inputs"][0], "id": "kwb", "licence": "CC BY 4.0"}
    provenance = {**pages[0].provenance, "inputs": [*pages[0].provenance["inputs"], cbs]}
    graph = json.loads(crate([replace(pages[0], provenance=provenance)], [], GENERATED))["@graph"]
    by_id = {entity["@id"]: entity for entity in graph}
    assert by_id["#kwb"]["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert by_id["#baseline"]["license"] == {"@id": "#licence-open-overheidsinformatie"}
    assert {term["@id"] for term in by_id["./"]["license"]} <= set(by_id)


def test_the_crate_names_every_file_and_the_run_of_each_page(tmp_path: Path) -> None:
    site = write_sample_site(tmp_path / "site")
    crate = ROCrate(str(site))
    named = {entity.id for entity in crate.get_entities() if "File" in entity.type}
    assert named == {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()} - {"ro-crate-metadata.json"}
    runs = [entity for entity in crate.get_entities() if entity.type == "CreateAction"]
    assert {run["result"][0].id for run in runs} == {"baseline.html", "demo/comparison.html"}
    assert all(run["instrument"].id in named for run in runs)


def test_the_terms_of_every_source_are_said_in_the_language_of_the_page() -> None:
    # Names of licences are the same in every language; anything else is a sentence.
    named = {"CC BY 4.0", "CC0", "MIT"}
    terms = {source.licence for source in sources().values()} - named
    assert terms
    assert [text for text in terms if licence_name(text, "nl") in (text, licence_name(text, "en"))] == []
