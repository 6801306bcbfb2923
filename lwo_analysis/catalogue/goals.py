"""The ambitions of the programme, each with a target that is stated, derived or missing, and nothing in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lwo_analysis.catalogue.loading import build_entry, check_unique, read_catalogue_file
from lwo_analysis.errors import CatalogueError, InputError

if TYPE_CHECKING:
    import pandas as pd

LABELS = frozenset({"stated", "derived", "missing"})
DIRECTIONS = frozenset({"lower", "higher", "context", "ambiguous"})
PILLARS = frozenset({"leren", "werken", "wonen", "gezondheid", "veiligheid"})


@dataclass(frozen=True)
class Goal:
    """One ambition.

    Attributes
    ----------
    id, code : str
        Self-explaining id, and the short code per pillar (L1 to V2).
    pillar : str
        One of the five pillars.
    text_nl, line : str, int
        Text as printed in the programme plan of December 2022, and its line.
    text_en : str
        Our translation.
    label : {"stated", "derived", "missing"}
        Where the target comes from.
    good_direction : {"lower", "higher", "context", "ambiguous"}
        Which way is good.
    indicator_id : str or None
        Indicator of the catalogue that follows the ambition; None when no open figure does.
    baseline : float or None
        Published value of Leeuwarden Oost at the start.
    target : float or None
        Value in 2043; None when the label is `missing`.
    unit_nl, unit_en, note : str
        Unit of both values, and what a user of the catalogue must know.
    why_none_nl, why_none_en : str
        Why no indicator of the catalogue follows the ambition; empty when one does.
    """

    id: str
    code: str
    pillar: str
    line: int
    text_nl: str
    text_en: str
    label: str
    good_direction: str
    indicator_id: str | None = None
    baseline: float | None = None
    target: float | None = None
    unit_nl: str = ""
    unit_en: str = ""
    note: str = ""
    why_none_nl: str = ""
    why_none_en: str = ""

    def text(self, lang: str) -> str:
        """Return the ambition in Dutch (`nl`, as printed) or English (`en`, our translation)."""
        return self.text_nl if lang == "nl" else self.text_en

    def unit(self, lang: str) -> str:
        """Return the unit of baseline and target in Dutch (`nl`) or English (`en`)."""
        return self.unit_nl if lang == "nl" else self.unit_en

    def why_none(self, lang: str) -> str:
        """Return why no indicator follows the ambition, in Dutch (`nl`) or English (`en`)."""
        return self.why_none_nl if lang == "nl" else self.why_none_en


@cache
def goals() -> dict[str, Goal]:
    """Return the 26 ambitions by id.

    Raises
    ------
    CatalogueError
        An id occurs twice, a label, pillar or direction is unknown, or a label and a target contradict each other.

    Examples
    --------
    >>> goals()["work-youth-assistance"].text_nl, goals()["work-youth-assistance"].target
    ('Geen jongere komt meer in de bijstand.', 0)
    """
    content = read_catalogue_file("goals.yml")
    entries = [build_entry(Goal, entry, where=f"catalogue/goals.yml, {entry.get('id', '?')}") for entry in content]
    check_unique([goal.id for goal in entries], where="catalogue/goals.yml")
    for goal in entries:
        check_goal(goal)
    return {goal.id: goal for goal in entries}


def check_goal(goal: Goal) -> None:
    """Raise `CatalogueError` when a goal contradicts itself.

    A missing target has no value; a stated or derived one has; a derived one also has an indicator and a baseline. An ambition
    has an indicator, or a reason why not, in both languages.
    """
    where = f"catalogue/goals.yml, {goal.id}"
    known = goal.label in LABELS and goal.pillar in PILLARS and goal.good_direction in DIRECTIONS
    if not known:
        found = f"{goal.label}, {goal.pillar}, {goal.good_direction}"
        raise CatalogueError(where, expected="a known label, pillar and direction", found=found, remedy="correct the entry")
    if (goal.label == "missing") != (goal.target is None):
        raise CatalogueError(
            where, expected="a target unless missing", found=f"{goal.label}, {goal.target}", remedy="correct the label"
        )
    if goal.label == "derived" and (goal.indicator_id is None or goal.baseline is None):
        raise CatalogueError(
            where, expected="an indicator and a baseline", found="a derived target", remedy="say what it derives from"
        )
    reasons = (bool(goal.why_none_nl), bool(goal.why_none_en))
    if reasons != (goal.indicator_id is None,) * 2:
        raise CatalogueError(where, expected="an indicator or why_none_*", found="both or neither", remedy="keep one of them")


def derive_city_goals(baseline: pd.DataFrame) -> pd.DataFrame:
    """Return the derived goals "equal to Leeuwarden", for the paths of `indicators.goalpath`.

    The plan does not say this; the programme's own website does in words. Every value must be shown as derived.

    Parameters
    ----------
    baseline : DataFrame
        The published baseline: `indicator_id`, `good_direction`, `lwo`, `lwd`.

    Returns
    -------
    DataFrame
        Indexed by indicator: `base`, `goal`, `good_direction`, `label` (all derived). Indicators without a good direction, or
        without a figure for both areas, get no goal.

    Raises
    ------
    InputError
        A column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"indicator_id": ["good_health"], "good_direction": ["higher"], "lwo": [68.0], "lwd": [74.0]}
    >>> float(derive_city_goals(pd.DataFrame(rows)).loc["good_health", "goal"])
    74.0
    """
    columns = ["indicator_id", "good_direction", "lwo", "lwd"]
    absent = [name for name in columns if name not in baseline.columns]
    if absent:
        raise InputError("baseline", expected=f"the columns {columns}", found=f"no {absent}", remedy="use the published baseline")
    oriented = baseline[baseline["good_direction"].isin(["lower", "higher"])].dropna(subset=["lwo", "lwd"])
    derived = oriented[columns].rename(columns={"lwo": "base", "lwd": "goal"}).set_index("indicator_id")
    return derived[["base", "goal", "good_direction"]].assign(label="derived")
