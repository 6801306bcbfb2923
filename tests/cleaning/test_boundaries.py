"""The recycled-code trap: all five wijk codes of Leeuwarden Oost meant other places until 2017."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import areas, region_codes
from lwo_analysis.cleaning.boundaries import check_code, join_years, meaning_of, rows_of_areas
from lwo_analysis.errors import CatalogueError, InputError, RecycledCodeError
from lwo_analysis.provenance import SourceCard
from lwo_analysis.sources.rows import ROW_COLUMNS, RegionRows
from tests.support.shared_data import shared_path

PROGRAMME = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
# CBS "Kerncijfers wijken en buurten" of both years; the old names are those of the 2014 and 2017 region lists.
NINE_OLD_CODES = {
    "WK008021": "Bilgaard & Havankpark e.o.",
    "WK008022": "Vrijheidswijk",
    "WK008030": "Oldegalileën & Bloemenbuurt",
    "WK008031": "Tjerk Hiddes & Cambuursterhoek",
    "WK008032": "Vlietzone",
    "WK008034": "Heechterp",
    "WK008035": "Schieringen & De Centrale",
    "WK008036": "Camminghaburen",
    "WK008037": "Grote Wielen & De Groene Ster",
}
FIVE_NEW_CODES = {
    "WK008020": "Oud-Oost",
    "WK008050": "Heechterp & Schieringen",
    "WK008051": "Camminghaburen e.o.",
    "WK008060": "Bilgaard & Havankpark e.o.",
    "WK008061": "Vrijheidswijk",
}
OLD_MEANING = {
    "WK008020": "Transvaalwijk & Rengerspark",
    "WK008050": "Hempens/Teerns e.o. & Zuiderburen",
    "WK008051": "Wirdum & Swichum e.o.",
    "WK008060": "De Zwette",
    "WK008061": "Vossepark & Helicon",
}


def table_of(year: int, names: dict[str, str], residents: float = 100.0) -> RegionRows:
    rows = [(code, name, "residents", year, residents, None) for code, name in names.items()]
    return RegionRows(SourceCard("kwb", f"KWB{year}", "", "", "", "", ""), year, pd.DataFrame(rows, columns=list(ROW_COLUMNS)))


def test_oost_in_2017_is_made_of_the_nine_old_codes():
    asked = {code for name in PROGRAMME for code in region_codes(name, 2017)}
    assert asked == set(NINE_OLD_CODES)
    rows = rows_of_areas(table_of(2017, NINE_OLD_CODES), PROGRAMME)
    assert rows.groupby("area_id")["value"].sum().to_dict() == {
        "oud-oost": 3 * 100.0,
        "bilgaard": 1 * 100.0,
        "vrijheidswijk": 1 * 100.0,
        "heechterp-schieringen": 2 * 100.0,
        "camminghaburen": 2 * 100.0,
    }


def test_oost_from_2018_is_made_of_the_five_current_codes():
    assert {code for name in PROGRAMME for code in region_codes(name, 2018)} == set(FIVE_NEW_CODES)
    assert rows_of_areas(table_of(2018, FIVE_NEW_CODES), PROGRAMME)["value"].sum() == 5 * 100.0


@pytest.mark.parametrize("code", sorted(OLD_MEANING))
def test_a_current_code_used_in_2017_names_code_both_meanings_and_year(code):
    with pytest.raises(RecycledCodeError) as caught:
        check_code(code, meant_in=2020, used_in=2017)
    line = str(caught.value)
    assert code in line
    assert FIVE_NEW_CODES[code] in line
    assert OLD_MEANING[code] in line
    assert "2017" in line
    assert "\n" not in line


def test_a_join_over_years_on_a_recycled_code_stops():
    before = pd.DataFrame({"region_code": ["WK008050"], "value": [1.0]})
    after = pd.DataFrame({"region_code": ["WK008050"], "value": [2.0]})
    with pytest.raises(RecycledCodeError, match=r"WK008050 in 2017.*Heechterp & Schieringen.*Hempens/Teerns"):
        join_years({2017: before, 2020: after})


def test_a_join_over_years_in_which_the_code_kept_its_meaning_goes_through():
    rows = pd.DataFrame({"region_code": ["WK008020", "GM0080"], "value": [1.0, 2.0]})
    joined = join_years({2018: rows, 2020: rows})
    assert joined["boundary_year"].tolist() == [2018, 2018, 2020, 2020]


def test_a_recycled_code_elsewhere_stops_too():
    # Medemblik: WK042008 was Opperdoes in the region list of 2017 and Wognum in that of 2020.
    with pytest.raises(RecycledCodeError, match=r"WK042008 in 2017.*Wognum.*Opperdoes"):
        join_years({2017: pd.DataFrame({"region_code": ["WK042008"]}), 2020: pd.DataFrame({"region_code": ["WK042008"]})})


def test_a_code_whose_meaning_in_a_year_is_not_known_stops():
    with pytest.raises(CatalogueError, match=r"WK042008.*boundaries of 2019"):
        meaning_of("WK042008", 2019)


def test_a_table_on_other_boundaries_than_its_year_says_is_refused():
    wrong = FIVE_NEW_CODES | {"WK008020": "Wijk 20 Transvaalwijk & Rengerspark"}
    with pytest.raises(RecycledCodeError, match=r"WK008020 in 2020: expected Oud-Oost.*found Wijk 20 Transvaalwijk"):
        rows_of_areas(table_of(2020, wrong), PROGRAMME)


def test_a_region_that_is_not_delivered_is_named():
    lacking = {code: name for code, name in FIVE_NEW_CODES.items() if code != "WK008061"}
    with pytest.raises(InputError, match=r"region WK008061 of vrijheidswijk"):
        rows_of_areas(table_of(2020, lacking), PROGRAMME)


def test_rows_are_not_changed():
    table = table_of(2020, FIVE_NEW_CODES)
    before = table.rows.copy(deep=True)
    rows_of_areas(table, PROGRAMME)
    pd.testing.assert_frame_equal(table.rows, before)


def test_the_catalogued_meanings_are_those_of_the_region_lists():
    lists = pd.read_csv(shared_path("cbs/leeuwarden_regions.csv"), dtype=str)
    wijken = lists[lists["level"].eq("wijk") & lists["year"].isin(["2017", "2020", "2024"])]
    known = 0
    for code, year, name in wijken[["region_code", "year", "region_name"]].itertuples(index=False):
        meaning = meaning_of(code, int(year))
        if meaning is not None:
            plain = name.partition(" ")[2].partition(" ")[2] if name.startswith("Wijk ") else name
            assert meaning.name.startswith(plain), (code, year)
            known += 1
    assert known >= 2 * len(FIVE_NEW_CODES) + len(NINE_OLD_CODES)


def test_the_g40_has_forty_members_without_amstelveen():
    members = areas()["g40"].parts
    assert len(members) == 40
    assert "lwd" in members
    assert "amstelveen" not in members
    assert areas()["g40-mean"].mean_of == members
