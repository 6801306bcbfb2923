"""The zip of the Leefbaarometer: what it says, and what a bad or hostile one does.

The rows are small and typed: a real zip is not among the shared data, so names of files and columns are those of the description.
"""

from __future__ import annotations

import shutil
import warnings
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.build import build_observations
from lwo_analysis.sources.importing import import_files
from lwo_analysis.sources.leefbaarometer import DEVIATIONS, read_liveability_zip
from lwo_analysis.sources.spreadsheet_archive import check_archive, read_member

FOLDER = "Leefbaarometer 3.0 - Meting 2024 - open data/"
COLUMNS = "jaar,versie,lbm,afw,fys,onv,soc,vrz,won"
NUMBERS = "4.05,-0.08,-0.02,-0.03,0.01,-0.02,-0.02"
WIJKEN = ("WK008020", "WK008060", "WK008061", "WK008050", "WK008051")


def scores(level: str, codes: tuple[str, ...], changes: dict[str, str] | None = None) -> str:
    """Return a file of scores for 2022 and 2024, with texts in it replaced."""
    code = {"wijken": "wk_code,wk_naam", "gemeenten": "gm_code,gm_naam"}[level]
    rows = [f"{name},Naam,{year},3,{NUMBERS}" for name in codes for year in (2022, 2024)]
    text = "\n".join([f"{code},{COLUMNS}", *rows]) + "\n"
    for old, new in (changes or {}).items():
        text = text.replace(old, new)
    return text


def lbm_zip(folder: Path, changes: dict[str, str] | None = None, extra: dict[str, str | bytes] | None = None) -> Path:
    members = {
        f"{FOLDER}Leefbaarometer-scores wijken 2002-2024.csv": scores("wijken", WIJKEN, changes),
        f"{FOLDER}Leefbaarometer-scores gemeenten 2002-2024.csv": scores("gemeenten", ("GM0080", "GM0014")),
        f"{FOLDER}Leefbaarometer-ontwikkeling wijken 2002-2024.csv": "wk_code\n",
        **(extra or {}),
    }
    path = folder / "open-data-leefbaarometer-meting-2024.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile warns when a name is written twice, which is what a test wants
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 6, 30, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return path


def test_the_level_and_the_deviations_are_read_apart(tmp_path):
    found = read_liveability_zip(lbm_zip(tmp_path))
    oost = found.rows[found.rows["region_code"].eq("WK008020") & found.rows["year"].eq(2024)].set_index("measure")["value"]
    assert oost["liveability_score"] == 4.05
    assert oost["deviation_physical_environment"] == -0.02
    assert set(oost.index) == {"liveability_score", *DEVIATIONS.values()}
    assert (found.boundary_year, found.modified) == (2024, "2025-06-30")


def test_an_area_without_a_score_is_missing_and_not_zero(tmp_path):
    path = lbm_zip(tmp_path, {f"WK008061,Naam,2024,3,{NUMBERS}": "WK008061,Naam,2024,3,,,,,,,"})
    rows = read_liveability_zip(path).rows
    empty = rows[rows["value"].isna()]
    assert set(empty["region_code"]) == {"WK008061"}
    assert set(empty["missing_reason"]) == {"suppressed_or_unknown"}


