"""From a provider's table to an observation, through a server on loopback: police, benefits, health; and real rows of the police.

The tables are made by hand (tests/support/regional_tables.py); each expected figure is worked out beside the assertion.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.catalogue.sources import source_of_table
from lwo_analysis.cleaning.observations import read_observations
from lwo_analysis.cleaning.vintages import read_previous, revisions
from lwo_analysis.errors import InputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.build import BuildReport, build_observations
from lwo_analysis.run.fetching import fetch_requests, plan_fetch
from lwo_analysis.sources.regional import codes_asked, read_regional_table
from lwo_analysis.sources.statline import FetchSettings, TableRequest, fetch_tables, read_table_folder
from tests.support.regional_tables import key_figures, regional_table, regions_of, weight_of
from tests.support.shared_data import shared_path
from tests.support.statline_server import serving
from tests.support.statline_tables import ServedTable, police_table

CRIME, NUISANCE, HEALTH = "47018NED", "47024NED", "50150NED"
AGES = {"age_0_14": 100, "age_15_24": 200, "age_25_44": 300, "age_45_64": 250, "age_65_plus": 150}
PEOPLE = {"residents": 1000, "households": 500, "single_person_households": 200, "households_with_children": 100, "surface": 100}
FIGURES = PEOPLE | AGES | {"social_assistance_recipients": 90}
LARGER = {name: 2 * value for name, value in FIGURES.items()} | {"surface": 100}
PER_WIJK = {"0.0.0": 50, "1.1.1": 30, "2.2.1": 20}


def crime_table(years: tuple[int, ...] = (2023, 2024, 2025)) -> ServedTable:
    codes = list(regions_of(2025))
    return regional_table(
        CRIME,
        2025,
        {"GeregistreerdeMisdrijven_1": ("aantal", "")},
        lambda region, where, _: PER_WIJK[where["SoortMisdrijf"]] * weight_of(region, codes),
        dimensions={"SoortMisdrijf": [f"{code} " for code in PER_WIJK]},
        periods=[f"{year}JJ00" for year in years],
    )


def fetched(raw: Path, *tables: ServedTable) -> Path:
    """Fetch the tables as `lwo fetch` does, beside the committed figures of the programme plan."""
    if not (raw / "published").exists():
        shutil.copytree(REPOSITORY / "data" / "raw" / "published", raw / "published")
    with serving(*tables) as server:
        settings = FetchSettings(v3=server.v3, dataderden=server.dataderden, attempts=1, backoff=0)
        names = [table.table_id for table in tables]
        requests = plan_fetch([], tables=names, years=None, regions=None, api=None, raw=raw)
        for outcome in fetch_requests(requests, settings, retrieved="2026-11-20"):
            assert outcome.report is not None, outcome.line
    return raw


def built(folder: Path, *tables: ServedTable) -> tuple[pd.DataFrame, BuildReport]:
    report = build_observations(fetched(folder / "raw", *tables), folder / "processed")
    return read_observations(report.path), report


def one(observations: pd.DataFrame, indicator: str, area: str, year: int) -> pd.Series:
    found = observations.query("indicator_id == @indicator and area_id == @area and year == @year")
    assert len(found) == 1
    return found.iloc[0]


@pytest.fixture(scope="module")
def police(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Crime of 2023-2025, key figures of 2024 and 2025; the city of 2024 had half of the surface it has in 2025."""
    codes = list(regions_of(2025))
    city = 100.0 * weight_of("GM0080", codes)
    tables = (crime_table(), key_figures("85984NED", 2024, FIGURES, {"GM0080": city / 2}), key_figures("86165NED", 2025, LARGER))
    return built(tmp_path_factory.mktemp("police"), *tables)[0]


def test_a_rate_is_crimes_of_one_table_over_residents_of_the_same_year_of_another(police):
    later, earlier = (one(police, "registered_crimes", "lwo", year) for year in (2025, 2024))
    assert (later["value"], later["numerator"], later["denominator"]) == (1000 * 250 / 10_000, 5 * 50, 5 * 2000)
    assert (earlier["value"], earlier["denominator"]) == (1000 * 250 / 5000, 5 * 1000)
    assert (later["source_id"], later["origin"], later["vintage"]) == ("politie-crime", "register", "2026-02-14T02:00:00")


