"""A question without an answer becomes a page that says why, and nothing that would have come after."""

from __future__ import annotations

import nbformat
import pytest
from bs4 import BeautifulSoup

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.errors import CatalogueError, NotebookError
from lwo_analysis.publish import RenderedPage, render_page
from tests.support.sample_pages import code_cell, markdown_cell, sample_record

REASON = {
    "nl": "Kan niet, omdat er te weinig jaren met vergelijkbare cijfers zijn: 1, en er zijn er 3 nodig.",
    "en": "Cannot, because there are too few years with comparable figures: 1, and 3 are needed.",
}


def ended_notebook(error: Exception) -> nbformat.NotebookNode:
    """Return a notebook whose second code cell raised, as papermill leaves it."""
    marks = [markdown_cell("An Exception was encountered", "papermill-error-cell-tag") for _ in range(2)]
    ended = nbformat.v4.new_code_cell("show(1)", execution_count=2)
    lines = error._render_traceback_() if hasattr(error, "_render_traceback_") else []
    ended.outputs = [nbformat.v4.new_output("error", ename=type(error).__name__, evalue=str(error), traceback=lines)]
    return nbformat.v4.new_notebook(
        cells=[
            marks[0],
            markdown_cell("# Hoe gaat het?", "nl"),
            markdown_cell("# How is it going?", "en"),
            markdown_cell("answer", "findings"),
            code_cell("x = 1"),
            marks[1],
            ended,
            markdown_cell("## Na het einde", "nl"),
            markdown_cell("## After the end", "en"),
            code_cell("never()", count=None),
        ]
    )


def dead_end(lang: str, **parameters: object) -> RenderedPage:
    asked = {"area": "bilgaard", "indicator": "social_assistance_share", "panel": "real", "lang": lang, **parameters}
    return render_page(
        ended_notebook(CannotAnswerError("too_few_years", found=1, needed=3)), page=sample_record(lang=lang, parameters=asked)
    )


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_answer_is_the_reason_in_the_language_of_the_page(lang: str) -> None:
    page = dead_end(lang)
    answer = BeautifulSoup(page.html, "html.parser").find(class_="answer").get_text(" ", strip=True)
    assert REASON[lang] in answer
    assert [claim["badge"] for claim in page.claims] == ["undetermined"]


def test_what_never_ran_is_not_on_the_page() -> None:
    html = dead_end("nl").html
    assert "Na het einde" not in html
    assert "never()" not in html
    assert "An Exception was encountered" not in html


def test_the_title_says_what_was_asked_so_that_two_pages_differ() -> None:
    assert dead_end("en").title == "How is it going? (Bilgaard, Social assistance recipients)"
    assert dead_end("nl", area="camminghaburen").title.startswith("Hoe gaat het? (Camminghaburen, ")


def test_a_demo_question_ends_under_the_demo_banner() -> None:
    assert dead_end("nl", panel="demo").is_demo
    assert not dead_end("nl").is_demo


def test_any_other_error_still_stops_the_publication() -> None:
    with pytest.raises(NotebookError, match="KeyError"):
        render_page(ended_notebook(KeyError("area")), page=sample_record())


def test_a_reason_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no_such_reason"):
        CannotAnswerError("no_such_reason")
