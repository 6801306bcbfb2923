"""Both sides of the borders of courses, doses and bounds; every expected value is arithmetic by hand or from a printed table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.errors import InputError, ParameterError
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
