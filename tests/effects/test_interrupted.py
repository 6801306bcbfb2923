"""Interrupted time series: exact on exact series, closed forms, and the limit on parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import Design, fit_interrupted_time_series
from lwo_analysis.effects.interrupted import interrupted_estimate, newey_west_lags, regressors, require_points
from lwo_analysis.errors import DesignError

DESIGN = Design(population=None)
TIME = np.arange(1.0, 25)


def test_an_exact_level_trend_and_step_come_back():
    fit = interrupted_estimate(10 + 0.5 * TIME - 3 * (TIME > 12), 12)
    assert fit.names == ("level", "trend", "step")
    assert fit.coefficients == pytest.approx([10, 0.5, -3])


def test_a_change_of_slope_comes_back():
    series = 10 + 0.5 * TIME - 3 * (TIME > 12) + 0.25 * np.maximum(TIME - 13, 0)
    assert interrupted_estimate(series, 12, slope_change=True).coefficients == pytest.approx([10, 0.5, -3, 0.25])


def test_exact_rates_come_back_as_logarithms():
    people = np.linspace(1e8, 2e8, 24)
    counts = np.round(people * np.exp(-3 + 0.02 * TIME - 0.2 * (TIME > 12)))
    fit = interrupted_estimate(counts, 12, model="poisson", exposure=people)
    # Rounding to whole counts of about ten million changes each logarithm by less than 1e-7.
    assert fit.coefficients == pytest.approx([-3, 0.02, -0.2], abs=1e-6)


def test_quasi_poisson_scales_the_poisson_errors_by_the_root_of_the_dispersion():
    counts = np.random.default_rng(0).negative_binomial(3, 0.05, 24).astype(float)
    plain, quasi = (interrupted_estimate(counts, 12, model=model) for model in ("poisson", "quasi_poisson"))
    assert quasi.dispersion > 1
    assert quasi.standard_errors == pytest.approx(np.sqrt(quasi.dispersion) * plain.standard_errors)


@pytest.mark.parametrize(("n_points", "allowed"), [(12, 3), (15, 3), (16, 4), (59, 14)])
def test_one_parameter_per_four_observations(n_points, allowed):
    require_points(n_points, allowed)
    with pytest.raises(DesignError, match=f"at most {allowed} parameters for {n_points} observations"):
        require_points(n_points, allowed + 1)


def test_harmonics_repeat_after_a_year():
    names, X = regressors(36, 24, harmonics=2)
    assert names[-4:] == ("sine_1", "cosine_1", "sine_2", "cosine_2")
    assert X[0, 3:] == pytest.approx(X[12, 3:])


@pytest.mark.parametrize(("n_points", "lags"), [(12, 2), (27, 2), (28, 3), (59, 3), (99, 3), (100, 4)])
def test_newey_west_lags_follow_the_rule(n_points, lags):
    assert newey_west_lags(n_points) == lags


def two_areas() -> pd.DataFrame:
    areas = {"a": (2022.0, 10.0, 0.0), "b": (2022.0, 30.0, 2.0), "c": (np.nan, 0.0, 0.0)}
    rows = [
        {"area_id": area, "year": 2012 + t, "value": level + t + step * (2012 + t >= 2022), "start_year": start, "people": 100.0}
        for area, (start, level, step) in areas.items()
        for t in range(14)
    ]
    return pd.DataFrame(rows)


def test_treated_areas_are_averaged_and_controls_play_no_part():
    result = fit_interrupted_time_series(two_areas(), DESIGN)
    assert result.estimate == pytest.approx((0 + 2) / 2)
    assert (result.n_treated, result.n_control) == (2, 0)


def test_counts_of_treated_areas_are_added():
    result = fit_interrupted_time_series(two_areas(), DESIGN, model="poisson", exposure_col="people")
    direct = interrupted_estimate(
        40 + 2 * np.arange(14.0) + 2 * (np.arange(14) >= 10), 10, model="poisson", exposure=np.full(14, 200.0)
    )
    assert result.estimate == pytest.approx(direct.coefficients[2])
    assert result.details.set_index("term").loc["step", "rate_ratio"] == pytest.approx(np.exp(result.estimate))


def test_the_result_says_that_nothing_is_compared_and_how_short_the_series_is():
    warnings = fit_interrupted_time_series(two_areas(), DESIGN).warnings
    assert any("no comparison area" in warning for warning in warnings)
    assert "14 observations for 3 parameters" in warnings


def test_anticipation_is_refused():
    with pytest.raises(DesignError, match="move the start back instead"):
        fit_interrupted_time_series(two_areas(), Design(population=None, anticipation=1))


def test_an_exposure_with_gaps_is_refused():
    with pytest.raises(DesignError, match="people: expected a population above 0"):
        fit_interrupted_time_series(two_areas().assign(people=0.0), DESIGN, model="poisson", exposure_col="people")


def alone(values, n_units=1):
    """Return treated areas without any other, in 2000-2023, with a start in 2012 and the same values in each."""
    rows = [(f"a{unit}", 2000 + place, value, 2012.0) for unit in range(n_units) for place, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["area_id", "year", "value", "start_year"])


def test_a_series_without_comparison_areas_has_every_field():
    noise = np.where(np.arange(24) % 3 == 0, 0.2, -0.1)
    found = fit_interrupted_time_series(alone(10 + 0.5 * TIME - 3 * (TIME > 12) + noise), DESIGN, level=0.9)
    assert (found.n_treated, found.n_control, found.scale, found.level, found.status) == (1, 0, "difference", 0.9, "estimated")
    assert found.estimate == pytest.approx(-3, abs=0.3)
    # 24 observations, 3 parameters: t(21) is 1.7207 for 90 %.
    half = 1.7207 * found.standard_error
    assert found.interval == pytest.approx((found.estimate - half, found.estimate + half), rel=1e-4)
    table = found.details.set_index("term")
    assert list(table.columns) == ["estimate", "standard_error", "lower", "upper"]
    assert table.loc["step"].tolist() == pytest.approx([found.estimate, found.standard_error, *found.interval])
    assert found.warnings[1] == "24 observations for 3 parameters"
    assert found.method == "interrupted time series (ols-hac)"
    assert "Newey-West with 2 lags" in found.inference


def test_counts_are_told_as_rates_on_a_logarithmic_scale():
    counts = np.round(1000 * np.exp(0.01 * TIME - 0.5 * (TIME > 12)) + np.where(TIME % 2 == 0, 20, -20))
    found = fit_interrupted_time_series(alone(counts, 2), DESIGN, model="quasi_poisson")
    assert (found.scale, found.n_treated, found.inference.startswith("quasi-Poisson, Pearson dispersion")) == ("log", 2, True)
    # 1.959964 standard errors by the normal distribution; the rate ratio of the step is e to -0.5.
    assert (found.interval[1] - found.estimate) / found.standard_error == pytest.approx(1.959964, rel=1e-6)
    step = found.details.set_index("term").loc["step"]
    assert step["rate_ratio"] == pytest.approx(np.exp(-0.5), rel=0.03)
    assert step[["rate_ratio_lower", "rate_ratio_upper"]].tolist() == pytest.approx(np.exp(found.interval).tolist())


def test_no_count_is_below_nothing_and_none_may_be_zero():
    counts = np.full(24, 5.0)
    counts[3] = 0.0
    fit_interrupted_time_series(alone(counts), DESIGN, model="poisson")
    counts[3] = -1.0
    with pytest.raises(DesignError, match="outcome: expected counts of at least 0, found negative values"):
        fit_interrupted_time_series(alone(counts), DESIGN, model="poisson")


@pytest.mark.parametrize(("lowest", "is_refused"), [(1.0, False), (0.0, True)])
def test_the_population_is_above_nothing_in_every_period(lowest, is_refused):
    panel = alone(5.0 + TIME % 2).assign(people=100.0)
    panel.loc[3, "people"] = lowest
    if is_refused:
        with pytest.raises(DesignError, match=r"panel.people: expected a population above 0 in every period"):
            fit_interrupted_time_series(panel, DESIGN, model="poisson", exposure_col="people")
    else:
        fit_interrupted_time_series(panel, DESIGN, model="poisson", exposure_col="people")
