"""`lwo fetch` from a server on loopback: the table, its card, and what a failure leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lwo_analysis.errors import CatalogueError, ParameterError
from lwo_analysis.provenance import read_card
from lwo_analysis.run.fetching import Fetched, fetch_requests, parse_years, plan_fetch
from lwo_analysis.sources.statline import FetchSettings, read_table_folder
from tests.support.command import lwo
from tests.support.statline_server import Fault, StatLineServer, serving
from tests.support.statline_tables import small_table

TABLE = "84799NED"


@pytest.fixture
def server() -> Iterator[StatLineServer]:
    with serving(small_table(TABLE), page_size=2) as running:
        yield running


def addresses(server: StatLineServer) -> dict[str, str]:
    return {"LWO_STATLINE_V3": server.v3, "LWO_STATLINE_V4": server.v4, "LWO_DATADERDEN": server.dataderden}


def plan(raw: Path, *names: str, **options: object) -> list:
    defaults = {"tables": [], "years": None, "regions": None, "api": None, "raw": raw}
    return plan_fetch(names, **{**defaults, **options})


def test_a_fetched_table_has_a_card_that_holds(server, tmp_path):
    finished = lwo(
        "fetch", "statline", "--tables", TABLE, data=tmp_path / "data", outputs=tmp_path / "outputs", **addresses(server)
    )
    folder = tmp_path / "data" / "raw" / TABLE
    card = read_card(folder)
    assert (card.source_id, card.table, card.licence) == ("kwb", TABLE, "CC BY 4.0")
    assert card.vintage == read_table_folder(folder).modified
    assert f"{TABLE}: {len(read_table_folder(folder).rows)} rows" in finished.stdout


def test_a_dry_run_keeps_nothing(server, tmp_path):
    finished = lwo("fetch", "--tables", TABLE, "--dry-run", data=tmp_path, outputs=tmp_path, **addresses(server))
    assert f"{TABLE}: about" in finished.stdout
    assert not (tmp_path / "raw").exists()


def test_a_table_that_fails_leaves_the_last_good_one(server, tmp_path):
    settings = FetchSettings(v3=addresses(server)["LWO_STATLINE_V3"], attempts=1, backoff=0)
    good = fetch_requests(plan(tmp_path, tables=[TABLE]), settings, retrieved="2026-11-20")[0]
    server.tables = {TABLE: small_table(TABLE).republished("2027-01-01T02:00:00")}
    server.faults.append(Fault("status 500", times=10**9))
    bad = fetch_requests(plan(tmp_path, tables=[TABLE]), settings, retrieved="2026-11-21")[0]
    assert good.report is not None
    assert bad.report is None
    assert "not fetched" in bad.line
    assert "\n" not in bad.line
    assert read_card(tmp_path / TABLE).retrieved == "2026-11-20"


def test_years_choose_the_tables(tmp_path):
    assert [request.table_id for request in plan(tmp_path, "kwb", years=(2020, 2021))] == ["84799NED", "85039NED"]


def test_years_choose_rows_of_a_table_of_several_years(tmp_path):
    crime, nuisance = plan(tmp_path, "politie-crime", "politie-nuisance", years=(2020, 2043))
    assert (crime.table_id, crime.api, crime.years, crime.regions) == ("47018NED", "dataderden", (2020,), None)
    assert (nuisance.table_id, nuisance.years, nuisance.regions) == ("47024NED", (2020,), ("NL", "GM", "WK"))
    assert plan(tmp_path, "politie-crime")[0].years is None


def test_of_a_table_whose_years_are_each_on_their_own_boundaries_only_the_catalogued_ones_are_fetched(tmp_path):
    (core,) = plan(tmp_path, "regional-core")
    assert (core.years, core.regions) == (tuple(range(2013, 2026)), ("NL", "GM"))
    assert plan(tmp_path, "regional-core", years=(2024, 2050))[0].years == (2024,)


def test_only_the_codes_that_are_read_are_fetched(tmp_path):
    assert plan(tmp_path, "politie-crime")[0].where == {"SoortMisdrijf": ("0.0.0",)}
    health = plan(tmp_path, "rivm-health-statline")[0]
    assert health.where == {"Leeftijd": ("20300",), "Marges": ("MBG0095", "MOG0095", "MW00000")}
    assert plan(tmp_path, "kwb", years=(2020,))[0].where == {}


def test_a_table_that_was_never_seen_is_asked_for_and_its_failure_is_told_but_not_serious(tmp_path):
    asked = plan(tmp_path, tables=["86204NED", TABLE])
    assert [request.where for request in asked] == [{}, {}]
    with serving(small_table(TABLE)) as server:
        settings = FetchSettings(v3=server.v3, attempts=1, backoff=0)
        never_seen, known = fetch_requests(asked, settings, retrieved="2026-11-20")
    assert "86204NED: not fetched" in never_seen.line
    assert (never_seen.is_serious, known.is_serious) == (False, False)
    assert Fetched(TABLE, None, never_seen.error).is_serious


def test_what_cannot_be_fetched_is_named(tmp_path):
    with pytest.raises(ParameterError, match="found weather"):
        plan_fetch(["weather"], tables=[], years=None, regions=None, api=None, raw=tmp_path)
    with pytest.raises(ParameterError, match="nothing to fetch"):
        plan(tmp_path, years=(1850,))
    with pytest.raises(CatalogueError, match="11111NED"):
        plan(tmp_path, tables=["11111NED"])
    with pytest.raises(ParameterError, match="--years"):
        parse_years("last year")
