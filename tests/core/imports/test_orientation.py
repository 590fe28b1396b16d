"""Turned shapes must cover what they covered: judged by pixels, as Pillow turns them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.domain.geometry import Box, Polygon
from core.imports.orientation import is_sideways, to_upright

STORED = (60, 40)
BOX = Box(5, 8, 25, 14)


def upright_picture(orientation: int) -> np.ndarray:
    """Black, with a white patch where the box is, as a reader sets it upright."""
    image = Image.new("L", STORED)
    image.paste(255, (int(BOX.x0), int(BOX.y0), int(BOX.x1), int(BOX.y1)))
    image.getexif()[0x0112] = orientation
    turned = ImageOps.exif_transpose(image)
    assert turned is not None
    return np.asarray(turned)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_box_lies_on_the_same_pixels(orientation: int) -> None:
    pixels = upright_picture(orientation)
    rows, columns = np.nonzero(pixels)
    expected = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert to_upright(BOX, orientation, STORED) == expected
    assert is_sideways(orientation) == (pixels.shape != STORED[::-1])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_polygon_turns_like_its_box(orientation: int) -> None:
    polygon = Polygon(((5, 8, 25, 8, 25, 14, 5, 14), (5, 8, 10, 8, 10, 9)))
    turned = to_upright(polygon, orientation, STORED)
    assert isinstance(turned, Polygon)
    assert turned.bounds() == to_upright(BOX, orientation, STORED)
    assert turned.area == polygon.area


def test_the_whole_image_stays_the_whole_image() -> None:
    assert to_upright(None, 6, STORED) is None
