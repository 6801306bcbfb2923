"""The place of an area among many, with an interval around that place."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def rank_interval(
    estimates: pd.Series,
    standard_errors: pd.Series,
    areas: Sequence[str] | None = None,
    *,
    level: float = 0.95,
    simultaneous: bool = False,
) -> pd.DataFrame:
    """Return the rank of areas among all areas, 1 for the highest value, with an interval on the rank.

    A rank without an interval suggests an order that the figures do not have. Do not use it to rank groups of people.

    Parameters
    ----------
    estimates : Series
        One value per area (index); areas without a value are left out of the field and counted in a `DroppedRowsWarning`.
    standard_errors : Series
        Standard error of each value, > 0 (`uncertainty.share_standard_error`).
    areas : sequence of str or None
        Areas to report; None is all of them.
    level : float
        Coverage, between 0 and 1.
    simultaneous : bool
        False: each interval holds with the given coverage by itself. True: all reported intervals hold together.

    Returns
    -------
    DataFrame
        Indexed by area: `rank` (ties share the best place), `lower` and `upper` (places), `n` (areas in the field).

    Raises
    ------
    InputError
        A standard error is missing or not positive, or a reported area has no value.

    Notes
    -----
    Confidence intervals for the differences with every other area, not a simulation. An area is surely behind the areas whose
    difference is surely positive and surely ahead of those whose difference is surely negative: lower = 1 + #(surely higher),
    upper = n - #(surely lower), with |difference| > z sqrt(s_i² + s_j²) and z corrected by Bonferroni for n - 1 differences,
    or (simultaneous) for reported areas x (n - 1). Assumes independent errors (not checked).

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91, 476-518; in the spirit of Klein, Wright and
    Wieczorek (2020), JRSS A 183, 589-606.

    Examples
    --------
    9 is surely first; 5 and 4, less than a standard error of their difference apart, cannot be told apart.

    >>> values, errors = pd.Series({"a": 5.0, "b": 4.0, "c": 9.0}), pd.Series({"a": 1.0, "b": 1.0, "c": 0.1})
    >>> rank_interval(values, errors)[["rank", "lower", "upper"]].to_numpy().tolist()
    [[2, 2, 3], [3, 2, 3], [1, 1, 1]]
    """
    field, errors = _field(estimates, standard_errors)
    reported = list(field.index if areas is None else areas)
    strangers = [name for name in reported if name not in field.index]
    _require(not strangers, "areas", "areas with a value", f"none for {strangers[:5]}")
    positions = field.index.get_indexer(reported)
    z = _corrected_z(level, (len(field) - 1) * (len(reported) if simultaneous else 1))
    rows = [_places(field.to_numpy(), errors, int(position), z) for position in positions]
    table = pd.DataFrame(rows, columns=["rank", "lower", "upper"], index=pd.Index(reported, name="area_id"))
    return table.assign(n=len(field))


def _field(estimates: pd.Series, standard_errors: pd.Series) -> tuple[pd.Series, NDArray[np.float64]]:
    _require(estimates.index.is_unique, "estimates", "one value per area", "a repeated area")
    field = estimates.dropna().astype(float)
    if len(field) < len(estimates):
        _warn_dropped(len(estimates) - len(field))
    _require(len(field) > 1, "estimates", "at least two areas with a value", str(len(field)))
    errors = standard_errors.reindex(field.index).to_numpy(float)
    _require(bool((errors > 0).all()), "standard_errors", "a positive one for every area with a value", "another one")
    return field, errors


def _places(values: NDArray[np.float64], errors: NDArray[np.float64], position: int, z: float) -> tuple[int, int, int]:
    difference = values - values[position]
    margin = z * np.hypot(errors, errors[position])
    surely_higher, surely_lower = int((difference > margin).sum()), int((difference < -margin).sum())
    return 1 + int((difference > 0).sum()), 1 + surely_higher, len(values) - surely_lower


def _corrected_z(level: float, comparisons: int) -> float:
    if not 0 < level < 1:
        raise ParameterError("level", expected="a coverage between 0 and 1", found=str(level), remedy="use 0.95")
    return float(stats.norm.isf((1 - level) / 2 / comparisons))


def _warn_dropped(number: int) -> None:
    warnings.warn(f"{number} area(s) without a value are not in the ranking.", DroppedRowsWarning, stacklevel=4)


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise InputError(where, expected=expected, found=found, remedy="correct the input of the ranking")
