"""What residents and professionals said about a figure: small YAML files, written by hand and therefore not trusted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.errors import InputError

TABLE = "duiding"
ROLES = frozenset({"resident", "professional", "researcher", "board"})
ANSWERS = frozenset({"agree", "disagree", "partly"})
KEYS = frozenset({"role", "date", "area", "indicator", "answer", "words", "consent", "made_up", "needs_attention"})
REQUIRED = KEYS - {"made_up", "needs_attention"}
LONGEST = 400
MOST_ENTRIES = 500
LARGEST_FILE = 200_000
PERSONAL = {
    "an e-mail address": r"\S+@\S+",
    "a telephone number": r"(?:\+|\b0)(?:[\s.-]?\d){8,}",
    "a web address": r"https?:|www\.",
    "a name with a title": r"(?i:\b(?:mevrouw|meneer|mevr|dhr|mr|mrs|ms|dr))\.?\s+[A-Z]\w+",
    "markup": r"[<>]|&\w+;",
}


@dataclass(frozen=True)
class Duiding:
    """What somebody said about one figure of one area; who it was is never known, only in which role.

    Attributes
    ----------
    role : {"resident", "professional", "researcher", "board"}
        In which role it was said.
    date : datetime.date
        When.
    area, indicator : str
        Identifiers in the catalogue.
    answer : {"agree", "disagree", "partly"}
        Whether the figure fits what they see.
    words : str
        Their own words, at most 400 characters.
    consent : bool
        Always true in what is read: they agreed to publication.
    made_up : bool
        An example that nobody said; pages label it.
    needs_attention : bool
        They say that what the figure shows deserves attention.
    """

    role: str
    date: dt.date
    area: str
    indicator: str
    answer: str
    words: str
    consent: bool
    made_up: bool = False
    needs_attention: bool = False


@dataclass(frozen=True)
class DuidingFolder:
    """The entries that may be shown, and how many were left out because consent is not given."""

    entries: tuple[Duiding, ...]
    without_consent: int

    def sources_of(self, area_id: str) -> tuple[str, ...]:
        """Return the source of these words as a page about an area names it; none when nobody said anything of that area."""
        return (TABLE,) if any(entry.area == area_id for entry in self.entries) else ()


def read_duiding(folder: Path) -> DuidingFolder:
    """Return what may be shown of the ``*.yml`` files of a folder; an absent folder holds nothing.

    Use it for a folder of other people's files: each is a list of entries with the keys of `Duiding`. It finds patterns of
    personal data, not every name: somebody reads the entries before they are imported.

    Parameters
    ----------
    folder : Path
        A folder, or one file; `card.yml` is skipped.

    Raises
    ------
    InputError
        A file is too large or no list of entries, a key is unknown or absent, a value is outside its list, the words are too
        long, or they hold markup or what looks like personal data. The line names file and entry, never the words.
    """
    paths = [folder] if folder.is_file() else sorted(path for path in folder.glob("*.yml") if path.name != "card.yml")
    entries = [entry for path in paths for entry in _read_file(path)]
    shown = tuple(sorted((entry for entry in entries if entry.consent), key=lambda entry: (entry.date, entry.words)))
    return DuidingFolder(shown, len(entries) - len(shown))


def _read_file(path: Path) -> list[Duiding]:
    if path.stat().st_size > LARGEST_FILE:
        raise _wrong(path.name, f"at most {LARGEST_FILE} bytes", "more", "split the file")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise _wrong(path.name, "YAML in UTF-8", "something else", "correct the file") from problem
    if not isinstance(content, list) or len(content) > MOST_ENTRIES:
        raise _wrong(path.name, f"a list of at most {MOST_ENTRIES} entries", type(content).__name__, "correct the file")
    return [_entry(item, f"{path.name}, entry {place}") for place, item in enumerate(content, start=1)]


def _entry(item: Any, where: str) -> Duiding:
    if not isinstance(item, Mapping) or not REQUIRED <= set(item) <= KEYS:
        raise _wrong(where, f"the keys {', '.join(sorted(REQUIRED))}", "others", "correct the entry")
    allowed = {"role": ROLES, "answer": ANSWERS, "area": frozenset(areas()), "indicator": frozenset(indicators())}
    for key, values in allowed.items():
        if not isinstance(item[key], str) or item[key] not in values:
            raise _wrong(
                f"{where}, {key}",
                "a word of its list",
                "another one",
                "correct the word",
            )
    flags = [item[key] for key in ("consent", "made_up", "needs_attention") if key in item]
    if not all(isinstance(flag, bool) for flag in flags) or type(item["date"]) is not dt.date:
        raise _wrong(where, "true or false, and a date such as 2026-11-20", "something else", "correct the entry")
    _check_words(item["words"], where)
    return Duiding(**item)


def _check_words(words: Any, where: str) -> None:
    if not isinstance(words, str) or not 0 < len(words.strip()) <= LONGEST or not words.isprintable():
        raise _wrong(f"{where}, words", f"1 to {LONGEST} characters on one line", "something else", "shorten the words")
    for what, pattern in PERSONAL.items():
        if re.search(pattern, words):
            raise _wrong(f"{where}, words", "words without personal data or markup", what, "take it out")


def _wrong(where: str, expected: str, found: str, remedy: str) -> InputError:
    return InputError(f"duiding, {where}", expected=expected, found=found, remedy=remedy)
