"""Any focus area is a subject: from the real table of 2020 to a comparison with its own city."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import areas, region_codes
from lwo_analysis.catalogue.indicators import indicators_of
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.cleaning.observations import read_observations
from lwo_analysis.indicators.comparison import compare_area
from tests.support.shared_data import shared_path

SHARE = "social_assistance_share"
WORKING_AGE = ["k_15Tot25Jaar_9", "k_25Tot45Jaar_10", "k_45Tot65Jaar_11"]
RECIPIENTS = "PersonenPerSoortUitkeringBijstand_83"
TYPED = "cbs.v3.84799NED_TypedDataSet.parquet"


@pytest.fixture(scope="module")
def provider() -> pd.DataFrame:
    """Return recipients and residents of 15 to 65 per code, straight from the provider's file."""
    table = pd.read_parquet(shared_path(f"cbs/84799NED-2020/{TYPED}"))
    counts = pd.DataFrame({"x": table[RECIPIENTS], "n": table[WORKING_AGE].sum(axis=1, skipna=False)})
    return counts.set_index(table["Codering_3"].str.strip())


@pytest.fixture(scope="module")
def observations(real_data) -> pd.DataFrame:
    return read_observations(real_data / "processed" / "observations.parquet")


@pytest.mark.parametrize("name", focus_areas())
def test_any_focus_area_stands_beside_its_own_city(observations, provider, name):
    focus = focus_areas()[name]
    city = next(
        area.id
        for area in areas().values()
        if area.kind == "municipality" and focus.municipality_code in region_codes(area.id, 2020)
    )
    others = (city, f"{city}-rest", "nplv-other", "nl")
    comparison = compare_area(observations, name, others, indicators_of("werken"), areas(), 2020)
    x, n = provider.loc[list(focus.summed_regions)].sum()
    city_x, city_n = provider.loc[focus.municipality_code]
    levels = comparison.levels.query("indicator_id == @SHARE").set_index("area_id")
    gaps = comparison.gaps.query("indicator_id == @SHARE").set_index("compare_id")
    assert list(levels.index) == [name, *others]
    assert float(levels.loc[name, "value"]) == pytest.approx(100 * x / n, rel=1e-12)
    assert float(gaps.loc[city, "gap"]) == pytest.approx(100 * (x / n - city_x / city_n), rel=1e-9)
    # An area inside its city: the gap to the city is the gap to the rest of it, times the share of the rest; so is its interval.
    inside = [other for other in focus_areas().values() if other.municipality_code == focus.municipality_code]
    if len(inside) == 1:
        share_of_rest = (city_n - n) / city_n
        for column in ("gap", "lower", "upper"):
            expected = share_of_rest * gaps.loc[f"{city}-rest", column]
            assert float(gaps.loc[city, column]) == pytest.approx(expected, rel=1e-9), column
    assert gaps["oriented_gap"].notna().all()
    assert (gaps["lower"] < gaps["gap"]).all()
    assert (gaps["gap"] < gaps["upper"]).all()


def test_every_focus_area_has_every_register_figure_of_2020(observations):
    register = observations[observations["source_id"].eq("kwb") & observations["area_id"].isin(focus_areas())]
    has_value = register.groupby("indicator_id")["value"].apply(lambda values: values.notna().sum())
    assert set(has_value) == {0, 20}  # either all twenty, or a column that the first release of the table leaves empty
    assert has_value[SHARE] == 20
    assert set(register.loc[register["value"].isna(), "status"]) == {"not_published"}


def test_a_wijk_with_secret_figures_is_left_out_of_its_area_and_would_have_hidden_it(provider):
    (code,) = focus_areas()["heerlen-noord"].left_out
    assert pd.isna(provider.loc[code, "x"])
    assert provider.loc[list(focus_areas()["heerlen-noord"].summed_regions)].notna().all(axis=None)
