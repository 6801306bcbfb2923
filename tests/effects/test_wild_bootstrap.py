"""The wild cluster bootstrap against brute force, an independent program and its known failure."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest

from lwo_analysis.effects import Design, wild_cluster_bootstrap
from lwo_analysis.effects.inference.wild_bootstrap import _signs, wild_bootstrap_regression

DESIGN = Design(population=None)


def panel_of(n_units: int, n_treated: int, effect: float = 0.8, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    units, years = np.repeat(np.arange(n_units), 6), np.tile(np.arange(2018, 2024), n_units)
    value = rng.normal(size=6 * n_units) + rng.normal(size=n_units)[units] + effect * ((units < n_treated) & (years >= 2021))
    start = np.where(units < n_treated, 2021.0, np.nan)
    return pd.DataFrame({"area_id": [f"a{unit:02d}" for unit in units], "year": years, "value": value, "start_year": start})


def cluster_t(y: np.ndarray, X: np.ndarray, clusters: np.ndarray) -> float:
    """CRV1 t of the first column by textbook matrices, without a small-sample factor."""
    bread = np.linalg.inv(X.T @ X)
    residual = y - X @ (bread @ X.T @ y)
    scores = np.array([X[clusters == g].T @ residual[clusters == g] for g in np.unique(clusters)])
    return float((bread @ X.T @ y)[0] / np.sqrt((bread @ scores.T @ scores @ bread)[0, 0]))


def test_every_sign_vector_equals_ordinary_least_squares_on_the_bootstrap_sample():
    # Brute force: 256 regressions with all area and year dummies, on samples built with the null imposed. Exact.
    panel = panel_of(8, 3)
    clusters = panel["area_id"].astype("category").cat.codes.to_numpy()
    treated = ((panel["year"] >= 2021) & panel["start_year"].notna()).to_numpy(dtype=float)
    dummies = np.column_stack([pd.get_dummies(clusters), pd.get_dummies(panel["year"]).iloc[:, 1:]]).astype(float)
    X, y = np.column_stack([treated, dummies]), panel["value"].to_numpy()
    fitted = dummies @ np.linalg.lstsq(dummies, y, rcond=None)[0]
    actual, extreme = cluster_t(y, X, clusters), 0
    for signs in itertools.product((1.0, -1.0), repeat=8):
        sample = fitted + (y - fitted) * np.array(signs)[clusters]
        extreme += abs(cluster_t(sample, X, clusters)) >= abs(actual) * (1 - 1e-10)
    result = wild_cluster_bootstrap(panel, DESIGN)
    assert (result.enumerated, result.n_draws) == (True, 2**8)
    assert result.p_value == extreme / 2**8


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # inside pyfixest, with pandas 3.1
def test_the_coefficient_and_its_t_are_those_of_pyfixest():
    # Independent program with CRV1 errors; our t leaves the small-sample factor sqrt(G/(G-1) (n-1)/(n-k)) out.
    panel = panel_of(12, 3)
    panel = panel.assign(on=((panel["year"] >= 2021) & panel["start_year"].notna()).astype(float))
    rule = pf.ssc(k_adj=False, G_adj=False)
    fit = pf.feols("value ~ on | area_id + year", panel, vcov={"CRV1": "area_id"}, ssc=rule)
    result = wild_cluster_bootstrap(panel, DESIGN)
    assert result.estimate == pytest.approx(fit.coef()["on"], abs=1e-9)
    assert abs(result.t_statistic) == pytest.approx(abs(fit.tstat()["on"]), rel=1e-6)
    assert result.n_draws == 2**12


@pytest.mark.parametrize("n_treated", [1, 2])
def test_it_is_blind_with_one_or_two_treated_areas_and_says_so(n_treated):
    # MacKinnon and Webb (2017): hardly any rejection of true nulls; of 60 panels a test of size 5 % would reject three.
    results = [wild_cluster_bootstrap(panel_of(12, n_treated, effect=0.0, seed=seed), DESIGN) for seed in range(60)]
    assert sum(result.p_value <= 0.05 for result in results) <= 1
    assert results[0].warnings
    assert "hardly ever finds anything" in results[0].sentence("en")


def test_a_large_effect_in_five_areas_is_found():
    assert wild_cluster_bootstrap(panel_of(14, 5, effect=8.0), DESIGN).p_value < 0.05


def test_more_than_fourteen_clusters_are_sampled_from_the_generator():
    panel = panel_of(20, 5)
    first, again, other = (
        wild_cluster_bootstrap(panel, DESIGN, draws=499, rng=np.random.default_rng(seed)).p_value for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_the_null_effect_shifts_the_test():
    # The estimate itself is never rejected as a null: t is zero and every draw is at least as large.
    panel = panel_of(10, 4)
    estimate = wild_cluster_bootstrap(panel, DESIGN).estimate
    result = wild_cluster_bootstrap(panel, DESIGN, null_effect=estimate)
    assert abs(result.t_statistic) < 1e-9


def test_a_regression_with_a_constant_only_is_a_difference_of_means():
    y, x = np.array([1.0, 2.0, 6.0, 5.0, 9.0, 1.0]), np.array([1.0, 1.0, 0, 0, 0, 0])
    result = wild_bootstrap_regression(y, x, np.ones((6, 1)), np.arange(6))
    assert result.estimate == pytest.approx((1 + 2) / 2 - (6 + 5 + 9 + 1) / 4, abs=1e-12)


@pytest.mark.parametrize("draws", [3, 1000])
def test_drawn_signs_are_plus_or_minus_one_about_as_often(draws):
    # 1,000 draws of 30 signs: the standard error of their mean is 0.0058, so 0.03 is five of them.
    signs = np.concatenate(list(_signs(30, draws, np.random.default_rng(2))))
    assert signs.shape == (draws, 30)
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert draws == 3 or abs(signs.mean()) < 0.03


@pytest.mark.parametrize(("n_treated", "notes"), [(2, 1), (3, 0)])
def test_three_treated_areas_are_the_least_without_a_warning(n_treated, notes):
    found = wild_cluster_bootstrap(panel_of(6, n_treated), DESIGN)
    assert (len(found.warnings), found.n_treated) == (notes, n_treated)


def test_the_table_has_every_number_and_no_warnings():
    found = wild_cluster_bootstrap(panel_of(6, 2), DESIGN)
    assert found.table().iloc[0].to_dict() == {
        "estimate": found.estimate,
        "t_statistic": found.t_statistic,
        "p_value": found.p_value,
        "null_effect": 0.0,
        "n_clusters": 6,
        "n_treated": 2,
        "n_draws": 64,
        "enumerated": True,
    }
