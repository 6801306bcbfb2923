"""The data health page and what it counts; expected counts are worked out by hand on six rows."""

from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.catalogue.indicators import Measure
from lwo_analysis.indicators.health import DataHealth, count_revisions, freshness
from lwo_analysis.present import data_health as page
from lwo_analysis.present.prose import Prose
from lwo_analysis.run.health import health_lines
from lwo_analysis.schema import COLUMNS
from lwo_analysis.sources.drift import drift_of, read_description
from tests.support import statline_folder as sample

ORIGINS = frozenset({"register"})
OWN = ("lwo", "lwd")
TABLES = ["source_id", "table", "vintage", "retrieved", "read", "renamed", "absent", "unclear", "new", "gone", "which"]


def observations(*cells: tuple[str, str, int | None, float | None, str]) -> pd.DataFrame:
    """Return rows of area, indicator, year, value and status, all of the key figures."""
    frame = pd.DataFrame(cells, columns=["area_id", "indicator_id", "year", "value", "status"])
    known = frame.assign(origin="register", source_id="kwb", vintage="2021-03-26T02:00:00")
    return known.reindex(columns=[column.name for column in COLUMNS]).astype({column.name: column.dtype for column in COLUMNS})


TABLE = observations(
    ("lwo", "gas_use", 2021, 900.0, "final"),
    ("lwd", "gas_use", 2021, 880.0, "final"),
    ("lwo", "gas_use", 2023, 700.0, "final"),
    ("lwd", "gas_use", 2023, None, "not_published"),
    ("lwo", "population", 2023, None, "suppressed"),
    ("lwd", "population", 2023, 9.0, "final"),
)


def health(revised: pd.DataFrame | None = None) -> DataHealth:
    tables = pd.DataFrame(
        [("kwb", "84799NED", "2021-03-26T02:00:00", "2026-11-20", 27, 1, 2, 0, 3, 4, "absent: a, b; other name: c")],
        columns=TABLES,
    )
    return DataHealth(2026, tables, freshness(TABLE, 2026, OWN), revised)


def test_a_year_is_complete_when_no_area_lacks_a_published_figure_and_a_secret_one_counts():
    rows = freshness(TABLE, 2026, OWN).set_index("indicator_id")
    assert rows["complete_year"].to_dict() == {"gas_use": 2021, "population": 2023}
    assert rows["age"].to_dict() == {"gas_use": 5, "population": 3}
    assert rows.loc["gas_use", ["figures", "suppressed", "not_published"]].tolist() == [3, 0, 1]
    assert rows.loc["population", ["figures", "suppressed", "not_published"]].tolist() == [1, 1, 0]


def test_figures_hidden_here_are_told_from_those_that_the_source_hides():
    shown = TABLE.assign(value=TABLE["value"].mask(TABLE["value"].eq(9.0)))
    rows = freshness(TABLE, 2026, OWN, shown).set_index("indicator_id")
    assert rows["hidden"].to_dict() == {"gas_use": 0, "population": 1}


def test_an_indicator_without_a_complete_year_has_no_age():
    rows = freshness(observations(("lwo", "gas_use", 2023, None, "not_published")), 2026, OWN)
    assert rows[["complete_year", "age"]].isna().all(axis=None)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_page_says_how_many_are_old(lang):
    said = {claim.id: claim for claim in page.health_claims(health(), ORIGINS, lang)}
    # Gas is 5 years old, residents 3; old is more than 3.
    assert (said["health-old"].value, said["health-old"].badge) == (1, "description")
    assert "2026" in said["health-old"].text
    assert said["health-revised"].badge == "undetermined"


def test_the_oldest_come_first_and_what_has_no_year_before_them():
    table = page.freshness_table(health(), ORIGINS, "nl")
    assert [row[:3] for row in table.rows] == [
        ("Aardgasverbruik van woningen", "2021", "5"),
        ("Inwoners", "2023", "3"),
    ]


def test_revisions_are_counted_and_never_shown_as_figures():
    found = pd.DataFrame({"source_id": "kwb", "indicator_id": "gas_use", "kind": ["changed", "changed", "filled"]})
    state = health(count_revisions(found))
    assert page.revisions_table(state, ORIGINS, "en").rows[0][1:4] == ("2", "1", "0")
    claims = {claim.id: claim for claim in page.health_claims(state, ORIGINS, "en")}
    assert (claims["health-revised"].badge, claims["health-revised"].value) == ("description", 3)


def test_without_revisions_there_is_a_sentence():
    assert "nog geen eerdere versie" in page.revisions_table(health(), ORIGINS, "nl").paragraphs[0]
    none = pd.DataFrame(columns=["source_id", "indicator_id", "kind"])
    assert "geen cijfer" in page.revisions_table(health(count_revisions(none)), ORIGINS, "nl").paragraphs[0]


def test_the_page_names_the_series_that_do_not_run_on():
    (row,) = page.breaks_table(TABLE, ORIGINS, "en").rows
    assert row[1:3] == ("2021", "2023")
    assert "supply of gas" in row[3]
    only = TABLE[TABLE["year"].eq(2021)]
    assert "None of the series" in page.breaks_table(only, ORIGINS, "en").paragraphs[0]


def test_columns_that_moved_are_named_in_the_language_of_the_page():
    (dutch,) = page.tables_table(health(), ORIGINS, "nl").rows
    assert dutch[:8] == ("84799NED", "2021-03-26", "2026-11-20", "27", "1", "2", "3", "4")
    assert dutch[8] == "ontbreekt: a, b; andere naam: c"


def test_the_operator_reads_the_same_on_one_line_a_source():
    lines = health_lines(health())
    assert lines[0].startswith("figures kwb: vintage 2021-03-26T02:00:00, 2 indicators, latest complete year 2021 to 2023")
    assert lines[1] == "columns 84799NED: absent: a, b; other name: c"


def test_columns_are_found_renamed_absent_or_unclear(tmp_path):
    description = read_description(sample.write_v3_folder(tmp_path / "now"))
    assert description is not None
    asked = [
        Measure("residents", "kwb", "AantalInwoners", "aantal"),
        Measure("owned", "kwb", "EigenWoningen", "%", other_stems=("Koopwoningen",)),
        Measure("cars", "kwb", "Autos", "aantal", optional=True),
        Measure("flats", "kwb", "Appartement", ""),
    ]
    without = [entry for entry in sample.properties() if "Koopwoningen" not in entry["Key"]]
    before = read_description(sample.write_v3_folder(tmp_path / "then", properties=without))
    drift = drift_of(description, asked, before)
    assert (drift.found, drift.renamed, drift.absent, drift.unclear) == (("residents",), ("owned",), ("cars",), ("flats",))
    assert (drift.new, drift.gone) == (("Koopwoningen",), ())


def test_a_folder_without_a_description_has_no_drift(tmp_path):
    assert read_description(tmp_path) is None


@pytest.mark.parametrize(("lang", "done"), [("nl", "verbeterd bij het lezen"), ("en", "put right on reading")])
def test_a_known_error_is_named_on_the_page_of_its_table(lang, done):
    # catalogue/corrections/kwb.yml: the cut name of WK008050 in the table of 2017
    tables = pd.DataFrame({"source_id": ["kwb"], "table": ["83765NED"]})
    known = DataHealth(2026, tables, pd.DataFrame(), None)
    assert page.corrections_table(known, frozenset({"register"}), lang).rows == (("83765NED", "WK008050", done),)
    other = DataHealth(2026, tables.assign(table="84799NED"), pd.DataFrame(), None)
    assert isinstance(page.corrections_table(other, frozenset({"register"}), lang), Prose)
