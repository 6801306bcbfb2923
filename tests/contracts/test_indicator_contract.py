"""One contract for every indicator that the build makes: weights, missing, zeros, small numbers, direction, unit, breaks.

Three regions: WK1 and WK2 make area `a`, WK3 makes area `b`. Expected figures are worked out here by plain arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import Area, RegionSpan, areas
from lwo_analysis.catalogue.breaks import breaks_between, breaks_of
from lwo_analysis.catalogue.indicators import Indicator, indicators, measures
from lwo_analysis.cleaning.missing import STATUS_OF_REASON, status_of
from lwo_analysis.cleaning.observations import as_observations, read_observations
from lwo_analysis.disclosure import suppress_small
from lwo_analysis.indicators.aggregate import figures_of_areas
from lwo_analysis.indicators.comparison import compare_area
from lwo_analysis.indicators.construct import parts_of_indicator
from lwo_analysis.present.units import format_value

MADE = [entry for entry in indicators().values() if entry.used_measures]
MEANS = [entry for entry in MADE if entry.mean]
RATIOS = [entry for entry in MADE if entry.denominator]
COUNTS = [entry for entry in MADE if not entry.denominator and not entry.mean]
AREAS = {
    area.id: area
    for area in (
        Area("a", "", "", "wijk", regions=(RegionSpan(("WK1", "WK2")),)),
        Area("b", "", "", "wijk", regions=(RegionSpan(("WK3",)),)),
        Area("all", "", "", "municipality", parts=("a", "b")),
        Area("rest", "", "", "rest", whole="all", parts=("a",)),
    )
}
MEMBERSHIP = pd.DataFrame({"area_id": ["a", "a", "b"], "region_code": ["WK1", "WK2", "WK3"]})
LEADING = {"WK1": 120.0, "WK2": 40.0, "WK3": 55.0}
DELIVERED = {"WK1": 12.0, "WK2": 40.0, "WK3": 25.0}
BELOW = {"WK1": 3000.0, "WK2": 500.0, "WK3": 1100.0}
FIRST = 2001
Cells = dict[tuple[str, str], float]
Case = str | tuple[str, str]
Rows = Callable[..., pd.DataFrame]

every = pytest.mark.parametrize("entry", MADE, ids=lambda entry: entry.id)
every_mean = pytest.mark.parametrize("entry", MEANS, ids=lambda entry: entry.id)
every_quotient = pytest.mark.parametrize("entry", [*RATIOS, *MEANS], ids=lambda entry: entry.id)
every_ratio = pytest.mark.parametrize("entry", RATIOS, ids=lambda entry: entry.id)


def cells_of(entry: Indicator, **changed: float) -> Cells:
    """Return a number per measure and region; `WK1=0` replaces those of the leading measures."""
    leading = (DELIVERED if entry.mean else LEADING) | changed
    below = {*entry.denominator, *entry.weight} - {*entry.numerator, entry.mean}
    return {
        (name, code): BELOW[code] if name in below else leading[code]
        for name in dict.fromkeys(entry.used_measures)
        for code in LEADING
    }


def nothing_below(entry: Indicator) -> Cells:
    """Return the numbers with zeros below the line."""
    return {key: 0.0 if key[0] in {*entry.denominator, *entry.weight} else value for key, value in cells_of(entry).items()}


def counted(entry: Indicator) -> list[str]:
    """Return the measures without which there is no figure; without a weight there still is the delivered one."""
    return [*dict.fromkeys((*entry.numerator, *entry.denominator, *([entry.mean] if entry.mean else [])))]


def cases_of(entry: Indicator) -> dict[Case, Cells]:
    """Return the numbers of every case: as they are, zeros, and each cell of WK1 that is missing for each reason."""
    cells = cells_of(entry)
    cases = {"plain": cells, "zeros": cells_of(entry, WK1=0.0, WK2=0.0, WK3=0.0), "nothing below": nothing_below(entry)}
    lost = [(name, reason) for name in counted(entry) for reason in STATUS_OF_REASON]
    lost += [(name, "suppressed_or_unknown") for name in entry.weight[:1]]
    return cases | dict.fromkeys(lost, cells)


def rows_of(case: Case, cells: Cells, year: int) -> list[tuple[object, ...]]:
    """Return the numbers of a case as those of a year, without the cell that it misses."""
    name, reason = case if isinstance(case, tuple) else ("", "")
    lost = {(name, "WK1"): reason}
    return [
        (code, measure, year, None if (measure, code) in lost else value, lost.get((measure, code)))
        for (measure, code), value in cells.items()
    ]


def parts_of_cases(entry: Indicator) -> pd.DataFrame:
    """Return what the regions contribute; every case has a year of its own, so that all are made at once."""
    rows = [row for number, (case, cells) in enumerate(cases_of(entry).items()) for row in rows_of(case, cells, FIRST + number)]
    table = pd.DataFrame(rows, columns=["region_code", "measure", "year", "value", "missing_reason"])
    return MEMBERSHIP.merge(parts_of_indicator(entry, table), on="region_code")


def by_case(table: pd.DataFrame) -> Rows:
    """Return a function that gives the rows of a table for an indicator in a case, by area."""
    rows = dict(list(table.groupby(["indicator_id", "year"])))
    years = {(entry.id, case): FIRST + number for entry in MADE for number, case in enumerate(cases_of(entry))}
    return lambda entry, case="plain": rows[entry.id, years[entry.id, case]].set_index("area_id")


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    return figures_of_areas([(entry, parts_of_cases(entry)) for entry in MADE], AREAS)


@pytest.fixture(scope="module")
def figures(made) -> Rows:
    return by_case(made)


@pytest.fixture(scope="module")
def table(made) -> pd.DataFrame:
    return observed(made)


@pytest.fixture(scope="module")
def observations(table) -> Rows:
    return by_case(table)


@pytest.fixture(scope="module")
def gaps(table) -> pd.DataFrame:
    """Return how area `a` differs from area `b`, by indicator."""
    compared = compare_area(table, "bilgaard", ("oud-oost",), {entry.id: entry for entry in MADE}, areas(), FIRST)
    return compared.gaps.set_index("indicator_id")


def observed(found: pd.DataFrame) -> pd.DataFrame:
    """Return figures as rows of the observation table, under ids that the catalogue knows."""
    names = {"a": "bilgaard", "b": "oud-oost", "all": "lwd", "rest": "lwd-rest"}
    table = found.assign(lower=None, upper=None, origin="register", source_id="kwb")
    table = table.assign(area_id=table["area_id"].map(names), vintage="2021", status=status_of(found["missing_reason"]).tolist())
    return as_observations(table.drop(columns="missing_reason"), where="test")


def expected(entry: Indicator, cells: Cells, codes: tuple[str, ...]) -> float:
    """Sum over sum, or weighted mean, by plain arithmetic."""
    total = {name: sum(cells[name, code] for code in codes) for name in entry.used_measures}
    if entry.mean:
        weights = {code: sum(cells[name, code] for name in entry.weight) for code in codes}
        return sum(cells[entry.mean, code] * weights[code] for code in codes) / sum(weights.values())
    above = sum(total[name] for name in entry.numerator)
    factor = {"percent": 100, "per_1000": 1000}.get(entry.unit, 1)
    return factor * above / sum(total[name] for name in entry.denominator) if entry.denominator else above


@every
def test_weights_an_area_is_a_sum_over_a_sum_or_a_weighted_mean(entry, figures):
    cells, found = cells_of(entry), figures(entry)["value"]
    parts = {"a": ("WK1", "WK2"), "b": ("WK3",), "all": ("WK1", "WK2", "WK3"), "rest": ("WK3",)}
    for area, codes in parts.items():
        assert found[area] == pytest.approx(expected(entry, cells, codes), rel=1e-12), area


@every_quotient
def test_weights_are_not_a_plain_mean_of_regions(entry, figures):
    cells = cells_of(entry)
    plain = (expected(entry, cells, ("WK1",)) + expected(entry, cells, ("WK2",))) / 2
    assert abs(figures(entry).loc["a", "value"] - plain) > 0.05 * plain


@every
@pytest.mark.parametrize("reason", STATUS_OF_REASON)
def test_missing_makes_every_sum_missing_for_the_same_reason(entry, reason, observations):
    for name in counted(entry):
        found = observations(entry, (name, reason))
        for area in ("bilgaard", "lwd", "lwd-rest"):
            assert pd.isna(found.loc[area, "value"]), (name, area)
            assert found.loc[area, "status"] == STATUS_OF_REASON[reason], (name, area)
        assert found.loc["oud-oost", "status"] == "final"


@every_mean
def test_missing_weights_leave_single_regions_and_never_guess_a_sum(entry, figures):
    found = figures(entry, (entry.weight[0], "suppressed_or_unknown"))
    assert found.loc["b", "value"] == DELIVERED["WK3"]
    assert found.loc[["a", "all", "rest"], "value"].isna().all()
    assert found.loc[["a", "all", "rest"], "missing_reason"].ne("").all()


@every
def test_zeros_are_figures_and_not_missing(entry, figures):
    found = figures(entry, "zeros")
    assert found["missing_reason"].eq("").all()
    assert found["value"].eq(0.0).all()


@every_quotient
def test_zeros_below_the_line_give_no_figure(entry, figures):
    found = figures(entry, "nothing below")
    assert pd.isna(found.loc["a", "value"])
    assert found.loc["a", "missing_reason"] != ""


@every_ratio
def test_small_numbers_are_not_shown(entry, observations):
    table = observations(entry).reset_index()
    for change in ({"numerator": 9.0}, {"denominator": 99.0}):
        hidden = suppress_small(table.assign(**change)).observations
        assert set(hidden["status"]) == {"suppressed"}
        assert hidden[["value", "numerator", "denominator", "n"]].isna().all(axis=None)
    shown = suppress_small(table.assign(numerator=10.0, denominator=100.0)).observations
    assert set(shown["status"]) == {"final"}


@every_mean
def test_small_numbers_a_delivered_mean_has_no_invented_counts(entry, figures):
    found = figures(entry)
    assert found[["numerator", "denominator"]].isna().all(axis=None)


@every
def test_direction_a_positive_oriented_gap_is_worse_and_without_a_direction_there_is_none(entry, gaps):
    # Area `a` is lower than `b` unless it is a count: 160 / 3500 < 55 / 1100, and (12 x 3000 + 40 x 500) / 3500 < 25.
    if entry.unit == "count":
        assert entry.id not in gaps.index
        return
    found = gaps.loc[entry.id]
    assert found["gap"] < 0
    is_worse = {"lower": False, "higher": True}.get(entry.direction)
    assert pd.isna(found["oriented_gap"]) if is_worse is None else (found["oriented_gap"] > 0) == is_worse


@every
def test_unit_has_words_in_both_languages_and_the_scale_of_its_name(entry):
    assert all("12" in format_value(12.0, entry, lang, decimals=0) for lang in ("nl", "en"))
    assert entry.scale == {"percent": 100.0, "per_1000": 1000.0}.get(entry.unit, 1.0)


@every
def test_unit_of_a_delivered_mean_follows_from_that_of_the_provider(entry):
    units = {"%": "percent", "km": "km", "m³": "m3", "x 1 000 euro": "euro", "Getal": "index"}
    if entry.mean:
        assert units.get(measures()[entry.mean].unit, measures()[entry.mean].unit) == entry.unit
    for name in (*entry.numerator, *entry.denominator, *entry.weight):
        assert measures()[name].unit.lower() == "aantal", name


@every
def test_breaks_are_between_the_years_that_they_divide(entry):
    for found in breaks_of(entry.id):
        assert breaks_between(entry.id, found.year - 1, found.year) == (found,)
        assert breaks_between(entry.id, found.year, found.year + 1) == ()
        assert found.what("nl") != found.what("en")
        assert found.source


@pytest.fixture(scope="module")
def built(real_data) -> pd.DataFrame:
    table = read_observations(real_data / "processed" / "observations.parquet")
    return table[table["origin"].ne("published")]


def test_every_indicator_of_the_contract_is_built_and_every_one_built_is_in_the_contract(built):
    imported = set(built["source_id"])
    expected_here = {entry.id for entry in MADE if measures()[(*entry.numerator, entry.mean)[0]].table in imported}
    assert expected_here == set(built["indicator_id"])


@every
def test_real_figures_lie_in_the_range_of_their_unit_and_are_missing_with_a_status(built, entry):
    rows = built[built["indicator_id"].eq(entry.id)]
    values = rows["value"].dropna()
    ranges = {
        "percent": (0, 100),
        "per_1000": (0, 1000),
        "ratio": (0, 5),
        "km": (0, 20),
        "euro": (10_000, 1_000_000),
        "m3": (0, 5000),
    }
    low, high = ranges.get(entry.unit, (0, 20_000_000))
    assert values.between(low, high).all()
    assert rows.loc[rows["value"].isna(), "status"].isin(["suppressed", "not_published", "not_applicable"]).all()
    assert not rows.duplicated(["area_id", "year"]).any()


def test_the_contract_covers_every_kind_of_indicator():
    assert all(len(kind) >= 3 for kind in (RATIOS, MEANS, COUNTS))
    assert len(MADE) == len(RATIOS) + len(MEANS) + len(COUNTS)
