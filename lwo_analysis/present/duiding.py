"""What residents and professionals said about the figures of an area, beside those figures."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.paths import raw_folder
from lwo_analysis.present.prose import Prose, make_prose
from lwo_analysis.present.tables import Table, make_table
from lwo_analysis.schema import Origin
from lwo_analysis.sources.duiding import TABLE, Duiding, DuidingFolder, read_duiding


def load_duiding() -> DuidingFolder:
    """Return what was imported into `data/raw/duiding` and may be shown; nothing when nothing was imported."""
    return read_duiding(raw_folder() / TABLE)


def duiding_table(said: DuidingFolder, area_id: str, indicator_ids: Iterable[str], lang: str) -> Table | Prose:
    """Return what was said about these figures of an area, by figure; or how to say something when nobody has.

    An entry that is made up says so in front of its words.
    """
    about = set(indicator_ids)
    entries = [entry for entry in said.entries if entry.area == area_id and entry.indicator in about]
    if not entries:
        return make_prose(("duiding.none", "duiding.left_out"), lang)
    rows = pd.DataFrame(
        {
            "indicator": [indicator(entry.indicator).name(lang) for entry in entries],
            "answer": [phrase(f"duiding.answer.{entry.answer}", lang) for entry in entries],
            "words": [_words(entry, lang) for entry in entries],
            "role": [phrase(f"duiding.role.{entry.role}", lang) for entry in entries],
            "date": [entry.date.isoformat() for entry in entries],
        }
    )
    headers = {name: phrase(f"duiding.{name}", lang) for name in ("answer", "words", "role", "date")}
    caption = phrase("duiding.table", lang, area=area(area_id).name(lang))
    columns = {"indicator": phrase("column.indicator", lang), **headers}
    origins = {str(Origin.PARTNER)}
    return make_table(rows, caption=caption, columns=columns, origins=origins, lang=lang, row_header="indicator")


def asks_attention(said: DuidingFolder, area_id: str, indicator_id: str) -> bool:
    """Return whether a resident and a professional both said that this figure of an area deserves attention.

    It is the second half of the badge `agenda`; the first is a signal (`badges.decide_badge`). Made-up examples never count.
    """
    real = [entry for entry in said.entries if entry.needs_attention and not entry.made_up]
    roles = {entry.role for entry in real if (entry.area, entry.indicator) == (area_id, indicator_id)}
    return {"resident", "professional"} <= roles


def _words(entry: Duiding, lang: str) -> str:
    return phrase("duiding.made_up", lang, words=entry.words) if entry.made_up else entry.words
