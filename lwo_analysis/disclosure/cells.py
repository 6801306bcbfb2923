"""The published table as a linear system: every amount is an unknown, every sum that a reader can make is an equation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from lwo_analysis.disclosure.policy import AreaSum, DisclosurePolicy

Cell = tuple[str, str, int]
"""Quantity, area and year: one amount, whichever and however many rows publish it."""
VALUE_OF = "value of "
"""Starts the name of a quantity that is a value as it stands, not a count."""
Relation = dict[Cell, float]
"""Coefficients of cells whose weighted sum is zero."""


@dataclass(frozen=True)
class CellSystem:
    """The amounts of a table and the sums that tie them.

    Attributes
    ----------
    names : tuple of Cell
        One entry per amount.
    amounts : ndarray, shape (cells,)
        NaN where the table does not say it.
    lower, upper : ndarray, shape (cells,)
        What a reader knows of an amount before looking at any sum.
    is_secret, width, relative_width : ndarray, shape (cells,)
        Amounts that must stay unknown, and how far apart their smallest and largest possible value must stay.
    publishers : tuple of ndarray
        Positions of the rows that publish each amount; empty for one that no row publishes.
    costs : ndarray, shape (cells,)
        What is lost when an amount is hidden; infinite where it cannot be.
    relations : csr_array (or ndarray for a part of a table), shape (sums, cells)
        Factors of the amounts in every sum.
    sides : ndarray, shape (sums,)
        What the sums come to, but for the provider's rounding: a base that everybody knows is not a column but stands here.
    """

    names: tuple[Cell, ...]
    amounts: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    is_secret: np.ndarray
    width: np.ndarray
    relative_width: np.ndarray
    publishers: tuple[np.ndarray, ...]
    costs: np.ndarray
    relations: csr_array | np.ndarray
    sides: np.ndarray


def cell_system(rows: pd.DataFrame, source_ids: pd.Series, policy: DisclosurePolicy) -> CellSystem:
    """Return the linear system of a table.

    Parameters
    ----------
    rows : DataFrame
        From `amounts_of_rows`, index 0, 1, ...; rows without a year or exempt from the rules take no part in any sum.
    source_ids : Series
        Source of every row, which says how its areas add up.
    policy : DisclosurePolicy
        How areas, quantities and years add up, and what hiding costs.

    Notes
    -----
    The count below the line is taken as known to a reader (numbers of residents are public everywhere), unless it is itself a
    published count. A cell is one number however it leaves: as value, as numerator, or as value and denominator.
    """
    taking_part = rows[(rows["year"] >= 0) & ~rows["exempt"]]
    tops = taking_part[taking_part["amount"].notna() | taking_part["value"].isna()]
    publishers = _publishers(tops, taking_part)
    bases = _bases(taking_part, publishers)
    relations = [
        *_sums_over_areas(tops, source_ids, policy),
        *_sums_over_quantities(publishers, bases, policy),
        *_sums_over_years(publishers, policy),
        *_means_over_areas(taking_part, publishers, policy),
    ]
    return _assembled(rows, publishers, bases, relations, policy)


def _publishers(tops: pd.DataFrame, rows: pd.DataFrame) -> dict[Cell, list[int]]:
    """Return the rows that publish each amount: above the line, and below it where it is an amount in its own right."""
    found: dict[Cell, list[int]] = defaultdict(list)
    for position, quantity, area, year in tops[["quantity", "area_id", "year"]].itertuples(name=None):
        found[quantity, area, year].append(position)
    for position, quantity, area, year in rows[["below", "area_id", "year"]].itertuples(name=None):
        if (quantity, area, year) in found:
            found[quantity, area, year].append(position)
    return dict(found)


def _bases(rows: pd.DataFrame, publishers: Mapping[Cell, list[int]]) -> dict[Cell, float]:
    """Return the counts below the line that are no amounts in their own right."""
    stated = rows[rows["below"].ne("") & rows["below_amount"].notna()]
    cells = zip(zip(stated["below"], stated["area_id"], stated["year"], strict=True), stated["below_amount"], strict=True)
    return {cell: float(amount) for cell, amount in cells if cell not in publishers}


def _sums_over_areas(tops: pd.DataFrame, source_ids: pd.Series, policy: DisclosurePolicy) -> Iterator[Relation]:
    families = source_ids.reindex(tops.index).map(lambda name: name if name in policy.area_sums else "")
    grouped = tops.assign(family=families).groupby(["quantity", "year", "family"])["area_id"].agg(set)
    for (quantity, year, family), present in grouped.items():
        for entry in _informative(policy.area_sums.get(family, ()), present):
            yield {(quantity, part, year): 1.0 for part in entry.parts} | {(quantity, entry.whole, year): -1.0}


def _informative(sums: tuple[AreaSum, ...], present: set[str]) -> list[AreaSum]:
    """Return the sums that say something: a total that is not in the table and occurs in no other sum says nothing."""
    kept = [entry for entry in sums if len(present & {entry.whole, *entry.parts}) > 1]
    while True:
        occurrences = Counter(name for entry in kept for name in (entry.whole, *entry.parts))
        saying = [entry for entry in kept if entry.whole in present or occurrences[entry.whole] > 1]
        if len(saying) == len(kept):
            return kept
        kept = saying


def _sums_over_quantities(
    publishers: Mapping[Cell, list[int]], bases: Mapping[Cell, float], policy: DisclosurePolicy
) -> Iterator[Relation]:
    parts_of = {(entry.whole, entry.parts): entry.exhaustive for entry in policy.compositions}
    for area, year in dict.fromkeys((area, year) for _, area, year in publishers):
        for (whole, parts), exhaustive in parts_of.items():
            cells = [(part, area, year) for part in parts]
            total = (whole, area, year)
            if not any(cell in publishers for cell in cells) or not (total in publishers or total in bases):
                continue
            rest = {} if exhaustive else {(f"rest of {whole} beside {parts}", area, year): 1.0}
            yield dict.fromkeys(cells, 1.0) | rest | {total: -1.0}


def _sums_over_years(publishers: Mapping[Cell, list[int]], policy: DisclosurePolicy) -> Iterator[Relation]:
    pooled = {entry.whole: entry for entry in policy.year_sums}
    for quantity, area, year in publishers:
        if quantity in pooled:
            entry = pooled[quantity]
            terms = {(entry.part, area, year - back): 1.0 for back in range(entry.years)}
            yield terms | {(quantity, area, year): -1.0}


def _means_over_areas(rows: pd.DataFrame, publishers: dict[Cell, list[int]], policy: DisclosurePolicy) -> list[Relation]:
    """Tie an unweighted mean to the values of its members; a value is the scale times the amount over its base."""
    found = []
    for entry in policy.area_means:
        means = rows[rows["area_id"].eq(entry.area_id) & rows["value"].notna()]
        groups = dict(list(rows[rows["area_id"].isin(entry.members)].groupby(["indicator_id", "year"])))
        for position, indicator, year in means[["indicator_id", "year"]].itertuples(name=None):
            cell = (f"{VALUE_OF}{indicator}", entry.area_id, year)
            if (indicator, year) in groups:
                publishers[cell] = [position]
                terms = _terms_of_mean(groups[indicator, year], publishers)
                found.append(terms | {cell: -float(len(entry.members))})
    return found


def _terms_of_mean(members: pd.DataFrame, publishers: dict[Cell, list[int]]) -> Relation:
    """Return the factors of the members; one whose base nobody knows is taken to have the usual base."""
    factors = (members["scale"] / members["below_amount"].where(members["below"].ne(""), 1.0)).astype(float)
    usual = factors.fillna(factors.median() if factors.notna().any() else 1.0)
    bare = members["amount"].isna() & members["value"].notna()
    terms: Relation = {}
    columns = zip(
        members.index, bare, usual, members["indicator_id"], members["quantity"], members["area_id"], members["year"], strict=True
    )
    for position, is_bare, factor, indicator, quantity, area, year in columns:
        if is_bare:
            publishers[f"{VALUE_OF}{indicator}", area, year] = [position]
            terms[f"{VALUE_OF}{indicator}", area, year] = 1.0
        else:
            terms[quantity, area, year] = float(factor)
    return terms


def _assembled(
    rows: pd.DataFrame,
    publishers: Mapping[Cell, list[int]],
    bases: Mapping[Cell, float],
    relations: list[Relation],
    policy: DisclosurePolicy,
) -> CellSystem:
    names = tuple(dict.fromkeys([*publishers, *(cell for relation in relations for cell in relation if cell not in bases)]))
    known = [np.array(publishers.get(cell, []), dtype=int) for cell in names]
    owner = np.repeat(np.arange(len(names)), [len(positions) for positions in known])
    row = np.concatenate(known) if owner.size else np.array([], dtype=int)
    on_top = np.array([names[cell][0] for cell in owner], dtype=object) == rows["quantity"].to_numpy()[row]
    amounts = _amounts(names, owner, row, on_top, rows)
    owner, row = owner[on_top], row[on_top]
    is_secret = np.zeros(len(names), dtype=bool)
    np.logical_or.at(is_secret, owner, (rows["too_small"] | rows["withheld"]).to_numpy()[row])
    upper, width, relative = np.full(len(names), np.inf), np.zeros(len(names)), np.zeros(len(names))
    np.minimum.at(upper, owner, rows["largest"].to_numpy()[row])
    np.maximum.at(width, owner, rows["width"].to_numpy()[row])
    np.maximum.at(relative, owner, rows["relative_width"].to_numpy()[row])
    negative = {cell[0] for cell, amount in zip(names, amounts, strict=True) if amount < 0}
    return CellSystem(
        names,
        amounts,
        np.array([-np.inf if cell[0] in negative else 0.0 for cell in names]),
        upper,
        is_secret,
        width,
        relative,
        tuple(known),
        _costs(names, amounts, known, policy),
        _matrix(names, relations),
        np.array([-sum(factor * bases[cell] for cell, factor in terms.items() if cell in bases) for terms in relations], float),
    )


def _amounts(names: tuple[Cell, ...], owner: np.ndarray, row: np.ndarray, on_top: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Return what the first row that states it says of each amount: its count above or below the line, or its value."""
    is_value = np.array([cell[0].startswith(VALUE_OF) for cell in names], dtype=bool)[owner]
    stated = np.where(on_top, rows["amount"].to_numpy()[row], rows["below_amount"].to_numpy()[row])
    stated = np.where(is_value, rows["value"].to_numpy()[row], stated)
    found = pd.Series(stated).groupby(owner).first()
    return found.reindex(range(len(names))).to_numpy(dtype=float)


