"""Indicators: what is measured, which way is better, and from which measures it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError

CONTEXT = "context"
"""The pillar that only describes: who lives there has no good or bad side."""
PILLARS = ("leren", "werken", "wonen", "gezondheid", "veiligheid", CONTEXT)
DIRECTIONS = frozenset({"higher", "lower", "context", "ambiguous"})
GOALS = frozenset({"stated", "derived", "missing"})
LEVELS = frozenset({"buurt", "wijk", "five_wijken", "focus_area", "municipality", "school", "none"})
PLAIN_UNITS = ("ratio", "count", "km", "euro", "m3", "hours", "degrees", "index", "mark")
SCALES = {
    "percent": 100.0,
    **dict.fromkeys(("per_1000", "per_1000_rentals", "per_1000_youth"), 1000.0),
    **dict.fromkeys(PLAIN_UNITS, 1.0),
}


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    direction : str
        `higher` or `lower` is better; `context` has no better or worse; `ambiguous` can be read both ways (need against reach).
    numerator, denominator : tuple of str
        Measures whose sums make a count, share or rate.
    mean, weight : str and tuple of str
        A delivered mean or model share, and the measures whose sum weighs it when areas are put together.
    level : str
        Smallest level at which a yearly change can be read, one of `LEVELS`; `none` for a model share (its inputs move it).
    source_keys : tuple of str
        Where figures come from, best first: ids of catalogue/sources.yml for what is read, else the provider and its table in
        words. A text that ends in `(to check)` is a candidate that nobody has looked up yet.
    number : str
        Number in the list of fifty; an attribute, never an identifier. Two indicators share one where the list joins two.
    core : bool
        Part of the front page set, shown with the phrase `indicator.core`: comparable with the national programme, not official.
    """

    id: str
    name_nl: str
    name_en: str
    pillar: str
    unit: str
    direction: str
    definition_nl: str
    definition_en: str
    number: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    mean: str = ""
    weight: tuple[str, ...] = ()
    level: str = "wijk"
    source_keys: tuple[str, ...] = ()
    goal: str = "missing"
    core: bool = False
    decimals: int = 1

    def name(self, lang: str) -> str:
        """Return the name in Dutch (`nl`) or English (`en`)."""
        return self.name_nl if lang == "nl" else self.name_en

    def definition(self, lang: str) -> str:
        """Return the definition in Dutch (`nl`) or English (`en`)."""
        return self.definition_nl if lang == "nl" else self.definition_en

    @property
    def scale(self) -> float:
        """What a numerator over a denominator is multiplied with to get the unit."""
        return SCALES[self.unit]

    @property
    def used_measures(self) -> tuple[str, ...]:
        """The measures that it is made from; none for an indicator that no source module reads."""
        return (*self.numerator, *self.denominator, *([self.mean] if self.mean else []), *self.weight)


@dataclass(frozen=True)
class Measure:
    """One thing read from a provider's table: the provider's stem, topic group and unit resolve it to a column.

    Attributes
    ----------
    table : str
        Source whose tables hold it.
    stem, other_stems : str and tuple of str
        The provider's name for it, and what the same thing is called in the tables of other years.
    unit, group : str
        Unit exactly as the provider states it, and title of a topic group above it; empty for either that has not been seen.
    factor : float
        What a delivered figure is multiplied with on reading, so that `x 1 000 euro` becomes euro.
    optional : bool
        Not in the tables of every year; a table without it gives no rows, where any other measure would be an error.
    where : dict of str to str
        Code of each further dimension of the table; one code each, so that a total is never added to its parts. What one
        dimension is called in the tables of other years stands behind a bar: ``Vormen|TypeJeugdzorg``.
    lower, upper : dict of str to str
        Codes that replace those of `where` to find the ends of the provider's 95 % interval.
    period : str
        Ending of the periods that are read: `JJ00` for years, `KW04` for a quarter, `MM` for the sum of the twelve months.
    same_as : str
        The measure for which this one stands, when another source delivers the same thing.
    signed : bool
        Can be below zero, as a score around an average is.
    """

    id: str
    table: str
    stem: str
    unit: str
    group: str = ""
    other_stems: tuple[str, ...] = ()
    factor: float = 1.0
    optional: bool = False
    where: dict[str, str] = field(default_factory=dict)
    lower: dict[str, str] = field(default_factory=dict)
    upper: dict[str, str] = field(default_factory=dict)
    period: str = "JJ00"
    same_as: str = ""
    signed: bool = False

    @property
    def name(self) -> str:
        """The measure under which its figures go on: its own id, or that of the measure for which it stands."""
        return self.same_as or self.id


