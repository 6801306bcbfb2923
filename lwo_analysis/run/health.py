"""The state of the data on disk: cards, columns, observations, and what the previous vintages said."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lwo_analysis import paths
from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.indicators import measures_of
from lwo_analysis.catalogue.sources import source
from lwo_analysis.cleaning.observations import load_observations, read_observations, table_known_on
from lwo_analysis.cleaning.vintages import read_previous, revisions
from lwo_analysis.indicators.health import DataHealth, count_revisions, freshness
from lwo_analysis.provenance import CARD_NAME, SourceCard, read_card
from lwo_analysis.sources.drift import Drift, drift_of, read_description

PROGRAMME, CITY = "lwo", "lwd"
DRIFT_COUNTS = ("read", "renamed", "absent", "unclear", "new", "gone")


def read_health(year: int = 0, *, as_of: str = "", with_hidden: bool = True) -> DataHealth:
    """Return the state of the data.

    Parameters
    ----------
    year : int
        Year from which age is counted; 0 for the year of `as_of`, or else the year in which the newest raw file was retrieved, so
        that the same files give the same page on any day.
    as_of : str
        Day (ISO 8601) whose table is described, empty for the present one. The raw tables are those of today in any case: a
        provider's old files are not kept, only the figures that came of them.
    with_hidden : bool
        Whether to count what disclosure control hides, which takes some seconds.

    Raises
    ------
    InputError
        The observation table is not built or breaks a rule, or a raw file differs from its card.
    ParameterError
        `as_of` is no day, or a day of before the first build.
    """
    cards = [read_card(path.parent) for path in sorted(paths.raw_folder().glob(f"*/{CARD_NAME}"))]
    counted = year or int(as_of[:4] or max(card.retrieved[:4] for card in cards))
    present = read_observations(table_known_on(as_of))
    previous = read_previous(paths.processed_folder(), present)
    own = {PROGRAMME, CITY, *areas()[PROGRAMME].parts}
    shown = load_observations("real", as_of) if with_hidden else None
    revised = None if previous is None else count_revisions(revisions(previous, present))
    return DataHealth(counted, _tables(cards), freshness(present, counted, own, shown), revised)


def health_lines(health: DataHealth) -> list[str]:
    """Return one line per source, and one per table whose columns are not all as the catalogue has them."""
    lines = [_source_line(name, rows, health.revised) for name, rows in health.freshness.groupby("source_id")]
    drifted = health.tables[health.tables[["renamed", "absent", "unclear"]].fillna(0).sum(axis=1).gt(0)]
    return [*lines, *(f"columns {row.table}: {row.which}" for row in drifted.itertuples())]


def _source_line(name: str, rows: pd.DataFrame, revised: pd.DataFrame | None) -> str:
    years = rows["complete_year"].dropna()
    span = f"{years.min()}" if years.nunique() == 1 else f"{years.min()} to {years.max()}" if len(years) else "none"
    ages = rows["age"].dropna()
    changed = "no earlier vintage" if revised is None else f"{_revised_count(name, revised)} revised"
    return (
        f"figures {name}: vintage {rows['vintage'].max()}, {len(rows)} indicators, latest complete year {span}"
        f"{f' (up to {ages.max()} years old)' if len(ages) else ''}, {rows['suppressed'].sum()} suppressed, "
        f"{rows['not_published'].sum()} not published, {changed}"
    )


def _revised_count(name: str, revised: pd.DataFrame) -> int:
    return int(revised.loc[revised["source_id"].eq(name), ["changed", "filled", "withdrawn"]].sum().sum())


def _tables(cards: Sequence[SourceCard]) -> pd.DataFrame:
    ordered = sorted(cards, key=lambda card: (card.source_id, source(card.source_id).tables.get(card.table, 0), card.table))
    rows: list[dict[str, object]] = []
    before: dict[str, pd.DataFrame | None] = {}
    for card in ordered:
        properties = read_description(paths.raw_folder() / card.table) if source(card.source_id).module == "statline" else None
        drift = None if properties is None else drift_of(properties, measures_of(card.source_id), before.get(card.source_id))
        before[card.source_id] = properties
        rows.append(_table_row(card, drift))
    names = ["source_id", "table", "vintage", "retrieved", *DRIFT_COUNTS, "which"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(DRIFT_COUNTS, "Int64"))


def _table_row(card: SourceCard, drift: Drift | None) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(card, name) for name in ("source_id", "table", "vintage", "retrieved")}
    if drift is None:
        return row | dict.fromkeys(DRIFT_COUNTS) | {"which": ""}
    counts = {name: len(getattr(drift, name)) for name in DRIFT_COUNTS[1:]} | {"read": len(drift.found) + len(drift.renamed)}
    named = {"absent": drift.absent, "other name": drift.renamed, "unclear": drift.unclear}
    return row | counts | {"which": "; ".join(f"{what}: {', '.join(names)}" for what, names in named.items() if names)}
