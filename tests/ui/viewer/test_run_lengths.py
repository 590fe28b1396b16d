"""Masks are opened as pycocotools opens them, of any window and at any coarseness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from core.domain.geometry import Box
from ui.viewer.run_lengths import RunLengths, run_lengths


def _encoded(pixels: np.ndarray) -> RunLengths:
    made = run_lengths(coco.encode(np.asfortranarray(pixels.astype(np.uint8))))
    assert made is not None
    return made


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    density=st.sampled_from([0, 0.02, 0.5, 0.98, 1]),
)
def test_every_window_is_that_of_the_whole_mask(seed: int, height: int, width: int, density: float) -> None:
    random = np.random.default_rng(seed)
    pixels = random.random((height, width)) < density
    mask = _encoded(pixels)
    x0, y0 = random.integers(0, width), random.integers(0, height)
    x1, y1 = random.integers(x0 + 1, width + 1), random.integers(y0 + 1, height + 1)
    for step in (1, 2, 4):
        place, bits = mask.window(Box(x0, y0, x1, y1), step)
        assert (place.x0, place.y0) == (x0, y0)
        assert np.array_equal(bits, pixels[y0:y1:step, x0:x1:step])


def test_points_are_in_the_mask_where_its_pixels_are() -> None:
    random = np.random.default_rng(1)
    pixels = random.random((23, 31)) < 0.4
    mask = _encoded(pixels)
    for y in range(23):
        for x in range(31):
            assert mask.holds(x + 0.5, y + 0.5) == pixels[y, x]
    assert not mask.holds(-1, 3)
    assert not mask.holds(31, 3)


def test_a_window_beyond_the_image_is_cut() -> None:
    mask = _encoded(np.ones((10, 20), dtype=bool))
    place, bits = mask.window(Box(-5, -5, 300, 300))
    assert place == Box(0, 0, 20, 10)
    assert bits.all()


def test_long_runs_are_read() -> None:
    """Numbers of several groups of bits, and differences below zero."""
    pixels = np.zeros((4000, 30), dtype=bool)
    pixels[100:3900, 3:27] = True
    pixels[500:510, 8] = False
    place, bits = _encoded(pixels).window(Box(0, 0, 30, 4000), 1)
    assert np.array_equal(bits, pixels)
    assert place.height == 4000


def test_no_mask_is_none() -> None:
    assert run_lengths(None) is None


@pytest.mark.parametrize("mask", [RunLengths(5, 5, ""), RunLengths(0, 0, ""), _encoded(np.zeros((5, 5)))])
def test_an_empty_mask_holds_nothing(mask: RunLengths) -> None:
    assert not mask.window(Box(0, 0, 5, 5))[1].any()
    assert not mask.holds(2, 2)
