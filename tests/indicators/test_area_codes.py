"""Codes of areas over the years: names and years as in the boundaries of CBS of 2017 and 2018."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.indicators.area_codes import code_history, describe_area, reused_codes
from lwo_analysis.schema import COLUMN_NAMES

NOTHING = pd.DataFrame(columns=list(COLUMN_NAMES))
OLD, NEW = "Transvaalwijk & Rengerspark", "Oud-Oost"


@pytest.mark.parametrize(("year", "now", "other"), [(2018, NEW, OLD), (2025, NEW, OLD), (2017, OLD, NEW)])
def test_a_code_that_meant_another_place_has_one_row_per_other_meaning(year: int, now: str, other: str) -> None:
    # Code 20 was one place until 2017 and is another since 2018; code 01 never changed its meaning.
    found = reused_codes(("WK008020", "WK008001"), year)
    assert found[["code", "name", "other_name"]].to_numpy().tolist() == [["WK008020", now, other]]
    own, others = ["first_year", "last_year"], ["other_first", "other_last"]
    since, until = (own, others) if now == NEW else (others, own)
    assert found[since].iloc[0].fillna(0).tolist() == [2018, 0]
    assert found[until].iloc[0].fillna(0).tolist() == [0, 2017]


def test_the_rest_of_the_city_is_the_city_less_the_wijken() -> None:
    facts = describe_area("lwd-rest", 2020, NOTHING)
    assert facts.codes == ("GM0080",)
    assert facts.taken_away == ("WK008020", "WK008060", "WK008061", "WK008050", "WK008051")
    assert facts.parts[["area_id", "role"]].to_numpy().tolist() == [["lwd", "added"], ["lwo", "taken_away"]]
    assert set(facts.parts["status"]) == {"not_published"}
    history = code_history("lwd-rest")
    assert history["is_taken_away"].tolist() == [False, *[True] * 10]
    assert history["names"].iloc[0] == ("Leeuwarden",)
    assert history["names"].iloc[2] == (NEW,)
    assert history.loc[1, "codes"] == ("WK008030", "WK008031", "WK008032")
    assert (facts.residents, facts.residents_year) == (None, None)


def test_residents_are_those_of_the_latest_year_with_a_figure() -> None:
    rows = [("bilgaard", 2022, 6000.0), ("bilgaard", 2020, 5000.0), ("bilgaard", 2023, None), ("oud-oost", 2022, 7000.0)]
    people = pd.DataFrame(rows, columns=["area_id", "year", "value"]).assign(indicator_id="population", status="final")
    people["year"] = people["year"].astype("Int64")
    facts = describe_area("bilgaard", 2022, people)
    assert (facts.residents, facts.residents_year) == (6000.0, 2022)
    assert facts.parts.to_dict("list") == {"area_id": ["bilgaard"], "role": ["itself"], "value": [6000.0], "status": ["final"]}
    whole = describe_area("lwo", 2022, people.assign(area_id=people["area_id"].replace("oud-oost", "lwo")))
    assert whole.residents == 7000.0
    assert whole.parts.set_index("area_id").loc["bilgaard", "value"] == 6000.0
    assert set(whole.parts["role"]) == {"added"}


def test_a_year_before_the_boundaries_of_an_area_is_said() -> None:
    assert describe_area("rotterdam-zuid", 0, NOTHING).year >= 2020
    with pytest.raises(CannotAnswerError):
        describe_area("rotterdam-zuid", 1990, NOTHING)
