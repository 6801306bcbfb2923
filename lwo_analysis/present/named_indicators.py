"""Which indicators a frame of numbers is about, read from the words that a reader sees."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.phrases import phrase


def named_indicators(data: pd.DataFrame, caption: str, lang: str) -> tuple[str, ...]:
    """Return the ids of the indicators whose name or id is a cell of a frame, or whose name stands in its caption.

    Parameters
    ----------
    data : DataFrame
        Any; only its texts are read. Not changed.
    caption : str
        The line under a figure.
    lang : str
        Language of both; a name in the other language is not found.

    Returns
    -------
    tuple of str
        In the order of the catalogue; empty when nothing is named, as in a figure of interventions.
    """
    cells = {str(cell) for name in data.columns if not pd.api.types.is_numeric_dtype(data[name]) for cell in data[name]}
    return tuple(id for id, each in indicators().items() if id in cells or _is_named(each.name(lang), cells, caption, lang))


def _is_named(name: str, cells: set[str], caption: str, lang: str) -> bool:
    return bool({name, phrase("modelled.name", lang, name=name)} & cells) or name in caption
