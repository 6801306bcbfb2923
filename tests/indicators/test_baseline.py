"""The corona mirror and the vintage detective."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.baseline import (
    BaselineVerdict,
    BaselineYears,
    baseline_sensitivity,
    carry_trend,
    find_vintage,
    mirror_baseline,
)

TREND = {2015: 13.0, 2016: 12.6, 2017: 12.3, 2018: 12.1, 2019: 11.6}


def test_the_carried_trend_is_the_prediction_of_statsmodels():
    years = sm.add_constant(np.array(list(TREND)))
    frame = sm.OLS(list(TREND.values()), years).fit().get_prediction([1, 2021]).summary_frame(alpha=0.05)
    ours = carry_trend(pd.Series(TREND), 2021)
    # Two exact least-squares solutions: they differ by rounding of years around 2000 only.
    assert ours.estimate == pytest.approx(frame["mean"][0], rel=1e-9)
    assert ours.lower == pytest.approx(frame["obs_ci_lower"][0], rel=1e-7)
    assert ours.upper == pytest.approx(frame["obs_ci_upper"][0], rel=1e-7)


@pytest.mark.parametrize(
    ("changes", "verdict", "value"),
    [
        ({2021: 11.0}, BaselineVerdict.USE_2021, 11.0),  # about -0.34 a year: predicted 10.96
        ({2021: 14.0}, BaselineVerdict.USE_2019, 11.6),  # 3 points above the prediction, 2019 in line
        ({2019: 15.0, 2021: 25.0}, BaselineVerdict.USE_MEAN, 20.0),  # both stand out
        ({}, BaselineVerdict.NEAREST_WAVE, 11.6),  # no figure of 2021
        ({2019: np.nan, 2021: 14.0}, BaselineVerdict.NEAREST_WAVE, 14.0),  # no mirror, so nothing to judge it by
    ],
)
def test_the_verdict_follows_the_rule(changes, verdict, value):
    mirror = mirror_baseline(pd.Series(TREND | changes).sort_index())
    assert mirror.verdict is verdict
    assert mirror.value == pytest.approx(value)


def test_without_a_trend_chance_decides():
    series = pd.Series({2019: 68.0, 2021: 66.0})
    small, large = pd.Series({2019: 0.5, 2021: 0.5}), pd.Series({2019: 2.0, 2021: 2.0})
    assert mirror_baseline(series).verdict is BaselineVerdict.USE_MEAN
    assert mirror_baseline(series, standard_errors=small).verdict is BaselineVerdict.USE_MEAN  # 2 > 1.96 * 0.71
    assert mirror_baseline(series, standard_errors=large).verdict is BaselineVerdict.USE_2021  # 2 < 1.96 * 2.83
    assert mirror_baseline(series).value == 67.0


def test_health_waves_take_the_nearest_year():
    # The health monitor has 2016, 2020 and 2022: 2020 and 2022 are equally near, the earlier one is taken.
    mirror = mirror_baseline(pd.Series({2016: 70.0, 2020: 69.0, 2022: 66.0}))
    assert (mirror.verdict, mirror.waves) == (BaselineVerdict.NEAREST_WAVE, (2020,))


def test_other_years_can_be_mirrored():
    years = BaselineYears(base=2012, mirror=2010, trend=(2005, 2010))
    series = pd.Series({2005: 5.0, 2006: 5.1, 2007: 4.9, 2008: 5.0, 2009: 5.1, 2010: 5.0, 2012: 5.05})
    assert mirror_baseline(series, years=years).verdict is BaselineVerdict.USE_2021


def test_a_conclusion_that_hangs_on_the_baseline_says_so():
    mirror = mirror_baseline(pd.Series(TREND | {2021: 14.0}))
    later = 12.0
    shaky = baseline_sensitivity(mirror, lambda start: "better" if later < start else "worse")
    assert shaky.hangs_on_baseline
    firm = baseline_sensitivity(mirror, lambda start: "better" if start > 5 else "worse")
    assert not firm.hangs_on_baseline
    assert firm.conclusions["baseline"].tolist() == ["base", "mirror", "mean", "carried", "chosen"]


def test_an_empty_series_has_no_baseline():
    with pytest.raises(InputError, match="at least one figure"):
        mirror_baseline(pd.Series({2021: np.nan}))


def candidates() -> pd.DataFrame:
    values = {
        ("lwo", 2016, "residents"): 9.0,
        ("lwd", 2016, "residents"): 5.9,
        ("lwo", 2017, "residents 15-65"): 11.72,
        ("lwd", 2017, "residents 15-65"): 7.58,
        ("lwo", 2018, "residents 15-65"): 11.70,  # a lucky match for the area alone
        ("lwd", 2018, "residents 15-65"): 7.20,
        ("lwo", 2019, "residents 15-65"): np.nan,
    }
    rows = [(area, year, denominator, value) for (area, year, denominator), value in values.items()]
    return pd.DataFrame(rows, columns=["area_id", "year", "denominator", "value"])


def test_the_vintage_must_explain_all_figures_of_a_table_together():
    vintage = find_vintage({"lwo": 11.7, "lwd": 7.6}, candidates(), 0.1)
    assert (vintage.year, vintage.denominator, vintage.reproduces) == (2017, "residents 15-65", True)
    assert vintage.distance == pytest.approx(0.2)  # |11.72 - 11.7| / 0.1 and |7.58 - 7.6| / 0.1
    assert len(vintage.ranking) == 3  # the year without a value is no candidate


def test_a_single_figure_can_be_matched_by_accident():
    assert find_vintage({"lwo": 11.7}, candidates(), 0.1).year == 2018


def test_a_year_that_covers_fewer_figures_goes_behind():
    table = candidates()
    table.loc[(table["area_id"] == "lwd") & (table["year"] == 2018), "value"] = np.nan
    assert find_vintage({"lwo": 11.7, "lwd": 7.6}, table, 0.1).year == 2017


def test_the_printed_thousand_is_the_step_of_a_property_value():
    table = pd.DataFrame({"area_id": "lwd", "year": [2016, 2017], "denominator": "dwellings", "value": [141_600.0, 143_400.0]})
    vintage = find_vintage({"lwd": 143_000}, table, 1000)
    assert (vintage.year, vintage.reproduces) == (2017, True)


def test_without_open_data_there_is_no_vintage():
    with pytest.raises(InputError, match="open data for"):
        find_vintage({"g40": 4.6}, candidates(), 0.1)


@pytest.mark.parametrize(
    ("errors", "level", "verdict"),
    [
        ((0.8, 0.8), 0.95, BaselineVerdict.USE_2021),  # 2 < 1.96 x 1.131 = 2.22
        ((0.7, 0.7), 0.95, BaselineVerdict.USE_MEAN),  # 2 > 1.96 x 0.990 = 1.94
        ((0.7, 0.8), 0.95, BaselineVerdict.USE_2021),  # 2 < 1.96 x 1.063 = 2.08
        ((0.8, 0.8), 0.90, BaselineVerdict.USE_MEAN),  # 2 > 1.645 x 1.131 = 1.86
        ((0.9, np.nan), 0.95, BaselineVerdict.USE_MEAN),  # one error says nothing
    ],
)
def test_chance_is_that_of_both_years(errors, level, verdict):
    found = mirror_baseline(
        pd.Series({2019: 68.0, 2021: 66.0}), standard_errors=pd.Series(errors, index=[2019, 2021]), level=level
    )
    assert (found.verdict, found.carried, found.mirror_fits_trend) == (verdict, None, None)
    assert (found.base_value, found.mirror_value) == (66.0, 68.0)
    assert found.waves == ((2021,) if verdict is BaselineVerdict.USE_2021 else (2019, 2021))


@pytest.mark.parametrize(("errors", "verdict"), [(0.5, BaselineVerdict.USE_MEAN), (0.51, BaselineVerdict.USE_2021)])
def test_a_difference_that_equals_the_margin_is_no_chance(errors, verdict):
    # At a level of 2 Phi(1) - 1 = 0.6827 the margin is one standard error: the root of 0.3^2 + 0.4^2 = 0.5.
    level, scale = 0.682689492137086, errors / 0.5
    found = mirror_baseline(
        pd.Series({2019: 68.0, 2021: 67.5}),
        standard_errors=pd.Series({2019: 0.3 * scale, 2021: 0.4 * scale - 1e-12}),
        level=level,
    )
    assert found.verdict is verdict


def test_the_trend_runs_from_2015_to_2019_and_the_mirror_is_held_against_the_years_before_it():
    # A line with 0.1 of noise; what lies outside 2015-2019 is wild and would make every prediction wide.
    series = pd.Series({2014: 90.0, 2015: 10.0, 2016: 10.1, 2017: 10.0, 2018: 10.1, 2019: 10.0, 2020: 90.0, 2021: 14.0})
    found = mirror_baseline(series)
    assert (found.verdict, found.value, found.mirror_fits_trend) == (BaselineVerdict.USE_2019, 10.0, True)
    # Mean 10.04, slope 0: the prediction of 2021 is 10.04 +- 3.182 x 0.0632 x sqrt(1 + 1/5 + 16/10).
    assert found.carried.estimate == pytest.approx(10.04)
    assert found.carried.upper == pytest.approx(10.04 + 3.182 * np.sqrt(0.012 / 3) * np.sqrt(2.8), rel=1e-4)
    # Without 2017 three years remain before 2019: no judgement of it, and four for the trend itself.
    fewer = mirror_baseline(series.drop(2017))
    assert (fewer.mirror_fits_trend, fewer.verdict) == (None, BaselineVerdict.USE_2019)
    assert mirror_baseline(series.drop([2016, 2017])).carried is None
    # A mirror that itself stands out.
    high = mirror_baseline(series.replace({2019: 10.0}).mask(series.index == 2019, 12.0), years=BaselineYears(least=4))
    assert high.mirror_fits_trend is False


def test_three_figures_carry_a_line():
    # 1, 2, 4 in 2015-2017: mean 7/3, slope 1.5; two years on: 7/3 + 3 x 1.5.
    found = carry_trend(pd.Series({2015: 1.0, 2016: 2.0, 2017: 4.0, 2018: np.nan}), 2019)
    assert found.estimate == pytest.approx(7 / 3 + 4.5)
    # Residual sum of squares 1/6 with one degree of freedom: t = 12.706, spread sqrt(1/6 x (1 + 1/3 + 9/2)).
    assert found.upper - found.estimate == pytest.approx(12.706 * np.sqrt(35 / 36), rel=1e-4)
    with pytest.raises(InputError, match="expected at least three figures, found 2"):
        carry_trend(pd.Series({2015: 1.0, 2016: 2.0}), 2019)


def test_every_start_value_has_its_conclusion():
    found = baseline_sensitivity(mirror_baseline(pd.Series({2019: 10.0, 2021: 13.0})), lambda start: start > 12)
    assert found.conclusions.to_dict("list") == {
        "baseline": ["base", "mirror", "mean", "chosen"],
        "value": [13.0, 10.0, 11.5, 11.5],
        "conclusion": [True, False, False, False],
    }
    assert found.hangs_on_baseline
    base_only = baseline_sensitivity(mirror_baseline(pd.Series({2021: 13.0})), lambda start: start > 12)
    assert base_only.conclusions["baseline"].tolist() == ["base", "chosen"]
    assert not base_only.hangs_on_baseline


@pytest.mark.parametrize(("value", "reproduces"), [(142_500, True), (143_500, True), (142_499, False), (143_501, False)])
def test_a_figure_within_half_a_step_is_reproduced(value, reproduces):
    table = pd.DataFrame({"area_id": "lwd", "year": [2017], "denominator": "dwellings", "value": [float(value)]})
    found = find_vintage({"lwd": 143_000}, table, 1000)
    assert (found.reproduces, found.ranking["areas"].tolist()) == (reproduces, [1])


def test_of_equally_good_years_the_first_counts_and_one_bad_figure_spoils_a_year():
    # 8 and 6 are both one step of 1 from 7, but for the half that rounding allows.
    rows = [("a", 2019, 8.0), ("b", 2019, 3.0), ("a", 2018, 6.0), ("b", 2018, 3.0), ("a", 2017, 7.0), ("c", 2017, 9.0)]
    table = pd.DataFrame(rows, columns=["area_id", "year", "value"]).assign(denominator="residents")
    found = find_vintage({"a": 7.0, "b": 3.0}, table, 1.0)
    assert found.ranking["year"].tolist() == [2018, 2019, 2017]
    assert found.ranking["areas"].tolist() == [2, 2, 1]
    assert found.ranking["reproduces"].tolist() == [False, False, True]
    assert (found.year, found.distance) == (2018, 1.0)
