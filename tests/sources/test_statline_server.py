"""The server of the tests has the manners of the real one (see the notes on the interfaces that each test names)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline import (
    FetchSettings,
    KeySpec,
    describe_table,
    fetch_table,
    read_table_folder,
    stated_year,
    tidy_rows,
)
from tests.sources.conftest import settings_for
from tests.support import statline_folder as sample
from tests.support.shared_data import shared_path
from tests.support.statline_server import StatLineServer, serving
from tests.support.statline_tables import ServedTable, police_table, real_table


def test_v3_pads_keys_and_pages_with_a_link(server: StatLineServer) -> None:
    page = httpx.get(f"{server.v3}/99999NED/TypedDataSet?$format=json").json()
    assert [row["WijkenEnBuurten"] for row in page["value"]] == ["NL00      ", "GM0080    "]
    assert page["odata.nextLink"].endswith("TypedDataSet?$format=json&$skip=2")
    last = httpx.get(f"{server.v3}/99999NED/TypedDataSet?$format=json&$skip=4").json()
    assert "odata.nextLink" not in last


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("?$filter=WijkenEnBuurten eq 'GM0080    '", 1),
        ("?$filter=WijkenEnBuurten eq 'GM0080'", 0),  # of the wrong width: status 200 and no rows
        ("?$filter=startswith(WijkenEnBuurten,'WK0080')", 2),
        ("?$filter=(startswith(WijkenEnBuurten,'WK0080') or startswith(WijkenEnBuurten,'NL'))", 3),
        ("?$filter=Gemeentenaam_1 eq 'nowhere'", 6),  # a condition on a topic is ignored
    ],
)
def test_v3_filters_on_dimensions_only_and_by_padded_code(server: StatLineServer, query: str, count: int) -> None:
    assert httpx.get(f"{server.v3}/99999NED/UntypedDataSet/$count{query}").text == str(count)


def test_v3_selects_by_exact_key_only(server: StatLineServer) -> None:
    assert httpx.get(f"{server.v3}/99999NED/TypedDataSet?$select=AantalInwoners_5").status_code == 200
    assert httpx.get(f"{server.v3}/99999NED/TypedDataSet?$select=AantalInwoners").status_code == 404


def test_v4_leaves_out_empty_cells_except_those_it_has_a_word_for(server: StatLineServer) -> None:
    first = f"{server.v4}/CBS/99999NED/Observations"
    assert httpx.get(f"{first}?$count=true&$top=0").json()["@odata.count"] == 20  # 19 cells with a value, 1 that is impossible
    observations, address = [], first
    while address:
        page = httpx.get(address).json()
        observations, address = observations + page["value"], page.get("@odata.nextLink")
    assert sum(value is not None for row in sample.CELLS for value in row) == 19
    assert [each["ValueAttribute"] for each in observations if each["Value"] is None] == ["Impossible"]
    assert {each["WijkenEnBuurten"] for each in observations} == {code for code, _ in sample.REGIONS}


def test_a_description_costs_no_figures(server: StatLineServer, settings: FetchSettings) -> None:
    described = describe_table("99999NED", api="v4", settings=settings)
    assert (described.table_id, stated_year(described)) == ("99999NED", 2020)
    assert not any("Observations" in request or "WijkenEnBuurtenCodes" in request for request in server.requests)


@pytest.fixture(scope="module")
def police() -> ServedTable:
    return police_table(shared_path("politie/47018NED-first-1000-rows.csv"))


@pytest.mark.parametrize("years", [None, (2019, 2020)])
def test_real_police_rows_keep_every_year_and_are_never_added_up(
    police: ServedTable, years: tuple[int, ...] | None, tmp_path: Path
) -> None:
    with serving(police, page_size=300) as server:
        settings = settings_for(server, patience=60.0)
        fetch_table("47018NED", api="dataderden", destination=tmp_path / "t", settings=settings, years=years)
    spec = KeySpec("GeregistreerdeMisdrijven", where={"SoortMisdrijf": "0.0.0"})
    tidy = tidy_rows(read_table_folder(tmp_path / "t"), {"crime": spec})
    country = tidy[tidy["region_code"].eq("NL00")].set_index("year")["value"]
    # The first lines of the delivered file: 1127693, 1078652, 1002641 and 961210 for 2012-2015.
    if years is None:
        assert country.loc[[2012, 2013, 2014, 2015]].tolist() == [1127693, 1078652, 1002641, 961210]
    else:
        assert sorted(country.index) == [2019, 2020]


def test_years_that_the_table_lacks_are_refused(police: ServedTable, tmp_path: Path) -> None:
    with serving(police) as server:
        settings = settings_for(server, patience=60.0)
        with pytest.raises(InputError, match="expected periods of 2030, found those of 2012, 2013"):
            fetch_table("47018NED", api="dataderden", destination=tmp_path / "t", settings=settings, years=[2030])


def test_the_real_table_comes_in_two_pages_of_at_most_ten_thousand_rows() -> None:
    with serving(real_table(shared_path("cbs/84799NED-2020"))) as server:
        first = httpx.get(f"{server.v3}/84799NED/TypedDataSet?$select=ID").json()
        last = httpx.get(first["odata.nextLink"]).json()
    assert (len(first["value"]), len(last["value"])) == (10000, 7341)
    assert "odata.nextLink" not in last
