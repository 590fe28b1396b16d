"""What shapes are taken by: pure."""

from __future__ import annotations

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from ui.viewer.drawing import Drawing, Tool
from ui.viewer.grips import (
    grip_at,
    grip_moved,
    grip_nudged,
    grips,
    offered,
    point_added,
    point_removed,
    snapped,
)
from ui.viewer.oriented_editing import TURN, spanned
from ui.viewer.read_outs import cursor_text, handle_text, shape_text

SIZE = (400, 300)
TURNED = corners_of(Rotated(200, 150, 80, 40, 30))
TRIANGLE = Polygon(((0.0, 0.0, 100.0, 0.0, 50.0, 80.0),))


def box_of(shape: object) -> Rotated:
    assert isinstance(shape, Polygon)
    found = rotated_rectangle(shape)
    assert found is not None
    return found


@pytest.mark.parametrize("grip", range(8))
def test_of_an_oriented_box_what_lies_opposite_stays(grip: int) -> None:
    before = grips(TURNED, 0.0)
    x, y = before[grip]
    after = grip_moved(TURNED, grip, (x + 7, y - 4), SIZE)
    assert grips(after, 0.0)[(grip + 4) % 8] == pytest.approx(before[(grip + 4) % 8], abs=0.01)
    assert box_of(after).angle_degrees == pytest.approx(30, abs=0.01)


def test_an_oriented_box_turns_round_its_middle() -> None:
    after = box_of(grip_moved(TURNED, TURN, (200 + 50, 150), SIZE))
    assert (after.cx, after.cy, after.angle_degrees) == pytest.approx((200, 150, 90))
    assert box_of(grip_nudged(TURNED, TURN, 5, 0, SIZE)).angle_degrees == pytest.approx(35)


def test_one_corner_alone_is_moved_when_it_is_meant() -> None:
    after = grip_moved(TURNED, 0, (150, 100), SIZE, is_free=True)
    assert isinstance(after, Polygon)
    assert after.rings[0][:2] == pytest.approx((150, 100))
    assert after.rings[0][2:] == pytest.approx(TURNED.rings[0][2:])


def test_of_a_small_box_only_the_corners_are_offered_and_less_far() -> None:
    small = Box(100, 100, 112, 110)
    assert offered(small, 1.0) == [0, 2, 4, 6]
    assert offered(small, 10.0) == list(range(8))
    assert offered(Box(100, 100, 200, 110), 1.0) == [0, 1, 2, 4, 5, 6]
    assert grip_at(small, (106, 105), 10, 26, 1.0) is None, "its middle takes the box itself"
    assert grip_at(small, (99, 99), 10, 26, 1.0) == 0


def test_points_are_added_on_sides_and_taken_away_down_to_three() -> None:
    added = point_added(TRIANGLE, (50, 1), 3)
    assert added == Polygon(((0.0, 0.0, 50, 1, 100.0, 0.0, 50.0, 80.0),))
    assert point_added(TRIANGLE, (50, 30), 3) is None
    assert point_removed(added, 1) == TRIANGLE
    assert point_removed(TRIANGLE, 1) is None
    assert point_added(Box(0, 0, 9, 9), (4, 0), 3) is None


def test_a_point_is_kept_in_the_image_and_jumps_onto_its_edge() -> None:
    assert snapped((-40.0, 150.123), SIZE, 3) == (0.0, 150.12)
    assert snapped((398.0, 299.5), SIZE, 3) == (400, 300)
    assert snapped((396.0, 4.0), SIZE, 3) == (396.0, 4.0)


@pytest.mark.parametrize("c", [(50, 40), (50, -40)])
def test_an_oriented_box_is_spanned_to_either_side(c: tuple[float, float]) -> None:
    found = box_of(spanned((0, 0), (100, 0), c))
    assert (found.cx, found.cy, found.width, found.height) == pytest.approx((50, c[1] / 2, 100, 40))
    assert spanned((0, 0), (0.1, 0), c) is None
    assert spanned((0, 0), (100, 0), (30, 0.2)) is None


def test_a_drawing_has_a_shape_once_it_has_an_area() -> None:
    box = Drawing(Tool.BOX).with_point((10, 10))
    assert box.shape((10, 30)) is None
    assert box.shape((5, 30)) == Box(5, 10, 10, 30)
    assert not box.is_full
    assert box.with_point((10, 10)) == box, "a point on the one before is none"
    assert box.with_point((20, 20)).is_full
    outline = Drawing(Tool.POLYGON, ((0, 0), (9, 0), (9, 9)))
    assert outline.closes_at((1, 0), 2)
    assert not outline.without_last().closes_at((1, 0), 2)


def test_places_and_sizes_are_said_in_words() -> None:
    assert shape_text(Box(0, 0, 10.25, 4)) == "10.2 × 4 px"
    assert shape_text(TURNED) == "80 × 40 px, 30°"
    assert cursor_text((5, 6.5), None, 1) == "5, 6.5  ·  1 point"
    assert handle_text(TURNED, TURN) == "The handle that turns the box; arrow keys turn it"
    assert handle_text(TRIANGLE, 2) == "Handle 3 of 3; arrow keys move it"
