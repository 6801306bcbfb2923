"""Two small requests per table to the real providers: does the id exist, is it of the catalogued year, do the keys resolve?

Needs a networked machine: ``LWO_LIVE=1 pytest tests/live``. The base addresses may be those of a mirror (``LWO_STATLINE_V3`` and
so on).
"""

from __future__ import annotations

import os

import pytest

from lwo_analysis.catalogue.indicators import measures_of
from lwo_analysis.catalogue.sources import source, sources
from lwo_analysis.sources.regional import codes_in, key_of
from lwo_analysis.sources.statline import FetchSettings, describe_table, resolve_key, resolve_spec, stated_year

pytestmark = pytest.mark.skipif(os.environ.get("LWO_LIVE") != "1", reason="asks the real providers: set LWO_LIVE=1 to run it")

TABLES = [(each.id, table) for each in sources().values() if each.api for table in each.tables]
KEY_FIGURES = list(source("kwb").tables.items())


@pytest.mark.parametrize(("source_id", "table_id"), TABLES)
def test_a_catalogued_table_exists_is_of_its_year_and_has_its_keys(source_id: str, table_id: str) -> None:
    origin = source(source_id)
    described = describe_table(table_id, api=origin.api, settings=FetchSettings.from_environment(os.environ))
    assert described.table_id == table_id
    if not described.properties["Type"].eq("TimeDimension").any():
        assert stated_year(described) == origin.tables[table_id]
    for measure in measures_of(source_id):
        found = resolve_spec(described.properties, key_of(measure), where=f"{table_id}, {measure.id}")
        assert found or measure.optional
        keys = set(described.properties["Key"].str.strip())
        assert set(codes_in(keys, measure.where)) <= keys


@pytest.mark.parametrize(("table_id", "year"), KEY_FIGURES)
def test_the_key_figures_exist_in_v4_as_well(table_id: str, year: int) -> None:
    described = describe_table(table_id, api="v4", settings=FetchSettings.from_environment(os.environ))
    assert (described.table_id, stated_year(described)) == (table_id, year)
    assert resolve_key(described.properties, "T001036", unit="aantal")  # inhabitants, the same code in every year
