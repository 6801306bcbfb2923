"""Two independent programs on the same panel: pyfixest and diff-diff (never diff-diff's relative magnitudes)."""

from __future__ import annotations

import diff_diff
import numpy as np
import pandas as pd
import pyfixest
import pytest

from lwo_analysis.effects import (
    Design,
    fit_callaway_santanna,
    fit_did,
    fit_event_study,
    fit_sun_abraham,
    fit_synthetic_did,
)
from tests.effects import panels

# pyfixest calls a pandas function in a way that pandas 3.1 deprecates; that is not ours to fix.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword:pandas.errors.Pandas4Warning")

# The same closed forms in double precision; the alternating projections of pyfixest stop at 1e-8.
CLOSE = 1e-6
DESIGN = Design(outcome="y", unit="unit", time="time", start="start", population="size", min_pre_periods=1)


def simulated(*, starts: tuple[float, ...], seed: int = 5) -> pd.DataFrame:
    """60 units over 10 periods; 10 units per start, a time-varying x and a constant z."""
    rng = np.random.default_rng(seed)
    unit, time = (index.ravel() for index in np.indices((60, 10)))
    start = np.full(60, np.nan)
    for position, value in enumerate(starts):
        start[10 * position : 10 * (position + 1)] = value
    z, size = rng.normal(size=60), rng.uniform(500, 5000, 60)
    x = rng.normal(size=600)
    effect = np.where(time >= np.nan_to_num(start[unit], nan=np.inf), 1.0 + 0.3 * (time - np.nan_to_num(start[unit])), 0.0)
    y = rng.normal(size=60)[unit] + 0.4 * time + 0.5 * x + 0.2 * z[unit] * time + effect + rng.normal(size=600)
    columns = {"unit": unit, "time": time, "start": start[unit], "z": z[unit], "x": x, "y": y, "size": size[unit]}
    return pd.DataFrame(columns).assign(
        unit=lambda rows: rows["unit"].astype(str).str.zfill(2),
        treated=lambda rows: (rows["time"] >= rows["start"]).astype(int),
        first=lambda rows: rows["start"].fillna(0).astype(int),
    )


def test_two_way_fixed_effects_with_covariate_equals_pyfixest():
    panel = simulated(starts=(6.0,))
    result, oracle = (
        fit_did(panel, DESIGN, covariates=["x"]),
        pyfixest.feols("y ~ treated + x | unit + time", panel, vcov={"CRV1": "unit"}),
    )
    assert result.estimate == pytest.approx(oracle.coef()["treated"], abs=CLOSE)
    assert result.standard_error == pytest.approx(oracle.se()["treated"], abs=CLOSE)
    assert result.p_value == pytest.approx(oracle.pvalue()["treated"], abs=CLOSE)
    assert result.interval == pytest.approx(tuple(oracle.confint().loc["treated"]), abs=CLOSE)


def test_population_weights_equal_pyfixest():
    panel = simulated(starts=(6.0,))
    result = fit_did(panel, Design(**{**DESIGN.__dict__, "weights": "population"}))
    oracle = pyfixest.feols("y ~ treated | unit + time", panel, vcov={"CRV1": "unit"}, weights="size")
    assert result.estimate == pytest.approx(oracle.coef()["treated"], abs=CLOSE)
    assert result.standard_error == pytest.approx(oracle.se()["treated"], abs=CLOSE)


def test_staggered_two_way_fixed_effects_equal_pyfixest_and_warn():
    panel = simulated(starts=(4.0, 6.0))
    result, oracle = fit_did(panel, DESIGN), pyfixest.feols("y ~ treated | unit + time", panel, vcov={"CRV1": "unit"})
    assert result.estimate == pytest.approx(oracle.coef()["treated"], abs=CLOSE)
    assert "already treated" in result.warnings[-1]


