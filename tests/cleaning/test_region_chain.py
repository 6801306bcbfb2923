"""Over which years a wijk is the same place, by the provider's own change codes."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.mergers import mergers
from lwo_analysis.cleaning.crosswalk import code_changes, crosswalk_of_counts
from lwo_analysis.cleaning.region_chain import comparable_years, read_region_lists, region_list
from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.sources.statline import StatLineTable, read_table_folder
from tests.support.shared_data import shared_path


def listed(**changes: str) -> pd.DataFrame:
    return pd.DataFrame({"region_code": list(changes), "change": list(changes.values())})


LISTS = {
    2016: listed(WK1="1", WK2="1", GM0080="."),
    2017: listed(WK1="1", WK2="1", GM0080="."),
    2018: listed(WK1="3", WK5="2", GM0080="."),
    2019: listed(WK1="1", WK5="1", GM0080="."),
    2020: listed(WK1="1", WK5="3", GM0080="."),
}


def test_a_chain_runs_as_long_as_nothing_changed():
    found = comparable_years("WK1", 2019, LISTS)
    assert found.codes == {2018: "WK1", 2019: "WK1", 2020: "WK1"}
    assert (found.first_year, found.last_year) == (2018, 2020)
    assert (found.before.year, found.before.reason[:17]) == (2018, "the area changed ")
    assert found.after.reason == "no list of regions of 2021"


def test_a_chain_ends_where_its_code_goes_to_another_area():
    found = comparable_years("WK1", 2017, LISTS)
    assert found.codes == {2016: "WK1", 2017: "WK1"}
    assert found.after.year == 2018
    assert "3" in found.after.reason


def test_a_new_code_for_the_same_area_carries_on_when_the_old_one_is_known():
    old_codes = {2018: {"WK5": "WK2"}}
    expected = {2016: "WK2", 2017: "WK2", 2018: "WK5", 2019: "WK5"}
    assert comparable_years("WK5", 2019, LISTS, old_codes).codes == expected
    assert comparable_years("WK2", 2016, LISTS, old_codes).codes == expected


def test_a_new_code_whose_old_one_is_not_known_ends_the_chain():
    found = comparable_years("WK5", 2019, LISTS)
    assert found.codes == {2018: "WK5", 2019: "WK5"}
    assert "old code is not known" in found.before.reason
    assert "no longer there" in comparable_years("WK2", 2016, LISTS).after.reason


def test_one_change_of_area_is_enough_to_end_it_forward():
    assert comparable_years("WK5", 2019, LISTS).after.year == 2020


def test_a_year_without_a_list_ends_the_chain():
    gap = {year: frame for year, frame in LISTS.items() if year != 2019}
    found = comparable_years("WK1", 2020, gap)
    assert found.codes == {2020: "WK1"}
    assert found.before.reason == "no list of regions of 2019"


def test_nothing_stated_about_a_wijk_is_not_taken_as_unchanged():
    found = comparable_years("WK1", 2017, {2016: listed(WK1="."), 2017: listed(WK1=".")})
    assert found.codes == {2017: "WK1"}
    assert "nothing is stated" in found.before.reason


def test_the_city_breaks_where_it_grew_although_its_code_says_nothing():
    found = comparable_years("GM0080", 2019, LISTS)
    assert found.codes == {2018: "GM0080", 2019: "GM0080", 2020: "GM0080"}
    assert found.before.reason == "it took in ground of Leeuwarderadeel and Littenseradiel; use lwd-city"
    earlier = {2013: listed(GM0080="."), 2014: listed(GM0080=".")}
    assert "Boarnsterhim" in comparable_years("GM0080", 2014, earlier).before.reason
    assert comparable_years("GM0080", 2016, LISTS).codes == {2016: "GM0080", 2017: "GM0080"}


def test_mergers_name_areas_and_municipalities():
    assert {(entry.code, entry.year) for entry in mergers()} == {("GM0080", 2014), ("GM0080", 2018)}
    assert all(part["code"].startswith("GM") and part["what"] for entry in mergers() for part in entry.gained)


def test_an_unknown_code_or_year_is_refused():
    with pytest.raises(ParameterError, match="region WK9 in 2019"):
        comparable_years("WK9", 2019, LISTS)
    with pytest.raises(ParameterError, match=r"lists of 2016, 2017"):
        comparable_years("WK1", 2012, LISTS)


def test_the_code_map_of_a_crosswalk_links_the_wijken_that_only_changed_code():
    # Bilgaard and Vrijheidswijk kept their ground in 2018 and got other codes (addresses: see test_crosswalk).
    counts = pd.DataFrame({"from_code": ["WK008021", "WK008022"], "to_code": ["WK008060", "WK008061"], "addresses": [3061, 1594]})
    lists = {2017: listed(WK008021="1", WK008060="1"), 2018: listed(WK008060="2")}
    found = comparable_years("WK008060", 2018, lists, {2018: code_changes(crosswalk_of_counts(counts))})
    assert found.codes == {2017: "WK008021", 2018: "WK008060"}


@pytest.fixture(scope="module")
def real_table() -> StatLineTable:
    return read_table_folder(shared_path("cbs/84799NED-2020"))


def test_the_region_list_of_2020_is_the_delivered_one(real_table):
    found = region_list(real_table)
    # Counted in the delivered column IndelingswijzigingWijkenEnBuurten_4 with a tool of its own.
    assert found["change"].value_counts().to_dict() == {"1": 16060, "3": 789, ".": 356, "2": 136}
    assert found["kind"].value_counts().to_dict() == {"BU": 13808, "WK": 3177, "GM": 355, "NL": 1}
    oost = found.set_index("region_code").loc["WK008020"]
    assert (oost["region_name"], oost["municipality_code"], oost["change"]) == ("Oud-Oost", "GM0080", "1")


def test_an_unknown_change_stops(real_table):
    odd = real_table.rows.assign(IndelingswijzigingWijkenEnBuurten_4="7")
    with pytest.raises(InputError, match=r"changes 1, 2, 3 or \."):
        region_list(StatLineTable(**{**vars(real_table), "rows": odd}))


def test_lists_are_read_by_year_and_never_two_of_one(real_table):
    folder = shared_path("cbs/84799NED-2020")
    assert list(read_region_lists([folder])) == [2020]
    with pytest.raises(InputError, match="two of 2020"):
        read_region_lists([folder, folder])
