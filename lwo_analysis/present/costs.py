"""The page about costs and benefits: a published estimate checked, the budgets as printed, and what is not scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from lwo_analysis.catalogue.budgets import EditionDifference, OtherMoney, ProgrammeBudget, SocialBasePlan
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.catalogue.unit_values import discount_rates, unit_values
from lwo_analysis.indicators.costs import effect_basis
from lwo_analysis.indicators.costs_claims import ClaimAudit, PublishedClaim
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, Claims, make_claim
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import format_euro, format_number, format_percent, format_points
from lwo_analysis.present.style import COMPARISON, GRID, INK, OWN, figure_style, new_figure
from lwo_analysis.present.tables import Column, Table, make_table

ORIGINS = frozenset({"published"})
MILLION = 1_000_000
SHARES = tuple(range(0, 101, 10))


def costs_claims(
    claim: PublishedClaim, audit: ClaimAudit, budgets: Mapping[str, ProgrammeBudget], plan: SocialBasePlan, lang: str
) -> Claims:
    """Return the sentences of the page: the budgets, the estimate and what it rests on, and the social base."""
    earlier, later = budgets.values()
    editions = {
        "budget": format_euro(later.eur_per_year, lang),
        "covered": format_euro(later.covered_per_year, lang),
        "old_budget": format_euro(earlier.eur_per_year, lang),
        "old_covered": format_euro(earlier.covered_per_year, lang),
    }
    published = {
        "net": format_euro(claim.net_eur, lang),
        "years": claim.years,
        "ratio": format_euro(claim.benefit_per_euro, lang),
    }
    needed = {name: format_percent(100 * getattr(audit, f"{name}est_share"), lang, 0) for name in ("low", "high")}
    return Claims(
        (
            _claim("budget-editions", "budget_editions", lang, editions, "budgets", value=later.covered_per_year),
            _claim("audit-published", "audit_published", lang, published, "intervention-register", value=claim.net_eur),
            _claim("audit-break-even", "audit_break_even", lang, needed, "intervention-register", **_share_facts(audit)),
            _effect_claim(audit, claim, lang),
            *_social_base_claims(plan, lang),
        )
    )


def audit_table(claim: PublishedClaim, audit: ClaimAudit, lang: str) -> Table:
    """Return the published estimate and what follows from it, sum by sum."""
    facts = {
        phrase("costs.net", lang): format_euro(claim.net_eur, lang),
        phrase("costs.ratio", lang): format_euro(claim.benefit_per_euro, lang),
        phrase("costs.costs", lang): format_euro(audit.costs, lang),
        phrase("costs.benefits", lang): format_euro(audit.benefits, lang),
        phrase("costs.per_year", lang): format_euro(audit.costs_per_year, lang),
        phrase("costs.break_even", lang): _share_range(audit, lang),
        **{
            phrase("costs.change", lang, outcome=indicator(name).name(lang)): _change(observed, needed, lang)
            for (name, observed), (_, needed) in zip(claim.observed_changes, audit.changes_needed, strict=True)
        },
    }
    rows = pd.DataFrame({"fact": list(facts), "value": list(facts.values())})
    return _table(rows, "costs.audit", lang, {"fact": "column.fact", "value": "column.value"})


def missing_table(audit: ClaimAudit, lang: str) -> Table:
    """Return what must be known before the estimate can be checked."""
    rows = pd.DataFrame({"unknown": [text.in_language(lang) for text in audit.missing]})
    return _table(rows, "costs.missing", lang, {"unknown": "column.unknown"})


def break_even_figure(claim: PublishedClaim, audit: ClaimAudit, lang: str) -> Figure:
    """Return the net value for each share of the benefits that may be the team's own."""
    net = np.array([audit.benefits * share / 100 - audit.costs for share in SHARES])
    share = format_percent(100 * audit.break_even_share, lang, 0)
    basis = effect_basis(claim.design_grade, lang)
    return make_figure(
        lambda width: _draw_break_even(net, 100 * audit.break_even_share, lang, width),
        alt=phrase("costs.alt", lang, lowest=format_euro(net[0], lang), highest=format_euro(net[-1], lang), share=share),
        caption=phrase("costs.figure", lang, years=claim.years, basis=f"{basis[0].upper()}{basis[1:]}"),
        data=pd.DataFrame({"share": [str(one) for one in SHARES], "net": net}),
        columns={
            "share": phrase("column.share_caused", lang),
            "net": Column(phrase("column.net", lang), kind="euro"),
        },
        origins=ORIGINS,
        lang=lang,
    )


