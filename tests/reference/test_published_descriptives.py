"""Published figures: the baseline gaps, the goal table, the 2013 class counts, and the real neighbourhood table of 2020.

Sources. Programmaplan Leeuwarden Oost (December 2022), Probleemanalyse. Voortgangsrapportage wijkaanpak (2013), outcome monitor.
CBS, Kerncijfers wijken en buurten 2020 (84799NED, release of 26 March 2021). The expected shares and ranks were computed apart
from the package, with pandas and scipy on the same file.
"""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.goals import derive_city_goals, goals
from lwo_analysis.catalogue.loading import read_catalogue_file
from lwo_analysis.indicators.distance import (
    AboutEqual,
    class_sensitivity,
    classify_gaps,
    count_classes,
    cross_level_and_distance,
    oriented_gap,
)
from lwo_analysis.indicators.goalpath import PHASES, PathShape, target_at
from lwo_analysis.indicators.ranking import rank_interval
from lwo_analysis.indicators.uncertainty import CBS_BENEFITS, rounded_share_interval, share_standard_error
from tests.reference.published import agree
from tests.support.shared_data import shared_path

# --- the baseline table of the programme plan --------------------------------------------------------------------------------

# Indicator, good direction, Oost, Leeuwarden, G40, oriented gap to Leeuwarden and to G40 (positive is worse), by hand.
BASELINE = [
    ("property_value", "higher", 119_000, 143_000, 205_000, 24_000, 86_000),
    ("safety_performance_index", "higher", 6.48, 7.7, None, 1.22, None),
    ("registered_crimes", "lower", 51, 47, 44, 4, 7),
    ("nuisance_reports", "lower", 17, 12, None, 5, None),
    ("social_assistance_share", "lower", 11.7, 7.6, 4.6, 4.1, 7.1),
    ("income", "higher", 19_795, 23_000, 25_300, 3_205, 5_505),
    ("hardly_making_ends_meet", "lower", 19.5, 13, None, 6.5, None),
    ("clean_whole_safe_mark", "higher", 7.4, 8.7, None, 1.3, None),
    ("neighbourhood_attachment", "higher", 30, 39, None, 9, None),
    ("early_school_leavers", "lower", 3.1, 2.8, 2.5, 0.3, 0.6),
    ("children_in_poverty", "lower", 30.1, 16.9, None, 13.2, None),
    ("havo_or_higher", "higher", 28.0, 39.5, 43, 11.5, 15.0),
    ("educational_disadvantage_risk", "lower", 24, 13, None, 11, None),
    ("good_health", "higher", 68, 74, 72, 6, 4),
    ("social_index", "higher", 5.52, 6.6, None, 1.08, None),
]
FIGURES = pd.DataFrame([row[:5] for row in BASELINE], columns=["indicator_id", "good_direction", "lwo", "lwd", "g40"])
NOT_JUDGED = pd.DataFrame(
    {
        "indicator_id": ["social_rent_share", "participation_tracks"],
        "good_direction": ["context", "ambiguous"],
        "lwo": [41, 13.2],
        "lwd": [28.2, 8],
    }
)


@pytest.mark.parametrize("row", BASELINE, ids=[row[0] for row in BASELINE])
def test_every_gap_of_the_baseline_table(row):
    _, direction, oost, city, g40, city_gap, g40_gap = row
    # Differences of decimals in binary: 1e-9 is far below the printed digit.
    assert oriented_gap(oost, city, direction) == pytest.approx(city_gap, abs=1e-9)
    if g40 is not None:
        assert oriented_gap(oost, g40, direction) == pytest.approx(g40_gap, abs=1e-9)


def test_the_printed_gaps_are_those_of_the_validation_table():
    shown = ("property_value", "registered_crimes", "social_assistance_share", "havo_or_higher", "good_health")
    rows = {row[0]: row for row in BASELINE}
    agree("baseline-gaps", *(oriented_gap(rows[name][2], rows[name][3], rows[name][1]) for name in shown))


def test_on_every_judged_indicator_oost_was_behind_the_city():
    assert all(oriented_gap(row[2], row[3], row[1]) > 0 for row in BASELINE)


# --- the goal table ----------------------------------------------------------------------------------------------------------

