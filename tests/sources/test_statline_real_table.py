"""The delivered table of 2020, compared with figures that do not come from this code."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.sources.statline import KeySpec, StatLineTable, read_table_folder, resolve_key, tidy_rows
from tests.support.shared_data import shared_path

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
