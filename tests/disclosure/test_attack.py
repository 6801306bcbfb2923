"""The attack: from all that is published, work out a count that was hidden. It must fail, and it must be able to succeed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.catalogue.disclosure import disclosure_policy
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.cleaning.observations import as_observations
from lwo_analysis.disclosure import YearSum, check_protected, exposures, protect
from lwo_analysis.errors import OutputError
from lwo_analysis.indicators.comparison import compare_area
from lwo_analysis.present.comparison import comparison_claims
from lwo_analysis.publish.downloads import download_files
from lwo_analysis.sources import demo
from tests.disclosure.attacker import Attacker, Key
from tests.disclosure.panels import AGES, ATOMS, OTHER_CITIES, SUMS, count_rows, row_of, share_rows, table_of, with_totals

# A hidden count must stay anything from 0 to 9, whatever else is read: that is the rule itself, and nothing more. The tolerance
# is the slack of the attacker's programme (1e-5 per sum, at most some hundred sums).
NOTHING_LEARNT, TOLERANCE = 9.0, 1e-2


def truth_of(table: pd.DataFrame) -> tuple[dict[Key, float], dict[Key, float]]:
    """Return the true counts above and below the line."""
    keyed = table[table["numerator"].notna()]
    keys = list(zip(keyed["indicator_id"], keyed["area_id"], keyed["year"].astype(int), strict=True))
    bases = {key: float(base) for key, base in zip(keys, keyed["denominator"], strict=True) if pd.notna(base)}
    return dict(zip(keys, keyed["numerator"].astype(float), strict=True)), bases


def attacker_of(table: pd.DataFrame, **known: object) -> tuple[Attacker, dict[Key, float], dict[Key, float]]:
    """Return a reader of a catalogue panel, all its true counts, and the secret ones."""
    counts, bases = truth_of(table)
    scales = {name: indicators()[name].scale for name in set(table["indicator_id"])}
    secrets = {key: count for key, count in counts.items() if key in bases and (count < 10 or bases[key] < 100)}
    reader = Attacker(SUMS, bases, scales, **{"means": [("g40-mean", ("lwd", *OTHER_CITIES))], **known})
    return reader, counts, secrets


def learnt(reader: Attacker, counts: Mapping[Key, float], secrets: Mapping[Key, float]) -> dict[Key, tuple[float, float]]:
    """Return the secret counts of which the reader knows more than the rule says."""
    found = reader.ranges(secrets, set(counts))
    tops = {key: min(NOTHING_LEARNT, reader.bases.get(key, np.inf)) for key in secrets}
    return {key: ends for key, ends in found.items() if ends[1] - ends[0] < tops[key] - TOLERANCE}


# --- the downloads of the demo panel ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo_truth() -> pd.DataFrame:
    """Return the demo panel as it is before its provider hides anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "SUPPRESS_BELOW", 0)
        return as_observations(demo.demo_panel(), where="demo")


