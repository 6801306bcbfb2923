"""What a placebo test may be said to show, in Dutch and in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from lwo_analysis.effects.sentences import decimals_for, format_number, format_p

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
    """Return how unusual the estimate is and which effects are excluded."""
    templates, words = TEMPLATES[language], _words(result, language)
    if result.smallest_p_value > 1 - result.level:
        return templates["powerless"].format(**words)
    first = templates["usual" if result.p_value > 1 - result.level else "unusual"]
    second = templates["excluded" if math.isfinite(result.equivalence_bound) else "nothing_excluded"]
    return f"{first} {second}".format(**words)


def _words(result: PlaceboResult, language: Language) -> dict[str, str]:
    unit = result.outcome_unit[language == "en"]
    unit = f" {unit}" if unit else ""
    decimals = decimals_for(result.placebo_sd, result.estimate)
    return {
        "estimate": format_number(result.estimate, decimals, language, sign=True) + unit,
        "bound": format_number(result.equivalence_bound, decimals, language) + unit,
        "share": format_number(100 * result.p_value, 1, language) + "%",
        "count": format_number(len(result.placebo_estimates), 0, language),
        "p": format_p(result.p_value, language),
        "smallest": format_p(result.smallest_p_value, language).removeprefix("p = "),
    }
