"""The figures that the programme plan prints, as numbers, with the text and the line they were read from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lwo_analysis.cleaning.parse import decimals_printed, parse_dutch_number
from lwo_analysis.paths import raw_folder
from lwo_analysis.sources.published import published_observations, read_published


def load_published(folder: Path | None = None) -> pd.DataFrame:
    """Return the 17 baseline figures of the programme plan for Oost, city and G40, as printed.

    Parameters
    ----------
    folder : Path, optional
        Raw folder of the documents; `data/raw/published` when absent.

    Returns
    -------
    DataFrame
        The columns of the observation table (without a year: the document names none), and `printed` (the text of the document),
        `decimals` (how many it prints; none for `119.000`), `line` and `label`.

    Raises
    ------
    InputError
        The file differs from its source card, or prints something that is not a number in Dutch notation.
    """
    source = folder or raw_folder() / "published"
    figures = read_published(source)
    values = [
        parse_dutch_number(printed, where=f"{source}/programme-plan-2022.csv, {indicator}, {area}")
        for printed, indicator, area in figures[["printed", "indicator_id", "area_id"]].itertuples(index=False)
    ]
    observations = published_observations(figures, values)
    decimals = figures["printed"].map(decimals_printed)
    return observations.assign(printed=figures["printed"], decimals=decimals, line=figures["line"], label=figures["label"])
