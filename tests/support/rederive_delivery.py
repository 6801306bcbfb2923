"""Re-derivations from what was delivered: the state of the figures, and wijken elsewhere that look like those of an area."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.optimize import linear_sum_assignment

from tests.support.rederive import Claim, Found, World, catalogue, entry_of
from tests.support.rederive_levels import FEWEST_RESIDENTS, LIMITS, TOPICS_OF_LIKENESS, members_of, parts_of
from tests.support.rederive_register import codes_of

OWN_AREAS = ("lwo", "lwd", "oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
OLD = 3
LIKE_EACH = 3
TWICE = 2.0
GOOD = 0.25
"""Standardised difference from which a match does not carry a comparison (Stuart 2010)."""


def health_tables(claim: Claim, world: World) -> Found:
    tables, series = len(list(world.raw.glob("*/card.yml"))), len(_series(world))
    return Found(value=tables, says=(tables, series))


def health_undated(claim: Claim, world: World) -> Found:
    years = complete_years(world)
    undated = sum(year is None for year in years)
    return Found(value=undated, says=(undated, len(years)))


def health_old(claim: Claim, world: World) -> Found:
    cards = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in world.raw.glob("*/card.yml")]
    now = max(int(str(card["retrieved"])[:4]) for card in cards)
    dated = [year for year in complete_years(world) if year is not None]
    old = sum(now - year > OLD for year in dated)
    return Found(value=old, says=(old, len(dated), OLD, now))


def health_missing(claim: Claim, world: World) -> Found:
    """Figures, secret ones, unpublished ones, and those that are hidden here because they are small."""
    status = world.figures["status"]
    figures, suppressed = int(world.figures["value"].notna().sum()), int(status.eq("suppressed").sum())
    hidden = int(_is_small(world.figures).sum())
    return Found(value=suppressed + hidden, says=(figures, suppressed, int(status.eq("not_published").sum()), hidden))


def health_revised(claim: Claim, world: World) -> Found:
    kept = list((world.raw.parent / "processed").glob("vintages/*.parquet"))
    assert len(kept) < 2, f"there are earlier versions: {kept}"
    return Found()


def focus_outside(claim: Claim, world: World) -> Found:
    wijken, own, excluded = _demo_wijken(claim, world) if world.is_demo else _real_wijken(claim, world)
    pool = wijken.drop(index=[name for name in {*own, *excluded} if name in wijken.index])
    subjects = wijken.loc[[name for name in own if name in wijken.index]]
    spread = pool.std(ddof=1)
    matched = _matched(subjects / spread, pool / spread, math.log(TWICE) / spread["log_residents"])
    differences = (subjects.mean() - pool.loc[matched].mean()) / spread
    topic = differences.abs().idxmax()
    worst = abs(differences[topic])
    assert claim["template"].endswith("focus_outside" if worst <= GOOD else "focus_no_outside"), (
        f"the largest difference is {worst}"
    )
    name = entry_of("indicators.yml", topic)[f"name_{claim['lang']}"] if topic != "log_residents" else ""
    said = (worst,) if worst > GOOD else ()
    return Found(value=worst, says=(claim["year"], len(pool), *said), names=(name,) if worst > GOOD else ())


def complete_years(world: World) -> list[int | None]:
    """Return per series the latest year in which none of the own areas lacks a published figure."""
    found = []
    for _, rows in _series(world):
        mine = rows[rows["area_id"].isin(OWN_AREAS) & rows["year"].notna()]
        whole = [int(year) for year, of_year in mine.groupby("year") if not of_year["status"].eq("not_published").any()]
        found.append(max(whole, default=None))
    return found


def _series(world: World) -> list[tuple[object, pd.DataFrame]]:
    return list(world.figures.groupby(["source_id", "indicator_id"]))


def _is_small(figures: pd.DataFrame) -> pd.Series:
    """Return the shares of registers and models that stand for too few: none of these may be shown."""
    counted = figures["value"].notna() & figures["origin"].isin(["register", "modelled"])
    few = figures["numerator"].lt(LIMITS["numerator"]) | figures["denominator"].lt(LIMITS["denominator"])
    return counted & few & figures["denominator"].notna()


def _demo_wijken(claim: Claim, world: World) -> tuple[pd.DataFrame, Sequence[str], Sequence[str]]:
    in_year = world.figures[world.figures["year"].eq(claim["year"])]
    own = parts_of(claim["area"])
    is_outside = in_year["area_id"].str.fullmatch(r"demo-\d+") & in_year["area_id"].str[5:].map(
        lambda end: end.isdigit() and int(end) > 10
    )
    wide = in_year[is_outside | in_year["area_id"].isin(own)].pivot(index="area_id", columns="indicator_id", values="value")
    return _features(wide.rename(columns={"population": "residents"})), own, members_of(world, claim)


def _real_wijken(claim: Claim, world: World) -> tuple[pd.DataFrame, Sequence[str], Sequence[str]]:
    """Return the wijken of the table that CBS delivered, with the wijken of focus areas and of the own city to leave out."""
    delivered = pd.read_parquet(next(_table_of(world.raw, claim["year"]).glob("*TypedDataSet.parquet")))
    delivered = delivered.assign(code=delivered["WijkenEnBuurten"].str.strip()).set_index("code")
    wijken = delivered[delivered.index.str.startswith("WK")]
    columns = {re.sub(r"_\d+$", "", name): name for name in reversed(wijken.columns)}
    counts = {}
    for measure in catalogue("measures.yml"):
        if measure["table"] == "kwb" and (column := columns.get(measure["stem"])) is not None:
            counts[measure["id"]] = pd.to_numeric(wijken[column], errors="coerce")
    wide = pd.DataFrame({name: _share(name, counts) for name in TOPICS_OF_LIKENESS}).assign(residents=counts["residents"])
    own = codes_of(claim["area"], claim["year"])[0]
    focus = [code for entry in catalogue("nplv_areas.yml")["areas"] for code in entry["regions"]]
    city = [code for code in wide.index if code[:6] == own[0][:6]]
    return _features(wide), own, [*focus, *city]


def _share(topic: str, counts: dict[str, pd.Series]) -> pd.Series:
    entry = entry_of("indicators.yml", topic)
    above, below = (sum(counts[name] for name in entry[side]) for side in ("numerator", "denominator"))
    shown = above.ge(LIMITS["numerator"]) & below.ge(LIMITS["denominator"])
    return ((100 if entry["unit"] == "percent" else 1) * above / below).where(shown)


def _table_of(raw: Path, year: int) -> Path:
    cards = {path.parent: yaml.safe_load(path.read_text(encoding="utf-8")) for path in raw.glob("*/card.yml")}
    return next(folder for folder, card in cards.items() if card["source_id"] == "kwb" and str(card["title"]).endswith(str(year)))


def _features(wide: pd.DataFrame) -> pd.DataFrame:
    topics = [name for name in TOPICS_OF_LIKENESS if name in wide and wide[name].notna().any()]
    complete = wide[wide["residents"].ge(FEWEST_RESIDENTS)].dropna(subset=topics)
    return complete[topics].assign(log_residents=np.log(complete["residents"]))


def _matched(subjects: pd.DataFrame, pool: pd.DataFrame, furthest: float) -> list[str]:
    """Return three different wijken for each subject, with the smallest sum of distances, of half to twice its size."""
    apart = np.sqrt(((subjects.to_numpy()[:, None, :] - pool.to_numpy()[None, :, :]) ** 2).sum(axis=2))
    size = np.abs(subjects["log_residents"].to_numpy()[:, None] - pool["log_residents"].to_numpy()[None, :])
    apart[size > furthest + 1e-9] = 1e9
    _, chosen = linear_sum_assignment(np.repeat(apart, LIKE_EACH, axis=0))
    return list(pool.index[chosen])


RULES = {
    **{f"claim.description.focus_{kind}": focus_outside for kind in ("outside", "no_outside")},
    "claim.description.health_tables": health_tables,
    "claim.description.health_undated": health_undated,
    "claim.description.health_old": health_old,
    "claim.description.health_missing": health_missing,
    "claim.undetermined.health_revised": health_revised,
}
