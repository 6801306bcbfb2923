"""The typed figures of the programme plan against the table in the plan, typed a second time here."""

from __future__ import annotations

import shutil

import pytest

from lwo_analysis.cleaning.published import load_published
from lwo_analysis.errors import InputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import SourceCard, read_card, sha256_of, write_card

PLAN = REPOSITORY / "data" / "raw" / "published"
# Programme plan Leeuwarden Oost, December 2022, "Probleemanalyse": Oost, Leeuwarden, G40.
TABLE = {
    "property_value": (119000, 143000, 205000),
    "social_rent_share": (41, 28.2, 32),
    "safety_performance_index": (6.48, 7.7, None),
    "registered_crimes": (51, 47, 44),
    "nuisance_reports": (17, 12, None),
    "social_assistance_share": (11.7, 7.6, 4.6),
    "income": (19795, 23000, 25300),
    "hardly_making_ends_meet": (19.5, 13, None),
    "clean_whole_safe_mark": (7.4, 8.7, None),
    "neighbourhood_attachment": (30, 39, None),
    "early_school_leavers": (3.1, 2.8, 2.5),
    "children_in_poverty": (30.1, 16.9, None),
    "havo_or_higher": (28.0, 39.5, 43),
    "educational_disadvantage_risk": (24, 13, None),
    "good_health": (68, 74, 72),
    "participation_tracks": (13.2, 8, None),
    "social_index": (5.52, 6.6, None),
}


def test_every_figure_of_the_table_is_there_and_no_other():
    figures = load_published().set_index(["indicator_id", "area_id"])["value"]
    expected = {
        (indicator, area): value
        for indicator, row in TABLE.items()
        for area, value in zip(("lwo", "lwd", "g40"), row, strict=True)
        if value is not None
    }
    assert figures.astype(float).to_dict() == expected


def test_the_figures_have_no_year_because_the_plan_names_none():
    assert load_published()["year"].isna().all()


def copy_of_plan(tmp_path):
    return shutil.copytree(PLAN, tmp_path / "published")


def rewritten(folder, old: str, new: str) -> None:
    """Change the figures and renew the card, so that only the content is wrong."""
    path = folder / "programme-plan-2022.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    card = SourceCard("programme-plan-2022", "t", "t", "p", "l", "2022-12", "2026-11-20", {path.name: sha256_of(path)})
    write_card(folder, card)


def test_a_changed_file_no_longer_matches_its_card(tmp_path):
    folder = copy_of_plan(tmp_path)
    path = folder / "programme-plan-2022.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("11,7", "17,1"), encoding="utf-8")
    with pytest.raises(InputError, match=r"programme-plan-2022\.csv: expected sha256 .* as on its source card"):
        load_published(folder)


def test_a_decimal_point_where_the_document_prints_a_comma_is_refused(tmp_path):
    folder = copy_of_plan(tmp_path)
    rewritten(folder, '"6,48"', "6.48")
    with pytest.raises(InputError, match=r"safety_performance_index, lwo: expected a number in Dutch notation.*'6\.48'"):
        load_published(folder)


def test_a_renamed_column_is_refused(tmp_path):
    folder = copy_of_plan(tmp_path)
    rewritten(folder, "indicator_id,line,label,lwo", "indicator_id,line,label,oost")
    with pytest.raises(InputError, match="expected the columns"):
        load_published(folder)


def test_an_unknown_indicator_is_refused(tmp_path):
    folder = copy_of_plan(tmp_path)
    rewritten(folder, "social_index,197", "happiness_index,197")
    with pytest.raises(InputError, match=r"unknown \['happiness_index'\]"):
        load_published(folder)


def test_an_indicator_twice_is_refused(tmp_path):
    folder = copy_of_plan(tmp_path)
    rewritten(folder, "social_index,197", "good_health,197")
    with pytest.raises(InputError, match=r"twice \['good_health'\]"):
        load_published(folder)


def test_a_folder_without_a_card_is_refused(tmp_path):
    folder = copy_of_plan(tmp_path)
    (folder / "card.yml").unlink()
    with pytest.raises(InputError, match=r"card\.yml: expected a source card"):
        load_published(folder)


def test_a_file_that_is_not_on_the_card_is_refused(tmp_path):
    folder = copy_of_plan(tmp_path)
    (folder / "extra.csv").write_text("x")
    with pytest.raises(InputError, match=r"found extra\.csv, programme-plan-2022\.csv"):
        read_card(folder)
