"""Handles move what they are handles of, and nothing leaves the image."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.geometry import Box, Polygon
from ui.viewer.shape_editing import handle_moved, handles, moved, nearest_handle

BOX = Box(10.0, 20.0, 30.0, 60.0)
RING = Polygon(((1.0, 1.0, 9.0, 1.0, 9.0, 9.0), (20.0, 20.0, 30.0, 20.0, 25.0, 30.0)))
SIZE = (100.0, 80.0)


def test_a_box_has_corners_and_sides_clockwise_from_the_left_top():
    assert handles(BOX) == [(10, 20), (20, 20), (30, 20), (30, 40), (30, 60), (20, 60), (10, 60), (10, 40)]


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (0, Box(13, 24, 30, 60)),
        (1, Box(10, 24, 30, 60)),
        (3, Box(10, 20, 33, 60)),
        (4, Box(10, 20, 33, 64)),
        (7, Box(13, 20, 30, 60)),
    ],
)
def test_a_boxs_handle_moves_its_sides(handle, expected):
    assert handle_moved(BOX, handle, 3, 4, *SIZE) == expected


def test_a_box_is_never_turned_over_and_never_leaves_the_image():
    assert handle_moved(BOX, 0, 500, 500, *SIZE) == Box(29, 59, 30, 60)
    assert handle_moved(BOX, 4, 500, 500, *SIZE) == Box(10, 20, 100, 80)
    assert moved(BOX, -500, 500, *SIZE) == Box(0, 40, 20, 80)


def test_an_outlines_handle_is_one_point_of_one_ring():
    changed = handle_moved(RING, 4, 2, -3, *SIZE)
    assert changed == Polygon((RING.rings[0], (20.0, 20.0, 32.0, 17.0, 25.0, 30.0)))
    assert handle_moved(RING, 0, -50, -50, *SIZE).rings[0][:2] == (0.0, 0.0)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 7), st.floats(-200, 200), st.floats(-200, 200))
def test_whatever_is_dragged_the_box_stays_a_box_in_the_image(handle, dx, dy):
    box = handle_moved(BOX, handle, dx, dy, *SIZE)
    assert 0 <= box.x0 < box.x1 <= SIZE[0] and 0 <= box.y0 < box.y1 <= SIZE[1]


def test_the_nearest_handle_is_found_within_reach_only():
    assert nearest_handle(BOX, 11, 21, 3) == 0
    assert nearest_handle(BOX, 20, 40, 3) is None
