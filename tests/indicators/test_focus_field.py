"""A focus area among the others: who is in the field, which place it has, and who looks alike."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator, indicators, indicators_of
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning.observations import load_observations, read_observations
from lwo_analysis.indicators.focus_field import FIELD_SIZE, FocusField, focus_field, is_demo_outside, places_in_field
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


NAMES = ("lwo", *[name for name in focus_areas() if name != "lwo"][:9])


def ten(origin: str = "register", topic: str = SHARE.id, **own: object) -> pd.DataFrame:
    """Return ten focus areas in 2019 and 2020: 12 % for Oost, 1 to 9 % for the others, each of 100,000; and the country."""
    rows = [
        {
            "area_id": name,
            "indicator_id": topic,
            "year": year,
            "value": value,
            "numerator": 1000 * value,
            "denominator": 100_000.0,
        }
        for year in (2019, 2020)
        for name, value in zip(
            (*NAMES, "nl", "lwd-rest", "bilgaard"), (12.0, *map(float, range(1, 10)), 6.0, 5.0, 20.0), strict=True
        )
    ]
    table = pd.DataFrame(rows).assign(n=100_000.0, origin=origin)
    table.loc[table["area_id"].eq("lwo"), list(own)] = list(own.values())
    return table


def test_the_field_and_every_column_of_a_place_by_hand():
    field = focus_field(ten(), "lwo", SHARE)
    assert (field.area_id, field.year, field.is_demo, field.register_origins) == ("lwo", 2020, False, {"register"})
    assert field.members == ("lwo", *sorted(NAMES[1:]))
    assert field.beside == ("lwd-rest", "nl")
    assert field.of_indicator(SHARE.id).index.tolist() == [*field.members, "lwd-rest", "nl"]
    assert focus_field(ten(), "lwo", SHARE, 2019).year == 2019
    place = places_in_field(field, indicators()).iloc[0].to_dict()
    # Mean of 1 to 9: 5. All ten: mean 5.7, sum of squares 429 - 324.9 = 104.1 over 9. Seven above the mean, and lower is better.
    assert (place.pop("value"), place.pop("others")) == (12.0, pytest.approx(5.0))
    assert place.pop("score") == pytest.approx(100 - 10 * 7 / (104.1 / 9) ** 0.5)
    # Of 100,000 each: standard errors of a tenth of a point, so the last place is certain.
    assert place == {
        "indicator_id": SHARE.id,
        "reliability": "B",
        "rank": 10.0,
        "lower": 10.0,
        "upper": 10.0,
        "members": 10,
        "origin": "register",
    }


def test_where_higher_is_better_the_highest_is_first():
    topic = indicator("good_health")
    place = places_in_field(focus_field(ten(topic=topic.id), "lwo", topic), {topic.id: topic}).iloc[0]
    assert (place["rank"], place["score"]) == (1.0, pytest.approx(100 + 10 * 7 / (104.1 / 9) ** 0.5))


def test_topics_stand_by_place_and_those_without_counts_last():
    first, last, bare = indicator("good_health"), SHARE, indicator("loneliness_share")
    rows = pd.concat([ten(topic=bare.id).assign(numerator=None), ten(), ten(topic=first.id)])
    places = places_in_field(focus_field(rows, "lwo", SHARE), {entry.id: entry for entry in (bare, last, first)})
    assert places["indicator_id"].tolist() == [first.id, last.id, bare.id]
    assert places[["rank", "lower", "upper"]].iloc[2].isna().all()
    assert places.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize(("n", "reliability"), [(149.0, "I"), (150.0, "B"), (49.0, "hidden")])
def test_a_survey_has_the_thresholds_of_a_survey(n, reliability):
    place = places_in_field(focus_field(ten("survey", n=n), "lwo", SHARE), {SHARE.id: SHARE}).iloc[0]
    assert (place["reliability"], place["origin"]) == (reliability, "survey")


@pytest.mark.parametrize(("left_out", "is_refused"), [(0, False), (1, True)])
def test_ten_areas_with_a_figure_are_the_least(left_out, is_refused):
    rows = ten()
    rows.loc[rows["area_id"].isin(NAMES[1 : 1 + left_out]), "value"] = None
    if is_refused:
        with pytest.raises(CannotAnswerError, match="9, and 10 are needed"):
            focus_field(rows, "lwo", SHARE)
    else:
        field = focus_field(rows, "lwo", SHARE)
        fewer = rows.assign(indicator_id="good_health")
        fewer.loc[fewer["area_id"].eq(NAMES[1]), "value"] = None
        wider = FocusField(
            field.area_id, field.year, field.members, field.beside, pd.concat([field.figures, fewer[fewer["year"].eq(2020)]])
        )
        assert places_in_field(wider, indicators())["indicator_id"].tolist() == [SHARE.id]


def test_a_year_or_an_area_without_a_figure_is_told():
    with pytest.raises(CannotAnswerError, match="no figures"):
        focus_field(ten(), "lwo", SHARE, 2021)
    with pytest.raises(CannotAnswerError, match="no figures"):
        focus_field(ten(value=None), "lwo", SHARE)


def test_the_largest_wijken_outside_the_city_stand_in():
    # Wijken 1 to 10 are of the city; of 11 to 40 the nineteen largest, by id: 22 to 40.
    rows = [("lwo", SHARE.id, 12.0), *[(f"demo-{number}", SHARE.id, 5.0) for number in range(1, 41)]]
    rows += [(f"demo-{number}", "population", 100.0 * number) for number in range(11, 41)]
    rows += [(f"demo-{number}", "population", 90_000.0) for number in range(1, 11)]
    table = pd.DataFrame(rows, columns=["area_id", "indicator_id", "value"]).assign(year=2020, origin="demo")
    field = focus_field(table, "lwo", SHARE)
    assert field.members == ("lwo", *[f"demo-{number}" for number in range(22, 41)])
    assert field.is_demo
    assert [is_demo_outside(name) for name in ("demo-10", "demo-11", "lwo")] == [False, True, False]
