"""Claims: the only way a number reaches a sentence.

A claim holds its sentence, its number, how sure we are and where it came from. Its badge is decided by :func:`decide_badge`,
never by hand, and its wording must be the wording of that badge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.code_reference import calling_function
from lwo_analysis.present.origins import checked_origins, is_demo
from lwo_analysis.present.wording import find_forbidden_wording

CLAIMS_MIME = "application/vnd.lwo.claims+json"


@dataclass(frozen=True)
class Claim:
    """One sentence and what stands behind it; made by :func:`make_claim`.

    Parameters
    ----------
    id : str
        Stable within the page: lower case letters, digits and hyphens; it is the fragment of the address.
    text : str
        The sentence.
    lang, template : str
        Its language and the phrase it was rendered from.
    badge : Badge
        What kind of statement it is.
    indicator, area : str
        Identifiers in the catalogue.
    compare : str or None
        Identifier of the comparison.
    value, lower, upper, compare_value : float or None
        The number in ``unit``, unrounded, its 95 % interval, and the number it is compared with; None when there is none.
    gap_lower, gap_upper : float or None
        95 % interval of value minus compare_value, when it is known; with zero in it, the difference can be chance.
    unit : str
        ``percent``, ``points``, ``euro``, ``persons``, ...
    year : int or None
        Reference year; None when the source gives none.
    grade : int or None
        Evidence grade on the Maryland scale (1-5); None for a statement that is not about cause.
    origins : frozenset of str
        Origins of every number in the sentence.
    sources : tuple of str
        Source ids.
    status : str
        Status of the number (``final``, ``provisional``, ...).
    headline : bool
        Whether the sentence belongs in the answer at the top of the page.
    code : str
        The function that made the claim (:func:`lwo_analysis.present.code_reference.calling_function`).
    """

    id: str
    text: str
    lang: str
    template: str
    badge: Badge
    indicator: str
    area: str
    origins: frozenset[str]
    sources: tuple[str, ...]
    compare: str | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    compare_value: float | None = None
    gap_lower: float | None = None
    gap_upper: float | None = None
    unit: str = ""
    year: int | None = None
    grade: int | None = None
    status: str = "final"
    headline: bool = True
    code: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as plain JSON types, its sets sorted."""
        return {**asdict(self), "badge": str(self.badge), "origins": sorted(self.origins), "sources": list(self.sources)}


@dataclass(frozen=True)
class Claims:
    """The claims of one cell; display it as the last line."""

    items: tuple[Claim, ...]
    origins: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        if not self.items:
            raise NotebookError("claims", expected="at least one claim", found="none", remedy="say in a claim what is not known")
        known = checked_origins((origin for claim in self.items for origin in claim.origins), "claims")
        object.__setattr__(self, "origins", known)

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        facts = [claim.to_dict() for claim in self.items]
        text = "\n".join(f"[{phrase(f'badge.{claim.badge}', claim.lang)}] {claim.text}" for claim in self.items)
        return {"text/html": claims_html(facts), "text/plain": text, CLAIMS_MIME: facts}


def make_claim(
    id: str,
    template: str,
    *,
    lang: str,
    badge: Badge,
    indicator: str,
    area: str,
    origins: Iterable[str],
    sources: Iterable[str],
    words: Mapping[str, object],
    **facts: Any,
) -> Claim:
    """Return a claim whose sentence is rendered from the phrase catalogue.

    Parameters
    ----------
    id : str
        See :class:`Claim`.
    template : str
        A phrase key ``claim.BADGE.NAME``; BADGE must be the badge of the claim.
    lang : str
        ``nl`` or ``en``.
    badge : Badge
        From :func:`lwo_analysis.present.badges.decide_badge`.
    indicator, area : str
        Identifiers in the catalogue.
    origins, sources : iterable of str
        Of every number in the sentence; not empty.
    words : mapping of str to object
        Values of the placeholders of the template, formatted.
    **facts
        The other fields of :class:`Claim` by name: ``value``, ``lower``, ``upper``, ``unit``, ``year``, ``compare``,
        ``compare_value``, ``gap_lower``, ``gap_upper``, ``grade``, ``status``, ``headline``. NaN counts as None.

    Raises
    ------
    NotebookError
        When the template belongs to another badge, the wording is not allowed for it, demo and real numbers mix, or there is no
        source.
    CatalogueError
        When the template or a placeholder does not exist.
    """
    if not template.startswith(f"claim.{badge}."):
        raise NotebookError(
            f"claim {id}", expected=f"a template claim.{badge}.*", found=template, remedy="use a sentence that this badge allows"
        )
    claim = Claim(
        id=id,
        text=phrase(template, lang, **words),
        lang=lang,
        template=template,
        badge=Badge(badge),
        indicator=indicator,
        area=area,
        origins=checked_origins(origins, f"claim {id}"),
        sources=_checked_sources(sources, id),
        code=calling_function(),
        **{name: _plain(value) for name, value in facts.items()},
    )
    check_wording(claim)
    return claim


def check_wording(claim: Claim) -> None:
    """Refuse a sentence that says more than its badge allows.

    A description has no change in it, a signal no cause, and only an effect speaks of what the programme did; "because of" needs
    an evidence grade of 4. The rules are in :mod:`lwo_analysis.present.wording`.

    Raises
    ------
    NotebookError
        With the words that are too strong, or the wording that is missing.
    """
    fault = find_forbidden_wording(claim.text, claim.badge, claim.lang, claim.grade)
    if fault:
        raise NotebookError(
            f"claim {claim.id}",
            expected=f"the wording of the badge {claim.badge}",
            found=fault,
            remedy="use a sentence that this badge allows",
        )


def claims_html(claims: Iterable[Mapping[str, Any]]) -> str:
    """Return claims, as plain dictionaries, as a list of sentences with their badges and reference years.

    Parameters
    ----------
    claims : iterable of mapping
        From :meth:`Claim.to_dict`. The publisher finds each by its ``data-claim`` and adds its address and its passport.
    """
    return f'<ul class="claims">{"".join(map(_claim_item, claims))}</ul>'


def badge_html(badge: str, lang: str) -> str:
    """Return a badge as a text chip."""
    return f'<span class="badge badge-{badge}">{escape(phrase(f"badge.{badge}", lang))}</span>'


def _claim_item(claim: Mapping[str, Any]) -> str:
    lang = claim["lang"]
    notes = [phrase(f"status.{claim['status']}", lang)] if claim["status"] in ("provisional", "stale") else []
    marks = [phrase("demo.chip", lang)] if is_demo(claim["origins"]) else []
    year = [f'<span class="year">{claim["year"]}</span>'] if claim["year"] else []
    chips = [badge_html(claim["badge"], lang), *(f'<span class="mark">{escape(text)}</span>' for text in marks + notes), *year]
    sentence = f'<span class="sentence">{escape(claim["text"])}</span>'
    shown = f'<span class="chips">{" ".join(chips)}</span> {sentence}'
    return f'<li data-claim="{escape(claim["id"])}" lang="{lang}">{shown}</li>'


def _checked_sources(sources: Iterable[str], id: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys([sources] if isinstance(sources, str) else sources))
    if not found:
        raise NotebookError(f"claim {id}", expected="at least one source", found="none", remedy="pass sources=...")
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: numpy scalars unwrapped, NaN as None."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
