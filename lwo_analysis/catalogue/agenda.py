"""Kennisagenda: the open questions, with ids that never change meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from lwo_analysis.catalogue.interventions import GOAL_IDS, Text, interventions
from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError

FILE = "agenda.yml"
ID_FILE = "agenda_ids.yml"
STATUSES = ("answered", "descriptive_only", "needs_partner_data", "needs_microdata", "needs_fieldwork")
COST_CLASSES = ("low", "middle", "high")
PARTNERS = frozenset(
    {
        "university",
        "university_of_applied_sciences",
        "planning_bureau",
        "municipality",
        "schools",
        "housing_associations",
        "employers",
        "police",
        "health_service",
        "health_insurer",
        "fund",
        "residents",
    }
)
ID = re.compile(r"KA-[A-Z0-9]+-[A-Z0-9]+")


@dataclass(frozen=True)
class Question:
    """One open question.

    Attributes
    ----------
    id : str
        Never changes meaning.
    goal, intervention : str or None
        None when the question is about the whole programme.
    status : str
        One of `STATUSES`.
    open_data_can_answer : bool
        Whether public figures could ever answer it.
    best_design : Text
        The design that would answer it best.
    grade_within_reach : int
        Maryland scale 1-5 of that design.
    data_readiness : int
        0 nothing recorded to 3 at hand.
    decision : Text
        What the answer would change; `decision_weight` 0-3 says how much.
    partner : str
        Type of partner that could take it up.
    retired : bool
        No longer asked; the row stays, so that its id is never given away.
    """

    id: str
    goal: str | None
    intervention: str | None
    question: Text
    status: str
    open_data_can_answer: bool
    best_design: Text
    grade_within_reach: int
    data_readiness: int
    cost_class: str
    decision: Text
    decision_weight: int
    partner: str
    retired: bool = False

    @property
    def fingerprint(self) -> str:
        """Short hash of what the question means: goal, intervention and the Dutch wording."""
        meaning = "|".join((self.goal or "", self.intervention or "", " ".join(self.question.nl.split())))
        return sha256(meaning.encode("utf-8")).hexdigest()[:12]


@cache
def agenda() -> dict[str, Question]:
    """Return the questions by id, checked one by one and against the ids given out before.

    Raises
    ------
    CatalogueError
        A row is wrong, or an id was removed or given another meaning.
    """
    questions = read_agenda(read_catalogue_file(FILE))
    check_ids(questions.values(), read_catalogue_file(ID_FILE))
    return questions


def read_agenda(rows: Iterable[Mapping[str, Any]]) -> dict[str, Question]:
    """Return typed questions from the rows of an agenda file.

    Parameters
    ----------
    rows : iterable of mapping
        As in agenda.yml.

    Raises
    ------
    CatalogueError
        A key, id, status, goal, intervention, partner or score is unknown, or an id occurs twice.
    """
    questions = [_read_question(dict(row)) for row in rows]
    check_unique([question.id for question in questions], where=f"catalogue/{FILE}")
    return {question.id: question for question in questions}


def never_from_open_data(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions that public figures can never answer."""
    return tuple(question for question in questions if not question.open_data_can_answer and not question.retired)


def open_data_can_answer(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions that public figures could answer."""
    return tuple(question for question in questions if question.open_data_can_answer and not question.retired)


def check_ids(questions: Iterable[Question], known: Mapping[str, str]) -> None:
    """Raise `CatalogueError` when an id that was given out is gone or means something else; new ids are welcome.

    Parameters
    ----------
    questions : iterable of Question
        The agenda now.
    known : mapping
        Fingerprint by id, as recorded (agenda_ids.yml).
    """
    now = {question.id: question.fingerprint for question in questions}
    gone = sorted(set(known) - set(now))
    changed = sorted(name for name in set(known) & set(now) if known[name] != now[name])
    if gone or changed:
        raise CatalogueError(
            f"catalogue/{FILE}",
            expected="every id with its meaning",
            found=f"removed: {', '.join(gone) or 'none'}; changed: {', '.join(changed) or 'none'}",
            remedy="restore the row (retired: true if no longer asked) and give the new wording a new id",
        )


def record_ids(questions: Iterable[Question], known: Mapping[str, str]) -> dict[str, str]:
    """Return the record of ids with the new ones added, sorted; those already recorded stay as they are.

    Raises
    ------
    CatalogueError
        As in `check_ids`.
    """
    listed = list(questions)
    check_ids(listed, known)
    return dict(sorted({**{question.id: question.fingerprint for question in listed}, **known}.items()))


def _read_question(row: dict[str, Any]) -> Question:
    where = f"catalogue/{FILE}, {row.get('id', '?')}"
    written = [key for key in ("question", "best_design", "decision") if key in row]
    texts: dict[str, Any] = {key: build_entry(Text, row[key], where=where) for key in written}
    question = build_entry(Question, {**row, **texts}, where=where)
    _require(bool(ID.fullmatch(question.id)), where, "an id like KA-W2-I08", question.id)
    _require(question.status in STATUSES, where, f"a status among {', '.join(STATUSES)}", question.status)
    _require(question.goal is None or question.goal in GOAL_IDS, where, "a goal id or null", str(question.goal))
    named = question.intervention
    _require(named is None or named in interventions(), where, "an intervention id or null", str(named))
    _require(question.cost_class in COST_CLASSES, where, f"one of {', '.join(COST_CLASSES)}", question.cost_class)
    _require(question.partner in PARTNERS, where, f"one of {', '.join(sorted(PARTNERS))}", question.partner)
    for score, limits in (("grade_within_reach", (1, 5)), ("data_readiness", (0, 3)), ("decision_weight", (0, 3))):
        value = getattr(question, score)
        _require(value in range(limits[0], limits[1] + 1), where, f"{score} from {limits[0]} to {limits[1]}", str(value))
    return question


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise CatalogueError(where, expected=expected, found=found, remedy="correct the row")
