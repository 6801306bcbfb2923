"""Two small requests per table to the real providers: does the id exist, is it of the catalogued year, do the keys resolve?

Needs a networked machine: ``LWO_LIVE=1 pytest tests/live``. The base addresses may be those of a mirror (``LWO_STATLINE_V3`` and
so on).
"""

from __future__ import annotations

import os

import pytest

from lwo_analysis.catalogue.indicators import measures
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.sources.statline import FetchSettings, KeySpec, describe_table, resolve_key, resolve_spec, stated_year

pytestmark = pytest.mark.skipif(os.environ.get("LWO_LIVE") != "1", reason="asks the real providers: set LWO_LIVE=1 to run it")

TABLES = [
    (each.id, table, year) for each in sources().values() if each.module == "statline" for table, year in each.tables.items()
]
# Tables of police and RIVM, with the stem of a measure each.
THIRD_PARTIES = [
    ("47018NED", "GeregistreerdeMisdrijven"),
    ("47024NED", "GeregistreerdeOverlast"),
    ("50150NED", "ErvarenGezondheidGoedZeerGoed"),
]


@pytest.mark.parametrize(("source_id", "table_id", "year"), TABLES)
def test_a_catalogued_table_exists_is_of_its_year_and_has_its_keys(source_id: str, table_id: str, year: int) -> None:
    described = describe_table(table_id, api="v3", settings=FetchSettings.from_environment(os.environ))
    assert described.table_id == table_id
    assert stated_year(described) == year
    wanted = [measure for measure in measures().values() if measure.table == source_id and not measure.optional]
    for measure in wanted:
        group = (measure.group,) if measure.group else None
        spec = KeySpec(measure.stem, group, measure.unit, other_stems=measure.other_stems)
        assert resolve_spec(described.properties, spec, where=f"{table_id}, {measure.id}")


@pytest.mark.parametrize(("source_id", "table_id", "year"), TABLES)
def test_a_catalogued_table_exists_in_v4_as_well(source_id: str, table_id: str, year: int) -> None:
    described = describe_table(table_id, api="v4", settings=FetchSettings.from_environment(os.environ))
    assert (described.table_id, stated_year(described)) == (table_id, year)
    assert resolve_key(described.properties, "T001036", unit="aantal")  # inhabitants, the same code in every year


@pytest.mark.parametrize(("table_id", "stem"), THIRD_PARTIES)
def test_a_table_of_a_third_party_exists_and_has_its_measure(table_id: str, stem: str) -> None:
    described = describe_table(table_id, api="dataderden", settings=FetchSettings.from_environment(os.environ))
    assert described.table_id == table_id
    assert resolve_key(described.properties, stem)
