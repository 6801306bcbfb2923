"""Small panels with the areas of the catalogue, whose true counts are all known."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.cleaning.observations import as_observations
from lwo_analysis.schema import COLUMN_NAMES

WIJKEN = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
OTHER_CITIES = tuple(name for name in areas()["g40"].parts if name != "lwd")
# Written out from the definitions, not read from the code under test.
SUMS = (
    ("lwo", WIJKEN),
    ("lwd", ("lwo", "lwd-rest")),
    ("lwd", ("lwo", "lwd-villages", "lwd-city-rest")),
    ("lwd-city", ("lwo", "lwd-city-rest")),
    ("g40", ("lwd", *OTHER_CITIES)),
)
ATOMS = (*WIJKEN, "lwd-villages", "lwd-city-rest", *OTHER_CITIES)
AGES = ("age_0_14_share", "age_15_24_share", "age_25_44_share", "age_45_64_share", "age_65_plus_share")


def with_totals(atoms: Mapping[str, float]) -> dict[str, float]:
    """Return counts of every area from those that nothing is inside."""
    made = dict(atoms)
    made["lwo"] = sum(made[name] for name in WIJKEN)
    made["lwd-rest"] = made["lwd-villages"] + made["lwd-city-rest"]
    made["lwd"] = made["lwo"] + made["lwd-rest"]
    made["lwd-city"] = made["lwo"] + made["lwd-city-rest"]
    made["g40"] = made["lwd"] + sum(made[name] for name in OTHER_CITIES)
    return made


def share_rows(
    indicator: str, numerators: Mapping[str, float], denominators: Mapping[str, float], year: int = 2020, origin: str = "register"
) -> list[dict]:
    """Return one row per area of a percentage, and the unweighted mean of the cities."""
    rows = [
        row_of(
            indicator,
            area,
            year,
            100 * top / denominators[area],
            origin,
            numerator=top,
            denominator=denominators[area],
            n=denominators[area],
        )
        for area, top in numerators.items()
    ]
    cities = [100 * numerators[name] / denominators[name] for name in ("lwd", *OTHER_CITIES)]
    return [*rows, row_of(indicator, "g40-mean", year, sum(cities) / len(cities), origin)]


def count_rows(indicator: str, counts: Mapping[str, float], year: int = 2020, origin: str = "register") -> list[dict]:
    """Return one row per area of a plain count."""
    return [row_of(indicator, area, year, count, origin, numerator=count, n=count) for area, count in counts.items()]


def row_of(indicator: str, area: str, year: int, value: float | None, origin: str, **counts: float) -> dict:
    source = {"register": "kwb", "partner": "police-file"}[origin]
    empty = dict.fromkeys(COLUMN_NAMES)
    facts = {"area_id": area, "indicator_id": indicator, "year": year, "value": value, "origin": origin, "source_id": source}
    return empty | facts | {"status": "final", "vintage": "2026-01-01"} | counts


def table_of(rows: list[dict]) -> pd.DataFrame:
    return as_observations(pd.DataFrame(rows, columns=list(COLUMN_NAMES)), where="test")
