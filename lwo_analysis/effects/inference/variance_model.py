"""Small areas are noisier: how much noisier, estimated from the areas without treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from lwo_analysis.effects.panel import FloatArray
from lwo_analysis.errors import ParameterError

PASSES = 3


@dataclass(frozen=True)
class VarianceModel:
    r"""The variance of an area's contrast as a function of its population, :math:`h(M) = a + b / M`.

    Attributes
    ----------
    constant : float
        a, in squared outcome units: what remains in a very large area.
    per_person : float
        b, in squared outcome units times persons: chance in the behaviour of few people.
    """

    constant: float
    per_person: float

    def scale(self, population: FloatArray) -> FloatArray:
        """Return the standard deviation :math:`\\sqrt{h(M)}` for each population (persons, > 0), in outcome units."""
        return np.sqrt(self.constant + self.per_person / np.asarray(population, dtype=float))


def ferman_pinto_variance(residuals: FloatArray, population: FloatArray) -> VarianceModel:
    r"""Return the variance of untreated areas as :math:`a + b/M`, both at least zero.

    Use it to rescale a placebo area to the size of the treated area it stands in for. Do not use it when area size differs from
    population in what drives the noise (a survey with the same sample in every area: the noise is then constant).

    Parameters
    ----------
    residuals : ndarray, shape (n_control,)
        Contrast of each untreated area minus their mean, in outcome units.
    population : ndarray, shape (n_control,)
        Persons, > 0.

    Returns
    -------
    VarianceModel

    Raises
    ------
    ParameterError
        When a population is missing or not positive.

    Notes
    -----
    Non-negative least squares of :math:`\hat u^2` on :math:`(1, 1/M)`, repeated with weights :math:`1/\hat h^2` because the
    spread of a squared residual is proportional to its mean. Assumes that the shape of the distribution does not depend on M (not
    checked) and that treated areas follow the same curve (not checkable).

    References
    ----------
    Ferman and Pinto (2019), Review of Economics and Statistics 101(3), equation (7) and section III.

    Examples
    --------
    >>> model = ferman_pinto_variance(np.array([2.0, -2.0, 1.0, -1.0]), np.array([100.0, 100.0, 400.0, 400.0]))
    >>> round(model.per_person, 6), abs(round(model.constant, 6))
    (400.0, 0.0)
    """
    people = np.asarray(population, dtype=float)
    if not (np.isfinite(people).all() and people.min() > 0):
        raise ParameterError(
            "population",
            expected="a positive number of persons in every area",
            found=f"{int((~(people > 0)).sum())} areas without one",
            remedy="leave those areas out or set correction='none'",
        )
    squared = np.asarray(residuals, dtype=float) ** 2
    unit = people.min()
    regressors = np.column_stack([np.ones(len(people)), unit / people])
    fitted = np.full(len(people), squared.mean())
    for _ in range(PASSES):
        weight = 1 / np.maximum(fitted, 1e-3 * squared.mean())
        (constant, slope), _ = nnls(regressors * weight[:, None], squared * weight)
        fitted = constant + slope * unit / people
    return VarianceModel(float(constant), float(slope * unit))
