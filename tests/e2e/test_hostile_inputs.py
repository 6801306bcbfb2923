"""What a stranger could put in a name, a cell, a quote or an archive: it is refused in one line, or it is harmless text.

That a partner's file, the zip of the Leefbaarometer, an entry of residents and prose in a notebook are refused is tested with
their readers (tests/sources, tests/publish/test_exporter.py); here is what gets through, up to the published files. Notebooks
that reach outside are in tests/run/test_hostile_notebooks.py.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from openpyxl import Workbook, load_workbook

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.cleaning.crosswalk import read_address_file
from lwo_analysis.errors import InputError, NotebookError
from lwo_analysis.present.duiding import duiding_table
from lwo_analysis.present.provenance_note import PROVENANCE_MIME
from lwo_analysis.publish import RenderedPage, render_page
from lwo_analysis.publish.downloads import download_files
from lwo_analysis.publish.site import site_files
from lwo_analysis.sources.duiding import read_duiding
from lwo_analysis.sources.rivm import read_health_workbook
from tests.sources.test_duiding import ENTRY, write
from tests.support.notebooks import GENERATED, page_of
from tests.support.sample_pages import sample_notebook, sample_observations, sample_record

MARKUP = "</a></title><b class='x'>vet</b> & \"zo\""
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


def check_harmless(html: str) -> None:
    """Fail when a page has an element that runs, asks or sends."""
    soup = BeautifulSoup(html, "html.parser")
    assert all(script.get("type") == "application/ld+json" for script in soup("script"))
    for script in soup("script"):
        json.loads(script.get_text())
    for tag in soup.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")], tag.name
        assert tag.name not in ("iframe", "object", "embed", "form", "base")
        assert tag.name != "a" or str(tag.get("href", "")).split(":")[0].lower() not in ("javascript", "data", "vbscript")
        assert tag.name != "img" or str(tag["src"]).startswith("data:image/")


def check_site(pages: list[RenderedPage], observations: pd.DataFrame | None = None) -> dict[str, bytes]:
    files = site_files(pages, observations, generated=GENERATED)
    for name, content in files.items():
        if name.endswith(".html"):
            check_harmless(content.decode())
        if name.endswith(".json"):
            json.loads(content)
    return files


def name_areas(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for name in ("lwo", "bilgaard", "lwd"):
        monkeypatch.setitem(areas(), name, replace(areas()[name], name_nl=f"{name} {text}", name_en=f"{name} {text}"))


def test_markup_in_the_name_of_an_area_is_text_on_every_page(monkeypatch):
    name_areas(monkeypatch, MARKUP)
    pages = [page_of("01-baseline"), page_of("02-comparison", area="bilgaard", panel="demo"), page_of("00-areas-and-crosswalk")]
    files = check_site(pages)
    for address in ("index.html", "area-bilgaard.html", "sheet-bilgaard.html", "demo/02-comparison-bilgaard.html"):
        assert MARKUP in BeautifulSoup(files[address], "html.parser").get_text(), address


def test_a_script_in_the_name_of_an_area_fails_its_page_and_is_text_on_the_others(monkeypatch):
    name_areas(monkeypatch, SCRIPT)
    with pytest.raises(NotebookError, match="01-baseline: expected a page without a script, found") as caught:
        page_of("01-baseline")
    assert "\n" not in str(caught.value)
    assert SCRIPT in BeautifulSoup(check_site([])["area-bilgaard.html"], "html.parser").get_text()


@pytest.mark.parametrize("text", [MARKUP, "</script><script>alert(1)</script>"])
def test_markup_in_a_source_card_is_text_on_the_page_and_in_what_programs_read(text):
    notebook = sample_notebook()
    facts = [output.data.get(PROVENANCE_MIME) for cell in notebook.cells for output in cell.get("outputs", [])]
    for item in [item for fact in facts if fact for item in fact["inputs"]]:
        item.update({name: f"{name} {text}" for name in ("title", "provider", "licence", "vintage")})
    page = render_page(notebook, page=sample_record())
    assert text in BeautifulSoup(page.html, "html.parser").get_text()
    assert "<script" not in page.html
    check_site([page], sample_observations())


def test_what_a_resident_says_is_quoted_as_text(tmp_path):
    words = '[klik](javascript:alert(1)) & "=cmd|" onmouseover=alert(1)'
    table = duiding_table(read_duiding(write(tmp_path, ENTRY | {"words": words})), "lwo", "nl")
    html = table.to_html()
    check_harmless(html)
    assert words in BeautifulSoup(html, "html.parser").get_text()


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_in_a_cell_is_text_in_every_download(text):
    rows = sample_observations().assign(source_id=text)
    files = download_files(rows)
    (name,) = [name for name in files if name.endswith(".csv")]
    assert formulas_in_csv(files[name]) == []
    (name,) = [name for name in files if name.endswith(".xlsx")]
    assert formulas_in_book(files[name]) == []


def formulas_in_csv(content: bytes) -> list[str]:
    """Return the cells that a spreadsheet would run: those that start with a sign and are no number."""
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8"), newline="")) for cell in row]
    return [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(cell)]


def formulas_in_book(content: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(content))
    return [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_no_file_that_the_site_offers_holds_a_formula(published_site):
    offered = [path for path in published_site.rglob("*") if path.suffix in (".csv", ".xlsx")]
    assert {".csv", ".xlsx"} == {path.suffix for path in offered}
    readers = {".csv": formulas_in_csv, ".xlsx": formulas_in_book}
    found = {str(path.relative_to(published_site)): readers[path.suffix](path.read_bytes()) for path in offered}
    assert {name: cells for name, cells in found.items() if cells} == {}


def test_no_page_of_the_site_runs_or_asks_anything(published_site):
    for path in published_site.rglob("*.html"):
        check_harmless(path.read_text())


def bomb(path: Path, name: str) -> Path:
    """Write a zip with one member of ten megabytes that is packed in ten kilobytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * 10_000_000)
    return path


def test_an_address_file_that_fills_the_memory_is_refused_unread(tmp_path):
    with pytest.raises(InputError, match="expected members that shrink at most 200 times"):
        read_address_file(bomb(tmp_path / "2020.zip", "pc6hnr_gwb.csv"))


def test_an_address_file_that_points_outside_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../pc6hnr_gwb.csv", "x")
    with pytest.raises(InputError, match="expected plain names in the zip"):
        read_address_file(tmp_path / "a.zip")


def test_a_workbook_that_fills_the_memory_is_refused_unread(tmp_path):
    path = tmp_path / "gezondheid-2020.xlsx"
    Workbook().save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * 10_000_000)
    with pytest.raises(InputError, match="expected members that shrink at most 200 times"):
        read_health_workbook(path)