def test_the_built_score_is_a_model_score_of_single_regions_and_never_an_average(tmp_path):
    raw = tmp_path / "raw"
    card = import_files(lbm_zip(tmp_path), module="leefbaarometer", raw=raw, retrieved="2025-07-01")[0]
    assert (card.table, card.source_id, card.vintage) == ("leefbaarometer-2024", "leefbaarometer", "2025-06-30")
    shutil.copytree(REPOSITORY / "data" / "raw" / "published", raw / "published")
    built = pd.read_parquet(build_observations(raw, tmp_path / "processed").path)
    mine = built[built["source_id"].eq("leefbaarometer")]
    assert set(mine["indicator_id"]) == {"liveability_score"}
    assert set(mine["origin"]) == {"modelled"}
    of_2024 = mine[mine["year"].eq(2024)].set_index("area_id")
    assert of_2024.loc["oud-oost", "value"] == of_2024.loc["lwd", "value"] == 4.05
    assert of_2024.loc["lwo", "status"] == "not_published"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"lbm,": "rlbrmtr,"}, "expected the columns of version 3.0, among them lbm, found wk_code"),
        ({"WK008061,Naam,2024": "WK8061,Naam,2024"}, r"line 7, column wk_code: .*found 'WK8061'"),
        ({"2024,3,4.05": "2025,3,4.05"}, "column jaar: expected a year from 2002 to 2024, found '2025'"),
        ({"2024,3,4.05": "24,3,4.05"}, "column jaar: expected a year"),
        ({"WK008061": "WK008060"}, "column wk_code: expected one row per region and year, found 'WK008060'"),
        ({"4.05": "-0.05"}, "column lbm: expected a score above 0 with a decimal point, found '-0.05'"),
        ({"4.05": '"4,05"'}, "column lbm: expected a score above 0 with a decimal point, found '4,05'"),
        ({",-0.08": ",laag"}, "column afw: expected a number with a decimal point, found 'laag'"),
        (
            {f"WK008051,Naam,2024,3,{NUMBERS}": "WK008051,Naam,2024"},
            "line 11: expected a row with every column, found a shorter one",
        ),
        ({"WK008051,Naam,2024": 'WK008051,"Naam,2024'}, "expected cells separated by commas"),
        ({"Naam": "Na\x00am"}, "found a NUL byte"),
    ],
)
def test_a_file_of_scores_that_is_not_what_it_should_be_is_placed(tmp_path, changes, problem):
    with pytest.raises(InputError, match=problem) as caught:
        read_liveability_zip(lbm_zip(tmp_path, changes))
    assert "scores wijken" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_files_for_one_level_or_other_years_are_refused(tmp_path):
    twice = {f"{FOLDER}oud/Leefbaarometer-scores wijken 2002-2022.csv": "wk_code\n"}
    with pytest.raises(
        InputError, match=r"expected one file 'Leefbaarometer-scores wijken 2002-YYYY\.csv', found 2 among 4 files"
    ):
        read_liveability_zip(lbm_zip(tmp_path, extra=twice))
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Leefbaarometer-scores wijken 2002-2024.csv", scores("wijken", WIJKEN))
        archive.writestr("Leefbaarometer-scores gemeenten 2002-2022.csv", scores("gemeenten", ("GM0080",)))
    with pytest.raises(InputError, match="to the same year, found 2022, 2024"):
        read_liveability_zip(path)


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "a/../../x", "..\\x", "C:x"])
def test_a_name_that_points_outside_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="expected plain names in the zip"):
        read_liveability_zip(lbm_zip(tmp_path, extra={name: "x"}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["open-data-leefbaarometer-meting-2024.zip"]


def test_a_member_that_unpacks_to_a_thousand_times_its_size_is_refused_unread(tmp_path):
    with pytest.raises(InputError, match=r"expected members that shrink at most 200 times, found 'bomb\.csv' of"):
        read_liveability_zip(lbm_zip(tmp_path, extra={"bomb.csv": b"0" * 3_000_000}))


def test_many_members_that_are_too_much_together_are_refused(tmp_path):
    with pytest.raises(InputError, match="expected at most 100 bytes unpacked"):
        check_archive(lbm_zip(tmp_path), largest_total=100)


def test_a_name_that_stands_twice_is_refused(tmp_path):
    path = lbm_zip(tmp_path)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(f"{FOLDER}Leefbaarometer-scores wijken 2002-2024.csv", "x")
    with pytest.raises(InputError, match="expected every name once in the zip"):
        read_liveability_zip(path)


def test_a_member_whose_stated_size_is_a_lie_is_refused(tmp_path):
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 5000)
    content = path.read_bytes()
    path.write_bytes(content.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little")))
    assert check_archive(path, largest_total=100) == ("a.csv",)
    with pytest.raises(InputError, match="expected a whole member of the zip"):
        read_member(path, "a.csv", largest=100)


def test_a_member_above_the_limit_is_refused_while_it_is_read(tmp_path):
    path = tmp_path / "long.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", b"0" * 5000)
    with pytest.raises(InputError, match="expected at most 100 bytes, found more"):
        read_member(path, "a.csv", largest=100)


def test_a_password_a_cut_and_no_zip_are_refused(tmp_path):
    whole = lbm_zip(tmp_path).read_bytes()
    path = tmp_path / "x.zip"
    # bit 0 of the flags of the first member, in the central directory
    at = whole.index(b"PK\x01\x02") + 8
    for content, found in (
        (whole[:at] + bytes([whole[at] | 1]) + whole[at + 1 :], "is encrypted"),
        (whole[: len(whole) // 2], "unreadable"),
        (b"wk_code,jaar\n", "unreadable"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=found):
            read_liveability_zip(path)
