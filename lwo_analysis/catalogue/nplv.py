"""The twenty focus areas of the national programme (NPLV) as sets of CBS wijken: derived, with how sure we are of each set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError

FILE = "nplv_areas.yml"
CONFIDENCES = frozenset({"high", "medium", "low"})


@dataclass(frozen=True)
class FocusArea:
    """One focus area.

    Attributes
    ----------
    id, name : str
        Id and name in the national programme.
    area_id : str
        Id in the catalogue of areas; the same as `id` unless that one is taken.
    municipality, municipality_code : str
        Name and CBS code of its city.
    regions : tuple of str
        CBS wijken, in the boundaries of `first_year` to `last_year`.
    left_out : tuple of str
        Those of `regions` that stay out of sums, because their figures are secret.
    first_year, last_year : int or None
        Boundary years for which the codes were checked; None for the area that is catalogued by itself.
    confidence : {"high", "medium", "low"}
        How sure we are that these wijken are the focus area.
    status : str
        `derived`: the official outlines are not published as wijken.
    note : str
        What the set rests on.
    """

    id: str
    name: str
    municipality: str
    municipality_code: str
    regions: tuple[str, ...]
    confidence: str
    note: str
    area_id: str = ""
    first_year: int | None = None
    last_year: int | None = None
    left_out: tuple[str, ...] = ()
    status: str = "derived"

    @property
    def summed_regions(self) -> tuple[str, ...]:
        """The wijken whose figures are added up."""
        return tuple(code for code in self.regions if code not in self.left_out)


@cache
def focus_areas() -> dict[str, FocusArea]:
    """Return the twenty focus areas by their id in the catalogue of areas.

    Raises
    ------
    CatalogueError
        An id or a wijk occurs twice, a wijk lies in another municipality, or a confidence is unknown.

    Examples
    --------
    >>> len(focus_areas()), focus_areas()["lwo"].name, focus_areas()["rotterdam-zuid"].confidence
    (20, 'Leeuwarden-Oost', 'high')
    """
    entries = [_read(content) for content in read_catalogue_file(FILE)["areas"]]
    check_unique([entry.area_id for entry in entries], where=f"catalogue/{FILE}")
    check_unique([code for entry in entries for code in entry.regions], where=f"catalogue/{FILE}")
    return {entry.area_id: entry for entry in entries}


def _read(content: dict[str, Any]) -> FocusArea:
    where = f"catalogue/{FILE}, {content.get('id', '?')}"
    status = read_catalogue_file(FILE)["status"]
    entry = build_entry(FocusArea, {"area_id": content.get("id"), "status": status, **content}, where=where)
    abroad = [code for code in entry.regions if code[2:6] != entry.municipality_code[2:]]
    strangers = sorted(set(entry.left_out) - set(entry.regions))
    if abroad or strangers or entry.confidence not in CONFIDENCES:
        raise CatalogueError(
            where,
            expected=f"wijken of {entry.municipality_code}, left_out among them, a confidence of {sorted(CONFIDENCES)}",
            found=f"elsewhere {abroad or 'none'}, unknown left_out {strangers or 'none'}, confidence {entry.confidence}",
            remedy="correct the entry",
        )
    return entry
