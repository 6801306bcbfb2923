"""What a site calls itself, and which of two wordings it uses: about Leeuwarden Oost, or about another focus area."""

from __future__ import annotations

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.focus import site_focus
from lwo_analysis.catalogue.phrases import phrase


def focus_name(lang: str) -> str:
    """Return the name of the area that the site is about.

    Examples
    --------
    >>> focus_name("nl")
    'Leeuwarden Oost'
    """
    return areas()[site_focus().area_id].name(lang)


def site_title(lang: str) -> str:
    """Return the name of the site.

    Examples
    --------
    >>> site_title("en")
    'Leeuwarden Oost in figures'
    """
    return phrase("site.title", lang, area=focus_name(lang))


def key_of_focus(key: str) -> str:
    """Return the key of a phrase that has another wording on a site about another focus area.

    Examples
    --------
    >>> key_of_focus("site.areas")
    'site.areas'
    """
    return key if site_focus().is_programme else f"{key}_elsewhere"
