"""Mistakes in a panel are refused with one line that says which, where and what to do."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import (
    fit_callaway_santanna,
    fit_did,
    fit_event_study,
    fit_interrupted_time_series,
    fit_ridge_synthetic_control,
    fit_synthetic_control,
    fit_synthetic_did,
    starts_from_treatment,
    to_matrix,
)
from lwo_analysis.errors import DesignError
from tests.effects.panels import SMALL, small_panel

WITH_CONTROLS = [
    fit_did,
    fit_event_study,
    fit_callaway_santanna,
    fit_synthetic_control,
    fit_ridge_synthetic_control,
    fit_synthetic_did,
]
EVERY = [*WITH_CONTROLS, fit_interrupted_time_series]


@pytest.mark.parametrize("fit", WITH_CONTROLS)
def test_no_untreated_units(fit):
    panel = small_panel()
    with pytest.raises(DesignError, match="comparison pool: expected untreated units, found none"):
        fit(panel[panel["start_year"].notna()], SMALL)


@pytest.mark.parametrize("fit", EVERY)
def test_modelled_outcomes(fit):
    with pytest.raises(DesignError, match=r"origin: expected measured outcomes, found 1 modelled rows"):
        fit(small_panel().assign(origin=["modelled"] + ["register"] * 63), SMALL)


@pytest.mark.parametrize("fit", EVERY)
def test_a_start_that_differs_within_a_unit(fit):
    panel = small_panel()
    panel.loc[(panel["area_id"] == "area-0") & (panel["year"] > 2021), "start_year"] = np.nan
    with pytest.raises(DesignError, match="a start that changes in area-0; treatment that switches off"):
        fit(panel, SMALL)


def test_treatment_that_switches_off():
    panel = pd.DataFrame({"u": ["a"] * 4 + ["b"] * 4, "t": [1, 2, 3, 4] * 2, "d": [0, 1, 1, 0, 0, 0, 1, 1]})
    with pytest.raises(DesignError, match="it switches off in a"):
        starts_from_treatment(panel, unit_col="u", time_col="t", treated_col="d")


def test_treatment_that_stays_on_gives_the_first_treated_period():
    panel = pd.DataFrame({"u": ["a", "a", "b", "b"], "t": [1, 2, 1, 2], "d": [0, 1, 0, 0]})
    starts = starts_from_treatment(panel, unit_col="u", time_col="t", treated_col="d")
    assert starts.tolist()[:2] == [2.0, 2.0]
    assert starts.isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize("fit", EVERY)
def test_a_gap_in_a_control(fit):
    panel = small_panel()
    panel = panel[~((panel["area_id"] == "area-5") & (panel["year"] == 2017))]
    with pytest.raises(DesignError, match=r"a balanced panel, found 1 gaps, in 1 controls \(area-5\)"):
        fit(panel, SMALL)


def test_incomplete_controls_can_be_left_out_and_are_counted():
    panel = small_panel()
    panel = panel[~((panel["area_id"] == "area-5") & (panel["year"] == 2017))]
    result = fit_did(panel, dataclasses.replace(SMALL, incomplete_controls="drop"))
    assert result.n_control == 8 - 2 - 1
    assert "1 of 6 control units left out" in result.warnings[0]
    assert "area-5" in result.warnings[0]


def test_a_year_that_nobody_has():
    panel = small_panel()
    with pytest.raises(DesignError, match="expected consecutive periods, found a jump after 2016"):
        to_matrix(panel[panel["year"] != 2017], SMALL)


@pytest.mark.parametrize("fit", EVERY)
def test_treated_before_the_window(fit):
    with pytest.raises(DesignError, match="area-0, area-1 treated before the window or at its start"):
        fit(small_panel(start=2015), SMALL)


@pytest.mark.parametrize("fit", EVERY)
def test_a_constant_outcome(fit):
    with pytest.raises(DesignError, match="expected an outcome that varies, found the constant 4"):
        fit(small_panel().assign(value=4.0), SMALL)


@pytest.mark.parametrize("fit", EVERY)
def test_one_period_before_the_start(fit):
    with pytest.raises(DesignError, match="at least 2 periods before the first start, found 1"):
        fit(small_panel(start=2016), SMALL)


@pytest.mark.parametrize("fit", [fit_synthetic_control, fit_synthetic_did, fit_ridge_synthetic_control])
def test_one_period_before_the_start_is_never_enough_for_weights(fit):
    with pytest.raises(DesignError, match=r"periods before the start, found 6 units and 1 periods"):
        fit(small_panel(start=2016), dataclasses.replace(SMALL, min_pre_periods=1))


@pytest.mark.parametrize("fit", EVERY)
def test_suppressed_outcomes_of_treated_areas_are_named_and_their_effect_told(fit):
    panel = small_panel().assign(status="final")
    cells = (panel["area_id"] == "area-1") & panel["year"].isin([2019, 2021])
    panel.loc[cells, "value"], panel.loc[cells, "status"] = np.nan, "suppressed"
    with pytest.raises(DesignError) as caught:
        fit(panel, SMALL)
    assert "2 cells without one (area-1 2019, area-1 2021; suppressed), 1 of them after the start" in str(caught.value)
    assert "pushes the estimate towards a higher outcome in treated areas" in str(caught.value)


def test_treated_areas_are_never_dropped_even_when_controls_may_be():
    panel = small_panel()
    panel.loc[(panel["area_id"] == "area-0") & (panel["year"] == 2019), "value"] = np.nan
    with pytest.raises(DesignError, match="outcome of treated areas"):
        fit_did(panel, dataclasses.replace(SMALL, incomplete_controls="drop"))


@pytest.mark.parametrize("fit", EVERY)
def test_duplicate_rows(fit):
    panel = small_panel()
    with pytest.raises(DesignError, match="duplicate rows for area-3 2018"):
        fit(pd.concat([panel, panel[(panel["area_id"] == "area-3") & (panel["year"] == 2018)]]), SMALL)


@pytest.mark.parametrize("fit", EVERY)
def test_donors_that_are_treated_elsewhere_in_the_programme(fit):
    with pytest.raises(DesignError, match="found area-6, treated elsewhere in the programme"):
        fit(small_panel(), dataclasses.replace(SMALL, also_treated=("area-6", "area-99")))


def test_other_treated_units_than_announced():
    with pytest.raises(DesignError, match="treated units: expected area-0, area-7, found area-0, area-1"):
        fit_did(small_panel(), dataclasses.replace(SMALL, treated=("area-0", "area-7")))


def test_absent_columns():
    with pytest.raises(DesignError, match=r"no \['value'\]"):
        fit_did(small_panel().drop(columns="value"), SMALL)


def test_a_row_without_a_unit():
    panel = small_panel()
    panel.loc[0, "area_id"] = None
    with pytest.raises(DesignError, match="a unit and a period in every row"):
        fit_did(panel, SMALL)


def test_no_treated_unit_at_all():
    with pytest.raises(DesignError, match="expected at least one treated unit"):
        fit_did(small_panel().assign(start_year=np.nan), SMALL)


def test_population_weights_without_a_population():
    with pytest.raises(DesignError, match="expected a column 'n', found none"):
        fit_did(small_panel().drop(columns="n"), dataclasses.replace(SMALL, weights="population"))


def test_a_population_of_zero():
    with pytest.raises(DesignError, match="a size above 0, found none for area-0"):
        fit_did(small_panel().assign(n=lambda rows: np.where(rows["area_id"] == "area-0", 0, rows["n"])), SMALL)


def test_covariates_of_group_time_effects_must_be_constant():
    panel = small_panel().assign(income=lambda rows: rows["year"])
    with pytest.raises(DesignError, match="constant within a unit"):
        fit_callaway_santanna(panel, SMALL, covariates=["income"])


def test_covariates_of_group_time_effects_must_not_repeat_each_other():
    panel = small_panel().assign(double=lambda rows: 2 * rows["n"])
    with pytest.raises(DesignError, match="do not repeat each other"):
        fit_callaway_santanna(panel, SMALL, covariates=["n", "double"])


def test_a_covariate_that_the_fixed_effects_absorb():
    panel = small_panel().assign(size=lambda rows: rows["n"])
    with pytest.raises(DesignError, match="unit and period effects absorb"):
        fit_did(panel, SMALL, covariates=["size"])


def test_a_covariate_with_gaps():
    panel = small_panel().assign(income=lambda rows: np.where(rows["year"] == 2016, np.nan, rows["value"]))
    with pytest.raises(DesignError, match="income: expected a value in every row"):
        fit_did(panel, SMALL, covariates=["income"])


def test_anticipation_with_different_starts_needs_another_estimator():
    panel = small_panel()
    panel.loc[panel["area_id"] == "area-1", "start_year"] = 2021.0
    with pytest.raises(DesignError, match="use fit_callaway_santanna"):
        fit_did(panel, dataclasses.replace(SMALL, anticipation=1))


def test_predictors_need_a_generator():
    predictors = pd.DataFrame({"x": np.arange(8.0)}, index=[f"area-{unit}" for unit in range(8)])
    with pytest.raises(DesignError, match="found no generator"):
        fit_synthetic_control(small_panel(), SMALL, predictors=predictors)


def test_predictors_with_gaps():
    predictors = pd.DataFrame({"x": np.arange(7.0)}, index=[f"area-{unit}" for unit in range(7)])
    with pytest.raises(DesignError, match="a value per unit"):
        fit_synthetic_control(small_panel(), SMALL, predictors=predictors, rng=np.random.default_rng(0))


def test_more_parameters_than_a_short_series_can_bear():
    with pytest.raises(DesignError, match="at most 2 parameters for 8 observations, found 3"):
        fit_interrupted_time_series(small_panel(), SMALL)


def test_counts_below_zero_in_a_poisson_series():
    panel = small_panel(n_years=14).assign(value=lambda rows: rows["value"] - 30)
    with pytest.raises(DesignError, match="counts of at least 0"):
        fit_interrupted_time_series(panel, SMALL, model="poisson")


@pytest.mark.parametrize("fit", EVERY)
def test_before_the_start_every_method_answers_too_early(fit):
    result = fit(small_panel(start=2030), SMALL)
    assert result.status == "too_early"
    assert np.isnan(result.estimate)
    assert result.sentence("nl").startswith("Het is te vroeg")
    assert result.sentence("en").startswith("It is too early")
