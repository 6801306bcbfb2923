"""Housing, income and education: empty in the first release of 2020, and right once CBS fills them."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from lwo_analysis.catalogue.areas import areas, region_codes
from lwo_analysis.cleaning.observations import read_observations
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.build import build_observations
from lwo_analysis.sources.importing import import_files
from tests.support.shared_data import shared_path

TYPED = "cbs.v3.84799NED_TypedDataSet.parquet"
# Key of the first release, where the column is empty, and title in the later release of the municipalities.
COLUMNS = {
    "Woningvoorraad_34": "Aantal woningen",
    "InBezitWoningcorporatie_42": "Woningen in bezit woningcorporatie (%)",
    "OpleidingsniveauLaag_64": "Aantal personen met laag opleidingsniveau",
    "OpleidingsniveauMiddelbaar_65": "Aantal personen met middelbaar opleidingsniveau",
    "OpleidingsniveauHoog_66": "Aantal personen met hoog opleidingsniveau",
    "GemiddeldInkomenPerInwoner_72": "Gemiddeld inkomen per inwoner (x1000 euro)",
    "HuishoudensMetEenLaagInkomen_78": "Huishoudens met een laag inkomen(%)",
}


@pytest.fixture(scope="module")
def later() -> pd.DataFrame:
    """Return the later release, one row per municipality."""
    return pd.read_csv(shared_path("cbs/gemeenten-2020.csv")).set_index("GM_CODE")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory, later: pd.DataFrame) -> pd.Series:
    """Return the figures of the 2020 table once its municipalities have the later release; the wijken stay empty."""
    folder = tmp_path_factory.mktemp("later")
    table = folder / "84799NED"
    table.mkdir()
    for path in shared_path("cbs/84799NED-2020").glob("cbs.v3.*"):  # without the extract of Leeuwarden, which would differ
        shutil.copyfile(path, table / path.name)
    rows = pd.read_parquet(table / TYPED)
    filled = {key: rows["WijkenEnBuurten"].str.strip().map(later[title]) for key, title in COLUMNS.items()}
    rows.assign(**filled).to_parquet(table / TYPED)
    shutil.copytree(REPOSITORY / "data" / "raw" / "published", folder / "raw" / "published")
    import_files(table, module="statline", raw=folder / "raw", retrieved="2026-11-20")
    build_observations(folder / "raw", folder / "processed")
    built = read_observations(folder / "processed" / "observations.parquet")
    return built[built["source_id"].eq("kwb")].set_index(["area_id", "indicator_id"])


def members(later: pd.DataFrame) -> pd.DataFrame:
    return later.loc[[region_codes(name, 2020)[0] for name in areas()["g40"].parts]]


def test_amounts_in_thousands_come_out_in_euros(figures, later):
    # CBS prints 24.5 (x 1 000 euro) for Leeuwarden and 32.2 for Amsterdam.
    assert later.loc["GM0080", "Gemiddeld inkomen per inwoner (x1000 euro)"] == 24.5
    assert figures.loc[("lwd", "income_per_resident"), "value"] == 24_500
    assert figures.loc[("amsterdam", "income_per_resident"), "value"] == 32_200


@pytest.mark.parametrize(
    ("indicator", "title", "weight", "factor"),
    [
        ("income_per_resident", "Gemiddeld inkomen per inwoner (x1000 euro)", "Aantal inwoners", 1000),
        ("social_rent_share", "Woningen in bezit woningcorporatie (%)", "Aantal woningen", 1),
        ("low_income_household_share", "Huishoudens met een laag inkomen(%)", "Aantal huishoudens", 1),
    ],
)
def test_delivered_means_are_weighted_by_what_they_are_means_of(figures, later, indicator, title, weight, factor):
    cities = members(later)
    expected = factor * (cities[title] * cities[weight]).sum() / cities[weight].sum()
    assert float(figures.loc[("g40", indicator), "value"]) == pytest.approx(expected, rel=1e-12)
    assert abs(expected - factor * cities[title].mean()) > 1e-3 * expected
    assert float(figures.loc[("g40-mean", indicator), "value"]) == pytest.approx(factor * cities[title].mean(), rel=1e-12)


def test_education_is_a_sum_over_a_sum(figures, later):
    # Leeuwarden: 24,080 low, 42,560 middle and 29,270 high.
    expected = 100 * 24_080 / (24_080 + 42_560 + 29_270)
    assert float(figures.loc[("lwd", "low_education_share"), "value"]) == pytest.approx(expected, rel=1e-12)
    assert figures.loc[("lwd", "dwellings"), "value"] == 62_599
    assert figures.loc[("g40", "dwellings"), "value"] == members(later)["Aantal woningen"].sum()


def test_what_the_wijken_do_not_have_yet_is_missing_and_not_zero(figures):
    for indicator in ("income_per_resident", "social_rent_share", "dwellings", "low_education_share"):
        for area in ("lwo", "oud-oost", "lwd-rest", "rotterdam-zuid"):
            assert pd.isna(figures.loc[(area, indicator), "value"])
            assert figures.loc[(area, indicator), "status"] == "suppressed"
    assert set(figures.xs("property_value", level="indicator_id")["status"]) == {"not_published"}
