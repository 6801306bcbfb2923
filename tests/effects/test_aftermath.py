"""A finished programme in one area: what was planted comes back, and what cannot be answered is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.effects.aftermath import LAST, aftermath_panel, measure_aftermath
from lwo_analysis.present.aftermath import aftermath_claims

AREA, SHARE = "heechterp-schieringen", indicator("social_assistance_share")
PLANTED = {"during": -4.0, "after": -1.0, "relapse": 3.0}
"""By hand: 4 points less from 2008 to 2012 and 1 point less after, so that 3 of the 4 came back."""


def observations(*, planted: bool = True, first: int = 2003, others: int = 40) -> pd.DataFrame:
    """Return an area five points above others that all swing a little; n is equal, so that all others are of its size."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(others + 1):
        for year in range(first, 2024):
            effect = (-4.0 if year <= 2012 else -1.0) if planted and number == 0 and year >= 2008 else 0.0
            value = 10.0 + 5.0 * (number == 0) + rng.normal(0, 0.2) + effect
            rows.append((f"demo-{number:03d}" if number else AREA, SHARE.id, year, value, 2500.0, "kwb", "v", "register"))
    names = ["area_id", "indicator_id", "year", "value", "n", "source_id", "vintage", "origin"]
    return pd.DataFrame(rows, columns=names)


def measured(**choices: object):
    return measure_aftermath(aftermath_panel(observations(**choices), AREA, SHARE, base_year=0, start_year=2008), SHARE)


def test_what_was_planted_comes_back_with_its_relapse():
    found = measured()
    for name, size in PLANTED.items():
        result = found.phases[name]
        # A mean over 3 or more years of noise with standard deviation 0.2 is off by less than 0.3 with near certainty.
        assert result.estimate == pytest.approx(size, abs=0.3), name
        assert result.interval[0] < size < result.interval[1], name
        assert result.p_value < 0.05, name
    assert [str(claim.badge) for claim in aftermath_claims(found, SHARE, "nl")] == ["description", "effect", "effect", "effect"]
    assert found.truth is None


def test_without_a_programme_nothing_is_claimed():
    found = measured(planted=False)
    assert [str(claim.badge) for claim in aftermath_claims(found, SHARE, "en")][1:] == ["undetermined"] * 3
    assert max(abs(result.estimate) for result in found.phases.values()) < 0.3


def test_years_of_the_present_programme_are_not_used():
    panel = aftermath_panel(observations(), AREA, SHARE, base_year=0, start_year=2008)
    assert panel["year"].max() == LAST == 2021


@pytest.mark.parametrize(
    ("choices", "words"), [({"first": 2020}, "0 before the programme"), ({"others": 19}, "19, and 20 are needed")]
)
def test_too_few_years_or_areas_is_said(choices, words):
    with pytest.raises(CannotAnswerError, match=words):
        aftermath_panel(observations(**choices), AREA, SHARE, base_year=0, start_year=2008)


def test_a_topic_without_figures_is_said():
    with pytest.raises(CannotAnswerError, match="no figures about"):
        aftermath_panel(observations(), AREA, indicator("disability_benefit_share"), base_year=0, start_year=2008)


@pytest.mark.parametrize("name", ["bilgaard", "lwo", "lwd"])
def test_an_area_outside_the_programme_of_2007_gets_no_verdict(name):
    with pytest.raises(CannotAnswerError, match="In Leeuwarden that was Heechterp-Schieringen only"):
        aftermath_panel(observations(), name, SHARE, base_year=0, start_year=2008)
