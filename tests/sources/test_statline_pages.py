"""A page that is parsed in blocks gives exactly what the standard library gives, or is refused with it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline import pages

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['},{"ID":1', "a],[b", '"value":[', "2021-03-26T02:00:00", '":', "}, {", "\\", "é€😀"]
)
CELLS = st.none() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
RECORDS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n ", " : ")])


@given(cells=RECORDS, separators=SPACES, block=st.integers(8, 200), link=st.none() | TEXTS)
@settings(max_examples=150, deadline=None)
def test_blocks_of_any_size_give_what_the_standard_library_gives(
    cells: list[tuple[object, object]],
    separators: tuple[str, str],
    block: int,
    link: str | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    records = [{"ID": number, "a": first, "b": second} for number, (first, second) in enumerate(cells)]
    path = tmp_path_factory.mktemp("p") / "page.json"
    path.write_text(json.dumps({"odata.metadata": "m", "value": records, "odata.nextLink": link}, separators=separators), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "BLOCK", block)
        page = pages.read_page(path)
    assert page.next_link == (link or None)
    assert page.is_even
    frame = pages.joined([page])
    found = frame.astype(object).where(frame.notna(), None).to_dict("records")
    assert [{key: record[key] for key in ("ID", "a", "b")} for record in found] == records


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_a_large_page_that_is_truncated_is_refused_with_its_place(cut: float, tmp_path: Path) -> None:
    content = json.dumps({"value": [{"ID": number, "name": f"region {number}"} for number in range(60_000)]}).encode()
    assert len(content) > 2 * pages.BLOCK
    path = tmp_path / "page.json"
    path.write_bytes(content[: int(cut * len(content))])
    with pytest.raises(InputError, match="line 1 column"):
        pages.read_page(path)


def test_a_large_page_with_an_odd_cell_keeps_it_for_the_checks(tmp_path: Path) -> None:
    records = [{"ID": number, "share": number / 7 if number != 50_000 else "31,5"} for number in range(60_000)]
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"value": records}))
    frame = pages.joined([pages.read_page(path)])
    assert frame.at[50_000, "share"] == "31,5"
    assert frame.at[49_999, "share"] == 49_999 / 7


def test_a_column_that_is_empty_in_one_page_and_text_in_another_stays_text(tmp_path: Path) -> None:
    frames = []
    for number, value in enumerate((None, "x")):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps({"value": [{"ID": each, "a": value} for each in range(90_000)]}))
        frames.append(pages.read_page(path))
    joined = pages.joined(frames)["a"]
    assert joined.isna().sum() == 90_000
    assert set(joined.dropna()) == {"x"}
    assert isinstance(joined, pd.Series)
