"""Every notebook over areas, topics, languages and panels: a page, or a page that says why not, never a traceback.

A sample runs each time. `LWO_SWEEP=all` runs every area of the catalogue, which takes about an hour.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from lwo_analysis.catalogue.areas import areas
from lwo_analysis.cleaning.observations import FILE_NAME, read_observations, write_observations
from lwo_analysis.publish import RenderedPage
from tests.support.notebooks import default_parameters, notebook_names, page_of

SUPPRESSED_AREA = "camminghaburen"
SUPPRESSED = ("social_assistance_share", "unemployment_benefit_share", "single_person_household_share")
SAMPLE = ("lwo", "heechterp-schieringen", SUPPRESSED_AREA, "lwd", "heerlen-noord", "g40-mean")
ONE_YEAR = "social_assistance_share"
"""In the real figures of these tests this indicator has one year."""
PANELS = ("demo", "real")


def swept_areas() -> tuple[str, ...]:
    return tuple(areas()) if os.environ.get("LWO_SWEEP") == "all" else SAMPLE


def runs() -> Iterator[tuple[str, dict[str, str]]]:
    languages = cycle(("nl", "en"))
    for name in notebook_names():
        defaults = default_parameters(name)
        for panel in PANELS if "panel" in defaults else ("",):
            for area in swept_areas() if "area" in defaults else ("",):
                given = {"panel": panel, "area": area, "indicator": ONE_YEAR if panel == "real" else "", "lang": next(languages)}
                yield name, {key: value for key, value in given.items() if value and key in defaults}


RUNS = list(runs())


@pytest.fixture(scope="module")
def spoiled_data(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the real figures with some of an area suppressed by their provider."""
    folder = tmp_path_factory.mktemp("spoiled")
    shutil.copytree(real_data / "raw", folder / "raw")
    observations = read_observations(real_data / "processed" / FILE_NAME)
    hidden = observations["area_id"].eq(SUPPRESSED_AREA) & observations["indicator_id"].isin(SUPPRESSED)
    emptied = observations.assign(status=observations["status"].mask(hidden, "suppressed"))
    emptied.loc[hidden, ["value", "lower", "upper", "numerator", "denominator"]] = pd.NA
    assert hidden.sum() == len(SUPPRESSED)
    write_observations(emptied, folder / "processed")
    return folder


@pytest.mark.parametrize(("name", "given"), RUNS, ids=["-".join([name, *given.values()]) for name, given in RUNS])
def test_a_page_or_an_honest_reason(
    name: str, given: dict[str, str], spoiled_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWO_DATA", str(spoiled_data))
    page = page_of(name, **given)
    assert page.lang == given["lang"]
    assert any(claim["headline"] for claim in page.claims)
    assert page.is_demo is (given.get("panel") == "demo")
    assert_no_empty_figure(page)


def assert_no_empty_figure(page: RenderedPage) -> None:
    soup = BeautifulSoup(page.html, "html.parser")
    for figure in soup.select("figure.lwo-figure"):
        table = figure.find_next("table")
        cells = [cell.get_text(strip=True) for cell in table.select("tbody td")]
        assert any(any(sign.isdigit() for sign in cell) for cell in cells), figure.figcaption.get_text()


def test_a_suppressed_figure_stays_hidden(spoiled_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWO_DATA", str(spoiled_data))
    page = page_of("02-comparison", area=SUPPRESSED_AREA, panel="real")
    shown = {claim["indicator"] for claim in page.claims if claim["area"] == SUPPRESSED_AREA and claim["value"] is not None}
    assert shown
    assert not shown & set(SUPPRESSED)
