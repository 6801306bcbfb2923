"""The kennisagenda page: first what open data can never answer, then the questions in their published order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from lwo_analysis.catalogue.agenda import Question, never_from_open_data
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.agenda import AgendaWeights, RankedQuestion, agenda_rows, to_csv, to_excel, to_json
from lwo_analysis.present.badges import Badge, Evidence, decide_badge
from lwo_analysis.present.badges import Question as Asked
from lwo_analysis.present.barplot import Segment, draw_stacked_bars
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.download import Download, Downloads
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.tables import Column, Table, make_table

ORIGINS = frozenset({"published"})
SOURCES = ("kennisagenda", "intervention-register")
NEEDS = ("needs_fieldwork", "needs_partner_data", "needs_microdata", "descriptive_only")
PILLAR_OF_GOAL = {"L": "leren", "W": "werken", "H": "wonen", "G": "gezondheid", "V": "veiligheid"}
TOP = 10
TOP_IN_ANSWER = 3


def agenda_claims(ranked: Sequence[RankedQuestion], lang: str) -> Claims:
    """Return the sentences of the page: how many questions open data can never answer, what they take, and the first.

    Of each intervention only its highest placed question is repeated, so that the answer is not about one subject.
    """
    questions = [entry.question for entry in ranked]
    never = never_from_open_data(questions)
    counts = {need: sum(question.status == need for question in never) for need in NEEDS}
    can = [question for question in questions if question.open_data_can_answer and not question.retired]
    answered = sum(question.status == "answered" for question in can)
    needs = {name.removeprefix("needs_").removesuffix("_data"): counts[name] for name in NEEDS[:3]}
    said = (
        _count_claim("never", "agenda_never", len(never), lang, total=len(never) + len(can), never=len(never)),
        _count_claim("needs", "agenda_needs", len(never), lang, **needs, described=counts["descriptive_only"]),
        _count_claim("can", "agenda_can", len(can), lang, can=len(can), answered=answered),
    )
    of_each = {entry.question.intervention or entry.question.id: entry.question for entry in reversed(_never(ranked))}
    first = [question for question in never if question in of_each.values()][:TOP_IN_ANSWER]
    return Claims((*said, *(_question_claim(question, lang) for question in first)))


def never_table(ranked: Sequence[RankedQuestion], lang: str) -> Table:
    """Return per pillar how many questions open data can never answer, and what they take."""
    counts = _counts(ranked)
    total = counts.sum().rename("programme_total").to_frame().T
    rows = pd.concat([counts, total]).reset_index(drop=True)
    names = [*(phrase(f"pillar.{name}", lang) for name in counts.index), phrase("row.total", lang)]
    shown = rows.assign(pillar=names, never=rows[list(NEEDS)].sum(axis=1))
    return make_table(
        shown,
        caption=phrase("agenda.never_table", lang),
        columns={
            "pillar": phrase("column.pillar", lang),
            "never": phrase("column.never_total", lang),
            **{need: phrase("column.of_which", lang, what=phrase(f"agenda_status.{need}", lang)) for need in NEEDS},
            "open_data": phrase("column.can", lang),
        },
        origins=ORIGINS,
        lang=lang,
        row_header="pillar",
    )


def never_questions(ranked: Sequence[RankedQuestion], lang: str) -> Table:
    """Return the highest placed questions that open data can never answer, and who could take them up."""
    first = _never(ranked)[:TOP]
    return _question_table(first, "agenda.never_top", lang, ("rank", "question", "needed", "best_design", "decision", "partner"))


def all_questions(ranked: Sequence[RankedQuestion], lang: str) -> Table:
    """Return every question in its place."""
    return _question_table(ranked, "agenda.all", lang, ("rank", "question", "needed", "detectability", "cost", "score", "code"))


def rule_table(weights: AgendaWeights, lang: str) -> Table:
    """Return the parts of the score with their weights, as shares of all weights."""
    parts = asdict(weights)
    rows = pd.DataFrame(
        {
            "part": [phrase(f"agenda_part.{name}", lang) for name in parts],
            "weight": [100 * weight / sum(parts.values()) for weight in parts.values()],
            "meaning": [phrase(f"agenda_part_meaning.{name}", lang) for name in parts],
        }
    )
    columns: dict[str, str | Column] = {
        "part": phrase("column.part", lang),
        "weight": Column(phrase("column.weight", lang), kind="percent", decimals=0),
        "meaning": phrase("column.meaning", lang),
    }
    return make_table(rows, caption=phrase("agenda.rule", lang), columns=columns, origins=ORIGINS, lang=lang, row_header="part")


def parts_table(ranked: Sequence[RankedQuestion], lang: str) -> Table:
    """Return the parts (0 to 1) behind the score of the highest placed questions."""
    first = ranked[:TOP]
    shown = [{"question": entry.question.question.in_language(lang), **entry.parts, "score": entry.score} for entry in first]
    rows = pd.DataFrame(shown)
    parts = [name for name in rows.columns if name not in ("question", "score")]
    return make_table(
        rows,
        caption=phrase("agenda.parts", lang),
        columns={
            "question": phrase("column.question", lang),
            **{name: Column(phrase(f"agenda_part.{name}", lang), decimals=2) for name in parts},
            "score": Column(phrase("column.score", lang), decimals=2),
        },
        origins=ORIGINS,
        lang=lang,
        row_header="question",
    )


def agenda_figure(ranked: Sequence[RankedQuestion], lang: str) -> Figure:
    """Return the bars per pillar, divided by what it takes to answer the questions."""
    counts = _counts(ranked)
    kinds = ("open_data", *NEEDS)
    names = [phrase(f"pillar.{name}", lang) for name in counts.index]
    labels = {kind: phrase(f"agenda_status.{kind}", lang) for kind in kinds}
    longest = counts.sum(axis=1).idxmax()
    return make_figure(
        lambda width: draw_stacked_bars(
            names,
            [Segment(labels[kind], counts[kind].to_numpy(np.int64)) for kind in kinds],
            xlabel=phrase("agenda.axis", lang),
            width=width,
        ),
        alt=phrase(
            "agenda.alt",
            lang,
            can=int(counts["open_data"].sum()),
            total=int(counts.to_numpy().sum()),
            pillar=phrase(f"pillar.{longest}", lang),
            count=int(counts.loc[longest].sum()),
            never=int(counts.loc[longest, list(NEEDS)].sum()),
        ),
        caption=phrase("agenda.figure", lang),
        data=counts.reset_index(drop=True).assign(pillar=names),
        columns={"pillar": phrase("column.pillar", lang), **labels},
        origins=ORIGINS,
        lang=lang,
    )


def agenda_downloads(ranked: Sequence[RankedQuestion], lang: str) -> Downloads:
    """Return the whole agenda as CSV, Excel and JSON."""
    rows = agenda_rows(ranked, lang)
    contents = {"csv": to_csv(rows), "xlsx": to_excel(rows), "json": to_json(rows)}
    return Downloads(
        tuple(
            Download(f"kennisagenda-{lang}.{kind}", content, phrase(f"agenda.{kind}", lang), ORIGINS)
            for kind, content in contents.items()
        ),
        lang,
    )


def _never(ranked: Iterable[RankedQuestion]) -> list[RankedQuestion]:
    return [entry for entry in ranked if never_from_open_data([entry.question])]


def _counts(ranked: Iterable[RankedQuestion]) -> pd.DataFrame:
    """Return the number of questions that are still asked by pillar (rows) and by what they take (columns)."""
    asked = [entry.question for entry in ranked if not entry.question.retired]
    pillars = [_pillar(question) for question in asked]
    kinds = ["open_data" if question.open_data_can_answer else question.status for question in asked]
    counts = pd.crosstab(np.array(pillars), np.array(kinds))
    return counts.reindex(index=[*PILLAR_OF_GOAL.values(), "programme"], columns=["open_data", *NEEDS], fill_value=0)


def _pillar(question: Question) -> str:
    return PILLAR_OF_GOAL[question.goal[0]] if question.goal else "programme"


def _question_table(entries: Sequence[RankedQuestion], caption: str, lang: str, columns: tuple[str, ...]) -> Table:
    rows = pd.DataFrame([_question_row(entry, lang) for entry in entries])
    kinds = {"rank": "year", "score": "number"}
    return make_table(
        rows,
        caption=phrase(caption, lang),
        columns={
            name: Column(phrase(f"column.{name}", lang), kind=kinds.get(name, "text"), decimals=2 if name == "score" else None)
            for name in columns
        },
        origins=ORIGINS,
        lang=lang,
        row_header="question",
    )


def _question_row(entry: RankedQuestion, lang: str) -> dict[str, object]:
    question = entry.question
    return {
        "rank": entry.rank,
        "question": question.question.in_language(lang),
        "needed": phrase(f"agenda_status.{question.status}", lang),
        "best_design": question.best_design.in_language(lang),
        "decision": question.decision.in_language(lang),
        "partner": phrase(f"partner.{question.partner}", lang),
        "detectability": entry.verdict.label(lang) if entry.verdict else phrase("agenda.no_verdict", lang),
        "cost": phrase(f"agenda_cost.{question.cost_class}", lang),
        "score": entry.score,
        "code": question.id,
    }


def _count_claim(name: str, template: str, value: int, lang: str, **words: object) -> Claim:
    badge = decide_badge(Evidence(Asked.LEVEL, reliable_level=True))
    return make_claim(
        f"agenda-{name}",
        f"claim.{badge}.{template}",
        badge=badge,
        value=float(value),
        unit="questions",
        words=words,
        **_common(lang),
    )


def _question_claim(question: Question, lang: str) -> Claim:
    words = {
        "question": question.question.in_language(lang),
        "design": question.best_design.in_language(lang),
        "decision": question.decision.in_language(lang),
    }
    badge = decide_badge(Evidence(Asked.EFFECT, reliable_level=True))
    return make_claim(
        question.id.lower(), f"claim.{Badge.UNDETERMINED}.agenda_question", badge=badge, words=words, **_common(lang)
    )


def _common(lang: str) -> dict[str, Any]:
    return {"lang": lang, "indicator": "all", "area": "lwo", "origins": ORIGINS, "sources": SOURCES}
