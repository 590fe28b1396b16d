"""What a person wishes for the annotations of the image on the page, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId

Shape = Box | Polygon


@dataclass(frozen=True, slots=True)
class ClassWish:
    """A class that there is, or the name of one to be made."""

    id: CategoryId | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class AddShapes:
    """`classes` has one for each shape."""

    shapes: tuple[Shape, ...]
    classes: tuple[ClassWish, ...]


@dataclass(frozen=True, slots=True)
class ReshapeShapes:
    shapes: Mapping[AnnotationId, Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reclassify:
    annotations: tuple[AnnotationId, ...]
    wanted: ClassWish


@dataclass(frozen=True, slots=True)
class DeleteShapes:
    annotations: tuple[AnnotationId, ...]


@dataclass(frozen=True, slots=True)
class MarkEmpty:
    """Somebody looked, and nothing is to be found; or no longer, by the marker's annotation."""

    marker: AnnotationId | None = None


EditWish = AddShapes | ReshapeShapes | Reclassify | DeleteShapes | MarkEmpty
