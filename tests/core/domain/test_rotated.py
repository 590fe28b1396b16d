"""Oriented boxes as polygons of four corners, and the smallest one around any polygon."""

from __future__ import annotations

import math
import random

import pytest

from core.domain.geometry import Polygon
from core.domain.rotated import Rotated, corners_of, rotated_rectangle, smallest_rectangle, within


@pytest.mark.parametrize("angle", [0, 0.5, 30, 45, 89.9, 90, 135, 180, 200, 270, 359])
def test_a_box_comes_back_from_its_corners_at_every_angle(angle: float) -> None:
    box = Rotated(50, 40, 30, 12.5, angle)
    found = rotated_rectangle(corners_of(box), 1e-9)
    assert found is not None
    assert (found.cx, found.cy, found.width, found.height, found.angle_degrees) == pytest.approx(
        (50, 40, 30, 12.5, angle), abs=1e-9
    )


def test_angles_run_clockwise_on_screen_from_the_own_left_top_corner() -> None:
    quarter = corners_of(Rotated(0, 0, 10, 4, 90))
    assert quarter == Polygon(((2, -5, 2, 5, -2, 5, -2, -5),))  # the left top corner is at the right top, exactly
    assert corners_of(Rotated(5, 2, 10, 4, 0)) == Polygon(((0, 0, 10, 0, 10, 4, 0, 4),))
    tilted = corners_of(Rotated(0, 0, 10, 4, 30)).rings[0]
    assert tilted[3] > tilted[1]  # the upper side sinks to the right


def test_a_ring_may_run_either_way_and_repeat_its_first_point() -> None:
    x0, y0, x1, y1, x2, y2, x3, y3 = corners_of(Rotated(50, 40, 30, 12, 20)).rings[0]
    clockwise = rotated_rectangle(Polygon(((x0, y0, x1, y1, x2, y2, x3, y3, x0, y0),)))
    other_way = rotated_rectangle(Polygon(((x0, y0, x3, y3, x2, y2, x1, y1),)))
    assert clockwise is not None and other_way is not None
    assert clockwise == other_way and clockwise.angle_degrees == pytest.approx(20)


@pytest.mark.parametrize(
    "ring",
    [
        (0, 0, 10, 0, 10, 5),  # a triangle
        (0, 0, 10, 0, 12, 5, 2, 5),  # a parallelogram
        (0, 0, 10, 0, 8, 5, 2, 5),  # a trapezium
        (0, 0, 7, 0, 11, 6, 0, 6),  # two corners of which lie where a rectangle's would
        (0, 0, 10, 5, 10, 0, 0, 5),  # crossing itself
        (0, 0, 5, 0, 10, 0, 10, 5, 0, 5),  # five corners
        (0, 0, 10, 0, 10, 0, 0, 0),  # no area
        (3, 3, 3, 3, 3, 3, 3, 3),
        (0, 0, math.inf, 0, math.inf, 5, 0, 5),
        (0, 0, math.nan, 0, 10, 5, 0, 5),
        (),
    ],
)
def test_what_is_no_rectangle_is_none(ring: tuple[float, ...]) -> None:
    assert rotated_rectangle(Polygon((ring,))) is None


def test_several_rings_are_no_rectangle() -> None:
    ring = corners_of(Rotated(5, 5, 4, 2, 10)).rings[0]
    assert rotated_rectangle(Polygon((ring, ring))) is None
    assert rotated_rectangle(Polygon(())) is None


def test_corners_may_be_off_by_the_tolerance_and_no_more() -> None:
    ring = (0.0, 0.0, 100.0, 0.6, 100.0, 50.0, 0.0, 50.0)
    assert rotated_rectangle(Polygon((ring,)), 0.1) is None
    assert rotated_rectangle(Polygon((ring,)), 0.6) is not None


def test_a_tall_box_has_the_direction_of_its_longer_sides() -> None:
    """Rounded corners of a thin box say little of its short sides' direction."""
    ring = tuple(float(round(value)) for value in corners_of(Rotated(200, 200, 4, 300, 25)).rings[0])
    found = rotated_rectangle(Polygon((ring,)), 1)
    assert found is not None and found.angle_degrees == pytest.approx(25, abs=0.3)


def test_the_smallest_rectangle_of_a_rectangle_is_itself() -> None:
    box = Rotated(50, 40, 30, 12.5, 200)
    assert smallest_rectangle(corners_of(box)) == rotated_rectangle(corners_of(box))


def test_the_smallest_rectangle_of_known_shapes() -> None:
    triangle = smallest_rectangle(Polygon(((0, 0, 10, 0, 5, 4),)))
    assert triangle.width * triangle.height == pytest.approx(40)
    assert triangle == Rotated(5, 2, 10, 4, 0)
    diamond = smallest_rectangle(Polygon(((10, 0, 20, 10, 10, 20, 0, 10, 0, 10.001),)))
    assert diamond.width * diamond.height == pytest.approx(200, rel=1e-3)
    assert diamond.angle_degrees == pytest.approx(45, abs=0.1)


