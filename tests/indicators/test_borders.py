"""Both sides of the borders of courses, doses and bounds; every expected value is arithmetic by hand or from a printed table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators import minimal_effects as smallest
from lwo_analysis.indicators.course import (
    AdjustmentGuard,
    Course,
    CourseRule,
    CourseVerdict,
    course_verdicts,
    detectable_change,
    judge_course,
    measure_progress,
)

# --- the course of one goal ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [
        ([1.0, 1.0], "indistinguishable"),  # exactly the margin short of the path, and exactly the margin from nothing
        ([0.9, 0.9], "behind"),
        ([1.1, 1.1], "on_course"),
        ([1.0, 1.1], "indistinguishable"),
        ([0.9, 1.1], "indistinguishable"),
    ],
)
def test_what_equals_the_margin_is_within_it(moved, verdict):
    assert str(course_verdicts(moved, [2.0, 2.0], [1.0, 1.0])) == verdict
    assert str(course_verdicts([[9.0, *moved]], [[2.0] * 3], [[1.0] * 3])[0]) == verdict


def test_two_comparison_areas_are_the_least():
    # They moved by 0 and by -2 (better): mean 1, sd 1.4142; t(1) = 12.706 by the table, and the root of 1.5.
    moved = measure_progress([8.0, 5.0], [[5.0, 6.0], [5.0, 4.0]], "lower")
    assert (moved.raw.tolist(), moved.relative.tolist()) == ([0.0, 3.0], [0.0, 2.0])
    assert moved.margin.tolist() == pytest.approx([0.0, 12.706 * 1.41421 * 1.22474], rel=1e-4)
    higher = measure_progress([8.0, 5.0], [[5.0, 6.0], [5.0, 4.0]], "higher", level=0.9)
    assert (higher.raw.tolist(), higher.relative.tolist()) == ([0.0, -3.0], [0.0, -2.0])
    assert higher.margin[1] == pytest.approx(6.314 * 1.41421 * 1.22474, rel=1e-4)
    with pytest.raises(InputError, match=r"comparison: expected two or more complete areas, found 1 area\(s\)"):
        measure_progress([8.0, 5.0], [[5.0], [5.0]], "lower")
    with pytest.raises(InputError, match=r"found 2 area\(s\)"):
        measure_progress([8.0, 5.0], [[5.0, np.nan], [5.0, 4.0]], "lower")
    with pytest.raises(ParameterError, match="good_direction: expected lower or higher, found context"):
        measure_progress([8.0, 5.0], [[5.0, 6.0], [5.0, 4.0]], "context")


@pytest.mark.parametrize(
    ("areas", "level", "power", "successive", "expected"), [(2, 0.9, 0.75, 1, 7.314), (11, 0.95, 0.81, 2, 3.600)]
)
def test_the_change_that_is_noticed(areas, level, power, successive, expected):
    # t(1): 6.314 and 1; t(10): 2.228 and 1.372 for a power of 0.9 twice in a row; times the root of 1 + 1/areas.
    found = detectable_change(2.0, areas, successive=successive, level=level, power=power)
    assert found == pytest.approx(2.0 * expected * np.sqrt(1 + 1 / areas), rel=1e-3)


def test_a_change_needs_two_areas_to_be_noticed_against():
    with pytest.raises(ParameterError, match="comparison_areas: expected at least 2, found 1"):
        detectable_change(1.0, 1)


def course_of(values: dict[int, float], required: float = 1.0, **options: object) -> Course:
    """A course whose path asks the same of every year, with errors of 0.1: a margin of 1.96 x 0.1414 = 0.277."""
    area = pd.Series(values)
    same = pd.Series(required, index=area.index)
    return judge_course(area, None, same, "lower", standard_errors=pd.Series(0.1, index=area.index), **options)


@pytest.mark.parametrize(
    ("years", "rule", "is_late"),
    [
        ((2023, 2025, 2026), CourseRule(), True),
        ((2023, 2024, 2025), CourseRule(), False),
        ((2023, 2026), CourseRule(), False),
        ((2023, 2026), CourseRule(successive=1), True),
        ((2022, 2023, 2025), CourseRule(start=2022), True),
    ],
)
def test_three_years_and_two_measurements_are_the_least(years, rule, is_late):
    found = course_of(dict.fromkeys(years, 9.0), rule=rule)
    assert found.guard == AdjustmentGuard(is_late, True, len(years) > 2 or rule.successive == 1, None)
    assert found.verdict is (CourseVerdict.BEHIND if is_late else CourseVerdict.TOO_EARLY)
    assert not found.guard.may_adjust


def test_the_table_of_a_course_starts_after_the_start():
    found = course_of({2026: 7.0, 2023: 9.0, 2025: 8.5}).progress
    assert found.index.tolist() == [2025, 2026]
    assert found["progress"].tolist() == [0.5, 2.0]
    assert found["required"].tolist() == [1.0, 1.0]
    assert found["margin"].tolist() == pytest.approx([1.959964 * 0.1 * 2**0.5] * 2)


@pytest.mark.parametrize("conditions", [(True, True, True, True), (False, True, True, True), (True, False, True, True)])
def test_adjusting_needs_every_condition(conditions):
    assert AdjustmentGuard(*conditions).may_adjust is all(conditions)
    assert AdjustmentGuard(*conditions[::-1]).may_adjust is all(conditions)


def test_years_that_are_absent_are_named():
    area, path = pd.Series({2023: 9.0, 2025: 8.0, 2026: 7.0}), pd.Series({2023: 0.0, 2025: 1.0, 2026: 1.0})
    errors = pd.Series({2023: 0.1, 2026: 0.1})
    with pytest.raises(InputError, match=r"every year, found none for \[2025\]; align the years"):
        judge_course(area, None, path, "lower", standard_errors=errors)
    with pytest.raises(InputError, match="found an empty series"):
        judge_course(area * np.nan, None, path, "lower", standard_errors=errors)


# --- smallest effects ---------------------------------------------------------------------------------------------------------

NINETY = {"alpha": 0.1, "power": 0.9}
"""Tables of the normal distribution: 1.644854 + 1.281552 = 2.926405."""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (smallest.multiplier(**NINETY), 2.926405),
        # 1.5 x 0.21 x (1/200 + 1/300) = 0.002625
        (smallest.mde_between_waves(0.3, 200, n_second=300, design_effect=1.5, **NINETY), 2.926405 * 0.002625**0.5),
        # 2 x 1.5 x 0.21 x (2.926405 / 0.05)^2 = 2,158.09
        (smallest.sample_size_between_waves(0.3, 0.05, design_effect=1.5, **NINETY), 2159),
        (smallest.mde_register_share(0.3, 100, years=4, **NINETY), 2.926405 * (2 * 0.21 / 400) ** 0.5),
        (smallest.mde_register_rate(0.02, 500, years=2, **NINETY), 2.926405 * (0.04 / 1000) ** 0.5),
        (smallest.rate_margin(0.02, 500, level=0.9), 1.644854 * (0.02 / 500) ** 0.5),
        # 0.3 x 0.7 / 200 + 0.6 x 0.4 / 300 = 0.00185
        (smallest.difference_margin(0.3, 200, 0.6, 300, level=0.9), 1.644854 * 0.00185**0.5),
        # A fifth of the whole, so the rest has (0.5 - 0.06) / 0.8 = 0.55: 0.8 x sqrt(0.21 / 200 + 0.2475 / 800)
        (smallest.part_whole_margin(0.3, 200, 0.5, 1000, level=0.9), 0.8 * 1.644854 * (0.00105 + 0.000309375) ** 0.5),
        (smallest.mde_participants(15, controls_per_participant=4, share=0.3, **NINETY), 2.926405 * (0.21 / 12) ** 0.5),
        # sqrt(16 / 400) = 0.2, twice that when half take part
        (smallest.mde_at_threshold(400, take_up=0.5, **NINETY), 2.926405 * 0.4),
        # 16 x (2.926405 / 0.25)^2 = 2,192.3
        (smallest.sample_size_at_threshold(0.5, take_up=0.5, **NINETY), 2193),
    ],
)
def test_smallest_effects_with_other_choices_than_the_usual(found, expected):
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("effect", "accumulates", "horizon", "years"),
    [
        (-0.25, True, 4, 4),
        (-0.25, True, 3, np.inf),
        (0.26, True, 4, 4),
        (0.24, True, 5, 5),
        (0.5, False, 4, 4),
        (0.5, False, 3, np.inf),
        (0.49, False, 9, 5),  # 2.04 squared is 4.16
        (3.0, True, 1, 1),
        (3.0, False, 1, 1),
        (0.0, True, 99, np.inf),
    ],
)
def test_the_year_in_which_a_change_of_one_is_seen(effect, accumulates, horizon, years):
    assert smallest.years_until_visible(effect, 1.0, accumulates=accumulates, horizon=horizon) == years


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: smallest.multiplier(alpha=0.0), "alpha: expected a number, between 0 and 1, found 0.0"),
        (lambda: smallest.multiplier(alpha=1.0), "alpha: "),
        (lambda: smallest.multiplier(power=0.0), "power: "),
        (lambda: smallest.multiplier(power=1.0), "power: "),
        (lambda: smallest.multiplier(power=np.nan), "power: "),
        (lambda: smallest.mde_between_waves(0.5, 0), "n: expected a number, more than zero"),
        (lambda: smallest.mde_between_waves(0.5, 10, n_second=0), "n: "),
        (lambda: smallest.mde_between_waves(-0.1, 10), "share: "),
        (lambda: smallest.sample_size_between_waves(0.5, 0.0), "change: "),
        (lambda: smallest.sample_size_between_waves(0.5, 0.1, design_effect=0.9), "design_effect: "),
        (lambda: smallest.sample_size_between_waves(1.1, 0.1), "share: "),
        (lambda: smallest.mde_register_rate(-0.1, 10), "rate: "),
        (lambda: smallest.mde_register_rate(0.1, 0), "population: "),
        (lambda: smallest.mde_register_rate(0.1, 10, years=0), "population: "),
        (lambda: smallest.sample_size_at_threshold(0.0), "effect_sd: "),
        (lambda: smallest.years_until_visible(1.0, 0.0, accumulates=True, horizon=5), "mde_one_year: "),
        (lambda: smallest.years_until_visible(1.0, np.inf, accumulates=True, horizon=5), "mde_one_year: "),
    ],
)
def test_impossible_choices_are_named(call, told):
    with pytest.raises(ParameterError) as caught:
        call()
    assert str(caught.value).startswith(told)


def test_the_least_possible_choices_are_not_refused():
    assert smallest.mde_register_rate(0.0, 1) == 0.0
    assert smallest.mde_between_waves(0.0, 1, n_second=1) == smallest.mde_between_waves(1.0, 1) == 0.0
    assert smallest.sample_size_between_waves(0.5, 0.5, design_effect=1.0) == 16  # 2 x 0.25 x (2.8016 / 0.5)^2 = 15.7