def test_the_total_is_never_added_to_its_parts(police):
    # The double-counted file adds the total to its parts: 50 + 30 + 20 a wijk instead of 50.
    assert one(police, "registered_crimes", "bilgaard", 2025)["numerator"] == 50


def test_a_year_without_residents_has_no_rate(police):
    row = one(police, "registered_crimes", "lwo", 2023)
    assert row["status"] == "not_published"
    assert row[["value", "denominator"]].isna().all()


def test_a_city_that_was_smaller_then_has_no_rate_and_neither_has_its_rest(police):
    for area in ("lwd", "lwd-rest", "lwd-city"):
        assert one(police, "registered_crimes", area, 2024)["status"] == "not_published"
    assert one(police, "registered_crimes", "lwd", 2025)["value"] == 1000 * 50 / 2000
    assert one(police, "registered_crimes", "zwolle", 2024)["value"] == 1000 * 50 / 1000


def test_the_two_latest_years_of_the_police_are_provisional(tmp_path):
    years = (2023, 2024, 2025)
    keys = [key_figures(table, year, FIGURES) for table, year in zip(("85618NED", "85984NED", "86165NED"), years, strict=True)]
    observations, _ = built(tmp_path, crime_table(years), *keys)
    assert [one(observations, "registered_crimes", "lwo", year)["status"] for year in years] == [
        "final",
        "provisional",
        "provisional",
    ]


def test_without_key_figures_of_its_boundaries_only_the_year_itself_could_be_made(tmp_path):
    observations, _ = built(tmp_path, crime_table((2024,)), key_figures("85984NED", 2024, FIGURES))
    assert one(observations, "registered_crimes", "lwo", 2024)["status"] == "not_published"


def test_a_year_that_the_catalogue_does_not_know_stops_the_build(tmp_path):
    raw = fetched(tmp_path / "raw", crime_table((2025, 2026)))
    with pytest.raises(InputError, match=r"47018NED: expected figures of 2012 to 2025.*found 2025, 2026"):
        build_observations(raw, tmp_path / "processed")


def test_a_code_that_the_table_lacks_is_named_before_anything_is_fetched(tmp_path):
    with serving(crime_table()) as server:
        settings = FetchSettings(dataderden=server.dataderden, attempts=1, backoff=0)
        request = TableRequest(CRIME, tmp_path / CRIME, "dataderden", where={"SoortMisdrijf": ("9.9.9",)})
        (outcome,) = fetch_tables([request], settings=settings)
    assert isinstance(outcome, InputError)
    assert "expected code 9.9.9 in dimension SoortMisdrijf, found 0.0.0, 1.1.1, 2.2.1" in str(outcome)
    assert not (tmp_path / CRIME).exists()


def test_only_the_asked_codes_are_fetched_and_the_folder_says_so(tmp_path):
    fetched(tmp_path, crime_table())
    table = read_table_folder(tmp_path / CRIME)
    assert set(table.rows["SoortMisdrijf"]) == {"0.0.0"}
    assert len(table.rows) == 3 * len(regions_of(2025))


