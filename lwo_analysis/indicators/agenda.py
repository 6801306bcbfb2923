"""Rank the kennisagenda by a published rule and export it: rows for a page; CSV, JSON and Excel, always the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from openpyxl import Workbook

from lwo_analysis.catalogue.agenda import COST_CLASSES, Question
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.detectability import Detectability
from lwo_analysis.indicators.verdicts import Verdict

VISIBILITY = {Verdict.VISIBLE: 1.0, Verdict.AFTER_YEARS: 2 / 3, Verdict.MICRODATA: 1 / 3, Verdict.QUALITATIVE: 0.0}
FIXED_DATE = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class AgendaWeights:
    """Weights of the published ranking rule; they need not add up to 1.

    Attributes
    ----------
    decision : float
        How much the answer would change a decision.
    detectability : float
        Best verdict on the intervention for the outcomes of the goal: visible 1, after years 2/3, microdata 1/3, else 0.
    readiness : float
        How much of the data is there.
    design : float
        How strong the best design is.
    cheapness : float
        Low costs 1, middle 1/2, high 0.
    """

    decision: float = 0.35
    detectability: float = 0.20
    readiness: float = 0.20
    design: float = 0.15
    cheapness: float = 0.10


@dataclass(frozen=True)
class RankedQuestion:
    """A question with its place, its score (0-1) and the parts that make it up.

    Attributes
    ----------
    rank : int
        Place, from 1.
    score : float
        0 to 1, the sum of its weighted parts.
    parts : mapping of str to float
        What makes up the score.
    question : Question
        The question.
    verdict : Verdict or None
        What it takes to see a change; None when it cannot be calculated.
    """

    rank: int
    score: float
    parts: Mapping[str, float]
    question: Question
    verdict: Verdict | None


def rank_questions(
    questions: Iterable[Question],
    weights: AgendaWeights,
    *,
    verdicts: Iterable[Detectability] = (),
    goal_indicators: Mapping[str, Sequence[str]] | None = None,
) -> tuple[RankedQuestion, ...]:
    """Return the open questions in order of the published rule.

    Parameters
    ----------
    questions : iterable of Question
        Answered and retired questions come last, in order of id, with score 0.
    weights : AgendaWeights
        At least one above zero, none below.
    verdicts : iterable of Detectability
        Of the verdicts on the intervention of a question, those on the outcomes of its goal count, and of these the most
        favourable. A question without one counts as qualitative.
    goal_indicators : mapping, optional
        Outcomes by goal id; needed as soon as there are verdicts.

    Returns
    -------
    tuple of RankedQuestion
        Score ``sum(weight * part) / sum(weight)`` with every part scaled to 0-1. Ties are broken by id.

    Raises
    ------
    ParameterError
        A weight is negative, or all are zero.
    """
    by_name = asdict(weights)
    if min(by_name.values()) < 0 or sum(by_name.values()) == 0:
        raise ParameterError(
            "weights", expected="no weight below zero and one above", found=str(by_name), remedy="correct the weights"
        )
    known = list(verdicts)
    scored = [_score(question, by_name, _best_verdict(question, known, goal_indicators or {})) for question in questions]
    ordered = sorted(scored, key=lambda row: (_is_closed(row.question), -row.score, row.question.id))
    return tuple(
        RankedQuestion(place, row.score, row.parts, row.question, row.verdict) for place, row in enumerate(ordered, start=1)
    )


def agenda_rows(ranked: Iterable[RankedQuestion], lang: str = "nl") -> list[dict[str, object]]:
    """Return one flat row per question for a page or a file.

    Parameters
    ----------
    ranked : iterable of RankedQuestion
        In order.
    lang : {"nl", "en"}
        Language of the texts; keys and codes stay English.
    """
    return [_row(entry, lang) for entry in ranked]


def to_csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return the rows as CSV: UTF-8, comma, one line end, header first.

    Parameters
    ----------
    rows : sequence of mapping
        From `agenda_rows`.
    """
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def to_json(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return the rows as JSON: UTF-8, two spaces, keys in the order of the rows.

    Parameters
    ----------
    rows : sequence of mapping
        From `agenda_rows`.
    """
    return (json.dumps(list(rows), ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def to_excel(rows: Sequence[Mapping[str, object]], *, sheet: str = "kennisagenda") -> bytes:
    """Return the rows as an Excel file that is the same bytes every time: its clock is taken out.

    Parameters
    ----------
    rows : sequence of mapping
        Same keys in every row.
    sheet : str
        Name of the sheet.
    """
    book = Workbook()
    page = book.active
    page.title = sheet
    page.append(list(rows[0]) if rows else [])
    for row in rows:
        page.append(list(row.values()))
    page.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _score(question: Question, weights: Mapping[str, float], verdict: Verdict | None) -> RankedQuestion:
    parts = {
        "decision": question.decision_weight / 3,
        "detectability": VISIBILITY[verdict] if verdict else 0.0,
        "readiness": question.data_readiness / 3,
        "design": (question.grade_within_reach - 1) / 4,
        "cheapness": 1 - COST_CLASSES.index(question.cost_class) / 2,
    }
    score = sum(weights[name] * part for name, part in parts.items()) / sum(weights.values())
    return RankedQuestion(0, 0.0 if _is_closed(question) else round(score, 6), parts, question, verdict)


def _best_verdict(
    question: Question, verdicts: Iterable[Detectability], goal_indicators: Mapping[str, Sequence[str]]
) -> Verdict | None:
    outcomes = goal_indicators.get(question.goal or "", ())
    found = [one.verdict for one in verdicts if one.intervention_id == question.intervention and one.indicator_id in outcomes]
    return max(found, key=VISIBILITY.__getitem__, default=None)


def _is_closed(question: Question) -> bool:
    return question.retired or question.status == "answered"


def _row(entry: RankedQuestion, lang: str) -> dict[str, object]:
    question = entry.question
    return {
        "rank": entry.rank,
        "id": question.id,
        "question": question.question.in_language(lang),
        "status": question.status,
        "open_data_can_answer": question.open_data_can_answer,
        "goal": question.goal or "",
        "intervention": question.intervention or "",
        "best_design": question.best_design.in_language(lang),
        "grade_within_reach": question.grade_within_reach,
        "detectability": entry.verdict.label(lang) if entry.verdict else "",
        "data_readiness": question.data_readiness,
        "cost_class": question.cost_class,
        "decision": question.decision.in_language(lang),
        "decision_weight": question.decision_weight,
        "partner": question.partner,
        "score": entry.score,
        "retired": question.retired,
    }


def _without_clock(workbook: bytes) -> bytes:
    """Write the archive again with one fixed date on every part and in the document properties."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", content)
            part = zipfile.ZipInfo(name, date_time=FIXED_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            target.writestr(part, content)
    return buffer.getvalue()
