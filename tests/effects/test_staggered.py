"""Group-time effects by hand, and what a cohort of one unit may not claim."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import Design, fit_callaway_santanna, fit_sun_abraham
from lwo_analysis.effects.aggregate_effects import aggregate
from lwo_analysis.effects.group_time import estimate_callaway_santanna, group_time_effects
from tests.effects.panels import SMALL, small_panel

#                     2 periods before the start of cohort 2, 3 before cohort 3
OUTCOMES = np.array(
    [
        [1.0, 2.0, 7.0, 9.0],  # starts in column 2
        [3.0, 4.0, 4.0, 8.0],  # starts in column 3
        [5.0, 5.0, 6.0, 6.0],  # never
        [0.0, 1.0, 2.0, 2.0],  # never
    ]
)
FIRST = np.array([2, 3, 4, 4])


def cells(**options):
    effects = group_time_effects(OUTCOMES, FIRST, **options)
    return {(int(g), int(t)): e for g, t, e in zip(effects.cohort, effects.period, effects.estimate, strict=True)}


def test_effects_against_never_treated_by_hand():
    found = cells()
    assert found[2, 2] == pytest.approx((7 - 2) - ((6 - 5) + (2 - 1)) / 2)
    assert found[2, 3] == pytest.approx((9 - 2) - ((6 - 5) + (2 - 1)) / 2)
    assert found[3, 3] == pytest.approx((8 - 4) - ((6 - 6) + (2 - 2)) / 2)
    assert found[3, 2] == pytest.approx((4 - 4) - ((6 - 5) + (2 - 1)) / 2)  # before the start: against the period before


def test_effects_against_not_yet_treated_by_hand():
    found = cells(control="not_yet")
    assert found[2, 2] == pytest.approx((7 - 2) - ((6 - 5) + (2 - 1) + (4 - 4)) / 3)
    assert found[2, 3] == pytest.approx((9 - 2) - ((6 - 5) + (2 - 1)) / 2)  # cohort 3 is treated by then


def test_a_universal_base_compares_with_the_last_period_before_the_start():
    assert cells(base="universal")[3, 0] == pytest.approx((3 - 4) - ((5 - 6) + (0 - 2)) / 2)


def test_anticipation_moves_the_base_back():
    assert cells(anticipation=1)[3, 3] == pytest.approx((8 - 4) - ((6 - 5) + (2 - 1)) / 2)


def test_the_simple_average_weighs_cells_by_cohort_size():
    found = cells()
    simple = aggregate(group_time_effects(OUTCOMES, FIRST), "simple").estimate
    assert simple == pytest.approx((found[2, 2] + found[2, 3] + found[3, 3]) / 3)
    assert estimate_callaway_santanna(OUTCOMES, FIRST) == pytest.approx(simple)


def test_dynamic_group_and_calendar_averages_by_hand():
    found, effects = cells(), group_time_effects(OUTCOMES, FIRST)
    assert aggregate(effects, "dynamic").estimate == pytest.approx(((found[2, 2] + found[3, 3]) / 2 + found[2, 3]) / 2)
    assert aggregate(effects, "group").estimate == pytest.approx(((found[2, 2] + found[2, 3]) / 2 + found[3, 3]) / 2)
    assert aggregate(effects, "calendar").estimate == pytest.approx((found[2, 2] + (found[2, 3] + found[3, 3]) / 2) / 2)


@pytest.mark.parametrize("control", ["never", "not_yet"])
@pytest.mark.parametrize("anticipation", [0, 1])
def test_the_fast_form_equals_the_full_one(control, anticipation):
    rng = np.random.default_rng(1)
    outcomes, first = rng.normal(size=(30, 9)), np.repeat([3, 5, 9], 10)
    weights = rng.uniform(1, 3, 30)
    effects = group_time_effects(outcomes, first, control=control, anticipation=anticipation, weights=weights)
    fast = estimate_callaway_santanna(outcomes, first, control=control, anticipation=anticipation, weights=weights)
    assert fast == pytest.approx(aggregate(effects, "simple").estimate)


def test_the_influence_function_gives_the_standard_error_of_two_means():
    """One cohort, one cell: the variance is s1^2/n1 + s0^2/n0 with divisors n, as in any textbook."""
    rng = np.random.default_rng(2)
    outcomes, first = rng.normal(size=(40, 2)), np.repeat([1, 2], [12, 28])
    effects = group_time_effects(outcomes, first)
    change = outcomes[:, 1] - outcomes[:, 0]
    expected = np.sqrt(change[:12].var() / 12 + change[12:].var() / 28)
    assert np.sqrt((effects.influence[:, 0] ** 2).sum()) / 40 == pytest.approx(expected)


def test_the_influence_function_agrees_with_a_simulation():
    """400 panels: the mean standard error equals the spread of the estimates; tolerance 4 / sqrt(2 x 400) = 14 %."""
    rng = np.random.default_rng(4)
    first = np.repeat([3, 4, 6], [20, 20, 60])
    estimates, errors = [], []
    for _ in range(400):
        combined = aggregate(group_time_effects(rng.normal(size=(100, 6)), first), "simple")
        estimates.append(combined.estimate)
        errors.append(np.sqrt((combined.influence**2).sum()) / 100)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.14)


def many(starts: dict[str, float]) -> pd.DataFrame:
    panel = small_panel(n_units=30, n_treated=len(starts))
    return panel.assign(start_year=panel["area_id"].map(starts))


def test_a_cohort_of_one_unit_has_no_analytic_error_and_says_why():
    starts = {f"area-{unit}": 2019.0 for unit in range(6)} | {"area-6": 2021.0}
    result = fit_callaway_santanna(many(starts), SMALL)
    assert np.isnan(result.standard_error)
    assert "one unit starts in 2021, and a cohort of one unit has no spread of its own" in result.inference
    assert result.inference in result.warnings
    errors = result.details.set_index(["cohort", "period"])["standard_error"]
    assert errors.loc[2021].isna().all()
    assert errors.loc[2019].notna().all()


@pytest.mark.parametrize("aggregation", ["dynamic", "calendar", "group"])
def test_every_average_that_contains_the_single_unit_loses_its_error(aggregation):
    starts = {f"area-{unit}": 2019.0 for unit in range(6)} | {"area-6": 2021.0}
    details = fit_callaway_santanna(many(starts), SMALL, aggregation=aggregation).details
    key = details.columns[0]
    untouched = {
        "dynamic": {3},  # 2021 is only seen in 2021 and 2022 (0, 1) and before its start (-5 .. -1); 2019 also at 2 and 3
        "calendar": {2019, 2020},
        "group": {2019},
    }[aggregation]
    shown = set(details.loc[details["standard_error"].notna(), key])
    assert untouched <= shown
    assert shown.isdisjoint({"dynamic": {0, 1}, "calendar": {2021, 2022}, "group": {2021}}[aggregation])


@pytest.mark.parametrize("fit", [fit_callaway_santanna, fit_sun_abraham])
def test_up_to_five_treated_units_get_no_analytic_error(fit):
    result = fit(many(dict.fromkeys(["area-0", "area-1", "area-2", "area-3"], 2020.0)), SMALL)
    assert result.status == "too_few_areas"
    assert np.isnan(result.standard_error)
    assert result.details.loc[result.details["estimate"] != 0, "standard_error"].isna().all()


def test_the_universal_base_is_an_exact_zero_in_the_table_and_absent_from_the_covariance():
    starts = {f"area-{unit}": 2019.0 for unit in range(4)} | {f"area-{unit}": 2020.0 for unit in range(4, 8)}
    result = fit_callaway_santanna(many(starts), SMALL, aggregation="dynamic", base="universal")
    assert result.details.set_index("relative_period").loc[-1, "estimate"] == 0
    assert -1 not in result.covariance.index
    shown = result.details.set_index("relative_period").drop(index=-1)
    np.testing.assert_allclose(np.sqrt(np.diag(result.covariance)), shown["standard_error"])


def test_the_method_names_its_controls_and_its_average():
    result = fit_callaway_santanna(many({f"area-{u}": 2020.0 for u in range(6)}), SMALL, control="not_yet", aggregation="group")
    assert result.method == "Callaway-Sant'Anna group-time effects (not-yet treated controls, group)"


def test_unequal_weights_change_the_estimate():
    panel = many({f"area-{unit}": 2020.0 for unit in range(6)})
    weighted = fit_callaway_santanna(panel, dataclasses.replace(SMALL, weights="population"))
    assert weighted.estimate != fit_callaway_santanna(panel, Design()).estimate
