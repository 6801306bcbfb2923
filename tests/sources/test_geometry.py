"""Outlines of wijken: what is read, what is refused; real files where they are there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lwo_analysis.errors import InputError, RecycledCodeError
from lwo_analysis.provenance import read_card
from lwo_analysis.run.build import raw_tables
from lwo_analysis.sources.geometry import imported_outlines, read_geometry
from lwo_analysis.sources.importing import import_files
from tests.support.shared_data import shared_path

SQUARE = [[5.8, 53.2], [5.8, 53.21], [5.82, 53.21], [5.82, 53.2], [5.8, 53.2]]
POINT = [[5.8, 53.2], [5.8, 53.2]]


def feature(code="WK008020", name="Oud-Oost", *, kind="Polygon", coordinates=(SQUARE,), **properties):
    geometry = {"type": kind, "coordinates": list(coordinates)}
    return {"type": "Feature", "properties": {"statcode": code, "statnaam": name, **properties}, "geometry": geometry}


def written(folder: Path, *features, name="wijk_2020.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def test_a_region_has_its_code_its_name_and_its_rings(tmp_path):
    outlines = read_geometry(written(tmp_path, feature(), feature("WK008050", "", kind="MultiPolygon", coordinates=[[SQUARE]])))
    assert (outlines.boundary_year, sorted(outlines.regions), outlines.collapsed) == (2020, ["WK008020", "WK008050"], 0)
    assert outlines.regions["WK008020"].polygons[0][0].tolist() == SQUARE
    assert sorted(outlines.of_municipality("GM0080")) == ["WK008020", "WK008050"]
    assert outlines.of_municipality("GM0363") == {}


@pytest.mark.parametrize("stated", [{"jrstatcode": "2018WK008020"}, {"jaar": 2018}])
def test_the_file_itself_says_the_year_before_its_name_does(tmp_path, stated):
    assert read_geometry(written(tmp_path, feature(**stated))).boundary_year == 2018


def test_a_ring_that_simplification_made_a_point_is_left_out_and_counted(tmp_path):
    outlines = read_geometry(
        written(tmp_path, feature(coordinates=[SQUARE, POINT]), feature("WK008050", "", coordinates=[POINT]))
    )
    assert [len(outlines.regions[code].polygons) for code in ("WK008020", "WK008050")] == [1, 0]
    assert len(outlines.regions["WK008020"].polygons[0]) == 1
    assert outlines.collapsed == 2


REFUSED = {
    "a buurt": ([feature("BU00802001")], "codes of wijken"),
    "a code twice": ([feature(), feature()], "WK008020 twice"),
    "a line": ([feature(kind="LineString")], "a Polygon or MultiPolygon"),
    "no feature": ([], "at least one feature"),
    "metres": ([feature(coordinates=[[[182000, 579000], [182000, 580000], [183000, 580000], [182000, 579000]]])], "EPSG:4326"),
    "an open ring": ([feature(coordinates=[SQUARE[:-1]])], "closed rings"),
    "two years": ([feature(jaar=2018), feature("WK008050", "", jaar=2019)], "2018, 2019"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_drawn_is_refused_in_one_line(tmp_path, what):
    features, told = REFUSED[what]
    with pytest.raises(InputError, match=told) as refused:
        read_geometry(written(tmp_path, *features))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["wijken.geojson", "wijk_2014_2020.geojson"])
def test_a_file_of_no_year_or_of_two_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="boundaries of one year"):
        read_geometry(written(tmp_path, feature(), name=name))


def test_what_is_no_geojson_is_refused(tmp_path):
    path = tmp_path / "wijk_2020.geojson"
    path.write_text("[1, 2")
    with pytest.raises(InputError, match="GeoJSON"):
        read_geometry(path)


def test_outlines_of_2014_under_the_name_of_2019_are_recycled_codes(tmp_path):
    path = written(tmp_path, feature(name="Wijk 20 Transvaalwijk & Rengerspark"), name="wijk_2019.geojson")
    with pytest.raises(RecycledCodeError, match="expected Oud-Oost"):
        read_geometry(path)


def test_an_import_gets_a_card_and_is_no_table_of_figures(tmp_path):
    raw = tmp_path / "raw"
    path = written(tmp_path, feature())
    (card,) = import_files(path, module="geometry", raw=raw, retrieved="2026-11-20")
    assert (card.table, card.vintage, card.licence) == ("wijk-outlines-2020", "2020-01-01", "CC BY 4.0")
    assert read_card(raw / card.table) == card
    assert raw_tables(raw) == []
    (outlines,) = imported_outlines(raw)
    assert (outlines.boundary_year, outlines.card) == (2020, card)


def test_nothing_imported_is_no_outlines(tmp_path):
    assert imported_outlines(tmp_path / "raw") == ()


def test_the_real_files_are_read():
    # Counted in the files themselves: 22 wijken of Leeuwarden in 2020; 2,738 of the country in 2014, of which 37 of Leeuwarden.
    assert len(read_geometry(shared_path("geo/cartomap_wijk_2020_leeuwarden.geojson")).regions) == 22
    country = read_geometry(shared_path("geo/wijk_2014_nl.geojson"))
    assert (country.boundary_year, len(country.regions), len(country.of_municipality("GM0080"))) == (2014, 2738, 37)
    with pytest.raises(InputError, match="BU0080"):
        read_geometry(shared_path("geo/buurt_2014_leeuwarden.geojson"))
