"""Tables that nobody has seen yet: read when the catalogue is right about them, and told and left out when it is not.

The tables are made by hand (tests/support/regional_tables.py) after what is known of the providers' ones: SES-WOA after the path
in a web export, the others after the columns that others published. Each expected figure is worked out beside the assertion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest

from lwo_analysis.sources.regional import codes_in
from tests.run.test_regional_sources import FIGURES, built, one
from tests.support.command import lwo
from tests.support.regional_tables import key_figures, regional_table, regions_of, weight_of
from tests.support.statline_tables import ServedTable

SES, YOUTH, WMO, CORE = "86296NED", "86204NED", "86158NED", "70072ned"
SCORE = {"GemiddeldeScore_29": ("Getal", "Totaalscore"), "GemiddeldeScore_31": ("Getal", "Deelscore financiele welvaart")}


def ses_table(columns: Mapping[str, tuple[str, str]]) -> ServedTable:
    """Score -0.40 in Bilgaard and -0.10 elsewhere; 2023 with 1,000 households a wijk, 2024 with 3,000 in Bilgaard."""

    def value(region: str, where: Mapping[str, str], column: str) -> float | None:
        is_bilgaard = region == "WK008060"
        if column.startswith("ParticuliereHuishoudens"):
            return 3000 if is_bilgaard and where["Perioden"] == "2024JJ00" else 1000
        return 9.0 if column.endswith("_31") else -0.4 if is_bilgaard else -0.1

    return regional_table(SES, 2025, columns, value, periods=["2023JJ00", "2024JJ00"])


def test_the_score_of_several_wijken_is_weighed_by_the_households_of_the_same_year(tmp_path):
    observations, report = built(tmp_path, ses_table({"ParticuliereHuishoudens_6": ("Aantal", ""), **SCORE}))
    assert report.left_out == ()
    assert one(observations, "ses_score", "bilgaard", 2024)["value"] == -0.4
    # 2023: (-0.4 + 4 x -0.1) / 5; 2024: (3 x -0.4 + 4 x -0.1) / 7.
    assert one(observations, "ses_score", "lwo", 2023)["value"] == pytest.approx(-0.16)
    assert one(observations, "ses_score", "lwo", 2024)["value"] == pytest.approx(-1.6 / 7)
    assert [one(observations, "ses_score", "lwo", year)["status"] for year in (2023, 2024)] == ["final", "provisional"]


def test_a_wrong_guess_is_told_with_what_the_table_has_and_stops_nothing_else(tmp_path):
    wrong = {name: (unit, group.replace("Totaalscore", "Score")) for name, (unit, group) in SCORE.items()}
    observations, report = built(tmp_path, ses_table(wrong), key_figures("86165NED", 2025, FIGURES))
    (line,) = report.left_out
    assert line.startswith("86296NED: left out; 86296NED/DataProperties: expected one column for 'GemiddeldeScore' below Totaal")
    assert "GemiddeldeScore_29 (Score; Getal)" in line
    assert [name for name, *_ in report.tables] == ["published", "86165NED"]
    assert one(observations, "population", "lwo", 2025)["value"] == 5000
    finished = lwo("build", data=tmp_path, outputs=tmp_path / "outputs")
    assert line in finished.stdout


def of_forms(table_id: str, year: int, dimension: str, column: str, codes: Mapping[str, float]) -> ServedTable:
    """A table with one further dimension, so many of each code a wijk."""
    regions = list(regions_of(year))
    return regional_table(
        table_id,
        year,
        {column: ("aantal", "")},
        lambda region, where, _: codes[where[dimension]] * weight_of(region, regions),
        dimensions={dimension: [f"{code} " for code in codes]},
        periods=[f"{year}JJ00", f"{year}X000"],
    )


@pytest.mark.parametrize(
    ("table_id", "year", "dimension", "column", "wijken"),
    [
        (YOUTH, 2025, "Vormen", "TotaalJongerenMetJeugdzorgInNatur_1", 5),
        ("83563NED", 2016, "TypeJeugdzorg", "TotaalJongerenMetJeugdzorg_5", 9),
    ],
)
def test_youth_care_is_the_total_of_all_forms_whatever_their_dimension_is_called(
    tmp_path, table_id, year, dimension, column, wijken
):
    observations, report = built(
        tmp_path, of_forms(table_id, year, dimension, column, {"T001203": 60, "A042502": 50, "A027919": 10})
    )
    assert report.left_out == ()
    # Of each wijk 60 (Oost was nine wijken until 2018, five since); the 50 and the 10 are among them.
    assert one(observations, "youth_care_clients", "lwo", year)["value"] == 60 * wijken


def test_another_dimension_is_told_with_those_that_the_table_has(tmp_path):
    _, report = built(tmp_path, of_forms("85685NED", 2023, "Soort", "TotaalJongerenMetJeugdzorgInNatur_1", {"T001203": 60}))
    assert "expected code 'T001203' in dimension Vormen, found only WijkenEnBuurten, Soort, Perioden" in report.left_out[0]


def test_people_with_wmo_are_counted_once_and_divided_by_the_residents_of_the_key_figures(tmp_path):
    whole = of_forms(WMO, 2025, "TypeMaatwerkvoorziening", "WmoClienten_5", {"T001024": 80, "A019506": 50})
    not_yet = key_figures("86165NED", 2025, FIGURES | {"wmo_clients": float("nan")})
    observations, report = built(tmp_path, only(whole, "GM", "WK"), not_yet)
    assert report.left_out == ()
    row = one(observations, "wmo_clients", "lwo", 2025)
    assert (row["value"], row["source_id"]) == (1000 * 5 * 80 / 5000, "wmo")


def only(table: ServedTable, *starts: str) -> ServedTable:
    """Return a table with the regions whose codes start so."""
    rows = table.rows[table.rows["WijkenEnBuurten"].str.startswith(starts)].reset_index(drop=True)
    regions = [entry for entry in table.dimensions["WijkenEnBuurten"] if entry["Key"].startswith(starts)]
    dimensions = table.dimensions | {"WijkenEnBuurten": regions}
    info = table.info | {"RecordCount": len(rows)}
    return replace(table, rows=rows.assign(ID=range(len(rows))), dimensions=dimensions, info=info)


def core_table() -> ServedTable:
    """Municipalities and the country in two years: 100 and 110 residents, a dwelling worth 250 and 300 thousand euros."""
    columns = {
        "TotaleBevolking_1": ("aantal", ""),
        "TotaalParticuliereHuishoudens_82": ("aantal", ""),
        "Eenpersoonshuishoudens_83": ("aantal", ""),
        "VoorraadOp1Januari_90": ("aantal", ""),
        "GemiddeldeWOZWaardeVanWoningen_98": ("1 000 euro", ""),
    }
    of_year = {"2024JJ00": (100_000, 50_000, 20_000, 60_000, 250), "2025JJ00": (110_000, 50_000, 25_000, 60_000, 300)}
    values = {period: dict(zip(columns, figures, strict=True)) for period, figures in of_year.items()}
    table = regional_table(CORE, 2025, columns, lambda _, where, column: values[where["Perioden"]][column], periods=list(of_year))
    return only(table, "NL", "GM")


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Regional core figures of 2024 and 2025 beside key figures of 2024."""
    observations, report = built(tmp_path_factory.mktemp("core"), core_table(), key_figures("85984NED", 2024, FIGURES))
    assert report.left_out == ()
    return observations


def test_municipalities_have_the_years_that_the_key_figures_lack(core):
    row = one(core, "single_person_household_share", "lwd", 2025)
    assert (row["value"], row["source_id"]) == (100 * 25_000 / 50_000, "regional-core")
    assert one(core, "property_value", "lwd", 2025)["value"] == 300_000
    assert one(core, "population", "lwd", 2024)["source_id"] == "kwb"


def test_wijken_and_what_is_left_of_the_city_get_no_figure_of_it(core):
    mine = core[core["source_id"].eq("regional-core") & core["value"].notna()]
    assert not {"lwo", "bilgaard", "lwd-rest"} & set(mine["area_id"])


def test_the_first_of_the_names_that_a_table_has_is_used():
    assert codes_in(["B", "C"], {"A|C|B": "1", "D": "2"}) == {"C": "1", "D": "2"}
