"""The observation table on disk: written whole, and validated both on write and on read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.disclosure import disclosure_policy
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.cleaning.protection import protected_observations
from lwo_analysis.cleaning.vintages import state_known_on
from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.paths import PANELS, processed_folder
from lwo_analysis.provenance import sha256_of, written_whole
from lwo_analysis.schema import COLUMN_NAMES, COLUMNS, Origin, validate_observations
from lwo_analysis.sources.demo import SOURCE_ID as DEMO_SOURCE
from lwo_analysis.sources.demo import demo_panel

FILE_NAME = "observations.parquet"


def load_observations(panel: str = "auto", as_of: str = "") -> pd.DataFrame:
    """Return the observations that may be shown: validated, without figures that rest on too few people,
    and without those from which one of these would follow.

    Parameters
    ----------
    panel : str
        `real`: the built table. `demo`: the synthetic panel. `auto`: real figures when open data have been imported or fetched,
        else the demo panel. The two are never in one table.
    as_of : str
        Day (ISO 8601): the table as the last build on or before that day left it, to make a page of then again. Empty: the
        table of today. The demo panel has no history: it is the same on every day. Not for days before the first build.

    Returns
    -------
    DataFrame
        Columns as in `lwo_analysis.schema.COLUMNS`; shares in percent; a missing figure has a status and no value.

    Raises
    ------
    ParameterError
        `panel` is none of the three, or `as_of` is no day or a day of before the first build.
    InputError
        The table has not been built, cannot be read, or breaks a rule of the schema.
    """
    if panel not in PANELS:
        raise ParameterError("panel", expected=f"one of {', '.join(PANELS)}", found=repr(panel), remedy="correct the parameter")
    is_demo = resolve_panel(panel) == "demo"
    table = demo_observations() if is_demo else _known_observations(as_of)
    return protected_observations(table, disclosure_policy(), processed_folder())


@cache
def demo_observations() -> pd.DataFrame:
    """Return the demo panel, validated; made once in a process, and the same table every time: do not change it."""
    return as_observations(demo_panel(), where="demo panel")


def _known_observations(as_of: str) -> pd.DataFrame:
    """Return the table of a day; another build cannot mend one of an earlier day, because it never replaces it."""
    try:
        return read_observations(table_known_on(as_of))
    except InputError as problem:
        if not as_of:
            raise
        remedy = "leave as_of empty, or use the code and catalogue of that day: another `lwo build` does not change what was kept"
        raise InputError(problem.where, expected=problem.expected, found=problem.found, remedy=remedy) from problem


def table_known_on(as_of: str = "") -> Path:
    """Return the observation table of a day (ISO 8601), or the present one.

    Raises
    ------
    ParameterError
        `as_of` is no day, or a day of before the first build.
    """
    return state_known_on(processed_folder(), as_of) if as_of else processed_folder() / FILE_NAME


def resolve_panel(panel: str) -> str:
    """Return `real` or `demo` for a panel, which may be `auto`.

    Only the origins are read: every run asks this before it starts, and `load_observations` validates the rest.

    Raises
    ------
    InputError
        The table cannot be read.
    """
    if panel != "auto":
        return panel
    path = processed_folder() / FILE_NAME
    if not path.exists():
        return "demo"
    origins = set(_read_parquet(path, ["origin"])["origin"])
    return "real" if origins - {str(Origin.PUBLISHED)} else "demo"


def is_built() -> bool:
    """Return whether there is an observation table; it is opened, so that a run that writes down what it reads sees it."""
    try:
        with (processed_folder() / FILE_NAME).open("rb"):
            return True
    except FileNotFoundError:
        return False


def read_observations(path: Path) -> pd.DataFrame:
    """Return the observations of a parquet file, validated.

    Raises
    ------
    InputError
        The file is absent, truncated, or breaks a rule of the schema.
    """
    if not path.exists():
        raise InputError(str(path), expected="the observation table", found="no such file", remedy="run `lwo build`")
    return as_observations(_read_parquet(path), where=str(path))


def _read_parquet(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    try:
        with path.open("rb") as stream:  # pyarrow opens a path itself, which a run that writes down what is read does not see
            return pd.read_parquet(stream, columns=columns)
    except (OSError, ValueError, pa.ArrowException) as problem:
        raise InputError(
            str(path),
            expected="a whole parquet file",
            found=f"unreadable ({str(problem).splitlines()[0][:80]})",
            remedy="run `lwo build` again",
        ) from problem


def as_observations(frame: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Return a frame with the types and order of the observation table, validated.

    Raises
    ------
    InputError
        A column is missing or unknown, or a rule of the schema is broken.
    """
    missing, unknown = sorted(set(COLUMN_NAMES) - set(frame)), sorted(set(frame) - set(COLUMN_NAMES))
    if missing or unknown:
        raise InputError(
            where,
            expected=f"the columns {', '.join(COLUMN_NAMES)}",
            found=f"missing {missing or 'none'}, unknown {unknown or 'none'}",
            remedy="run `lwo build` again",
        )
    typed = frame[list(COLUMN_NAMES)].astype({column.name: column.dtype for column in COLUMNS})
    area_ids = frozenset(areas()) | frozenset(typed.loc[typed["source_id"] == DEMO_SOURCE, "area_id"])
    return validate_observations(typed, where=where, area_ids=area_ids, indicator_ids=frozenset(indicators()))


def write_observations(observations: pd.DataFrame, folder: Path) -> Path:
    """Write the observation table with its data dictionary and `datapackage.json`; return the path of the table.

    Raises
    ------
    InputError
        A rule of the schema is broken.
    OutputError
        The folder cannot be written to; the previous table is untouched.
    """
    checked = as_observations(observations, where=FILE_NAME)
    path = folder / FILE_NAME
    with written_whole(path) as temporary:
        checked.to_parquet(temporary, index=False)
    with written_whole(folder / "data-dictionary.md") as temporary:
        temporary.write_text(data_dictionary(), encoding="utf-8")
    with written_whole(folder / "datapackage.json") as temporary:
        temporary.write_text(json.dumps(data_package(checked, path), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: the columns, then the indicators."""
    columns = [
        f"| {c.name} | {c.dtype} | {'may be empty' if c.nullable else 'always filled'} | {c.description} |" for c in COLUMNS
    ]
    meanings = [f"| {i.id} | {i.name_en} | {i.unit} | {i.direction} | {i.definition_en} |" for i in indicators().values()]
    return "\n".join(
        [
            "# Data dictionary",
            "",
            "| column | type | empty | meaning |",
            "| --- | --- | --- | --- |",
            *columns,
            "",
            "| indicator_id | name | unit | better | definition |",
            "| --- | --- | --- | --- | --- |",
            *meanings,
            "",
        ]
    )


def data_package(observations: pd.DataFrame, path: Path) -> dict[str, object]:
    """Return the Data Package descriptor (version 2) of a written observation table."""
    types = {"string": "string", "Int64": "integer", "Float64": "number"}
    used = [sources()[name] for name in sorted(set(observations["source_id"]))]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "lwo-observations",
        "title": "Observations about Leeuwarden Oost and its comparison areas",
        "sources": [{"title": source.title("en"), "licence": source.licence} for source in used],
        "resources": [
            {
                "name": "observations",
                "path": path.name,
                "format": path.suffix.removeprefix("."),
                "hash": f"sha256:{sha256_of(path)}",
                "schema": {
                    "fields": [
                        {
                            "name": column.name,
                            "type": types[column.dtype],
                            "description": column.description,
                            "constraints": {"required": not column.nullable},
                        }
                        for column in COLUMNS
                    ],
                },
            }
        ],
    }
