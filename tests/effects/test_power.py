"""Minimal detectable effects: closed forms, a real injection, and what suppression and size do to them."""

from __future__ import annotations

import numpy as np
import pytest

from lwo_analysis.effects import Design, minimal_detectable_effect, to_matrix
from lwo_analysis.effects.did import estimate_did
from lwo_analysis.effects.inference.assignments import placebo_assignments
from lwo_analysis.effects.inference.contrasts import unit_contrasts
from lwo_analysis.effects.inference.placebo_estimator import placebo_distribution
from lwo_analysis.effects.inference.placebo_statistics import placebo_p_value
from lwo_analysis.effects.power import effect_at_power, power_curve
from lwo_analysis.errors import DesignError, ParameterError
from tests.effects.test_inference_placebo import noise, panel_of

DESIGN = Design(population=None)


def test_the_effect_at_power_is_the_share_of_thresholds_it_exceeds():
    thresholds = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    assert effect_at_power(thresholds, 0.6) == 3.0
    assert effect_at_power(np.array([1.0, np.inf]), 0.8) == np.inf
    curve = power_curve(thresholds)
    assert curve["power"].iloc[0] == 0.0
    assert curve["power"].iloc[-1] == 1.0
    assert curve["power"].is_monotonic_increasing


def test_for_an_estimator_it_is_the_two_quantiles_of_its_placebos():
    # One treated unit, 40 others: with critical value c and placebos t, d is found where |t + d| > c; by brute force on a grid.
    panel = panel_of(noise(41), [2018.0])
    result = minimal_detectable_effect(panel, DESIGN, estimator=estimate_did)
    matrix = to_matrix(panel, DESIGN)
    placebos = placebo_distribution(matrix.outcomes[1:], np.array([4]), np.arange(40)[:, None], estimate_did)
    critical = np.sort(np.abs(placebos))[-2]  # floor(.05 x 41) = 2
    grid = np.arange(0, 6, 0.001)
    found = [((placebos + d > critical).mean() + (placebos - d < -critical).mean()) / 2 for d in grid]
    assert result.minimal_effect == pytest.approx(grid[np.argmax(np.array(found) >= 0.8)], abs=0.002)


def test_many_treated_areas_come_near_the_textbook_multiple_of_the_standard_error():
    # Bloom (1995): (1.96 + .84) se for a z test; with 12 treated areas t quantiles with 11 df give (2.20 + .88) se. The placebo
    # standard error is sd sqrt(1/12 + 1/68); 15 % allows for 150 worlds and an estimated spread.
    outcomes = noise(80)
    difference = outcomes[12:, 4:].mean(axis=1) - outcomes[12:, :4].mean(axis=1)
    error = difference.std(ddof=1) * np.sqrt(1 / 12 + 1 / 68)
    result = minimal_detectable_effect(panel_of(outcomes, [2018.0] * 12), DESIGN, worlds=150)
    assert result.minimal_effect == pytest.approx((2.20 + 0.88) * error, rel=0.15)


def test_an_injected_effect_of_that_size_is_found_about_as_often_as_promised():
    # Real injection, no duality: add the effect in 150 placebo worlds and run the test. Standard error 3 %, so 10 % is three.
    outcomes, found = noise(40), 0
    effect = minimal_detectable_effect(panel_of(outcomes, [2018.0] * 4), DESIGN, worlds=150).minimal_effect
    rng, controls = np.random.default_rng(9), outcomes[4:]
    for _ in range(150):
        first = np.full(36, 8)
        first[rng.choice(36, 4, replace=False)] = 4
        world = controls + rng.choice([-effect, effect]) * (np.arange(8) >= first[:, None])
        contrasts = unit_contrasts(world, first)
        rows = placebo_assignments(np.arange(36), contrasts.treated, exchangeable=True, draws=199, rng=rng, limit=1000)
        found += placebo_p_value(contrasts, rows.rows) <= 0.05
    assert found / 150 == pytest.approx(0.8, abs=0.1)


def test_suppressed_cells_make_effects_harder_to_see():
    panel = panel_of(noise(40), [2018.0] * 4)
    missing = np.zeros((4, 8), dtype=bool)
    missing[:, 5:] = True
    full = minimal_detectable_effect(panel, DESIGN, worlds=60)
    assert minimal_detectable_effect(panel, DESIGN, worlds=60, missing=missing).minimal_effect > 1.2 * full.minimal_effect


def test_small_treated_areas_need_a_larger_effect_than_large_ones():
    rng = np.random.default_rng(2)
    population = np.concatenate([[500.0] * 4, rng.uniform(500, 20_000, 76)])
    outcomes = rng.normal(size=(80, 8)) * np.sqrt(4000 / population)[:, None]
    large = np.where(np.arange(80) < 4, 20_000.0, population)
    small_areas, large_areas = (
        minimal_detectable_effect(panel_of(outcomes, [2018.0] * 4, people), Design(), worlds=60) for people in (population, large)
    )
    assert small_areas.minimal_effect > 1.5 * large_areas.minimal_effect


def test_one_treated_area_among_ten_can_never_show_anything():
    result = minimal_detectable_effect(panel_of(noise(10), [2018.0]), DESIGN, worlds=20)
    assert result.minimal_effect == np.inf
    assert "geen enkel effect" in result.sentence("nl")
    assert "no effect of any size" in result.sentence("en")


def test_staggered_starts_and_sentences():
    design = Design(population=None, outcome_words=("de werkloosheid", "unemployment"), outcome_unit=("procentpunt", "points"))
    result = minimal_detectable_effect(panel_of(noise(30), [2018.0, 2018.0, 2019.0, 2020.0]), design, worlds=40)
    assert result.sentence("nl").startswith("Pas een effect op de werkloosheid van ")
    assert "80% kans" in result.sentence("nl")
    assert result.table()["n_worlds"].iloc[0] == 40


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"power": 80}, ParameterError, "give 0.8, not 80"),
        ({"missing": np.zeros((1, 8), dtype=bool)}, ParameterError, "mask of shape"),
    ],
)
def test_impossible_questions_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        minimal_detectable_effect(panel_of(noise(), [2018.0] * 3), DESIGN, **arguments)


def test_a_pool_smaller_than_the_treated_group_is_refused():
    with pytest.raises(DesignError, match="at least 6 untreated units"):
        minimal_detectable_effect(panel_of(noise(9), [2018.0] * 4), DESIGN)
