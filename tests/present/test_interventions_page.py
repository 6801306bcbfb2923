"""The register page: counts against the YAML, both editions of an amount, and an evidence figure that hides nothing."""

from __future__ import annotations

import re

import pytest
import yaml

from lwo_analysis.catalogue.interventions import interventions
from lwo_analysis.catalogue.literature import cross_cutting_effects, goals, literature
from lwo_analysis.indicators.evidence_map import EvidenceMap, build_evidence_map
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.present import interventions as page
from lwo_analysis.present.detectability import chosen_interventions

CATALOGUE = REPOSITORY / "lwo_analysis" / "catalogue"
REGISTER = yaml.safe_load((CATALOGUE / "interventions.yml").read_text(encoding="utf-8"))["interventions"]
STUDIES = yaml.safe_load((CATALOGUE / "literature.yml").read_text(encoding="utf-8"))["studies"]
ENTRIES = chosen_interventions("all")


@pytest.fixture(scope="module")
def evidence() -> EvidenceMap:
    return build_evidence_map(interventions(), goals(), cross_cutting_effects(), literature())


def strongest(entry: dict) -> int:
    """Return the highest grade of a study about this measure and one of its goals, straight from the YAML."""
    about = [one for one in STUDIES if entry["id"] in one["prior_for"] and set(one["goals"]) & set(entry["chain"]["goals"])]
    return max((one["grade"] for one in about), default=0)


def test_the_sentences_count_what_the_yaml_holds(evidence: EvidenceMap) -> None:
    said = {claim.id: list(map(int, re.findall(r"\d+", claim.text))) for claim in page.register_claims(ENTRIES, evidence, "nl")}
    grades = [strongest(entry) for entry in REGISTER]
    assert said["register-size"][0] == len(REGISTER)
    assert said["register-studied"] == [sum(grade >= 3 for grade in grades), sum(grade in (1, 2) for grade in grades)]
    assert said["register-none"] == [grades.count(0)]
    assert sum(said["register-studied"]) + said["register-none"][0] == len(REGISTER)


def test_what_is_done_comes_first_and_what_is_unknown_last(evidence: EvidenceMap) -> None:
    badges = [str(claim.badge) for claim in page.register_claims(ENTRIES, evidence, "en")]
    assert badges == ["description"] * (len(badges) - 1) + ["undetermined"]


def test_both_editions_of_an_amount_are_printed() -> None:
    money = {row[0]: row[5] for row in page.register_table(ENTRIES, "nl").rows}
    # Prevention with authority: not named in 001, 5.7 million in 000
    assert money["Preventie met Gezag"] == "bedrag niet genoemd (document 001); €\u00a05.700.000 in totaal (document 000)"
    assert money["Bus op Oost"] == "geen bedrag genoemd"


def test_measures_of_a_pillar_stand_together() -> None:
    pillars = [row[1] for row in page.register_table(ENTRIES, "nl").rows]
    blocks = [name for place, name in enumerate(pillars) if place == 0 or pillars[place - 1] != name]
    assert len(blocks) == len(set(blocks))


def test_the_table_behind_the_figure_has_every_arrow(evidence: EvidenceMap) -> None:
    figure = page.evidence_figure(ENTRIES, evidence, literature(), "nl")
    assert len(figure.data.rows) == sum(len(entry["chain"]["goals"]) for entry in REGISTER)
    assert figure.narrow_svg is not None
    assert f"Bij {sum(strongest(entry) == 0 for entry in REGISTER)} van de {len(REGISTER)} maatregelen" in figure.alt


def test_findings_that_differ_are_called_mixed(evidence: EvidenceMap) -> None:
    rows = page.evidence_figure(ENTRIES, evidence, literature(), "en").data.rows
    insurer = [row for row in rows if row[3] == "3" and "Friesland" in row[0]]
    assert [row[4] for row in insurer] == ["mixed"]  # one study mixed, two found no difference, all of grade 3


@pytest.mark.parametrize("pillar", ["all", "leren", "werken", "wonen", "gezondheid", "veiligheid"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_pillar_makes_a_page(pillar: str, lang: str, evidence: EvidenceMap) -> None:
    entries = chosen_interventions(pillar)
    assert page.register_title(pillar, lang).text
    assert len(page.register_claims(entries, evidence, lang)) >= 2
    assert len(page.comparison_table(entries, lang).rows) == len(entries)
    assert page.gaps_table(entries, evidence, lang).rows
    assert page.goal_links_table(entries, evidence, lang).rows
    assert page.studies_table(entries, literature(), lang)
    assert page.evidence_figure(entries, evidence, literature(), lang).alt


def test_every_document_number_in_the_lines_is_explained() -> None:
    numbers = {row[0] for row in page.documents_table("nl").rows}
    assert {line[:3] for entry in ENTRIES for line in entry.lines} <= numbers
