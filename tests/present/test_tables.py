"""Tables: Dutch numbers, words for what is missing, and the markup a screen reader needs."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from lwo_analysis.errors import NotebookError
from lwo_analysis.present import Column, Table, make_table
from lwo_analysis.present.tables import TABLE_MIME

AREAS = pd.DataFrame(
    {
        "area": ["Oost", "Stad", "G40", "Elders"],
        "year": [2020, 2020, 2020, 2020],
        "share": [12.64, None, None, 0.0],
        "why": ["final", "suppressed", "not_published", "final"],
        "residents": pd.array([36760, None, 4, 0], dtype="Int64"),
    }
)
COLUMNS = {
    "area": "Gebied",
    "year": Column("Jaar", kind="year"),
    "share": Column("Bijstand", kind="percent", reason="why"),
    "residents": "Inwoners",
}


def areas_table(**changes: object) -> Table:
    facts = {"caption": "Bijstand", "columns": COLUMNS, "origins": {"register"}, "lang": "nl", "row_header": "area", **changes}
    return make_table(AREAS, **facts)


def test_numbers_are_dutch_zero_is_zero_and_missing_says_why() -> None:
    assert areas_table().rows == (
        ("Oost", "2020", "12,6%", "36.760"),
        ("Stad", "2020", "niet getoond (te klein)", "geen cijfer"),
        ("G40", "2020", "niet gepubliceerd", "4"),
        ("Elders", "2020", "0,0%", "0"),
    )


def test_no_cell_ever_says_nan_or_is_empty() -> None:
    cells = [text for row in areas_table(lang="en").rows for text in row]
    assert all(cells)
    assert not any(text.lower() in {"nan", "none", "<na>"} for text in cells)


def test_the_markup_has_caption_scopes_and_a_named_region_that_can_be_scrolled_with_the_keyboard() -> None:
    soup = BeautifulSoup(areas_table().to_html(), "html.parser")
    region = soup.div
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Tabel: Bijstand")
    assert soup.caption.string == "Bijstand"
    assert [th["scope"] for th in soup.thead.find_all("th")] == ["col"] * 4
    assert [th.string for th in soup.tbody.find_all("th", scope="row")] == ["Oost", "Stad", "G40", "Elders"]
    assert soup.find_all(["td", "th"], string="") == []


def test_text_of_the_data_cannot_become_markup() -> None:
    frame = pd.DataFrame({"area": ["<script>x</script>"], "value": [1]})
    table = make_table(
        frame, caption="a & <b>", columns={"area": "<i>", "value": "n"}, origins={"register"}, lang="nl", row_header="area"
    )
    assert not {"<script>", "<b>", "<i>"} & set(table.to_html().split())
    assert BeautifulSoup(table.to_html(), "html.parser").find(["script", "b", "i"]) is None


def test_a_demo_table_says_so_in_its_caption_and_its_facts() -> None:
    table = areas_table(origins={"demo"})
    assert "<caption>Fictieve gegevens: Bijstand</caption>" in table.to_html()
    assert table._repr_mimebundle_()[TABLE_MIME]["origins"] == ["demo"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caption": " "}, "a caption"),
        ({"row_header": "share_of"}, "share_of"),
        ({"columns": {"area": "Gebied", "nothing": "x"}}, "nothing"),
        ({"columns": {"year": "Jaar"}}, "row header"),
        ({"columns": {"area": "Gebied", "share": Column("x", kind="ratio")}}, "ratio"),
        ({"origins": set()}, "origin of its numbers"),
        ({"origins": {"demo", "register"}}, "both"),
    ],
)
def test_a_table_that_cannot_be_read_or_trusted_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(NotebookError, match=message):
        areas_table(**changes)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(NotebookError, match="at least one row"):
        make_table(AREAS[:0], caption="x", columns=COLUMNS, origins={"register"}, lang="nl", row_header="area")


def test_the_frame_is_not_changed() -> None:
    before = AREAS.copy(deep=True)
    areas_table()
    pd.testing.assert_frame_equal(AREAS, before)


def test_numbers_stand_to_the_right_also_when_they_were_formatted_before_and_names_never_do() -> None:
    frame = pd.DataFrame({"age": ["18-24 jaar", "65+"], "share": ["12,6%", None], "gap": ["−€\u00a03.205", "+4,1 procentpunt"]})
    table = make_table(
        frame,
        caption="x",
        columns={"age": "Leeftijd", "share": "Aandeel", "gap": "Afstand"},
        origins={"register"},
        lang="nl",
        row_header="age",
    )
    assert table.numeric == (False, True, True)
