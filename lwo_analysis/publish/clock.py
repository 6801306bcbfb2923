"""The one moment of a publication, so that every other byte depends on the inputs only."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import ParameterError

_MONTHS = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def generation_time() -> str:
    """Return the moment to print on the pages: ``SOURCE_DATE_EPOCH`` when it is set, else now (UTC, ISO 8601, seconds).

    Raises
    ------
    ParameterError
        When ``SOURCE_DATE_EPOCH`` is not a whole number of seconds.
    """
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    if fixed is None:
        return datetime.now(UTC).isoformat(timespec="seconds")
    if not fixed.isdigit():
        raise ParameterError("SOURCE_DATE_EPOCH", expected="seconds since 1970", found=fixed, remedy="unset it or correct it")
    return datetime.fromtimestamp(int(fixed), UTC).isoformat(timespec="seconds")


def generated_line(generated: str, lang: str) -> str:
    """Return the one line of a page that may differ between two runs, as HTML."""
    moment = datetime.fromisoformat(generated)
    said = f"{said_day(generated, lang)}, {moment:%H:%M} UTC"
    return phrase("page.generated", lang, time=f'<time datetime="{generated}">{said}</time>')


def said_day(moment: str, lang: str) -> str:
    """Return the day of an ISO 8601 moment in words.

    Examples
    --------
    >>> said_day("2026-11-20T22:34:00+00:00", "nl")
    '20 november 2026'
    """
    day = datetime.fromisoformat(moment)
    return f"{day.day} {_MONTHS[lang][day.month - 1]} {day.year}"
