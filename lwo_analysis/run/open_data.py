"""The real figures of a page that does not need them: what was imported or fetched, or nothing yet."""

from __future__ import annotations

import pandas as pd

from lwo_analysis.cleaning.observations import load_observations, resolve_panel
from lwo_analysis.schema import COLUMN_NAMES


def load_open_data() -> pd.DataFrame:
    """Return the real observations that may be shown, or an empty table where no open data were imported.

    Use it beside figures of documents, which must not meet the demo panel; a page that cannot do without a panel uses
    `load_observations`.
    """
    if resolve_panel("auto") == "real":
        return load_observations("real")
    return pd.DataFrame(columns=list(COLUMN_NAMES))
