"""The distance monitor: what counts as closer, further, about equal, unknown or better."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.distance import (
    AboutEqual,
    GapClass,
    class_sensitivity,
    classify_gaps,
    count_classes,
    cross_level_and_distance,
    decompose_change,
    gap_change_error,
    oriented_gap,
)


def gaps(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["start_gap", "end_gap", "change_se", "enough"])


def test_the_five_classes():
    table = gaps(
        (4.0, 6.0, 0.5, True),  # grew by 2, four standard errors
        (4.0, 2.0, 0.5, True),  # shrank by 2
        (4.0, 4.9, 0.5, True),  # grew by 0.9 < 1.96 * 0.5
        (4.0, 9.0, 0.5, False),  # too few observations, whatever the figures
        (4.0, -0.1, 0.5, True),  # now better than the city
    )
    expected = ["gap_larger", "gap_smaller", "gap_about_equal", "too_few_observations", "better_than_city"]
    assert classify_gaps(table).astype(str).tolist() == expected


def test_a_missing_gap_is_too_few_observations_and_not_about_equal():
    table = gaps((np.nan, 4.0, 0.5, True), (4.0, np.nan, np.nan, True))
    assert (classify_gaps(table) == GapClass.TOO_FEW).all()


def test_the_boundary_of_about_equal_belongs_to_a_change():
    table = pd.DataFrame({"start_gap": [10.0, 10.0], "end_gap": [11.0, 10.99]})
    assert classify_gaps(table).astype(str).tolist() == ["gap_larger", "gap_about_equal"]


def test_an_area_that_was_better_and_fell_behind_has_a_larger_gap():
    assert classify_gaps(gaps((-1.0, 1.0, 0.1, True))).astype(str).tolist() == ["gap_larger"]


def test_the_meaning_of_about_equal_moves_the_counts_and_never_the_total():
    table = pd.DataFrame({"start_gap": [4.0] * 5, "end_gap": [3.7, 3.9, 4.1, 4.3, 5.0]})
    rules = {"1 %": AboutEqual(fraction=0.01), "5 %": AboutEqual(fraction=0.05), "10 %": AboutEqual(fraction=0.10)}
    counts = class_sensitivity(table, rules)
    assert counts["gap_about_equal"].to_dict() == {"1 %": 0, "5 %": 2, "10 %": 4}
    assert (counts.sum(axis=1) == 5).all()


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=40), st.floats(0, 3))
@settings(max_examples=40, deadline=None)
def test_every_area_has_exactly_one_class(pairs, z):
    table = pd.DataFrame(pairs, columns=["start_gap", "end_gap"]).assign(change_se=0.3)
    assert count_classes(classify_gaps(table, AboutEqual(z=z))).sum() == len(pairs)


def test_orientation_turns_around_what_is_good_when_high():
    assert oriented_gap([28.0, 11.7], [39.5, 7.6], "higher").tolist() == [11.5, pytest.approx(-4.1)]


@pytest.mark.parametrize("direction", ["context", "ambiguous", "up"])
def test_an_indicator_without_a_good_direction_has_no_gap(direction):
    with pytest.raises(ParameterError, match="lower or higher"):
        oriented_gap(41, 28.2, direction)


def test_level_and_distance_are_different_facts():
    areas = pd.DataFrame(
        {
            "start": [8.3, 8.3, 8.3, np.nan, 8.3],
            "end": [6.0, 9.0, 6.0, 6.0, 8.3],
            "comparison_start": [6.0, 6.0, 6.0, 6.0, 6.0],
            "comparison_end": [3.0, 7.0, 5.0, 6.0, 6.0],
        }
    )
    table = cross_level_and_distance(areas, "lower")
    assert table.loc["better", "larger"] == 1  # -2.3 against -3.0
    assert table.loc["worse", "smaller"] == 1  # +0.7 against +1.0
    assert table.loc["better", "smaller"] == 1  # -2.3 against -1.0
    assert table.loc["missing", "missing"] == 1
    assert table.loc["unchanged", "unchanged"] == 1
    assert table.to_numpy().sum() == 5


finite = st.floats(-1e4, 1e4, allow_nan=False)


@given(st.lists(finite, min_size=7, max_size=7))
@settings(max_examples=60, deadline=None)
def test_the_parts_of_a_change_add_up_to_it(numbers):
    parts = decompose_change((numbers[0], numbers[1]), (numbers[2], numbers[3]), (numbers[4], numbers[5]), numbers[6])
    total = parts.national + parts.city + parts.composition + parts.remainder
    # Four additions of numbers up to 1e5: a few units in the last place of a double.
    assert total == pytest.approx(parts.total, rel=0, abs=1e-10)
    assert parts.total == numbers[1] - numbers[0]


def test_when_area_city_and_country_move_alike_everything_is_national():
    parts = decompose_change((10, 12), (7, 9), (4, 6))
    assert (parts.national, parts.city, parts.remainder) == (2, 0, 0)


def test_a_missing_value_cannot_be_decomposed():
    with pytest.raises(InputError, match="a missing one"):
        decompose_change((10, np.nan), (7, 9), (4, 6))


def test_the_same_respondents_twice_make_a_change_more_certain():
    assert gap_change_error(3.0, 3.0, correlation=0.5) == pytest.approx(3.0)  # sqrt(9 + 9 - 9)
    assert gap_change_error(3.0, 3.0) == pytest.approx(np.sqrt(18))


def test_gaps_without_their_columns_stop_the_run_and_inputs_stay_as_they_are():
    with pytest.raises(InputError, match="start_gap and end_gap"):
        classify_gaps(pd.DataFrame({"start_gap": [1.0]}))
    table = pd.DataFrame({"start_gap": [1.0], "end_gap": [2.0]})
    classify_gaps(table)
    assert table.columns.tolist() == ["start_gap", "end_gap"]
