"""Re-derivations of sentences about change: the path to a goal, the parts of a change, and what moving could explain."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import statsmodels.api as sm

from tests.support.rederive import Claim, Found, World, catalogue, entry_of
from tests.support.rederive_levels import SCALES, oriented_topics, parts_of
from tests.support.rederive_statistics import SEEN, newcombe, smallest_change, years_to_see

CITY = "lwd"
END = 2043
PHASE_A, PHASE_B = 2028, 2033
LEAST_YEARS = 3
"""Years after the start of the programme before anything is said about the course."""
MOVED_IN, MOVED_OUT = 0.093, 0.088
"""CBS 2026, residents of focus areas in a year; the page names them in its cell of rules."""
USUAL = (0.05, 0.95)
"""Movers are taken to be like residents of areas between these quantiles."""


def path(claim: Claim, world: World) -> Found:
    base, goal, year = start_and_goal(claim["indicator"], claim["area"], world)
    assert claim["year"] == year, f"the start is of {year}"
    first = world.parameters["start_year"]
    on_line = [base + (goal - base) * (when - first) / (END - first) for when in (PHASE_A, PHASE_B)]
    smallest = smallest_visible(claim["indicator"], claim["area"], world, year)
    seen = () if smallest is None else (_year_seen((goal - base) / (END - first), smallest, first),)
    return Found(base, goal, says=(base, goal, PHASE_A, on_line[0], PHASE_B, on_line[1], *seen))


def too_early(claim: Claim, world: World) -> Found:
    """Nothing measured after the start, or too few years since it."""
    topics = topics_with_path(claim["area"], world)
    told = [one for one in world.page if one["template"].startswith("claim.description.path")]
    assert len(told) == len(topics), f"{len(told)} paths on the page, {len(topics)} topics"
    first = world.parameters["start_year"]
    early = sum(last_year(name, claim["area"], world) - first < LEAST_YEARS for name in topics)
    return Found(value=early, says=(early, len(topics)))


def composition(claim: Claim, world: World) -> Found:
    years = (world.parameters["base_year"], claim["year"])
    own = change_of(world, claim["indicator"], claim["area"], years)
    country = change_of(world, claim["indicator"], "g40", years)
    city = change_of(world, claim["indicator"], "lwd-rest", years) - country
    rest = own - country - city - shift_between_parts(world, claim, years)
    counts = [tuple(world.row(claim["indicator"], claim["area"], year)[["numerator", "denominator"]]) for year in reversed(years)]
    _, low, high = (100 * end for end in newcombe(*counts))
    assert low > 0 or high < 0, "the change is within chance"
    assert claim["template"].endswith("rise" if own > 0 else "fall"), f"the change is {own}"
    return Found(own, None, low, high, says=(abs(own), *years, country, city, rest))


def movers(claim: Claim, world: World) -> Found:
    years = (world.parameters["base_year"], claim["year"])
    start, end = (world.row(claim["indicator"], claim["area"], year)["value"] / 100 for year in years)
    low, high = bounds_of_moving(world, claim["indicator"], start, years)
    assert low <= end - start <= high, "moving cannot explain it"
    return Found(100 * (end - start), None, 100 * low, 100 * high, says=(100 * low, 100 * high, 100 * (end - start)))


def resident_change(claim: Claim, world: World) -> Found:
    known = world.series(claim["indicator"], claim["area"])
    if claim["year"] is None:
        assert len(known) < 2, f"there are figures of {list(known.index)}"
        return Found()
    years = (claim["year"], world.parameters["base_year"])
    _, low, high = newcombe(*(tuple(known.loc[year, ["numerator", "denominator"]]) for year in years))
    assert low <= 0 <= high, "the change is not within chance"
    return Found()


def start_and_goal(indicator: str, area: str, world: World) -> tuple[float, float, int | None]:
    """Return start, goal and the year of the start: the plan's own goal, or else the start of the city."""
    stated = stated_goal(indicator)
    if not is_followed(indicator, area, world):
        base = world.row(indicator, area, None)["value"]
        return base, stated if stated is not None else world.row(indicator, CITY, None)["value"], None
    base_year = world.parameters["base_year"]
    own, city = (world.series(indicator, place)["value"] for place in (area, CITY))
    assert is_usual((own - city).dropna() if stated is None else own, base_year), f"{base_year} was an unusual year"
    return own[base_year], stated if stated is not None else city[base_year], base_year


def is_usual(distances: pd.Series, year: int) -> bool:
    """Return whether a year lies within the 95 % prediction of a straight line through the five years until two before it."""
    before = distances.loc[year - 6 : year - 2]
    line = sm.OLS(before.to_numpy(), sm.add_constant(before.index.to_numpy(float))).fit()
    expected = line.get_prediction(np.array([[1.0, float(year)]])).summary_frame(alpha=0.05)
    return bool(expected["obs_ci_lower"].iloc[0] <= distances[year] <= expected["obs_ci_upper"].iloc[0])


def stated_goal(indicator: str) -> float | None:
    goals = [goal for goal in catalogue("goals.yml") if goal.get("indicator_id") == indicator and goal["label"] == "stated"]
    return float(goals[0]["target"]) if goals else None


