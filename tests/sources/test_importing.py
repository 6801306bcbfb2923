"""`lwo import`: a copy with its card, or nothing."""

from __future__ import annotations

import shutil

import pytest

from lwo_analysis.errors import CatalogueError, InputError, OutputError, ParameterError
from lwo_analysis.provenance import read_card
from lwo_analysis.sources.importing import import_files
from tests.sources.test_rivm import region, workbook
from tests.support.shared_data import shared_path


def test_a_workbook_gets_a_folder_and_a_card(tmp_path):
    path = workbook(tmp_path / "download.xlsx", region("WK008020"))
    card = import_files(path, module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")[0]
    assert card.table == "gezondheid-2020"
    assert read_card(tmp_path / "raw" / "gezondheid-2020") == card
    assert card.retrieved == "2026-11-20"


def test_a_second_import_replaces_the_first(tmp_path):
    for value in ("50.0", "60.0"):
        path = workbook(tmp_path / "download.xlsx", region("WK008020", value=value))
        card = import_files(path, module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")[0]
    assert read_card(tmp_path / "raw" / "gezondheid-2020") == card
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["gezondheid-2020"]


def test_a_damaged_file_leaves_what_was_there(tmp_path):
    path = workbook(tmp_path / "download.xlsx", region("WK008020"))
    card = import_files(path, module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")[0]
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError):
        import_files(path, module="rivm", raw=tmp_path / "raw", retrieved="2026-11-21")
    assert read_card(tmp_path / "raw" / "gezondheid-2020") == card


def test_a_file_that_is_not_recognised_is_refused(tmp_path):
    path = tmp_path / "holiday.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(InputError, match=r"holiday\.xlsx: expected a whole zip file, found unreadable"):
        import_files(path, module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")
    assert not (tmp_path / "raw").exists()


def test_a_year_that_the_catalogue_does_not_know_is_refused(tmp_path):
    row = region("WK008020")
    row[4] = "2019JJ00"
    with pytest.raises(InputError, match="expected a year of 2012, 2016, 2020, found 2019"):
        import_files(workbook(tmp_path / "w.xlsx", row), module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")


def test_an_unknown_source_and_an_absent_path_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="rivm, statline"):
        import_files(tmp_path, module="weather", raw=tmp_path / "raw", retrieved="2026-11-20")
    with pytest.raises(InputError, match="a downloaded file or folder"):
        import_files(tmp_path / "nowhere", module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")


def test_a_raw_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "raw").write_text("a file where a folder is due")
    path = workbook(tmp_path / "download.xlsx", region("WK008020"))
    with pytest.raises(OutputError, match="gezondheid-2020: expected a folder that can be written to"):
        import_files(path, module="rivm", raw=tmp_path / "raw", retrieved="2026-11-20")


def test_a_table_that_the_catalogue_does_not_list_is_refused(tmp_path):
    folder = tmp_path / "table"
    shutil.copytree(shared_path("cbs/84799NED-2020"), folder)
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    info = folder / "cbs.v3.84799NED_Metadata.json"
    info.write_text(info.read_text(encoding="utf-8").replace("84799NED", "99999NED"), encoding="utf-8")
    with pytest.raises((CatalogueError, InputError), match="99999NED"):
        import_files(folder, module="statline", raw=tmp_path / "raw", retrieved="2026-11-20")
    assert not (tmp_path / "raw").exists()
