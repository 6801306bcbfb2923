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


def person(name: str, age: int, received: tuple[bool, bool, bool], start: float = np.nan) -> list[dict]:
    """Three years of one person; `age` is that of 2021."""
    return [
        {"person_id": name, "year": year, "age": age + year - 2021, "takes_part": start > 0, "start_year": start, "gets": gets}
        for year, gets in zip((2019, 2021, 2025), received, strict=True)
    ]


YES, NO = True, False
LIKE = [person(f"like{number}", age, (YES, YES, gets)) for number, age, gets in ((1, 30, YES), (2, 34, YES), (3, 39, NO))]
OLDER = [person("older1", 44, (YES, NO, NO)), person("older2", 45, (YES, NO, YES))]
OWN = [
    person("own1", 31, (YES, YES, NO), 2022.0),
    person("own2", 39, (YES, YES, YES), 2022.0),
    person("own3", 40, (YES, NO, YES), 2023.0),
]
NOBODY_LIKE = [person("own4", 50, (NO, YES, NO), 2022.0)]
FILE = pd.DataFrame([row for one in LIKE + OLDER + OWN + NOBODY_LIKE for row in one])


def test_participants_are_compared_within_cells_by_hand() -> None:
    # Thirties who had it twice: 1/2 of two against 2/3 of three. Forties who lost it: 1 of one against 1/2 of two. Nobody is like
    # the fourth. Weights 2/3 and 1/3: -1/6 x 2/3 + 1/2 x 1/3 = 1/18. Variances 1/2 / 2 + 1/3 / 3 and 0 + 1/2 / 2.
    found = compare_participants(FILE, outcome="gets", before=2021, after=2025)
    assert found.estimate == pytest.approx(1 / 18)
    assert found.standard_error == pytest.approx(np.sqrt(4 / 9 * (1 / 4 + 1 / 9) + 1 / 9 * 1 / 4))
    assert (found.n_participants, found.n_unmatched, found.n_not_followed) == (4, 1, 0)
    gone = compare_participants(
        FILE[FILE["person_id"].ne("like3") | FILE["year"].ne(2019)], outcome="gets", before=2021, after=2025
    )
    assert gone.estimate == pytest.approx(-1 / 2 * 2 / 3 + 1 / 2 * 1 / 3)
    assert gone.n_not_followed == 1
    # With the first year as the year before, the cells are those of 2019: own 1/2, 1/2 of two and 1; others 3/5.
    first = compare_participants(FILE, outcome="gets", before=2019, after=2025)
    assert first.n_not_followed == 0


def test_what_a_comparison_of_participants_needs_is_said() -> None:
    def refused(file: pd.DataFrame, **years: int) -> str:
        with pytest.raises(InputError) as caught:
            compare_participants(file, outcome="gets", **{"before": 2021, "after": 2025} | years)
        return str(caught.value)

    assert "expected both years in the file, found absent: [2020, 2026]" in refused(FILE, before=2020, after=2026)
    assert "expected at least one participant, found none" in refused(FILE[~FILE["takes_part"]])
    early = FILE.assign(start_year=FILE["start_year"].replace(2023.0, 2021.0))
    assert "expected a year before every start, found 2021" in refused(early)
    assert "expected somebody to compare with, found nobody" in refused(FILE[FILE["takes_part"]])


def test_the_made_up_persons_have_the_chances_of_the_protocol() -> None:
    # Six standard errors at 60,000 persons: 0.5 x 1/6 + 0.044 x 5/6 = 0.120; ages 15 to 65; shares of the six areas.
    n = 60_000
    found = synthetic_sample(n, [2019, 2020, 2021], rng=np.random.default_rng(11), participants=30)
    first, last = found[found["year"] == 2019], found[found["year"] == 2021]
    for frame in (first, last):
        assert frame["social_assistance"].mean() == pytest.approx(0.12, abs=6 * np.sqrt(0.12 * 0.88 / n))
        assert frame["moved_in"].mean() == pytest.approx(0.09, abs=6 * np.sqrt(0.09 * 0.91 / n))
    assert (first["age"].min(), first["age"].max(), last["age"].max()) == (15, 65, 67)
    shares = first["area_id"].value_counts(normalize=True)
    expected = {"oud-oost": 0.1, "bilgaard": 0.06, "vrijheidswijk": 0.03, "heechterp-schieringen": 0.03, "camminghaburen": 0.08}
    assert shares.to_dict() == pytest.approx(expected | {"lwd-rest": 0.7}, abs=6 * np.sqrt(0.7 * 0.3 / n))
    # A lognormal income: median e^9.9 = 19,930 and a logarithm with standard deviation 0.6, in whole hundreds.
    assert first["income"].median() == pytest.approx(19_930, rel=6 * 0.6 * 1.2533 / np.sqrt(n))
    assert np.log(first["income"].clip(lower=50)).std() == pytest.approx(0.6, abs=0.012)
    assert (first["income"] % 100 == 0).all()
    # Who had it twice: 0.25 x 1/6 + 0.001936 x 5/6 of all; chances are kept and drawn anew.
    both = first["social_assistance"].to_numpy() & last["social_assistance"].to_numpy()
    assert both.mean() == pytest.approx(0.04328, abs=6 * np.sqrt(0.043 / n))
    own = first[first["takes_part"]]
    assert (len(own), own["start_year"].unique().tolist(), own["social_assistance"].all()) == (30, [2020.0], True)
    assert first.loc[~first["takes_part"], "start_year"].isna().all()
    assert "lwd-rest" not in set(own["area_id"])
    assert sorted(first["person_id"]) == list(range(1, n + 1))
    assert found.index.tolist() == list(range(3 * n))


