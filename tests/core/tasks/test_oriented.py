"""Which rectangle the task of oriented boxes makes of a shape."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from core.domain.geometry import Box, Polygon
from core.domain.metrics import MAP50_95
from core.domain.packed_rings import pack, unpack
from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from core.metrics.rotated import areas, paired_iou, quads_of
from core.tasks.catalog import TaskCatalog
from core.tasks.oriented import ORIENTED


def overlap(one: Polygon, other: Polygon) -> float:
    return float(paired_iou(quads_of([one], 0, 0), quads_of([other], 0, 0), np.zeros(1, np.bool_))[0])


def test_it_is_a_task_like_any_other() -> None:
    assert TaskCatalog().get(ORIENTED.slug) is ORIENTED
    assert (ORIENTED.headline, ORIENTED.has_masks, ORIENTED.is_oriented) == (MAP50_95, False, True)
    assert "as they are turned" in ORIENTED.about(300)
    assert ORIENTED.refuse_project("Boxes", {"box"}) == "", "an upright box is a turned one as well"


def test_a_box_is_its_four_corners_and_a_rectangle_stays_to_the_last_bit() -> None:
    assert ORIENTED.usable_shape(Box(1, 2, 5, 9), 20, 20) == Polygon(((1, 2, 5, 2, 5, 9, 1, 9),))
    turned = corners_of(Rotated(50, 40, 30, 10, 200))
    assert ORIENTED.usable_shape(turned, 100, 100) is turned or ORIENTED.usable_shape(turned, 100, 100) == turned


def test_a_slanting_line_of_text_gets_a_rectangle_along_the_line() -> None:
    """A polygon as layout programs draw them: many points above, many below, none quite straight."""
    rng = random.Random(2)
    cos, sin = math.cos(math.radians(12)), math.sin(math.radians(12))
    above = [(x, rng.uniform(-1, 1)) for x in range(0, 401, 20)]
    below = [(x, 30 + rng.uniform(-1, 1)) for x in range(400, -1, -20)]
    ring = tuple(v for x, y in above + below for v in (100 + x * cos - y * sin, 50 + x * sin + y * cos))
    found = ORIENTED.usable_shape(Polygon((ring,)), 1000, 1000)
    assert isinstance(found, Polygon)
    rectangle = rotated_rectangle(found)
    assert rectangle is not None
    assert min(abs(rectangle.angle_degrees % 90 - 12), 90) < 0.5
    assert sorted((rectangle.width, rectangle.height)) == pytest.approx([31, 400], abs=2)


def test_one_that_sticks_out_keeps_its_direction_and_ends_with_what_is_seen() -> None:
    drawn = Rotated(5, 50, 60, 10, 30)
    found = ORIENTED.usable_shape(corners_of(drawn), 100, 100)
    assert isinstance(found, Polygon)
    rectangle = rotated_rectangle(found)
    assert rectangle is not None
    assert rectangle.angle_degrees % 180 == pytest.approx(30, abs=1e-4)
    assert rectangle.height == pytest.approx(10)
    assert 30 < rectangle.width < 45, "the part beyond the left border is gone"
    assert found.bounds().x0 < 0, "a corner may still lie outside: else it would be no rectangle"
    assert overlap(found, corners_of(drawn)) == pytest.approx(rectangle.width / 60)


@pytest.mark.parametrize("seed", range(3))
def test_there_is_a_rectangle_exactly_where_something_with_an_area_lies_in_the_image(seed: int) -> None:
    """Which shapes are usable is counted without asking."""
    rng = random.Random(seed)
    for _ in range(300):
        n = rng.randint(1, 8)
        ring = tuple(rng.choice([rng.uniform(-60, 160), 0.0, 100.0]) for _ in range(2 * n))
        shape = Polygon((ring,)) if rng.random() < 0.7 else Box(*(rng.uniform(-60, 160) for _ in range(4)))
        found = ORIENTED.usable_shape(shape, 100, 100)
        assert (found is None) == (shape.inside(100, 100) is None)
        if found is not None:
            assert isinstance(found, Polygon)
            assert len(found.rings) == 1
            assert len(found.rings[0]) == 8
            assert areas(quads_of([found], 0, 0))[0] >= 0


def test_what_is_made_of_a_shape_is_what_is_stored_of_it() -> None:
    """Shapes are stored in 32 bits; labels of today would else never be those that were frozen."""
    rng = random.Random(9)
    for _ in range(50):
        ring = tuple(rng.uniform(10, 90) for _ in range(12))
        found = ORIENTED.usable_shape(Polygon((ring,)), 100, 100)
        assert isinstance(found, Polygon)
        assert unpack(pack(found.rings)) == found.rings
