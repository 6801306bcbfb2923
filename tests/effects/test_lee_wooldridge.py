"""Lee-Wooldridge by hand, against least squares, and where it must refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from lwo_analysis.effects import Design, lee_wooldridge_test
from lwo_analysis.effects.inference.lee_wooldridge import cross_sectional_test, transformed_outcomes
from lwo_analysis.errors import DesignError, ParameterError

DESIGN = Design(population=None)


def panel_of(outcomes: np.ndarray, starts: list[float]) -> pd.DataFrame:
    n_units, n_periods = outcomes.shape
    full = np.concatenate([starts, np.full(n_units - len(starts), np.nan)])
    return pd.DataFrame(
        {
            "area_id": np.repeat([f"u{i}" for i in range(n_units)], n_periods),
            "year": np.tile(np.arange(2016, 2016 + n_periods), n_units),
            "value": outcomes.ravel(),
            "start_year": np.repeat(full, n_periods),
        }
    )


def test_demeaning_takes_the_mean_before_from_the_mean_after():
    values = transformed_outcomes(np.array([[1.0, 3.0, 8.0], [2.0, 2.0, 3.0]]), np.array([2, 3]))
    assert values.tolist() == pytest.approx([8 - (1 + 3) / 2, 3 - (2 + 2) / 2])


def test_detrending_removes_a_straight_line_exactly():
    line = np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [9.0, 7.0, 5.0, 3.0, 1.0]])
    line[0, 3:] += 10.0
    values = transformed_outcomes(line, np.array([3, 5]), transform="detrend")
    assert values.tolist() == pytest.approx([10.0, 0.0], abs=1e-12)


def test_untreated_units_get_the_average_over_the_treated_starts():
    # Starts 1 and 2, one unit each. Untreated: ((4 + 6)/2 - 2 + 6 - (2 + 4)/2) / 2 = 3.
    values = transformed_outcomes(np.array([[0.0, 1, 1], [0.0, 0, 5], [2.0, 4, 6]]), np.array([1, 2, 3]))
    assert values.tolist() == pytest.approx([1.0, 5.0, ((4 + 6) / 2 - 2 + 6 - (2 + 4) / 2) / 2])


@pytest.mark.parametrize("errors", ["classical", "HC3"])
def test_the_test_is_the_regression_on_a_treatment_dummy(errors):
    # Independent program: statsmodels OLS; identical formulas, so rounding only.
    values, treated = np.random.default_rng(1).normal(size=20), np.arange(20) < 4
    fit = sm.OLS(values, sm.add_constant(treated.astype(float))).fit(
        cov_type="nonrobust" if errors == "classical" else "HC3", use_t=True
    )
    result = cross_sectional_test(values, treated, errors=errors)
    assert (result.estimate, result.standard_error, result.p_value) == pytest.approx(
        (fit.params[1], fit.bse[1], fit.pvalues[1]), abs=1e-10
    )
    assert result.interval == pytest.approx(tuple(fit.conf_int()[1]), abs=1e-10)


def test_one_treated_area_has_no_robust_standard_error():
    panel = panel_of(np.random.default_rng(2).normal(size=(8, 6)), [2019.0])
    assert np.isfinite(lee_wooldridge_test(panel, DESIGN).p_value)
    with pytest.raises(ParameterError, match="HC3 with 1 treated"):
        lee_wooldridge_test(panel, DESIGN, errors="HC3")


def test_a_trend_cannot_be_taken_out_with_one_period_before():
    panel = panel_of(np.random.default_rng(2).normal(size=(8, 6)), [2017.0])
    with pytest.raises(DesignError, match="detrend with 1"):
        lee_wooldridge_test(panel, Design(population=None, min_pre_periods=1), transform="detrend")


def test_the_transform_and_the_level_change_the_answer():
    panel = panel_of(np.random.default_rng(2).normal(size=(8, 6)).cumsum(axis=1), [2019.0, 2020.0])
    plain = lee_wooldridge_test(panel, DESIGN)
    assert lee_wooldridge_test(panel, DESIGN, transform="detrend").estimate != plain.estimate
    assert lee_wooldridge_test(panel, DESIGN, level=0.8).interval[0] > plain.interval[0]
    assert "even onrustig" in plain.sentence("nl")


def test_the_sentence_speaks_its_language():
    found = lee_wooldridge_test(panel_of(np.random.default_rng(2).normal(size=(8, 6)), [2019.0, 2020.0]), DESIGN)
    assert found.sentence("nl").endswith("als alle gebieden even onrustig zijn, met normale afwijkingen.")
    assert found.sentence("en").endswith("if all areas are equally noisy, with normal deviations.")
    assert "95%-interval" in found.sentence("nl")
    assert "95% interval" in found.sentence("en")
