"""What a fetch delivers when nothing goes wrong: the whole table, or exactly the part that was asked for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.errors import InputError, OutputError, ParameterError
from lwo_analysis.sources.statline import (
    FetchProgress,
    FetchReport,
    FetchSettings,
    KeySpec,
    TableRequest,
    estimate_rows,
    fetch_table,
    fetch_tables,
    read_table_folder,
    tidy_rows,
)
from tests.sources.conftest import settings_for, snapshot
from tests.support import statline_folder as sample
from tests.support.statline_server import ALWAYS, Fault, StatLineServer
from tests.support.statline_tables import small_table

KEYS_V3 = {"population": KeySpec("AantalInwoners"), "gas": KeySpec("Appartement", unit="m³"), "owners": KeySpec("Koopwoningen")}
KEYS_V3 |= {"youth_care": KeySpec("PercentageJongerenMetJeugdzorg")}
KEYS_V4 = {"population": KeySpec("M000000"), "gas": KeySpec("M000002", unit="m³"), "owners": KeySpec("M000001")}
KEYS_V4 |= {"youth_care": KeySpec("M000003")}


@pytest.mark.parametrize("api", ["v3", "dataderden"])
def test_the_v3_interfaces_deliver_every_cell_of_the_table(api: str, settings: FetchSettings, tmp_path: Path) -> None:
    _fetch(api, tmp_path / "t", settings)
    rows = read_table_folder(tmp_path / "t").rows
    assert rows["WijkenEnBuurten"].tolist() == [code for code, _ in sample.REGIONS]
    cells = rows[list(sample.MEASURES)].astype(object).where(rows[list(sample.MEASURES)].notna(), None)
    assert cells.values.tolist() == [list(row) for row in sample.CELLS]


def test_both_interfaces_yield_the_same_tidy_rows(settings: FetchSettings, tmp_path: Path) -> None:
    tidy = {}
    for api, keys in (("v3", KEYS_V3), ("v4", KEYS_V4)):
        _fetch(api, tmp_path / api, settings)
        tidy[api] = tidy_rows(read_table_folder(tmp_path / api), keys)
    # v4 says of one cell why it is empty, where v3 only leaves it empty.
    is_owner_in_water = tidy["v4"]["region_code"].eq("BU00809997") & tidy["v4"]["measure"].eq("owners")
    assert tidy["v4"].loc[is_owner_in_water, "missing_reason"].tolist() == ["impossible"]
    assert tidy["v3"].loc[is_owner_in_water, "missing_reason"].tolist() == ["suppressed_or_unknown"]
    pd.testing.assert_frame_equal(tidy["v3"][~is_owner_in_water], tidy["v4"][~is_owner_in_water])


def test_a_table_of_the_same_version_is_not_fetched_again(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    first = _fetch("v3", tmp_path / "t", settings)
    before = snapshot(tmp_path / "t")
    server.requests.clear()
    second = _fetch("v3", tmp_path / "t", settings)
    assert (first.unchanged, second.unchanged) == (False, True)
    assert snapshot(tmp_path / "t") == before
    assert {request.split("/")[-1].split("?")[0] for request in server.requests} == {"TableInfos", "$count"}


def test_a_delivered_page_that_was_damaged_is_fetched_again(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    _fetch("v3", tmp_path / "t", settings)
    before = snapshot(tmp_path / "t")
    (tmp_path / "t" / "TypedDataSet_0001.json").write_text('{"value": []}')
    server.requests.clear()
    assert not _fetch("v3", tmp_path / "t", settings).unchanged
    assert snapshot(tmp_path / "t") == before
    assert sum("TypedDataSet?" in request for request in server.requests) == 1


def test_a_new_version_replaces_the_whole_folder(server: StatLineServer, settings: FetchSettings, tmp_path: Path) -> None:
    _fetch("v3", tmp_path / "t", settings)
    server.tables["99999NED"] = small_table().republished("2021-09-01T02:00:00")
    report = _fetch("v3", tmp_path / "t", settings)
    table = read_table_folder(tmp_path / "t")
    assert (report.modified, table.modified) == ("2021-09-01T02:00:00", "2021-09-01T02:00:00")
    assert table.rows["AantalInwoners_5"].tolist() == [cells[0] + 1 for cells in sample.CELLS]


def test_columns_are_asked_by_stem_and_only_those_come(server: StatLineServer, settings: FetchSettings, tmp_path: Path) -> None:
    select = [KeySpec("Appartement", group=("Gemiddeld aardgasverbruik",)), KeySpec("AantalInwoners")]
    report = fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, select=select)
    assert not report.whole
    assert "$select=ID,WijkenEnBuurten,AantalInwoners_5,Appartement_56" in server.requests[-3]
    rows = read_table_folder(tmp_path / "t").rows
    assert list(rows.columns) == ["ID", "WijkenEnBuurten", "AantalInwoners_5", "Appartement_56"]
    assert rows["Appartement_56"].dropna().tolist() == [870, 820, 790, 700]


def test_measures_of_v4_are_asked_by_code_and_only_those_come(settings: FetchSettings, tmp_path: Path) -> None:
    report = fetch_table("99999NED", api="v4", destination=tmp_path / "t", settings=settings, select=["M000000"])
    assert report.count == len(sample.REGIONS)
    assert list(read_table_folder(tmp_path / "t").rows.columns) == ["WijkenEnBuurten", "M000000"]


@pytest.mark.parametrize("select", [["AantalInwoners_9"], [KeySpec("Appartement")], [KeySpec("Inwoners")]])
def test_a_column_that_the_table_lacks_or_has_twice_is_refused(
    select: list[str | KeySpec], settings: FetchSettings, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="99999NED, its description"):
        fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, select=select)
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("api", ["v3", "v4"])
def test_regions_are_asked_by_the_start_of_their_code(api: str, settings: FetchSettings, tmp_path: Path) -> None:
    regions = ["GM0080", "WK0080"]
    fetch_table("99999NED", api=api, destination=tmp_path / "t", settings=settings, regions=regions)
    keys = KEYS_V3 if api == "v3" else KEYS_V4
    tidy = tidy_rows(read_table_folder(tmp_path / "t"), {name: keys[name] for name in ("population", "youth_care")})
    assert tidy["region_code"].unique().tolist() == ["GM0080", "WK008020", "WK008050"]
    # Nothing is known of the other regions, so an empty column does not mean that it is not published yet.
    assert tidy.loc[tidy["measure"].eq("youth_care"), "missing_reason"].unique().tolist() == ["suppressed_or_unknown"]


def test_regions_that_do_not_exist_are_an_error_and_not_an_empty_table(settings: FetchSettings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected at least one row, found none"):
        fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, regions=["WK9999"])


def test_a_selection_too_long_for_a_server_becomes_the_whole_table(server: StatLineServer, tmp_path: Path) -> None:
    settings = settings_for(server, longest_query=30)
    select = [KeySpec("AantalInwoners")]
    report = fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, select=select, regions=["WK0080"])
    assert report.whole
    assert read_table_folder(tmp_path / "t").rows.shape == (6, 8)


def test_a_dry_run_counts_and_keeps_nothing(settings: FetchSettings, tmp_path: Path) -> None:
    whole = TableRequest("99999NED", tmp_path / "t")
    assert estimate_rows(whole, settings=settings) == 6
    assert estimate_rows(TableRequest("99999NED", tmp_path / "t", regions=("WK0080",)), settings=settings) == 2
    assert estimate_rows(TableRequest("99999NED", tmp_path / "t", api="v4", select=("M000000",)), settings=settings) == 6
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_after_every_page(settings: FetchSettings, tmp_path: Path) -> None:
    told: list[FetchProgress] = []
    fetch_table("99999NED", api="v3", destination=tmp_path / "t", settings=settings, progress=told.append)
    assert told == [FetchProgress("99999NED", received, 6) for received in (2, 4, 6)]


def test_an_interrupted_fetch_resumes_at_the_page_that_failed(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    server.faults.append(Fault("status 500", page=2, times=ALWAYS))
    with pytest.raises(InputError, match="status 500"):
        _fetch("v3", tmp_path / "t", settings)
    server.faults.clear()
    server.requests.clear()
    report = _fetch("v3", tmp_path / "t", settings)
    assert [request.split("?")[1] for request in server.requests if "TypedDataSet?" in request] == ["$format=json&$skip=4"]
    assert report.resumed == report.pages - 2  # all but TableInfos, which is always asked, and the page that failed


def test_tables_are_fetched_side_by_side_and_one_failure_does_not_stop_the_others(
    server: StatLineServer, settings: FetchSettings, tmp_path: Path
) -> None:
    server.tables |= {f"{number}NED": small_table(f"{number}NED") for number in range(6)}
    names = [f"{number}NED" for number in range(6)] + ["missing"]
    outcome = fetch_tables([TableRequest(name, tmp_path / name) for name in names], settings=settings)
    assert [type(each) for each in outcome] == [FetchReport] * 6 + [InputError]
    assert [read_table_folder(tmp_path / name).table_id for name in names[:6]] == names[:6]


def test_files_that_were_not_fetched_are_not_replaced(settings: FetchSettings, tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    before = snapshot(folder)
    with pytest.raises(InputError, match="move the folder away or fetch into another one"):
        _fetch("v3", folder, settings)
    assert snapshot(folder) == before


def test_a_second_fetch_of_the_same_table_waits_its_turn(settings: FetchSettings, tmp_path: Path) -> None:
    from filelock import FileLock

    (tmp_path / ".partial").mkdir()
    with (
        FileLock(tmp_path / ".partial" / "t.lock"),
        pytest.raises(OutputError, match="expected no other fetch of this table"),
    ):
        _fetch("v3", tmp_path / "t", settings)


@pytest.mark.parametrize("which", ["old", "new"])
def test_a_move_that_was_cut_off_is_finished_or_undone(which: str, settings: FetchSettings, tmp_path: Path) -> None:
    _fetch("v3", tmp_path / "t", settings)
    before = snapshot(tmp_path / "t")
    (tmp_path / "t").rename(tmp_path / ".partial" / "t.old")
    if which == "new":
        (tmp_path / ".partial" / "t.old").rename(tmp_path / ".partial" / "t.new")
        (tmp_path / ".partial" / "t.old").mkdir()
    assert _fetch("v3", tmp_path / "t", settings).unchanged
    assert snapshot(tmp_path / "t") == before


def test_base_addresses_come_from_the_environment() -> None:
    settings = FetchSettings.from_environment({"LWO_STATLINE_V3": "http://mirror/ODataFeed/odata/", "LWO_DATADERDEN": ""})
    assert settings.v3 == "http://mirror/ODataFeed/odata"
    assert settings.v4 == "https://datasets.cbs.nl/odata/v1"
    assert settings.dataderden == "https://dataderden.cbs.nl/ODataFeed/OData"
    with pytest.raises(ParameterError, match="LWO_STATLINE_V4"):
        FetchSettings.from_environment({"LWO_STATLINE_V4": "mirror.example"})


def test_an_unknown_interface_is_refused(settings: FetchSettings, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="expected v3, v4 or dataderden, found 'v5'"):
        _fetch("v5", tmp_path / "t", settings)


def _fetch(api: str, destination: Path, settings: FetchSettings) -> FetchReport:
    return fetch_table("99999NED", api=api, destination=destination, settings=settings)