@cache
def indicators() -> dict[str, Indicator]:
    """Return every indicator of the catalogue by id.

    Raises
    ------
    CatalogueError
        An id occurs twice; a pillar, direction, unit, level or goal is unknown; a measure is not in measures.yml; or the source
        of a measure is not among the source keys.
    """
    entries = [
        build_entry(Indicator, content, where=f"catalogue/indicators.yml, {content.get('id', '?')}")
        for content in read_catalogue_file("indicators.yml")
    ]
    check_unique([entry.id for entry in entries], where="catalogue/indicators.yml")
    for entry in entries:
        _check_indicator(entry)
    return {entry.id: entry for entry in entries}


def indicator(indicator_id: str) -> Indicator:
    """Return one indicator.

    Raises
    ------
    ParameterError
        The id is not in the catalogue.

    Examples
    --------
    >>> indicator("social_assistance_share").direction
    'lower'
    """
    if indicator_id not in indicators():
        raise ParameterError(
            "indicator",
            expected="an id of catalogue/indicators.yml",
            found=repr(indicator_id),
            remedy="run `lwo check --list indicators`",
        )
    return indicators()[indicator_id]


def indicators_of(pillar: str) -> dict[str, Indicator]:
    """Return the indicators of a pillar by id, or every indicator for `all`.

    Raises
    ------
    ParameterError
        The pillar is not one of `PILLARS`.

    Examples
    --------
    >>> "households" in indicators_of("context")
    True
    """
    if pillar not in (*PILLARS, "all"):
        raise ParameterError(
            "pillar", expected=f"all or one of {', '.join(PILLARS)}", found=repr(pillar), remedy="correct the pillar"
        )
    return {name: entry for name, entry in indicators().items() if pillar in ("all", entry.pillar)}


@cache
def measures() -> dict[str, Measure]:
    """Return every measure of the catalogue by id.

    Raises
    ------
    CatalogueError
        An id occurs twice; a measure stands for one that is not there, or for one of its own source; an interval has one end.
    """
    entries = [
        build_entry(Measure, content, where=f"catalogue/measures.yml, {content.get('id', '?')}")
        for content in read_catalogue_file("measures.yml")
    ]
    check_unique([entry.id for entry in entries], where="catalogue/measures.yml")
    by_id = {entry.id: entry for entry in entries}
    for entry in entries:
        _check_measure(entry, by_id)
    return by_id


def measures_of(source_id: str) -> tuple[Measure, ...]:
    """Return the measures that are read from the tables of a source; none when no column of it is catalogued."""
    return tuple(entry for entry in measures().values() if entry.table == source_id)


def _check_measure(entry: Measure, by_id: dict[str, Measure]) -> None:
    original = by_id.get(entry.same_as)
    stands_alone = bool(entry.same_as) and (original is None or original.table == entry.table or bool(original.same_as))
    if stands_alone or bool(entry.lower) != bool(entry.upper):
        raise CatalogueError(
            f"catalogue/measures.yml, {entry.id}",
            expected="same_as a measure of another source, and both ends of an interval or none",
            found=f"same_as {entry.same_as or 'none'}, lower {entry.lower or 'none'}, upper {entry.upper or 'none'}",
            remedy="correct the entry",
        )


def _check_indicator(entry: Indicator) -> None:
    problems = [*_unknown_words(entry), *_making_problems(entry)]
    if problems:
        raise CatalogueError(
            f"catalogue/indicators.yml, {entry.id}",
            expected="known measures, pillar, direction, unit, level and goal, and the source of every measure",
            found="; ".join(problems),
            remedy="correct the entry",
        )


def _unknown_words(entry: Indicator) -> list[str]:
    allowed = {"pillar": PILLARS, "direction": DIRECTIONS, "unit": SCALES, "level": LEVELS, "goal": GOALS}
    return [f"{field} {getattr(entry, field)}" for field, words in allowed.items() if getattr(entry, field) not in words]


def _making_problems(entry: Indicator) -> list[str]:
    strangers = sorted(set(entry.used_measures) - set(measures()))
    leading = {*entry.numerator, entry.mean}
    tables = {measure.table for measure in measures().values() if measure.name in leading}
    unnamed = sorted(tables - set(entry.source_keys))
    return [
        *([f"measures {strangers}"] if strangers else []),
        *([f"measures of {unnamed} without that source key"] if unnamed else []),
        *(["both a numerator and a mean"] if entry.numerator and entry.mean else []),
        *(["a mean without a weight"] if entry.mean and not entry.weight else []),
        *(["a denominator without a numerator"] if entry.denominator and not entry.numerator else []),
    ]
