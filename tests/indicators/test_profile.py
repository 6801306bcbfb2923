"""The neighbourhood profile: flags, fixed base year, no judgement of who lives there, weights that can be checked."""

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.profile import composite_score, composite_sensitivity, reliability_flag, score_profile


def row(indicator, kind, direction, value, n, numerator=np.nan, survey=False):
    return (indicator, kind, direction, value, 40.0, 10.0, n, numerator, survey)


COLUMNS = ["indicator_id", "kind", "good_direction", "value", "base_mean", "base_sd", "n", "numerator", "is_survey"]


def test_a_profile_keeps_objective_and_subjective_apart_and_does_not_judge_context():
    table = pd.DataFrame(
        [
            row("neighbourhood_attachment", "subjective", "higher", 30.0, 200, survey=True),
            row("registered_crimes", "objective", "lower", 51.0, 36_000, 1836),
            row("social_rent_share", "objective", "context", 41.0, 19_914, 8165),
        ],
        columns=COLUMNS,
    )
    profile = score_profile(table).set_index("indicator_id")
    assert profile["kind"].tolist() == ["objective", "objective", "subjective"]
    assert profile["score"].to_dict() == {
        "registered_crimes": pytest.approx(89.0),  # 11 above the base, lower is good: 100 - 11
        "social_rent_share": pytest.approx(101.0),  # 1 above the base, not judged
        "neighbourhood_attachment": pytest.approx(90.0),  # 10 below, higher is good
    }
    assert profile["judged"].to_dict() == {
        "registered_crimes": True,
        "social_rent_share": False,
        "neighbourhood_attachment": True,
    }


def test_small_numbers_are_flagged_or_hidden():
    table = pd.DataFrame(
        [
            row("a", "subjective", "higher", 30.0, 149, survey=True),
            row("b", "subjective", "higher", 30.0, 49, survey=True),
            row("c", "objective", "lower", 30.0, 500, 9),
            row("d", "objective", "lower", np.nan, np.nan),
        ],
        columns=COLUMNS,
    )
    profile = score_profile(table).set_index("indicator_id")
    assert profile["reliability"].to_dict() == {"c": "hidden", "d": "hidden", "a": "I", "b": "hidden"}
    assert profile["score"].isna().to_dict() == {"c": True, "d": True, "a": False, "b": True}


def test_register_thresholds_are_those_of_the_method_rules():
    assert reliability_flag(99, is_survey=False) == "hidden"
    assert reliability_flag(100, numerator=9, is_survey=False) == "hidden"
    assert reliability_flag(100, numerator=10, is_survey=False) == "B"


def test_a_fixed_base_year_lets_everybody_improve():
    table = pd.DataFrame([row("share", "objective", "lower", value, 1000, 100) for value in (20.0, 30.0)], columns=COLUMNS)
    assert (score_profile(table)["score"] > 100).all()


def test_a_composite_with_a_missing_part_is_missing():
    scores = pd.DataFrame({"x": [90.0, np.nan], "y": [110.0, 100.0]}, index=["a", "b"])
    composite = composite_score(scores, {"x": 1.0, "y": 1.0})
    assert composite["a"] == pytest.approx(100.0)
    assert np.isnan(composite["b"])


@pytest.mark.parametrize("weights", [{"x": 1.0}, {"x": -1.0, "y": 2.0}, {"x": 0.0, "y": 0.0}])
def test_weights_must_be_published_for_every_part(weights):
    with pytest.raises(InputError, match="one weight"):
        composite_score(pd.DataFrame({"x": [1.0], "y": [2.0]}), weights)


def test_a_ranking_that_hangs_on_the_weights_shows_it():
    mixed = pd.DataFrame({"x": [80.0, 120.0], "y": [119.0, 81.0]}, index=["a", "b"])
    clear = pd.DataFrame({"x": [80.0, 120.0], "y": [90.0, 110.0]}, index=["a", "b"])
    weights = {"x": 0.5, "y": 0.5}
    shaky = composite_sensitivity(mixed, weights, np.random.default_rng(1))
    firm = composite_sensitivity(clear, weights, np.random.default_rng(1))
    assert shaky.order_agreement < 0.8
    assert firm.order_agreement == 1.0
    assert shaky.leave_one_out.loc["a"].to_dict() == {"x": 119.0, "y": 80.0}
    assert shaky.scores.loc["a", "lower"] < shaky.scores.loc["a", "published"] < shaky.scores.loc["a", "upper"]


