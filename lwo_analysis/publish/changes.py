"""What changed since the previous publication, number by number, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lwo_analysis.publish.records import RenderedPage

NUMBERS = ("value", "lower", "upper", "compare_value", "year", "status", "badge")
"""What is compared between two publications of a claim; a sentence in other words is not a change."""
NEW_DATA, REVISION, METHOD = "new_data", "revision", "method"


@dataclass(frozen=True)
class Previous:
    """The site as it stands, before it is replaced.

    Attributes
    ----------
    generated : str
        Moment of its publication, ISO 8601.
    claims, inputs : mapping of str to list
        The claims and the inputs of its real pages with figures, by slug.
    pages : mapping of str to str
        The HTML of these pages, by slug.
    history : mapping
        Content of its ``changes.json``.
    editions : mapping of str to bytes
        Files of the editions before it, by address within the site.
    """

    generated: str
    claims: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, Any] = field(default_factory=dict)
    editions: Mapping[str, bytes] = field(default_factory=dict)


def publication_history(pages: Sequence[RenderedPage], previous: Previous | None, generated: str) -> dict[str, Any]:
    """Return every publication in which a number or a page changed, newest first, as plain JSON types.

    A publication that changes nothing leaves no trace, so that the same inputs give the same bytes.
    """
    if previous is None:
        return {"first": generated, "publications": []}
    change = _publication(pages, previous, generated)
    earlier = list(previous.history["publications"])
    something = change["numbers"] or change["new_pages"] or change["gone_pages"]
    return {"first": previous.history["first"], "publications": [change, *earlier] if something else earlier}


def changed_pages(publication: Mapping[str, Any]) -> set[str]:
    """Return the pages of the previous publication of which a number changed, or that are gone."""
    old = {each["page"] for each in publication["numbers"] if each["before"] is not None}
    return old | {each["page"] for each in publication["gone_pages"]}


def _publication(pages: Sequence[RenderedPage], previous: Previous, generated: str) -> dict[str, Any]:
    real = {page.slug: page for page in pages if not page.is_demo}
    both = [page for slug, page in real.items() if slug in previous.claims]
    gone = sorted(set(previous.claims) - set(real))
    return {
        "date": generated,
        "since": previous.generated,
        "new_pages": [{"page": slug, "lang": page.lang} for slug, page in real.items() if slug not in previous.claims],
        "gone_pages": [{"page": slug, "lang": _lang(previous.claims[slug])} for slug in gone],
        "numbers": [change for page in both for change in _numbers(page, previous)],
    }


def _lang(claims: Sequence[Mapping[str, Any]]) -> str:
    return next((claim["lang"] for claim in claims), "nl")


def _numbers(page: RenderedPage, previous: Previous) -> list[dict[str, Any]]:
    before = {claim["id"]: claim for claim in previous.claims[page.slug]}
    after = {claim["id"]: claim for claim in page.claims}
    ids = dict.fromkeys([*before, *after])
    changes = [(id, before.get(id), after.get(id)) for id in ids]
    inputs = previous.inputs.get(page.slug, ())
    return [_change(page, id, old, new, inputs) for id, old, new in changes if _facts(old) != _facts(new)]


def _facts(claim: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if claim is None else {name: claim[name] for name in NUMBERS}


def _change(
    page: RenderedPage,
    id: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    inputs: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    about = new or old or {}
    return {
        "page": page.slug,
        "lang": page.lang,
        "claim": id,
        "text": about["text"],
        **{name: about[name] for name in ("indicator", "area", "unit")},
        "before": _facts(old),
        "after": _facts(new),
        "reason": reason_of(old, new, inputs, page.provenance["inputs"]),
    }


def reason_of(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    inputs: Sequence[Mapping[str, Any]],
    new_inputs: Sequence[Mapping[str, Any]],
) -> str:
    """Return why a claim differs between two publications.

    Parameters
    ----------
    old, new : mapping or None
        The claim in each publication; None when it is not in it.
    inputs, new_inputs : sequence of mapping
        The inputs of its page in each publication, with ``id``, ``vintage`` and ``sha256``.

    Returns
    -------
    str
        ``new_data`` when the files differ and the claim is new, gone or of another year; ``revision`` when the files differ and
        the year is the same; ``method`` when the files are the same, so that only the code can have changed it.
    """
    if _editions(inputs) == _editions(new_inputs):
        return METHOD
    same_year = old is not None and new is not None and old["year"] == new["year"]
    return REVISION if same_year else NEW_DATA


def _editions(inputs: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    return {(item["id"], item["vintage"], item["sha256"]) for item in inputs}
