"""Figures typed from the programme documents, as the documents print them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.errors import InputError
from lwo_analysis.provenance import read_card
from lwo_analysis.schema import COLUMN_NAMES, Origin, Status

AREAS = ("lwo", "lwd", "g40")
COLUMNS = ("indicator_id", "line", "label", *AREAS)


def read_published(folder: Path) -> pd.DataFrame:
    """Return the baseline table of the programme plan as observations without a year.

    Parameters
    ----------
    folder : Path
        Holds `programme-plan-2022.csv` and its source card.

    Returns
    -------
    DataFrame
        Columns `indicator_id, line, label, area_id, printed, source_id, vintage`: one row per printed figure; a figure that the
        document leaves open gives no row. `printed` is the text of the document.

    Raises
    ------
    InputError
        The card does not match, a column has another name, an indicator is unknown or stands twice.
    """
    card = read_card(folder)
    path = folder / "programme-plan-2022.csv"
    rows = _read_csv(path)
    _check_indicators(rows, path)
    figures = [
        {
            "indicator_id": row["indicator_id"],
            "line": int(row["line"]),
            "label": row["label"],
            "area_id": area,
            "printed": row[area],
        }
        for row in rows
        for area in AREAS
        if row[area].strip()
    ]
    return pd.DataFrame(figures).assign(source_id=card.source_id, vintage=card.vintage)


def published_observations(figures: pd.DataFrame, values: Sequence[float | None]) -> pd.DataFrame:
    """Return printed figures in the columns of the observation table.

    Parameters
    ----------
    figures : DataFrame
        As `read_published` returns.
    values : sequence of float or None
        The printed figures as numbers, in the same order; None where the document prints none.
    """
    empty = pd.array([pd.NA] * len(figures), dtype="Float64")
    columns = {
        "area_id": figures["area_id"].astype("string"),
        "indicator_id": figures["indicator_id"].astype("string"),
        "year": pd.array([pd.NA] * len(figures), dtype="Int64"),
        "value": pd.array(values, dtype="Float64"),
        "status": pd.array([str(Status.FINAL)] * len(figures), dtype="string"),
        "origin": pd.array([str(Origin.PUBLISHED)] * len(figures), dtype="string"),
        "source_id": figures["source_id"].astype("string"),
        "vintage": figures["vintage"].astype("string"),
    }
    frame = pd.DataFrame({name: columns.get(name, empty) for name in COLUMN_NAMES})
    return frame


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(
                str(path),
                expected=f"the columns {', '.join(COLUMNS)}",
                found=", ".join(reader.fieldnames or ["an empty file"]),
                remedy="restore the column names",
            )
        return list(reader)


def _check_indicators(rows: list[dict[str, str]], path: Path) -> None:
    ids = [row["indicator_id"] for row in rows]
    strangers = sorted(set(ids) - set(indicators()))
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if strangers or twice or not rows:
        raise InputError(
            str(path),
            expected="every catalogued indicator at most once, and at least one",
            found=f"unknown {strangers or 'none'}, twice {twice or 'none'}, {len(rows)} rows",
            remedy="correct the indicator ids",
        )
