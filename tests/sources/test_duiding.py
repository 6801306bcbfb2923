"""What people said about a figure is read without trust: made-up entries written for these tests, one per rule."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lwo_analysis.errors import InputError
from lwo_analysis.present.duiding import asks_attention, duiding_table
from lwo_analysis.present.prose import Prose
from lwo_analysis.sources.duiding import read_duiding
from lwo_analysis.sources.importing import import_files

ENTRY = {
    "role": "resident",
    "date": "2026-10-01",
    "area": "lwo",
    "indicator": "good_health",
    "answer": "partly",
    "words": "Veel mensen wandelen elke dag.",
    "consent": True,
    "made_up": True,
}


def write(folder: Path, *entries: dict) -> Path:
    text = yaml.safe_dump(list(entries), allow_unicode=True).replace("'2026-10-01'", "2026-10-01")
    (folder / "said.yml").write_text(text, encoding="utf-8")
    return folder


def test_an_entry_without_consent_is_counted_and_left_out(tmp_path: Path) -> None:
    said = read_duiding(write(tmp_path, ENTRY, ENTRY | {"consent": False}))
    assert (len(said.entries), said.without_consent) == (1, 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"words": "Mail mij: iemand@voorbeeld.nl"}, "e-mail"),
        ({"words": "Bel 06 12 34 56 78"}, "telephone"),
        ({"words": "Vraag mevrouw Jansen"}, "name"),
        ({"words": "<script>x</script>"}, "markup"),
        ({"words": "x" * 401}, "something else"),
        ({"role": "neighbour"}, "another"),
        ({"area": "nowhere"}, "another"),
        ({"consent": "yes"}, "something else"),
        ({"name": "Iemand"}, "others"),
    ],
)
def test_what_may_not_be_there_is_refused_in_one_line_without_its_words(tmp_path: Path, change: dict, found: str) -> None:
    with pytest.raises(InputError, match=found) as caught:
        read_duiding(write(tmp_path, ENTRY | change))
    assert "\n" not in str(caught.value)
    assert "Jansen" not in str(caught.value)
    assert "voorbeeld.nl" not in str(caught.value)


def test_a_folder_is_imported_with_its_card(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    raw = tmp_path / "raw"
    (card,) = import_files(write(tmp_path / "in", ENTRY), module="duiding", raw=raw, retrieved="2026-10-02")
    assert (card.table, list(card.files)) == ("duiding", ["said.yml"])
    assert len(read_duiding(raw / "duiding").entries) == 1


def test_a_page_labels_a_made_up_entry_and_says_how_to_answer_when_there_is_none(tmp_path: Path) -> None:
    said = read_duiding(write(tmp_path, ENTRY))
    assert "Verzonnen voorbeeld" in str(duiding_table(said, "lwo", "nl").rows)
    assert isinstance(duiding_table(said, "bilgaard", "nl"), Prose)


def test_attention_needs_a_resident_and_a_professional_and_no_made_up_words(tmp_path: Path) -> None:
    real = ENTRY | {"made_up": False, "needs_attention": True}
    both = read_duiding(write(tmp_path, real, real | {"role": "professional"}))
    assert asks_attention(both, "lwo", "good_health")
    one = read_duiding(write(tmp_path, real, ENTRY | {"role": "professional", "needs_attention": True}))
    assert not asks_attention(one, "lwo", "good_health")
