"""The page about areas: codes from the boundaries of CBS, sentences counted by hand, and what it shows without any figure."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.indicators.area_codes import describe_area
from lwo_analysis.present import areas_page as page
from lwo_analysis.present.areas_map import area_map
from lwo_analysis.run.region_lists import imported_residents
from lwo_analysis.schema import COLUMN_NAMES

NOTHING = pd.DataFrame(columns=list(COLUMN_NAMES))


def test_oost_is_five_codes_now_that_all_meant_other_places_until_2017() -> None:
    # Five wijken of Leeuwarden in the CBS boundaries since 2018, nine before.
    facts = describe_area("lwo", 2025, NOTHING)
    assert len(facts.codes) == 5
    assert set(facts.reused["code"]) == set(facts.codes)
    assert facts.reused["other_last"].max() == 2017
    assert len(describe_area("lwo", 2017, NOTHING).codes) == 9
    assert not set(describe_area("lwo", 2017, NOTHING).codes) & set(facts.codes)


def test_the_municipality_gained_ground_in_2014_and_2018() -> None:
    assert [merger.year for merger in describe_area("lwo", 2025, NOTHING).mergers] == [2014, 2018]


@pytest.mark.parametrize(("lang", "said"), [("nl", "een optelsum van 5 codes"), ("en", "a sum of 5 codes")])
def test_without_figures_the_codes_are_said_and_no_residents(lang: str, said: str) -> None:
    facts = describe_area("lwo", 0, NOTHING)
    claims = page.area_claims(facts, NOTHING, lang)
    assert any(said in claim.text for claim in claims)
    assert not any(claim.unit == "count" for claim in claims)
    assert page.used_rows(facts, NOTHING, ()).empty


def test_without_outlines_two_different_sentences_stand_where_the_maps_would_be() -> None:
    facts = describe_area("lwo", 0, NOTHING)
    assert area_map(facts, (), "nl") != area_map(facts, (), "nl", earliest=True)


def test_before_the_first_build_there_are_no_residents(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    assert imported_residents().empty
