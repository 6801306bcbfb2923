"""Theory of change with its evidence: interventions, outputs, goals and effects as a graph whose gaps have names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lwo_analysis.catalogue.interventions import Intervention
from lwo_analysis.catalogue.literature import CrossCuttingEffect, Goal, Study

COLUMNS = ("intervention", "output", "goal", "effect")
SHOWN_FROM_GRADE = 3


@dataclass(frozen=True)
class Node:
    """One box: an intervention, its output, a goal or a cross-cutting effect; `kind` is one of `COLUMNS`.

    Attributes
    ----------
    id : str
        Id of the catalogue.
    kind : str
        One of `COLUMNS`.
    name_nl, name_en : str
        Name in both languages.
    """

    id: str
    kind: str
    name_nl: str
    name_en: str


@dataclass(frozen=True)
class Edge:
    """One arrow.

    Attributes
    ----------
    source, target : str
        Ids of the boxes it goes from and to.
    basis : str
        `stated` in the plan or `inferred` by this project.
    grade : int or None
        Highest design grade of the studies about this intervention; None when there is none. Only on arrows output -> goal.
    direction : str
        What those strongest studies found; empty without studies. Several findings are joined with "/".
    studies : tuple of str
        Ids of all studies that apply.
    """

    source: str
    target: str
    basis: str
    grade: int | None = None
    direction: str = ""
    studies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """A link that is missing from the chain.

    `kind` is one of: no_indicator (intervention), goal_without_indicator, goal_without_intervention, effect_without_goal,
    no_study, weak_studies (no design with a comparison), not_started.

    Attributes
    ----------
    kind : str
        What is missing, see above.
    node : str
        Id of the box it is missing at.
    text_nl, text_en : str
        What is missing, in words.
    """

    kind: str
    node: str
    text_nl: str
    text_en: str


@dataclass(frozen=True)
class EvidenceMap:
    """The graph, its gaps, and where each box is drawn (column 0-3, row from the top).

    Attributes
    ----------
    nodes, edges, gaps : tuple
        Boxes, arrows, and arrows that are not there.
    positions : mapping of str to (int, float)
        Column 0-3 and row from the top, by box.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    gaps: tuple[Gap, ...]
    positions: Mapping[str, tuple[int, float]]

    def table(self, lang: str = "nl") -> list[dict[str, object]]:
        """Return one row per arrow: the same content as the figure, for readers who use the table.

        Parameters
        ----------
        lang : {"nl", "en"}
            Language of the names.
        """
        names = {node.id: node.name_nl if lang == "nl" else node.name_en for node in self.nodes}
        return [
            {
                "from": names[edge.source],
                "to": names[edge.target],
                "basis": edge.basis,
                "grade": edge.grade,
                "found": edge.direction,
                "studies": ", ".join(edge.studies),
            }
            for edge in self.edges
        ]


def build_evidence_map(
    entries: Mapping[str, Intervention],
    goals: Mapping[str, Goal],
    effects: Mapping[str, CrossCuttingEffect],
    studies: Mapping[str, Study],
) -> EvidenceMap:
    """Return the theory of change with the evidence on every arrow.

    Parameters
    ----------
    entries, goals, effects, studies : mapping
        The register, the ambitions, the four effects and the literature, by id.

    Notes
    -----
    A study counts for the arrow from the output of an intervention to a goal when it is about that intervention and its outcome
    is about that goal. Arrows from goals to effects carry no grade: nobody studied them.
    """
    nodes = (
        *_intervention_nodes(entries.values()),
        *_named_nodes(goals.values(), "goal"),
        *_named_nodes(effects.values(), "effect"),
    )
    edges = (*_intervention_edges(entries.values(), studies.values()), *_goal_edges(goals.values()))
    gaps = (*_intervention_gaps(entries.values(), studies.values()), *_goal_gaps(entries, goals), *_effect_gaps(goals, effects))
    return EvidenceMap(nodes, edges, gaps, _positions(nodes))


def chain_of(evidence: EvidenceMap, intervention_id: str) -> tuple[Edge, ...]:
    """Return the arrows from one intervention to the effects, nearest first.

    Parameters
    ----------
    evidence : EvidenceMap
        The graph.
    intervention_id : str
        Id of catalogue/interventions.yml.
    """
    reached, chain = {intervention_id}, []
    for kind in COLUMNS[:-1]:
        sources = {node.id for node in evidence.nodes if node.kind == kind} & reached
        step = [edge for edge in evidence.edges if edge.source in sources]
        chain += step
        reached |= {edge.target for edge in step}
    return tuple(chain)


