"""Adjusted p-values: by hand, by brute force, and their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.effects import Design, adjust_for_multiplicity, joint_placebo_statistics, placebo_test
from lwo_analysis.effects.inference.multiplicity import placebo_p_values
from lwo_analysis.errors import DesignError, ParameterError
from tests.effects.test_inference_placebo import noise, panel_of

DESIGN = Design(population=None)


def test_benjamini_hochberg_and_holm_by_hand():
    p_values = np.array([0.04, 0.01, 0.03])
    step_up = [0.04 * 3 / 3, min(0.01 * 3 / 1, 0.03 * 3 / 2), min(0.03 * 3 / 2, 0.04 * 3 / 3)]
    assert adjust_for_multiplicity(p_values).adjusted == pytest.approx(step_up)
    assert adjust_for_multiplicity(p_values, method="holm").adjusted == pytest.approx([0.06, 0.03, 0.06])


def test_westfall_young_by_hand_on_four_draws():
    # p-values per column: first (1/4, 4/4, 2/4, 3/4), second (2/4, 1/4, 4/4, 3/4). Smaller actual p is the first, 1/4: the row
    # minima are 1/4, 1/4, 2/4, 3/4, so its adjusted value is 2/4; the second alone: 2/4 of the rows are at or below 2/4.
    statistics = np.array([[9.0, 7.0], [1.0, 8.0], [5.0, 2.0], [3.0, 4.0]])
    assert placebo_p_values(statistics)[:, 0].tolist() == [1 / 4, 4 / 4, 2 / 4, 3 / 4]
    result = adjust_for_multiplicity(statistics=statistics, method="westfall-young")
    assert result.adjusted.tolist() == [2 / 4, 2 / 4]


@given(st.integers(0, 10_000), st.integers(2, 6))
@settings(max_examples=20, deadline=None)
def test_westfall_young_lies_between_the_raw_value_and_bonferroni(seed, indicators):
    statistics = np.random.default_rng(seed).normal(size=(60, indicators))
    result = adjust_for_multiplicity(statistics=statistics, method="westfall-young")
    assert (result.adjusted >= result.p_values - 1e-12).all()
    assert (result.adjusted <= np.minimum(1, indicators * result.p_values) + 1e-12).all()


def test_identical_indicators_cost_nothing_with_joint_draws():
    column = np.random.default_rng(2).normal(size=(200, 1))
    column[0] = 9.0
    result = adjust_for_multiplicity(statistics=np.hstack([column] * 5), method="westfall-young")
    assert result.adjusted.tolist() == [1 / 200] * 5
    assert adjust_for_multiplicity(statistics=np.hstack([column] * 5), method="holm").adjusted[0] == pytest.approx(5 / 200)


def test_the_familywise_error_of_independent_nulls_keeps_its_level():
    # 400 panels of 8 null indicators at 10 %: standard error 1.5 %, so 15 % is more than three of them.
    rng = np.random.default_rng(4)
    draws = (rng.normal(size=(200, 8)) for _ in range(400))
    found = [adjust_for_multiplicity(statistics=one, method="westfall-young", alpha=0.1).rejected.any() for one in draws]
    assert np.mean(found) <= 0.15


def test_joint_draws_use_the_same_areas_for_all_indicators():
    first, second = panel_of(noise(seed=1), [2018.0] * 3), panel_of(noise(seed=2), [2018.0] * 3)
    statistics = joint_placebo_statistics([first, first, second], [DESIGN] * 3)
    np.testing.assert_array_equal(statistics[:, 0], statistics[:, 1])
    assert (statistics[:, 0] != statistics[:, 2]).any()
    assert placebo_p_values(statistics)[0, 0] == pytest.approx(placebo_test(first, DESIGN).p_value, abs=0.05)


def test_indicators_with_other_areas_are_refused():
    with pytest.raises(DesignError, match="2 different sets"):
        joint_placebo_statistics([panel_of(noise(30), [2018.0]), panel_of(noise(20), [2018.0])], [DESIGN] * 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p_values": np.array([0.1, np.nan])}, "none missing"),
        ({"p_values": np.array([0.1, 1.2])}, "out of range"),
        ({"p_values": np.array([0.1]), "method": "westfall-young"}, "statistics of joint draws"),
        ({"p_values": np.array([0.1]), "method": "hochberg"}, "benjamini-hochberg, holm"),
        ({"p_values": np.array([0.1]), "names": ("a", "b")}, "1 names"),
    ],
)
def test_impossible_input_is_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        adjust_for_multiplicity(**arguments)


def test_the_sentence_counts():
    result = adjust_for_multiplicity(np.array([0.001, 0.2, 0.9]), names=("a", "b", "c"))
    assert result.sentence("nl").startswith("Van de 3 indicatoren blijven er 1")
    assert result.sentence("en").startswith("Of the 3 indicators 1 remain striking")
    assert result.table()["indicator"].tolist() == ["a", "b", "c"]


def test_the_table_stands_by_p_value_and_is_numbered_anew():
    table = adjust_for_multiplicity(np.array([0.04, 0.01, 0.03]), names=("a", "b", "c"), method="holm").table()
    assert table["indicator"].tolist() == ["b", "c", "a"]
    assert table.index.tolist() == [0, 1, 2]
    assert table["adjusted"].tolist() == pytest.approx([0.03, 0.06, 0.06])
