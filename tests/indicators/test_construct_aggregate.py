"""From measures by region to figures of areas, on tables small enough to add up by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import Area, RegionSpan
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.indicators.aggregate import figures_of_areas
from lwo_analysis.indicators.construct import parts_of_indicator, sum_measures

SHARE = Indicator("share", "", "", "werken", "percent", "lower", "", "", numerator=("few",), denominator=("young", "old"))
COUNT = Indicator("count", "", "", "context", "count", "context", "", "", numerator=("few",))
MEAN = Indicator("mean", "", "", "wonen", "km", "lower", "", "", mean="distance", weight=("young",))
AREAS = {
    area.id: area
    for area in (
        Area("all", "", "", "municipality", parts=("a", "b")),
        Area("a", "", "", "wijk", regions=(RegionSpan(("WK1", "WK2")),)),
        Area("b", "", "", "wijk", regions=(RegionSpan(("WK3",)),)),
        Area("rest", "", "", "rest", parts=("a",), whole="all"),
        Area("mean", "", "", "comparison", mean_of=("a", "b")),
    )
}
MEMBERSHIP = pd.DataFrame({"area_id": ["a", "a", "b"], "region_code": ["WK1", "WK2", "WK3"]})
VALUES = {
    "few": {"WK1": 10, "WK2": 30, "WK3": 5},
    "young": {"WK1": 40, "WK2": 60, "WK3": 50},
    "old": {"WK1": 60, "WK2": 40, "WK3": 50},
    "distance": {"WK1": 0.5, "WK2": 1.0, "WK3": 2.0},
}


def measure_rows(**missing: str) -> pd.DataFrame:
    """Return the rows of VALUES; `few_WK1="absent"` leaves that cell out with its reason."""
    rows = [
        (code, measure, 2020, None if f"{measure}_{code}" in missing else float(value), missing.get(f"{measure}_{code}"))
        for measure, cells in VALUES.items()
        for code, value in cells.items()
    ]
    return pd.DataFrame(rows, columns=["region_code", "measure", "year", "value", "missing_reason"])


def figures(indicator: Indicator, rows: pd.DataFrame, weights: pd.DataFrame | None = None) -> pd.DataFrame:
    parts = MEMBERSHIP.merge(parts_of_indicator(indicator, rows, weights), on="region_code")
    return figures_of_areas([(indicator, parts)], AREAS).set_index("area_id")


def test_a_share_is_a_sum_over_a_sum_and_not_a_mean_of_shares():
    result = figures(SHARE, measure_rows())
    assert result.loc["a", "value"] == pytest.approx(100 * (10 + 30) / (100 + 100))
    assert result.loc["all", "value"] == pytest.approx(100 * (10 + 30 + 5) / (100 + 100 + 100))
    assert result.loc["a", ["numerator", "denominator", "n"]].tolist() == [40.0, 200.0, 200.0]


def test_an_area_without_a_part_is_the_difference():
    assert figures(SHARE, measure_rows()).loc["rest", "value"] == pytest.approx(100 * 5 / 100)


def test_the_unweighted_mean_is_the_mean_of_the_figures_and_has_no_counts():
    result = figures(SHARE, measure_rows())
    assert result.loc["mean", "value"] == pytest.approx((100 * 40 / 200 + 100 * 5 / 100) / 2)
    assert pd.isna(result.loc["mean", "numerator"])


def test_a_count_adds_up_and_is_its_own_n():
    result = figures(COUNT, measure_rows())
    assert result.loc["all", ["value", "numerator", "n"]].tolist() == [45.0, 45.0, 45.0]
    assert pd.isna(result.loc["all", "denominator"])


def test_a_delivered_mean_is_weighted_and_a_single_region_keeps_its_figure():
    result = figures(MEAN, measure_rows())
    assert result.loc["a", "value"] == pytest.approx((0.5 * 40 + 1.0 * 60) / (40 + 60))
    assert result.loc["b", "value"] == 2.0
    assert pd.isna(result.loc["a", "numerator"])


def test_without_weights_only_single_regions_have_a_mean():
    result = figures(MEAN, measure_rows(), weights=measure_rows().iloc[:0])
    assert result.loc["b", "value"] == 2.0
    assert pd.isna(result.loc["a", "value"])
    assert result.loc["a", "missing_reason"] == "absent"


@pytest.mark.parametrize("cell", ["few_WK1", "young_WK1", "old_WK2"])
def test_one_secret_cell_makes_every_sum_it_is_part_of_secret(cell):
    result = figures(SHARE, measure_rows(**{cell: "suppressed_or_unknown"}))
    for area in ("a", "all", "rest", "mean"):
        assert pd.isna(result.loc[area, "value"]), area
        assert result.loc[area, "missing_reason"] == "suppressed_or_unknown", area
    assert result.loc["b", "value"] == pytest.approx(5.0)


def test_missing_is_not_zero_and_zero_is_not_missing():
    rows = measure_rows()
    rows.loc[rows["measure"].eq("few"), "value"] = 0.0
    assert figures(SHARE, rows).loc["all", "value"] == 0.0


def test_a_measure_that_is_not_in_the_rows_is_absent():
    rows = measure_rows()
    summed = sum_measures(rows[rows["measure"] != "old"], ("young", "old"))
    assert summed["value"].isna().all()
    assert set(summed["missing_reason"]) == {"absent"}


def test_a_denominator_of_zero_gives_no_share():
    rows = measure_rows()
    rows.loc[rows["measure"].isin(["young", "old", "few"]) & rows["region_code"].eq("WK3"), "value"] = 0.0
    result = figures(SHARE, rows)
    assert pd.isna(result.loc["b", "value"])
    assert result.loc["b", "missing_reason"] == "absent"


def test_a_part_without_rows_makes_the_whole_missing():
    rows = measure_rows()
    result = figures(SHARE, rows[rows["region_code"] != "WK3"])
    assert pd.isna(result.loc["all", "value"])
    assert result.loc["all", "missing_reason"] == "absent"


def test_inputs_are_not_changed_and_row_order_does_not_matter():
    rows = measure_rows()
    before = rows.copy(deep=True)
    shuffled = rows.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(figures(SHARE, rows), figures(SHARE, shuffled))
    pd.testing.assert_frame_equal(rows, before)


def test_areas_of_areas_of_areas_are_made_in_the_order_they_need():
    # Counts may be halves (a share of people): a 2.5 of 10, b 4.5 of 20; both 7 of 30, and what both have beside a is b again.
    areas = {
        area.id: area
        for area in (
            Area("rest", "", "", "rest", parts=("a",), whole="both"),
            Area("nobody", "", "", "comparison", mean_of=("x",)),
            Area("mean", "", "", "comparison", mean_of=("a", "rest")),
            Area("both", "", "", "municipality", parts=("a", "b")),
            Area("none", "", "", "municipality", parts=("x", "y")),
            Area("partly", "", "", "municipality", parts=("a", "x")),
        )
    }
    blank = {"year": 2020, "delivered": None, "missing_reason": ""}
    parts = pd.DataFrame(
        [
            {"area_id": "a", "region_code": "A1", "numerator": 1.0, "denominator": 4.0} | blank,
            {"area_id": "a", "region_code": "A2", "numerator": 1.5, "denominator": 6.0} | blank,
            {"area_id": "b", "region_code": "B", "numerator": 4.5, "denominator": 20.0} | blank,
        ]
    )
    found = figures_of_areas([(SHARE, parts)], areas).set_index("area_id")
    counts = found[["numerator", "denominator", "n"]].fillna(-1).T.to_dict("list")
    assert counts == {
        "a": [2.5, 10.0, 10.0],
        "b": [4.5, 20.0, 20.0],
        "both": [7.0, 30.0, 30.0],
        "partly": [-1, -1, -1],
        "rest": [4.5, 20.0, 20.0],
        "mean": [-1, -1, -1],
    }
    assert found["value"].dropna().to_dict() == pytest.approx({"a": 25.0, "b": 22.5, "both": 70 / 3, "rest": 22.5, "mean": 23.75})
    assert found["missing_reason"].to_dict() == dict.fromkeys(found.index, "") | {"partly": "absent"}
