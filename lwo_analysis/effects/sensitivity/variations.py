"""The same estimate with one choice changed: donors, pool, start year, window, weights, neighbours, and a pretended start."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from lwo_analysis.effects.design import Design
from lwo_analysis.effects.inference.placebo import placebo_test
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.effects.sentences import decimals_for, format_number
from lwo_analysis.errors import DesignError

Fit = Callable[[pd.DataFrame, Design], EffectResult]
Variant = tuple[str, pd.DataFrame, Design]
SOFT_START_YEARS = (2021, 2022, 2023, 2024)
CRITERION = "every estimate keeps the sign of the main estimate and lies inside its interval (sign only when it has none)"


def compare_variants(name: str, fit: Fit, main: EffectResult, variants: Iterable[Variant]) -> SensitivityCheck:
    """Return the check that re-estimates each variant; a variant that cannot be estimated stays in the table with its reason.

    Parameters
    ----------
    name : str
        What is varied.
    fit : callable
        ``fit(panel, design) -> EffectResult``: the estimator of the main result.
    main : EffectResult
        The result with the choices of the design.
    variants : iterable of (label, panel, design)
        One choice changed in each.

    Returns
    -------
    SensitivityCheck
        Table: ``variant, estimate, change`` (outcome units), ``n_treated, n_control, problem``. ``passed`` is None when no
        variant could be estimated.
    """
    table = pd.DataFrame([_row(label, fit, panel, design, main.estimate) for label, panel, design in variants])
    estimates = table["estimate"].dropna() if len(table) else pd.Series(dtype=float)
    lower, upper = main.interval
    inside = (~(estimates < lower) & ~(estimates > upper)).all()
    same_sign = (estimates * main.estimate > 0).all()
    passed = bool(inside and same_sign) if len(estimates) else None
    return SensitivityCheck(name, CRITERION, passed, table, _sentences(name, estimates, main, passed))


def leave_one_donor_out(panel: pd.DataFrame, design: Design, fit: Fit, main: EffectResult) -> SensitivityCheck:
    """Return the estimate without each untreated unit in turn; one row per unit. For pools up to a few hundred units.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    fit : callable
        Gives the estimate of a panel and a design.
    main : EffectResult
        The estimate that the variants are compared with.
    """
    untreated = panel.loc[panel[design.start].isna(), design.unit].drop_duplicates().sort_values()
    variants = ((f"without {unit}", panel[panel[design.unit] != unit], design) for unit in untreated)
    return compare_variants("leave one donor out", fit, main, variants)


def vary_donor_pool(
    panel: pd.DataFrame,
    design: Design,
    fit: Fit,
    main: EffectResult,
    exclusions: Mapping[str, Sequence[str]],
    *,
    name: str = "donor pool",
) -> SensitivityCheck:
    """Return the estimate without each named group of untreated units (other NPLV areas, the own city, rings of neighbours).

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    fit : callable
        Gives the estimate of a panel and a design.
    main : EffectResult
        The estimate that the variants are compared with.
    exclusions : mapping of str to sequence
        Groups of untreated units, by name.
    name : str
        Name of the check.

    Raises
    ------
    DesignError
        A group names a treated unit.
    """
    treated = set(panel.loc[panel[design.start].notna(), design.unit])
    for label, units in exclusions.items():
        if wrong := sorted(treated & set(units)):
            raise DesignError(f"exclusion {label!r}", expected="untreated units", found=str(wrong), remedy="leave those in")
    variants = [(f"without {label}", panel[~panel[design.unit].isin(units)], design) for label, units in exclusions.items()]
    return compare_variants(name, fit, main, variants)


def exclude_neighbours(
    panel: pd.DataFrame, design: Design, fit: Fit, main: EffectResult, rings: Sequence[Sequence[str]]
) -> SensitivityCheck:
    """Return the estimate without ring 1, without rings 1 and 2, ...: spillover shows as an estimate that moves outwards.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    fit : callable
        Gives the estimate of a panel and a design.
    main : EffectResult
        The estimate that the variants are compared with.
    rings : sequence of sequences
        Units next door, then those behind them, and so on.
    """
    inner = {f"ring 1-{k + 1}": [unit for ring in rings[: k + 1] for unit in ring] for k in range(len(rings))}
    return vary_donor_pool(panel, design, fit, main, inner, name="neighbours excluded")


def vary_start_year(
    panel: pd.DataFrame, design: Design, fit: Fit, main: EffectResult, years: Sequence[int] = ()
) -> SensitivityCheck:
    """Return the estimate when all treated units start in each of ``years`` (else ``design.start_years``, else 2021-2024).

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    fit : callable
        Gives the estimate of a panel and a design.
    main : EffectResult
        The estimate that the variants are compared with.
    years : sequence of int
        Starting years to try.
    """
    chosen = tuple(years) or design.start_years or SOFT_START_YEARS
    return compare_variants("start year", fit, main, [(str(year), with_start(panel, design, year), design) for year in chosen])


def vary_window(
    panel: pd.DataFrame, design: Design, fit: Fit, main: EffectResult, windows: Sequence[tuple[float, float]]
) -> SensitivityCheck:
    """Return the estimate on each window (first and last period).

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    fit : callable
        Gives the estimate of a panel and a design.
    main : EffectResult
        The estimate that the variants are compared with.
    windows : sequence of (first, last)
        Windows to try.
    """
    variants = [(f"{low}-{high}", panel, dataclasses.replace(design, window=(low, high))) for low, high in windows]
    return compare_variants("window", fit, main, variants)


def vary_weights(panel: pd.DataFrame, design: Design, fit: Fit, main: EffectResult) -> SensitivityCheck:
    """Return the estimate with areas weighted equally and by population.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    fit : callable
        Gives the estimate of a panel and a design.
    main : EffectResult
        The estimate that the variants are compared with.
    """
    variants = [(way, panel, dataclasses.replace(design, weights=way)) for way in ("equal", "population")]
    return compare_variants("weights", fit, main, variants)


def placebo_in_time(
    panel: pd.DataFrame, design: Design, pretended: Sequence[int], *, alpha: float = 0.05, draws: int = 999
) -> SensitivityCheck:
    """Return the placebo test of pretended starts on the periods before the real start; none may be rejected.

    Parameters
    ----------
    panel, design
        As ``placebo_test``; rows from the first real start on (minus anticipation) are not used.
    pretended : sequence of int
        Starts before the real one.
    alpha : float
        A p-value at or below it counts as a failure.
    draws : int
        Random assignments per pretended start.
    """
    real = panel[design.start].min()
    before = panel[panel[design.time] < real - design.anticipation]
    rows = []
    for year in pretended:
        try:
            test = placebo_test(with_start(before, design, year), _open(design), draws=draws)
        except DesignError as problem:
            rows.append({"variant": year, "estimate": float("nan"), "p_value": float("nan"), "problem": str(problem)})
        else:
            rows.append({"variant": year, "estimate": test.estimate, "p_value": test.p_value, "problem": ""})
    table = pd.DataFrame(rows, columns=["variant", "estimate", "p_value", "problem"])
    found = table["p_value"].dropna()
    passed = bool((found > alpha).all()) if len(found) else None
    texts = {
        True: ("Een verzonnen start valt niet op, zoals het hoort.", "A pretended start does not stand out, as it should."),
        False: (
            "Ook een verzonnen start valt op: de opzet deugt niet.",
            "A pretended start stands out too: the design fails.",
        ),
        None: ("Een verzonnen start is hier niet te toetsen.", "A pretended start cannot be tested here."),
    }
    return SensitivityCheck("placebo in time", f"no pretended start has p <= {alpha}", passed, table, texts[passed])


def with_start(panel: pd.DataFrame, design: Design, year: float) -> pd.DataFrame:
    """Return a copy of the panel in which every treated unit starts in ``year``.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    year : float
        The new start.
    """
    return panel.assign(**{design.start: panel[design.start].where(panel[design.start].isna(), year)})


def _open(design: Design) -> Design:
    """Return the design without a window: the rows were already cut."""
    return dataclasses.replace(design, window=None, start_years=(), anticipation=0)


def _row(label: str, fit: Fit, panel: pd.DataFrame, design: Design, main: float) -> dict[str, object]:
    try:
        result = fit(panel, design)
    except DesignError as problem:
        empty = float("nan")
        return {"variant": label, "estimate": empty, "change": empty, "n_treated": 0, "n_control": 0, "problem": str(problem)}
    return {
        "variant": label,
        "estimate": result.estimate,
        "change": result.estimate - main,
        "n_treated": result.n_treated,
        "n_control": result.n_control,
        "problem": "",
    }


DUTCH_NAMES = {
    "leave one donor out": "één vergelijkingsgebied weglaten",
    "donor pool": "andere vergelijkingsgebieden",
    "neighbours excluded": "buurgebieden weglaten",
    "start year": "een ander startjaar",
    "window": "een andere periode",
    "weights": "een andere weging",
}


def _sentences(name: str, estimates: pd.Series, main: EffectResult, passed: bool | None) -> tuple[str, str]:
    if passed is None:
        return (
            f"Geen enkele variant was te schatten ({DUTCH_NAMES.get(name, name)}).",
            f"No variant could be estimated ({name}).",
        )
    decimals = decimals_for((main.interval[1] - main.interval[0]) / 4, main.estimate)
    low, high = estimates.min(), estimates.max()
    nl = [format_number(value, decimals, "nl", sign=True) for value in (low, high)]
    en = [format_number(value, decimals, "en", sign=True) for value in (low, high)]
    held = (
        ("De uitkomst houdt stand", "The result holds")
        if passed
        else ("De uitkomst hangt hiervan af", "The result depends on this")
    )
    return (
        f"{held[0]} ({DUTCH_NAMES.get(name, name)}): de schatting ligt tussen {nl[0]} en {nl[1]}.",
        f"{held[1]} ({name}): the estimate lies between {en[0]} and {en[1]}.",
    )
