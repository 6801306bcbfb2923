"""Matched areas: alike before the programme, of similar size, never treated."""

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import DesignError, DroppedRowsWarning, InputError
from lwo_analysis.indicators.matching import match_areas, pre_period_features


def pool(rng: np.random.Generator, areas: int = 120) -> tuple[pd.DataFrame, pd.Series]:
    names = [f"w{number}" for number in range(areas)]
    features = pd.DataFrame({"share_level": rng.normal(5, 2, areas), "share_trend": rng.normal(0, 0.3, areas)}, index=names)
    return features, pd.Series(rng.uniform(3000, 15000, areas), index=names)


def test_planted_twins_are_found():
    features, residents = pool(np.random.default_rng(1))
    for subject, twin in (("s1", "t1"), ("s2", "t2")):
        features.loc[subject] = features.loc[twin] = [15.0 + 3 * (subject == "s2"), -0.4]
        residents[subject] = residents[twin] = 6000.0
    pairs = match_areas(features, residents, ["s1", "s2"], matches=1).pairs
    assert dict(zip(pairs["area_id"], pairs["match_id"], strict=True)) == {"s1": "t1", "s2": "t2"}
    assert pairs["distance"].tolist() == pytest.approx([0, 0])


def test_matching_improves_the_balance_and_never_uses_an_area_twice():
    features, residents = pool(np.random.default_rng(2))
    subjects = features.index[features["share_level"].rank(ascending=False) <= 5].tolist()
    result = match_areas(features, residents, subjects, matches=3)
    before, after = result.balance["difference_before"].abs(), result.balance["difference_after"].abs()
    assert after["share_level"] < before["share_level"]
    assert result.largest_difference == after.max()
    assert result.pairs["match_id"].is_unique
    assert len(result.pairs) == 15
    assert not set(result.pairs["match_id"]) & set(subjects)


def test_excluded_areas_and_other_sizes_are_never_matched():
    features, residents = pool(np.random.default_rng(3))
    barred = features.index[50:].tolist()
    result = match_areas(features, residents, ["w0"], exclude=barred, matches=3, population_ratio=1.5)
    assert not set(result.pairs["match_id"]) & set(barred)
    ratio = residents[result.pairs["match_id"]] / residents["w0"]
    assert ratio.between(1 / 1.5, 1.5).all()
    assert result.n_pool == 49


def test_the_order_of_the_areas_does_not_matter():
    features, residents = pool(np.random.default_rng(4))
    one = match_areas(features, residents, ["w1", "w2"]).pairs
    other = match_areas(features, residents, ["w2", "w1"]).pairs
    assert set(zip(one["area_id"], one["match_id"], strict=True)) == set(zip(other["area_id"], other["match_id"], strict=True))


def test_standardised_differences_are_in_standard_deviations_of_the_pool():
    features = pd.DataFrame({"share_level": [10.0, 4.0, 6.0]}, index=["s", "x", "y"])
    balance = match_areas(features, pd.Series(5000.0, index=features.index), ["s"], matches=1).balance
    # Pool mean 5 and standard deviation sqrt(2): before (10 - 5) / sqrt 2, after (10 - 6) / sqrt 2.
    assert balance.loc["share_level", "difference_before"] == pytest.approx(5 / np.sqrt(2))
    assert balance.loc["share_level", "difference_after"] == pytest.approx(4 / np.sqrt(2))


def test_areas_with_a_missing_feature_are_counted_and_a_subject_with_one_stops_the_run():
    features, residents = pool(np.random.default_rng(5))
    features.loc["w9", "share_trend"] = np.nan
    with pytest.warns(DroppedRowsWarning, match="1 area"):
        assert match_areas(features, residents, ["w0"]).n_incomplete == 1
    with pytest.raises(InputError, match="w9"):
        match_areas(features, residents, ["w9"])


def test_too_few_candidates_of_similar_size_stop_the_run():
    features, residents = pool(np.random.default_rng(6), areas=10)
    residents[:] = 5000.0
    residents["w0"] = 50_000.0
    with pytest.raises(DesignError, match="3 candidates for each of 1 areas"):
        match_areas(features, residents, ["w0"])


