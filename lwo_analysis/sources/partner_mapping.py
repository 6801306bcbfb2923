"""The mapping file of a delivery: a person says once which column is what, so that no program has to guess.

An example, for a CSV or Excel file with the columns Wijkcode, Jaar, Uitzettingen and Huurwoningen::

    identity:                              # what goes on the source card
      source_id: partner                   # an entry of catalogue/sources.yml that is read with a mapping
      table: huisuitzettingen              # the folder under data/raw
      title: Huisuitzettingen wegens huurschuld
      provider: Corporatie X
      licence: Afspraak van 1 januari 2025
      vintage: 2025-03-01
    layout: {decimal: ",", missing: {"<5": suppressed_or_unknown, "-": absent}}
    area: {column: Wijkcode, kind: cbs_code, boundary_year: 2024, level: wijk, skip: [Totaal]}
    period: {column: Jaar}
    figures:
      - {indicator: evictions_for_arrears, unit: per_1000_rentals, numerator: Uitzettingen, denominator: Huurwoningen}
    minimum_cell: 10

`preset: statline-web`, `statline-web-symbols` or `swing` fills in `layout` for an export of those sites. Every key is explained
at the class of its section: `Identity`, `Layout` (in `spreadsheet`), `AreaKey`, `Period` and `FigureColumns`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

import yaml

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.loading import build_entry, read_catalogue_file
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.errors import CatalogueError, InputError
from lwo_analysis.sources.spreadsheet import YEAR_MARK, Layout
from lwo_analysis.sources.spreadsheet_cells import FIRST_YEAR, LAST_YEAR, plain_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Section = TypeVar("Section", bound="DataclassInstance")
LARGEST_MAPPING = 200_000
MAPPING_NAME = "mapping.yml"
"""The mapping beside a delivered file in data/raw."""
REASONS = ("suppressed_or_unknown", "not_yet_published", "absent", "impossible")
"""Why a figure can be missing; the words of cleaning/missing.py."""
AREA_KINDS = ("area_id", "cbs_code")
LEVELS = {"municipality": ("GM", 4), "wijk": ("WK", 6), "buurt": ("BU", 8)}
PERIOD_KINDS = ("year", "date", "school_year")
EVERY_YEAR = "period"


@dataclass(frozen=True)
class Identity:
    """What goes on the source card; `table` is the name of the folder under data/raw."""

    source_id: str
    table: str
    title: str
    provider: str
    licence: str
    vintage: str


@dataclass(frozen=True)
class AreaKey:
    """Which area a row is about.

    Attributes
    ----------
    column : str
        Header of the column.
    kind : str
        `area_id` (of catalogue/areas.yml) or `cbs_code`.
    boundary_year : int or str or None
        The year whose boundaries the CBS codes mean; `period` when each year is on its own.
    level : str
        `municipality`, `wijk` or `buurt`: only then codes that lost their letters or leading zeros are completed.
    names : dict of str to str
        What the file calls an area, and its id or code.
    skip : tuple of str
        Rows that are known not to be an area, such as `Totaal`.
    others : str
        `refuse` or `skip`: what to do with a row that is about no known area.
    name_column : str
        Column with the name of the CBS code, so that a recycled code is noticed.
    restated : bool
        The provider recomputed all years on the boundaries of `boundary_year`.
    """

    column: str
    kind: str
    boundary_year: int | str | None = None
    level: str = ""
    names: dict[str, str] = field(default_factory=dict)
    skip: tuple[str, ...] = ()
    others: str = "refuse"
    name_column: str = ""
    restated: bool = False


@dataclass(frozen=True)
class Period:
    """Which year a row is about: a column, or one year for the whole file."""

    column: str = ""
    value: int | None = None
    format: str = "year"


@dataclass(frozen=True)
class FigureColumns:
    """Where the figures of one indicator stand.

    Attributes
    ----------
    indicator : str
        Id of catalogue/indicators.yml.
    unit : str
        The unit of the indicator, or `fraction` (0 to 1) for a share in percent. The counts are always counts.
    value, numerator, denominator, n, lower, upper : str
        Headers; `{year}` stands for the years of a wide table. At least `value`, or `numerator` with `denominator`.
    where : dict of str to str
        Only rows with this text in that column.
    factor : float
        What a delivered value is multiplied with, for example 1000 for `x 1 000 euro`.
    below_one : bool
        Confirms that the percentages really are all below 1, and not fractions.
    """

    indicator: str
    unit: str
    value: str = ""
    numerator: str = ""
    denominator: str = ""
    n: str = ""
    lower: str = ""
    upper: str = ""
    where: dict[str, str] = field(default_factory=dict)
    factor: float = 1.0
    below_one: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """Headers that are used, by what stands under them."""
        names = ("value", "numerator", "denominator", "n", "lower", "upper")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(frozen=True)
class PartnerMapping:
    """Everything a mapping says.

    Attributes
    ----------
    minimum_cell : int
        Smallest count that may be shown: a figure with a smaller numerator, denominator or n, or a smaller count itself, is
        suppressed on reading. 0 when the provider has protected its figures already.
    combine : str
        `refuse` two rows about the same area, year and indicator, or `sum` them (counts only), as with schools in one area.
    """

    identity: Identity
    layout: Layout
    area: AreaKey
    period: Period
    figures: tuple[FigureColumns, ...]
    minimum_cell: int
    combine: str = "refuse"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every header that must be in the file."""
        fixed = [self.area.column, self.area.name_column, self.period.column]
        named = [name for figure in self.figures for name in (*figure.columns.values(), *figure.where)]
        return tuple(name for name in (*fixed, *named) if name)