@pytest.mark.parametrize("seed", range(30))
def test_the_smallest_rectangle_is_around_all_points_and_no_angle_gives_a_smaller_one(seed: int) -> None:
    draw = random.Random(seed)
    rings = tuple(
        tuple(draw.uniform(0, 200) if seed % 2 else float(draw.randrange(12)) for _ in range(2 * draw.randrange(3, 30)))
        for _ in range(draw.randrange(1, 3))
    )
    polygon = Polygon(rings)
    found = smallest_rectangle(polygon)
    assert 0 <= found.angle_degrees < 90 or rotated_rectangle(polygon) is not None
    angle = math.radians(found.angle_degrees)
    u, v = _spread(polygon, angle)
    assert u[1] - u[0] <= found.width + 1e-6 and v[1] - v[0] <= found.height + 1e-6
    middle = (
        found.cx * math.cos(angle) + found.cy * math.sin(angle),
        found.cy * math.cos(angle) - found.cx * math.sin(angle),
    )
    assert u[0] >= middle[0] - found.width / 2 - 1e-6 and v[1] <= middle[1] + found.height / 2 + 1e-6
    for degrees in range(90):
        u, v = _spread(polygon, math.radians(degrees))
        assert found.width * found.height <= (u[1] - u[0]) * (v[1] - v[0]) + 1e-6


def test_a_circle_of_many_points_is_measured_a_part_at_a_time() -> None:
    """8,000 corners on the hull: every side against every corner at once would be half a gigabyte."""
    n = 8_000
    ring = tuple(
        value
        for k in range(n)
        for value in (500 + 400 * math.cos(k * math.tau / n), 500 + 400 * math.sin(k * math.tau / n))
    )
    found = smallest_rectangle(Polygon((ring,)))
    assert found.width == pytest.approx(800, abs=0.1) and found.height == pytest.approx(800, abs=0.1)


def test_lines_and_points_give_boxes_without_area() -> None:
    line = smallest_rectangle(Polygon(((0, 0, 3, 4, 6, 8),)))
    assert (line.width, line.height) == (10, 0) and line.angle_degrees == pytest.approx(math.degrees(math.atan2(4, 3)))
    assert smallest_rectangle(Polygon(((7, 7, 7, 7, 7, 7),))) == Rotated(7, 7, 0, 0, 0)


@pytest.mark.parametrize("rings", [(), ((),), ((0, 0, math.nan, 1, 2, 2),)])
def test_no_points_and_points_that_are_no_numbers_are_refused(rings: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(ValueError):
        smallest_rectangle(Polygon(rings))


def test_turned_tells_the_same_place_with_an_angle_below_a_quarter() -> None:
    box = Rotated(50, 40, 30, 12, 200)
    assert box.turned() == Rotated(50, 40, 30, 12, 20)
    assert Rotated(50, 40, 30, 12, 110).turned() == Rotated(50, 40, 12, 30, 20)


def _spread(polygon: Polygon, angle: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """From where to where the points reach along a direction and across it."""
    cos, sin = math.cos(angle), math.sin(angle)
    points = [point for ring in polygon.rings for point in zip(ring[0::2], ring[1::2], strict=True)]
    u = [x * cos + y * sin for x, y in points]
    v = [y * cos - x * sin for x, y in points]
    return (min(u), max(u)), (min(v), max(v))


def test_corners_that_lie_on_a_line_but_for_rounding_are_all_inside() -> None:
    """Rectangles of one direction end to end, as a line of text that is seen in pieces."""
    for angle in (35.0, 12.5, 77.0):
        pieces = [
            corners_of(
                Rotated(
                    100 * math.cos(math.radians(angle)) * k, 100 * math.sin(math.radians(angle)) * k, 140, 20, angle
                )
            )
            for k in range(6)
        ]
        found = smallest_rectangle(Polygon(tuple(ring for piece in pieces for ring in piece.rings)))
        assert sorted((found.width, found.height)) == pytest.approx([20, 640])


def test_a_box_is_drawn_in_until_its_corners_lie_in_the_image() -> None:
    draw = random.Random(3)
    for _ in range(300):
        box = Rotated(
            draw.uniform(1, 99), draw.uniform(1, 59), draw.uniform(2, 60), draw.uniform(2, 40), draw.uniform(0, 360)
        )
        found = within(box, 100, 60)
        assert found is not None, box
        bounds = corners_of(found).bounds()
        assert min(bounds.x0, bounds.y0) > -1e-9
        assert bounds.x1 < 100 + 1e-9 and bounds.y1 < 60 + 1e-9
        assert found.angle_degrees == box.angle_degrees
        assert found.width <= box.width and found.height <= box.height


def test_a_box_in_the_image_is_left_as_it_is() -> None:
    box = Rotated(50, 30, 20, 10, 33)
    assert within(box, 100, 60) == box
    assert within(Rotated(-50, 30, 20, 10, 33), 100, 60) is None
