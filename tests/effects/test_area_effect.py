"""The effect of the programme on an area: the planted truth is found, and areas, years and models that cannot show one do not."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.breaks import Break
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning.observations import load_observations
from lwo_analysis.effects import Design, area_effect
from lwo_analysis.effects.area_effect import AreaEffect, effect_panel, measure_effect
from lwo_analysis.effects.effect_ceiling import largest_effect
from lwo_analysis.sources.demo import RING

ASSISTANCE = "social_assistance_share"


@pytest.fixture(scope="module")
def observations():
    return load_observations("demo")


@pytest.fixture(scope="module")
def oost(observations):
    panel = effect_panel(observations, "lwo", indicator(ASSISTANCE), 2023)
    return measure_effect(panel, observations, indicator(ASSISTANCE))


def test_the_planted_effect_is_found_and_may_be_called_one(oost):
    # The demo panel has -1.2 percentage points from 2023 in every programme wijk, and nothing else from 2016 on (sources/demo).
    assert oost.truth == pytest.approx(-1.2)
    assert oost.interval_holds_truth
    assert oost.verdict.badge == "effect"
    assert oost.power.minimal_effect < oost.ceiling


def test_the_years_before_do_not_reject_the_demo_panel(oost):
    assert oost.drift.passed is True
    assert oost.pretended.passed is True


def test_the_truth_counts_what_was_planted_before_as_well(observations, monkeypatch):
    # By hand, with seven years before 2018 (2011-2017): -2 points in 2011-2012 and -1.5, -1.0, -0.5 in 2013-2015 is 7 / 7 on
    # average. After: nothing in 2018-2021.
    monkeypatch.setattr(area_effect, "AFTER_EARLIER", 2000)
    panel = effect_panel(observations, "heechterp-schieringen", indicator(ASSISTANCE), 2018)
    assert area_effect._true_change(panel, ASSISTANCE, ("heechterp-schieringen",), 2018) == pytest.approx(0.01)


def test_an_area_with_an_earlier_programme_starts_after_it(observations):
    panel = effect_panel(observations, "heechterp-schieringen", indicator(ASSISTANCE), 2022)
    assert panel["year"].min() == 2016
    assert effect_panel(observations, "bilgaard", indicator(ASSISTANCE), 2022)["year"].min() == 2015


def test_neither_the_ring_nor_the_city_nor_a_focus_area_is_compared_with(observations):
    focus, own_city = focus_areas()["rotterdam-zuid"].regions[0], "WK008099"
    renamed = observations.assign(area_id=observations["area_id"].replace({"demo-050": focus, "demo-051": own_city}))
    compared = set(effect_panel(renamed, "lwo", indicator(ASSISTANCE), 2023)["area_id"])
    assert not compared & {*RING, focus, own_city}


def test_no_year_of_another_definition_is_used(observations, monkeypatch):
    broken = {year: Break((ASSISTANCE,), year, "", "", "") for year in (2017, 2025)}
    monkeypatch.setattr(area_effect, "breaks_of", lambda name: tuple(broken.values()))
    panel = effect_panel(observations, "bilgaard", indicator(ASSISTANCE), 2023)
    assert (panel["year"].min(), panel["year"].max()) == (2017, 2024)


def test_a_pretended_start_uses_no_year_of_the_programme(observations):
    panel = effect_panel(observations, "bilgaard", indicator(ASSISTANCE), 2018)
    assert panel["year"].max() == 2021


def test_the_ceiling_of_real_figures_is_the_sum_of_the_register(observations):
    # By hand from catalogue/interventions.yml: 15 basic jobs, 5 people and 250 job guarantees a year for three years (2023-2025)
    # reach 770 people; the demo panel is only a carrier of people here.
    panel = effect_panel(observations, "lwo", indicator(ASSISTANCE), 2023).assign(origin="register")
    people = panel[panel["start_year"].notna() & panel["year"].eq(2022)]["n"].sum()
    assert largest_effect(panel, observations, indicator(ASSISTANCE)) == pytest.approx(100 * 770 / people)
    assert largest_effect(panel, observations, indicator("unemployment_benefit_share")) is None


@pytest.mark.parametrize("outside", ["lwd-rest", "g40", "demo-050"])
def test_an_area_outside_the_programme_gets_no_estimate(observations, outside):
    assert refusal(observations, outside, ASSISTANCE) == "outside_programme"


def test_what_cannot_be_an_outcome_is_refused(observations):
    assert refusal(observations.assign(origin="modelled"), "lwo", ASSISTANCE) == "modelled_outcome"
    assert refusal(observations[observations["year"].eq(2020)], "lwo", ASSISTANCE) == "too_few_years"
    assert refusal(observations, "lwo", "population") == "count_as_outcome"
    few = observations[~observations["area_id"].str.match("demo-(0[2-9]|1)")]
    assert refusal(few, "lwo", ASSISTANCE) == "too_few_areas"


def refusal(observations, area_id, name):
    with pytest.raises(CannotAnswerError) as refused:
        effect_panel(observations, area_id, indicator(name), 2023)
    return refused.value.reason


# --- borders, on tables of a few rows -----------------------------------------------------------------------------------------


def own_years(years, areas=("bilgaard",)):
    return pd.DataFrame([{"area_id": name, "year": year} for name in areas for year in years])


@pytest.mark.parametrize(
    ("years", "start", "breaks", "expected"),
    [
        (range(2010, 2026), 2023, (), (2016, 2025)),  # seven years before
        (range(2010, 2026), 2018, (), (2011, 2021)),  # a pretended start: nothing from 2022 on
        (range(2010, 2026), 2022, (), (2015, 2025)),
        (range(2010, 2026), 2023, (2017,), (2017, 2025)),
        (range(2010, 2026), 2023, (2018, 2025), (2018, 2024)),
        (range(2010, 2026), 2023, (2024,), (2016, 2023)),
        (range(2018, 2024), 2023, (), (2018, 2023)),  # five before and one after
        (range(2019, 2024), 2023, (), (4 + 1, 6)),
        (range(2016, 2023), 2023, (), (5 + 0, 6)),
        (range(2010, 2026), 2023, (2019,), (4 + 1, 6)),
        (range(2010, 2026), 2023, (2023,), (0 + 1, 6)),
        ([2015, 2016, 2017, 2018, 2019, 2021, 2022, 2023], 2023, (), (5 + 1, 6)),  # a year is absent
    ],
)
def test_the_years_of_a_panel_at_their_borders(monkeypatch, years, start, breaks, expected):
    topic = indicator(ASSISTANCE)
    monkeypatch.setattr(area_effect, "breaks_of", lambda _: tuple(Break((ASSISTANCE,), year, "", "", "") for year in breaks))
    if expected[1] == 6:
        with pytest.raises(CannotAnswerError) as refused:
            area_effect._years(own_years(years), ("bilgaard",), topic, start)
        assert (refused.value.reason, refused.value.words) == ("too_few_years", {"found": expected[0], "needed": 6})
    else:
        assert area_effect._years(own_years(years), ("bilgaard",), topic, start) == list(range(expected[0], expected[1] + 1))


def test_a_year_counts_when_every_treated_wijk_has_it():
    both = pd.concat([own_years(range(2016, 2026)), own_years(range(2017, 2025), ("camminghaburen",))])
    found = area_effect._years(both, ("bilgaard", "camminghaburen"), indicator(ASSISTANCE), 2023)
    assert found == list(range(2017, 2025))
    earlier = own_years(range(2010, 2026), ("heechterp-schieringen",))
    assert area_effect._years(earlier, ("heechterp-schieringen",), indicator(ASSISTANCE), 2022)[0] == 2016


@pytest.mark.parametrize(("found", "is_refused"), [(20, False), (19, True)])
def test_twenty_wijken_to_compare_with_are_the_least(found, is_refused):
    if is_refused:
        with pytest.raises(CannotAnswerError) as refused:
            area_effect._check_donors(found)
        assert (refused.value.reason, refused.value.words) == ("too_few_areas", {"found": 19, "needed": 20})
    else:
        area_effect._check_donors(found)


def sized_panel(**sizes):
    """Wijken with one effective size, in 2016-2025; the programme starts in 2023 in those whose name begins with t."""
    rows = [(name, year, size) for name, size in sizes.items() for year in range(2016, 2026)]
    panel = pd.DataFrame(rows, columns=["area_id", "year", "effective_size"])
    return panel.assign(start_year=panel["area_id"].str.startswith("t").map({True: 2023.0, False: np.nan}))


def test_wijken_within_a_factor_of_the_treated_are_alike():
    # Treated 100 and 200: thrice is from 33.3 to 600.
    panel = sized_panel(t1=100.0, t2=200.0, a=33.4, b=33.3, c=600.0, d=600.1)
    assert area_effect.EFFECTIVE_SIZE == "effective_size"
    assert area_effect._unlike(panel, 3.0) == {"b", "d"}
    assert area_effect._unlike(panel, 2.0) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("start", "starts"),
    [
        (2023.0, [2021, 2022, 2023, 2024]),
        (2022.0, [2021, 2022, 2023, 2024]),
        (2020.0, [2019, 2020, 2021]),
        (2025.0, [2021, 2022, 2023, 2024, 2025]),
    ],
)
def test_the_other_starts_of_a_curve(monkeypatch, start, starts):
    asked = []
    monkeypatch.setattr(area_effect, "specification_curve", lambda panel, design, choices, draws: asked.extend([choices, draws]))
    panel = sized_panel(t=100.0, **{f"near{number}": 100.0 for number in range(20)}, far=201.0)
    panel["start_year"] = panel["start_year"].where(panel["start_year"].isna(), start)
    area_effect._curve(panel, Design(treated=("t",)))
    assert sorted({choice.start for choice in asked[0]}) == starts
    assert {(choice.pool, choice.without) for choice in asked[0]} == {("all", ()), ("narrow", ("far",))}
    assert {choice.weights for choice in asked[0]} == {"n"}
    assert asked[1] == 199
    # With nineteen that are alike, or none that is unlike, there is one pool.
    for name in ("near0", "far"):
        asked.clear()
        area_effect._curve(panel[panel["area_id"] != name], Design(treated=("t",)))
        assert {choice.pool for choice in asked[0]} == {"all"}


def test_a_start_is_pretended_twice_before_the_real_one_and_never_after_2022(monkeypatch):
    asked = []
    monkeypatch.setattr(
        area_effect, "placebo_in_time", lambda panel, design, starts, draws: asked.append((panel["year"].max(), starts))
    )
    panel = sized_panel(t=100.0, a=100.0)
    for start in (2023.0, 2020.0):
        area_effect._pretended_starts(
            panel.assign(start_year=panel["start_year"].where(panel["start_year"].isna(), start)), Design()
        )
    assert asked == [(2021, [2018, 2020]), (2019, [2016, 2018])]


def test_what_an_effect_says_of_itself():
    given = dict.fromkeys([field.name for field in fields(AreaEffect)])
    panel = sized_panel(t2=1.0, t1=1.0, a=1.0)
    for truth, holds in ((-2.0, True), (-1.0, True), (-0.99, False), (-2.01, False), (None, None)):
        result = SimpleNamespace(interval=(-2.0, -1.0))
        assert AreaEffect(**given | {"truth": truth, "result": result}).interval_holds_truth is holds
    for start, is_pretended in ((2022.0, False), (2021.0, True)):
        dated = panel.assign(start_year=panel["start_year"].where(panel["start_year"].isna(), start))
        found = AreaEffect(**given | {"panel": dated})
        assert (found.start_year, found.is_pretended, found.treated) == (int(start), is_pretended, ("t1", "t2"))


def test_the_design_of_a_panel():
    design = area_effect.effect_design(sized_panel(t2=1.0, t1=1.0, a=1.0))
    assert (design.treated, design.weights, design.population, design.window) == (
        ("t1", "t2"),
        "n",
        "effective_size",
        (2016, 2025),
    )


def test_a_planted_change_is_weighted_by_people(monkeypatch):
    # 100 and 300 people: -4 and -8 after, -1 and -2 before: (100 x -3 + 300 x -6) / 400.
    planted = {("t1", 1): -4.0, ("t1", 0): -1.0, ("t2", 1): -8.0, ("t2", 0): -2.0}
    monkeypatch.setattr(area_effect.demo, "true_effect", lambda _indicator, name, year: planted[name, int(year >= 2023)])
    panel = sized_panel(t1=1.0, t2=1.0).assign(n=lambda rows: rows["area_id"].map({"t1": 100.0, "t2": 300.0}))
    assert area_effect._true_change(panel, ASSISTANCE, ("t1", "t2"), 2023) == pytest.approx(-5.25)
