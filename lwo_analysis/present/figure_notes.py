"""What a reader must know about single figures of a page: too few respondents, or an error of the source that was left in."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.catalogue.corrections import Correction, corrections_of
from lwo_analysis.catalogue.indicators import indicators, measures
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.catalogue.sources import source
from lwo_analysis.indicators.survey_estimates import is_indicative


def figure_notes(used: pd.DataFrame, lang: str) -> tuple[str, ...]:
    """Return the sentences about figures of a page that need care; none when no figure does.

    Parameters
    ----------
    used : DataFrame
        Observations that the page shows, with `indicator_id, source_id, year, origin, value, n`. Not changed.
    lang : str
        `nl` or `en`.

    Returns
    -------
    tuple of str
        One sentence for the survey estimates that only give a direction (50 to 150 respondents), and one for each error of a
        source that was named and left in the figures (`flag` in catalogue/corrections). A correction names regions, a page
        areas: the sentence is there when the page has the indicator and year, also where its areas are others.
    """
    return (*_indicative(used, lang), *_flagged(used, lang))


def _indicative(used: pd.DataFrame, lang: str) -> list[str]:
    names = _names(used.loc[is_indicative(used), "indicator_id"], lang)
    return [phrase("note.indicative", lang, indicators=names)] if names else []


def _flagged(used: pd.DataFrame, lang: str) -> list[str]:
    found = used[used["value"].notna() & used["year"].notna()]
    entries = [(name, entry) for name in dict.fromkeys(found["source_id"]) for entry in corrections_of(name)]
    about = [
        (entry, _touched(found[found["source_id"].eq(name)], name, entry)) for name, entry in entries if entry.verb == "flag"
    ]
    return [
        phrase("note.flagged", lang, table=entry.table, indicators=_names(touched, lang))
        for entry, touched in about
        if len(touched)
    ]


def _touched(figures: pd.DataFrame, source_id: str, entry: Correction) -> pd.Series:
    """Return the indicators of figures in which a correction has a part."""
    years = [entry.where["year"]] if "year" in entry.where else source(source_id).years_of(entry.table)
    measure = measures().get(entry.where.get("measure", ""))
    name = measure.name if measure else entry.where.get("measure")
    has_part = figures["indicator_id"].map(lambda found: name is None or name in indicators()[found].used_measures)
    return figures.loc[has_part.astype(bool) & figures["year"].isin(years), "indicator_id"]


def _names(found: pd.Series, lang: str) -> str:
    return ", ".join(indicators()[name].name(lang) for name in dict.fromkeys(found))
