"""The crosswalk by addresses: what it may carry over, what it refuses, and the nine old wijken in the five new ones."""

from __future__ import annotations

import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwo_analysis.catalogue.areas import region_codes
from lwo_analysis.cleaning.crosswalk import (
    build_crosswalk,
    code_changes,
    convert_counts,
    convert_figures,
    convert_mean,
    convert_rate,
    crosswalk_of_counts,
    nested_regions,
    read_address_file,
)
from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError

# Addresses in the old wijken of Leeuwarden Oost and where they lie since 2018: the project's research, section 2.4, from the
# 2017 to 2018 matrix of the R package grenswijzigen, which counted the postcodes and house numbers of CBS.
OOST = pd.DataFrame(
    [
        ("WK008030", "WK008020", 1794),
        ("WK008031", "WK008020", 2041),
        ("WK008032", "WK008020", 2503),
        ("WK008034", "WK008050", 500),
        ("WK008035", "WK008050", 750),
        ("WK008036", "WK008051", 4838),
        ("WK008037", "WK008051", 57),
        ("WK008021", "WK008060", 3061),
        ("WK008022", "WK008061", 1594),
    ],
    columns=["from_code", "to_code", "addresses"],
)
# A quarter of old A goes to X, the rest to Y; all of B goes to Y.
SPLIT = crosswalk_of_counts(pd.DataFrame({"from_code": ["A", "A", "B"], "to_code": ["X", "Y", "Y"], "addresses": [25, 75, 40]}))


def rows(**values: float | None) -> pd.DataFrame:
    missing = ["" if value is not None else "suppressed_or_unknown" for value in values.values()]
    return pd.DataFrame(
        {"region_code": list(values), "value": pd.array(list(values.values()), dtype="Float64"), "missing_reason": missing}
    )


def value(converted: pd.DataFrame, code: str) -> float:
    return float(converted.set_index("region_code").loc[code, "value"])


def test_the_nine_old_wijken_nest_in_the_five_new_ones():
    found = nested_regions(crosswalk_of_counts(OOST))
    assert found == {
        "WK008020": ("WK008030", "WK008031", "WK008032"),
        "WK008050": ("WK008034", "WK008035"),
        "WK008051": ("WK008036", "WK008037"),
        "WK008060": ("WK008021",),
        "WK008061": ("WK008022",),
    }


def test_the_nesting_from_addresses_is_the_one_that_the_catalogue_uses():
    nested = nested_regions(crosswalk_of_counts(OOST))
    for area in ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen"):
        (new,) = region_codes(area, 2018)
        assert nested[new] == region_codes(area, 2017)


def test_a_wijk_that_only_got_another_code_is_known_by_its_old_one():
    assert code_changes(crosswalk_of_counts(OOST)) == {"WK008060": "WK008021", "WK008061": "WK008022"}


def test_a_few_moved_addresses_end_the_nesting_unless_they_are_tolerated():
    moved = pd.concat([OOST, pd.DataFrame([("WK008022", "WK008060", 3)], columns=OOST.columns)], ignore_index=True)
    assert "WK008061" not in nested_regions(crosswalk_of_counts(moved))
    assert nested_regions(crosswalk_of_counts(moved), tolerance=0.005)["WK008061"] == ("WK008022",)  # 3 / 1597 = 0.0019


def test_counts_go_by_share_of_addresses_and_say_when_they_are_estimates():
    found = convert_counts(rows(A=200.0, B=60.0), SPLIT)
    assert value(found, "X") == 200 * 25 / 100
    assert value(found, "Y") == 200 * 75 / 100 + 60
    assert found["estimated"].tolist() == [True, True]
    assert not convert_counts(
        pd.DataFrame({"region_code": ["WK008034", "WK008035"], "value": [5.0, 6.0], "missing_reason": ""}),
        crosswalk_of_counts(OOST[3:5]),
    )["estimated"].any()


def test_rates_go_through_numerator_and_denominator():
    found = convert_rate(rows(A=20.0, B=30.0), rows(A=200.0, B=60.0), SPLIT, 100.0)
    assert value(found, "X") == 100 * (20 * 0.25) / (200 * 0.25)
    assert value(found, "Y") == 100 * (20 * 0.75 + 30) / (200 * 0.75 + 60)


