"""Budgets: the programme in both editions, and the plan for the social base, which is followed and not scored on care use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lwo_analysis.catalogue.loading import build_entry, read_catalogue_file
from lwo_analysis.errors import CatalogueError, ParameterError

FILE = "budgets.yml"
CARE_USE = frozenset({"youth_care_share", "social_support_clients", "care_costs", "medicine_use", "supervision_orders"})


@dataclass(frozen=True)
class ProgrammeBudget:
    """The yearly budget as one edition prints it; `shares` is how it is (to be) covered."""

    edition: str
    title: str
    period: tuple[int, int]
    eur_per_year: float
    covered_per_year: float
    shares: Mapping[str, float]
    municipal_request_eur: float | None
    municipal_request: str
    poverty_grant: Mapping[str, Any]
    lines: tuple[str, ...]

    @property
    def uncovered_per_year(self) -> float:
        """Euro per year without a payer."""
        return self.eur_per_year - self.covered_per_year

    def payer_eur(self, payer: str) -> float:
        """Return the euro per year of one payer, if the shares hold for the whole budget."""
        return self.shares[payer] * self.eur_per_year


@dataclass(frozen=True)
class EditionDifference:
    """The later edition minus the earlier; shares in percentage points."""

    earlier: str
    later: str
    eur_per_year: float
    covered_per_year: float
    uncovered_per_year: float
    share_points: Mapping[str, float]


@dataclass(frozen=True)
class OtherMoney:
    """An amount outside the programme budget, with the sum behind it."""

    id: str
    name_nl: str
    name_en: str
    eur: float
    arithmetic: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class BudgetLine:
    """One line of the plan for the social base, in euro by year."""

    pillar: int
    name_nl: str
    eur: Mapping[int, float]
    line: str


@dataclass(frozen=True)
class Activity:
    """One activity of the plan; `done` is None until the municipality says so."""

    id: str
    pillar: int
    name_nl: str
    planned: str
    done: bool | None


@dataclass(frozen=True)
class SocialBasePlan:
    """The plan for the social base.

    Attributes
    ----------
    printed : mapping
        Printed subtotal by pillar and year.
    totals : mapping
        Sum of the lines by year.
    scored_on_care_use : bool
        Always False: the plan says that it is not a prevention plan.
    """

    lines: tuple[BudgetLine, ...]
    activities: tuple[Activity, ...]
    printed: Mapping[int, Mapping[int, float]]
    totals: Mapping[int, float]
    title_period: tuple[int, int]
    text_period: tuple[int, int]
    period_note: str
    not_a_prevention_plan: str
    context_indicators: tuple[str, ...]
    scored_on_care_use: bool = False


@cache
def programme_budgets() -> dict[str, ProgrammeBudget]:
    """Return the programme budget by edition, in order of appearance.

    Raises
    ------
    CatalogueError
        Shares do not add up to 1, or more is covered than budgeted.
    """
    entries = [
        build_entry(ProgrammeBudget, content, where=f"catalogue/{FILE}") for content in read_catalogue_file(FILE)["programme"]
    ]
    for entry in entries:
        total = sum(entry.shares.values())
        _require(abs(total - 1) < 1e-9, entry.edition, "shares that add up to 1", f"{total:g}")
        _require(entry.covered_per_year <= entry.eur_per_year, entry.edition, "no more covered than budgeted", "more")
    return {entry.edition: entry for entry in entries}


def compare_editions(earlier: str = "001", later: str = "000") -> EditionDifference:
    """Return what changed between two editions of the programme plan.

    Examples
    --------
    >>> compare_editions().eur_per_year
    3000000
    """
    old, new = (programme_budgets()[edition] for edition in (earlier, later))
    points = {payer: round(100 * (new.shares[payer] - old.shares[payer]), 9) for payer in old.shares}
    return EditionDifference(
        earlier,
        later,
        new.eur_per_year - old.eur_per_year,
        new.covered_per_year - old.covered_per_year,
        new.uncovered_per_year - old.uncovered_per_year,
        points,
    )


@cache
def other_money() -> tuple[OtherMoney, ...]:
    """Return the amounts outside the programme budget."""
    return tuple(
        build_entry(OtherMoney, content, where=f"catalogue/{FILE}, other") for content in read_catalogue_file(FILE)["other"]
    )


@cache
def social_base_plan() -> SocialBasePlan:
    """Return the plan for the social base, with its lines checked against the printed subtotals.

    Raises
    ------
    CatalogueError
        Lines do not add up to a printed subtotal, or an indicator of care use is listed.
    """
    content = read_catalogue_file(FILE)["social_base"]
    where = f"catalogue/{FILE}, social_base"
    lines = tuple(build_entry(BudgetLine, line, where=where) for line in content["lines"])
    printed = {pillar: entry["printed"] for pillar, entry in content["pillars"].items()}
    check_subtotals(lines, printed)
    for name in content["context_indicators"]:
        require_not_care_use(name)
    return SocialBasePlan(
        lines=lines,
        activities=tuple(build_entry(Activity, activity, where=where) for activity in content["activities"]),
        printed=printed,
        totals={year: sum(line.eur[year] for line in lines) for year in printed[1]},
        title_period=tuple(content["title_period"]),
        text_period=tuple(content["text_period"]),
        period_note=content["period_note"],
        not_a_prevention_plan=content["not_a_prevention_plan"],
        context_indicators=tuple(content["context_indicators"]),
    )


def check_subtotals(lines: tuple[BudgetLine, ...], printed: Mapping[int, Mapping[int, float]]) -> None:
    """Raise `CatalogueError` when the lines of a pillar do not add up to what is printed."""
    for pillar, by_year in printed.items():
        for year, subtotal in by_year.items():
            found = sum(line.eur[year] for line in lines if line.pillar == pillar)
            _require(found == subtotal, f"pillar {pillar}, {year}", f"{subtotal} as printed", f"{found}")


def require_not_care_use(indicator_id: str) -> None:
    """Raise `ParameterError` when the plan for the social base would be scored on care use, which it is not meant to lower."""
    if indicator_id in CARE_USE:
        raise ParameterError(
            f"social base, {indicator_id}",
            expected="an indicator that is not care use",
            found="care use",
            remedy="leave it out: the plan says that less care is not its aim (002:26-40)",
        )


def _require(condition: bool, where: str, expected: str, found: str) -> None:
    if not condition:
        raise CatalogueError(
            f"catalogue/{FILE}, {where}", expected=expected, found=found, remedy="correct the file against the document"
        )
