"""The focus area that a site is about: Leeuwarden Oost, or the one that the environment variable `LWO_FOCUS` names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.errors import ParameterError
from lwo_analysis.paths import PROGRAMME, focus_id


@dataclass(frozen=True)
class Focus:
    """A focus area with the city it lies in; all are ids of the catalogue of areas.

    Attributes
    ----------
    area_id : str
        The focus area.
    city_id : str
        Its municipality.
    rest_id : str
        That municipality without its focus areas.
    """

    area_id: str
    city_id: str
    rest_id: str

    @property
    def is_programme(self) -> bool:
        """Whether it is Leeuwarden Oost, whose goals, measures and research agenda this project holds."""
        return self.area_id == PROGRAMME

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What `$focus`, `$city` and `$rest` stand for in ``notebooks/params/NAME.yml``."""
        return {"focus": self.area_id, "city": self.city_id, "rest": self.rest_id}


def site_focus() -> Focus:
    """Return the focus area that the site is about.

    Raises
    ------
    ParameterError
        `LWO_FOCUS` is not one of the twenty focus areas.

    Examples
    --------
    >>> site_focus()
    Focus(area_id='lwo', city_id='lwd', rest_id='lwd-rest')
    """
    if focus_id() not in focus_areas():
        raise ParameterError(
            "LWO_FOCUS",
            expected=f"one of {', '.join(focus_areas())}",
            found=repr(focus_id()),
            remedy="correct the variable, or leave it out for Leeuwarden Oost",
        )
    return focus_of(focus_id())


def focus_of(area_id: str) -> Focus:
    """Return a focus area with its city and that city without its focus areas.

    Parameters
    ----------
    area_id : str
        One of the ids of `focus_areas`.

    Examples
    --------
    >>> focus_of("utrecht-overvecht")
    Focus(area_id='utrecht-overvecht', city_id='utrecht', rest_id='utrecht-rest')
    """
    code = focus_areas()[area_id].municipality_code
    city = next(each.id for each in areas().values() if each.kind == "municipality" and each.regions[0].codes == (code,))
    rest = next(each.id for each in areas().values() if each.kind == "rest" and each.whole == city and area_id in each.parts)
    return Focus(area_id, city, rest)
