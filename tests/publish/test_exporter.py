"""A page: what a reader, a screen reader and a program find on it."""

from __future__ import annotations

import json
import re
from copy import deepcopy

import html5lib
import nbformat
import pytest
from bs4 import BeautifulSoup

from lwo_analysis.errors import NotebookError
from lwo_analysis.present import make_prose, make_title
from lwo_analysis.publish import RenderedPage, render_page
from lwo_analysis.publish.guards import FINDINGS_TAG, tags_of, typed_numbers
from tests.support.sample_pages import code_cell, markdown_cell, sample_claims, sample_notebook, sample_record, sample_table


@pytest.fixture(scope="module")
def page() -> RenderedPage:
    return render_page(sample_notebook(), page=sample_record())


@pytest.fixture(scope="module")
def demo_page() -> RenderedPage:
    return render_page(sample_notebook("demo"), page=sample_record())


@pytest.fixture(scope="module")
def soup(page: RenderedPage) -> BeautifulSoup:
    return BeautifulSoup(page.html, "html.parser")


def test_the_page_is_valid_html(page: RenderedPage, demo_page: RenderedPage) -> None:
    for html in (page.html, demo_page.html):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(html)
        assert parser.errors == []


def test_the_page_says_its_language_and_its_title_once(soup: BeautifulSoup, page: RenderedPage) -> None:
    assert soup.html["lang"] == "nl"
    assert [h1.string for h1 in soup.find_all("h1")] == ["Waar staat Leeuwarden Oost?"]
    assert soup.title.string == page.title == "Waar staat Leeuwarden Oost?"


def test_a_demo_page_says_so_in_its_title_at_its_top_and_on_every_figure(demo_page: RenderedPage) -> None:
    soup = BeautifulSoup(demo_page.html, "html.parser")
    assert soup.title.string == "DEMO - Waar staat Leeuwarden Oost?"
    assert soup.main.find(class_="demo-banner").get_text().strip().startswith("Dit is een voorbeeld met fictieve gegevens")
    captions = soup.find(class_="body").find_all(["figcaption", "caption"])
    assert captions
    assert all(caption.get_text().startswith("Fictieve gegevens: ") for caption in captions)
    assert all("Fictief" in item.get_text() for item in soup.select(".claims li"))
    assert demo_page.is_demo


def test_a_real_page_has_no_trace_of_the_demo(page: RenderedPage) -> None:
    assert "Fictieve" not in page.html
    assert "demo-banner" not in page.html.split("</style>")[1]


def test_the_page_can_be_walked_by_landmarks_skip_link_and_contents(soup: BeautifulSoup) -> None:
    skip = soup.body.find("a")
    assert soup.main["id"] == skip["href"].removeprefix("#")
    assert [len(soup.find_all(tag)) for tag in ("main", "footer", "nav")] == [1, 1, 1]
    entries = [(a["href"].removeprefix("#"), a.string) for a in soup.nav.find_all("a")]
    assert entries == [(h2["id"], h2.string) for h2 in soup.find(class_="body").find_all("h2")]
    assert [text for _, text in entries] == ["Het antwoord", "De cijfers naast elkaar", "Hoe groot is de afstand"]