def test_random_weights_vary_as_the_docstring_says():
    # One area scores 100 on x only, so its composite is 100 times the drawn weight. Dirichlet with concentration 20 and mean
    # 0.25: sd sqrt(0.25 * 0.75 / 21) = 0.0945, so 95 % of draws lie within about 0.09 to 0.45.
    scores = pd.DataFrame({"x": [100.0, 0.0], "y": [0.0, 100.0]}, index=["a", "b"])
    result = composite_sensitivity(scores, {"x": 0.25, "y": 0.75}, np.random.default_rng(3), draws=4000)
    half = (result.scores.loc["a", "upper"] - result.scores.loc["a", "lower"]) / 2
    assert half == pytest.approx(1.96 * 9.45, rel=0.1)  # 1.96 sd on a scale of 100, skewed


def test_the_sensitivity_of_three_areas_counted_draw_by_draw():
    # Of 41 draws the quantiles of 2.5 and 97.5 % are the second from below and from above.
    scores = pd.DataFrame({"x": [80.0, 100.0, 120.0], "y": [119.0, 95.0, 81.0], "z": [100.0, 101.0, 99.0]}, index=["a", "b", "c"])
    found = composite_sensitivity(scores, {"x": 2.0, "y": 1.0, "z": 1.0}, np.random.default_rng(4), draws=41, concentration=8.0)
    drawn = np.random.default_rng(4).dirichlet([4.0, 2.0, 2.0], size=41)
    composites = [[float(row @ np.array(scores.loc[area])) for area in "abc"] for row in drawn]
    for number, area in enumerate("abc"):
        ordered = sorted(composite[number] for composite in composites)
        assert found.scores.loc[area, ["lower", "upper"]].tolist() == pytest.approx([ordered[1], ordered[39]])
    # a: (160 + 119 + 100) / 4 and (80 + 119 + 100) / 3.
    assert found.scores["published"].tolist() == pytest.approx([379 / 4, 396 / 4, 420 / 4])
    assert found.scores["equal_weights"].tolist() == pytest.approx([299 / 3, 296 / 3, 100])
    # Published: c is highest and a lowest.
    same = [max(one) == one[2] and min(one) == one[0] for one in composites]
    assert found.order_agreement == sum(same) / 41
    assert 0 < sum(same) < 41
    assert found.leave_one_out.loc["a"].to_dict() == pytest.approx({"x": 109.5, "y": 260 / 3, "z": 93.0})


@pytest.mark.parametrize(
    "scores",
    [
        pd.DataFrame({"x": [1.0], "y": [2.0]}),
        pd.DataFrame({"x": [1.0, 2.0]}),
        pd.DataFrame({"x": [1.0, np.nan], "y": [2.0, 3.0]}),
    ],
)
def test_sensitivity_needs_two_complete_areas_and_indicators(scores):
    with pytest.raises(InputError, match="scores: expected two areas and indicators, complete"):
        composite_sensitivity(scores, dict.fromkeys(scores.columns, 1.0), np.random.default_rng(1), draws=5)


def test_a_weight_of_nothing_is_a_weight_but_has_no_sensitivity():
    scores = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 5.0]})
    assert composite_score(scores, {"x": 0.0, "y": 2.0}).tolist() == [3.0, 5.0]
    with pytest.raises(InputError, match="weights above 0"):
        composite_sensitivity(scores, {"x": 0.0, "y": 2.0}, np.random.default_rng(1), draws=5)


@pytest.mark.parametrize(
    ("n", "numerator", "survey", "flag"),
    [(149, None, True, "I"), (150, None, True, "B"), (50, None, True, "I"), (100, None, False, "B"), (99, 50, False, "hidden")],
)
def test_flags_at_their_thresholds(n, numerator, survey, flag):
    assert str(reliability_flag(n, numerator=numerator, is_survey=survey)) == flag


def test_a_row_of_another_kind_or_without_spread_is_refused():
    good = pd.DataFrame([row("share", "objective", "lower", 20.0, 1000, 100)], columns=COLUMNS)
    for wrong in ({"kind": "other"}, {"base_sd": 0.0}, {"base_sd": np.nan}):
        with pytest.raises(InputError, match="expected a known kind and a positive base_sd"):
            score_profile(good.assign(**wrong))
    with pytest.raises(InputError, match=r"no \['value'\]"):
        score_profile(good.drop(columns="value"))