def is_followed(indicator: str, area: str, world: World) -> bool:
    """Return whether there is a yearly figure after the start of the programme, or nothing was printed."""
    has_printed = bool(
        (world.figures["year"].isna() & world.figures["indicator_id"].eq(indicator) & world.figures["area_id"].eq(area)).any()
    )
    return last_year(indicator, area, world) > world.parameters["start_year"] or not has_printed


def last_year(indicator: str, area: str, world: World) -> float:
    known = world.series(indicator, area)
    return float(known.index.max()) if len(known) else -math.inf


def topics_with_path(area: str, world: World) -> list[str]:
    """Return the topics of the pillar with a favourable side, a start, and an end that is not missing in the plan."""
    chosen = []
    for name in oriented_topics():
        entry = entry_of("indicators.yml", name)
        served = [goal for goal in catalogue("goals.yml") if goal.get("indicator_id") == name]
        pillar = served[0]["pillar"] if served else entry["pillar"]
        if (
            entry.get("goal", "missing") != "missing"
            and world.parameters["pillar"] in ("all", pillar)
            and _has_both(name, area, world)
        ):
            chosen.append(name)
    return chosen


def smallest_visible(indicator: str, area: str, world: World, year: int | None) -> float | None:
    """Return the smallest change that one year can show, in the unit of the indicator; None when nothing tells."""
    unit = entry_of("indicators.yml", indicator)["unit"]
    if year is not None:
        row = world.row(indicator, area, year)
        return 100 * smallest_change(row["value"] / 100, row["denominator"]) if unit == "percent" else None
    outcome = catalogue("interventions.yml")["measurability"].get(indicator)
    if (
        outcome is None
        or outcome["baseline"] is None
        or outcome["kind"] not in ("survey_share", "register_share", "register_rate")
    ):
        return None
    size = (
        400
        if outcome["kind"] == "survey_share"
        else catalogue("interventions.yml")["populations"][outcome["population"]]["value"]
    )
    if size is None:
        return None
    if outcome["kind"] == "register_rate":
        return SCALES["per_1000"] * SEEN * math.sqrt(2 * outcome["baseline"] / size)
    return 100 * smallest_change(outcome["baseline"], size)


def change_of(world: World, indicator: str, area: str, years: tuple[int, int]) -> float:
    first, last = (world.row(indicator, area, year)["value"] for year in years)
    return last - first


def shift_between_parts(world: World, claim: Claim, years: tuple[int, int]) -> float:
    """Kitagawa (1955): the change of the weights of the parts times their mean rate, in percentage points."""
    parts = parts_of(claim["area"])
    if not parts:
        return 0.0
    cells = [
        [world.row(claim["indicator"], part, year)[["numerator", "denominator"]].astype(float) for part in parts]
        for year in years
    ]
    rates = [np.array([cell["numerator"] / cell["denominator"] for cell in row]) for row in cells]
    sizes = [np.array([cell["denominator"] for cell in row]) for row in cells]
    first, last = (size / size.sum() for size in sizes)
    return float(100 * ((last - first) * (rates[0] + rates[1]) / 2).sum())


def bounds_of_moving(world: World, indicator: str, start: float, years: tuple[int, int]) -> tuple[float, float]:
    """Return between which changes, as fractions, moving alone can lead; tried at every corner of what movers may be like."""
    length = years[1] - years[0]
    came, left = 1 - (1 - MOVED_IN) ** length, 1 - (1 - MOVED_OUT) ** length
    profiles = {year: _usual_shares(world, indicator, year, start) for year in years}
    ends = []
    for out in profiles[years[0]]:
        possible = min(max(out, (start - (1 - left)) / left), start / left)
        stayers = (start - left * possible) / (1 - left)
        ends += [(1 - came) * stayers + came * enter for enter in profiles[years[1]]]
    return min(ends) - start, max(ends) - start


def _usual_shares(world: World, indicator: str, year: int, start: float) -> tuple[float, float]:
    """Return the usual range over all places, wide enough to hold the start of the area itself."""
    kinds = {entry["id"]: entry["kind"] for entry in catalogue("areas.yml")}
    in_year = world.figures[world.figures["indicator_id"].eq(indicator) & world.figures["year"].eq(year)]
    places = in_year[[kinds.get(name, "wijk") in ("wijk", "focus", "municipality") for name in in_year["area_id"]]]
    low, high = (float(places["value"].dropna().quantile(part)) / 100 for part in USUAL)
    return min(low, start), max(high, start)


def _has_both(indicator: str, area: str, world: World) -> bool:
    places = {area} if stated_goal(indicator) is not None else {area, CITY}
    mine = world.figures[world.figures["indicator_id"].eq(indicator) & world.figures["value"].notna()]
    usable = mine[mine["year"].isna()] if not world.is_demo else mine
    return places <= set(usable["area_id"])


def _year_seen(yearly: float, smallest: float, first: int) -> float:
    """Return the first year in which the straight line stands out, or the last year of the programme when it never does."""
    years = years_to_see(yearly, smallest, yearly=True, horizon=END - first)
    return first + years if math.isfinite(years) else END


RULES = {
    "claim.description.path": path,
    "claim.undetermined.too_early_list": too_early,
    **{f"claim.signal.composition_{side}": composition for side in ("rise", "fall")},
    "claim.undetermined.movers_could_explain": movers,
    "claim.undetermined.resident_change": resident_change,
}