def read_partner_mapping(path: Path) -> PartnerMapping:
    """Return the mapping of a file with figures.

    Raises
    ------
    InputError
        The file is absent or not YAML; a key is unknown, absent or of another type; an area, indicator, source, unit, reason or
        preset does not exist; or a choice is not one of its words.
    """
    content = read_mapping_file(path)
    where = str(path)
    figures = tuple(
        section(FigureColumns, entry, f"{where}, figures {place}")
        for place, entry in enumerate(mapping_entries(content, "figures", where), 1)
    )
    rest: dict[str, Any] = {key: content[key] for key in ("minimum_cell", "combine") if key in content}
    parts: dict[str, Any] = {"identity": None, "layout": None, "area": None, "period": None, "figures": figures, **rest}
    mapping = section(
        PartnerMapping, {**parts, **common_sections(content, where, extra={"figures", "minimum_cell", "combine"})}, where
    )
    check_choices(mapping.layout, mapping.area, mapping.period, where)
    for figure in figures:
        _check_figure(figure, mapping, f"{where}, figure {figure.indicator}")
    twice = sorted({figure.indicator for figure in figures if [other.indicator for other in figures].count(figure.indicator) > 1})
    require(not twice, f"{where}, figures", "every indicator once", ", ".join(twice))
    require(mapping.minimum_cell >= 0, f"{where}, minimum_cell", "0 or more", mapping.minimum_cell)
    require(mapping.combine in ("refuse", "sum"), f"{where}, combine", "refuse or sum", mapping.combine)
    return mapping


