"""Every word that readers see is spelled as the dictionary of its language has it, or stands in `spelling_words.yml`.

The dictionaries come with pyspellchecker; nothing is fetched. They are lists of words, so a word that is right by itself and
wrong in its sentence is not found.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from lwo_analysis.catalogue.phrases import LANGUAGES
from tests.support.words import all_texts, usage, words_of


@cache
def own_words(lang: str) -> frozenset[str]:
    content = yaml.safe_load(Path(__file__).with_name("spelling_words.yml").read_text(encoding="utf-8"))
    return frozenset(map(str, (*content["names"], *content[lang])))


def misspelled(text: str, lang: str) -> set[str]:
    """Return the words of a text that are in no list; of a word with a hyphen, each part is looked up."""
    return {word for word in words_of(text.replace("-", " ")) - own_words(lang) if not usage(word, lang)}


# Planted by hand: letters that changed places, were doubled or were lost, at the start of a sentence too; a place for a value, a
# formula, an address and a name are no words.
@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("nl", "De vergelijkign met de stad. Verandring is te zien.", {"vergelijkign", "verandring"}),
        ("nl", "Het cijffer van {gebeidd} op https://voorbeeld.nl/cijffer is $cijffer$.", {"cijffer"}),
        ("nl", "In Heechterp-Schieringen wonen meer mensen met een laag inkomen.", set()),
        ("en", "We did not recieve it. Occured twice.", {"recieve", "occured"}),
        ("en", "The neighbourhood is followed year-on-yaer.", {"yaer"}),
    ],
)
def test_a_planted_mistake_is_found(lang: str, text: str, found: set[str]) -> None:
    assert misspelled(text, lang) == found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_is_spelled_as_in_the_dictionary(lang: str) -> None:
    assert not {place: words for place, text in all_texts(lang).items() if (words := misspelled(text, lang))}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_own_list_holds_no_word_that_the_dictionary_has(lang: str) -> None:
    content = yaml.safe_load(Path(__file__).with_name("spelling_words.yml").read_text(encoding="utf-8"))
    assert not {word for word in content[lang] if usage(word, lang)}
