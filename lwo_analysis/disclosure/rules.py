"""The first step: which figures are too small to show by themselves, under the rule of their source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwo_analysis.disclosure.policy import DisclosurePolicy, IndicatorParts
from lwo_analysis.errors import CatalogueError
from lwo_analysis.schema import Status

MINIMUM_DENOMINATOR = 100
MINIMUM_NUMERATOR = 10
"""Below these no percentage or rate is shown: they swing too much from year to year and may point at persons."""
NUMBER_COLUMNS: tuple[str, ...] = ("value", "lower", "upper", "numerator", "denominator", "n")
BASE_WIDTH = MINIMUM_NUMERATOR - 1
"""How wide the range of an unknown count must stay where no rule says more: 0 to 9."""
RELATIVE_WIDTH = 0.2
"""A hidden mean stays unknown to at least a fifth of its size."""


@dataclass(frozen=True)
class SmallFigures:
    """Observations without the figures that are too small by themselves.

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
) -> SmallFigures:
    """Return the observations without the shares and rates that rest on too few people.

    This step alone is not safe to publish: what is taken out may follow from a total. Use `protect`.

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
    return SmallFigures(without_figures(observations, hidden), int(hidden.sum()))


def without_figures(observations: pd.DataFrame, hidden: pd.Series) -> pd.DataFrame:
    """Return the observations in which the hidden rows have status `suppressed` and no number at all.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    hidden : Series of bool
        Rows to empty.
    """
    emptied = {name: observations[name].mask(hidden) for name in NUMBER_COLUMNS}
    return observations.assign(**emptied, status=observations["status"].mask(hidden, str(Status.SUPPRESSED)))


def amounts_of_rows(observations: pd.DataFrame, policy: DisclosurePolicy) -> pd.DataFrame:
    """Return what every row says, as amounts that add up, and whether its rule hides it.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table.
    policy : DisclosurePolicy
        Rules and indicators.

    Returns
    -------
    DataFrame
        Index of the observations. `area_id, indicator_id, year` (-1 where there is none). `quantity, amount`: the count above the
        line, the count, or value x weight / scale, NaN where the row does not say it. `below, below_amount`: the same below the
        line. `value` and `scale`. `too_small` (hidden by its rule), `withheld` (left out by the provider), `exempt`. `largest`: a
        reader knows that a secret amount is no larger. `width`: how far apart its smallest and largest possible amount must
        stay; `relative_width` the same as a fraction of the amount, for means.

    Raises
    ------
    CatalogueError
        No rule speaks about a row.
    """
    known = {name: _parts(name, policy, observations) for name in observations["indicator_id"].unique()}
    parts = observations["indicator_id"].map(known)
    numbers = {name: observations[name].astype(float) for name in NUMBER_COLUMNS}
    scale = parts.map(lambda part: part.scale).astype(float)
    is_mean = parts.map(lambda part: part.is_mean).astype(bool)
    below_amount = numbers["denominator"].where(~is_mean, numbers["n"])
    by_share = numbers["value"] * below_amount / scale
    by_count = numbers["value"].where(parts.map(lambda part: not part.denominator).astype(bool))
    rows = pd.DataFrame(
        {
            "area_id": observations["area_id"].astype(str),
            "indicator_id": observations["indicator_id"].astype(str),
            "year": observations["year"].astype(float).fillna(-1).astype(int),
            "quantity": parts.map(lambda part: part.numerator),
            "amount": numbers["numerator"].fillna(by_share).fillna(by_count.where(~is_mean)),
            "below": parts.map(lambda part: part.denominator),
            "below_amount": below_amount,
            "value": numbers["value"],
            "scale": scale,
        }
    )
    return rows.assign(**_judged(observations, rows, numbers["n"], parts, policy))


def rules_of_rows(observations: pd.DataFrame, policy: DisclosurePolicy) -> pd.Series:
    """Return the rule of every row: that of its source, else that of its origin.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    policy : DisclosurePolicy
        The rules, and how figures add up.

    Raises
    ------
    CatalogueError
        No rule speaks about a row.
    """
    by_source = {name: rule for rule in policy.rules for name in rule.sources}
    by_origin = {name: rule for rule in policy.rules for name in rule.origins}
    pairs = observations[["source_id", "origin"]].drop_duplicates()
    found = {(source, origin): by_source.get(source, by_origin.get(origin)) for source, origin in pairs.itertuples(index=False)}
    lacking = sorted(f"{source} ({origin})" for (source, origin), rule in found.items() if rule is None)
    if lacking:
        raise CatalogueError(
            "catalogue/disclosure.yml",
            expected="a rule for every source or origin",
            found=f"none for {', '.join(lacking)}",
            remedy="add a rule before the figures are shown",
        )
    keys = zip(observations["source_id"], observations["origin"], strict=True)
    return pd.Series([found[key] for key in keys], index=observations.index, dtype=object)


def _judged(
    observations: pd.DataFrame, rows: pd.DataFrame, n: pd.Series, parts: pd.Series, policy: DisclosurePolicy
) -> dict[str, pd.Series]:
    """Return which rows their rule hides, and what a reader knows of them beforehand."""
    rules = rules_of_rows(observations, policy)
    is_mean = parts.map(lambda part: part.is_mean).astype(bool)
    is_count = parts.map(lambda part: not part.denominator).astype(bool)
    exempt = rules.map(lambda rule: rule.exempt).astype(bool)
    minimum = _limit(rules, "minimum_numerator").where(~is_count, _limit(rules, "minimum_count"))
    is_rate = ~is_mean & ~is_count & rows["below_amount"].notna()
    small_count = (is_rate | is_count) & (rows["amount"] < minimum)
    small_base = (is_rate & (rows["below_amount"] < _limit(rules, "minimum_denominator"))) | (n < _limit(rules, "minimum_n"))
    withheld = observations["status"].eq(str(Status.SUPPRESSED)).astype(bool) & ~exempt
    known_below = _limit(rules, "known_below").where(withheld & ~is_mean).fillna(np.inf)
    whole = rows["below_amount"].where(parts.map(lambda part: part.is_share).astype(bool)).fillna(np.inf)
    largest = np.minimum((minimum - 1).where(small_count, known_below - 1), np.maximum(whole, rows["amount"].fillna(0)))
    width = np.maximum(minimum - 1, BASE_WIDTH).where(~is_mean, 0.0)
    return {
        "exempt": exempt,
        "too_small": (small_count | small_base) & rows["value"].notna() & ~exempt,
        "withheld": withheld,
        "largest": largest,
        "width": np.minimum(width, largest),
        "relative_width": is_mean.map({True: RELATIVE_WIDTH, False: 0.0}),
    }


def _limit(rules: pd.Series, name: str) -> pd.Series:
    return rules.map(lambda rule: getattr(rule, name)).astype(float)


def _parts(indicator_id: str, policy: DisclosurePolicy, observations: pd.DataFrame) -> IndicatorParts:
    """Return the quantities of an indicator; of one that the policy does not know, as far as its rows show them."""
    if indicator_id in policy.indicators:
        return policy.indicators[indicator_id]
    rows = observations[observations["indicator_id"].eq(indicator_id)]
    counted, based = rows["numerator"].notna().any(), rows["denominator"].notna().any()
    name = f"indicator {indicator_id}"
    if based:
        return IndicatorParts(name, f"{name}, denominator", _scale(rows))
    return IndicatorParts(name) if counted else IndicatorParts(name, f"{name}, weight", is_mean=True)


def _scale(rows: pd.DataFrame) -> float:
    ratio = (rows["value"] * rows["denominator"] / rows["numerator"]).astype(float).replace(np.inf, np.nan).dropna()
    return float(ratio.median()) if len(ratio) else 100.0


def rounded_counts(observations: pd.DataFrame, policy: DisclosurePolicy) -> pd.DataFrame:
    """Return the observations with counts as multiples of their rule's base, and values that follow from the rounded counts.

    Intervals move with their value. Rounding adds doubt, but the protection does not lean on it. Rows whose rule has no base,
    means and rows without a number stay as they are.

    Parameters
    ----------
    observations : DataFrame
        Rows of the observation table. Not changed.
    policy : DisclosurePolicy
        The rules, and how figures add up.

    Examples
    --------
    >>> from lwo_analysis.disclosure.policy import Rule
    >>> rule = Rule("r", "", "", origins=("partner",), rounding=5)
    >>> row = {"source_id": "s", "origin": "partner", "indicator_id": "i", "value": 10.2, "numerator": 51.0, "denominator": 500.0,
    ...        "n": 500.0, "lower": None, "upper": None}
    >>> frame = pd.DataFrame([row]).astype({"lower": "Float64", "upper": "Float64"})
    >>> rounded_counts(frame, DisclosurePolicy((rule,))).loc[0, ["value", "numerator", "denominator"]].tolist()
    [10.0, 50.0, 500.0]
    """
    base = rules_of_rows(observations, policy).map(lambda rule: rule.rounding).astype(float)
    if not base.gt(0).any():
        return observations
    kept = base.gt(0) & observations["numerator"].notna()
    counts = {
        name: observations[name].mask(kept & observations[name].notna(), _to_multiple(observations[name], base))
        for name in ("numerator", "denominator", "n")
    }
    old, new = observations["numerator"] / observations["denominator"], counts["numerator"] / counts["denominator"]
    value = (observations["value"] * new / old.where(old > 0)).where(observations["denominator"].notna(), counts["numerator"])
    shift = (value - observations["value"]).where(kept & value.notna(), 0.0)
    moved = {name: observations[name] + shift for name in ("value", "lower", "upper")}
    return observations.assign(**counts, **moved)


def _to_multiple(counts: pd.Series, base: pd.Series) -> pd.Series:
    step = base.where(base > 0, 1.0)
    return np.floor(counts.astype("Float64") / step + 0.5) * step
