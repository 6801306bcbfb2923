"""`lwo design freeze`: a design gets a date once, and a result says whether that was before its data."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from lwo_analysis.effects.design import Design
from lwo_analysis.errors import DesignError
from lwo_analysis.run.designs import freeze_design, read_frozen
from tests.support.command import lwo

TEXT = "outcome: social_assistance_share\nanticipation: 1\nstart_years: [2021, 2022, 2023, 2024]\nwindow: [2013, 2030]\n"


def test_a_frozen_design_comes_back_with_its_id_and_its_date(tmp_path):
    (tmp_path / "effect.yml").write_text(TEXT)
    frozen = read_frozen(freeze_design(tmp_path / "effect.yml", dt.date(2026, 11, 20)))
    same = Design(outcome="social_assistance_share", anticipation=1, start_years=(2021, 2022, 2023, 2024), window=(2013, 2030))
    assert frozen.design.id == same.id
    assert frozen.date == dt.date(2026, 11, 20)


def test_a_design_is_frozen_once(tmp_path):
    (tmp_path / "effect.yml").write_text(TEXT)
    written = freeze_design(tmp_path / "effect.yml", dt.date(2026, 11, 20))
    before = written.read_bytes()
    (tmp_path / "effect.yml").write_text(TEXT.replace("anticipation: 1", "anticipation: 0"))
    with pytest.raises(DesignError, match="frozen on 2026-11-20"):
        freeze_design(tmp_path / "effect.yml", dt.date(2026, 12, 1))
    assert written.read_bytes() == before


def test_a_design_changed_after_freezing_is_refused(tmp_path):
    (tmp_path / "effect.yml").write_text(TEXT)
    written = freeze_design(tmp_path / "effect.yml", dt.date(2026, 11, 20))
    record = json.loads(written.read_text())
    record["design"]["anticipation"] = 0
    written.write_text(json.dumps(record))
    with pytest.raises(DesignError):
        read_frozen(written)


@pytest.mark.parametrize("text", ["outcome: [", "just words", "no_such_field: 1\n", "anticipation: -1\n"])
def test_a_file_that_is_no_design_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "effect.yml").write_text(text)
    with pytest.raises(DesignError) as caught:
        freeze_design(tmp_path / "effect.yml", dt.date(2026, 11, 20))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "effect.frozen.json").exists()


def test_the_command_says_what_it_froze_and_fails_with_code_5(tmp_path):
    path = tmp_path / "effect.yml"
    path.write_text(TEXT)
    finished = lwo("design", "freeze", str(path), "--date", "2026-11-20", data=tmp_path, outputs=tmp_path)
    assert "frozen on 2026-11-20" in finished.stdout
    again = lwo("design", "freeze", str(path), data=tmp_path, outputs=tmp_path, expect=5)
    assert again.stderr.startswith("lwo: ")
    assert again.stderr.count("\n") == 1
