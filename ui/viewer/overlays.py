"""What is drawn over an image, free of Qt: shapes with their class, source and colour number, and where they lie.

Coordinates are pixels of the upright image. The painter (`ui.viewer.painting`) turns these records into strokes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Geometry, Ring, bounds_of
from core.domain.ids import CategoryId
from core.domain.imports import RawAnnotation
from core.domain.projects import AnnotatedImage, Annotation, Category, Source

WITHOUT_CLASS = "Without class"


class OverlayKind(StrEnum):
    """What a layer states; the painter has one look for each."""

    GROUND_TRUTH = "ground-truth"


@dataclass(frozen=True, slots=True)
class OverlayObject:
    """One shape. `rings` is empty for a box and for an annotation of the whole image."""

    key: str  # the annotation's id
    category: CategoryId | None
    title: str  # the class in words
    colour: int  # for `ui.theme.category_colour`; -1 = neutral
    bounds: Box
    rings: tuple[Ring, ...] = ()
    area: float = 0.0  # in square pixels
    source: Source = Source.IMPORT
    confidence: float | None = None
    is_whole_image: bool = False
    is_crowd: bool = False


@dataclass(frozen=True, slots=True)
class OverlayLayer:
    """Shapes of one kind over one image, with their bounds as an array (n, 4) of x0, y0, x1, y1."""

    kind: OverlayKind
    objects: tuple[OverlayObject, ...]
    bounds: npt.NDArray[np.float64] = field(compare=False, repr=False, default_factory=lambda: np.zeros((0, 4)))

    def visible_in(self, view: Box, hidden: Collection[CategoryId | None] = ()) -> list[int]:
        """Numbers of the objects that touch `view` and whose class is not hidden, in drawing order."""
        if not self.objects:
            return []
        b = self.bounds
        touching = (b[:, 0] <= view.x1) & (b[:, 2] >= view.x0) & (b[:, 1] <= view.y1) & (b[:, 3] >= view.y0)
        numbers: list[int] = np.flatnonzero(touching).tolist()
        if hidden:
            return [n for n in numbers if self.objects[n].category not in hidden]
        return numbers

    def find_at(
        self, x: float, y: float, tolerance: float, hidden: Collection[CategoryId | None] = ()
    ) -> OverlayObject | None:
        """The object under a point, the smallest when several are; `tolerance` (pixels) widens thin ones."""
        around = Box(x - tolerance, y - tolerance, x + tolerance, y + tolerance)
        hits = [
            self.objects[n]
            for n in self.visible_in(around, hidden)
            if not self.objects[n].is_whole_image and _contains(self.objects[n], x, y, tolerance)
        ]
        return min(hits, key=lambda one: one.area) if hits else None

    def find(self, key: str | None) -> OverlayObject | None:
        return next((one for one in self.objects if one.key == key), None)

    def counts(self) -> dict[CategoryId | None, int]:
        """Objects per class."""
        totals: dict[CategoryId | None, int] = {}
        for one in self.objects:
            totals[one.category] = totals.get(one.category, 0) + 1
        return totals


def ground_truth_layer(annotated: AnnotatedImage, categories: Sequence[Category]) -> OverlayLayer:
    """The image's ground truth, the largest shapes first so that small ones lie on top."""
    by_id = {category.id: category for category in categories}
    width, height = annotated.image.width, annotated.image.height
    objects = []
    for annotation in annotated.annotations:
        if annotation.source == Source.MODEL or is_negative(annotation):
            continue
        category = by_id.get(annotation.category) if annotation.category is not None else None
        objects.append(
            _object(
                key=annotation.id,
                category=annotation.category,
                title=category.name if category else WITHOUT_CLASS,
                colour=category.index if category else -1,
                geometry=annotation.geometry,
                size=(width, height),
                source=annotation.source,
                is_crowd=annotation.is_crowd,
            )
        )
    return _layer(OverlayKind.GROUND_TRUTH, objects)


def is_negative(annotation: Annotation) -> bool:
    """Whether it says that nothing is on the image: a statement on it, not a shape."""
    return annotation.category is None and annotation.geometry is None


def raw_layer(
    annotations: Sequence[RawAnnotation], colours: Mapping[str, int], width: float, height: float
) -> OverlayLayer:
    """What a file says of an image that is not imported yet; `colours` numbers the class names."""
    objects = [
        _object(
            key=str(number),
            category=None if raw.category is None else CategoryId(raw.category),
            title=raw.category or WITHOUT_CLASS,
            colour=colours.get(raw.category or "", -1),
            geometry=raw.geometry,
            size=(width, height),
            source=Source.IMPORT,
            is_crowd=raw.is_crowd,
        )
        for number, raw in enumerate(annotations)
        if raw.category is not None or raw.geometry is not None
    ]
    return _layer(OverlayKind.GROUND_TRUTH, objects)


def _object(
    *,
    key: str,
    category: CategoryId | None,
    title: str,
    colour: int,
    geometry: Geometry,
    size: tuple[float, float],
    source: Source,
    is_crowd: bool,
) -> OverlayObject:
    bounds = bounds_of(geometry, *size)
    return OverlayObject(
        key=key,
        category=category,
        title=title,
        colour=colour,
        bounds=bounds,
        rings=geometry.rings if geometry is not None else (),
        area=geometry.area if geometry is not None else bounds.area,
        source=source,
        is_whole_image=geometry is None,
        is_crowd=is_crowd,
    )


def _layer(kind: OverlayKind, objects: list[OverlayObject]) -> OverlayLayer:
    objects.sort(key=lambda one: -one.area)
    bounds = np.array([(o.bounds.x0, o.bounds.y0, o.bounds.x1, o.bounds.y1) for o in objects], dtype=np.float64)
    return OverlayLayer(kind, tuple(objects), bounds.reshape(-1, 4))


def _contains(one: OverlayObject, x: float, y: float, tolerance: float) -> bool:
    box = one.bounds
    is_small = box.width < 2 * tolerance or box.height < 2 * tolerance
    if is_small or not one.rings:
        margin = tolerance if is_small else 0.0
        return box.x0 - margin <= x <= box.x1 + margin and box.y0 - margin <= y <= box.y1 + margin
    return any(_is_inside(ring, x, y) for ring in one.rings)


def _is_inside(ring: Ring, x: float, y: float) -> bool:
    """Even-odd rule: how often a ray to the right crosses the ring."""
    inside = False
    x1, y1 = ring[-2], ring[-1]
    for i in range(0, len(ring), 2):
        x0, y0 = x1, y1
        x1, y1 = ring[i], ring[i + 1]
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside
