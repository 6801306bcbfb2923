"""The words of a verdict, in Dutch and in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from lwo_analysis.effects.sentences import decimals_for, format_number

if TYPE_CHECKING:
    from lwo_analysis.effects.results import EffectResult

GRADES: dict[str, dict[int, str]] = {
    "nl": {
        1: "verband op één moment, zonder meting vooraf",
        2: "voor en na vergeleken, zonder bruikbare vergelijkingsgebieden",
        3: "voor en na vergeleken met vergelijkingsgebieden",
        4: "voor en na vergeleken met gebieden die vooraf op het programmagebied leken",
        5: "gebieden door loting gekozen",
    },
    "en": {
        1: "an association at one moment, without a measurement before",
        2: "before and after compared, without usable comparison areas",
        3: "before and after compared with comparison areas",
        4: "before and after compared with areas that resembled the programme area beforehand",
        5: "areas chosen by lot",
    },
}

POWER = {
    "unknown": ("Niet berekend hoe groot een effect moet zijn om op te vallen.", "How large an effect must be was not computed."),
    "no_ceiling": (
        "Berekend hoe groot een effect moet zijn om op te vallen; onbekend is hoe groot het kan worden.",
        "The effect that would be seen was computed; how large it can become is unknown.",
    ),
    "good": (
        "Een effect dat het programma kan bereiken, zouden we waarschijnlijk zien.",
        "An effect that the programme can reach would probably be seen.",
    ),
    "doubt": (
        "Zelfs het grootste effect dat het programma kan bereiken, is te klein om hier op te vallen.",
        "Even the largest effect that the programme can reach is too small to be seen here.",
    ),
}

BALANCE_UNKNOWN = (
    "Niet onderzocht of de gebieden voor de start gelijk opgingen.",
    "Not examined whether the areas moved together before the start.",
)

COMPOSITION = {
    "good": ("De samenstelling van de bevolking bleef gelijk.", "The make-up of the population stayed the same."),
    "doubt": (
        "De samenstelling van de bevolking veranderde: een deel van het verschil kan verhuizing zijn.",
        "The make-up of the population changed: part of the difference may be people moving.",
    ),
    "unknown": (
        "Niet onderzocht of de samenstelling van de bevolking veranderde.",
        "Not examined whether the make-up of the population changed.",
    ),
}

ROBUSTNESS = {
    "good": (
        "{count} controle(s) met een andere keuze veranderen de uitkomst niet.",
        "{count} check(s) with another choice do not change it.",
    ),
    "unknown": ("Geen controles met andere keuzes.", "No checks with other choices."),
}

REGISTRATION = {
    "good": ("De opzet lag vast voordat de cijfers er waren.", "The design was fixed before the figures existed."),
    "doubt": ("De opzet is pas na de cijfers vastgelegd.", "The design was fixed only after the figures."),
    "unknown": ("Niet bekend of de opzet voor de cijfers vastlag.", "Not known whether the design was fixed before the figures."),
}

WEAK = {
    "nl": "Let op: de bewijskracht is te klein voor een conclusie (niveau {grade} van 5, of een controle die niet slaagt).",
    "en": "Note: the evidence is too weak for a conclusion (level {grade} of 5, or a check that fails).",
}

IMPLAUSIBLE = {
    "nl": "Onwaarschijnlijk; zoek de fout. De schatting voor {outcome} is {estimate}, meer dan het programma kan bereiken "
    "(hoogstens {ceiling}).",
    "en": "Implausible; look for the mistake. The estimate for {outcome} is {estimate}, more than the programme can reach "
    "(at most {ceiling}).",
}


def shown(number: float, scale: str) -> float:
    """Return a difference of logarithms as a percentage, and a difference as it is.

    Parameters
    ----------
    number : float
        On the scale of the estimate.
    scale : str
        `log` for logarithms.

    Examples
    --------
    >>> round(shown(0.0953, 'log'), 1), shown(2.0, 'level')
    (10.0, 2.0)
    """
    return 100 * math.expm1(number) if scale == "log" else number


def implausible(result: EffectResult, dose_ceiling: float, language: Literal["nl", "en"]) -> str:
    """Return the sentence of an estimate above the dose ceiling (both on the scale of the estimate).

    Parameters
    ----------
    result : EffectResult
        What an estimator returned.
    dose_ceiling : float
        Largest effect that can be, on the scale of the estimate.
    language : {"nl", "en"}
        Language of the text.
    """
    english = language == "en"
    name = "%" if result.scale == "log" else result.outcome_unit[english]
    unit = f" {name}" if name else ""
    # On the log scale +c and -c are different percentages: the ceiling is shown on the side of the estimate.
    estimate = shown(result.estimate, result.scale)
    ceiling = abs(shown(math.copysign(dose_ceiling, result.estimate), result.scale))
    decimals = decimals_for(ceiling / 4, estimate)
    return IMPLAUSIBLE[language].format(
        outcome=result.outcome_words[english],
        estimate=format_number(estimate, decimals, language, sign=True) + unit,
        ceiling=format_number(ceiling, decimals, language) + unit,
    )
