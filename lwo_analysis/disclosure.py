"""Nothing small leaves: figures that rest on too few people are taken out before anything is shown or written.

This module guards single cells. It does not yet protect against a secret cell that follows from totals or from differences
between areas or years; figures of partners, where that can happen, are not read yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lwo_analysis.schema import Status

MINIMUM_DENOMINATOR = 100
MINIMUM_NUMERATOR = 10
"""Below these no percentage or rate is shown: they swing too much from year to year and may point at persons."""


@dataclass(frozen=True)
class Protected:
    """Observations that may be shown, and how many figures were taken out.

    Attributes
    ----------
    observations : DataFrame
        The same rows; figures that rest on too few people have status `suppressed` and no value, interval or counts.
    suppressed : int
        Number of figures taken out.
    """

    observations: pd.DataFrame
    suppressed: int


def suppress_small(
    observations: pd.DataFrame, *, minimum_numerator: int = MINIMUM_NUMERATOR, minimum_denominator: int = MINIMUM_DENOMINATOR
) -> Protected:
    """Return the observations without the shares and rates that rest on too few people.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table. Not changed. Figures without counts (typed from a document, model shares) stay.
    minimum_numerator, minimum_denominator : int
        Smallest counts that may be shown; a count equal to the minimum is shown.

    Examples
    --------
    >>> row = {"value": 9.0, "numerator": 9.0, "denominator": 100.0, "lower": None, "upper": None, "n": 100.0, "status": "final"}
    >>> suppress_small(pd.DataFrame([row])).observations["status"].tolist()
    ['suppressed']
    """
    too_small = (observations["numerator"] < minimum_numerator) | (observations["denominator"] < minimum_denominator)
    hidden = too_small.fillna(False).astype(bool) & observations["denominator"].notna() & observations["value"].notna()
    counts = {name: observations[name].mask(hidden) for name in ("value", "lower", "upper", "numerator", "denominator", "n")}
    status = observations["status"].mask(hidden, str(Status.SUPPRESSED))
    return Protected(observations.assign(**counts, status=status), int(hidden.sum()))
