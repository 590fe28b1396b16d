from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from core.domain.geometry import Box, Polygon
from core.formats.reading.mask_pictures import runs_of
from core.formats.reading.run_lengths import outline_of_mask, outline_of_rows

RING = [[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]]
MASKS = {
    "pixel": [[1]],
    "corner": [[0, 0], [0, 1]],
    "bar": [[1, 1, 1]],
    "two that touch at a corner": [[1, 0], [0, 1]],
    "two that touch at the other corner": [[0, 1], [1, 0]],
    "hole": RING,
    "two holes beside each other": [[1, 1, 1, 1, 1], [1, 0, 1, 0, 1], [1, 1, 1, 1, 1]],
    "holes that touch at a corner": [[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 1]],
    "a hole that touches the outside at a corner": [[0, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]],
    "an island in a hole": [[1] * 5, [1, 0, 0, 0, 1], [1, 0, 1, 0, 1], [1, 0, 0, 0, 1], [1] * 5],
    "a spiral": [[1, 1, 1, 1, 1], [0, 0, 0, 0, 1], [1, 1, 1, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 1, 1]],
}


def as_numbers(mask: np.ndarray) -> dict[str, Any]:
    flat = mask.T.ravel()
    runs, value, length = [], 0, 0
    for pixel in flat:
        if pixel != value:
            runs.append(length)
            value, length = int(pixel), 0
        length += 1
    return {"size": list(mask.shape), "counts": [*runs, length]}


def as_text(mask: np.ndarray) -> dict[str, Any]:
    record = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(record["size"]), "counts": record["counts"].decode("ascii")}


def drawn(polygon: Polygon, shape: tuple[int, int]) -> np.ndarray:
    """By how often each pixel's middle is gone around: no ring is a hole, so it must be once or never."""
    result = np.zeros(shape, int)
    for ring in polygon.rings:
        points = list(zip(ring[0::2], ring[1::2], strict=True))
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            assert x0 == x1 or y0 == y1, "borders of pixels only"
            if x0 == x1:  # seen from the middles to the left of it
                rows = slice(int(min(y0, y1)), int(max(y0, y1)))
                result[rows, : int(x0)] += 1 if y1 > y0 else -1
    return result


def check(mask: np.ndarray) -> None:
    """Of the runs column by column, as numbers and as text, and of those row by row."""
    height, width = mask.shape
    outlines = [outline_of_mask(record, {(width, height)}) for record in (as_numbers(mask), as_text(mask))]
    for outline in (*outlines, outline_of_rows(runs_of(mask.astype(bool)), width, height)):
        found = outline.polygon
        assert found is not None
        assert (drawn(found, mask.shape) == mask).all()
        assert sum(Polygon((ring,)).area for ring in found.rings) == mask.sum()


@pytest.mark.parametrize("name", list(MASKS))
def test_outline_covers_the_pixels_of_the_mask(name: str) -> None:
    check(np.array(MASKS[name]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_outline_of_any_mask(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    pixels = data.draw(st.lists(st.integers(0, 1), min_size=height * width, max_size=height * width))
    mask = np.array(pixels).reshape(height, width)
    if mask.any():
        check(mask)


def test_runs_by_rows_lie_where_their_mask_does() -> None:
    (ring,) = outline_of_rows([1, 2, 1, 2], 3, 2, left=10, top=20).polygon.rings  # type: ignore[union-attr]
    assert Polygon((ring,)).bounds() == Box(11, 20, 13, 22) and Polygon((ring,)).area == 4


@pytest.mark.parametrize(
    ("runs", "size", "words"),
    [
        ([4], (2, 2), "is empty"),
        ([1, 2], (2, 2), "covers 3 pixels instead of 4"),
        ([0, 0], (0, 0), "is larger than masks that are read"),
        ([1] * 600_000, (1000, 600), "is larger than masks that are read"),
        ([2**40], (2**20, 2**20), "is larger than masks that are read"),
    ],
)
def test_runs_by_rows_that_are_no_mask(runs: list[int], size: tuple[int, int], words: str) -> None:
    outline = outline_of_rows(runs, *size)
    assert outline.polygon is None and outline.fault == words


def test_points_stand_at_corners_only() -> None:
    mask = np.zeros((20, 30), int)
    mask[5:15, 3:27] = 1
    (ring,) = outline_of_mask(as_numbers(mask), ()).polygon.rings  # type: ignore[union-attr]
    assert set(zip(ring[0::2], ring[1::2], strict=True)) == {(3, 5), (27, 5), (27, 15), (3, 15)} and len(ring) == 8


def test_runs_of_no_length_divide_nothing() -> None:
    (ring,) = outline_of_mask({"size": [4, 1], "counts": [1, 1, 0, 1, 1]}, ()).polygon.rings  # type: ignore[union-attr]
    assert Polygon((ring,)).area == 2 and len(ring) == 8


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({}, "no size"),
        ({"size": [2], "counts": [4]}, "no size"),
        ({"size": [True, 2], "counts": [4]}, "no size"),
        ({"size": [-2, -2], "counts": [4]}, "no size"),
        ({"size": [2, 2], "counts": [4]}, "is empty"),
        ({"size": [2, 2], "counts": [1, 2]}, "covers 3 pixels instead of 4"),
        ({"size": [2, 2], "counts": [1, -1, 4]}, "cannot be read"),
        ({"size": [2, 2], "counts": [1.5, 2.5]}, "cannot be read"),
        ({"size": [2, 2], "counts": [float("nan"), 4]}, "cannot be read"),
        ({"size": [2, 2], "counts": [10**400]}, "cannot be read"),
        ({"size": [2, 2], "counts": None}, "cannot be read"),
        ({"size": [2, 2], "counts": "\x00"}, "cannot be read"),
        ({"size": [2, 2], "counts": "o" * 100}, "cannot be read"),
        ({"size": [2, 2], "counts": "P"}, "cannot be read"),
        ({"size": [3, 2], "counts": [0, 6]}, "made for 2 x 3 pixels"),
        ({"size": [2**20, 2**20], "counts": [0, 2**40]}, "larger"),
    ],
)
def test_what_is_no_mask_is_said(record: dict[str, Any], words: str) -> None:
    sizes = {(2, 2)} if record.get("size") != [2**20, 2**20] else ()
    found = outline_of_mask(record, sizes)
    assert found.polygon is None
    assert words in found.fault
