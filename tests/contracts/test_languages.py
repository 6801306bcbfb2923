"""No English word in a Dutch text and no Dutch word in an English one: the phrase catalogue and the prose of the notebooks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from spellchecker import SpellChecker

from lwo_analysis.catalogue.phrases import LANGUAGES, load_phrases
from lwo_analysis.paths import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
OTHER = {"nl": "en", "en": "nl"}
SHORTEST = 4  # shorter words ("is", "in", "was", "over") exist in both languages too often to tell
# What is no prose: formulas, code, addresses, and the places of values.
NO_PROSE = r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\{\w*\}|\]\([^)]*\)|https?:\S+|<[^>]+>"


@cache
def allowed_words() -> frozenset[str]:
    content = yaml.safe_load(Path(__file__).with_name("language_words.yml").read_text(encoding="utf-8"))
    return frozenset(str(word) for words in content.values() for word in words)


@cache
def dictionary(lang: str) -> SpellChecker:
    return SpellChecker(language=lang)


def foreign_words(text: str, lang: str) -> set[str]:
    """Return the words of a text that exist in the other language only; a capital inside a sentence marks a name."""
    plain = re.sub(NO_PROSE, " ", text, flags=re.DOTALL)
    words = {found for found in re.findall(r"(?<![\w'-])[a-zà-ÿ]+(?![\w'-])", plain) if len(found) >= SHORTEST}
    return {word for word in words - allowed_words() if word not in dictionary(lang) and word in dictionary(OTHER[lang])}


def prose(path: Path, lang: str) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown" and lang in cell.metadata.get("tags", []))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_planted_word_of_the_other_language_is_found(lang: str) -> None:
    # Planted by hand: ordinary words that exist in one of the two languages only.
    planted = {"nl": "De wijk heeft weinig neighbourhoods en een hoge uitkering.", "en": "The area has few bewoners and a school."}
    assert foreign_words(planted[lang], lang) == {"nl": {"neighbourhoods"}, "en": {"bewoners"}}[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_phrases_hold_no_word_of_the_other_language(lang: str) -> None:
    found = {key: words for key, entry in load_phrases().items() if (words := foreign_words(entry.texts[lang], lang))}
    assert not found


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_hold_no_word_of_the_other_language(path: Path, lang: str) -> None:
    assert not foreign_words(prose(path, lang), lang)
