"""Boxes round objects."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.metrics import MAP50_95, coco_protocol
from core.metrics.coco import COCO_SETTINGS, EvalImage, Scored, score
from core.tasks.task import Task


def usable_box(geometry: Box | Polygon, width: int, height: int) -> Box | None:
    """The box round what lies in the image; None when that has no area."""
    inside = geometry.inside(width, height)
    return None if inside is None else inside.bounds()


def score_boxes(n_categories: int, images: Iterable[EvalImage], *, max_detections: int) -> Scored:
    return score(n_categories, images, has_masks=False, max_detections=max_detections)


DETECTION = Task(
    slug=TaskId("detection"),
    title="Detection",
    words="Boxes (detection)",
    usable_shape=usable_box,
    score=score_boxes,
    about=coco_protocol,
    headline=MAP50_95,
    settings=COCO_SETTINGS,
)