def test_event_study_equals_pyfixest():
    panel = simulated(starts=(6.0,)).assign(relative=lambda rows: (rows["time"] - rows["start"]).fillna(-1).astype(int))
    details = fit_event_study(panel, DESIGN).details.set_index("relative_period")
    oracle = pyfixest.feols("y ~ i(relative, ref=-1) | unit + time", panel, vcov={"CRV1": "unit"})
    others = details.drop(index=-1)
    np.testing.assert_allclose(others["estimate"], oracle.coef().to_numpy(), atol=CLOSE)
    np.testing.assert_allclose(others["standard_error"], oracle.se().to_numpy(), atol=CLOSE)
    assert details.loc[-1, ["estimate", "standard_error"]].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("control", ["never", "not_yet"])
@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("covariates", [[], ["z"]])
@pytest.mark.parametrize("anticipation", [0, 1])
def test_group_time_effects_equal_diff_diff(control, base, covariates, anticipation):
    panel = simulated(starts=(4.0, 6.0, 7.0))
    design = Design(**{**DESIGN.__dict__, "anticipation": anticipation})
    result = fit_callaway_santanna(panel, design, control=control, base=base, covariates=covariates)
    oracle = diff_diff.CallawaySantAnna(
        control_group={"never": "never_treated", "not_yet": "not_yet_treated"}[control],
        estimation_method="reg",
        base_period=base,
        anticipation=anticipation,
        cband=False,
    ).fit(panel, outcome="y", unit="unit", time="time", first_treat="first", covariates=covariates or None)
    ours = result.details.set_index(["cohort", "period"])
    cells = {key: cell for key, cell in oracle.group_time_effects.items() if key in ours.index}
    assert len(cells) == len(ours)
    np.testing.assert_allclose(ours.loc[list(cells), "estimate"], [cell["effect"] for cell in cells.values()], atol=CLOSE)
    np.testing.assert_allclose(ours.loc[list(cells), "standard_error"], [cell["se"] for cell in cells.values()], atol=CLOSE)
    if anticipation == 0:  # diff-diff also averages over the periods of anticipation; the paper (eq. 3.10) and R start at g
        assert result.estimate == pytest.approx(oracle.overall_att, abs=CLOSE)
        assert result.standard_error == pytest.approx(oracle.overall_se, abs=CLOSE)


def test_sun_abraham_equals_diff_diff():
    panel = simulated(starts=(4.0, 6.0, 7.0))
    result = fit_sun_abraham(panel, DESIGN, covariates=["x"])
    oracle = diff_diff.SunAbraham().fit(panel, outcome="y", unit="unit", time="time", first_treat="first", covariates=["x"])
    assert result.estimate == pytest.approx(oracle.overall_att, abs=CLOSE)
    assert result.standard_error == pytest.approx(oracle.overall_se, abs=CLOSE)


def test_sun_abraham_and_callaway_santanna_agree_without_covariates():
    """With never treated controls and a universal base both are the same differences of means (Sun and Abraham, section 4)."""
    panel = simulated(starts=(4.0, 6.0, 7.0))
    dynamic = fit_callaway_santanna(panel, DESIGN, aggregation="dynamic", base="universal").details
    interacted = fit_sun_abraham(panel, DESIGN).details
    pd.testing.assert_series_equal(dynamic["relative_period"], interacted["relative_period"])
    np.testing.assert_allclose(dynamic["estimate"], interacted["estimate"], atol=CLOSE)


def test_synthetic_did_equals_diff_diff_on_proposition_99():
    panel = panels.prop99().assign(treated=lambda rows: (rows["state"] == "California").astype(int))
    oracle = diff_diff.SyntheticDiD(n_bootstrap=2, seed=0).fit(
        panel, outcome="cigsale", treatment="treated", unit="state", time="year", post_periods=list(range(1989, 2001))
    )
    # diff-diff iterates until -15.603828, as R does; the exact optimum is -15.605398.
    assert fit_synthetic_did(panel, panels.PROP99).estimate == pytest.approx(oracle.att, abs=0.005)
