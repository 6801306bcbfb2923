"""Did residents do better, or did others come to live there? The change of a figure in parts, beside what moving could do.

The change is split in what happened everywhere, what happened in the rest of the city, what follows from a shift between the
parts of the area, and a rest. How far moving alone could have shifted the figure is a bound, not an estimate: who moved is not
public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.indicators.composition import (
    CompositionBounds,
    composition_bounds,
    cumulative_turnover,
    decompose_by_composition,
)
from lwo_analysis.indicators.distance import ChangeDecomposition, decompose_change
from lwo_analysis.indicators.series import cut_at_breaks
from lwo_analysis.indicators.standardise import DirectRate, standardise_direct
from lwo_analysis.indicators.uncertainty import Interval, difference_of_shares
from lwo_analysis.schema import Origin

COUNTRIES: Final = ("nl", "g40")
PLACES: Final = frozenset({"wijk", "focus", "municipality"})


@dataclass(frozen=True)
class MoverRule:
    """The published choices behind the bounds.

    Attributes
    ----------
    yearly_in, yearly_out : float
        In- and out-movers in a year as a share of residents: residents of 12 and over in focus areas, 2024 (CBS 2026, Sociale
        problematiek en bevolkingsdynamiek in de focusgebieden, chapter 3).
    lowest, highest : float
        Movers are taken to be like residents of other areas, from this to that quantile of all areas with a figure.
    """

    yearly_in: float = 0.093
    yearly_out: float = 0.088
    lowest: float = 0.05
    highest: float = 0.95


@dataclass(frozen=True)
class NoChange:
    """Why a change cannot be read: `modelled`, `no_figure`, `one_year` or `no_base_year`; `years` are those with a figure.

    Attributes
    ----------
    reason : str
        `modelled`, `no_figure`, `one_year` or `no_base_year`.
    years : tuple of int
        Years with a figure.
    """

    reason: str
    years: tuple[int, ...]


@dataclass(frozen=True)
class ResidentChange:
    """The change of one figure between two years, in the unit of the indicator.

    Attributes
    ----------
    area_id, indicator_id : str
        Ids of the catalogue.
    first_year, last_year, measurements : int
        The years, and how many comparable figures there are from the first to the last.
    start, end : float
        The figures.
    interval : Interval or None
        The change with its year-to-year chance; None without counts.
    city_id, country_id : str or None
        Areas that the parts were read from; None where there is none to compare with.
    parts : ChangeDecomposition or None
        National, city, composition and remainder; None without a country to compare with. `composition` is the shift between the
        parts of the area, and 0 when the area has none.
    standardised : DirectRate or None
        The last figure, had the parts of the area kept the sizes of the first year; None when the area has no parts.
    bounds : CompositionBounds or None
        How far moving alone could have shifted the figure; None when it is not a share of people that are counted.
    """

    area_id: str
    indicator_id: str
    first_year: int
    last_year: int
    measurements: int
    start: float
    end: float
    interval: Interval | None
    city_id: str | None
    country_id: str | None
    parts: ChangeDecomposition | None
    standardised: DirectRate | None
    bounds: CompositionBounds | None


def study_change(
    observations: pd.DataFrame, area_id: str, indicator: Indicator, base_year: int, year: int, rule: MoverRule | None = None
) -> ResidentChange | NoChange:
    """Return the change of one figure of an area in parts, or why it cannot be read.

    Parameters
    ----------
    observations : DataFrame
        Columns of the observation table, of all areas. Not changed.
    area_id, indicator
        What is looked at; the figures since its last change of meaning are used, model estimates never.
    base_year, year : int
        First and last year; 0 for the first and the last with a figure.
    rule : MoverRule or None
        None: the published choices.

    Notes
    -----
    The parts are bookkeeping (`decompose_change`), the shift between parts of the area is Kitagawa's, the bounds are Manski's.
    The interval takes the two years as independent, which is cautious: most residents are the same people.
    """
    rows = observations[observations["indicator_id"].eq(indicator.id) & observations["value"].notna()]
    counted = rows[rows["origin"].ne(str(Origin.MODELLED)) & rows["year"].notna()]
    own = _by_year(counted, area_id, indicator.id)
    years = tuple(int(each) for each in own.index)
    if not years:
        modelled = rows["area_id"].eq(area_id) & rows["origin"].eq(str(Origin.MODELLED))
        return NoChange("modelled" if modelled.any() else "no_figure", ())
    first, last = base_year or years[0], year or years[-1]
    if len(years) < 2:
        return NoChange("one_year", years)
    if first not in years or last not in years or first >= last:
        return NoChange("no_base_year", years)
    return _study(counted, own, indicator, (first, last), rule or MoverRule())


def city_of(area_id: str) -> str | None:
    """Return the rest of the city of an area, or None when it is no part of a city.

    Parameters
    ----------
    area_id : str
        Id of catalogue/areas.yml.

    Examples
    --------
    >>> city_of("bilgaard"), city_of("rotterdam-zuid"), city_of("g40")
    ('lwd-rest', 'rotterdam-rest', None)
    """
    inside = {area_id, *(each.id for each in areas().values() if area_id in each.parts and each.kind == "programme")}
    rests = [each.id for each in areas().values() if each.kind == "rest" and each.whole and inside & set(each.parts)]
    return rests[0] if rests else None


def _study(counted: pd.DataFrame, own: pd.DataFrame, entry: Indicator, span: tuple[int, int], rule: MoverRule) -> ResidentChange:
    area_id = str(own["area_id"].iloc[0])
    start, end = (float(own.loc[year, "value"]) for year in span)
    inner = _parts_of(counted, area_id, entry, span)
    country = next((name for name in COUNTRIES if name != area_id and _values(counted, name, entry, span)), None)
    city = city_of(area_id)
    city_values = _values(counted, city, entry, span) if city else None
    shift = _shift(inner, entry) if inner is not None else 0.0
    wider = _values(counted, country, entry, span) if country else None
    parts = decompose_change((start, end), city_values or wider, wider, shift) if wider else None
    return ResidentChange(
        area_id,
        entry.id,
        *span,
        int(own.index.to_series().between(*span).sum()),
        start,
        end,
        _interval(own, entry, span),
        city if city_values else None,
        country,
        parts,
        _standardised(inner) if inner is not None and entry.unit == "percent" else None,
        _bounds(counted, own, entry, span, rule),
    )


def _by_year(counted: pd.DataFrame, area_id: str, indicator_id: str) -> pd.DataFrame:
    segments = cut_at_breaks(counted[counted["area_id"] == area_id], indicator_id)
    frame = segments[-1].observations if segments else counted.iloc[:0]
    return frame.assign(year=frame["year"].astype("int64")).drop_duplicates("year").set_index("year")


def _values(counted: pd.DataFrame, area_id: str, entry: Indicator, span: tuple[int, int]) -> tuple[float, float] | None:
    found = _by_year(counted, area_id, entry.id)["value"].reindex(list(span)).astype(float)
    return None if found.isna().any() else (float(found.iloc[0]), float(found.iloc[1]))


def _interval(own: pd.DataFrame, entry: Indicator, span: tuple[int, int]) -> Interval | None:
    counts = own.loc[list(span), ["numerator", "denominator"]]
    if entry.unit != "percent" or counts.isna().to_numpy().any():
        return None
    (x0, n0), (x1, n1) = counts.astype(float).to_numpy()
    return difference_of_shares((x1, n1), (x0, n0)).scaled(entry.scale)


def _parts_of(counted: pd.DataFrame, area_id: str, entry: Indicator, span: tuple[int, int]) -> pd.DataFrame | None:
    """Return numerator and denominator of the parts of an area in both years; None when it has none or one is missing."""
    made_of = areas()[area_id]
    if not made_of.parts or made_of.whole or not entry.denominator:
        return None
    frames = {part: _by_year(counted, part, entry.id).reindex(list(span)) for part in made_of.parts}
    rows = [(part, *frame["numerator"].astype(float), *frame["denominator"].astype(float)) for part, frame in frames.items()]
    table = pd.DataFrame(rows, columns=["part", "start_events", "end_events", "start_size", "end_size"])
    return None if table.isna().to_numpy().any() else table


def _shift(inner: pd.DataFrame, entry: Indicator) -> float:
    rates = [inner[f"{end}_events"] / inner[f"{end}_size"] for end in ("start", "end")]
    return entry.scale * decompose_by_composition(inner["start_size"], inner["end_size"], *rates).composition


def _standardised(inner: pd.DataFrame) -> DirectRate:
    return standardise_direct(inner["end_events"], inner["end_size"], inner["start_size"])


def _bounds(
    counted: pd.DataFrame, own: pd.DataFrame, entry: Indicator, span: tuple[int, int], rule: MoverRule
) -> CompositionBounds | None:
    if entry.unit != "percent" or own.loc[list(span), "numerator"].isna().any():
        return None
    start, end = (float(own.loc[year, "value"]) / entry.scale for year in span)
    length = span[1] - span[0]
    return composition_bounds(
        start,
        end,
        in_share=cumulative_turnover(rule.yearly_in, length),
        out_share=cumulative_turnover(rule.yearly_out, length),
        in_profile=_profile(counted, span[1], entry, start, rule),
        out_profile=_profile(counted, span[0], entry, start, rule),
    )


def _profile(counted: pd.DataFrame, year: int, entry: Indicator, start: float, rule: MoverRule) -> tuple[float, float]:
    """Return between which shares movers are taken to lie: everything when no place has a figure.

    The area's own start is always among them, so that a bound exists.
    """
    in_year = counted[counted["year"].eq(year)]
    values = in_year.loc[[_is_place(str(name)) for name in in_year["area_id"]], "value"].astype(float) / entry.scale
    if values.empty:
        return 0.0, 1.0
    return min(float(values.quantile(rule.lowest)), start), max(float(values.quantile(rule.highest)), start)


def _is_place(area_id: str) -> bool:
    """Return whether an area is one place and no sum of places; one that the catalogue does not know is of the demo panel."""
    return area_id not in areas() or areas()[area_id].kind in PLACES
