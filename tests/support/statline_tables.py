"""Tables for the local StatLine server: the tiny one made by hand, and a delivered one when it is present."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lwo_analysis.sources.statline import read_table_folder
from tests.support import statline_folder as sample

Record = dict[str, Any]


@dataclass(frozen=True)
class ServedTable:
    """One table as the provider has it; `rows` and `dimensions` with padded codes."""

    table_id: str
    info: Record
    properties: list[Record]
    dimensions: dict[str, list[Record]]
    rows: pd.DataFrame
    impossible: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def topics(self) -> list[Record]:
        """The topics that hold numbers: the measures of v4."""
        return [
            entry for entry in self.properties if entry["Type"] == "Topic" and entry["Datatype"] in ("Long", "Double", "Integer")
        ]

    @cached_property
    def codes(self) -> dict[str, str]:
        """Per v3 key its v4 measure code: one code per stem, with a version suffix where the stem repeats, as v4 has it."""
        stems: dict[str, list[str]] = {}
        for topic in self.topics:
            stems.setdefault(topic["Key"].rpartition("_")[0], []).append(topic["Key"])
        codes = {}
        for number, keys in enumerate(stems.values()):
            for version, key in enumerate(keys, start=1):
                codes[key] = f"M{number:06d}" + (f"_{version}" if len(keys) > 1 else "")
        return codes

    @cached_property
    def observations(self) -> pd.DataFrame:
        """The cells that are not empty, one per row, region codes without padding; and those that are stated to be impossible."""
        names = list(self.dimensions)
        stripped = self.rows.assign(**{name: self.rows[name].str.strip() for name in names})
        long = stripped.melt(names, list(self.codes), "Measure", "Value", ignore_index=False).sort_index(kind="stable")
        long["ValueAttribute"] = "None"
        for region, key in self.impossible:
            long.loc[long[names[0]].eq(region) & long["Measure"].eq(key), "ValueAttribute"] = "Impossible"
        long = long[long["Value"].notna() | long["ValueAttribute"].ne("None")].reset_index(drop=True)
        ordered = long.assign(Measure=long["Measure"].map(self.codes), StringValue=None, Id=np.arange(len(long)))
        return ordered[["Id", "Measure", "ValueAttribute", "Value", "StringValue", *names]]

    def republished(self, modified: str) -> ServedTable:
        """The same table in a new version, in which every number is one higher."""
        changed = self.rows.copy()
        first = self.topics[0]["Key"]
        changed[first] = changed[first] + 1
        return replace(self, info=self.info | {"Modified": modified}, rows=changed)


def small_table(table_id: str = sample.TABLE_ID) -> ServedTable:
    """The hand-made table."""
    rows = pd.DataFrame(sample.rows())
    return ServedTable(
        table_id,
        sample.infos()[0] | {"Identifier": table_id},
        sample.properties(),
        {"WijkenEnBuurten": sample.regions()},
        _whole(rows, sample.properties()),
        impossible=(("BU00809997", "Koopwoningen_40"),),
    )


def real_table(folder: Path, table_id: str | None = None) -> ServedTable:
    """A delivered v3 folder, with the padding put back that reading takes off."""
    table = read_table_folder(folder)
    rows = table.rows.copy()
    rows[table.region_column] = rows[table.region_column].str.pad(10, side="right")
    regions = table.regions.assign(Key=table.regions["Key"].str.pad(10, side="right"))
    properties = [_plain(record) for record in table.properties.to_dict("records")]
    info = {"Identifier": table_id or table.table_id, "Title": table.title, "Modified": table.modified, "Period": table.period}
    return ServedTable(
        table_id or table.table_id,
        info | {"RecordCount": len(rows)},
        properties,
        {table.region_column: [_plain(record) for record in regions.to_dict("records")]},
        _whole(rows, properties),
    )


def police_table(path: Path) -> ServedTable:
    """Delivered rows of 47018NED, with a description and dimensions written after them."""
    rows = pd.read_csv(path)
    kinds = (("SoortMisdrijf", "Dimension"), ("WijkenEnBuurten", "GeoDetail"), ("Perioden", "TimeDimension"))
    described = [
        {"ID": number, "ParentID": None, "Type": kind, "Key": key, "Title": key, "Datatype": None, "Unit": None}
        for number, (key, kind) in enumerate(kinds)
    ]
    topics = (
        ("GeregistreerdeMisdrijven_1", "Long", "aantal"),
        ("Gemeentenaam_2", "String", "naam"),
        ("SoortRegio_3", "String", ""),
    )
    described += [
        {"ID": number, "ParentID": None, "Type": "Topic", "Key": key, "Title": key, "Datatype": datatype, "Unit": unit}
        for number, (key, datatype, unit) in enumerate(topics, start=3)
    ]
    codes = {key: [{"Key": code, "Title": code.strip(), "Description": None} for code in rows[key].unique()] for key, _ in kinds}
    info = {
        "Identifier": "47018NED",
        "Title": "Geregistreerde misdrijven",
        "Modified": "2025-02-14T02:00:00",
        "Period": "2012-2024",
    }
    return ServedTable("47018NED", info | {"RecordCount": len(rows)}, described, codes, _whole(rows, described))


def _whole(rows: pd.DataFrame, properties: list[Record]) -> pd.DataFrame:
    """Counts as whole numbers, so that they are written without a decimal point as the provider does."""
    longs = [entry["Key"] for entry in properties if entry.get("Datatype") in ("Long", "Integer")]
    floats = [entry["Key"] for entry in properties if entry.get("Datatype") == "Double"]
    return rows.astype(dict.fromkeys(longs, "Int64") | dict.fromkeys(floats, "Float64"))


def _plain(record: Record) -> Record:
    return {key: None if pd.isna(value) else value.item() if hasattr(value, "item") else value for key, value in record.items()}