def test_an_effect_begins_in_the_middle_year_and_stays_a_chance() -> None:
    # Minus one takes every chance away, plus one gives it to all.
    for effect, share in ((-1.0, 0.0), (1.0, 1.0)):
        found = synthetic_sample(
            4_000, [2019, 2020, 2021, 2022, 2023], rng=np.random.default_rng(12), effect=effect, participants=40
        )
        own = found[found["takes_part"]].groupby("year")["social_assistance"].mean()
        assert own[[2021, 2022, 2023]].tolist() == [share] * 3
        assert 0 < own[2020] < 1


@pytest.mark.parametrize("numbers", [(0, [2020], 1), (10, [], 1), (10, [2020], 0)])
def test_a_sample_of_nothing_is_refused(numbers: tuple) -> None:
    with pytest.raises(ParameterError, match="sample: expected positive numbers"):
        synthetic_sample(numbers[0], numbers[1], rng=np.random.default_rng(1), participants=numbers[2])


def test_everybody_who_may_can_be_picked_and_no_one_more() -> None:
    first = synthetic_sample(200, [2020], rng=np.random.default_rng(13), participants=1)
    able = int((first["social_assistance"] & first["area_id"].ne("lwd-rest")).sum())
    every = synthetic_sample(200, [2020], rng=np.random.default_rng(13), participants=able)
    assert every["takes_part"].sum() == able
    with pytest.raises(ParameterError, match=f"participants: expected at most {able}, found {able + 1}"):
        synthetic_sample(200, [2020], rng=np.random.default_rng(13), participants=able + 1)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("year", 1999, "between 2000 and 2100, found values outside"),
        ("year", 2101, "between 2000 and 2100, found values outside"),
        ("age", -1, "between 0 and 120, found values outside"),
        ("age", 121, "between 0 and 120, found values outside"),
        ("start_year", 1999.0, "between 2000 and 2100"),
        ("income", None, None),
        ("start_year", None, None),
        ("age", 120, None),
        ("age", 0, None),
        ("year", 2000, None),
        ("year", 2100, None),
        ("moved_in", None, "no missing value, found 1 missing"),
        ("moved_in", "yes", "true or false, found other values"),
        ("area_id", "elsewhere", "found ['elsewhere']"),
        ("income", "much", "numbers, found other values"),
    ],
)
def test_each_column_is_held_to_what_it_may_hold(column: str, value: object, told: str | None) -> None:
    file = synthetic_sample(200, [2020], rng=np.random.default_rng(13), participants=1).head(20).astype({column: "object"})
    file.loc[0, column] = value
    if told is None:
        check_schema(file)
    else:
        with pytest.raises(InputError) as caught:
            check_schema(file)
        assert str(caught.value).startswith(f"person file, {column}: expected ")
        assert told in str(caught.value)
    with pytest.raises(InputError, match="expected the 9 columns of the schema, found absent: age, income"):
        check_schema(file.drop(columns=["income", "age"]))


def test_what_leaves_of_a_table_of_four_cells() -> None:
    # Rounded to fives: 47 -> 45 and 12 -> 10; an amount is not rounded, its count is. A cell of 9 and two with a large one stay.
    table = pd.concat(
        [
            cell(47, 12),
            cell(23, 5_000, largest=2_500, is_share=False),
            cell(9, 5),
            cell(30, 100, largest=51, is_share=False),
            cell(30, 100, largest=99, is_share=False),
            cell(10, 0, largest=0, is_share=False),
        ],
        ignore_index=True,
    )
    found = check_export(table, RULES)
    assert found.released["n"].fillna(-1).tolist() == [45, 25, -1, -1, -1, 10]
    assert found.released["total"].fillna(-1).tolist() == [10, 5_000, -1, -1, -1, 0]
    assert found.released["value"].fillna(-1).tolist() == [10 / 45, 200, -1, -1, -1, 0]
    assert found.released["withheld"].tolist() == ["", "", "fewer than the minimum", *["one person dominates"] * 2, ""]
    assert found.released.columns.tolist() == ["area_id", "n", "total", "value", "withheld"]
    assert (found.n_withheld, found.reasons) == (3, (("fewer than the minimum", 1), ("one person dominates", 2)))
    with pytest.raises(InputError, match="expected a table of tabulate_persons"):
        check_export(table.drop(columns="largest"), RULES)


def test_a_table_of_persons_by_area_and_year() -> None:
    file = pd.DataFrame({"area": ["b", "a", "b", "b"], "year": [1, 1, 1, 2], "gets": [True, False, False, True]})
    table = tabulate_persons(file, ["area", "year"], "gets")
    assert table.to_dict("list") == {
        "area": ["a", "b", "b"],
        "year": [1, 1, 2],
        "n": [1, 2, 1],
        "total": [0.0, 1.0, 1.0],
        "largest": [0.0, 1.0, 1.0],
        "is_share": [True] * 3,
    }
    with pytest.raises(InputError, match="gets: expected no amount below zero, found negative amounts"):
        tabulate_persons(file.assign(gets=[1.0, 2.0, -0.5, 1.0]), ["area"], "gets")
    assert tabulate_persons(file.assign(gets=[0.0, 2.0, 0.0, 0.5]), ["area"], "gets")["is_share"].tolist() == [False, False]
