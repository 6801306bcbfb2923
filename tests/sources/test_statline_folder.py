"""A delivered v3 folder is read as it is, or refused in one line that names file, place, expected, found and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline import read_table_folder
from tests.support import statline_folder as sample


@pytest.mark.parametrize("as_parquet", [False, True])
def test_a_folder_is_read_without_padding_and_with_every_delivered_column(tmp_path: Path, as_parquet: bool) -> None:
    table = read_table_folder(sample.write_v3_folder(tmp_path / "t", as_parquet=as_parquet))
    assert (table.table_id, table.modified, table.period) == ("99999NED", "2021-03-26T02:00:00", "2020")
    assert list(table.rows.columns) == ["ID", "WijkenEnBuurten", "Gemeentenaam_1", *sample.MEASURES]
    assert table.rows["WijkenEnBuurten"].tolist() == [code for code, _ in sample.REGIONS]
    assert table.regions["Title"].tolist() == [name for _, name in sample.REGIONS]
    assert set(table.rows["Gemeentenaam_1"]) == {"Leeuwarden"}


def test_zero_stays_zero_and_empty_stays_empty(tmp_path: Path) -> None:
    rows = read_table_folder(sample.write_v3_folder(tmp_path / "t")).rows.set_index("WijkenEnBuurten")
    assert rows.at["BU00809997", "AantalInwoners_5"] == 0
    assert rows.at["BU00802000", "Koopwoningen_40"] == 0.0
    assert rows["Koopwoningen_40"].isna().sum() == 1
    assert rows["PercentageJongerenMetJeugdzorg_88"].isna().all()


def test_pages_are_joined_in_order_and_equal_the_table_in_one_piece(tmp_path: Path) -> None:
    whole = read_table_folder(sample.write_v3_folder(tmp_path / "whole"))
    paged = read_table_folder(sample.write_v3_folder(tmp_path / "paged", page_size=2))
    assert (
        paged.rows.astype(object)
        .where(paged.rows.notna(), None)
        .equals(whole.rows.astype(object).where(whole.rows.notna(), None))
    )


@pytest.mark.parametrize("shape", ["list of one", "bare object"])
def test_table_infos_is_recognised_in_the_other_shapes_in_which_it_is_passed_on(tmp_path: Path, shape: str) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    (folder / "TableInfos.json").unlink()
    content = sample.infos() if shape == "list of one" else sample.infos()[0]
    (folder / "cbs.v3.99999NED_Metadata.json").write_text(json.dumps(content))
    assert read_table_folder(folder).table_id == "99999NED"


def test_an_extract_beside_the_whole_table_is_passed_over(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    (folder / "odata_v3_TypedDataSet_extract.json").write_text(json.dumps(sample.envelope(sample.rows()[1:3], "TypedDataSet")))
    assert len(read_table_folder(folder).rows) == len(sample.REGIONS)


def test_an_extract_that_contradicts_the_whole_table_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    other = [row | {"AantalInwoners_5": 1} for row in sample.rows()[1:3]]
    (folder / "odata_v3_TypedDataSet_extract.json").write_text(json.dumps(sample.envelope(other, "TypedDataSet")))
    _refused(folder, "odata_v3_TypedDataSet_extract.json", "the same figures", "rows that differ")


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", as_parquet=True)
    path = folder / "cbs.v3.99999NED_TypedDataSet.parquet"
    path.write_bytes(path.read_bytes()[:-200])
    _refused(folder, path.name, "a readable parquet file", "download this file again")


def test_an_unreadable_parquet_file_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", as_parquet=True)
    path = folder / "cbs.v3.99999NED_TypedDataSet.parquet"
    path.write_bytes(b"not parquet at all")
    _refused(folder, path.name, "a readable parquet file")


def test_truncated_json_is_refused_with_line_and_column(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    path = folder / "TypedDataSet.json"
    path.write_bytes(path.read_bytes()[:300])
    _refused(folder, "t/TypedDataSet.json, line 1 column", "complete JSON")


def test_a_missing_last_page_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", page_size=2)
    (folder / "TypedDataSet_0002.json").unlink()
    _refused(folder, "TypedDataSet_0001.json", "a link to a further page")


def test_a_missing_middle_page_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", page_size=2)
    (folder / "TypedDataSet_0001.json").unlink()
    _refused(folder, "pages numbered without a gap", "pages 0, 2")


def test_a_renamed_column_is_refused_with_both_names(tmp_path: Path) -> None:
    rows = [{key.replace("Koopwoningen_40", "Koopwoningen_47"): value for key, value in row.items()} for row in sample.rows()]
    folder = sample.write_v3_folder(tmp_path / "t", rows=rows)
    _refused(folder, "columns of the rows", "not described: Koopwoningen_47", "not delivered: Koopwoningen_40")


def test_a_record_without_one_of_the_keys_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    rows = sample.rows()
    del rows[2]["Koopwoningen_40"]
    folder = sample.write_v3_folder(tmp_path / "t", rows=rows)
    _refused(folder, "t/TypedDataSet.json", "the same keys in every record", "fewer keys")


def test_a_page_without_one_of_the_columns_is_not_taken_for_empty_cells(tmp_path: Path) -> None:
    rows = [row if row["ID"] < 4 else {key: row[key] for key in row if key != "Koopwoningen_40"} for row in sample.rows()]
    _refused(sample.write_v3_folder(tmp_path / "t", rows=rows, page_size=2), "the same keys in every record", "Koopwoningen_40")


def test_a_decimal_comma_is_refused_with_its_cell(tmp_path: Path) -> None:
    _refused(
        _with_cell(tmp_path, "Koopwoningen_40", "31,5"), "row 2 (WK008020), column Koopwoningen_40", "decimal point", "'31,5'"
    )


def test_text_in_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    _refused(_with_cell(tmp_path, "Koopwoningen_40", "geheim"), "column Koopwoningen_40", "a number", "'geheim'")


def test_true_in_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    _refused(_with_cell(tmp_path, "AantalInwoners_5", True), "column AantalInwoners_5", "a number", "True")


def test_a_fraction_of_a_person_is_refused(tmp_path: Path) -> None:
    _refused(_with_cell(tmp_path, "AantalInwoners_5", 12290.5), "column AantalInwoners_5", "a whole number", "12290.5")


def test_a_number_in_a_column_of_text_is_refused(tmp_path: Path) -> None:
    rows = [row | {"Gemeentenaam_1": 80} for row in sample.rows()]
    _refused(sample.write_v3_folder(tmp_path / "t", rows=rows), "column Gemeentenaam_1", "text", "80")


def test_the_untyped_set_with_numbers_as_text_is_refused(tmp_path: Path) -> None:
    rows = [row | {"AantalInwoners_5": "       ."} for row in sample.rows()]
    _refused(sample.write_v3_folder(tmp_path / "t", rows=rows), "column AantalInwoners_5", "a number", "'.'")


def test_a_region_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    rows = [*sample.rows(), sample.rows()[2]]
    infos = [sample.infos()[0] | {"RecordCount": len(rows)}]
    _refused(sample.write_v3_folder(tmp_path / "t", rows=rows, infos=infos), "row 6", "WK008020 more than once (1 rows too many)")


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    _refused(sample.write_v3_folder(tmp_path / "t", rows=[]), "TypedDataSet with rows", "an empty table")


def test_fewer_rows_than_the_provider_states_are_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", rows=sample.rows()[:4])
    _refused(folder, "6 rows as TableInfos states", "found 4 rows")


def test_a_share_above_one_hundred_is_refused_and_exactly_one_hundred_is_not(tmp_path: Path) -> None:
    assert read_table_folder(_with_cell(tmp_path / "a", "Koopwoningen_40", 100.0)).table_id == "99999NED"
    _refused(
        _with_cell(tmp_path / "b", "Koopwoningen_40", 100.1), "row 2 (WK008020), column Koopwoningen_40", "at most 100", "100.1"
    )


def test_a_change_in_percent_may_exceed_one_hundred(tmp_path: Path) -> None:
    properties = [
        entry | {"Title": "Toename koopwoningen"} if entry["Key"] == "Koopwoningen_40" else entry for entry in sample.properties()
    ]
    rows = [row | {"Koopwoningen_40": 250.0} for row in sample.rows()]
    folder = sample.write_v3_folder(tmp_path / "t", rows=rows, properties=properties)
    assert read_table_folder(folder).rows["Koopwoningen_40"].max() == 250.0


def test_a_region_outside_the_dimension_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", regions=sample.regions()[:-1])
    _refused(folder, "row 5, column WijkenEnBuurten", "a code of the region dimension", "'BU00809997' (1 such rows)")


def test_a_code_that_the_dimension_has_twice_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t", regions=[*sample.regions(), sample.regions()[2]])
    _refused(folder, "dimension WijkenEnBuurten", "every code once", "WK008020 twice")


@pytest.mark.parametrize("part", ["TypedDataSet", "DataProperties", "WijkenEnBuurten", "TableInfos"])
def test_a_folder_without_one_of_its_parts_is_refused_by_name(tmp_path: Path, part: str) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    (folder / f"{part}.json").unlink()
    _refused(folder, part, "download")


def test_a_file_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    (folder / "stripped_filtered_data_2024.json").write_text('{"GM1680": {"Mannen_6": 12867}}')
    _refused(folder, "stripped_filtered_data_2024.json", "a part of a StatLine table", "columns GM1680")


def test_notes_and_source_cards_beside_the_table_are_left_alone(tmp_path: Path) -> None:
    folder = sample.write_v3_folder(tmp_path / "t")
    for name in ("source.yml", "README.md", "cbs.v3.99999NED_ColDescriptions.json"):
        (folder / name).write_text("{}")
    assert read_table_folder(folder).table_id == "99999NED"


def test_a_file_instead_of_a_folder_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.json").write_text("{}")
    _refused(tmp_path / "empty", "no such file", "download the table again")
    _refused(tmp_path / "file.json", "a folder with one StatLine table")


def _with_cell(folder: Path, key: str, value: object) -> Path:
    rows = sample.rows()
    rows[2][key] = value
    return sample.write_v3_folder(folder / "t", rows=rows)


def _refused(folder: Path, *parts: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table_folder(folder)
    line = str(caught.value)
    assert "\n" not in line
    assert [part for part in parts if part not in line] == [], line
