"""Forms for what people can see from the street: which things are counted, and how."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError

FILE = "observation_forms.yml"
KINDS = frozenset({"homes", "things"})


@dataclass(frozen=True)
class Item:
    """One thing to count.

    Attributes
    ----------
    id : str
        Its name in a filled-in file.
    kind : {"homes", "things"}
        Homes are at most as many as the stretch of street has; things can be any number.
    text_nl, text_en : str
        What to count.
    """

    id: str
    kind: str
    text_nl: str
    text_en: str

    def text(self, lang: str) -> str:
        """Return what to count in Dutch (`nl`) or English (`en`)."""
        return self.text_nl if lang == "nl" else self.text_en


@dataclass(frozen=True)
class ObservationForm:
    """One form.

    Attributes
    ----------
    id, name_nl, name_en : str
        Identifier and title.
    least_homes : int
        Homes that a stretch of street has at least, so that nobody's home can be recognised.
    steps_nl, steps_en : tuple of str
        What to do, in this order.
    items : tuple of Item
        What to count.
    """

    id: str
    name_nl: str
    name_en: str
    least_homes: int
    steps_nl: tuple[str, ...]
    steps_en: tuple[str, ...]
    items: tuple[Item, ...]

    def name(self, lang: str) -> str:
        """Return the title in Dutch (`nl`) or English (`en`)."""
        return self.name_nl if lang == "nl" else self.name_en

    def steps(self, lang: str) -> tuple[str, ...]:
        """Return what to do in Dutch (`nl`) or English (`en`)."""
        return self.steps_nl if lang == "nl" else self.steps_en


@cache
def observation_forms() -> dict[str, ObservationForm]:
    """Return the forms by id.

    Raises
    ------
    CatalogueError
        A key is unknown or absent, an id occurs twice, a kind is unknown, or the languages have another number of steps.

    Examples
    --------
    >>> [item.kind for item in observation_forms()["street-walk"].items][:2]
    ['homes', 'homes']
    """
    forms = [_form(entry) for entry in read_catalogue_file(FILE)]
    check_unique([form.id for form in forms], where=f"catalogue/{FILE}")
    return {form.id: form for form in forms}


def check_form(form: ObservationForm) -> None:
    """Raise `CatalogueError` when a form contradicts itself."""
    where = f"catalogue/{FILE}, {form.id}"
    check_unique([item.id for item in form.items], where=where)
    unknown = {item.kind for item in form.items} - KINDS
    if unknown or len(form.steps_nl) != len(form.steps_en) or form.least_homes < 1:
        expected = "the kinds homes or things, as many steps in each language, and at least one home"
        found = f"{sorted(unknown)}, {len(form.steps_nl)} and {len(form.steps_en)} steps, {form.least_homes} homes"
        raise CatalogueError(where, expected=expected, found=found, remedy="correct the entry")


def _form(content: dict[str, Any]) -> ObservationForm:
    where = f"catalogue/{FILE}, {content.get('id', '?')}"
    items = [build_entry(Item, item, where=where) for item in content.get("items", [])]
    form = build_entry(ObservationForm, content | {"items": items}, where=where)
    check_form(form)
    return form