def editions_table(budgets: Mapping[str, ProgrammeBudget], difference: EditionDifference, lang: str) -> Table:
    """Return the programme budget as both editions print it, with the difference; neither is corrected."""
    earlier, later = budgets[difference.earlier], budgets[difference.later]
    rows = [
        (phrase(f"costs.{key}", lang), *(format_euro(getattr(one, name), lang) for one in (earlier, later, difference)))
        for key, name in (("budget", "eur_per_year"), ("covered", "covered_per_year"), ("uncovered", "uncovered_per_year"))
    ]
    rows += [
        (
            phrase("costs.payer", lang, payer=phrase(f"payer.{payer}", lang)),
            *(format_percent(100 * one.shares[payer], lang, 0) for one in (earlier, later)),
            format_points(points, lang, 0),
        )
        for payer, points in difference.share_points.items()
    ]
    names = {
        "item": "column.part_of_budget",
        "earlier": f"column.edition_{earlier.edition}",
        "later": f"column.edition_{later.edition}",
        "difference": "column.difference",
    }
    return _table(pd.DataFrame(rows, columns=list(names)), "costs.editions", lang, names)


def other_money_table(amounts: tuple[OtherMoney, ...], lang: str) -> Table:
    """Return the amounts outside the programme budget, with the line of the document."""
    rows = pd.DataFrame(
        {
            "item": [one.name_nl if lang == "nl" else one.name_en for one in amounts],
            "amount": [format_euro(one.eur, lang) for one in amounts],
            "line": [", ".join(one.lines) for one in amounts],
        }
    )
    names = {"item": "column.part_of_budget", "amount": "column.amount", "line": "column.line"}
    return _table(rows, "costs.other", lang, names)


def social_base_table(plan: SocialBasePlan, lang: str) -> Table:
    """Return the printed subtotals of the plan for the social base by year, and their total."""
    years = list(plan.totals)
    rows = [
        (phrase(f"social_base.pillar_{pillar}", lang), *(format_euro(by_year[year], lang) for year in years))
        for pillar, by_year in plan.printed.items()
    ]
    rows.append((phrase("row.total", lang), *(format_euro(plan.totals[year], lang) for year in years)))
    names = ["item", *map(str, years)]
    columns = {"item": phrase("column.part_of_budget", lang), **{str(year): str(year) for year in years}}
    return make_table(
        pd.DataFrame(rows, columns=names),
        caption=phrase("costs.social_base", lang),
        columns=columns,
        origins=ORIGINS,
        lang=lang,
        row_header="item",
    )


def activities_table(plan: SocialBasePlan, lang: str) -> Table:
    """Return the activities of the plan with their date, and whether they were done when somebody said so."""
    words = {None: "costs.not_told", True: "costs.yes", False: "costs.no"}
    rows = pd.DataFrame(
        {
            "activity": [one.name_nl for one in plan.activities],
            "planned": [one.planned for one in plan.activities],
            "done": [phrase(words[one.done], lang) for one in plan.activities],
        }
    )
    names = {name: f"column.{name}" for name in ("activity", "planned", "done")}
    return _table(rows, "costs.activities", lang, names, text=("planned",))


def unit_values_table(lang: str) -> Table:
    """Return the prices per case that have a source, and whether they count as a benefit to society."""
    values = unit_values().values()
    rows = pd.DataFrame(
        {
            "item": [one.name_nl if lang == "nl" else one.name_en for one in values],
            "amount": [format_euro(one.eur, lang) for one in values],
            "kind_of_value": [phrase(f"unit_kind.{one.kind}", lang) for one in values],
            "price_year": [str(one.price_year) for one in values],
            "source": [one.source for one in values],
        }
    )
    names = {"item": "column.part_of_budget", **{name: f"column.{name}" for name in rows.columns[1:]}}
    return _table(rows, "costs.unit_values", lang, names)


