"""How much chance there is in an area's share: it depends on the number of people and on the level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.effects.panel import FloatArray
from lwo_analysis.errors import ParameterError

COLUMN = "effective_size"


def effective_size(people: FloatArray, share: FloatArray) -> FloatArray:
    r"""Return the size of an area as chance sees it: one over the binomial variance of its share.

    Use it as the population of a design whose areas differ in level: a share of 12 % is two and a half times as variable as one
    of 4.5 % among as many people, and size-matched inference that looks at people only is then too sure of the higher one. Do not
    use it for means, indices or rates above one.

    Parameters
    ----------
    people : ndarray
        Persons or households, > 0.
    share : ndarray, same shape
        Fraction between 0 and 1. A share of 0 or 1 counts as half a person from the end, because its chance is not nothing.

    Returns
    -------
    ndarray
        :math:`M / (p (1 - p))`.

    Raises
    ------
    ParameterError
        A number of people is not positive, or a share lies outside 0 to 1.

    Notes
    -----
    Size-matched inference needs untreated areas with as much chance as the treated one: it cannot see beyond the smallest of
    them. Assumes that chance is binomial with a factor that all areas share; families and streets make it larger, and the
    variance model of :func:`~lwo_analysis.effects.inference.variance_model.ferman_pinto_variance` estimates that factor.

    Examples
    --------
    >>> effective_size(np.array([1000.0, 1000.0]), np.array([0.5, 0.1])).round(1).tolist()
    [4000.0, 11111.1]
    """
    people, share = np.asarray(people, dtype=float), np.asarray(share, dtype=float)
    if not (people > 0).all() or not ((share >= 0) & (share <= 1)).all():
        raise ParameterError(
            "effective size",
            expected="people above 0 and shares from 0 to 1",
            found=f"{int((~(people > 0)).sum())} and {int((~((share >= 0) & (share <= 1))).sum())} others",
            remedy="leave these areas out, or use people for an outcome that is no share",
        )
    inside = np.clip(share, 0.5 / people, 1 - 0.5 / people)
    return people / (inside * (1 - inside))


def with_effective_size(
    panel: pd.DataFrame, *, scale: float, unit_col: str = "area_id", start_col: str = "start_year", people_col: str = "n"
) -> pd.DataFrame:
    """Return the panel with a column ``effective_size``, one value per area from its years before any start.

    Parameters
    ----------
    panel : DataFrame
        Columns `value` (share times `scale`), `year`, and those named. Not changed.
    scale : float
        Value of a share of one: 100 for percentages.
    unit_col : str
        Column of the areas.
    start_col : str
        Column of their first treated year, missing when there is none.
    people_col : str
        Column of how many people the figure is about.

    Raises
    ------
    ParameterError
        As in :func:`effective_size`.
    """
    before = panel[panel["year"].lt(panel[start_col].min())]
    means = before.groupby(unit_col).agg(value=("value", "mean"), people=(people_col, "mean"))
    sizes = effective_size(means["people"].to_numpy(float), means["value"].to_numpy(float) / scale)
    return panel.assign(**{COLUMN: panel[unit_col].map(pd.Series(sizes, index=means.index))})
