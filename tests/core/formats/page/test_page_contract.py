from __future__ import annotations

from dataclasses import replace

from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from core.formats.page import FORMAT
from core.formats.testing import IMAGES, FormatContract


def in_whole_pixels(item: RawAnnotation) -> RawAnnotation:
    shape = item.geometry
    if isinstance(shape, Polygon):
        return replace(item, geometry=Polygon(tuple(tuple(float(round(v)) for v in ring) for ring in shape.rings)))
    if isinstance(shape, Box):
        return replace(item, geometry=Box(round(shape.x0), round(shape.y0), round(shape.x1), round(shape.y1)))
    return item


class TestPage(FormatContract):
    """PAGE has no fractions of pixels."""

    format = FORMAT
    images: tuple[RawImage, ...] = tuple(
        replace(image, annotations=tuple(in_whole_pixels(item) for item in image.annotations)) for image in IMAGES
    )
