"""Keys are resolved through the description, and a missing cell stays missing with its reason."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline import (
    KeySpec,
    StatLineTable,
    group_path,
    read_table_folder,
    resolve_key,
    resolve_spec,
    tidy_rows,
)
from tests.support import statline_folder as sample


@pytest.fixture
def table(tmp_path: Path) -> StatLineTable:
    return read_table_folder(sample.write_v3_folder(tmp_path / "t"))


def test_a_stem_finds_its_key_whatever_its_number(table: StatLineTable) -> None:
    assert resolve_key(table.properties, "AantalInwoners") == "AantalInwoners_5"
    moved = table.properties.assign(Key=table.properties["Key"].str.replace("AantalInwoners_5", "AantalInwoners_9"))
    assert resolve_key(moved, "AantalInwoners") == "AantalInwoners_9"


def test_a_stem_that_occurs_twice_is_told_apart_by_unit_or_topic_group(table: StatLineTable) -> None:
    assert resolve_key(table.properties, "Appartement", unit="kWh") == "Appartement_48"
    assert resolve_key(table.properties, "Appartement", group=("Energie", "Gemiddeld aardgasverbruik")) == "Appartement_56"
    assert resolve_key(table.properties, "Appartement", group=("gemiddeld aardgasverbruik",)) == "Appartement_56"


def test_several_matches_are_refused_and_listed_with_group_and_unit(table: StatLineTable) -> None:
    with pytest.raises(InputError, match=r"Appartement_48 \(Energie > Gemiddeld elektriciteitsverbruik; kWh\), Appartement_56"):
        resolve_key(table.properties, "Appartement")


@pytest.mark.parametrize(
    ("stem", "unit", "group"),
    [
        ("Inwoners", None, None),
        ("AantalInwoners", "%", None),
        ("Appartement_48", None, None),
        ("AantalInwoners", None, ("Wonen",)),
        ("Appartement", None, ("Gemiddeld aardgasverbruik", "Energie")),
    ],
)
def test_no_match_is_refused(table: StatLineTable, stem: str, unit: str | None, group: tuple[str, ...] | None) -> None:
    with pytest.raises(InputError, match="found 0; candidates: "):
        resolve_key(table.properties, stem, unit=unit, group=group)


def test_a_measure_may_be_called_otherwise_in_other_years(table: StatLineTable) -> None:
    spec = KeySpec("GemiddeldeWOZWaarde", other_stems=("AantalInwoners",))
    assert resolve_spec(table.properties, spec) == "AantalInwoners_5"
    with pytest.raises(InputError, match="expected one column for 'AantalInwoners' or 'Koopwoningen', found 2"):
        resolve_spec(table.properties, KeySpec("AantalInwoners", other_stems=("Koopwoningen",)))


def test_only_an_optional_measure_may_be_lacking_and_then_it_gives_no_rows(table: StatLineTable) -> None:
    keys = {"population": KeySpec("AantalInwoners"), "wealth": KeySpec("MediaanVermogen", optional=True)}
    assert set(tidy_rows(table, keys)["measure"]) == {"population"}
    with pytest.raises(InputError, match="found 0"):
        tidy_rows(table, {"wealth": KeySpec("MediaanVermogen")})
    with pytest.raises(InputError, match=r"found 0; candidates: Koopwoningen_40 \(Wonen; %\)"):
        tidy_rows(table, {"owners": KeySpec("Koopwoningen", unit="aantal", optional=True)})


def test_the_group_path_runs_from_the_outside_inward(table: StatLineTable) -> None:
    place = table.properties["Key"].tolist().index("Appartement_56")
    assert group_path(table.properties, place) == ("Energie", "Gemiddeld aardgasverbruik")


def test_tidy_rows_have_one_row_per_region_and_measure(table: StatLineTable) -> None:
    tidy = tidy_rows(table, {"population": KeySpec("AantalInwoners"), "gas_flats": KeySpec("Appartement", unit="m³")})
    assert list(tidy.columns) == ["region_code", "region_name", "region_kind", "measure", "year", "value", "missing_reason"]
    assert len(tidy) == 2 * len(sample.REGIONS)
    wijk = tidy[tidy["region_code"].eq("WK008020") & tidy["measure"].eq("population")].iloc[0]
    assert (wijk["region_name"], wijk["region_kind"], wijk["year"], wijk["value"]) == ("Oud-Oost", "WK", 2020, 12290.0)
    assert tidy["region_kind"].unique().tolist() == ["NL", "GM", "WK", "BU"]


def test_a_missing_cell_keeps_its_reason_and_a_zero_is_a_value(table: StatLineTable) -> None:
    keys = {"owner_share": KeySpec("Koopwoningen"), "youth_care": KeySpec("PercentageJongerenMetJeugdzorg")}
    tidy = tidy_rows(table, keys).set_index(["measure", "region_code"])
    assert tidy.at[("owner_share", "BU00802000"), "value"] == 0.0
    assert pd.isna(tidy.at[("owner_share", "BU00802000"), "missing_reason"])
    assert tidy.at[("owner_share", "BU00809997"), "missing_reason"] == "suppressed_or_unknown"
    assert set(tidy.loc["youth_care", "missing_reason"]) == {"not_yet_published"}
    assert (tidy["value"].isna() == tidy["missing_reason"].notna()).all()


def test_a_region_of_the_dimension_without_a_row_is_absent(tmp_path: Path) -> None:
    infos = [sample.infos()[0] | {"RecordCount": len(sample.REGIONS) - 1}]
    table = read_table_folder(sample.write_v3_folder(tmp_path / "t", rows=sample.rows()[:-1], infos=infos))
    tidy = tidy_rows(table, {"population": KeySpec("AantalInwoners")}).set_index("region_code")
    assert tidy.at["BU00809997", "missing_reason"] == "absent"
    assert pd.isna(tidy.at["BU00809997", "value"])
    assert len(tidy) == len(sample.REGIONS)


def test_a_column_of_text_is_not_a_measure(table: StatLineTable) -> None:
    with pytest.raises(InputError, match="expected a column of numbers, found type String"):
        tidy_rows(table, {"name": KeySpec("Gemeentenaam")})


def test_a_table_whose_year_cannot_be_told_is_refused(tmp_path: Path) -> None:
    infos = [sample.infos()[0] | {"Period": "2019-2020", "Title": "Kerncijfers"}]
    table = read_table_folder(sample.write_v3_folder(tmp_path / "t", infos=infos))
    with pytest.raises(InputError, match="expected one year in Period"):
        tidy_rows(table, {"population": KeySpec("AantalInwoners")})


def test_the_input_is_not_changed(table: StatLineTable) -> None:
    before = (table.rows.copy(), table.properties.copy(), table.regions.copy())
    tidy_rows(table, {"population": KeySpec("AantalInwoners")})
    for then, now in zip(before, (table.rows, table.properties, table.regions), strict=True):
        pd.testing.assert_frame_equal(then, now)


def _police(tmp_path: Path) -> StatLineTable:
    """A table with a kind of crime and a period, as 47018NED delivers it: codes padded to six."""
    kinds, periods = ("0.0.0 ", "1.1.1 "), ("2019JJ00", "2020JJ00", "2020KW01")
    properties = [
        {"ID": 0, "ParentID": None, "Type": "Dimension", "Key": "SoortMisdrijf", "Title": "Soort misdrijf"},
        {"ID": 1, "ParentID": None, "Type": "GeoDetail", "Key": "WijkenEnBuurten", "Title": "Wijken en buurten"},
        {"ID": 2, "ParentID": None, "Type": "TimeDimension", "Key": "Perioden", "Title": "Perioden"},
        {"ID": 3, "ParentID": None, "Type": "Topic", "Key": "GeregistreerdeMisdrijven_1", "Title": "Geregistreerde misdrijven"}
        | {"Datatype": "Long", "Unit": "aantal"},
    ]
    rows = [
        {
            "ID": number,
            "SoortMisdrijf": kind,
            "WijkenEnBuurten": f"{code:<10}",
            "Perioden": period,
            "GeregistreerdeMisdrijven_1": number,
        }
        for number, (kind, code, period) in enumerate(
            (kind, code, period) for kind in kinds for code in ("NL00", "WK008020") for period in periods
        )
    ]
    infos = [sample.infos()[0] | {"RecordCount": len(rows), "Period": "2019-2020"}]
    two = [region for region in sample.regions() if region["Key"].strip() in ("NL00", "WK008020")]
    return read_table_folder(sample.write_v3_folder(tmp_path / "p", rows=rows, properties=properties, regions=two, infos=infos))


def test_one_kind_of_crime_and_whole_years_are_taken_and_nothing_is_added_up(tmp_path: Path) -> None:
    spec = KeySpec("GeregistreerdeMisdrijven", where={"SoortMisdrijf": "1.1.1"})
    tidy = tidy_rows(_police(tmp_path), {"burglary": spec})
    # Rows are numbered kind by kind, region by region, period by period: burglary in WK008020 is 9, 10 and, for the quarter, 11.
    assert tidy[tidy["region_code"].eq("WK008020")][["year", "value"]].values.tolist() == [[2019, 9], [2020, 10]]


def test_a_total_beside_its_parts_is_refused_until_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="several for NL00 in 2019; name one code of SoortMisdrijf in the catalogue"):
        tidy_rows(_police(tmp_path), {"crime": KeySpec("GeregistreerdeMisdrijven")})


def test_a_code_or_a_kind_of_period_that_the_table_lacks_is_refused(tmp_path: Path) -> None:
    table = _police(tmp_path)
    with pytest.raises(InputError, match=r"expected code '9\.9\.9' in dimension SoortMisdrijf, found 0\.0\.0, 1\.1\.1"):
        tidy_rows(table, {"crime": KeySpec("GeregistreerdeMisdrijven", where={"SoortMisdrijf": "9.9.9"})})
    with pytest.raises(InputError, match="expected periods ending in KW04, found 2019JJ00, 2020JJ00, 2020KW01"):
        tidy_rows(table, {"crime": KeySpec("GeregistreerdeMisdrijven", where={"SoortMisdrijf": "0.0.0"}, period="KW04")})
