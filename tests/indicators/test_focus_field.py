"""A focus area among the others: who is in the field, which place it has, and who looks alike."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator, indicators, indicators_of
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning.observations import load_observations, read_observations
from lwo_analysis.indicators.focus_field import FIELD_SIZE, focus_field, places_in_field
from lwo_analysis.indicators.focus_peers import N_PEERS, find_peers
from tests.support.shared_data import shared_path

SHARE = indicator("social_assistance_share")
WORKING_AGE = ["k_15Tot25Jaar_9", "k_25Tot45Jaar_10", "k_45Tot65Jaar_11"]


@pytest.fixture(scope="module")
def real(real_data) -> pd.DataFrame:
    return read_observations(real_data / "processed" / "observations.parquet")


@pytest.fixture(scope="module")
def demo() -> pd.DataFrame:
    return load_observations("demo")


def test_the_place_of_oost_is_that_of_the_raw_table(real):
    # Counted on the provider's file, without the build: recipients over residents of 15 to 65, lowest share first.
    table = pd.read_parquet(shared_path("cbs/84799NED-2020/cbs.v3.84799NED_TypedDataSet.parquet"))
    counts = table.assign(n=table[WORKING_AGE].sum(axis=1, skipna=False)).set_index(table["Codering_3"].str.strip())
    sums = {name: counts.loc[list(area.summed_regions)].sum(numeric_only=True) for name, area in focus_areas().items()}
    share = pd.Series({name: 100 * row["PersonenPerSoortUitkeringBijstand_83"] / row["n"] for name, row in sums.items()})
    field = focus_field(real, "lwo", SHARE)
    place = places_in_field(field, indicators()).set_index("indicator_id").loc[SHARE.id]
    assert set(field.members) == set(focus_areas())
    assert place["value"] == pytest.approx(share["lwo"])
    assert place["others"] == pytest.approx(share.drop("lwo").mean())
    assert place["rank"] == share.rank()["lwo"] == 19
    # By hand: 3,130 recipients of 24,885 residents of 15 to 65.
    assert place["value"] == pytest.approx(100 * 3130 / 24885)
    assert place["others"] == pytest.approx(8.32, abs=0.005)
    assert place["lower"] <= place["rank"] <= place["upper"]


def test_a_model_share_gets_no_place(real):
    places = places_in_field(focus_field(real, "lwo", SHARE), indicators_of("gezondheid"))
    assert places["rank"].isna().all()
    assert set(places["origin"]) == {"modelled"}


def test_topics_without_a_favourable_side_are_not_placed(real):
    with pytest.raises(CannotAnswerError, match="favourable side"):
        places_in_field(focus_field(real, "lwo", SHARE), indicators_of("context"))


@pytest.mark.parametrize("name", focus_areas())
def test_every_focus_area_has_a_field_and_three_others_like_it(real, name):
    field = focus_field(real, name, SHARE)
    peers = find_peers(field)
    assert field.members[0] == name
    assert len(field.members) == FIELD_SIZE
    assert len(peers.table) == N_PEERS
    assert name not in set(peers.table["area_id"])
    assert peers.table["distance"].is_monotonic_increasing
    assert peers.nearest[name] == pytest.approx(peers.table["distance"].iloc[0])


def test_wijken_outside_the_city_stand_in_on_the_demo_panel(demo):
    field = focus_field(demo, "lwo", SHARE)
    assert field.is_demo
    assert len(field.members) == FIELD_SIZE
    assert min(int(name.removeprefix("demo-")) for name in field.members[1:]) > 10
    # The programme wijken of the demo panel were given 7.5 percentage points more, so that Oost comes last.
    assert places_in_field(field, indicators()).set_index("indicator_id").loc[SHARE.id, "rank"] == FIELD_SIZE


@pytest.mark.parametrize(("area", "year", "words"), [("bilgaard", 0, "focus areas"), ("lwo", 1999, "no figures")])
def test_what_is_no_focus_area_or_has_no_figure_is_said(demo, area, year, words):
    with pytest.raises(CannotAnswerError, match=words):
        focus_field(demo, area, SHARE, year)


def test_a_field_of_too_few_areas_is_refused(real):
    few = real[real["area_id"].isin(list(focus_areas())[:9])]
    with pytest.raises(CannotAnswerError, match="9, and 10 are needed"):
        focus_field(few, "lwo", SHARE)