def demo_reader(truth: pd.DataFrame) -> tuple[Attacker, dict[Key, float], dict[Key, float]]:
    numbered = [f"demo-{number:03d}" for number in range(1, 121)]
    sums = [
        ("lwo", ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")),
        ("lwd", ("lwo", "lwd-rest")),
        ("lwd-rest", numbered[:10]),
        ("g40", ("lwo", *numbered)),
    ]
    counts, bases = truth_of(truth)
    scales = {name: indicators()[name].scale for name in set(truth["indicator_id"])}
    return Attacker(sums, bases, scales), counts, {key: count for key, count in counts.items() if count < 10}


@pytest.fixture(scope="module")
def demo_panel() -> pd.DataFrame:
    return as_observations(demo.demo_panel(), where="demo")


@pytest.fixture(scope="module")
def demo_published(demo_panel) -> tuple[pd.DataFrame, list[dict]]:
    """Return the downloaded file and the claims of pages about it."""
    shown = protect(demo_panel, disclosure_policy()).observations
    content = download_files(shown)["DEMO-observations.csv"]
    pages = [
        compare_area(shown, area, ("lwd", "g40"), indicators(), areas(), year)
        for area in ("lwo", "bilgaard", "vrijheidswijk")
        for year in (2016, 2025)
    ]
    claims = [claim.to_dict() for page in pages for claim in comparison_claims(page, indicators(), "nl")]
    return pd.read_csv(io.BytesIO(content)), claims


def test_no_secret_of_the_demo_panel_follows_from_its_downloads_and_claims(demo_truth, demo_published):
    reader, counts, secrets = demo_reader(demo_truth)
    table, claims = demo_published
    reader.read_table(table)
    reader.read_claims(claims)
    assert len(secrets) == 130  # binomial draws of the documented seed over 21 years, counted in the panel before hiding
    assert learnt(reader, counts, secrets) == {}
    assert reader.determined(secrets, set(counts)) == {}


def test_the_attack_succeeds_on_the_demo_panel_without_the_second_step(demo_truth, demo_panel):
    reader, counts, secrets = demo_reader(demo_truth)
    reader.read_table(protect(demo_panel, disclosure_policy(), secondary=False).observations)
    fixed = reader.determined(secrets, set(counts))
    assert len(fixed) >= 5
    assert all(abs(value - secrets[key]) < 0.01 for key, value in fixed.items())  # counts are whole; digits lost in the CSV
    assert len(learnt(reader, counts, secrets)) > len(fixed)


def test_few_figures_are_hidden_for_others_and_none_of_the_programme(demo_truth):
    hidden = protect(as_observations(demo.demo_panel(), where="demo"), disclosure_policy()).hidden
    more = hidden[hidden["cause"].eq("secondary")]
    assert 0 < len(more) <= 130 // 4
    assert more["area_id"].str.startswith("demo-").all()


# --- totals, differences, complements, years and means, one at a time --------------------------------------------------------


def panel(small: Mapping[str, float], *, count: float = 800.0, base: float = 10000.0, year: int = 2020) -> pd.DataFrame:
    """Return social assistance in every area, with a few counts that are small."""
    numerators = with_totals({name: small.get(name, count + 13 * number) for number, name in enumerate(ATOMS)})
    denominators = with_totals({name: base + 17 * number for number, name in enumerate(ATOMS)})
    return table_of(share_rows("social_assistance_share", numerators, denominators, year))


@pytest.mark.parametrize(
    "small",
    [
        {"bilgaard": 4.0},
        {"bilgaard": 4.0, "vrijheidswijk": 2.0},
        {"bilgaard": 9.0, "vrijheidswijk": 9.0, "oud-oost": 9.0},
        {"lwd-villages": 0.0},
        {"lwd-villages": 7.0, "bilgaard": 0.0},
        {"almere": 3.0},
        {"lwd-city-rest": 5.0, "almere": 3.0, "camminghaburen": 1.0},
        dict.fromkeys(ATOMS[:5], 1.0),
    ],
    ids=str,
)
def test_a_small_count_does_not_follow_from_totals_or_differences(small):
    truth = panel(small)
    exposed, counts, secrets = attacker_of(truth)
    exposed.read_table(protect(truth, disclosure_policy(), secondary=False).observations)
    assert learnt(exposed, counts, secrets) != {}
    reader, counts, secrets = attacker_of(truth)
    reader.read_table(protect(truth, disclosure_policy()).observations)
    assert learnt(reader, counts, secrets) == {}


def test_the_partner_is_a_neighbouring_wijk_and_not_the_programme_area():
    hidden = protect(panel({"bilgaard": 4.0}), disclosure_policy()).hidden
    assert len(hidden) == 2
    assert set(hidden["area_id"]) < {"oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen"}
    assert hidden.set_index("area_id").loc["bilgaard", "why"] == "rests on too few"
    assert "would give away social_assistance_share of bilgaard in 2020" in set(hidden["why"])


def test_a_city_hides_behind_another_city_and_the_two_means_of_the_g40_stay_safe():
    shown = protect(panel({"almere": 3.0}), disclosure_policy())
    # Two sums run over the cities, one of counts and one of percentages: one partner is fixed by them, so more must go.
    assert len(shown.hidden) >= 3


def ages(counts: Mapping[str, tuple[float, ...]]) -> pd.DataFrame:
    """Return five age groups that add up to the residents, who are published too."""
    usual = (1700.0, 1300.0, 2900.0, 2600.0, 1800.0)
    groups = {name: counts.get(name, tuple(group + 7 * number for group in usual)) for number, name in enumerate(ATOMS)}
    residents = with_totals({name: sum(parts) for name, parts in groups.items()})
    rows = count_rows("population", residents)
    for number, indicator in enumerate(AGES):
        rows += share_rows(indicator, with_totals({name: parts[number] for name, parts in groups.items()}), residents)
    return table_of(rows)


def test_an_age_group_does_not_follow_from_the_other_four():
    truth = ages({"bilgaard": (4.0, 1500.0, 2000.0, 2500.0, 1000.0)})
    exposed, counts, secrets = attacker_of(truth, compositions=[AGES])
    exposed.read_table(protect(truth, disclosure_policy(), secondary=False).observations)
    assert exposed.determined(secrets, set(counts)) == pytest.approx({("age_0_14_share", "bilgaard", 2020): 4.0})
    reader, counts, secrets = attacker_of(truth, compositions=[AGES])
    shown = protect(truth, disclosure_policy())
    reader.read_table(shown.observations)
    assert learnt(reader, counts, secrets) == {}
    # A second age group here, and the same two in another wijk: the smallest pattern there is in a table with totals both ways.
    assert len(shown.hidden) == 4


def test_a_percentage_with_a_known_base_is_as_small_as_the_count_behind_it():
    rows = panel({"bilgaard": 4.0}).assign(numerator=pd.NA).astype({"numerator": "Float64"})
    shown = protect(rows, disclosure_policy())
    assert shown.hidden.set_index("area_id").loc["bilgaard", "cause"] == "rule"


def test_a_suppressed_row_says_nothing_in_any_column():
    shown = protect(panel({"bilgaard": 4.0}), disclosure_policy()).observations
    hidden = shown[shown["status"].eq("suppressed")]
    assert len(hidden) == 2
    assert hidden[["value", "lower", "upper", "numerator", "denominator", "n"]].isna().all(axis=None)


def test_a_count_does_not_follow_from_pooled_years():
    policy = replace(disclosure_policy(), year_sums=(YearSum("indicator halt_referrals", "indicator supervision_orders", 3),))
    areas_here = ("lwd", "almere")
    rows = [
        row_of(
            "supervision_orders", area, year, None, "register", numerator=6.0 + 20 * (year != 2021), denominator=9000.0, n=9000.0
        )
        for area in areas_here
        for year in (2020, 2021, 2022)
    ]
    rows += [
        row_of("halt_referrals", area, 2022, None, "register", numerator=58.0, denominator=9000.0, n=9000.0)
        for area in areas_here
    ]
    truth = table_of([row | {"value": 1000 * row["numerator"] / row["denominator"]} for row in rows])
    reading = {"pooled": [("halt_referrals", "supervision_orders", 3)], "means": ()}
    exposed, counts, secrets = attacker_of(truth, **reading)
    exposed.read_table(protect(truth, policy, secondary=False).observations.assign(n=np.nan))
    assert secrets == {("supervision_orders", area, 2021): 6.0 for area in areas_here}
    assert learnt(exposed, counts, secrets) != {}
    reader, counts, secrets = attacker_of(truth, **reading)
    reader.read_table(protect(truth, policy).observations)
    assert learnt(reader, counts, secrets) == {}


def test_a_small_partner_count_does_not_follow_from_the_base_of_a_percentage():
    # The number of households is a count of its own and the base of a percentage; hiding the one without the other gives it away.
    households = with_totals({name: 6.0 if name == "bilgaard" else 3000.0 + number for number, name in enumerate(ATOMS)})
    singles = {name: count / 2 for name, count in households.items()}
    truth = table_of(
        [
            *count_rows("households", households, origin="partner"),
            *share_rows("single_person_household_share", singles, households, origin="partner"),
        ]
    )
    shown = protect(truth, disclosure_policy()).observations.set_index(["indicator_id", "area_id"])
    assert shown.loc[("households", "bilgaard"), "status"] == "suppressed"
    assert shown.loc[("single_person_household_share", "bilgaard"), "status"] == "suppressed"
    visible = shown.loc["households"].loc[[*SUMS[0][1], "lwo"], "value"].notna()
    assert visible.sum() <= 4


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(ATOMS[:12]), st.integers(0, 60), max_size=8), st.integers(0, 2**16))
def test_no_combination_of_small_counts_can_be_worked_out(small, seed):
    rng = np.random.default_rng(seed)
    numerators = {name: float(small.get(name, rng.integers(0, 400))) for name in ATOMS}
    denominators = {name: max(count, float(rng.integers(60, 4000))) for name, count in numerators.items()}
    truth = table_of(share_rows("social_assistance_share", with_totals(numerators), with_totals(denominators)))
    reader, counts, secrets = attacker_of(truth)
    shown = protect(truth, disclosure_policy())
    reader.read_table(shown.observations)
    assert learnt(reader, counts, secrets) == {}
    assert not shown.observations["numerator"].astype(float).lt(10).any()


def test_the_audit_finds_what_the_attack_finds():
    truth = panel({"bilgaard": 4.0})
    open_table = protect(truth, disclosure_policy(), secondary=False).observations
    found = exposures(open_table, disclosure_policy())
    assert found[["area_id", "lowest", "highest"]].values.tolist() == [["bilgaard", pytest.approx(4.0), pytest.approx(4.0)]]
    with pytest.raises(OutputError, match=r"social_assistance_recipients of bilgaard in 2020"):
        check_protected(open_table, disclosure_policy(), where="downloads")
    check_protected(protect(truth, disclosure_policy()).observations, disclosure_policy(), where="downloads")
