"""The buurten of an area by name, from the key figures that were imported."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from lwo_analysis.catalogue.sources import source
from lwo_analysis.cleaning.region_chain import region_list
from lwo_analysis.paths import raw_folder
from lwo_analysis.run.build import KEY_FIGURES
from lwo_analysis.sources.statline import read_table_folder

BUURT_COLUMNS: tuple[str, ...] = ("code", "name", "wijk_code", "wijk_name")


def buurten_of(wijk_codes: Collection[str], year: int) -> pd.DataFrame | None:
    """Return the buurten of wijken in the boundaries of a year; None when the key figures of that year were not imported.

    Returns
    -------
    DataFrame or None
        Columns `BUURT_COLUMNS`, sorted by code; names only. Empty when the codes are no wijken.

    Raises
    ------
    InputError
        The imported table is not whole.
    """
    tables = [table for table, about in source(KEY_FIGURES).tables.items() if about == year and (raw_folder() / table).exists()]
    if not tables:
        return None
    listed = region_list(read_table_folder(raw_folder() / tables[0]))
    names = listed.set_index("region_code")["region_name"]
    buurten = listed[listed["kind"].eq("BU")].assign(wijk_code=lambda rows: "WK" + rows["region_code"].str[2:8])
    chosen = buurten[buurten["wijk_code"].isin(wijk_codes)].rename(columns={"region_code": "code", "region_name": "name"})
    return chosen.assign(wijk_name=chosen["wijk_code"].map(names)).sort_values("code", ignore_index=True)[list(BUURT_COLUMNS)]