def nuisance_table() -> ServedTable:
    """Five a month per wijk: 2024 whole but for one empty cell, 2025 whole, 2026 three months."""
    codes = list(regions_of(2025))
    periods = [f"{year}MM{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13) if year < 2026 or month < 4]

    def value(region: str, where: Mapping[str, str], _: str) -> float | None:
        is_empty = (region, where["Perioden"]) == ("WK008060", "2024MM07")
        return None if is_empty else 5 * weight_of(region, codes)

    columns = {"GeregistreerdeOverlast_1": ("aantal", "")}
    return regional_table(NUISANCE, 2025, columns, value, dimensions={"Overlast": ["0.0.0 ", "1.1.1 "]}, periods=periods)


def test_nuisance_of_a_year_is_the_sum_of_twelve_months_or_nothing(tmp_path):
    tables = (nuisance_table(), key_figures("85984NED", 2024, FIGURES), key_figures("86165NED", 2025, FIGURES))
    observations, _ = built(tmp_path, *tables)
    mine = observations[observations["indicator_id"].eq("nuisance_reports") & observations["year"].notna()]
    assert set(mine["year"]) == {2024, 2025}
    assert one(observations, "nuisance_reports", "lwo", 2025)["numerator"] == 5 * 12 * 5
    assert one(observations, "nuisance_reports", "bilgaard", 2024)["status"] == "suppressed"
    assert one(observations, "nuisance_reports", "lwo", 2024)["status"] == "suppressed"
    assert one(observations, "nuisance_reports", "oud-oost", 2024)["value"] == 60


def benefits_table() -> ServedTable:
    """Counts in the four quarters of 2024; the column of percentages has the same stem, as the provider has it."""
    codes = list(regions_of(2024))
    per_quarter = {"2024KW01": 10, "2024KW02": 20, "2024KW03": 30, "2024KW04": 75}
    counts = ("Werkloosheidsuitkering_5", "Bijstandsuitkering_6", "Arbeidsongeschiktheidsuitkering_7")
    columns = dict.fromkeys(counts, ("aantal", "")) | {"Bijstandsuitkering_10": ("%", "")}

    def value(region: str, where: Mapping[str, str], column: str) -> float:
        return per_quarter[where["Perioden"]] * weight_of(region, codes) if column in counts else 5.0

    return regional_table("86003NED", 2024, columns, value, periods=list(per_quarter))


def test_the_last_quarter_stands_in_where_the_key_figures_are_still_empty(tmp_path):
    not_yet = FIGURES | {"social_assistance_recipients": float("nan")}
    observations, _ = built(tmp_path, benefits_table(), key_figures("85984NED", 2024, not_yet))
    row = one(observations, "social_assistance_share", "lwo", 2024)
    # 75 a wijk over 200 + 300 + 250 residents of 15 to 65.
    assert (row["value"], row["source_id"]) == (100 * 75 / 750, "benefits-quarterly")


def test_one_source_gives_a_year_and_what_is_not_used_is_counted(tmp_path):
    observations, report = built(tmp_path, benefits_table(), key_figures("85984NED", 2024, FIGURES))
    row = one(observations, "social_assistance_share", "lwo", 2024)
    assert (row["value"], row["source_id"]) == (100 * 90 / 750, "kwb")
    assert [name for name, _ in report.set_aside] == ["benefits-quarterly"]


def health_table(shift: float = 0.0) -> ServedTable:
    """Good health by wijk: 70, in Bilgaard 60, within 3 points; loneliness not yet published in 2024."""
    ends = {"MW00000": shift, "MOG0095": -3.0, "MBG0095": 3.0}

    def value(region: str, where: Mapping[str, str], column: str) -> float | None:
        if column == "Eenzaam_5":
            return 40 + ends[where["Marges"]] if where["Perioden"] == "2022JJ00" else None
        return (60 if region == "WK008060" else 70) + (10 if where["Leeftijd"] == "53115" else 0) + ends[where["Marges"]]

    return regional_table(
        HEALTH,
        2024,
        {"ErvarenGezondheidGoedZeerGoed_4": ("%", ""), "Eenzaam_5": ("%", "")},
        value,
        dimensions={"Leeftijd": ["20300", "53115"], "Marges": list(ends)},
        periods=["2022JJ00", "2024JJ00"],
    )


@pytest.fixture(scope="module")
def health(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Model shares of 2022 and 2024 beside key figures of 2024."""
    return built(tmp_path_factory.mktemp("health"), health_table(), key_figures("85984NED", 2024, FIGURES))[0]


def test_a_model_share_keeps_its_margins(health):
    wijk, oost = (one(health, "good_health", area, 2022) for area in ("bilgaard", "lwo"))
    assert (wijk["value"], wijk["lower"], wijk["upper"]) == (60, 57, 63)
    # Equal weights: (60 + 4 x 70) / 5 = 68, and its ends as if all wijken were off the same way.
    assert [round(float(oost[name]), 9) for name in ("value", "lower", "upper")] == [68, 65, 71]
    assert (wijk["origin"], wijk["source_id"]) == ("modelled", "rivm-health-statline")


def test_an_area_made_by_taking_away_has_no_margins(health):
    for area in ("lwd-rest", "lwd-city"):
        row = one(health, "good_health", area, 2022)
        assert pd.notna(row["value"])
        assert row[["lower", "upper"]].isna().all()


def test_a_year_without_model_shares_is_not_published_and_has_no_margins(health):
    row = one(health, "loneliness_share", "lwo", 2024)
    assert row["status"] == "not_published"
    assert row[["value", "lower", "upper"]].isna().all()


def test_a_figure_outside_its_own_interval_stops_the_build(tmp_path):
    raw = fetched(tmp_path / "raw", health_table(shift=4.0))
    with pytest.raises(InputError, match=r"50150NED, measure good_health: expected figures within their own interval"):
        build_observations(raw, tmp_path / "processed")


def test_revisions_are_seen_beside_the_table_of_the_previous_vintage(tmp_path):
    recipients = {"social_assistance_recipients": 60}
    built(tmp_path, key_figures("85984NED", 2024, FIGURES))
    again, _ = built(tmp_path, replace_modified(key_figures("85984NED", 2024, FIGURES | recipients), "2026-09-01T02:00:00"))
    previous = read_previous(tmp_path / "processed", again)
    assert previous is not None
    found = revisions(previous, again).query("area_id == 'lwo'").set_index("indicator_id")
    assert list(found.index) == ["social_assistance_share"]
    row = found.loc["social_assistance_share"]
    assert (row["kind"], row["before"], row["now"]) == ("changed", 100 * 90 / 750, 100 * 60 / 750)
    assert (row["vintage_before"], row["vintage"]) == ("2026-02-14T02:00:00", "2026-09-01T02:00:00")
    build_observations(tmp_path / "raw", tmp_path / "processed")
    kept = read_previous(tmp_path / "processed", again)
    assert kept is not None
    assert kept.equals(previous)


def replace_modified(table: ServedTable, modified: str) -> ServedTable:
    return replace(table, info=table.info | {"Modified": modified})


@pytest.fixture(scope="module")
def real_police(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the first rows of 47018NED as `lwo fetch` and the build read them."""
    folder = tmp_path_factory.mktemp("real") / CRIME
    with serving(police_table(shared_path("politie/47018NED-first-1000-rows.csv"))) as server:
        settings = FetchSettings(dataderden=server.dataderden, attempts=1, backoff=0)
        source_id = source_of_table(CRIME).id
        fetch_tables([TableRequest(CRIME, folder, "dataderden", where=codes_asked(source_id))], settings=settings)
    return read_regional_table(folder, source_id)


def test_real_rows_of_the_police_keep_every_figure(real_police):
    delivered = pd.read_csv(shared_path("politie/47018NED-first-1000-rows.csv"))
    expected = {
        (region.strip(), int(period[:4])): count
        for region, period, count in delivered[["WijkenEnBuurten", "Perioden", "GeregistreerdeMisdrijven_1"]].itertuples(
            index=False
        )
    }
    found = real_police[real_police["value"].notna()].set_index(["region_code", "year"])["value"]
    assert found.to_dict() == expected
    assert len(expected) == 1000
    assert found["NL00", 2012] == 1127693  # the first row of the file


def test_the_double_counted_file_has_twice_what_is_read_here(real_police):
    doubled = pd.read_csv(shared_path("politie/2024-buurten-double-counted.csv")).set_index("WijkenEnBuurten")
    mine = real_police[real_police["year"].eq(2024)].set_index("region_code")["value"]
    both = mine.to_frame("mine").join(doubled["GeregistreerdeMisdrijven_1"].rename("doubled"), how="inner").query("mine > 0")
    # Total plus parts: twice as many, or less where parts of a later vintage are not all given.
    ratio = both["doubled"] / both["mine"]
    assert ratio.between(1.5, 2).all()
    assert ratio.median() == 2
    assert len(both) == 41
