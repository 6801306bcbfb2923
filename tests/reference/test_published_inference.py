"""Published inference, with its source here or in published.yml; where a package disagrees with a paper, we follow the paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.effects import (
    Design,
    adjust_for_multiplicity,
    conformal_test,
    honest_relative_magnitudes,
    honest_smoothness,
    lee_wooldridge_test,
    placebo_test_of_estimator,
)
from lwo_analysis.effects.inference.conformal import conformal_interval, moving_blocks
from lwo_analysis.effects.synthetic_did import estimate_synthetic_did
from tests.reference.published import agree
from tests.support.shared_data import shared_path

PROP99 = Design(outcome="PacksPerCapita", unit="State", time="Year", start="start", population=None)


@pytest.fixture
def prop99() -> pd.DataFrame:
    panel = pd.read_csv(shared_path("validation/california_prop99.csv"), sep=";")
    return panel.assign(start=np.where(panel["State"] == "California", 1989.0, np.nan))


@pytest.fixture
def gonorrhoea() -> pd.DataFrame:
    """Log female gonorrhoea rates: 25 years (1985-2009), Rhode Island first, 50 comparison states."""
    wide = pd.read_csv(shared_path("validation/logfemrate.txt"), sep="\t")
    wide.index = np.arange(1985, 2010)
    long = wide.stack().rename("value").rename_axis(["year", "area_id"]).reset_index()
    return long.assign(start_year=np.where(long["area_id"] == "V1", 2004.0, np.nan))


def moments(name: str) -> tuple[np.ndarray, np.ndarray]:
    stored = np.load(shared_path(f"validation/{name}.npz"))
    return stored["betahat"], stored["sigma"]


def test_synthetic_did_placebos_of_proposition_99(prop99):
    result = placebo_test_of_estimator(prop99, PROP99, estimate_synthetic_did)
    agree("placebos-synthetic-did", result.placebo_sd)
    assert (result.p_value, result.exhaustive) == (2 / 39, True)


def test_conformal_p_value_and_intervals_of_the_decriminalisation_of_prostitution(gonorrhoea):
    # Chernozhukov, Wüthrich and Zhu (2021), section 5: moving-block p = .04 and 90 % intervals 2004-2009, on a grid of 0.01. Our
    # edges are bisected, so each lies between the published grid value and the next one outwards.
    result = conformal_test(gonorrhoea, Design(population=None))
    published = [(-0.26, 0.70), (-0.86, -0.01), (-0.81, 0.17), (-1.16, -0.33), (-1.46, -0.33), (-1.31, -0.19)]
    assert result.p_value == pytest.approx(0.04, abs=1e-12)
    assert len(result.periods) == len(published)
    for row, (lower, upper) in zip(result.periods.itertuples(), published, strict=True):
        assert lower - 0.01 < row.lower <= lower + 1e-9
        assert upper - 1e-9 <= row.upper < upper + 0.01


def test_conformal_p_value_with_independent_permutations(gonorrhoea):
    # Same source: .0216 to .0228 with Monte Carlo permutations.
    result = conformal_test(gonorrhoea, Design(population=None), permutations="iid", draws=20_000)
    agree("conformal-p", result.p_value)


def test_lee_wooldridge_on_smoking_in_california():
    panel = pd.read_csv(shared_path("validation/smoking_data.csv"))
    panel = panel.assign(value=np.log(panel["cigsale"]), start=np.where(panel["state"] == "California", 1989.0, np.nan))
    design = Design(unit="state", start="start", population=None)
    demeaned, detrended = (lee_wooldridge_test(panel, design, transform=way) for way in ("demean", "detrend"))
    both = [(fit.estimate, fit.standard_error) for fit in (demeaned, detrended)]
    agree("lee-wooldridge-california", *both[0], *both[1], detrended.p_value)


@pytest.mark.parametrize(
    ("transform", "errors", "estimate", "standard_error", "t_statistic"),
    [("demean", "classical", 0.092, 0.057, None), ("demean", "HC3", 0.092, None, 1.50), ("detrend", "HC3", 0.067, 0.055, 1.21)],
)
def test_lee_wooldridge_on_castle_doctrine_with_staggered_starts(transform, errors, estimate, standard_error, t_statistic):
    # Lee and Wooldridge, section 7.2; printed to three decimals. diff-diff gives no HC3 here; the paper does, so we do.
    panel = pd.read_csv(shared_path("validation/castle.csv"))
    design = Design(outcome="l_homicide", unit="state", start="effyear", population=None)
    result = lee_wooldridge_test(panel, design, transform=transform, errors=errors)
    assert result.estimate == pytest.approx(estimate, abs=5e-4)
    assert standard_error is None or result.standard_error == pytest.approx(standard_error, abs=5e-4)
    assert t_statistic is None or result.t_statistic == pytest.approx(t_statistic, abs=5e-3)


@pytest.mark.parametrize("bound", [0.0, 0.01, 0.02, 0.03, 0.04, 0.05])
def test_smoothness_intervals_of_the_medicaid_expansion(bound):
    beta, sigma = moments("ehec_es")
    result = honest_smoothness(beta, sigma, 5, bound=bound)
    agree(f"medicaid-smoothness-{bound}", result.lower, result.upper)


@pytest.mark.parametrize("bound", [0.5, 1.0, 1.5, 2.0])
def test_relative_magnitude_sets_of_the_medicaid_expansion(bound):
    # diff-diff gives [.0113, .0816] at Mbar = 2: not this set.
    beta, sigma = moments("ehec_es")
    result = honest_relative_magnitudes(beta, sigma, 5, bound=bound)
    agree(f"medicaid-relative-{bound}", result.lower, result.upper)


# Output of the R package on its own BCdata_EventStudy (Benzarti and Carloni 2019): first period from the log of the consistency
# tests of its Stata port and a stored run (default grid, spacing 7e-4); average from a stored run on a grid of 40 standard errors
# either way (spacing 1.4e-4), because the default grid cuts the set off. Both add the noise of 1,000 first-stage draws.
BENZARTI_CARLONI_RELATIVE = [
    ("first", 0.5, 0.11813, 0.27158, 1e-3),
    ("first", 1.0, 0.06723, 0.31868, 1e-3),
    ("first", 1.5556, 0.00722, 0.376, 1.5e-3),
    ("average", 0.5, 0.06775, 0.36919, 1e-3),
    ("average", 1.0, -0.06969, 0.50663, 1.5e-3),
]


@pytest.mark.parametrize(("target", "bound", "lower", "upper", "tolerance"), BENZARTI_CARLONI_RELATIVE)
def test_relative_magnitude_sets_of_the_restaurant_tax(target, bound, lower, upper, tolerance):
    beta, sigma = moments("BC")
    result = honest_relative_magnitudes(beta, sigma, 4, bound=bound, weights=target)
    assert (result.lower, result.upper) == pytest.approx((lower, upper), abs=tolerance)


def test_a_set_that_the_default_grid_of_r_cuts_off_is_followed_to_its_end():
    # Same log, Mbar = 2: lower -.0422, upper .379 with the warning "CI is open at one of the endpoints".
    beta, sigma = moments("BC")
    result = honest_relative_magnitudes(beta, sigma, 4, bound=2.0)
    assert result.lower == pytest.approx(-0.0422, abs=1e-3)
    assert 0.379 < result.upper < 1


@pytest.mark.parametrize(
    ("target", "bound", "lower", "upper"),
    [
        ("first", 0.0, 0.131, 0.216),
        ("first", 0.1, 0.119, 0.419),
        ("first", 0.3, -0.0806, 0.619),
        ("average", 0.0, 0.133, 0.230),
        ("average", 0.1, -0.186, 0.988),
        ("average", 0.3, -1.19, 1.99),
    ],
)
def test_smoothness_intervals_of_the_restaurant_tax(target, bound, lower, upper):
    # Same log, FLCI, three printed digits: half a unit of the last one.
    beta, sigma = moments("BC")
    result = honest_smoothness(beta, sigma, 4, bound=bound, weights=target)
    assert result.lower == pytest.approx(lower, abs=5e-3 if abs(lower) > 1 else 6e-4)
    assert result.upper == pytest.approx(upper, abs=5e-3 if abs(upper) > 1 else 6e-4)


@pytest.mark.parametrize(
    ("period", "bound", "lower", "upper"),
    [(0, 0.0, 0.795, 1.76), (17, 0.0, 3.91, 8.37), (17, 0.005, 2.11, 8.16), (17, 0.04, -14.1, 5.38)],
)
def test_smoothness_intervals_with_nine_periods_before_and_23_after(period, bound, lower, upper):
    # Same log on Lovenheim and Willen (2019); R stops its search early, by up to .02 in the positions but not in the length.
    beta, sigma = moments("LW")
    weights = np.eye(23)[period - 1 if period else 0]
    result = honest_smoothness(beta, sigma, 9, bound=bound, weights=weights)
    assert (result.lower, result.upper) == pytest.approx((lower, upper), abs=0.06)
    assert result.upper - result.lower <= upper - lower + 0.02


def test_benjamini_hochberg_on_the_fifteen_p_values_of_their_paper():
    p_values = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    )
    tests = adjust_for_multiplicity(p_values), adjust_for_multiplicity(p_values, method="bonferroni")
    agree("benjamini-hochberg", *(int(test.rejected.sum()) for test in tests))


def test_an_interval_of_one_period_uses_only_that_period(gonorrhoea):
    # The 2004 interval must not change when later years do.
    wide = gonorrhoea.pivot(index="year", columns="area_id", values="value")
    treated, controls = wide["V1"].to_numpy(), wide.drop(columns="V1").to_numpy()
    direct = conformal_interval(treated[:20], controls[:20], 1, moving_blocks(20))
    changed = gonorrhoea.assign(value=gonorrhoea["value"] + (gonorrhoea["year"] > 2004) * (gonorrhoea["area_id"] == "V1"))
    first = conformal_test(changed, Design(population=None)).periods.iloc[0]
    assert (first["lower"], first["upper"]) == pytest.approx(direct, abs=1e-9)
