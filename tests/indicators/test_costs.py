"""Costs and benefits. Expected values: arithmetic by hand on easy numbers; the discount rate is the published one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.catalogue.unit_values import UnitValue, check_unit_value, discount_rates, unit_value, unit_values
from lwo_analysis.errors import CatalogueError, ParameterError
from lwo_analysis.indicators.costs import (
    CostBenefitCase,
    Uncertain,
    benefit_stream,
    break_even_inputs,
    break_even_share,
    discount_factors,
    effect_basis,
    evaluate_case,
    present_value,
    simulate_case,
    tornado,
    who_pays_who_gains,
    with_effect,
)

STANDARD = 0.0225  # Werkgroep discontovoet 2020: standard rate since 1 January 2021

CASE = CostBenefitCase(
    cost_per_year=Uncertain(90_000, 100_000, 120_000),
    cases=Uncertain(20, 25, 30),
    effect=Uncertain(0.1, 0.4, 0.7, kind="interval95"),
    unit_value=Uncertain(8_000, 10_000, 15_000),
    persistence=Uncertain(0.3, 0.5, 0.7),
    work_years=2,
    horizon=4,
)


def test_the_standard_rate_is_cited() -> None:
    found = discount_rates()["standard"]
    assert found.rate == STANDARD
    assert found.url == "https://www.rwseconomie.nl/discontovoet"


def test_discounting_starts_in_the_second_year() -> None:
    assert discount_factors(3, STANDARD).tolist() == pytest.approx([1, 1 / 1.0225, 1 / 1.0225**2])


def test_net_present_value_by_hand() -> None:
    # costs 100 + 100 / 1,25 = 180; benefits 0 + 150 / 1,25 + 150 / 1,5625 = 120 + 96 = 216
    found = present_value([100, 100], [0, 150, 150], rate=0.25)
    assert (found.costs, found.benefits, found.net) == pytest.approx((180, 216, 36))
    assert found.ratio == pytest.approx(1.2)
    assert found.break_even_share == pytest.approx(180 / 216)


def test_effects_fade_and_add_up_over_the_years_of_work() -> None:
    # 25 x 0,4 x 10.000 = 100.000 a year of work; a quarter stays: 100, 100 + 25, 25 + 6,25, 6,25 + 1,5625 thousand
    found = benefit_stream(25, 0.4, 10_000, 0.25, work_years=2, horizon=4)
    assert found.tolist() == pytest.approx([100_000, 125_000, 31_250, 7_812.5])


def test_a_case_is_its_costs_and_fading_benefits_discounted() -> None:
    found = evaluate_case(CASE, rate=0.25)
    assert found.costs == pytest.approx(100_000 * (1 + 0.8))
    assert found.benefits == pytest.approx(100_000 + 150_000 * 0.8 + 75_000 * 0.64 + 37_500 * 0.512)


@pytest.mark.parametrize(("grade", "words"), [(None, "effect assumed, not shown"), (2, "effect assumed, not shown")])
def test_without_a_comparison_the_effect_is_called_assumed(grade: int | None, words: str) -> None:
    assert effect_basis(grade) == words
    assert evaluate_case(with_effect(CASE, CASE.effect, grade), rate=STANDARD).effect_basis == words


def test_with_a_comparison_the_grade_is_named() -> None:
    assert effect_basis(3, "nl") == "effect uit onderzoek met graad 3"


def test_break_even_at_the_limits() -> None:
    assert break_even_share(2, 4) == 0.5
    assert break_even_share(3, 0) == float("inf")
    assert np.isnan(break_even_share(0, 0))


def test_at_the_break_even_effect_or_price_the_case_just_pays() -> None:
    needed = break_even_inputs(CASE, rate=STANDARD)
    for changes in ({"effect": needed.effect}, {"unit_value": needed.unit_value}):
        even = replace(CASE, **{name: Uncertain(value, value, value) for name, value in changes.items()})
        assert evaluate_case(even, rate=STANDARD).net == pytest.approx(0, abs=1e-6)  # euro on 200.000: rounding of the machine


def test_the_spread_centres_on_the_central_case_when_inputs_are_symmetric() -> None:
    even = replace(CASE, cost_per_year=Uncertain(90_000, 100_000, 110_000), unit_value=Uncertain(9_000, 10_000, 11_000))
    spread = simulate_case(even, rate=STANDARD, draws=4000, rng=np.random.default_rng(3))
    error = spread.draws.std() / np.sqrt(4000)
    # independent symmetric inputs: the mean of the products is the product of the means, but for persistence (convex: upwards)
    assert abs(spread.draws.mean() - evaluate_case(even, rate=STANDARD).net) < 4 * error + 0.02 * 362_500
    assert spread.lower < spread.median < spread.upper
    assert spread.effect_basis == "effect assumed, not shown"


def test_without_any_range_every_draw_is_the_central_case() -> None:
    fixed = {
        name: Uncertain(*[getattr(CASE, name).central] * 3)
        for name in ("cost_per_year", "cases", "effect", "unit_value", "persistence")
    }
    spread = simulate_case(replace(CASE, **fixed), rate=STANDARD, draws=5, rng=np.random.default_rng(1))
    assert spread.draws.tolist() == pytest.approx([evaluate_case(CASE, rate=STANDARD).net] * 5)


def test_the_same_seed_gives_the_same_spread() -> None:
    first, second = (simulate_case(CASE, rate=STANDARD, draws=50, rng=np.random.default_rng(9)) for _ in range(2))
    assert first.draws.tolist() == second.draws.tolist()


def test_the_tornado_puts_the_widest_swing_first() -> None:
    bars = tornado(CASE, rate=STANDARD)
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    # benefits are proportional to the effect: from 0,1 to 0,7 they move by 0,6 / 0,4 = 1,5 times the central benefits
    assert bars[0].input == "effect"
    assert bars[0].swing == pytest.approx(1.5 * evaluate_case(CASE, rate=STANDARD).benefits)


def test_what_parties_gain_and_pay_adds_up_to_society() -> None:
    result = present_value([100, 100], [0, 150, 150], rate=0.25)
    parties = who_pays_who_gains(
        result, {"gemeente": 0.75, "fonds": 0.25}, {"gemeente": 0.2, "zorgverzekeraar": 0.5, "bewoners": 0.3}
    )
    assert [party.party for party in parties] == ["gemeente", "fonds", "zorgverzekeraar", "bewoners"]
    assert parties[0].net == pytest.approx(0.2 * 216 - 0.75 * 180)
    assert sum(party.net for party in parties) == pytest.approx(result.net)


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ParameterError, match="add up to 1"):
        who_pays_who_gains(present_value([1], [2], rate=STANDARD), {"gemeente": 0.9}, {"gemeente": 1.0})


def test_a_range_in_the_wrong_order_is_refused() -> None:
    with pytest.raises(ParameterError, match="low <= central <= high"):
        simulate_case(replace(CASE, cases=Uncertain(30, 25, 20)), rate=STANDARD, draws=2, rng=np.random.default_rng(1))


def test_a_unit_value_without_citation_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no citation"):
        check_unit_value(replace(unit_value("eviction_claim"), source=" "))
    with pytest.raises(ParameterError, match="with its citation"):
        unit_value("youth_care_year")


def test_a_transfer_or_a_claim_never_counts_as_a_gain_to_society() -> None:
    assert unit_value("social_assistance_single_year").eur == pytest.approx(12 * 1_308.45)
    assert not any(value.counts_for_society for value in unit_values().values() if value.kind in {"transfer", "claim"})
    assert isinstance(unit_value("eviction_claim"), UnitValue)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.2), st.floats(0, 0.2))
def test_a_higher_rate_never_makes_later_benefits_worth_more(low: float, extra: float) -> None:
    early, late = present_value([1], [0, 5], rate=low), present_value([1], [0, 5], rate=low + extra)
    assert late.benefits <= early.benefits


@pytest.mark.parametrize(("years", "rate"), [(0, 0.02), (3, -1.0), (3, float("nan"))])
def test_impossible_years_and_rates_are_refused(years: int, rate: float) -> None:
    with pytest.raises(ParameterError):
        discount_factors(years, rate)
