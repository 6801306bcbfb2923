"""Small tables in the manners of the providers beyond the key figures, with every region that the catalogued areas need.

Made by hand: only names of columns, dimensions and codes follow the catalogue; the numbers are chosen so that answers can be
worked out on paper. Every wijk has the same figures, and a municipality with wijken in the table has their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import measures_of
from lwo_analysis.cleaning.boundaries import meaning_of
from tests.support.statline_tables import ServedTable

CITY = 10  # a municipality without wijken in the table is as large as ten wijken
COUNTRY = 10_000
Values = Callable[[str, Mapping[str, str], str], float | None]


def regions_of(boundary_year: int) -> dict[str, str]:
    """Return code and name of every region that makes up an area in the boundaries of a year."""
    spans = [span for area in areas().values() for span in area.regions if span.covers(boundary_year)]
    codes = sorted({code for span in spans for code in span.codes} | {"NL00", "GM0080"})
    meanings = {code: meaning_of(code, boundary_year) for code in codes}
    return {code: meaning.name if meaning else code for code, meaning in meanings.items()}


def weight_of(code: str, codes: Sequence[str]) -> int:
    """Return how many wijken a region counts for, so that wijken add up to their municipality."""
    if code.startswith("NL"):
        return COUNTRY
    return 1 if code.startswith("WK") else sum(other.startswith(f"WK{code[2:]}") for other in codes) or CITY


def regional_table(
    table_id: str,
    boundary_year: int,
    columns: Mapping[str, tuple[str, str]],
    values: Values,
    *,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    periods: Sequence[str] = (),
    modified: str = "2026-02-14T02:00:00",
) -> ServedTable:
    """Return a table with these columns (key: unit and topic group), dimensions and periods.

    `values` is asked for each region, its codes by dimension (`Perioden` among them) and each column.
    """
    named = regions_of(boundary_year)
    further = dict(dimensions or {}) | ({"Perioden": periods} if periods else {})
    combinations = [dict(zip(further, codes, strict=True)) for codes in product(*further.values())]
    records = [
        codes
        | {"WijkenEnBuurten": f"{region:<10}"}
        | {column: values(region, {name: code.strip() for name, code in codes.items()}, column) for column in columns}
        for codes in combinations
        for region in named
    ]
    rows = pd.DataFrame(records).astype(dict.fromkeys(columns, "Float64"))
    rows.insert(0, "ID", range(len(rows)))
    described = _described(columns, further)
    codes = {"WijkenEnBuurten": [_code(f"{code:<10}", name) for code, name in named.items()]}
    codes |= {name: [_code(code, code.strip()) for code in found] for name, found in further.items()}
    period = "" if periods else str(boundary_year)
    info = {
        "Identifier": table_id,
        "Title": f"Table {table_id}",
        "Modified": modified,
        "Period": period,
        "RecordCount": len(rows),
    }
    return ServedTable(table_id, info, described, codes, rows)


def key_figures(table_id: str, year: int, per_wijk: Mapping[str, float], grown: Mapping[str, float] | None = None) -> ServedTable:
    """Return key figures of a year: `per_wijk` by measure, 0 for any other; `grown` is the surface of single regions."""
    columns = {f"{entry.stem}_{place}": (entry.unit, entry.group) for place, entry in enumerate(measures_of("kwb"), start=5)}
    ids = dict(zip(columns, (entry.id for entry in measures_of("kwb")), strict=True))
    codes = list(regions_of(year))

    def value(region: str, _: Mapping[str, str], column: str) -> float | None:
        if ids[column] == "surface" and region in (grown or {}):
            return (grown or {})[region]
        return per_wijk.get(ids[column], 0) * (weight_of(region, codes) if columns[column][0] in ("aantal", "ha") else 1)

    return regional_table(table_id, year, columns, value)


def _described(columns: Mapping[str, tuple[str, str]], further: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    kinds = {"WijkenEnBuurten": "GeoDetail"} | {name: "TimeDimension" if name == "Perioden" else "Dimension" for name in further}
    entries = [_property(None, kind, name, name, None, None) for name, kind in kinds.items()]
    groups = list(dict.fromkeys(group for _, group in columns.values() if group))
    entries += [_property(None, "TopicGroup", "", group, None, None) for group in groups]
    parents = {group: len(kinds) + place for place, group in enumerate(groups)}
    entries += [
        _property(parents.get(group), "Topic", key, key.rpartition("_")[0], "Double", unit)
        for key, (unit, group) in columns.items()
    ]
    return [entry | {"ID": number} for number, entry in enumerate(entries)]


def _property(parent: int | None, kind: str, key: str, title: str, datatype: str | None, unit: str | None) -> dict[str, Any]:
    return {"ID": 0, "ParentID": parent, "Type": kind, "Key": key, "Title": title, "Datatype": datatype, "Unit": unit}


def _code(key: str, title: str) -> dict[str, Any]:
    return {"Key": key, "Title": title, "Description": None}
