"""StatLine (CBS, and police and RIVM through dataderden): tables as delivered, read and fetched without silent errors."""

from lwo_analysis.sources.statline.attempt import TableRequest
from lwo_analysis.sources.statline.fetch import describe_table, estimate_rows, fetch_table, fetch_tables, load_table
from lwo_analysis.sources.statline.folder import read_table_folder
from lwo_analysis.sources.statline.keys import group_path, resolve_key, resolve_spec
from lwo_analysis.sources.statline.settings import FetchProgress, FetchReport, FetchSettings
from lwo_analysis.sources.statline.table import (
    ABSENT,
    IMPOSSIBLE,
    MISSING_REASONS,
    NOT_YET_PUBLISHED,
    SUPPRESSED,
    TIDY_COLUMNS,
    KeySpec,
    StatLineTable,
    TableDescription,
)
from lwo_analysis.sources.statline.tidy import stated_year, tidy_rows

__all__ = [
    "ABSENT",
    "IMPOSSIBLE",
    "MISSING_REASONS",
    "NOT_YET_PUBLISHED",
    "SUPPRESSED",
    "TIDY_COLUMNS",
    "FetchProgress",
    "FetchReport",
    "FetchSettings",
    "KeySpec",
    "StatLineTable",
    "TableDescription",
    "TableRequest",
    "describe_table",
    "estimate_rows",
    "fetch_table",
    "fetch_tables",
    "group_path",
    "load_table",
    "read_table_folder",
    "resolve_key",
    "resolve_spec",
    "stated_year",
    "tidy_rows",
]
