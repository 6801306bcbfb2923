"""What a page about areas takes from imported figures, when there are any: residents, and the buurten by name."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from lwo_analysis.catalogue.sources import source
from lwo_analysis.cleaning.observations import is_built, load_observations
from lwo_analysis.cleaning.region_chain import region_list
from lwo_analysis.indicators.area_codes import RESIDENTS
from lwo_analysis.paths import raw_folder
from lwo_analysis.run.build import KEY_FIGURES
from lwo_analysis.schema import COLUMN_NAMES
from lwo_analysis.sources.statline import read_table_folder

BUURT_COLUMNS: tuple[str, ...] = ("code", "name", "wijk_code", "wijk_name")


def imported_residents() -> pd.DataFrame:
    """Return the real figures about residents; no rows before the first build, because the codes of an area are known without.

    Raises
    ------
    InputError
        The observation table cannot be read, or breaks a rule of the schema.
    """
    if not is_built():
        return pd.DataFrame(columns=list(COLUMN_NAMES))
    return load_observations("real")[lambda rows: rows["indicator_id"].eq(RESIDENTS)]


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
