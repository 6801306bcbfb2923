"""What an effect result may be said to show, in Dutch and in English, for every outcome including the awkward ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lwo_analysis.effects.results import EffectResult

Language = Literal["nl", "en"]
ROUNDING = 1e-10

TEMPLATES: dict[str, dict[str, str]] = {
    "nl": {
        "higher": "{Outcome} is {size} hoger dan zonder het programma te verwachten was ({interval}; {p}). {who}",
        "lower": "{Outcome} is {size} lager dan zonder het programma te verwachten was ({interval}; {p}). {who}",
        "inconclusive": "Over {outcome} kunnen we nu niets met zekerheid zeggen: de schatting is {signed}, maar {possible} is "
        "ook mogelijk ({interval}; {p}). {who}",
        "p_only": "De schatting voor {outcome} is {signed} ({p}). Er is geen betrouwbare marge. {who}",
        "too_few_areas": "De schatting voor {outcome} is {signed}. Met {n_treated} {treated_word} is daar nog geen betrouwbare "
        "marge bij te geven; zonder marge is dit geen conclusie. {who}",
        "not_identified": "Voor {outcome} is met deze gegevens geen effect te bepalen. {who}",
        "too_early": "Het is te vroeg om iets te zeggen over het effect op {outcome}: er zijn nog geen cijfers van na de start.",
        "interval": "{level}%-interval {lower} tot {upper}",
        "between": "alles van {lower} tot {upper}",
        "who": "Vergelijking van {n_treated} {treated_word} met {n_control} {control_word}.",
        "who_alone": "Vergelijking van {n_treated} {treated_word} met de ontwikkeling van vóór de start.",
    },
    "en": {
        "higher": "{Outcome} is {size} higher than was to be expected without the programme ({interval}; {p}). {who}",
        "lower": "{Outcome} is {size} lower than was to be expected without the programme ({interval}; {p}). {who}",
        "inconclusive": "Nothing certain can be said about {outcome} now: the estimate is {signed}, but {possible} is possible "
        "too ({interval}; {p}). {who}",
        "p_only": "The estimate for {outcome} is {signed} ({p}). There is no reliable interval. {who}",
        "too_few_areas": "The estimate for {outcome} is {signed}. With {n_treated} {treated_word} no reliable interval can be "
        "given yet; without an interval this is no conclusion. {who}",
        "not_identified": "For {outcome} no effect can be determined from these data. {who}",
        "too_early": "It is too early to say anything about the effect on {outcome}: there are no figures from after the "
        "start yet.",
        "interval": "{level}% interval {lower} to {upper}",
        "between": "anything from {lower} to {upper}",
        "who": "{n_treated} {treated_word} compared with {n_control} {control_word}.",
        "who_alone": "{n_treated} {treated_word} compared with the development before the start.",
    },
}

NOUNS = {"nl": (("gebied met", "gebieden met"), ("gebied", "gebieden")), "en": (("area", "areas"), ("area", "areas"))}


def effect_sentence(result: EffectResult, language: Language = "nl") -> str:
    """Return the sentence of a result: the template is decided by its status, interval and p-value, never by hand.

    Parameters
    ----------
    result : EffectResult
        What an estimator returned.
    language : {"nl", "en"}
        Language of the text.
    """
    templates = TEMPLATES[language]
    words = {**_counts(result, language), **_numbers(result, language)}
    words["who"] = templates["who" if result.n_control else "who_alone"].format(**words)
    return " ".join(templates[outcome_kind(result)].format(**words).split())


def outcome_kind(result: EffectResult) -> str:
    """Return which kind of outcome this is: the name of its template.

    Parameters
    ----------
    result : EffectResult
        What an estimator returned.
    """
    if result.status != "estimated":
        return result.status
    lower, upper = result.interval
    if math.isnan(lower) or math.isnan(upper):
        return "p_only"
    if lower <= 0 <= upper or not (math.isnan(result.p_value) or rejects(result.p_value, result.level)):
        return "inconclusive"
    return "higher" if result.estimate > 0 else "lower"


def rejects(p_value: float, level: float) -> bool:
    """Return whether a test at confidence ``level`` rejects; False for a missing p-value.

    A p-value that equals ``1 - level`` rejects: permutation p-values are fractions such as 1/10, and ``1 - 0.9`` is slightly
    less than 0.1 in floating point.

    Parameters
    ----------
    p_value : float
        Between 0 and 1; NaN when there is none.
    level : float
        Coverage of the interval, between 0 and 1.

    Examples
    --------
    >>> rejects(0.1, 0.9), rejects(0.11, 0.9)
    (True, False)
    """
    return p_value <= 1 - level + ROUNDING


def format_p(p_value: float, language: Language = "nl") -> str:
    """Return a p-value as text; below 0.001 as a bound, never as 0.000.

    Parameters
    ----------
    p_value : float
        Between 0 and 1; NaN when there is none.
    language : {"nl", "en"}
        Language of the text.

    Examples
    --------
    >>> format_p(0.0000001, "en"), format_p(0.0321, "nl")
    ('p < 0.001', 'p = 0,032')
    """
    if math.isnan(p_value):
        return {"nl": "geen p-waarde", "en": "no p-value"}[language]
    text = "p < 0.001" if p_value < 0.001 else f"p = {min(p_value, 0.999):.3f}" if p_value < 0.9995 else "p > 0.999"
    return text.replace(".", ",") if language == "nl" else text


def format_number(value: float, decimals: int, language: Language = "nl", *, sign: bool = False) -> str:
    """Return a number with this many decimals, a true minus sign, and the decimal mark of the language.

    Parameters
    ----------
    value : float
        Not finite values become words.
    decimals : int
        How many.
    language : {"nl", "en"}
        Language of the text.
    sign : bool
        Whether a plus is written.

    Examples
    --------
    >>> format_number(-1234.5, 1, 'nl'), format_number(0.25, 1, 'en', sign=True)
    ('−1.234,5', '+0.2')
    """
    if not math.isfinite(value):
        return {"nl": "onbekend", "en": "unknown"}[language] if math.isnan(value) else ("−∞" if value < 0 else "∞")
    text = f"{abs(value):,.{decimals}f}"
    if language == "nl":
        text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
    negative = value < 0 and any(digit in text for digit in "123456789")
    return ("−" if negative else "+" if sign else "") + text


def decimals_for(uncertainty: float, value: float) -> int:
    """Return the number of decimals at which the last digit is at most half the uncertainty (half the value if unknown).

    Parameters
    ----------
    uncertainty : float
        Width or error, in the unit of the value.
    value : float
        What is shown.

    Examples
    --------
    >>> decimals_for(0.5, 12.34), decimals_for(20.0, 1234.0)  # digits of 0.1 and of 1
    (1, 0)
    """
    yardstick = uncertainty if math.isfinite(uncertainty) and uncertainty > 0 else abs(value)
    if not math.isfinite(yardstick) or yardstick == 0:
        return 2
    return int(min(6, max(0, math.ceil(-math.log10(yardstick / 2)))))


def _counts(result: EffectResult, language: Language) -> dict[str, object]:
    treated, control = NOUNS[language]
    suffix = {"nl": " het programma", "en": " with the programme"}[language]
    control_suffix = {"nl": " zonder", "en": " without"}[language]
    return {
        "n_treated": result.n_treated,
        "n_control": result.n_control,
        "treated_word": treated[result.n_treated != 1] + suffix,
        "control_word": control[result.n_control != 1] + control_suffix,
        "outcome": result.outcome_words[language == "en"],
        "Outcome": _capital(result.outcome_words[language == "en"]),
    }


def _numbers(result: EffectResult, language: Language) -> dict[str, str]:
    estimate, lower, upper = (_shown(number, result.scale) for number in (result.estimate, *result.interval))
    unit = "%" if result.scale == "log" else result.outcome_unit[language == "en"]
    unit = f" {unit}" if unit else ""
    spread = (upper - lower) / 4 if math.isfinite(upper - lower) else math.nan
    decimals = decimals_for(spread, estimate)
    low, high = (format_number(number, decimals, language, sign=True) + unit for number in (lower, upper))
    templates = TEMPLATES[language]
    return {
        "size": format_number(abs(estimate), decimals, language) + unit,
        "signed": format_number(estimate, decimals, language, sign=True) + unit,
        "interval": templates["interval"].format(level=round(100 * result.level), lower=low, upper=high),
        "possible": templates["between"].format(lower=low, upper=high),
        "p": format_p(result.p_value, language),
    }


def _shown(number: float, scale: str) -> float:
    """Turn a difference of logarithms into a percentage; leave a difference as it is."""
    return 100 * math.expm1(number) if scale == "log" and math.isfinite(number) else number


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
