"""Where the numbers of a page come from, shown at its foot and written beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from lwo_analysis.catalogue.phrases import load_phrases, phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.origins import checked_origins

PROVENANCE_MIME = "application/vnd.lwo.provenance+json"
_SHORT_CHECKSUM = 12


@dataclass(frozen=True)
class ProvenanceInput:
    """One source a page was made from: who published it, which edition, under which licence, and the checksum of the file."""

    id: str
    title: str
    provider: str
    vintage: str
    licence: str
    sha256: str
    retrieved: str
    url: str = ""


@dataclass(frozen=True)
class Provenance:
    """The inputs and parameters of a page and the command that makes it again; display it in one of its cells.

    Parameters
    ----------
    inputs : tuple of ProvenanceInput
        At least one.
    parameters : mapping of str to str, int, float or bool
        The parameters of the run.
    reproduce : str
        The command that makes the page again.
    origins : frozenset of str
        Origins of the inputs; every origin shown on the page must be among them.
    lang : str
        Language of the note.
    notes : tuple of str
        What a reader must know about single figures, see `present.figure_notes`.
    """

    inputs: tuple[ProvenanceInput, ...]
    parameters: Mapping[str, Any]
    reproduce: str
    origins: frozenset[str]
    lang: str = "nl"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.inputs or not self.reproduce.strip():
            raise NotebookError(
                "provenance",
                expected="at least one input and the command that makes the page again",
                found=f"{len(self.inputs)} inputs and the command {self.reproduce!r}",
                remedy="name the sources the notebook reads",
            )
        checked_origins(self.origins, "provenance")

    def to_dict(self) -> dict[str, Any]:
        """Return the note as plain JSON types."""
        return {**asdict(self), "parameters": dict(self.parameters), "origins": sorted(self.origins)}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        facts = self.to_dict()
        text = "\n".join(f"{item.title} ({item.provider}, {item.vintage})" for item in self.inputs)
        return {"text/html": provenance_html(facts), "text/plain": text, PROVENANCE_MIME: facts}


def provenance_html(note: Mapping[str, Any]) -> str:
    """Return the sources and the command of a note, as a plain dictionary, as HTML without headings."""
    lang = note["lang"]
    items = "".join(f"<li>{_input_html(item, lang)}</li>" for item in note["inputs"])
    notes = "".join(f"<p>{escape(text)}</p>" for text in note.get("notes", ()))
    return (
        f'<div class="lwo-provenance" lang="{lang}"><ul>{items}</ul>{notes}'
        f"<p>{escape(phrase('provenance.reproduce', lang))} <code>{escape(note['reproduce'])}</code></p></div>"
    )


def licence_name(licence: str, lang: str) -> str:
    """Return the terms of use of a source in a language; a licence with a name of its own, such as CC BY 4.0, as it is."""
    key = f"licence.{'_'.join(re.findall('[a-z0-9]+', licence.lower()))}"
    return phrase(key, lang) if key in load_phrases() else licence


def _input_html(item: Mapping[str, Any], lang: str) -> str:
    title = escape(item["title"])
    name = f'<a href="{escape(item["url"])}">{title}</a>' if item["url"] else title
    facts = {
        "provenance.provider": item["provider"],
        "provenance.vintage": item["vintage"],
        "provenance.retrieved": item["retrieved"],
        "provenance.licence": licence_name(item["licence"], lang),
        "provenance.checksum": item["sha256"][:_SHORT_CHECKSUM],
    }
    said = "; ".join(f"{escape(phrase(key, lang))} {escape(str(value))}" for key, value in facts.items() if value)
    return f"<strong>{name}</strong> ({said})"
