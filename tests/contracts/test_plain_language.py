"""Dutch that residents read is at B1: short sentences and few long words, measured with the formula of Douma.

The Flesch-Douma reading ease is 206.84 - 0.77 x (syllables per 100 words) - 0.93 x (words per sentence): W.H. Douma, De
leesbaarheid van landbouwbladen (Wageningen, 1960). Its scale: 60-70 standard, 70-80 fairly easy. We ask for 60 or more: a text
that can be read without more than lower secondary school. It measures form, not whether a text is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import nbformat
import pytest

from lwo_analysis.catalogue.observation_forms import observation_forms
from lwo_analysis.catalogue.phrases import load_phrases
from lwo_analysis.paths import REPOSITORY

MEAN_WORDS, MOST_WORDS, LEAST_EASE = 12.0, 25, 60.0
LONG_WORD, MOST_LONG = 10, 0.12  # a word of more than ten letters; at most so large a share of the words
RESIDENT_NOTEBOOKS = ("14-findings",)
RESIDENT_PHRASES = ("findings.", "duiding.", "claim.signal.finding", "claim.description.finding", "claim.undetermined.finding")
VOWELS = r"aai|ooi|oei|eeuw|ieuw|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|au|ou|[aeiouyàáâäèéêëìíïòóöùúü]"


@dataclass(frozen=True)
class Readability:
    """What is measured of a text."""

    mean_words: float
    longest: int
    long_share: float
    ease: float


def sentences(text: str) -> list[list[str]]:
    lines = re.sub(r"\{\w+\}", "cijfer", re.sub(r"(?m)^[#\-*\s]+", "", text))
    parts = re.split(r"[.!?:;]\s|[.!?:;]$|\n\n|\n", lines)
    return [words for part in parts if len(words := re.findall(r"[^\W\d_]+(?:'\w+)?", part)) > 1]


def measure(text: str) -> Readability:
    found = sentences(text)
    words = [word.lower() for sentence in found for word in sentence]
    syllables = sum(max(1, len(re.findall(VOWELS, word))) for word in words)
    mean = len(words) / len(found)
    ease = 206.84 - 0.77 * 100 * syllables / len(words) - 0.93 * mean
    return Readability(mean, max(map(len, found)), sum(len(word) > LONG_WORD for word in words) / len(words), ease)


def resident_texts() -> dict[str, str]:
    texts = {}
    for name in RESIDENT_NOTEBOOKS:
        cells = nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4).cells
        texts[name] = "\n\n".join(cell.source for cell in cells if "nl" in cell.metadata.get("tags", []))
    for prefix in RESIDENT_PHRASES:
        texts[prefix] = "\n".join(entry.texts["nl"] for key, entry in load_phrases().items() if key.startswith(prefix))
    for form in observation_forms().values():
        texts[form.id] = "\n".join((*form.steps("nl"), *(item.text("nl") for item in form.items)))
    return texts


@pytest.mark.parametrize("name", resident_texts())
def test_texts_for_residents_are_plain(name: str) -> None:
    measured = measure(resident_texts()[name])
    assert measured.mean_words <= MEAN_WORDS
    assert measured.longest <= MOST_WORDS
    assert measured.long_share <= MOST_LONG
    assert measured.ease >= LEAST_EASE


def test_the_measure_counts_as_by_hand() -> None:
    # Two sentences of 4 and 3 words; de wijk is mooi = 4 syllables, wij wonen hier = 4: 206.84 - 77 x 8/7 - 0.93 x 3.5
    measured = measure("De wijk is mooi. Wij wonen hier.")
    assert (measured.mean_words, measured.longest, measured.long_share) == (3.5, 4, 0)
    assert measured.ease == pytest.approx(206.84 - 77 * 8 / 7 - 0.93 * 3.5)


def test_a_planted_text_of_an_office_is_found() -> None:
    planted = (
        "De contrafeitelijke ontwikkeling van de sociaaleconomische indicatoren is ondanks de methodologische beperkingen van de "
        "beschikbare registratiegegevens in belangrijke mate vergelijkbaar met de ontwikkeling van overeenkomstige gebieden."
    )
    measured = measure(planted)
    assert measured.long_share > MOST_LONG
    assert measured.ease < LEAST_EASE
