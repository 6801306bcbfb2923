"""A focus area among the others: who is in the field, which place it has, and who looks alike."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator, indicators, indicators_of
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning.observations import load_observations, read_observations
from lwo_analysis.indicators.focus_field import FIELD_SIZE, FocusField, focus_field, places_in_field
from lwo_analysis.indicators.focus_peers import N_PEERS, figures_by_topic, find_peers, match_outside
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


def field_on_a_line(**shares: float | None) -> FocusField:
    """Return a field of areas with one topic and 5,000 residents each; the first is placed."""
    rows = [(name, topic, 5000.0 if topic == "population" else value) for name, value in shares.items() for topic in TOPICS]
    figures = pd.DataFrame(rows, columns=["area_id", "indicator_id", "value"])
    return FocusField(next(iter(shares)), 2020, tuple(shares), (), figures)


TOPICS = ("social_assistance_share", "population")


def test_the_nearest_are_those_with_the_nearest_share_in_standard_deviations_of_the_others():
    # Others 11, 14, 20, 32, 50: mean 25.4, sum of squares 207.36 + 129.96 + 29.16 + 43.56 + 605.16 = 1015.2, over 4.
    field = field_on_a_line(own=10.0, a=11.0, b=14.0, c=20.0, d=32.0, e=50.0, secret=None)
    peers = find_peers(field)
    assert peers.table["area_id"].tolist() == ["a", "b", "c"]
    assert peers.topics == ("social_assistance_share",)
    assert peers.table["distance"].tolist() == pytest.approx([gap / (1015.2 / 4) ** 0.5 for gap in (1, 4, 10)])


def wijken(**residents: float) -> pd.DataFrame:
    """Return wijken with their residents and a share that is their number in the list."""
    return pd.DataFrame({"residents": pd.Series(residents), "social_assistance_share": range(len(residents))}, dtype=float)


def test_wijken_of_half_to_double_size_outside_the_excluded_are_matched():
    # Of "own" (4,000) the candidates have 2,000 to 8,000 residents; "near" is excluded, "small" and "large" fall outside.
    table = wijken(own=4000, near=4000, small=1999, a=2000, b=8000, large=8001, c=4000, d=4000)
    found = match_outside(field_on_a_line(own=1.0), table, ["own"], ["near"])
    assert set(found.pairs["match_id"]) == {"a", "b", "c"}


def test_wijken_with_few_residents_or_a_secret_share_are_not_matched():
    table = wijken(own=1500, few=999, a=1000, b=1500, c=1500, d=1500)
    table.loc["b", "social_assistance_share"] = None
    found = match_outside(field_on_a_line(own=1.0), table, ["own", "few", "b"], [])
    assert set(found.pairs["match_id"]) == {"a", "c", "d"}
    assert set(found.pairs["area_id"]) == {"own"}


def test_more_than_five_wijken_get_one_match_each_and_five_get_three():
    for count, each in ((5, 3), (6, 1)):
        own = [f"own{number}" for number in range(count)]
        table = wijken(**dict.fromkeys(own, 4000), **{f"other{number}": 4000 for number in range(20)})
        found = match_outside(field_on_a_line(own=1.0), table, own, [])
        assert found.pairs["area_id"].value_counts().to_dict() == dict.fromkeys(own, each)


def test_nothing_is_matched_when_no_wijk_is_complete_or_none_is_alike():
    field = field_on_a_line(own=1.0)
    assert match_outside(field, wijken(own=900, a=4000), ["own"], []) is None
    assert match_outside(field, wijken(own=4000, a=90_000, b=90_000, c=90_000), ["own"], []) is None


def test_figures_by_topic_have_a_row_per_area_and_the_residents():
    rows = [("a", "social_assistance_share", 5.0), ("a", "population", 900.0), ("a", "good_health", 70.0)]
    table = pd.DataFrame([*rows, ("b", "population", 800.0)], columns=["area_id", "indicator_id", "value"])
    wide = figures_by_topic(table, [SHARE])
    assert wide.loc["a"].to_dict() == {"social_assistance_share": 5.0, "residents": 900.0}
    assert wide.loc["b", "residents"] == 800.0
    assert pd.isna(wide.loc["b", SHARE.id])
