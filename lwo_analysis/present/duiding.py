"""What residents and professionals said about the figures of an area, beside those figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd
from bs4 import BeautifulSoup

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.paths import raw_folder
from lwo_analysis.present.claims import Claims
from lwo_analysis.present.origins import DEMO
from lwo_analysis.present.prose import Prose, make_prose
from lwo_analysis.present.tables import Table, make_table
from lwo_analysis.schema import Origin
from lwo_analysis.sources.duiding import TABLE, Duiding, DuidingFolder, read_duiding


@dataclass(frozen=True)
class DiscussedClaims:
    """Claims with what people said about their figures below each sentence; display it as the last line.

    Attributes
    ----------
    claims : Claims
        The sentences.
    said : mapping of str to tuple of Duiding
        What was said, by the id of the claim.
    lang : str
        `nl` or `en`.
    """

    claims: Claims
    said: Mapping[str, tuple[Duiding, ...]]
    lang: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        bundle = self.claims._repr_mimebundle_()
        soup = BeautifulSoup(str(bundle["text/html"]), "html.parser")
        for item in soup.find_all("li", attrs={"data-claim": True}):
            for entry in self.said.get(str(item["data-claim"]), ()):
                item.select(".sentence")[0].append(BeautifulSoup(_quote_html(entry, self.lang), "html.parser"))
        return bundle | {"text/html": str(soup)}


def load_duiding(panel: str) -> DuidingFolder:
    """Return what was imported into `data/raw/duiding` and may be shown; nothing beside made-up figures (`panel` is `demo`)."""
    return DuidingFolder((), 0) if panel == DEMO else read_duiding(raw_folder() / TABLE)


def beside_claims(claims: Claims, said: DuidingFolder, lang: str) -> DiscussedClaims:
    """Return claims with below each what people said about its indicator in its area; a claim is not changed by it."""
    about = {claim.id: (claim.area, claim.indicator) for claim in claims}
    found = {id: tuple(entry for entry in said.entries if (entry.area, entry.indicator) == key) for id, key in about.items()}
    return DiscussedClaims(claims, found, lang)


def duiding_table(said: DuidingFolder, area_id: str, lang: str) -> Table | Prose:
    """Return everything that was said about the figures of an area; or how to say something when nobody has.

    An entry that is made up says so in front of its words.
    """
    entries = [entry for entry in said.entries if entry.area == area_id]
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


def _quote_html(entry: Duiding, lang: str) -> str:
    role, answer = phrase(f"duiding.role.{entry.role}", lang), phrase(f"duiding.answer.{entry.answer}", lang)
    who = phrase("duiding.quote", lang, role=role, year=entry.date.year, answer=answer)
    return f"<br/><small>{escape(who)}</small> <q>{escape(_words(entry, lang))}</q>"


def _words(entry: Duiding, lang: str) -> str:
    return phrase("duiding.made_up", lang, words=entry.words) if entry.made_up else entry.words
