"""Neighbours by shared border; lengths and surfaces worked out by hand on a grid of squares, and the real ring around Oost."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lwo_analysis.catalogue.areas import region_codes
from lwo_analysis.indicators.adjacency import Adjacency, find_borders, outer_border, surface
from lwo_analysis.sources.geometry import read_geometry
from tests.support.shared_data import shared_path

SIDE = 0.01
DEGREE = math.pi / 180 * 6_371_009
"""Metres in a degree of latitude on a globe of the mean radius."""
FIVE = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")


def square(column: int, row: int, *, hole: bool = False) -> list[list[np.ndarray]]:
    west, south = 5.0 + column * SIDE, 53.0 + row * SIDE
    ring = np.array([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]) * SIDE + [west, south]
    inner = (ring - ring[:4].mean(axis=0)) / 2 + ring[:4].mean(axis=0)
    return [[ring, inner] if hole else [ring]]


@pytest.fixture
def grid() -> Adjacency:
    """Return the borders of nine squares: a b c below, d e f in the middle, g h i above."""
    return find_borders({name: square(place % 3, place // 3) for place, name in enumerate("abcdefghi")})


def test_squares_that_touch_at_a_corner_are_no_neighbours(grid):
    assert grid.neighbours("e") == ("b", "d", "f", "h")
    assert grid.neighbours("a") == ("b", "d")


def test_a_border_has_its_length_and_is_known_from_both_sides(grid):
    lengths = grid.borders.set_index(["code", "neighbour"])["metres"]
    # d and e share a side of 0.01 degree from south to north; b and e one from west to east at 53.01 degrees north.
    assert lengths["d", "e"] == pytest.approx(SIDE * DEGREE)
    assert lengths["b", "e"] == pytest.approx(SIDE * DEGREE * math.cos(math.radians(53.01)))
    assert lengths["e", "b"] == lengths["b", "e"]


def test_a_ring_is_next_to_the_group_and_outside_it(grid):
    assert grid.ring(["d", "e"]) == ("a", "b", "f", "g", "h")
    assert grid.ring(list("abcdefghi")) == ()
    # Sides from south to north are 1,112 m long, those from west to east 669 m.
    assert grid.ring(["d", "e"], least_metres=1000) == ("f",)


def test_points_in_another_order_or_a_centimetre_off_do_not_hide_a_border():
    left, right = square(0, 0), [[square(1, 0)[0][0][::-1] + 4e-9]]
    assert find_borders({"left": left, "right": right}).neighbours("left") == ("right",)


def test_a_region_without_neighbours_has_no_row():
    assert find_borders({"island": square(0, 0), "other": square(5, 5)}).borders.empty
    assert find_borders({"island": square(0, 0)}).neighbours("island") == ()


def test_the_border_around_two_squares_has_six_sides():
    assert len(outer_border([square(0, 0), square(1, 0)])) == 6


def test_a_hole_is_no_surface():
    whole = (SIDE * DEGREE / 1000) ** 2 * math.cos(math.radians(53.005))
    # The ring's mean latitude counts its first point twice (1/1000 of a degree): the surface moves by less than 0.01%.
    assert surface(square(0, 0)) == pytest.approx(whole, rel=1e-4)
    assert surface(square(0, 0, hole=True)) == pytest.approx(0.75 * whole, rel=1e-4)


def test_inputs_are_not_changed():
    ring = square(0, 0)
    before = ring[0][0].copy()
    find_borders({"a": ring})
    assert np.array_equal(ring[0][0], before)


def test_the_ring_of_2020_is_every_wijk_with_two_points_in_common_with_oost():
    # Another way to the same answer: no edges and no lengths, only points that two outlines have in common.
    outlines = read_geometry(shared_path("geo/cartomap_wijk_2020_leeuwarden.geojson")).regions
    found = find_borders({code: region.polygons for code, region in outlines.items()})
    points = {code: {tuple(point) for point in region.polygons[0][0].tolist()} for code, region in outlines.items()}
    own = {code for name in FIVE for code in region_codes(name, 2020)}
    near = {code for code in set(outlines) - own if any(len(points[code] & points[mine]) > 1 for mine in own)}
    assert set(found.ring(own)) == near
    assert {"Binnenstad", "Potmargezone", "Dokkumer Ie e.o."} <= {outlines[code].name for code in near}
