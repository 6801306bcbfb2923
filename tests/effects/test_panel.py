"""From rows to the matrix: literal small panels with the answer written out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import Design, collapse, to_matrix
from lwo_analysis.effects.panel import first_treated_columns
from lwo_analysis.errors import DesignError
from tests.effects.panels import SMALL, small_panel

ROWS = pd.DataFrame(
    [
        ("zuid", 2020, 5.0, 100.0, np.nan),
        ("oost", 2021, 3.0, 210.0, 2022.0),
        ("oost", 2020, 1.0, 200.0, 2022.0),
        ("zuid", 2022, 8.0, 100.0, np.nan),
        ("oost", 2022, 9.0, 220.0, 2022.0),
        ("zuid", 2021, 6.0, 130.0, np.nan),
    ],
    columns=["area_id", "year", "value", "n", "start_year"],
)


def test_units_are_sorted_and_periods_are_columns():
    matrix = to_matrix(ROWS, SMALL)
    assert matrix.units == ("oost", "zuid")
    assert matrix.times.tolist() == [2020, 2021, 2022]
    assert matrix.outcomes.tolist() == [[1.0, 3.0, 9.0], [5.0, 6.0, 8.0]]
    assert matrix.first.tolist() == [2, 3]
    assert matrix.treated.tolist() == [True, False]
    assert matrix.cohorts.tolist() == [2]


def test_population_is_the_mean_over_the_window():
    matrix = to_matrix(ROWS, SMALL)
    assert matrix.population.tolist() == [(200 + 210 + 220) / 3, (100 + 130 + 100) / 3]
    assert matrix.weights.tolist() == [1.0, 1.0]


def test_population_weights_have_mean_one():
    weights = to_matrix(ROWS, dataclasses.replace(SMALL, weights="population")).weights
    assert weights.tolist() == [210 / ((210 + 110) / 2), 110 / ((210 + 110) / 2)]


def test_a_panel_without_population_has_none():
    assert to_matrix(ROWS.drop(columns="n"), SMALL).population is None


def test_the_collapsed_difference_is_after_minus_mean_before():
    collapsed = collapse(to_matrix(ROWS, SMALL))
    assert collapsed.difference.tolist() == [9 - (1 + 3) / 2, 8 - (5 + 6) / 2]
    assert collapsed.treated.tolist() == [True, False]


def test_the_collapsed_difference_leaves_out_periods_of_anticipation():
    assert collapse(to_matrix(ROWS, SMALL), anticipation=1).difference.tolist() == [9 - 1, 8 - 5]


def test_different_starts_cannot_be_collapsed():
    panel = small_panel()
    panel.loc[panel["area_id"] == "area-1", "start_year"] = 2021.0
    with pytest.raises(DesignError, match="one common start, found 2 different starts"):
        collapse(to_matrix(panel, SMALL))


def test_the_window_cuts_periods():
    matrix = to_matrix(small_panel(), dataclasses.replace(SMALL, window=(2017, 2021)))
    assert matrix.times.tolist() == [2017, 2018, 2019, 2020, 2021]
    assert matrix.first[0] == 3


def test_a_start_between_two_periods_counts_from_the_next_period():
    assert first_treated_columns(np.array([2021.5]), np.array([2020, 2021, 2022])).tolist() == [2]


def test_a_start_after_the_window_is_untreated_and_noted():
    panel = small_panel()
    panel.loc[panel["area_id"] == "area-1", "start_year"] = 2030.0
    matrix = to_matrix(panel, SMALL)
    assert matrix.treated.tolist() == [True] + [False] * 7
    assert "1 unit(s) start after the last period 2022" in matrix.notes[0]


def test_a_subset_keeps_rows_together():
    matrix = to_matrix(ROWS, SMALL)
    only = matrix.subset(~matrix.treated)
    assert only.units == ("zuid",)
    assert only.outcomes.tolist() == [[5.0, 6.0, 8.0]]
    assert only.population.tolist() == [110.0]


def test_the_panel_is_not_changed():
    before = ROWS.copy(deep=True)
    to_matrix(ROWS, dataclasses.replace(SMALL, window=(2020, 2022)))
    pd.testing.assert_frame_equal(ROWS, before)


def test_numbers_as_unit_labels_become_text():
    panel = ROWS.assign(area_id=ROWS["area_id"].map({"oost": 1, "zuid": 2}))
    assert to_matrix(panel, Design()).units == ("1", "2")