def test_ids_and_names_of_regions_occur_once(soup: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    names = [tag["aria-label"] for tag in soup.find_all(attrs={"aria-label": True})]
    assert len(ids) == len(set(ids))
    assert len(names) == len(set(names))


def test_every_link_to_a_place_on_the_page_has_a_target(soup: BeautifulSoup) -> None:
    ids = {tag["id"] for tag in soup.find_all(id=True)}
    assert {a["href"].removeprefix("#") for a in soup.select('a[href^="#"]')} <= ids


def test_the_answer_is_filled_in_from_the_claims_with_their_badges(soup: BeautifulSoup) -> None:
    items = soup.select(".answer li")
    assert [item["id"] for item in items] == ["claim-social-assistance-share", "claim-crime-change"]
    assert [item.find(class_="badge").string for item in items] == ["Beschrijving", "Niet te zeggen"]
    assert items[0].find(class_="sentence").string == sample_claims().items[0].text
    assert "Wordt ingevuld" not in soup.get_text()


def test_every_table_has_a_caption_and_scoped_headers(soup: BeautifulSoup) -> None:
    tables = soup.find_all("table")
    assert len(tables) == 3  # the figure's numbers, the table, the settings
    assert all(table.caption and table.caption.get_text(strip=True) for table in tables)
    assert all(th.get("scope") in {"col", "row"} for th in soup.find_all("th"))


def test_formulas_are_mathml_in_a_named_region(soup: BeautifulSoup) -> None:
    assert [math["display"] for math in soup.find_all("math")] == ["inline", "inline", "block"]
    assert soup.find(class_="lwo-math")["aria-label"] == "Formule"
    assert "$" not in soup.find(class_="body").get_text()


def test_code_is_folded_and_parameters_are_a_table_instead_of_code(soup: BeautifulSoup) -> None:
    folded = soup.select("details.lwo-code")
    assert {details.summary.string for details in folded} == {"Toon code"}
    assert not any('area = "lwo"' in details.get_text() for details in folded)
    settings = soup.footer.table
    assert [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in settings.tbody.find_all("tr")] == [
        ["gebied", "lwo"],
        ["taal", "nl"],
    ]


def test_the_page_holds_no_script_and_asks_for_nothing(page: RenderedPage, soup: BeautifulSoup) -> None:
    assert soup.find(["script", "iframe", "object", "form"]) is None
    assert [link["href"] for link in soup.find_all("link")] == ["data:,"]
    assert all(image["src"].startswith("data:") for image in soup.find_all("img"))
    assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": True})["content"]
    assert re.findall(r"url\(|@import|https?:", page.html.split("<body")[0]) == []


def test_the_foot_names_sources_command_and_the_files_beside_the_page(soup: BeautifulSoup) -> None:
    text = soup.footer.get_text()
    assert "Programmaplan Leeuwarden Oost" in text
    assert "lwo run 01-baseline -p area=lwo" in text
    links = [a["href"] for a in soup.footer.find_all("a")]
    assert links == [
        "passports/social-assistance-share.html",
        "baseline.claims.json",
        "baseline.prov.json",
        "baseline.ipynb",
    ]


def test_two_runs_differ_in_one_line_only(page: RenderedPage) -> None:
    later = render_page(sample_notebook(), page=sample_record(generated="2027-01-02T03:04:05+00:00"))
    pairs = list(zip(page.html.splitlines(), later.html.splitlines(), strict=True))
    different = [old for old, new in pairs if old != new]
    assert different == ['Gemaakt op <time datetime="2026-11-20T22:34:00+00:00">20 november 2026, 22:34 UTC</time>.']
    assert (page.claims, page.notebook) == (later.claims, later.notebook)
    assert {key for key in page.provenance if page.provenance[key] != later.provenance[key]} == {"generated"}


def test_the_executed_notebook_beside_the_page_names_no_machine() -> None:
    notebook = sample_notebook()
    notebook.metadata["papermill"] = {"input_path": "/home/someone/x.ipynb", "start_time": "2026"}
    notebook.cells[4].metadata["papermill"] = {"duration": 1.0}
    published = json.loads(render_page(notebook, page=sample_record()).notebook)
    assert "papermill" not in json.dumps([published["metadata"], *[cell["metadata"] for cell in published["cells"]]])
    assert notebook.metadata["papermill"]["start_time"] == "2026"


def test_the_input_is_not_changed() -> None:
    notebook = sample_notebook()
    before = deepcopy(notebook)
    render_page(notebook, page=sample_record())
    assert notebook == before


def test_an_english_page_takes_the_english_cells_and_words() -> None:
    notebook = sample_notebook(lang="en")
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and FINDINGS_TAG not in tags_of(cell):
            cell.metadata["tags"] = ["en"]
    notebook.cells.insert(3, markdown_cell("## Alleen Nederlands", "nl"))
    notebook.cells.insert(3, markdown_cell("## Only English", "en"))
    soup = BeautifulSoup(render_page(notebook, page=sample_record(lang="en")).html, "html.parser")
    assert soup.html["lang"] == "en"
    assert "Only English" in soup.nav.get_text()
    assert "Alleen Nederlands" not in soup.get_text()
    assert soup.find("summary", string="Show code")
    assert "11.7" in soup.find("table").get_text()


def test_a_title_of_the_run_replaces_the_heading_and_prose_stands_where_it_is_shown() -> None:
    notebook = sample_notebook()
    shown = [make_title("table.region", "nl", caption="Bilgaard"), make_prose("reason.weak_design", "nl")]
    notebook.cells.insert(4, code_cell("title", *shown, tags=["remove-input"]))
    page = render_page(notebook, page=sample_record())
    soup = BeautifulSoup(page.html, "html.parser")
    assert page.title == soup.h1.string == "Tabel: Bilgaard"
    assert soup.find(class_="lwo-prose").get_text() == "De vergelijking is niet sterk genoeg."


def test_what_the_notebook_wrote_to_its_error_stream_is_kept_for_the_log_and_not_published() -> None:
    notebook = sample_notebook()
    notebook.cells[4].outputs.insert(0, nbformat.v4.new_output("stream", name="stderr", text="3 rows dropped\n"))
    page = render_page(notebook, page=sample_record())
    assert page.warnings == ("3 rows dropped",)
    assert "3 rows dropped" not in page.html


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("#### Te diep", "level 4"),
        ("# Nog een titel", "exactly one title"),
        ("![x](attachment:gone.png)", "pictures made with make_figure"),
        ("![een staaf](data:image/png;base64,AA==)", "pictures made with make_figure"),
        ("<script>alert()</script>", "HTML of its own, found <script>"),
        ("Tekst met <b/onclick=x()>een knop</b>", "HTML of its own"),
        ("<iframe srcdoc='x'></iframe>", "HTML of its own"),
        ("<table><tr><td>veel</td></tr></table>", "HTML of its own"),
        ("<!-- verborgen -->", "HTML of its own"),
        ("[x](data:text/html,x)", "script"),
        ("$\\frac{x}{$", "a formula in LaTeX"),
        ("In Oost krijgt 12,6% bijstand.", "cell 4: expected prose without numbers, found 12,6% typed"),
        ("Van elke 1.000 inwoners waren er 36 en -4 over.", "found 1.000, 36, -4 typed"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "found 1, 2 typed"),
        ("Een achterstandswijk.", "expected words that do not label people, found 'achterstandswijk'"),
    ],
)
def test_prose_that_breaks_a_rule_fails_the_page(source: str, message: str) -> None:
    notebook = sample_notebook()
    notebook.cells.insert(3, markdown_cell(source))
    with pytest.raises(NotebookError, match=message) as caught:
        render_page(notebook, page=sample_record())
    assert str(caught.value).startswith("01-baseline.ipynb")


