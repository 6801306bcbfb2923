"""Bad input through the command line: one line that says what to do, an exit code, and nothing overwritten."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY
from tests.support import statline_folder as sample
from tests.support.command import files_of, lwo_here


def one_line(finished: subprocess.CompletedProcess[str]) -> str:
    """Return the only line on stderr: where, expected, found, what to do; never a traceback."""
    lines = finished.stderr.splitlines()
    assert len(lines) == 1, finished.stderr
    assert lines[0].startswith("lwo: ")
    assert ": expected " in lines[0]
    assert ", found " in lines[0]
    assert "; " in lines[0].partition(", found ")[2]
    return lines[0]


def changed(part: str, change: Callable[[list[dict]], list[dict]]) -> Callable[[Path], Path]:
    """Return a writer of the sample table with one part changed."""
    return lambda folder: sample.write_v3_folder(folder, **{part: change(getattr(sample, part)())})


def cell(key: str, value: object) -> Callable[[list[dict]], list[dict]]:
    """Return a change of one cell in the third row (WK008020)."""
    return lambda records: [*records[:2], records[2] | {key: value}, *records[3:]]


def truncated(folder: Path) -> Path:
    sample.write_v3_folder(folder, as_parquet=True)
    path = next(folder.glob("*TypedDataSet.parquet"))
    path.write_bytes(path.read_bytes()[:-50])
    return folder


BAD_TABLES = {
    "truncated parquet": (truncated, "TypedDataSet.parquet"),
    "renamed column": (
        changed(
            "rows", lambda rows: [{**{k: v for k, v in row.items() if k != "AantalInwoners_5"}, "Inwoners_5": 1} for row in rows]
        ),
        "Inwoners_5",
    ),
    "decimal comma": (changed("rows", cell("Koopwoningen_40", "31,5")), "31,5"),
    "percentage above 100": (changed("rows", cell("Koopwoningen_40", 315.0)), "Koopwoningen_40"),
    "duplicated region rows": (changed("rows", lambda rows: [*rows[:3], rows[2], *rows[4:]]), "WK008020"),
    "empty table": (changed("rows", lambda rows: []), "an empty table"),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_not_imported(tmp_path, name):
    write, told = BAD_TABLES[name]
    data = tmp_path / "data"
    (data / "raw" / "84799NED").mkdir(parents=True)
    (data / "raw" / "84799NED" / "earlier.json").write_text("{}")
    before = files_of(data)
    folder = write(tmp_path / "download")
    finished = lwo_here("import", str(folder), "--source", "statline", data=data, outputs=tmp_path / "outputs", expect=3)
    assert told in one_line(finished)
    assert files_of(data) == before


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, Path]:
    """Return data with a built table, and an outputs folder."""
    data, outputs = tmp_path / "data", tmp_path / "outputs"
    shutil.copytree(REPOSITORY / "data" / "raw" / "published", data / "raw" / "published")
    lwo_here("build", data=data, outputs=outputs)
    return data, outputs


def test_a_card_whose_checksum_no_longer_matches_stops_the_build(built):
    data, outputs = built
    before = files_of(data / "processed")
    path = data / "raw" / "published" / "programme-plan-2022.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("11,7", "17,1"), encoding="utf-8")
    line = one_line(lwo_here("build", data=data, outputs=outputs, expect=3))
    assert "programme-plan-2022.csv: expected sha256" in line
    assert files_of(data / "processed") == before


def test_a_raw_folder_without_a_card_stops_the_build(built):
    data, outputs = built
    before = files_of(data / "processed")
    sample.write_v3_folder(data / "raw" / "84799NED")
    assert "84799NED/card.yml: expected a source card" in one_line(lwo_here("build", data=data, outputs=outputs, expect=3))
    assert files_of(data / "processed") == before


def test_a_truncated_observation_table_stops_the_run(built):
    data, outputs = built
    path = data / "processed" / "observations.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    assert "run `lwo build` again" in one_line(lwo_here("run", "02-comparison", data=data, outputs=outputs, expect=3))
    assert not (outputs / "site").exists()


def test_an_unwritable_outputs_folder_stops_the_run_at_once(built):
    data, outputs = built
    outputs.write_text("a file where a folder is due")
    line = one_line(lwo_here("run", "01-baseline", data=data, outputs=outputs, expect=7))
    assert "set LWO_OUTPUTS to another folder" in line
    assert outputs.read_text() == "a file where a folder is due"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "01-baseline", "-p", "jaar=2020"), "found jaar"),
        (("run", "02-comparison", "-p", "year=MMXX"), "'MMXX'"),
        (("run", "02-comparison", "-p", "area=atlantis"), "'atlantis'"),
        (("run", "99-nothing"), "found 99-nothing"),
        (("run", "-p", "year"), "NAME=VALUE"),
        (("import", ".", "--source", "weather"), "'weather'"),
        (("run", "--jbos", "2"), "no such option: --jbos"),
        (("run", "--jobs", "-3"), "greater than or equal to 0"),
        (("run", "--jobs", "two"), "valid integer"),
        (("import", "--source", "rivm"), "missing argument 'path'"),
        (("status", "extra"), "unexpected extra argument"),
        (("publish",), "no such command 'publish'"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_code_2(tmp_path, arguments, told):
    outputs = tmp_path / "outputs"
    assert told in one_line(lwo_here(*arguments, data=tmp_path / "data", outputs=outputs, expect=2))
    assert not outputs.exists()


def test_the_claims_files_are_json_without_nan(published_site):
    def refuse(name: str) -> None:
        pytest.fail(f"{name} in a claims file")

    for path in published_site.rglob("*.claims.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
