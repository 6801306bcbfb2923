"""Re-derivations of the page for residents: figures as people out of a hundred, and which distances became smaller."""

from __future__ import annotations

import math

from tests.support.rederive import Claim, Found, World, entry_of
from tests.support.rederive_levels import both_rows, gap_of, interval_of, level_of, turned
from tests.support.rederive_paths import CITY, is_followed, start_and_goal, stated_goal, topics_with_path
from tests.support.rederive_register import in_words
from tests.support.rederive_statistics import Z

START_YEAR, BASE_YEAR = 2023, 2021


def finding_level(claim: Claim, world: World) -> Found:
    own, other = both_rows(claim, world)
    unit = entry_of("indicators.yml", claim["indicator"])["unit"]
    mine, theirs, (gap, low, high) = level_of(own, unit), level_of(other, unit), gap_of(own, other, unit)
    is_same = gap == 0 or low <= 0 <= high
    side = "same" if is_same else "worse" if turned(claim["indicator"], gap) > 0 else "better"
    assert claim["template"].endswith(f"finding_{side}"), f"the area is {side} off: {gap} ({low} to {high})"
    lower, upper = interval_of(own, unit)
    ends = {name: None if math.isnan(end) else end for name, end in (("gap_lower", low), ("gap_upper", high))}
    if unit != "percent":
        return Found(mine, theirs, lower, upper, says=(mine, theirs), **ends)
    out_of = 1000 if "1.000" in claim["text"] or "1,000" in claim["text"] else 100
    return Found(mine, theirs, lower, upper, says=(mine * out_of / 100, out_of, theirs * out_of / 100, out_of), **ends)


def finding_direction(claim: Claim, world: World) -> Found:
    """The distance to the goal changed by more than the chance in the counts of two years; the page asks at least that."""
    pillar = claim["id"].removeprefix("answer-")
    asked = World(world.figures, {"pillar": pillar, "start_year": START_YEAR, "base_year": BASE_YEAR}, world.page, world.raw)
    said: list[float] = []
    names = []
    for topic in topics_with_path(claim["area"], asked):
        name = entry_of("indicators.yml", topic)[f"name_{claim['lang']}"]
        if name in claim["text"] and is_followed(topic, claim["area"], asked):
            narrows, years = _course(topic, claim["area"], asked)
            is_said_to_narrow = name in claim["text"].partition("groter bij" if claim["lang"] == "nl" else "widens for")[0]
            assert narrows == (is_said_to_narrow and not claim["template"].endswith("_no")), f"the distance of {topic}"
            names.append(name)
            said += years
    assert names, "no topic of the pillar stands in the sentence"
    return Found(says=tuple(said), names=tuple(names))


def _course(topic: str, area: str, world: World) -> tuple[bool, tuple[int, int]]:
    """Return whether the distance to the goal became smaller, and between which years."""
    assert stated_goal(topic) is None, "only a goal that is the figure of the city is known here"
    own, city = (world.series(topic, place) for place in (area, CITY))
    first, last = start_and_goal(topic, area, world)[2], int(own.index.max())
    change = turned(topic, (own["value"] - city["value"])[last] - (own["value"] - city["value"])[first])
    shares = [
        (series.loc[year, "value"] / 100, series.loc[year, "denominator"]) for series in (own, city) for year in (first, last)
    ]
    error = 100 * math.sqrt(sum(share * (1 - share) / people for share, people in shares))
    assert abs(change) > Z * error, f"the distance changed by {change}, the chance is {Z * error}"
    return change < 0, (first, last)


RULES = {
    **{f"claim.description.finding_{side}": finding_level for side in ("better", "worse", "same")},
    **{f"claim.signal.finding_{side}": finding_direction for side in ("yes", "no", "both")},
    "claim.undetermined.finding_pillar": in_words,
    "claim.undetermined.finding_programme": in_words,
}
