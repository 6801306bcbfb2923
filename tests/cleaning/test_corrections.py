"""Corrections: what each verb does, and that none survives the repair of its error."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from lwo_analysis.catalogue.corrections import checked_corrections, corrections_of
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.cleaning.corrections import apply_corrections
from lwo_analysis.errors import CatalogueError, InputError
from lwo_analysis.run.build import build_observations
from lwo_analysis.sources.rows import ROW_COLUMNS
from tests.support.shared_data import shared_path

TABLE = "84799NED"


def rows() -> pd.DataFrame:
    content = [
        ("WK000001", "Dorp A", "cars", 2020, 100.0, None),
        ("WK000001", "Dorp A", "residents", 2020, 250.0, None),
        ("WK000002", "Dorp Bb", "cars", 2020, 70000.0, None),
        ("WK000003", "Dorp C", "cars", 2020, None, "suppressed_or_unknown"),
    ]
    return pd.DataFrame(content, columns=list(ROW_COLUMNS))


def entry(**changes: object) -> dict:
    usual = {"id": "x", "verb": "flag", "table": TABLE, "where": {"region_code": "WK000002"}, "expect": {"value": 70000.0}}
    return usual | {"reason": "A decimal was lost.", "reporter": "a reader", "status": "reported"} | changes


def corrected(*entries: dict):
    return apply_corrections(rows(), checked_corrections(entries, "kwb"), table=TABLE)


def test_override_replaces_a_name_and_nothing_else():
    found = corrected(entry(verb="override", expect={"region_name": "Dorp Bb"}, set_to={"region_name": "Dorp B"}))
    expected = rows()
    expected.loc[2, "region_name"] = "Dorp B"
    pd.testing.assert_frame_equal(found.rows, expected)
    assert found.applied == (("x", "override", 1),)


def test_override_can_fill_a_missing_figure_and_empty_a_wrong_one():
    fill = entry(
        verb="override",
        where={"region_code": "WK000003"},
        expect={"missing_reason": "suppressed_or_unknown"},
        set_to={"value": 4.0},
    )
    empty = entry(id="y", verb="override", set_to={"missing_reason": "absent"})
    found = corrected(fill, empty).rows
    assert found.loc[3, "value"] == 4.0
    assert pd.isna(found.loc[3, "missing_reason"])
    assert pd.isna(found.loc[2, "value"])
    assert found.loc[2, "missing_reason"] == "absent"


def test_scale_multiplies_the_chosen_figures():
    found = corrected(entry(verb="scale", factor=0.001, expect={"at_least": 10000}))
    assert found.rows["value"].tolist()[:3] == [100.0, 250.0, 70000.0 * 0.001]


def test_drop_takes_the_rows_out_and_counts_them():
    found = corrected(entry(verb="drop", where={"region_code": "WK000001"}, expect={"region_name": "Dorp A", "rows": 2}))
    assert found.rows["region_code"].tolist() == ["WK000002", "WK000003"]
    assert found.lines(TABLE) == ("84799NED: correction x (drop), 2 rows",)


def test_flag_leaves_the_figure_and_names_it():
    found = corrected(entry())
    pd.testing.assert_frame_equal(found.rows, rows())
    assert found.flags[["correction", "region_code", "reason"]].values.tolist() == [["x", "WK000002", "A decimal was lost."]]


def test_the_delivered_rows_are_not_changed():
    delivered = rows()
    every = [
        entry(id="a", verb="override", set_to={"value": 1.0}),
        entry(id="b", verb="scale", factor=2.0, expect={"value": 1.0}),
        entry(id="c", verb="drop", expect={"value": 2.0}),
    ]
    apply_corrections(delivered, checked_corrections(every, "kwb"), table=TABLE)
    pd.testing.assert_frame_equal(delivered, rows())


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"expect": {"value": 70.0}}, "70000.0 in WK000002 where value 70.0"),
        ({"expect": {"at_most": 10}}, "70000.0 in WK000002 where at_most 10"),
        ({"expect": {"region_name": "Dorp B"}}, "Dorp Bb in WK000002"),
        ({"expect": {"value": 70000.0, "rows": 2}}, "1 rows where rows 2"),
        ({"where": {"region_code": "WK000009"}}, "no such row"),
        ({"where": {"region_code": "WK000003"}, "expect": {"value": 1.0}}, "nan in WK000003"),
    ],
)
def test_a_correction_whose_error_is_gone_stops(change, found):
    with pytest.raises(InputError, match=r"correction x: expected the error that it corrects \(A decimal was lost\)") as caught:
        corrected(entry(**change))
    assert found in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_correction_of_another_table_is_passed_over():
    assert corrected(entry(table="85039NED", where={"region_code": "WK000009"})).applied == ()


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "mend"},
        {"status": "maybe"},
        {"table": "00000NED"},
        {"where": {}},
        {"where": {"colour": "red"}},
        {"expect": {}},
        {"expect": {"rows": 1}},
        {"verb": "override"},
        {"verb": "override", "set_to": {"year": 2021}},
        {"verb": "scale"},
        {"verb": "drop", "factor": 2.0},
    ],
    ids=str,
)
def test_an_entry_that_cannot_work_is_refused(change):
    with pytest.raises(CatalogueError, match=r"corrections/kwb\.yml, x"):
        checked_corrections([entry(**change)], "kwb")


def test_an_entry_without_its_reason_is_refused():
    bare = {name: content for name, content in entry().items() if name != "reason"}
    with pytest.raises(CatalogueError, match=r"absent \['reason'\]"):
        checked_corrections([bare], "kwb")


def test_every_source_has_sound_corrections_or_none():
    assert all(isinstance(corrections_of(name), tuple) for name in sources())


def test_the_cut_name_of_2017_is_in_the_region_list_and_becomes_whole():
    codes = pd.read_parquet(shared_path("cbs/83765NED-2017/cbs.v4.83765NED_WijkenEnBuurtenCodes.parquet"))
    listed = codes[codes["Identifier"].str.startswith("WK0080")]
    delivered = pd.DataFrame(
        {
            "region_code": listed["Identifier"],
            "region_name": listed["Title"],
            "measure": "residents",
            "year": 2017,
            "value": 1.0,
            "missing_reason": None,
        }
    )
    found = apply_corrections(delivered, corrections_of("kwb"), table="83765NED")
    changed = found.rows.loc[found.rows["region_name"].ne(delivered["region_name"]), "region_name"]
    assert changed.tolist() == ["Wijk 50 Hempens/Teerns e.o. & Zuiderburen"]
    with pytest.raises(InputError, match="zuiderburen-cut-name"):
        apply_corrections(found.rows, corrections_of("kwb"), table="83765NED")


def test_the_build_applies_and_counts_corrections(real_data, tmp_path, monkeypatch):
    for name in ("published", TABLE):
        shutil.copytree(real_data / "raw" / name, tmp_path / "raw" / name)
    where = {"region_code": "WK008020", "measure": "residents"}
    flag = checked_corrections([entry(where=where, expect={"at_least": 12000, "at_most": 13000})], "kwb")
    monkeypatch.setattr("lwo_analysis.run.build.corrections_of", lambda source_id: flag if source_id == "kwb" else ())
    lines: list[str] = []
    report = build_observations(tmp_path / "raw", tmp_path / "processed", lines.append)
    assert report.corrections == ("84799NED: correction x (flag), 1 rows",)
    assert report.corrections[0] in lines
