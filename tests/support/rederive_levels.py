"""Re-derivations of sentences about how an area stands: levels, differences, and places in a field."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from tests.support.rederive import Claim, Found, World, catalogue, entry_of
from tests.support.rederive_statistics import agresti_coull_error, newcombe, part_of_whole, poisson_exact, wilson

SCALES = {"percent": 100.0, "per_1000": 1000.0, "ratio": 1.0}
TOPICS_OF_LIKENESS = (
    "social_assistance_share",
    "unemployment_benefit_share",
    "disability_benefit_share",
    "single_person_household_share",
    "households_with_children_share",
    "age_0_14_share",
    "age_65_plus_share",
    "cars_per_household",
)
"""As the page about the focus areas names them; the number of residents is one more."""
MEMBERS_OF_FIELD = 20
FEWEST_RESIDENTS = 1000
LIMITS = {"numerator": 10, "denominator": 100}
"""A share of a register is shown from 10 persons out of 100 (catalogue/disclosure.yml)."""


def residents(claim: Claim, world: World) -> Found:
    row = world.row("population", claim["area"], claim["year"])
    wijken = parts_of(claim["area"])
    summed = [world.row("population", part, claim["year"])["value"] for part in wijken if claim["area"] == "lwo"]
    assert not summed or sum(summed) == row["value"], "the area is not the sum of its parts"
    return Found(value=row["value"], says=(row["value"], claim["year"]))


def pair(claim: Claim, world: World) -> Found:
    own, other = both_rows(claim, world)
    unit = entry_of("indicators.yml", claim["indicator"])["unit"]
    mine, theirs = level_of(own, unit), level_of(other, unit)
    lower, upper = interval_of(own, unit)
    gap = gap_of(own, other, unit)
    assert side_of(claim["template"]) == side_of_gap(*gap), f"the sentence is {claim['template']}, the gap {gap}"
    year = () if claim["year"] is None else (claim["year"],)
    gap_said = () if "equal" in claim["template"] else (abs(mine - theirs),)
    ends = {name: None if math.isnan(end) else end for name, end in zip(("gap_lower", "gap_upper"), gap[1:], strict=True)}
    return Found(mine, theirs, lower, upper, says=(mine, theirs, *gap_said, *year), **ends)


def count_worse(claim: Claim, world: World) -> Found:
    both = published_of_both(world, claim["area"], claim["compare"])
    worse = sum(turned(name, own - other) > 0 for name, (own, other) in both.items())
    return Found(value=worse, says=(len(both), worse))


def count_worse_in_year(claim: Claim, world: World) -> Found:
    gaps = [gap for name in oriented_topics() if (gap := _known_gap(world, name, claim)) is not None]
    worse, better = sum(low > 0 for low, _ in gaps), sum(high < 0 for _, high in gaps)
    return Found(value=worse, says=(len(gaps), worse, better, claim["year"]))


def no_figure(claim: Claim, world: World) -> Found:
    row = world.row(claim["indicator"], claim["area"], claim["year"], tuple(claim["sources"]))
    assert math.isnan(row["value"]), "the table has a figure"
    assert row["status"] == claim["status"], f"the table says {row['status']}"
    return Found()


def focus_level(claim: Claim, world: World) -> Found:
    values = field_of(world, claim)["value"].dropna()
    others = values.drop(claim["area"])
    return Found(values[claim["area"]], others.mean(), says=(values[claim["area"]], others.mean(), len(others), claim["year"]))


def focus_place(claim: Claim, world: World) -> Found:
    rows = field_of(world, claim).dropna(subset="value")
    shares = 100 * rows["numerator"] / rows["denominator"]
    errors = 100 * pd.Series(agresti_coull_error(rows["numerator"], rows["denominator"]), index=rows.index)
    sign = 1 if entry_of("indicators.yml", claim["indicator"])["direction"] == "lower" else -1
    behind = sign * (shares - shares[claim["area"]])
    z = stats.norm.ppf(1 - 0.025 / (len(rows) - 1))
    margin = z * np.sqrt(errors**2 + errors[claim["area"]] ** 2)
    place, best = 1 + int((behind < 0).sum()), 1 + int((behind < -margin).sum())
    worst = len(rows) - int((behind > margin).sum())
    is_sure = best == worst
    assert claim["template"].endswith("sure_place") is is_sure, f"the place is between {best} and {worst}"
    span = () if is_sure else (best, worst)
    return Found(place, None, best, worst, says=(place, len(rows), *span, claim["year"]))


def focus_peers(claim: Claim, world: World) -> Found:
    features = likeness_of(world, claim)
    nearest = distances_from(features, claim["area"]).nsmallest(3)
    first = nearest.index[0]
    assert first == claim["compare"], f"the nearest is {first}"
    topics = [name for name in features if name != "log_residents"]
    stays = sum(first in distances_from(features.drop(columns=name), claim["area"]).nsmallest(3) for name in topics)
    names = tuple(name_of(place, claim["lang"]) for place in nearest.index)
    says = (claim["year"], len(features.columns), stays, len(topics))
    return Found(value=nearest.iloc[0], says=says, names=names)


def focus_apart(claim: Claim, world: World) -> Found:
    features = likeness_of(world, claim)
    nearest = pd.Series({place: distances_from(features, place).min() for place in features.index})
    further = int((nearest > nearest[claim["area"]]).sum())
    is_typical = nearest[claim["area"]] <= nearest.median()
    kind = "apart" if not further else "not_apart" if is_typical else "rather_apart"
    assert claim["template"].endswith(f"focus_{kind}"), f"the area is {kind}"
    said = (further,) if further else ()
    return Found(value=further, says=(claim["year"], len(nearest) - 1, *said))


def both_rows(claim: Claim, world: World) -> tuple[pd.Series, pd.Series]:
    """Return the row of the area and that of its comparison."""
    sources = tuple(claim["sources"])
    own, other = (world.row(claim["indicator"], claim[place], claim["year"], sources) for place in ("area", "compare"))
    return own, other


def level_of(row: pd.Series, unit: str) -> float:
    """Return the numerator over the denominator, which the figure in the table must be; a figure without counts is itself."""
    if math.isnan(row["numerator"]) or math.isnan(row["denominator"]):
        return row["value"]
    level = SCALES[unit] * row["numerator"] / row["denominator"]
    assert math.isclose(level, row["value"], rel_tol=1e-9), f"the table says {row['value']}, its counts {level}"
    return level


def interval_of(row: pd.Series, unit: str) -> tuple[float | None, float | None]:
    if not math.isnan(row["lower"]):
        return row["lower"], row["upper"]
    if math.isnan(row["numerator"]) or math.isnan(row["denominator"]):
        return None, None
    ends = (wilson if unit == "percent" else poisson_exact)(row["numerator"], row["denominator"])
    return tuple(SCALES[unit] * end for end in ends)


def gap_of(own: pd.Series, other: pd.Series, unit: str) -> tuple[float, float, float]:
    """Return area minus comparison with its interval; NaN where there are no counts."""
    counts = [(row["numerator"], row["denominator"]) for row in (own, other)]
    if unit != "percent" or np.isnan(counts).any():
        return own["value"] - other["value"], math.nan, math.nan
    relation = part_of_whole if lies_in(own["area_id"], other["area_id"]) else newcombe
    return tuple(100 * end for end in relation(*counts))


def side_of(template: str) -> str:
    return next(side for side in ("higher", "lower", "equal") if f"pair_{side}" in template)


def side_of_gap(gap: float, low: float, high: float) -> str:
    return "equal" if gap == 0 or low <= 0 <= high else "higher" if gap > 0 else "lower"


def lies_in(area: str, other: str) -> bool:
    """Return whether an area is a part of another one of the city of Leeuwarden."""
    wholes = {"lwd": {"lwo", "lwd-rest"} | set(parts_of("lwo")), "lwo": set(parts_of("lwo"))}
    assert other in wholes, f"nothing is known here about {area} in {other}"
    return area in wholes[other]


def parts_of(area: str) -> tuple[str, ...]:
    return tuple(next((entry.get("parts", ()) for entry in catalogue("areas.yml") if entry["id"] == area), ()))


def oriented_topics() -> list[str]:
    return [entry["id"] for entry in catalogue("indicators.yml") if entry["direction"] in ("lower", "higher")]


def turned(indicator: str, gap: float) -> float:
    """Return a gap that is positive when the area is less well off."""
    return gap if entry_of("indicators.yml", indicator)["direction"] == "lower" else -gap


def published_of_both(world: World, area: str, compare: str) -> dict[str, tuple[float, float]]:
    """Return the printed figures of two areas, of the topics with a favourable side."""
    printed = world.figures[world.figures["origin"].eq("published")]
    wide = printed.pivot(index="indicator_id", columns="area_id", values="value")[[area, compare]].dropna()
    return {name: (wide.loc[name, area], wide.loc[name, compare]) for name in oriented_topics() if name in wide.index}


def name_of(area: str, lang: str) -> str:
    if area.startswith("demo-"):
        return f"{'Verzonnen wijk' if lang == 'nl' else 'Made-up wijk'} {int(area[5:])}"
    focus = {
        entry["area_id"] if "area_id" in entry else entry["id"]: entry["name"] for entry in catalogue("nplv_areas.yml")["areas"]
    }
    return focus.get(area) or entry_of("areas.yml", area)[f"name_{lang}"]


def members_of(world: World, claim: Claim) -> list[str]:
    """Return the focus areas with figures in the year; on the demo panel the area and the nineteen largest other wijken."""
    in_year = world.figures[world.figures["year"].eq(claim["year"])]
    if not world.is_demo:
        focus = {entry.get("area_id", entry["id"]) for entry in catalogue("nplv_areas.yml")["areas"]}
        return [claim["area"], *sorted(focus & set(in_year["area_id"]) - {claim["area"]})]
    people = in_year[in_year["indicator_id"].eq("population")].set_index("area_id")["value"]
    outside = people[[name for name in people.index if name.startswith("demo-") and int(name[5:]) > 10]]
    return [claim["area"], *sorted(outside.nlargest(MEMBERS_OF_FIELD - 1).index)]


def field_of(world: World, claim: Claim) -> pd.DataFrame:
    """Return the figures of an indicator for all members, by area."""
    of_topic = world.figures[world.figures["indicator_id"].eq(claim["indicator"]) & world.figures["year"].eq(claim["year"])]
    return of_topic.set_index("area_id").reindex(members_of(world, claim))


def likeness_of(world: World, claim: Claim) -> pd.DataFrame:
    """Return the features of every member: the topics that the area has, and the logarithm of residents."""
    in_year = world.figures[world.figures["year"].eq(claim["year"])]
    wide = in_year.pivot(index="area_id", columns="indicator_id", values="value").reindex(members_of(world, claim))
    topics = [name for name in TOPICS_OF_LIKENESS if name in wide and not math.isnan(wide.loc[claim["area"], name])]
    complete = wide.dropna(subset=[*topics, "population"])
    return complete[topics].assign(log_residents=np.log(complete["population"]))


def distances_from(features: pd.DataFrame, area: str) -> pd.Series:
    """Return the Euclidean distance to every other area, each feature in standard deviations of those others."""
    others = features.drop(index=area)
    apart = (others - features.loc[area]) / others.std(ddof=1)
    return np.sqrt((apart**2).sum(axis=1))


def _known_gap(world: World, indicator: str, claim: Claim) -> tuple[float, float] | None:
    """Return the interval of a gap, turned so that positive is worse; None when it is not known."""
    unit = entry_of("indicators.yml", indicator)["unit"]
    rows = world.figures[world.figures["indicator_id"].eq(indicator) & world.figures["year"].eq(claim["year"])].set_index(
        "area_id", drop=False
    )
    if unit != "percent" or not {claim["area"], claim["compare"]} <= set(rows.index):
        return None
    _, low, high = gap_of(rows.loc[claim["area"]], rows.loc[claim["compare"]], unit)
    if math.isnan(low):
        return None
    return (low, high) if turned(indicator, 1.0) > 0 else (-high, -low)


RULES = {
    "claim.description.residents": residents,
    **{f"claim.description.pair_{side}{end}": pair for side in ("higher", "lower", "equal") for end in ("", "_no_year")},
    "claim.description.count_worse": count_worse,
    "claim.description.count_worse_in_year": count_worse_in_year,
    "claim.undetermined.no_figure": no_figure,
    "claim.description.focus_level": focus_level,
    "claim.description.focus_place": focus_place,
    "claim.description.focus_sure_place": focus_place,
    "claim.description.focus_peers": focus_peers,
    **{f"claim.description.focus_{kind}": focus_apart for kind in ("apart", "rather_apart", "not_apart")},
}
