"""The rules per source and origin: who falls under which, what they hide and round, and that the catalogue knows every sum."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.disclosure import disclosure_policy, parts_of
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.cleaning.observations import as_observations, load_observations
from lwo_analysis.disclosure import (
    AreaSum,
    DisclosurePolicy,
    IndicatorParts,
    Rule,
    exposures,
    protect,
    rounded_counts,
)
from lwo_analysis.errors import CatalogueError
from lwo_analysis.schema import Origin
from lwo_analysis.sources import demo
from tests.disclosure.panels import ATOMS, count_rows, row_of, share_rows, table_of, with_totals


def one(indicator: str = "social_assistance_share", **changes: object) -> pd.DataFrame:
    row = row_of(indicator, "lwo", 2020, 12.5, "register", numerator=125.0, denominator=1000.0, n=1000.0)
    return as_observations(pd.DataFrame([row | changes]), where="test")


def status(table: pd.DataFrame) -> str:
    return protect(table, disclosure_policy()).observations["status"].iloc[0]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"numerator": 9.0, "value": 0.9}, False),
        ({"numerator": 10.0, "value": 1.0}, True),
        ({"numerator": 20.0, "denominator": 99.0, "n": 99.0, "value": 20.2}, False),
        ({"numerator": 20.0, "denominator": 100.0, "n": 100.0, "value": 20.0}, True),
        ({"numerator": None, "value": 0.9}, False),  # 0.9 % of 1,000 is 9
        ({"numerator": None, "value": 1.0}, True),
        ({"numerator": 9.0, "value": 0.9, "origin": "published", "year": None, "source_id": "programme-plan-2022"}, True),
        ({"origin": "survey", "source_id": "inwonersenquete", "numerator": None, "denominator": None, "n": 49.0}, False),
        ({"origin": "survey", "source_id": "inwonersenquete", "numerator": None, "denominator": None, "n": 50.0}, True),
        ({"origin": "modelled", "source_id": "rivm-health", "numerator": None, "denominator": None, "n": 60.0}, True),
    ],
    ids=str,
)
def test_the_smallest_figure_that_is_shown_depends_on_where_it_comes_from(changes, shown):
    assert (status(one(**changes)) == "final") is shown


@pytest.mark.parametrize(("origin", "shown"), [("register", True), ("partner", False)])
def test_a_plain_count_is_hidden_only_where_nobody_has_protected_it_yet(origin, shown):
    row = row_of("households", "lwo", 2020, 9.0, origin, numerator=9.0, n=9.0)
    assert (status(table_of([row])) == "final") is shown


def test_a_rule_for_a_source_goes_before_one_for_its_origin():
    rules = (Rule("o", "", "", origins=("register",)), Rule("s", "", "", sources=("kwb",), minimum_numerator=500))
    assert protect(one(), DisclosurePolicy(rules)).suppressed == 1
    assert protect(one(), DisclosurePolicy(rules[:1])).suppressed == 0


def test_a_source_without_a_rule_stops():
    with pytest.raises(CatalogueError, match=r"none for kwb \(register\)"):
        protect(one(), DisclosurePolicy((Rule("o", "", "", origins=("survey",)),)))


def test_every_origin_has_a_rule_with_its_reason_in_both_languages():
    rules = disclosure_policy().rules
    assert {name for rule in rules for name in rule.origins} == {str(origin) for origin in Origin}
    assert all(rule.reason_nl and rule.reason_en for rule in rules)
    assert {rule.id for rule in rules if rule.url} >= {"registers", "model-shares"}


def test_partner_counts_leave_as_fives_and_percentages_follow_from_them():
    singles = with_totals({name: 1203.0 + number for number, name in enumerate(ATOMS)})
    households = with_totals({name: 3002.0 + number for number, name in enumerate(ATOMS)})
    table = table_of(share_rows("single_person_household_share", singles, households, origin="partner"))
    shown = protect(table.assign(lower=table["value"] - 1, upper=table["value"] + 1), disclosure_policy()).observations
    first = shown[shown["area_id"].eq("oud-oost")].iloc[0]
    # 1,203 of 3,002 households: rounded to 1,205 and 3,000.
    assert (first["numerator"], first["denominator"], first["n"]) == (1205.0, 3000.0, 3000.0)
    assert first["value"] == pytest.approx(100 * 1205 / 3000, rel=1e-12)  # binary digits
    assert first["upper"] - first["lower"] == pytest.approx(2.0, rel=1e-9)
    assert (first["lower"] + first["upper"]) / 2 == pytest.approx(first["value"], rel=1e-12)
    counts = shown[["numerator", "denominator", "n"]].to_numpy(dtype=float)
    assert (np.nan_to_num(counts) % 5 == 0).all()


def test_open_data_are_not_rounded_again():
    pd.testing.assert_frame_equal(rounded_counts(one(), disclosure_policy()), one())


def test_a_hidden_mean_stays_unknown_to_a_fifth_of_its_size():
    # A mean over three wijken is published with their weights; one wijk is too small, and value x weight adds up.
    rule = Rule("r", "", "", origins=("register",), minimum_n=50)
    parts = {"property_value": IndicatorParts("value", "dwellings", is_mean=True)}
    policy = DisclosurePolicy((rule,), {"": (AreaSum("lwo", ("bilgaard", "oud-oost", "vrijheidswijk")),)}, indicators=parts)
    facts = {"bilgaard": (200e3, 40.0), "oud-oost": (150e3, 5000.0), "vrijheidswijk": (120e3, 1800.0)}
    facts["lwo"] = (sum(value * n for value, n in facts.values()) / 6840.0, 6840.0)
    table = table_of([row_of("property_value", area, 2020, value, "register", n=n) for area, (value, n) in facts.items()])
    found = exposures(protect(table, policy, secondary=False).observations, policy)
    assert found["lowest"].tolist() == pytest.approx([200e3 * 40.0])
    shown = protect(table, policy)
    assert len(shown.hidden) == 2
    assert len(exposures(shown.observations, policy)) == 0


def test_protecting_changes_nothing_in_its_input_and_keeps_rows_index_and_types():
    table = table_of(
        share_rows("social_assistance_share", with_totals(dict.fromkeys(ATOMS, 5.0)), with_totals(dict.fromkeys(ATOMS, 500.0)))
    )
    table.index = table.index + 100
    before = table.copy(deep=True)
    shown = protect(table, disclosure_policy()).observations
    pd.testing.assert_frame_equal(table, before)
    assert shown.index.equals(table.index)
    assert shown.dtypes.equals(table.dtypes)
    as_observations(shown.reset_index(drop=True), where="protected")


def test_the_same_table_is_always_protected_in_the_same_way():
    numerators = with_totals({name: float(5 + 40 * (number % 4 > 0)) for number, name in enumerate(ATOMS)})
    table = table_of(share_rows("social_assistance_share", numerators, with_totals(dict.fromkeys(ATOMS, 900.0))))
    first = protect(table, disclosure_policy()).observations
    pd.testing.assert_frame_equal(first, protect(table, disclosure_policy()).observations)
    turned = protect(table.iloc[::-1], disclosure_policy()).observations.sort_index()
    pd.testing.assert_frame_equal(first, turned)


def test_a_table_without_small_figures_leaves_whole():
    table = table_of(count_rows("population", with_totals(dict.fromkeys(ATOMS, 4000.0))))
    shown = protect(table, disclosure_policy())
    assert shown.suppressed == 0
    pd.testing.assert_frame_equal(shown.observations, table)


def test_what_notebooks_load_is_protected(tmp_path, monkeypatch):
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    loaded = load_observations("demo")
    assert len(exposures(loaded, disclosure_policy())) == 0
    hidden = loaded[loaded["status"].eq("suppressed")]
    assert len(hidden) > 112  # what the panel itself leaves out, and their partners
    assert hidden[["value", "lower", "upper", "numerator", "denominator", "n"]].isna().all(axis=None)


def test_a_part_that_nobody_measures_is_not_taken_for_nothing():
    # Of three levels of education the middle one is in no row: the base minus the highest level is still anything but the lowest.
    people = with_totals(dict.fromkeys(ATOMS, 6000.0))
    low, high = with_totals(dict.fromkeys(ATOMS, 1500.0)), with_totals(dict.fromkeys(ATOMS, 2000.0))
    table = table_of([*share_rows("low_education_share", low, people), *share_rows("high_education_share", high, people)])
    two = table["indicator_id"].eq("low_education_share") & table["area_id"].isin(["bilgaard", "vrijheidswijk"])
    numbers = ["value", "lower", "upper", "numerator", "denominator", "n"]
    left_out = table.assign(status=table["status"].mask(two, "suppressed"), **{name: table[name].mask(two) for name in numbers})
    assert len(exposures(left_out, disclosure_policy())) == 0
    one_only = table.assign(
        status=table["status"].mask(two & table["area_id"].eq("bilgaard"), "suppressed"),
        **{name: table[name].mask(two & table["area_id"].eq("bilgaard")) for name in numbers},
    )
    assert exposures(one_only, disclosure_policy())["lowest"].tolist() == pytest.approx([1500.0])


# --- the catalogue knows every sum that a reader can make --------------------------------------------------------------------


def test_the_sums_of_the_demo_panel_are_those_that_it_is_made_with(monkeypatch):
    monkeypatch.setattr(demo, "SUPPRESS_BELOW", 0)
    panel = demo.demo_panel()
    counts = panel.pivot_table(index=["indicator_id", "year"], columns="area_id", values="numerator")
    for entry in disclosure_policy().area_sums["demo-panel"]:
        assert counts[list(entry.parts)].sum(axis=1).equals(counts[entry.whole]), entry.whole


def test_areas_share_regions_only_through_sums_that_are_known():
    # Two areas with a region in common would give a difference that no sum of the policy tells of.
    for year in range(2013, 2026):
        owners = defaultdict(set)
        for area in areas().values():
            for span in area.regions:
                for code in span.codes if span.covers(year) else ():
                    owners[code].add(area.id)
        assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_every_area_that_is_made_of_others_is_in_a_sum_or_a_mean():
    policy = disclosure_policy()
    tied = {entry.whole for entry in policy.area_sums[""]} | {name for entry in policy.area_sums[""] for name in entry.parts}
    made = {area.id for area in areas().values() if area.parts}
    assert made <= tied
    assert {area.id for area in areas().values() if area.mean_of} == {entry.area_id for entry in policy.area_means}


def test_the_base_of_a_share_is_the_sum_of_its_measures():
    names = {entry.whole: set(entry.parts) for entry in disclosure_policy().compositions}
    base = parts_of(indicators()["social_assistance_share"]).denominator
    assert names[base] == {"age_15_24", "age_25_44", "age_45_64"}
    assert names["residents"] == {"age_0_14", "age_15_24", "age_25_44", "age_45_64", "age_65_plus"}
