"""The rules of disclosure as data, and how the catalogued areas and measures add up."""

from __future__ import annotations

from functools import cache
from typing import Any

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import Indicator, indicators, measures
from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.disclosure import AreaMean, AreaSum, Composition, DisclosurePolicy, IndicatorParts, Rule
from lwo_analysis.errors import CatalogueError
from lwo_analysis.schema import Origin

FILE = "disclosure.yml"


@cache
def disclosure_policy() -> DisclosurePolicy:
    """Return the rules of disclosure, and every sum that a reader could make with the catalogued areas and measures.

    Raises
    ------
    CatalogueError
        A rule repeats an id, a source or an origin; an origin has no rule; or a composition names an unknown measure or
        indicator.
    """
    content = read_catalogue_file(FILE)
    rules = tuple(build_entry(Rule, entry, where=f"catalogue/{FILE}, {entry.get('id', '?')}") for entry in content["rules"])
    _check_rules(rules)
    return DisclosurePolicy(
        rules,
        {"": _sums_of_areas()} | {name: tuple(map(_area_sum, sums)) for name, sums in content["area_sums"].items()},
        tuple(AreaMean(area.id, area.mean_of) for area in areas().values() if area.mean_of),
        (*_compositions(content), *_multiple_measures()),
        indicators={name: parts_of(entry) for name, entry in indicators().items()},
        area_costs={area.id: float(content["kind_costs"].get(area.kind, 1)) for area in areas().values()} | content["area_costs"],
    )


def parts_of(indicator: Indicator) -> IndicatorParts:
    """Return the quantities that an indicator publishes.

    An indicator without measures (a partner's, a survey's) publishes quantities of its own: with a base when its unit has one.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> parts_of(indicator("age_65_plus_share"))
    IndicatorParts(numerator='age_65_plus', denominator='residents', scale=100.0, is_mean=False, is_share=True)
    """
    own, is_share = f"indicator {indicator.id}", indicator.unit == "percent"
    if indicator.mean:
        return IndicatorParts(own, _name(indicator.weight), indicator.scale, is_mean=True)
    if indicator.numerator:
        is_part = is_share and bool(indicator.denominator)
        return IndicatorParts(_name(indicator.numerator), _name(indicator.denominator), indicator.scale, is_share=is_part)
    base = f"{own}, base" if indicator.scale > 1 else ""
    return IndicatorParts(own, base, indicator.scale, is_share=is_share)


def _name(names: tuple[str, ...]) -> str:
    return "+".join(sorted(names))


def _sums_of_areas() -> tuple[AreaSum, ...]:
    made = [area for area in areas().values() if area.parts]
    return tuple(
        AreaSum(area.whole, (*area.parts, area.id)) if area.whole else AreaSum(area.id, tuple(area.parts)) for area in made
    )


def _area_sum(content: dict[str, Any]) -> AreaSum:
    span = content.get("numbered")
    numbered = [f"{span['prefix']}-{number:03d}" for number in range(span["first"], span["last"] + 1)] if span else []
    return AreaSum(content["whole"], (*content.get("parts", ()), *numbered))


def _compositions(content: dict[str, Any]) -> list[Composition]:
    where = f"catalogue/{FILE}"
    made = [build_entry(Composition, entry, where=where) for entry in content["compositions"]]
    strangers = sorted({name for entry in made for name in (entry.whole, *entry.parts)} - set(measures()))
    shares = [tuple(entry["indicators"]) for entry in content["shares_of_one"]]
    strangers += sorted({name for names in shares for name in names} - set(indicators()))
    if strangers:
        raise CatalogueError(
            where, expected="known measures and indicators", found=", ".join(strangers), remedy="correct the entry"
        )
    return [*made, *(_share_composition(names) for names in shares)]


def _share_composition(names: tuple[str, ...]) -> Composition:
    """Return the sum of shares with one base: their amounts add up to it, as far as rounding goes."""
    parts = [parts_of(indicators()[name]) for name in names]
    return Composition(parts[0].denominator, tuple(part.numerator for part in parts))


def _multiple_measures() -> list[Composition]:
    """Return the quantities that are sums of measures, such as residents of 15 to 65 in three age groups."""
    used = {names for entry in indicators().values() for names in (entry.numerator, entry.denominator, entry.weight)}
    return [Composition(_name(names), tuple(sorted(names))) for names in sorted(used) if len(names) > 1]


def _check_rules(rules: tuple[Rule, ...]) -> None:
    where = f"catalogue/{FILE}"
    for names in ([rule.id for rule in rules], [name for rule in rules for name in rule.origins]):
        check_unique(names, where=where)
    check_unique([name for rule in rules for name in rule.sources], where=where)
    lacking = sorted({str(origin) for origin in Origin} - {name for rule in rules for name in rule.origins})
    if lacking:
        raise CatalogueError(where, expected="a rule for every origin", found=f"none for {', '.join(lacking)}", remedy="add it")