def rates_table(lang: str) -> Table:
    """Return the discount rates of the cabinet with their source."""
    rates = discount_rates().values()
    rows = pd.DataFrame(
        {
            "valid_from": [str(one.valid_from) for one in rates],
            "rate": [format_percent(100 * one.rate, lang, 2) for one in rates],
            "source": [one.source for one in rates],
        }
    )
    return _table(rows, "costs.rates", lang, {name: f"column.{name}" for name in rows.columns})


def _table(rows: pd.DataFrame, caption: str, lang: str, names: Mapping[str, str], text: tuple[str, ...] = ()) -> Table:
    columns = {name: Column(phrase(key, lang), kind="text" if name in text else "number") for name, key in names.items()}
    return make_table(
        rows, caption=phrase(caption, lang), columns=columns, origins=ORIGINS, lang=lang, row_header=next(iter(names))
    )


def _share_range(audit: ClaimAudit, lang: str) -> str:
    low, high = (format_percent(100 * share, lang, 0) for share in (audit.lowest_share, audit.highest_share))
    return phrase("costs.range", lang, low=low, high=high)


def _share_facts(audit: ClaimAudit) -> dict[str, object]:
    shares = {"value": audit.break_even_share, "lower": audit.lowest_share, "upper": audit.highest_share}
    return {**{name: 100 * share for name, share in shares.items()}, "unit": "percent"}


def _change(observed: float, needed: float, lang: str) -> str:
    shown = [format_percent(100 * one, lang, 0) for one in (observed, needed)]
    return phrase("costs.change_value", lang, all=shown[0], needed=shown[1])


def _draw_break_even(net: np.ndarray, share: float, lang: str, width: float) -> Drawing:
    with figure_style():
        figure, axes = new_figure(width, 3.2)
        axes.grid(axis="y", color=GRID)
        axes.plot(SHARES, net / MILLION, color=OWN)
        axes.axhline(0, color=INK, linewidth=1)
        axes.plot([share], [0], "D", color=COMPARISON, markersize=8)
        said = phrase("costs.quits", lang, share=format_percent(share, lang, 0))
        axes.annotate(said, (share, 0), xytext=(10, -14), textcoords="offset points", color=COMPARISON)
        axes.yaxis.set_major_formatter(lambda value, _: format_number(value, lang, 0))
        axes.set_yticks(range(-2, 3))
        axes.set_xlabel(phrase("costs.axis_share", lang))
        axes.set_ylabel(phrase("costs.axis_net", lang))
    return figure


def _effect_claim(audit: ClaimAudit, claim: PublishedClaim, lang: str) -> Claim:
    evidence = Evidence(Question.EFFECT, reliable_level=True, grade=claim.design_grade)
    missing = ", ".join(text.in_language(lang) for text in audit.missing)
    words = {"basis": effect_basis(claim.design_grade, lang), "missing": missing}
    return _claim("audit-effect", "audit_effect", lang, words, "literature", evidence=evidence, grade=claim.design_grade)


def _social_base_claims(plan: SocialBasePlan, lang: str) -> tuple[Claim, Claim]:
    total = sum(plan.totals.values())
    amounts = [
        phrase("costs.amount_in_year", lang, amount=format_euro(eur, lang), year=year) for year, eur in plan.totals.items()
    ]
    words = {"total": format_euro(total, lang), "amounts": ", ".join(amounts)}
    count = len(plan.activities)
    return (
        _claim("social-base-total", "social_base_total", lang, words, "budgets", value=total),
        _claim(
            "social-base-not-scored",
            "social_base_not_scored",
            lang,
            {"count": count},
            "budgets",
            value=float(count),
            unit="activities",
        ),
    )


def _claim(name: str, template: str, lang: str, words: Mapping[str, object], source: str, **facts: Any) -> Claim:
    badge = decide_badge(facts.pop("evidence", Evidence(Question.LEVEL, reliable_level=True)))
    common = {"indicator": "all", "area": "lwo", "origins": ORIGINS, "sources": (source,), "unit": "euro", **facts}
    return make_claim(name, f"claim.{badge}.{template}", lang=lang, badge=badge, words=words, **common)
