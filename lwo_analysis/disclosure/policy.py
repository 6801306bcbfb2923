"""What may not leave, and how figures hang together: the input of the protection, free of any file or catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rule:
    """The smallest figures of a source or an origin that may be shown; a figure equal to a minimum is shown.

    Attributes
    ----------
    id : str
        Name of the rule.
    reason_nl, reason_en, url : str
        Why, and where the provider states its own rule.
    sources, origins : tuple of str
        What it holds for; a rule for a source goes before a rule for its origin.
    minimum_numerator, minimum_denominator : int
        For shares and rates: counts above and below the line.
    minimum_count : int
        For plain counts.
    minimum_n : int
        For every figure that states how many persons, households or respondents it speaks of.
    known_below : int or None
        The provider hides counts below this, and says so: a figure that it left out is known to be smaller.
    rounding : int
        Counts leave as multiples of this, and shares are computed from the rounded counts; 0 leaves them as they are.
    exempt : bool
        The figures are public already, as printed in a document: nothing is hidden or rounded.
    """

    id: str
    reason_nl: str
    reason_en: str
    url: str = ""
    sources: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    minimum_numerator: int = 0
    minimum_denominator: int = 0
    minimum_count: int = 0
    minimum_n: int = 0
    known_below: int | None = None
    rounding: int = 0
    exempt: bool = False


@dataclass(frozen=True)
class AreaSum:
    """An area that is the sum of others that do not overlap; `lwd-rest` is in here as a part of `lwd`.

    Attributes
    ----------
    whole : str
        Id of the area.
    parts : tuple of str
        Ids of the areas that it is the sum of.
    """

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class AreaMean:
    """An area whose value is the unweighted mean of the values of its members.

    Attributes
    ----------
    area_id : str
        Id of the area.
    members : tuple of str
        Ids of the areas that it is the mean of.
    """

    area_id: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Composition:
    """A quantity that is the sum of others in the same area and year, such as residents and their age groups.

    `exhaustive` False means that a part of the whole is not measured, so that the parts stay below it.

    Attributes
    ----------
    whole : str
        Id of the quantity.
    parts : tuple of str
        Ids of what it is the sum of.
    exhaustive : bool
        Whether the parts are all of it.
    """

    whole: str
    parts: tuple[str, ...]
    exhaustive: bool = True


@dataclass(frozen=True)
class YearSum:
    """An indicator whose count in a year is the sum of another's counts in the `years` years up to it (pooled years).

    Attributes
    ----------
    whole, part : str
        Ids of the two indicators.
    years : int
        How many years are pooled.
    """

    whole: str
    part: str
    years: int


@dataclass(frozen=True)
class IndicatorParts:
    """Which quantities an indicator publishes; two indicators with one quantity publish the same number.

    Attributes
    ----------
    numerator, denominator : str
        Names of the quantities above and below the line, such as `residents`; empty where there is none. For a mean the
        denominator is its weight.
    scale : float
        What numerator over denominator is multiplied with to get the value.
    is_mean : bool
        A delivered mean or model share: only value and weight are known, and value x weight / scale is what adds up
        over areas.
    is_share : bool
        The numerator is part of the denominator, so it cannot be larger.
    """

    numerator: str
    denominator: str = ""
    scale: float = 1.0
    is_mean: bool = False
    is_share: bool = False


@dataclass(frozen=True)
class DisclosurePolicy:
    """Everything the protection needs to know about figures that it cannot read from them.

    Attributes
    ----------
    rules : tuple of Rule
        A row for which no rule speaks is an error.
    area_sums : mapping of str to tuple of AreaSum
        By source id; the entry `""` is for every source without its own.
    area_means : tuple of AreaMean
        Unweighted means over areas.
    compositions, year_sums : tuple
        Sums over quantities within an area, and over years.
    indicators : mapping of str to IndicatorParts
        An indicator that is not in it publishes quantities of its own.
    area_costs : mapping of str to float
        How much is lost when a figure of an area is hidden to protect another; 1 where it is not in it.
    """

    rules: tuple[Rule, ...]
    area_sums: Mapping[str, tuple[AreaSum, ...]] = field(default_factory=dict)
    area_means: tuple[AreaMean, ...] = ()
    compositions: tuple[Composition, ...] = ()
    year_sums: tuple[YearSum, ...] = ()
    indicators: Mapping[str, IndicatorParts] = field(default_factory=dict)
    area_costs: Mapping[str, float] = field(default_factory=dict)
