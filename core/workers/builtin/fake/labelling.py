"""How the fake worker labels: nearly always as the ground truth has it, with figures that sum up as a network's do."""

from __future__ import annotations

import random
from collections.abc import Iterator

from core.domain.geometry import Polygon, bounds_of
from core.domain.predictions import PredictedObject
from core.workers.api import TreeImage


def label(
    image: TreeImage, n_categories: int, rng: random.Random, quality: float, *, is_exclusive: bool
) -> Iterator[PredictedObject]:
    """For each region a figure for each class; those of a task with one class a region sum up to 1."""
    for region in image.regions or (None,):
        true = {item.category for item in image.objects if item.geometry == region}
        figures = [rng.uniform(0.0, 0.6) + quality * (number in true) for number in range(n_categories)]
        total = sum(figures) or 1.0
        box = bounds_of(region, image.width, image.height)
        polygon = region if isinstance(region, Polygon) else None
        for number, figure in enumerate(figures):
            confidence = figure / total if is_exclusive else min(figure / (quality + 0.6), 1.0)
            yield PredictedObject(number, confidence, box, polygon)
