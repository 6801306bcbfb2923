"""Budgets add up to what is printed, and editions that differ stay apart. Expected values: the documents, by line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwo_analysis.catalogue.budgets import (
    CARE_USE,
    check_subtotals,
    compare_editions,
    other_money,
    programme_budgets,
    require_not_care_use,
    social_base_plan,
)
from lwo_analysis.errors import CatalogueError, ParameterError


def test_the_social_base_adds_up_to_365_400_and_260_thousand_euro() -> None:
    # 002:627, 722, 845, 913, 956: 105 + 35 + 90 + 120 + 15; 160 + 35 + 35 + 135 + 35; 115 + 35 + 35 + 40 + 35
    assert social_base_plan().totals == {2024: 365_000, 2025: 400_000, 2026: 260_000}
    assert sum(social_base_plan().totals.values()) == 1_025_000


def test_every_printed_subtotal_is_the_sum_of_its_lines() -> None:
    plan = social_base_plan()
    assert plan.printed[1] == {2024: 105_000, 2025: 160_000, 2026: 115_000}  # 002:627
    assert plan.printed[4] == {2024: 120_000, 2025: 135_000, 2026: 40_000}  # 002:913
    check_subtotals(plan.lines, plan.printed)


def test_a_line_that_is_typed_wrong_is_noticed() -> None:
    plan = social_base_plan()
    wrong = (replace(plan.lines[0], eur={2024: 54_000, 2025: 50_000, 2026: 45_000}), *plan.lines[1:])
    with pytest.raises(CatalogueError, match="pillar 1, 2024"):
        check_subtotals(wrong, plan.printed)


def test_the_social_base_is_followed_and_not_scored_on_care_use() -> None:
    plan = social_base_plan()
    assert plan.scored_on_care_use is False
    assert not CARE_USE & set(plan.context_indicators)
    with pytest.raises(ParameterError, match="not its aim"):
        require_not_care_use("youth_care_share")


def test_activities_have_a_planned_moment_and_start_unknown() -> None:
    plan = social_base_plan()
    assert len(plan.activities) == 10
    assert {activity.done for activity in plan.activities} == {None}


def test_both_periods_of_the_plan_are_kept() -> None:
    # 002:965 "2024-2027" in the footer; 002:971 "loopt tot en met 2026"
    assert (social_base_plan().title_period, social_base_plan().text_period) == ((2024, 2027), (2024, 2026))


def test_the_two_editions_print_9_and_12_million_a_year() -> None:
    # 001:719 ca. 9 mln, minimaal 4 gedekt, 50/25/25; 000:1301-1307 ca. 12 mln, minimaal 8 gedekt, 70/17/13
    early, late = programme_budgets()["001"], programme_budgets()["000"]
    assert (early.eur_per_year, early.covered_per_year, early.uncovered_per_year) == (9_000_000, 4_000_000, 5_000_000)
    assert (late.eur_per_year, late.covered_per_year, late.uncovered_per_year) == (12_000_000, 8_000_000, 4_000_000)
    assert early.payer_eur("rijk") == 0.5 * 9_000_000


def test_the_difference_between_the_editions_is_shown() -> None:
    found = compare_editions("001", "000")
    assert (found.eur_per_year, found.covered_per_year, found.uncovered_per_year) == (3_000_000, 4_000_000, -1_000_000)
    assert found.share_points == {"rijk": 70 - 50, "gemeente": 17 - 25, "partners": 13 - 25}


def test_other_amounts_carry_their_arithmetic() -> None:
    amounts = {entry.id: entry.eur for entry in other_money()}
    assert amounts["bzk_learning"] == 2 * 312_000  # 001:767 "2 keer 312K"
    assert amounts["bzk_bureau"] == 500_000  # 001:767 per year from 2023