def test_means_are_weighed():
    found = convert_mean(rows(A=150.0, B=300.0), rows(A=200.0, B=60.0), SPLIT)
    assert value(found, "Y") == pytest.approx((150 * 200 * 0.75 + 300 * 60) / (200 * 0.75 + 60), rel=1e-12)  # binary digits


def test_one_secret_part_makes_the_whole_secret_and_an_absent_part_absent():
    found = convert_counts(rows(A=200.0, B=None), SPLIT).set_index("region_code")
    assert found.loc["X", "value"] == 50.0
    assert pd.isna(found.loc["Y", "value"])
    assert found.loc["Y", "missing_reason"] == "suppressed_or_unknown"
    assert convert_counts(rows(A=200.0), SPLIT).set_index("region_code").loc["Y", "missing_reason"] == "absent"
    rate = convert_rate(rows(A=20.0, B=None), rows(A=200.0, B=60.0), SPLIT, 100.0).set_index("region_code")
    assert rate.loc["Y", "missing_reason"] == "suppressed_or_unknown"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("median", "a median of parts"),
        ("score", "a score is a model's answer"),
        ("rank", "a rank has meaning only"),
        ("mean", "a mean needs its weights"),
        ("rate", "a rate needs its denominators"),
        ("index", "an unknown kind"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(kind, why):
    with pytest.raises(ParameterError, match=why) as caught:
        convert_figures(rows(A=1.0, B=2.0), SPLIT, kind)
    assert "\n" not in str(caught.value)


def test_the_three_kinds_that_can_are_passed_on():
    base = rows(A=200.0, B=60.0)
    assert value(convert_figures(rows(A=1.0, B=2.0), SPLIT, "count"), "Y") == 0.75 * 1 + 2
    assert value(convert_figures(rows(A=20.0, B=30.0), SPLIT, "rate", base=base, scale=100.0), "X") == 10.0
    assert value(convert_figures(rows(A=150.0, B=300.0), SPLIT, "mean", base=base), "X") == 150.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("VWXYZ"), st.integers(1, 500)), min_size=1, max_size=20),
    st.integers(0, 999),
)
def test_no_count_is_made_or_lost(pairs, seed):
    counts = pd.DataFrame(pairs, columns=["from_code", "to_code", "addresses"]).drop_duplicates(["from_code", "to_code"])
    crosswalk = crosswalk_of_counts(counts)
    # Shares are quotients of whole numbers; only binary digits may differ.
    np.testing.assert_allclose(crosswalk.pairs.groupby("from_code")["share"].sum(), 1.0, rtol=1e-12)
    old = sorted(set(counts["from_code"]))
    people = np.random.default_rng(seed).integers(0, 5000, len(old)).astype(float)
    found = convert_counts(pd.DataFrame({"region_code": old, "value": people, "missing_reason": ""}), crosswalk)
    assert found["value"].sum() == pytest.approx(people.sum(), rel=1e-12)


def test_figures_of_a_region_outside_the_crosswalk_are_refused():
    with pytest.raises(InputError, match=r"not in it \['C'\]"):
        convert_counts(rows(A=1.0, C=1.0), SPLIT)
    with pytest.raises(InputError, match=r"twice \['A'\]"):
        convert_counts(pd.concat([rows(A=1.0), rows(A=1.0)]), SPLIT)


def test_rows_are_not_changed():
    given_rows = rows(A=150.0, B=300.0)
    before = given_rows.copy(deep=True)
    convert_mean(given_rows, given_rows, SPLIT)
    pd.testing.assert_frame_equal(given_rows, before)


# --- the files of postcodes and house numbers: typed samples in the layouts of several years ---------------------------------

OLD_LAYOUT = (
    "PC6;Huisnummer;Buurt2017;Wijk2017;Gemeente2017\n8921AA;1;803000;8030;80\n8921AA;2;803100;8031;80\n8921AB;7;803200;8032;80\n"
)
NEW_LAYOUT = (
    "PC6,Huisnummer,Buurt2024,Wijk2024,Gemeente2024\n8921AA,1,00802000,008020,0080\n8921AA,2,00802001,008020,0080\n"
    "1011AB,5,0363AF01,0363AF,0363\n"
)


