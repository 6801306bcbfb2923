"""A tiny StatLine table in the provider's own manners, to be written to a folder, served, or spoiled in one place by a test.

Made by hand after the delivered description of 84799NED: region dimension of type GeoDetail, codes padded to ten characters,
names padded, topic groups with an empty key, a stem that occurs twice (gas and electricity), a column that is not published yet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

Record = dict[str, Any]

TABLE_ID = "99999NED"
MODIFIED = "2021-03-26T02:00:00"

REGIONS = (
    ("NL00", "Nederland"),
    ("GM0080", "Leeuwarden"),
    ("WK008020", "Oud-Oost"),
    ("WK008050", "Heechterp & Schieringen"),
    ("BU00802000", "Oldegalileeën"),
    ("BU00809997", ""),
)
# inhabitants, owner-occupied (%), flats: electricity (kWh), flats: gas (m³), youth care (%): not published yet
CELLS: tuple[tuple[float | None, ...], ...] = (
    (17407585, 57.5, 2010, 870, None),
    (124000, 49.0, 1890, 820, None),
    (12290, 31.5, 1730, 790, None),
    (3650, 12.0, None, 700, None),
    (2180, 0.0, 1700, None, None),
    (0, None, None, None, None),
)
MEASURES = ("AantalInwoners_5", "Koopwoningen_40", "Appartement_48", "Appartement_56", "PercentageJongerenMetJeugdzorg_88")


def properties() -> list[Record]:
    """Return DataProperties: dimension, topic groups and topics."""

    def entry(number: int, parent: int | None, kind: str, key: str, title: str, datatype: str | None, unit: str | None) -> Record:
        head = {"odata.type": f"Cbs.OData.{kind}", "ID": number, "Position": number, "ParentID": parent, "Type": kind}
        return head | {"Key": key, "Title": title, "Description": "", "Datatype": datatype, "Unit": unit, "Decimals": 0}

    return [
        entry(0, None, "GeoDetail", "WijkenEnBuurten", "Wijken en buurten", None, None),
        entry(1, None, "TopicGroup", "", "Regioaanduiding", None, None),
        entry(2, 1, "Topic", "Gemeentenaam_1", "Gemeentenaam", "String", "naam"),
        entry(3, None, "TopicGroup", "", "Bevolking", None, None),
        entry(4, 3, "Topic", "AantalInwoners_5", "Aantal inwoners", "Long", "aantal"),
        entry(5, None, "TopicGroup", "", "Wonen", None, None),
        entry(6, 5, "Topic", "Koopwoningen_40", "Koopwoningen", "Double", "%"),
        entry(7, None, "TopicGroup", "", "Energie", None, None),
        entry(8, 7, "TopicGroup", "", "Gemiddeld elektriciteitsverbruik", None, None),
        entry(9, 8, "Topic", "Appartement_48", "Appartement", "Long", "kWh"),
        entry(10, 7, "TopicGroup", "", "Gemiddeld aardgasverbruik", None, None),
        entry(11, 10, "Topic", "Appartement_56", "Appartement", "Long", "m³"),
        entry(12, None, "Topic", "PercentageJongerenMetJeugdzorg_88", "Percentage jongeren met jeugdzorg", "Double", "%"),
    ]


def rows() -> list[Record]:
    """Return TypedDataSet with padded codes and names."""
    return [
        {"ID": number, "WijkenEnBuurten": f"{code:<10}", "Gemeentenaam_1": f"{'Leeuwarden':<40}"}
        | dict(zip(MEASURES, cells, strict=True))
        for number, ((code, _), cells) in enumerate(zip(REGIONS, CELLS, strict=True))
    ]


def regions() -> list[Record]:
    """Return the region dimension with padded keys."""
    return [
        {"Key": f"{code:<10}", "Title": f"{name:<30}", "Description": None, "Municipality": "GM0080"} for code, name in REGIONS
    ]


def infos() -> list[Record]:
    """Return TableInfos."""
    described = {
        "ID": 1,
        "Title": "Kerncijfers wijken en buurten 2020",
        "Identifier": TABLE_ID,
        "Modified": MODIFIED,
        "Period": "2020",
    }
    return [described | {"RecordCount": len(REGIONS), "OutputStatus": "Regulier"}]


def envelope(records: list[Record], name: str, link: str | None = None) -> Record:
    """Return records in the envelope of OData v3."""
    content = {"odata.metadata": f"https://opendata.cbs.nl/ODataFeed/odata/{TABLE_ID}/$metadata#{name}", "value": records}
    return content | ({"odata.nextLink": link} if link else {})


def write_v3_folder(folder: Path, *, as_parquet: bool = False, page_size: int | None = None, **changed: list[Record]) -> Path:
    """Write the table to a folder and return it.

    `changed` replaces a part (``rows, properties, regions, infos``) by other records; `page_size` cuts the rows into JSON pages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "TypedDataSet": changed.get("rows", rows()),
        "DataProperties": changed.get("properties", properties()),
        "WijkenEnBuurten": changed.get("regions", regions()),
        "TableInfos": changed.get("infos", infos()),
    }
    for name, records in parts.items():
        if as_parquet and name != "TableInfos":
            pd.DataFrame(records).to_parquet(folder / f"cbs.v3.{TABLE_ID}_{name}.parquet")
        elif page_size and name == "TypedDataSet":
            _write_pages(folder, name, records, page_size)
        else:
            (folder / f"{name}.json").write_text(json.dumps(envelope(records, name)), encoding="utf-8")
    return folder


def _write_pages(folder: Path, name: str, records: list[Record], page_size: int) -> None:
    starts = range(0, len(records), page_size)
    for number, start in enumerate(starts):
        link = f"?$skip={start + page_size}" if start + page_size < len(records) else None
        page = envelope(records[start : start + page_size], name, link)
        (folder / f"{name}_{number:04d}.json").write_text(json.dumps(page), encoding="utf-8")
