"""The mark on a page that could not be made again: it shows an earlier edition, and says since when."""

from __future__ import annotations

import re
from datetime import date

from lwo_analysis.catalogue.phrases import phrase

MAIN = re.compile(r"<main\b[^>]*>")


def mark_stale(html: str, since: str, lang: str) -> str:
    """Return a page with the mark at the start of its main part.

    Parameters
    ----------
    html : str
        A finished page.
    since : str
        Day (ISO 8601) on which it could not be made again for the first time.
    lang : str
        ``nl`` or ``en``.
    """
    day = f"{date.fromisoformat(since):%d-%m-%Y}"
    said = phrase("page.stale", lang, day=f'<time datetime="{since}">{day}</time>')
    mark = f'<div class="stale-banner" role="note"><p>{said}</p></div>'
    return MAIN.sub(lambda found: found[0] + mark, html, count=1)