def test_code_that_shows_nothing_stands_in_the_fold_of_the_next_result() -> None:
    notebook = sample_notebook()
    notebook.cells.insert(3, code_cell("baseline = load_published()"))
    soup = BeautifulSoup(render_page(notebook, page=sample_record()).html, "html.parser")
    folds = [details.pre.get_text().strip() for details in soup.select("details.lwo-code")]
    assert folds[0] == "baseline = load_published()\n\nplot_baseline(baseline)"
    assert folds[-1].endswith("claims\n\nprovenance")
    assert len(folds) == 3  # figure, table and claims


def test_claims_of_a_cell_with_hidden_output_are_in_the_answer_only() -> None:
    notebook = sample_notebook()
    notebook.cells[7].metadata["tags"] = ["remove-output"]
    page = render_page(notebook, page=sample_record())
    soup = BeautifulSoup(page.html, "html.parser")
    assert len(page.claims) == len(soup.select(".claims li")) == 2


def test_prose_that_only_speaks_of_scripts_and_addresses_passes() -> None:
    notebook = sample_notebook()
    notebook.cells.insert(3, markdown_cell('Typ `only = "x"`, `url("https://x.nl")` of `<script>`; lees [meer](https://x.nl).'))
    assert "only = " in render_page(notebook, page=sample_record()).html


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("<script>alert(1)</script>", "a script"),
        ("<b/onclick=x()>x</b>", "a script"),
        ("<a href='javascript:x()'>x</a>", "a script"),
        ("<svg><image href='https://elders.invalid/x.png'/></svg>", "loads, sends or moves"),
        ("<video src='https://elders.invalid/x.mp4'></video>", "loads, sends or moves"),
        ("<meta http-equiv='refresh' content='0;url=https://elders.invalid'>", "loads, sends or moves"),
        ("<form action='https://elders.invalid'>x</form>", "loads, sends or moves"),
        ("<img src='https://elders.invalid/x.png' alt='x'>", "a request"),
        ("<img src='data:image/png;base64,AA==' alt=''>", "alternative text"),
        ("<p style='background:url(https://elders.invalid/x.png)'>x</p>", "a style"),
        ("<style>p { color: red }</style>", "a style"),
        ("<svg><path d='M0 0'/></svg>", "a drawing"),
    ],
)
def test_an_output_that_breaks_a_rule_fails_the_page(source: str, message: str) -> None:
    notebook = sample_notebook()
    notebook.cells[5].outputs[0].data["text/html"] += source
    with pytest.raises(NotebookError, match=message):
        render_page(notebook, page=sample_record())


def test_an_english_table_on_a_dutch_page_is_refused() -> None:
    notebook = sample_notebook()
    notebook.cells[5].outputs = code_cell("", sample_table(lang="en")).outputs
    with pytest.raises(NotebookError, match=r"cell 6: expected the language of the page \(nl\), found en"):
        render_page(notebook, page=sample_record())


def test_prose_without_a_language_beside_prose_with_one_is_refused() -> None:
    notebook = sample_notebook()
    notebook.cells[3].metadata["tags"] = ["nl"]
    with pytest.raises(NotebookError, match="cell 1: expected prose tagged `nl` or `en`"):
        render_page(notebook, page=sample_record())


def test_years_names_formulas_and_code_are_no_typed_numbers() -> None:
    text = "1. Van 2013 tot 2025: de G40, `x[3]`, $n = 16$, een 95%-interval en [dit](https://x.nl/12)."
    assert typed_numbers(text) == []
