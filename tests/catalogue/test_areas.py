"""The focus areas, their cities, and the city of Leeuwarden without its villages, against the region lists of CBS."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from lwo_analysis.catalogue import areas as area_catalogue
from lwo_analysis.catalogue.areas import Area, RegionSpan, areas, region_codes
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning import boundaries
from lwo_analysis.cleaning.boundaries import meaning_of, rows_of_areas
from lwo_analysis.errors import CatalogueError
from lwo_analysis.indicators.comparison import is_part_of
from lwo_analysis.provenance import SourceCard
from lwo_analysis.run.build import observations_of_table
from lwo_analysis.sources.rows import ROW_COLUMNS, RegionRows
from lwo_analysis.sources.statline import read_table_folder
from tests.support.shared_data import shared_path

ELSEWHERE = [name for name in focus_areas() if name != "lwo"]
PROGRAMME = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")


def table_of(year: int, measures: tuple[str, ...] = ("residents",)) -> RegionRows:
    """Return 100 of everything for every region that an area has in the boundaries of a year."""
    codes = sorted({code for area in areas().values() for span in area.regions if span.covers(year) for code in span.codes})
    meanings = {code: meaning_of(code, year) for code in codes}
    rows = [(code, meanings[code].name if meanings[code] else "", name, year, 100.0, None) for code in codes for name in measures]
    card = SourceCard("kwb", f"KWB{year}", "", "", "", "2021-01-01", "")
    return RegionRows(card, year, pd.DataFrame(rows, columns=list(ROW_COLUMNS)))


def test_the_twenty_focus_areas_are_areas_and_ours_is_there_once():
    assert len(focus_areas()) == 20
    assert set(focus_areas()) <= set(areas())
    assert "leeuwarden-oost" not in areas()
    assert set(focus_areas()["lwo"].regions) == {code for name in PROGRAMME for code in region_codes(name, 2020)}
    assert areas()["nplv-other"].parts == tuple(ELSEWHERE)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_focus_area_is_derived_has_years_and_lies_in_its_city(name):
    focus, area = focus_areas()[name], areas()[name]
    assert focus.status == "derived"
    assert focus.confidence in area.note
    assert region_codes(name, 2020) == focus.summed_regions
    assert set(focus.regions) - set(focus.left_out) == set(focus.summed_regions)
    (city,) = [
        other.id
        for other in areas().values()
        if other.kind == "municipality" and region_codes(other.id, 2020) == (focus.municipality_code,)
    ]
    assert is_part_of(name, city, areas())
    assert not is_part_of(name, f"{city}-rest", areas())
    assert is_part_of(name, "nl", areas())
    for year in (focus.first_year - 1, focus.last_year + 1):
        with pytest.raises(CatalogueError, match=name):
            region_codes(name, year)


def plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", re.sub(r"^(wijk|buurt)\s*\d+\s*", "", name.lower()))


def buurten(names: dict[str, str], wijk: str) -> set[str]:
    return {code for code in names if code[:2] == "BU" and code[2:8] == wijk[2:]}


def test_the_years_of_the_focus_areas_are_those_that_the_region_lists_bear_out():
    old_list = pd.read_parquet(shared_path("cbs/83765NED-2017/cbs.v4.83765NED_WijkenEnBuurtenCodes.parquet"))
    old = {code.strip(): title.strip() for code, title in old_list[["Identifier", "Title"]].itertuples(index=False)}
    table = read_table_folder(shared_path("cbs/84799NED-2020"))
    new = table.regions.set_index("Key")["Title"].to_dict()
    surface = table.rows.set_index(table.region_column)["OppervlakteTotaal_110"]
    later = json.loads(shared_path("cbs/85984NED-2024/stripped_filtered_data_2024.json").read_text(encoding="utf-8"))
    for focus in (focus_areas()[name] for name in ELSEWHERE):
        since_2017 = all(code in old and buurten(old, code) == buurten(new, code) for code in focus.regions)
        until_2024 = all(
            code in later and abs(later[code].get("OppervlakteTotaal_122", 0) - surface[code]) <= 2 for code in focus.regions
        )
        assert (focus.first_year, focus.last_year) == (2017 if since_2017 else 2020, 2024 if until_2024 else 2020), focus.id
        if since_2017:
            other_names = {code for code in focus.regions if plain(old[code]) != plain(new[code])}
            assert other_names <= {"WK035604"}  # "Batau Boord" in the list of 2017


def test_the_city_and_its_villages_are_all_wijken_of_leeuwarden():
    lists = pd.read_csv(shared_path("cbs/leeuwarden_regions.csv"), dtype=str)
    wijken = set(lists.loc[lists["level"].eq("wijk") & lists["year"].eq("2020"), "region_code"])
    villages = set(region_codes("lwd-villages", 2020))
    # The seventeen that the note of lwd-city names.
    city = {f"WK0080{number}" for number in (10, 11, 20, 30, 31, 32, 40, 41, 50, 51, 60, 61, 70, 71, 72, 73, 74)}
    assert villages | city == wijken
    assert not villages & city


def test_the_villages_are_the_same_ground_before_and_after_2018():
    lists = pd.read_csv(shared_path("cbs/leeuwarden_regions.csv"), dtype=str)
    buurt = {year: lists[lists["level"].eq("buurt") & lists["year"].eq(year)] for year in ("2017", "2020")}
    wijk_of = dict(zip(buurt["2020"]["region_name"], buurt["2020"]["parent_code"], strict=True))
    villages = {year: set(region_codes("lwd-villages", int(year))) for year in buurt}
    # Of the 100 buurten of 2017, four are spelled otherwise or went up in another; the others must stay on their side.
    same = buurt["2017"][buurt["2017"]["region_name"].isin(wijk_of)]
    assert len(same) == 96
    before, after = same["parent_code"].isin(villages["2017"]), same["region_name"].map(wijk_of).isin(villages["2020"])
    assert (before == after).all()
    assert before.sum() >= 15


def test_oost_lies_in_the_city_and_not_in_what_is_left_of_it():
    assert is_part_of("lwo", "lwd-city", areas())
    assert is_part_of("bilgaard", "lwd-city", areas())
    assert not is_part_of("lwo", "lwd-city-rest", areas())


def test_areas_without_codes_for_a_year_have_no_row_and_the_programme_has():
    rows = rows_of_areas(table_of(2013))
    assert set(PROGRAMME) <= set(rows["area_id"])
    assert not {*ELSEWHERE, "lwd-villages"} & set(rows["area_id"])
    assert set(ELSEWHERE) <= set(rows_of_areas(table_of(2020))["area_id"])


def test_an_area_that_is_asked_for_is_never_skipped():
    with pytest.raises(CatalogueError, match=r"rotterdam-zuid: expected CBS codes for the boundaries of 2013"):
        rows_of_areas(table_of(2013), ["rotterdam-zuid"])


def test_a_programme_area_without_codes_stops_the_run(monkeypatch):
    table = table_of(2020)
    bounded = Area("bilgaard", "", "", "wijk", regions=(RegionSpan(("WK008021",), last_year=2017),))
    changed = areas() | {"bilgaard": bounded}
    monkeypatch.setattr(boundaries, "areas", lambda: changed)
    monkeypatch.setattr(area_catalogue, "areas", lambda: changed)
    with pytest.raises(CatalogueError, match=r"bilgaard: expected CBS codes for the boundaries of 2020"):
        rows_of_areas(table)


def test_a_table_of_a_year_without_focus_areas_is_built_and_says_what_is_missing():
    table = table_of(2013)
    built = observations_of_table(table, [table]).set_index("area_id")
    assert built.loc["lwo", "value"] == 9 * 100.0  # nine old wijken
    assert built.loc["rotterdam", "value"] == 100.0
    assert not set(ELSEWHERE) & set(built.index)
    for name in ("rotterdam-rest", "lwd-city"):
        assert built.loc[name, "status"] == "not_published"
        assert pd.isna(built.loc[name, "value"])
