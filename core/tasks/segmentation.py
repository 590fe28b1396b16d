"""Outlines of objects."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.metrics import MASK_MAP50_95, PIXEL_CONFIDENCE, coco_protocol
from core.metrics import pixels
from core.metrics.coco import COCO_SETTINGS, EvalImage, Scored, score
from core.tasks.task import Task


def usable_outline(geometry: Box | Polygon, width: int, height: int) -> Polygon | None:
    """The rings that lie in the image, of a box its four corners; None when none has an area."""
    inside = geometry.inside(width, height)
    return None if inside is None else Polygon(inside.outline())


def score_masks(n_categories: int, images: Iterable[EvalImage], *, max_detections: int) -> Scored:
    return score(n_categories, images, has_masks=True, max_detections=max_detections)


def how_measured(max_detections: int) -> str:
    return f"{coco_protocol(max_detections)} Pixels: objects from confidence {pixels.PIXEL_CONFIDENCE:g} on, united."


def without_outline(category: str) -> str:
    return (
        f'A segmenter needs polygons or masks; "{category}" has only boxes. Train a detector, or leave the class out.'
    )


SEGMENTATION = Task(
    slug=TaskId("segmentation"),
    title="Segmentation",
    words="Outlines (segmentation)",
    usable_shape=usable_outline,
    score=score_masks,
    about=how_measured,
    headline=MASK_MAP50_95,
    settings={**COCO_SETTINGS, PIXEL_CONFIDENCE: pixels.PIXEL_CONFIDENCE},
    has_masks=True,
    needs=frozenset({Polygon.kind}),
    lacking=without_outline,
)
