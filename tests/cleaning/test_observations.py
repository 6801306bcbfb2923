"""The observation table: what it refuses, on write and on read."""

from __future__ import annotations

import json

import frictionless
import pandas as pd
import pytest

from lwo_analysis.cleaning.observations import (
    FILE_NAME,
    as_observations,
    load_observations,
    read_observations,
    write_observations,
)
from lwo_analysis.disclosure import suppress_small
from lwo_analysis.errors import InputError, OutputError, ParameterError
from lwo_analysis.schema import COLUMN_NAMES

ROW = {
    "area_id": "lwo",
    "indicator_id": "social_assistance_share",
    "year": 2020,
    "value": 12.5,
    "lower": None,
    "upper": None,
    "numerator": 125.0,
    "denominator": 1000.0,
    "n": 1000.0,
    "status": "final",
    "origin": "register",
    "source_id": "kwb",
    "vintage": "2021-03-26",
}


def frame(*changes: dict) -> pd.DataFrame:
    return pd.DataFrame([ROW | change for change in changes or ({},)], columns=list(COLUMN_NAMES))


def test_a_sound_table_comes_back_with_its_types():
    table = as_observations(frame(), where="test")
    assert tuple(table.columns) == COLUMN_NAMES
    assert str(table["value"].dtype) == "Float64"
    assert str(table["year"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"area_id": "atlantis"}, "area_id"),
        ({"indicator_id": "happiness"}, "indicator_id"),
        ({"status": "maybe"}, "status"),
        ({"origin": "hearsay"}, "origin"),
        ({"value": None}, "no value"),
        ({"status": "suppressed"}, "a value with a status of missing"),
        ({"year": None}, "no year"),
        ({"lower": 13.0, "upper": 12.0}, "an interval turned around"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_in_one_line(change, found):
    with pytest.raises(InputError) as caught:
        as_observations(frame(change), where="test")
    assert found in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_repeated_key_is_refused():
    with pytest.raises(InputError, match="repeated key in 1 row"):
        as_observations(frame({}, {"value": 12.6}), where="test")


def test_demo_and_real_rows_in_one_table_are_refused():
    with pytest.raises(InputError, match="demo figures in a table of their own"):
        as_observations(frame({}, {"origin": "demo", "source_id": "demo-panel"}), where="test")


def test_a_renamed_column_is_refused():
    with pytest.raises(InputError, match=r"missing \['value'\], unknown \['waarde'\]"):
        as_observations(frame().rename(columns={"value": "waarde"}), where="test")


def test_a_truncated_file_is_refused(tmp_path):
    path = write_observations(frame(), tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"observations\.parquet: expected a whole parquet file"):
        read_observations(path)


def test_an_absent_file_says_which_command_makes_it(tmp_path):
    with pytest.raises(InputError, match="run `lwo build`"):
        read_observations(tmp_path / FILE_NAME)


def test_an_unwritable_folder_leaves_what_was_there(tmp_path):
    path = write_observations(frame(), tmp_path)
    before = path.read_bytes()
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(OutputError, match="a folder that can be written to"):
        write_observations(frame({"value": 13.0}), blocked / "processed")
    assert path.read_bytes() == before


def test_a_refused_table_leaves_what_was_there(tmp_path):
    path = write_observations(frame(), tmp_path)
    before = path.read_bytes()
    with pytest.raises(InputError):
        write_observations(frame({"area_id": "atlantis"}), tmp_path)
    assert path.read_bytes() == before


def test_dictionary_and_package_describe_every_column(tmp_path):
    write_observations(frame(), tmp_path)
    package = json.loads((tmp_path / "datapackage.json").read_text())
    resource = package["resources"][0]
    assert [field["name"] for field in resource["schema"]["fields"]] == list(COLUMN_NAMES)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.flatten(["rowNumber", "fieldName", "type", "message"]) == []
    dictionary = (tmp_path / "data-dictionary.md").read_text()
    assert all(f"| {name} |" in dictionary for name in COLUMN_NAMES)


def test_an_unknown_panel_is_refused():
    with pytest.raises(ParameterError, match="auto, real, demo"):
        load_observations("imaginary")


def test_without_imported_data_the_panel_is_the_demo_panel(tmp_path, monkeypatch):
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    assert set(load_observations()["origin"]) == {"demo"}


def test_published_figures_alone_are_no_panel(tmp_path, monkeypatch):
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    write_observations(frame({"origin": "published", "year": None}), tmp_path / "processed")
    assert set(load_observations()["origin"]) == {"demo"}


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"), [(9, 100, False), (10, 100, True), (11, 100, True), (20, 99, False), (20, 100, True)]
)
def test_the_smallest_counts_that_may_be_shown(numerator, denominator, shown):
    table = as_observations(frame({"numerator": numerator, "denominator": denominator}), where="test")
    protected = suppress_small(table)
    row = protected.observations.iloc[0]
    assert (row["status"] == "final") is shown
    assert pd.notna(row["value"]) is shown
    assert pd.notna(row["numerator"]) is shown
    assert protected.suppressed == (0 if shown else 1)


def test_suppression_changes_nothing_in_its_input():
    table = as_observations(frame({"numerator": 3.0}), where="test")
    before = table.copy(deep=True)
    suppress_small(table)
    pd.testing.assert_frame_equal(table, before)
