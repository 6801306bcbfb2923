"""How noisy each unit is, so that a small area is not held against large ones."""

from __future__ import annotations

from typing import Literal

import numpy as np

from lwo_analysis.effects.inference.contrasts import Contrasts
from lwo_analysis.effects.inference.variance_model import VarianceModel, ferman_pinto_variance
from lwo_analysis.effects.panel import FloatArray, IntArray
from lwo_analysis.errors import ParameterError

Correction = Literal["auto", "population", "matched", "none"]
ENOUGH_FOR_VARIANCE = 10


def scale_of(
    contrasts: Contrasts, population: FloatArray | None, correction: Correction
) -> tuple[str, FloatArray | None, VarianceModel | None]:
    """Return which correction applies, the standard deviation of each unit, and the variance model behind it.

    Parameters
    ----------
    contrasts : Contrasts
        After minus before of every unit and cohort.
    population : (N,) array or None
        Residents of each unit.
    correction : {"auto", "population", "matched", "none"}
        How noise is made comparable.

    Raises
    ------
    ParameterError
        The correction is unknown, or needs populations that are not there.
    """
    control = np.setdiff1d(np.arange(len(contrasts.values)), contrasts.treated)
    if correction == "auto":
        correction = "none" if population is None or len(control) < ENOUGH_FOR_VARIANCE else "population"
    if correction not in ("population", "matched", "none"):
        raise ParameterError("correction", expected="auto, population, matched or none", found=correction, remedy="choose one")
    if correction != "none" and population is None:
        raise ParameterError(
            "correction", expected="a panel with populations", found="none", remedy="name the column in Design.population"
        )
    if correction != "population" or population is None:
        return correction, None, None
    residuals = contrasts.values[control] - contrasts.values[control].mean(axis=0)
    root_mean_square = np.sqrt((residuals**2).mean(axis=1))
    model = ferman_pinto_variance(root_mean_square, population[control])
    return correction, model.scale(population), model


def nearest_in_population(population: FloatArray, treated: IntArray, size: int) -> IntArray:
    """Return the treated units and the ``size`` others nearest in log population to any of them, as sorted rows.

    Parameters
    ----------
    population : (N,) array
        Residents of each unit, above 0.
    treated : (n,) array of int
        Rows of the treated units.
    size : int
        How many others.

    Examples
    --------
    >>> nearest_in_population(np.array([100.0, 900.0, 110.0, 400.0]), np.array([0]), 1).tolist()
    [0, 2]
    """
    distance = np.abs(np.log(population)[:, None] - np.log(population[treated])[None, :]).min(axis=1)
    distance[treated] = -1.0
    return np.sort(np.argsort(distance, kind="stable")[: len(treated) + size])
