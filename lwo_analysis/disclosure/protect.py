"""The whole protection: small figures, the figures from which they would follow, and rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.disclosure.cells import CellSystem, cell_system
from lwo_analysis.disclosure.policy import DisclosurePolicy
from lwo_analysis.disclosure.rules import amounts_of_rows, rounded_counts, without_figures
from lwo_analysis.disclosure.secondary import complementary_pattern, exposed_cells
from lwo_analysis.errors import OutputError

HIDDEN_COLUMNS: tuple[str, ...] = ("area_id", "indicator_id", "year", "source_id", "cause", "why")
EXPOSED_COLUMNS: tuple[str, ...] = ("quantity", "area_id", "year", "lowest", "highest")


@dataclass(frozen=True)
class Protected:
    """Observations that may be shown.

    Attributes
    ----------
    observations : DataFrame
        The same rows in the same order; a hidden figure has status `suppressed` and no value, interval or counts.
    suppressed : int
        Number of figures taken out, beside those that the provider left out.
    hidden : DataFrame
        Columns `HIDDEN_COLUMNS`, one row per figure without a number: `cause` is `provider`, `rule` (too small by itself) or
        `secondary` (another would follow from it), and `why` says so in words. For the operator: it tells which figures are
        small, so it must not be published.
    """

    observations: pd.DataFrame
    suppressed: int
    hidden: pd.DataFrame


def protect(observations: pd.DataFrame, policy: DisclosurePolicy, *, secondary: bool = True) -> Protected:
    """Return the observations without figures that are too small, and without those from which they would follow.

    Use it once, on a table as it was built: in its result a figure that was hidden to protect another looks like one that the
    provider left out.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table. Not changed.
    policy : DisclosurePolicy
        Rules per source and origin, and how areas, quantities and years add up.
    secondary : bool
        False stops after the first step, for tests and to measure what the second one costs. Such a table is not safe.

    Returns
    -------
    Protected
        In it, whoever knows all rules, sums and published figures can place a secret count no closer than its rule itself says
        (0 to 9 for a count below ten); a secret mean no closer than a fifth of its size.

    Raises
    ------
    CatalogueError
        No rule speaks about a row.

    Notes
    -----
    Not covered: what somebody knows from elsewhere about the figure itself, guesses from neighbouring years, and an earlier
    edition of the same table with another choice of hidden figures.

    Examples
    --------
    >>> from lwo_analysis.disclosure.policy import AreaSum, IndicatorParts, Rule
    >>> policy = DisclosurePolicy(
    ...     (Rule("r", "", "", origins=("register",), minimum_numerator=10),),
    ...     {"": (AreaSum("town", ("a", "b", "c")),)},
    ...     indicators={"share": IndicatorParts("people", "residents", 100.0, is_share=True)},
    ... )
    >>> counts = {"a": 4.0, "b": 40.0, "c": 60.0, "town": 104.0}
    >>> table = pd.DataFrame([
    ...     {"area_id": area, "indicator_id": "share", "year": 2020, "value": count / 10, "lower": None, "upper": None,
    ...      "numerator": count, "denominator": 1000.0, "n": 1000.0, "status": "final", "origin": "register", "source_id": "s"}
    ...     for area, count in counts.items()])
    >>> shown = protect(table, policy)
    >>> dict(zip(table["area_id"], shown.observations["status"]))
    {'a': 'suppressed', 'b': 'suppressed', 'c': 'final', 'town': 'final'}
    >>> shown.hidden["why"].tolist()
    ['rests on too few', 'would give away share of a in 2020']
    """
    plain = observations.reset_index(drop=True)
    rows = amounts_of_rows(plain, policy)
    cause = pd.Series("", index=plain.index).mask(rows["too_small"], "rule").mask(rows["withheld"], "provider")
    why = cause.map({"rule": "rests on too few", "provider": "left out by the provider", "": ""})
    if secondary and (rows["too_small"] | rows["withheld"]).any():
        for position, secret in _given_away(rows, plain["source_id"], policy).items():
            if not cause[position]:
                cause[position], why[position] = "secondary", f"would give away {secret}"
    emptied = without_figures(plain, cause.ne(""))
    shown = rounded_counts(emptied, policy)
    hidden = plain.assign(cause=cause, why=why).loc[cause.ne(""), list(HIDDEN_COLUMNS)]
    shown.index = observations.index
    return Protected(shown, int(cause.isin(["rule", "secondary"]).sum()), hidden.reset_index(drop=True))


def exposures(observations: pd.DataFrame, policy: DisclosurePolicy) -> pd.DataFrame:
    """Return the empty figures of a table that follow too closely from the others: none, in a table that may be published.

    This is an audit of a table as it stands, with no knowledge of which figures are small: every figure with status `suppressed`
    counts as secret.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    policy : DisclosurePolicy
        The rules, and how figures add up.

    Returns
    -------
    DataFrame
        Columns `EXPOSED_COLUMNS`: the amount and the ends of its possible range.
    """
    plain = observations.reset_index(drop=True)
    rows = amounts_of_rows(plain, policy).assign(too_small=False)
    # A figure hidden for another one may be any size, so what a provider says about its own small ones does not hold for it.
    bound = np.where(rows["withheld"], np.inf, rows["largest"])
    system = cell_system(rows.assign(largest=bound), plain["source_id"], policy)
    found = exposed_cells(system, np.isnan(system.amounts))
    return pd.DataFrame([(*system.names[cell], *ends) for cell, ends in found.items()], columns=list(EXPOSED_COLUMNS))


def check_protected(observations: pd.DataFrame, policy: DisclosurePolicy, *, where: str) -> None:
    """Raise when a figure that is left out of a table follows from the others.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    policy : DisclosurePolicy
        The rules, and how figures add up.
    where : str
        The table, for the error line.

    Raises
    ------
    OutputError
        One does; the line names the first.
    """
    found = exposures(observations, policy)
    if len(found):
        first = found.iloc[0]
        raise OutputError(
            where,
            expected="no hidden figure that follows from what is shown",
            found=f"{len(found)}, first {first['quantity']} of {first['area_id']} in {first['year']}",
            remedy="load the figures with load_observations, which protects them",
        )


def _given_away(rows: pd.DataFrame, source_ids: pd.Series, policy: DisclosurePolicy) -> dict[int, str]:
    """Return the rows that must go to protect others, with the figure that they would give away."""
    system = cell_system(rows, source_ids, policy)
    pattern = complementary_pattern(system)
    given = {cell: _words(system, secret, rows) for cell, secret in pattern.protects.items()}
    twins = {int(cell): _words(system, int(cell), rows) for cell in np.flatnonzero(system.is_secret)}
    return {int(position): words for cell, words in (twins | given).items() for position in system.publishers[cell]}


def _words(system: CellSystem, cell: int, rows: pd.DataFrame) -> str:
    quantity, area, year = system.names[cell]
    indicators = sorted(set(rows.loc[system.publishers[cell], "indicator_id"][rows["quantity"].eq(quantity)]))
    return f"{' and '.join(indicators)} of {area} in {year}"
