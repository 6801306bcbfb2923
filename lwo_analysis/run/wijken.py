"""Wijken of the whole country in one year, for the search for places like a given one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.areas import areas, region_codes
from lwo_analysis.catalogue.corrections import corrections_of
from lwo_analysis.catalogue.indicators import Indicator, indicator, measures_of
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.catalogue.phrases import LANGUAGES
from lwo_analysis.catalogue.sources import source
from lwo_analysis.cleaning.corrections import apply_corrections
from lwo_analysis.disclosure import suppress_small
from lwo_analysis.indicators.focus_field import FocusField, is_demo_outside
from lwo_analysis.indicators.focus_peers import PEER_TOPICS
from lwo_analysis.paths import raw_folder
from lwo_analysis.present.focus_areas import field_name
from lwo_analysis.provenance import SourceCard
from lwo_analysis.run.build import KEY_FIGURES, raw_tables
from lwo_analysis.schema import Status
from lwo_analysis.sources.regional import regional_rows
from lwo_analysis.sources.statline import read_table_folder


@dataclass(frozen=True)
class Wijken:
    """Wijken of one year.

    Attributes
    ----------
    table : DataFrame
        Indexed by wijk (a CBS code, or an area of the demo panel): `residents` and one column per topic; NaN where a figure is
        secret or too small to be shown.
    names : dict
        By wijk its name in Dutch and in English.
    own : tuple of str
        The wijken of the area that is placed.
    excluded : tuple of str
        Wijken of focus areas and of the same city: no place without the programme, or a neighbour of one with it.
    """

    table: pd.DataFrame
    names: Mapping[str, tuple[str, ...]]
    own: tuple[str, ...]
    excluded: tuple[str, ...]


def load_wijken(field: FocusField, observations: pd.DataFrame) -> Wijken:
    """Return the wijken that an area of a field may be matched with, on the boundaries of the year of the field.

    Parameters
    ----------
    field : FocusField
        The area and the year.
    observations : DataFrame
        The table the field was made of; the demo panel holds its own wijken.

    Raises
    ------
    InputError
        A raw table is not what its card says.
    """
    return _demo_wijken(field, observations) if field.is_demo else _real_wijken(field)


def _demo_wijken(field: FocusField, observations: pd.DataFrame) -> Wijken:
    in_year = observations[observations["year"].eq(field.year)]
    own = areas()[field.area_id].parts
    is_wijk = in_year["area_id"].isin(own) | in_year["area_id"].map(is_demo_outside)
    wide = _wide(in_year[is_wijk])
    names = {name: tuple(field_name(name, lang) for lang in LANGUAGES) for name in wide.index if name not in own}
    return Wijken(wide, names | _names_of(own), own, field.members)


def _real_wijken(field: FocusField) -> Wijken:
    own = _codes_of(field.area_id, field.year)
    table = next(
        (
            (folder, card)
            for folder, card in raw_tables(raw_folder())
            if card.source_id == KEY_FIGURES and source(KEY_FIGURES).boundary_year(card.table) == field.year
        ),
        None,
    )
    if table is None:
        return Wijken(pd.DataFrame({"residents": []}), {}, own, ())
    rows = _rows(*table)
    titles = rows.drop_duplicates("region_code").set_index("region_code")["region_name"]
    wide = _wide(_figures(rows[rows["region_kind"].eq("WK")]))
    names = {code: (_title(code, titles),) * 2 for code in wide.index}
    focus = {code for name in focus_areas() for code in _codes_of(name, field.year)}
    city = {code for code in wide.index if own and code[:6] == own[0][:6]}
    return Wijken(wide, names, own, tuple(sorted(focus | city)))


def _rows(folder: Path, card: SourceCard) -> pd.DataFrame:
    """Return the rows of the topics of likeness, corrected; reading every measure of the table would take minutes."""
    used = {name for topic in (*PEER_TOPICS, "population") for name in indicator(topic).used_measures}
    asked = tuple(measure for measure in measures_of(KEY_FIGURES) if measure.name in used)
    delivered = regional_rows(read_table_folder(folder), asked)
    kept = delivered[delivered["region_kind"].isin(["WK", "GM"])]
    return apply_corrections(kept, corrections_of(KEY_FIGURES), table=card.table).rows


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the topics of likeness by wijk as observations, without figures that rest on too few people."""
    counts = rows.pivot(index="region_code", columns="measure", values="value").astype(float)
    topics = [indicator(name) for name in (*PEER_TOPICS, "population")]
    frames = [_topic(entry, counts) for entry in topics if {*entry.numerator, *entry.denominator} <= set(counts)]
    return suppress_small(pd.concat(frames, ignore_index=True)).observations


def _topic(entry: Indicator, counts: pd.DataFrame) -> pd.DataFrame:
    above = counts[list(entry.numerator)].sum(axis=1, skipna=False)
    below = counts[list(entry.denominator)].sum(axis=1, skipna=False) if entry.denominator else above * float("nan")
    value = entry.scale * above / below.where(below > 0) if entry.denominator else above
    figures = {"value": value, "numerator": above, "denominator": below, "n": below}
    columns = {"indicator_id": entry.id, "lower": float("nan"), "upper": float("nan"), "status": str(Status.FINAL)}
    return pd.DataFrame(figures).rename_axis("area_id").reset_index().assign(**columns)


def _wide(figures: pd.DataFrame) -> pd.DataFrame:
    used = figures[figures["indicator_id"].isin([*PEER_TOPICS, "population"])]
    wide = used.pivot(index="area_id", columns="indicator_id", values="value").astype(float)
    return wide.rename(columns={"population": "residents"}).rename_axis(columns=None)


def _codes_of(area_id: str, year: int) -> tuple[str, ...]:
    parts = areas()[area_id].parts
    return tuple(code for part in parts for code in region_codes(part, year)) if parts else region_codes(area_id, year)


def _title(code: str, titles: pd.Series) -> str:
    """Return the name of a wijk without its number, with its municipality."""
    bare = titles[code].strip()
    words = bare.split(" ", 2)
    name = words[2] if bare.startswith("Wijk ") and len(words) == 3 else bare
    return f"{name} ({titles[f'GM{code[2:6]}'].strip()})"


def _names_of(area_ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {name: (areas()[name].name_nl, areas()[name].name_en) for name in area_ids}
