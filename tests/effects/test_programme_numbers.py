"""A finished programme and the most that one can do: borders, moved years and gaps, all worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lwo_analysis.catalogue.cannot import CannotAnswerError
from lwo_analysis.catalogue.indicators import indicator
from lwo_analysis.effects import aftermath
from lwo_analysis.effects.aftermath import aftermath_panel, measure_aftermath
from lwo_analysis.effects.effect_ceiling import _reached, _starting_gap, largest_effect
from lwo_analysis.effects.sensitivity.check import SensitivityCheck

AREA, SHARE = "heechterp-schieringen", indicator("social_assistance_share")


def observations(years: range, sizes: list[float], own: float = 15.0) -> pd.DataFrame:
    """Return the area (2,500 people) and one wijk per size around 10, each with a wiggle of its own."""
    rows = [
        (name, SHARE.id, year, level + 0.1 * ((place * 7 + (year - 2000) * 3) % 5), size, "kwb", "v", "register")
        for place, (name, level, size) in enumerate(
            [(AREA, own, 2500.0), *((f"demo-{number:03d}", 10.0, size) for number, size in enumerate(sizes))]
        )
        for year in years
    ]
    return pd.DataFrame(rows, columns=["area_id", "indicator_id", "year", "value", "n", "source_id", "vintage", "origin"])


def test_wijken_from_half_to_twice_the_size_are_alike():
    # 2,500 people: from 1,250 to 5,000, both included.
    found = observations(range(2005, 2016), [1249.0, 1250.0, 5000.0, 5001.0, *[2500.0] * 18])
    panel = aftermath_panel(found, AREA, SHARE, base_year=0, start_year=2008)
    assert sorted(set(panel["area_id"]) - {AREA})[:2] == ["demo-001", "demo-002"]
    assert panel["area_id"].nunique() == 1 + 20
    assert panel["start_year"].dropna().unique().tolist() == [2008]
    assert panel.loc[panel["start_year"].notna(), "area_id"].unique().tolist() == [AREA]
    assert panel.index.tolist() == list(range(21 * 11))


def test_a_wijk_that_misses_a_year_and_years_before_the_base_are_left_out():
    found = observations(range(2004, 2016), [2500.0] * 21)
    found["value"] = found["value"].mask(found["area_id"].eq("demo-000") & found["year"].eq(2009))
    panel = aftermath_panel(found, AREA, SHARE, base_year=2006, start_year=2008)
    assert "demo-000" not in set(panel["area_id"])
    assert (panel["year"].min(), panel["year"].max()) == (2006, 2015)


# Two years before, three of 2008 to 2012 and three after are enough.
ENOUGH = [2006, 2007, 2008, 2010, 2012, 2013, 2014, 2021]


@pytest.mark.parametrize(("without", "told"), [(2006, "1 before"), (2012, "2 during"), (2013, "2 after")])
def test_one_year_fewer_is_too_few(without, told):
    aftermath._check_years(ENOUGH, 2008)
    with pytest.raises(CannotAnswerError, match=told):
        aftermath._check_years([year for year in ENOUGH if year != without], 2008)


@pytest.mark.parametrize(
    ("name", "kept", "years", "start"),
    [
        ("during", [2006, 2007, 2008, 2012], [2006, 2007, 2008, 2012], 2008),
        # The five years 2008-2012 are taken out: 2013 follows 2007.
        ("after", [2006, 2007, 2013, 2014], [2006, 2007, 2008, 2009], 2008),
        ("relapse", [2008, 2012, 2013, 2014], [2008, 2012, 2013, 2014], 2013),
    ],
)
def test_each_comparison_has_its_own_years_and_start(name, kept, years, start):
    panel = pd.DataFrame({"year": [2006, 2007, 2008, 2012, 2013, 2014], "start_year": [2008.0] * 6})
    panel["value"] = panel["year"]
    found = aftermath._phase(panel, 2008, name)
    assert found["value"].tolist() == kept
    assert found["year"].tolist() == years
    assert set(found["start_year"]) == {float(start)}
    assert aftermath._phase(panel.assign(start_year=np.nan), 2008, name)["start_year"].isna().all()


def test_what_was_planted_is_told_against_the_years_it_is_compared_with(monkeypatch):
    # 0, 0 before; 2, 4 during; 1, 5 and 6 after, as shares of one; the indicator is in percent.
    planted = {2006: 0.0, 2007: 0.02, 2008: 0.02, 2012: 0.04, 2013: 0.01, 2014: 0.05, 2015: 0.06}
    monkeypatch.setattr(aftermath, "true_effect", lambda _indicator, _area, year: planted[year])
    found = aftermath._truth(pd.DataFrame({"area_id": AREA, "year": list(planted)}), SHARE, 2008)
    assert found == pytest.approx({"during": 3 - 1, "after": 4 - 1, "relapse": 4 - 3})


def test_the_gap_at_the_start_and_the_course_by_year():
    panel = aftermath_panel(observations(range(2005, 2016), [2500.0] * 20), AREA, SHARE, base_year=0, start_year=2008)
    before = panel.copy()
    found = measure_aftermath(panel, SHARE)
    pd.testing.assert_frame_equal(panel, before)
    own = panel[panel["area_id"].eq(AREA)].set_index("year")["value"]
    others = panel[panel["area_id"].ne(AREA)].groupby("year")["value"].mean()
    assert found.start_gap == pytest.approx((own - others)[[2005, 2006, 2007]].mean())
    assert (found.n_others, found.start_year, found.truth) == (20, 2008, None)
    course = found.by_year.set_index("year")
    gap = own - others
    assert course["coefficient"].tolist() == pytest.approx((gap - gap[2007]).tolist())
    assert course["own"].tolist() == own.tolist()
    assert course["others"].tolist() == pytest.approx(others.tolist())
    assert course.loc[2007, "coefficient"] == 0.0


@pytest.mark.parametrize(("passed", "grade"), [(True, 3), (None, 3), (False, 2)])
def test_an_area_that_drifted_before_has_a_grade_less(passed, grade):
    check = SensitivityCheck("", "", passed, pd.DataFrame(), ("", ""))
    given: Any = dict.fromkeys(["area_id", "indicator_id", "panel", "start_year", "phases", "by_year", "start_gap", "truth"])
    assert aftermath.Aftermath(**given, pre_trend=check).grade == grade
    assert aftermath.Aftermath(**given, pre_trend=None).grade == 3


def entry(count: int | None = 30, repeats: str = "once", pillar: str = "work", topic: str = SHARE.id) -> Any:
    return SimpleNamespace(dose=SimpleNamespace(indicator=topic, count=count, repeats=repeats), pillar=pillar)


def test_a_measure_reaches_its_people_once_or_every_year():
    assert _reached(entry(), SHARE, 4) == 30
    assert _reached(entry(repeats="yearly"), SHARE, 4) == 120
    nobody = [entry(count=None), entry(pillar="geschiedenis"), entry(topic="other"), SimpleNamespace(dose=None, pillar="work")]
    assert [_reached(one, SHARE, 4) for one in nobody] == [0, 0, 0, 0]


def gap_panel(origin: str) -> pd.DataFrame:
    """Return two treated wijken of 100 and 300 people, 20 % and 12 % before 2022, and a last year after."""
    rows = [("a", 2020, 20.0, 100.0), ("a", 2021, 20.0, 100.0), ("b", 2020, 12.0, 300.0), ("b", 2021, 12.0, 300.0)]
    rows += [("a", 2022, 1.0, 100.0), ("b", 2023, 1.0, 300.0)]
    panel = pd.DataFrame(rows, columns=["area_id", "year", "value", "n"])
    return panel.assign(start_year=2022.0, origin=origin)


@pytest.mark.parametrize(("city", "gap"), [(9.0, 5.0), (20.0, 6.0), (14.0, None)])
def test_on_the_demo_panel_the_most_is_the_gap_with_the_rest_of_the_city(city, gap):
    # (20 x 100 + 12 x 300) / 400 = 14 %, beside the city in the same years.
    rows = [("lwd-rest", SHARE.id, 2020, city - 1), ("lwd-rest", SHARE.id, 2021, city + 1), ("lwd-rest", SHARE.id, 2022, 90.0)]
    rows += [("lwd-rest", "other", 2020, 90.0), ("lwd", SHARE.id, 2020, 90.0)]
    table = pd.DataFrame(rows, columns=["area_id", "indicator_id", "year", "value"])
    assert largest_effect(gap_panel("demo"), table, SHARE) == (None if gap is None else pytest.approx(gap))
    assert _starting_gap(gap_panel("demo")[lambda panel: panel["year"] < 2022], table, SHARE) == gap


def test_on_real_figures_the_most_is_what_the_register_reaches_up_to_everybody_concerned(monkeypatch):
    # 2022 and 2023 are two years. Before: 20 % of 100 and 12 % of 300 = 56 people of 400, so at most 14 points.
    def most(*entries: Any) -> float | None:
        monkeypatch.setattr("lwo_analysis.effects.effect_ceiling.interventions", lambda: dict(enumerate(entries)))
        return largest_effect(gap_panel("register"), pd.DataFrame(), SHARE)

    assert most(entry(count=8), entry(count=4, repeats="yearly")) == pytest.approx(100 * (8 + 2 * 4) / 400)
    assert most(entry(count=70)) == pytest.approx(14.0)
    assert most(entry(count=None)) is None
