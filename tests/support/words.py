"""The words of the texts that readers see, and how often each is used in a language: what the tests of language share."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from spellchecker import SpellChecker

from lwo_analysis.catalogue.observation_forms import observation_forms
from lwo_analysis.catalogue.phrases import load_phrases
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.present.observation_forms import printed_form

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
SHORTEST = 3
# What is no prose: formulas, code, addresses, titles of publications (in italics, or with "and" between capitals), and
# the places of values.
NO_PROSE = (
    r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\{\w*\}|\]\([^)]*\)|https?:\S+|<[^>]+>"
    r"|(?<!\*)\*[^*\n]+\*(?!\*)|\b[A-Z]\w+ and(?= [A-Z])"
)


@cache
def dictionary(lang: str) -> SpellChecker:
    return SpellChecker(language=lang)


def usage(word: str, lang: str) -> float:
    """Return how often a word is used in a language; the English list is American, so British spelling is looked up as such."""
    spelled = {word, word.replace("our", "or").replace("gramme", "gram")} if lang == "en" else {word}
    return max(dictionary(lang).word_usage_frequency(each) for each in spelled)


def words_of(text: str) -> set[str]:
    """Return the words of a text in lower case; a capital inside a sentence marks a name, at its start it does not."""
    plain = re.sub(NO_PROSE, " 0 ", text, flags=re.DOTALL)
    inside = re.findall(r"(?<![\w'-])[a-zà-ÿ]+(?![\w'-])", plain)
    first = re.findall(r"(?:^|[.!?:;]\s+|[\n|*#\"(]\s*(?:- )?)([A-ZÀ-Þ][a-zà-ÿ]+)(?![\w'-])(?!,? (?:and |en )?[A-Z(])", plain)
    return {word.lower() for word in inside + first if len(word) >= SHORTEST}


def prose(path: Path, lang: str) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]  # nbformat takes seconds to import
    written = [cell for cell in cells if cell["cell_type"] == "markdown" and lang in cell["metadata"].get("tags", [])]
    return "\n\n".join("".join(cell["source"]) for cell in written)


def all_texts(lang: str) -> dict[str, str]:
    """Return every phrase, form and notebook in a language, by where it stands."""
    texts = {key: entry.texts[lang] for key, entry in load_phrases().items()}
    texts |= {form.id: printed_form(form, lang) for form in observation_forms().values()}
    return texts | {path.name: prose(path, lang) for path in NOTEBOOKS}
