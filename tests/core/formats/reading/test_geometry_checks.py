from __future__ import annotations

import math

import pytest

from core.domain.geometry import Box, Polygon
from core.formats.reading.geometry_checks import check_shape


@pytest.mark.parametrize(
    ("shape", "expected", "kind"),
    [
        (Box(1, 2, 3, 4), Box(1, 2, 3, 4), ""),
        (Box(-0.9, 0, 100.9, 80), Box(0, 0, 100, 80), ""),
        (Box(-5, 0, 10, 10), Box(0, 0, 10, 10), "box-clipped"),
        (Box(100, 0, 110, 10), None, "box-out-of-bounds"),
        (Box(3, 3, 3, 9), None, "box-without-area"),
        (Box(9, 3, 3, 9), None, "box-negative-size"),
        (Box(0, 0, math.nan, 9), None, "coordinates-not-finite"),
        (Polygon(((0, 0, 9, 0, 9, 9),)), Polygon(((0, 0, 9, 0, 9, 9),)), ""),
        (Polygon(((90, 0, 120, 0, 90, 9),)), Polygon(((90, 0, 100, 0, 90, 9),)), "polygon-clipped"),
        (Polygon(((0, 0, 9, 0, 9, 0),)), None, "polygon-too-few-points"),
        (Polygon(((0, 0, 9, 0, 9),)), None, "polygon-too-few-points"),
        (Polygon(((0, 0, 9, 9, 9, 0, 0, 9),)), None, "polygon-without-area"),
        (Polygon(((0, 0, 9, 0, 9, 9), (1, 1, 2, 2))), Polygon(((0, 0, 9, 0, 9, 9),)), "polygon-part-dropped"),
        (Polygon(((200, 0, 209, 0, 209, 9),)), None, "polygon-out-of-bounds"),
        (Polygon(((-5, 40, 10, -5, 5, 20),)), None, "polygon-out-of-bounds"),
        (Polygon(((0, 0, math.inf, 0, 9, 9),)), None, "coordinates-not-finite"),
        (Polygon(()), None, "polygon-too-few-points"),
    ],
)
def test_verdicts(shape: Box | Polygon, expected: Box | Polygon | None, kind: str) -> None:
    checked = check_shape(shape, 100, 80)
    assert checked.shape == expected
    assert checked.kind == kind
    assert bool(checked.text) == bool(kind)


def test_unknown_size_checks_no_border() -> None:
    assert check_shape(Box(-5, 0, 1e6, 10), None, None).shape == Box(-5, 0, 1e6, 10)
