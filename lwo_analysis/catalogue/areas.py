"""Areas: places that stay the same over time, and the CBS codes that made them in each year."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.catalogue.nplv import FocusArea, focus_areas
from lwo_analysis.errors import CatalogueError, ParameterError

KINDS = frozenset({"programme", "wijk", "municipality", "rest", "comparison", "country", "focus"})
BOUNDED_KINDS = frozenset({"focus", "rest"})
"""Kinds of areas whose codes are known for some boundary years only; any other area has codes in every year."""
NAME_LENGTH = 31
"""Providers cut long names; longer names are compared on this many characters."""


@dataclass(frozen=True)
class RegionSpan:
    """The CBS codes that made up an area in a range of boundary years; an absent end is open."""

    codes: tuple[str, ...]
    first_year: int | None = None
    last_year: int | None = None

    def covers(self, year: int) -> bool:
        """Return whether the boundary year lies in the range."""
        return _covers(self, year)


@dataclass(frozen=True)
class Area:
    """One place; exactly one of `regions`, `parts` (with or without `whole`) and `mean_of` says how it is made.

    Attributes
    ----------
    regions : tuple of RegionSpan
        CBS codes per range of boundary years; the area is their sum.
    parts : tuple of str
        Areas whose sum it is, or, when `whole` is given, the areas taken away from `whole`.
    whole : str or None
        The area from which `parts` are taken away.
    mean_of : tuple of str
        Areas whose unweighted mean it is.
    """

    id: str
    name_nl: str
    name_en: str
    kind: str
    regions: tuple[RegionSpan, ...] = ()
    parts: tuple[str, ...] = ()
    whole: str | None = None
    mean_of: tuple[str, ...] = ()
    note: str = ""

    def name(self, lang: str) -> str:
        """Return the name in Dutch (`nl`) or English (`en`)."""
        return self.name_nl if lang == "nl" else self.name_en


@dataclass(frozen=True)
class RegionMeaning:
    """What a CBS code meant in a range of boundary years; an absent end is open."""

    code: str
    name: str
    first_year: int | None
    last_year: int | None

    def covers(self, year: int) -> bool:
        """Return whether the boundary year lies in the range."""
        return _covers(self, year)

    def has_name(self, name: str) -> bool:
        """Return whether a delivered name is this name: cut short, in other capitals, or with the number of the wijk before it.

        Examples
        --------
        >>> RegionMeaning("WK008022", "Vrijheidswijk", None, 2017).has_name("Wijk 22 Vrijheidswijk")
        True
        """
        return _plain_name(name) == _plain_name(self.name)


@cache
def areas() -> dict[str, Area]:
    """Return every area of the catalogue by id: those of areas.yml, then the focus areas with their cities without them.

    A focus area that areas.yml has already (ours) is not added. `CITY-rest` is a city without its focus areas, and `nplv-other`
    all focus areas but ours.

    Raises
    ------
    CatalogueError
        An id occurs twice, a part is not an area, an area is made in none or several ways, or of itself; or the city of a focus
        area is not an area.
    """
    written = [_read_area(content) for content in read_catalogue_file("areas.yml")]
    entries = [*written, *_focus_areas(written)]
    check_unique([area.id for area in entries], where="catalogue/areas.yml")
    by_id = {area.id: area for area in entries}
    for area in entries:
        _check_area(area, by_id)
    _check_no_circle(by_id)
    return by_id


def area(area_id: str) -> Area:
    """Return one area.

    Raises
    ------
    ParameterError
        The id is not in the catalogue; the message lists the ids of the programme.

    Examples
    --------
    >>> area("lwo").name("nl")
    'Leeuwarden Oost'
    """
    if area_id not in areas():
        raise ParameterError("area", expected=f"one of {', '.join(areas())}", found=repr(area_id), remedy="correct the area")
    return areas()[area_id]


def region_codes(area_id: str, boundary_year: int) -> tuple[str, ...]:
    """Return the CBS codes that made up an area in the boundaries of one year; empty when it is not made of regions.

    Raises
    ------
    CatalogueError
        The area is made of regions, but none is known for this boundary year.

    Examples
    --------
    >>> region_codes("oud-oost", 2017)
    ('WK008030', 'WK008031', 'WK008032')
    >>> region_codes("oud-oost", 2020)
    ('WK008020',)
    """
    spans = area(area_id).regions
    codes = tuple(code for span in spans if span.covers(boundary_year) for code in span.codes)
    if spans and not codes:
        raise CatalogueError(
            f"catalogue/areas.yml, {area_id}",
            expected=f"CBS codes for the boundaries of {boundary_year}",
            found="none",
            remedy="add the codes of that year",
        )
    return codes


@cache
def region_meanings() -> tuple[RegionMeaning, ...]:
    """Return what each catalogued CBS code meant, per range of boundary years."""
    text = files("lwo_analysis.catalogue").joinpath("regions.csv").read_text(encoding="utf-8")
    return tuple(
        RegionMeaning(row["code"], row["name"], _year(row["first_year"]), _year(row["last_year"]))
        for row in csv.DictReader(text.splitlines())
    )


def _covers(span: RegionSpan | RegionMeaning, year: int) -> bool:
    return (span.first_year is None or year >= span.first_year) and (span.last_year is None or year <= span.last_year)


def _plain_name(name: str) -> str:
    bare = re.sub(r"^wijk \d+ ", "", name.strip().lower())
    return bare[:NAME_LENGTH].rstrip()


def _year(text: str) -> int | None:
    return int(text) if text else None


def _read_area(content: dict[str, Any]) -> Area:
    where = f"catalogue/areas.yml, {content.get('id', '?')}"
    spans = [build_entry(RegionSpan, span, where=where) for span in content.get("regions", [])]
    return build_entry(Area, {**content, "regions": spans}, where=where)


def _focus_areas(written: list[Area]) -> list[Area]:
    known = {area.id for area in written}
    added = [focus for name, focus in focus_areas().items() if name not in known]
    cities = {span.codes: area for area in written if area.kind == "municipality" for span in area.regions}
    by_city: dict[str, list[FocusArea]] = {}
    for focus in added:
        by_city.setdefault(focus.municipality_code, []).append(focus)
    rests = [_city_without(cities.get((code,)), code, members) for code, members in by_city.items()]
    others = Area(
        "nplv-other",
        "De andere 19 focusgebieden",
        "The other 19 focus areas",
        "comparison",
        parts=tuple(focus.area_id for focus in added),
        note="Treated by the same national programme, so not an untreated comparison. Outlines are derived.",
    )
    return [*(_focus_area(focus) for focus in added), *rests, others]


def _focus_area(focus: FocusArea) -> Area:
    span = RegionSpan(focus.summed_regions, focus.first_year, focus.last_year)
    note = f"Focus area of the national programme; {focus.status}, confidence {focus.confidence}: {focus.note}."
    return Area(focus.area_id, focus.name, focus.name, "focus", regions=(span,), note=note)


def _city_without(city: Area | None, code: str, members: list[FocusArea]) -> Area:
    if city is None:
        raise CatalogueError(
            "catalogue/nplv_areas.yml", expected=f"an area for {code}", found="none", remedy="add the municipality to areas.yml"
        )
    names = " en ".join(focus.name for focus in members), " and ".join(focus.name for focus in members)
    return Area(
        f"{city.id}-rest",
        f"{city.name_nl} zonder {names[0]}",
        f"{city.name_en} without {names[1]}",
        "rest",
        whole=city.id,
        parts=tuple(focus.area_id for focus in members),
    )


def _check_area(area: Area, by_id: dict[str, Area]) -> None:
    where = f"catalogue/areas.yml, {area.id}"
    ways = sum(bool(way) for way in (area.regions, area.parts, area.mean_of))
    strangers = sorted({*area.parts, *area.mean_of, *([area.whole] if area.whole else [])} - set(by_id))
    if ways != 1 or strangers or area.kind not in KINDS:
        raise CatalogueError(
            where,
            expected=f"one of regions, parts, mean_of; parts that are areas; a kind of {sorted(KINDS)}",
            found=f"{ways} ways, unknown parts {strangers or 'none'}, kind {area.kind}",
            remedy="correct the entry",
        )


def _check_no_circle(by_id: dict[str, Area]) -> None:
    made: set[str] = set()
    while pending := [area for area in by_id.values() if area.id not in made]:
        ready = {area.id for area in pending if {*area.parts, *area.mean_of, *([area.whole] if area.whole else [])} <= made}
        if not ready:
            raise CatalogueError(
                "catalogue/areas.yml",
                expected="areas that are not made of themselves",
                found=f"a circle among {', '.join(area.id for area in pending)}",
                remedy="correct parts, whole or mean_of",
            )
        made |= ready
