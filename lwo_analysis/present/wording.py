"""The verbs that each badge allows, in Dutch and English (claims language of the programme)."""

from __future__ import annotations

import re

from lwo_analysis.present.badges import Badge

CAUSAL_GRADE = 4

_CHANGE = {
    "nl": r"stijg\w*|gestegen|daal\w*|gedaald|toegenomen|afgenomen|neemt \w+|kleiner|groter|verbeter\w*|verslechter\w*|groei\w*",
    "en": r"ris(?:es?|ing|en)|rose|fall(?:s|ing|en)?|fell|increas\w+|decreas\w+|narrow\w*|widen\w*|improv\w+|worsen\w*",
}
_CAUSE = {
    "nl": r"effect\w*|dankzij|door het programma|leidt tot|zorgt voor|veroorzaakt\w*|werkt|succes\w*|zonder programma",
    "en": r"effect\w*|thanks to|leads? to|caus\w+|works|success\w*|without the programme",
}
_STRONG_CAUSE = {"nl": r"kom(?:t|en) door|veroorzaakt\w*", "en": r"because of|due to|caused by"}
_STIGMA = {"nl": r"slechtste|probleemwijk\w*|achterbuurt\w*|achterstandswijk\w*", "en": r"worst|slum\w*|problem area\w*"}

_REQUIRED = {
    Badge.DESCRIPTION: {"nl": r"is|zijn|ligt|liggen|wonen|heeft|hebben", "en": r"is|are|lives?|has|have"},
    Badge.SIGNAL: _CHANGE,
    Badge.AGENDA: {"nl": r"verdien(?:t|en) (?:\w+ )*?aandacht", "en": r"deserves? (?:\w+ )*?attention"},
    Badge.EFFECT: {"nl": r"zonder programma te verwachten", "en": r"expected without the programme"},
    Badge.UNDETERMINED: {"nl": r"daar kunnen we nu niets over zeggen", "en": r"we cannot tell now"},
}


def find_forbidden_wording(text: str, badge: Badge, lang: str, grade: int | None = None) -> str | None:
    """Return what is wrong with the wording of a sentence for its badge, or None when it is allowed.

    Parameters
    ----------
    text : str
        The sentence.
    badge : Badge
        Its badge.
    lang : str
        ``nl`` or ``en``.
    grade : int or None
        Evidence grade; "because of" needs at least 4.

    Returns
    -------
    str or None
        ``the words 'x'`` when they say more than the badge allows, or ``no wording that ...`` when the allowed verb is absent.

    Notes
    -----
    A word list is a net, not a proof: it catches a sentence let through by accident, not one that means to deceive.

    Examples
    --------
    >>> find_forbidden_wording("De afstand wordt kleiner dankzij het programma.", Badge.SIGNAL, "nl")
    "the words 'dankzij'"
    """
    for pattern in _forbidden(badge, lang, grade):
        found = re.search(rf"\b(?:{pattern})\b", text, flags=re.IGNORECASE)
        if found:
            return f"the words {found[0]!r}"
    if not re.search(rf"\b(?:{_REQUIRED[badge][lang]})\b", text, flags=re.IGNORECASE):
        return f"no wording that marks the badge {badge}"
    return None


def find_stigma(text: str, lang: str) -> str | None:
    """Return the first word of a text that labels people or places, or None.

    Examples
    --------
    >>> find_stigma("Een achterstandswijk.", "nl"), find_stigma("Een wijk.", "nl")
    ('achterstandswijk', None)
    """
    found = re.search(rf"\b(?:{_STIGMA[lang]})\b", text, flags=re.IGNORECASE)
    return found[0] if found else None


def _forbidden(badge: Badge, lang: str, grade: int | None) -> list[str]:
    patterns = [_STIGMA[lang]]
    if badge is not Badge.EFFECT or (grade or 0) < CAUSAL_GRADE:
        patterns.append(_STRONG_CAUSE[lang])
    if badge in (Badge.DESCRIPTION, Badge.SIGNAL, Badge.AGENDA):
        patterns.append(_CAUSE[lang])
    if badge is Badge.DESCRIPTION:
        patterns.append(_CHANGE[lang])
    return patterns
