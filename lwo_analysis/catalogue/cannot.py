"""The honest end of a notebook: a question that these parameters and these figures cannot answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.errors import LwoError


class CannotAnswerError(LwoError):
    """The question of a notebook has no answer with these parameters; the page says why instead of showing an empty figure.

    Raise it from any function that a notebook calls: the run is not broken, and the page is published with the reason in the
    place of the answer. Not for wrong input (`InputError`) or a parameter outside its domain (`ParameterError`).

    Parameters
    ----------
    reason : str
        Key ``cannot.REASON`` of the phrase catalogue, without ``cannot.``.
    **words
        Values of its placeholders, formatted. A name that differs between the languages is given as a pair ``(nl, en)``.

    Raises
    ------
    CatalogueError
        The reason does not exist, or the words are not its placeholders.

    Examples
    --------
    >>> str(CannotAnswerError("too_few_years", found=1, needed=3))[:63]
    'Cannot, because there are too few years with comparable figures'
    """

    exit_code = 5

    def __init__(self, reason: str, **words: Any) -> None:
        self.reason = reason
        self.words = words
        self.texts = {lang: phrase(f"cannot.{reason}", lang, **_words_in(lang, words)) for lang in LANGUAGES}
        Exception.__init__(self, f"Cannot, because {self.texts['en']}")

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross the border between two processes whole."""
        return partial(type(self), **self.words), (self.reason,)

    def _render_traceback_(self) -> list[str]:
        # What a notebook keeps of an error: the reason in each language, in the order of LANGUAGES.
        return [self.texts[lang] for lang in LANGUAGES]


def _words_in(lang: str, words: dict[str, object]) -> dict[str, object]:
    return {name: word[LANGUAGES.index(lang)] if isinstance(word, tuple) else word for name, word in words.items()}
