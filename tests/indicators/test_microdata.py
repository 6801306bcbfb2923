"""The person-level protocol: known truth in, and nothing small out. Expected values: the made-up truth and literal tables."""

from __future__ import annotations

import socket

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError
from lwo_analysis.indicators.microdata import (
    SCHEMA,
    ExportRules,
    check_export,
    check_schema,
    compare_participants,
    synthetic_sample,
    tabulate_persons,
)

YEARS = range(2019, 2026)  # participation starts in 2022
RULES = ExportRules(minimum_count=10, largest_share=0.5, round_to=5)


def sample(seed: int, effect: float = 0.0, n: int = 12_000) -> pd.DataFrame:
    return synthetic_sample(n, YEARS, rng=np.random.default_rng(seed), effect=effect, participants=n // 80)


def test_the_synthetic_sample_follows_the_schema() -> None:
    persons = sample(1)
    check_schema(persons)
    assert list(persons.columns) == [column.name for column in SCHEMA]
    assert len(persons) == 12_000 * len(YEARS)


def test_it_runs_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    compare_participants(sample(2, n=6_000), outcome="social_assistance", before=2021, after=2025)


def test_the_same_seed_gives_the_same_people() -> None:
    pd.testing.assert_frame_equal(sample(3, n=4_000), sample(3, n=4_000))


def test_without_an_effect_participants_still_fall_and_the_comparison_does_not_call_it_an_effect() -> None:
    falls, estimates = [], []
    for seed in range(12):
        persons = sample(seed)
        own = persons[persons["takes_part"]].groupby("year")["social_assistance"].mean()
        falls.append(own[2019] - own[2025])
        estimates.append(compare_participants(persons, outcome="social_assistance", before=2021, after=2025).estimate)
    # picked at 1,00 in the first year; their chance is 0,694 x 0,5 + 0,306 x 0,044 = 0,36: regression to the mean of 0,64
    assert np.mean(falls) == pytest.approx(0.64, abs=0.036)  # standard error of one fall 0,04, of 12 falls 0,011; three times
    # standard error of one estimate about 0,04; of the mean of 12 about 0,012; three times that
    assert abs(np.mean(estimates)) < 0.036


def test_a_planted_effect_is_found() -> None:
    estimates = [
        compare_participants(sample(seed, effect=-0.30), outcome="social_assistance", before=2021, after=2025).estimate
        for seed in range(100, 106)
    ]
    # those with a chance of 0,5 (two in three of the chosen) lose 0,30, the others lose all of 0,044:
    # weights (1/6 x 0,5) : (5/6 x 0,044) give 0,694 x 0,30 + 0,306 x 0,044 = 0,222; standard error of the mean of 6 about 0,015
    assert np.mean(estimates) == pytest.approx(-0.222, abs=0.045)


def test_participants_with_nobody_like_them_are_counted() -> None:
    persons = sample(4, n=6_000)
    only = persons[persons["takes_part"] | (persons["age"] >= 45)]
    found = compare_participants(only, outcome="social_assistance", before=2021, after=2025)
    assert found.n_participants == 75
    assert found.n_unmatched > 0


def test_persons_who_leave_are_counted_and_not_taken_for_recipients() -> None:
    persons = sample(9, n=6_000)
    leavers = persons["person_id"].isin(range(1, 101)) & (persons["year"] == 2021)
    found = compare_participants(persons[~leavers], outcome="social_assistance", before=2021, after=2025)
    assert found.n_not_followed == 100
    gone = persons.loc[persons["person_id"].isin(range(1, 101)) & (persons["year"] == 2019), "takes_part"].sum()
    assert found.n_participants == 75 - gone


def test_a_year_after_the_start_is_no_year_before() -> None:
    with pytest.raises(InputError, match="before every start"):
        compare_participants(sample(5, n=4_000), outcome="social_assistance", before=2023, after=2025)


@pytest.mark.parametrize(
    ("column", "value"),
    [("area_id", "elsewhere"), ("age", 140), ("social_assistance", 2), ("year", None), ("age", "forty")],
)
def test_a_wrong_value_in_the_person_file_is_refused(column: str, value: object) -> None:
    persons = sample(6, n=3_000).head(50).astype({column: "object"})
    persons.loc[0, column] = value
    with pytest.raises(InputError, match=column):
        check_schema(persons)


def test_a_person_twice_in_a_year_is_refused() -> None:
    persons = sample(7, n=3_000)
    with pytest.raises(InputError, match="double"):
        check_schema(pd.concat([persons, persons.head(1)]))


def test_too_few_candidates_are_refused() -> None:
    with pytest.raises(ParameterError):
        synthetic_sample(50, YEARS, rng=np.random.default_rng(1), participants=40)


def cell(n: int, total: float, largest: float = 1.0, is_share: bool = True) -> pd.DataFrame:
    return pd.DataFrame({"area_id": ["bilgaard"], "n": [n], "total": [total], "largest": [largest], "is_share": [is_share]})


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (cell(9, 5), "fewer than the minimum"),
        (cell(100, 9), "fewer than the minimum on one side"),
        (cell(100, 91), "fewer than the minimum on one side"),
        (cell(12, 100_000, largest=60_000, is_share=False), "one person dominates"),
    ],
)
def test_a_risky_cell_stays_inside(table: pd.DataFrame, reason: str) -> None:
    found = check_export(table, RULES)
    assert found.n_withheld == 1
    assert found.reasons == ((reason, 1),)
    assert found.released[["n", "total", "value"]].isna().all(axis=None)


def test_a_safe_cell_leaves_rounded() -> None:
    found = check_export(cell(103, 32), RULES)
    # 103 -> 105, 32 -> 30; the share follows from the rounded numbers
    assert found.released.loc[0, ["n", "total", "value"]].tolist() == [105, 30, 30 / 105]
    assert "largest" not in found.released


def test_a_sum_at_the_dominance_limit_may_leave() -> None:
    assert check_export(cell(12, 100_000, largest=50_000, is_share=False), RULES).n_withheld == 0


def test_a_table_with_persons_is_refused() -> None:
    with pytest.raises(InputError, match="person_id"):
        check_export(cell(100, 50).assign(person_id=1), RULES)


def test_tabulating_counts_persons_and_finds_the_largest_contribution() -> None:
    persons = pd.DataFrame({"area_id": ["bilgaard"] * 3, "income": [100.0, 300.0, None]})
    with pytest.warns(DroppedRowsWarning, match="1 rows without income"):
        found = tabulate_persons(persons, ["area_id"], "income")
    assert found.loc[0, ["n", "total", "largest", "is_share"]].tolist() == [2, 400, 300, False]


def test_inputs_are_not_changed() -> None:
    persons, table = sample(8, n=3_000), cell(100, 50)
    before, before_table = persons.copy(deep=True), table.copy(deep=True)
    tabulate_persons(persons, ["area_id"], "income")
    check_export(table, RULES)
    pd.testing.assert_frame_equal(persons, before)
    pd.testing.assert_frame_equal(table, before_table)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300))
def test_no_released_share_comes_from_fewer_than_the_minimum(n: int, total: int) -> None:
    total = min(n, total)
    released = check_export(cell(n, total), RULES).released
    if released["n"].notna().all():
        assert min(n, total, n - total) >= RULES.minimum_count
