"""What was known on a day: every state of the table is kept, and comes back byte for byte."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.cleaning.observations import FILE_NAME, load_observations, resolve_panel, write_observations
from lwo_analysis.cleaning.vintages import keep_state, kept_states, read_previous, revisions, state_known_on
from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.schema import COLUMN_NAMES
from tests.cleaning.test_observations import ROW

FIRST, REVISED = {"value": 12.5, "vintage": "2024-02-14"}, {"value": 12.0, "numerator": 120.0, "vintage": "2024-09-01"}


@pytest.fixture
def processed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    return tmp_path / "processed"


def build(processed: Path, day: str, change: dict) -> bytes:
    """Write a table of one row as a build on that day does, and return its bytes."""
    path = write_observations(pd.DataFrame([ROW | change], columns=list(COLUMN_NAMES)), processed)
    keep_state(path, day)
    return path.read_bytes()


def test_a_day_between_two_builds_gives_the_first_byte_for_byte(processed):
    first = build(processed, "2024-03-01", FIRST)
    second = build(processed, "2024-09-15", REVISED)
    assert first != second
    assert state_known_on(processed, "2024-03-01").read_bytes() == first
    assert state_known_on(processed, "2024-09-14").read_bytes() == first
    assert state_known_on(processed, "2024-09-15").read_bytes() == second
    assert load_observations("real", as_of="2024-06-30")["value"].tolist() == [12.5]
    assert load_observations("real", as_of="2024-12-31")["value"].tolist() == [12.0]
    assert load_observations("real")["value"].tolist() == [12.0]


def test_the_revision_between_two_states_is_listed(processed):
    build(processed, "2024-03-01", FIRST)
    build(processed, "2024-09-15", REVISED)
    present = load_observations("real")
    found = revisions(read_previous(processed, present), present)
    assert found[["kind", "before", "now", "vintage_before", "vintage"]].to_numpy().tolist() == [
        ["changed", 12.5, 12.0, "2024-02-14", "2024-09-01"]
    ]
    assert read_previous(processed, load_observations("real", as_of="2024-06-30")) is None


def test_a_rebuild_without_change_keeps_nothing_new(processed):
    for day in ("2024-03-01", "2024-03-02", "2024-03-02"):
        build(processed, day, FIRST)
    assert [path.name for path in kept_states(processed)] == ["2024-03-01-01.parquet"]


def test_a_second_change_on_one_day_is_what_was_known_at_its_end(processed):
    build(processed, "2024-03-01", FIRST)
    second = build(processed, "2024-03-01", REVISED)
    assert len(kept_states(processed)) == 2
    assert state_known_on(processed, "2024-03-01").read_bytes() == second


def test_a_clock_that_was_put_back_leaves_the_order(processed):
    build(processed, "2024-03-01", FIRST)
    second = build(processed, "2023-01-01", REVISED)
    assert state_known_on(processed, "2024-03-01").read_bytes() == second


def test_a_day_before_the_first_build_says_from_when_there_is_knowledge(processed):
    build(processed, "2024-03-01", FIRST)
    with pytest.raises(
        ParameterError, match=r"as_of: expected a day from 2024-03-01 on, .* found 2024-02-29; choose a later day"
    ):
        load_observations("real", as_of="2024-02-29")


@pytest.mark.parametrize(
    ("day", "line"), [("yesterday", "a day such as"), ("2024-3-1", "a day such as"), ("2024-03-01", "lwo build")]
)
def test_no_day_and_no_kept_state_are_one_line(processed, day, line):
    with pytest.raises(ParameterError, match=line) as caught:
        load_observations("real", as_of=day)
    assert "\n" not in str(caught.value)


def test_the_demo_panel_has_no_history(processed):
    assert load_observations("demo", as_of="1999-01-01").equals(load_observations("demo"))


def test_whether_there_are_open_data_is_told_by_the_origins_alone(processed):
    build(processed, "2024-03-01", FIRST)
    assert resolve_panel("auto") == "real"
    table = pd.read_parquet(processed / FILE_NAME)
    table[["origin"]].to_parquet(processed / FILE_NAME)
    assert resolve_panel("auto") == "real"
    (processed / FILE_NAME).write_bytes(b"PAR1")
    with pytest.raises(InputError, match="a whole parquet file"):
        resolve_panel("auto")


def test_a_kept_state_that_the_catalogue_no_longer_knows_is_not_sent_back_to_the_build(processed):
    build(processed, "2024-03-01", FIRST)
    (kept,) = kept_states(processed)
    pd.read_parquet(kept).assign(indicator_id="taken_out").to_parquet(kept, index=False)
    with pytest.raises(InputError, match="use the code and catalogue of that day") as refused:
        load_observations("real", as_of="2024-03-01")
    assert kept.name in str(refused.value)
