"""Claims: sentences from the catalogue only, with the wording of their badge, and everything that stands behind them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from lwo_analysis.catalogue.phrases import LANGUAGES, load_phrases, parse_phrases, phrase
from lwo_analysis.errors import CatalogueError, NotebookError
from lwo_analysis.present import Badge, Claim, Claims, check_wording, make_claim
from lwo_analysis.present.claims import CLAIMS_MIME
from lwo_analysis.present.wording import find_forbidden_wording

WORDS = {"area": "Oost", "subject": "het aandeel mensen met bijstand", "value": "12,6%", "year": 2020}


def level_claim(**changes: object) -> Claim:
    facts = {
        "lang": "nl",
        "badge": Badge.DESCRIPTION,
        "indicator": "social_assistance_share",
        "area": "lwo",
        "origins": {"register"},
        "sources": ["82931NED"],
        "words": WORDS,
        "value": 12.6,
        "unit": "percent",
        "year": 2020,
    }
    return make_claim("level", "claim.description.level", **{**facts, **changes})


def test_a_claim_says_the_sentence_of_its_template() -> None:
    assert level_claim().text == "In Oost is het aandeel mensen met bijstand 12,6% (2020)."


def test_claims_travel_as_json_with_everything_behind_them() -> None:
    claim = level_claim(value=np.float64(12.6), lower=np.nan, year=np.int64(2020))
    bundle = Claims((claim,))._repr_mimebundle_()
    sent = json.loads(json.dumps(bundle[CLAIMS_MIME], allow_nan=False))
    assert sent[0]["value"] == 12.6
    assert (sent[0]["lower"], sent[0]["year"], sent[0]["badge"]) == (None, 2020, "description")
    assert sent[0]["origins"] == ["register"]
    assert set(sent[0]) == {field.name for field in dataclasses.fields(Claim)}


def test_a_sentence_is_shown_with_its_badge_as_text_and_a_provisional_mark() -> None:
    html = Claims((level_claim(status="provisional"),))._repr_mimebundle_()["text/html"]
    assert '<span class="badge badge-description">Beschrijving</span>' in html
    assert '<span class="mark">voorlopig cijfer</span>' in html


def test_a_demo_claim_carries_its_mark() -> None:
    assert '<span class="mark">Fictief</span>' in Claims((level_claim(origins={"demo"}),))._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"badge": Badge.EFFECT}, "claim.effect"),
        ({"badge": Badge.SIGNAL}, "claim.signal"),
        ({"origins": {"demo", "survey"}}, "both"),
        ({"sources": []}, "at least one source"),
        ({"words": {**WORDS, "subject": "de slechtste wijk"}}, "slechtste"),
        ({"words": {**WORDS, "subject": "het succes dankzij het programma"}}, "succes"),
    ],
)
def test_a_claim_that_says_too_much_or_has_no_origin_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(NotebookError, match=message):
        level_claim(**changes)


def test_claims_that_mix_demo_and_real_numbers_are_refused() -> None:
    with pytest.raises(NotebookError, match="both"):
        Claims((level_claim(), level_claim(origins={"demo"})))


def test_no_claims_at_all_is_refused() -> None:
    with pytest.raises(NotebookError, match="at least one claim"):
        Claims(())


@pytest.mark.parametrize(
    ("text", "badge", "lang", "grade", "fault"),
    [
        ("De afstand wordt kleiner.", Badge.SIGNAL, "nl", None, None),
        ("De afstand wordt kleiner: een effect.", Badge.SIGNAL, "nl", None, "effect"),
        ("The gap narrows thanks to the programme.", Badge.SIGNAL, "en", None, "thanks to"),
        ("De bijstand daalt.", Badge.DESCRIPTION, "nl", None, "daalt"),
        ("De bijstand ligt hoger dan in de stad.", Badge.DESCRIPTION, "nl", None, None),
        ("Bijstand: 12%.", Badge.DESCRIPTION, "nl", None, "no wording"),
        ("Dit verdient meer aandacht.", Badge.AGENDA, "nl", None, None),
        ("Het verschilt van wat zonder programma te verwachten was en komt door het werk.", Badge.EFFECT, "nl", 3, "komt door"),
        ("Het verschilt van wat zonder programma te verwachten was en komt door het werk.", Badge.EFFECT, "nl", 4, None),
        ("Geen effect.", Badge.UNDETERMINED, "nl", None, "no wording"),
    ],
)
def test_wording_follows_the_badge(text: str, badge: Badge, lang: str, grade: int | None, fault: str | None) -> None:
    found = find_forbidden_wording(text, badge, lang, grade)
    assert (found is None) if fault is None else (fault in found)


def test_a_claim_whose_text_was_changed_by_hand_is_caught() -> None:
    with pytest.raises(NotebookError, match="daalt"):
        check_wording(dataclasses.replace(level_claim(), text="De bijstand in Oost daalt."))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", [key for key in load_phrases() if key.startswith("claim.")])
def test_every_claim_template_keeps_to_the_wording_of_its_badge(key: str, lang: str) -> None:
    badge = Badge(key.split(".")[1])
    text = phrase(key, lang, **dict.fromkeys(load_phrases()[key].placeholders, "x"))
    assert find_forbidden_wording(text, badge, lang) is None


@pytest.mark.parametrize("badge", Badge)
def test_every_badge_has_a_label_and_a_meaning(badge: Badge) -> None:
    assert all(phrase(f"{kind}.{badge}", lang) for kind in ("badge", "badge_meaning") for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {nl: Ja}", "for each of nl, en"),
        ("a: {nl: Ja, en: Yes, fr: Oui}", "for each of nl, en"),
        ("a: {nl: '', en: Yes}", "for each of nl, en"),
        ("a: {nl: '{x} en {y}', en: '{x}'}", "placeholders x, y"),
        ("a: {nl: Ja, en: Yes}\na: {nl: Nee, en: No}", "twice: a"),
        ("a: {nl: Ja, en: [", "YAML"),
    ],
)
def test_a_phrase_catalogue_that_contradicts_itself_is_refused(text: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        parse_phrases(text)


@pytest.mark.parametrize(
    ("key", "lang", "values", "message"),
    [
        ("badge.none", "nl", {}, "badge.none"),
        ("badge.signal", "fy", {}, "fy"),
        ("table.region", "nl", {}, "caption"),
        ("table.region", "nl", {"caption": "x", "more": "y"}, "caption, more"),
    ],
)
def test_an_unknown_phrase_or_a_wrong_placeholder_is_refused(key: str, lang: str, values: dict, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        phrase(key, lang, **values)
