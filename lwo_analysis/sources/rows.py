"""The one shape in which every regional source hands over its figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lwo_analysis.provenance import SourceCard

ROW_COLUMNS: tuple[str, ...] = ("region_code", "region_name", "measure", "year", "value", "missing_reason")


@dataclass(frozen=True)
class RegionRows:
    """Figures of one table, by region.

    Attributes
    ----------
    card : SourceCard
        Where they come from.
    boundary_year : int
        The year whose regions the codes mean.
    rows : DataFrame
        Columns `ROW_COLUMNS`; `value` is empty exactly where `missing_reason` is not.
    """

    card: SourceCard
    boundary_year: int
    rows: pd.DataFrame
