"""The audit of the front-line team (004:1006-1034) and result-based payment (003:8007-8049)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.costs_claims import FRONT_LINE_TEAM, audit_claim, check_cream_skimming, judge_result_payment


def test_the_front_line_team_must_cause_half_of_the_benefits_to_break_even() -> None:
    # net "ruim 2 miljoen" and "ruim 2 euro" per euro: C = 2 / (2 - 1) = 2 million, B = 4 million, C / B = 0,5
    found = audit_claim(FRONT_LINE_TEAM)
    assert (found.costs, found.benefits, found.costs_per_year) == (2_000_000, 4_000_000, 500_000)
    assert found.break_even_share == 0.5
    assert found.source == "004:1006-1034"


def test_the_two_printed_numbers_agree_with_a_profit_of_100_percent() -> None:
    # "De maatschappelijke winst is ruim 100%": net over costs
    found = audit_claim(FRONT_LINE_TEAM)
    assert (found.benefits - found.costs) / found.costs == 1.0


def test_the_break_even_stays_within_the_rounding_of_the_claim() -> None:
    found = audit_claim(FRONT_LINE_TEAM)
    # "ruim 2" is at least 2,0 and less than 2,1: 1 / 2,1 = 0,476
    assert (round(found.lowest_share, 3), found.highest_share) == (0.476, 0.5)
    exact = audit_claim(replace(FRONT_LINE_TEAM, benefit_per_euro=2.05, net_eur=2_050_000))
    assert found.lowest_share <= exact.break_even_share <= found.highest_share


def test_half_of_the_40_percent_falls_must_be_the_work_of_the_team() -> None:
    changes = dict(audit_claim(FRONT_LINE_TEAM).changes_needed)
    assert changes == {"supervision_orders": -0.20, "evictions_for_arrears": -0.20}


def test_the_audit_calls_the_effect_assumed_and_names_what_is_missing() -> None:
    found = audit_claim(FRONT_LINE_TEAM)
    assert found.effect_basis == "effect assumed, not shown"
    assert "verandering in vergelijkbare wijken" in [item.nl for item in found.missing]


def test_a_claim_without_profit_has_no_break_even() -> None:
    with pytest.raises(ParameterError):
        audit_claim(replace(FRONT_LINE_TEAM, benefit_per_euro=1.0))


def test_serving_the_most_promising_is_flagged() -> None:
    eligible = np.linspace(0.0, 1.0, 101)
    found = check_cream_skimming(eligible[-30:], eligible, rng=np.random.default_rng(5))
    # the best 30 of an even spread: mean 0,855 against 0,5, standard deviation sqrt((101^2 - 1) / 12) / 100 = 0,2915
    assert found.standardised_difference == pytest.approx((0.855 - 0.5) / 0.29155, abs=1e-3)
    assert found.flagged


def test_serving_the_least_promising_is_not_flagged() -> None:
    eligible = np.linspace(0.0, 1.0, 101)
    assert not check_cream_skimming(eligible[:30], eligible, rng=np.random.default_rng(5)).flagged


def test_a_random_choice_is_flagged_about_one_time_in_twenty() -> None:
    rng = np.random.default_rng(8)
    eligible = rng.random(120)
    flags = [
        check_cream_skimming(rng.choice(eligible, 25, replace=False), eligible, rng=rng, draws=200).flagged for _ in range(200)
    ]
    # 5 % of 200 is 10, standard deviation sqrt(200 x 0,05 x 0,95) = 3,1; three of them
    assert sum(flags) <= 10 + 3 * 3.1


def test_equal_chances_cannot_be_skimmed() -> None:
    found = check_cream_skimming([0.5] * 5, [0.5] * 20, rng=np.random.default_rng(1), draws=50)
    assert (found.standardised_difference, found.flagged) == (0.0, False)


@pytest.mark.parametrize("served", [[], [1.2], [float("nan")], [0.5] * 9])
def test_impossible_chances_are_refused(served: list[float]) -> None:
    with pytest.raises(ParameterError):
        check_cream_skimming(served, [0.5] * 8, rng=np.random.default_rng(1))


def test_paying_per_result_also_pays_for_what_would_have_come_anyway() -> None:
    # 20 people with a chance of 0,25: 5 successes expected without help; 10 paid at 1.000 euro buy 5 caused successes
    found = judge_result_payment(tariff=1000.0, successes=10, chance_without_help=[0.25] * 20)
    assert (found.paid, found.expected_without_help, found.caused) == (10_000, 5, 5)
    assert (found.paid_per_success, found.paid_per_caused_success) == (1_000, 2_000)


def test_when_nothing_is_caused_the_price_has_no_limit() -> None:
    assert judge_result_payment(tariff=1000.0, successes=4, chance_without_help=[0.5] * 10).paid_per_caused_success == float(
        "inf"
    )


@pytest.mark.parametrize(("successes", "price"), [(5.0, float("inf")), (4.5, float("inf")), (4.0, float("inf")), (5.5, 11_000.0)])
def test_a_price_per_caused_success_needs_one_caused(successes: float, price: float) -> None:
    # Five successes were to be expected; the half one above them carries 5.5 times 1,000 euro.
    found = judge_result_payment(tariff=1000.0, successes=successes, chance_without_help=[0.5] * 10)
    assert (found.caused, found.paid_per_caused_success, found.paid_per_success) == (successes - 5, price, 1000.0)


@pytest.mark.parametrize(
    ("tariff", "successes", "told"),
    [(0.0, 10.0, ""), (-0.01, 5.0, "tariff: expected zero or more"), (1.0, 0.0, "successes: "), (1.0, 10.1, "successes: ")],
)
def test_payments_at_their_limits(tariff: float, successes: float, told: str) -> None:
    if told:
        with pytest.raises(ParameterError, match=told):
            judge_result_payment(tariff=tariff, successes=successes, chance_without_help=[0.5] * 10)
    else:
        assert judge_result_payment(tariff=tariff, successes=successes, chance_without_help=[0.5] * 10).paid == 0.0


def test_the_best_two_of_four_are_chosen_by_chance_once_in_six() -> None:
    # Mean 0.7 against 0.5 with a spread of sqrt(0.05); of the six pairs only one has a mean of 0.7.
    found = check_cream_skimming([0.8, 0.6], [0.2, 0.4, 0.6, 0.8], rng=np.random.default_rng(2), draws=600)
    assert found.standardised_difference == pytest.approx(0.2 / 0.05**0.5)
    again = np.random.default_rng(2)
    hits = sum(sorted(again.choice([0.2, 0.4, 0.6, 0.8], 2, replace=False)) == [0.6, 0.8] for _ in range(600))
    assert found.p_value == (1 + hits) / 601
    assert not found.flagged
    # All who may be served: no choice at all.
    every = check_cream_skimming([0.2, 0.8], [0.2, 0.8], rng=np.random.default_rng(2), draws=20)
    assert (every.standardised_difference, every.p_value, every.flagged) == (0.0, 1.0, False)
    for chances in ([1.0, 0.0], [0.0, 1.0]):
        assert not check_cream_skimming(chances, [0.0, 1.0], rng=np.random.default_rng(2), draws=5).flagged
