"""Placebo tests on numbers worked out by hand: who may be drawn, what is counted, and what is then said."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from lwo_analysis.effects import Design, minimal_detectable_effect, placebo_test, power
from lwo_analysis.effects.did import estimate_did
from lwo_analysis.effects.inference import assignments
from lwo_analysis.effects.inference.assignments import actual_first, placebo_assignments
from lwo_analysis.effects.inference.contrasts import Contrasts, unit_contrasts
from lwo_analysis.effects.inference.placebo import PlaceboResult, run_placebo_test
from lwo_analysis.effects.inference.placebo_statistics import _among_places, _comparison_spread, placebo_statistics
from lwo_analysis.effects.inference.wild_bootstrap import WildBootstrapResult, _signs
from lwo_analysis.effects.power import effect_at_power, power_curve
from lwo_analysis.errors import DesignError, InferenceUnavailableWarning, ParameterError
from tests.effects.test_inference_placebo import contrasts_of, noise, panel_of

DESIGN = Design(population=None)


@pytest.mark.parametrize(("size", "places"), [(12, 2), (12, 5)])
def test_drawn_places_are_distinct_and_every_area_has_each_place_equally_often(size, places):
    # 12 areas, 24,000 draws: each area has each place 2,000 times with a standard deviation of 43 (binomial); five of them.
    rows = assignments._distinct(np.random.default_rng(1), size, places, 24_000)
    assert rows.shape == (24_000, places)
    assert all(len(set(row)) == places for row in rows[:500].tolist())
    counts = np.array([np.bincount(column, minlength=size) for column in rows.T])
    assert np.abs(counts - 2000).max() < 5 * 43


def test_a_repeated_area_is_seen_wherever_it_stands():
    assert assignments._has_repeats(np.array([[1, 2, 1], [3, 0, 2], [0, 0, 4]])).tolist() == [True, False, True]


def test_up_to_the_limit_all_are_listed_and_above_it_they_are_drawn():
    # 5 x 4 = 20 ordered pairs of five, 10 sets.
    everyone, treated = np.arange(5), np.array([3, 1])
    at, above = (placebo_assignments(everyone, treated, exchangeable=False, draws=7, limit=limit) for limit in (20, 19))
    assert (at.exhaustive, at.rows.shape) == (True, (20, 2))
    assert (above.exhaustive, above.rows.shape) == (False, (8, 2))
    assert above.rows[0].tolist() == [3, 1]
    sets = placebo_assignments(everyone, treated, exchangeable=True, limit=10)
    assert {tuple(row) for row in sets.rows.tolist()} == {(a, b) for a in range(5) for b in range(a + 1, 5)}


def test_the_actual_assignment_comes_first_and_once():
    rows = placebo_assignments(np.arange(4), np.array([2, 1]), exchangeable=False)
    ordered = actual_first(rows, np.array([2, 1]))
    assert ordered[0].tolist() == [2, 1]
    assert sorted(map(tuple, ordered.tolist())) == sorted(map(tuple, rows.rows.tolist()))


def test_signs_are_all_of_them_up_to_fourteen_areas():
    signs = np.concatenate(list(_signs(3, 5, None)))
    assert {tuple(row) for row in signs.tolist()} == {(a, b, c) for a in (1, -1) for b in (1, -1) for c in (1, -1)}
    assert np.concatenate(list(_signs(14, 5, None))).shape == (2**14, 14)
    assert np.concatenate(list(_signs(15, 5, None))).shape == (5, 15)


@pytest.mark.parametrize(("n_treated", "is_cautious"), [(2, True), (3, False)])
def test_the_bootstrap_warns_with_fewer_than_three_treated_areas(n_treated, is_cautious):
    found = WildBootstrapResult(1.0, 2.0, 0.25, 0.0, 20, n_treated, 99, False)
    assert found.sentence("nl").endswith("dit zegt weinig." if is_cautious else "geen conclusie.")
    assert found.sentence("en").endswith("it says little." if is_cautious else "not a conclusion.")
    assert "p = 0,250" in found.sentence("nl")


def test_a_constant_effect_is_taken_from_the_treated_only():
    contrasts = unit_contrasts(np.array([[0.0, 0.0, 6.0], [1.0, 1.0, 1.0]]), np.array([2, 3]))
    assert contrasts.shifted(4.0).tolist() == [[2.0], [0.0]]
    assert contrasts.shifted(np.array([0.0, 1.0])).tolist() == [[[6.0], [0.0]], [[5.0], [0.0]]]


def test_a_unit_without_a_figure_on_one_side_has_no_contrast():
    outcomes = np.array([[np.nan, np.nan, 5.0, 6.0], [1.0, np.nan, 5.0, np.nan]])
    values = unit_contrasts(outcomes, np.array([2, 4])).values
    assert np.isnan(values[0, 0])
    assert values[1, 0] == 5.0 - 1.0


def test_the_weight_of_a_treated_area_is_its_share_among_the_treated():
    weighted = Contrasts(np.zeros((3, 1)), np.zeros((3, 1)), np.array([0, 2]), np.zeros(2, int), np.array([1.0, 9.0, 3.0]))
    assert weighted.slot_weights.tolist() == [0.25, 0.75]


def test_every_count_of_a_placebo_test_is_that_of_the_panel():
    # One treated area with a contrast of 30 among 0, 1, ..., 38: it is the most striking of 40.
    contrasts = contrasts_of([30.0, *[0.1 * place for place in range(39)]], 1)
    found = run_placebo_test(contrasts, placebo_assignments(np.arange(40), contrasts.treated, exchangeable=True))
    assert (found.n_treated, found.n_control, found.n_candidates) == (1, 39, 40)
    assert (found.p_value, found.smallest_p_value, found.exhaustive, found.correction) == (1 / 40, 1 / 40, True, "none")
    assert found.estimate == pytest.approx(30 - 0.1 * 19)
    # The mean of the placebo estimates over all areas is zero times 40/39: each is its contrast minus the mean of the others.
    values = np.array([30.0, *[0.1 * place for place in range(39)]])
    assert found.placebo_sd == pytest.approx(np.std(values, ddof=1) * 40 / 39)
    table = found.table().iloc[0]
    assert (table["n_assignments"], table["lower"], table["upper"]) == (40, *found.interval)


def test_the_effects_excluded_are_those_of_two_one_sided_tests():
    # 95 %: two tests at 5 %, so the largest end of the 90 % interval.
    contrasts = contrasts_of([3.0, *noise(39).mean(axis=1)], 1)
    every = placebo_assignments(np.arange(40), contrasts.treated, exchangeable=True)
    wide, narrow = (run_placebo_test(contrasts, every, level=level) for level in (0.95, 0.9))
    assert wide.equivalence_bound == max(abs(end) for end in narrow.interval)
    assert wide.interval[0] <= narrow.interval[0] <= narrow.interval[1] <= wide.interval[1]


@pytest.mark.parametrize(("others", "is_possible"), [(19, True), (18, False)])
def test_twenty_areas_can_just_give_an_interval_of_95_percent(others, is_possible):
    contrasts = contrasts_of([3.0, *noise(others).mean(axis=1)], 1)
    every = placebo_assignments(np.arange(others + 1), contrasts.treated, exchangeable=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = run_placebo_test(contrasts, every)
    assert np.isfinite(found.interval).all() == is_possible
    assert [str(one.message) for one in caught] == list(found.warnings)
    if not is_possible:
        told = "19 assignments cannot give a p-value below 0.053: there is no 95% interval"
        assert found.warnings == (told,)
        # The warning names the line that asked, not the line inside the test.
        assert (caught[0].category, caught[0].filename) == (InferenceUnavailableWarning, __file__)


@pytest.mark.parametrize(("own", "outside"), [(99.0, 1), (100.0, 0), (400.0, 0), (401.0, 1)])
def test_a_treated_area_outside_the_sizes_of_the_others_is_counted(own, outside):
    population = np.array([own, *np.linspace(100.0, 400.0, 24)])
    found = placebo_test(panel_of(noise(25), [2018.0], population), Design())
    told = f"{outside} treated area(s) lie outside the range of population of the comparison areas"
    assert found.warnings == ((told,) if outside else ())


def test_areas_alike_are_drawn_as_sets_and_areas_of_several_sizes_in_order():
    # Two of 14: 91 sets or 182 ordered pairs.
    alike = placebo_test(panel_of(noise(14), [2018.0, 2018.0]), DESIGN)
    sized = placebo_test(panel_of(noise(14), [2018.0, 2018.0], np.linspace(100.0, 400.0, 14)), Design())
    staggered = placebo_test(panel_of(noise(14), [2018.0, 2019.0]), DESIGN)
    assert [len(one.placebo_estimates) for one in (alike, sized, staggered)] == [91, 182, 182]
    # Twelve untreated areas are enough to estimate how noise depends on size, nine are not.
    few = placebo_test(panel_of(noise(11), [2018.0, 2018.0], np.linspace(100.0, 400.0, 11)), Design())
    assert (sized.correction, few.correction) == ("population", "none")


def result_of(**changes: object) -> PlaceboResult:
    given: dict = {
        "estimate": -2.0,
        "p_value": 0.04,
        "interval": (-4.0, -0.1),
        "equivalence_bound": 3.5,
        "level": 0.95,
        "n_treated": 2,
        "n_control": 50,
        "n_candidates": 52,
        "exhaustive": True,
        "smallest_p_value": 1 / 1326,
        "correction": "none",
        "placebo_estimates": np.array([-1.0, 1.0] * 663),
        "outcome_unit": ("procentpunt", "points"),
    }
    return PlaceboResult(**given | changes)


def test_the_sentences_of_a_placebo_test():
    # Placebo standard deviation 1.0004: one decimal, because 0.1 is at most half of it.
    assert result_of().sentence("nl") == (
        "Een verschil als dit (−2,0 procentpunt) is zeldzaam als we het programma in gedachten aan andere gebieden geven: 4,0% "
        "van de 1.326 proeven geeft een minstens zo opvallend verschil (p = 0,040). Een effect groter dan 3,5 procentpunt "
        "(omhoog of omlaag) kunnen we uitsluiten."
    )
    assert result_of(estimate=2.0, p_value=0.2, equivalence_bound=math.inf).sentence("en") == (
        "A difference like this (+2.0 points) also occurs when the programme is given to other areas in thought: 20.0% of the "
        "1,326 trials shows a difference at least as striking (p = 0.200). No effect of any size can be excluded."
    )
    assert result_of(smallest_p_value=0.1).sentence("en") == (
        "With so few areas this test can never give a p-value below 0.100; no conclusion is possible."
    )
    assert "minder dan 0,1% van de" in result_of(p_value=0.0009).sentence("nl")
    assert "0.1% of the" in result_of(p_value=0.001).sentence("en")
    assert "less than" not in result_of(p_value=0.001).sentence("en")
    # p equal to 1 - level counts as rare.
    assert "is rare" in result_of(p_value=0.05).sentence("en")


def test_with_equal_populations_the_correction_for_population_changes_no_power():
    # Noise is five times that of a standard normal: a ratio that were a product would show.
    outcomes, people = 5 * noise(24), np.full(24, 900.0)
    sized, plain = (
        minimal_detectable_effect(
            panel_of(outcomes, [2018.0] * 3, people), Design(), correction=correction, worlds=3, draws=39
        ).minimal_effect
        for correction in ("population", "none")
    )
    assert sized == pytest.approx(plain, rel=1e-6)


def test_the_worlds_of_an_estimator_are_sets_for_one_start_and_ordered_for_two():
    # Six untreated areas for two places: 15 sets, 30 ordered pairs.
    together, apart = (
        minimal_detectable_effect(panel_of(noise(8), starts), DESIGN, estimator=estimate_did, worlds=100)
        for starts in ([2018.0, 2018.0], [2018.0, 2019.0])
    )
    assert (together.n_worlds, apart.n_worlds) == (15, 30)
    assert (together.n_treated, together.n_control) == (2, 6)
    assert together.test == "placebo test of the estimator"


def test_the_curve_runs_to_a_tenth_beyond_the_largest_finite_threshold():
    curve = power_curve(np.array([1.0, -4.0, np.inf, 2.0]))
    assert curve["effect"].tolist() == pytest.approx([4.4 * step / 40 for step in range(41)])
    # A threshold of exactly the effect is not exceeded; -4 always is, infinity never.
    assert curve["power"].iloc[0] == 1 / 4
    assert curve["power"].iloc[-1] == 3 / 4
    assert power_curve(np.array([0.0, 1.0]))["power"].iloc[0] == 0.0
    assert power_curve(np.array([np.inf]))["effect"].iloc[-1] == 1.0


def test_an_effect_is_never_below_zero_and_rounding_costs_no_threshold():
    assert effect_at_power(np.array([-3.0, -2.0]), 0.5) == 0.0
    # 0.55 x 20 is 11.000000000000002 in floating point: the eleventh threshold it is, and the twelfth from 0.551 on.
    assert effect_at_power(np.arange(1.0, 21.0), 0.55) == 11.0
    assert effect_at_power(np.arange(1.0, 21.0), 0.551) == 12.0


def test_two_untreated_areas_more_than_treated_are_the_least_for_power():
    assert minimal_detectable_effect(panel_of(noise(10), [2018.0] * 4), DESIGN, worlds=2, draws=19).n_control == 6


def test_sizes_are_only_told_when_the_test_uses_them():
    population = np.array([99.0, *np.linspace(100.0, 400.0, 24)])
    for correction in ("none", "matched"):
        assert placebo_test(panel_of(noise(25), [2018.0], population), Design(), correction=correction).warnings == ()


@pytest.mark.parametrize(
    ("changes", "found"),
    [({"power": 0.0}, "0.0, 0.95"), ({"power": 1.0}, "1.0"), ({"level": 0.0}, "0.8, 0.0"), ({"level": 1.0}, "1.0")],
)
def test_power_and_level_lie_between_nothing_and_certainty(changes, found):
    with pytest.raises(ParameterError, match=f"shares between 0 and 1, found .*{found}"):
        minimal_detectable_effect(panel_of(noise(10), [2018.0]), DESIGN, **changes)


def test_only_matching_narrows_whom_can_be_drawn():
    # Sixty areas; matching draws from the treated one and the forty nearest in size.
    panel = panel_of(noise(60), [2018.0], np.linspace(100.0, 400.0, 60))
    found = {way: placebo_test(panel, Design(), correction=way).n_candidates for way in ("none", "population", "matched")}
    assert found == {"none": 60, "population": 60, "matched": 41}
    assert placebo_test(panel, Design(), correction="matched", pool_size=25).n_candidates == 26


@pytest.mark.parametrize(("others", "correction"), [(9, "none"), (10, "population")])
def test_ten_untreated_areas_are_enough_to_correct_for_size(others, correction):
    population = np.linspace(100.0, 400.0, others + 2)
    assert placebo_test(panel_of(noise(others + 2), [2018.0] * 2, population), Design()).correction == correction


def test_a_correction_that_is_unknown_or_lacks_populations_is_refused():
    with pytest.raises(ParameterError, match="found luck"):
        placebo_test(panel_of(noise(), [2018.0]), DESIGN, correction="luck")
    for way in ("population", "matched"):
        with pytest.raises(ParameterError, match="a panel with populations, found none"):
            placebo_test(panel_of(noise(), [2018.0]), DESIGN, correction=way)
    assert placebo_test(panel_of(noise(), [2018.0]), DESIGN, correction="none").correction == "none"


@pytest.mark.parametrize("others", [2, 1])
def test_two_untreated_areas_are_the_least_for_a_placebo_test(others):
    panel = panel_of(noise(others + 1), [2018.0])
    if others < 2:
        with pytest.raises(DesignError, match="at least two untreated units, found 1"):
            placebo_test(panel, DESIGN)
    else:
        with pytest.warns(InferenceUnavailableWarning):
            assert placebo_test(panel, DESIGN).n_control == 2


def test_treated_units_take_their_places_among_the_untreated():
    placed = power._placed(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([True, False, True, False, False]), np.array([0, 2]))
    assert placed.tolist() == [1.0, 4.0, 3.0]
    # Mean 4: the first deviates by -2, twice; the third by +2, halved.
    world = Contrasts(np.array([[2.0], [4.0], [6.0]]), np.zeros((3, 1)), np.array([0, 2]), np.zeros(2, int), np.ones(3))
    assert power._rescaled(world, np.array([2.0, 0.5])).values.tolist() == [[0.0], [4.0], [5.0]]
    assert world.values.tolist() == [[2.0], [4.0], [6.0]]


def test_a_placebo_world_has_the_starts_and_gaps_of_the_treated():
    # Untreated 0, 1, 5 in three years; the third takes a start in the second year, and its last year is not there.
    controls = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 5.0, 7.0]])
    full = power._placebo_world(controls, np.array([2]), np.array([1]), None, 0)
    holed = power._placebo_world(controls, np.array([2]), np.array([1]), np.array([[False, False, True]]), 0)
    assert (full.treated.tolist(), full.values.tolist()) == ([2], [[0.0], [1.0], [6.0]])
    assert holed.values.tolist() == [[0.0], [1.0], [5.0]]
    assert controls[2].tolist() == [0.0, 5.0, 7.0]


def test_the_power_of_an_effect_is_the_share_of_thresholds_below_it():
    curve = power_curve(np.array([1.0, -2.0, math.inf, 0.0]))
    assert curve["effect"].iloc[[0, -1]].tolist() == [0.0, pytest.approx(2.2)]
    assert (len(curve), curve["power"].iloc[0], curve["power"].iloc[-1]) == (41, 0.25, 0.75)
    assert power_curve(np.array([math.inf]))["effect"].max() == 1.0


def test_the_noise_among_places_and_outside_them_by_hand():
    # Weights 2/3 and 1/3, gaps 1 and 4, estimate 2: 2/1 x (4/9 x 1 + 1/9 x 4) = 16/9.
    assert _among_places(np.array([[1.0, 4.0]]), np.array([2.0]), np.array([2 / 3, 1 / 3])) == pytest.approx(16 / 9)
    assert _among_places(np.array([[5.0]]), np.array([2.0]), np.array([1.0])) == 0.0
    # Outside the first of 7, 1, 2, 6: mean 3, squares 4 + 1 + 9 = 14, times 3/2. Weighted 2, 1, 1: mean 2.5, 9 + 0.25 + 12.25.
    averages, rows = np.array([7.0, 1.0, 2.0, 6.0]), np.array([[0]])
    assert _comparison_spread(averages, np.ones(4), rows) == pytest.approx(14 * 3 / 2)
    assert _comparison_spread(averages, np.array([5.0, 2.0, 1.0, 1.0]), rows) == pytest.approx((4 * 2.25 + 0.25 + 12.25) * 3 / 2)


@pytest.mark.parametrize("others", [9, 10])
def test_the_noise_of_the_comparison_counts_below_five_per_place(others):
    # Two places with gaps of 1 and 2 to a mean of 0: 2 x (1/4 x 1/4 + 1/4 x 1/4) = 0.25. The others are 2 and -2 around 0.
    rest = [2.0, -2.0] * (others // 2) + [0.0] * (others % 2)
    contrasts = contrasts_of([1.0, 2.0, *rest], 2)
    found = placebo_statistics(contrasts, contrasts.treated[None, :])
    assert found.estimates == pytest.approx(1.5)
    squares = 4.0 * (others // 2) * 2
    outside = squares * others / (others - 1) / others**2 if others < 10 else 0.0
    assert found.standard_errors == pytest.approx(math.sqrt(0.25 + outside))
