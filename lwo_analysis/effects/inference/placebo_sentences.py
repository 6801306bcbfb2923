"""What a placebo test may be said to show, in Dutch and in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from lwo_analysis.effects.sentences import decimals_for, format_number, format_p, rejects

if TYPE_CHECKING:
    from lwo_analysis.effects.inference.placebo import PlaceboResult

Language = Literal["nl", "en"]

TEMPLATES: dict[str, dict[str, str]] = {
    "nl": {
        "usual": "Een verschil als dit ({estimate}) komt ook voor als we het programma in gedachten aan andere gebieden geven: "
        "{share} van de {count} proeven geeft een minstens zo opvallend verschil ({p}).",
        "unusual": "Een verschil als dit ({estimate}) is zeldzaam als we het programma in gedachten aan andere gebieden geven: "
        "{share} van de {count} proeven geeft een minstens zo opvallend verschil ({p}).",
        "powerless": "Met zo weinig gebieden kan deze toets nooit een p-waarde onder {smallest} geven; een conclusie is niet "
        "mogelijk.",
        "excluded": "Een effect groter dan {bound} (omhoog of omlaag) kunnen we uitsluiten.",
        "nothing_excluded": "Geen enkel effect kunnen we uitsluiten.",
    },
    "en": {
        "usual": "A difference like this ({estimate}) also occurs when the programme is given to other areas in thought: "
        "{share} of the {count} trials shows a difference at least as striking ({p}).",
        "unusual": "A difference like this ({estimate}) is rare when the programme is given to other areas in thought: "
        "{share} of the {count} trials shows a difference at least as striking ({p}).",
        "powerless": "With so few areas this test can never give a p-value below {smallest}; no conclusion is possible.",
        "excluded": "An effect larger than {bound} (up or down) can be excluded.",
        "nothing_excluded": "No effect of any size can be excluded.",
    },
}


def placebo_sentence(result: PlaceboResult, language: Language = "nl") -> str:
    """Return how unusual the estimate is and which effects are excluded.

    Parameters
    ----------
    result : PlaceboResult
        A placebo test.
    language : {"nl", "en"}
        Language of the text.
    """
    templates, words = TEMPLATES[language], _words(result, language)
    if not rejects(result.smallest_p_value, result.level):
        return templates["powerless"].format(**words)
    first = templates["unusual" if rejects(result.p_value, result.level) else "usual"]
    second = templates["excluded" if math.isfinite(result.equivalence_bound) else "nothing_excluded"]
    return f"{first} {second}".format(**words)


def _words(result: PlaceboResult, language: Language) -> dict[str, str]:
    unit = result.outcome_unit[language == "en"]
    unit = f" {unit}" if unit else ""
    decimals = decimals_for(result.placebo_sd, result.estimate)
    return {
        "estimate": format_number(result.estimate, decimals, language, sign=True) + unit,
        "bound": format_number(result.equivalence_bound, decimals, language) + unit,
        "share": _share(result.p_value, language),
        "count": format_number(len(result.placebo_estimates), 0, language),
        "p": format_p(result.p_value, language),
        "smallest": format_p(result.smallest_p_value, language).removeprefix("p = "),
    }


def _share(p_value: float, language: Language) -> str:
    """Return the p-value as a percentage; the actual assignment is always among the trials, so never as 0.0%."""
    if p_value < 0.001:
        return {"nl": "minder dan 0,1%", "en": "less than 0.1%"}[language]
    return format_number(100 * p_value, 1, language) + "%"
