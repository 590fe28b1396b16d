"""Boxes that lie as their objects lie: turned round stamps, labels and lines of text (docs/adr/0037)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.metrics import MAP50_95, oriented_protocol
from core.domain.rotated import corners_of, rotated_rectangle, smallest_rectangle, trimmed
from core.metrics.coco import COCO_SETTINGS, EvalImage, Scored, score
from core.tasks.task import Task


def usable_rectangle(geometry: Box | Polygon, width: int, height: int) -> Polygon | None:
    """The rectangle of the least area around a shape, whichever way it lies; a shape that is one stays as it is.

    One that sticks out of the image keeps its direction, and ends where what the image shows of it ends: a corner may
    then still lie outside. None when nothing with an area is in the image.
    """
    inside = geometry.inside(width, height)
    if inside is None:
        return None
    drawn = Polygon(geometry.outline())
    if inside == geometry and rotated_rectangle(drawn) is not None:
        return drawn
    part = None if inside == geometry else trimmed(smallest_rectangle(drawn), width, height)
    (ring,) = corners_of(part or smallest_rectangle(Polygon(inside.outline()))).rings
    # As shapes are stored: else one that is frozen would not be the same as one that is made anew.
    return Polygon((tuple(np.array(ring, dtype=np.float32).astype(np.float64).tolist()),))


def score_oriented(n_categories: int, images: Iterable[EvalImage], *, max_detections: int) -> Scored:
    return score(n_categories, images, has_masks=False, is_oriented=True, max_detections=max_detections)


ORIENTED = Task(
    slug=TaskId("oriented"),
    title="Oriented boxes",
    words="Turned boxes (oriented boxes)",
    usable_shape=usable_rectangle,
    score=score_oriented,
    about=oriented_protocol,
    headline=MAP50_95,
    settings=COCO_SETTINGS,
    is_oriented=True,
)
