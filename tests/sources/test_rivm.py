"""The health workbooks: read as delivered, refused when damaged."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from lwo_analysis.catalogue.indicators import measures
from lwo_analysis.errors import InputError
from lwo_analysis.sources.rivm import read_health_workbook, workbook_modified
from tests.support.shared_data import shared_path

STEMS = [measure.stem for measure in measures().values() if measure.table == "rivm-health"]
HEADER = ["ID", "Leeftijd", "Marges", "WijkenEnBuurten", "Perioden", "Gemeentenaam_1", "SoortRegio_2", "Codering_3"]


def region(code: str, name: str = "Leeuwarden", value: object = "    50.0", **cells: object) -> list[object]:
    fixed = ["1", "20300", "MW00000", f"{code:10}", "2020JJ00", f"{name:40}", "Wijk      ", code]
    return [*fixed, *(cells.get(stem, value) for stem in STEMS)]


def workbook(path: Path, *rows: list[object], header: list[str] | None = None) -> Path:
    book = Workbook()
    book.active.append(header or [*HEADER, *(f"{stem}_{place}" for place, stem in enumerate(STEMS, start=4))])
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_padded_text_becomes_numbers_and_codes_lose_their_padding(tmp_path):
    rows = read_health_workbook(workbook(tmp_path / "w.xlsx", region("WK008020", value="    77.9")))
    assert rows["region_code"].unique().tolist() == ["WK008020"]
    assert rows["value"].tolist() == [77.9] * len(STEMS)
    assert rows["year"].unique().tolist() == [2020]
    assert rows["missing_reason"].isna().all()


def test_a_dot_or_an_empty_cell_is_missing_and_an_empty_column_is_not_published(tmp_path):
    first = region("WK008020", Eenzaam=".", Roker=None)
    second = region("WK008050", Roker=None)
    rows = read_health_workbook(workbook(tmp_path / "w.xlsx", first, second)).set_index(["region_code", "measure"])
    assert rows.loc[("WK008020", "loneliness"), "missing_reason"] == "suppressed_or_unknown"
    assert pd.isna(rows.loc[("WK008020", "loneliness"), "value"])
    assert rows.loc[("WK008050", "loneliness"), "value"] == 50.0
    assert rows.loc[("WK008050", "smoking"), "missing_reason"] == "not_yet_published"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("50,5", "a number with a decimal point"), ("100.1", "a percentage from 0 to 100"), ("-1", "a percentage from 0 to 100")],
)
def test_a_cell_that_is_no_percentage_is_named(tmp_path, value, expected):
    with pytest.raises(InputError, match=rf"Roker_\d+, region WK008020: expected {expected}"):
        read_health_workbook(workbook(tmp_path / "w.xlsx", region("WK008020", Roker=value)))


def test_a_renamed_column_is_named(tmp_path):
    header = [*HEADER, *(f"{stem}_{place}" for place, stem in enumerate(STEMS, start=4))]
    renamed = ["Rookt_11" if name.startswith("Roker_") else name for name in header]
    with pytest.raises(InputError, match="one column Roker_NN"):
        read_health_workbook(workbook(tmp_path / "w.xlsx", region("WK008020"), header=renamed))


def test_two_rows_for_a_region_are_refused(tmp_path):
    with pytest.raises(InputError, match="WK008020 twice"):
        read_health_workbook(workbook(tmp_path / "w.xlsx", region("WK008020"), region("WK008020")))


def test_rows_of_another_age_group_are_refused(tmp_path):
    other = region("WK008050")
    other[1] = "80200"
    with pytest.raises(InputError, match="column Leeftijd: expected only 20300"):
        read_health_workbook(workbook(tmp_path / "w.xlsx", region("WK008020"), other))


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(InputError, match="0 rows"):
        read_health_workbook(workbook(tmp_path / "w.xlsx"))


def test_a_truncated_workbook_is_refused(tmp_path):
    path = workbook(tmp_path / "w.xlsx", region("WK008020"))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="expected a whole zip file"):
        read_health_workbook(path)


def test_the_real_workbook_equals_the_wide_copy_made_by_another_program():
    rows = read_health_workbook(shared_path("rivm/gezondheid-2016-18plus.xlsx"))
    wide = pd.read_parquet(shared_path("rivm/rivm_gezondheid_wide.parquet"))
    wide = wide[wide["year"].eq(2016) & wide["leeftijd_code"].astype(str).eq("20300")].set_index("region_code")
    assert rows["region_code"].nunique() == len(wide)
    for measure, stem in (("good_health", "ErvarenGezondheidGoedZeerGoed"), ("financial_strain", "MoeiteMetRondkomen")):
        mine = rows[rows["measure"].eq(measure)].set_index("region_code")["value"].astype(float)
        theirs = wide[stem].reindex(mine.index)
        assert mine.isna().equals(theirs.isna())
        # both read one printed decimal
        assert (mine - theirs).abs().max() < 1e-9


def test_the_vintage_is_the_date_the_workbook_states():
    assert workbook_modified(shared_path("rivm/gezondheid-2020-18plus.xlsx")) == "2022-05-06T07:32:49"
