"""The map of an area in the boundaries of one year: what belongs to it, and what has one of its codes of another year."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.area_codes import AreaFacts
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.maps import MapClasses, draw_map
from lwo_analysis.present.prose import Prose, make_prose
from lwo_analysis.sources.geometry import Outline, Outlines

OTHER, REUSED, OWN_PLACE = 0, 1, 2
CLASS_NAMES = ("other", "reused", "own")


def area_map(facts: AreaFacts, outlines: Sequence[Outlines], lang: str, *, earliest: bool = False) -> Figure | Prose:
    """Return the map in the latest or the earliest imported boundaries; a sentence when there are none, or none before them.

    Parameters
    ----------
    facts : AreaFacts
        The area, with its codes in every range of years.
    outlines : sequence of Outlines
        From `imported_outlines`, the earliest first.
    lang : str
        `nl` or `en`.
    earliest : bool
        Whether the earliest boundaries are drawn instead of the latest.
    """
    name = area(facts.area_id).name(lang)
    if earliest and len(outlines) < 2:
        return make_prose("areas.map.no_earlier", lang)
    if not outlines:
        return make_prose("map.none", lang)
    drawn = outlines[0 if earliest else -1]
    classes = _classes(facts, drawn)
    own = [code for code, place in classes.items() if place == OWN_PLACE]
    if not own:
        return make_prose("areas.map.none_here", lang, area=name, year=drawn.boundary_year)
    shown = {code: bare_name(drawn.regions[code]) for code, place in classes.items() if place != OTHER}
    labels = tuple(phrase(f"areas.map.{each}", lang, **({} if each == "other" else {"area": name})) for each in CLASS_NAMES)
    return make_figure(
        lambda width: draw_map(drawn.regions, MapClasses(labels, classes), names=shown, in_view=shown, outlined=own, width=width),
        alt=_alt(drawn, classes, shown, name, lang),
        caption=phrase("areas.map.caption", lang, area=name, year=drawn.boundary_year, provider=_provider(drawn)),
        data=_map_data(shown, classes, labels),
        columns={
            "name": phrase("column.wijk", lang),
            "code": phrase("column.code", lang),
            "place": phrase("column.map_class", lang),
        },
        origins={"published"},
        lang=lang,
    )


def bare_name(region: Outline) -> str:
    """Return the name of a region without the number that some years have before it (`Wijk 22 Vrijheidswijk`)."""
    return region.name.removeprefix(f"Wijk {region.code[-2:]} ")


def _classes(facts: AreaFacts, outlines: Outlines) -> dict[str, int]:
    """Return for every wijk of the municipalities of the area whether it belongs to it in that year."""
    year = outlines.boundary_year
    mine = facts.history[~facts.history["is_taken_away"]]
    in_year = mine["first_year"].fillna(year).le(year) & mine["last_year"].fillna(year).ge(year)
    own = {code for codes in mine.loc[in_year, "codes"] for code in codes}
    every = {code for codes in mine["codes"] for code in codes}
    cities = sorted({f"GM{code[2:6]}" for code in every if code.startswith("WK")})
    wijken = [code for city in cities for code in outlines.of_municipality(city)]
    return {code: OWN_PLACE if code in own else REUSED if code in every else OTHER for code in wijken}


def _alt(outlines: Outlines, classes: dict[str, int], shown: dict[str, str], name: str, lang: str) -> str:
    own, reused = ([text for code, text in shown.items() if classes[code] == place] for place in (OWN_PLACE, REUSED))
    words = {"names": ", ".join(own), "reused": ", ".join(reused) or phrase("areas.map.nothing", lang)}
    return phrase("areas.map.alt", lang, area=name, year=outlines.boundary_year, count=len(own), **words)


def _provider(outlines: Outlines) -> str:
    return outlines.card.provider if outlines.card else ""


def _map_data(shown: dict[str, str], classes: dict[str, int], labels: tuple[str, ...]) -> pd.DataFrame:
    rows = [(name, code, labels[classes[code]]) for code, name in shown.items()]
    return pd.DataFrame(rows, columns=["name", "code", "place"]).sort_values(["place", "code"], ignore_index=True)