def test_features_are_long_means_and_trends_and_short_series_have_none():
    panel = pd.DataFrame(
        {
            "area_id": ["a"] * 4 + ["b"] * 3,
            "indicator_id": "share",
            "year": [2014, 2015, 2016, 2017, 2014, 2015, 2016],
            "value": [4.0, 6.0, 4.0, 6.0, 1.0, 2.0, 3.0],
        }
    )
    table = pre_period_features(panel, 2014, 2017)
    # Slope of 4, 6, 4, 6: Σ(t)(y) / Σt² with t = -1.5, -0.5, 0.5, 1.5: (-6 - 3 + 2 + 9) / 5 = 0.4.
    assert table.loc["a"].tolist() == pytest.approx([5.0, 0.4])
    assert table.loc["b"].isna().all()
    with pytest.raises(InputError, match="one value per area"):
        pre_period_features(pd.concat([panel, panel]), 2014, 2017)


def test_pairs_and_balance_by_hand():
    # Levels 20 and 10, pool 12, 16 and 23: the least sum of distances is 3 + 2.
    features = pd.DataFrame({"level": [20.0, 10.0, 12.0, 16.0, 23.0]}, index=["s2", "s1", "x", "y", "z"])
    found = match_areas(features, pd.Series(5000.0, index=features.index), ["s2", "s1"], matches=1)
    spread = np.std([12.0, 16.0, 23.0], ddof=1)
    assert found.pairs["area_id"].tolist() == ["s2", "s1"]
    assert found.pairs["match_id"].tolist() == ["z", "x"]
    assert found.pairs["distance"].tolist() == pytest.approx([3 / spread, 2 / spread])
    assert found.pairs.index.tolist() == [0, 1]
    level = found.balance.loc["level"]
    assert level[["subject_mean", "pool_mean", "matched_mean"]].tolist() == pytest.approx([15, 17, 17.5])
    assert level[["difference_before", "difference_after"]].tolist() == pytest.approx([-2 / spread, -2.5 / spread])
    # All have 5,000 residents: no spread, so nothing to divide by.
    assert found.balance.loc["log_population"].tolist() == pytest.approx([np.log(5000)] * 3 + [0, 0])
    assert (found.n_pool, found.n_incomplete, found.largest_difference) == (3, 0, pytest.approx(2.5 / spread))


def test_several_matches_stand_by_distance_under_their_area():
    features = pd.DataFrame({"level": [0.0, 1.0, -2.0, 9.0, 3.0]}, index=["s", "x", "y", "z", "w"])
    pairs = match_areas(features, pd.Series(5000.0, index=features.index), ["s"]).pairs
    assert pairs["match_id"].tolist() == ["x", "y", "w"]


@pytest.mark.parametrize(("residents", "matched"), [(2000.0, True), (2001.0, False), (500.0, True), (499.0, False)])
def test_twice_and_half_the_residents_are_still_of_one_size(residents, matched):
    features = pd.DataFrame({"level": [1.0, 1.0, 5.0]}, index=["s", "x", "far"])
    sizes = pd.Series({"s": 1000.0, "x": residents, "far": 9000.0})
    if matched:
        assert match_areas(features, sizes, ["s"], matches=1).pairs["match_id"].tolist() == ["x"]
    else:
        told = r"expected 1 candidates for each of 1 areas within 2 times its residents, found \[0\] candidates"
        with pytest.raises(DesignError, match=told):
            match_areas(features, sizes, ["s"], matches=1)


def test_a_feature_needs_four_years_within_the_period():
    panel = pd.DataFrame({"area_id": "a", "indicator_id": "share", "year": range(2013, 2019), "value": [90.0, 1, 2, 4, 5, 90.0]})
    # 2014-2017: mean 3; slope of 1, 2, 4, 5: (-1.5 x 1 - 0.5 x 2 + 0.5 x 4 + 1.5 x 5) / 5 = 1.4.
    assert pre_period_features(panel, 2014, 2017).loc["a"].to_dict() == pytest.approx({"share_level": 3.0, "share_trend": 1.4})
    assert pre_period_features(panel, 2014, 2016).loc["a"].isna().all()
    assert pre_period_features(panel, 2014, 2016, least_years=3).loc["a", "share_trend"] == pytest.approx(1.5)
    other = panel.assign(indicator_id="age", value=2.0)
    wide = pre_period_features(pd.concat([panel, other, other.assign(area_id="0")]), 2014, 2017)
    assert wide.columns.tolist() == ["age_level", "age_trend", "share_level", "share_trend"]
    assert wide.index.tolist() == ["0", "a"]
    with pytest.raises(InputError, match=r"found no \['value', 'year'\]"):
        pre_period_features(panel.drop(columns=["year", "value"]), 2014, 2017)
