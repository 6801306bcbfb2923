"""The real figures of 2020 against a computation of their own, straight from the provider's rows."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.cleaning.observations import read_observations
from lwo_analysis.errors import InputError
from lwo_analysis.provenance import read_card
from lwo_analysis.run.build import check_facts, read_regions
from tests.support.shared_data import shared_path

FIVE = ("WK008020", "WK008050", "WK008051", "WK008060", "WK008061")
WORKING_AGE = ("k_15Tot25Jaar_9", "k_25Tot45Jaar_10", "k_45Tot65Jaar_11")


@pytest.fixture(scope="module")
def observations(real_data):
    return read_observations(real_data / "processed" / "observations.parquet")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Return the provider's rows by code, with the columns as that edition of the table names them."""
    table = pd.read_parquet(shared_path("cbs/84799NED-2020/cbs.v3.84799NED_TypedDataSet.parquet"))
    return table.assign(code=table["Codering_3"].str.strip()).set_index("code")


def value(observations: pd.DataFrame, area: str, indicator: str, year: int = 2020) -> float:
    found = observations.query("area_id == @area and indicator_id == @indicator and year == @year and origin != 'published'")
    assert len(found) == 1
    return float(found["value"].iloc[0])


@pytest.mark.parametrize(("area", "printed"), [("lwo", 12.6), ("lwd", 7.0), ("g40", 4.4)])
def test_the_social_assistance_share_is_the_known_one(observations, area, printed):
    # The figures named in the project's commission, to the printed digit.
    assert round(value(observations, area, "social_assistance_share"), 1) == printed


def test_oost_has_36760_residents(observations):
    assert value(observations, "lwo", "population") == 36760


def test_the_share_of_oost_is_the_sum_of_recipients_over_the_sum_of_residents(observations, rows):
    five = rows.loc[list(FIVE)]
    expected = 100 * five["PersonenPerSoortUitkeringBijstand_83"].sum() / five[list(WORKING_AGE)].to_numpy().sum()
    assert value(observations, "lwo", "social_assistance_share") == pytest.approx(expected, rel=1e-12)


def test_the_rest_of_the_city_is_the_city_without_oost(observations, rows):
    five, city = rows.loc[list(FIVE)], rows.loc["GM0080"]
    recipients = city["PersonenPerSoortUitkeringBijstand_83"] - five["PersonenPerSoortUitkeringBijstand_83"].sum()
    residents = city[list(WORKING_AGE)].sum() - five[list(WORKING_AGE)].to_numpy().sum()
    assert value(observations, "lwd-rest", "social_assistance_share") == pytest.approx(100 * recipients / residents, rel=1e-12)


def test_the_g40_is_weighted_and_its_mean_is_not(observations, rows):
    codes = [areas()[member].regions[0].codes[0] for member in areas()["g40"].parts]
    cities = rows.loc[codes]
    recipients, residents = cities["PersonenPerSoortUitkeringBijstand_83"], cities[list(WORKING_AGE)].sum(axis=1)
    weighted, mean = 100 * recipients.sum() / residents.sum(), (100 * recipients / residents).mean()
    assert value(observations, "g40", "social_assistance_share") == pytest.approx(weighted, rel=1e-12)
    assert value(observations, "g40-mean", "social_assistance_share") == pytest.approx(mean, rel=1e-12)
    assert abs(weighted - mean) > 0.01


def test_a_wijk_keeps_the_figure_of_the_provider_to_the_digit(observations, rows):
    assert value(observations, "camminghaburen", "supermarket_distance") == rows.loc["WK008051", "AfstandTotGroteSupermarkt_106"]


def test_cars_per_household_of_oost(observations, rows):
    five = rows.loc[list(FIVE)]
    expected = five["PersonenautoSTotaal_99"].sum() / five["HuishoudensTotaal_28"].sum()
    assert value(observations, "lwo", "cars_per_household") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("year", [2012, 2016, 2020])
def test_model_shares_of_oost_are_weighted_by_residents_of_15_and_older(observations, rows, year):
    wide = pd.read_parquet(shared_path("rivm/rivm_gezondheid_wide.parquet"))
    adults = wide[wide["year"].eq(year) & wide["leeftijd_code"].astype(str).eq("20300")].set_index("region_code")
    weights = rows.loc[list(FIVE), [*WORKING_AGE, "k_65JaarOfOuder_12"]].sum(axis=1)
    expected = (adults.loc[list(FIVE), "ErvarenGezondheidGoedZeerGoed"] * weights).sum() / weights.sum()
    assert value(observations, "lwo", "good_health", year) == pytest.approx(expected, rel=1e-12)


def test_health_is_marked_as_modelled_and_what_2012_lacks_is_not_published(observations):
    health = observations[observations["source_id"] == "rivm-health"]
    assert set(health["origin"]) == {"modelled"}
    absent = health[health["indicator_id"].eq("activity_guideline_share") & health["year"].eq(2012)]
    assert set(absent["status"]) == {"not_published"}
    assert absent["value"].isna().all()


def test_a_column_that_the_first_release_leaves_empty_is_nowhere_zero(observations):
    register = observations[observations["source_id"] == "kwb"]
    assert (register["value"] > 0).fillna(True).all()


@pytest.fixture(scope="module")
def regional_rows(real_data) -> pd.DataFrame:
    """Return the rows of the real table as the build reads them."""
    folder = real_data / "raw" / "84799NED"
    return read_regions(folder, read_card(folder)).rows


@pytest.mark.parametrize(
    ("measure", "region", "change", "told"),
    [
        ("social_assistance_recipients", "WK008050", lambda value: value * 10, "wijken of GM0080 that add up"),
        ("social_assistance_recipients", "WK008050", lambda value: value / 10, "wijken of GM0080 that add up"),
        ("social_assistance_recipients", "WK008050", lambda value: 0.0, "wijken of GM0080 that add up"),
        ("residents", "WK008061", lambda value: value * 10, "that add up to residents"),
        ("age_0_14", "WK008061", lambda value: 0.0, "that add up to residents"),
        ("single_person_households", "GM0080", lambda value: value * 10, "single_person_households at most households"),
    ],
    ids=[
        "decimal to the right",
        "decimal to the left",
        "secret cell as zero",
        "residents",
        "age group as zero",
        "part above whole",
    ],
)
def test_one_spoiled_cell_of_the_real_table_stops_the_build(regional_rows, measure, region, change, told):
    cell = regional_rows["measure"].eq(measure) & regional_rows["region_code"].eq(region)
    spoiled = regional_rows.assign(
        value=regional_rows["value"].mask(cell, regional_rows["value"].map(change, na_action="ignore"))
    )
    assert cell.sum() == 1
    with pytest.raises(InputError, match=told):
        check_facts(spoiled, 5.0, where="84799NED")


def test_the_real_table_itself_passes(regional_rows):
    check_facts(regional_rows, 5.0, where="84799NED")
