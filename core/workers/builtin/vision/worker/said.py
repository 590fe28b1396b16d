"""What a network says of a region, as predictions that lie on the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.domain.geometry import Geometry, Polygon, bounds_of
from core.domain.predictions import PredictedObject
from core.workers.api import TreeImage


def objects_of(
    image: TreeImage, region: Geometry, confidences: Sequence[float], least: float
) -> Iterator[PredictedObject]:
    """One for each class of at least that confidence, in the order of the classes."""
    box = bounds_of(region, image.width, image.height).clipped(image.width, image.height)
    polygon = region if isinstance(region, Polygon) else None
    for category, confidence in enumerate(confidences):
        if confidence >= least:
            yield PredictedObject(category, confidence, box, polygon)
