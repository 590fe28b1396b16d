"""The contract of formats, for boxes: Deepomatic has no other shapes."""

from __future__ import annotations

from dataclasses import replace

from core.domain.geometry import Polygon
from core.formats.deepomatic import FORMAT
from core.formats.testing import IMAGES, FormatContract


class TestDeepomatic(FormatContract):
    format = FORMAT
    images = tuple(
        replace(image, annotations=tuple(item for item in image.annotations if not isinstance(item.geometry, Polygon)))
        for image in IMAGES
    )
