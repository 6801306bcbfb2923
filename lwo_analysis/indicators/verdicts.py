"""The four verdicts on detectability, and the words for the steps that lead to them."""

from __future__ import annotations

from enum import StrEnum

from lwo_analysis.catalogue.interventions import Text


class Verdict(StrEnum):
    """What it takes to see the intervention at work; pages print `label`."""

    VISIBLE = "visible"
    AFTER_YEARS = "only_after_years"
    MICRODATA = "only_with_microdata"
    QUALITATIVE = "only_qualitative"

    def label(self, lang: str) -> str:
        """Return the words for a page in Dutch (`nl`) or English (`en`).

        Examples
        --------
        >>> Verdict.AFTER_YEARS.label("nl")
        'pas na jaren'
        """
        return _LABELS[self][0 if lang == "nl" else 1]


_LABELS = {
    Verdict.VISIBLE: ("zichtbaar", "visible"),
    Verdict.AFTER_YEARS: ("pas na jaren", "only after years"),
    Verdict.MICRODATA: ("alleen met microdata", "only with microdata"),
    Verdict.QUALITATIVE: ("alleen kwalitatief", "only qualitative"),
}


_REASONS = {
    "reached": (
        "het plafond haalt de kleinste zichtbare verandering na {years} jaar",
        "the ceiling reaches the minimal detectable effect after {years} year(s)",
    ),
    "area_series": (
        "er is een openbare reeks voor het hele gebied; hoeveel jaar het duurt hangt af van de ruis",
        "a public series of the whole area exists; how many years depends on its noise",
    ),
    "modelled": (
        "het cijfer is een schatting uit een model en kan geen verandering tonen",
        "the figure is modelled and cannot show a change",
    ),
    "not_public": ("er is geen openbare jaarreeks voor de vijf wijken", "no public yearly series exists for the five wijken"),
    "no_ceiling": ("er is geen plafond te berekenen voor deze uitkomst", "no ceiling can be calculated for this outcome"),
    "no_noise": ("de ruis van deze reeks is niet bekend", "the noise of this series is not known"),
    "below": (
        "het plafond blijft onder de kleinste zichtbare verandering",
        "the ceiling stays below the minimal detectable effect",
    ),
    "no_register": ("er is geen register om deelnemers in te volgen", "no register exists to follow participants in"),
    "not_counted": ("deelnemers zijn nog niet geteld: eerst vastleggen", "participants are not counted yet: register them first"),
    "too_few": ("te weinig deelnemers om een voor een te vergelijken", "too few participants for a comparison one by one"),
    "persons_share": (
        "een voor een vergelijken ziet effecten vanaf {points} procentpunt",
        "a comparison one by one sees effects from {points} percentage points",
    ),
    "persons_mean": (
        "een voor een vergelijken ziet effecten vanaf {hundredths} honderdste standaardafwijking",
        "a comparison one by one sees effects from {hundredths} hundredths of a standard deviation",
    ),
}


def verdict_reason(*keys: str, **values: str) -> Text:
    """Return the words of one or more steps of the rule, joined, in both languages.

    Parameters
    ----------
    *keys : str
        Keys of the steps.
    **values : str
        Numbers that the words ask for.
    """
    nl, en = ("; ".join(_REASONS[key][language] for key in keys).format(**values) for language in (0, 1))
    return Text(nl, en)
