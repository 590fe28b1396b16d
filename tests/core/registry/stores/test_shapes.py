"""What goes into the annotation table comes out again."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from core.domain.geometry import Box, Polygon
from core.registry.stores.shapes import decode, encode

coordinates = st.floats(0, 30_000, allow_nan=False)
rings = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=40).map(
    lambda points: tuple(value for point in points for value in point)
)


def test_the_whole_image_has_no_columns() -> None:
    assert encode(None) == ("image", None, None, None, None, None)
    assert decode(encode(None)) is None


@given(st.tuples(coordinates, coordinates, coordinates, coordinates))
def test_a_box_comes_back_exactly(corners: tuple[float, float, float, float]) -> None:
    box = Box(*corners)
    assert decode(encode(box)) == box


@given(st.lists(rings, min_size=1, max_size=4))
def test_a_polygon_comes_back_within_a_hundredth_of_a_pixel(content: list[tuple[float, ...]]) -> None:
    polygon = Polygon(tuple(content))
    shape = encode(polygon)
    back = decode(shape)
    assert isinstance(back, Polygon)
    assert [len(ring) for ring in back.rings] == [len(ring) for ring in content]
    for ring, expected in zip(back.rings, content, strict=True):
        assert all(math.isclose(a, b, abs_tol=0.01) for a, b in zip(ring, expected, strict=True))
    assert Box(*shape[1:5]) == polygon.bounds()
