"""What an area is made of in a year, which of its codes were used for another place, and what it adds up to."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lwo_analysis.catalogue.areas import Area, RegionMeaning, RegionSpan, area, region_meanings
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.mergers import Merger, mergers_of
from lwo_analysis.catalogue.nplv import FocusArea, focus_areas
from lwo_analysis.catalogue.phrases import LANGUAGES
from lwo_analysis.catalogue.sources import source_of_table

CODE_COLUMNS: tuple[str, ...] = ("area_id", "is_taken_away", "first_year", "last_year", "codes", "names")
REUSED_COLUMNS: tuple[str, ...] = ("code", "name", "first_year", "last_year", "other_name", "other_first", "other_last")
PART_COLUMNS: tuple[str, ...] = ("area_id", "role", "value", "status")
RESIDENTS = "population"


@dataclass(frozen=True)
class AreaFacts:
    """What the catalogue, and the figures where they are there, say about an area in a year.

    Attributes
    ----------
    area_id, year : str and int
        The area, and the year of the boundaries.
    history : DataFrame
        Columns `CODE_COLUMNS`: per region area and range of years its codes (tuple) and their names (tuple; empty where the name
        is not catalogued); an open end of a range is missing.
    codes, taken_away : tuple of str
        Codes in the year that are added up, and those that are taken away from them.
    reused : DataFrame
        Columns `REUSED_COLUMNS`: each of the codes that meant another place in other years, one row per other meaning.
    mergers : tuple of Merger
        Changes of ground of the municipality that the area is or lies in.
    parts : DataFrame
        Columns `PART_COLUMNS`: what the area adds up from; `role` is `added`, `taken_away`, `averaged` or `itself`, `value` the
        residents in `residents_year`, missing with its status.
    residents, residents_year : float and int, or None
        Residents of the area in the latest year that has them; None without figures.
    focus : FocusArea or None
        The focus area of the national programme that it is.
    """

    area_id: str
    year: int
    history: pd.DataFrame
    codes: tuple[str, ...]
    taken_away: tuple[str, ...]
    reused: pd.DataFrame
    mergers: tuple[Merger, ...]
    parts: pd.DataFrame
    residents: float | None
    residents_year: int | None
    focus: FocusArea | None


def describe_area(area_id: str, year: int, observations: pd.DataFrame) -> AreaFacts:
    """Return what an area is made of in the boundaries of a year.

    Parameters
    ----------
    area_id : str
        Id in the catalogue of areas.
    year : int
        Boundary year; 0 for the latest in which every part has codes.
    observations : DataFrame
        For the residents of the area and its parts; not changed.

    Raises
    ------
    CannotAnswerError
        A part of the area has no codes in that year.

    Examples
    --------
    >>> describe_area("oud-oost", 2017, pd.DataFrame(columns=["area_id", "indicator_id", "year", "value", "status"])).codes
    ('WK008030', 'WK008031', 'WK008032')
    """
    history = code_history(area_id)
    chosen = year or _latest_year(history)
    _check_known(area_id, chosen, history)
    in_year = history[_covering(history, chosen)]
    codes, away = _codes(in_year[~in_year["is_taken_away"]]), _codes(in_year[in_year["is_taken_away"]])
    residents, latest = _residents(area_id, observations)
    return AreaFacts(
        area_id=area_id,
        year=chosen,
        history=history,
        codes=codes,
        taken_away=away,
        reused=reused_codes(codes, chosen),
        mergers=_mergers_around(in_year),
        parts=_parts(area(area_id), latest, observations),
        residents=residents,
        residents_year=latest,
        focus=focus_areas().get(area_id),
    )


def code_history(area_id: str) -> pd.DataFrame:
    """Return the codes of every region area that an area is made of, per range of years; see :class:`AreaFacts`.

    Parameters
    ----------
    area_id : str
        Id of catalogue/areas.yml.
    """
    rows = [
        (leaf.id, taken_away, span.first_year, span.last_year, span.codes, tuple(_name(leaf, code, span) for code in span.codes))
        for leaf, taken_away in _leaves(area(area_id), taken_away=False)
        for span in leaf.regions
    ]
    return pd.DataFrame(rows, columns=list(CODE_COLUMNS)).astype({"first_year": "Int64", "last_year": "Int64"})


def reused_codes(codes: tuple[str, ...], year: int) -> pd.DataFrame:
    """Return the codes that mean another place in other years than the given one, with both meanings and their years.

    Parameters
    ----------
    codes : tuple of str
        CBS codes.
    year : int
        Boundary year.
    """
    found = [
        (now.code, now.name, now.first_year, now.last_year, other.name, other.first_year, other.last_year)
        for code in codes
        for now in _meanings(code)
        for other in _meanings(code)
        if now.covers(year) and other.name != now.name
    ]
    years = dict.fromkeys(("first_year", "last_year", "other_first", "other_last"), "Int64")
    return pd.DataFrame(found, columns=list(REUSED_COLUMNS)).astype(years)


def _leaves(place: Area, *, taken_away: bool) -> list[tuple[Area, bool]]:
    """Return the areas made of regions below an area; a part of something that is taken away from a whole is taken away."""
    if place.regions:
        return [(place, taken_away)]
    away = taken_away != (place.whole is not None)
    whole = _leaves(area(place.whole), taken_away=taken_away) if place.whole else []
    parts = [leaf for name in (*place.parts, *place.mean_of) for leaf in _leaves(area(name), taken_away=away)]
    return _without_cancelled([*whole, *parts])


def _without_cancelled(leaves: list[tuple[Area, bool]]) -> list[tuple[Area, bool]]:
    """Return leaves without those that are added and taken away again."""
    return [(leaf, away) for leaf, away in leaves if (leaf, not away) not in leaves]


def _meanings(code: str) -> list[RegionMeaning]:
    return [meaning for meaning in region_meanings() if meaning.code == code]


def _name(leaf: Area, code: str, span: RegionSpan) -> str:
    if leaf.kind in ("municipality", "country"):
        return leaf.name_nl
    year = span.last_year or span.first_year
    return next((meaning.name for meaning in _meanings(code) if year is None or meaning.covers(year)), "")


def _latest_year(history: pd.DataFrame) -> int:
    newest = source_of_table("areas.yml").tables["areas.yml"]
    ends = history["last_year"].fillna(newest).groupby(history["area_id"]).max()
    return int(ends.min())


def _check_known(area_id: str, year: int, history: pd.DataFrame) -> None:
    known = set(history.loc[_covering(history, year), "area_id"])
    if unknown := sorted(set(history["area_id"]) - known):
        names = tuple(", ".join(area(name).name(lang) for name in unknown) for lang in LANGUAGES)
        raise CannotAnswerError("no_codes", area=names, year=year)


def _covering(history: pd.DataFrame, year: int) -> pd.Series:
    return history["first_year"].fillna(year).le(year) & history["last_year"].fillna(year).ge(year)


def _mergers_around(in_year: pd.DataFrame) -> tuple[Merger, ...]:
    cities = sorted({f"GM{code[2:6]}" for codes in in_year["codes"] for code in codes if not code.startswith("NL")})
    return tuple(merger for city in cities for _, merger in sorted(mergers_of(city).items()))


def _codes(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(code for codes in rows["codes"] for code in codes)


def _residents(area_id: str, observations: pd.DataFrame) -> tuple[float, int] | tuple[None, None]:
    is_own = observations["area_id"].eq(area_id) & observations["indicator_id"].eq(RESIDENTS) & observations["value"].notna()
    own = observations[is_own].sort_values("year")
    return (float(own["value"].iloc[-1]), int(own["year"].iloc[-1])) if len(own) else (None, None)


def _parts(place: Area, year: int | None, observations: pd.DataFrame) -> pd.DataFrame:
    roles = {
        **({place.id: "itself"} if place.regions else {}),
        **({place.whole: "added"} if place.whole else {}),
        **dict.fromkeys(place.parts, "taken_away" if place.whole else "added"),
        **dict.fromkeys(place.mean_of, "averaged"),
    }
    own = observations[observations["indicator_id"].eq(RESIDENTS) & observations["year"].eq(year or 0)].set_index("area_id")
    known = own[["value", "status"]].reindex(list(roles))
    return pd.DataFrame(
        {
            "area_id": list(roles),
            "role": list(roles.values()),
            "value": known["value"].astype("Float64").to_numpy(),
            "status": known["status"].fillna("not_published").to_numpy(),
        }
    )
