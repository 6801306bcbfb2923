"""The page for residents: yes, no and "we do not know" for figures made up so that the answer is known."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from lwo_analysis.cleaning.published import load_published
from lwo_analysis.present import findings as page
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.claims import Claim
from lwo_analysis.present.prose import Prose
from lwo_analysis.schema import COLUMN_NAMES
from lwo_analysis.sources.duiding import Duiding, DuidingFolder

NOBODY = DuidingFolder((), 0)
YEARS = range(2019, 2026)
LOWER, HIGHER = "social_assistance_share", "havo_or_higher"
MANY, FEW = 100_000, 200
FLAT = [12.0] * 7
FALLING = [12.0, 12.0, 12.0, 11.0, 10.0, 9.0, 8.0]
RISING = [8.0, 8.0, 8.0, 9.0, 10.0, 11.0, 12.0]


def observed(indicator_id: str, area_id: str, values: list[float], people: int) -> pd.DataFrame:
    known = {"area_id": area_id, "indicator_id": indicator_id, "status": "final", "origin": "register", "vintage": "2026-01-01"}
    rows = [
        {"year": year, "value": value, "numerator": people * value / 100, "denominator": people}
        for year, value in zip(YEARS, values, strict=False)
    ]
    frame = pd.DataFrame(rows).assign(**known, source_id="cbs-84799NED", n=people, lower=float("nan"), upper=float("nan"))
    return frame[list(COLUMN_NAMES)]


def found(indicator_id: str, values: list[float], people: int = MANY) -> page.Findings:
    city = observed(indicator_id, "lwd", [7.0] * len(values), 10 * people)
    return page.find_findings(pd.concat([observed(indicator_id, "bilgaard", values, people), city]), "bilgaard")


def told(findings: page.Findings, lang: str = "nl", said: DuidingFolder = NOBODY) -> dict[str, Claim]:
    return {claim.id: claim for claim in page.answer_claims(findings, said, lang)}


# Social assistance in an area of 100,000 against a city that stays at 7: of a distance of 5 only 1 is left (5 - 4), or a distance
# of 1 becomes 5. One standard error of a share of 12 % is 100 x sqrt(0.12 x 0.88 / 100,000) = 0.10: a change of 4 is no chance.
@pytest.mark.parametrize(
    ("values", "word", "direction"), [(FALLING, "Werken: ja", "kleiner"), (RISING, "Werken: nee", "groter")], ids=["less", "more"]
)
def test_a_distance_that_changes_is_told_in_its_direction(values: list[float], word: str, direction: str) -> None:
    claim = told(found(LOWER, values))["answer-werken"]
    assert claim.badge is Badge.SIGNAL
    assert claim.text.startswith(word)
    assert f"wordt {direction}" in claim.text
    assert "2021 tot 2025" in claim.text


# For schooling, more is better: the area is 2 below the city in 2021 and 6 below it in 2025, or the other way round.
@pytest.mark.parametrize(
    ("values", "word"),
    [([5.0, 5.0, 5.0, 4.0, 3.0, 2.0, 1.0], "Leren: nee"), ([1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0], "Leren: ja")],
    ids=["away", "nearer"],
)
def test_more_is_better_where_the_catalogue_says_so(values: list[float], word: str) -> None:
    assert told(found(HIGHER, values))["answer-leren"].text.startswith(word)


@pytest.mark.parametrize(
    ("findings", "pillar", "reason"),
    [
        # The same fall among 200 people: one standard error is 2.3, the margin more than 6, the change 4.
        (found(LOWER, FALLING, FEW), "werken", "kan toeval zijn"),
        (found(LOWER, FLAT), "werken", "kan toeval zijn"),
        # 2019 and 2021 are the start, 2022 the only year after it: two measurements.
        (found(LOWER, FALLING[:4]), "werken", "niet vaak genoeg gemeten"),
        (found(LOWER, [6.0] * 7), "werken", "al geen afstand"),  # below the city, where lower is better
        (found(LOWER, FALLING), "leren", "geen cijfer dat we elk jaar"),
    ],
    ids=["few people", "no change", "two measurements", "reached", "no topic"],
)
def test_what_cannot_be_told_says_why(findings: page.Findings, pillar: str, reason: str) -> None:
    claim = told(findings)[f"answer-{pillar}"]
    assert claim.badge is Badge.UNDETERMINED
    assert reason in claim.text


def test_the_programme_gets_no_credit_for_a_smaller_distance() -> None:
    assert told(found(LOWER, FALLING))["answer-programme"].badge is Badge.UNDETERMINED


def said_by(*roles: str, indicator: str = LOWER, made_up: bool = False) -> DuidingFolder:
    day, words = dt.date(2026, 10, 1), "Ik zie <veel> mensen die werk zoeken."
    entries = [Duiding(role, day, "bilgaard", indicator, "agree", words, True, made_up, True) for role in roles]
    return DuidingFolder(tuple(entries), 0)


def test_a_signal_is_on_the_agenda_only_when_a_resident_and_a_professional_ask_for_it() -> None:
    claim = told(found(LOWER, RISING), said=said_by("resident", "professional"))["agenda-social-assistance-share"]
    assert claim.badge is Badge.AGENDA
    assert "verdient aandacht" in claim.text
    for said in (said_by("resident"), said_by("resident", "professional", made_up=True), NOBODY):
        assert "agenda-social-assistance-share" not in told(found(LOWER, RISING), said=said)
    assert "agenda-social-assistance-share" not in told(found(LOWER, FLAT), said=said_by("resident", "professional"))


def test_words_stand_below_the_figure_they_are_about_and_change_no_claim() -> None:
    findings = found(LOWER, FALLING)
    shown, silent = (page.level_claims(findings, said, "nl") for said in (said_by("resident"), NOBODY))
    html = shown._repr_mimebundle_()["text/html"]
    item = html.partition('data-claim="people-social-assistance-share')[2].partition("</li>")[0]
    assert "&lt;veel&gt; mensen" in item
    assert "rol: bewoner, 2026" in item
    assert "<q>" not in silent._repr_mimebundle_()["text/html"]
    assert shown.claims == silent.claims


def test_printed_figures_alone_tell_levels_and_no_change() -> None:
    # The plan prints one figure per topic: 11.7 % with social assistance in Oost and 7.6 % in the city.
    findings = page.find_findings(load_published()[list(COLUMN_NAMES)], "lwo")
    assert {claim.badge for claim in told(findings).values()} == {Badge.UNDETERMINED}
    texts = [claim.text for claim in page.level_claims(findings, NOBODY, "nl").claims]
    assert any("ongeveer 12 van de 100 in Leeuwarden Oost" in text and "ongeveer 8 van de 100" in text for text in texts)


def test_made_up_figures_stand_beside_no_goal_of_the_plan() -> None:
    rows = pd.concat([observed(LOWER, "lwo", FALLING, MANY), observed(LOWER, "lwd", FLAT, MANY)])
    findings = page.find_findings(rows.assign(origin="demo", source_id="demo"), "lwo")
    assert isinstance(page.unmeasured_table(findings, "nl"), Prose)
