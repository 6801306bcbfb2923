"""What a claim says, computed a second time: from the table of observations and from the YAML of the catalogue, by other code.

Nothing of `lwo_analysis` is called here. A rule belongs to one kind of sentence (the `template` of a claim) and returns what its
numbers must be; :func:`faults_of` holds a claim against it. A kind of sentence without a rule is a fault.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

CATALOGUE = Path(__file__).resolve().parents[2] / "lwo_analysis" / "catalogue"
FACTS = ("value", "compare_value", "lower", "upper", "gap_lower", "gap_upper")
NUMBER = re.compile(r"(?<![\w.,])[\u2212]?\d+(?:[.,]\d+)*(?!\w)")
UNITS_WITH_DIGITS = ("per 1.000 inwoners", "per 1,000 residents", "95%-interval", "95% interval")

Claim = Mapping[str, Any]
Rule = Callable[[Claim, "World"], "Found"]


@dataclass(frozen=True)
class World:
    """Everything a rule may look at.

    Attributes
    ----------
    figures : DataFrame
        The table of observations as published, its numbers as floats.
    parameters : mapping
        The parameters of the page.
    page : tuple of mapping
        All claims of the page, for what is counted over them.
    raw : Path or None
        Raw files, for what is computed before the table is made.
    memory : dict
        What takes long to compute; pages on the same figures share it.
    """

    figures: pd.DataFrame
    parameters: Mapping[str, Any]
    page: tuple[Claim, ...]
    raw: Path | None = None
    memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        return bool(self.figures["origin"].eq("demo").all())

    def series(self, indicator: str, area: str) -> pd.DataFrame:
        """Return the counted figures of an area by year; model figures and figures without a year are not among them."""
        mine = self.figures[self.figures["indicator_id"].eq(indicator) & self.figures["area_id"].eq(area)]
        known = mine[mine["value"].notna() & mine["year"].notna() & mine["origin"].ne("modelled")]
        return known.assign(year=known["year"].astype(int)).set_index("year").sort_index()

    def row(self, indicator: str, area: str, year: float | None, sources: tuple[str, ...] = ()) -> pd.Series:
        """Return the one row of an indicator, area and year; a year of None is a figure whose document names none."""
        of_year = self.figures["year"].isna() if year is None else self.figures["year"].eq(year)
        mine = self.figures[of_year & self.figures["indicator_id"].eq(indicator) & self.figures["area_id"].eq(area)]
        mine = mine[mine["source_id"].isin(sources)] if sources else mine
        assert len(mine) == 1, f"{len(mine)} rows of {indicator} {area} {year}"
        return mine.iloc[0]


@dataclass(frozen=True)
class Found:
    """What a claim must be.

    Attributes
    ----------
    value, compare_value, lower, upper, gap_lower, gap_upper : float or None
        Its facts, unrounded.
    says : tuple of float
        The numbers in its sentence, in any order, unrounded; each stands there rounded.
    names : tuple of str
        Names in the sentence that hold digits of their own and must stand in it.
    near : mapping of str to float
        Absolute tolerance of a fact or of `says` that rests on random draws; everything else is exact.
    """

    value: float | None = None
    compare_value: float | None = None
    lower: float | None = None
    upper: float | None = None
    gap_lower: float | None = None
    gap_upper: float | None = None
    says: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    near: Mapping[str, float] = field(default_factory=dict)


def faults_of(claim: Claim, world: World, rules: Mapping[str, Rule]) -> list[str]:
    """Return what is wrong with a claim, one line per fault; empty when all of it was found again."""
    where = f"{claim['id']} ({claim['template']})"
    if claim["template"] not in rules:
        return [f"{where}: no re-derivation of this kind of sentence; add one to tests/support/rederive*.py"]
    try:
        found = rules[claim["template"]](claim, world)
    except (AssertionError, LookupError, StopIteration) as problem:
        return [f"{where}: {' '.join(str(problem).split()) or type(problem).__name__}"]
    return [f"{where}: {fault}" for fault in (*_faults_of_facts(claim, found), *_faults_of_sentence(claim, found))]


def numbers_in(text: str, lang: str, names: tuple[str, ...] = ()) -> list[tuple[float, int]]:
    """Return the numbers in a sentence with their decimals; those inside a name or a unit are no numbers.

    Examples
    --------
    >>> numbers_in("Op 1.610 in 2020: −0,25 procentpunt van de G40.", "nl")
    [(1610.0, 0), (2020.0, 0), (-0.25, 2)]
    """
    for name in sorted((*names, *catalogued_names(lang), *UNITS_WITH_DIGITS), key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    thousands, decimal = (".", ",") if lang == "nl" else (",", ".")
    plain = [found.replace("\u2212", "-").replace(thousands, "").replace(decimal, ".") for found in NUMBER.findall(text)]
    return [(float(number), len(number.partition(".")[2])) for number in plain]


@cache
def catalogued_names(lang: str) -> tuple[str, ...]:
    """Return the names of areas, indicators and interventions that hold a digit."""
    places = [entry[f"name_{lang}"] for entry in catalogue("areas.yml")]
    topics = [entry[f"name_{lang}"] for entry in catalogue("indicators.yml")]
    measures = [entry["name"][lang] for entry in catalogue("interventions.yml")["interventions"]]
    return tuple(name for name in (*places, *topics, *measures) if re.search(r"\d", name))


@cache
def catalogue(name: str) -> Any:
    """Return a file of the catalogue as it is written."""
    return yaml.safe_load((CATALOGUE / name).read_text(encoding="utf-8"))


def entry_of(name: str, id: str) -> dict[str, Any]:
    """Return one entry of a file that is a list of entries."""
    return next(entry for entry in catalogue(name) if entry["id"] == id)


def read_figures(path: Path) -> pd.DataFrame:
    """Return a parquet file of observations with plain floats, NaN for what is missing."""
    table = pd.read_parquet(path)
    numbers = ["year", "value", "lower", "upper", "numerator", "denominator", "n"]
    texts = [name for name in table.columns if name not in numbers]
    return table.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(texts, "object"))


def _faults_of_facts(claim: Claim, found: Found) -> list[str]:
    faults = []
    for name in FACTS:
        said, known = claim.get(name), getattr(found, name)
        if (said is None) != (known is None) or (
            said is not None and not math.isclose(said, known, rel_tol=1e-9, abs_tol=found.near.get(name, 1e-9))
        ):
            faults.append(f"{name} is {said}, computed again {known}")
    return faults


def _faults_of_sentence(claim: Claim, found: Found) -> list[str]:
    absent = [f"{name!r} does not stand in the sentence" for name in found.names if name not in claim["text"]]
    shown = sorted(numbers_in(claim["text"], claim["lang"], found.names))
    known = sorted(found.says)
    if len(shown) != len(known):
        return [*absent, f"the sentence says {[number for number, _ in shown]}, computed again {known}"]
    slack = found.near.get("says", 0.0)
    wrong = [
        f"the sentence says {number}, computed again {exact}"
        for (number, decimals), exact in zip(shown, known, strict=True)
        if abs(number - exact) > 0.5 * 10**-decimals * (1 + 1e-9) + slack + 1e-9
    ]
    return [*absent, *wrong]
