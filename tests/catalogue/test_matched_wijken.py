"""Untreated wijken like those of Oost, sought in the real table of 2020: what matching reaches, and what it cannot.

One year of figures gives levels and no trends: this shows the machinery and the limits of the pool, an estimate needs the series.
"""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import region_codes
from lwo_analysis.catalogue.indicators import indicator, measures
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.indicators.construct import parts_of_indicator
from lwo_analysis.indicators.matching import MatchedAreas, match_areas
from lwo_analysis.sources.regional import key_of
from lwo_analysis.sources.statline import read_table_folder, tidy_rows
from tests.support.shared_data import shared_path

FIVE = [
    code
    for name in ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
    for code in region_codes(name, 2020)
]
TREATED = {code for focus in focus_areas().values() for code in focus.regions}
FEATURES = ("social_assistance_share", "disability_benefit_share", "single_person_household_share", "age_65_plus_share")
LEAST_RESIDENTS = 1000


@pytest.fixture(scope="module")
def wijken() -> pd.DataFrame:
    """Return features and residents of every wijk of at least 1,000 residents, as the build makes them."""
    table = read_table_folder(shared_path("cbs/84799NED-2020"))
    used = {name for entry in FEATURES for name in indicator(entry).used_measures} | {"residents"}
    rows = tidy_rows(table, {name: key_of(measures()[name]) for name in used})
    rows = rows[rows["region_kind"].eq("WK")]
    shares = {}
    for name in FEATURES:
        parts = parts_of_indicator(indicator(name), rows).set_index("region_code")
        shares[name] = 100 * parts["numerator"] / parts["denominator"].where(parts["denominator"] > 0)
    residents = rows[rows["measure"].eq("residents")].set_index("region_code")["value"]
    table = pd.DataFrame(shares).assign(residents=residents)
    return table[table["residents"] >= LEAST_RESIDENTS]


@pytest.fixture(scope="module")
def matched(wijken) -> MatchedAreas:
    neighbours = {code for code in wijken.index if code.startswith("WK0080")}
    return match_areas(wijken[list(FEATURES)], wijken["residents"], FIVE, exclude=TREATED | neighbours, matches=3)


def test_no_match_is_a_focus_area_or_a_neighbour(matched):
    assert len(matched.pairs) == 5 * 3
    assert matched.pairs["match_id"].is_unique
    assert not set(matched.pairs["match_id"]) & TREATED
    assert not matched.pairs["match_id"].str.startswith("WK0080").any()


def test_focus_areas_would_be_matched_if_they_were_not_excluded(wijken):
    free = match_areas(wijken[list(FEATURES)], wijken["residents"], FIVE, matches=3)
    assert set(free.pairs["match_id"]) & TREATED


def test_matches_are_of_similar_size(matched, wijken):
    residents = wijken["residents"]
    ratio = residents[matched.pairs["match_id"]].to_numpy() / residents[matched.pairs["area_id"]].to_numpy()
    assert ((ratio >= 1 / 2) & (ratio <= 2)).all()


def test_the_balance_table_is_that_of_the_pairs(matched, wijken):
    pool = wijken[~wijken.index.isin(TREATED) & ~wijken.index.str.startswith("WK0080")]
    assert matched.n_pool == len(pool)
    for name in FEATURES:
        row, spread = matched.balance.loc[name], pool[name].std(ddof=1)
        assert row["subject_mean"] == pytest.approx(wijken.loc[FIVE, name].mean())
        assert row["matched_mean"] == pytest.approx(wijken.loc[matched.pairs["match_id"], name].mean())
        before, after = wijken.loc[FIVE, name].mean() - pool[name].mean(), row["subject_mean"] - row["matched_mean"]
        assert row["difference_before"] == pytest.approx(before / spread)
        assert row["difference_after"] == pytest.approx(after / spread)


def test_matching_comes_closer_on_assistance_but_the_pool_has_no_wijken_as_poor(matched, wijken):
    # Outside the focus areas and Leeuwarden no wijk of 1,000 residents or more reaches the share of Heechterp-Schieringen
    # (counted here on the shares, not by the matching), so that no choice of wijken can balance this feature.
    share = wijken["social_assistance_share"]
    pool = share[~share.index.isin(TREATED) & ~share.index.str.startswith("WK0080")]
    (heechterp,) = region_codes("heechterp-schieringen", 2020)
    assert pool.max() < share[heechterp]
    before, after = matched.balance.loc["social_assistance_share", ["difference_before", "difference_after"]]
    assert abs(after) < abs(before) / 2
    assert matched.largest_difference > 0.25  # the library's own line above which a match should not carry a comparison
