"""Ranks with honest intervals."""

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError
from lwo_analysis.indicators.ranking import rank_interval


def series(values):
    return pd.Series(np.asarray(values, float), index=[f"a{number}" for number in range(len(values))])


def test_far_apart_ranks_are_certain_and_equal_areas_are_not():
    table = rank_interval(series([10, 20, 30]), series([0.1] * 3))
    assert table[["rank", "lower", "upper"]].to_numpy().tolist() == [[3, 3, 3], [2, 2, 2], [1, 1, 1]]
    equal = rank_interval(series([10, 10, 10]), series([1, 1, 1]))
    assert equal[["rank", "lower", "upper"]].to_numpy().tolist() == [[1, 1, 3]] * 3


def test_the_interval_holds_the_rank_and_widens_when_all_must_hold_together():
    rng = np.random.default_rng(7)
    values, errors = series(rng.normal(size=60)), series(np.full(60, 0.2))
    single, together = rank_interval(values, errors), rank_interval(values, errors, simultaneous=True)
    assert ((single["lower"] <= single["rank"]) & (single["rank"] <= single["upper"])).all()
    assert (together["lower"] <= single["lower"]).all()
    assert (together["upper"] >= single["upper"]).all()


def test_the_true_rank_is_covered_at_least_as_often_as_promised():
    rng = np.random.default_rng(2043)
    truth, runs, covered = np.linspace(0, 3, 15), 400, 0
    for _ in range(runs):
        table = rank_interval(series(truth + rng.normal(size=15)), series(np.ones(15)), ["a7"])
        covered += int(table.loc["a7", "lower"] <= 8 <= table.loc["a7", "upper"])
    # Monte Carlo error at 95 % is sqrt(0.95 * 0.05 / 400) = 0.011; three of those below the promise.
    assert covered / runs >= 0.95 - 3 * 0.011


def test_an_area_without_a_figure_leaves_the_field_and_is_counted():
    with pytest.warns(DroppedRowsWarning, match="1 area"):
        table = rank_interval(series([1, np.nan, 3]), series([0.1] * 3))
    assert table["n"].tolist() == [2, 2]


@pytest.mark.parametrize("errors", [[0.1, 0.0], [0.1, np.nan]])
def test_a_standard_error_of_zero_would_promise_certainty_and_stops_the_run(errors):
    with pytest.raises(InputError, match="positive one"):
        rank_interval(series([1, 2]), series(errors))


def test_asking_for_an_area_outside_the_field_stops_the_run():
    with pytest.raises(InputError, match="areas with a value"):
        rank_interval(series([1, 2]), series([1, 1]), ["elsewhere"])


def test_two_areas_a_margin_apart_are_not_surely_apart():
    # Two of three: 2 comparisons at 97.5 % each, z = 2.2414; errors 0.3 and 0.4 give 0.5, so the margin is 1.1207.
    errors = pd.Series({"a": 0.3, "b": 0.4, "far": 0.4})
    within = rank_interval(pd.Series({"a": 5.0, "b": 3.88, "far": 90.0}), errors)
    beyond = rank_interval(pd.Series({"a": 5.0, "b": 3.879, "far": 90.0}), errors)
    assert within.loc["a"].to_dict() == {"rank": 2, "lower": 2, "upper": 3, "n": 3}
    assert within.loc["b"].to_dict() == {"rank": 3, "lower": 2, "upper": 3, "n": 3}
    assert beyond.loc["b"].to_dict() == {"rank": 3, "lower": 3, "upper": 3, "n": 3}
    # Asked for all three at once there are 6 comparisons: z = 2.6383 and a margin of 1.319.
    together = rank_interval(pd.Series({"a": 5.0, "b": 3.69, "far": 90.0}), errors, simultaneous=True)
    assert together.loc["b", "lower"] == 2
    assert rank_interval(pd.Series({"a": 5.0, "b": 3.68, "far": 90.0}), errors, simultaneous=True).loc["b", "lower"] == 3


def test_two_areas_make_a_ranking_and_one_does_not():
    assert rank_interval(series([1, 2]), series([0.1, 0.1]), ["a0"]).loc["a0"].tolist() == [2, 2, 2, 2]
    with pytest.raises(InputError, match="at least two areas with a value, found 1"):
        rank_interval(series([1]), series([0.1]))
    with pytest.raises(InputError, match="one value per area, found a repeated area"):
        rank_interval(pd.Series([1.0, 2.0], ["a", "a"]), pd.Series([1.0, 1.0], ["a", "a"]))


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_coverage_lies_between_nothing_and_certainty(level):
    with pytest.raises(ParameterError, match="level: expected a coverage between 0 and 1"):
        rank_interval(series([1, 2]), series([0.1, 0.1]), level=level)