def _costs(names: tuple[Cell, ...], amounts: np.ndarray, publishers: list[np.ndarray], policy: DisclosurePolicy) -> np.ndarray:
    """Return what hiding costs: by area, by rows that go with it, and by the usual size of the amount over the years.

    The size is a median over years, so that the same cell is chosen in every year and its neighbouring years do not give it away;
    the last digits, by order, leave no choice to the solver.
    """
    series = pd.DataFrame({"key": [cell[:2] for cell in names], "amount": np.abs(amounts)})
    typical = series.groupby("key")["amount"].transform("median").fillna(0.0).to_numpy()
    weight = np.array([policy.area_costs.get(area, 1.0) for _, area, _ in names])
    count = np.array([len(positions) for positions in publishers], dtype=float)
    tie_break = 1.0 + 1e-6 * pd.Series([cell[:2] for cell in names]).rank(method="dense").to_numpy()
    return np.where(count > 0, weight * count * (1.0 + np.log1p(typical)) * tie_break, np.inf)


def _matrix(names: tuple[Cell, ...], relations: list[Relation]) -> csr_array:
    place = {cell: index for index, cell in enumerate(names)}
    entries = [
        (number, place[cell], factor)
        for number, relation in enumerate(relations)
        for cell, factor in relation.items()
        if cell in place
    ]
    if not entries:
        return csr_array((len(relations), len(names)))
    row, column, factor = zip(*entries, strict=True)
    return csr_array((factor, (row, column)), shape=(len(relations), len(names)))