def test_codes_get_their_zeros_and_keep_their_letters(tmp_path):
    (tmp_path / "old.csv").write_text(OLD_LAYOUT, encoding="utf-8")
    (tmp_path / "new.csv").write_text("\ufeff" + NEW_LAYOUT, encoding="utf-8")
    old, new = read_address_file(tmp_path / "old.csv"), read_address_file(tmp_path / "new.csv")
    assert old.iloc[0].tolist() == ["8921AA-1", "BU00803000", "WK008030", "GM0080"]
    assert new.iloc[2].tolist() == ["1011AB-5", "BU0363AF01", "WK0363AF", "GM0363"]


def test_the_delivered_zip_is_read_beside_its_lists_of_names(tmp_path):
    path = tmp_path / "2017-cbs-pc6huisnr20170801_buurt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("buurt2017.csv", "buurt;naam\n803000;Oldegalileën\n")
        archive.writestr("pc6hnr20170801_gwb.csv", OLD_LAYOUT)
    assert len(read_address_file(path)) == 3


def test_two_files_make_a_crosswalk_and_count_what_is_in_one_only(tmp_path):
    (tmp_path / "old.csv").write_text(
        OLD_LAYOUT.replace("8921AB;7;803200;8032;80\n", "8921AB;7;803100;8031;80\n"), encoding="utf-8"
    )
    (tmp_path / "new.csv").write_text(NEW_LAYOUT, encoding="utf-8")
    found = build_crosswalk(read_address_file(tmp_path / "old.csv"), read_address_file(tmp_path / "new.csv"))
    assert found.pairs.values.tolist() == [["WK008030", "WK008020", 1, 1.0], ["WK008031", "WK008020", 1, 1.0]]
    assert (found.only_before, found.only_after) == (1, 1)
    assert nested_regions(found) == {"WK008020": ("WK008030", "WK008031")}


def test_an_old_region_that_goes_nowhere_is_named(tmp_path):
    (tmp_path / "old.csv").write_text(OLD_LAYOUT, encoding="utf-8")
    (tmp_path / "new.csv").write_text(NEW_LAYOUT, encoding="utf-8")
    with pytest.raises(InputError, match="none of WK008032"):
        build_crosswalk(read_address_file(tmp_path / "old.csv"), read_address_file(tmp_path / "new.csv"))
    with pytest.raises(ParameterError, match="buurt, wijk, municipality"):
        build_crosswalk(read_address_file(tmp_path / "old.csv"), read_address_file(tmp_path / "new.csv"), "province")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PC6;Huisnummer;Buurt2017;Wijk2017\n8921AA;1;803000;8030\n", "municipality code"),
        (OLD_LAYOUT.replace(";8030;", ";;"), "1 rows without, of 3"),
        ("", "No columns"),
        ("PC6;Huisnummer;Buurt2017;Wijk2017;Gemeente2017\n", "0 rows without, of 0"),
        (OLD_LAYOUT + "8921AC;1;803000;8030;80;extra\n", "Expected 5 fields"),
    ],
)
def test_a_file_of_another_kind_is_refused(text, found, tmp_path):
    (tmp_path / "addresses.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=found) as caught:
        read_address_file(tmp_path / "addresses.csv")
    assert "\n" not in str(caught.value)


def test_a_zip_without_the_list_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("buurt2017.csv", "buurt;naam\n")
    with pytest.raises(InputError, match=r"none among buurt2017\.csv"):
        read_address_file(tmp_path / "a.zip")


def test_an_address_that_occurs_twice_is_counted_once_and_told(tmp_path):
    (tmp_path / "old.csv").write_text(OLD_LAYOUT + "8921AA;1;803100;8031;80\n", encoding="utf-8")
    with pytest.warns(DroppedRowsWarning, match="1 addresses occur more than once"):
        assert len(read_address_file(tmp_path / "old.csv")) == 3
