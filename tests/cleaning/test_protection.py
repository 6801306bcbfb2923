"""What may be shown is worked out once: the same answer as without a folder, and never one of another table or rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from lwo_analysis.catalogue.disclosure import disclosure_policy
from lwo_analysis.cleaning import protection
from lwo_analysis.cleaning.observations import as_observations
from lwo_analysis.cleaning.protection import FOLDER, MOST_KEPT, protected_observations
from lwo_analysis.disclosure import protect
from lwo_analysis.sources.demo import demo_panel


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    panel = as_observations(demo_panel(), where="demo panel")
    return panel[panel["year"].eq(2019) & panel["indicator_id"].eq("unemployment_benefit_share")].reset_index(drop=True)


def test_a_kept_answer_is_the_answer(table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = protect(table, disclosure_policy()).observations
    first = protected_observations(table, disclosure_policy(), tmp_path)
    monkeypatch.setattr(protection, "protect", None)  # a second call that works it out again would fail
    second = protected_observations(table, disclosure_policy(), tmp_path)
    assert expected["status"].eq("suppressed").any()
    assert_frame_equal(first, expected)
    assert_frame_equal(second, expected)


def test_another_table_or_another_rule_is_worked_out_anew(table: pd.DataFrame, tmp_path: Path) -> None:
    policy = disclosure_policy()
    stricter = replace(policy, rules=tuple(replace(rule, minimum_numerator=10**6) for rule in policy.rules))
    changed = table.assign(value=table["value"] * 2)
    for observations, rules in ((table, policy), (table, stricter), (changed, policy)):
        expected = protect(observations, rules).observations
        assert_frame_equal(protected_observations(observations, rules, tmp_path), expected)
    assert len(list((tmp_path / FOLDER).iterdir())) == 3


def test_a_broken_file_is_replaced(table: pd.DataFrame, tmp_path: Path) -> None:
    expected = protected_observations(table, disclosure_policy(), tmp_path)
    kept = next((tmp_path / FOLDER).iterdir())
    kept.write_bytes(kept.read_bytes()[:100])
    assert_frame_equal(protected_observations(table, disclosure_policy(), tmp_path), expected)
    assert_frame_equal(pd.read_parquet(kept), expected)


def test_the_folder_does_not_grow_without_end(table: pd.DataFrame, tmp_path: Path) -> None:
    for count in range(MOST_KEPT + 3):
        protected_observations(table.head(20 + count), disclosure_policy(), tmp_path)
    assert len(list((tmp_path / FOLDER).iterdir())) == MOST_KEPT


def test_a_folder_that_cannot_be_written_costs_time_only(table: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    shown = protected_observations(table, disclosure_policy(), tmp_path / "data")
    assert_frame_equal(shown, protect(table, disclosure_policy()).observations)
