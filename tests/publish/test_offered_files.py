"""Files that a page offers: written beside it, byte for byte, and never two under one name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lwo_analysis.errors import NotebookError
from lwo_analysis.present.download import Download, Downloads
from lwo_analysis.publish import RenderedPage, render_page, site_files
from tests.support.sample_pages import GENERATED, code_cell, sample_notebook, sample_record

CONTENT = b"id,question\nKA-1,Waarom?\n"


def page_with(*items: Download, slug: str = "baseline") -> RenderedPage:
    notebook = sample_notebook()
    notebook.cells.append(code_cell("downloads", Downloads(items, "nl")))
    return render_page(notebook, page=sample_record(slug))


def agenda_file(content: bytes = CONTENT) -> Download:
    return Download("kennisagenda.csv", content, "CSV, voor elk programma", frozenset({"published"}))


def test_the_file_lies_beside_the_page_and_its_link_resolves() -> None:
    page = page_with(agenda_file())
    files = site_files([page], None, generated=GENERATED)
    assert files["kennisagenda.csv"] == CONTENT
    assert re.findall(r'<a download="" href="([^"]+)" type="text/csv"', page.html) == ["kennisagenda.csv"]


def test_two_pages_may_offer_the_same_file_and_not_two_files_under_one_name() -> None:
    first = page_with(agenda_file())
    same = replace(page_with(agenda_file(), slug="other"), title="Een andere bladzijde")
    assert site_files([first, same], None, generated=GENERATED)["kennisagenda.csv"] == CONTENT
    other = replace(page_with(agenda_file(b"x\n"), slug="other"), title="Een andere bladzijde")
    with pytest.raises(NotebookError, match="one content under one name"):
        site_files([first, other], None, generated=GENERATED)


def test_a_file_with_demo_numbers_says_so_in_its_name() -> None:
    assert replace(agenda_file(), origins=frozenset({"demo"})).file_name == "DEMO-kennisagenda.csv"


def test_real_files_cannot_stand_on_a_demo_page() -> None:
    notebook = sample_notebook(origin="demo")
    notebook.cells.append(code_cell("downloads", Downloads((agenda_file(),), "nl")))
    with pytest.raises(NotebookError, match="demo"):
        render_page(notebook, page=sample_record("comparison"))


@pytest.mark.parametrize("name", ["../index.html", "agenda.html", "Agenda.csv", "data/agenda.csv", ".csv"])
def test_names_that_could_replace_a_page_are_refused(name: str) -> None:
    with pytest.raises(NotebookError, match="a name ending in"):
        Download(name, CONTENT, "CSV", frozenset({"published"}))
