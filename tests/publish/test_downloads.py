"""Downloads: the same rows in every format, nothing a spreadsheet would run, a description that validators accept."""

from __future__ import annotations

import io
import json
from pathlib import Path

import frictionless
import openpyxl
import pandas as pd
import pytest

from lwo_analysis.publish.downloads import download_files, escape_formulas, split_demo
from lwo_analysis.schema import COLUMN_NAMES
from tests.support.sample_pages import sample_observations


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return download_files(sample_observations("register"), [{"title": "CBS, tabel 82931NED"}])


def test_the_formats_hold_the_same_rows_with_missing_values_empty(files: dict[str, bytes]) -> None:
    csv = pd.read_csv(io.BytesIO(files["observations.csv"]))
    parquet = pd.read_parquet(io.BytesIO(files["observations.parquet"]))
    sheet = pd.read_excel(io.BytesIO(files["observations.xlsx"]), engine="openpyxl")
    for frame in (csv, parquet, sheet):
        assert list(frame.columns) == list(COLUMN_NAMES)
        assert frame["value"].astype("Float64").tolist()[:2] == [12.6, 7.0]
        assert frame["value"].isna().tolist() == [False, False, True]
        assert frame["status"].tolist() == ["final", "provisional", "suppressed"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert escape_formulas(pd.DataFrame({"a": [text, "x=1", None]}))["a"].tolist()[:2] == [f"'{text}", "x=1"]


def test_the_excel_file_holds_no_formula(files: dict[str, bytes]) -> None:
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(files["observations.xlsx"])).active.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert "'=1+1" in {cell.value for cell in cells}


def test_a_negative_number_stays_a_number() -> None:
    assert escape_formulas(pd.DataFrame({"value": [-1.5]}))["value"].tolist() == [-1.5]


def test_the_description_is_a_valid_data_package_whose_checksums_hold(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.flatten(["rowNumber", "fieldName", "type", "message"]) == []
    assert frictionless.Package(str(tmp_path / "datapackage.json")).resource_names == [
        "observations-csv",
        "observations-parquet",
        "observations-xlsx",
    ]


def test_a_demo_download_says_demo_in_its_names_and_its_title() -> None:
    files = download_files(sample_observations("demo"))
    assert set(files) == {f"DEMO-observations.{ending}" for ending in ("csv", "parquet", "xlsx")} | {"datapackage.json"}
    assert json.loads(files["datapackage.json"])["title"].startswith("DEMO")
    assert openpyxl.load_workbook(io.BytesIO(files["DEMO-observations.xlsx"])).sheetnames == ["DEMO-observations"]


def test_real_and_demo_rows_are_parted() -> None:
    real, demo = split_demo(sample_observations("register", "demo", "survey"))
    assert set(real["origin"]) == {"register", "survey"}
    assert set(demo["origin"]) == {"demo"}
    assert len(real) + len(demo) == 9


def test_two_writings_are_the_same_bytes(files: dict[str, bytes]) -> None:
    assert download_files(sample_observations("register"), [{"title": "CBS, tabel 82931NED"}]) == files
