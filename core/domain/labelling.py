"""What a person does to the annotations of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId

MAX_AUTHOR = 100

Seen = Mapping[ImageId, int]
"""By image, the revision that the person had before their eyes."""


@dataclass(frozen=True, slots=True)
class NewShape:
    """A shape that a person drew, in pixels of the upright image."""

    image: ImageId
    category: CategoryId
    geometry: Box | Polygon


@dataclass(frozen=True, slots=True)
class ShapeEdit:
    """What an annotation is to become; None = as it is."""

    annotation: AnnotationId
    geometry: Box | Polygon | None = None
    category: CategoryId | None = None
