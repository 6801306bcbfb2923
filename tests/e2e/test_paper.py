"""Pages on paper: a tagged PDF with a title, a language and its headings in reading order, read with pypdf."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.e2e.test_pages_in_chromium import HERE, require_browser
from tests.support.sample_pages import write_sample_site

PAGES = ("baseline", "pillar-werken", "sheet-lwo-en")
ENOUGH_TEXT = 150
"""Signs on a side of paper that is not empty: fewer than the questions of the back of a discussion sheet."""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folder of a site and that of its PDFs."""
    require_browser()
    folder = tmp_path_factory.mktemp("paper")
    site = write_sample_site(folder / "site")
    command = ["node", str(HERE / "pdf.mjs"), str(site), str(folder), *(f"{name}.html" for name in PAGES)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=HERE, check=False)
    assert run.returncode == 0, run.stderr
    return site, folder


def headings_of(node: DictionaryObject) -> list[str]:
    """Return the heading tags of a structure tree in its order, which is the order of reading."""
    children = node.get("/K", [])
    children = children.get_object() if hasattr(children, "get_object") else children
    found = [str(node["/S"])] if str(node.get("/S", "")).startswith("/H") and str(node["/S"])[2:].isdigit() else []
    for child in children if isinstance(children, list) else [children]:
        inner = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(inner, DictionaryObject):
            found += headings_of(inner)
    return found


def outline_of(reader: PdfReader) -> list[str]:
    def flat(items: list) -> list[str]:
        return [title for item in items for title in (flat(item) if isinstance(item, list) else [item.title])]

    return flat(reader.outline)


def _run_on(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", PAGES)
def test_the_pdf_is_tagged_and_has_a_title_and_a_language(name: str, printed: tuple[Path, Path]) -> None:
    site, folder = printed
    soup = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    reader = PdfReader(folder / f"{name}.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert reader.metadata.title == soup.title.get_text()
    assert root["/Lang"] == soup.html["lang"]


@pytest.mark.parametrize("name", PAGES)
def test_headings_are_read_in_the_order_of_the_page(name: str, printed: tuple[Path, Path]) -> None:
    site, folder = printed
    soup = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    headings = [tag for tag in soup.find_all(["h1", "h2", "h3"]) if not tag.find_parent(class_="demo-section")]
    reader = PdfReader(folder / f"{name}.pdf")
    tags = headings_of(reader.trailer["/Root"]["/StructTreeRoot"])
    assert tags[: len(headings)] == [f"/H{tag.name[1]}" for tag in headings]
    # Chromium drops the space where a heading goes to the next line.
    assert [_run_on(title) for title in outline_of(reader)[: len(headings)]] == [_run_on(tag.get_text()) for tag in headings]


@pytest.mark.parametrize("name", PAGES)
def test_no_side_is_empty(name: str, printed: tuple[Path, Path]) -> None:
    texts = [page.extract_text() for page in PdfReader(printed[1] / f"{name}.pdf").pages]
    assert [number for number, text in enumerate(texts, start=1) if len(text) < ENOUGH_TEXT] == []


def test_a_discussion_sheet_has_its_figures_on_one_side_and_its_questions_on_the_other(printed: tuple[Path, Path]) -> None:
    front, back = (page.extract_text() for page in PdfReader(printed[1] / "sheet-lwo-en.pdf").pages)
    assert "Discussion sheet Leeuwarden Oost" in front
    assert "Do you recognise this?" not in front
    assert "Do you recognise this?" in back
