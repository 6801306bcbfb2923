"""Every measure stands in the tables in which it should, under the name that the provider gives it there."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from lwo_analysis.catalogue.indicators import indicators, measures
from lwo_analysis.indicators.other_table import SURFACE
from lwo_analysis.sources.regional import key_of
from lwo_analysis.sources.statline import read_table_folder, resolve_spec
from lwo_analysis.sources.statline.folder import described_v3
from lwo_analysis.sources.statline.v4 import described_v4
from tests.support.shared_data import shared_path

KEY_FIGURES = [measure for measure in measures().values() if measure.table == "kwb"]
# Read in the descriptions of the tables: what the table of 2017 did not have yet.
NOT_IN_2017 = {
    "low_education",
    "middle_education",
    "high_education",
    "net_labour_participation",
    "standardised_income",
    "youth_care",
    "youth_care_clients",
    "wmo_clients",
}


def described_2017() -> pd.DataFrame:
    folder = "cbs/83765NED-2017/cbs.v4.83765NED_"
    parts = {
        name: pd.read_parquet(shared_path(f"{folder}{name}.parquet")) for name in ("Dimensions", "MeasureGroups", "MeasureCodes")
    }
    return described_v4(parts["Dimensions"], parts["MeasureGroups"], parts["MeasureCodes"])


def described_2020() -> pd.DataFrame:
    return read_table_folder(shared_path("cbs/84799NED-2020")).properties


def described_2024() -> pd.DataFrame:
    records = json.loads(shared_path("cbs/85984NED-2024/DataProperties.json").read_text(encoding="utf-8"))
    return described_v3(pd.DataFrame(records["value"] if isinstance(records, dict) else records))


@pytest.mark.parametrize(
    ("described", "absent"),
    [(described_2017, NOT_IN_2017), (described_2020, set()), (described_2024, set())],
    ids=["2017 in version 4", "2020 in version 3", "2024 in version 3"],
)
def test_every_measure_is_one_column_or_is_known_to_be_absent(described, absent):
    properties = described()
    found = {measure.id: resolve_spec(properties, key_of(measure)) for measure in KEY_FIGURES}
    assert {name for name, key in found.items() if key is None} == absent
    keys = [key for key in found.values() if key is not None]
    assert len(keys) == len(set(keys))


def test_amounts_in_thousands_are_brought_to_units_and_nothing_else_is():
    in_thousands = {"x 1 000 euro", "1 000 euro"}
    assert {measure.factor for measure in measures().values() if measure.unit in in_thousands} == {1000}
    assert {measure.factor for measure in measures().values() if measure.unit not in in_thousands} == {1.0}


def test_every_measure_is_used_by_an_indicator_or_tells_whether_an_area_stayed_the_same():
    used = {name for entry in indicators().values() for name in entry.used_measures}
    assert used | {SURFACE} == {measure.name for measure in measures().values()}
