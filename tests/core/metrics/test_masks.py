"""Masks as COCO's run-length encoding."""

from __future__ import annotations

import numpy as np

from core.domain.geometry import Box, Polygon
from core.metrics import masks


def test_a_mask_survives_its_text_form():
    rle = masks.encode(Polygon(((1, 1, 9, 1, 9, 9, 1, 9),)), 20, 10)
    text = masks.as_text(rle)

    assert isinstance(text["counts"], str)
    assert text["size"] == [10, 20]
    assert masks.iou([text], [rle], [False])[0, 0] == 1.0
    assert masks.bounds(text) == Box(1, 1, 9, 9)
    assert masks.area(text) == 64


def test_a_shape_far_outside_the_image_does_not_eat_the_memory():
    rle = masks.encode(Polygon(((0, 0, 1e9, 0, 1e9, 1e9, 0, 1e9),)), 20, 10)

    assert masks.area(rle) == 200


def test_a_shape_without_area_covers_nothing_and_none_covers_all():
    assert masks.area(masks.encode(Polygon(()), 20, 10)) == 0
    assert masks.area(masks.encode(None, 20, 10)) == 200


def test_a_mask_is_decoded_to_the_pixels_it_was_made_of() -> None:
    rng = np.random.default_rng(0)
    for density in (0.0, 0.02, 0.5, 1.0):
        pixels = rng.random((37, 53)) < density
        if not pixels.any():
            assert not masks.decode(masks.encode(Polygon(()), 53, 37)).any()
            continue
        coded = masks.encode_window(pixels.astype(np.uint8), 3, 5, 100, 400)
        expected = np.zeros((400, 100), np.bool_)
        expected[5:42, 3:56] = pixels
        assert (masks.decode(coded) == expected).all()
        assert masks.run_lengths(coded).sum() == 400 * 100
