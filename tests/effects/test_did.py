"""Difference in differences by hand, and when its standard error is withheld."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import fit_did, fit_event_study, fit_repeated_cross_sections, to_matrix
from lwo_analysis.effects.did import estimate_did, estimate_did_draws
from lwo_analysis.effects.event_study import period_table
from lwo_analysis.errors import DesignError
from tests.effects.panels import SMALL, small_panel

MANY = small_panel(n_units=20, n_treated=8)


def test_two_by_two_by_hand():
    outcomes = np.array([[10.0, 10.0, 16.0], [1.0, 3.0, 4.0], [2.0, 2.0, 2.0]])
    assert estimate_did(outcomes, np.array([2, 3, 3])) == pytest.approx((16 - 10) - ((4 - 2) + (2 - 2)) / 2)


def test_weights_by_hand():
    outcomes = np.array([[10.0, 16.0], [1.0, 4.0], [2.0, 2.0]])
    estimate = estimate_did(outcomes, np.array([1, 2, 2]), weights=np.array([1.0, 3.0, 1.0]))
    assert estimate == pytest.approx(6 - (3 * 3 + 1 * 0) / (3 + 1))


def test_anticipation_by_hand():
    outcomes = np.array([[10.0, 12.0, 16.0], [1.0, 9.0, 4.0]])
    assert estimate_did(outcomes, np.array([2, 3]), anticipation=1) == pytest.approx((16 - 10) - (4 - 1))


def test_many_assignments_at_once_by_hand():
    differences = np.array([5.0, 1.0, 3.0, 3.0])
    draws = estimate_did_draws(differences, np.array([[0, 1], [2, 3]]))
    assert draws.tolist() == [(5 + 1) / 2 - (3 + 3) / 2, (3 + 3) / 2 - (5 + 1) / 2]


def test_a_known_effect_comes_back():
    """The panel has a ripple of at most 1; the effect of 3 is exact in the difference with the same panel without effect."""
    with_effect, without = fit_did(small_panel(effect=3.0), SMALL), fit_did(small_panel(effect=0.0), SMALL)
    assert with_effect.estimate - without.estimate == pytest.approx(3.0)


@pytest.mark.parametrize("fit", [fit_did, fit_event_study])
def test_up_to_five_treated_areas_get_no_cluster_error_anywhere(fit):
    result = fit(small_panel(n_units=20, n_treated=5), SMALL)
    assert result.status == "too_few_areas"
    assert np.isnan(result.standard_error)
    assert result.details["standard_error"].drop(result.details.index[result.details["estimate"] == 0]).isna().all()
    assert result.covariance is None
    assert "with 5 treated unit(s) it would be far too small" in result.inference


@pytest.mark.parametrize("fit", [fit_did, fit_event_study])
def test_more_treated_areas_get_one_with_its_degrees_of_freedom(fit):
    result = fit(MANY, SMALL)
    assert result.standard_error > 0
    assert "20 clusters" in result.inference
    assert "t with 19 degrees of freedom" in result.inference


def test_the_event_study_leaves_out_the_reference_and_averages_what_follows():
    result = fit_event_study(MANY, SMALL)
    details = result.details.set_index("relative_period")
    assert details.index.tolist() == [-5, -4, -3, -2, -1, 0, 1, 2]
    assert details.loc[-1, "estimate"] == 0
    assert result.estimate == pytest.approx(details.loc[0:, "estimate"].mean())
    assert -1 not in result.covariance.index


def test_anticipation_moves_the_reference():
    details = fit_event_study(MANY, dataclasses.replace(SMALL, anticipation=1)).details.set_index("relative_period")
    assert details.loc[-2, "estimate"] == 0
    assert details.loc[-1, "estimate"] != 0


def test_the_event_study_by_hand():
    """Mean change since the last year before the start, treated minus untreated."""
    matrix = to_matrix(MANY, SMALL)
    change = matrix.outcomes[:, 6] - matrix.outcomes[:, 4]
    expected = change[matrix.treated].mean() - change[~matrix.treated].mean()
    details = fit_event_study(MANY, SMALL).details.set_index("relative_period")
    assert details.loc[1, "estimate"] == pytest.approx(expected)


def survey(n_areas: int) -> object:
    rng = np.random.default_rng(3)
    panel = small_panel(n_units=2 * n_areas, n_treated=n_areas)
    rows = panel[panel["year"].isin([2019, 2021])].sample(frac=4, replace=True, random_state=1)
    return rows.assign(
        treated=rows["start_year"].notna().astype(int),
        after=(rows["year"] == 2021).astype(int),
        answer=rows["value"] + rng.normal(size=len(rows)),
    )


def test_repeated_cross_sections_are_the_difference_of_four_means():
    rows = survey(8)
    means = rows.groupby(["treated", "after"])["answer"].mean()
    result = fit_repeated_cross_sections(rows, outcome_col="answer", treated_col="treated", after_col="after")
    assert result.estimate == pytest.approx((means[1, 1] - means[1, 0]) - (means[0, 1] - means[0, 0]))


def test_repeated_cross_sections_of_eight_respondents_by_hand():
    # Means 2, 4, 5 and 10: (10 - 5) - (4 - 2) = 3. Squares left 2 + 8 + 0 + 2 = 12 on 4 degrees of freedom: s2 = 3, and the sum
    # of four means of two has a variance of 3 x 4 / 2 = 6. t(4) is 2.776 for 95 %.
    cells = [(0, 0, 1), (0, 0, 3), (0, 1, 2), (0, 1, 6), (1, 0, 5), (1, 0, 5), (1, 1, 9), (1, 1, 11), (1, 1, None)]
    rows = pd.DataFrame(cells, columns=["treated", "after", "answer"])
    found = fit_repeated_cross_sections(rows, outcome_col="answer", treated_col="treated", after_col="after")
    assert (found.estimate, found.standard_error) == (pytest.approx(3), pytest.approx(np.sqrt(6)))
    assert found.interval == pytest.approx((3 - 2.7764 * np.sqrt(6), 3 + 2.7764 * np.sqrt(6)), rel=1e-4)
    assert (found.n_treated, found.n_control, found.status) == (4, 4, "estimated")
    assert found.warnings == ("1 rows with a missing value left out",)
    table = found.details.set_index("term")
    assert table["estimate"].to_dict() == pytest.approx({"const": 2, "interaction": 3, "treated": 3, "after": 2})
    assert table.loc["const", "standard_error"] == pytest.approx(np.sqrt(3 / 2))
    assert fit_repeated_cross_sections(rows[:8], outcome_col="answer", treated_col="treated", after_col="after").warnings == ()


@pytest.mark.parametrize(("n_treated", "status"), [(5, "too_few_areas"), (6, "estimated")])
def test_six_areas_are_the_least_for_an_error_by_area(n_treated, status):
    # Three other areas: n_treated + 3 - 1 degrees of freedom.
    rng = np.random.default_rng(3)
    rows = [(int(area < n_treated), after, rng.normal(), f"a{area}") for area in range(n_treated + 3) for after in (0, 1)]
    frame = pd.DataFrame(rows, columns=["treated", "after", "answer", "area_id"])
    found = fit_repeated_cross_sections(
        frame, outcome_col="answer", treated_col="treated", after_col="after", cluster_col="area_id"
    )
    assert (found.n_treated, found.n_control, found.status) == (n_treated, 3, status)
    assert found.details["standard_error"].isna().all() == (status == "too_few_areas")
    if status == "estimated":
        # t(8) is 2.306 for 95 %.
        assert (found.interval[1] - found.estimate) / found.standard_error == pytest.approx(2.3060, rel=1e-4)


def test_respondents_from_few_areas_get_no_standard_error():
    result = fit_repeated_cross_sections(
        survey(5), outcome_col="answer", treated_col="treated", after_col="after", cluster_col="area_id"
    )
    assert (result.n_treated, result.status) == (5, "too_few_areas")
    assert np.isnan(result.standard_error)


def test_respondents_from_more_areas_are_clustered_by_area():
    result = fit_repeated_cross_sections(
        survey(8), outcome_col="answer", treated_col="treated", after_col="after", cluster_col="area_id"
    )
    assert (result.n_treated, result.n_control) == (8, 8)
    assert "t with 15 degrees of freedom" in result.inference


def test_missing_answers_are_counted():
    rows = survey(8).reset_index(drop=True)
    rows.loc[:2, "answer"] = np.nan
    result = fit_repeated_cross_sections(rows, outcome_col="answer", treated_col="treated", after_col="after")
    assert result.warnings == ("3 rows with a missing value left out",)


def test_an_empty_cell_is_refused():
    rows = survey(8)
    with pytest.raises(DesignError, match="respondents in all four cells"):
        fit_repeated_cross_sections(rows[rows["after"] == 1], outcome_col="answer", treated_col="treated", after_col="after")


def test_a_period_of_an_event_study_has_the_t_interval_of_its_error_and_the_reference_none():
    # 2.228139 is the t quantile with 10 degrees of freedom (printed tables): 3 +- 2.228139 x 0.5; an error of 0 leaves a point.
    table = period_table(np.array([-2, 0]), np.array([1.0, 3.0]), np.array([0.0, 0.5]), -1, 10)
    assert table["relative_period"].tolist() == [-2, -1, 0]
    assert table["estimate"].tolist() == [1.0, 0.0, 3.0]
    # 1e-6: the quantile is printed with six decimals.
    assert table["lower"].tolist() == pytest.approx([1.0, 0.0, 3 - 2.228139 * 0.5], abs=1e-6)
    assert table["upper"].tolist() == pytest.approx([1.0, 0.0, 3 + 2.228139 * 0.5], abs=1e-6)


def test_six_cells_that_were_found_are_named():
    cells = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 2)]
    rows = pd.DataFrame(cells, columns=["treated", "after"]).assign(answer=1.0)
    with pytest.raises(DesignError, match="treated x after: expected 0/1 columns with respondents in all four cells") as caught:
        fit_repeated_cross_sections(rows, outcome_col="answer", treated_col="treated", after_col="after")
    assert str(caught.value).count(" (") + str(caught.value).count("[(") == 6
