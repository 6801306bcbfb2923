"""The page about who lives in an area: its make-up beside others, and how far moving alone could have shifted a figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.areas import area, areas
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import Indicator, indicator, indicators_of
from lwo_analysis.catalogue.phrases import LANGUAGES, phrase
from lwo_analysis.indicators.comparison import Comparison, compare_area
from lwo_analysis.indicators.resident_change import MoverRule, NoChange, ResidentChange, city_of, study_change
from lwo_analysis.indicators.uncertainty import difference_of_shares
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import Prose, Title, format_interval, format_percent, make_prose, make_title
from lwo_analysis.present.style import MARKERS, OWN
from lwo_analysis.present.tables import Column, Table, make_table
from lwo_analysis.present.units import format_signed_gap, format_value

WIDER = ("g40", "nl")
"""Areas that residents are laid beside, after the city that the area lies in."""
MOST_COMPARED = 2
PARTS = ("national", "city", "composition", "remainder")


@dataclass(frozen=True)
class Residents:
    """What the page is about.

    Attributes
    ----------
    area_id : str
        The area.
    topic : Indicator
        The figure whose change is looked at.
    profile : dict of str to Indicator
        The shares that say who lives there.
    comparison : Comparison
        The area beside others, in the latest year.
    then : Comparison or None
        The same in the base year; None when there are no figures of an earlier year.
    change : ResidentChange or NoChange
        The change of the topic, or why it cannot be read.
    used : DataFrame
        The observations that the page rests on.
    """

    area_id: str
    topic: Indicator
    profile: dict[str, Indicator]
    comparison: Comparison
    then: Comparison | None
    change: ResidentChange | NoChange
    used: pd.DataFrame

    @property
    def origins(self) -> frozenset[str]:
        """Origins of the figures on the page."""
        return frozenset(self.used["origin"])

    @property
    def year(self) -> int:
        """Year of the comparison."""
        return int(self.comparison.levels["year"].iloc[0])


def study_residents(
    observations: pd.DataFrame, area_id: str, indicator_id: str, base_year: int, year: int, rule: MoverRule
) -> Residents:
    """Return who lives in an area beside others, and the change of one figure.

    Raises
    ------
    CannotAnswerError
        There is no figure about who lives in the area in that year, or none of another area to lay beside it.
    """
    profile = {name: entry for name, entry in indicators_of("context").items() if entry.unit == "percent"}
    rows = observations[observations["indicator_id"].isin(profile) & observations["value"].notna()]
    own = rows[rows["area_id"] == area_id]
    city = areas()[city_of(area_id) or area_id].whole
    others = [name for name in (city, *WIDER) if name and name != area_id and name in set(rows["area_id"])][:MOST_COMPARED]
    years = sorted({int(each) for each in own["year"]})
    reference = year or (years[-1] if years else 0)
    if reference not in years or not others:
        raise CannotAnswerError("no_figures_of_area", area=tuple(area(area_id).name(lang) for lang in LANGUAGES))
    first = base_year or years[0]
    shown = {name: profile[name] for name in profile if name in set(own["indicator_id"])}
    comparison = compare_area(observations, area_id, tuple(others), shown, areas(), reference)
    then = compare_area(rows, area_id, tuple(others), shown, areas(), first) if first in years and first < reference else None
    topic = indicator(indicator_id)
    change = study_change(observations, area_id, topic, base_year, year, rule)
    return Residents(area_id, topic, shown, comparison, then, change, _used(observations, area_id, others, topic, shown))


def _used(
    observations: pd.DataFrame, area_id: str, others: list[str], topic: Indicator, shown: dict[str, Indicator]
) -> pd.DataFrame:
    names = observations["indicator_id"].isin([*shown, topic.id, "population"])
    counted = observations["year"].notna() & observations["origin"].ne("published")
    return observations[names & counted & observations["area_id"].isin([area_id, *others])]


def composition_title(residents: Residents, lang: str) -> Title:
    """Return the title of the page."""
    return make_title("composition.title", lang, area=area(residents.area_id).name(lang))


def then_and_now_table(residents: Residents, lang: str) -> Table | Prose:
    """Return who lived there in the base year and who lives there now, with the change and its interval."""
    if residents.then is None:
        return make_prose("composition.no_then", lang)
    now, then = (_own_rows(found, residents.area_id) for found in (residents.comparison, residents.then))
    counts = _counts(residents)
    names = [name for name in now.index if name in then.index]
    gaps = {name: float(now["value"][name] - then["value"][name]) for name in names}
    changes = [_change_of(counts, name, int(then["year"].iloc[0]), residents.year) for name in names]
    rows = pd.DataFrame(
        {
            "indicator": [indicator(name).name(lang) for name in names],
            "then": [float(then["value"][name]) for name in names],
            "now": [float(now["value"][name]) for name in names],
            "change": [format_signed_gap(gap, indicator(name), lang) for name, gap in gaps.items()],
            "lower_end": [found[0] for found in changes],
            "upper_end": [found[1] for found in changes],
            "status": "no_interval",
        }
    )
    first, last = int(then["year"].iloc[0]), residents.year
    return make_table(
        rows,
        caption=phrase("composition.then_and_now", lang, area=area(residents.area_id).name(lang), first=first, last=last),
        columns={
            "indicator": phrase("column.indicator", lang),
            "then": Column(phrase("column.first_value", lang, year=first), kind="percent"),
            "now": Column(phrase("column.first_value", lang, year=last), kind="percent"),
            "change": phrase("column.change", lang),
            "lower_end": Column(phrase("column.lower", lang), reason="status"),
            "upper_end": Column(phrase("column.upper", lang), reason="status"),
        },
        origins=residents.origins,
        lang=lang,
        row_header="indicator",
    )


def parts_figure(residents: Residents, lang: str) -> Figure | Prose:
    """Return the change, its parts, and the bounds of moving, around zero; or say why there is no change to read."""
    change = residents.change
    if isinstance(change, NoChange):
        return make_prose(f"composition.reason.{change.reason}", lang)
    rows = part_rows(change, residents.topic, lang)
    # The utmost bound is so wide that beside it nothing else could be seen; the table has it.
    utmost, name = phrase("composition.part.worst_case", lang), residents.topic.name(lang)
    return make_figure(
        lambda width: _draw_parts(rows[~rows["part"].eq(utmost)], residents.topic, lang, width),
        alt=_parts_alt(change, residents.topic, lang),
        caption=phrase(
            "composition.figure",
            lang,
            name=name,
            area=area(residents.area_id).name(lang),
            first=change.first_year,
            last=change.last_year,
        ),
        data=rows.assign(
            **{
                column: [None if np.isnan(value) else format_signed_gap(value, residents.topic, lang) for value in rows[column]]
                for column in ("value", "lower", "upper")
            },
            status="not_applicable",
        ),
        columns={
            "part": phrase("column.part", lang),
            "value": Column(phrase("column.change", lang), kind="text", reason="status"),
            "lower": Column(phrase("column.lower_end", lang), kind="text", reason="status"),
            "upper": Column(phrase("column.upper_end", lang), kind="text", reason="status"),
        },
        origins=residents.origins,
        lang=lang,
    )


def part_rows(change: ResidentChange, topic: Indicator, lang: str) -> pd.DataFrame:
    """Return the rows of the figure: `part`, `group`, `value`, `lower`, `upper`, in the unit of the indicator; NaN where none."""
    interval, nan = change.interval, float("nan")
    total = change.end - change.start
    rows = [("total", "parts", total, interval.lower if interval else nan, interval.upper if interval else nan)]
    if change.parts:
        absent = {*(["city"] if change.city_id is None else []), *(["composition"] if change.standardised is None else [])}
        names = [name for name in PARTS if name not in absent]
        rows += [(name, "parts", getattr(change.parts, name), nan, nan) for name in names]
    if change.bounds:
        scale = topic.scale
        bounds = {name: getattr(change.bounds, name) for name in ("plausible", "worst_case")}
        rows += [(name, "movers", nan, scale * low, scale * high) for name, (low, high) in bounds.items()]
    return pd.DataFrame(
        [
            (_part_name(name, change, lang), phrase(f"composition.group.{group}", lang), *numbers)
            for name, group, *numbers in rows
        ],
        columns=["part", "group", "value", "lower", "upper"],
    )


def standardised_prose(residents: Residents, lang: str) -> Prose:
    """Return what the figure would have been with the parts of the area as large as before, or why that cannot be said."""
    change = residents.change
    if isinstance(change, NoChange) or change.standardised is None:
        return make_prose("composition.not_standardised", lang)
    found, decimals = change.standardised.standardised.scaled(residents.topic.scale), residents.topic.decimals
    return make_prose(
        "composition.standardised",
        lang,
        area=area(residents.area_id).name(lang),
        first=change.first_year,
        last=change.last_year,
        value=format_percent(float(found.estimate), lang, decimals),
        interval=format_interval(float(found.lower), float(found.upper), lang, decimals),
        crude=format_value(change.end, residents.topic, lang),
    )


def _part_name(name: str, change: ResidentChange, lang: str) -> str:
    words = {
        "total": {"area": area(change.area_id).name(lang)},
        "national": {"place": area(change.country_id).name(lang)} if change.country_id else {},
        "city": {"place": area(change.city_id).name(lang)} if change.city_id else {},
    }
    return phrase(f"composition.part.{name}", lang, **words.get(name, {}))


def _draw_parts(rows: pd.DataFrame, topic: Indicator, lang: str, width: float) -> Drawing:
    numbers = [rows[name].to_numpy(float) for name in ("value", "lower", "upper")]
    series = Series(phrase("composition.mark", lang), OWN, MARKERS[OWN], *numbers)
    xlabel = phrase(f"composition.axis.{'percent' if topic.unit == 'percent' else 'other'}", lang)
    return draw_dotplot(list(rows["part"]), list(rows["group"]), [series], xlabel=xlabel, width=width, zero_line=True)


def _parts_alt(change: ResidentChange, topic: Indicator, lang: str) -> str:
    total = format_signed_gap(change.end - change.start, topic, lang)
    if change.bounds is None:
        return phrase("composition.alt", lang, total=total)
    low, high = (format_signed_gap(topic.scale * end, topic, lang) for end in change.bounds.plausible)
    return phrase("composition.alt_movers", lang, total=total, low=low, high=high)


def _own_rows(found: Comparison, area_id: str) -> pd.DataFrame:
    levels = found.levels[found.levels["area_id"].eq(area_id) & found.levels["value"].notna()]
    return levels.set_index("indicator_id")


def _counts(residents: Residents) -> pd.DataFrame:
    mine = residents.used[residents.used["area_id"] == residents.area_id]
    return mine.drop_duplicates(["indicator_id", "year"]).set_index(["indicator_id", "year"])


def _change_of(counts: pd.DataFrame, name: str, first: int, last: int) -> tuple[float, float]:
    """Return the interval of a change of a share in percentage points; nan without counts."""
    pairs = [counts.loc[(name, year), ["numerator", "denominator"]] for year in (last, first)]
    if any(pair.isna().any() for pair in pairs):
        return float("nan"), float("nan")
    found = difference_of_shares(*(tuple(pair.astype(float)) for pair in pairs)).scaled(indicator(name).scale)
    return float(found.lower), float(found.upper)
