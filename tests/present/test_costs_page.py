"""The page about money: printed totals, the sum behind the break-even share, and words that must stand beside it."""

from __future__ import annotations

import re

import pytest

from lwo_analysis.catalogue.budgets import compare_editions, other_money, programme_budgets, social_base_plan
from lwo_analysis.indicators.costs_claims import FRONT_LINE_TEAM, audit_claim
from lwo_analysis.present import costs as page

AUDIT = audit_claim(FRONT_LINE_TEAM)
PLAN = social_base_plan()


def euros(text: str) -> int:
    """Return the number in an English amount."""
    return int(re.sub(r"[^\d]", "", text)) * (-1 if "\u2212" in text else 1)


def texts(lang: str = "nl") -> dict[str, str]:
    return {claim.id: claim.text for claim in page.costs_claims(FRONT_LINE_TEAM, AUDIT, programme_budgets(), PLAN, lang)}


def test_the_break_even_share_is_one_over_the_printed_ratio() -> None:
    # "2 euro per euro" printed as "ruim": 1 / 2.1 = 47.6 %, 1 / 2.0 = 50 %
    assert "48% tot 50%" in texts()["audit-break-even"]


def test_the_line_of_the_figure_crosses_zero_at_half_of_the_benefits() -> None:
    # 2.0 million net at 2 euro per euro: costs 2 million, benefits 4 million
    rows = {int(share): euros(net) for share, net in page.break_even_figure(FRONT_LINE_TEAM, AUDIT, "en").data.rows}
    assert (rows[0], rows[50], rows[100]) == (-2_000_000, 0, 2_000_000)


@pytest.mark.parametrize(("lang", "words"), [("nl", "effect aangenomen, niet aangetoond"), ("en", "effect assumed, not shown")])
def test_the_estimate_never_stands_without_the_words_that_belong_to_it(lang: str, words: str) -> None:
    assert words in texts(lang)["audit-effect"]
    assert words in page.break_even_figure(FRONT_LINE_TEAM, AUDIT, lang).caption.lower()


def test_what_the_team_did_is_undetermined() -> None:
    badges = {claim.id: str(claim.badge) for claim in page.costs_claims(FRONT_LINE_TEAM, AUDIT, programme_budgets(), PLAN, "nl")}
    assert [name for name, badge in badges.items() if badge != "description"] == ["audit-effect"]


def test_both_editions_stand_side_by_side_with_their_difference() -> None:
    rows = {row[0]: row[1:] for row in page.editions_table(programme_budgets(), compare_editions(), "en").rows}
    assert rows["Budget per year"] == ("€9,000,000", "€12,000,000", "€3,000,000")
    for amounts in list(rows.values())[:3]:
        earlier, later, difference = map(euros, amounts)
        assert later - earlier == difference
    assert [row[1] for row in list(rows.values())[3:]] == ["70%", "17%", "13%"]


def test_the_social_base_adds_up_to_the_printed_totals() -> None:
    # 002: 365,000, 400,000 and 260,000 euro
    *pillars, total = [[euros(cell) for cell in row[1:]] for row in page.social_base_table(PLAN, "en").rows]
    assert total == [365_000, 400_000, 260_000]
    assert [sum(column) for column in zip(*pillars, strict=True)] == total


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_social_base_is_not_scored_on_care_use(lang: str) -> None:
    said = texts(lang)["social-base-not-scored"]
    assert ("geen preventieplan" if lang == "nl" else "no prevention plan") in said
    assert ("geen maat" if lang == "nl" else "no measure") in said


def test_an_activity_nobody_reported_on_is_not_called_undone() -> None:
    rows = page.activities_table(PLAN, "nl").rows
    assert len(rows) == len(PLAN.activities)
    assert {row[2] for row in rows} == {"niet bekend"}


def test_a_benefit_payment_is_called_a_transfer() -> None:
    kinds = {row[0]: row[2] for row in page.unit_values_table("en").rows}
    payment = next(kind for name, kind in kinds.items() if name.startswith("Social assistance"))
    assert payment == "transfer: does not count as a benefit"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_table_can_be_shown(lang: str) -> None:
    assert len(page.audit_table(FRONT_LINE_TEAM, AUDIT, lang).rows) == 6 + len(FRONT_LINE_TEAM.observed_changes)
    assert len(page.missing_table(AUDIT, lang).rows) == len(AUDIT.missing)
    assert len(page.other_money_table(other_money(), lang).rows) == len(other_money())
    assert page.rates_table(lang).rows[0][1] in ("2,25%", "2.25%")
