from __future__ import annotations

import math
import random
from itertools import combinations

import pytest

from core.domain.geometry import Box, Polygon, signed_area
from core.formats.layout import outlines
from core.formats.layout.outlines import Points, drawn, flat, touches_itself, without_crossings

SQUARE: Points = ((0, 0), (10, 0), (10, 10), (0, 10))


def turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crossings(points: Points) -> int:
    """Counted one by one, with whole numbers."""
    edges = list(zip(points, (*points[1:], points[0]), strict=True))
    return sum(
        turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0
        for (a, b), (c, d) in combinations(edges, 2)
    )


def test_an_outline_that_does_not_cross_itself_is_the_very_same() -> None:
    assert without_crossings(SQUARE) is SQUARE
    repeated: Points = ((0, 0), (0, 0), (10, 0), (10, 0), (5, 10))
    assert without_crossings(repeated) is repeated


@pytest.mark.parametrize("seed", range(30))
def test_crossings_are_found_and_put_right_without_losing_a_corner(seed: int) -> None:
    rng = random.Random(seed)
    points = tuple((rng.randrange(60), rng.randrange(60)) for _ in range(rng.randrange(4, 25)))
    mended = without_crossings(points)
    assert (mended is points) == (crossings(points) == 0)
    assert crossings(mended) == 0
    assert sorted(mended) == sorted(points) or set(mended) < set(points), "a hull at worst"


def test_an_outline_with_crossings_without_end_becomes_its_hull() -> None:
    rng = random.Random(1)
    points = tuple((rng.randrange(5000), rng.randrange(5000)) for _ in range(200))
    mended = without_crossings(points)
    assert crossings(mended) == 0 and set(mended) < set(points)
    turns = [turn(*mended[at : at + 3]) for at in range(len(mended) - 2)]
    assert all(value > 0 for value in turns) or all(value < 0 for value in turns)


@pytest.mark.parametrize(
    ("points", "touches"),
    [
        (SQUARE, False),
        ((*SQUARE, (0, 0)), False),  # closed by a point of its own
        (((0, 0), (10, 0), (10, 10), (5, 0), (0, 10)), True),  # a corner on an edge
        (((0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10)), True),  # two corners in one place
        (((0, 0), (10, 0), (20, 0), (20, 10), (20, 0), (10, -5)), True),  # there and back again
    ],
)
def test_what_touches_itself(points: Points, touches: bool) -> None:
    assert touches_itself(points) == touches


def test_the_largest_part_is_drawn_inside_the_picture() -> None:
    found = drawn(Polygon(((0, 0, 1, 0, 1, 1), (-5, 2, 50, 2, 50, 30))), 40, 20, is_whole=False)
    assert found.points == ((0, 2), (40, 2), (40, 20))
    assert found.was_clipped and not found.was_rounded and not found.was_uncrossed


@pytest.mark.parametrize(
    "shape",
    [
        Box(10.1, 10.1, 10.3, 10.4),
        Box(99.9, 79.9, 100, 80),
        Polygon(((5.1, 5.1, 5.2, 5.3, 5.3, 5.1),)),
        Polygon(((0.2, 5.1, 30.2, 5.3, 60.3, 5.2),)),
        Box(100, 80, 120, 90),
    ],
)
def test_what_is_less_than_a_pixel_becomes_one(shape: Box | Polygon) -> None:
    found = drawn(shape, 100, 80, is_whole=True).points
    assert abs(signed_area(flat(found))) >= 1
    assert all(isinstance(value, int) for point in found for value in point)
    assert all(0 <= x <= 100 and 0 <= y <= 80 for x, y in found)


def test_outlines_of_very_many_corners_are_compared_near_by_only() -> None:
    """Compared each with each, they would take minutes and gigabytes."""
    turns = [2 * math.pi * at / 300_000 for at in range(300_000)]
    ring = tuple((round(60_000 * (1 + math.cos(turn))), round(60_000 * (1 + math.sin(turn)))) for turn in turns)
    assert without_crossings(ring) is ring
    assert not touches_itself(ring)


def test_what_would_take_too_long_to_compare_becomes_its_hull(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "_MOST_COMPARED", 10_000)
    comb = tuple((0 if at % 2 else 400, at) for at in range(400))
    assert without_crossings(comb) == ((0, 1), (400, 0), (400, 398), (0, 399))
    assert not touches_itself(comb)