def read_mapping_file(path: Path) -> dict[str, Any]:
    """Return the content of a mapping with its preset filled in; what the mapping says itself goes first.

    Raises
    ------
    InputError
        The file is absent, not a YAML mapping, or names a preset that does not exist.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content: Any = yaml.safe_load(text) if len(text) <= LARGEST_MAPPING else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as problem:
        found = " ".join(str(problem).split())[:120]
        raise InputError(str(path), expected="a mapping file in YAML", found=found, remedy="correct the mapping") from problem
    require(isinstance(content, dict) and all(isinstance(key, str) for key in content), str(path), "a YAML mapping", content)
    presets = read_catalogue_file("partner_presets.yml")
    name = content.get("preset")
    require(name is None or name in presets, f"{path}, preset", f"one of {', '.join(presets)}", name)
    preset = presets[name] if name else {}
    return _merged(preset, {key: value for key, value in content.items() if key != "preset"})


def common_sections(content: dict[str, Any], where: str, *, extra: set[str]) -> dict[str, Any]:
    """Return the sections that every mapping has (`identity`, `layout`, `area`, `period`), typed.

    Raises
    ------
    InputError
        A section is absent or wrong, or there is one that is not known (`extra` names those of this kind of mapping).
    """
    kinds: dict[str, type[Any]] = {"identity": Identity, "layout": Layout, "area": AreaKey, "period": Period}
    unknown = sorted(set(content) - set(kinds) - extra)
    require(not unknown, where, f"the sections {', '.join((*kinds, *sorted(extra)))}", ", ".join(unknown))
    given = {"period": {}, **content}
    sections = {name: section(kind, given.get(name), f"{where}, {name}") for name, kind in kinds.items()}
    _check_identity(sections["identity"], f"{where}, identity")
    return sections


def section(kind: type[Section], content: Any, where: str) -> Section:
    """Return one section as its dataclass, every value of the type that the field has.

    Raises
    ------
    InputError
        The section is absent, a key is unknown or absent, or a value has another type (in YAML a code without quotes is a
        number).
    """
    require(isinstance(content, dict), where, f"a section with {', '.join(item.name for item in fields(kind))}", content)
    given = {key: str(value) if key == "vintage" else value for key, value in content.items()}
    try:
        entry = build_entry(kind, given, where=where)
    except CatalogueError as problem:
        raise InputError(problem.where, expected=problem.expected, found=problem.found, remedy="correct the mapping") from problem
    hints = get_type_hints(kind)
    for item in fields(kind):
        value = getattr(entry, item.name)
        if item.name in given and value is not None and not _has_type(value, hints[item.name]):
            require(False, f"{where}, {item.name}", f"{item.type} (texts with digits between quotes)", value)
    return entry


def check_choices(layout: Layout, area: AreaKey, period: Period, where: str) -> None:
    """Raise `InputError` when a word of these sections is not one that can be chosen, or an area does not exist."""
    require(layout.decimal in (",", "."), f"{where}, layout.decimal", "a comma or a point", layout.decimal)
    separators = {",", ".", " ", "'", ""} - {layout.decimal}
    require(layout.thousands in separators, f"{where}, layout.thousands", "another sign than the decimal one", layout.thousands)
    require(layout.header_rows in range(1, 6), f"{where}, layout.header_rows", "1 to 5", layout.header_rows)
    require(len(layout.delimiter) <= 1, f"{where}, layout.delimiter", "one character", layout.delimiter)
    require(layout.hidden in ("refuse", "include", "skip"), f"{where}, layout.hidden", "refuse, include or skip", layout.hidden)
    strangers = sorted(set(map(str, layout.missing.values())) - set(REASONS))
    require(not strangers, f"{where}, layout.missing", f"reasons of {', '.join(REASONS)}", ", ".join(strangers))
    _check_area(area, f"{where}, area")
    require(period.format in PERIOD_KINDS, f"{where}, period.format", f"one of {', '.join(PERIOD_KINDS)}", period.format)
    years = period.value is None or period.value in range(FIRST_YEAR, LAST_YEAR + 1)
    require(years, f"{where}, period.value", f"a year from {FIRST_YEAR} to {LAST_YEAR}", period.value)
    require(not (period.column and period.value), f"{where}, period", "a column or a value", "both")


def require(condition: bool, where: str, expected: str, found: object) -> None:
    """Raise `InputError` about the mapping when a condition does not hold."""
    if not condition:
        raise InputError(where, expected=expected, found=repr(found)[:80], remedy="correct the mapping")


def normal_labels(labels: dict[str, str]) -> dict[str, str]:
    """Return labels as they are compared: single spaces, no regard to capitals."""
    return {plain_text(label).casefold(): value for label, value in labels.items()}


def _check_identity(identity: Identity, where: str) -> None:
    known = [name for name, source in sources().items() if source.module in ("partner", "survey_microdata")]
    require(identity.source_id in known, f"{where}.source_id", f"one of {', '.join(known)}", identity.source_id)
    plain = identity.table.replace("-", "").replace("_", "")
    good = plain.isascii() and plain.isalnum() and identity.table not in ("published", *_tables_of_others())
    require(good, f"{where}.table", "a name of letters, digits, - and _ that no other source has", identity.table)


def _tables_of_others() -> set[str]:
    return {table for source in sources().values() for table in source.tables}


def _check_area(area: AreaKey, where: str) -> None:
    require(area.kind in AREA_KINDS, f"{where}.kind", f"one of {', '.join(AREA_KINDS)}", area.kind)
    require(area.level in ("", *LEVELS), f"{where}.level", f"one of {', '.join(LEVELS)}", area.level)
    require(area.others in ("refuse", "skip"), f"{where}.others", "refuse or skip", area.others)
    if area.kind == "cbs_code":
        stated = isinstance(area.boundary_year, int) or area.boundary_year == EVERY_YEAR
        require(
            stated, f"{where}.boundary_year", f"the year whose boundaries the codes mean, or {EVERY_YEAR}", area.boundary_year
        )
    else:
        strangers = sorted(set(area.names.values()) - set(areas()))
        require(not strangers, f"{where}.names", "ids of catalogue/areas.yml", ", ".join(strangers))
    texts = all(isinstance(text, str) for pair in area.names.items() for text in pair) and all(
        isinstance(text, str) for text in area.skip
    )
    require(texts, f"{where}.names and .skip", "texts (digits between quotes)", area.names)


def _check_figure(figure: FigureColumns, mapping: PartnerMapping, where: str) -> None:
    require(figure.indicator in indicators(), where, "an id of catalogue/indicators.yml", figure.indicator)
    unit = indicators()[figure.indicator].unit
    units = (unit, "fraction") if unit == "percent" else (unit,)
    require(figure.unit in units, f"{where}, unit", f"{' or '.join(units)}, as the indicator", figure.unit)
    pair = bool(figure.numerator and figure.denominator)
    require(bool(figure.value) or pair, where, "a value, or a numerator with a denominator", sorted(figure.columns))
    require(bool(figure.lower) == bool(figure.upper), where, "both lower and upper, or neither", sorted(figure.columns))
    wide = {name for name, header in figure.columns.items() if YEAR_MARK in header}
    require(not wide or wide == set(figure.columns), where, f"{YEAR_MARK} in every header or in none", sorted(wide))
    period = bool(mapping.period.column) + (mapping.period.value is not None) + bool(wide)
    require(period == 1, where, f"a year from period.column, period.value or {YEAR_MARK}: one of them", f"{period} of them")
    counted = figure.unit == "count" or (pair and not figure.value)
    require(
        mapping.combine == "refuse" or counted, where, "only counts to sum, without a delivered share", sorted(figure.columns)
    )


def mapping_entries(content: dict[str, Any], name: str, where: str) -> list[Any]:
    """Return a list of a mapping, such as its figures; raise `InputError` when it is absent or empty."""
    entries = content.get(name)
    require(isinstance(entries, list) and len(entries) > 0, f"{where}, {name}", "a list with at least one entry", entries)
    return list(entries or [])


def _merged(preset: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(preset[key], given[key])
        for key in preset
        if isinstance(preset[key], dict) and isinstance(given.get(key), dict)
    }
    return {**preset, **given, **both}


def _has_type(value: object, hint: Any) -> bool:
    if isinstance(hint, UnionType):
        return any(_has_type(value, part) for part in get_args(hint))
    kind = get_origin(hint) or hint
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, int | float)
    return isinstance(value, kind) and (kind is not dict or all(isinstance(text, str) for pair in value.items() for text in pair))
