"""The delivered table of 2020, compared with figures that do not come from this code."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.sources.statline import KeySpec, StatLineTable, fetch_table, read_table_folder, resolve_key, tidy_rows
from tests.sources.conftest import settings_for
from tests.support.shared_data import shared_path
from tests.support.statline_server import serving
from tests.support.statline_tables import real_table

OOST = ("WK008020", "WK008050", "WK008051", "WK008060", "WK008061")


@pytest.fixture(scope="module")
def table() -> StatLineTable:
    return read_table_folder(shared_path("cbs/84799NED-2020"))


def test_every_region_of_2020_is_there(table: StatLineTable) -> None:
    # 1 country, 355 municipalities, 3,177 wijken and 13,808 buurten (description of the delivery).
    assert len(table.rows) == 1 + 355 + 3177 + 13808 == 17341
    assert table.rows["WijkenEnBuurten"].str[:2].value_counts().to_dict() == {"BU": 13808, "WK": 3177, "GM": 355, "NL": 1}
    assert table.rows.shape[1] == 118


def test_oost_has_36760_residents_as_the_sum_of_its_five_wijken(table: StatLineTable) -> None:
    tidy = tidy_rows(table, {"population": KeySpec("AantalInwoners", group=("Bevolking",), unit="aantal")}).set_index(
        "region_code"
    )
    assert tidy.loc[list(OOST), "value"].tolist() == [12290, 3650, 10475, 6870, 3475]
    assert tidy.loc[list(OOST), "value"].sum() == 36760
    assert tidy.at["WK008020", "region_name"] == "Oud-Oost"
    assert set(tidy["year"]) == {2020}


def test_every_municipality_agrees_with_the_separate_release_for_municipalities(table: StatLineTable) -> None:
    other = pd.read_csv(shared_path("cbs/gemeenten-2020.csv"))
    tidy = tidy_rows(table, {"population": KeySpec("AantalInwoners")}).set_index("region_code")["value"]
    assert len(other) == 355
    assert (tidy.reindex(other["GM_CODE"]).to_numpy() == other["Aantal inwoners"].to_numpy()).all()


def test_the_repeated_stem_of_flats_needs_its_unit(table: StatLineTable) -> None:
    assert resolve_key(table.properties, "Appartement", unit="kWh") == "Appartement_48"
    assert resolve_key(table.properties, "Appartement", unit="m³") == "Appartement_56"


def test_columns_that_came_in_a_later_release_are_not_yet_published_and_small_buurten_are_suppressed(
    table: StatLineTable,
) -> None:
    keys = {"property_value": KeySpec("GemiddeldeWoningwaarde"), "density": KeySpec("Bevolkingsdichtheid")}
    reasons = tidy_rows(table, keys).groupby("measure")["missing_reason"].value_counts(dropna=False)
    assert reasons["property_value"].to_dict() == {"not_yet_published": 17341}
    # Density is hidden below ten inhabitants: 663 buurten and 27 wijken, counted in the delivered file as null.
    assert reasons["density"]["suppressed_or_unknown"] == 663 + 27


@pytest.fixture(scope="module")
def delivered() -> pd.DataFrame:
    """The rows exactly as delivered, read without this package."""
    rows = pd.read_parquet(shared_path("cbs/84799NED-2020/cbs.v3.84799NED_TypedDataSet.parquet"))
    texts = rows.select_dtypes("str").columns
    return rows.assign(**{column: rows[column].str.strip() for column in texts})


def test_all_regions_fetched_from_the_served_table_equal_the_source_in_every_cell(
    delivered: pd.DataFrame, tmp_path: Path
) -> None:
    with serving(real_table(shared_path("cbs/84799NED-2020"))) as server:
        report = fetch_table("84799NED", api="v3", destination=tmp_path / "v3", settings=settings_for(server, patience=60.0))
        assert (report.count, report.whole) == (17341, True)
        fetched = read_table_folder(tmp_path / "v3").rows
        assert [column for column in delivered if not _is_equal(fetched[column], delivered[column])] == []

        fetch_table("84799NED", api="v4", destination=tmp_path / "v4", settings=settings_for(server, patience=60.0))
        by_measure = read_table_folder(tmp_path / "v4").rows.set_index("WijkenEnBuurten")
        source = delivered.set_index("WijkenEnBuurten")
        codes = server.tables["84799NED"].codes
        # v4 has no text columns; 31 + 81 columns hold numbers or nothing, without ID.
        assert len(codes) == 31 + 81 - 1
        assert [key for key, code in codes.items() if not _is_equal(by_measure[code].reindex(source.index), source[key])] == []


def _is_equal(here: pd.Series, there: pd.Series) -> bool:
    """Equal values and nulls in the same places; whole numbers and their floats count as equal."""
    same_nulls = here.isna().to_numpy() == there.isna().to_numpy()
    present = there.notna().to_numpy()
    return bool(same_nulls.all() and (here[present].to_numpy() == there[present].to_numpy()).all())
