"""The documents hold together: links lead somewhere, words of the findings are explained, published numbers have a test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lwo_analysis.catalogue.phrases import LANGUAGES, load_phrases
from lwo_analysis.effects.verdict_texts import GRADES
from lwo_analysis.errors import NotebookError
from lwo_analysis.indicators.course import CourseVerdict
from lwo_analysis.indicators.verdicts import Verdict
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.publish.documents import FOLDERS, document_pages, language_of
from lwo_analysis.publish.frame import site_page_html
from tests.contracts.test_languages import foreign_words
from tests.contracts.test_plain_language import LEAST_EASE, MEAN_WORDS, MOST_LONG, MOST_WORDS, measure
from tests.reference.published import PUBLISHED, published

DOCUMENTS = sorted(path.relative_to(REPOSITORY).as_posix() for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*.md"))
READERS = "docs/lezen.md"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MOMENT = "2026-11-20T22:34:00+00:00"
EXPLAINED = (
    "badge.",
    "reason.",
    "goalpath.state.",
    "origin.",
    "missing.suppressed",
    "missing.not_",
    "status.provisional",
    "status.stale",
)


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def prose_of(name: str) -> str:
    return re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_between_files_leads_to_a_file(name: str) -> None:
    targets = [target for target in LINK.findall(prose_of(name)) if "://" not in target]
    assert [target for target in targets if not ((REPOSITORY / name).parent / target).exists()] == []


def words_of_the_findings() -> list[str]:
    """Return every label, reason and verdict that a page can show, in Dutch."""
    phrases = [entry.texts["nl"] for key, entry in load_phrases().items() if key.startswith(EXPLAINED)]
    verdicts = [*(verdict.label("nl") for verdict in Verdict), *(verdict.label_nl for verdict in CourseVerdict)]
    return [*phrases, *verdicts, *GRADES["nl"].values()]


@pytest.mark.parametrize("word", words_of_the_findings())
def test_every_word_of_the_findings_is_explained_to_readers(word: str) -> None:
    assert word in " ".join(text_of(READERS).split())


def test_the_explanation_for_readers_is_plain_dutch() -> None:
    # The same measure, and the same limits, as for the pages that residents read.
    measured = measure(re.sub(r"[*|]", " ", prose_of(READERS)).replace("--- ", ""))
    assert measured.mean_words <= MEAN_WORDS
    assert measured.longest <= MOST_WORDS
    assert measured.long_share <= MOST_LONG
    assert measured.ease >= LEAST_EASE
    assert not foreign_words(prose_of(READERS), "nl")


@pytest.mark.parametrize("group", published().values(), ids=published())
def test_every_published_number_is_compared_by_the_test_that_is_named(group: dict) -> None:
    file, name = group["test"].split("::")
    code = PUBLISHED.with_name(file).read_text(encoding="utf-8")
    function = next(node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef) and node.name == name)
    compared = re.findall(r'agree\(f?"([^"{]+)', ast.get_source_segment(code, function))
    assert any(group["id"].startswith(start) for start in compared)
    assert group["because"]


def write(folder: Path, **texts: str) -> Path:
    (folder / "docs").mkdir()
    for name, text in texts.items():
        (folder / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_every_document_is_a_page_in_its_own_language() -> None:
    pages = [page for lang in LANGUAGES for page in document_pages(lang)]
    assert len(pages) == len(DOCUMENTS)
    assert [page.address for page in document_pages("nl")] == ["docs/lezen"]
    assert "docs/how-to/add-an-area-en" in {page.address for page in pages}
    assert {name for name in DOCUMENTS if language_of(name) == "nl"} == {READERS}


def test_without_documents_there_are_no_pages(tmp_path: Path) -> None:
    assert document_pages("en", tmp_path / "absent") == []


def test_links_lead_to_pages_and_files_without_a_page_are_named(tmp_path: Path) -> None:
    text = "# One\n\n[two](two.md#a), [code](../lwo_analysis/cli.py), [`../x.py`](../x.py), [out](https://example.org) [in](#b)\n"
    body = document_pages("en", write(tmp_path, one=text, two="# Two\n"))[0].body
    assert '<a href="../docs/two-en.html#a">two</a>' in body
    assert "code (<code>lwo_analysis/cli.py</code>)" in body
    assert '<a href="https://example.org">out</a> <a href="#b">in</a>' in body


def test_html_in_a_document_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    text = "# One\n\n<script>1</script> <b onclick=x>b</b>\n\n[x](javascript:alert(1))\n\n| a |\n| --- |\n| <img src=x> |\n"
    html = site_page_html(document_pages("en", write(tmp_path, one=text))[0], MOMENT)
    assert "<script>" not in html
    assert "<img" not in html
    assert "onclick=x&gt;" in html
    assert 'href="javascript' not in html


def test_two_headings_and_two_tables_of_one_name_are_told_apart(tmp_path: Path) -> None:
    table = "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    page = document_pages("en", write(tmp_path, one=f"# One\n\n## A\n\n{table}\n{table}\n## A\n\ntext\n"))[0]
    assert page.sections == (("a", "A"), ("a-2", "A"))
    assert page.body.count('aria-label="Table: A"') == 1
    assert 'aria-label="Table: A 2"' in page.body
    assert '<th scope="row">1</th><td>2</td>' in page.body


def test_a_corner_without_words_heads_nothing(tmp_path: Path) -> None:
    body = document_pages("en", write(tmp_path, one="# One\n\n| | b |\n| --- | --- |\n| c | 1 |\n"))[0].body
    assert "<td></td>" in body
    assert re.findall(r"<th scope=.(\w+).>(\w*)<", body) == [("col", "b"), ("row", "c")]


@pytest.mark.parametrize("text", ["text\n", "# One\n\n# Two\n"])
def test_a_document_without_one_title_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="expected one title"):
        document_pages("en", write(tmp_path, one=text))


def test_figures_in_a_table_stand_to_the_right_and_the_first_cell_names_the_row(tmp_path: Path) -> None:
    table = "| a | b | c |\n| --- | ---: | --- |\n| x | 1 | y |\n\n| d |\n| ---: |\n| 2 |\n"
    page = document_pages("en", write(tmp_path, one=f"# One\n\n{table}"))[0]
    assert '<th scope="row">x</th><td class="num">1</td><td>y</td>' in page.body
    assert '<th scope="col" class="num">b</th><th scope="col">c</th>' in page.body
    assert '<th scope="row" class="num">2</th>' in page.body


def test_the_power_table_follows_from_the_formula_by_hand() -> None:
    # Social assistance: (1.96 + 0.842) x sqrt(2 x 0.117 x 0.883 / (23,800 x years)), in percentage points.
    row = next(line for line in text_of("docs/power.md").splitlines() if "social_assistance_share" in line)
    printed = [float(cell) for cell in row.split("|")[5:9]]
    by_hand = [100 * 2.802 * (2 * 0.117 * 0.883 / (23_800 * years)) ** 0.5 for years in (1, 3, 5, 10)]
    assert printed == pytest.approx(by_hand, abs=0.006)  # two printed decimals
