"""The fifty indicators: complete, in two languages, with a source and a label, and nothing marked as read that is not."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from lwo_analysis.catalogue.breaks import breaks, breaks_between
from lwo_analysis.catalogue.goals import goals
from lwo_analysis.catalogue.indicators import Indicator, indicators, measures
from lwo_analysis.catalogue.interventions import check_indicators_exist
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.errors import CatalogueError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.check import check_catalogue

# The list of fifty: nine for learning, thirteen for work, thirteen for living, eight for health, six for safety, one for context.
LIST_OF_FIFTY = {
    f"{letters}-{number:02d}"
    for letters, count in {"LE": 9, "WE": 13, "WO": 13, "GE": 8, "VE": 6, "CX": 1}.items()
    for number in range(1, count + 1)
}
# The front page set of the domain study; LE-03 and LE-05 stand there as one.
FRONT_PAGE = {
    *("LE-01", "LE-02", "LE-05", "WE-01", "WE-02", "WE-05", "WE-07", "WE-08", "WE-09", "WE-10"),
    *("WO-01", "WO-04", "WO-05", "GE-01", "GE-05", "VE-01", "VE-02"),
}
PLAN = "programme-plan-2022"

every = pytest.mark.parametrize("entry", indicators().values(), ids=lambda entry: entry.id)


def test_the_list_of_fifty_is_whole():
    assert len(LIST_OF_FIFTY) == 50
    assert {entry.number for entry in indicators().values()} - {""} == LIST_OF_FIFTY


def test_the_front_page_set_has_its_seventeen_indicators_and_says_what_it_is_not():
    assert sorted(entry.number for entry in indicators().values() if entry.core) == sorted(FRONT_PAGE)
    assert phrase("indicator.core", "nl") == "kernset, vergelijkbaar met NPLV, niet officieel"
    assert "not official" in phrase("indicator.core", "en")


@every
def test_every_indicator_explains_itself_in_both_languages(entry: Indicator):
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", entry.id)
    assert not re.search(r"\b[a-z]{2}_\d\d\b", entry.id)
    for texts in ((entry.name("nl"), entry.name("en")), (entry.definition("nl"), entry.definition("en"))):
        assert all(texts)
        assert texts[0] != texts[1]
    assert entry.definition("nl").endswith(".")
    assert entry.definition("en").endswith(".")


@every
def test_every_indicator_says_where_its_figures_come_from(entry: Indicator):
    assert entry.source_keys
    read = set(entry.source_keys) & set(sources())
    leading = {*entry.numerator, entry.mean}
    assert read - {PLAN} == {measure.table for measure in measures().values() if measure.name in leading}


@every
def test_a_modelled_health_share_has_no_level_at_which_a_change_can_be_read(entry: Indicator):
    assert (entry.level == "none") or "rivm-health" not in entry.source_keys


def test_every_figure_of_the_programme_plan_is_of_an_indicator_that_names_the_plan():
    printed = set(pd.read_csv(REPOSITORY / "data" / "raw" / "published" / "programme-plan-2022.csv")["indicator_id"])
    assert {entry.id for entry in indicators().values() if PLAN in entry.source_keys} == printed


def test_a_derived_goal_is_that_of_a_figure_with_a_direction_in_the_plan():
    for entry in indicators().values():
        if entry.goal == "derived":
            assert PLAN in entry.source_keys or entry.number == "GE-04", entry.id
            assert entry.direction in ("higher", "lower"), entry.id


def test_registers_and_goals_use_only_indicators_that_exist():
    check_indicators_exist(indicators())
    assert {goal.indicator_id for goal in goals().values()} - {None} <= set(indicators())
    with pytest.raises(CatalogueError, match="gas_use"):
        check_indicators_exist(set(indicators()) - {"gas_use"})


def test_the_check_of_the_catalogue_counts_what_it_loaded():
    line = check_catalogue()
    for part in ("20 focus areas", f"{len(indicators())} indicators", "26 goals", "39 interventions", "16 studies", "2 budgets"):
        assert part in line


def test_a_series_is_not_one_series_across_its_break():
    assert [found.year for found in breaks_between("low_income_household_share", 2013, 2025)] == [2024]
    assert breaks_between("low_income_household_share", 2013, 2023) == ()
    assert all(2013 <= found.year <= 2026 for found in breaks())
