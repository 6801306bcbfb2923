"""The covariance of the placebo event study, against its formula written out in loops."""

from __future__ import annotations

import numpy as np
import pytest

from lwo_analysis.effects import Design, OutcomeMatrix, placebo_event_study
from lwo_analysis.effects.inference.contrasts import unit_contrasts
from lwo_analysis.effects.inference.placebo_scale import scale_of


def test_covariance_distances_and_degrees_of_freedom_by_hand() -> None:
    # One treated of 31, start in column 4 of 6, one period of anticipation: reference column 2, coefficients at 0, 1, 4 and 5.
    rng = np.random.default_rng(8)
    population = rng.uniform(300, 9000, 31)
    population[0] = 250.0
    outcomes = rng.standard_normal((31, 6)) * np.sqrt(0.2 + 2000 / population)[:, None]
    first, ones = np.array([4] + [6] * 30), np.ones(31)
    units = tuple(f"u{i:02d}" for i in range(31))
    matrix = OutcomeMatrix(outcomes, first, units, np.arange(6), population, ones, (), "", None)
    study = placebo_event_study(matrix, Design(anticipation=1))
    assert study.distances.tolist() == [0 - 2, 1 - 2, 4 - 2, 5 - 2]
    assert study.df == 30 - 1
    paths = outcomes[1:, [0, 1, 4, 5]] - outcomes[1:, [2]]
    spread = (paths - paths.mean(axis=0)).T @ (paths - paths.mean(axis=0)) / 29
    scale = scale_of(unit_contrasts(outcomes, first, anticipation=1), population, "auto")[1]
    assert scale is not None
    ratio = scale[0] ** 2 / (scale[1:] ** 2).mean()
    assert abs(ratio - 1) > 0.1
    assert study.covariance == pytest.approx(spread * ratio + spread / 30, rel=1e-10)  # rounding only
