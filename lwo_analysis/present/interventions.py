"""The page about the register: what is done per pillar, which study stands behind it, and where the chain has gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.interventions import Intervention, Money, documents
from lwo_analysis.catalogue.literature import Study, goals
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.evidence_map import SHOWN_FROM_GRADE, Edge, EvidenceMap, Gap
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.detectability import ALL
from lwo_analysis.present.dotplot import Series, draw_dotplot
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import Prose, Title, format_euro, format_number, make_prose, make_title
from lwo_analysis.present.style import COMPARISON, CONTEXT, MARKERS, OWN, SECOND_COMPARISON
from lwo_analysis.present.tables import Table, make_table

ORIGINS = frozenset({"published"})
SOURCES = ("intervention-register", "literature", "theory-of-change")
DIRECTIONS = {"positive": OWN, "mixed": COMPARISON, "null": SECOND_COMPARISON}
UNDER_WAY = frozenset({"running", "pilot"})


def register_title(pillar: str, lang: str) -> Title:
    """Return the title of the page."""
    if pillar == ALL:
        return make_title("register.title_all", lang)
    return make_title("register.title_pillar", lang, pillar=phrase(f"pillar.{pillar}", lang))


def register_claims(entries: Sequence[Intervention], evidence: EvidenceMap, lang: str) -> Claims:
    """Return the sentences of the page: what is under way, how much of it was studied, and which goals have no figure."""
    served = {goal for entry in entries for goal in entry.chain.goals}
    grades = [_grade(entry, evidence) for entry in entries]
    size = {
        "total": len(entries),
        "running": sum(entry.start.status in UNDER_WAY for entry in entries),
        "goals": len(served),
        "all_goals": len(goals()),
    }
    studied = {
        "strong": sum(grade >= SHOWN_FROM_GRADE for grade in grades),
        "weak": sum(0 < grade < SHOWN_FROM_GRADE for grade in grades),
    }
    without = [gap.node for gap in evidence.gaps if gap.kind == "goal_without_indicator" and gap.node in served]
    claims = [
        _claim("register-size", "register_size", lang, size, value=float(len(entries)), unit="interventions"),
        _claim("register-studied", "register_strong", lang, studied, value=float(studied["strong"]), unit="interventions"),
    ]
    if without:
        words = {"count": len(without)}
        claims.append(_claim("goals-without-figure", "register_goals_gap", lang, words, value=float(len(without)), unit="goals"))
    if 0 in grades:
        claims.append(_unstudied_claim(grades.count(0), lang))
    return Claims(tuple(claims))


def register_table(entries: Sequence[Intervention], lang: str) -> Table:
    """Return what each measure is: pillar, state, places, dose, money as printed, what it yields, and its goals."""
    rows = [
        {
            "intervention": entry.name.in_language(lang),
            "pillar": phrase(f"pillar.{entry.pillar}", lang),
            "start": _start(entry, lang),
            "places": ", ".join(area(place).name(lang) for place in entry.places),
            "dose": _dose(entry, lang),
            "money": "; ".join(_money(amount, lang) for amount in entry.money) or phrase("money_per.none", lang),
            "outputs": entry.chain.outputs.in_language(lang),
            "goals": ", ".join(entry.chain.goals) or phrase("detectability.no_goal", lang),
        }
        for entry in entries
    ]
    return _table(rows, "register.table", lang)


def documents_table(lang: str) -> Table:
    """Return the titles of the documents by the number that lines and amounts use."""
    rows = [{"number": number, "document": title} for number, title in documents().items()]
    return _table(rows, "register.documents", lang)


def comparison_table(entries: Sequence[Intervention], lang: str) -> Table:
    """Return what each measure can be compared with, how likely a wrong comparison is, and where it stands in the documents."""
    rows = [
        {
            "intervention": entry.name.in_language(lang),
            "compare_with": entry.comparison.in_language(lang),
            "selection": phrase(f"selection_level.{entry.selection_risk.level}", lang),
            "criteria_met": phrase(
                "register.criteria_met",
                lang,
                met=sum(criterion.met is True for criterion in entry.criteria.values()),
                all=len(entry.criteria),
            ),
            "line": ", ".join(entry.lines),
        }
        for entry in entries
    ]
    return _table(rows, "register.comparison", lang)


def evidence_figure(entries: Sequence[Intervention], evidence: EvidenceMap, studies: Mapping[str, Study], lang: str) -> Figure:
    """Return the strongest study behind each measure, by what it found; every arrow is in the table behind it."""
    names = [entry.name.in_language(lang) for entry in entries]
    pillars = [phrase(f"pillar.{entry.pillar}", lang) for entry in entries]
    grades = [_grade(entry, evidence) for entry in entries]
    columns = ("intervention", "goal", "link", "grade", "found", "study")
    return make_figure(
        lambda width: _draw_evidence(entries, names, pillars, evidence, lang, width),
        alt=phrase(
            "register.alt",
            lang,
            total=len(entries),
            none=grades.count(0),
            weak=sum(0 < grade < SHOWN_FROM_GRADE for grade in grades),
            strong=sum(grade >= SHOWN_FROM_GRADE for grade in grades),
        ),
        caption=phrase("register.figure", lang),
        data=pd.DataFrame([_arrow(entry, edge, studies, lang) for entry in entries for edge in _arrows(entry, evidence)]),
        columns={name: phrase(f"column.{name}", lang) for name in columns},
        origins=ORIGINS,
        lang=lang,
    )


def goal_links_table(entries: Sequence[Intervention], evidence: EvidenceMap, lang: str) -> Table:
    """Return the arrows from the goals of these measures to the overarching aims."""
    served = {goal for entry in entries for goal in entry.chain.goals}
    names = {node.id: node.name_nl if lang == "nl" else node.name_en for node in evidence.nodes}
    rows = [
        {"from": names[edge.source], "to": names[edge.target], "link": phrase(f"link_basis.{edge.basis}", lang)}
        for edge in evidence.edges
        if edge.source in served
    ]
    return _table(rows, "register.goal_links", lang)


def gaps_table(entries: Sequence[Intervention], evidence: EvidenceMap, lang: str) -> Table:
    """Return the missing links of the chain: which measure, goal or aim, and what is missing there."""
    ids = {entry.id for entry in entries} | {goal for entry in entries for goal in entry.chain.goals}
    names = {node.id: node.name_nl if lang == "nl" else node.name_en for node in evidence.nodes}
    chosen = sorted((gap for gap in evidence.gaps if gap.node in ids), key=lambda gap: (gap.kind, gap.node))
    rows = [
        {
            "gap_where": names[gap.node],
            "gap_kind": _gap(gap, lang),
        }
        for gap in chosen
    ]
    return _table(rows, "register.gaps", lang)


def studies_table(entries: Sequence[Intervention], studies: Mapping[str, Study], lang: str) -> Table | Prose:
    """Return the studies about these measures, the strongest first; or the sentence that there are none."""
    ids = {entry.id for entry in entries}
    chosen = sorted((one for one in studies.values() if ids & set(one.prior_for)), key=lambda one: (-one.grade, one.id))
    if not chosen:
        return make_prose("register.no_studies", lang)
    rows = [
        {
            "study": _study_name(one),
            "strength": str(one.grade),
            "found": phrase(f"study_direction.{one.direction}", lang),
            "finding": one.finding_nl if lang == "nl" else one.finding_en,
            "read": phrase(f"study_read.{one.read}", lang),
        }
        for one in chosen
    ]
    return _table(rows, "register.studies", lang)


def _draw_evidence(
    entries: Sequence[Intervention], names: list[str], pillars: list[str], evidence: EvidenceMap, lang: str, width: float
) -> Drawing:
    empty = np.full(len(entries), np.nan)
    found = {direction: np.array([_grade_of(entry, evidence, direction) for entry in entries]) for direction in DIRECTIONS}
    series = [
        Series(phrase(f"study_direction.{direction}", lang), colour, MARKERS[colour], found[direction], empty, empty)
        for direction, colour in DIRECTIONS.items()
    ]
    none = np.where([_grade(entry, evidence) == 0 for entry in entries], 0.0, np.nan)
    series.append(Series(phrase("register.no_grade", lang), CONTEXT, MARKERS[CONTEXT], none, empty, empty))
    drawing = draw_dotplot(names, pillars, series, xlabel=phrase("register.axis", lang), width=width)
    axes = drawing.axes[0]
    axes.set_xlim(-0.4, 5.4)
    axes.set_xticks(range(6))
    return drawing


def _arrows(entry: Intervention, evidence: EvidenceMap) -> list[Edge]:
    """Return the arrows from what a measure yields to its goals."""
    outputs = {edge.target for edge in evidence.edges if edge.source == entry.id}
    return [edge for edge in evidence.edges if edge.source in outputs]


def _grade(entry: Intervention, evidence: EvidenceMap) -> int:
    return max((edge.grade or 0 for edge in _arrows(entry, evidence)), default=0)


def _grade_of(entry: Intervention, evidence: EvidenceMap, direction: str) -> float:
    grades = [edge.grade for edge in _arrows(entry, evidence) if edge.grade and _main(edge) == direction]
    return float(max(grades)) if grades else float("nan")


def _main(edge: Edge) -> str:
    """Return what the strongest studies of an arrow found together; findings that differ are mixed."""
    return "mixed" if "/" in edge.direction else edge.direction


def _arrow(entry: Intervention, edge: Edge, studies: Mapping[str, Study], lang: str) -> dict[str, str]:
    goal = goals()[edge.target]
    none = phrase("register.no_grade", lang)
    return {
        "intervention": entry.name.in_language(lang),
        "goal": goal.name_nl if lang == "nl" else goal.name_en,
        "link": phrase(f"link_basis.{edge.basis}", lang),
        "grade": str(edge.grade) if edge.grade else none,
        "found": phrase(f"study_direction.{_main(edge)}", lang) if edge.grade else none,
        "study": "; ".join(_study_name(studies[name]) for name in edge.studies) or none,
    }


def _study_name(study: Study) -> str:
    return f"{study.authors} ({study.year})" if study.year else study.authors


def _start(entry: Intervention, lang: str) -> str:
    status = phrase(f"start_status.{entry.start.status}", lang)
    return phrase("start_status.since", lang, status=status, year=entry.start.year) if entry.start.year else status


def _dose(entry: Intervention, lang: str) -> str:
    if entry.dose is None or entry.dose.count is None:
        return phrase("detectability.not_named", lang)
    return f"{format_number(entry.dose.count, lang, 0)} {entry.dose.unit.in_language(lang)}"


def _money(amount: Money, lang: str) -> str:
    named = phrase("money_per.not_named", lang)
    if amount.eur is not None:
        named = phrase(f"money_per.{amount.per}", lang, amount=format_euro(amount.eur, lang))
    if amount.editions == ("public",):
        return f"{named} ({phrase('register.public_source', lang)})"
    return phrase("register.in_editions", lang, amount=named, editions=", ".join(amount.editions))


def _gap(gap: Gap, lang: str) -> str:
    """Return what is missing; why a goal has no figure is known in Dutch only."""
    kind = phrase(f"gap_kind.{gap.kind}", lang)
    return f"{kind} ({gap.text_nl})" if gap.kind == "goal_without_indicator" and lang == "nl" else kind


def _unstudied_claim(count: int, lang: str) -> Claim:
    facts = {"evidence": Evidence(Question.EFFECT, reliable_level=True), "value": float(count), "unit": "interventions"}
    return _claim("register-none", "register_none", lang, {"none": count}, **facts)


def _table(rows: Sequence[Mapping[str, object]], caption: str, lang: str) -> Table:
    names = list(rows[0])
    return make_table(
        pd.DataFrame(rows),
        caption=phrase(caption, lang),
        columns={name: phrase(f"column.{name}", lang) for name in names},
        origins=ORIGINS,
        lang=lang,
        row_header=names[0],
    )


def _claim(name: str, template: str, lang: str, words: Mapping[str, object], **facts: Any) -> Claim:
    badge = decide_badge(facts.pop("evidence", Evidence(Question.LEVEL, reliable_level=True)))
    common = {"indicator": "all", "area": "lwo", "origins": ORIGINS, "sources": SOURCES, **facts}
    return make_claim(name, f"claim.{badge}.{template}", lang=lang, badge=badge, words=words, **common)
