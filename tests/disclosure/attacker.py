"""A reader who wants the secret figures: knows every rule, every sum and every number of residents, and reads all.

Nothing here uses the protection or its way of calculating; the sums are written out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import linprog

Key = tuple[str, str, int]
"""Indicator, area and year of a count."""


@dataclass
class Attacker:
    """What the reader knows before reading.

    Attributes
    ----------
    sums : list
        (whole, parts) of areas.
    bases : mapping
        Count below the line of every share, known from elsewhere.
    scales : mapping
        Indicator to 100 for percentages, 1 for counts.
    compositions : list
        Indicators whose counts add up to the base of the first.
    means : list
        (area, members): the unweighted mean of values.
    pooled : list
        (indicator, part, years): its count is the sum of the part's in so many years.
    below : float
        The reader knows of every secret count whether it is at most this.
    """

    sums: Sequence[tuple[str, Sequence[str]]]
    bases: Mapping[Key, float]
    scales: Mapping[str, float]
    compositions: Sequence[Sequence[str]] = ()
    means: Sequence[tuple[str, Sequence[str]]] = ()
    pooled: Sequence[tuple[str, str, int]] = ()
    below: float = 9.0
    known: dict[Key, float] = field(default_factory=dict)
    published_means: dict[Key, float] = field(default_factory=dict)

    def read_table(self, table: pd.DataFrame) -> None:
        """Take every count that a row says in any way: above the line, or as percentage x base."""
        mean_areas = {area for area, _ in self.means}
        for row in table.to_dict("records"):
            key = (row["indicator_id"], row["area_id"], int(row["year"]))
            if row["area_id"] in mean_areas:
                if pd.notna(row["value"]):
                    self.published_means[key] = float(row["value"])
                continue
            base = row["denominator"] if pd.notna(row["denominator"]) else self.bases.get(key)
            ways = [
                float(row["numerator"]) if pd.notna(row["numerator"]) else None,
                self._count(key, row["value"], base),
                float(row["n"]) if pd.notna(row["n"]) and self.scales[key[0]] == 1 else None,
                *(self._count(key, row[end], base) for end in ("lower", "upper") if pd.notna(row[end])),
            ]
            said = [way for way in ways if way is not None]
            if said:
                self.known[key] = said[0]
            if pd.notna(row["denominator"]) and key not in self.bases:
                self.bases = {**self.bases, key: float(row["denominator"])}

    def read_claims(self, claims: Iterable[Mapping]) -> None:
        """Take the numbers of sentences: a value, and the value it is compared with."""
        for claim in claims:
            for area, value in ((claim["area"], claim["value"]), (claim["compare"], claim["compare_value"])):
                key = (claim["indicator"], area, claim["year"])
                if value is not None and area is not None and claim["indicator"] in self.scales and key in self.bases:
                    self.known.setdefault(key, self._count(key, value, self.bases[key]))

    def _count(self, key: Key, value: float, base: float | None) -> float | None:
        if pd.isna(value):
            return None
        if self.scales[key[0]] == 1:
            return float(value)
        return None if base is None or pd.isna(base) else float(value) * float(base) / self.scales[key[0]]

    def equations(self, keys: set[Key]) -> list[tuple[dict[Key, float], float]]:
        """Return every sum that holds among these counts, with its known side."""
        pairs = sorted({(indicator, year) for indicator, _, year in keys})
        found: list[tuple[dict[Key, float], float]] = []
        for indicator, year in pairs:
            for whole, parts in self.sums:
                found.append(({(indicator, part, year): 1.0 for part in parts} | {(indicator, whole, year): -1.0}, 0.0))
            for area, members in self.means:
                mean = self.published_means.get((indicator, area, year))
                if mean is not None:
                    factors = {
                        (indicator, name, year): self.scales[indicator] / self.bases[indicator, name, year] for name in members
                    }
                    found.append((factors, mean * len(members)))
        for area, year in sorted({(area, year) for _, area, year in keys}):
            for names in self.compositions:
                base = self.bases.get((names[0], area, year))
                if base is not None:
                    found.append(({(name, area, year): 1.0 for name in names}, base))
            for whole, part, years in self.pooled:
                terms = {(part, area, year - back): 1.0 for back in range(years)}
                found.append((terms | {(whole, area, year): -1.0}, 0.0))
        return found

    def ranges(self, secrets: Mapping[Key, float], every: set[Key]) -> dict[Key, tuple[float, float]]:
        """Return the smallest and largest possible count of each secret one (linear programming)."""
        unknown = sorted(every - set(self.known))
        place = {key: number for number, key in enumerate(unknown)}
        rows, sides = self._reduced(every, place)
        small = {key for key, count in secrets.items() if count <= self.below}
        tops = [min(self.below if key in small else np.inf, self.bases.get(key, np.inf)) for key in unknown]
        bounds = [(0.0, None if np.isinf(top) else top) for top in tops]
        found = {}
        for key in secrets:
            if key in self.known:
                found[key] = (self.known[key], self.known[key])
                continue
            found[key] = self._ends(place[key], rows, sides, bounds)
        return found

    def determined(self, secrets: Mapping[Key, float], every: set[Key]) -> dict[Key, float]:
        """Return the secret counts that the equations alone fix, with their value (least squares)."""
        unknown = sorted(every - set(self.known))
        place = {key: number for number, key in enumerate(unknown)}
        rows, sides = self._reduced(every, place)
        if not len(rows):
            return {key: self.known[key] for key in secrets if key in self.known}
        solution, *_ = np.linalg.lstsq(rows, sides, rcond=None)
        row_space = np.linalg.pinv(rows) @ rows
        fixed = {key: solution[place[key]] for key in secrets if key in place and row_space[place[key], place[key]] > 1 - 1e-6}
        return fixed | {key: self.known[key] for key in secrets if key in self.known}

    def _reduced(self, every: set[Key], place: Mapping[Key, int]) -> tuple[np.ndarray, np.ndarray]:
        rows, sides = [], []
        for terms, side in self.equations(every):
            if any(key not in place and key not in self.known for key in terms):
                continue  # a count of which the reader has neither the figure nor the row
            row = np.zeros(len(place))
            for key, factor in terms.items():
                if key in place:
                    row[place[key]] += factor
                else:
                    side = side - factor * self.known[key]
            if row.any():
                rows.append(row)
                sides.append(side)
        return np.array(rows).reshape(len(rows), len(place)), np.array(sides)

    @staticmethod
    def _ends(column: int, rows: np.ndarray, sides: np.ndarray, bounds: list) -> tuple[float, float]:
        reach = np.zeros(rows.shape[1], dtype=bool)
        reach[column] = True
        while True:  # only what is tied to the secret count; the rest makes the programme large and says nothing
            touching = rows[:, reach].any(axis=1) if len(rows) else np.array([], dtype=bool)
            wider = reach | rows[touching].any(axis=0) if touching.any() else reach
            if (wider == reach).all():
                break
            reach = wider
        kept = np.flatnonzero(reach)
        objective = (kept == column).astype(float)
        near = [bounds[index] for index in kept]
        if not touching.any():
            return near[int(objective.argmax())][0], near[int(objective.argmax())][1] or np.inf
        ends = []
        for sign in (1.0, -1.0):
            # A small slack takes up the digits that a percentage loses when it is written out.
            table = np.vstack([rows[touching][:, kept], -rows[touching][:, kept]])
            limit = np.concatenate([sides[touching], -sides[touching]]) + 1e-5
            solved = linprog(sign * objective, A_ub=table, b_ub=limit, bounds=near, method="highs")
            assert solved.status in (0, 3), solved.message
            ends.append(sign * solved.fun if solved.status == 0 else sign * -np.inf)
        return ends[0], ends[1]
