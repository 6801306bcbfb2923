"""No English word in a Dutch text and no Dutch word in an English one: the phrase catalogue and the prose of the notebooks.

The word lists come from subtitles, so the Dutch list holds English words and the other way round, but rarely. A word is foreign
when it is used much more often in the other language than in its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from lwo_analysis.catalogue.observation_forms import observation_forms
from lwo_analysis.catalogue.phrases import LANGUAGES, load_phrases
from lwo_analysis.present.observation_forms import printed_form
from tests.support.words import NOTEBOOKS, prose, usage, words_of

OTHER = {"nl": "en", "en": "nl"}
MUCH_MORE = 20  # "start" and "register", good Dutch, are used up to 15 times as often in English; "gap" 30 and "area" 76 times


@cache
def allowed_words() -> frozenset[str]:
    content = yaml.safe_load(Path(__file__).with_name("language_words.yml").read_text(encoding="utf-8"))
    return frozenset(str(word) for words in content.values() for word in words)


def foreign_words(text: str, lang: str) -> set[str]:
    """Return the words of a text that belong to the other language."""
    return {word for word in words_of(text) - allowed_words() if usage(word, OTHER[lang]) > MUCH_MORE * usage(word, lang)}


# Planted by hand: ordinary words of the other language, inside and at the start of a sentence or of a line of a list, and in
# British spelling; "area" and "gap" are in the Dutch list, "centrum" is in the English one.
@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("nl", "De wijk heeft weinig neighbourhoods en een hoge uitkering.", {"neighbourhoods"}),
        ("nl", "De area heeft een gap met de stad.", {"area", "gap"}),
        ("nl", "Het gaat goed. However, wij weten het niet.\n- Residents wonen hier.", {"however", "residents"}),
        ("nl", "Programme en wijk horen bij elkaar.", {"programme"}),
        ("nl", "De start van het register staat open; de school is een plan van Statistics Netherlands.", set()),
        ("en", "The area has few bewoners and a school.", {"bewoners"}),
        ("en", "It is a fact. Bewoners live here.\n\n## Gemeente and wage", {"bewoners", "gemeente"}),
        ("en", "The centrum is near; the huizen are not.", {"centrum", "huizen"}),
        ("en", "The start of the register is open; people of Camminghaburen work in an office.", set()),
    ],
)
def test_a_planted_word_of_the_other_language_is_found(lang: str, text: str, found: set[str]) -> None:
    assert foreign_words(text, lang) == found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_phrases_hold_no_word_of_the_other_language(lang: str) -> None:
    found = {key: words for key, entry in load_phrases().items() if (words := foreign_words(entry.texts[lang], lang))}
    assert not found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_observation_forms_hold_no_word_of_the_other_language(lang: str) -> None:
    assert not foreign_words("\n".join(printed_form(form, lang) for form in observation_forms().values()), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_hold_no_word_of_the_other_language(path: Path, lang: str) -> None:
    assert not foreign_words(prose(path, lang), lang)
