"""Indicators: what is measured, which way is better, and from which measures it is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError

PILLARS = ("leren", "werken", "wonen", "gezondheid", "veiligheid", "context")
DIRECTIONS = frozenset({"higher", "lower", "context", "ambiguous"})
GOALS = frozenset({"stated", "derived", "missing"})
SCALES = {"percent": 100.0, "per_1000": 1000.0, "ratio": 1.0, "count": 1.0, "km": 1.0, "euro": 1.0, "index": 1.0, "mark": 1.0}


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
        Smallest level at which a yearly change can be read.
    number : str
        Number in the programme's indicator list; an attribute, never an identifier.
    core : bool
        Part of the front page set: comparable with the national programme, not official.
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


@dataclass(frozen=True)
class Measure:
    """One thing read from a provider's table: the provider's stem, topic group and unit resolve it to a column."""

    id: str
    table: str
    stem: str
    unit: str
    group: str = ""


@cache
def indicators() -> dict[str, Indicator]:
    """Return every indicator of the catalogue by id.

    Raises
    ------
    CatalogueError
        An id occurs twice, a pillar, direction, unit or goal is unknown, or a measure is not in measures.yml.
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
    """Return every measure of the catalogue by id."""
    entries = [
        build_entry(Measure, content, where=f"catalogue/measures.yml, {content.get('id', '?')}")
        for content in read_catalogue_file("measures.yml")
    ]
    check_unique([entry.id for entry in entries], where="catalogue/measures.yml")
    return {entry.id: entry for entry in entries}


def _check_indicator(entry: Indicator) -> None:
    used = {*entry.numerator, *entry.denominator, *entry.weight, *([entry.mean] if entry.mean else [])}
    strangers = sorted(used - set(measures()))
    problems = [
        *([f"measures {strangers}"] if strangers else []),
        *([f"pillar {entry.pillar}"] if entry.pillar not in PILLARS else []),
        *([f"direction {entry.direction}"] if entry.direction not in DIRECTIONS else []),
        *([f"unit {entry.unit}"] if entry.unit not in SCALES else []),
        *([f"goal {entry.goal}"] if entry.goal not in GOALS else []),
        *(["both a numerator and a mean"] if entry.numerator and entry.mean else []),
        *(["a mean without a weight"] if entry.mean and not entry.weight else []),
    ]
    if problems:
        raise CatalogueError(
            f"catalogue/indicators.yml, {entry.id}",
            expected="known measures, pillar, direction, unit and goal",
            found="; ".join(problems),
            remedy="correct the entry",
        )
