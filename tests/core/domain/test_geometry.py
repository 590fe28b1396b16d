"""What shapes answer for themselves, so that nobody asks of which kind they are."""

from __future__ import annotations

import math

import pytest

from core.domain.geometry import Box, Polygon, bounds_of, kind_of

BOX = Box(1.0, 2.0, 5.0, 9.0)
TWO_RINGS = Polygon(((0.0, 0.0, 4.0, 0.0, 4.0, 4.0), (6.0, 6.0, 9.0, 6.0, 9.0, 9.0)))


def test_every_shape_has_bounds_an_outline_and_a_kind() -> None:
    assert (BOX.bounds(), BOX.rings, BOX.outline()) == (BOX, (), ((1, 2, 5, 2, 5, 9, 1, 9),))
    assert (TWO_RINGS.bounds(), TWO_RINGS.outline()) == (Box(0, 0, 9, 9), TWO_RINGS.rings)
    assert [kind_of(shape) for shape in (BOX, TWO_RINGS, None)] == ["box", "polygon", "whole-image"]
    assert bounds_of(None, 30, 20) == Box(0, 0, 30, 20)
    assert Polygon(BOX.outline()).bounds() == BOX
    assert Polygon(BOX.outline()).area == BOX.area


def test_a_shape_moves_with_its_points() -> None:
    assert BOX.moved(lambda x, y: (10 - y, x)) == Box(1, 1, 8, 5), "turned by a quarter, with its corners in order"
    assert TWO_RINGS.moved(lambda x, y: (x + 1, y - 1)).rings[1] == (7.0, 5.0, 10.0, 5.0, 10.0, 8.0)


def test_what_lies_inside_is_cut_out_and_rings_without_area_fall_away() -> None:
    assert BOX.inside(3, 30) == Box(1, 2, 3, 9)
    assert TWO_RINGS.inside(5, 5) == Polygon(TWO_RINGS.rings[:1])
    mixed = Polygon((*TWO_RINGS.rings, (1.0, 1.0, 2.0, 2.0)))
    assert mixed.inside(20, 20) == TWO_RINGS


@pytest.mark.parametrize("shape", [Box(40, 40, 50, 50), Box(0, math.nan, 1, 1), Polygon(()), Polygon(((1.0, 1.0),))])
def test_nothing_is_left_of_what_is_outside_or_no_shape(shape: Box | Polygon) -> None:
    assert shape.inside(20, 20) is None
