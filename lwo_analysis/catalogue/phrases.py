"""Every sentence a page may say, in Dutch and English, from one folder.

A sentence that is not in ``sentences/`` cannot be published, so wording is reviewed in one place and the two languages cannot
drift apart: both must exist and must hold the same placeholders. Each page has a file of its own; `common.yml` is for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import yaml

from lwo_analysis.catalogue.loading import FAST_LOADER
from lwo_analysis.errors import CatalogueError

LANGUAGES = ("nl", "en")
PHRASES_FOLDER = "sentences"


@dataclass(frozen=True)
class Phrase:
    """One template in every language, with the names of its placeholders."""

    key: str
    texts: Mapping[str, str]
    placeholders: frozenset[str]


def phrase(key: str, lang: str, **values: object) -> str:
    """Return the sentence of a key with its placeholders filled.

    Use it for every word a page shows that is not a proper name. Do not use it to assemble a sentence from fragments: word order
    differs between the languages, so a new sentence is a new key.

    Parameters
    ----------
    key : str
        A key of ``sentences/*.yml``.
    lang : str
        ``nl`` or ``en``.
    **values : object
        One value per placeholder, already formatted: numbers come through :mod:`lwo_analysis.present.prose`.

    Returns
    -------
    str
        The filled sentence. Missing values have no text: say them with a key of their own.

    Raises
    ------
    CatalogueError
        When the key or the language does not exist, or the values are not exactly the placeholders.

    Examples
    --------
    >>> phrase("badge.signal", "nl")
    'Signaal'
    """
    found = _find(load_phrases(), key, lang)
    given = frozenset(values)
    if given != found.placeholders:
        raise CatalogueError(
            f"{PHRASES_FOLDER}, {key}",
            expected=f"the values {_names(found.placeholders)}",
            found=_names(given),
            remedy="give exactly these values",
        )
    return found.texts[lang].format(**values)


@cache
def load_phrases() -> Mapping[str, Phrase]:
    """Return the checked catalogue of the package, by key; read once per process.

    Raises
    ------
    CatalogueError
        When the files break a rule of :func:`parse_phrases`; a key in two files is a key that occurs twice.
    """
    folder = files("lwo_analysis.catalogue").joinpath(PHRASES_FOLDER)
    parts = sorted((part for part in folder.iterdir() if part.name.endswith(".yml")), key=lambda part: part.name)
    return parse_phrases("\n".join(part.read_text(encoding="utf-8") for part in parts))


def parse_phrases(text: str) -> dict[str, Phrase]:
    """Return the phrases in a YAML text, by key, after checking that both languages say the same.

    Parameters
    ----------
    text : str
        YAML: one mapping per key, with one non-empty text per language. A key that occurs twice is refused.

    Raises
    ------
    CatalogueError
        When the text is no YAML, a key lacks a language or has one too many, a text is empty, the placeholders differ, or a key
        occurs twice.
    """
    try:
        raw = yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as problem:
        found = " ".join(str(problem).split())
        raise CatalogueError(
            PHRASES_FOLDER, expected="YAML", found=found, remedy="quote the text or close the bracket"
        ) from problem
    return {key: _checked(key, texts) for key, texts in raw.items()}


class _StrictLoader(FAST_LOADER):  # type: ignore[misc, valid-type]  # C where it was built, else Python
    """A YAML loader that refuses a repeated key instead of keeping the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node whose keys are unique."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = sorted(str(key) for key, count in Counter(keys).items() if count > 1)
        if repeated:
            raise CatalogueError(
                PHRASES_FOLDER, expected="every key once", found=f"twice: {', '.join(repeated)}", remedy="remove one of them"
            )
        return super().construct_mapping(node, deep)


def _checked(key: str, texts: object) -> Phrase:
    if not isinstance(texts, dict) or sorted(texts) != sorted(LANGUAGES) or not all(_is_text(text) for text in texts.values()):
        raise CatalogueError(
            f"{PHRASES_FOLDER}, {key}",
            expected=f"a text for each of {', '.join(LANGUAGES)}",
            found=repr(texts),
            remedy="add the missing language",
        )
    first, *others = ((lang, _placeholders(texts[lang])) for lang in LANGUAGES)
    for lang, names in others:
        if names != first[1]:
            raise CatalogueError(
                f"{PHRASES_FOLDER}, {key}",
                expected=f"the placeholders {_names(first[1])} in every language",
                found=f"{_names(names)} in {lang}",
                remedy="make the texts hold the same placeholders",
            )
    return Phrase(key=key, texts=dict(texts), placeholders=first[1])


def _is_text(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _names(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _find(phrases: Mapping[str, Phrase], key: str, lang: str) -> Phrase:
    if key not in phrases:
        raise CatalogueError(PHRASES_FOLDER, expected="a known key", found=key, remedy="add it in Dutch and English")
    if lang not in LANGUAGES:
        raise CatalogueError(
            f"{PHRASES_FOLDER}, {key}", expected=f"one of {', '.join(LANGUAGES)}", found=lang, remedy="use one of these"
        )
    return phrases[key]
