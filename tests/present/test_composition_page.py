"""The page about who lives in an area: on the demo panel, on the real figures of 2020, and where it must refuse."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lwo_analysis import load_observations
from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.cleaning.observations import FILE_NAME, read_observations
from lwo_analysis.indicators.resident_change import MoverRule
from lwo_analysis.present import composition_claims as claims
from lwo_analysis.present import composition_page as page
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.figures import Figure
from lwo_analysis.present.prose import Prose

TOPIC = "social_assistance_share"


@pytest.fixture(scope="module")
def demo() -> pd.DataFrame:
    return load_observations("demo")


@pytest.fixture(scope="module")
def residents(demo: pd.DataFrame) -> page.Residents:
    return page.study_residents(demo, "lwo", TOPIC, 2021, 2025, MoverRule())


def value_of(demo: pd.DataFrame, area_id: str, year: int) -> float:
    rows = demo[demo["area_id"].eq(area_id) & demo["indicator_id"].eq(TOPIC) & demo["year"].eq(year)]
    return float(100 * rows["numerator"].iloc[0] / rows["denominator"].iloc[0])


def test_the_change_and_what_is_left_are_differences_of_the_table(residents: page.Residents, demo: pd.DataFrame) -> None:
    total = value_of(demo, "lwo", 2025) - value_of(demo, "lwo", 2021)
    city = value_of(demo, "lwd-rest", 2025) - value_of(demo, "lwd-rest", 2021)
    rows = page.part_rows(residents.change, residents.topic, "nl").set_index("part")["value"]
    assert rows["Leeuwarden Oost, de hele verandering"] == pytest.approx(total)
    # Wijken of the demo panel keep their size, so nothing shifts between them: what is left is Oost minus the rest of the city
    assert rows["verschuiving tussen de wijken van het gebied"] == pytest.approx(0.0, abs=1e-9)
    assert rows["wat overblijft"] == pytest.approx(total - city)


def test_a_change_within_the_bounds_of_moving_says_nothing_about_residents(residents: page.Residents) -> None:
    said = {claim.id: claim for claim in claims.composition_claims(residents, "nl")}
    movers = said["movers-social-assistance-share"]
    assert movers.lower < movers.value < movers.upper
    assert movers.badge is Badge.UNDETERMINED
    assert said["change-social-assistance-share"].badge is Badge.SIGNAL


def test_beyond_the_bounds_it_is_a_signal_with_what_moving_leaves_open(demo: pd.DataFrame) -> None:
    nobody = page.study_residents(demo, "lwo", TOPIC, 2021, 2025, MoverRule(yearly_in=0.0, yearly_out=0.0))
    movers = next(claim for claim in claims.composition_claims(nobody, "en") if claim.id.startswith("movers"))
    assert movers.badge is Badge.SIGNAL
    assert "falls further than moving alone can show" in movers.text


def test_the_table_of_then_and_now_has_an_interval_around_each_change(residents: page.Residents) -> None:
    for row in page.then_and_now_table(residents, "en").rows:
        change, lower, upper = (float(cell.replace("−", "-").split()[0]) for cell in row[3:6])
        assert lower <= change <= upper


def test_the_utmost_bound_is_in_the_table_of_the_figure(residents: page.Residents) -> None:
    figure = page.parts_figure(residents, "en")
    assert isinstance(figure, Figure)
    assert "moving alone, the utmost" in [row[0] for row in figure.data.rows]


def test_an_area_without_figures_is_refused(demo: pd.DataFrame) -> None:
    with pytest.raises(CannotAnswerError, match="Rotterdam-Zuid"):
        page.study_residents(demo, "rotterdam-zuid", TOPIC, 2021, 0, MoverRule())


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_one_real_year_gives_the_profile_and_no_change(real_data: Path, lang: str) -> None:
    real = read_observations(real_data / "processed" / FILE_NAME)
    found = page.study_residents(real, "lwo", TOPIC, 2021, 0, MoverRule())
    said = list(claims.composition_claims(found, lang))
    # CBS, Kerncijfers wijken en buurten 2020: 10,575 of 20,245 households are one person
    assert said[0].value == pytest.approx(100 * 10_575 / 20_245)
    assert said[-1].badge is Badge.UNDETERMINED
    assert isinstance(page.parts_figure(found, lang), Prose)
    assert isinstance(page.then_and_now_table(found, lang), Prose)
    assert found.origins == {"register"}


def test_a_topic_without_known_chance_is_not_called_chance(demo: pd.DataFrame) -> None:
    found = page.study_residents(demo, "lwo", "cars_per_household", 2021, 2025, MoverRule())
    last = list(claims.composition_claims(found, "en"))[-1]
    assert last.badge is Badge.UNDETERMINED
    assert "not known how large chance is" in last.text