def _intervention_nodes(entries: Iterable[Intervention]) -> list[Node]:
    nodes = []
    for entry in entries:
        nodes.append(Node(entry.id, "intervention", entry.name.nl, entry.name.en))
        nodes.append(Node(_output_id(entry.id), "output", entry.chain.outputs.nl, entry.chain.outputs.en))
    return sorted(nodes, key=lambda node: COLUMNS.index(node.kind))


def _named_nodes(entries: Iterable[Goal | CrossCuttingEffect], kind: str) -> list[Node]:
    return [Node(entry.id, kind, entry.name_nl, entry.name_en) for entry in entries]


def _intervention_edges(entries: Iterable[Intervention], studies: Iterable[Study]) -> list[Edge]:
    edges, known = [], tuple(studies)
    for entry in entries:
        edges.append(Edge(entry.id, _output_id(entry.id), "stated"))
        edges += [_edge_to_goal(entry, goal, known) for goal in entry.chain.goals]
    return edges


def _edge_to_goal(entry: Intervention, goal: str, studies: Iterable[Study]) -> Edge:
    applying = [study for study in studies if entry.id in study.prior_for and goal in study.goals]
    grade = max((study.grade for study in applying), default=None)
    found = "/".join(sorted({study.direction for study in applying if study.grade == grade}))
    return Edge(_output_id(entry.id), goal, entry.chain.basis, grade, found, tuple(study.id for study in applying))


def _goal_edges(goals: Iterable[Goal]) -> list[Edge]:
    return [Edge(goal.id, effect, goal.basis) for goal in goals for effect in goal.effects]


def _intervention_gaps(entries: Iterable[Intervention], studies: Iterable[Study]) -> list[Gap]:
    gaps, known = [], tuple(studies)
    for entry in entries:
        grades = [_edge_to_goal(entry, goal, known).grade for goal in entry.chain.goals]
        grade = max((found for found in grades if found is not None), default=None)
        if entry.start.status in {"study", "exploration"}:
            gaps.append(Gap("not_started", entry.id, "nog niet begonnen", "not started yet"))
        if not entry.indicators:
            gaps.append(Gap("no_indicator", entry.id, "geen uitkomst om aan te meten", "no outcome to measure"))
        if grade is None:
            gaps.append(Gap("no_study", entry.id, "geen onderzoek gevonden naar deze doelen", "no study found on these goals"))
        elif grade < SHOWN_FROM_GRADE:
            gaps.append(
                Gap("weak_studies", entry.id, "alleen onderzoek zonder vergelijking", "only studies without a comparison")
            )
    return gaps


def _goal_gaps(entries: Mapping[str, Intervention], goals: Mapping[str, Goal]) -> list[Gap]:
    current = [entry for entry in entries.values() if entry.pillar != "geschiedenis"]
    served = {goal for entry in current for goal in entry.chain.goals}
    gaps = [
        Gap("goal_without_indicator", goal.id, goal.gap_nl or "geen indicator", "no open indicator")
        for goal in goals.values()
        if not goal.indicators
    ]
    return gaps + [
        Gap("goal_without_intervention", goal_id, "geen interventie noemt dit doel", "no intervention names this goal")
        for goal_id in goals
        if goal_id not in served
    ]


def _effect_gaps(goals: Mapping[str, Goal], effects: Mapping[str, CrossCuttingEffect]) -> list[Gap]:
    served = {effect for goal in goals.values() if goal.indicators for effect in goal.effects}
    return [
        Gap("effect_without_goal", effect_id, "geen meetbaar doel leidt hierheen", "no measurable goal leads here")
        for effect_id in effects
        if effect_id not in served
    ]


def _positions(nodes: Iterable[Node]) -> dict[str, tuple[int, float]]:
    by_column = {kind: [node.id for node in nodes if node.kind == kind] for kind in COLUMNS}
    tallest = max(len(ids) for ids in by_column.values())
    return {
        node_id: (column, (row + 0.5) * tallest / len(ids))
        for column, ids in enumerate(by_column.values())
        for row, node_id in enumerate(ids)
    }


def _output_id(intervention_id: str) -> str:
    return f"{intervention_id}-output"
