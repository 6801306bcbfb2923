"""Edges of the engine that a reader would try first: no noise, ties, rounding, half treated, odd inputs."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import warnings

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import (
    Design,
    OutcomeMatrix,
    add_placebo_inference,
    adjust_for_multiplicity,
    conformal_test,
    fit_did,
    fit_repeated_cross_sections,
    fit_ridge_synthetic_control,
    fit_synthetic_control,
    fit_synthetic_did,
    honest_relative_magnitudes,
    honest_smoothness,
    lee_wooldridge_test,
    minimal_detectable_effect,
    placebo_event_study,
    placebo_in_time,
    placebo_test,
    placebo_test_of_estimator,
    to_matrix,
    verdict_texts,
    wild_cluster_bootstrap,
)
from lwo_analysis.effects.did import estimate_did
from lwo_analysis.effects.inference.assignments import Assignments, actual_first
from lwo_analysis.effects.inference.contrasts import Contrasts
from lwo_analysis.effects.inference.placebo_sentences import placebo_sentence
from lwo_analysis.effects.inference.placebo_statistics import PlaceboStatistics, placebo_statistics
from lwo_analysis.effects.inversion import accepted_interval
from lwo_analysis.effects.ridge_synthetic_control import choose_penalty
from lwo_analysis.effects.simplex import simplex_least_squares
from lwo_analysis.effects.synthetic_control import split_cohorts, synthetic_control_estimate
from lwo_analysis.effects.synthetic_did import cohort_shares
from lwo_analysis.errors import DesignError, InferenceUnavailableWarning, ParameterError

DESIGN = Design()


def matrix_of(outcomes: np.ndarray, first: list[int]) -> OutcomeMatrix:
    n_units, n_periods = outcomes.shape
    units = tuple(f"u{i:02d}" for i in range(n_units))
    return OutcomeMatrix(
        np.asarray(outcomes, dtype=float),
        np.array(first),
        units,
        np.arange(n_periods) + 2012,
        None,
        np.ones(n_units),
        (),
        DESIGN.id,
        None,
    )


def panel_of(n_units: int = 12, n_treated: int = 2, start: int = 2019) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = [
        (f"u{i:02d}", year, float(i + rng.standard_normal()), start if i < n_treated else np.nan, 1000.0 + i)
        for i in range(n_units)
        for year in range(2012, 2022)
    ]
    return pd.DataFrame(rows, columns=["area_id", "year", "value", "start_year", "n"])


FLAT = np.tile(np.arange(12.0)[:, None], (1, 10))


@pytest.mark.parametrize("n_treated", [1, 2])
@pytest.mark.parametrize("test", [placebo_test, minimal_detectable_effect, placebo_event_study])
def test_untreated_areas_that_never_change_carry_no_test(test, n_treated: int) -> None:
    # It gave p = 0 ("rare, p < 0.001") for an estimate of exactly zero: 0/0 is never >= 0/0.
    first = [7] * n_treated + [10] * (12 - n_treated)
    with pytest.raises(DesignError, match="same movement"):
        test(matrix_of(FLAT, first), DESIGN)


def test_a_zero_estimate_is_the_least_striking_one_and_no_spread_the_most() -> None:
    statistics = PlaceboStatistics(np.array([0.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.5]))
    assert statistics.studentised.tolist() == [0.0, math.inf, 2.0]


def test_the_wild_bootstrap_of_outcomes_without_change_is_not_a_finding() -> None:
    assert wild_cluster_bootstrap(matrix_of(FLAT, [7, 7] + [10] * 10), DESIGN).p_value == 1.0


def test_an_enumerated_wild_bootstrap_never_gives_zero() -> None:
    # Two of the 2^12 sign vectors are the sample and its mirror image; without noise rounding used to lose both.
    jump = FLAT + 3.0 * np.outer(np.arange(12) < 1, np.arange(10) >= 7)
    result = wild_cluster_bootstrap(matrix_of(jump, [7] + [10] * 11), DESIGN)
    assert result.p_value >= 1 / 2**12


def test_lee_wooldridge_without_noise_is_refused() -> None:
    jump = FLAT + 3.0 * np.outer(np.arange(12) < 2, np.arange(10) >= 7)
    with pytest.raises(DesignError, match="without noise"):
        lee_wooldridge_test(matrix_of(jump, [7, 7] + [10] * 10), DESIGN)


def test_half_of_the_areas_treated_ties_with_its_mirror_image() -> None:
    # 3 of 6: swapping treated and untreated only turns the sign, so p is a multiple of 2 / C(6, 3) = 2 / 20.
    outcomes = np.random.default_rng(0).standard_normal((6, 8))
    outcomes[:3, 5:] += 100
    with pytest.warns(InferenceUnavailableWarning):
        result = placebo_test(matrix_of(outcomes, [5, 5, 5, 8, 8, 8]), DESIGN)
    assert result.smallest_p_value == result.p_value == 2 / 20
    assert result.interval == (-math.inf, math.inf)
    assert "0.100" in result.sentence("en")


def test_the_smallest_p_value_counts_only_orders_that_cannot_differ() -> None:
    # Two starts: the same two areas the other way round are another placebo, so 1 of 5 * 4 orders is the actual one.
    outcomes = np.random.default_rng(1).standard_normal((5, 8))
    outcomes[:2] += 50 * (np.arange(8) >= np.array([[4], [6]]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InferenceUnavailableWarning)
        result = placebo_test(matrix_of(outcomes, [4, 6, 8, 8, 8]), DESIGN)
    assert result.smallest_p_value == 1 / 20
    assert result.p_value >= result.smallest_p_value


def test_a_conformal_p_value_of_one_tenth_agrees_with_its_90_percent_interval() -> None:
    # 1 - 0.9 is 0.09999999999999998 in floating point, below the p-value 1/10 that ten shifts can give.
    outcomes = np.random.default_rng(2).standard_normal((6, 10))
    outcomes[0, 9] += 30
    result = conformal_test(matrix_of(outcomes, [9] + [10] * 5), DESIGN)
    assert result.p_value == 1 / 10
    assert result.interval[0] > 0
    assert "differ" in result.sentence("en")
    assert "wijken af" in result.sentence("nl")


def test_placebo_inference_brings_its_own_level() -> None:
    panel = panel_of(30)
    result = add_placebo_inference(fit_did(panel, DESIGN), placebo_test(panel, DESIGN, level=0.9))
    assert result.level == 0.9
    assert "90% interval" in result.sentence("en")


def test_a_p_value_too_small_for_one_decimal_is_not_a_share_of_zero() -> None:
    result = placebo_test(panel_of(30), DESIGN)
    rare = dataclasses.replace(result, p_value=1 / 19_600, smallest_p_value=1 / 19_600)
    assert "less than 0.1%" in placebo_sentence(rare, "en")
    assert "minder dan 0,1%" in placebo_sentence(rare, "nl")


def test_a_pretended_start_that_is_not_rejected_is_not_called_no_effect() -> None:
    check = placebo_in_time(panel_of(30), DESIGN, [2016])
    assert check.passed is not None
    assert "effect" not in check.sentence("en") + check.sentence("nl")


def test_the_ceiling_of_a_fall_in_percent_is_that_of_a_fall() -> None:
    # exp(-0.7) - 1 = -50 %; exp(-0.5) - 1 = -39 %, while exp(0.5) - 1 = +65 % would make "-50 % is more than 65 %".
    result = dataclasses.replace(fit_did(panel_of(30), DESIGN), scale="log", estimate=-0.7)
    text = verdict_texts.implausible(result, 0.5, "en")
    assert "−50 %" in text
    assert "39 %" in text


@pytest.mark.parametrize("row", [5, 115])
def test_infinite_outcomes_are_named(row: int) -> None:
    panel = panel_of()
    panel.loc[row, "value"] = np.inf
    with pytest.raises(DesignError, match=f"1 infinite values, in {panel.loc[row, 'area_id']}"):
        to_matrix(panel, DESIGN)


def test_infinite_population_is_refused() -> None:
    panel = panel_of()
    panel.loc[panel["area_id"] == "u03", "n"] = np.inf
    with pytest.raises(DesignError, match="size above 0"):
        to_matrix(panel, DESIGN)


def test_a_control_that_anticipates_a_start_after_the_window_is_refused() -> None:
    # Start 2022 with one year of anticipation: 2021, the last year of the panel, is no longer untreated.
    panel = panel_of()
    panel.loc[panel["area_id"] == "u05", "start_year"] = 2022
    with pytest.raises(DesignError, match="u05"):
        to_matrix(panel, Design(anticipation=1))
    assert to_matrix(panel, DESIGN).first[5] == 10
    panel.loc[panel["area_id"] == "u05", "start_year"] = 2023
    assert to_matrix(panel, Design(anticipation=1)).first[5] == 10


def test_modelled_answers_are_refused_in_repeated_cross_sections_too() -> None:
    rows = panel_of().assign(
        treated=lambda x: x["start_year"].notna().astype(int), after=lambda x: (x["year"] > 2018).astype(int), origin="modelled"
    )
    with pytest.raises(DesignError, match="modelled"):
        fit_repeated_cross_sections(rows, outcome_col="value", treated_col="treated", after_col="after")


@pytest.mark.parametrize(("frozen", "answer"), [("2024-06-01", None), ("2025-02-01", False)])
def test_a_missing_vintage_leaves_open_whether_the_design_came_first(frozen: str, answer: bool | None) -> None:
    panel = panel_of().assign(vintage="2025-01-01")
    panel.loc[(panel["area_id"] == "u00") & (panel["year"] == 2021), "vintage"] = None
    assert to_matrix(panel, DESIGN.freeze(frozen)).frozen_before_data is answer


def test_equal_designs_have_one_id_whatever_the_number_type() -> None:
    plain = Design(window=(2015, 2023), start_years=(2021, 2022), anticipation=1)
    other = Design(window=(2015.0, np.int64(2023)), start_years=np.array([2021, 2022]), anticipation=np.int64(1))
    assert plain == other
    assert plain.id == other.id


def test_the_id_of_a_design_is_the_hash_of_this_text() -> None:
    # The text a registered design stands for, written out: a new field, another order or another Python must not change the id.
    text = (
        '{"also_treated":[],"anticipation":0,"comparison":"never treated","estimand":"mean","incomplete_controls":"error",'
        '"min_pre_periods":2,"outcome":"rate","outcome_unit":["",""],"outcome_words":["de uitkomst","the outcome"],'
        '"population":"n","start":"start_year","start_years":[],"symbols":"τ","time":"year","treated":["b","a"],'
        '"unit":"area_id","weights":"equal","window":[2012,2023]}'
    )
    design = Design(
        outcome="rate", treated=("b", "a"), window=(2012, 2023), comparison="never treated", estimand="mean", symbols="τ"
    )
    assert design.id == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_one_treated_unit_given_as_text_is_not_split_into_letters() -> None:
    with pytest.raises(DesignError, match="list"):
        Design(treated="WK1")


def test_cohorts_count_by_people_when_areas_do() -> None:
    # Starts in columns 2 and 4 of 6: 4 and 2 treated periods; weights 1, 1 and 3: (1 + 1) * 4 against 3 * 2.
    outcomes, first, weights = np.zeros((5, 6)), np.array([2, 2, 4, 6, 6]), np.array([1.0, 1.0, 3.0, 1.0, 1.0])
    expected = [8 / 14, 6 / 14]
    assert cohort_shares(outcomes, first, weights=weights) == pytest.approx(expected, rel=1e-12)  # rounding only
    shares = [cohort.share for cohort in split_cohorts(outcomes, first, weights=weights)[1]]
    assert shares == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("fit", [fit_synthetic_control, fit_synthetic_did])
def test_a_population_weighted_effect_of_two_starts_is_weighted_by_people(fit) -> None:
    # Donors are flat, so each cohort's effect is its jump: 1 for the two areas of 2017, 10 for the large area of 2019.
    years = range(2012, 2022)
    starts, jumps, people = [2017, 2017, 2019, None, None, None], [1, 1, 10, 0, 0, 0], [1.0, 1.0, 8.0, 1.0, 1.0, 1.0]
    rows = [
        (
            f"u{i}",
            year,
            5.0 + 0.01 * i * (year % 2) + jumps[i] * (starts[i] is not None and year >= starts[i]),
            starts[i],
            people[i],
        )
        for i in range(6)
        for year in years
    ]
    panel = pd.DataFrame(rows, columns=["area_id", "year", "value", "start_year", "n"]).astype({"start_year": float})
    cells = (2 * 1 * 5, 8 * 3)
    expected = (cells[0] * 1 + cells[1] * 10) / sum(cells)
    # The zigzag of 0.01 per area is all the noise there is.
    assert fit(panel, Design(weights="population")).estimate == pytest.approx(expected, abs=0.05)


def test_a_constant_predictor_is_named() -> None:
    predictors = pd.DataFrame({"same": 1.0, "varies": range(12)}, index=[f"u{i:02d}" for i in range(12)])
    with pytest.raises(DesignError, match="same"):
        fit_synthetic_control(panel_of(), DESIGN, predictors=predictors, rng=np.random.default_rng(0))


def test_identical_donors_leave_nothing_to_augment() -> None:
    panel = panel_of()
    panel.loc[panel["start_year"].isna(), "value"] = 3.0
    treated = panel[panel["start_year"].notna() & (panel["year"] >= 2019)]
    assert fit_ridge_synthetic_control(panel, DESIGN).estimate == pytest.approx(treated["value"].mean() - 3.0, rel=1e-9)


@pytest.mark.parametrize("honest", [honest_smoothness, honest_relative_magnitudes])
def test_a_covariance_from_too_few_areas_is_refused(honest) -> None:
    # Four untreated areas give a covariance of rank 3 for 9 coefficients; the sets were NaN, or far too short.
    study = placebo_event_study(panel_of(6), DESIGN)
    with pytest.raises(ParameterError, match="full rank 9"):
        honest(study.coefficients, study.covariance, study.n_pre, bound=0.5)


def test_the_search_for_an_edge_ends_at_the_spacing_of_numbers() -> None:
    # Precision 1e-4 * 1e-14 lies below the spacing of floats near one: the bisection never ended.
    lower, upper = accepted_interval(lambda effects: np.abs(effects - 1) < 1e-14, 1.0, 1e-14)
    assert lower == pytest.approx(1 - 1e-14, abs=2e-15)
    assert upper == pytest.approx(1 + 1e-14, abs=2e-15)


def test_a_random_wild_bootstrap_counts_the_sample_itself() -> None:
    # 15 areas are too many to enumerate: p = (1 + extreme) / (1 + 99), so a multiple of 1/100 and never 0.
    outcomes = np.random.default_rng(4).standard_normal((15, 8))
    outcomes[:5, 5:] += 20
    result = wild_cluster_bootstrap(matrix_of(outcomes, [5] * 5 + [8] * 10), DESIGN, draws=99)
    assert result.n_draws == 99
    assert not result.enumerated
    assert result.p_value * 100 == pytest.approx(round(result.p_value * 100), abs=1e-9)  # rounding only
    assert result.p_value >= 0.01


def test_fourteen_areas_are_enumerated() -> None:
    outcomes = np.random.default_rng(4).standard_normal((14, 4))
    assert wild_cluster_bootstrap(matrix_of(outcomes, [2] * 4 + [4] * 10), DESIGN).n_draws == 2**14


def test_the_default_ridge_is_a_thousandth_of_the_squared_distance_per_lag() -> None:
    # Three donors for two lags; distances to the treated series 1, 2 and 3 in both: mean square (1 + 4 + 9) / 3, times 2 lags.
    controls = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0], [-3.0, -3.0, 0.0]])
    fit = synthetic_control_estimate(controls, np.zeros(3), 2)
    assert fit.ridge == pytest.approx(1e-3 * 2 * (1 + 4 + 9) / 3, rel=1e-12)


def test_the_last_period_is_never_held_out_when_the_penalty_is_chosen() -> None:
    # As in the authors' package augsynth. In this draw holding it out too would choose 3.07 instead of 1.22.
    rng = np.random.default_rng(36)
    X0 = rng.standard_normal((8, 5))
    X0 -= X0.mean(axis=0)
    x1 = rng.standard_normal(5)
    penalties = np.linalg.svd(X0)[1][0] ** 2 * 10.0 ** (-8 * np.arange(21) / 20)
    errors = np.zeros((4, 21))
    for period in range(4):
        rest = [t for t in range(5) if t != period]
        A, b = X0[:, rest], x1[rest]
        weights = simplex_least_squares(A.T, b)
        for k, penalty in enumerate(penalties):
            step = A @ np.linalg.solve(A.T @ A + penalty * np.eye(4), b - A.T @ weights)
            errors[period, k] = (x1[period] - X0[:, period] @ (weights + step)) ** 2
    mean, spread = errors.mean(axis=0), errors.std(axis=0, ddof=1) / 2  # four held-out periods: sqrt(4) = 2
    best = mean.argmin()
    assert choose_penalty(X0, x1) == pytest.approx(penalties[mean <= mean[best] + spread[best]].max(), rel=1e-9)


def test_random_draws_that_equal_the_actual_assignment_stay_ties() -> None:
    drawn = Assignments(np.array([[2], [0], [2], [1]]), exhaustive=False)
    assert actual_first(drawn, np.array([2])).tolist() == [[2], [0], [2], [1]]
    every = Assignments(np.array([[0], [1], [2]]), exhaustive=True)
    assert actual_first(every, np.array([2])).tolist() == [[2], [0], [1]]


def test_one_treated_area_is_divided_by_the_noise_of_one_area_and_of_the_comparison_mean() -> None:
    # Comparison values 1, 2, 3: variance 1; one area and a mean of three: 1 + 1/3.
    values = np.array([5.0, 1.0, 2.0, 3.0])[:, None]
    exposure = np.array([1.0, 0, 0, 0])[:, None]
    contrasts = Contrasts(values, exposure, np.array([0]), np.array([0]), np.ones(4))
    statistics = placebo_statistics(contrasts, np.array([[0]]))
    assert statistics.estimates[0] == pytest.approx(5 - 2, rel=1e-12)
    assert statistics.standard_errors[0] ** 2 == pytest.approx(1 + 1 / 3, rel=1e-12)


def test_one_of_twenty_areas_can_just_close_a_95_percent_interval() -> None:
    # The smallest p-value is 1/20, exactly the level: an effect with that p-value is rejected.
    outcomes = np.random.default_rng(5).standard_normal((20, 8))
    result = placebo_test(matrix_of(outcomes, [5] + [8] * 19), DESIGN)
    assert result.smallest_p_value == 1 / 20
    assert np.isfinite(result.interval).all()


def test_westfall_young_never_lets_a_later_indicator_overtake() -> None:
    # Both p-values are 2/6. Step 1: the smallest of the two is at most 2/6 in rows 0, 1 and 4: 3/6. Step 2 alone: rows 0 and 1,
    # 2/6, which the step-down raises to 3/6.
    statistics = np.array([[6.0, 7], [0, 7], [4, 4], [5, 2], [8, 0], [2, 3]])
    adjusted = adjust_for_multiplicity(statistics=statistics, method="westfall-young")
    assert adjusted.p_values.tolist() == [2 / 6, 2 / 6]
    assert adjusted.adjusted.tolist() == [3 / 6, 3 / 6]


def test_bends_after_the_start_add_up_when_target_weights_have_both_signs() -> None:
    # Target 3 t1 - t2: a bend at 0 moves it by 3 - 2 = 1, a bend at 1 by -1; the worst case takes both: 2 M. One lag, exact
    # under a line: weight 3 - 2 = 1, so variance 1 + 9 + 1. With a bias this large the interval is bias + 1.645 sd.
    interval = honest_smoothness(np.zeros(3), np.eye(3), 1, bound=100.0, weights=np.array([3.0, -1.0]))
    assert interval.upper == pytest.approx(200 + 1.6448536 * math.sqrt(11), rel=1e-8)


def test_the_equivalence_bound_of_an_estimator_uses_two_one_sided_tests() -> None:
    # 20 placebos: 5 % of 21 is the largest, 10 % of 21 the two largest; the bound takes the second.
    matrix = matrix_of(np.random.default_rng(6).standard_normal((21, 8)), [5] + [8] * 20)
    result = placebo_test_of_estimator(matrix, DESIGN, estimate_did)
    largest = np.sort(np.abs(result.placebo_estimates))[::-1]
    assert result.interval[1] == pytest.approx(result.estimate + largest[0], rel=1e-12)
    assert result.equivalence_bound == pytest.approx(abs(result.estimate) + largest[1], rel=1e-12)


def test_random_placebos_of_an_estimator_are_as_many_as_asked_for() -> None:
    # 3 of 27 areas are 2,925 choices, more than 2,000: 50 are drawn.
    matrix = matrix_of(np.random.default_rng(7).standard_normal((30, 8)), [5] * 3 + [8] * 27)
    result = placebo_test_of_estimator(matrix, DESIGN, estimate_did, draws=50)
    assert (len(result.placebo_estimates), result.smallest_p_value) == (50, 1 / 51)