# If the goal were "equal to Leeuwarden": 2021, A 2028, B 2033, C 2038, D 2043, per year, Rotterdam pace in 2033, as printed.
GOAL_TABLE = {
    "social_assistance_share": ("11.7", "10.7", "9.65", "8.6", "7.6", "-0.205", "10.7"),
    "children_in_poverty": ("30.1", "26.8", "23.5", "20.2", "16.9", "-0.66", "26.8"),
    "havo_or_higher": ("28.0", "30.9", "33.8", "36.6", "39.5", "0.575", "30.9"),
    "educational_disadvantage_risk": ("24", "21.3", "18.5", "15.8", "13", "-0.55", "21.3"),
    "good_health": ("68", "69.5", "71", "72.5", "74", "0.30", "69.5"),
    "income": ("19795", "20596", "21398", "22199", "23000", "160", "20596"),
    "registered_crimes": ("51", "50", "49", "48", "47", "-0.2", "50"),
    "early_school_leavers": ("3.1", "3.03", "2.95", "2.88", "2.8", "-0.015", "3.03"),
    "social_index": ("5.52", "5.79", "6.06", "6.33", "6.6", "0.054", "5.79"),
}


def to_printed_digit(value: float, printed: str) -> Decimal:
    """Round half up, as on paper, to the digits of the printed figure."""
    return Decimal(repr(round(float(value), 9))).quantize(Decimal(printed), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize("indicator_id", GOAL_TABLE)
def test_the_goal_table_to_the_printed_digit(indicator_id):
    base, goal = derive_city_goals(FIGURES).loc[indicator_id, ["base", "goal"]].astype(float)
    straight = target_at(list(PHASES.values()), base, goal)
    half_way = target_at(PHASES["B"], base, goal, PathShape.ROTTERDAM)
    computed = [base, *straight, target_at(2024, base, goal) - base, half_way]
    for value, printed in zip(computed, GOAL_TABLE[indicator_id], strict=True):
        assert to_printed_digit(value, printed) == Decimal(printed)


def test_context_and_ambiguous_indicators_get_no_goal():
    derived = derive_city_goals(pd.concat([FIGURES, NOT_JUDGED], ignore_index=True))
    assert len(derived) == 15
    assert not set(derived.index) & set(NOT_JUDGED["indicator_id"])
    assert set(derived["label"]) == {"derived"}


def test_the_derived_goals_of_the_catalogue_are_those_of_the_baseline_table():
    derived = derive_city_goals(FIGURES)
    catalogued = {goal.indicator_id: (goal.baseline, goal.target) for goal in goals().values() if goal.label == "derived"}
    assert catalogued
    for indicator_id, values in catalogued.items():
        assert values == tuple(derived.loc[indicator_id, ["base", "goal"]])


# --- the outcome monitor of 2013 -----------------------------------------------------------------------------------------------

CLASSES = ["gap_larger", "gap_smaller", "gap_about_equal", "too_few_observations", "better_than_city"]
COUNTS_2013 = {  # of 40 areas; lines of the report: 126-136, 164-168, 218-222, 234-238, 263-269, 335-341, 367-371, 385-391
    "house_sale_price": (23, 12, 4, 0, 1),
    "liveability": (2, 36, 1, 0, 1),
    "havo_vwo_year3": (12, 19, 6, 3, 0),
    "early_school_leavers": (22, 15, 3, 0, 0),
    "non_working_jobseekers": (4, 34, 1, 0, 1),
    "low_income": (13, 17, 10, 0, 0),
    "medicine_use_standardised": (11, 21, 5, 0, 3),
    "newborns_extra_care": (8, 12, 1, 19, 0),
}


def described_gaps(counts: tuple[int, ...], seed: int) -> pd.DataFrame:
    """Return 40 shuffled areas whose gaps are what the report says of them, at a different size each."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(1, 5, size=sum(counts))
    factor = np.repeat([1.3, 0.7, 1.02, np.nan, -0.2], counts)
    return pd.DataFrame({"start_gap": start, "end_gap": start * factor}).sample(frac=1, random_state=seed, ignore_index=True)


@pytest.mark.parametrize(("indicator_id", "counts"), COUNTS_2013.items())
def test_the_class_counts_of_2013_come_out_and_sum_to_40(indicator_id, counts):
    counted = count_classes(classify_gaps(described_gaps(counts, seed=len(indicator_id))))
    assert counted[CLASSES].tolist() == list(counts)
    assert counted.sum() == 40


def test_with_standard_errors_the_same_gaps_give_other_counts_but_still_40():
    # "About equal" has no definition in the report: with an uncertain change most of "larger" and "smaller" cannot be held up.
    table = described_gaps(COUNTS_2013["low_income"], seed=1).assign(change_se=0.5)
    rules = {"1.28": AboutEqual(z=1.28), "1.96": AboutEqual(z=1.96), "2.58": AboutEqual(z=2.58)}
    counts = class_sensitivity(table, rules)
    assert counts["gap_about_equal"].is_monotonic_increasing
    assert counts.loc["1.96", "gap_about_equal"] > 10
    assert (counts.sum(axis=1) == 40).all()


def test_falling_level_growing_gap_as_in_early_school_leaving():
    # 8.3 to 6.0 % in the 40 areas while their cities fell as fast on average (gap unchanged), 22 areas fell further behind, 15
    # came closer, 3 stayed about equal. The spread over areas is ours: 22 * 0.75 = 15 * 1.10.
    gap_change = np.repeat([0.75, -1.10, 0.0], [22, 15, 3])
    areas = pd.DataFrame({"start": 8.3, "end": 8.3 - 2.3 + gap_change, "comparison_start": 5.5, "comparison_end": 3.2})
    assert areas["end"].mean() == pytest.approx(6.0)
    table = cross_level_and_distance(areas, "lower")
    assert table.loc["better"].to_dict() == {"smaller": 15, "unchanged": 3, "larger": 22, "missing": 0}
    gaps = pd.DataFrame(
        {
            "start_gap": oriented_gap(areas["start"], areas["comparison_start"], "lower"),
            "end_gap": oriented_gap(areas["end"], areas["comparison_end"], "lower"),
        }
    )
    assert gaps["end_gap"].mean() == pytest.approx(gaps["start_gap"].mean())
    assert count_classes(classify_gaps(gaps))[CLASSES].tolist() == [22, 15, 3, 0, 0]


# --- the real table of 2020 ----------------------------------------------------------------------------------------------------

FIVE_WIJKEN = {  # recipients, residents of 15-65, rank among wijken of 3,000 residents or more, interval on the rank
    "WK008020": (960, 9130, 45, (17, 109)),
    "WK008050": (680, 2725, 1, (1, 2)),
    "WK008051": (240, 6665, 589, (341, 934)),
    "WK008060": (810, 4225, 3, (2, 5)),
    "WK008061": (440, 2140, 2, (1, 5)),
}
FOCUS_AREAS = {  # recipients per 100 residents of 15-65, highest first
    "den-haag-zuidwest": 13.89,
    "leeuwarden-oost": 12.58,
    "arnhem-oost": 12.51,
    "utrecht-overvecht": 12.26,
    "rotterdam-zuid": 10.27,
    "tilburg-noordwest": 9.79,
    "groningen-noord": 9.59,
    "amsterdam-zuidoost": 9.23,
    "dordrecht-west": 8.98,
    "heerlen-noord": 8.57,
    "breda-noord": 7.63,
    "delft-west": 7.58,
    "zaandam-oost": 7.26,
    "amsterdam-nieuw-west": 7.19,
    "schiedam-nieuwland-oost": 6.93,
    "vlaardingen-westwijk": 6.80,
    "eindhoven-woensel-zuid": 5.69,
    "roosendaal": 5.54,
    "lelystad-oost": 4.82,
    "nieuwegein-centrale-as": 3.50,
}


@pytest.fixture(scope="module")
def regions() -> pd.DataFrame:
    """Recipients and residents of 15-65 per region, from the raw file and nothing of the package."""
    columns = {"WijkenEnBuurten": "code", "AantalInwoners_5": "residents", "PersonenPerSoortUitkeringBijstand_83": "recipients"}
    ages = ["k_15Tot25Jaar_9", "k_25Tot45Jaar_10", "k_45Tot65Jaar_11"]
    path = shared_path("cbs/84799NED-2020/cbs.v3.84799NED_TypedDataSet.parquet")
    table = pd.read_parquet(path, columns=[*columns, *ages]).rename(columns=columns)
    table["adults"] = table[ages].sum(axis=1, skipna=False)
    return table.assign(code=table["code"].str.strip()).set_index("code")[["residents", "recipients", "adults"]].astype(float)


def test_oost_has_55_percent_of_the_social_assistance_of_leeuwarden(regions):
    oost, city = regions.loc[list(FIVE_WIJKEN), "recipients"].sum(), regions.loc["GM0080", "recipients"]
    assert (oost, city) == (3130, 5730)
    bounds = rounded_share_interval(oost, city, (CBS_BENEFITS, CBS_BENEFITS), cells=(5, 1))
    agree("share-of-social-assistance", bounds.estimate)
    # Five cells and one cell rounded to tens: 3105 / 5735 to 3155 / 5725. The published "over 55 %" is only just inside.
    assert (bounds.lower, bounds.upper) == (pytest.approx(3105 / 5735), pytest.approx(3155 / 5725))
    assert bounds.lower < 0.55 < bounds.upper


def test_the_published_share_of_117_is_not_that_of_2020(regions):
    oost = regions.loc[list(FIVE_WIJKEN)].sum()
    share = 100 * oost["recipients"] / oost["adults"]
    assert share == pytest.approx(12.58, abs=0.005)  # 3130 / 24885: with this denominator the published 11.7 is another year


def test_the_rank_of_the_five_wijken_among_all_large_wijken(regions):
    large = regions[regions.index.str.startswith("WK") & (regions["residents"] >= 3000)]
    assert len(large) == 1634
    assert large.notna().all(axis=None)
    share = large["recipients"] / large["adults"]
    errors = pd.Series(share_standard_error(large["recipients"], large["adults"], CBS_BENEFITS), index=large.index)
    ranks = rank_interval(share, errors, list(FIVE_WIJKEN))
    for code, (recipients, adults, rank, interval) in FIVE_WIJKEN.items():
        assert (large.loc[code, "recipients"], large.loc[code, "adults"]) == (recipients, adults)
        assert ranks.loc[code, ["rank", "lower", "upper"]].tolist() == [rank, *interval]
        assert rank == int(share.rank(ascending=False, method="min")[code])  # pandas' own ranking


def test_the_twenty_focus_areas_in_one_distribution(regions):
    catalogue = read_catalogue_file("nplv_areas.yml")["areas"]
    parts = {area["id"]: regions.loc[area["regions"]] for area in catalogue}
    # One wijk of 50 residents (Heerlen, De Hei) has no figure; it stays out of both sums. Even if all or none of its residents
    # were recipients, the share of Heerlen-Noord would move by less than 0.15 points, and its place would stay the same.
    without = {name: int(part["recipients"].isna().sum()) for name, part in parts.items() if part["recipients"].isna().any()}
    assert without == {"heerlen-noord": 1}
    complete = {name: part.dropna().sum() for name, part in parts.items()}
    sums = pd.DataFrame(complete).T
    share = 100 * sums["recipients"] / sums["adults"]
    assert share.sort_values(ascending=False).round(2).to_dict() == pytest.approx(FOCUS_AREAS, abs=0.02)
    assert share.sort_values(ascending=False).index.tolist() == list(FOCUS_AREAS)
    errors = 100 * pd.Series(share_standard_error(sums["recipients"], sums["adults"]), index=sums.index)
    oost = rank_interval(share, errors, ["leeuwarden-oost"], level=0.95).loc["leeuwarden-oost"]
    assert oost["rank"] == 2
    assert (oost["lower"], oost["upper"]) == (2, 4)  # Arnhem-Oost and Overvecht cannot be told apart from Oost


def test_the_focus_areas_are_twenty_sets_without_overlap(regions):
    catalogue = read_catalogue_file("nplv_areas.yml")
    codes = [code for area in catalogue["areas"] for code in area["regions"]]
    assert len(catalogue["areas"]) == 20
    assert len({area["municipality_code"] for area in catalogue["areas"]}) == 19  # Amsterdam has two
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(regions.index)
    assert all(f"WK{area['municipality_code'][2:]}" == code[:6] for area in catalogue["areas"] for code in area["regions"])
    assert {area["confidence"] for area in catalogue["areas"]} == {"high", "medium", "low"}
    # CBS (2026) counts about 1.2 million residents in the official areas; ours had 1.12 million in 2020.
    assert regions.loc[codes, "residents"].sum() == 1_121_905
